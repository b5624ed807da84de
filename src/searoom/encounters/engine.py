"""Which search for near pairs is used: compiled where Numba is installed and it pays, else NumPy's grid; same pairs."""

import numpy as np

from searoom.compiling import COMPILED
from searoom.encounters import kernels, pairing, swept
from searoom.encounters.kernels import Heights, Met, Motion
from searoom.tracks.fixes import Flags, Floats

SMALL = 2_000  # craft: up to here the grid takes less time than loading Numba, which takes a second, ever saves


def near(
    craft: Motion, speed_mps: Floats, *, radius_m: float, horizon_s: float, wanted: Flags | None = None,
    heights: Heights | None = None,
) -> Met:  # fmt: skip
    """Return the pairs that come within `radius_m`, and then near in height, between now and `horizon_s`.

    `speed_mps` is 0 for a craft that stands still; two of those are no pair. `wanted` asks for pairs with at least
    one wanted craft: asking for few is far cheaper than asking for all.
    """
    search = swept.near if COMPILED and len(speed_mps) > SMALL else on_grid
    return search(craft, speed_mps, radius_m=radius_m, horizon_s=horizon_s, wanted=wanted, heights=heights)


def on_grid(
    craft: Motion, speed_mps: Floats, *, radius_m: float, horizon_s: float, wanted: Flags | None = None,
    heights: Heights | None = None,
) -> Met:  # fmt: skip
    """Return the same by NumPy alone."""
    a, b = pairing.near(craft, speed_mps, radius_m=radius_m, horizon_s=horizon_s, wanted=wanted)
    found = kernels.approach(craft, a, b)
    met = Met(a, b, found.range_m, found.tcpa_s, found.cpa_m, found.relative_mps)
    if heights is None or not np.isfinite(heights.near_m):
        return met
    return met.take(kernels.heights_meet(met, heights, radius_m, horizon_s))
