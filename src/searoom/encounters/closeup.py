"""The craft that matter now, one by one: where each is, and how near two of them are and will come at this moment.

The detector tells changes; who looks at a list wants the figures of now. Held are the newest fixes of few craft: our
own unit, those in an open encounter, those in company, and those of the registry.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from searoom.encounters import kernels
from searoom.encounters.craft import flies
from searoom.encounters.settings import Settings
from searoom.tracks.fixes import Fixes, Floats
from searoom.units import MICROSECONDS


@dataclass(frozen=True, slots=True)
class Place:
    """Where a craft is now, reckoned from its newest fix; metres, seconds, degrees; the error holds in 19 of 20 cases.

    Speed and course are 0 where they are not known or the craft lies still. `source` and `age_s` are of that fix.
    """

    lat_deg: float
    lon_deg: float
    speed_mps: float
    course_deg: float
    error_m: float
    velocity_error_mps: float
    source: str
    age_s: float


@dataclass(frozen=True, slots=True)
class Figures:
    """How two craft lie to each other now, as in `Alert`; `tcpa_s` is negative where the closest approach is past."""

    a: Place
    b: Place
    range_m: float
    range_error_m: float
    bearing_deg: float | None
    cpa_m: float
    cpa_error_m: float
    tcpa_s: float


class _Fix(NamedTuple):
    """The newest fix of one craft, taken out of its columns."""

    time_us: int
    lat_deg: float
    lon_deg: float
    speed_mps: float
    course_deg: float
    sigma_m: float
    turn_dps: float
    flying: bool
    source: str


class Closeup:
    """The newest fixes of the craft that matter."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._newest: dict[str, _Fix] = {}

    def take(self, fixes: Fixes, wanted: Callable[[str], bool]) -> None:
        """Keep the newest fix of each craft that is wanted; let go of those that are not."""
        chosen = {index for index, name in enumerate(fixes.names) if wanted(name)}
        self._newest = {name: fix for name, fix in self._newest.items() if wanted(name)}
        last = {craft: row for row, craft in enumerate(fixes.craft.tolist()) if craft in chosen}
        for craft, row in last.items():
            name, fix = fixes.names[craft], self._fix(fixes, row, fixes.names[craft])
            if name not in self._newest or fix.time_us >= self._newest[name].time_us:
                self._newest[name] = fix

    def _fix(self, fixes: Fixes, row: int, name: str) -> _Fix:
        source = fixes.sources[int(fixes.source[row])]
        air = flies(name, source) or math.isfinite(float(fixes.alt_m[row])) or name in self._settings.aircraft
        return _Fix(
            int(fixes.time_us[row]), float(fixes.lat_deg[row]), float(fixes.lon_deg[row]),
            float(fixes.speed_mps[row]), float(fixes.course_deg[row]), float(fixes.sigma_m[row]),
            float(fixes.turn_dps[row]), air, source,
        )  # fmt: skip

    def place(self, name: str, now_us: int) -> Place | None:
        """Return where a craft is now; None where it has no fix that is young enough."""
        fix, settings = self._newest.get(name), self._settings
        if fix is None:
            return None
        age = np.array([(now_us - fix.time_us) / MICROSECONDS])
        if age[0] > (settings.air_max_age_s if fix.flying else settings.max_age_s):
            return None
        lat, lon, told, course, sigma, turn = (np.array([value]) for value in fix[1:7])
        speed, course, moving = kernels.known_velocity(told, course, settings.speed_floor_mps)
        drift = kernels.velocity_sigma(
            told, moving, np.abs(np.nan_to_num(turn)) * settings.turn_for_s,
            speed_error_mps=settings.speed_error_mps, course_error_deg=settings.course_error_deg,
            unknown_speed_mps=settings.unknown_speed_mps,
        )  # fmt: skip
        manoeuvre = settings.air_manoeuvre_mps2 if fix.flying else settings.manoeuvre_mps2
        error = settings.sigmas * kernels.place_sigma(sigma, drift, age, manoeuvre)
        lat, lon, course = kernels.dead_reckon(lat, lon, speed, course, age)
        return Place(
            float(lat[0]), float(lon[0]), float(speed[0]), float(course[0]), float(error[0]),
            settings.sigmas * float(drift[0]), fix.source, float(age[0]),
        )  # fmt: skip

    def figures(self, a: str, b: str, now_us: int) -> Figures | None:
        """Return how two craft lie to each other now; None where one of them has no fix that is young enough."""
        one, other = self.place(a, now_us), self.place(b, now_us)
        if one is None or other is None:
            return None
        met = kernels.closest_approach(*_columns(one), *_columns(other))
        place = math.hypot(one.error_m, other.error_m)
        drift = math.hypot(one.velocity_error_mps, other.velocity_error_mps)
        tcpa, bearing = float(met.tcpa_s[0]), float(met.bearing_deg[0])
        return Figures(
            one, other, float(met.range_m[0]), place, None if math.isnan(bearing) else bearing, float(met.cpa_m[0]),
            math.hypot(place, drift * tcpa), tcpa,
        )  # fmt: skip


def middle(one: Place, other: Place, after_s: float) -> tuple[float, float]:
    """Return latitude and longitude halfway between two craft after so many seconds, if both hold their courses."""
    here, there = (
        kernels.dead_reckon(*_columns(place), np.array([max(after_s, 0.0)]))[:2] for place in (one, other)
    )  # fmt: skip
    gone, course = kernels.travelled(*here, *there)
    back = kernels.dead_reckon(*there, gone, (course + 180.0) % 360.0, np.array([0.5]))
    return float(back[0][0]), float(back[1][0])


def _columns(place: Place) -> tuple[Floats, Floats, Floats, Floats]:
    lat, lon, speed, course = (
        np.array([value]) for value in (place.lat_deg, place.lon_deg, place.speed_mps, place.course_deg)
    )
    return lat, lon, speed, course
