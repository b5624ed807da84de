"""The kernels against geodesics, and against the corners of the Earth."""

import csv
from pathlib import Path

import numpy as np
import pytest

from geodesic_oracle import EARTH, closest, distance, sail
from searoom.encounters import kernels

DATA = Path(__file__).parent.parent / "data"
HORIZON_S = 1800.0
STATED_M = 1.0


def random_pairs(seed, n, *, lat, lon, spread_m=60_000.0):
    """Return pairs (each lat, lon, speed, course) within `spread_m` of each other, round given places."""
    chance = np.random.default_rng(seed)
    lat1, lon1 = chance.uniform(*lat, n), chance.uniform(*lon, n)
    lon2, lat2, _ = EARTH.fwd(lon1, lat1, chance.uniform(0, 360, n), chance.uniform(0, spread_m, n))
    speeds = np.where(chance.random((2, n)) < 0.2, 0.0, chance.uniform(0.0, 30.0, (2, n)))
    courses = chance.uniform(0.0, 360.0, (2, n))
    return (lat1, lon1, speeds[0], courses[0]), (np.asarray(lat2), np.asarray(lon2), speeds[1], courses[1])


WORLDS = {
    "anywhere": {"lat": (-80, 80), "lon": (-180, 180)},
    "date line": {"lat": (-70, 70), "lon": (179.9, 180.0)},
    "north pole": {"lat": (89.5, 90.0), "lon": (-180, 180)},
    "south pole": {"lat": (-90.0, -89.5), "lon": (-180, 180)},
    "equator": {"lat": (-0.2, 0.2), "lon": (-180, 180)},
}


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_agrees_with_a_search_along_geodesics(world):
    """Range, closest distance and the distance at its time are within the stated metre, anywhere on Earth."""
    a, b = random_pairs(11, 400, **world)
    met = kernels.closest_approach(*a, *b)
    ahead = (met.tcpa_s > 0.0) & (met.tcpa_s < HORIZON_S)
    _, least = closest(a, b, HORIZON_S)
    at_our_time = distance(a, b, np.clip(met.tcpa_s, 0.0, HORIZON_S))

    assert np.abs(met.range_m - distance(a, b, np.zeros(400))).max() < STATED_M
    assert ahead.sum() > 50
    assert np.abs(met.cpa_m - least)[ahead].max() < STATED_M
    assert np.abs(at_our_time - least).max() < STATED_M


def test_bearing_is_that_of_the_geodesic():
    """The bearing from a to b is within a hundredth of a degree, across the date line too."""
    a, b = random_pairs(12, 400, lat=(-70, 70), lon=(179.5, 180.0))
    bearing = kernels.closest_approach(*a, *b).bearing_deg
    forward = np.asarray(EARTH.inv(a[1], a[0], b[1], b[0])[0])

    assert np.abs((bearing - forward + 180.0) % 360.0 - 180.0).max() < 0.02


def test_imazu_pairs_have_their_known_times_and_distances():
    """The 51 pairs of the Imazu problems: time within 1 s, distance within 15 m plus half a percent of the range."""
    with (DATA / "imazu_cpa_table.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    told = {key: np.array([float(row[key]) for row in rows]) for key in rows[0] if key != "case"}
    n = len(rows)
    lon, lat, _ = EARTH.fwd(np.full(n, 10.0), np.full(n, 63.0), told["rel_bearing_deg"], told["range_m"])
    met = kernels.closest_approach(
        np.full(n, 63.0), np.full(n, 10.0), told["own_speed_ms"], np.zeros(n),
        np.asarray(lat), np.asarray(lon), told["target_speed_ms"], told["course_diff_deg"] % 360.0,
    )  # fmt: skip

    assert n == 51
    assert np.abs(met.range_m - told["range_m"]).max() < STATED_M
    assert np.abs(met.tcpa_s - told["tcpa_s"]).max() < 5.0
    assert np.abs(met.cpa_m - told["dcpa_m"]).max() < 40.0


def pair(one, other):
    """Return the approach of one pair as plain numbers."""
    met = kernels.closest_approach(*(np.array([value], dtype=float) for value in (*one, *other)))
    return [float(column[0]) for column in met]


def test_same_place_has_no_bearing():
    """Two craft at one place: range and distance 0, time 0, and no bearing rather than an error."""
    range_m, tcpa_s, cpa_m, bearing, _ = pair((20.0, 30.0, 10.0, 45.0), (20.0, 30.0, 10.0, 135.0))

    assert (0.0, 0.0, 0.0) == (range_m, tcpa_s, cpa_m)
    assert np.isnan(bearing)


def test_equal_velocities_never_come_closer():
    """Same speed, same direction: the closest approach is now, at the range there is."""
    range_m, tcpa_s, cpa_m, _, _ = pair((0.0, 0.0, 10.0, 0.0), (0.0, 0.01, 10.0, 0.0))

    assert tcpa_s == 0.0
    assert range_m == cpa_m


def test_a_passed_approach_lies_in_the_past():
    """Craft that open have a negative time."""
    assert pair((30.0, 30.0, 20.0, 170.0), (30.01, 30.0, 20.0, 315.0))[1] < 0.0


def test_antipodes_do_not_fail():
    """Even for two craft on opposite sides of the Earth there is a finite answer."""
    assert all(np.isfinite(pair((10.0, 20.0, 5.0, 0.0), (-10.0, -160.0, 5.0, 0.0))[:3]))


@pytest.mark.parametrize("lat", [0.0, 45.0, -75.0, 89.95])
def test_dead_reckoning_follows_the_geodesic(lat):
    """Within 3 m after 20 km, also past the pole, and the course turns with the meridians."""
    course = np.arange(0.0, 360.0, 15.0)
    n = len(course)
    start = (np.full(n, lat), np.full(n, 179.99), np.full(n, 10.0), course)
    new_lat, new_lon, new_course = kernels.dead_reckon(*start, np.full(n, 2000.0))
    true_lat, true_lon = sail(*start, 2000.0)
    _, _, back = EARTH.fwd(start[1], start[0], course, np.full(n, 20_000.0))

    assert np.asarray(EARTH.inv(new_lon, new_lat, true_lon, true_lat)[2]).max() < 3.0
    if lat < 89.0:
        assert np.abs((new_course - (np.asarray(back) + 180.0) + 180.0) % 360.0 - 180.0).max() < 0.02


def test_dead_reckoning_back_undoes_it():
    """Reckoning on and back returns to the start within the stated error."""
    here = np.array([34.0]), np.array([139.0]), np.array([10.0]), np.array([70.0])
    lat, lon, course = kernels.dead_reckon(*here, np.array([600.0]))
    lat, lon, course = kernels.dead_reckon(lat, lon, here[2], course, np.array([-600.0]))

    assert pytest.approx(34.0, abs=2e-5) == lat[0]
    assert pytest.approx(139.0, abs=2e-5) == lon[0]
    assert pytest.approx(70.0, abs=0.01) == course[0]


def test_slow_and_silent_craft_stand_still():
    """A course under the speed floor is noise; unknown speed or course is no movement."""
    nan = float("nan")
    speed, course, moving = kernels.known_velocity(
        np.array([0.3, 5.0, nan, 5.0]), np.array([90.0, 90.0, 90.0, nan]), 0.5
    )  # fmt: skip

    assert [0.0, 5.0, 0.0, 0.0] == speed.tolist()
    assert [0.0, 90.0, 0.0, 0.0] == course.tolist()
    assert [False, True, False, False] == moving.tolist()


def test_an_old_fix_is_a_wide_fix():
    """The error of a place grows with its age, in either direction of time."""
    sigma = kernels.place_sigma(np.full(3, 10.0), np.full(3, 0.5), np.array([0.0, 60.0, -360.0]), 0.01)

    assert sigma[0] == 10.0
    assert sigma[0] < sigma[1] < sigma[2]


def test_a_craft_taken_to_stand_still_may_be_doing_its_speed():
    """What standing still may hide is in the velocity's error."""
    sigma = kernels.velocity_sigma(
        np.array([0.4, np.nan, 10.0]), np.array([False, False, True]), np.zeros(3), speed_error_mps=0.0, course_error_deg=2.0,
        unknown_speed_mps=5.0,
    )  # fmt: skip

    assert pytest.approx([0.4, 5.0, 10.0 * np.radians(2.0)]) == sigma.tolist()


def test_a_turn_widens_the_velocity_up_to_a_right_angle():
    """What a craft may yet turn counts like an error of its course; nobody is wronger than square to his course."""
    sigma = kernels.velocity_sigma(
        np.full(3, 10.0), np.ones(3, dtype=bool), np.array([0.0, 10.0, 400.0]), speed_error_mps=0.0,
        course_error_deg=2.0, unknown_speed_mps=5.0,
    )  # fmt: skip

    assert pytest.approx(10.0 * np.radians([2.0, np.hypot(2.0, 10.0), 90.0])) == sigma


@pytest.mark.parametrize(
    ("expected", "apart", "climb"),
    [
        (0.0, 0.0, 0.0),
        (np.inf, 400.0, 0.0),
        (10.0, 400.0, -10.0),
        (np.inf, 400.0, 10.0),
        (0.0, np.nan, 5.0),
        (0.0, 100.0, np.nan),
    ],
)
def test_both_limits_are_met_at_once_or_not_at_all(expected, apart, climb):
    """Within 1,000 m all the time, 300 m of height: at once, never, or when the climb brings them level enough."""
    met = kernels.Met(*(np.array([k]) for k in (0, 1)), *(np.array([k]) for k in (500.0, 0.0, 500.0, 0.0)))

    assert expected == pytest.approx(kernels.first_within(met, np.array([apart]), np.array([climb]), 1000.0, 300.0)[0])
