"""The open encounters as columns: many pairs moved on at once, each as if it were alone."""

import numpy as np

from searoom.encounters.looks import look, numbers_of
from searoom.encounters.opened import Opened
from searoom.encounters.picture import Picture
from searoom.encounters.settings import Grade, Settings
from tracks_made import SECOND, START_US, fixes_of

NAMES = ["A", "B", "C", "D"]
PAIR = numbers_of(np.array([0]), np.array([1]))
OTHER = numbers_of(np.array([2]), np.array([3]))


def seen(second, *rows, held=()):
    """Return the look at craft that were reported at a second, in the slots of their letters."""
    picture = Picture(Settings())
    picture.update(fixes_of([(row[0], second, *row[1:]) for row in rows], names=NAMES), START_US + second * SECOND)
    return look(
        picture.at(START_US + second * SECOND), Settings(), np.array(held, np.int64), START_US + second * SECOND
    )


NEAR = (("A", 30.0, 130.0, 8.0, 90.0), ("B", 30.0, 130.03, 8.0, 270.0))
FAR = (("A", 30.0, 130.0, 8.0, 90.0), ("B", 31.0, 130.03, 8.0, 0.0))
TOO = (("C", 40.0, 130.0, 8.0, 90.0), ("D", 40.0, 130.1, 8.0, 270.0))


def moved(opened, found):
    """Move the pairs of a look on; return what was told as (a, b, grade), and the encounters that are over."""
    alerts, over = opened.move_on(found, np.zeros(len(found.key), dtype=np.bool_), NAMES)
    return [(one.a, one.b, one.grade) for one in alerts], over


def test_pairs_open_rise_and_close_each_for_itself():
    """Two open at once; the grade is known by pair; one is cleared after the hold, the other stays."""
    opened = Opened(Settings(), all_told=True)

    assert [("A", "B", Grade.URGENT), ("C", "D", Grade.WARN)] == moved(opened, seen(0, *NEAR, *TOO))[0]
    assert [3, 2, 0] == opened.grades(np.concatenate([PAIR, OTHER, [99]])).tolist()
    assert ([], []) == moved(opened, seen(10, *FAR, *TOO, held=opened.keys))
    alerts, over = moved(opened, seen(75, *FAR, *TOO, held=opened.keys))
    assert ("A", "B", Grade.CLEAR) in alerts
    assert [("A", "B")] == [(one.a, one.b) for one in over]
    assert OTHER.tolist() == opened.keys.tolist()
    assert ["C"] == [one.a for one in opened.encounters()]


def test_many_open_and_close_in_any_order():
    """Rows are used again, and no pair takes another's place."""
    chance = np.random.default_rng(4)
    opened, there = Opened(Settings(), all_told=True), set()
    base = Opened(Settings(), all_told=True)
    moved(base, seen(0, *NEAR))
    (one,) = base.encounters()
    for _ in range(300):
        key = int(chance.integers(1, 400))
        if key in there and chance.random() < 0.6:
            opened.lose(np.array([key]), START_US)
            there.discard(key)
        elif key not in there:
            opened.put_back(key, one, START_US + key)
            there.add(key)
        assert sorted(there) == opened.keys.tolist()
    keys = np.array(sorted(there))
    assert (keys > 100).tolist() == opened.awaited(keys, START_US + 100).tolist()
    assert {3} == set(opened.grades(keys).tolist())


def test_a_row_that_is_used_again_remembers_nothing():
    """The nearest range of a pair that is over is not that of the next."""
    opened = Opened(Settings(), all_told=True)
    moved(opened, seen(0, *NEAR))
    opened.lose(PAIR, START_US + SECOND)
    moved(opened, seen(2, *TOO))
    (one,) = opened.encounters()

    assert 8_000.0 < one.range_m < 9_000.0
    assert START_US + 2 * SECOND == one.range_us


def test_keeps_the_beginning_and_the_end_where_not_all_is_told():
    """A pair that swings for days stays small; what an answer refers to, its first alert, is kept."""
    swing = Settings(hold_s=0.0, cpa_factor=1.0, tcpa_factor=1.0)
    warn = (NEAR[0], ("B", 30.0, 130.09, 8.0, 270.0))
    opened, first, many = Opened(swing, all_told=False), None, 0
    for turn in range(60):
        rows = NEAR if turn % 3 == 0 else warn
        picture = Picture(swing)
        picture.update(fixes_of([(row[0], turn, *row[1:]) for row in rows], names=NAMES), START_US + turn * SECOND)
        now_us = START_US + turn * SECOND
        many += len(moved(opened, look(picture.at(now_us), swing, opened.keys, now_us))[0])
        first = first or opened.told(int(PAIR[0]))[0]

    told = opened.told(int(PAIR[0]))
    assert many > 30
    assert 16 == len(told)
    assert first == told[0]
