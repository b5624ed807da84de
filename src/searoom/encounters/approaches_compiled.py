"""Which legs of raw tracks come near each other, by the compiled search: fixes in, legs and pairs of them out."""

import numpy as np

from searoom.encounters import approaches_pieces as search
from searoom.encounters.approaches_legs import US, Legs, Near, by_name, fastest
from searoom.encounters.approaches_tracks import Asked, Boxes, Tracks, cut, laid
from searoom.tracks.fixes import Fixes, Indices

EARTH_SMALLEST_M = 6_335_439.0
MARGIN_M = 3.0  # float32 of a place on the Earth, twice
LEAST_CELL_M = 50.0
BIN_S = (60.0, 600.0)  # between these, as long as `BIN_LEGS` usual legs last
BIN_LEGS = 6.0


def near(
    fixes: Fixes, *, radius_m: float, max_gap_s: float, after_us: int, until_us: int, still_mps: float
) -> tuple[Legs, Near, dict[str, int]]:  # fmt: skip
    """Return legs, which of them come within the radius, and what was left out: as `approaches_legs` has them.

    What is near from leg to leg is one row already, by its closest pair of legs; no other legs are given.
    """
    rank = by_name(fixes.names)
    limit = np.empty(len(fixes.names))
    limit[rank] = fastest(fixes)
    asked = Asked(round(max_gap_s * US), after_us, until_us, still_mps)
    craft = rank.astype(np.int32)[fixes.craft]
    made, left_out = laid(craft, fixes.time_us, fixes.lat_deg, fixes.lon_deg, limit, asked)
    pieces, boxes, starts = cut(made, _bin_us(made))
    found, metres = search.near(made, pieces, boxes, starts, _limits(made, boxes, radius_m, after_us, until_us))
    count = len(found)
    legs = _legs(
        made, np.concatenate([found[:, search.LEG_A], found[:, search.LEG_B]]),
        np.concatenate([found[:, search.CRAFT_A], found[:, search.CRAFT_B]]),
    )  # fmt: skip
    pairs = Near(
        np.arange(count), np.arange(count, 2 * count), found[:, search.TIME], metres, found[:, search.FIRST],
        found[:, search.LAST],
    )  # fmt: skip
    return legs, pairs, left_out


def _legs(made: Tracks, leg: Indices, craft: Indices) -> Legs:
    return Legs(
        craft.astype(np.int32), made.time_us[leg], made.time_us[leg + 1], made.place_m[leg],
        made.place_m[leg + 1] - made.place_m[leg],
    )  # fmt: skip


def _bin_us(made: Tracks) -> int:
    """Return how long a bin is: what it is changes no row, only the time that the search takes."""
    legs = np.flatnonzero(made.drawn[: 1 << 16])
    usual = float(np.median(made.time_us[legs + 1] - made.time_us[legs])) if len(legs) else 0.0
    return int(np.clip(BIN_LEGS * usual, BIN_S[0] * US, BIN_S[1] * US))


def _limits(made: Tracks, boxes: Boxes, radius_m: float, after_us: int, until_us: int) -> search.Limits:
    sunk = float(made.length_m.max(initial=0.0)) ** 2 / (8.0 * EARTH_SMALLEST_M)
    grow = (radius_m + sunk) / 2.0 + MARGIN_M
    some = boxes[: 1 << 16]
    usual = float(np.median((some[:, 3:] - some[:, :3]).max(axis=1))) if len(some) else 0.0
    return search.Limits(radius_m, after_us, until_us, max(LEAST_CELL_M, 2.0 * (usual + 2.0 * grow)), grow, sunk)
