"""The compiled lists: entries of older versions and of other cells are passed over, and what has no room is counted."""

import numpy as np

from searoom import compiling
from searoom.encounters import livekernels
from searoom.encounters.livekernels import ENTRY, WATCHED, Limits, Lists
from searoom.tracks.ellipsoid import WGS84_A_M

LIMITS = Limits(0, 900.0, 1_200.0, 7_000.0, 1_000.0)


def made(*craft):
    """Return rows of craft near the equator: metres east, metres a second east."""
    rows = np.zeros((len(craft), 10))
    rows[:, 0], rows[:, 6] = WGS84_A_M, 1.0
    rows[:, 1], rows[:, 4] = np.array(craft, dtype=float).T
    rows[:, 9] = np.abs(rows[:, 4])
    return rows


def lists(room):
    """Return lists with nothing in them."""
    return Lists(np.full(1024, -1, np.int32), np.empty((room, ENTRY), np.int32))


def found(rows, versions, kept, asker, *, room=10, after_s=0.0, marks=None, only_watched=False):
    """Return the pairs of one craft, and how many there are."""
    out = np.empty((room, 2), np.intp)
    marks = np.zeros(len(rows), np.int8) if marks is None else np.array(marks, np.int8)
    many = livekernels.search(rows, versions, marks, np.array([asker]), after_s, LIMITS, kept, only_watched, out, 0)
    return {tuple(pair) for pair in out[: min(many, room)].tolist()}, many


def entered(rows, versions, room=500):
    """Return lists with all craft in them."""
    compiling.ready(livekernels.__name__)
    kept = lists(room)
    done, used = livekernels.enter(rows, versions, np.arange(len(rows)), 0, LIMITS, kept, 0)
    return kept, done, used


def test_finds_who_comes_near_in_time_and_nobody_else():
    """Who meets in 500 s is found, who stands apart is not, and who has met 100 s ago is not asked about any more."""
    rows, versions = made((0.0, 10.0), (5_000.0, 0.0), (-3_000.0, -10.0), (40_000.0, 0.0)), np.zeros(4, np.int32)
    kept, done, used = entered(rows, versions)

    assert 4 == done
    assert used > 4
    assert {(0, 1)} == found(rows, versions, kept, 0)[0]
    assert set() == found(rows, versions, kept, 0, after_s=700.0)[0]


def test_an_entry_of_an_older_version_is_nobody():
    """A craft that moved is where its new entries are."""
    rows, versions = made((0.0, 10.0), (5_000.0, 0.0)), np.zeros(2, np.int32)
    kept, _, _ = entered(rows, versions)
    versions[1] += 1

    assert set() == found(rows, versions, kept, 0)[0]


def test_a_craft_that_has_no_room_is_not_half_in():
    """It is entered again when there is more, and the ones before it are in."""
    rows, versions = made((0.0, 10.0), (5_000.0, 0.0), (900_000.0, 15.0)), np.zeros(3, np.int32)
    kept, done, used = entered(rows, versions, room=45)

    assert 2 == done
    assert {0, 1} == set(kept.entries[:used, 2].tolist())


def test_more_pairs_than_room_are_counted_and_the_watched_can_be_asked_for():
    """Whoever asks sees that there is more, and asks again with room for it."""
    rows, versions = made((0.0, 10.0), *((1_000.0 + place, 0.0) for place in range(30))), np.zeros(31, np.int32)
    kept, _, _ = entered(rows, versions, room=2_000)
    pairs, many = found(rows, versions, kept, 0, room=5)

    assert 5 >= len(pairs)
    assert many >= 30
    marks = [0, WATCHED, *[0] * 29]
    assert {(0, 1)} == found(rows, versions, kept, 0, marks=marks, only_watched=True)[0]
