"""The newest fix of each craft, and where all of them are at one instant.

Late, repeated and future fixes, and jumps that no ship can make, are passed over and counted; a second
fix that confirms a jump is believed, so a receiver that was wrong before can be right again.
"""

from typing import NamedTuple

import numpy as np

from searoom.encounters import kernels
from searoom.encounters.settings import Settings
from searoom.tracks.fixes import Fixes, Flags, Floats, Indices, Times
from searoom.units import MICROSECONDS

_FIRST_ROOM = 256
_NEVER = np.iinfo(np.int64).min // 4


class Instant(NamedTuple):
    """All craft with a fix that is young enough, reckoned to one instant; columns of shape (n,).

    `row` maps a craft's slot in the picture to its place in these columns, -1 where it has none.
    """

    slot: Indices
    row: Indices
    motion: kernels.Motion
    speed_mps: Floats
    course_deg: Floats
    moving: Flags
    place_sigma_m: Floats
    velocity_sigma_mps: Floats
    age_s: Floats


class Picture:
    """What is known of every craft that was ever seen; a craft keeps its slot for good."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._slots: dict[str, int] = {}
        self.names: list[str] = []
        self.passed_over: dict[str, int] = {}
        self._time_us: Times = np.full(_FIRST_ROOM, _NEVER, dtype=np.int64)
        self._mark_us: Times = np.full(_FIRST_ROOM, _NEVER, dtype=np.int64)  # the fix that speed is derived from
        self._strikes: Indices = np.zeros(_FIRST_ROOM, dtype=np.intp)
        self._derived: Flags = np.zeros(_FIRST_ROOM, dtype=np.bool_)
        self._columns: Floats = np.full((_COLUMNS, _FIRST_ROOM), np.nan)

    def update(self, fixes: Fixes, now_us: int) -> None:
        """Take what was received since the last update; only the newest fix of each craft counts."""
        timely = fixes.time_us <= now_us + round(self._settings.max_ahead_s * MICROSECONDS)
        self._count("later than now", ~timely)
        rows = np.flatnonzero(timely)[::-1]
        craft, newest = np.unique(fixes.craft[rows], return_index=True)
        rows = rows[newest]
        slots = np.array([self._slot(fixes.names[index]) for index in craft], dtype=np.intp)
        late = fixes.time_us[rows] <= self._time_us[slots]
        self._count("not newer than what is known", late)
        rows, slots = rows[~late], slots[~late]
        jumps = self._jumps(fixes, rows, slots)
        self._strikes[slots] = np.where(jumps, self._strikes[slots] + 1, 0)
        unbelieved = jumps & (self._strikes[slots] < 2)
        self._count("jump that no ship makes", unbelieved)
        self._strikes[slots[jumps & ~unbelieved]] = 0
        self._mark_us[slots[jumps]] = _NEVER  # a speed over a jump would be nonsense
        self._take(fixes, rows[~unbelieved], slots[~unbelieved])

    def at(self, now_us: int) -> Instant:
        """Return every craft whose last fix is not too old, reckoned to `now_us`."""
        known = len(self.names)
        age = (now_us - self._time_us[:known]) / MICROSECONDS
        slot = np.flatnonzero(age <= self._settings.max_age_s)
        row = np.full(known, -1, dtype=np.intp)
        row[slot] = np.arange(len(slot))
        lat, lon, told_speed, told_course, sigma = self._columns[:5, slot]
        speed, course, moving = kernels.known_velocity(told_speed, told_course, self._settings.speed_floor_mps)
        velocity_sigma = self._velocity_sigma(told_speed, moving, sigma, self._derived[slot])
        lat, lon, course = kernels.dead_reckon(lat, lon, speed, course, age[slot])
        place_sigma = kernels.place_sigma(sigma, velocity_sigma, age[slot], self._settings.manoeuvre_mps2)
        motion = kernels.motion(lat, lon, speed, course)
        return Instant(slot, row, motion, speed, course, moving, place_sigma, velocity_sigma, age[slot])

    def newest_us(self) -> int | None:
        """Return the time of the newest fix that is held."""
        return int(self._time_us[: len(self.names)].max()) if self.names else None

    def _velocity_sigma(self, speed: Floats, moving: Flags, sigma_m: Floats, derived: Flags) -> Floats:
        settings = self._settings
        told = kernels.velocity_sigma(
            speed, moving, speed_error_mps=settings.speed_error_mps, course_error_deg=settings.course_error_deg,
            unknown_speed_mps=settings.unknown_speed_mps,
        )  # fmt: skip
        between_two_fixes = np.sqrt(2.0) * sigma_m / max(settings.derive_over_s, 1.0)
        return np.where(derived, np.hypot(told, between_two_fixes), told)

    def _slot(self, name: str) -> int:
        slot = self._slots.setdefault(name, len(self.names))
        if slot == len(self.names):
            self.names.append(name)
            if slot == len(self._time_us):
                self._grow()
        return slot

    def _grow(self) -> None:
        room = len(self._time_us)
        never = np.full(room, _NEVER, dtype=np.int64)
        self._time_us = np.concatenate([self._time_us, never])
        self._mark_us = np.concatenate([self._mark_us, never])
        self._strikes = np.concatenate([self._strikes, np.zeros(room, dtype=np.intp)])
        self._derived = np.concatenate([self._derived, np.zeros(room, dtype=np.bool_)])
        self._columns = np.concatenate([self._columns, np.full((_COLUMNS, room), np.nan)], axis=1)

    def _count(self, cause: str, which: Flags) -> None:
        count = int(which.sum())
        if count:
            self.passed_over[cause] = self.passed_over.get(cause, 0) + count

    def _jumps(self, fixes: Fixes, rows: Indices, slots: Indices) -> Flags:
        """Return which fixes no ship could have reached from where it was; a first fix is never a jump."""
        seen = self._time_us[slots] > _NEVER
        seconds = np.where(seen, (fixes.time_us[rows] - self._time_us[slots]) / MICROSECONDS, 0.0)
        lat, lon = np.where(seen, self._columns[:2, slots], 0.0)
        gone, _ = kernels.travelled(lat, lon, fixes.lat_deg[rows], fixes.lon_deg[rows])
        return seen & (gone > self._settings.jump_mps * seconds + self._settings.jump_slack_m)

    def _take(self, fixes: Fixes, rows: Indices, slots: Indices) -> None:
        lat, lon, time_us = fixes.lat_deg[rows], fixes.lon_deg[rows], fixes.time_us[rows]
        self._derive(lat, lon, time_us, slots)
        speed, course = fixes.speed_mps[rows], fixes.course_deg[rows]
        with np.errstate(invalid="ignore"):
            silent = np.isnan(speed) | ((speed >= self._settings.speed_floor_mps) & np.isnan(course))
        own_speed, own_course = self._columns[_DERIVED, slots], self._columns[_DERIVED + 1, slots]
        derived = silent & np.isfinite(own_speed)
        self._derived[slots] = derived
        self._time_us[slots] = time_us
        self._columns[0, slots], self._columns[1, slots] = lat, lon
        self._columns[2, slots] = np.where(derived, own_speed, speed)
        self._columns[3, slots] = np.where(derived, own_course, course)
        self._columns[4, slots] = fixes.sigma_m[rows]

    def _derive(self, lat: Floats, lon: Floats, time_us: Times, slots: Indices) -> None:
        """Keep for each craft a speed and course between two fixes far enough apart, for those that tell none."""
        seconds = np.minimum(time_us - self._mark_us[slots], np.iinfo(np.int64).max // 4) / MICROSECONDS
        due = seconds >= self._settings.derive_over_s
        usable = due & (seconds <= self._settings.max_age_s)
        slot, old = slots[due], self._columns[_MARK : _MARK + 2, slots[due]]
        from_here = np.where(usable[due], old, 0.0)
        gone, course = kernels.travelled(from_here[0], from_here[1], lat[due], lon[due])
        self._columns[_DERIVED, slot] = np.where(usable[due], gone / np.maximum(seconds[due], 1.0), np.nan)
        self._columns[_DERIVED + 1, slot] = np.where(usable[due], course, np.nan)
        self._columns[_MARK, slot], self._columns[_MARK + 1, slot] = lat[due], lon[due]
        self._mark_us[slot] = time_us[due]


_COLUMNS = 9  # latitude, longitude, speed, course, sigma; derived speed and course; the mark's latitude and longitude
_DERIVED = 5
_MARK = 7
