"""Fixes laid craft by craft, the legs between them, and these cut into pieces by time; compiled by Numba.

What a leg is, `approaches_legs.legs` says in NumPy; this is the same for many millions of fixes.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from searoom.compiling import kernel, numba, ready, side_by_side
from searoom.tracks.fixes import Flags, Floats, Times

Whole: TypeAlias = npt.NDArray[np.int64]
Starts: TypeAlias = npt.NDArray[np.int64]
Craft: TypeAlias = npt.NDArray[np.int32]
Boxes: TypeAlias = npt.NDArray[np.float32]  # shape (n, 6): low x, y, z, high x, y, z
WGS84_A_M, E2 = 6_378_137.0, 0.0066943799901413165  # as `tracks.ellipsoid` has them
US = 1e6
JUMP_M = 50.0  # as in `approaches_legs`
BIN, CRAFT, BEGIN, STOP, MOVES = range(5)  # columns of a piece


class Tracks(NamedTuple):
    """n fixes in order of craft, then time; leg k goes from fix k to the next.

    `starts` has the first fix of each craft, and of the one after the last. `drawn` says which legs there are, `moves`
    which of them are faster than what stands still; `length_m` is how long each is.
    """

    time_us: Times
    place_m: npt.NDArray[np.float64]
    starts: Starts
    drawn: Flags
    moves: Flags
    length_m: Floats


class Asked(NamedTuple):
    """Which legs are drawn: how long they last at most, into which time they reach, and what stands still."""

    gap_us: int
    after_us: int
    until_us: int
    still_mps: float


@kernel
def _by_craft(craft: Craft, time_us: Times, starts: Starts, order: Whole, asked: Asked) -> tuple[int, int]:
    """Count, then lay out which fix stands where; return how many are kept, and how many came twice in the time."""
    latest = np.full(starts.shape[0] - 1, np.int64(-(2**62)))
    again = np.zeros(craft.shape[0], np.bool_)
    repeated = 0
    for fix in range(craft.shape[0]):
        own = craft[fix]
        if latest[own] == time_us[fix]:
            again[fix] = True
            repeated += asked.after_us < time_us[fix] <= asked.until_us
        else:
            latest[own] = time_us[fix]
            starts[own + 1] += 1
    for own in range(starts.shape[0] - 1):
        starts[own + 1] += starts[own]
    to = starts[:-1].copy()
    for fix in range(craft.shape[0]):
        if not again[fix]:
            order[to[craft[fix]]] = fix
            to[craft[fix]] += 1
    return starts[-1], repeated


@kernel
def _turned(degrees: float, sines: Floats, cosines: Floats) -> tuple[float, float]:
    """Return sine and cosine: those of the next tenth of a degree, turned by the rest; within 1e-15."""
    tenth = int(np.floor(10.0 * degrees + 0.5))
    rest = np.radians(degrees - tenth / 10.0)
    square = rest * rest
    sine = rest * (1.0 - square / 6.0 * (1.0 - square / 20.0))
    cosine = 1.0 - square / 2.0 * (1.0 - square / 12.0)
    s, c = sines[tenth + 1800], cosines[tenth + 1800]
    return s * cosine + c * sine, c * cosine - s * sine


@side_by_side
def _placed(
    order: Whole, time_us: Times, lat: Floats, lon: Floats, sines: Floats, cosines: Floats, time: Times, place: Floats
) -> None:  # fmt: skip
    for at in numba.prange(order.shape[0]):
        fix = order[at]
        sin_lat, cos_lat = _turned(lat[fix], sines, cosines)
        sin_lon, cos_lon = _turned(lon[fix], sines, cosines)
        prime_vertical = WGS84_A_M / np.sqrt(1.0 - E2 * sin_lat * sin_lat)
        time[at] = time_us[fix]
        place[at, 0], place[at, 1] = prime_vertical * cos_lat * cos_lon, prime_vertical * cos_lat * sin_lon
        place[at, 2] = prime_vertical * (1.0 - E2) * sin_lat


@kernel
def _drawn(made: Tracks, craft: int, fastest_mps: float, asked: Asked) -> int:
    """Say which legs of a craft there are, and which of them move; return how many would be jumps."""
    time, place, impossible = made.time_us, made.place_m, 0
    for leg in range(made.starts[craft], made.starts[craft + 1] - 1):
        lasts = time[leg + 1] - time[leg]
        if lasts > asked.gap_us or time[leg + 1] <= asked.after_us or time[leg] > asked.until_us:
            continue
        x, y = place[leg + 1, 0] - place[leg, 0], place[leg + 1, 1] - place[leg, 1]
        z = place[leg + 1, 2] - place[leg, 2]
        length = np.sqrt(x * x + y * y + z * z)
        if length > fastest_mps * (lasts / US) + JUMP_M:
            impossible += asked.after_us < time[leg]
            continue
        made.drawn[leg] = True
        made.length_m[leg] = length
        made.moves[leg] = length / lasts * US >= asked.still_mps
    return impossible


@side_by_side
def _draw_all(made: Tracks, fastest_mps: Floats, asked: Asked, impossible: Whole) -> None:
    for craft in numba.prange(made.starts.shape[0] - 1):
        impossible[craft] = _drawn(made, craft, fastest_mps[craft], asked)


def laid(
    craft: Craft, time_us: Times, lat_deg: Floats, lon_deg: Floats, fastest_mps: Floats, asked: Asked
) -> tuple[Tracks, dict[str, int]]:  # fmt: skip
    """Return the tracks of fixes in time order, and what was left out, by cause as `approaches_legs.legs` has it."""
    ready(__name__)
    starts, order = np.zeros(len(fastest_mps) + 1, np.int64), np.empty(len(craft), np.int64)
    kept, repeated = _by_craft(craft, time_us, starts, order, asked)
    made = Tracks(
        np.empty(kept, np.int64), np.empty((kept, 3)), starts, np.zeros(kept, np.bool_), np.zeros(kept, np.bool_),
        np.zeros(kept),
    )  # fmt: skip
    impossible = np.zeros(len(fastest_mps), np.int64)
    tenths = np.radians(np.arange(-1800, 1801) / 10.0)
    _placed(order[:kept], time_us, lat_deg, lon_deg, np.sin(tenths), np.cos(tenths), made.time_us, made.place_m)
    _draw_all(made, fastest_mps, asked, impossible)
    return made, {"repeated": int(repeated), "impossible speed": int(impossible.sum())}


@kernel
def _cut(made: Tracks, craft: int, bin_us: int, pieces: Whole, boxes: Boxes, at: int) -> int:
    """Write the pieces of a craft down from row `at` on; return the row after them. Without `boxes` only count."""
    time, place, now = made.time_us, made.place_m, -1
    for leg in range(made.starts[craft], made.starts[craft + 1] - 1):
        if not made.drawn[leg]:
            continue
        begin, end = time[leg], time[leg + 1]
        for bin_ in range(begin // bin_us, (end - 1) // bin_us + 1):
            at += bin_ != now
            if not boxes.shape[0]:
                now = bin_
                continue
            row = at - 1
            if bin_ != now:
                pieces[row, BIN], pieces[row, CRAFT], pieces[row, BEGIN], now = bin_, craft, leg, bin_
                pieces[row, MOVES] = 0
                boxes[row, :3], boxes[row, 3:] = np.inf, -np.inf
            pieces[row, STOP] = leg + 1
            pieces[row, MOVES] |= made.moves[leg]
            one = max(0.0, (bin_ * bin_us - begin) / (end - begin))
            other = min(1.0, ((bin_ + 1) * bin_us - begin) / (end - begin))
            for axis in range(3):
                step = place[leg + 1, axis] - place[leg, axis]
                here, there = place[leg, axis] + step * one, place[leg, axis] + step * other
                boxes[row, axis] = min(boxes[row, axis], here, there)
                boxes[row, 3 + axis] = max(boxes[row, 3 + axis], here, there)
    return at


@side_by_side
def _cut_all(made: Tracks, bin_us: int, first: Whole, pieces: Whole, boxes: Boxes) -> None:
    """Write down the pieces of each craft from the row that `first` has; without `boxes` their number goes there."""
    for craft in numba.prange(made.starts.shape[0] - 1):
        if boxes.shape[0]:
            _cut(made, craft, bin_us, pieces, boxes, first[craft])
        else:
            first[craft + 1] = _cut(made, craft, bin_us, pieces, boxes, 0)


@kernel
def _by_bin(pieces: Whole, boxes: Boxes, first: int, starts: Starts, out: Whole, out_boxes: Boxes) -> None:
    for row in range(pieces.shape[0]):
        starts[pieces[row, BIN] - first + 1] += 1
    for bin_ in range(starts.shape[0] - 1):
        starts[bin_ + 1] += starts[bin_]
    to = starts[:-1].copy()
    for row in range(pieces.shape[0]):
        bin_ = pieces[row, BIN] - first
        out[to[bin_]], out_boxes[to[bin_]] = pieces[row], boxes[row]
        to[bin_] += 1


def cut(made: Tracks, bin_us: int) -> tuple[Whole, Boxes, Starts]:
    """Return the pieces (bin, craft, first leg, leg after the last, moves) by bin, their boxes, where bins begin."""
    ready(__name__)
    first, nothing = np.zeros(len(made.starts), np.int64), (np.empty((0, 5), np.int64), np.empty((0, 6), np.float32))
    _cut_all(made, bin_us, first, *nothing)
    np.cumsum(first, out=first)
    pieces, boxes = np.empty((first[-1], 5), np.int64), np.empty((first[-1], 6), np.float32)
    if not len(pieces):
        return *nothing, np.zeros(1, np.int64)
    _cut_all(made, bin_us, first, pieces, boxes)
    earliest, latest = int(pieces[:, BIN].min()), int(pieces[:, BIN].max())
    starts = np.zeros(latest - earliest + 2, np.int64)
    ordered, their_boxes = np.empty_like(pieces), np.empty_like(boxes)
    _by_bin(pieces, boxes, earliest, starts, ordered, their_boxes)
    return ordered, their_boxes, starts
