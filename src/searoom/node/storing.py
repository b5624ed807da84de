"""A node's backup as one folder, and the way back: both stores, settings, tables and cards; never a key."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

from searoom.errors import NotAllowed, StateUnknown
from searoom.keys.enrol import LEVELS, REGISTRY, ZONES, Settings, read_settings
from searoom.record.backup import back_up, restore
from searoom.record.healing import KIND as MARK
from searoom.record.healing import RESTORED
from searoom.record.stores import open_store
from searoom.record.tables import TableStore

SHARED: Final = "shared.db"
NATIONAL: Final = "national.db"
SETTINGS: Final = "node.toml"
CARDS: Final = "cards"
_TABLES: Final = (REGISTRY, ZONES, LEVELS)


def write_backup(node: Path, stores: Sequence[TableStore], target: Path) -> dict[str, int]:
    """Write both stores of a node, its settings, tables and cards into the new folder `target`.

    Each store as it stands at one moment; returns the sizes of the logs. The folder has its name only when whole.
    """
    if target.exists():
        raise NotAllowed(f"{target} exists; nothing is overwritten", advice="Name a new folder, or move this one away.")
    with _new_folder(target) as part:
        shared, national = stores
        sizes = back_up(shared, part / SHARED)
        sizes |= back_up(national, part / NATIONAL)  # after it: what it says of the other is never from before
        _copy_new(node, part, SETTINGS, *_TABLES)
        shutil.copytree(node / CARDS, part / CARDS)
        return sizes


def back_up_idle(node: Path, target: Path) -> dict[str, int]:
    """Do the same for a node that does not run."""
    settings = read_settings(node)
    with ExitStack() as stack:
        shared = stack.enter_context(closing(open_store(_shared(node, settings), part=settings.party)))
        national = stack.enter_context(closing(open_store(node / NATIONAL)))
        return write_backup(node, (shared, national), target)


def put_back(source: Path, node: Path, now_us: int) -> dict[str, int]:
    """Make the backup `source` the stores of the folder `node`, which must have none; mark them as put back.

    Settings and cards are put back where there are none. Returns the sizes of the logs.
    """
    for name in (SHARED, NATIONAL, SETTINGS):
        if not (source / name).is_file():
            raise NotAllowed(f"{source} is no backup of a node: {name} is missing")
    settings = read_settings(node if (node / SETTINGS).exists() else source)
    if settings.party != read_settings(source).party:
        raise NotAllowed(f"{source} is a backup of {read_settings(source).party}, and {node} is of {settings.party}")
    node.mkdir(parents=True, exist_ok=True)
    node.chmod(0o700)
    sizes = restore(source / NATIONAL, node / NATIONAL, now_us)
    with closing(open_store(node / NATIONAL)) as national:
        national.drop(MARK, RESTORED)
    try:
        sizes |= restore(source / SHARED, _shared(node, settings), now_us, part=settings.party)
    except BaseException:
        (node / NATIONAL).unlink()  # made here just now; half a node is none
        raise
    _copy_new(source, node, SETTINGS, *_TABLES)
    if not (node / CARDS).exists():
        shutil.copytree(source / CARDS, node / CARDS)
    return sizes


def _copy_new(source: Path, target: Path, *names: str) -> None:
    """Copy those of these files that there are, and that are not there yet."""
    for name in names:
        if (source / name).is_file() and not (target / name).exists():
            shutil.copy(source / name, target / name)


def _shared(node: Path, settings: Settings) -> Path | str:
    return settings.store or node / SHARED


@contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """Give a folder to write into; afterwards it has the name `target`, or no trace of it is left."""
    part = target.with_name(f".{target.name}.part")
    try:
        part.mkdir(mode=0o700)
    except FileExistsError:
        raise NotAllowed(
            f"{part} exists: another backup is being written there, or broke off", advice="Remove it, and try again."
        ) from None
    except OSError as fault:
        raise StateUnknown(f"{part} cannot be made: {fault.strerror}") from fault
    try:
        yield part
        part.rename(target)
        handle = os.open(target.parent, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    finally:
        shutil.rmtree(part, ignore_errors=True)
