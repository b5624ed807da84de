"""Which boxes of the same time bin touch: the search of archives without Numba, in blocks of bounded memory.

A box is entered in every cubic cell that it touches; two boxes that touch share a cell. Cells are told
apart by a hash, so that a candidate may be false but none is missing: whoever asks tests each anyhow.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from searoom.tracks.fixes import Floats, Indices

Keys = npt.NDArray[np.int64]
Corners = npt.NDArray[np.float64]  # shape (n, 3), Earth-fixed, metres
BLOCK_PAIRS = 1_000_000  # candidates held at once: about 100 MB
_ODD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5], np.uint64)


class Boxes(NamedTuple):
    """n boxes, each in one time bin; `low` and `high` are opposite corners of shape (n, 3)."""

    bin: Keys
    low: Corners
    high: Corners


def sharing(boxes: Boxes, cell_m: float) -> Iterator[tuple[Indices, Indices]]:
    """Yield pairs of different boxes that may touch, a block at a time; a pair may come more than once."""
    key, box = _entered(boxes, cell_m)
    order = np.argsort(key, kind="stable")
    key, box = key[order], box[order]
    after = np.searchsorted(key, key, side="right") - np.arange(len(key)) - 1  # how many share the cell behind each
    total = np.cumsum(after)
    begin = 0
    while begin < len(key):
        before = int(total[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(total, before + BLOCK_PAIRS, side="right")))
        counts = after[begin:end]
        offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        one = np.repeat(np.arange(begin, end), counts)
        yield from _touching(boxes, box[one], box[one + 1 + offsets])
        begin = end


def _touching(boxes: Boxes, one: Indices, other: Indices) -> Iterator[tuple[Indices, Indices]]:
    touch = boxes.bin[one] == boxes.bin[other]
    for axis in range(3):
        touch &= boxes.low[one, axis] <= boxes.high[other, axis]
        touch &= boxes.low[other, axis] <= boxes.high[one, axis]
    one, other = one[touch], other[touch]
    yield np.minimum(one, other), np.maximum(one, other)


def _entered(boxes: Boxes, cell_m: float) -> tuple[Keys, Indices]:
    """Return an entry for each cell that each box touches: the hash of time bin and cell, and the box."""
    low = np.floor(boxes.low / cell_m).astype(np.int64)
    wide = np.floor(boxes.high / cell_m).astype(np.int64) - low + 1
    counts = wide.prod(axis=1)
    box = np.repeat(np.arange(len(counts)), counts)
    step = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    x, rest = np.divmod(step, wide[box, 1] * wide[box, 2])
    y, z = np.divmod(rest, wide[box, 2])
    place = np.stack([x, y, z], axis=1) + low[box]
    mixed = boxes.bin[box].view(np.uint64) * _ODD[3]
    for axis in range(3):
        mixed = (mixed ^ place[:, axis].view(np.uint64)) * _ODD[axis]
        mixed ^= mixed >> np.uint64(32)
    return mixed.view(np.int64), box


def blocks_of(lengths: Floats) -> float:
    """Return a width of cell for boxes so long: twice what most are, so that a box touches few."""
    return 2.0 * float(np.median(lengths)) if len(lengths) else 1.0
