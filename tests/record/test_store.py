"""What every store promises, asked of SQLite and of a real PostgreSQL server."""

import contextlib
import dataclasses
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from failing_store import WRITES, FailingStore, Loss
from postgres_server import fresh_schema, server
from searoom.errors import NotAllowed, StateUnknown
from searoom.record import tables
from searoom.record.postgres import PostgresStore
from searoom.record.store import SqliteStore
from searoom.record.tables import TableStore
from stored import content

Again = Callable[[], TableStore]


@pytest.fixture(params=["sqlite", "postgresql"])
def again(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Again]:
    """Opens one and the same store anew, as often as it is called; all of them are closed in the end."""
    opened: list[TableStore] = []
    schema = fresh_schema()

    def opening() -> TableStore:
        store: TableStore = (
            SqliteStore(tmp_path / "a.db", busy_ms=50)
            if request.param == "sqlite"
            else PostgresStore(server().url(), schema=schema, busy_ms=50)
        )
        opened.append(store)
        return store

    yield opening
    for store in opened:
        store.close()


@pytest.fixture
def store(again: Again) -> TableStore:
    """One empty store."""
    return again()


def test_what_was_committed_is_there_after_reopening(again: Again) -> None:
    """Items, notes, cosignatures, evidence and what lies beside come back as they went in."""
    store = again()
    store.append("amber", 0, [(b"e0", b"b0"), (b"e1", b"\0\xff")], b"note 2", now_us=7)
    store.append("amber", 2, [(b"e2", b"")], b"note 3", now_us=8)
    store.cosign("amber", "coral", 2, b"cosigned 2")
    store.keep("fork", b"proof", now_us=9)
    store.put("annex", b"\0key", b"value")
    before = content(store)
    store.close()
    store = again()
    assert before == content(store)
    assert [b"e0", b"e1", b"e2"] == list(store.leaves("amber"))
    assert [b"e1", b"e2"] == list(store.leaves("amber", 1))
    assert [] == list(store.leaves("amber", 3))
    assert [(b"e1", b"\0\xff")] == list(store.items("amber", 1, 2))
    assert [(b"e2", b"")] == list(store.items("amber", 2, 2**62))
    assert b"note 3" == store.note("amber")
    assert [("coral", b"cosigned 2")] == store.cosigned("amber")
    assert [("fork", b"proof", 9)] == [dataclasses.astuple(piece) for piece in store.kept()]
    assert b"value" == store.get("annex", b"\0key")
    assert (0, b"", []) == (store.size("coral"), store.note("coral"), list(store.leaves("coral")))


def test_a_long_log_is_read_in_order(store: TableStore) -> None:
    """More entries than are read at a time come all, once, in their order."""
    items = [(b"e%d" % n, b"b%d" % n) for n in range(600)]
    store.append("amber", 0, items, b"note", now_us=7)
    store.append("amber.2", 0, items[:1], b"note", now_us=7)
    assert 600 == store.size("amber")
    assert items == list(store.items("amber", 0, 600))
    assert items[255:513] == list(store.items("amber", 255, 513))
    assert [entry for entry, _ in items[1:]] == list(store.leaves("amber", 1))
    assert 601 == sum(1 for _ in store.table("entry"))


def test_names_the_logs_with_entries_or_a_note(store: TableStore) -> None:
    """In order of bytes, each once; a log that somebody only cosigned is not held."""
    assert [] == store.logs()
    for log in ("coral", "amber/national", "amber", "amber.2"):
        store.append(log, 0, [(b"e", b"")] * 3, b"", now_us=7)
    store.append("pearl", 0, [], b"note 0", now_us=7)
    store.append("amber", 3, [], b"note 3", now_us=7)
    store.cosign("teal", "amber", 1, b"cosigned")
    assert ["amber", "amber.2", "amber/national", "coral", "pearl"] == store.logs()


def test_keeps_the_newest_note(store: TableStore) -> None:
    """One note a log: each append replaces it, except one that brings none."""
    store.append("amber", 0, [(b"e0", b"")], b"note 1", now_us=7)
    store.append("amber", 1, [(b"e1", b"")], b"", now_us=7)
    assert b"note 1" == store.note("amber")
    store.append("amber", 2, [], b"note 2", now_us=7)
    assert (b"note 2", 2) == (store.note("amber"), store.size("amber"))
    assert [("amber", 2, b"note 2")] == list(store.table("note"))


@pytest.mark.parametrize("start", [0, 2, -1])
def test_refuses_to_append_at_another_place(store: TableStore, start: int) -> None:
    """What does not begin where the log ends changes nothing, not even the note."""
    store.append("amber", 0, [(b"e0", b"b0")], b"note 1", now_us=7)
    before = content(store)
    for items in ([(b"x", b"y")], []):
        with pytest.raises(StateUnknown, match="another program has written"):
            store.append("amber", start, items, b"note", now_us=7)
    assert before == content(store)


def test_two_programs_never_both_write_one_place(again: Again) -> None:
    """Of two stores over one database one is refused, whichever of them asks."""
    first, second = again(), again()
    first.append("amber", 0, [(b"e0", b"b0")], b"note 1", now_us=7)
    with pytest.raises(StateUnknown, match="another program"):
        second.append("amber", 0, [(b"x", b"y")], b"note", now_us=7)
    second.append("coral", 0, [(b"c0", b"")], b"note", now_us=7)
    with pytest.raises(StateUnknown, match="another program"):
        first.append("coral", 0, [(b"x", b"y")], b"note", now_us=7)
    assert [(b"e0", b"b0")] == list(second.items("amber", 0, 9))
    assert [(b"c0", b"")] == list(first.items("coral", 0, 9))
    first.append("amber", 1, [(b"e1", b"")], b"note 2", now_us=7)


def test_a_cosigned_size_never_decreases(store: TableStore) -> None:
    """A smaller cosigned note does not replace a larger one; one of the same size does."""
    for size, note in ((2, b"2"), (5, b"5"), (3, b"3"), (5, b"5 again"), (4, b"4")):
        store.cosign("amber", "coral", size, note)
    store.cosign("amber", "Teal", 1, b"t")
    assert [("Teal", b"t"), ("coral", b"5 again")] == store.cosigned("amber")
    assert [] == store.cosigned("coral")


def test_evidence_is_kept_once_and_within_bounds(store: TableStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A peer that sends the same lie for ever, or ever new ones, does not fill the disk; a fork still finds room."""
    monkeypatch.setattr(tables, "MAX_EVIDENCE", 3)
    for detail in (b"one", b"one", b"two", b"three", b"four"):
        store.keep("refused", detail, now_us=1)
    store.keep("fork", b"one", now_us=2)
    assert [("refused", b"one", 1), ("refused", b"two", 1), ("refused", b"three", 1), ("fork", b"one", 2)] == [
        dataclasses.astuple(piece) for piece in store.kept()
    ]


def test_evidence_is_never_cut(store: TableStore) -> None:
    """Half a proof proves nothing: what is too long is refused, what just fits is kept whole."""
    whole = b"x" * tables.MAX_EVIDENCE_BYTES
    store.keep("fork", whole, now_us=1)
    with pytest.raises(NotAllowed, match="too long"):
        store.keep("fork", whole + b"x", now_us=1)
    assert [whole] == [piece.detail for piece in store.kept()]


def test_small_things_beside_are_put_got_and_dropped(store: TableStore) -> None:
    """Under kind and key; a later value replaces an earlier one; kinds do not meet; `each` is in order of the keys."""
    assert store.get("annex", b"k") is None
    store.put("annex", b"\xff", b"last")
    store.put("annex", b"k", b"old")
    store.put("annex", b"k", b"")
    store.put("ahead", b"k", b"other")
    assert b"" == store.get("annex", b"k")
    assert [(b"k", b""), (b"\xff", b"last")] == list(store.each("annex"))
    store.drop("annex", b"k")
    store.drop("annex", b"never there")
    store.drop("never there", b"k")
    assert store.get("annex", b"k") is None
    assert [(b"\xff", b"last")] == list(store.each("annex"))
    assert b"other" == store.get("ahead", b"k")
    store.put("annex", b"k", b"new")
    assert b"new" == store.get("annex", b"k")


def test_writes_together_are_there_together(again: Again) -> None:
    """Appends of several logs, puts, drops, cosignatures and evidence in one transaction, read inside as if made."""
    store, other = again(), again()
    store.put("annex", b"gone", b"v")
    with store.together():
        store.append("amber", 0, [(b"a0", b"")], b"note a", now_us=7)
        with store.together():
            store.append("coral", 0, [(b"c0", b"")], b"note c", now_us=7)
        store.append("amber", 1, [(b"a1", b"")], b"", now_us=7)
        store.cosign("amber", "coral", 1, b"cosigned")
        store.keep("fork", b"proof", now_us=8)
        store.put("annex", b"k", b"v")
        store.drop("annex", b"gone")
        assert (2, 1) == (store.size("amber"), store.size("coral"))
        assert ([], 0, b"v") == (other.logs(), other.size("amber"), other.get("annex", b"gone"))
    assert content(store) == content(other)
    assert ["amber", "coral"] == other.logs()
    assert [(b"k", b"v")] == list(other.each("annex"))


@pytest.mark.parametrize("caught", [False, True])
def test_nothing_of_what_belongs_together_is_there_where_a_part_fails(again: Again, caught: bool) -> None:
    """Not even where the one who asked caught the failure of the part and went on."""
    store = again()
    store.put("annex", b"k", b"old")
    before = content(store)
    with pytest.raises(StateUnknown), store.together():
        store.append("amber", 0, [(b"a0", b"")], b"note a", now_us=7)
        store.put("new kind", b"k", b"new")
        store.drop("annex", b"k")
        with contextlib.suppress(StateUnknown) if caught else contextlib.nullcontext():
            store.append("coral", 1, [(b"c1", b"")], b"note c", now_us=7)
        store.put("annex", b"other", b"x")
    assert before == content(store) == content(again())
    store.put("new kind", b"k", b"new")
    store.append("amber", 0, [(b"a0", b"")], b"note a", now_us=7)
    assert (1, b"new") == (again().size("amber"), again().get("new kind", b"k"))


def test_an_error_of_the_caller_leaves_nothing(again: Again) -> None:
    """Whatever is raised inside `together` is raised outside, unchanged, and nothing was written."""
    store = again()
    for fault in (KeyboardInterrupt, OSError("the caller's own"), TimeoutError()):
        with pytest.raises(type(fault) if isinstance(fault, Exception) else fault), store.together():
            store.append("amber", 0, [(b"a0", b"")], b"note a", now_us=7)
            raise fault
    assert [] == again().logs()
    store.append("amber", 0, [(b"a0", b"")], b"note a", now_us=7)


def test_one_state_is_read_still(again: Again) -> None:
    """While one reads still, what others write is not seen, and nothing is written through the same store."""
    store, other = again(), again()
    other.put("annex", b"k", b"old")
    with store.still():
        assert [b"old"] == [value for _, value in store.each("annex")]
        other.put("annex", b"k", b"new")
        other.append("amber", 0, [(b"e", b"")], b"note", now_us=7)
        assert ([b"old"], []) == ([value for _, value in store.each("annex")], store.logs())
        with pytest.raises(NotAllowed, match="read as one state"):
            store.put("annex", b"k", b"mine")
    assert ([b"new"], ["amber"]) == ([value for _, value in store.each("annex")], store.logs())
    with store.together(), pytest.raises(NotAllowed, match="being written"), store.still():
        pass


def test_two_threads_write_one_after_the_other(store: TableStore) -> None:
    """What two threads write together does not mix, and none of it is lost."""
    faults: list[BaseException] = []

    def write(kind: str) -> None:
        try:
            for n in range(20):
                with store.together():
                    store.put(kind, b"count", b"%d" % n)
                    store.put(kind, b"%d" % n, b"x")
                    assert b"%d" % n == store.get(kind, b"count")
        except BaseException as fault:  # noqa: BLE001  # the main thread looks at it
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(kind,)) for kind in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == faults
    assert (21, 21) == (len(list(store.each("one"))), len(list(store.each("two"))))


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("loss", Loss)
def test_a_planted_loss_is_what_it_says(store: TableStore, write: str, loss: Loss) -> None:
    """The failing store of the other tests loses the write or only the word of it, and then works again."""
    failing = FailingStore(store)
    deeds: dict[str, Callable[[], None]] = {
        "append": lambda: failing.append("amber", 0, [(b"e", b"")], b"note", now_us=7),
        "cosign": lambda: failing.cosign("amber", "coral", 1, b"cosigned"),
        "keep": lambda: failing.keep("fork", b"proof", now_us=7),
        "put": lambda: failing.put("annex", b"k", b"v"),
        "drop": lambda: failing.drop("annex", b"there"),
    }

    def all_of_them() -> None:
        with failing.together():
            for deed in list(deeds.values())[:5]:
                deed()

    deeds["together"] = all_of_them
    failing.put("annex", b"there", b"v")
    before = content(store)
    failing.fail(write, loss)
    with pytest.raises(StateUnknown, match=str(loss)):
        deeds[write]()
    assert (loss is Loss.LOST) == (before == content(store))
    failing.fail_at(1, loss)
    failing.put("annex", b"first", b"v")
    with pytest.raises(StateUnknown, match=str(loss)):
        failing.put("annex", b"second", b"v")
    assert (loss is Loss.LOST) == (store.get("annex", b"second") is None)
    failing.fail("put", loss)
    with pytest.raises(StateUnknown, match=str(loss)), failing.together():
        failing.put("annex", b"third", b"v")
        failing.put("annex", b"fourth", b"v")
    assert (loss is Loss.LOST) == (store.get("annex", b"fourth") is None)


def test_a_closed_store_says_so(store: TableStore) -> None:
    """After `close` nothing is read or written, and closing twice is no error."""
    store.close()
    store.close()
    with pytest.raises(StateUnknown):
        store.size("amber")
    with pytest.raises(StateUnknown):
        store.put("annex", b"k", b"v")
