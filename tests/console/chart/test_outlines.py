"""Claimed zones as outlines: on the limit that the watch over it uses, and with each party's name for it."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from searoom.console.chart import outlines
from searoom.desk.charting import _zone
from searoom.encounters import kernels, zones
from searoom.units import METRES_PER_NAUTICAL_MILE as NM

TEXT = """
[[zone]]
name = "area"
claimed_by = "coral"
source = "notice"
date = 2026-05-01
shape = "circle"
points = [[30.0, 179.95]]
radius_nm = 10
names = { coral = "area 7", amber = "northern bank" }

[[zone]]
name = "bend"
claimed_by = "amber"
source = "declaration"
date = 2020-02-01
shape = "offset"
points = [[30.0, 125.0], [30.5, 125.2], [30.6, 126.0]]
offset_nm = 12
"""
AREA, BEND = zones.from_table(tomllib.loads(TEXT))
(COAST,) = zones.from_table(tomllib.loads((Path(__file__).parents[2] / "data/baselines-zhejiang.toml").read_text()))


def drawn(zone):
    """Return the feature of a zone as it came over the desk."""
    return outlines.feature(_zone(zone), ["amber", "coral"])


def test_names_stand_in_the_order_of_the_parties():
    """Whoever wrote the file first: the order of the agreement decides."""
    assert [["amber", "northern bank"], ["coral", "area 7"]] == drawn(AREA)["properties"]["names"]
    assert [] == drawn(BEND)["properties"]["names"]


def test_a_circle_over_the_date_line_is_one_ring():
    """The ring is closed, ten miles out everywhere, and does not jump round the globe."""
    (ring,) = drawn(AREA)["geometry"]["coordinates"]
    lon, lat = np.array(ring).T

    assert ring[0] == ring[-1]
    assert 0.2 > np.abs(np.diff(lon)).max()
    assert AREA.outside_m(lat, lon) == pytest.approx(0.0, abs=30.0)


@pytest.mark.parametrize("zone", [BEND, COAST], ids=lambda zone: zone.name)
def test_the_limit_of_an_offset_is_where_the_watch_over_it_has_it(zone):
    """Every place of the drawn line is on the limit, within a hundredth of the reach; nothing of it lies inside."""
    pieces = drawn(zone)["geometry"]["coordinates"]
    lon, lat = np.array([place for piece in pieces for place in piece]).T

    assert zone.outside_m(lat, lon) == pytest.approx(0.0, abs=0.012 * zone.reach_m)


def test_the_limit_has_no_gap_that_could_be_seen():
    """Where one piece of a limit ends another goes on: no end lies more than half a mile from the next piece."""
    pieces = [np.array(piece) for piece in drawn(BEND)["geometry"]["coordinates"]]
    for number, piece in enumerate(pieces):
        others = np.concatenate([other for place, other in enumerate(pieces) if place != number])
        for end in (piece[0], piece[-1]):
            apart, _ = kernels.travelled(
                np.full(len(others), end[1]), np.full(len(others), end[0]), others[:, 1], others[:, 0]
            )
            assert 0.5 * NM > apart.min()


def test_an_area_of_a_form_has_its_own_shape():
    """A circle keeps its distance, a quadrant begins and ends at its middle, a polygon keeps its corners."""
    middle = (321666667, 1254000000)
    (circle, quadrant, polygon) = (
        outlines.area(value)
        for value in (
            ("circle", middle, 37_040_000),
            ("quadrant", middle, 37_040_000, 350_000, 80_000),
            ("polygon", (middle, (322666667, 1254000000), (322666667, 1255000000))),
        )
    )
    lon, lat = np.array(circle).T
    far, _ = kernels.travelled(np.full(len(lat), 32.1666667), np.full(len(lat), 125.4), lat, lon)

    assert np.allclose(far, 37_040.0, rtol=0.001)
    assert [125.4, 32.16667] == quadrant[0] == quadrant[-1]
    assert 32 == len(quadrant) - 1
    assert all(place[1] > 32.16 for place in quadrant)
    assert [[125.4, 32.16667], [125.4, 32.26667], [125.5, 32.26667], [125.4, 32.16667]] == polygon
