"""Which pairs are worth a look: a grid over place and time, in blocks of bounded memory.

    time  |  slice 0   slice 1   slice 2 ...      In each slice of the look-ahead every craft covers only a
          |  a---      ---a---                    short stretch. Two craft that come within the radius in a
          |              b---     ---b            slice are near each other in its middle: so near that a
    place +--------------------------------       narrow search there finds them, and no wide one is needed.

Each pair is asked for by its faster craft, so a stopped craft asks nothing and two stopped ones are never
a pair. A pair is given out only in the slice that holds its closest instant, so it comes out once.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from searoom.encounters.kernels import Motion, approach
from searoom.tracks.fixes import Flags, Floats, Indices

SLICES = 12
DIRECT_PAIRS = 4_096  # up to here all pairs are compared at once: setting up the grid would cost more
BLOCK_PAIRS = 500_000  # candidates held at once: about 150 MB
MARGIN_M = 150.0  # straight line against geodesic at the end of the longest reach, with room to spare
EARTH_SMALLEST_M = 6_335_439.0  # smallest radius of curvature of WGS84: angles come out large enough
USUAL_SPEED_MPS = 10.0  # rows are cut for this one; a faster craft looks at more of them
_ROW_SPAN = 4096.0  # keys of one row of the grid: longitudes -540 to 540 fit with room between rows


class _Grid(NamedTuple):
    """Craft of one slice sorted by row of latitude, then longitude; copies stand beyond the date line."""

    key: Floats
    craft: Indices
    row_deg: float


class _Middle(NamedTuple):
    """Where each craft is in the middle of a slice; columns of shape (n,), place of shape (n, 3)."""

    lat_deg: Floats
    lon_deg: Floats
    place_m: Floats


def near(
    craft: Motion, speed_mps: Floats, *, radius_m: float, horizon_s: float, wanted: Flags | None = None
) -> tuple[Indices, Indices]:
    """Return the pairs (a < b) that come within `radius_m` between now and `horizon_s`, none twice.

    `speed_mps` is 0 for a craft that stands still; two of those are no pair. `wanted` restricts to
    pairs with at least one wanted craft; asking for few is far cheaper than asking for all.
    """
    targets = np.arange(len(speed_mps)) if wanted is None else np.flatnonzero(wanted)
    if wanted is None:
        asking, target_speed = np.flatnonzero(speed_mps > 0.0), speed_mps
    else:
        asking = np.arange(len(speed_mps))
        target_speed = np.full_like(speed_mps, speed_mps[targets].max(initial=0.0))
    found: list[tuple[Indices, Indices]] = []
    if len(asking) * len(targets) <= DIRECT_PAIRS:
        one, other = _asked_once(np.repeat(asking, len(targets)), np.tile(targets, len(asking)), speed_mps, wanted)
        found.append(_closest_within(craft, one, other, None, radius_m, horizon_s))
    else:
        for index in range(SLICES):
            found += _slice_pairs(
                craft, speed_mps, target_speed, asking, targets, index, radius_m, horizon_s, wanted
            )  # fmt: skip
    one, other = (np.concatenate(column) for column in zip(*found, strict=True))
    low, high = np.minimum(one, other), np.maximum(one, other)
    keys = np.unique(low * len(speed_mps) + high)  # a search round the pole may meet a craft twice
    return keys // len(speed_mps), keys % len(speed_mps)


def _slice_pairs(
    craft: Motion, speed: Floats, target_speed: Floats, asking: Indices, targets: Indices,
    index: int, radius_m: float, horizon_s: float, wanted: Flags | None,
) -> Iterator[tuple[Indices, Indices]]:  # fmt: skip
    """Yield the pairs whose closest instant lies in one slice."""
    span = horizon_s / SLICES
    middle = _middle(craft, (index + 0.5) * span)
    # both stretches are half a slice long, and the other craft is not faster than `target_speed`
    reach = radius_m + MARGIN_M + (speed[asking] + target_speed[asking]) * span / 2.0
    half_width = _half_width_deg(middle.lat_deg[asking], reach)
    grid = _grid(middle, targets, (radius_m + MARGIN_M + USUAL_SPEED_MPS * span) / EARTH_SMALLEST_M, half_width)
    for one, other in _candidates(grid, middle, asking, reach, half_width):
        a, b = _asked_once(one, other, speed, wanted)
        apart = np.linalg.norm(middle.place_m[a] - middle.place_m[b], axis=-1)
        close = apart <= radius_m + MARGIN_M + (speed[a] + speed[b]) * span / 2.0
        yield _closest_within(craft, a[close], b[close], index, radius_m, horizon_s)


def _asked_once(one: Indices, other: Indices, speed: Floats, wanted: Flags | None) -> tuple[Indices, Indices]:
    """Return each pair from the craft that asks for it; no craft with itself, no two stopped ones."""
    kept = one != other
    if wanted is None:
        kept &= (speed[other] < speed[one]) | ((speed[other] == speed[one]) & (one < other))
    else:
        kept &= ((speed[one] > 0.0) | (speed[other] > 0.0)) & (~wanted[one] | (one < other))
    return one[kept], other[kept]


def _closest_within(
    craft: Motion, a: Indices, b: Indices, index: int | None, radius_m: float, horizon_s: float
) -> tuple[Indices, Indices]:
    """Return the pairs that come within the radius at a closest instant in slice `index`, or in any if None."""
    met = approach(craft, a, b)
    closest_s = np.clip(met.tcpa_s, 0.0, horizon_s)
    distance = np.hypot(met.cpa_m, met.relative_mps * (closest_s - met.tcpa_s))
    kept = distance <= radius_m
    if index is not None:
        kept &= np.minimum(closest_s / horizon_s * SLICES, SLICES - 1).astype(np.intp) == index
    return a[kept], b[kept]


def _middle(craft: Motion, after_s: float) -> _Middle:
    place = craft.place_m + craft.velocity_mps * after_s
    x, y, z = place[:, 0], place[:, 1], place[:, 2]
    return _Middle(np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x)), place)


def _half_width_deg(lat_deg: Floats, reach_m: Floats) -> Floats:
    """Return how many degrees of longitude a circle of `reach_m` spans to either side; 180 where it holds a pole."""
    angle = reach_m / EARTH_SMALLEST_M
    lat = np.radians(np.abs(lat_deg))
    holds_pole = lat + angle >= np.pi / 2.0
    sine = np.sin(np.minimum(angle, 1.0)) / np.maximum(np.cos(lat), 1e-12)
    return np.where(holds_pole, 180.0, np.degrees(np.arcsin(np.minimum(sine, 1.0))))


def _grid(middle: _Middle, targets: Indices, row_rad: float, half_width: Floats) -> _Grid:
    row_deg = float(np.degrees(row_rad))
    widest = float(half_width.max(initial=0.0))
    lon = middle.lon_deg[targets]
    west, east = targets[lon < widest - 180.0], targets[lon > 180.0 - widest]
    craft = np.concatenate([targets, west, east])
    beyond = np.concatenate([lon, middle.lon_deg[west] + 360.0, middle.lon_deg[east] - 360.0])
    key = np.floor((middle.lat_deg[craft] + 90.0) / row_deg) * _ROW_SPAN + beyond
    order = np.argsort(key)
    return _Grid(key[order], craft[order], row_deg)


def _candidates(
    grid: _Grid, middle: _Middle, asking: Indices, reach_m: Floats, half_width: Floats
) -> Iterator[tuple[Indices, Indices]]:
    """Yield (asking craft, craft in the searched rows and longitudes), never more than a block at a time."""
    lat, lon = middle.lat_deg[asking], middle.lon_deg[asking]
    tall = np.degrees(reach_m / EARTH_SMALLEST_M)
    row = np.floor((lat + 90.0) / grid.row_deg)
    lowest, highest = np.floor((lat - tall + 90.0) / grid.row_deg), np.floor((lat + tall + 90.0) / grid.row_deg)
    for step in range(int((lowest - row).min(initial=0)), int((highest - row).max(initial=0)) + 1):
        rows = np.flatnonzero((row + step >= lowest) & (row + step <= highest))
        start = (row[rows] + step) * _ROW_SPAN + lon[rows]
        first = np.searchsorted(grid.key, start - half_width[rows], side="left")
        last = np.searchsorted(grid.key, start + half_width[rows], side="right")
        for block in _blocks(last - first):
            counts = (last - first)[block]
            offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
            yield np.repeat(asking[rows[block]], counts), grid.craft[np.repeat(first[block], counts) + offsets]


def _blocks(counts: Indices) -> Iterator[slice]:
    """Yield slices of the askers whose candidates together stay within `BLOCK_PAIRS`; one asker is never cut."""
    total = np.cumsum(counts)
    begin = 0
    while begin < len(counts):
        before = int(total[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(total, before + BLOCK_PAIRS, side="right")))
        yield slice(begin, end)
        begin = end
