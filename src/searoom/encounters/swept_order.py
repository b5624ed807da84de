"""The pairs that a search gave out in parts, put in order: by the first craft, then the second; compiled by Numba."""

from typing import TypeAlias

import numpy as np

from searoom.compiling import kernel, numba, ready, side_by_side
from searoom.encounters.kernels import Met
from searoom.tracks.fixes import Floats, Indices

Columns: TypeAlias = tuple[Indices, Indices, Floats, Floats, Floats, Floats]  # as `Met` has them
FEW = 40  # up to here a sort by insertion is the fastest


@kernel
def _order(one: Indices, other: Indices, counts: Indices, room: int, craft: int) -> Indices:
    """Return the rows of the pairs that were given out, in order of the first craft, then of the second."""
    start = np.zeros(craft + 1, np.int64)
    for chunk in range(counts.shape[0]):
        for row in range(chunk * room, chunk * room + counts[chunk]):
            start[one[row] + 1] += 1
    for k in range(craft):
        start[k + 1] += start[k]
    order, to = np.empty(start[craft], np.int64), start[:-1].copy()
    for chunk in range(counts.shape[0]):
        for row in range(chunk * room, chunk * room + counts[chunk]):
            order[to[one[row]]] = row
            to[one[row]] += 1
    for k in range(craft):
        first, last = start[k], start[k + 1]
        if last - first > FEW:
            own = order[first:last].copy()
            order[first:last] = own[np.argsort(other[own])]
            continue
        for at in range(first + 1, last):
            row, place = order[at], at
            while place > first and other[order[place - 1]] > other[row]:
                order[place] = order[place - 1]
                place -= 1
            order[place] = row
    return order


@side_by_side
def _gathered(order: Indices, out: Columns, met: Columns) -> None:
    for at in numba.prange(order.shape[0]):
        row = order[at]
        met[0][at], met[1][at], met[2][at] = out[0][row], out[1][row], out[2][row]
        met[3][at], met[4][at], met[5][at] = out[3][row], out[4][row], out[5][row]


def in_order(given: Columns, counts: Indices, room: int, craft: int) -> Met:
    """Return pairs of `craft` craft in order, none of which is there twice.

    Part k has `counts[k]` of them, from row k * `room` of the columns on.
    """
    ready(__name__)
    order = _order(given[0], given[1], counts, room, craft)
    figures = np.empty((4, len(order)))
    met = (
        np.empty(len(order), np.int64), np.empty(len(order), np.int64), figures[0], figures[1], figures[2], figures[3]
    )  # fmt: skip
    _gathered(order, given, met)
    return Met(*met)
