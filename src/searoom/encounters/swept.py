"""Which pairs come near, found by the cells that each craft sweeps on its way; compiled by Numba.

    A craft is entered in every cell that its path comes near to, with the stretch of time it spends
    there. Two craft that meet share the cell that holds the middle between them at their closest
    instant, and only there is the pair given out: so it comes out once, and nothing is remembered.

The cells are cubes in Earth-fixed coordinates: the date line is no line here and a pole no point. What
is compared, and how, is `kernels.approach` said once more for one pair at a time; tests hold the two,
and the grid of `pairing`, to the same pairs. Only `engine` imports this file.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from searoom.compiling import kernel, numba, ready, side_by_side
from searoom.encounters.kernels import SAME_VELOCITY_MPS, Heights, Met, Motion, Vectors
from searoom.encounters.pairing import EARTH_SMALLEST_M, MARGIN_M
from searoom.encounters.swept_order import Columns, in_order
from searoom.tracks.fixes import Flags, Floats, Indices

Keys: TypeAlias = npt.NDArray[np.int64]  # cells
Stretch: TypeAlias = npt.NDArray[np.float32]  # seconds from now
Entered: TypeAlias = npt.NDArray[np.int32]  # craft
Table: TypeAlias = tuple[Keys, Stretch, Stretch, Entered]
Coarse: TypeAlias = npt.NDArray[np.float32]  # shape (6, entries): place from the corner of the cell, velocity
CHUNKS = 64  # parts of the table that are searched side by side
ROOM = 4_096  # pairs that a part has room for at first, or `_MOST_EXPECTED` a craft; where that is too little, again
_MOST_EXPECTED = 8
CELL_RADII, CELL_USUAL = 4.0, 3.0  # a cell is so many radii wide, or so many times the way of most craft ahead
_MAX_CELL_BITS = 21  # of each coordinate: cells of 12 m would still find room
_HASH = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / the golden ratio (Knuth, TAOCP 6.4)


class _Limits(NamedTuple):
    """What near means; `height_m` is infinite where heights do not matter."""

    radius_m: float
    horizon_s: float
    height_m: float
    cell_m: float
    grow_m: float
    margin_m: float
    still_mps2: float  # the square of a drift below which two do not move against each other


@kernel
def _key(x: int, y: int, z: int) -> int:
    low = (1 << _MAX_CELL_BITS) - 1
    return ((x & low) << (2 * _MAX_CELL_BITS)) | ((y & low) << _MAX_CELL_BITS) | (z & low)


@kernel
def _place(key: int, mask: int) -> int:
    mixed = np.uint64(key) * _HASH  # only the upper half depends on all of the key
    return int((mixed >> np.uint64(40)) & np.uint64(mask))


@kernel
def _cells(one: float, other: float, limits: _Limits) -> tuple[int, int]:
    """Return the first and the last cell along one axis of a step from `one` to `other`."""
    low, high = min(one, other) - limits.grow_m, max(one, other) + limits.grow_m
    return int(np.floor(low / limits.cell_m)), int(np.floor(high / limits.cell_m))


@kernel
def _cover(
    craft: Vectors, k: int, limits: _Limits, mask: int, marks: Flags, keys: Keys, begins: Stretch, ends: Stretch,
    at: int,
) -> int:  # fmt: skip
    """Enter craft `k` from the row `at` on, and return the row after its last; without `keys` they are only counted.

    Its path is cut into steps of half a cell; cells that have no mark (where there are any) are left out.
    """
    steps = max(1, int(np.ceil(craft[k, 11] * limits.horizon_s / (0.5 * limits.cell_m))))
    for step in range(steps):
        begin, end = step * limits.horizon_s / steps, (step + 1) * limits.horizon_s / steps
        x0, x1 = _cells(craft[k, 0] + craft[k, 3] * begin, craft[k, 0] + craft[k, 3] * end, limits)
        y0, y1 = _cells(craft[k, 1] + craft[k, 4] * begin, craft[k, 1] + craft[k, 4] * end, limits)
        z0, z1 = _cells(craft[k, 2] + craft[k, 5] * begin, craft[k, 2] + craft[k, 5] * end, limits)
        for x in range(x0, x1 + 1):
            for y in range(y0, y1 + 1):
                for z in range(z0, z1 + 1):
                    key = _key(x, y, z)
                    if marks.shape[0] and not marks[_place(key, mask)]:
                        continue
                    if keys.shape[0]:
                        keys[at], begins[at], ends[at] = key, begin, end
                    at += 1
    return at


@side_by_side
def _count(craft: Vectors, rows: Indices, limits: _Limits, mask: int, marks: Flags, counts: Indices) -> None:
    keys, times = np.empty(0, np.int64), np.empty(0, np.float32)
    for row in numba.prange(rows.shape[0]):
        counts[row] = _cover(craft, rows[row], limits, mask, marks, keys, times, times, 0)


@side_by_side
def _enter(
    craft: Vectors, rows: Indices, limits: _Limits, mask: int, marks: Flags, first: Indices, keys: Keys,
    begins: Stretch, ends: Stretch, entered: Entered,
) -> None:  # fmt: skip
    for row in numba.prange(rows.shape[0]):
        stop = _cover(craft, rows[row], limits, mask, marks, keys, begins, ends, first[row])
        entered[first[row] : stop] = rows[row]


@kernel
def _sorted_in(table: Table, moving: Flags, mask: int, start: Indices, movers: Indices, out: Table) -> None:
    """Sort the entries by place in one pass, in each place the moving craft first; `start` has where each begins."""
    keys, begins, ends, entered = table
    for entry in range(keys.shape[0]):
        place = _place(keys[entry], mask)
        start[place + 1] += 1
        movers[place] += moving[entered[entry]]
    for place in range(mask + 1):
        start[place + 1] += start[place]
    mover, still = start[:-1].copy(), start[:-1] + movers
    for entry in range(keys.shape[0]):
        place = _place(keys[entry], mask)
        if moving[entered[entry]]:
            to = mover[place]
            mover[place] += 1
        else:
            to = still[place]
            still[place] += 1
        out[0][to], out[1][to], out[2][to], out[3][to] = keys[entry], begins[entry], ends[entry], entered[entry]


@kernel
def _approach(craft: Vectors, i: int, j: int, still_mps2: float) -> tuple[float, float, float, float]:
    """Return (tcpa, offset squared, offset times drift, drift squared) in the tangent plane between two craft."""
    ux, uy, uz = craft[i, 6] + craft[j, 6], craft[i, 7] + craft[j, 7], craft[i, 8] + craft[j, 8]
    length = np.sqrt(ux * ux + uy * uy + uz * uz)
    ux, uy, uz = ux / length, uy / length, uz / length
    ox, oy, oz = craft[j, 0] - craft[i, 0], craft[j, 1] - craft[i, 1], craft[j, 2] - craft[i, 2]
    upright = ox * ux + oy * uy + oz * uz
    ox, oy, oz = ox - upright * ux, oy - upright * uy, oz - upright * uz
    wx, wy, wz = craft[j, 3] - craft[i, 3], craft[j, 4] - craft[i, 4], craft[j, 5] - craft[i, 5]
    upright = wx * ux + wy * uy + wz * uz
    wx, wy, wz = wx - upright * ux, wy - upright * uy, wz - upright * uz
    oo, ow, ww = ox * ox + oy * oy + oz * oz, ox * wx + oy * wy + oz * wz, wx * wx + wy * wy + wz * wz
    return (-ow / ww if ww > still_mps2 else 0.0), oo, ow, ww


@kernel
def _heights_meet(craft: Vectors, i: int, j: int, limits: _Limits, oo: float, ow: float, ww: float) -> bool:
    """Whether the two are within the height at an instant at which they are within the radius; unknown ones may be."""
    apart, climb = craft[j, 9] - craft[i, 9], craft[j, 10] - craft[i, 10]
    if not np.isfinite(limits.height_m) or np.isnan(apart):
        return True
    first, last = 0.0, limits.horizon_s
    if ww > limits.still_mps2:
        half = np.sqrt(max(ow * ow - ww * (oo - limits.radius_m**2), 0.0)) / ww
        first, last = max(first, -ow / ww - half), min(last, -ow / ww + half)
    if climb == 0.0 or np.isnan(climb):
        return bool(abs(apart) <= limits.height_m)
    one, other = (-limits.height_m - apart) / climb, (limits.height_m - apart) / climb
    return bool(max(first, min(one, other)) <= min(last, max(one, other)))


@kernel
def _is_here(
    craft: Vectors, i: int, j: int, key: int, begin: float, end: float, moment: float, limits: _Limits
) -> bool:  # fmt: skip
    """Whether the closest instant lies in this stretch of time, and the middle between the two then in this cell."""
    told = np.float32(moment)
    if told < begin or (told >= end and end < np.float32(limits.horizon_s)):
        return False
    half = 0.5 / limits.cell_m
    x = half * (craft[i, 0] + craft[j, 0] + moment * (craft[i, 3] + craft[j, 3]))
    y = half * (craft[i, 1] + craft[j, 1] + moment * (craft[i, 4] + craft[j, 4]))
    z = half * (craft[i, 2] + craft[j, 2] + moment * (craft[i, 5] + craft[j, 5]))
    return _key(int(np.floor(x)), int(np.floor(y)), int(np.floor(z))) == key


@kernel
def _axis(key: int, shift: int, metres: float, cell_m: float) -> float:
    """Return a coordinate from the corner of the cell with that key."""
    low = (1 << _MAX_CELL_BITS) - 1
    cell = (key >> shift) & low
    if cell > low >> 1:
        cell -= low + 1
    return metres - cell * cell_m


@side_by_side
def _made_coarse(craft: Vectors, keys: Keys, entered: Entered, limits: _Limits, out: Coarse) -> None:
    for entry in numba.prange(keys.shape[0]):
        k, key = entered[entry], keys[entry]
        out[0, entry] = _axis(key, 2 * _MAX_CELL_BITS, craft[k, 0], limits.cell_m)
        out[1, entry] = _axis(key, _MAX_CELL_BITS, craft[k, 1], limits.cell_m)
        out[2, entry] = _axis(key, 0, craft[k, 2], limits.cell_m)
        out[3, entry], out[4, entry], out[5, entry] = craft[k, 3], craft[k, 4], craft[k, 5]


@kernel
def _roughly(coarse: Coarse, one: int, last: int, horizon_s: np.float32, near: Coarse) -> None:
    """Reckon how near `one` comes to each entry behind it, squared, in three dimensions and single precision."""
    x, y, z = coarse[0, one], coarse[1, one], coarse[2, one]
    u, v, w = coarse[3, one], coarse[4, one], coarse[5, one]
    zero, two, least = np.float32(0.0), np.float32(2.0), np.float32(1e-12)
    for other in range(one + 1, last):
        ox, oy, oz = coarse[0, other] - x, coarse[1, other] - y, coarse[2, other] - z
        wx, wy, wz = coarse[3, other] - u, coarse[4, other] - v, coarse[5, other] - w
        oo, ow, ww = ox * ox + oy * oy + oz * oz, ox * wx + oy * wy + oz * wz, wx * wx + wy * wy + wz * wz
        moment = min(max(-ow / (ww + least), zero), horizon_s)
        near[other - one - 1] = oo + moment * (two * ow + ww * moment)


@kernel
def _search(
    craft: Vectors, table: Table, coarse: Coarse, first: int, last: int, movers: int, wanted: Flags, limits: _Limits,
    near: Coarse, out: Columns, at: int, room: int,
) -> int:  # fmt: skip
    """Give out the pairs of the entries `first` to `last`, from row `at` on while there is room; return how many."""
    keys, begins, ends, entered = table
    count, enough = 0, np.float32(limits.radius_m**2 + limits.margin_m**2 + 2e-5 * limits.cell_m**2)
    for one in range(first, first + movers):
        i = entered[one]
        key, begun, ended = keys[one], begins[one], ends[one]
        _roughly(coarse, one, last, np.float32(limits.horizon_s), near)
        for other in range(one + 1, last):
            if near[other - one - 1] > enough or keys[other] != key:
                continue
            begin, end = max(begun, begins[other]), min(ended, ends[other])
            if begin >= end:
                continue
            j = entered[other]
            if i == j or (wanted.shape[0] and not (wanted[i] or wanted[j])):
                continue
            tcpa, oo, ow, ww = _approach(craft, i, j, limits.still_mps2)
            moment = min(max(tcpa, 0.0), limits.horizon_s)
            if oo + 2.0 * ow * moment + ww * moment * moment > limits.radius_m**2:
                continue
            if not _is_here(craft, i, j, key, begin, end, moment, limits):
                continue
            if not _heights_meet(craft, i, j, limits, oo, ow, ww):
                continue
            if count < room:
                out[0][at + count], out[1][at + count] = min(i, j), max(i, j)
                out[2][at + count], out[3][at + count] = np.sqrt(oo), tcpa
                out[4][at + count] = np.sqrt(max(oo + ow * tcpa, 0.0))
                out[5][at + count] = np.sqrt(ww)
            count += 1
    return count


@side_by_side
def _search_all(
    craft: Vectors, table: Table, coarse: Coarse, start: Indices, movers: Indices, wanted: Flags, limits: _Limits,
    most: int, out: Columns, counts: Indices, room: int,
) -> None:  # fmt: skip
    places = movers.shape[0]
    for chunk in numba.prange(CHUNKS):
        count, near = 0, np.empty(most, np.float32)
        for place in range(chunk * places // CHUNKS, (chunk + 1) * places // CHUNKS):
            if movers[place] and start[place + 1] - start[place] > 1:
                count += _search(
                    craft, table, coarse, start[place], start[place + 1], movers[place], wanted, limits, near,
                    out, chunk * room + count, room - count,
                )  # fmt: skip
        counts[chunk] = count


def near(
    craft: Motion, speed_mps: Floats, *, radius_m: float, horizon_s: float, wanted: Flags | None = None,
    heights: Heights | None = None,
) -> Met:  # fmt: skip
    """Return what `engine.near` promises."""
    ready(__name__)
    limits = _limits(speed_mps, radius_m, horizon_s, np.inf if heights is None else heights.near_m)
    rows = _columns(craft, speed_mps, heights)
    mask = (1 << max(8, (2 * len(speed_mps)).bit_length())) - 1
    asked, unmarked = np.zeros(0, np.bool_) if wanted is None else wanted, np.zeros(0, np.bool_)
    marks = unmarked
    if wanted is not None:
        cells = _entries(rows, np.flatnonzero(wanted), limits, mask, unmarked)[0]
        marks = np.zeros(mask + 1, np.bool_)
        marks[_places(cells, mask)] = True
    table = _entries(rows, np.arange(len(speed_mps)), limits, mask, marks)
    start, movers = np.zeros(mask + 2, np.int64), np.zeros(mask + 1, np.int64)
    ordered = (np.empty_like(table[0]), np.empty_like(table[1]), np.empty_like(table[2]), np.empty_like(table[3]))
    _sorted_in(table, speed_mps > 0.0, mask, start, movers, ordered)
    del table  # before there must be room for the pairs, and so below
    given = _given_out(rows, ordered, start, movers, asked, limits)
    del rows, ordered
    return in_order(*given, len(speed_mps))


def _limits(speed_mps: Floats, radius_m: float, horizon_s: float, height_m: float) -> _Limits:
    moving = speed_mps[speed_mps > 0.0]
    reach = float(moving.max(initial=0.0)) * horizon_s
    usual = float(np.median(moving)) * horizon_s if len(moving) else 0.0
    margin = MARGIN_M + reach**2 / (2.0 * EARTH_SMALLEST_M)  # a straight path leaves the round Earth by so much
    grow = radius_m / 2.0 + margin
    cell = max(CELL_RADII * radius_m, CELL_USUAL * usual, 2.0 * grow)
    return _Limits(radius_m, horizon_s, height_m, cell, grow, margin, SAME_VELOCITY_MPS**2)


def _columns(craft: Motion, speed: Floats, heights: Heights | None) -> Vectors:
    """Return the craft row by row: place, velocity, up, height, climb, speed."""
    rows = np.empty((len(speed), 12))
    rows[:, :3], rows[:, 3:6], rows[:, 6:9], rows[:, 11] = craft.place_m, craft.velocity_mps, craft.up, speed
    rows[:, 9] = np.nan if heights is None else heights.alt_m
    rows[:, 10] = np.nan if heights is None else heights.climb_mps
    return rows


def _places(keys: npt.NDArray[np.int64], mask: int) -> Indices:
    return ((keys.view(np.uint64) * _HASH >> np.uint64(40)) & np.uint64(mask)).astype(np.intp)


def _entries(rows: Vectors, chosen: Indices, limits: _Limits, mask: int, marks: Flags) -> Table:
    """Return the entries of the chosen craft: cell, begin and end of the stretch, craft."""
    first = np.zeros(len(chosen) + 1, np.int64)
    _count(rows, chosen, limits, mask, marks, first[1:])
    np.cumsum(first, out=first)
    many = int(first[-1])
    begins, ends = np.empty(many, np.float32), np.empty(many, np.float32)
    keys, entered = np.empty(many, np.int64), np.empty(many, np.int32)
    if many:
        _enter(rows, chosen, limits, mask, marks, first, keys, begins, ends, entered)
    return keys, begins, ends, entered


def _given_out(
    rows: Vectors, table: Table, start: Indices, movers: Indices, asked: Flags, limits: _Limits
) -> tuple[Columns, Indices, int]:  # fmt: skip
    """Return the pairs in parts, how many are in each, and how many there is room for."""
    room, counts = max(ROOM, _MOST_EXPECTED * len(rows) // CHUNKS), np.zeros(CHUNKS, np.int64)
    coarse, most = np.empty((6, len(table[0])), np.float32), int(np.diff(start).max(initial=0))
    _made_coarse(rows, table[0], table[3], limits, coarse)
    while True:
        one, other = np.empty(CHUNKS * room, np.int64), np.empty(CHUNKS * room, np.int64)
        figures = np.empty((4, CHUNKS * room))
        out = (one, other, figures[0], figures[1], figures[2], figures[3])
        _search_all(rows, table, coarse, start, movers, asked, limits, most, out, counts, room)
        if counts.max() <= room:
            break
        room = int(counts.max())
    return out, counts, room
