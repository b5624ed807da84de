"""Legs from fix to fix, and how near two of them come: against geodesics, far legs and near ones, the poles too."""

import numpy as np
import pytest

from geodesic_oracle import EARTH, closest
from searoom.encounters.approaches_legs import US, Legs, compare, degrees, earth_fixed, legs
from tracks_made import fixes_of, track

PLACES = {"anywhere": (-80, 80), "equator": (-0.1, 0.1), "north pole": (89.6, 90.0), "south pole": (-90.0, -89.6)}


def sailed(seed, n, lat, seconds):
    """Return n pairs of legs whose ends geodesics give, and the two geodesics (lat, lon, speed, course)."""
    chance = np.random.default_rng(seed)
    lat1, lon1 = chance.uniform(*lat, n), chance.uniform(-180.0, 180.0, n)
    speeds, courses = chance.uniform(0.0, 16.0, (2, n)), chance.uniform(0.0, 360.0, (2, n))
    lon2, lat2, _ = EARTH.fwd(lon1, lat1, chance.uniform(0, 360, n), chance.uniform(0, 3000.0, n))
    ways = [(lat1, lon1, speeds[0], courses[0]), (np.asarray(lat2), np.asarray(lon2), speeds[1], courses[1])]
    begins, ends = [], []
    for one_lat, one_lon, speed, course in ways:
        end_lon, end_lat, _ = EARTH.fwd(one_lon, one_lat, course, speed * seconds)
        begins.append(earth_fixed(one_lat, one_lon))
        ends.append(earth_fixed(np.asarray(end_lat), np.asarray(end_lon)))
    begin, end = np.concatenate(begins), np.concatenate(ends)
    time = np.zeros(2 * n, np.int64)
    return Legs(np.repeat([0, 1], n), time, time + round(seconds * US), begin, end - begin), *ways


@pytest.mark.parametrize("lat", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("seconds", [10.0, 600.0, 3600.0])
def test_as_near_as_along_geodesics(lat, seconds):
    """Within the stated metre for legs up to 57 km: the distance, and where it is told to be that."""
    drawn, one, other = sailed(7, 300, lat, seconds)
    near = compare(drawn, np.arange(300), np.arange(300, 600), 5000.0)
    _, least = closest(one, other, seconds)

    assert np.abs(near.cpa_m - least[near.leg_a]).max() < 1.0
    assert len(near.leg_a) > 200


def test_the_stretch_within_the_radius_ends_where_the_radius_does():
    """At its first and last instant the two are the radius apart, unless the legs begin or end there."""
    drawn, _, _ = sailed(8, 400, (-60, 60), 600.0)
    near = compare(drawn, np.arange(400), np.arange(400, 800), 1500.0)
    for time in (near.first_us, near.last_us):
        apart = np.linalg.norm(drawn.at(near.leg_a, time) - drawn.at(near.leg_b, time), axis=1)
        inner = (time > 0) & (time < 600 * US)

        assert inner.sum() > 20
        np.testing.assert_allclose(apart[inner], 1500.0, atol=1.0)
        assert (apart <= 1501.0).all()


def test_places_come_back():
    """Degrees to Earth-fixed metres and back, the poles too."""
    lat, lon = np.array([-90.0, -45.0, 0.0, 30.0, 90.0]), np.array([0.0, 179.9, -179.9, 12.0, 0.0])
    there = degrees(earth_fixed(lat, lon))

    np.testing.assert_allclose(there[0], lat, atol=1e-9)
    np.testing.assert_allclose(there[1], lon, atol=1e-9)


def test_legs_of_a_part_are_those_that_reach_into_it():
    """A leg over the cut belongs to both parts; craft are numbered by name, whatever the table of the part."""
    fixes = fixes_of(
        track("coral", 0.0, 0.0, 1.0, 0.0, [0, 100, 200, 300]) + track("amber", 1.0, 0.0, 1.0, 0.0, [50, 150])
    )
    start = int(fixes.time_us[0])
    drawn, _ = legs(fixes, max_gap_s=100.0, after_us=start + 120 * US, until_us=start + 200 * US)

    assert [0, 1, 1] == drawn.craft.tolist()
    assert [50, 100, 200] == ((drawn.begin_us - start) // US).tolist()
