"""A simulated disk under the real store: what was written but not synced is lost, in part or whole, when power fails.

SQLite runs on files in memory behind a VFS of ours that writes down each write and each sync. A write that is to
end in a loss of power runs to its end in the page cache first; then the moment at which the power failed is
chosen *before* its last frame (the commit is lost) or after all of it (done, but nobody was told). So the logical
outcome never hangs on how many pages SQLite happened to touch, and the same seed gives the same story.
"""

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import apsw

from searoom.record.store import SqliteStore

MASK_BITS: Final = 64
ALL: Final = (1 << MASK_BITS) - 1  # every unsynced write survives: the process died, the machine did not
NONE: Final = 0
STORE: Final = "shared.db"
_WAL: Final = "-wal"
_BASE: Final = apsw.vfs_names()[0]  # the machine's own files, whatever else is registered later
_names = itertools.count(1)


class PowerLoss(BaseException):
    """The node is dead: no line of its code may run any further, not even one that catches every exception."""


@dataclass(frozen=True, slots=True)
class _Write:
    """One event of the disk's journal; `data` None is a sync, an int a truncation, and `gone` a deletion."""

    name: str
    at: int = 0
    data: bytes | int | None = None
    gone: bool = False


@dataclass(slots=True)
class _Image:
    """A file as the platter has it, and what has been written since without a sync."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[_Write] = field(default_factory=list)

    def sync(self) -> None:
        for write in self.pending:
            self.put(write)
        self.pending.clear()

    def put(self, write: _Write) -> None:
        if isinstance(write.data, int):
            del self.durable[write.data :]
        elif write.data is not None:
            self.durable.extend(bytes(max(write.at - len(self.durable), 0)))
            self.durable[write.at : write.at + len(write.data)] = write.data


class _File(apsw.VFSFile):
    def __init__(self, disk: "Disk", name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__(_BASE, name, flags)
        self._disk, self._life = disk, disk.life
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._name = Path(str(path)).name

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802  # apsw's name
        if self._disk.heeds(self._life):
            super().xWrite(data, offset)
            self._disk.happened(_Write(self._name, offset, bytes(data)))

    def xTruncate(self, size: int) -> None:  # noqa: N802  # apsw's name
        if self._disk.heeds(self._life):
            super().xTruncate(size)
            self._disk.happened(_Write(self._name, 0, size))

    def xSync(self, _flags: int) -> None:  # noqa: N802  # apsw's name
        if self._disk.heeds(self._life):
            self._disk.happened(_Write(self._name))


class _Vfs(apsw.VFS):
    def __init__(self, disk: "Disk", name: str) -> None:
        super().__init__(name, _BASE)
        self._disk = disk

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> _File:  # noqa: N802  # apsw's name
        return _File(self._disk, name, flags)

    def xDelete(self, name: str, sync: bool) -> None:  # noqa: N802  # apsw's name
        if not self._disk.dead:
            super().xDelete(name, sync)
            self._disk.happened(_Write(Path(name).name, gone=True))


class Disk:
    """The disk of one node: `open_store` mounts it, `fall` cuts the power, `copy` and `put_back` are backups."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.life, self.dead = folder, 0, False
        self.syncs = self.writes = 0
        self._images: dict[str, _Image] = {}
        self._journal: list[_Write] | None = None
        self._vfs_name = f"searoom-soak-{next(_names)}"
        self._vfs = _Vfs(self, self._vfs_name)

    @property
    def path(self) -> Path:
        """The store's file."""
        return self.folder / STORE

    def heeds(self, life: int) -> bool:
        """Whether a file opened in that life of the node still reaches the disk."""
        return life == self.life and not self.dead

    def happened(self, write: _Write) -> None:
        """Take note of one write, sync, truncation or deletion."""
        self.writes += write.data is not None
        self.syncs += write.data is None and not write.gone
        if self._journal is not None:
            self._journal.append(write)
        else:
            self._apply(write)

    def _apply(self, write: _Write) -> None:
        if write.gone:
            self._images.pop(write.name, None)
            return
        image = self._images.setdefault(write.name, _Image())
        if write.data is None:
            image.sync()
        else:
            image.pending.append(write)

    def open_store(self) -> SqliteStore:
        """Return the real store on this disk."""
        return SqliteStore(self.path, vfs=self._vfs_name)

    @contextmanager
    def doomed(self) -> Iterator[None]:
        """Write down what happens inside, without effect, until `fall` says how much of it happened."""
        self._journal = []
        try:
            yield
        except BaseException:  # it was refused before it came to a write: nobody falls
            journal, self._journal = self._journal or [], None
            for write in journal:
                self._apply(write)
            raise

    def fall(self, store: SqliteStore | None, *, lost: bool, fraction: float, mask: int) -> None:
        """Cut the power: of what was `doomed` a `fraction` before its commit (`lost`) or all of it has happened.

        Of the writes that no sync has covered by then the i-th survives where bit i of `mask` is set.
        """
        journal, self._journal = self._journal or [], None
        frames = [at for at, write in enumerate(journal) if write.name.endswith(_WAL) and isinstance(write.data, bytes)]
        before_commit = int(fraction * (frames[-1] + 1 if frames else len(journal)))
        for write in journal[: before_commit if lost else len(journal)]:
            self._apply(write)
        for image in self._images.values():
            image.pending = [w for at, w in enumerate(image.pending) if mask >> (at % MASK_BITS) & 1]
            image.sync()
        self._let_go(store)

    def copy(self) -> dict[str, bytes]:
        """Return a backup: the files as they stand, taken between two writes."""
        names = [path.name for path in self.folder.iterdir() if not path.name.endswith("-shm")]
        return {name: (self.folder / name).read_bytes() for name in sorted(names)}

    def put_back(self, store: SqliteStore | None, files: dict[str, bytes]) -> None:
        """Put the whole disk back to a backup."""
        self._images = {name: _Image(bytearray(data)) for name, data in files.items()}
        self._let_go(store)

    def _let_go(self, store: SqliteStore | None) -> None:
        """End this life: whoever still has the files open writes into nothing."""
        self.dead = True
        if store is not None:
            store.close()
        for path in self.folder.iterdir():
            path.unlink()
        for name, image in self._images.items():
            (self.folder / name).write_bytes(image.durable)
        self.life += 1
        self.dead = False

    def unmount(self, store: SqliteStore | None) -> None:
        """Close for good."""
        self.dead = True
        if store is not None:
            store.close()
        self._vfs.unregister()


def memory_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder that lies in memory where the machine has one."""
    memory = Path("/dev/shm")  # noqa: S108  # no file of ours outlives the run, and nobody else's is touched
    return tempfile.TemporaryDirectory(prefix="searoom-soak-", dir=memory if memory.is_dir() else None)
