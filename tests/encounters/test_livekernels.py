"""The compiled index: who moved is in one page only, who does not come near is not found, what has no room is counted."""

import numpy as np
import pytest

from searoom import compiling
from searoom.encounters import livekernels
from searoom.encounters.livekernels import PAGE, SLOW, STILL, UNJUDGED, WATCHED, Bounds, Limits, Pages
from searoom.tracks.ellipsoid import WGS84_A_M

LIMITS = Limits(0, 900.0, 1_200.0, 30_000.0, 30.0)
BOUNDS = Bounds(
    np.array([1, 2], np.int32), np.array([900.0, 900.0]), np.array([1_200.0, 600.0]), 185.0, 360.0, 185.0, 120.0, 0.5
)


def made(*craft):
    """Return rows of craft near the equator: metres east, metres a second east."""
    rows = np.zeros((len(craft), 10))
    rows[:, 0], rows[:, 6] = WGS84_A_M, 1.0
    rows[:, 1], rows[:, 4] = np.array(craft, dtype=float).T
    rows[:, 9] = np.abs(rows[:, 4])
    return rows


def pages(room, craft):
    """Return pages with nothing in them."""
    return Pages(
        np.full(1024, -1, np.int32), np.empty(room, np.intp), np.empty(room, np.int32), np.zeros(room, np.int32),
        np.empty((room, PAGE), np.int32), np.empty((room, 6, PAGE), np.float32), np.full(craft, -1, np.int32),
    )  # fmt: skip


def found(rows, kept, asker, *, room=10, after_s=0.0, marks=None, only_watched=False, limits=LIMITS):
    """Return the pairs of one craft with what may be told of each, and how many there are."""
    out = np.empty((room, 3), np.intp)
    marks = np.zeros(len(rows), np.int8) if marks is None else np.array(marks, np.int8)
    many = livekernels.search(rows, marks, np.array([asker]), after_s, limits, BOUNDS, kept, only_watched, out)
    return {tuple(pair[:2]): pair[2] for pair in out[: min(many, room)].tolist()}, many


def entered(rows, room=500):
    """Return pages with all craft in them."""
    compiling.ready(livekernels.__name__)
    kept = pages(room, len(rows))
    done, used = livekernels.enter(rows, np.arange(len(rows)), 0, LIMITS, kept, 0)
    return kept, done, used


def test_finds_who_comes_near_in_time_and_nobody_else():
    """Who meets in 500 s is found, who stands apart is not, and who has met 100 s ago is not asked about any more."""
    rows = made((0.0, 10.0), (5_000.0, 0.0), (-3_000.0, -10.0), (40_000.0, 0.0))
    kept, done, used = entered(rows)

    assert 4 == done
    assert used > 1
    assert {(0, 1): 2} == found(rows, kept, 0)[0]
    assert {} == found(rows, kept, 0, after_s=700.0)[0]


@pytest.mark.parametrize(
    ("marks", "metres", "told"),
    [
        ([0, 0], 5_000.0, 2), ([0, 0], 9_000.0, 1), ([STILL, 0], 5_000.0, 0), ([0, STILL], 3_000.0, 2),
        ([SLOW, 0], 5_000.0, 2), ([SLOW, SLOW], 5_000.0, 0), ([SLOW, SLOW], 1_000.0, 2),
    ],
)  # fmt: skip
def test_tells_the_highest_grade_that_the_pair_may_have(marks, metres, told):
    """By the time that is left, and less of it for two that are slow or where one lies still."""
    rows = made((0.0, 10.0), (metres, 0.0))
    assert {(0, 1): told} == found(rows, entered(rows)[0], 0, marks=marks)[0]


def test_of_aircraft_all_that_come_near_are_given_out():
    """Their heights are looked at elsewhere."""
    rows = made((0.0, 10.0), (9_000.0, 0.0))
    assert {(0, 1): UNJUDGED} == found(rows, entered(rows)[0], 0, marks=[1, 0], limits=LIMITS._replace(kind=1))[0]


def test_who_moved_to_another_cell_is_in_that_one_alone_and_leaves_no_gap():
    """The last of a page takes the place of who left it, and is still found."""
    rows = made((20_000.0, 30.0), (900_000.0, 10.0), *((5_000.0 + 100.0 * place, 0.0) for place in range(3)))
    kept, _, used = entered(rows)
    rows[0, 1], rows[1, 1] = 900_000.0, 0.0  # the two change places
    done, again = livekernels.enter(rows, np.array([0, 1]), 0, LIMITS, kept, used)

    assert (2, used) == (done, again)
    assert {(1, 2), (1, 3), (1, 4)} == set(found(rows, kept, 1)[0])
    assert {} == found(rows, kept, 0)[0]
    standing = [kept.craft[page, place] for page in range(used) for place in range(kept.many[page])]
    assert [0, 1, 2, 3, 4] == sorted(standing)
    assert [kept.craft[at // PAGE, at % PAGE] for at in kept.where] == [0, 1, 2, 3, 4]


def test_a_craft_that_has_no_room_is_not_half_in():
    """It is entered again when there is more, and the ones before it are in."""
    rows = made((0.0, 10.0), (5_000.0, 0.0), (900_000.0, 15.0))
    kept, done, used = entered(rows, room=1)

    assert (2, 1) == (done, used)
    assert [0, 1] == kept.craft[0, : kept.many[0]].tolist()
    assert -1 == kept.where[2]


def test_more_pairs_than_room_are_counted_and_the_watched_can_be_asked_for():
    """Whoever asks sees that there is more, and asks again with room for it; a page more is not overlooked."""
    rows = made((0.0, 10.0), *((1_000.0 + place, 0.0) for place in range(30)))
    kept, _, _ = entered(rows, room=2_000)
    pairs, many = found(rows, kept, 0, room=5)

    assert 5 == len(pairs)
    assert 30 == many
    marks = [0, WATCHED, *[0] * 29]
    assert {(0, 1)} == set(found(rows, kept, 0, marks=marks, only_watched=True)[0])


def test_who_lies_still_asks_as_far_as_another_can_come_in_the_time_that_counts():
    """One comes from another cell in less than six minutes; one that comes later has asked for itself by then."""
    rows = made((2_000.0, 0.0), (-6_000.0, 30.0))
    assert {(0, 1): 2} == found(rows, entered(rows)[0], 0, marks=[STILL, 0])[0]
