"""A disk for SQLite that can lose power: what was written and not yet synced may be gone, kept in part, or torn."""

import random
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

import apsw

SECTOR = 512
Write: TypeAlias = tuple[int, bytes]
Change: TypeAlias = Write | int | None  # bytes at an offset, a new length, or the removal of the file


class Loss(StrEnum):
    """What is left, after the crash, of what was not synced."""

    ALL = "nothing of it"
    SOME = "a random part of the writes"
    TORN = "a random part of their sectors"
    NONE = "everything: only the process was killed"


class Disk:
    """One file: what is surely on the disk, and what was changed since."""

    def __init__(self, durable: bytes | None = None) -> None:
        self.durable = durable
        self.pending: list[Change] = []

    def sync_name(self) -> None:
        """The folder was synced: that the file was removed is on the disk now."""
        if None in self.pending:
            last = len(self.pending) - self.pending[::-1].index(None)
            self.durable, self.pending = None, self.pending[last:]

    def sync(self) -> None:
        """Everything that was changed is on the disk now."""
        self.durable = changed(self.durable, self.pending)
        self.pending = []

    def after(self, loss: Loss, rng: random.Random) -> bytes | None:
        """Return what a crash leaves of the file."""
        kept: list[Change] = [change for change in self.pending if loss is Loss.NONE or rng.random() < 0.5]
        if loss is Loss.ALL:
            kept = []
        if loss is Loss.TORN:
            kept = [piece for change in kept for piece in torn(change, rng)]
        return changed(self.durable, kept)


def torn(change: Change, rng: random.Random) -> list[Change]:
    """Return some of the sectors of a write; other changes are whole."""
    if not isinstance(change, tuple):
        return [change]
    offset, data = change
    ends = [*range(offset - offset % SECTOR + SECTOR, offset + len(data), SECTOR), offset + len(data)]
    starts = [offset, *ends[:-1]]
    return [
        (start, data[start - offset : end - offset])
        for start, end in zip(starts, ends, strict=True)
        if rng.random() < 0.5
    ]


def changed(content: bytes | None, changes: list[Change]) -> bytes | None:
    """Return the content of a file after these changes."""
    image = None if content is None else bytearray(content)
    for change in changes:
        if change is None:
            image = None
            continue
        image = bytearray() if image is None else image
        if isinstance(change, int):
            image = image[:change] + bytes(max(change - len(image), 0))
        else:
            offset, data = change
            image.extend(bytes(max(offset + len(data) - len(image), 0)))
            image[offset : offset + len(data)] = data
    return None if image is None else bytes(image)


class LossyFile(apsw.VFSFile):
    """A real file, and beside it the account of what is durable."""

    def __init__(self, vfs: "LossyVFS", name: object, flags: list[int]) -> None:
        super().__init__("", name, flags)  # type: ignore[arg-type]
        self.vfs = vfs
        path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        self.disk = vfs.disks.setdefault(path, Disk())
        if changed(self.disk.durable, self.disk.pending) is None:
            self.disk.pending.append(0)  # made, and not there for sure before its first sync
        # SQLite syncs the folder with the first sync of a new log or journal, and not when it removes one
        journal = flags[0] & (apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL)
        self.syncs_folder = bool(journal and flags[0] & apsw.SQLITE_OPEN_CREATE)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802  # SQLite's names
        """Write into the file that everybody reads; the disk has it later."""
        self.vfs.step("write")
        super().xWrite(data, offset)
        self.disk.pending.append((offset, bytes(data)))

    def xTruncate(self, size: int) -> None:  # noqa: N802  # SQLite's names
        self.vfs.step("truncate")
        super().xTruncate(size)
        self.disk.pending.append(size)

    def xSync(self, flags: int) -> None:  # noqa: N802  # SQLite's names
        """Make durable; where this is planted to fail, forget what was written, as Linux does."""
        self.vfs.syncs += 1
        try:
            self.vfs.step("sync")
        except apsw.Error:
            if self.vfs.forgets:
                self.disk.pending = []
            raise
        self.disk.sync()
        if self.syncs_folder:
            self.syncs_folder = False
            for disk in self.vfs.disks.values():
                disk.sync_name()


class LossyVFS(apsw.VFS):
    """Passes everything on to the real disk; `crash` says what would be left of it."""

    def __init__(self, name: str, *, on_step: Callable[["LossyVFS", str], None] | None = None) -> None:
        super().__init__(name, base="")
        self.name = name
        self.disks: dict[str, Disk] = {}
        self.steps = self.syncs = 0
        self.forgets = False
        self.faults: dict[tuple[str, int], type[apsw.Error]] = {}  # what fails: the kind of step, and how many from now
        self.on_step = on_step

    def step(self, kind: str) -> None:
        """Count one change of the disk, and fail where that was planted."""
        self.steps += 1
        if self.on_step is not None:
            self.on_step(self, kind)
        due = self.faults.pop((kind, 0), None)
        self.faults = {(k, n - (k == kind)): fault for (k, n), fault in self.faults.items()}
        if due is not None:
            raise due(f"planted: the {kind} failed")

    def xOpen(self, name: object, flags: list[int]) -> LossyFile:  # noqa: N802  # SQLite's names
        return LossyFile(self, name, flags)

    def xDelete(self, name: str, sync_folder: bool) -> None:  # noqa: N802  # SQLite's names
        self.step("delete")
        super().xDelete(name, sync_folder)
        disk = self.disks.setdefault(name, Disk())
        disk.pending.append(None)
        if sync_folder:
            disk.sync_name()

    def crash(self, loss: Loss, rng: random.Random) -> dict[str, bytes]:
        """Return the files, by the ends of their names, as they are found after a loss of power now."""
        left = {Path(path).name: disk.after(loss, rng) for path, disk in self.disks.items()}
        return {name: data for name, data in left.items() if data is not None}

    def reborn(self, name: str, old: Path, new: Path) -> "LossyVFS":
        """Return the same disk for a new process: its files are read as before, and what is not durable still is not."""
        other = LossyVFS(name)
        for path, disk in self.disks.items():
            moved = other.disks[str(new / Path(path).relative_to(old))] = Disk(disk.durable)
            moved.pending = list(disk.pending)
        return other


def put_down(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files into a new folder."""
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
