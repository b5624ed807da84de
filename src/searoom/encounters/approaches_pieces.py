"""Which legs of raw tracks come near: pieces of tracks found by cells, compared leg by leg; compiled by Numba.

    Time is cut in bins. What one craft does in a bin is a piece: some legs, and the box round where they are then.
    A box, half the radius wider, is entered in each cubic cell that it touches. Two pieces of a bin whose boxes
    touch are compared once, in the cell that holds the low corner of what both boxes cover.

Bins are dealt out in chunks to the cores. A leg that reaches into several bins may be compared in each, with the same
answer, which `approaches_rows.joined` makes one: so neither bins nor chunks nor cores change a row.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from searoom.compiling import kernel, numba, ready, side_by_side
from searoom.encounters.approaches_tracks import Boxes, Starts, Tracks, Whole
from searoom.tracks.fixes import Floats

Cells: TypeAlias = npt.NDArray[np.int32]
BIN, CRAFT, BEGIN, STOP, MOVES = range(5)  # columns of a piece
FIRST, LAST, TIME, LEG_A, LEG_B, CRAFT_A, CRAFT_B = range(7)  # columns of what is found, besides the distance
CHUNKS = 16
ROOM = 4_096
US = 1e6
JOIN_US = 1_000_000  # as `approaches.JOIN_US`
SAME_VELOCITY_MPS = 1e-3
UPRIGHT = 1.0 / (1.0 - 0.0066943799901413165)  # as in `approaches_legs`
_CELL_BITS = 21
_HASH = np.uint64(0x9E3779B97F4A7C15)


class Limits(NamedTuple):
    """What near means, in which time, and how the search is laid out."""

    radius_m: float
    after_us: int
    until_us: int
    cell_m: float
    grow_m: float
    sunk_m: float  # how far a straight leg lies under the round Earth, at most


@kernel
def _key(x: int, y: int, z: int) -> int:
    low = (1 << _CELL_BITS) - 1
    return ((x & low) << (2 * _CELL_BITS)) | ((y & low) << _CELL_BITS) | (z & low)


@kernel
def _cell(metres: float, limits: Limits) -> int:
    return int(np.floor(metres / limits.cell_m))


@kernel
def _in_plane(
    ox: float, oy: float, oz: float, wx: float, wy: float, wz: float, ux: float, uy: float, uz: float, lasts: float
) -> tuple[float, float, float, float]:  # fmt: skip
    """Return the closest moment, offset squared, offset times drift, drift squared, across the vertical."""
    uz *= UPRIGHT
    length = np.sqrt(ux * ux + uy * uy + uz * uz)
    ux, uy, uz = ux / length, uy / length, uz / length
    upright = ox * ux + oy * uy + oz * uz
    ox, oy, oz = ox - upright * ux, oy - upright * uy, oz - upright * uz
    upright = wx * ux + wy * uy + wz * uz
    wx, wy, wz = wx - upright * ux, wy - upright * uy, wz - upright * uz
    oo, ow, ww = ox * ox + oy * oy + oz * oz, ox * wx + oy * wy + oz * wz, wx * wx + wy * wy + wz * wz
    moment = min(max(-ow / ww, 0.0), lasts) if ww > SAME_VELOCITY_MPS**2 else 0.0
    return moment, oo, ow, ww


@kernel
def _compared(made: Tracks, i: int, j: int, limits: Limits) -> tuple[float, np.int64, np.int64, np.int64]:
    """Return how close two legs come, to the millimetre, when, and from when to when they are within the radius.

    It is `approaches_legs.compare` said once more; the distance is infinite where they do not come within it.
    """
    time, place = made.time_us, made.place_m
    begin = max(time[i], time[j])
    lasts = (min(time[i + 1], time[j + 1]) - begin) / US
    far = (np.inf, np.int64(0), np.int64(0), np.int64(0))
    if begin <= limits.after_us or begin > limits.until_us or lasts <= 0.0:
        return far
    one, other = US / (time[i + 1] - time[i]), US / (time[j + 1] - time[j])
    vx, vy = (place[i + 1, 0] - place[i, 0]) * one, (place[i + 1, 1] - place[i, 1]) * one
    vz = (place[i + 1, 2] - place[i, 2]) * one
    wx, wy = (place[j + 1, 0] - place[j, 0]) * other, (place[j + 1, 1] - place[j, 1]) * other
    wz = (place[j + 1, 2] - place[j, 2]) * other
    one, other = (begin - time[i]) / US, (begin - time[j]) / US
    x, y, z = place[i, 0] + vx * one, place[i, 1] + vy * one, place[i, 2] + vz * one
    ox, oy = place[j, 0] + wx * other - x, place[j, 1] + wy * other - y
    oz = place[j, 2] + wz * other - z
    dx, dy, dz = wx - vx, wy - vy, wz - vz
    ow, ww = ox * dx + oy * dy + oz * dz, dx * dx + dy * dy + dz * dz
    moment = min(max(-ow / ww, 0.0), lasts) if ww > 0.0 else 0.0
    if ox * ox + oy * oy + oz * oz + (2.0 * ow + ww * moment) * moment > (limits.radius_m + limits.sunk_m) ** 2:
        return far
    sx, sy, sz = 2.0 * x + ox, 2.0 * y + oy, 2.0 * z + oz
    tx, ty, tz = vx + wx, vy + wy, vz + wz
    half = lasts / 2.0
    moment, _, _, _ = _in_plane(ox, oy, oz, dx, dy, dz, sx + tx * half, sy + ty * half, sz + tz * half, lasts)
    moment, oo, ow, ww = _in_plane(
        ox, oy, oz, dx, dy, dz, sx + tx * moment, sy + ty * moment, sz + tz * moment, lasts
    )  # fmt: skip
    closest = np.sqrt(max(oo + 2.0 * ow * moment + ww * moment * moment, 0.0))
    if closest > limits.radius_m:
        return far
    first, last = 0.0, lasts
    if ww > SAME_VELOCITY_MPS**2:
        reach = np.sqrt(max(ow * ow - ww * (oo - limits.radius_m**2), 0.0)) / ww
        first, last = min(max(-ow / ww - reach, 0.0), lasts), min(max(-ow / ww + reach, 0.0), lasts)
    return np.floor(closest * 1e3 + 0.5) / 1e3, begin + _us(moment), begin + _us(first), begin + _us(last)


@kernel
def _us(seconds: float) -> np.int64:
    return np.int64(np.floor(seconds * US + 0.5))


@kernel
def _met(
    made: Tracks, one: Whole, other: Whole, limits: Limits, out: Whole, out_metres: Floats, count: int
) -> int:  # fmt: skip
    """Give out the stretches in which two pieces are within the radius; return how many were given out till now."""
    i, j, room, open_ = one[BEGIN], other[BEGIN], out.shape[0], False
    run, closest = np.zeros(7, np.int64), np.inf
    while i < one[STOP] and j < other[STOP]:
        if made.drawn[i] and made.drawn[j] and (made.moves[i] or made.moves[j]):
            metres, time, first, last = _compared(made, i, j, limits)
            if metres < np.inf:
                if not open_ or first - run[LAST] > JOIN_US:
                    if open_ and count <= room:
                        out[count - 1], out_metres[count - 1] = run, closest
                    open_, closest, count = True, np.inf, count + 1
                    run[FIRST], run[CRAFT_A], run[CRAFT_B] = first, one[CRAFT], other[CRAFT]
                run[LAST] = last
                if metres < closest:
                    closest, run[TIME], run[LEG_A], run[LEG_B] = metres, time, i, j
        if made.time_us[i + 1] <= made.time_us[j + 1]:
            i += 1
        else:
            j += 1
    if open_ and count <= room:
        out[count - 1], out_metres[count - 1] = run, closest
    return count


@kernel
def _entered(
    boxes: Boxes, begin: int, end: int, limits: Limits, keys: Whole, rows: Whole
) -> int:  # fmt: skip
    """Enter the pieces begin to end in their cells, or without `rows` count the entries; return how many."""
    at, grow = 0, limits.grow_m
    for row in range(begin, end):
        x0, x1 = _cell(boxes[row, 0] - grow, limits), _cell(boxes[row, 3] + grow, limits)
        y0, y1 = _cell(boxes[row, 1] - grow, limits), _cell(boxes[row, 4] + grow, limits)
        z0, z1 = _cell(boxes[row, 2] - grow, limits), _cell(boxes[row, 5] + grow, limits)
        if not rows.shape[0]:
            at += (x1 - x0 + 1) * (y1 - y0 + 1) * (z1 - z0 + 1)
            continue
        for x in range(x0, x1 + 1):
            for y in range(y0, y1 + 1):
                for z in range(z0, z1 + 1):
                    keys[at], rows[at] = _key(x, y, z), row
                    at += 1
    return at


@kernel
def _by_place(keys: Whole, rows: Whole, many: int, mask: int, stops: Cells, out_keys: Whole, out_rows: Whole) -> None:
    """Sort the entries by place in the table; `stops` has where each place ends."""
    stops[: mask + 2] = 0
    for entry in range(many):
        stops[_slot(keys[entry], mask) + 1] += 1
    for place in range(mask):
        stops[place + 1] += stops[place]
    for entry in range(many):
        slot = _slot(keys[entry], mask)
        out_keys[stops[slot]], out_rows[stops[slot]] = keys[entry], rows[entry]
        stops[slot] += 1


@kernel
def _slot(key: int, mask: int) -> np.int64:
    return np.int64((np.uint64(key) * _HASH) >> np.uint64(40)) & mask


@kernel
def _touch(boxes: Boxes, one: int, other: int, key: int, limits: Limits) -> bool:
    """Whether the boxes of two pieces touch, and this cell is where that is told."""
    wide = 2.0 * limits.grow_m
    for axis in range(3):
        if boxes[one, axis] - boxes[other, axis + 3] > wide or boxes[other, axis] - boxes[one, axis + 3] > wide:
            return False
    x = _cell(max(boxes[one, 0], boxes[other, 0]) - limits.grow_m, limits)
    y = _cell(max(boxes[one, 1], boxes[other, 1]) - limits.grow_m, limits)
    z = _cell(max(boxes[one, 2], boxes[other, 2]) - limits.grow_m, limits)
    return _key(x, y, z) == key


@kernel
def _searched(
    made: Tracks, pieces: Whole, boxes: Boxes, table: tuple[Cells, Whole, Whole], mask: int, limits: Limits,
    out: Whole, out_metres: Floats, count: int,
) -> int:  # fmt: skip
    """Give out what is found in one bin; return how many were given out till now."""
    stops, keys, rows = table
    first = 0
    for place in range(mask + 1):
        last = stops[place]
        for at in range(first, last - 1):
            one = rows[at]
            for beside in range(at + 1, last):
                other = rows[beside]
                if keys[beside] != keys[at] or not (pieces[one, MOVES] or pieces[other, MOVES]):
                    continue
                if _touch(boxes, one, other, keys[at], limits):
                    count = _met(made, pieces[one], pieces[other], limits, out, out_metres, count)
        first = last
    return count


@kernel
def _bins(
    made: Tracks, pieces: Whole, boxes: Boxes, starts: Starts, limits: Limits, out: Whole, out_metres: Floats
) -> int:  # fmt: skip
    """Give out what is found in some bins, as far as there is room; return how much that is."""
    count, none = 0, np.empty(0, np.int64)
    keys, rows, sorted_keys, sorted_rows, stops = none, none, none, none, np.empty(0, np.int32)
    for bin_ in range(starts.shape[0] - 1):
        begin, end = starts[bin_], starts[bin_ + 1]
        if end - begin < 2:
            continue
        many, mask = _entered(boxes, begin, end, limits, none, none), 255
        while mask < 2 * (end - begin):
            mask = 2 * mask + 1
        if many > keys.shape[0]:
            keys, rows = np.empty(2 * many, np.int64), np.empty(2 * many, np.int64)
            sorted_keys, sorted_rows = np.empty(2 * many, np.int64), np.empty(2 * many, np.int64)
        if mask + 2 > stops.shape[0]:
            stops = np.empty(mask + 2, np.int32)
        _entered(boxes, begin, end, limits, keys, rows)
        _by_place(keys, rows, many, mask, stops, sorted_keys, sorted_rows)
        table = (stops, sorted_keys, sorted_rows)
        count = _searched(made, pieces, boxes, table, mask, limits, out, out_metres, count)
    return count


@side_by_side
def _all_bins(
    made: Tracks, pieces: Whole, boxes: Boxes, starts: Starts, cuts: Starts, limits: Limits, out: Whole,
    out_metres: Floats, counts: Whole,
) -> None:  # fmt: skip
    room = out.shape[0] // (cuts.shape[0] - 1)
    for chunk in numba.prange(cuts.shape[0] - 1):
        some = slice(chunk * room, (chunk + 1) * room)
        counts[chunk] = _bins(
            made, pieces, boxes, starts[cuts[chunk] : cuts[chunk + 1] + 1], limits, out[some], out_metres[some]
        )  # fmt: skip


def near(made: Tracks, pieces: Whole, boxes: Boxes, starts: Starts, limits: Limits) -> tuple[Whole, Floats]:
    """Return the stretches in which two pieces are within the radius, and how close they come in each.

    A row has the columns `FIRST` to `CRAFT_B`; the same may come more than once.
    """
    ready(__name__)
    cuts = np.searchsorted(starts, np.linspace(0, len(pieces), CHUNKS + 1).astype(np.int64))
    room, counts = max(ROOM, 2 * len(pieces) // CHUNKS), np.zeros(CHUNKS, np.int64)
    while True:
        out, metres = np.empty((CHUNKS * room, 7), np.int64), np.empty(CHUNKS * room)
        _all_bins(made, pieces, boxes, starts, cuts, limits, out, metres, counts)
        if counts.max() <= room:
            break
        room = int(counts.max())
    used = np.concatenate([np.arange(chunk * room, chunk * room + count) for chunk, count in enumerate(counts)])
    return out[used], metres[used]
