"""Rows of pairs of craft: those that a cut of time divided made one again, and one table of names for all."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from searoom.errors import NotAllowed
from searoom.tracks.fixes import Flags, Indices

Rows = dict[str, Any]  # columns by name, each an array of shape (n,)


class Part(Protocol):
    """What was found in one part of time; besides, it has the columns."""

    @property
    def names(self) -> tuple[str, ...]:
        """The table that the columns a and b index."""

    @property
    def left_out(self) -> Mapping[str, int]:
        """What was not used, by cause."""


def joined(rows: Mapping[str, Any], gap_us: int) -> Rows:
    """Return rows of pairs with those that follow within the gap made one, in order of first instant, a and b.

    It lasts from the first to the last, has the sum of `stamps` where there is that column, and of the others what is
    true at its closest instant, the earliest of equals.
    """
    pair = rows["a"].astype(np.int64) << 32 | rows["b"].astype(np.int64)
    order = np.lexsort((rows["last_us"], rows["first_us"], pair))
    kept = {name: column[order] for name, column in rows.items()}
    new = np.ones(len(order), np.bool_)
    new[1:] = np.diff(pair[order]) != 0
    new[1:] |= kept["first_us"][1:] - kept["last_us"][:-1] > gap_us
    first = np.flatnonzero(new)
    if not len(first):
        return kept
    nearest = _nearest(kept, new, first)
    answer = {name: column[nearest] for name, column in kept.items()}
    answer["first_us"], answer["last_us"] = kept["first_us"][first], np.maximum.reduceat(kept["last_us"], first)
    if "stamps" in kept:
        answer["stamps"] = np.add.reduceat(kept["stamps"], first)
    order = np.lexsort((answer["b"], answer["a"], answer["first_us"]))
    return {name: column[order] for name, column in answer.items()}


def _nearest(rows: Mapping[str, Any], new: Flags, first: Indices) -> Indices:
    """Return of each run, which begins at `first` where `new` is set, the row of its closest instant."""
    run = np.cumsum(new) - 1
    closest = np.flatnonzero(rows["cpa_m"] == np.minimum.reduceat(rows["cpa_m"], first)[run])
    closest = closest[np.lexsort((rows["time_us"][closest], run[closest]))]
    return closest[np.flatnonzero(np.diff(run[closest], prepend=-1))]


def named(rows: Mapping[str, Any], names: Sequence[str]) -> tuple[tuple[str, ...], Rows]:
    """Return the names that occur, in their order, and the rows with `a` and `b` (int32) as indices of them."""
    occurs, place = np.zeros(len(names), np.bool_), np.zeros(len(names), np.int32)
    occurs[rows["a"]] = occurs[rows["b"]] = True
    used = np.flatnonzero(occurs)
    place[used] = np.arange(len(used))
    both = {side: place[rows[side]] for side in ("a", "b")}
    return tuple(map(names.__getitem__, used.tolist())), {**rows, **both}


def together(parts: Sequence[Part], columns: Sequence[str]) -> tuple[tuple[str, ...], Rows, dict[str, int]]:
    """Return the names of all parts in order, their rows in that numbering, and what was left out in all."""
    if not parts:
        raise NotAllowed("no parts were given to be chained")
    names = tuple(sorted({name for part in parts for name in part.names}))
    number = {name: index for index, name in enumerate(names)}
    tables = [np.array([number[name] for name in part.names], np.int32) for part in parts]
    rows = {name: np.concatenate([getattr(part, name) for part in parts]) for name in columns}
    for side in ("a", "b"):
        rows[side] = np.concatenate([table[getattr(part, side)] for table, part in zip(tables, parts, strict=True)])
    left_out: dict[str, int] = {}
    for part in parts:
        for cause, count in part.left_out.items():
            left_out[cause] = left_out.get(cause, 0) + count
    return names, rows, left_out
