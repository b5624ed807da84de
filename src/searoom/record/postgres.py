"""The store in a PostgreSQL database: the same promises as the file, for those who run a server already.

A server that may lose a commit is refused at the start. Each log is appended to by one program at a time (an
advisory lock that ends with the connection). A connection that broke is not mended: the node stops and starts again.
"""

import asyncio
import contextlib
import hashlib
import re
import threading
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from searoom.errors import NotAllowed, SearoomError, StateUnknown
from searoom.record.tables import SCHEMA_VERSION, Row, TableStore, Value

try:
    import asyncpg  # type: ignore[import-untyped]  # it says no types
except ModuleNotFoundError:  # the extra is not installed; who asks for PostgreSQL is told
    asyncpg = None

SCHEMES: Final = ("postgres://", "postgresql://")
DEFAULT_SCHEMA: Final = "searoom"
LEAST_SERVER: Final = 140000  # the oldest that is still kept up
BUSY_MS: Final = 5_000
TIMEOUT_S: Final = 60.0  # for one statement; a server that says nothing for so long is gone

_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,47}")
_T = TypeVar("_T")
_TABLES: Final = """
CREATE TABLE entry (
    log text COLLATE "C" NOT NULL, place bigint NOT NULL, stored_us bigint NOT NULL,
    entry bytea NOT NULL, body bytea NOT NULL, PRIMARY KEY (log, place)
);
CREATE TABLE cosigned (
    log text COLLATE "C" NOT NULL, cosigner text COLLATE "C" NOT NULL, size bigint NOT NULL, note bytea NOT NULL,
    PRIMARY KEY (log, cosigner)
);
CREATE TABLE evidence (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, digest bytea NOT NULL UNIQUE, kind text NOT NULL,
    kept_us bigint NOT NULL, detail bytea NOT NULL
);
CREATE INDEX evidence_kind ON evidence (kind);
CREATE TABLE note (log text COLLATE "C" PRIMARY KEY, size bigint NOT NULL, note bytea NOT NULL);
CREATE TABLE beside (
    kind text COLLATE "C" NOT NULL, key bytea NOT NULL, value bytea NOT NULL, PRIMARY KEY (kind, key)
) PARTITION BY LIST (kind);
CREATE TABLE searoom_store (version bigint NOT NULL);
"""
_STEPS: Final[dict[int, str]] = {}  # what makes a store of one schema into one of the next; 2 is the first here
_DURABLE: Final = ("fsync", "full_page_writes", "synchronous_commit")  # off: a commit that returned may be gone
_READERS: Final = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_xmin IS NOT NULL"
    " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


class PostgresStore(TableStore):
    """The store of one node in one schema of a PostgreSQL database: `postgres://user@host/database`."""

    def __init__(self, url: str, *, schema: str = DEFAULT_SCHEMA, busy_ms: int = BUSY_MS) -> None:
        if asyncpg is None:
            raise NotAllowed(
                "PostgreSQL needs the library asyncpg, which is not installed",
                advice="Install Searoom with its extra: searoom[postgres].",
            )
        if not _NAME.fullmatch(schema):
            raise NotAllowed(f"'{schema}' cannot name a schema; it may hold small letters, digits and _")
        self.where = shown(url, schema)
        self._schema = schema
        self._lock = threading.RLock()
        self._failed = ""  # why the connection is of no more use
        self._deed = "opened"
        self._mine: set[str] = set()  # logs that this connection alone may append to
        self._kinds: set[str] = set()  # kinds that have their table
        self._dropped: set[str] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="searoom-postgres", daemon=True)
        self._thread.start()
        self._db: Any = None  # asyncpg says no types
        try:
            self._db = self._wait(_connect(url, schema, busy_ms))
            self._refuse_unsafe()
            with self._transaction("opened"):
                self._prepare()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the connection, and with it of the logs; what was committed is there."""
        with self._lock:
            if self._loop.is_closed():
                return
            if self._db is not None and not self._db.is_closed():
                with contextlib.suppress(SearoomError):
                    self._wait(self._db.close(timeout=2))
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def _refuse_unsafe(self) -> None:
        """Refuse a server that is too old, copies another one, or may lose what it committed."""
        ((version,),) = self._run("SELECT current_setting('server_version_num')::bigint")
        if not isinstance(version, int) or version < LEAST_SERVER:
            raise NotAllowed(f"{self.where} is served by PostgreSQL {version!r}; Searoom needs {LEAST_SERVER} or later")
        ((standby,),) = self._run("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean")
        if standby:
            raise StateUnknown(f"{self.where} is read-only (a standby server?): nothing can be recorded in it")
        for setting in _DURABLE:
            ((value,),) = self._run(f"SHOW {setting}")
            if value == "off":
                raise NotAllowed(
                    f"{self.where} is served with {setting} = off: it can lose what it committed",
                    advice=f"Set {setting} = on for this server, database and user, then start again.",
                )

    def _prepare(self) -> None:
        """Make the tables, or step them up; refuse what is not ours or newer than we are."""
        self._run("SELECT pg_advisory_xact_lock($1)", _number(self._schema, ""))  # two nodes may start at once
        if not self._run("SELECT 1 FROM pg_namespace WHERE nspname = $1", self._schema):
            self._run(f"CREATE SCHEMA {self._schema}")
        names = {name for (name,) in self._run("SELECT tablename FROM pg_tables WHERE schemaname = $1", self._schema)}
        version: Value = 0
        if "searoom_store" in names:
            ((version,),) = self._run(f"SELECT version FROM {self._schema}.searoom_store")  # noqa: S608  # matched `_NAME`
            if version != SCHEMA_VERSION and version not in _STEPS:
                raise NotAllowed(
                    f"the store {self.where} was written by another version of Searoom (schema {version!r}, not "
                    f"{SCHEMA_VERSION})",
                    advice="Open it with the version that wrote it; nothing was changed.",
                )
        elif names:
            raise NotAllowed(f"the tables in {self.where} are of something else, not of a Searoom store")
        else:
            self._script(_TABLES)
            self._run("INSERT INTO searoom_store (version) VALUES ($1)", SCHEMA_VERSION)
        for step in range(version, SCHEMA_VERSION) if isinstance(version, int) and version else ():
            self._script(_STEPS[step])
            self._run("UPDATE searoom_store SET version = $1", step + 1)

    @contextlib.contextmanager
    def _guard(self, deed: str) -> Iterator[None]:
        """Remember what is being done; what the server says to it is made a sentence in `_wait`."""
        before, self._deed = self._deed, deed
        try:
            yield
        finally:
            self._deed = before

    def _wait(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Let the thread of the connection do this, wait for it, and turn what goes wrong into a sentence."""
        if self._loop.is_closed():
            work.close()
            raise StateUnknown(f"the store {self.where} is closed")
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop).result()
        except asyncpg.PostgresError as fault:
            raise self._refused(fault) from fault
        except (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError) as fault:
            raise self._lost(fault) from fault

    def _refused(self, fault: Exception) -> SearoomError:
        """Return what to say of an error that the server sent."""
        said = _said(fault)
        if isinstance(fault, asyncpg.InvalidAuthorizationSpecificationError):
            return NotAllowed(f"{self.where} does not let us in: {said}")
        if isinstance(fault, (asyncpg.InvalidCatalogNameError, asyncpg.InsufficientPrivilegeError)):
            return NotAllowed(f"{self.where} could not be {self._deed}: {said}")
        if isinstance(fault, asyncpg.DiskFullError):
            return StateUnknown(f"the disk under {self.where} is full; the store could not be {self._deed}")
        if isinstance(fault, (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)):
            return StateUnknown(f"another program holds {self.where} locked; it could not be {self._deed}")
        if isinstance(fault, asyncpg.ReadOnlySQLTransactionError):
            return StateUnknown(f"{self.where} is read-only; it could not be {self._deed}")
        if self._db is None or self._db.is_closed() or isinstance(fault, asyncpg.OperatorInterventionError):
            return self._lost(fault)
        return StateUnknown(f"{self.where} could not be {self._deed}: {said}")

    def _lost(self, fault: BaseException) -> StateUnknown:
        self._failed = self._failed or _said(fault)
        if self._db is not None and not self._db.is_closed():
            self._loop.call_soon_threadsafe(self._db.terminate)
        return StateUnknown(
            f"the server of {self.where} cannot be reached or broke off ({self._failed}); it could not be {self._deed}"
        )

    def _begin(self, kind: str) -> None:
        self._script("BEGIN" if kind == "write" else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def _commit(self) -> None:
        if self._script("COMMIT") != "COMMIT":  # a transaction that failed inside is rolled back without an error
            raise StateUnknown(f"{self.where} did not commit; nothing of what belongs together is there")

    def _rollback(self) -> None:
        if not self._db.is_closed() and self._db.is_in_transaction():
            self._kinds.clear()  # a table that was made inside is gone
            with contextlib.suppress(SearoomError):
                self._script("ROLLBACK")
        if self._db.is_closed():
            self._failed = self._failed or "the server closed it"
        elif self._db.is_in_transaction():
            self._failed = self._failed or "it was left in the middle of a transaction"

    def _script(self, sql: str) -> str:
        return str(self._wait(self._alive().execute(sql)))

    def _run(self, sql: str, *values: Value) -> list[Row]:
        return [tuple(row) for row in self._wait(self._alive().fetch(sql, *values))]

    def _many(self, sql: str, rows: Sequence[Row]) -> None:
        self._wait(self._alive().executemany(sql, rows))

    def _alive(self) -> Any:
        if self._failed:
            raise StateUnknown(f"the connection to {self.where} is lost ({self._failed}); nothing more is done with it")
        return self._db

    def _claim(self, log: str) -> None:
        if log not in self._mine:
            ((ours,),) = self._run("SELECT pg_try_advisory_lock($1)", _number(self._schema, log))
            if not ours:
                raise StateUnknown(f"another program writes the log of {log} in {self.where}")
            self._mine.add(log)

    def _room_for(self, kind: str) -> None:
        """Give each kind a table of its own, so that wiping a small one does not rewrite a large one."""
        if kind not in self._kinds:
            self._script(
                f"CREATE TABLE IF NOT EXISTS {_table(kind)} PARTITION OF beside FOR VALUES IN ({_literal(kind)})"
            )
            self._kinds.add(kind)

    def _wipe(self, kind: str) -> None:
        self._dropped.add(kind)

    def _settled(self) -> None:
        """Write the tables of dropped kinds anew: the old files, with the old bytes, go at the server's checkpoint.

        While another connection reads an older state, the old bytes would only be copied: then after a later write.
        """
        for kind in sorted(self._dropped):
            name = _table(kind)
            if self._run("SELECT to_regclass($1)::text", name) != [(None,)]:
                if self._run(_READERS):
                    return
                self._script(f"VACUUM (FULL) {name}")
            self._dropped.discard(kind)


async def _connect(url: str, schema: str, busy_ms: int) -> Any:
    settings = {"application_name": "searoom", "search_path": schema, "lock_timeout": str(busy_ms)}
    try:
        return await asyncpg.connect(url, timeout=10, command_timeout=TIMEOUT_S, server_settings=settings)
    except (ValueError, asyncpg.ClientConfigurationError) as fault:
        raise NotAllowed(f"the address of {shown(url, schema)} cannot be used: {_said(fault)}") from fault


def shown(url: str, schema: str) -> str:
    """Return how sentences name the store: host, database and schema, never a user or a password."""
    try:
        parts = urlsplit(url)
    except ValueError as fault:
        raise NotAllowed(f"this is not the address of a PostgreSQL database ({fault})") from fault
    host = parts.hostname or (parse_qs(parts.query).get("host") or ["this machine"])[0]
    return f"PostgreSQL at {host}, database '{unquote(parts.path.lstrip('/'))}', schema {schema}"


def _said(fault: BaseException) -> str:
    return str(fault).strip().split("\n", 1)[0] or type(fault).__name__


def _number(schema: str, log: str) -> int:
    """Return the number of the advisory lock of one log in one schema."""
    return int.from_bytes(hashlib.sha256(f"searoom {schema} {log}".encode()).digest()[:8], "big", signed=True)


def _table(kind: str) -> str:
    return "beside_" + hashlib.sha256(kind.encode()).hexdigest()[:16]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
