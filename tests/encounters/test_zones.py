"""Claimed areas are data; a craft is warned before it crosses a limit, and a coast is not a limit."""

import csv
import tomllib
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from geodesic_oracle import EARTH
from searoom.encounters import zones
from searoom.errors import NotAllowed
from searoom.units import METRES_PER_NAUTICAL_MILE as NM

DATA = Path(__file__).parent.parent / "data"
TEXT = """
[[zone]]
name = "firing area"
claimed_by = "amber"
source = "notice 12 of 2026"
date = 2026-05-01
shape = "circle"
points = [[30.0, 130.0]]
radius_nm = 10

[[zone]]
name = "box"
claimed_by = "coral"
source = "made for tests"
date = 2026-05-02
shape = "polygon"
points = [[30.0, 131.0], [31.0, 131.0], [31.0, 132.0], [30.0, 132.0]]

[[zone]]
name = "line"
claimed_by = "coral"
source = "made for tests"
date = 2026-05-03
shape = "offset"
offset_nm = 12
points = [[32.0, 131.0], [33.0, 131.0]]
"""
CIRCLE, BOX, LINE = zones.from_table(tomllib.loads(TEXT))


def outside(zone, lat, lon):
    """Return how far one place is outside a zone, in metres."""
    return float(zone.outside_m(np.array([lat]), np.array([lon]))[0])


def closed_line(*points):
    """Return a polygon of corners."""
    return zones.Zone(
        "made", "amber", "made", date(2026, 1, 1), "polygon", np.array(points, dtype=float), 0.0, closed=True
    )


def test_says_who_claims_what_by_which_source_of_which_date():
    """A limit without a claimant, a source and a date is not shown."""
    assert ("firing area", "amber", "notice 12 of 2026", date(2026, 5, 1)) == (
        CIRCLE.name, CIRCLE.claimed_by, CIRCLE.source, CIRCLE.dated,
    )  # fmt: skip


def test_a_circle_a_polygon_and_an_offset_have_their_limits():
    """Distances from the limit agree with geodesics; inside is negative."""
    east = EARTH.inv(130.0, 30.0, 130.3, 30.0)[2]

    assert pytest.approx(east - 10 * NM, abs=2.0) == outside(CIRCLE, 30.0, 130.3)
    assert pytest.approx(-10 * NM, abs=1.0) == outside(CIRCLE, 30.0, 130.0)
    assert pytest.approx(EARTH.inv(130.9, 30.5, 131.0, 30.5)[2], abs=10.0) == outside(BOX, 30.5, 130.9)
    assert pytest.approx(-EARTH.inv(131.1, 30.5, 131.0, 30.5)[2], abs=10.0) == outside(BOX, 30.5, 131.1)
    assert pytest.approx(EARTH.inv(130.5, 33.0, 131.0, 33.0)[2] - 12 * NM, abs=2.0) == outside(LINE, 33.0, 130.5)


@pytest.mark.parametrize("lat", [0.0, 30.0, -60.0, 80.0])
def test_distances_from_long_edges_are_those_of_geodesics(lat):
    """Edges of 200 km in all directions, places up to 60 km away: within 10 m of the nearest of 2,000 points of each."""
    chance = np.random.default_rng(7)
    for azimuth in chance.uniform(0.0, 360.0, 6):
        lon2, lat2, _ = EARTH.fwd(179.0, lat, azimuth, 200_000.0)
        points = np.array([(179.0, lat), *EARTH.npts(179.0, lat, lon2, lat2, 1_998), (lon2, lat2)])
        at = points[chance.integers(0, 2_000, 5)]
        lon, where, _ = EARTH.fwd(at[:, 0], at[:, 1], chance.uniform(0.0, 360.0, 5), chance.uniform(0.0, 60_000.0, 5))
        least = [
            EARTH.inv(np.full(2_000, x), np.full(2_000, y), points[:, 0], points[:, 1])[2].min()
            for x, y in zip(lon, where, strict=True)
        ]
        line = np.array([[lat, 179.0], [lat2, lon2]])

        assert least == pytest.approx(
            zones.distance_m(line, np.asarray(where), np.asarray(lon), closed=False), abs=10.0
        )


def test_over_the_date_line_and_round_the_pole():
    """A box across 180 degrees and a ring round the pole hold what lies in them, and nothing else."""
    box = closed_line([-1, 179], [1, 179], [1, -179], [-1, -179])
    ring = closed_line([80, 0], [80, 90], [80, 180], [80, -90])

    assert [True, True, False, False] == [outside(box, 0.0, lon) < 0.0 for lon in (179.5, -179.5, 178.5, 0.0)]
    assert [True, True, False] == [outside(ring, lat, 45.0) < 0.0 for lat in (90.0, 85.0, 79.0)]


def test_warns_of_the_limit_before_it_is_crossed():
    """At 10 m/s, 6 km before the limit: 10 minutes; the same on the way out; and not when it passes by."""
    start = {"lat_deg": 30.0, "speed_mps": 10.0, "error_m": 40.0, "ahead_s": 1800.0}
    lon, _, _ = EARTH.fwd(130.0, 30.0, 270.0, 10 * NM + 6_000.0)
    towards = zones.warning(CIRCLE, lon_deg=lon, course_deg=90.0, **start)
    inside = zones.warning(CIRCLE, lon_deg=130.1, course_deg=90.0, **start)
    passing = zones.warning(CIRCLE, lon_deg=lon, course_deg=0.0, **start)

    assert ("firing area", "amber", 40.0) == (towards.zone, towards.claimed_by, towards.error_m)
    assert pytest.approx((6_000.0, 600.0), abs=5.0) == (towards.outside_m, towards.crosses_s)
    assert inside.outside_m < 0.0
    assert pytest.approx(-inside.outside_m / 10.0, abs=2.0) == inside.crosses_s
    assert passing.crosses_s is None


def test_who_stands_still_crosses_nothing():
    """Outside or inside, a craft that does not move is near a limit and on no way over it."""
    still = zones.warning(
        CIRCLE, lat_deg=30.0, lon_deg=130.19, speed_mps=0.0, course_deg=0.0, error_m=40.0, ahead_s=900.0
    )

    assert still.crosses_s is None


def test_off_zhejiang_the_claimed_limit_lies_far_from_any_land():
    """Golden: 12 nm off the declared baseline is up to about 29 nm from land, so a coastline's 12 nm lies 17 nm behind.

    A ship that keeps 20 nm from the nearest land, and believes itself outside, is inside the claim by nine miles.
    """
    (zone,) = zones.from_table(tomllib.loads((DATA / "baselines-zhejiang.toml").read_text(encoding="utf-8")))
    with (DATA / "coast-zhejiang.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    lands = [
        np.array([[float(r["lat"]), float(r["lon"])] for r in rows if r["land"] == name])
        for name in dict.fromkeys(r["land"] for r in rows)
    ]

    def land_nm(lat, lon):
        place = np.array([lat]), np.array([lon])
        return min(float(zones.distance_m(land, *place, closed=False)[0]) for land in lands) / NM

    assert 12 == len(lands)
    assert 0.0 == pytest.approx(outside(zone, 29.41266, 122.79910) / NM, abs=0.02)
    assert 28.6 == pytest.approx(land_nm(29.41266, 122.79910), abs=0.05)
    lon, lat, _ = EARTH.fwd(122.79910, 29.41266, 299.0, 8.6 * NM)
    assert -8.6 == pytest.approx(outside(zone, lat, lon) / NM, abs=0.1)
    assert land_nm(lat, lon) > 20.0


@pytest.mark.parametrize(
    ("sentence", "old", "new"),
    [
        ("and nothing else", "[[zone]]", "[[area]]"),
        ("named twice", '"box"', '"line"'),
        ("needs a line 'claimed_by'", 'claimed_by = "amber"', ""),
        ("needs a line 'source'", 'source = "notice 12 of 2026"', ""),
        ("the date of its source", "2026-05-01", '"May"'),
        ("no zone has", '"circle"', '"ellipse"'),
        ("no zone has", "radius_nm = 10", "radius_nm = 10\nblocks = true"),
        ("1 point", "[[30.0, 130.0]]", "[[30.0, 130.0], [31.0, 130.0]]"),
        ("3 points or more", ", [31.0, 132.0], [30.0, 132.0]]", "]"),
        ("no place on Earth", "[[30.0, 130.0]]", "[[91.0, 130.0]]"),
        ("is no number", "[[30.0, 130.0]]", '[["30", 130.0]]'),
        ("points are a list", "[[30.0, 130.0]]", "[30.0, 130.0]"),
        ("a polygon neither", "radius_nm = 10", ""),
        ("a polygon neither", "offset_nm = 12", "radius_nm = 12"),
        ("above zero", "offset_nm = 12", "offset_nm = 0"),
        ("a polygon is closed", "offset_nm = 12", "offset_nm = 12\nclosed = 1"),
    ],
)
def test_refuses_what_makes_no_sense(sentence, old, new):
    """Each wrong zone is refused with a sentence that names it."""
    assert old in TEXT
    with pytest.raises(NotAllowed, match=sentence):
        zones.from_table(tomllib.loads(TEXT.replace(old, new)))


def test_the_zones_of_the_page_are_read():
    """What the page shows is a file of zones as it stands."""
    page = (DATA.parent.parent / "docs/formats/zones.md").read_text(encoding="utf-8")
    shown = zones.from_table(tomllib.loads(page.split("```toml\n")[1].split("```")[0]))

    assert ["firing area", "twelve miles"] == [zone.name for zone in shown]
