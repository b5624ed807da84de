"""Where an archive is cut: parts of time with about as many fixes each, whatever stands in which file."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from searoom.archive.pieces import Piece
from searoom.encounters.approaches import MAX, MIN

PART_ROWS = 2_000_000  # fixes of a part: about half a gigabyte of memory while it is looked at
_STEPS = 65_536  # places at which a cut may stand


@dataclass(frozen=True, slots=True)
class Part:
    """One stretch of time (after, until], and the pieces that may hold fixes of it or of `reach_us` round it.

    `owned` are those of `pieces` that begin in it: what cannot be placed in time is counted with them.
    """

    number: int
    after_us: int
    until_us: int
    reach_us: int
    pieces: tuple[Piece, ...]
    owned: tuple[Piece, ...]


def parts_of(pieces: Sequence[Piece], reach_us: int, part_rows: int = PART_ROWS) -> tuple[Part, ...]:
    """Return the parts of an archive, in order of time; none is shorter than `reach_us`, so little is read twice.

    Depends on nothing but what the pieces say of themselves: the same archive is always cut at the same places.
    """
    bounds = [MIN, *_cuts(pieces, reach_us, part_rows), MAX]
    firsts = np.array([piece.first_us for piece in pieces], np.int64)
    lasts = np.array([piece.last_us for piece in pieces], np.int64)
    parts = []
    for number, (after, until) in enumerate(pairwise(bounds)):
        touched = (firsts <= until + reach_us) & (lasts > after - reach_us)
        mine = (firsts > after) & (firsts <= until)
        if number == 0:
            mine |= firsts <= after  # a time that cannot be is refused somewhere, once
        if number == len(bounds) - 2:
            mine |= firsts > until
        own = np.flatnonzero(mine)
        chosen = np.union1d(np.flatnonzero(touched), own)
        read, first = (tuple(pieces[place] for place in places.tolist()) for places in (chosen, own))
        parts.append(Part(number, after, until, reach_us, read, first))
    return tuple(parts)


def read_again(parts: Sequence[Part]) -> float:
    """Return how often each row is unpacked, on average: far above one where files are not in order of time."""
    rows = sum(piece.rows for part in parts for piece in part.owned)
    return sum(piece.rows for part in parts for piece in part.pieces) / rows if rows else 1.0


def _cuts(pieces: Sequence[Piece], reach_us: int, part_rows: int) -> list[int]:
    """Return the times of the cuts: each piece's rows are taken as spread evenly over its time."""
    first = min((max(piece.first_us, MIN + 1) for piece in pieces), default=0)
    last = max((min(piece.last_us, MAX) for piece in pieces), default=0)
    step = max((last - first) // _STEPS, 1)
    grow = np.zeros(_STEPS + 3)
    for piece in pieces:
        begin, end = (min(max((time - first) // step, 0), _STEPS + 1) for time in (piece.first_us, piece.last_us))
        share = piece.rows / (end - begin + 1)
        grow[begin] += share
        grow[end + 1] -= share
    total = np.cumsum(np.cumsum(grow))
    cuts: list[int] = []
    done, before = 0.0, first - 1
    for place in range(_STEPS + 1):
        here = first + (place + 1) * step - 1
        if total[place] - done >= part_rows and here - before >= reach_us and here < last:
            cuts.append(here)
            done, before = float(total[place]), here
    return cuts
