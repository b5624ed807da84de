"""Columns that are checked by their smallest and largest value, and columns in which nothing is known, held once."""

import math
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from searoom.errors import NotAllowed

Column = npt.NDArray[Any]
BLOCK: Final = 1 << 21  # up to so many rows, all columns of one value share one block of 16 MB


@cache
def _block(value: float | bool) -> Column:
    block = np.full(BLOCK, value)
    block.flags.writeable = False
    return block


def filled(rows: int, value: float | bool) -> Column:
    """Return a column of shape (rows,) with one value throughout; nobody can write into it."""
    return _block(value)[:rows] if rows <= BLOCK else np.full(rows, value)


def unknown(rows: int) -> Column:
    """Return a column in which nothing is known."""
    return filled(rows, math.nan)


def check_ranges(columns: Mapping[str, Column], ranges: Mapping[str, tuple[float, float, bool]]) -> None:
    """Raise `NotAllowed` with the first value out of its range: (lowest, highest, whether it may be not known)."""
    for name, (low, high, may_lack) in ranges.items():
        column = columns[name]
        if not len(column):
            continue
        lowest, highest = (np.fmin.reduce(column), np.fmax.reduce(column)) if may_lack else (column.min(), column.max())
        if (lowest >= low and highest <= high) or (may_lack and np.isnan(lowest)):
            continue
        good = (column >= low) & (column <= high)
        row = int(np.argmin(good | np.isnan(column) if may_lack else good))
        raise NotAllowed(f"{name} is {column[row]} in row {row}, which cannot be")
