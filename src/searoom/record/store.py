"""The record on a disk: SQLite in WAL mode with synchronous=FULL, one transaction a message.

A commit that returned survives a loss of power. Everything that the disk or a lock can do to us
becomes one clear `StateUnknown`; a file that is not ours, or is newer than we are, `NotAllowed`.
"""

import contextlib
import hashlib
import threading
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import apsw

from searoom.errors import NotAllowed, StateUnknown
from searoom.record.evidence import Evidence
from searoom.record.log import Item

LEAST_SQLITE: Final = (3, 51, 3)  # older ones can lose a commit when two connections checkpoint (WAL-reset bug)
APPLICATION_ID: Final = 0x5EA6_0001
SCHEMA_VERSION: Final = 1
BUSY_MS: Final = 5_000
MAX_EVIDENCE: Final = 200  # pieces of one kind: a flood of small lies must not leave a fork without its proof
MAX_EVIDENCE_BYTES: Final = 256 * 1024

_Value: TypeAlias = int | float | bytes | str | None
_PAGE: Final = 256  # entries read at a time
_ENTRIES: Final = "SELECT entry, place FROM entry WHERE log = ? AND place >= ? AND place < ? ORDER BY place"
_ITEMS: Final = "SELECT entry, body FROM entry WHERE log = ? AND place >= ? AND place < ? ORDER BY place"

_SCHEMA: Final = """
CREATE TABLE entry (
    id INTEGER PRIMARY KEY, log TEXT NOT NULL, place INTEGER NOT NULL, stored_us INTEGER NOT NULL,
    entry BLOB NOT NULL, body BLOB NOT NULL, UNIQUE (log, place)
) STRICT;
CREATE TABLE note (
    log TEXT NOT NULL, size INTEGER NOT NULL, note BLOB NOT NULL, PRIMARY KEY (log, size)
) STRICT, WITHOUT ROWID;
CREATE TABLE cosigned (
    log TEXT NOT NULL, cosigner TEXT NOT NULL, size INTEGER NOT NULL, note BLOB NOT NULL, PRIMARY KEY (log, cosigner)
) STRICT, WITHOUT ROWID;
CREATE TABLE evidence (
    id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, kind TEXT NOT NULL, kept_us INTEGER NOT NULL,
    detail BLOB NOT NULL
) STRICT;
"""


def check_library(version: str) -> None:
    """Refuse an SQLite that can lose a commit; `version` like "3.54.1"."""
    if tuple(int(part) for part in version.split(".")) < LEAST_SQLITE:
        least = ".".join(str(part) for part in LEAST_SQLITE)
        raise NotAllowed(f"SQLite {version} can lose what it committed; Searoom needs {least} or later")


class SqliteStore:
    """The store of one node in one file (":memory:" for one that dies with its process)."""

    def __init__(self, path: str | Path, *, busy_ms: int = BUSY_MS) -> None:
        check_library(apsw.sqlite_lib_version())
        self._path = str(path)
        self._lock = threading.RLock()  # the courier and the commands of one node may run in two threads
        with self._guard("opened"):
            self._db = apsw.Connection(self._path)
        try:
            self._db.set_busy_timeout(busy_ms)
            self._prepare()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file; what was committed is there."""
        with self._lock:
            self._db.close(force=True)

    def _prepare(self) -> None:
        with self._guard("opened"):
            if self._db.readonly("main"):
                raise StateUnknown(f"the store {self._path} is read-only: nothing can be recorded in it")
            self._refuse_foreign()
            mode = self._db.pragma("journal_mode", "wal")
            if mode not in ("wal", "memory"):
                raise StateUnknown(f"the store {self._path} lies where SQLite cannot keep a write-ahead log ({mode})")
            self._db.pragma("synchronous", "full")
            self._db.pragma("fullfsync", True)
            self._db.pragma("trusted_schema", False)
        with self._transaction("opened"):
            if self._refuse_foreign() == 0:  # asked again under the lock: another program may have been faster
                self._db.execute(_SCHEMA)
                self._db.pragma("application_id", APPLICATION_ID)
                self._db.pragma("user_version", SCHEMA_VERSION)

    def _refuse_foreign(self) -> int:
        """Return the schema version, 0 for a new file; refuse what is not ours or newer than we are."""
        tables = self._db.execute("SELECT count(*) FROM sqlite_schema").get
        application, version = self._db.pragma("application_id"), self._db.pragma("user_version")
        if tables == 0 and application == 0 and version == 0:
            return 0
        if application != APPLICATION_ID:
            raise NotAllowed(f"the file {self._path} is a database of something else, not a Searoom store")
        if version != SCHEMA_VERSION:
            raise NotAllowed(
                f"the store {self._path} was written by another version of Searoom (schema {version}, not "
                f"{SCHEMA_VERSION})",
                advice="Open it with the version that wrote it; nothing was changed.",
            )
        return SCHEMA_VERSION

    @contextlib.contextmanager
    def _guard(self, deed: str) -> Iterator[None]:
        """Turn what SQLite says into what a person can act on."""
        try:
            yield
        except apsw.NotADBError:
            raise NotAllowed(f"the file {self._path} is not a Searoom store, or it is damaged beyond reading") from None
        except apsw.FullError as fault:
            raise StateUnknown(f"the disk under {self._path} is full; the store could not be {deed}") from fault
        except (apsw.BusyError, apsw.LockedError) as fault:
            raise StateUnknown(f"another program holds {self._path} locked; it could not be {deed}") from fault
        except (apsw.ReadOnlyError, apsw.PermissionsError, apsw.CantOpenError, apsw.AuthError) as fault:
            raise StateUnknown(
                f"the store {self._path} or its folder is read-only, missing or forbidden; it could not be {deed}"
            ) from fault
        except apsw.Error as fault:
            raise StateUnknown(f"the store {self._path} could not be {deed}: {fault}") from fault

    @contextlib.contextmanager
    def _transaction(self, deed: str) -> Iterator[None]:
        """Run what is inside as one transaction with the write lock taken first."""
        with self._lock, self._guard(deed):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def _rows(self, sql: str, *values: _Value) -> list[tuple[_Value, ...]]:
        with self._lock, self._guard("read"):
            return list(self._db.execute(sql, values))

    def size(self, log: str) -> int:
        """Return how many entries of `log` are committed."""
        ((size,),) = self._rows("SELECT coalesce(max(place) + 1, 0) FROM entry WHERE log = ?", log)
        return _int(size)

    def leaves(self, log: str) -> Iterator[bytes]:
        """Yield the entries of `log` in order; a gap ends them, and the signed note will tell."""
        for data, _ in self._read(_ENTRIES, log, 0, self.size(log)):
            yield data

    def items(self, log: str, start: int, stop: int) -> Iterator[Item]:
        """Yield entry and body of the places `start` to `stop`, exclusive."""
        for data, body in self._read(_ITEMS, log, start, stop):
            yield data, _bytes(body)

    def _read(self, sql: str, log: str, start: int, stop: int) -> Iterator[tuple[bytes, _Value]]:
        for first in range(start, stop, _PAGE):  # page by page: no read transaction stays open in the caller's hands
            for data, other in self._rows(sql, log, first, min(first + _PAGE, stop)):
                yield _bytes(data), other

    def noted(self, log: str) -> Sequence[int]:
        """Return, ascending, the sizes of `log` for which a signed note is stored."""
        rows = self._rows("SELECT size FROM note WHERE log = ? ORDER BY size", log)
        return array("q", (_int(size) for (size,) in rows))

    def note(self, log: str, size: int) -> bytes:
        """Return the signed note of `log` at `size`."""
        rows = self._rows("SELECT note FROM note WHERE log = ? AND size = ?", log, size)
        if not rows:
            raise StateUnknown(f"the store {self._path} has no signed note of the log of {log} at size {size}")
        return _bytes(rows[0][0])

    def append(self, log: str, start: int, items: Sequence[Item], note: bytes, *, now_us: int) -> None:
        """Add items and note in one transaction, where `log` has exactly `start` entries."""
        with self._transaction("written"):
            held = self.size(log)
            if held != start:
                raise StateUnknown(
                    f"the log of {log} has {held} entries in {self._path}, not {start}: another program has written it"
                )
            self._db.executemany(
                "INSERT INTO entry (log, place, stored_us, entry, body) VALUES (?, ?, ?, ?, ?)",
                [(log, start + at, now_us, data, body) for at, (data, body) in enumerate(items)],
            )
            self._db.execute("INSERT INTO note (log, size, note) VALUES (?, ?, ?)", (log, start + len(items), note))

    def cosigned(self, log: str) -> Sequence[tuple[str, bytes]]:
        """Return, for each party that has cosigned `log`, its id and its largest cosigned note."""
        rows = self._rows("SELECT cosigner, note FROM cosigned WHERE log = ? ORDER BY cosigner", log)
        return [(str(by), _bytes(note)) for by, note in rows]

    def cosign(self, log: str, by: str, size: int, note: bytes) -> None:
        """Replace the cosigned note of `by` over `log` by one of the same or a larger size."""
        with self._transaction("written"):
            self._db.execute(
                "INSERT INTO cosigned (log, cosigner, size, note) VALUES (?, ?, ?, ?) ON CONFLICT (log, cosigner)"
                " DO UPDATE SET size = excluded.size, note = excluded.note WHERE excluded.size >= cosigned.size",
                (log, by, size, note),
            )

    def keep(self, kind: str, detail: bytes, *, now_us: int) -> None:
        """Keep evidence once; a flood of one kind stops at `MAX_EVIDENCE` pieces, longer ones are cut."""
        detail = detail[:MAX_EVIDENCE_BYTES]
        digest = hashlib.sha256(kind.encode() + b"\0" + detail).digest()
        with self._transaction("written"):
            self._db.execute(
                "INSERT INTO evidence (digest, kind, kept_us, detail) SELECT ?, ?, ?, ?"
                " WHERE (SELECT count(*) FROM evidence WHERE kind = ?) < ? ON CONFLICT (digest) DO NOTHING",
                (digest, kind, now_us, detail, kind, MAX_EVIDENCE),
            )

    def kept(self) -> Sequence[Evidence]:
        """Return the evidence in the order in which it was kept."""
        rows = self._rows("SELECT kind, detail, kept_us FROM evidence ORDER BY id")
        return [Evidence(str(kind), _bytes(detail), _int(at)) for kind, detail, at in rows]


def _bytes(value: _Value) -> bytes:
    if not isinstance(value, bytes):
        raise StateUnknown("the store holds something else than bytes where an entry should be; it is damaged")
    return value


def _int(value: _Value) -> int:
    if not isinstance(value, int):
        raise StateUnknown("the store holds something else than a number where a size should be; it is damaged")
    return value
