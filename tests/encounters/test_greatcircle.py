"""Great circles against published answers: the accuracy reached is 1 ms and 1 mm, of what was published to a millisecond."""

import csv
from pathlib import Path

import numpy as np
import pytest

from searoom.encounters.greatcircle import MEAN_RADIUS_M, Passage, closest

DATA = Path(__file__).parent.parent / "data" / "cpa_vectors.csv"
KNOT = 1852.0 / 3600.0
DAY_S = 86_400.0


def vectors():
    """Return the published cases by the first word of their name."""
    with DATA.open(encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {row["case"].split(" (")[0]: row for row in rows}


def asked(*numbers, horizon_s=DAY_S):
    """Return the passage of one pair as plain numbers: (lat, lon, course, knots) of each."""
    lat1, lon1, course1, knots1, lat2, lon2, course2, knots2 = (np.array([float(n)]) for n in numbers)
    found = closest(
        lat1, lon1, knots1 * KNOT, course1, lat2, lon2, knots2 * KNOT, course2, horizon_s=horizon_s
    )  # fmt: skip
    return Passage(*(float(column[0]) for column in found))


def ask(row):
    """Return the passage of a published case that names all eight numbers."""
    return asked(
        *(row[name] for name in ("lat1", "lon1", "trk1_deg", "sog1_kn", "lat2", "lon2", "trk2_deg", "sog2_kn"))
    )


def bearing(lat1, lon1, lat2, lon2):
    """Return the first course of the great circle between two places."""
    lat1, lat2, turn = np.radians(lat1), np.radians(lat2), np.radians(lon2 - lon1)
    east, north = np.sin(turn) * np.cos(lat2), np.cos(lat1) * np.sin(lat2) - np.sin(lat1) * np.cos(lat2) * np.cos(turn)
    return np.degrees(np.arctan2(east, north)) % 360.0


def further(lat, lon, course, metres):
    """Return the place and the course after some metres along a great circle."""
    angle, lat, lon, course = metres / MEAN_RADIUS_M, np.radians(lat), np.radians(lon), np.radians(course)
    new = np.arcsin(np.sin(lat) * np.cos(angle) + np.cos(lat) * np.sin(angle) * np.cos(course))
    moved = np.arctan2(np.sin(course) * np.sin(angle) * np.cos(lat), np.cos(angle) - np.sin(lat) * np.sin(new))
    place = np.degrees(new), np.degrees(lon + moved)
    return (*place, (bearing(*place, np.degrees(lat), np.degrees(lon)) + 180.0) % 360.0)


def test_the_general_case_in_time_distance_and_both_places():
    """1,500 km apart, three hours ahead: 11,396.155 s and 124,231.730834 m, and both places to a nanodegree."""
    row = vectors()["general"]
    found = ask(row)

    assert float(row["tcpa_s"]) == pytest.approx(found.after_s, abs=1e-3)
    assert float(row["dcpa_m"]) == pytest.approx(found.distance_m, abs=1e-3)
    places = [float(row[name]) for name in ("lat1_cpa", "lon1_cpa", "lat2_cpa", "lon2_cpa")]
    assert places == pytest.approx([found.lat1_deg, found.lon1_deg, found.lat2_deg, found.lon2_deg], abs=1e-8)


def test_what_has_passed_is_not_ahead():
    """Two that open from each other have no closest approach to wait for."""
    assert np.isnan(ask(vectors()["past"]).after_s)


def test_two_at_one_place_are_nearest_now():
    """Time 0, distance 0, at the place where they are."""
    found = ask(vectors()["same position"])

    assert (0.0, 0.0) == pytest.approx((found.after_s, found.distance_m), abs=1e-6)
    assert (20.0, 30.0) == pytest.approx((found.lat1_deg, found.lon1_deg))


def test_two_that_head_for_each_other_on_one_great_circle_meet():
    """After 370.191 s, within a millimetre."""
    row = vectors()["heading"]
    found = asked(20, 30, bearing(20, 30, 21, 31), 400, 21, 31, bearing(21, 31, 20, 30), 400)

    assert float(row["tcpa_s"]) == pytest.approx(found.after_s, abs=1e-3)
    assert 0.0 == pytest.approx(found.distance_m, abs=1e-3)


@pytest.mark.parametrize(("case", "knots"), [("trailing same speed", 400), ("trailing catching up 402 vs 400 kn", 402)])
def test_who_trails_catches_up_only_if_faster(case, knots):
    """250 m behind on one great circle: at the same speed never, at two knots more after 242.981 s."""
    row = vectors()[case]
    lat, lon, course = further(20.0, 30.0, 20.0, 250.0)
    found = asked(20, 30, 20, knots, lat, lon, course, 400, horizon_s=3_600.0)

    if row["tcpa_s"]:
        assert float(row["tcpa_s"]) == pytest.approx(found.after_s, abs=1e-3)
        assert 0.0 == pytest.approx(found.distance_m, abs=1e-3)
    else:
        assert np.isnan(found.after_s)


def test_across_the_date_line_and_over_the_pole():
    """The same passage turned round the Earth is the same; two that fly over the pole meet there."""
    here = asked(0, 170, 90, 300, 0.5, 172, 270, 300)
    there = asked(0, 179.5, 90, 300, 0.5, -178.5, 270, 300)
    pole = asked(89, 0, 0, 60, 89, 90, 0, 60)

    assert here.after_s == pytest.approx(there.after_s, abs=1e-4)
    assert (90.0, 0.0) == pytest.approx((pole.lat1_deg, pole.distance_m), abs=1e-3)
