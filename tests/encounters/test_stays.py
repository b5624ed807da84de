"""Who was inside a zone, and when: beside a walk along each way in small steps, and where nothing may be assumed."""

import math
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from searoom.encounters import stays, zones
from searoom.tracks.fixes import Rows

MINUTE = 60_000_000
EARTH = Geod(ellps="WGS84")
CIRCLE = {"shape": "circle", "points": [[30.0, 130.0]], "radius_nm": 10}
SQUARE = {"shape": "polygon", "points": [[29.9, 129.9], [30.1, 129.9], [30.1, 130.1], [29.9, 130.1]]}
STRIP = {"shape": "offset", "points": [[29.8, 130.0], [30.2, 130.0]], "offset_nm": 3}
DATE_LINE = {"shape": "circle", "points": [[0.0, 180.0]], "radius_nm": 10}


def zone(**shape):
    """Return a zone of some shape."""
    row = {"name": "area", "claimed_by": "amber", "source": "made for tests", "date": date(2026, 5, 1)}
    return zones.from_table({"zone": [{**row, **shape}]})[0]


def fixes(*rows):
    """Return fixes of rows (name, minute, latitude, longitude)."""
    made = Rows()
    for name, minute, lat, lon in rows:
        made.add(
            name, round(minute * MINUTE), lat, lon, speed_mps=5.0, course_deg=90.0, sigma_m=10.0,
            source="ADSB" if name.startswith("icao:") else "AIS",
        )  # fmt: skip
    return made.fixes()[0]


def spans(found):
    """Return begin, end, entered and left of each stay, in minutes."""
    return [(one.begin_us / MINUTE, one.end_us / MINUTE, one.entered, one.left) for one in found.stays]


def test_a_way_through_is_cut_at_both_edges():
    """Two fixes outside, ten minutes either side of the middle: the time inside is that of the chord."""
    ((begin, end, entered, left),) = spans(
        stays.stays(fixes(("A", 0, 30.0, 129.7), ("A", 20, 30.0, 130.3)), zone(**CIRCLE))
    )
    half = (
        10
        * 1852
        / (math.radians(1) * 6_378_137 * math.cos(math.radians(30)) / math.sqrt(1 - 0.00669438 * 0.25))
        / 0.3
        * 10
    )

    assert pytest.approx((10 - half, 10 + half), abs=0.03) == (begin, end)
    assert (True, True) == (entered, left)


def test_a_gap_that_is_too_long_is_no_time_inside():
    """Two fixes inside, 31 minutes apart: a craft at two moments, and no minute between them; 30 are bridged."""
    inside = zone(**CIRCLE)

    assert [(0, 0, False, False), (31, 31, False, False)] == spans(
        stays.stays(fixes(("A", 0, 30.0, 130.0), ("A", 31, 30.0, 130.05)), inside)
    )
    assert [(0, 30, False, False)] == spans(stays.stays(fixes(("A", 0, 30.0, 130.0), ("A", 30, 30.0, 130.05)), inside))


def test_a_jump_is_no_way():
    """A craft that is in the zone and a minute later 100 km off was there at one moment; an aircraft can go so fast."""
    rows = [(0, 30.0, 130.0), (5, 30.0, 131.0)]
    ship = stays.stays(fixes(*(("A", *row) for row in rows)), zone(**CIRCLE))
    aircraft = stays.stays(fixes(*(("icao:86e123", *row) for row in rows)), zone(**CIRCLE))

    assert ([(0, 0, False, False)], 1) == (spans(ship), ship.jumps)
    assert (1, 0) == (len(aircraft.stays), aircraft.jumps)
    assert 0.0 < spans(aircraft)[0][1] < 5.0


def test_silence_inside_is_not_leaving():
    """Who was seen to cross the edge entered or left; who was first or last heard inside did not."""
    found = stays.stays(
        fixes(("A", 0, 30.0, 129.7), ("A", 20, 30.0, 130.0), ("B", 0, 30.0, 130.0), ("B", 20, 30.0, 130.3)),
        zone(**CIRCLE),
    )

    assert [(True, False), (False, True)] == [(one.entered, one.left) for one in found.stays]


def test_stays_join_over_fixes_and_part_where_a_craft_was_outside():
    """Many fixes inside are one stay; out and in again are two."""
    lons = [129.7, 129.9, 130.0, 130.1, 130.3, 130.1, 130.0]
    found = stays.stays(fixes(*(("A", 20 * k, 30.0, lon) for k, lon in enumerate(lons))), zone(**CIRCLE))

    assert [(True, True), (True, False)] == [(one.entered, one.left) for one in found.stays]
    assert [False, True, True, True, False, True, True] == found.inside.tolist()


def test_the_date_line_is_no_edge():
    """A way over the date line goes the short way round, through the zone."""
    ((begin, end, _, _),) = spans(stays.stays(fixes(("A", 0, 0.0, 179.7), ("A", 20, 0.0, -179.7)), zone(**DATE_LINE)))

    assert pytest.approx(10.0, abs=0.01) == (begin + end) / 2
    assert pytest.approx(20 * 20 / 36, abs=0.1) == end - begin


PLACES = st.tuples(st.floats(29.6, 30.4), st.floats(129.6, 130.4))


@given(st.lists(PLACES, min_size=2, max_size=6), st.sampled_from([CIRCLE, SQUARE, STRIP]))
def test_finds_the_time_that_small_steps_find(places, shape):
    """Random geodesics through a circle, a polygon and a strip: the time that 2,000 steps a way find, within 25 m of edge.

    A way that grazes the edge is inside for a minute more or less where the edge lies a few metres in or out.
    """
    area = zone(**shape)
    found = stays.stays(fixes(*(("A", 29 * k, lat, lon) for k, (lat, lon) in enumerate(places))), area, 1800.0)
    inside_min = sum(end - begin for begin, end, _, _ in spans(found))
    least = most = 0.0
    for (lat1, lon1), (lat2, lon2) in pairwise(places):
        course, _, way_m = EARTH.inv(lon1, lat1, lon2, lat2)
        steps = (np.arange(2000) + 0.5) / 2000 * way_m
        same = np.ones(2000)
        lon, lat, _ = EARTH.fwd(lon1 * same, lat1 * same, course * same, steps)
        outside = area.outside_m(lat, lon)
        fast = way_m > 60 * 29 * 60 + 1_900  # a jump, or nearly one
        least += 0.0 if fast else 29 * float((outside <= -25.0).mean())
        most += 29 * float((outside <= 25.0).mean())

    assert least - 0.05 * len(places) <= inside_min <= most + 0.05 * len(places)


def test_a_place_far_off_is_told_no_nearer_than_it_is():
    """What is far from the zone is not measured; it is never said to be farther than the geodesic to the zone's middle."""
    area = zone(**SQUARE)
    lat, lon = np.array([30.0, -60.0, 89.0, 30.0]), np.array([135.0, -50.0, 0.0, 130.0])
    told = stays.outside_m(area, lat, lon)
    middle = EARTH.inv(lon, lat, np.full(4, 130.0), np.full(4, 30.0))[2]

    assert (told < middle).all()
    assert (told[:3] > 0.9 * middle[:3] - 30_000).all()
    assert area.outside_m(lat[3:], lon[3:])[0] == told[3]


def test_no_fix_at_all():
    """Nobody is nowhere."""
    nobody = fixes(("A", 0, 0.0, 0.0))

    assert () == stays.stays(nobody, zone(**CIRCLE)).stays
    assert () == stays.stays(nobody.take(slice(0, 0)), zone(**CIRCLE)).stays
