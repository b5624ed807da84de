"""Where an entry may stand: each rule refuses the one lie that it is there for."""

import dataclasses

import pytest

from builders import EXERCISE, NOW_US, keyring, make_released, parties
from searoom.errors import NotAllowed, Tampered
from searoom.record.entry import Heard, place
from searoom.record.merkle import EMPTY_ROOT
from searoom.record.rules import check_entry, next_height

AMBER, CORAL, JADE = parties("amber", "coral", "jade")
RING = keyring(AMBER, CORAL, JADE)
HEADS = {
    ("coral", 0): EMPTY_ROOT,
    ("jade", 0): EMPTY_ROOT,
    ("coral", 1): b"c" * 32,
    ("coral", 2): b"C" * 32,
    ("jade", 1): b"j" * 32,
}
HEIGHTS = {("coral", 1): 4, ("coral", 2): 7, ("jade", 1): 2}


def entry(*, index=1, height=5, coral=1, jade=0, heard=None, **said):
    """Return an entry of amber's that stands right after `FIRST`, unless it is told to lie."""
    released, _ = make_released(RING, AMBER, b"words", **said)
    if heard is None:
        heard = (Heard("coral", coral, HEADS["coral", coral]), Heard("jade", jade, HEADS["jade", jade]))
    return place(released, index=index, height=height, heard=heard, placed_us=NOW_US, station_key=AMBER.station)


FIRST = entry(index=0, height=1, coral=0)


def check(one, **changes):
    place_of = {
        "previous": FIRST, "index": 1, "mechanism": RING.mechanism, "exercise": EXERCISE, "author": "amber",
        "order_of_parties": RING.parties, "head_height": lambda *head: HEIGHTS[head], "root_of": lambda *head: HEADS.get(head),
    }  # fmt: skip
    check_entry(one, **{**place_of, **changes})


def test_lets_an_entry_stand_where_it_belongs():
    """First and later entries, heads heard or not yet: all rules hold."""
    check(FIRST, previous=None, index=0)
    check(entry())
    check(entry(height=8, coral=2, jade=1))
    check(entry(height=3, coral=0, jade=1))
    check(entry(height=2, coral=0))


@pytest.mark.parametrize("placed_us", [0, NOW_US - 1, NOW_US + 1, 2**63 - 1])
def test_no_clock_decides_where_an_entry_stands(placed_us):
    """A station's clock may be set back, or forward: the time at which it placed an entry orders nothing."""
    check(dataclasses.replace(entry(), placed_us=placed_us))


@pytest.mark.parametrize("lie", [
    (lambda: entry(index=2), {}, "number 2"),
    (lambda: entry(height=4), {}, "height 4"),
    (lambda: entry(height=6), {}, "height 6"),
    (lambda: entry(), {"mechanism": "demo-2027"}, "mechanism"),
    (lambda: entry(mechanism="demo-2027"), {}, "mechanism"),
    (lambda: entry(exercise=not EXERCISE), {}, "real record stands in the exercise record"),
    (lambda: entry(), {"exercise": not EXERCISE}, "exercise record stands in the real record"),
    (lambda: entry(), {"author": "coral"}, "author"),
    (lambda: entry(), {"order_of_parties": ("coral", "jade")}, "no party"),
    (lambda: entry(to=("coral", "jade")), {"order_of_parties": ("amber", "coral")}, "recipient"),
    (lambda: entry(to=()), {}, "national log"),
    (lambda: entry(heard=()), {}, "coral, jade"),
    (lambda: entry(heard=(Heard("coral", 0, EMPTY_ROOT),)), {}, "coral, jade"),
    (lambda: entry(heard=(Heard("amber", 0, EMPTY_ROOT), Heard("coral", 0, EMPTY_ROOT), Heard("jade", 0, EMPTY_ROOT))), {}, "coral, jade"),
    (lambda: entry(heard=(Heard("coral", 3, b"x" * 32), Heard("jade", 0, EMPTY_ROOT))), {}, "more than are held"),
    (lambda: entry(height=2, coral=0), {"previous": entry(index=0, height=5)}, "predecessor 1 already"),
    (lambda: entry(), {"said_before": lambda _: True}, "already"),
], ids=lambda lie: lie[2])  # fmt: skip
def test_refuses_each_lie_about_its_place(lie):
    """Index, height, mechanism, exercise, author, recipients, what was heard, said twice: each is named."""
    make, changes, why = lie
    with pytest.raises(NotAllowed, match=why):
        check(make(), **changes)


@pytest.mark.parametrize("heard", [Heard("coral", 1, b"x" * 32), Heard("coral", 0, b"x" * 32)])
def test_a_head_that_never_was_is_tampering(heard):
    """Whoever has heard another root than the one held has seen, or made, another log."""
    with pytest.raises(Tampered, match="another log of 'coral'"):
        check(entry(heard=(heard, Heard("jade", 0, EMPTY_ROOT))))


def test_is_not_fooled_by_what_was_said_before():
    """The salted hash that is asked for is that of this statement."""
    asked = []
    check(entry(), said_before=lambda plain: bool(asked.append(plain)))
    released, _ = make_released(RING, AMBER, b"other")
    assert 1 == len(asked)
    assert asked[0] != released.statement.plain_hash


def test_height_follows_the_highest_entry_that_was_known():
    """One more than the larger of the own last height and of each head heard; an empty log counts as 0."""
    assert 1 == next_height(None, [("coral", 0)], lambda *_: 1 // 0)
    assert 8 == next_height(FIRST, [("coral", 2), ("jade", 1)], lambda *head: HEIGHTS[head])
    assert 10 == next_height(dataclasses.replace(FIRST, height=9), [("coral", 2)], lambda *head: HEIGHTS[head])


def test_a_national_entry_hears_nobody_and_has_no_recipient():
    """In a log of one party nobody is heard and nobody is spoken to."""
    released, _ = make_released(RING, AMBER, b"seen", to=())
    alone = place(released, index=0, height=1, heard=(), placed_us=NOW_US, station_key=AMBER.station)
    check(alone, previous=None, index=0, order_of_parties=("amber",))
