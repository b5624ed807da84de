"""The figures of now: as a geodesic says, wider with age, and none of who was not heard of lately."""

import pytest

from geodesic_oracle import EARTH
from searoom.encounters.closeup import Closeup, middle
from searoom.encounters.detector import detect
from searoom.encounters.settings import Settings
from tracks_made import SECOND, START_US, fixes_of, flight, track


def everybody(_name):
    return True


def closeup(rows, wanted=everybody):
    """Return a close-up that has taken rows in."""
    made = Closeup(Settings())
    made.take(fixes_of(rows), wanted)
    return made


TWO = track("A", 30.0, 130.0, 8.0, 0.0, [0]) + track("B", 30.1, 130.05, 10.0, 225.0, [0])


def test_range_and_bearing_are_those_of_the_geodesic():
    """Within a metre and a tenth of a degree."""
    now = closeup(TWO).figures("A", "B", START_US)
    bearing, _, apart = EARTH.inv(130.0, 30.0, 130.05, 30.1)

    assert apart == pytest.approx(now.range_m, abs=1.0)
    assert bearing == pytest.approx(now.bearing_deg, abs=0.1)


def test_the_figures_are_those_of_an_alert_of_the_same_moment():
    """The detector and the close-up say the same: one watch must not contradict itself."""
    (alert, *_) = detect(fixes_of(TWO[:1] + track("B", 30.1, 130.0, 10.0, 180.0, [0]))).alerts
    now = closeup(TWO[:1] + track("B", 30.1, 130.0, 10.0, 180.0, [0])).figures("A", "B", START_US)

    for name in ("range_m", "range_error_m", "cpa_m", "cpa_error_m", "tcpa_s", "bearing_deg"):
        assert getattr(alert, name) == pytest.approx(getattr(now, name), abs=1e-6), name


def test_between_two_fixes_a_craft_is_reckoned_on_and_its_error_grows():
    """A minute later it is where its speed took it, and less is known of that."""
    made = closeup(TWO)
    at_once, later = (made.place("A", START_US + seconds * SECOND) for seconds in (0, 60))
    _, _, gone = EARTH.inv(at_once.lon_deg, at_once.lat_deg, later.lon_deg, later.lat_deg)

    assert 480.0 == pytest.approx(gone, abs=0.1)
    assert later.error_m > at_once.error_m
    assert (0.0, 60.0) == (at_once.age_s, later.age_s)


@pytest.mark.parametrize(("rows", "last_s"), [(TWO, 360), (flight("A", 30.0, 130.0, 200.0, 0.0, [0], alt=9e3), 60)])
def test_who_was_not_heard_of_for_long_has_no_figures(rows, last_s):
    """A ship for six minutes, an aircraft for one: as the detector keeps them."""
    made = closeup(rows)

    assert made.place("A", START_US + last_s * SECOND) is not None
    assert made.place("A", START_US + (last_s + 1) * SECOND) is None
    assert made.figures("A", "B", START_US + (last_s + 1) * SECOND) is None


def test_only_the_newest_fix_of_who_is_wanted_is_held():
    """A late fix changes nothing, and who is no longer wanted is let go of."""
    made = closeup(track("A", 30.0, 130.0, 8.0, 0.0, [10]))
    made.take(fixes_of(track("A", 31.0, 130.0, 8.0, 0.0, [0])), everybody)

    assert 30.0 == pytest.approx(made.place("A", START_US + 10 * SECOND).lat_deg, abs=0.01)
    made.take(fixes_of(TWO), lambda name: name == "B")
    assert made.place("A", START_US + 10 * SECOND) is None
    assert made.place("B", START_US) is not None


def test_the_middle_of_two_is_halfway_when_they_are_nearest():
    """Two that meet head-on meet in the middle, over the date line too."""
    made = closeup(track("A", 10.0, 179.95, 10.0, 90.0, [0]) + track("B", 10.0, -179.95, 10.0, 270.0, [0]))
    now = made.figures("A", "B", START_US)
    lat, lon = middle(now.a, now.b, now.tcpa_s)
    _, _, off = EARTH.inv(180.0, 10.0, lon, lat)

    assert off < 5.0
