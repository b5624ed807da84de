"""The land under the chart: the islands stand where they are, and nothing coarser is drawn beside them."""

import numpy as np
import pytest

from searoom.console.chart import land
from searoom.encounters import zones

UOTSURI = (123.476, 25.744)  # the middle of the island, by OpenStreetMap


def test_the_island_stands_where_it_is():
    """The largest island of the disputed group is within a tenth of a mile of its place, and is there once."""
    box = (123.3, 25.6, 123.7, 25.9)
    found = [one for one in land.near(box) if one.box[2] - one.box[0] < 1.0]
    middles = [((one.box[0] + one.box[2]) / 2, (one.box[1] + one.box[3]) / 2) for one in found]
    near = [place for place in middles if abs(place[0] - UOTSURI[0]) < 0.06 and abs(place[1] - UOTSURI[1]) < 0.04]

    assert 1 == len(near)
    assert near[0] == pytest.approx(UOTSURI, abs=0.004)


def test_nothing_of_the_coarser_land_lies_in_the_window_of_the_finer():
    """No corner of Natural Earth's land is inside 116-142 E, 20-42 N: the three-mile error cannot be seen."""
    osm = [
        one for one in land.shores() if len(one.line) and np.all((one.line % 0.01 < 1e-9) | (one.line % 0.01 > 0.00999))
    ]
    for shore in osm:  # two decimals: the world's
        lon, lat = shore.line.T
        assert not np.any((lon > 116.0) & (lon < 142.0) & (lat > 20.0) & (lat < 42.0))
    assert 1_000 < len(osm)


def test_what_is_shown_of_a_shore_is_what_can_be_seen():
    """Points far beyond one side leave; the line inside the box stays to the last point."""
    turn = np.radians(np.arange(0, 360, 1.0))
    round_line = np.stack([125 + 10 * np.cos(turn), 30 + 10 * np.sin(turn)], axis=1)
    box = (134.0, 28.0, 136.0, 32.0)
    seen = land.within_sight(round_line, box)
    inside = (round_line[:, 0] > 134) & (abs(round_line[:, 1] - 30) < 2)

    assert len(seen) < 60
    assert {tuple(row) for row in round_line[inside]} <= {tuple(row) for row in seen}


def test_a_box_over_the_date_line_finds_land_on_both_sides():
    """Fiji lies on both sides of 180 degrees."""
    found = land.near((177.0, -19.0, -178.0, -15.0))

    assert {True, False} == {one.box[0] > 0 for one in found}


def test_land_is_land_and_sea_is_sea():
    """Shanghai and Taipei are on land, the middle of the East China Sea and of the Pacific are not; nor is a lake."""

    def on_land(lon, lat):
        box = (lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01)
        return (
            sum(zones.within(one.line[:, ::-1], np.array([lat]), np.array([lon]))[0] for one in land.near(box)) % 2 == 1
        )

    assert [True, True, False, False] == [
        on_land(*place) for place in ((121.3, 31.15), (121.5, 24.9), (125.0, 28.5), (-165.0, 32.0))
    ]
