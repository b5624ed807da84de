"""The store in one SQLite file: WAL mode with synchronous=FULL, one transaction a message or a group of them.

A commit that returned survives a loss of power. Everything that the disk or a lock can do to us
becomes one clear `StateUnknown`; a file that is not ours, or is newer than we are, `NotAllowed`.
"""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import apsw

from searoom.errors import NotAllowed, StateUnknown
from searoom.record.tables import SCHEMA_VERSION, Row, TableStore, Value

LEAST_SQLITE: Final = (3, 51, 3)  # older ones can lose a commit when two connections checkpoint (WAL-reset bug)
APPLICATION_ID: Final = 0x5EA6_0001
BUSY_MS: Final = 5_000
MEMORY: Final = ":memory:"

_SCHEMA: Final = """
CREATE TABLE entry (
    id INTEGER PRIMARY KEY, log TEXT NOT NULL, place INTEGER NOT NULL, stored_us INTEGER NOT NULL,
    entry BLOB NOT NULL, body BLOB NOT NULL, UNIQUE (log, place)
) STRICT;
CREATE TABLE cosigned (
    log TEXT NOT NULL, cosigner TEXT NOT NULL, size INTEGER NOT NULL, note BLOB NOT NULL, PRIMARY KEY (log, cosigner)
) STRICT, WITHOUT ROWID;
CREATE TABLE evidence (
    id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, kind TEXT NOT NULL, kept_us INTEGER NOT NULL,
    detail BLOB NOT NULL
) STRICT;
"""
_SCHEMA_2: Final = """
CREATE TABLE note (log TEXT NOT NULL PRIMARY KEY, size INTEGER NOT NULL, note BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE beside (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, UNIQUE (kind, key)
) STRICT;
CREATE INDEX evidence_kind ON evidence (kind);
"""
# What makes a store of one schema into one of the next. 1 kept every note; only the newest of a log is needed.
_STEPS: Final = {
    1: (
        "ALTER TABLE note RENAME TO every_note",
        _SCHEMA_2,
        "INSERT INTO note (log, size, note) SELECT log, max(size), note FROM every_note GROUP BY log",
        "DROP TABLE every_note",
    )
}


def check_library(version: str) -> None:
    """Refuse an SQLite that can lose a commit; `version` like "3.54.1"."""
    if tuple(int(part) for part in version.split(".")) < LEAST_SQLITE:
        least = ".".join(str(part) for part in LEAST_SQLITE)
        raise NotAllowed(f"SQLite {version} can lose what it committed; Searoom needs {least} or later")


class SqliteStore(TableStore):
    """The store of one node in one file (":memory:" for one that dies with its process)."""

    def __init__(self, path: str | Path, *, busy_ms: int = BUSY_MS, vfs: str | None = None) -> None:
        check_library(apsw.sqlite_lib_version())
        self.where = str(path)
        self._lock = threading.RLock()
        self._busy_ms = busy_ms
        self._vfs = vfs
        self._failed = ""  # what a disk said that failed in the middle of a write
        self._stale = False  # bytes of a dropped value may still lie in the write-ahead log
        with self._guard("opened"):
            self._db = apsw.Connection(self.where, vfs=vfs)
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
                raise StateUnknown(f"the store {self.where} is read-only: nothing can be recorded in it")
            self._version()
            mode = self._db.pragma("journal_mode", "wal")
            if mode not in ("wal", "memory"):
                raise StateUnknown(f"the store {self.where} lies where SQLite cannot keep a write-ahead log ({mode})")
            self._db.pragma("synchronous", "full")
            self._db.pragma("fullfsync", True)
            self._db.pragma("trusted_schema", False)
            self._db.pragma("secure_delete", True)  # what is dropped or replaced is overwritten with zeros
            # Once from log to file: a sync that failed before a crash may have left pages that read well and are not
            # on the disk; written and synced again, they are. It also ends what dropped values left in the log.
            self._checkpoint()
        with self._transaction("opened"):
            version = self._version()  # asked again under the lock: another program may have been faster
            if version == 0:
                self._db.execute(_SCHEMA + _SCHEMA_2)
                self._db.pragma("application_id", APPLICATION_ID)
            for step in range(version, SCHEMA_VERSION) if version else ():
                self._db.execute(";".join(_STEPS[step]))
            # Written each time: the commit begins the log anew on the disk, where an older one may lie otherwise.
            self._db.pragma("user_version", SCHEMA_VERSION)

    def _version(self) -> int:
        """Return the schema version, 0 for a new file; refuse what is not ours or newer than we are."""
        tables = self._db.execute("SELECT count(*) FROM sqlite_schema").get
        application, version = self._db.pragma("application_id"), self._db.pragma("user_version")
        if tables == 0 and application == 0 and version == 0:
            return 0
        if application != APPLICATION_ID:
            raise NotAllowed(f"the file {self.where} is a database of something else, not a Searoom store")
        if not isinstance(version, int) or (version != SCHEMA_VERSION and version not in _STEPS):
            raise NotAllowed(
                f"the store {self.where} was written by another version of Searoom (schema {version}, not "
                f"{SCHEMA_VERSION})",
                advice="Open it with the version that wrote it; nothing was changed.",
            )
        return version

    @contextlib.contextmanager
    def _guard(self, deed: str) -> Iterator[None]:
        """Turn what SQLite says into what a person can act on."""
        try:
            yield
        except apsw.NotADBError:
            raise NotAllowed(f"the file {self.where} is not a Searoom store, or it is damaged beyond reading") from None
        except apsw.FullError as fault:
            raise StateUnknown(f"the disk under {self.where} is full; the store could not be {deed}") from fault
        except (apsw.BusyError, apsw.LockedError) as fault:
            raise StateUnknown(f"another program holds {self.where} locked; it could not be {deed}") from fault
        except (apsw.ReadOnlyError, apsw.PermissionsError, apsw.CantOpenError, apsw.AuthError) as fault:
            raise StateUnknown(
                f"the store {self.where} or its folder is read-only, missing or forbidden; it could not be {deed}"
            ) from fault
        except apsw.IOError as fault:
            if deed == "written":  # what a failed sync left behind is known only after the file is opened anew
                self._failed = str(fault)
            raise StateUnknown(
                f"the disk under {self.where} failed ({fault}); the store could not be {deed}"
            ) from fault
        except apsw.Error as fault:
            raise StateUnknown(f"the store {self.where} could not be {deed}: {fault}") from fault

    def _begin(self, kind: str) -> None:
        if self._failed and kind == "write":
            raise StateUnknown(f"the disk under {self.where} failed before ({self._failed}); nothing more is written")
        self._db.execute("BEGIN IMMEDIATE" if kind == "write" else "BEGIN")

    def _commit(self) -> None:
        self._db.execute("COMMIT")

    def _rollback(self) -> None:
        if self._db.in_transaction:
            with contextlib.suppress(apsw.Error):
                self._db.execute("ROLLBACK")

    def _run(self, sql: str, *values: Value) -> list[Row]:
        return list(self._db.execute(sql, values))

    def _many(self, sql: str, rows: Sequence[Row]) -> None:
        self._db.executemany(sql, rows)

    def _wipe(self, kind: str) -> None:  # noqa: ARG002  # one log for all kinds
        self._stale = True

    def _settled(self) -> None:
        """Empty the write-ahead log after a drop; while a reader holds it, after a later write or at the next start."""
        if self._stale:
            self._stale = not self._checkpoint()

    def _checkpoint(self) -> bool:
        """Move the write-ahead log into the file and cut it to nothing; false where another program reads it."""
        self._db.set_busy_timeout(0)  # a reader may take long, and nobody waits for this
        try:
            self._db.wal_checkpoint("main", apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except (apsw.BusyError, apsw.LockedError):
            return False
        finally:
            self._db.set_busy_timeout(self._busy_ms)
        return True

    def copy_to(self, path: Path) -> None:
        """Write the state of one moment into the empty file `path`, while others may write on."""
        with contextlib.ExitStack() as stack, self._guard("copied"):
            if self.where == MEMORY:
                stack.enter_context(self._lock)
                source = self._db
            else:  # a connection of its own: the writer does not wait for it
                source = apsw.Connection(self.where, flags=apsw.SQLITE_OPEN_READONLY, vfs=self._vfs)
                stack.callback(source.close)
                source.set_busy_timeout(self._busy_ms)
            target = apsw.Connection(str(path))
            stack.callback(target.close)
            with target.backup("main", source, "main") as copying:
                while not copying.done:
                    copying.step(-1)

    def check(self) -> None:
        """Read the whole file and compare pages and indexes with each other; `StateUnknown` where it is damaged."""
        said = [str(row[0]) for row in self._rows("PRAGMA integrity_check(3)")]
        if said != ["ok"]:
            raise StateUnknown(f"the store {self.where} is damaged: {'; '.join(said)}")
