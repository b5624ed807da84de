"""The store in a file: what it says when disk, lock or file are not as they must be, and what it costs."""

import contextlib
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from searoom.errors import NotAllowed, SearoomError, StateUnknown
from searoom.record.store import APPLICATION_ID, SqliteStore, check_library
from searoom.record.tables import SCHEMA_VERSION
from stored import content

NOBODY = 65534
SCHEMA_1 = Path(__file__).parent.parent / "data" / "store-schema-1.sql"
SECRET = b"the telephone number of a person"


@contextlib.contextmanager
def ordinary_user() -> Iterator[None]:
    """Be somebody to whom permissions apply, also where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user reaches."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(path, busy_ms=10)
    yield opened
    opened.close()


def say(store: SqliteStore, count: int = 1, body: bytes = b"body") -> None:
    """Append entries to amber's log, each in a transaction of its own."""
    for _ in range(count):
        size = store.size("amber")
        store.append("amber", size, [(b"entry %d" % size, body)], b"note %d" % (size + 1), now_us=7)


def files(path: Path) -> bytes:
    """Return everything that lies in the files of a store."""
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")) if "-shm" not in file.name)


def test_all_or_nothing_of_a_transaction_is_there(store: SqliteStore) -> None:
    """Where the note cannot be written, the entries of the same transaction are not there either."""
    store.append("amber", 0, [], b"note 0", now_us=7)
    before = content(store)
    store._db.execute("CREATE TRIGGER no BEFORE INSERT ON note BEGIN SELECT raise(ABORT, 'no'); END")
    with pytest.raises(StateUnknown, match="could not be written: no"):
        store.append("amber", 0, [(b"e0", b"b0")], b"note 1", now_us=7)
    assert before == content(store)


def test_a_full_disk_loses_nothing(store: SqliteStore) -> None:
    """On a full disk the store says so; what was there is there, and with room again it goes on."""
    say(store)
    before = content(store)
    pages = store._db.pragma("page_count")
    store._db.pragma("max_page_count", pages)
    with pytest.raises(StateUnknown, match="the disk under .* is full") as caught:
        say(store, body=bytes(60_000))
    assert "Free the disk" in caught.value.advice()
    assert before == content(store)
    store._db.pragma("max_page_count", pages + 1000)
    say(store, body=bytes(60_000))
    assert 2 == store.size("amber")


FILE_LIMIT = """
import resource, sys
from searoom.errors import StateUnknown
from searoom.record.store import SqliteStore
store = SqliteStore(sys.argv[1])
store.append("amber", 0, [(b"e0", b"b0")], b"note 1", now_us=7)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
done = 1
try:
    while done < 500:
        store.append("amber", done, [(b"e", bytes(3000))], b"note %d" % (done + 1), now_us=7)
        done += 1
except StateUnknown as fault:
    print(fault.sentence)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
for deed in (lambda: store.put("annex", b"k", b"v"), store.together().__enter__):
    try:
        deed()
    except StateUnknown as fault:
        print(fault.sentence)
print(done, store.size("amber"), flush=True)
"""


@pytest.mark.parametrize("limit", [120_000, 200_001])
def test_a_disk_that_takes_no_more_stops_the_store(path: Path, limit: int) -> None:
    """A real file that cannot grow: one sentence, then no further write until the start, and nothing acknowledged is lost."""
    run = subprocess.run(
        [sys.executable, "-c", FILE_LIMIT, str(path), str(limit)], capture_output=True, text=True, check=True
    )
    *sentences, counts = run.stdout.splitlines()
    done, held = map(int, counts.split())
    assert 3 == len(sentences)
    assert f"the disk under {path} failed (disk I/O error); the store could not be written" == sentences[0]
    assert all("failed before" in sentence for sentence in sentences[1:])
    assert 1 < done == held < 500
    store = SqliteStore(path)
    assert store.size("amber") in {done, done + 1}
    assert b"note %d" % store.size("amber") == store.note("amber")
    say(store)
    store.close()
    assert (resource.RLIM_INFINITY, resource.RLIM_INFINITY) == resource.getrlimit(resource.RLIMIT_FSIZE)


def test_a_locked_store_says_who_waits_for_whom(store: SqliteStore, path: Path) -> None:
    """While another program holds the lock, nothing is written; afterwards it goes on."""
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE")
    before = content(store)
    with pytest.raises(StateUnknown, match=f"another program holds {path} locked"):
        say(store)
    assert before == content(store)
    other.execute("ROLLBACK")
    other.close()
    say(store)


HALF_A_MESSAGE = """
import apsw, sys, time
db = apsw.Connection(sys.argv[1])
db.execute("BEGIN IMMEDIATE")
db.execute("INSERT INTO entry (log, place, stored_us, entry, body) VALUES ('amber', 1, 0, zeroblob(99999), x'00')")
print("half", flush=True)
time.sleep(60)
"""


def test_a_process_killed_in_the_middle_leaves_nothing_behind(store: SqliteStore, path: Path) -> None:
    """Another process dies between BEGIN and COMMIT: meanwhile we say who waits, afterwards nothing of it is there."""
    say(store)
    before = content(store)
    command = [sys.executable, "-c", HALF_A_MESSAGE, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert b"half\n" == process.stdout.readline()
        with pytest.raises(StateUnknown, match="locked"):
            say(store)
        process.kill()
    assert before == content(store)
    say(store)


def test_a_read_only_store_is_refused(open_folder: Path) -> None:
    """A store that nobody may write is refused at the start, and nothing in it changes."""
    path = open_folder / "a.db"
    SqliteStore(path).close()
    before = path.read_bytes()
    path.chmod(0o444)
    with ordinary_user(), pytest.raises(StateUnknown, match="is read-only: nothing"):
        SqliteStore(path)
    assert before == path.read_bytes()


def test_a_read_only_folder_is_refused(open_folder: Path) -> None:
    """No store is made where none can be; the sentence names the place."""
    open_folder.chmod(0o555)
    with ordinary_user(), pytest.raises(StateUnknown, match=f"{open_folder}.*read-only, missing or forbidden"):
        SqliteStore(open_folder / "a.db")
    open_folder.chmod(0o755)
    with pytest.raises(StateUnknown, match="missing"):
        SqliteStore(open_folder / "nowhere" / "a.db")
    with pytest.raises(StateUnknown):
        SqliteStore(open_folder)


def test_a_store_that_became_read_only_says_so(store: SqliteStore) -> None:
    """The disk was mounted read-only under a running node: a sentence, and what was there is read on."""
    say(store)
    store._db.pragma("query_only", True)
    with pytest.raises(StateUnknown, match="read-only"):
        say(store)
    assert 1 == store.size("amber")


@pytest.mark.parametrize("data", [b"not a database at all, but long enough to look like one" * 20, b"short"])
def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path, data: bytes) -> None:
    """A wrong file name does not cost anybody a file."""
    path.write_bytes(data)
    with pytest.raises(NotAllowed, match="not a Searoom store"):
        SqliteStore(path)
    assert data == path.read_bytes()


def test_a_database_of_something_else_is_refused_and_left_alone(path: Path) -> None:
    """Another program's database is not made ours."""
    other = apsw.Connection(str(path))
    other.execute("CREATE TABLE entry (id INTEGER)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(NotAllowed, match="something else"):
        SqliteStore(path)
    assert before == path.read_bytes()


@pytest.mark.parametrize("version", [0, SCHEMA_VERSION + 1, 99])
def test_a_store_of_another_version_is_refused_and_left_alone(path: Path, version: int) -> None:
    """What a newer program wrote, an older one does not touch."""
    SqliteStore(path).close()
    other = apsw.Connection(str(path))
    other.pragma("user_version", version)
    other.close()
    before = path.read_bytes()
    with pytest.raises(NotAllowed, match=f"schema {version}"):
        SqliteStore(path)
    assert before == path.read_bytes()


def old_store(path: Path) -> None:
    """Write the small store of the previous schema."""
    old = apsw.Connection(str(path))
    old.execute(SCHEMA_1.read_text(encoding="utf-8"))
    old.pragma("journal_mode", "wal")
    old.close()


def test_a_store_of_the_previous_version_is_stepped_up(path: Path) -> None:
    """Everything of it is there: all entries, of each log the newest note, cosignatures and evidence in order."""
    old_store(path)
    store = SqliteStore(path)
    assert ["amber", "amber/national", "coral"] == store.logs()
    assert [(b"e0", b"b0"), (b"e1", b"b1"), (b"e2", b"")] == list(store.items("amber", 0, 9))
    assert [b"note 3", b"coral note 1", b"national note 0"] == [
        store.note(log) for log in ("amber", "coral", "amber/national")
    ]
    assert [("amber", 3), ("amber/national", 0), ("coral", 1)] == [row[:2] for row in store.table("note")]
    assert [("coral", b"cosigned 2")] == store.cosigned("amber")
    assert [("fork", b"proof", 11), ("refused", b"lie", 12)] == [(e.kind, e.detail, e.at_us) for e in store.kept()]
    store.append("amber", 3, [(b"e3", b"b3")], b"note 4", now_us=13)
    store.put("annex", b"k", b"v")
    before = content(store)
    store.close()
    store = SqliteStore(path)
    assert before == content(store)
    assert {"entry", "cosigned", "evidence", "note", "beside"} == {
        row[0] for row in store._db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    }
    assert SCHEMA_VERSION == store._db.pragma("user_version")
    fresh = SqliteStore(":memory:")
    shapes = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"
    assert list(fresh._db.execute(shapes)) == list(store._db.execute(shapes))
    fresh.close()
    store.close()


def test_stepping_up_that_fails_leaves_the_old_store(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All steps are one transaction: the version that wrote it can still open it."""
    old_store(path)
    with monkeypatch.context() as planted:
        planted.setattr("searoom.record.store._SCHEMA_2", "CREATE TABLE nonsense (")
        planted.setattr(
            "searoom.record.store._STEPS",
            {1: ("DROP TABLE note", "CREATE TABLE beside (a)", "INSERT INTO nowhere VALUES (1)")},
        )
        with pytest.raises(StateUnknown, match="no such table: nowhere"):
            SqliteStore(path)
    other = apsw.Connection(str(path))
    assert (1, 4) == (other.pragma("user_version"), other.execute("SELECT count(*) FROM note").get)
    other.close()
    store = SqliteStore(path)
    assert b"note 3" == store.note("amber")
    store.close()


def test_a_damaged_store_says_so(path: Path) -> None:
    """Pages of rubbish in the middle of the file are a clear error, not a crash."""
    store = SqliteStore(path)
    say(store, 50, b"b" * 900)
    store.check()
    store.close()
    data = bytearray(path.read_bytes())
    data[4096 * 7 : 4096 * 12] = b"\xa5" * (4096 * 5)
    path.write_bytes(data)
    with pytest.raises(SearoomError), contextlib.closing(SqliteStore(path)) as store:
        content(store)
    with pytest.raises(SearoomError, match="damaged|malformed"), contextlib.closing(SqliteStore(path)) as store:
        store.check()


def test_refuses_an_sqlite_that_can_lose_a_commit() -> None:
    """The versions with the WAL-reset bug are refused; the one in use is not."""
    for version in ("3.40.1", "3.51.2"):
        with pytest.raises(NotAllowed, match="can lose"):
            check_library(version)
    check_library("3.51.3")
    check_library("3.100.0")
    check_library(apsw.sqlite_lib_version())


def test_an_old_library_is_refused_before_a_file_is_touched(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check is made each time that a store is opened."""
    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: "3.40.1")
    with pytest.raises(NotAllowed, match="can lose"):
        SqliteStore(path)
    assert not path.exists()


def test_commits_are_durable_by_setting(store: SqliteStore) -> None:
    """Write-ahead log, synchronous=FULL: a commit that returned survives a loss of power."""
    assert "wal" == store._db.pragma("journal_mode")
    assert 2 == store._db.pragma("synchronous")
    assert 1 == store._db.pragma("fullfsync")
    assert 1 == store._db.pragma("secure_delete")
    assert APPLICATION_ID == store._db.pragma("application_id")


@pytest.mark.parametrize("reopened", [False, True])
@pytest.mark.parametrize("length", [40, 30_000])
def test_what_was_dropped_is_in_the_file_no_more(path: Path, length: int, reopened: bool) -> None:
    """Neither in a page, nor in a free page, nor in the write-ahead log; what was replaced goes with it."""
    store = SqliteStore(path)
    say(store, 3)
    for n in range(3):
        store.put("annex", b"k%d" % n, (SECRET * 1000)[:length])
    store.put("annex", b"k0", b"replaced")
    if reopened:
        store.close()
        store = SqliteStore(path)
    assert SECRET in files(path)
    with store.together():
        store.drop("annex", b"k1")
        store.drop("annex", b"k2")
    assert SECRET not in files(path)
    assert b"replaced" in files(path)
    store.close()


def test_a_reader_delays_the_wiping_and_nobody_waits(path: Path) -> None:
    """A backup that is being read keeps old bytes in the log; a later write wipes them, or the next start."""
    store, reader = SqliteStore(path, busy_ms=20_000), SqliteStore(path)
    store.put("annex", b"k", SECRET)
    with reader.still():
        assert SECRET == reader.get("annex", b"k")
        begun = time.monotonic()
        store.drop("annex", b"k")
        assert 10 > time.monotonic() - begun
        assert SECRET in files(path)
        say(store)
        assert SECRET == reader.get("annex", b"k")
    say(store)
    assert SECRET not in files(path)
    reader.close()
    store.close()


def test_a_lock_that_is_held_for_a_moment_is_waited_for(path: Path) -> None:
    """Also after a wiping, which itself waits for nobody."""
    store, other = SqliteStore(path, busy_ms=20_000), apsw.Connection(str(path))
    store.drop("annex", b"k")
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.3, lambda: other.execute("ROLLBACK"))
    release.start()
    say(store)
    release.join()
    other.close()
    store.close()


KILLED_AFTER_DROP = """
import os, sys
from searoom.record.store import SqliteStore
reader, store = SqliteStore(sys.argv[1]), SqliteStore(sys.argv[1])
with reader.still():
    reader.size("amber")
    store.drop("annex", b"k")
    os.kill(os.getpid(), 9)
"""


def test_the_next_start_wipes_what_a_crash_left(path: Path) -> None:
    """Killed after the drop and before the wiping: the bytes go when the store is opened."""
    store = SqliteStore(path)
    store.put("annex", b"k", SECRET)
    store.close()
    assert -9 == subprocess.run([sys.executable, "-c", KILLED_AFTER_DROP, str(path)], check=False).returncode
    assert SECRET in files(path)
    store = SqliteStore(path)
    assert SECRET not in files(path)
    assert store.get("annex", b"k") is None
    store.close()


def steps(store: SqliteStore, deed: Callable[[], object]) -> int:
    """Return how many steps SQLite's machine takes for a deed, over all its statements."""
    taken: list[int] = []

    def add(event: dict[str, object]) -> None:
        status = event["stmt_status"]
        assert isinstance(status, dict)
        taken.append(status["SQLITE_STMTSTATUS_VM_STEP"])

    deed()  # once before, so that all statements are ready
    store._db.trace_v2(apsw.SQLITE_TRACE_PROFILE, add)
    deed()
    store._db.trace_v2(0, None)
    assert taken
    return sum(taken)


def test_a_write_costs_the_same_however_long_the_log_is(store: SqliteStore) -> None:
    """Size, names, note, append, put, cosign, evidence: as many steps of the machine at 10 entries as at 20,000."""
    deeds: dict[str, Callable[[], object]] = {
        "size": lambda: store.size("amber"),
        "logs": store.logs,
        "note": lambda: store.note("amber"),
        "append": lambda: say(store),
        "items": lambda: list(store.items("amber", 5, 7)),
        "put": lambda: store.put("annex", b"k", b"v"),
        "get": lambda: store.get("annex", b"k"),
        "cosign": lambda: store.cosign("amber", "coral", 1, b"cosigned"),
    }
    for log in ("amber", "coral"):
        store.append(log, 0, [(b"e", b"b")] * 10, b"note", now_us=7)
    few = {name: steps(store, deed) for name, deed in deeds.items()}
    for log in ("amber", "coral"):
        store.append(log, store.size(log), [(b"e", b"b")] * 20_000, b"note", now_us=7)
    for n in range(1000):
        store._db.execute("INSERT INTO beside (kind, key, value) VALUES ('annex', $1, x'')", (b"%d" % n,))
    assert few == {name: steps(store, deed) for name, deed in deeds.items()}


def test_one_message_is_one_transaction(store: SqliteStore) -> None:
    """Entry, body and signed checkpoint go down in one commit; so does a whole group."""
    commits: list[str] = []
    store._db.trace_v2(apsw.SQLITE_TRACE_STMT, lambda event: commits.append(event["sql"]))
    say(store)
    whole = ("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK")
    assert ["BEGIN IMMEDIATE", "COMMIT"] == [sql for sql in commits if sql in whole]
    assert 2 == sum(sql.startswith("INSERT") for sql in commits)
    commits.clear()
    with store.together():
        say(store, 10)
        store.put("annex", b"k", b"v")
        store.cosign("amber", "coral", 1, b"cosigned")
    assert ["BEGIN IMMEDIATE", "COMMIT"] == [sql for sql in commits if sql in whole]
