"""An index that craft are moved in one by one: the cells that each sweeps on its way, as linked lists; compiled loops.

    heads[place] -> entry -> entry -> ...      An entry says which craft comes through a cell, and between when. Who
                                               moves gets new entries in front; its old ones bear an older version
                                               and are passed over, until the whole index is made anew.

Times are seconds from the index's epoch, to which every craft is reckoned on a straight line. A craft is entered where
its way leads, and asks in all cells within reach of its own way: the radius, and how far the straight ways of two
craft may be apart in height over the round Earth.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from searoom.compiling import kernel
from searoom.tracks.fixes import Indices

Rows: TypeAlias = npt.NDArray[np.float64]  # shape (n, 10): place, velocity, up, speed
Marks: TypeAlias = npt.NDArray[np.int8]
Versions: TypeAlias = npt.NDArray[np.int32]
_BITS = 21  # of each coordinate of a cell
_HASH = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / the golden ratio
_STILL_MPS2 = 1e-6  # the square of a drift below which two do not move against each other
_CELL, _NEXT, _CRAFT, _VERSION, _BEGIN, _END = range(6)
ENTRY = 6
FLIES, WATCHED, OUT = 1, 2, 4  # marks of a craft; OUT: it has no fix young enough, or rolls on the ground


class Limits(NamedTuple):
    """What near means for one kind of pair; `kind` is how many of the two fly."""

    kind: int
    radius_m: float
    horizon_s: float
    cell_m: float
    reach_m: float


class Lists(NamedTuple):
    """The entries of an index, and where each list begins.

    An entry is a row, so that one reach into memory brings all of it: the cell (the low half of its number), the next
    entry, the craft, its version, and the stretch in hundredths of a second.
    """

    heads: Versions
    entries: Versions


@kernel
def _key(x: int, y: int, z: int) -> int:
    low = (1 << _BITS) - 1
    return ((x & low) << (2 * _BITS)) | ((y & low) << _BITS) | (z & low)


@kernel
def _place(key: int, mask: int) -> int:
    mixed = np.uint64(key) * _HASH
    return int((mixed >> np.uint64(40)) & np.uint64(mask))


@kernel
def _steps(rows: Rows, k: int, limits: Limits) -> int:
    """Return in how many stretches a craft's way is cut: each of half a cell."""
    return max(1, int(np.ceil(rows[k, 9] * limits.horizon_s / (0.5 * limits.cell_m))))


@kernel
def _most(steps: int) -> int:
    """Return how many entries a craft's way takes at most: a stretch of half a cell is in two cells of each axis."""
    return int(steps * 2 * 2 * 2)


@kernel
def _cells(
    rows: Rows, k: int, axis: int, begin: float, end: float, grow_m: float, cell_m: float
) -> tuple[int, int]:  # fmt: skip
    one, other = rows[k, axis] + rows[k, axis + 3] * begin, rows[k, axis] + rows[k, axis + 3] * end
    low, high = min(one, other) - grow_m, max(one, other) + grow_m
    return int(np.floor(low / cell_m)), int(np.floor(high / cell_m))


@kernel
def enter(
    rows: Rows, versions: Versions, slots: Indices, first: int, limits: Limits, lists: Lists, used: int
) -> tuple[int, int]:  # fmt: skip
    """Enter the craft `slots[first:]` while there is room; return how many of `slots` are in, and the entries used."""
    heads, entries = lists.heads, lists.entries
    mask, room = heads.shape[0] - 1, entries.shape[0]
    for at in range(first, slots.shape[0]):
        k = slots[at]
        steps = _steps(rows, k, limits)
        if used + _most(steps) > room:
            return at, used
        for step in range(steps):
            begin, end = step * limits.horizon_s / steps, (step + 1) * limits.horizon_s / steps
            x0, x1 = _cells(rows, k, 0, begin, end, 0.0, limits.cell_m)
            y0, y1 = _cells(rows, k, 1, begin, end, 0.0, limits.cell_m)
            z0, z1 = _cells(rows, k, 2, begin, end, 0.0, limits.cell_m)
            for x in range(x0, x1 + 1):
                for y in range(y0, y1 + 1):
                    for z in range(z0, z1 + 1):
                        key = _key(x, y, z)
                        place = _place(key, mask)
                        entries[used, _CELL], entries[used, _CRAFT], entries[used, _VERSION] = key, k, versions[k]
                        entries[used, _BEGIN], entries[used, _END] = int(begin * 100.0), int(end * 100.0) + 1
                        entries[used, _NEXT], heads[place] = heads[place], used
                        used += 1
    return slots.shape[0], used


@kernel
def _meets(rows: Rows, i: int, j: int, after_s: float, limits: Limits) -> bool:
    """Whether two craft come within the radius between `after_s` and the horizon, in the plane between them."""
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
    moment = -ow / ww if ww > _STILL_MPS2 else after_s
    moment = min(max(moment, after_s), limits.horizon_s)
    return bool(oo + 2.0 * ow * moment + ww * moment * moment <= limits.radius_m**2)


@kernel
def search(
    rows: Rows, versions: Versions, marks: Marks, slots: Indices, after_s: float, limits: Limits, lists: Lists,
    only_watched: bool, out: Indices, at: int,
) -> int:  # fmt: skip
    """Write the pairs of the craft `slots` from `out[at]` on while there is room, some twice; return where they end.

    With `only_watched` one of the two is watched.
    """
    heads, entries = lists.heads, lists.entries
    mask = heads.shape[0] - 1
    for asker in range(slots.shape[0]):
        i = slots[asker]
        steps = _steps(rows, i, limits)
        for step in range(steps):
            begin, end = step * limits.horizon_s / steps, (step + 1) * limits.horizon_s / steps
            x0, x1 = _cells(rows, i, 0, begin, end, limits.reach_m, limits.cell_m)
            y0, y1 = _cells(rows, i, 1, begin, end, limits.reach_m, limits.cell_m)
            z0, z1 = _cells(rows, i, 2, begin, end, limits.reach_m, limits.cell_m)
            for x in range(x0, x1 + 1):
                for y in range(y0, y1 + 1):
                    for z in range(z0, z1 + 1):
                        key = _key(x, y, z)
                        cell, entry = np.int32(key), heads[_place(key, mask)]
                        while entry >= 0:
                            row = entries[entry]
                            j, entry = row[_CRAFT], row[_NEXT]
                            if (
                                row[_CELL] == cell
                                and row[_BEGIN] < end * 100.0
                                and row[_END] > begin * 100.0
                                and row[_VERSION] == versions[j]
                                and j != i
                                and (rows[i, 9] > 0.0 or rows[j, 9] > 0.0)
                                and (marks[i] & FLIES) + (marks[j] & FLIES) == limits.kind
                                and (not only_watched or ((marks[i] | marks[j]) & WATCHED))
                                and _meets(rows, i, j, after_s, limits)
                            ):
                                if at < out.shape[0]:
                                    out[at, 0], out[at, 1] = min(i, j), max(i, j)
                                at += 1
    return at
