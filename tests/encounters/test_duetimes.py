"""A pair that holds its course is asked about when its time comes, without anybody's report."""

import numpy as np

from searoom.encounters.detector import Detector
from searoom.encounters.duetimes import AHEAD_S, DueTimes
from searoom.encounters.looks import look
from searoom.encounters.picture import Picture
from searoom.encounters.settings import Grade, Settings
from tracks_made import SECOND, START_US, fixes_of

NONE_HELD = np.zeros(0, dtype=np.int64)


def meeting(seconds):
    """Return two ships that meet after so many seconds."""
    apart = 20.0 * seconds / (111_320.0 * np.cos(np.radians(30.0)))
    return fixes_of([("A", 0, 30.0, 130.0, 10.0, 90.0), ("B", 0, 30.0, 130.0 + apart, 10.0, 270.0)])


def seen(seconds):
    """Return the look at them."""
    picture = Picture(Settings())
    picture.update(meeting(seconds), START_US)
    return look(picture.at(START_US), Settings(), NONE_HELD, START_US)


def test_is_asked_when_the_next_limit_is_reached_and_no_more():
    """604 s ahead: in 4 s it comes down to the ten minutes of a warning."""
    due = DueTimes(Settings())
    due.put(seen(604.0))

    assert [] == due.take(START_US + 2 * SECOND).tolist()
    assert [1] == due.take(START_US + 6 * SECOND).tolist()
    assert [] == due.take(START_US + 60 * SECOND).tolist()


def test_what_is_due_later_is_left_to_a_later_look():
    """Only the next seconds stand in it, so it stays small."""
    due = DueTimes(Settings())
    due.put(seen(600.0 + 2.0 * AHEAD_S))

    assert [] == due.take(START_US + 3_600 * SECOND).tolist()


def test_a_detector_tells_it_between_two_full_looks():
    """The warning comes within a second of its time, with no report and no full look."""
    live = Detector(live=True)
    assert [Grade.ADVISE] == [one.grade for one in live.hear(meeting(605.0), START_US)]
    told = [
        (second, one.grade) for second in range(1, 11) for one in live.hear_due(START_US + second * SECOND)
    ]  # fmt: skip

    assert 1 == len(told)
    assert told[0][0] in (5, 6)
    assert Grade.WARN is told[0][1]
