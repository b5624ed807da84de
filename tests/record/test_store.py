"""The store on a disk: what it promises, and what it says when it cannot."""

import contextlib
import dataclasses
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from builders import make_record, parties, records, say
from searoom.errors import NotAllowed, StateUnknown
from searoom.record import store as room
from searoom.record.store import APPLICATION_ID, SqliteStore, check_library

NOBODY = 65534


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


def content(store: SqliteStore) -> list[object]:
    """Return everything that the store holds."""
    return [
        [(log, list(store.items(log, 0, store.size(log))), list(store.noted(log)), list(store.cosigned(log)))]
        for log in ("amber", "coral")
    ] + [list(store.kept())]


def test_what_was_committed_is_there_after_reopening(tmp_path: Path) -> None:
    """Items, notes, cosignatures and evidence come back as they went in."""
    store = SqliteStore(tmp_path / "a.searoom")
    store.append("amber", 0, [(b"e0", b"b0"), (b"e1", b"b1")], b"note 2", now_us=7)
    store.append("amber", 2, [(b"e2", b"b2")], b"note 3", now_us=8)
    store.cosign("amber", "coral", 2, b"cosigned 2")
    store.keep("fork", b"proof", now_us=9)
    before = content(store)
    store.close()
    again = SqliteStore(tmp_path / "a.searoom")
    assert before == content(again)
    assert [b"e0", b"e1", b"e2"] == list(again.leaves("amber"))
    assert [(b"e1", b"b1")] == list(again.items("amber", 1, 2))
    assert [2, 3] == list(again.noted("amber"))
    assert b"note 2" == again.note("amber", 2)
    assert 0 == again.size("coral")
    again.close()


def test_refuses_to_append_at_another_place(tmp_path: Path) -> None:
    """Two programs that write one log never both succeed at one place."""
    first, second = SqliteStore(tmp_path / "a.searoom"), SqliteStore(tmp_path / "a.searoom")
    first.append("amber", 0, [(b"e0", b"b0")], b"note 1", now_us=7)
    before = content(first)
    for start in (0, 2):
        with pytest.raises(StateUnknown, match="another program has written"):
            second.append("amber", start, [(b"x", b"y")], b"note", now_us=7)
    assert before == content(first)
    second.append("amber", 1, [(b"e1", b"b1")], b"note 2", now_us=7)
    first.close()
    second.close()


def test_all_or_nothing_of_a_transaction_is_there(tmp_path: Path) -> None:
    """Where the note cannot be written, the entries of the same transaction are not there either."""
    store = SqliteStore(tmp_path / "a.searoom")
    store.append("amber", 0, [], b"note 0", now_us=7)
    before = content(store)
    store._db.execute("CREATE TRIGGER no BEFORE INSERT ON note BEGIN SELECT raise(ABORT, 'no'); END")
    with pytest.raises(StateUnknown):
        store.append("amber", 0, [(b"e0", b"b0")], b"note 1", now_us=7)
    assert before == content(store)
    store.close()


def test_a_cosigned_size_never_decreases(tmp_path: Path) -> None:
    """A smaller cosigned note does not replace a larger one."""
    store = SqliteStore(tmp_path / "a.searoom")
    for size in (2, 5, 3):
        store.cosign("amber", "coral", size, b"cosigned %d" % size)
    assert [("coral", b"cosigned 5")] == store.cosigned("amber")
    store.close()


def test_evidence_is_kept_once_and_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A peer that sends the same lie for ever, or ever new ones, does not fill the disk."""
    monkeypatch.setattr(room, "MAX_EVIDENCE", 3)
    monkeypatch.setattr(room, "MAX_EVIDENCE_BYTES", 4)
    store = SqliteStore(":memory:")
    for detail in (b"one", b"one", b"two", b"three and more", b"four"):
        store.keep("refused", detail, now_us=1)
    assert [b"one", b"two", b"thre"] == [piece.detail for piece in store.kept()]
    store.keep("fork", b"one", now_us=2)
    assert ("fork", b"one", 2) == dataclasses.astuple(store.kept()[-1])


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """`say` on a full disk says so; what was there is there, and with room again it goes on."""
    amber = parties()[0]
    ring = records()[0].keyring
    store = SqliteStore(tmp_path / "a.searoom")
    record = make_record(amber, ring, store)
    say(record, amber, b"before")
    before, note = content(store), record.note("amber")
    pages = store._db.pragma("page_count")
    store._db.pragma("max_page_count", pages)
    with pytest.raises(StateUnknown, match="the disk under .* is full") as caught:
        say(record, amber, bytes(60_000))
    assert "Free the disk" in caught.value.advice()
    assert before == content(store)
    assert note == record.note("amber")
    store._db.pragma("max_page_count", pages + 1000)
    size = record.size("amber")
    assert size == say(record, amber, b"after").index
    assert size + 1 == make_record(amber, ring, store).size("amber")
    store.close()


def test_a_locked_store_says_who_waits_for_whom(tmp_path: Path) -> None:
    """While another program holds the lock, nothing is said; afterwards it goes on."""
    amber = parties()[0]
    ring = records()[0].keyring
    store = SqliteStore(tmp_path / "a.searoom", busy_ms=10)
    record = make_record(amber, ring, store)
    other = apsw.Connection(str(tmp_path / "a.searoom"))
    other.execute("BEGIN IMMEDIATE")
    before = content(store)
    with pytest.raises(StateUnknown, match="locked"):
        say(record, amber, b"while locked")
    assert before == content(store)
    other.execute("ROLLBACK")
    other.close()
    assert 0 == say(record, amber, b"afterwards").index
    store.close()


HALF_A_MESSAGE = """
import apsw, sys, time
db = apsw.Connection(sys.argv[1])
db.execute("BEGIN IMMEDIATE")
db.execute("INSERT INTO entry (log, place, stored_us, entry, body) VALUES ('amber', 1, 0, zeroblob(99999), x'00')")
print("half", flush=True)
time.sleep(60)
"""


def test_a_process_killed_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    """Another process dies between BEGIN and COMMIT: meanwhile we say who waits, afterwards nothing of it is there."""
    amber, ring = parties()[0], records()[0].keyring
    store = SqliteStore(tmp_path / "a.searoom", busy_ms=10)
    record = make_record(amber, ring, store)
    say(record, amber, b"before")
    before = content(store)
    command = [sys.executable, "-c", HALF_A_MESSAGE, str(tmp_path / "a.searoom")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert b"half\n" == process.stdout.readline()
        with pytest.raises(StateUnknown, match="locked"):
            say(record, amber, b"meanwhile")
        process.kill()
    assert before == content(store)
    store.close()
    store = SqliteStore(tmp_path / "a.searoom")
    assert before == content(store)
    assert 1 == say(make_record(amber, ring, store), amber, b"afterwards").index
    store.close()


def test_a_read_only_store_is_refused(open_folder: Path) -> None:
    """A store that nobody may write is refused at the start, and nothing in it changes."""
    path = open_folder / "a.searoom"
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
        SqliteStore(open_folder / "a.searoom")
    open_folder.chmod(0o755)
    with pytest.raises(StateUnknown, match="missing"):
        SqliteStore(open_folder / "nowhere" / "a.searoom")
    with pytest.raises(StateUnknown):
        SqliteStore(open_folder)


@pytest.mark.parametrize("data", [b"not a database at all, but long enough to look like one" * 20, b"short"])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, data: bytes) -> None:
    """A wrong file name does not cost anybody a file."""
    path = tmp_path / "picture.png"
    path.write_bytes(data)
    with pytest.raises(NotAllowed, match="not a Searoom store"):
        SqliteStore(path)
    assert data == path.read_bytes()


def test_a_database_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    """Another program's database is not made ours."""
    path = tmp_path / "other.db"
    other = apsw.Connection(str(path))
    other.execute("CREATE TABLE entry (id INTEGER)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(NotAllowed, match="something else"):
        SqliteStore(path)
    assert before == path.read_bytes()


@pytest.mark.parametrize("version", [0, 2, 99])
def test_a_store_of_another_version_is_refused_and_left_alone(tmp_path: Path, version: int) -> None:
    """What a newer program wrote, an older one does not touch."""
    path = tmp_path / "newer.searoom"
    SqliteStore(path).close()
    other = apsw.Connection(str(path))
    other.pragma("user_version", version)
    other.close()
    before = path.read_bytes()
    with pytest.raises(NotAllowed, match=f"schema {version}"):
        SqliteStore(path)
    assert before == path.read_bytes()


def test_a_damaged_store_says_so(tmp_path: Path) -> None:
    """Pages of rubbish in the middle of the file are a clear error, not a crash."""
    store = SqliteStore(tmp_path / "a.searoom")
    for n in range(50):
        store.append("amber", n, [(b"e" * 900, b"b" * 900)], b"note", now_us=7)
    store.close()
    data = bytearray((tmp_path / "a.searoom").read_bytes())
    data[4096 * 2 :] = b"\xa5" * (len(data) - 4096 * 2)
    (tmp_path / "a.searoom").write_bytes(data)
    with pytest.raises((StateUnknown, NotAllowed)):
        content(SqliteStore(tmp_path / "a.searoom"))


def test_refuses_an_sqlite_that_can_lose_a_commit() -> None:
    """The versions with the WAL-reset bug are refused; the one in use is not."""
    for version in ("3.40.1", "3.51.2"):
        with pytest.raises(NotAllowed, match="can lose"):
            check_library(version)
    check_library("3.51.3")
    check_library("3.100.0")
    check_library(apsw.sqlite_lib_version())


def test_commits_are_durable_by_setting(tmp_path: Path) -> None:
    """Write-ahead log, synchronous=FULL: a commit that returned survives a loss of power."""
    store = SqliteStore(tmp_path / "a.searoom")
    assert "wal" == store._db.pragma("journal_mode")
    assert 2 == store._db.pragma("synchronous")
    assert APPLICATION_ID == store._db.pragma("application_id")
    store.close()


def test_one_message_is_one_transaction(tmp_path: Path) -> None:
    """Entry, body and signed checkpoint go down in one commit."""
    amber = parties()[0]
    store = SqliteStore(tmp_path / "a.searoom")
    record = make_record(amber, records()[0].keyring, store)
    commits: list[str] = []
    store._db.trace_v2(apsw.SQLITE_TRACE_STMT, lambda event: commits.append(event["sql"]))
    say(record, amber, b"words")
    assert ["BEGIN IMMEDIATE", "COMMIT"] == [sql for sql in commits if sql in ("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK")]
    assert 2 == sum(sql.startswith("INSERT") for sql in commits)
    store.close()
