"""Tests of the sheet that an encounter is drawn on."""

import pytest

from review.samples import START_US
from searoom.review.frame import View, clock_text, degrees_text, tick_seconds, tick_times
from searoom.review.pictures import Plane
from searoom.review.svg import Box


@pytest.mark.parametrize(("duration", "step"), [(60, 10), (240, 30), (1500, 180), (2400, 300), (86_400, 14_400)])
def test_ticks_are_round_for_a_navigator(duration, step):
    """About eight ticks, at whole minutes or seconds that people count in."""
    assert step == tick_seconds(duration)


def test_ticks_stand_at_whole_multiples():
    """02:05, not 02:04:37."""
    first = START_US + 17_000_000

    assert [START_US + 300_000_000 * k for k in (1, 2)] == list(tick_times(first, first + 700_000_000, 300))


def test_writes_degrees_as_charts_do():
    """Minutes with as many decimals as the step needs, never 60 of them."""
    assert "32°04.0′N" == degrees_text(32.0666667, 0.1, "NS")
    assert "165°00′W" == degrees_text(-164.99999, 1.0, "EW")
    assert "00°00.50′S" == degrees_text(-0.5 / 60, 0.05, "NS")


def test_writes_times_in_utc():
    """The Z is always there."""
    assert ["02:00:00Z", "02:00Z"] == [
        clock_text(1_780_452_000_000_000),
        clock_text(1_780_452_000_000_000, seconds=False),
    ]


def test_one_scale_serves_both_axes():
    """100 m east and 100 m north are as long on the sheet; north is up."""
    view = View(Plane(32.0, -165.0), west=-500.0, north=400.0, metres_per_unit=2.0, frame=Box(10, 20, 510, 420))

    assert (10.0, 20.0) == view.place(-500.0, 400.0)
    assert (60.0, 20.0) == view.place(-400.0, 400.0)
    assert (10.0, 70.0) == view.place(-500.0, 300.0)
