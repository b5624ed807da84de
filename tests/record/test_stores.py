"""Opening a store by the setting of a node, and copying any store into any other."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from postgres_server import fresh_schema, server
from searoom.errors import NotAllowed, StateUnknown
from searoom.record.postgres import PostgresStore
from searoom.record.store import SqliteStore
from searoom.record.stores import copy_store, digest, is_empty, open_store
from searoom.record.tables import TABLES, TableStore
from stored import content

Make = Callable[[str], TableStore]
KINDS = ("sqlite", "postgresql")


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes an empty store of a kind."""
    made: list[TableStore] = []

    def making(kind: str) -> TableStore:
        file = str(tmp_path / f"{len(made)}.db")
        made.append(open_store(file) if kind == "sqlite" else open_store(server().url(), part=fresh_schema()))
        return made[-1]

    yield making
    for store in made:
        store.close()


def fill(store: TableStore) -> None:
    """Put something into every table, more than is copied at a time."""
    for log in ("coral", "amber", "amber/national"):
        store.append(log, 0, [(b"e%d" % n, log.encode() * n) for n in range(300)], b"note " + log.encode(), now_us=7)
        store.append(log, 300, [(b"last", b"")], b"", now_us=8)
        store.cosign(log, "coral", 300, b"cosigned")
    for n in range(5):
        store.keep("refused", b"lie %d" % n, now_us=n)
    for kind in ("annex", "it's a kind", "sealed-in"):
        store.put(kind, b"\xff\0", b"value of " + kind.encode())
        store.put(kind, b"", b"")


def test_opens_a_file_or_a_database(tmp_path: Path) -> None:
    """A path is a file; postgres://... is a server, and `part` its schema."""
    for where in (tmp_path / "a.db", str(tmp_path / "b.db"), ":memory:"):
        with contextlib.closing(open_store(where)) as store:
            assert isinstance(store, SqliteStore)
    assert (tmp_path / "a.db").exists()
    part = fresh_schema()
    for url in (server().url(), server().url().replace("postgres://", "postgresql://")):
        with contextlib.closing(open_store(url, part=part)) as store:
            assert isinstance(store, PostgresStore)
            assert f"schema {part}" in store.where


@pytest.mark.parametrize("where", ["mysql://host/db", "sqlite:///a.db", "http://user:secret@host/x"])
def test_refuses_an_address_of_another_kind(where: str) -> None:
    """It is not taken for the name of a file, and what may be a password is not shown."""
    with pytest.raises(NotAllowed, match="cannot be kept at") as caught:
        open_store(where)
    assert "secret" not in caught.value.sentence
    assert "postgres://" in caught.value.advice()


@pytest.mark.parametrize("source", KINDS)
@pytest.mark.parametrize("target", KINDS)
def test_a_copy_holds_the_same(make: Make, source: str, target: str) -> None:
    """From any kind into any kind, and back: every row of every table, and it can be written on."""
    first, second, third = make(source), make(target), make(source)
    assert is_empty(second)
    fill(first)
    copy_store(first, second)
    assert not is_empty(second)
    assert content(first) == content(second)
    assert digest(first) == digest(second)
    assert [list(first.table(name)) for name in TABLES if name != "evidence"] == [
        list(second.table(name)) for name in TABLES if name != "evidence"
    ]
    copy_store(second, third)
    assert digest(first) == digest(third)
    third.append("amber", 301, [(b"on", b"")], b"note", now_us=9)
    third.keep("refused", b"lie 9", now_us=9)
    third.put("annex", b"new", b"v")
    assert [b"lie 0", b"lie 1", b"lie 2", b"lie 3", b"lie 4", b"lie 9"] == [piece.detail for piece in third.kept()]


@pytest.mark.parametrize("kind", KINDS)
def test_a_digest_tells_any_difference(make: Make, kind: str) -> None:
    """One byte, one time, one key: each changes it; the same again does not."""
    store = make(kind)
    seen = {digest(store)}
    deeds: list[Callable[[], None]] = [
        lambda: store.append("amber", 0, [(b"e", b"b")], b"", now_us=7),
        lambda: store.append("amber", 1, [], b"note", now_us=7),
        lambda: store.cosign("amber", "coral", 1, b"c"),
        lambda: store.cosign("amber", "coral", 2, b"c"),
        lambda: store.keep("fork", b"p", now_us=1),
        lambda: store.put("annex", b"k", b"v"),
        lambda: store.put("annex", b"k", b""),
        lambda: store.put("anne", b"xk", b""),
        lambda: store.put("one kind", b"k", b""),
        lambda: (store.drop("one kind", b"k"), store.put("other kind", b"k", b""))[1],
    ]
    for number, deed in enumerate(deeds, 2):
        deed()
        seen.add(digest(store))
        assert number == len(seen)
    deeds[-1]()
    assert digest(store) in seen


@pytest.mark.parametrize("target", KINDS)
@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_overwritten(make: Make, target: str, table: str) -> None:
    """A target that holds anything at all is refused, and left as it was."""
    source, full = make("sqlite"), make(target)
    fill(source)
    {
        "entry": lambda: full.append("teal", 0, [(b"e", b"")], b"", now_us=1),
        "note": lambda: full.append("teal", 0, [], b"note", now_us=1),
        "cosigned": lambda: full.cosign("teal", "coral", 1, b"c"),
        "evidence": lambda: full.keep("fork", b"p", now_us=1),
        "beside": lambda: full.put("some kind", b"k", b"v"),
    }[table]()
    before = digest(full)
    with pytest.raises(NotAllowed, match="not empty"):
        copy_store(source, full)
    assert before == digest(full)


@pytest.mark.parametrize("target", KINDS)
def test_a_copy_that_fails_leaves_nothing(make: Make, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever breaks off in the middle, the target is as empty as before, and can be filled then."""
    source, empty = make("sqlite"), make(target)
    fill(source)
    real = type(empty).fill

    def failing(store: TableStore, name: str, rows: list[tuple[object, ...]]) -> None:
        if name == "evidence":
            raise StateUnknown("planted")
        real(store, name, rows)  # type: ignore[arg-type]

    with monkeypatch.context() as planted:
        planted.setattr(type(empty), "fill", failing)
        with pytest.raises(StateUnknown, match="planted"):
            copy_store(source, empty)
    assert is_empty(empty)
    copy_store(source, empty)
    assert digest(source) == digest(empty)


def test_a_copy_is_of_one_moment(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another program writes meanwhile is in the copy as a whole or not at all: note and entries fit."""
    source, target = make("sqlite"), make("sqlite")
    fill(source)
    before = digest(source)
    with contextlib.closing(SqliteStore(source.where)) as other:
        real = SqliteStore.fill

        def meanwhile(store: SqliteStore, name: str, rows: list[tuple[object, ...]]) -> None:
            real(store, name, rows)  # type: ignore[arg-type]
            size = other.size("amber")
            other.append("amber", size, [(b"meanwhile", b"")], b"note %d" % (size + 1), now_us=9)

        monkeypatch.setattr(SqliteStore, "fill", meanwhile)
        copy_store(source, target)
    assert before == digest(target) != digest(source)
