"""The nearest range that our own sensors measured in a period; nothing is reckoned between two measurements."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from searoom.encounters import kernels
from searoom.encounters.closeup import Place
from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.tracks.fixes import Fixes, no_fixes
from searoom.units import METRES_PER_NAUTICAL_MILE, MICROSECONDS

SIGMAS: Final = 2.0
TOGETHER_US: Final = 2 * MICROSECONDS  # a receiver tells our place each second: so far apart two lines are one instant
NEAR_M: Final = 6.0 * METRES_PER_NAUTICAL_MILE
MOST: Final = 500_000  # fixes kept of feeds: 50 MB, a watch of forty craft near us


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest range that our own sensors measured in a period: whole millimetres, and who saw whom when."""

    by: str
    other: str
    source: str
    at_us: int
    value_mm: int
    error_mm: int


class Kept:
    """What feeds told of our own unit and of who came near it; the oldest goes first where that is too much."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._parts: list[Fixes] = []
        self._rows = 0

    def take(self, fixes: Fixes, ours: Place | None) -> None:
        """Keep the fixes of our unit, and those within six miles of where it is."""
        if ours is None or not len(fixes):
            return
        here = np.full(len(fixes), ours.lat_deg), np.full(len(fixes), ours.lon_deg)
        apart, _ = kernels.travelled(*here, fixes.lat_deg, fixes.lon_deg)
        near = fixes.take(apart <= NEAR_M)
        if len(near):
            self._parts.append(no_fixes().concat(_named(near)))
            self._rows += len(near)
        while self._rows > MOST:
            self._rows -= len(self._parts.pop(0))

    @property
    def fixes(self) -> Fixes:
        """All that is kept, in order of time."""
        if len(self._parts) > 1:
            self._parts = [no_fixes().concat(*self._parts)]
        return self._parts[0] if self._parts else no_fixes()


def nearest(seen: Fixes, unit: str) -> Nearest:
    """Return the nearest range between our unit and another in these fixes; NotAllowed where none was measured."""
    best: Nearest | None = None
    for name in {seen.names[int(craft)] for craft in seen.craft} - {unit}:
        found = _nearest(seen.of(unit), seen.of(name), unit, name)
        if found is not None and (best is None or found.value_mm < best.value_mm):
            best = found
    if best is None:
        raise NotAllowed(Sentence("node.no_range"))
    return best


def _nearest(own: Fixes, other: Fixes, unit: str, name: str) -> Nearest | None:
    before = np.searchsorted(own.time_us, other.time_us, side="right") - 1
    gap_us = other.time_us - own.time_us[np.maximum(before, 0)] if len(own) else np.zeros(0, np.int64)
    together = np.flatnonzero((before >= 0) & (gap_us <= TOGETHER_US)) if len(own) else np.zeros(0, np.intp)
    if not len(together):
        return None
    still = np.zeros(len(together))
    a, b = own.take(before[together]), other.take(together)
    ranges = kernels.closest_approach(a.lat_deg, a.lon_deg, still, still, b.lat_deg, b.lon_deg, still, still).range_m
    row = int(np.argmin(ranges))
    # A radar measures from its own ship: the error of the range is that of the radar, not of the ship's place; and
    # what our ship has moved since it last told its place.
    moved = float(np.nan_to_num(a.speed_mps[row])) * float(gap_us[together[row]]) / MICROSECONDS
    error_m = SIGMAS * float(b.sigma_m[row]) + moved
    return Nearest(
        unit,
        name,
        b.sources[int(b.source[row])],
        int(b.time_us[row]),
        round(float(ranges[row]) * 1000),
        round(error_m * 1000),
    )


def _named(fixes: Fixes) -> Fixes:
    """Return the same fixes with a table of the names that they use: a planet's names are not kept with each part."""
    used = np.unique(fixes.craft)
    names = tuple(fixes.names[index] for index in used.tolist())
    return replace(fixes, names=names, craft=np.searchsorted(used, fixes.craft).astype(np.int32))
