"""Where an entry may stand: each rule refuses the one lie that it is there for."""

import dataclasses

import pytest

from builders import EXERCISE, MECHANISM, NOW_US, epoch_words, make_party, make_released, parties, records, roster
from searoom.errors import NotAllowed, Tampered
from searoom.record.entry import Heard, Kind, clear_statement, place, release
from searoom.record.rules import Record, check_entry, check_place, next_height

AMBER, CORAL, JADE = parties("amber", "coral", "jade")
PEARL = make_party("pearl", observer=True)
RING = roster(AMBER, CORAL, JADE)
HEADS = {
    ("amber", 1): b"a" * 32,
    ("amber", 2): b"A" * 32,
    ("coral", 1): b"c" * 32,
    ("coral", 2): b"C" * 32,
    ("jade", 1): b"j" * 32,
}
HEIGHTS = {("amber", 1): 1, ("amber", 2): 9, ("coral", 1): 4, ("coral", 2): 7, ("jade", 1): 2}
RECORD = Record(MECHANISM, EXERCISE, RING)


class Held:
    """What is held: the heads above, and whatever was said."""

    def __init__(self, said=()):
        self.said, self.asked = said, []

    def head_height(self, log, size):
        return HEIGHTS[log, size]

    def root_of(self, log, size):
        return HEADS.get((log, size))

    def said_before(self, log, plain_hash):
        self.asked.append((log, plain_hash))
        return plain_hash in self.said


def heads(**sizes):
    """Return what was heard of these logs, sorted."""
    return tuple(Heard(log, size, HEADS[log, size]) for log, size in sorted(sizes.items()) if size)


def entry(*, log="amber", index=1, height=5, coral=1, jade=0, heard=None, released=None, **said):
    """Return an entry of amber's that stands right after `FIRST`, unless it is told to lie."""
    released = released or make_released(RING, AMBER, b"words", **said)[0]
    heard = heads(coral=coral, jade=jade) if heard is None else heard
    return place(
        released, log=log, index=index, height=height, heard=heard, placed_us=NOW_US, station_key=AMBER.station
    )


FIRST = entry(index=0, height=1, coral=0)


def check(one, *, held=None, **changes):
    place_of = {"record": RECORD, "log": "amber", "index": 1, "previous": FIRST}
    check_entry(one, held=held or Held(), **{**place_of, **changes})


def test_lets_an_entry_stand_where_it_belongs():
    """First and later entries, heads heard or not yet: all rules hold."""
    check(FIRST, previous=None, index=0)
    check(entry())
    check(entry(height=8, coral=2, jade=1))
    check(entry(height=3, coral=0, jade=1))
    check(entry(height=2, coral=0))
    check(entry(height=2, coral=0, to=()))


@pytest.mark.parametrize("placed_us", [0, NOW_US - 1, NOW_US + 1, 2**63 - 1])
def test_no_clock_decides_where_an_entry_stands(placed_us):
    """A station's clock may be set back, or forward: the time at which it placed an entry orders nothing."""
    check(dataclasses.replace(entry(), placed_us=placed_us))


def record(**changes):
    """Return the record's own description, with a lie in it."""
    return dataclasses.replace(RECORD, **changes)


@pytest.mark.parametrize("lie", [
    (lambda: entry(index=2), {}, "number 2"),
    (lambda: entry(), {"log": "amber.2"}, "stands at 1 of amber.2"),
    (lambda: entry(log="amber.2"), {}, "number 1 of the log of amber.2"),
    (lambda: entry(height=4), {}, "height 4"),
    (lambda: entry(height=6), {}, "height 6"),
    (lambda: entry(), {"record": record(mechanism="demo-2027")}, "mechanism"),
    (lambda: entry(mechanism="demo-2027"), {}, "mechanism"),
    (lambda: entry(exercise=not EXERCISE), {}, "real record stands in the exercise record"),
    (lambda: entry(), {"record": record(exercise=not EXERCISE)}, "exercise record stands in the real record"),
    (lambda: entry(), {"log": "coral"}, "stands at 1 of coral"),
    (lambda: entry(), {"record": record(roster=roster(CORAL, JADE))}, "no party"),
    (lambda: entry(to=("coral", "jade")), {"record": record(roster=roster(AMBER, CORAL))}, "recipient"),
    (lambda: entry(heard=(Heard("amber", 1, HEADS["amber", 1]),)), {}, "of its own log"),
    (lambda: entry(heard=(Heard("coral", 3, b"x" * 32),)), {}, "more than are held"),
    (lambda: entry(height=2, coral=1), {"previous": entry(index=0, height=5, coral=2)}, "had heard 2 entries already"),
    (lambda: entry(height=2, coral=0), {"previous": entry(index=0, height=5)}, "less of the log of 'coral'"),
], ids=lambda lie: lie[2])  # fmt: skip
def test_refuses_each_lie_about_its_place(lie):
    """Index, log, height, mechanism, exercise, author, recipients, what was heard: each is named."""
    make, changes, why = lie
    with pytest.raises(NotAllowed, match=why):
        check(make(), **changes)


def test_nothing_is_said_twice_in_one_log():
    """The salted hash that is asked for is that of this statement, for the log in which it shall stand."""
    held, one = Held(), entry()
    check(one, held=held)
    assert [("amber", one.statement.plain_hash)] == held.asked
    with pytest.raises(NotAllowed, match="already"):
        check(one, held=Held((one.statement.plain_hash,)))


def test_a_head_that_never_was_is_tampering():
    """Whoever has heard another root than the one held has seen, or made, another log."""
    with pytest.raises(Tampered, match="another log of 'coral'"):
        check(entry(heard=(Heard("coral", 1, b"x" * 32),)))


def test_a_log_of_which_nothing_was_heard_may_be_left_out():
    """So that parties can join at any time; once heard, a log is named in every later entry."""
    check(entry(height=2, coral=0))
    later = entry(index=2, height=6)
    check(later, index=2, previous=entry())
    with pytest.raises(NotAllowed, match="less of the log of 'coral'"):
        check(entry(index=2, height=6, coral=0), index=2, previous=entry())


def test_height_follows_the_highest_entry_that_was_known():
    """One more than the larger of the own last height and of each head heard; an empty log counts as 0."""
    assert 1 == next_height(None, [], lambda *_: 1 // 0)
    assert 8 == next_height(FIRST, [("coral", 2), ("jade", 1)], lambda *head: HEIGHTS[head])
    assert 10 == next_height(dataclasses.replace(FIRST, height=9), [("coral", 2)], lambda *head: HEIGHTS[head])


def opening(log="amber.2", index=0, height=10, **heard):
    """Return amber's first entry in its second log, after two in the first."""
    released, _ = epoch_words(records()[0], AMBER)
    return entry(log=log, index=index, height=height, heard=heads(**(heard or {"amber": 2})), released=released)


def test_a_second_log_begins_with_the_reason_why():
    """The opening entry stands first in a later log, nowhere else, and nothing else stands there."""
    second = {"log": "amber.2", "index": 0, "previous": None}
    check(opening(), **second)
    check(opening(height=1, coral=0), **second)  # of a first log of which nobody holds anything
    words = entry(log="amber.2", index=0, height=10, heard=heads(amber=2))
    for one, changes in (
        (words, second),
        (opening(log="amber", height=1, coral=0), {"index": 0, "previous": None}),
        (opening(index=1, height=11), {**second, "index": 1, "previous": opening()}),
        (opening(log="amber", index=1, height=2, coral=0), {}),
    ):
        with pytest.raises(NotAllowed, match="begins with the reason why"):
            check(one, **changes)
    check(entry(log="amber.2", height=11, heard=heads(amber=2)), log="amber.2", previous=opening())


def test_an_observer_says_nothing_and_is_told_nothing():
    """It brings its next cards, and may open a new log; words it has none, and none are for it."""
    ring = roster(AMBER, CORAL, PEARL)
    watched = Record(MECHANISM, EXERCISE, ring)
    to_pearl = dataclasses.replace(make_released(RING, AMBER, b"x", to=["coral"])[0].statement, recipients=("pearl",))
    with pytest.raises(NotAllowed, match="'pearl' cannot be a recipient"):
        check_place(to_pearl, watched)
    from_pearl = dataclasses.replace(to_pearl, author="pearl", recipients=("amber",))
    with pytest.raises(NotAllowed, match="'pearl' is an observer"):
        check_place(from_pearl, watched)
    with pytest.raises(NotAllowed, match="'teal' cannot be a recipient"):
        check_place(dataclasses.replace(to_pearl, recipients=("teal",)), watched)
    card = clear_statement(
        Kind.CARD, PEARL.card_bytes, mechanism=MECHANISM, exercise=EXERCISE, author="pearl", claimed_us=NOW_US
    )
    check_place(card, watched)
    check_place(dataclasses.replace(to_pearl, recipients=()), watched)
    assert 1 == len(release(card, PEARL.station).signatures)
