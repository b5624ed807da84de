"""What both databases do alike, where no database is needed to see it, and what damage does to it."""

import contextlib
from collections.abc import Iterator

import pytest

from searoom.errors import StateUnknown
from searoom.record import tables
from searoom.record.store import SqliteStore
from searoom.record.tables import TABLES, as_bytes, as_int


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    with contextlib.closing(SqliteStore(":memory:")) as opened:
        yield opened


def test_what_is_not_bytes_or_a_number_is_damage() -> None:
    """A value of another type is named as damage, not handed on."""
    assert b"x" == as_bytes(b"x")
    assert 7 == as_int(7)
    with pytest.raises(StateUnknown, match="damaged"):
        as_bytes("x")
    with pytest.raises(StateUnknown, match="damaged"):
        as_int(7.0)


def test_a_gap_shows(store: SqliteStore) -> None:
    """An entry that was taken out of the file is missing from what is read; nothing takes its place."""
    store.append("amber", 0, [(b"e%d" % n, b"") for n in range(5)], b"note", now_us=7)
    store._db.execute("DELETE FROM entry WHERE place = 2")
    assert [b"e0", b"e1", b"e3", b"e4"] == list(store.leaves("amber"))
    assert 5 == store.size("amber")


def test_reading_ends_where_nothing_is(store: SqliteStore) -> None:
    """A stop far beyond the end costs no more than the end."""
    store.append("amber", 0, [(b"e", b"")] * 300, b"note", now_us=7)
    assert 300 == len(list(store.items("amber", -1000, 2**62)))
    assert [] == list(store.items("amber", 300, 2**62))


def test_no_read_stays_open_while_the_caller_writes(store: SqliteStore) -> None:
    """One can append while one reads a log, and reads what was there when one began."""
    store.append("amber", 0, [(b"e", b"")] * 300, b"note", now_us=7)
    seen = 0
    for _ in store.leaves("amber"):
        if seen == 10:
            store.append("amber", 300, [(b"late", b"")], b"note", now_us=7)
        seen += 1
    assert 300 == seen


@pytest.mark.parametrize("page", [1, 2, 256])
def test_tables_are_given_and_filled_row_by_row(store: SqliteStore, monkeypatch: pytest.MonkeyPatch, page: int) -> None:
    """Every column of every row, in order, at every size of page: another store filled with them holds the same."""
    monkeypatch.setattr(tables, "_PAGE", page)
    for log in ("amber", "amber/national", "coral"):
        store.append(log, 0, [(b"e0", b"b0"), (b"e1", b"")], b"note of " + log.encode(), now_us=7)
        store.append(log, 2, [(b"e2", b"b2")], b"", now_us=8)
        store.cosign(log, "coral", 2, b"cosigned")
        store.cosign(log, "amber", 3, b"cosigned too")
        store.keep("fork", log.encode(), now_us=9)
        store.put("annex", log.encode(), b"v")
        store.put("ahead", log.encode(), b"w")
    with contextlib.closing(SqliteStore(":memory:")) as other:
        for name in TABLES:
            other.fill(name, list(store.table(name)))
        assert [9, 3, 6, 3, 6] == [len(list(other.table(name))) for name in TABLES]
        for name in TABLES:
            assert list(store.table(name)) == list(other.table(name))
        assert (7, 8) == (next(other.table("entry"))[2], list(other.table("entry"))[2][2])
