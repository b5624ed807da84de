"""Which legs of raw tracks come near each other, by NumPy alone: the judge of the compiled search, and its stand-in."""

from typing import Any

import numpy as np

from searoom.encounters.approaches_cells import Boxes, sharing
from searoom.encounters.approaches_legs import US, Legs, Near, compare, legs
from searoom.tracks.fixes import Fixes, Floats, Indices, Times

BIN_US = 300 * US  # a leg is looked at in each bin of time that it reaches into, where it is then
EARTH_M = 6_335_439.0  # smallest radius of curvature of WGS84
MARGIN_M = 1.0


def near(
    fixes: Fixes, *, radius_m: float, max_gap_s: float, after_us: int, until_us: int, still_mps: float
) -> tuple[Legs, Near, dict[str, int]]:  # fmt: skip
    """Return the legs, the pairs of them, of different craft, that come within the radius, and what was left out.

    No pair comes twice. Their common time begins in (after, until]; of two that make less than `still_mps` nothing
    is said.
    """
    drawn, left_out = legs(fixes, max_gap_s=max_gap_s, after_us=after_us, until_us=until_us)
    return drawn, _near(drawn, radius_m, after_us, until_us, still_mps), left_out


def _near(drawn: Legs, radius_m: float, after_us: int, until_us: int, still_mps: float) -> Near:
    still = drawn.speed() < still_mps
    found = []
    boxes, leg = _boxes(drawn, radius_m)
    cell = max(2.0 * radius_m, 2.0 * _usual((boxes.high - boxes.low).max(axis=1)))
    for one, other in sharing(boxes, cell):
        a, b = leg[one], leg[other]
        a, b = np.where(drawn.craft[a] < drawn.craft[b], (a, b), (b, a))
        begin = np.maximum(drawn.begin_us[a], drawn.begin_us[b])
        asked = (drawn.craft[a] != drawn.craft[b]) & (begin < np.minimum(drawn.end_us[a], drawn.end_us[b]))
        asked &= (begin > after_us) & (begin <= until_us) & ~(still[a] & still[b])
        keys = np.unique(a[asked] * len(leg) + b[asked])
        found.append(compare(drawn, keys // len(leg), keys % len(leg), radius_m))
    columns: list[Any] = [np.concatenate(column) for column in zip(*found, strict=True)] if found else _nothing()
    _, once = np.unique(columns[0] * max(1, len(leg)) + columns[1], return_index=True)
    return Near(*(column[once] for column in columns))


def _nothing() -> list[Indices | Times | Floats]:
    whole = np.zeros(0, np.int64)
    return [whole, whole, whole, np.zeros(0), whole, whole]


def _usual(lengths: Floats) -> float:
    return float(np.median(lengths)) if len(lengths) else 0.0


def _boxes(drawn: Legs, radius_m: float) -> tuple[Boxes, Indices]:
    """Return a box round each leg in each bin of time, half the radius wider than the leg; and whose it is."""
    first = drawn.begin_us // BIN_US
    counts = (drawn.end_us - 1) // BIN_US - first + 1
    leg = np.repeat(np.arange(len(counts)), counts)
    bin_ = first[leg] + np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    here = drawn.at(leg, np.maximum(drawn.begin_us[leg], bin_ * BIN_US))
    there = drawn.at(leg, np.minimum(drawn.end_us[leg], (bin_ + 1) * BIN_US))
    longest = float(np.linalg.norm(drawn.step_m, axis=1).max(initial=0.0))
    grow = (radius_m + longest**2 / (8.0 * EARTH_M)) / 2.0 + MARGIN_M  # a straight leg lies under the round Earth
    return Boxes(bin_, np.minimum(here, there) - grow, np.maximum(here, there) + grow), leg
