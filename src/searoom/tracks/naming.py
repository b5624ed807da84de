"""Fixes called by the unit that they are of: a craft seen by several sensors is one track, as long as they agree.

An MMSI, an address and the bridge's own receiver each name a craft; the registry says which of them are one unit. Where
one of them puts the unit further off than any ship goes in the time, it keeps its own name: somebody else's number
never moves the track of a unit. What a person says of a radar track is no name in this sense: it holds for a time and
can be taken back, so it stands beside the track and leaves it as it is.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from searoom.tracks.fixes import Fixes
from searoom.tracks.registry import NOBODY, Registry
from searoom.units import MICROSECONDS

APART_M = 1_000.0  # old fixes, coarse positions, two antennas of one ship
FASTEST_MPS = 60.0  # any ship; aircraft have one address each and nothing to be joined
FORGOTTEN_US = 360 * MICROSECONDS  # as long as the detector reckons on: then whoever comes first leads again
APART = "not where its unit is: kept apart under its own name"

_RADIUS_M = 6_371_000.0
Place = tuple[int, float, float]  # time, latitude, longitude


class Naming:
    """Gives fixes the names of units, batch by batch; `counts` says what was kept apart."""

    def __init__(self, registry: Registry = NOBODY) -> None:
        self._registry = registry
        self.counts: Counter[str] = Counter()
        self.seen: dict[str, dict[str, int]] = {}  # by unit: the newest time of each track, with what saw it
        self._last: dict[str, Place] = {}

    def named(self, fixes: Fixes) -> Fixes:
        """Return the same rows with units' names where the registry has one for the number."""
        units = [self._registry.numbered(name) for name in fixes.names]
        if not any(units):
            return fixes
        names = dict(zip(fixes.names, range(len(fixes.names)), strict=True))
        craft = fixes.craft.copy()
        for row in np.flatnonzero(np.array([unit is not None for unit in units])[fixes.craft]).tolist():
            track, unit = fixes.names[int(fixes.craft[row])], units[int(fixes.craft[row])]
            if unit is not None and self._agrees(unit, fixes, row):
                craft[row] = names.setdefault(unit, len(names))
                source = fixes.sources[int(fixes.source[row])]
                self.seen.setdefault(unit, {})[f"{source} {track}"] = int(fixes.time_us[row])
        return replace(fixes, names=tuple(names), craft=craft)

    def _agrees(self, unit: str, fixes: Fixes, row: int) -> bool:
        """Return whether a fix can be of the unit that was seen last where it was; remember it if so."""
        time_us, lat, lon = int(fixes.time_us[row]), float(fixes.lat_deg[row]), float(fixes.lon_deg[row])
        last = self._last.get(unit)
        if last is not None and abs(time_us - last[0]) < FORGOTTEN_US and not math.isfinite(float(fixes.alt_m[row])):
            seconds = abs(time_us - last[0]) / MICROSECONDS
            if _apart_m(last[1], last[2], lat, lon) > APART_M + FASTEST_MPS * seconds:
                self.counts[APART] += 1
                return False
        if last is None or time_us >= last[0]:
            self._last[unit] = (time_us, lat, lon)
        return True


def sources_of(seen: Mapping[str, int], now_us: int) -> tuple[tuple[str, float], ...]:
    """Return what saw a unit, each with its age in seconds, the newest first."""
    return tuple(sorted(((what, (now_us - at) / MICROSECONDS) for what, at in seen.items()), key=lambda one: one[1]))


def _apart_m(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return a distance on the sphere, within half a percent: good enough to tell two ships apart."""
    half = (math.radians(other_lat - lat) / 2.0, math.radians(other_lon - lon) / 2.0)
    across = math.cos(math.radians(lat)) * math.cos(math.radians(other_lat)) * math.sin(half[1]) ** 2
    return 2.0 * _RADIUS_M * math.asin(min(1.0, math.sqrt(math.sin(half[0]) ** 2 + across)))
