"""The grid finds what an exhaustive search along geodesics finds, no more and no less."""

import numpy as np
import pytest

from geodesic_oracle import closest
from searoom.encounters import kernels, pairing

RADIUS_M = 1_000.0
HORIZON_S = 1_200.0
DOUBT_M = 2.0  # a pair this near to the radius may fall on either side


def world(seed, n, *, lat, lon):
    """Return craft strewn over a small area: some stopped, some fast, some at the same place."""
    chance = np.random.default_rng(seed)
    lats, lons = chance.uniform(*lat, n), (chance.uniform(*lon, n) + 180.0) % 360.0 - 180.0
    lats[1], lons[1] = lats[0], lons[0]
    speed = np.where(chance.random(n) < 0.4, 0.0, chance.uniform(0.5, 15.0, n))
    speed[:2] = 5.0, 7.0
    speed[5:8] = 40.0
    return lats, lons, speed, chance.uniform(0.0, 360.0, n)


def exhaustive(craft, wanted=None):
    """Return the pairs within the radius by geodesics, and those too near to the radius to tell."""
    a, b = np.triu_indices(len(craft[0]), 1)
    moving = (craft[2][a] > 0.0) | (craft[2][b] > 0.0)
    if wanted is not None:
        moving &= wanted[a] | wanted[b]
    a, b = a[moving], b[moving]
    _, least = closest(tuple(column[a] for column in craft), tuple(column[b] for column in craft), HORIZON_S)
    pairs = list(zip(a.tolist(), b.tolist(), strict=True))
    sure = {pair for pair, metres in zip(pairs, least, strict=True) if metres < RADIUS_M - DOUBT_M}
    doubtful = {pair for pair, metres in zip(pairs, least, strict=True) if abs(metres - RADIUS_M) <= DOUBT_M}
    return sure, doubtful


def found(craft, wanted=None):
    """Return the pairs that the grid finds, as a list, so that a repetition shows."""
    motion = kernels.motion(*craft)
    a, b = pairing.near(motion, craft[2], radius_m=RADIUS_M, horizon_s=HORIZON_S, wanted=wanted)
    return list(zip(a.tolist(), b.tolist(), strict=True))


WORLDS = {
    "mid latitude": {"lat": (34.0, 34.4), "lon": (139.0, 139.5)},
    "date line": {"lat": (-17.2, -16.9), "lon": (179.8, 180.2)},
    "equator": {"lat": (-0.2, 0.2), "lon": (-0.2, 0.2)},
    "north pole": {"lat": (89.8, 90.0), "lon": (-180.0, 180.0)},
    "south pole": {"lat": (-90.0, -89.8), "lon": (-180.0, 180.0)},
    "high latitude": {"lat": (79.9, 80.1), "lon": (179.0, 181.0)},
}


@pytest.mark.parametrize("place", WORLDS.values(), ids=WORLDS)
def test_finds_what_an_exhaustive_search_finds(place):
    """Every pair within the radius before the horizon, each once, and none beyond it."""
    craft = world(5, 110, **place)
    sure, doubtful = exhaustive(craft)
    pairs = found(craft)

    assert len(sure) > 10
    assert len(set(pairs)) == len(pairs)
    assert sure == set(pairs) - doubtful
    assert (0, 1) in pairs


@pytest.mark.parametrize("place", [WORLDS["mid latitude"], WORLDS["date line"], WORLDS["north pole"]])
def test_asking_for_few_finds_their_pairs(place, monkeypatch):
    """With wanted craft, exactly the pairs with one of them; their partner may be faster or slower."""
    craft = world(6, 110, **place)
    wanted = np.zeros(110, dtype=bool)
    wanted[[0, 2, 3, 5, 20, 21]] = True
    monkeypatch.setattr(pairing, "DIRECT_PAIRS", 0)
    sure, doubtful = exhaustive(craft, wanted)

    assert len(sure) > 3
    assert sure == set(found(craft, wanted)) - doubtful


def test_small_blocks_find_the_same(monkeypatch):
    """How many candidates are held at once changes the memory, not the answer."""
    craft = world(7, 120, **WORLDS["mid latitude"])
    whole = found(craft)
    monkeypatch.setattr(pairing, "BLOCK_PAIRS", 3)

    assert whole == found(craft)


def test_stopped_craft_are_no_pair():
    """Two craft that stand still side by side are not worth a look; a third that passes them is."""
    craft = (
        np.array([10.0, 10.0, 10.0]),
        np.array([20.0, 20.0001, 20.01]),
        np.array([0.0, 0.0, 5.0]),
        np.full(3, 270.0),
    )

    assert [(0, 2), (1, 2)] == found(craft)


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_craft_are_no_pair(n):
    """Nothing in, nothing out."""
    assert [] == found(tuple(np.full(n, 1.0) for _ in range(4)))
    assert [] == found(tuple(np.full(n, 1.0) for _ in range(4)), np.zeros(n, dtype=bool))


def test_few_and_many_craft_are_searched_alike(monkeypatch):
    """Comparing all pairs at once, as is done for few craft, finds what the grid finds."""
    craft = world(8, 110, **WORLDS["date line"])
    by_grid = found(craft), found(craft, np.arange(110) < 50)
    monkeypatch.setattr(pairing, "DIRECT_PAIRS", 110 * 110)

    assert by_grid == (found(craft), found(craft, np.arange(110) < 50))
    assert len(by_grid[0]) > 10
