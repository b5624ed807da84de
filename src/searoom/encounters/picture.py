"""The newest fix of each craft, and where all of them are at one instant.

Late, repeated and future fixes, and jumps that no ship can make, are passed over and counted; a second
fix that confirms a jump is believed, so a receiver that was wrong before can be right again. What has once
told a height, or is named as an aircraft is, flies: it ages sooner and may be faster than a ship. A height
that the newest fix does not tell is reckoned on from the last that did.

Where it is told how many craft it may hold, those not heard for longest give up their slots, strangers first; where
none is old enough, a new stranger is not taken in. Both are counted.
"""

import copy
from dataclasses import replace
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from searoom.encounters import kernels
from searoom.encounters.craft import flies
from searoom.encounters.settings import Settings
from searoom.tracks.fixes import Fixes, Flags, Floats, Indices, Times
from searoom.units import MICROSECONDS

_FIRST_ROOM = 256
_SLOTS_AT_ONCE = 32_768
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
    still: Flags  # a stranger that says that it is slower than the speed floor: anchored, moored, drifting
    flying: Flags  # it is an aircraft
    grounded: Flags  # and stands or rolls on the ground
    watched: Flags
    alt_m: Floats  # of a ship: 0
    climb_mps: Floats
    alt_sigma_m: Floats

    def chosen(self, which: Flags) -> tuple[Indices, kernels.Motion, kernels.Heights]:
        """Return the places of some craft in these columns, and their motions and heights; of all without a copy."""
        rows = np.flatnonzero(which)
        if len(rows) == len(which):
            return rows, self.motion, kernels.Heights(self.alt_m, self.climb_mps, np.inf)
        motion = kernels.Motion(*(column[rows] for column in self.motion))
        return rows, motion, kernels.Heights(self.alt_m[rows], self.climb_mps[rows], np.inf)


class Picture:
    """What is known of every craft that was seen; a craft keeps its slot for good, or for as long as there is room."""

    def __init__(self, settings: Settings, most: int | None = None) -> None:
        self._settings = settings
        self._most = most
        self._slots: dict[str, int] = {}
        self._free: list[int] = []
        self._full_until_us = _NEVER
        self.seen = 0  # craft, ever
        self.names: list[str] = []  # by slot; empty where it is free
        self.passed_over: dict[str, int] = {}
        self._time_us: Times = np.full(_FIRST_ROOM, _NEVER, dtype=np.int64)
        self._mark_us: Times = np.full(_FIRST_ROOM, _NEVER, dtype=np.int64)  # the fix that speed is derived from
        self._alt_us: Times = np.full(_FIRST_ROOM, _NEVER, dtype=np.int64)  # the fix that told the height
        self._strikes: Indices = np.zeros(_FIRST_ROOM, dtype=np.intp)
        self._derived: Flags = np.zeros(_FIRST_ROOM, dtype=np.bool_)
        self._flags: Flags = np.zeros((_FLAGS, _FIRST_ROOM), dtype=np.bool_)
        self._columns: Floats = np.full((_COLUMNS, _FIRST_ROOM), np.nan)

    def frozen(self) -> Self:
        """Return a copy that stands still while this picture goes on; it is only to be looked at."""
        still = copy.copy(self)
        still.names = self.names.copy()
        known = len(self.names)
        copies = {
            name: getattr(self, name)[..., :known].copy() for name in ("_time_us", "_alt_us", "_derived", "_flags")
        }
        copies["_columns"] = np.empty((_COLUMNS, known))
        for column in (*range(_DERIVED), *range(_ALT, _COLUMNS)):  # what an instant is made of
            copies["_columns"][column] = self._columns[column, :known]
        for name, value in copies.items():
            setattr(still, name, value)
        return still

    def let_go(self) -> None:
        """Forget where all craft are, but not their names: a copy that was looked at needs no room any more."""
        for name in ("_time_us", "_alt_us", "_derived", "_flags", "_columns"):
            setattr(self, name, getattr(self, name)[..., :0].copy())

    def update(self, fixes: Fixes, now_us: int) -> Indices:
        """Take what was received since the last update, of each craft the newest fix; return the slots that moved."""
        timely = fixes.time_us <= now_us + round(self._settings.max_ahead_s * MICROSECONDS)
        self._count("later than now", ~timely)
        rows = np.flatnonzero(timely)[::-1]
        craft, newest = np.unique(fixes.craft[rows], return_index=True)
        rows = rows[newest]
        slots = np.array([self._slot(fixes.names[index], now_us) for index in craft.tolist()], dtype=np.intp)
        self._count("more craft than can be kept", slots < 0)
        rows, slots = rows[slots >= 0], slots[slots >= 0]
        self._kinds(fixes, rows, slots)
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
        return slots[~unbelieved]

    def slot_of(self, name: str, now_us: int) -> int:
        """Return the slot of a craft, heard or not; -1 where there is no room."""
        return self._slot(name, now_us)

    def known(self, name: str) -> int:
        """Return the slot of a craft that is known; -1 for any other."""
        return self._slots.get(name, -1)

    def watch(self, names: frozenset[str]) -> None:
        """Watch other craft from now on."""
        self._settings = replace(self._settings, watched=names)
        for name, slot in self._slots.items():
            self._is_watched(name, slot)

    def watched(self, slots: Indices) -> Flags:
        """Return which craft are watched."""
        return np.asarray(self._flags[_WATCHED, slots])

    def heard_us(self, slot: int) -> int:
        """Return the time of the newest fix of a craft."""
        return int(self._time_us[slot])

    def at(self, now_us: int, of: Indices | None = None) -> Instant:
        """Return every craft, or those `of` these slots, whose last fix is not too old, reckoned to `now_us`."""
        known = len(self.names)
        if of is not None or known <= _SLOTS_AT_ONCE:
            return self._at(np.arange(known) if of is None else of, now_us)
        columns: list[npt.NDArray[Any]] = []
        done = 0
        for first in range(0, known, _SLOTS_AT_ONCE):  # so that what lies between is as small as a part
            part = self._at(np.arange(first, min(first + _SLOTS_AT_ONCE, known)), now_us)
            found = (part.slot, *part.motion, *part[3:])
            columns = columns or [np.empty((known, *one.shape[1:]), one.dtype) for one in found]
            for column, one in zip(columns, found, strict=True):
                column[done : done + len(one)] = one
            done += len(part.slot)
        slot, *motion = (column[:done] for column in columns[:6])
        row = np.full(known, -1, dtype=np.intp)
        row[slot] = np.arange(done)
        return Instant(slot, row, kernels.Motion(*motion), *(column[:done] for column in columns[6:]))

    def _at(self, slot: Indices, now_us: int) -> Instant:
        known, settings = len(self.names), self._settings
        flying, grounded, watched, ours = self._flags[:, :known]
        age = (now_us - self._time_us[slot]) / MICROSECONDS
        young = age <= np.where(flying[slot], settings.air_max_age_s, settings.max_age_s)
        slot, age = slot[young], age[young]
        row = np.full(known, -1, dtype=np.intp)
        row[slot] = np.arange(len(slot))
        lat, lon, told_speed, told_course, sigma = self._columns[:5, slot]
        speed, course, moving = kernels.known_velocity(told_speed, told_course, settings.speed_floor_mps)
        velocity_sigma = self._velocity_sigma(slot, moving)
        lat, lon, course = kernels.dead_reckon(lat, lon, speed, course, age)
        manoeuvre = np.where(flying[slot], settings.air_manoeuvre_mps2, settings.manoeuvre_mps2)
        return Instant(
            slot, row, kernels.motion(lat, lon, speed, course), speed, course, moving,
            kernels.place_sigma(sigma, velocity_sigma, age, manoeuvre), velocity_sigma, age,
            (told_speed < settings.speed_floor_mps) & ~ours[slot], flying[slot], grounded[slot], watched[slot],
            *self._heights(slot, flying[slot], now_us),
        )  # fmt: skip

    def _heights(self, slot: Indices, flying: Flags, now_us: int) -> tuple[Floats, Floats, Floats]:
        """Return height, climb and one standard deviation of the height; a ship is at the height of the sea."""
        alt, climb = self._columns[_ALT : _ALT + 2, slot]
        told_us = self._alt_us[slot]
        since_s = np.where(np.isfinite(alt), (now_us - np.where(np.isfinite(alt), told_us, now_us)) / MICROSECONDS, 0.0)
        drift = np.where(np.isfinite(climb), _CLIMB_ERROR_MPS, _CLIMB_UNKNOWN_MPS) * np.abs(since_s)
        sigma = np.hypot(self._settings.alt_error_m, drift)
        reckoned = alt + np.nan_to_num(climb) * since_s
        return np.where(flying, reckoned, 0.0), np.where(flying, climb, 0.0), np.where(flying, sigma, 0.0)

    def newest_us(self) -> int | None:
        """Return the time of the newest fix that is held."""
        return int(self._time_us[: len(self.names)].max()) if self.names else None

    def _velocity_sigma(self, slot: Indices, moving: Flags) -> Floats:
        settings, speed, sigma_m = self._settings, self._columns[2, slot], self._columns[4, slot]
        told = kernels.velocity_sigma(
            speed, moving, np.abs(np.nan_to_num(self._columns[_TURN, slot])) * settings.turn_for_s,
            speed_error_mps=settings.speed_error_mps, course_error_deg=settings.course_error_deg,
            unknown_speed_mps=settings.unknown_speed_mps,
        )  # fmt: skip
        between_two_fixes = np.sqrt(2.0) * sigma_m / max(settings.derive_over_s, 1.0)
        return np.where(self._derived[slot], np.hypot(told, between_two_fixes), told)

    def _turn(self, fixes: Fixes, rows: Indices, slots: Indices) -> Floats:
        """Return how fast each craft turns: as it says, or from its last two courses where those lie well apart."""
        seconds = (fixes.time_us[rows] - np.maximum(self._time_us[slots], 0)) / MICROSECONDS
        turned = (fixes.course_deg[rows] - self._columns[3, slots] + 180.0) % 360.0 - 180.0
        with np.errstate(invalid="ignore"):
            fit = (_TURN_SEEN_S[0] <= seconds) & (seconds <= _TURN_SEEN_S[1])
            fit &= np.minimum(fixes.speed_mps[rows], self._columns[2, slots]) >= _TURN_FROM_MPS
        seen = np.where(fit, turned / np.maximum(seconds, 1.0), np.nan)
        return np.where(np.isfinite(fixes.turn_dps[rows]), fixes.turn_dps[rows], seen)

    def _slot(self, name: str, now_us: int) -> int:
        slot = self._slots.get(name)
        if slot is None:
            slot = self._new_slot(name, now_us)
        return slot

    def _new_slot(self, name: str, now_us: int) -> int:
        watched = self._settings.watched
        if self._most is not None and len(self.names) >= self._most and not self._free:
            self._make_room(self._most, now_us)
            if not self._free and (watched is None or name not in watched):
                return -1
        slot = self._free.pop() if self._free else len(self.names)
        if slot == len(self.names):
            self.names.append(name)
            if slot == len(self._time_us):
                self._grow()
        self.names[slot], self._slots[name] = name, slot
        self._is_watched(name, slot)
        self._flags[_FLYING, slot] = flies(name, "") or name in self._settings.aircraft
        self.seen += 1
        return slot

    def _is_watched(self, name: str, slot: int) -> None:
        watched = self._settings.watched
        self._flags[_WATCHED, slot] = watched is None or name in watched
        self._flags[_OURS, slot] = name.startswith("own:") or (watched is not None and name in watched)

    def _make_room(self, most: int, now_us: int) -> None:
        """Forget the craft unheard for longest, a sixteenth of all, strangers first; none that is in use."""
        if now_us < self._full_until_us:
            return
        settings, known = self._settings, len(self.names)
        unheard_s = (now_us - self._time_us[:known]) / MICROSECONDS
        old = np.flatnonzero(unheard_s > 2.0 * max(settings.max_age_s, settings.air_max_age_s))
        order = np.lexsort((-unheard_s[old], self._flags[_WATCHED, old]))
        slots = old[order][: most // 16 + 1]
        if not len(slots):  # to ask again at once would be in vain
            self._full_until_us = now_us + MICROSECONDS
            return
        for slot in slots.tolist():
            del self._slots[self.names[slot]]
            self.names[slot] = ""
        self._free = slots.tolist()
        for column in (self._time_us, self._mark_us, self._alt_us):
            column[slots] = _NEVER
        self._strikes[slots], self._derived[slots] = 0, False
        self._flags[:, slots], self._columns[:, slots] = False, np.nan
        self.passed_over[_FORGOTTEN] = self.passed_over.get(_FORGOTTEN, 0) + len(slots)

    def _kinds(self, fixes: Fixes, rows: Indices, slots: Indices) -> None:
        """Note which craft fly; who was once seen to fly is an aircraft for good."""
        by_source = np.array([flies("", source) for source in fixes.sources], dtype=np.bool_)
        told = np.isfinite(fixes.alt_m[rows]) | fixes.ground[rows] | by_source[fixes.source[rows]]
        self._flags[_FLYING, slots] |= told

    def _grow(self) -> None:
        room = len(self._time_us) // 2  # half as much again: a quarter of the room stands empty on average
        never = np.full(room, _NEVER, dtype=np.int64)
        self._time_us = np.concatenate([self._time_us, never])
        self._mark_us = np.concatenate([self._mark_us, never])
        self._alt_us = np.concatenate([self._alt_us, never])
        self._flags = np.concatenate([self._flags, np.zeros((_FLAGS, room), dtype=np.bool_)], axis=1)
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
        flying = self._flags[_FLYING, slots]
        fastest = np.where(flying, self._settings.air_jump_mps, self._settings.jump_mps)
        return seen & (gone > fastest * seconds + self._settings.jump_slack_m)

    def _take(self, fixes: Fixes, rows: Indices, slots: Indices) -> None:
        lat, lon, time_us = fixes.lat_deg[rows], fixes.lon_deg[rows], fixes.time_us[rows]
        self._derive(lat, lon, time_us, slots)
        speed, course = fixes.speed_mps[rows], fixes.course_deg[rows]
        with np.errstate(invalid="ignore"):
            silent = np.isnan(speed) | ((speed >= self._settings.speed_floor_mps) & np.isnan(course))
        own_speed, own_course = self._columns[_DERIVED, slots], self._columns[_DERIVED + 1, slots]
        derived = silent & np.isfinite(own_speed)
        self._derived[slots] = derived
        self._columns[_TURN, slots] = self._turn(fixes, rows, slots)
        self._time_us[slots] = time_us
        self._columns[0, slots], self._columns[1, slots] = lat, lon
        self._columns[2, slots] = np.where(derived, own_speed, speed)
        self._columns[3, slots] = np.where(derived, own_course, course)
        self._columns[4, slots] = fixes.sigma_m[rows]
        self._flags[_GROUNDED, slots] = fixes.ground[rows]
        tells = np.isfinite(fixes.alt_m[rows])
        high, told = slots[tells], rows[tells]
        self._columns[_ALT, high], self._columns[_ALT + 1, high] = fixes.alt_m[told], fixes.climb_mps[told]
        self._alt_us[high] = fixes.time_us[told]

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


# Latitude, longitude, speed, course, sigma; derived speed, course; the mark's latitude, longitude; height, climb; turn.
_COLUMNS = 12
_DERIVED = 5
_MARK = 7
_ALT = 9
_TURN = 11
_TURN_SEEN_S = (30.0, 100.0)  # nearer fixes: noise of the course; further apart: another turn
_TURN_FROM_MPS = 2.0
_FORGOTTEN = "not heard for long, and forgotten to make room"
_FLAGS = 4
_FLYING, _GROUNDED, _WATCHED, _OURS = range(_FLAGS)
_CLIMB_ERROR_MPS = 1.0  # 200 ft/min, the step of most reports being 64
_CLIMB_UNKNOWN_MPS = 8.0  # what an aircraft that tells no climb may be doing
