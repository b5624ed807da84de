"""What came ahead waits, durably, and is compared when its place is reached; then it stands in the log alone."""

import dataclasses

import pytest

from builders import NOW_US, hand_over, issue, make_record, make_released, parties, records, renewed, roster, say
from failing_store import FailingStore, Loss
from searoom.errors import NotAllowed, StateUnknown, Tampered
from searoom.record import ahead as ahead_room
from searoom.record import shelf as room
from searoom.record.entry import place
from searoom.record.store import SqliteStore

AMBER, CORAL = parties()
RING = roster(AMBER, CORAL)


def spoken(count: int = 4):
    """Return both sides; amber has said so much, coral holds nothing of it."""
    a, b = records()
    for number in range(count):
        say(a, AMBER, b"%d" % number)
    return a, b


def test_what_came_ahead_is_kept_until_its_place_is_reached() -> None:
    """New the first time, known the second; it waits in order, and is gone from beside the record when it stands in it."""
    store = SqliteStore(":memory:")
    a, b = spoken()[0], make_record(CORAL, RING, store)
    assert [True, True, False] == [b.take_ahead(a.ahead(index), now_us=NOW_US) for index in (3, 1, 3)]
    assert [1, 3] == [item.index for item in b.aheads("amber")]
    assert 0 == b.size("amber")
    again = make_record(CORAL, RING, store)
    assert b.aheads("amber") == again.aheads("amber")
    batch = a.batch("amber", 0, most=2)
    assert batch is not None
    again.admit(batch, now_us=NOW_US)
    assert [3] == [item.index for item in again.aheads("amber")]
    hand_over(a, again)
    assert () == again.aheads("amber")
    assert [] == list(store.each(ahead_room.KIND))
    assert a.root("amber") == again.root("amber")
    assert not again.take_ahead(a.ahead(1), now_us=NOW_US)
    assert [] == again.evidence()


@pytest.mark.parametrize("loss", Loss)
def test_is_shown_only_when_it_is_durable(loss: Loss) -> None:
    """A disk that fails in the middle: said to be unknown, and taken again after a start."""
    store = FailingStore(SqliteStore(":memory:"))
    a, b = spoken()[0], make_record(CORAL, RING, store)
    store.fail("put", loss)
    with pytest.raises(StateUnknown):
        b.take_ahead(a.ahead(2), now_us=NOW_US)
    assert () == b.aheads("amber")
    b = make_record(CORAL, RING, store)
    assert (loss is Loss.LOST) == b.take_ahead(a.ahead(2), now_us=NOW_US)
    assert [2] == [item.index for item in b.aheads("amber")]


def test_a_lie_ahead_is_refused_and_kept() -> None:
    """What does not check is evidence; nothing waits and nothing is shown."""
    a, b = spoken()
    good = a.ahead(2)
    flipped = good.entry[:-1] + bytes((good.entry[-1] ^ 1,))
    with pytest.raises(Tampered):
        b.take_ahead(dataclasses.replace(good, entry=flipped), now_us=NOW_US)
    assert ["refused"] == [piece.kind for piece in b.evidence()]
    assert () == b.aheads("amber")
    assert b.take_ahead(good, now_us=NOW_US)


def test_takes_none_of_our_own_nor_of_strangers() -> None:
    """Our log is written here; who is no party has none; of another record nothing is shown."""
    a, b = spoken()
    with pytest.raises(NotAllowed, match="taken from nobody"):
        a.take_ahead(a.ahead(0), now_us=NOW_US)
    for log, said in (("jade", "no party"), ("amber.3", "nothing of the log"), ("Amber", "name of a log")):
        with pytest.raises(NotAllowed, match=said):
            b.take_ahead(dataclasses.replace(a.ahead(0), log=log), now_us=NOW_US)
    real = make_record(CORAL, RING, exercise=False)
    with pytest.raises(NotAllowed, match="exercise record stands in the real record"):
        real.take_ahead(a.ahead(0), now_us=NOW_US)


def forked():
    """Return two histories of amber's log that part at entry 1."""
    a, twin, b = make_record(AMBER, RING), make_record(AMBER, RING), make_record(CORAL, RING)
    first = make_released(RING, AMBER, b"the same")
    for side, words in ((a, b"yes"), (twin, b"no")):
        side.say(*first, now_us=NOW_US)
        say(side, AMBER, words)
        say(side, AMBER, b"and so on")
    return a, twin, b


def test_another_entry_ahead_than_the_one_that_waits_is_a_fork() -> None:
    """Two entries of one place, each under a signed head: kept side by side with both notes."""
    a, twin, b = forked()
    assert b.take_ahead(a.ahead(1), now_us=NOW_US)
    with pytest.raises(Tampered, match="entry 1 of amber came ahead in other bytes"):
        b.take_ahead(twin.ahead(1), now_us=NOW_US)
    (piece,) = b.evidence()
    assert "fork" == piece.kind
    for part in (a.ahead(1).entry, twin.ahead(1).entry, a.note("amber"), twin.note("amber")):
        assert part in piece.detail
    assert [a.ahead(1)] == list(b.aheads("amber"))


def test_another_entry_in_the_log_than_the_one_that_came_ahead_is_a_fork() -> None:
    """When its place is reached with other bytes, nothing of the batch is stored."""
    a, twin, b = forked()
    b.take_ahead(a.ahead(1), now_us=NOW_US)
    batch = twin.batch("amber", 0)
    assert batch is not None
    with pytest.raises(Tampered, match="came ahead in other bytes"):
        b.admit(batch, now_us=NOW_US)
    assert (0, ["fork"]) == (b.size("amber"), [piece.kind for piece in b.evidence()])


def test_another_entry_ahead_than_the_one_that_is_held_is_a_fork() -> None:
    """After its place was reached: what contradicts the log is kept beside the log's own entry and note."""
    a, twin, b = forked()
    hand_over(a, b)
    with pytest.raises(Tampered, match="comes ahead in other bytes than are held"):
        b.take_ahead(twin.ahead(1), now_us=NOW_US)
    (piece,) = b.evidence()
    for part in (a.ahead(1).entry, twin.ahead(1).entry, a.note("amber"), twin.note("amber")):
        assert part in piece.detail


def test_no_more_wait_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sends more ahead than that has a log to send; when it has come, there is room again."""
    monkeypatch.setattr(room, "MAX_AHEAD", 2)
    a, b = spoken()
    for index in (1, 2):
        b.take_ahead(a.ahead(index), now_us=NOW_US)
    with pytest.raises(NotAllowed, match="send those before them"):
        b.take_ahead(a.ahead(3), now_us=NOW_US)
    assert not b.take_ahead(a.ahead(2), now_us=NOW_US)
    batch = a.batch("amber", 0, most=2)
    assert batch is not None
    b.admit(batch, now_us=NOW_US)
    assert b.take_ahead(a.ahead(3), now_us=NOW_US)
    assert [] == b.evidence()


def test_after_a_rotation_that_was_not_heard_of_nothing_is_held_against_anybody() -> None:
    """The head is by a log key whose card is still on its way: not for now, and no evidence of anything."""
    a, b = spoken(1)
    later = renewed(AMBER, "2")
    issue(a, later)
    say(a, later, b"flash")
    with pytest.raises(NotAllowed, match="card"):
        b.take_ahead(a.ahead(2), now_us=NOW_US)
    assert [] == b.evidence()
    hand_over(a, b)
    assert not b.take_ahead(a.ahead(2), now_us=NOW_US)


def test_height_and_hearing_are_asked_when_the_place_is_reached() -> None:
    """Ahead of its place nobody can tell them; an entry that lies about them is shown, and refused in the log."""
    a, b = spoken(1)
    released, body = make_released(RING, AMBER, b"high")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("searoom.record.shared.place", lambda *args, **rest: place(*args, **{**rest, "height": 99}))
        patch.setattr("searoom.record.rules.check_standing", lambda *_, **__: None)
        a.say(released, body, now_us=NOW_US)
    assert b.take_ahead(a.ahead(1), now_us=NOW_US)
    with pytest.raises(NotAllowed, match="height 99"):
        hand_over(a, b)
    assert 0 == b.size("amber")
