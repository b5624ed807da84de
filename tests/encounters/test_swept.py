"""The compiled search by swept cells: the same pairs as the grid, with the same figures, everywhere on the Earth."""

import numpy as np
import pytest

from searoom import compiling
from searoom.encounters import engine, kernels, swept
from worlds import WORLDS, air, sea

RADIUS_M, HORIZON_S = 926.0, 1200.0


def assert_same(found, expected):
    """Compare two answers pair by pair and figure by figure."""
    assert list(zip(expected.a, expected.b, strict=True)) == list(zip(found.a, found.b, strict=True))
    for name in ("range_m", "tcpa_s", "cpa_m", "relative_mps"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("seed", range(3))
def test_finds_what_the_grid_finds(name, seed):
    """Date line, poles, ports, stopped and coincident craft: the pairs and their figures are those of the grid."""
    motion, speed = sea(name, 700, seed)
    found = swept.near(motion, speed, radius_m=RADIUS_M, horizon_s=HORIZON_S)

    assert_same(found, engine.on_grid(motion, speed, radius_m=RADIUS_M, horizon_s=HORIZON_S))
    assert len(found.a) > 5


@pytest.mark.parametrize("share", [0.0, 0.02, 0.4, 1.0])
def test_asks_for_the_wanted_alone(share):
    """Each pair has a wanted craft, none with one is left out; nobody wanted, no pair."""
    motion, speed = sea("ports", 900, 5)
    wanted = np.random.default_rng(2).random(len(speed)) < share
    found = swept.near(motion, speed, radius_m=RADIUS_M, horizon_s=HORIZON_S, wanted=wanted)
    every = swept.near(motion, speed, radius_m=RADIUS_M, horizon_s=HORIZON_S)

    assert_same(found, every.take(wanted[every.a] | wanted[every.b]))


@pytest.mark.parametrize("seed", range(4))
def test_heights_meet_while_the_two_are_near(seed):
    """Level, climbing and unknown heights: a pair is near in both ways at one instant, as NumPy says it too."""
    motion, speed, heights = air(600, seed)
    limits = {"radius_m": 9260.0, "horizon_s": 300.0}
    found = swept.near(motion, speed, heights=heights, **limits)

    assert_same(found, engine.on_grid(motion, speed, heights=heights, **limits))
    assert 0 < len(found.a) < len(swept.near(motion, speed, **limits).a)


def test_more_pairs_than_there_is_room_for(monkeypatch):
    """A part of the table that gives more pairs than expected is searched again: none is lost."""
    motion, speed = sea("heap", 300, 1)
    expected = swept.near(motion, speed, radius_m=RADIUS_M, horizon_s=HORIZON_S)
    monkeypatch.setattr(swept, "ROOM", 3)
    monkeypatch.setattr(swept, "_MOST_EXPECTED", 0)

    assert len(expected.a) > 10_000
    assert_same(swept.near(motion, speed, radius_m=RADIUS_M, horizon_s=HORIZON_S), expected)


def test_nobody_and_one():
    """No craft and one craft are no pair."""
    for count in (0, 1):
        nothing = np.zeros(count)
        motion = kernels.motion(nothing, nothing, nothing, nothing)

        assert 0 == len(swept.near(motion, nothing, radius_m=RADIUS_M, horizon_s=HORIZON_S).a)


def test_a_fast_craft_leaves_the_round_earth_and_is_found():
    """A path is straight and the Earth is round: a pair at the end of 130 km is found all the same."""
    lat, lon = np.array([0.0, 0.0]), np.array([0.0, 2.3])
    speed, course = np.array([217.0, 217.0]), np.array([90.0, 270.0])
    motion = kernels.motion(lat, lon, speed, course)
    found = swept.near(motion, speed, radius_m=500.0, horizon_s=600.0)

    assert [(0, 1)] == list(zip(found.a, found.b, strict=True))
    assert 590.0 == pytest.approx(found.tcpa_s[0], abs=2.0)


def test_a_tiny_radius_asks_for_no_more_room_than_a_usual_one():
    """Cells are never smaller than what is added to each path: a thousand times nearer is not a million entries."""
    motion, speed = sea("ports", 500, 4)
    compiling.ready(swept.__name__)
    rows, everyone = swept._columns(motion, speed, None), np.arange(len(speed))
    limits = [swept._limits(speed, radius_m, 1.0, np.inf) for radius_m in (1.0, RADIUS_M)]
    near, usual = (len(swept._entries(rows, everyone, each, 255, np.zeros(0, np.bool_))[0]) for each in limits)

    assert near <= 4 * usual
