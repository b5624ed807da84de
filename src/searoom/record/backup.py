"""A backup of a store while its node runs, and the way back: never over what is there, and marked as put back."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from searoom.clock import to_text
from searoom.errors import NotAllowed, StateUnknown
from searoom.record import healing
from searoom.record.postgres import DEFAULT_SCHEMA, SCHEMES
from searoom.record.store import SqliteStore
from searoom.record.stores import copy_store, open_store
from searoom.record.tables import TableStore, as_int

RESTORED: Final = (healing.KIND, healing.RESTORED)  # kind and key of the mark; until it is gone the node signs nothing
_BESIDE: Final = ("", "-wal", "-shm", "-journal")  # what belongs to one SQLite file


def back_up(store: TableStore, target: Path) -> dict[str, int]:
    """Write the state of one moment of any store into the new file `target`; return the sizes of its logs.

    The node may run and write on. The file has its name only when it is whole, checked and on the disk.
    """
    with _new_file(target) as part:
        if isinstance(store, SqliteStore):
            store.copy_to(part)
            return _checked(part)
        with contextlib.closing(SqliteStore(part)) as copy:
            copy_store(store, copy)
        return _checked(part)


def restore(file: Path, target: str | Path, now_us: int, *, part: str = DEFAULT_SCHEMA) -> dict[str, int]:
    """Make the backup `file` a store at the new path `target`, or in an empty PostgreSQL database; return its sizes.

    The store is marked as put back at `now_us`, so that its node signs nothing before it has asked the other side
    what it said since. The backup itself is only read.
    """
    if isinstance(target, str) and target.startswith(SCHEMES):
        with _scratch(file) as plain, contextlib.closing(open_store(target, part=part)) as store:
            sizes = _checked(plain)
            with contextlib.closing(SqliteStore(plain)) as source, store.together():
                copy_store(source, store)
                store.put(*RESTORED, to_text(now_us).encode())
            return sizes
    with _new_file(Path(target)) as new:
        _copy_file(file, new)
        with contextlib.closing(SqliteStore(new)) as store:  # a backup of an older schema is stepped up here
            store.put(*RESTORED, to_text(now_us).encode())
        return _checked(new)


def _sizes(store: TableStore) -> dict[str, int]:
    return {log: store.size(log) for log in store.logs()}


def _checked(path: Path) -> dict[str, int]:
    """Read the whole store at `path`: pages, indexes, every row, and that no log has a gap; return the sizes."""
    with contextlib.closing(SqliteStore(path)) as store:
        store.check()
        counted: dict[str, int] = {}
        for name, place, *_ in store.table("entry"):
            log = str(name)
            if as_int(place) != counted.get(log, 0):
                raise StateUnknown(f"entry {counted.get(log, 0)} of the log of {log} is missing in the store")
            counted[log] = as_int(place) + 1
        return _sizes(store)


@contextlib.contextmanager
def _new_file(target: Path) -> Iterator[Path]:
    """Give a file to write into; afterwards it is on the disk under the name `target`, or no trace of it is left."""
    for beside in _BESIDE:
        _refuse_existing(Path(f"{target}{beside}"))
    with _failing(target):
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        os.close(handle)
        part = Path(name)
        try:
            yield part
            _sync(part)
            _publish(part, target)
            _sync(target.parent)
        finally:
            for beside in _BESIDE:
                Path(f"{part}{beside}").unlink(missing_ok=True)


@contextlib.contextmanager
def _scratch(file: Path) -> Iterator[Path]:
    """Give a copy of `file` that may be written, in a folder that is gone afterwards."""
    with _failing(file), tempfile.TemporaryDirectory(prefix="searoom-") as folder:
        plain = Path(folder) / "copy.db"
        _copy_file(file, plain)
        yield plain


def _copy_file(file: Path, target: Path) -> None:
    log = Path(f"{file}-wal")
    if not file.is_file():
        raise NotAllowed(f"there is no backup {file}")
    if log.exists() and log.stat().st_size:
        raise NotAllowed(
            f"{file} is not a backup but a store in use, or of a node that was killed: {log.name} lies beside it",
            advice="Use a file that a backup wrote, or let the node that owns the store start and stop once.",
        )
    with file.open("rb") as source, target.open("wb") as copy:
        while data := source.read(1 << 20):
            copy.write(data)


def _publish(part: Path, target: Path) -> None:
    """Give the file its name; an existing file of this name is never replaced, however late it came."""
    try:
        os.link(part, target)
    except FileExistsError:
        _refuse_existing(target)
    except OSError:  # a file system without links, such as a stick's: claim the name, then take it
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            _refuse_existing(target)
        part.replace(target)


def _refuse_existing(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise NotAllowed(f"{path} exists; nothing is overwritten", advice="Name a new file, or move this one away.")


@contextlib.contextmanager
def _failing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise StateUnknown(f"{target} could not be written or read: {fault.strerror or fault}") from fault


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
