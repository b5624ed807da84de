"""What a store promises, in the statements that SQLite and PostgreSQL both understand.

A database below it answers five questions (`_begin`, `_commit`, `_rollback`, `_run`, `_many`) and turns
what it says into sentences (`_guard`). Everything that is written is written in one transaction:
all of it or nothing of it, and durable on return.
"""

import contextlib
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from searoom.errors import NotAllowed, StateUnknown
from searoom.record.evidence import Evidence
from searoom.record.log import Item

MAX_EVIDENCE: Final = 200  # pieces of one kind: a flood of small lies must not leave a fork without its proof
MAX_EVIDENCE_BYTES: Final = 256 * 1024
SCHEMA_VERSION: Final = 2  # of both databases; every step up stands beside the tables that it changes

Value: TypeAlias = int | float | bytes | str | None
Row: TypeAlias = tuple[Value, ...]

# One row a table, in the order in which a copy fills them: its columns, and how many of them, from the first on,
# order and name its rows.
TABLES: Final[dict[str, tuple[tuple[str, ...], int]]] = {
    "entry": (("log", "place", "stored_us", "entry", "body"), 2),
    "note": (("log", "size", "note"), 1),
    "cosigned": (("log", "cosigner", "size", "note"), 2),
    "evidence": (("id", "digest", "kind", "kept_us", "detail"), 1),
    "beside": (("kind", "key", "value"), 2),
}

_PAGE: Final = 256  # rows read at a time
_ENTRIES: Final = "SELECT entry FROM entry WHERE log = $1 AND place >= $2 AND place < $3 ORDER BY place"
_ITEMS: Final = "SELECT entry, body FROM entry WHERE log = $1 AND place >= $2 AND place < $3 ORDER BY place"
_SIZE: Final = "SELECT place + 1 FROM entry WHERE log = $1 ORDER BY place DESC LIMIT 1"
_LOGS: Final = """
WITH RECURSIVE named (log) AS (
    SELECT min(log) FROM entry
    UNION ALL SELECT (SELECT min(entry.log) FROM entry WHERE entry.log > named.log) FROM named WHERE log IS NOT NULL
) SELECT log FROM named WHERE log IS NOT NULL UNION SELECT log FROM note
"""  # from log to log through the index: a DISTINCT would read every entry
_ADD: Final = "INSERT INTO entry (log, place, stored_us, entry, body) VALUES ($1, $2, $3, $4, $5)"
_NOTE: Final = (
    "INSERT INTO note (log, size, note) VALUES ($1, $2, $3)"
    " ON CONFLICT (log) DO UPDATE SET size = excluded.size, note = excluded.note"
)
_COSIGN: Final = (
    "INSERT INTO cosigned (log, cosigner, size, note) VALUES ($1, $2, $3, $4) ON CONFLICT (log, cosigner)"
    " DO UPDATE SET size = excluded.size, note = excluded.note WHERE excluded.size >= cosigned.size"
)
_KEEP: Final = "INSERT INTO evidence (digest, kind, kept_us, detail) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
_PUT: Final = (
    "INSERT INTO beside (kind, key, value) VALUES ($1, $2, $3)"
    " ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value"
)


class TableStore(ABC):
    """The store of one node over a database; `where` is how sentences name it."""

    where: str
    _lock: contextlib.AbstractContextManager[object]  # re-entrant: courier and commands may run in two threads
    _open: str = ""  # what is under way: "" nothing, "write" a transaction, "still" a reading of one state
    _spoilt: bool = False  # a write inside `together` failed: the whole of it must not be made
    _told: tuple[Callable[[], None], ...] = ()

    @abstractmethod
    def close(self) -> None:
        """Let go of the database; what was committed is there."""

    @abstractmethod
    def _guard(self, deed: str) -> contextlib.AbstractContextManager[None]:
        """Turn what the database says into what a person can act on."""

    @abstractmethod
    def _begin(self, kind: str) -> None:
        """Begin a transaction: "write", or "still" for reading one state throughout."""

    @abstractmethod
    def _commit(self) -> None:
        """Make durable what was written since `_begin`."""

    @abstractmethod
    def _rollback(self) -> None:
        """End the transaction, if there is one, as if it had never begun; raises nothing."""

    @abstractmethod
    def _run(self, sql: str, *values: Value) -> list[Row]:
        """Run one statement and return its rows."""

    @abstractmethod
    def _many(self, sql: str, rows: Sequence[Row]) -> None:
        """Run one statement for each of the rows."""

    def _claim(self, log: str) -> None:  # noqa: B027  # SQLite needs none: its one lock is the file's
        """Be the only program that appends to `log`, where the database can see to that."""

    def _room_for(self, kind: str) -> None:  # noqa: B027  # SQLite needs none
        """Make ready for values of this kind."""

    @abstractmethod
    def _wipe(self, kind: str) -> None:
        """Remember that the old bytes of this kind must go when the transaction is durable."""

    @abstractmethod
    def _settled(self) -> None:
        """Do what waits for the end of a transaction."""

    def tell(self, told: Callable[[], None]) -> None:
        """Call `told` from now on after each transaction that was made, in the thread that made it."""
        self._told = (*self._told, told)

    @contextlib.contextmanager
    def _transaction(self, deed: str) -> Iterator[None]:
        """Run what is inside as one transaction, or as a part of the one that is under way."""
        with self._lock, self._guard(deed):
            if self._open == "still":
                raise NotAllowed(f"{self.where} is being read as one state; nothing is written meanwhile")
            if self._open:
                try:
                    yield
                except BaseException:
                    self._spoilt = True
                    raise
                return
            self._begin("write")
            self._open, self._spoilt = "write", False
            try:
                yield
                if self._spoilt:
                    raise StateUnknown(f"a part of what belongs together failed; nothing of it is in {self.where}")
                self._commit()
            finally:
                self._open = ""
                self._rollback()
            self._settled()
        for told in self._told:
            told()

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Make everything that is written inside durable at once, with one sync: all of it or nothing of it.

        Inside, what was written reads as if it were there. No `await` inside: another task's writes would join.
        """
        with self._transaction("written"):
            yield

    @contextlib.contextmanager
    def still(self) -> Iterator[None]:
        """Let everything that is read inside be of one moment, whatever others write meanwhile."""
        with self._lock, self._guard("read"):
            if self._open:
                raise NotAllowed(f"{self.where} is being written; it cannot be read as one state now")
            self._begin("still")
            self._open = "still"
            try:
                yield
            finally:
                self._open = ""
                self._rollback()

    def _rows(self, sql: str, *values: Value) -> list[Row]:
        with self._lock, self._guard("read"):
            return self._run(sql, *values)

    def logs(self) -> Sequence[str]:
        """Return the names of the logs with entries or a note, sorted."""
        return sorted(str(log) for (log,) in self._rows(_LOGS))

    def size(self, log: str) -> int:
        """Return how many entries of `log` are committed."""
        rows = self._rows(_SIZE, log)
        return as_int(rows[0][0]) if rows else 0

    def leaves(self, log: str, start: int = 0) -> Iterator[bytes]:
        """Yield the entries of `log` from `start` on, in order; a gap shows as one entry less."""
        for (data,) in self._pages(_ENTRIES, log, start, self.size(log)):
            yield as_bytes(data)

    def items(self, log: str, start: int, stop: int) -> Iterator[Item]:
        """Yield entry and body of the places `start` to `stop`, exclusive."""
        for data, body in self._pages(_ITEMS, log, start, stop):
            yield as_bytes(data), as_bytes(body)

    def _pages(self, sql: str, log: str, start: int, stop: int) -> Iterator[Row]:
        for first in range(max(start, 0), stop, _PAGE):  # no transaction stays open in the caller's hands
            rows = self._rows(sql, log, first, min(first + _PAGE, stop))
            if not rows:
                return
            yield from rows

    def note(self, log: str) -> bytes:
        """Return the newest signed note of `log`, or nothing where none was ever stored."""
        rows = self._rows("SELECT note FROM note WHERE log = $1", log)
        return as_bytes(rows[0][0]) if rows else b""

    def append(self, log: str, start: int, items: Sequence[Item], note: bytes, *, now_us: int) -> None:
        """Add items and note in one transaction, where `log` has exactly `start` entries."""
        with self._transaction("written"):
            self._claim(log)
            held = self.size(log)
            if held != start:
                raise StateUnknown(
                    f"the log of {log} has {held} entries in {self.where}, not {start}: another program has written it"
                )
            if items:
                self._many(_ADD, [(log, start + at, now_us, data, body) for at, (data, body) in enumerate(items)])
            if note:
                self._run(_NOTE, log, start + len(items), note)

    def cosigned(self, log: str) -> Sequence[tuple[str, bytes]]:
        """Return, for each party that has cosigned `log`, its id and its largest cosigned note."""
        rows = self._rows("SELECT cosigner, note FROM cosigned WHERE log = $1 ORDER BY cosigner", log)
        return [(str(by), as_bytes(note)) for by, note in rows]

    def cosign(self, log: str, by: str, size: int, note: bytes) -> None:
        """Replace the cosigned note of `by` over `log` by one of the same or a larger size."""
        with self._transaction("written"):
            self._run(_COSIGN, log, by, size, note)

    def keep(self, kind: str, detail: bytes, *, now_us: int) -> None:
        """Keep evidence once, whole; a flood of one kind stops at `MAX_EVIDENCE` pieces."""
        if len(detail) > MAX_EVIDENCE_BYTES:
            raise NotAllowed(
                f"evidence of {len(detail)} bytes is too long to be kept, {MAX_EVIDENCE_BYTES} is the most"
            )
        digest = hashlib.sha256(kind.encode() + b"\0" + detail).digest()
        with self._transaction("written"):
            ((held,),) = self._run("SELECT count(*) FROM evidence WHERE kind = $1", kind)
            if as_int(held) < MAX_EVIDENCE:
                self._run(_KEEP, digest, kind, now_us, detail)

    def kept(self) -> Sequence[Evidence]:
        """Return the evidence in the order in which it was kept."""
        rows = self._rows("SELECT kind, detail, kept_us FROM evidence ORDER BY id")
        return [Evidence(str(kind), as_bytes(detail), as_int(at)) for kind, detail, at in rows]

    def put(self, kind: str, key: bytes, value: bytes) -> None:
        """Store a small private or erasable thing beside the record, in the place of an older one of this key."""
        with self._transaction("written"):
            self._room_for(kind)
            self._run(_PUT, kind, key, value)

    def get(self, kind: str, key: bytes) -> bytes | None:
        """Return what was put under this kind and key."""
        rows = self._rows("SELECT value FROM beside WHERE kind = $1 AND key = $2", kind, key)
        return as_bytes(rows[0][0]) if rows else None

    def drop(self, kind: str, key: bytes) -> None:
        """Forget what was put under this kind and key, so that its bytes are no longer in the file either."""
        with self._transaction("written"):
            self._run("DELETE FROM beside WHERE kind = $1 AND key = $2", kind, key)
            self._wipe(kind)

    def each(self, kind: str) -> Iterator[tuple[bytes, bytes]]:
        """Yield key and value of everything of this kind, in the order of the keys."""
        for (key,) in self._rows("SELECT key FROM beside WHERE kind = $1 ORDER BY key", kind):
            value = self.get(kind, as_bytes(key))
            if value is not None:  # dropped since
                yield as_bytes(key), value

    def table(self, name: str) -> Iterator[Row]:
        """Yield all rows of one of `TABLES`, ordered by what names them."""
        columns, named = TABLES[name]
        names, order = ", ".join(columns), ", ".join(columns[:named])
        marks = ", ".join(f"${at + 1}" for at in range(named))
        rows = self._rows(f"SELECT {names} FROM {name} ORDER BY {order} LIMIT {_PAGE}")  # noqa: S608  # names from TABLES
        while rows:
            yield from rows
            after = f"SELECT {names} FROM {name} WHERE ({order}) > ({marks}) ORDER BY {order} LIMIT {_PAGE}"  # noqa: S608  # names from TABLES
            rows = self._rows(after, *rows[-1][:named])

    def fill(self, name: str, rows: Sequence[Row]) -> None:
        """Add rows to one of `TABLES` exactly as another store gave them; the number of a piece of evidence is new."""
        columns, _ = TABLES[name]
        if name == "evidence":  # the database numbers them, in the order in which they come
            columns, rows = columns[1:], [row[1:] for row in rows]
        marks = ", ".join(f"${at + 1}" for at in range(len(columns)))
        with self._transaction("written"):
            for log in {str(row[0]) for row in rows} if name == "entry" else ():
                self._claim(log)
            for kind in {str(row[0]) for row in rows} if name == "beside" else ():
                self._room_for(kind)
            self._many(f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608  # names from TABLES


def as_bytes(value: Value) -> bytes:
    """Return `value`, which must be bytes."""
    if not isinstance(value, bytes):
        raise StateUnknown("the store holds something else than bytes where an entry should be; it is damaged")
    return value


def as_int(value: Value) -> int:
    """Return `value`, which must be a whole number."""
    if not isinstance(value, int):
        raise StateUnknown("the store holds something else than a number where a size should be; it is damaged")
    return value
