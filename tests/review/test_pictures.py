"""Tests of one unit's picture: range against time, closest approach, the plane, and what is refused."""

import numpy as np
import pytest
from pyproj import Geod

from review.samples import START_US, pictures, track
from searoom.encounters.alerts import Alert, Geometry, Grade, Reason
from searoom.errors import NotAllowed
from searoom.review.pictures import Picture, Plane, Track, at, closest, picture_of, ranges, together, track_of
from searoom.tracks.fixes import Fixes

WGS84 = Geod(ellps="WGS84")


@pytest.mark.parametrize("lat", [0.0, 32.0, -54.0, 68.0])
@pytest.mark.parametrize("lon", [0.0, 179.99, -165.0])
def test_the_plane_measures_as_the_ellipsoid_does(lat, lon):
    """Distances of 10 km are right to 1 in 500, over the date line too."""
    plane = Plane(lat, lon)
    for azimuth in (0, 60, 90, 215):
        far_lon, far_lat, _ = WGS84.fwd(lon, lat, azimuth, 10_000.0)
        east, north = plane.to_metres(np.array([far_lat]), np.array([far_lon]))

        assert pytest.approx(10_000.0, rel=2e-3) == float(np.hypot(east, north)[0])


def test_the_plane_finds_back():
    """Metres become the degrees that they came from, on the other side of the date line as well."""
    plane = Plane(10.0, 179.999)
    east, north = plane.to_metres(np.array([10.02]), np.array([-179.98]))

    assert pytest.approx((10.02, -179.98)) == plane.to_degrees(float(east[0]), float(north[0]))


def crossing(step):
    """One ship lies still; the other passes 100 m north of it from west to east at 10 m/s, at 50 s."""
    t = np.arange(0.0, 101.0, step)
    return Picture(
        "amber", track("A", t, 0 * t, 0 * t, sigma_m=3.0), track("B", t, 10 * (t - 50), 100 + 0 * t, sigma_m=4.0)
    )


@pytest.mark.parametrize("step", [1.0, 4.0, 20.0])
def test_finds_the_closest_approach_between_two_fixes(step):
    """The nearest point of the line counts, not the nearest fix."""
    found = closest(crossing(step))

    assert pytest.approx(100.0, rel=5e-3) == found.range_m
    assert pytest.approx(START_US + 50_000_000, abs=50_000) == found.time_us


def test_adds_the_errors_of_both_positions():
    """3 m and 4 m make 5 m."""
    assert pytest.approx(5.0) == closest(crossing(4.0)).sigma_m
    assert np.allclose(5.0, ranges(crossing(4.0)).sigma_m)


def test_counts_only_while_both_are_seen():
    """Before the other is seen there is no range."""
    t = np.arange(0.0, 101.0, 10.0)
    late = Picture("amber", track("A", t, 0 * t, 0 * t), track("B", t[4:], t[4:], 0 * t[4:] + 100))

    assert START_US + 40_000_000 == together(late)[0]


def test_refuses_tracks_that_never_meet_in_time():
    """Two days are no encounter."""
    apart = Picture("amber", track("A", [0, 10], [0, 0], [0, 1]), track("B", [20, 30], [0, 0], [0, 1]))

    with pytest.raises(NotAllowed):
        ranges(apart)


@pytest.mark.parametrize(
    "columns",
    [
        ([0], [1.0], [1.0], [1.0]),
        ([0, 1], [1.0], [1.0, 1.0], [1.0, 1.0]),
        ([1, 0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]),
        ([0, 1], [1.0, float("nan")], [1.0, 1.0], [1.0, 1.0]),
    ],
)
def test_refuses_a_track_that_is_none(columns):
    """One position, unlike columns, time going back, no number."""
    with pytest.raises(NotAllowed):
        Track("A", np.array(columns[0], dtype=np.int64), *(np.array(c) for c in columns[1:]))


def test_the_sample_encounter_passes_close():
    """Both pictures see the crossing of the bow as nearest, each within its error."""
    for picture in pictures():
        found = closest(picture)

        assert abs(found.range_m - 120.0) < 3 * found.sigma_m
        assert START_US + 840_000_000 < found.time_us < START_US + 880_000_000


def fixes(rows):
    """Return fixes of (name index, second, lat, sigma)."""
    craft, second, lat, sigma = zip(*rows, strict=True)
    n = len(rows)
    return Fixes(
        ("A", "B", "C"),
        np.array(craft),
        START_US + np.array(second) * 1_000_000,
        np.array(lat),
        np.zeros(n),
        np.full(n, np.nan),
        np.full(n, np.nan),
        np.array(sigma, dtype=float),
        np.zeros(n),
        ("radar",),
    )


def alert(grade, second, a="A", b="B"):
    return Alert(
        START_US + second * 1_000_000,
        a,
        b,
        grade,
        900.0,
        40.0,
        200.0,
        90.0,
        300.0,
        10.0,
        20.0,
        next(iter(Geometry)),
        next(iter(Reason)),
        1.0,
    )


def test_takes_the_surest_of_two_positions_at_one_time():
    """Own navigation is believed before own radar."""
    found = track_of("A", fixes([(0, 0, 1.0, 50.0), (0, 0, 2.0, 5.0), (0, 10, 3.0, 5.0)]))

    assert [2.0, 3.0] == list(found.lat_deg)


def test_keeps_the_first_alert_of_each_grade_of_this_pair():
    """A grade that is raised again, and another pair, make no mark."""
    seen = fixes([(0, 0, 1.0, 5.0), (1, 0, 1.1, 9.0), (0, 10, 1.0, 5.0), (1, 10, 1.1, 9.0)])
    alerts = [
        alert(Grade("advise"), 1),
        alert(Grade("advise"), 5),
        alert(Grade("warn"), 3, "B", "A"),
        alert(Grade("urgent"), 4, "A", "C"),
        alert(Grade("clear"), 9),
    ]
    picture = picture_of("amber", "A", "B", seen, alerts)

    assert [("advise", START_US + 1_000_000), ("warn", START_US + 3_000_000)] == [
        (m.grade, m.time_us) for m in picture.marks
    ]
    assert ("amber", "A", "B") == (picture.party, picture.own.name, picture.other.name)


def test_positions_between_fixes_lie_on_the_line():
    """Half-way in time is half-way in place."""
    plane = Plane(32.0, -165.0)
    east, north, _ = at(track("A", [0, 10], [0, 100], [0, 50]), plane, np.array([START_US + 5_000_000]))

    assert pytest.approx((50.0, 25.0), rel=5e-3) == (float(east[0]), float(north[0]))
