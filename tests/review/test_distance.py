"""Tests of what measured intervals share, and of how finely it is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed
from searoom.review.distance import Shared, from_metres, grouped, say, share, step

MM = st.integers(0, 10**9)


def test_overlapping_intervals_agree_where_they_overlap():
    """137 m ± 25 m and 160 m ± 8 m share 152 m to 162 m, said in tens of metres."""
    assert Shared(True, 150_000, 170_000, 10_000) == share([(137_000, 25_000), (160_000, 8_000)])


def test_intervals_apart_show_the_gap():
    """137 m ± 25 m and 200 m ± 30 m lie 8 m apart."""
    assert Shared(False, 160_000, 170_000, 10_000) == share([(137_000, 25_000), (200_000, 30_000)])


def test_intervals_that_touch_agree():
    """One common value is common ground."""
    assert share([(100, 10), (120, 10)]).agree


def test_there_is_nothing_to_compare_in_nothing():
    """An empty list is a mistake of the caller."""
    with pytest.raises(NotAllowed):
        share([])


def test_refuses_a_negative_error():
    """No measurement is better than exact."""
    with pytest.raises(NotAllowed):
        step(-1)


@given(st.lists(st.tuples(MM, st.integers(0, 10**6)), min_size=1, max_size=4))
def test_what_is_said_holds_what_was_measured(intervals):
    """Rounding goes outward: no common value is lost, and no digit is finer than the coarsest error's first."""
    low, high = max(v - e for v, e in intervals), min(v + e for v, e in intervals)
    shared = share(intervals)

    assert (low <= high) == shared.agree
    assert shared.low_mm <= max(0, min(low, high))
    assert max(low, high) <= shared.high_mm
    assert 0 == shared.low_mm % shared.step_mm == shared.high_mm % shared.step_mm


@given(st.lists(st.tuples(MM, st.integers(0, 10**6)), min_size=2, max_size=4))
def test_the_order_of_the_parties_changes_nothing(intervals):
    """Swapped chairs, the same comparison."""
    assert share(intervals) == share(intervals[::-1])


def test_says_no_range_finer_than_its_error():
    """137.16 m ± 25 m is said in tens of metres."""
    assert "140 m ± 30 m" == say(137.16, 25.0, "en")
    assert "140 米 ± 30 米" == say(137.16, 25.0, "zh")


def test_counts_millimetres():
    """Metres become whole millimetres."""
    assert 137_160 == from_metres(137.16)


def test_writes_axis_numbers_for_eyes():
    """Thousands are parted, small numbers are short."""
    assert ["2\u202f000", "50", "0.05"] == [grouped(v) for v in (2000.0, 50.0, 0.05)]
