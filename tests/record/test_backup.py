"""Backup while the store is written, and the way back: nothing overwritten, nothing half, marked as put back."""

import contextlib
import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from postgres_server import fresh_schema, server
from searoom.errors import NotAllowed, SearoomError, StateUnknown
from searoom.record import backup
from searoom.record.backup import RESTORED, back_up, restore
from searoom.record.store import MEMORY, SqliteStore
from searoom.record.stores import digest, open_store
from searoom.record.tables import TableStore

NOW_US = 1_600_000_000_000_000
NOW_TEXT = b"2020-09-13T12:26:40Z"
SCHEMA_1 = Path(__file__).parent.parent / "data" / "store-schema-1.sql"


@pytest.fixture(params=["sqlite", "memory", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TableStore]:
    """A store of each kind with something in it."""
    makers: dict[str, Callable[[], TableStore]] = {
        "sqlite": lambda: open_store(tmp_path / "a.db"),
        "memory": lambda: open_store(MEMORY),
        "postgresql": lambda: open_store(server().url(), part=fresh_schema()),
    }
    with contextlib.closing(makers[request.param]()) as opened:
        for log in ("amber", "coral"):
            opened.append(log, 0, [(b"e%d" % n, b"b" * n) for n in range(50)], b"note", now_us=7)
        opened.keep("fork", b"proof", now_us=8)
        opened.put("annex", b"k", b"v")
        yield opened


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder for backups."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_backup_holds_everything_and_is_one_file(store: TableStore, shelf: Path) -> None:
    """Written while the store is open; only its owner may read it; other programs can open it."""
    assert {"amber": 50, "coral": 50} == back_up(store, shelf / "b.db")
    assert ["b.db"] == names(shelf)
    assert 0o600 == stat.S_IMODE((shelf / "b.db").stat().st_mode)
    before = (shelf / "b.db").read_bytes()
    with contextlib.closing(sqlite3.connect(f"file:{shelf / 'b.db'}?immutable=1", uri=True)) as plain:
        assert [(100,)] == list(plain.execute("SELECT count(*) FROM entry"))
    assert before == (shelf / "b.db").read_bytes()
    store.append("amber", 50, [(b"on", b"")], b"note", now_us=9)
    with contextlib.closing(SqliteStore(shelf / "b.db")) as copy:
        assert copy.get(*RESTORED) is None
        assert digest(store) != digest(copy)
        copy.append("amber", 50, [(b"on", b"")], b"note", now_us=9)
        assert digest(store) == digest(copy)


@pytest.mark.parametrize("beside", ["", "-wal", "-journal", "-shm"])
def test_a_backup_overwrites_nothing(store: TableStore, shelf: Path, beside: str) -> None:
    """An existing file of the name, or the rest of one, is refused and left alone; so is a link to nowhere."""
    (shelf / f"b.db{beside}").write_bytes(b"precious")
    with pytest.raises(NotAllowed, match="exists; nothing is overwritten"):
        back_up(store, shelf / "b.db")
    assert (f"b.db{beside}", b"precious") == (*names(shelf), (shelf / f"b.db{beside}").read_bytes())
    (shelf / "c.db").symlink_to(shelf / "nowhere")
    with pytest.raises(NotAllowed, match="exists"):
        back_up(store, shelf / "c.db")


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_comes_late_is_not_overwritten_either(
    store: TableStore, shelf: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    """Somebody makes a file of the name while the backup is written: it stays; also where there are no links."""
    real = backup._sync

    def late(path: Path) -> None:
        real(path)
        (shelf / "b.db").write_bytes(b"precious")

    def no_links(*_: object) -> None:
        raise PermissionError("no links here")

    if not links:
        monkeypatch.setattr(os, "link", no_links)
        back_up(store, shelf / "a.db")
        assert b"SQLite format 3" in (shelf / "a.db").read_bytes()[:20]
        (shelf / "a.db").unlink()
    monkeypatch.setattr(backup, "_sync", late)
    with pytest.raises(NotAllowed, match="nothing is overwritten"):
        back_up(store, shelf / "b.db")
    assert ["b.db"] == names(shelf)
    assert b"precious" == (shelf / "b.db").read_bytes()


def test_the_backup_is_on_the_disk_before_it_has_its_name(
    store: TableStore, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is synced, then named, then the folder is synced."""
    deeds: list[tuple[str, bool]] = []
    real, target = os.fsync, shelf / "b.db"

    def fsync(handle: int) -> None:
        deeds.append((Path(f"/proc/self/fd/{handle}").readlink().suffix, target.exists()))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    back_up(store, target)
    assert [(".part", False), ("", True)] == deeds


@pytest.mark.parametrize("step", ["_sync", "_publish", "_checked"])
def test_a_backup_that_fails_leaves_no_trace(
    store: TableStore, shelf: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Disk full, stick pulled: one sentence, and no file that could be taken for a backup."""

    def failing(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, step, failing)
    with pytest.raises(StateUnknown, match=r"b\.db could not be written or read: No space left on device"):
        back_up(store, shelf / "b.db")
    assert [] == names(shelf)
    with pytest.raises(StateUnknown, match="No such file"):
        back_up(store, shelf / "nowhere" / "b.db")


def test_a_damaged_store_gives_no_backup(tmp_path: Path, shelf: Path) -> None:
    """What was written is read again before it has its name: a gap, or an index that does not fit, is found."""
    with contextlib.closing(SqliteStore(tmp_path / "a.db")) as store:
        store.append("amber", 0, [(b"e%d" % n, b"") for n in range(5)], b"note", now_us=7)
        store._db.execute("DELETE FROM entry WHERE place = 2")
        with pytest.raises(StateUnknown, match="entry 2 of the log of amber is missing"):
            back_up(store, shelf / "b.db")
        store._db.execute("UPDATE entry SET place = place - 1 WHERE place > 2")
        assert {"amber": 4} == back_up(store, shelf / "b.db")
        store._db.pragma("writable_schema", True)
        store._db.execute(
            "UPDATE sqlite_schema SET sql = replace(sql, '(kind)', '(kept_us)') WHERE name = 'evidence_kind'"
        )
        store._db.pragma("writable_schema", False)
        store.keep("fork", b"proof", now_us=7)
        with pytest.raises(StateUnknown, match="is damaged"):
            back_up(store, shelf / "c.db")
    assert ["b.db"] == names(shelf)


def test_a_backup_is_of_one_moment_while_the_node_writes(tmp_path: Path, shelf: Path) -> None:
    """The writer does not wait and does not mix into it: in each backup note, count and entries fit."""
    with contextlib.closing(SqliteStore(tmp_path / "a.db")) as store:
        store.append("amber", 0, [(b"e", bytes(2000))] * 500, b"note 500", now_us=7)
        done = threading.Event()
        written: list[int] = []

        def write() -> None:
            size = 500
            while not done.is_set():
                with store.together():
                    store.append("amber", size, [(b"e", bytes(2000))], b"note %d" % (size + 1), now_us=7)
                    store.put("count", b"k", b"%d" % (size + 1))
                size += 1
                written.append(size)

        thread = threading.Thread(target=write)
        thread.start()
        sizes = []
        for n in range(5):
            sizes.append(back_up(store, shelf / f"{n}.db")["amber"])
            with contextlib.closing(SqliteStore(shelf / f"{n}.db")) as copy:
                assert b"note %d" % sizes[-1] == copy.note("amber")
                assert sizes[-1] == 500 or b"%d" % sizes[-1] == copy.get("count", b"k")
        done.set()
        thread.join()
        assert sorted(sizes) == sizes
        assert sizes[-1] > sizes[0]
        assert len(written) > 5


def test_what_was_restored_is_the_store_and_says_so(store: TableStore, shelf: Path, tmp_path: Path) -> None:
    """Everything is there, with the mark and its time, before anybody can open it; the backup is as it was."""
    back_up(store, shelf / "b.db")
    before = (shelf / "b.db").read_bytes()
    parts = fresh_schema()
    for target in (tmp_path / "new.db", str(tmp_path / "too.db"), server().url()):
        assert {"amber": 50, "coral": 50} == restore(shelf / "b.db", target, NOW_US, part=parts)
        with contextlib.closing(open_store(target, part=parts)) as back:
            assert [(RESTORED[1], NOW_TEXT)] == list(back.each("sealed-in"))
            assert digest(store) != digest(back)
            back.drop(*RESTORED)
            assert digest(store) == digest(back)
            back.append("amber", 50, [(b"on", b"")], b"note", now_us=9)
        with pytest.raises(NotAllowed, match="nothing is overwritten"):
            restore(shelf / "b.db", target, NOW_US, part=parts)
    assert before == (shelf / "b.db").read_bytes()
    assert ["b.db"] == names(shelf)


def test_a_restored_store_is_marked_again(store: TableStore, shelf: Path, tmp_path: Path) -> None:
    """A backup of a store that was itself put back: the newer time counts."""
    store.put(*RESTORED, b"2019-01-01T00:00:00Z")
    back_up(store, shelf / "b.db")
    restore(shelf / "b.db", tmp_path / "new.db", NOW_US)
    with contextlib.closing(SqliteStore(tmp_path / "new.db")) as back:
        assert NOW_TEXT == back.get(*RESTORED)


@pytest.mark.parametrize("beside", ["", "-wal", "-journal", "-shm"])
def test_restoring_overwrites_nothing(store: TableStore, shelf: Path, tmp_path: Path, beside: str) -> None:
    """An existing store stays; so does the write-ahead log of one, which would be played into the new file."""
    back_up(store, shelf / "b.db")
    (tmp_path / f"new.db{beside}").write_bytes(b"precious")
    with pytest.raises(NotAllowed, match="exists; nothing is overwritten"):
        restore(shelf / "b.db", tmp_path / "new.db", NOW_US)
    assert b"precious" == (tmp_path / f"new.db{beside}").read_bytes()


def test_what_is_no_backup_is_not_restored(tmp_path: Path, shelf: Path) -> None:
    """No file, no store, a damaged one, one in use: a sentence each, and no new store."""
    target = tmp_path / "new.db"
    with pytest.raises(NotAllowed, match="there is no backup"):
        restore(shelf / "b.db", target, NOW_US)
    (shelf / "b.db").write_bytes(b"a picture" * 1000)
    with pytest.raises(NotAllowed, match="not a Searoom store"):
        restore(shelf / "b.db", target, NOW_US)
    with contextlib.closing(SqliteStore(shelf / "used.db")) as used:
        used.append("amber", 0, [(b"e", bytes(900))] * 50, b"note", now_us=7)
        with pytest.raises(NotAllowed, match="is not a backup but a store in use"):
            restore(shelf / "used.db", target, NOW_US)
    data = bytearray((shelf / "used.db").read_bytes())
    data[4096 * 9 : 4096 * 13] = b"\xa5" * (4096 * 4)
    (shelf / "used.db").write_bytes(data)
    for where in (target, server().url()):
        with pytest.raises(SearoomError):
            restore(shelf / "used.db", where, NOW_US, part=fresh_schema())
    assert ["shelf"] == names(tmp_path)


def test_a_backup_of_the_previous_version_is_stepped_up(shelf: Path, tmp_path: Path) -> None:
    """In the new store, not in the backup."""
    old = apsw.Connection(str(shelf / "b.db"))
    old.execute(SCHEMA_1.read_text(encoding="utf-8"))
    old.close()
    before = (shelf / "b.db").read_bytes()
    assert {"amber": 3, "amber/national": 0, "coral": 1} == restore(shelf / "b.db", tmp_path / "new.db", NOW_US)
    assert before == (shelf / "b.db").read_bytes()
    with contextlib.closing(SqliteStore(tmp_path / "new.db")) as back:
        assert (b"note 3", NOW_TEXT) == (back.note("amber"), back.get(*RESTORED))


def test_an_interrupted_restore_into_a_database_leaves_it_empty(
    tmp_path: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows and mark are one transaction: there is no moment with the rows and without the mark."""
    with contextlib.closing(SqliteStore(tmp_path / "a.db")) as store:
        store.append("amber", 0, [(b"e", b"b")], b"note", now_us=7)
        back_up(store, shelf / "b.db")
    part = fresh_schema()

    def failing(_: int) -> str:
        raise StateUnknown("planted")

    with monkeypatch.context() as planted:
        planted.setattr(backup, "to_text", failing)
        with pytest.raises(StateUnknown, match="planted"):
            restore(shelf / "b.db", server().url(), NOW_US, part=part)
        with pytest.raises(StateUnknown, match="planted"):
            restore(shelf / "b.db", tmp_path / "new.db", NOW_US)
    assert ["a.db", "shelf"] == names(tmp_path)
    with contextlib.closing(open_store(server().url(), part=part)) as empty:
        assert [] == empty.logs()
    assert {"amber": 1} == restore(shelf / "b.db", server().url(), NOW_US, part=part)
