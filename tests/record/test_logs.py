"""All logs together: the roster that their cards give, notes that fit, and a store that was changed found at the start."""

import dataclasses

import pytest

from builders import NOW_US, Party, epoch, exchange, issue, make_private, make_record, parties, renewed, roster, say
from searoom.errors import NotAllowed, Tampered
from searoom.record import checkpoint, log, snapshot
from searoom.record.entry import MAX_LOGS
from searoom.record.logs import Logs
from searoom.record.roster import FIRST
from searoom.record.shared import SharedRecord
from searoom.record.store import SqliteStore

AMBER, CORAL = parties()
RING = roster(AMBER, CORAL)
SECOND = renewed(AMBER, "2")


def filled(count: int = 5) -> SqliteStore:
    """Return amber's store with `count` entries of its own."""
    store = SqliteStore(":memory:")
    record = make_record(AMBER, RING, store)
    for number in range(count):
        say(record, AMBER, b"words %d" % number)
    return store


def test_loads_logs_and_cards_in_their_order() -> None:
    """By the parties of the agreement, then by number; the roster follows from the cards, wherever they stand."""
    store = SqliteStore(":memory:")
    a, b = make_record(AMBER, RING, store), make_record(CORAL, RING)
    say(b, CORAL, b"first")
    exchange(a, b)
    issue(a, SECOND)
    epoch(a, SECOND)
    third = renewed(SECOND, "3")
    issue(a, third)
    logs = Logs.load(store, RING)
    assert ["amber", "amber.2", "coral"] == [one.name for one in logs]
    assert [("amber", FIRST), ("amber", 0), ("amber.2", 1)] == [place[:2] for place in logs.roster.issued("amber")]
    assert ("amber.2", "coral") == (logs.newest("amber").name, logs.newest("coral").name)
    assert ["amber", "amber.2"] == [one.name for one in logs.of("amber")]
    assert "amber.2" in logs
    assert "amber.3" not in logs
    assert (2, None, None) == (logs.head_height("coral", 1) + 1, logs.root_of("coral", 2), logs.root_of("teal", 1))


CHANGES = {
    "an entry swapped": (
        "UPDATE entry SET entry = (SELECT entry FROM entry WHERE place = 0) WHERE place = 1",
        "changed in the store",
    ),
    "an entry of rubbish": ("UPDATE entry SET entry = x'00' WHERE place = 2", "entry 2 .* changed in the store"),
    "the last entry gone": ("DELETE FROM entry WHERE place = 4", "4 entries"),
    "an entry gone from the middle": ("DELETE FROM entry WHERE place = 1", "changed in the store"),
    "the note changed": ("UPDATE note SET note = x'00'", "note of the log of amber was changed"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_store_that_was_changed_is_refused_at_the_start(change: str) -> None:
    """Whoever edits the database is found out before anything is said from it."""
    store = filled()
    sql, said = CHANGES[change]
    store._db.execute(sql)
    with pytest.raises(Tampered, match=said):
        Logs.load(store, RING)


def test_entries_that_do_not_give_the_signed_root_are_refused_at_the_start() -> None:
    """An entry of the right form at the right place, but another one, is found by the root."""
    store, other = filled(), filled()
    ((data,),) = other._db.execute("SELECT entry FROM entry WHERE place = 3").fetchall()
    store._db.execute("UPDATE entry SET entry = ? WHERE place = 3", (data,))
    with pytest.raises(Tampered, match="do not give the root"):
        Logs.load(store, RING)


def test_a_note_of_another_log_key_or_size_is_refused_at_the_start() -> None:
    """The stored note is of this log, by the log key in force at its size, alone, and over what is stored."""
    store = filled(2)
    root, origin = make_record(AMBER, RING, store).root("amber"), checkpoint.origin(RING.mechanism, "amber")
    head = checkpoint.Checkpoint(origin, 2, root)
    good = checkpoint.sign(head, origin, AMBER.log)
    theirs = checkpoint.origin(RING.mechanism, "coral")
    for note in (
        checkpoint.sign(dataclasses.replace(head, origin=theirs), theirs, AMBER.log),
        checkpoint.sign(head, origin, CORAL.log),
        checkpoint.sign(head, origin, SECOND.log),
        checkpoint.sign(dataclasses.replace(head, size=3), origin, AMBER.log),
        checkpoint.sign(dataclasses.replace(head, size=1), origin, AMBER.log),
        checkpoint.sign(dataclasses.replace(head, root=bytes(32)), origin, AMBER.log),
        checkpoint.cosign(good, "demo-2026/coral/mirror", CORAL.mirror, 1),
        checkpoint.cosign(good, origin, AMBER.keys.log_pq, 1),
    ):
        store._db.execute("UPDATE note SET note = ?", (note.to_bytes(),))
        with pytest.raises(Tampered):
            Logs.load(store, RING)
    store._db.execute("UPDATE note SET note = ?", (good.to_bytes(),))
    assert 2 == Logs.load(store, RING).get("amber").size


def test_refuses_the_store_of_others() -> None:
    """A log of somebody whose card is not at hand: these are not the cards of this store."""
    with pytest.raises(NotAllowed, match="log of 'amber', whose card is not at hand") as caught:
        Logs.load(filled(1), roster(CORAL))
    assert "belongs to these cards" in caught.value.advice()


@pytest.mark.parametrize("name", ["amber.1", "amber.x"])
def test_a_log_under_no_name_is_refused_at_the_start(name: str) -> None:
    """A first log bears no number, and a later one a number: whoever renamed it in the database is told what is wrong."""
    store = filled(1)
    for table in ("entry", "note"):
        store._db.execute(f"UPDATE {table} SET log = ?", (name,))
    with pytest.raises(NotAllowed, match="a log in the store is no name of a log"):
        Logs.load(store, RING)


def test_a_part_of_a_log_that_no_note_covers_is_loaded() -> None:
    """It came under a note over more, which is kept beside it: there is no signed note to compare it with."""
    a, store = make_record(AMBER, RING), SqliteStore(":memory:")
    for number in range(3):
        say(a, AMBER, b"%d" % number)
    batch = a.batch("amber", 0, most=2)
    assert batch is not None
    make_record(CORAL, RING, store).admit(batch, now_us=NOW_US)
    held = Logs.load(store, RING).get("amber")
    assert (2, b"", a.root("amber", 2)) == (held.size, held.note, held.root())


def test_the_national_log_is_none_of_them() -> None:
    """It lies in the same store under a name that no shared log has."""
    store = filled(1)
    make_private(AMBER, store).write(b"x", signer=AMBER.station, now_us=NOW_US)
    assert ["amber", "coral"] == [one.name for one in Logs.load(store, RING)]


def test_says_who_is_a_stranger_and_what_is_not_held() -> None:
    """A log of nobody, one that comes too early, one of another form: each is refused in its own words."""
    logs = Logs.load(filled(1), RING)
    assert 0 == logs.get_or_next("amber.2").size
    assert "amber.2" not in logs
    for ask, name, said in (
        (logs.get, "jade", "no party"),
        (logs.get_or_next, "jade", "no party"),
        (logs.get, "amber.2", "nothing of the log 'amber.2'"),
        (logs.get_or_next, "amber.3", "nothing of the log 'amber.3'"),
        (logs.get_or_next, "amber.1", "name of a log"),
        (logs.get_or_next, "amber/national", "name of a log"),
        (logs.newest, "jade", "no party"),
    ):
        with pytest.raises(NotAllowed, match=said):
            ask(name)  # type: ignore[operator]


def test_a_party_opens_no_more_logs_than_an_entry_can_name() -> None:
    """Each party may have its share of the logs that an entry has room to name: nobody silences the others."""
    ring = roster(*parties(), *(dataclasses.replace(AMBER, card=extra) for extra in strangers(14)))
    a = make_record(AMBER, ring)
    for number in range(MAX_LOGS // 16 - 1):
        epoch(a, AMBER, f"lost {number}")
    assert "amber.4" == a.own
    with pytest.raises(NotAllowed, match="4 logs already"):
        epoch(a, AMBER)
    assert 1 == say(a, AMBER, b"still here", to=["coral"]).index


def strangers(count: int) -> list:  # type: ignore[type-arg]
    """Return the cards of so many more parties."""
    return [parties(f"p{number}")[0].card for number in range(count)]


# ---- blocks of the snapshot ---------------------------------------------------------------------------------------


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a block cover four entries."""
    monkeypatch.setattr(snapshot, "LEVEL", 2)
    monkeypatch.setattr(snapshot, "ENTRIES", 4)


def told(step: int | Party, record: SharedRecord, now: Party) -> Party:
    if isinstance(step, Party):
        issue(record, step)
        return step
    for number in range(step):
        say(record, now, b"words %d" % number)
    return now


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("damage", ["x'00'", "zeroblob(length(value))", None])
def test_a_block_that_is_damaged_or_gone_only_costs_time(damage: str | None) -> None:
    """The entries are read instead; what is then held is the same."""
    store = filled(11)
    expected = [(one.name, one.size, one.root()) for one in Logs.load(store, RING)]
    assert 2 == len(list(store.each(snapshot.KIND)))
    sql = f"UPDATE beside SET value = {damage}" if damage else "DELETE FROM beside"
    store._db.execute(f"{sql} WHERE kind = 'snapshot'")
    assert expected == [(one.name, one.size, one.root()) for one in Logs.load(store, RING)]


@pytest.mark.usefixtures("small_blocks")
def test_a_start_reads_only_what_is_behind_the_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of eleven entries the last three; all of them where the blocks are another tree's."""
    monkeypatch.setattr(log, "_TELL_EVERY", 1)
    store, other = filled(11), filled(11)
    told: list[int] = []
    Logs.load(store, RING, progress=lambda _log, read, _all: told.append(read))
    assert [9, 10, 11] == told
    log.Log.load(store, "amber", progress=lambda _log, read, _all: told.append(read))
    Logs.load(filled(12), RING, progress=lambda _log, read, _all: told.append(read))
    assert [9, 10, 11] * 2 == told
    told.clear()
    for (key, _), (_, lie) in zip(store.each(snapshot.KIND), list(other.each(snapshot.KIND)), strict=True):
        store.put(snapshot.KIND, key, lie)
    Logs.load(store, RING, progress=lambda _log, read, _all: told.append(read))
    assert [9, 10, 11, *range(1, 12)] == told


@pytest.mark.usefixtures("small_blocks")
def test_a_block_of_another_tree_is_found_by_the_root() -> None:
    """Whole in itself, and of other entries: then every entry is read, and none of it is believed before."""
    store, other = filled(9), filled(9)
    for (key, _), (_, lie) in zip(store.each(snapshot.KIND), list(other.each(snapshot.KIND)), strict=True):
        store.put(snapshot.KIND, key, lie)
    logs = Logs.load(store, RING)
    assert [1, 2, 3, 4] == [logs.get("amber").height(size) for size in range(1, 5)]
    assert list(range(9)) == [entry.index for entry, _, _ in logs.get("amber").items(0, 9)]


@pytest.mark.usefixtures("small_blocks")
def test_blocks_of_what_came_at_once_are_each_of_their_own_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirteen entries in one commit, cards at both ends of blocks: three blocks, by which the same is held again."""
    monkeypatch.setattr(log, "_TELL_EVERY", 1)
    a, store, now = make_record(AMBER, RING), SqliteStore(":memory:"), AMBER
    for number, count in enumerate((3, 2, 5)):
        keys = renewed(now, f"{number}").keys
        now = told(
            renewed(now, f"{number}", keys=dataclasses.replace(keys, log=AMBER.log, log_pq=AMBER.keys.log_pq)), a, now
        )
        told(count, a, now)
    batch = a.batch("amber", 0)
    assert batch is not None
    assert 13 == make_record(CORAL, RING, store).admit(batch, now_us=NOW_US)
    read: list[int] = []
    loaded = log.Log.load(store, "amber", progress=lambda _log, at, _all: read.append(at))
    assert ([13], (0, 4, 7)) == (read, loaded.clear)
    assert list(range(1, 14)) == [loaded.height(size) for size in range(1, 14)]


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("size", range(14))
def test_blocks_and_the_rest_are_what_all_entries_are(size: int) -> None:
    """With blocks and without: the same tree, heights, places in clear, words said and last entry, at every size."""
    store = SqliteStore(":memory:")
    record, now = make_record(AMBER, RING, store), AMBER
    for step in (1,) * min(size, 5) + ((SECOND,) if size > 5 else ()) + (1,) * max(size - 6, 0):
        now = told(step, record, now)
    assert size // 4 == len(list(store.each(snapshot.KIND)))
    with_blocks, without = (log.Log.load(store, "amber", blocks=blocks) for blocks in (True, False))
    said = [entry.statement.plain_hash for entry, _, _ in without.items(0, size)]
    for one in (with_blocks, without):
        assert (size, size) == (one.size, one.staged_size)
        assert [record.root("amber", at) for at in range(size + 1)] == [one.root(at) for at in range(size + 1)]
        assert all(one.said(plain_hash) for plain_hash in said)
        assert ((5,) if size > 5 else ()) == tuple(one.clear)
    assert [with_blocks.height(at) for at in range(size + 1)] == [without.height(at) for at in range(size + 1)]
    assert with_blocks.last == without.last
