"""An index that craft are moved in one by one: where each is, in pages of a few craft of one cell; compiled loops.

    heads[place] -> page -> page -> ...        A page has room for some craft of one cell, with place and velocity in
                                               single precision, one quantity after another: all that stand in it are
                                               compared at once, and only who may come near is looked at closely.

Times are seconds from the index's epoch, to which every craft is reckoned on a straight line. A craft stands in the
cell where it is at the epoch, and asks in every cell from which another can come up to its own way in time.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from searoom.compiling import kernel
from searoom.tracks.fixes import Floats, Indices

Rows: TypeAlias = npt.NDArray[np.float64]  # shape (n, 10): place, velocity, up, speed
Marks: TypeAlias = npt.NDArray[np.int8]
Numbers: TypeAlias = npt.NDArray[np.int32]
Rough: TypeAlias = npt.NDArray[np.float32]
_BITS = 21  # of each coordinate of a cell
_HASH = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / the golden ratio
_STILL_MPS2 = 1e-6  # the square of a drift below which two do not move against each other
_EARTH_SMALLEST_M = 6_335_439.0
_ROUNDING = np.float32(4e-6)  # of the square of a distance, in single precision: some thirty times its last digit
_STEP_CELLS = 2.0  # the way of one that asks is cut where it is longer
PAGE = 8
FLIES, WATCHED, OUT, STILL, SLOW = 1, 2, 4, 8, 16  # marks; OUT: no fix young enough, or rolls on the ground
UNJUDGED = 127  # what may be told of a pair of which these loops do not know the rules


class Limits(NamedTuple):
    """What near means for one kind of pair; `kind` is how many of the two fly, `fastest_mps` how fast others may be."""

    kind: int
    radius_m: float
    horizon_s: float
    cell_m: float
    fastest_mps: float


class Bounds(NamedTuple):
    """What may be told of two ships, a little too much rather than too little; columns of one row a level, rising."""

    rank: Numbers
    cpa_m: Floats
    tcpa_s: Floats
    still_cpa_m: float
    still_tcpa_s: float
    slow_cpa_m: float
    slow_tcpa_s: float
    company_mps: float


class Pages(NamedTuple):
    """The pages of an index, and where the chain of each place begins; `where` each craft stands, -1: nowhere."""

    heads: Numbers
    cell: Indices
    follow: Numbers
    many: Numbers  # craft in each
    craft: Numbers  # shape (pages, PAGE)
    rough: Rough  # shape (pages, 6, PAGE): place from the corner of the cell, velocity
    where: Numbers


@kernel
def _key(x: int, y: int, z: int) -> int:
    low = (1 << _BITS) - 1
    return ((x & low) << (2 * _BITS)) | ((y & low) << _BITS) | (z & low)


@kernel
def _place(key: int, mask: int) -> int:
    mixed = np.uint64(key) * _HASH
    return int((mixed >> np.uint64(40)) & np.uint64(mask))


@kernel
def _leave(pages: Pages, at: int) -> None:
    """Take a craft out of its page; the last one there takes its place."""
    page, last = at // PAGE, pages.many[at // PAGE] - 1
    pages.many[page] = last
    if at % PAGE != last:
        moved = pages.craft[page, last]
        pages.craft[page, at % PAGE], pages.where[moved] = moved, at
        for quantity in range(6):
            pages.rough[page, quantity, at % PAGE] = pages.rough[page, quantity, last]


@kernel
def enter(rows: Rows, slots: Indices, first: int, limits: Limits, pages: Pages, used: int) -> tuple[int, int]:
    """Put the craft `slots[first:]` where they are while there is room; return how many are in, and the pages used."""
    mask, cell_m = pages.heads.shape[0] - 1, limits.cell_m
    for at in range(first, slots.shape[0]):
        k = slots[at]
        x, y, z = np.floor(rows[k, 0] / cell_m), np.floor(rows[k, 1] / cell_m), np.floor(rows[k, 2] / cell_m)
        key, stands = _key(int(x), int(y), int(z)), pages.where[k]
        if stands >= 0 and pages.cell[stands // PAGE] != key:
            _leave(pages, stands)
            pages.where[k] = stands = -1
        if stands < 0:
            place = _place(key, mask)
            page = pages.heads[place]
            while page >= 0 and (pages.cell[page] != key or pages.many[page] == PAGE):
                page = pages.follow[page]
            if page < 0:
                if used == pages.cell.shape[0]:
                    return at, used
                page = used
                pages.cell[page], pages.many[page] = key, 0
                pages.follow[page], pages.heads[place] = pages.heads[place], page
                used += 1
            stands = page * PAGE + pages.many[page]
            pages.many[page] += 1
            pages.craft[page, stands % PAGE], pages.where[k] = k, stands
        page, place = stands // PAGE, stands % PAGE
        pages.rough[page, 0, place] = rows[k, 0] - x * cell_m
        pages.rough[page, 1, place] = rows[k, 1] - y * cell_m
        pages.rough[page, 2, place] = rows[k, 2] - z * cell_m
        for axis in range(3):
            pages.rough[page, 3 + axis, place] = rows[k, 3 + axis]
    return slots.shape[0], used


@kernel
def _told(bounds: Bounds, still: bool, slow: bool, cpa_m: float, tcpa_s: float) -> int:
    """Return the highest grade that two ships may have."""
    found = 0
    for level in range(bounds.rank.shape[0]):
        near_m, ahead_s = bounds.cpa_m[level], bounds.tcpa_s[level]
        if still:
            near_m, ahead_s = min(near_m, bounds.still_cpa_m), min(ahead_s, bounds.still_tcpa_s)
        if slow:
            near_m, ahead_s = min(near_m, bounds.slow_cpa_m), min(ahead_s, bounds.slow_tcpa_s)
        if cpa_m <= near_m and tcpa_s <= ahead_s:
            found = max(found, bounds.rank[level])
    return found


@kernel
def _judged(rows: Rows, marks: Marks, i: int, j: int, after_s: float, limits: Limits, bounds: Bounds) -> int:
    """Return the highest grade that may be told of two craft, in the plane between them; -1: they do not come near."""
    ux, uy, uz = rows[i, 6] + rows[j, 6], rows[i, 7] + rows[j, 7], rows[i, 8] + rows[j, 8]
    length = np.sqrt(ux * ux + uy * uy + uz * uz)
    ux, uy, uz = ux / length, uy / length, uz / length
    ox, oy, oz = rows[j, 0] - rows[i, 0], rows[j, 1] - rows[i, 1], rows[j, 2] - rows[i, 2]
    upright = ox * ux + oy * uy + oz * uz
    ox, oy, oz = ox - upright * ux, oy - upright * uy, oz - upright * uz
    wx, wy, wz = rows[j, 3] - rows[i, 3], rows[j, 4] - rows[i, 4], rows[j, 5] - rows[i, 5]
    upright = wx * ux + wy * uy + wz * uz
    wx, wy, wz = wx - upright * ux, wy - upright * uy, wz - upright * uz
    oo, ow, ww = ox * ox + oy * oy + oz * oz, ox * wx + oy * wy + oz * wz, wx * wx + wy * wy + wz * wz
    nearest = -ow / ww if ww > _STILL_MPS2 else after_s
    moment = min(max(nearest, after_s), limits.horizon_s)
    if oo + 2.0 * ow * moment + ww * moment * moment > limits.radius_m**2:
        return -1
    if limits.kind:
        return UNJUDGED
    if ww < bounds.company_mps**2:
        return 0
    still = ((marks[i] | marks[j]) & STILL) > 0
    slow = (marks[i] & marks[j] & SLOW) > 0
    return _told(bounds, still, slow, np.sqrt(max(oo + ow * nearest, 0.0)), nearest - after_s)


@kernel
def _span(place: float, velocity: float, begin: float, end: float, limits: Limits, reach_m: float) -> tuple[int, int]:
    """Return the first and the last cell along one axis where others may be at the epoch who come near in between."""
    one, other = place + velocity * begin, place + velocity * end
    wide = reach_m + limits.fastest_mps * end
    low, high = min(one, other) - wide, max(one, other) + wide
    return int(np.floor(low / limits.cell_m)), int(np.floor(high / limits.cell_m))


@kernel
def _roughly(
    rough: Rough, page: int, x: np.float32, y: np.float32, z: np.float32, u: np.float32, v: np.float32, w: np.float32,
    after_s: np.float32, horizon_s: np.float32, near: Rough,
) -> None:  # fmt: skip
    """Reckon how near one comes to each of a page, squared, in three dimensions; what rounding may add is taken off."""
    two, least = np.float32(2.0), np.float32(1e-12)
    for k in range(PAGE):
        ox, oy, oz = rough[page, 0, k] - x, rough[page, 1, k] - y, rough[page, 2, k] - z
        wx, wy, wz = rough[page, 3, k] - u, rough[page, 4, k] - v, rough[page, 5, k] - w
        oo, ow, ww = ox * ox + oy * oy + oz * oz, ox * wx + oy * wy + oz * wz, wx * wx + wy * wy + wz * wz
        moment = min(max(-ow / (ww + least), after_s), horizon_s)
        near[k] = oo + moment * (two * ow + ww * moment) - _ROUNDING * oo


@kernel
def _fit(rows: Rows, marks: Marks, i: int, j: int, limits: Limits, only_watched: bool) -> bool:
    """Whether two craft are a pair of this kind, one of them moves, and, where that is asked, one is watched."""
    kind = (marks[i] & FLIES) + (marks[j] & FLIES)
    seen = ((marks[i] | marks[j]) & OUT) == 0 and (not only_watched or ((marks[i] | marks[j]) & WATCHED) > 0)
    return i != j and kind == limits.kind and seen and (rows[i, 9] > 0.0 or rows[j, 9] > 0.0)


@kernel
def search(
    rows: Rows, marks: Marks, slots: Indices, after_s: float, limits: Limits, bounds: Bounds, pages: Pages,
    only_watched: bool, out: Indices,
) -> int:  # fmt: skip
    """Write the pairs of the craft `slots`, and what may be told of each, while there is room; return how many.

    `out` has shape (n, 3). Some pairs come twice. With `only_watched` one of the two is watched.
    """
    near, mask, cell_m = np.empty(PAGE, np.float32), pages.heads.shape[0] - 1, limits.cell_m
    at, after, horizon = 0, np.float32(after_s), np.float32(limits.horizon_s)
    for i in slots:
        way_m = max(rows[i, 9], limits.fastest_mps) * limits.horizon_s
        round_m = way_m * way_m / (2.0 * _EARTH_SMALLEST_M)  # so far a straight way leaves the round Earth
        enough = np.float32(limits.radius_m**2 + round_m**2)
        u, v, w = np.float32(rows[i, 3]), np.float32(rows[i, 4]), np.float32(rows[i, 5])
        until = limits.horizon_s
        if limits.kind == 0 and marks[i] & STILL:  # more than so long ahead nothing is told of it
            until = min(until, after_s + bounds.still_tcpa_s)
        steps = max(1, int(np.ceil(rows[i, 9] * until / (_STEP_CELLS * cell_m))))
        for step in range(steps):
            span_s = (until - after_s) / steps
            begin, end = after_s + step * span_s, after_s + (step + 1) * span_s
            x0, x1 = _span(rows[i, 0], rows[i, 3], begin, end, limits, limits.radius_m + round_m)
            y0, y1 = _span(rows[i, 1], rows[i, 4], begin, end, limits, limits.radius_m + round_m)
            z0, z1 = _span(rows[i, 2], rows[i, 5], begin, end, limits, limits.radius_m + round_m)
            for x in range(x0, x1 + 1):
                for y in range(y0, y1 + 1):
                    for z in range(z0, z1 + 1):
                        key = _key(x, y, z)
                        page = pages.heads[_place(key, mask)]
                        while page >= 0:
                            if pages.cell[page] == key:
                                here_x, here_y = (
                                    np.float32(rows[i, 0] - x * cell_m),
                                    np.float32(rows[i, 1] - y * cell_m),
                                )
                                here_z = np.float32(rows[i, 2] - z * cell_m)
                                _roughly(pages.rough, page, here_x, here_y, here_z, u, v, w, after, horizon, near)
                                for k in range(pages.many[page]):
                                    j = pages.craft[page, k]
                                    if near[k] <= enough and _fit(rows, marks, i, j, limits, only_watched):
                                        told = _judged(rows, marks, i, j, after_s, limits, bounds)
                                        if told >= 0:
                                            if at < out.shape[0]:
                                                out[at, 0], out[at, 1], out[at, 2] = min(i, j), max(i, j), told
                                            at += 1
                            page = pages.follow[page]
    return at
