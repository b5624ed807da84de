"""The stores, read beside a running node without changing a byte: SQLite's own check, and each log against its note."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

import apsw

from searoom import clock
from searoom.doctoring.ailment import Ailment, Patient, Weight
from searoom.errors import SearoomError, StateUnknown
from searoom.record.checkpoint import SignedNote
from searoom.record.entry import Entry
from searoom.record.log import Log
from searoom.record.roster import author_of
from searoom.record.store import BUSY_MS, SqliteStore

FILES: Final = ("shared.db", "national.db")
ACCOUNTS: Final = "console.db"
RESTORE: Final = "Stop the node, keep the folder as it is, and restore the last backup: docs/operator.md, section 8."
NEWEST: Final = 200  # entries of a counterpart, of which the clocks are compared
AHEAD_US: Final = 2_000_000
_STORED: Final = "SELECT entry, stored_us FROM entry WHERE log = $1 ORDER BY place DESC LIMIT $2"


class Still(SqliteStore):
    """A store that is only read; the node may write on meanwhile."""

    def __init__(self, path: Path) -> None:
        self.where, self._lock, self._failed, self._stale = str(path), threading.RLock(), "", False
        self._busy_ms, self._vfs = BUSY_MS, None
        # Without a write-ahead log nobody has it open, and SQLite need not lay anything beside it.
        still = "" if path.with_name(f"{path.name}-wal").exists() else "&immutable=1"
        with self._guard("opened"):
            self._db = apsw.Connection(
                f"file:{quote(str(path))}?mode=ro{still}", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
            )
            self._db.set_busy_timeout(BUSY_MS)

    def check_pages(self, *, deep: bool) -> None:
        """Let SQLite look for damage: quickly, or with every index compared."""
        said = [str(row[0]) for row in self._rows(f"PRAGMA {'integrity_check' if deep else 'quick_check'}(3)")]
        if said != ["ok"]:
            raise StateUnknown(f"the store {self.where} is damaged: {'; '.join(said)}")

    def newest(self, log: str) -> list[tuple[Entry, int]]:
        """Return the newest entries of a log, each with when it was stored here."""
        rows = self._rows(_STORED, log, NEWEST)
        return [(Entry.from_bytes(bytes(_octets(data))), int(str(at))) for data, at in rows]


def _octets(data: object) -> bytes:
    """Return what a column of bytes holds; `StateUnknown` where it holds something else."""
    if not isinstance(data, bytes):
        raise StateUnknown("an entry in the store is no bytes")
    return data


def sound(patient: Patient) -> Iterator[Ailment]:
    """Find damage in the stores, and logs that do not fit the note over them."""
    if patient.settings.store.startswith("postgres"):
        yield Ailment("stores", Weight.SOUND, "the shared store is PostgreSQL's: its own tools check it")
    for name in FILES:
        path = patient.folder / name
        if not path.exists():
            continue
        try:
            store = Still(path)
            try:
                store.check_pages(deep=patient.deep)
                with store.still():
                    told = list(_logs(store, deep=patient.deep))
            finally:
                store.close()
        except SearoomError as fault:
            yield Ailment("stores", Weight.BAD, f"{name}: {fault.sentence}", RESTORE)
            continue
        yield Ailment("stores", Weight.SOUND, f"{name} is whole: {', '.join(told) or 'no entries yet'}")
    yield from _accounts(patient)


def _logs(store: Still, *, deep: bool) -> Iterator[str]:
    for name in store.logs():
        log = Log.load(store, name, blocks=not deep)
        _compare(store, log, name)
        yield f"{log.size} of {name}"


def _compare(store: Still, log: Log, name: str) -> None:
    data = store.note(name)
    if not data:
        if log.staged_size:
            raise StateUnknown(f"the log of {name} has {log.staged_size} entries and no signed note over them")
        return
    head = SignedNote.from_bytes(data).checkpoint
    if head.size > log.size:
        raise StateUnknown(f"the note over the log of {name} is over {head.size} entries, and {log.size} are there")
    if log.root(head.size) != head.root:
        raise StateUnknown(f"the first {head.size} entries of the log of {name} are not those that its note is over")


def _accounts(patient: Patient) -> Iterator[Ailment]:
    path = patient.folder / ACCOUNTS
    if not path.exists():
        return
    try:
        store = Still(path)
        try:
            store.check_pages(deep=patient.deep)
        finally:
            store.close()
    except SearoomError as fault:
        yield Ailment("stores", Weight.BAD, f"{ACCOUNTS}: {fault.sentence}", "Take it away and make the accounts anew.")


def clocks(patient: Patient) -> Iterator[Ailment]:
    """Find a counterpart's clock that is ahead of ours: an entry that was here before it was written, as they say."""
    path = patient.folder / "shared.db"
    if patient.settings.clock != "machine" or not path.exists():
        return
    found = False
    try:
        store = Still(path)
        try:
            for log in store.logs():
                apart = [stored_us - entry.placed_us for entry, stored_us in store.newest(log)]
                if apart and author_of(log) != patient.settings.party and min(apart) < -AHEAD_US:
                    found = True
                    yield Ailment(
                        "clocks", Weight.DOUBTFUL,
                        f"an entry of {log} was here {-min(apart) / 1e6:.0f} s before it was written, by their clock",
                        "One of the two clocks is wrong: compare both with a time signal.",
                    )  # fmt: skip
        finally:
            store.close()
    except SearoomError:
        return  # `stores` says it
    if not found:
        yield Ailment("clocks", Weight.SOUND, f"nothing speaks against our clock: {clock.to_text(patient.now_us)}")
