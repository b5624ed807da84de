"""The same encounter elsewhere, another day, by other names, seen in a mirror: a detector must not know it.

Each change is exact on the ellipsoid, so every range and time stays as it was: longitudes are mirrored
and shifted, the hemisphere may be changed, the day is shifted by whole days. Latitude stays as large as
it was, since only on its own circle of latitude does the Earth have the same shape.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from searoom.tracks.fixes import FIRST_TIME_US, LAST_TIME_US, Fixes
from searoom.units import MICROSECONDS

DAY_US = 86_400 * MICROSECONDS
MAX_SHIFT_DAYS = 5_000
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Disguised:
    """Fixes in disguise; `names` leads from each true name to the new one, `shift_us` was added to every time."""

    fixes: Fixes
    names: Mapping[str, str]
    shift_us: int


def disguise(fixes: Fixes, seed: int) -> Disguised:
    """Return the fixes renamed, on another day and coast, mirrored east-west; equal seeds give equal disguises."""
    chance = hashlib.sha256(b"searoom/disguise\0" + str(seed).encode()).digest()
    names = _names(fixes.names, chance[:8])
    shift_us = _shift_us(fixes, int.from_bytes(chance[8:12], "big"))
    turn_deg = int.from_bytes(chance[12:16], "big") % 360_000 / 1000.0
    lon = (turn_deg - fixes.lon_deg + 180.0) % 360.0 - 180.0
    lat, course = fixes.lat_deg, (360.0 - fixes.course_deg) % 360.0
    if chance[16] & 1:
        lat, course = -lat, (180.0 - course) % 360.0
    changed = Fixes(
        names=tuple(names[name] for name in fixes.names), craft=fixes.craft, time_us=fixes.time_us + shift_us,
        lat_deg=lat, lon_deg=lon, speed_mps=fixes.speed_mps, course_deg=np.where(course >= 360.0, 0.0, course),
        sigma_m=fixes.sigma_m, source=fixes.source, sources=fixes.sources,
    )  # fmt: skip
    return Disguised(changed, names, shift_us)


def _names(names: tuple[str, ...], chance: bytes) -> dict[str, str]:
    """Return a new call sign for each craft: two letters that the seed chose, and a number."""
    letters = _LETTERS[chance[0] % len(_LETTERS)] + _LETTERS[chance[1] % len(_LETTERS)]
    first = int.from_bytes(chance[2:4], "big") % 1000
    return {name: f"{letters}-{first + place:04d}" for place, name in enumerate(names)}


def _shift_us(fixes: Fixes, chance: int) -> int:
    """Return whole days to shift by, never none, and never out of the years that fixes may have."""
    days = chance % MAX_SHIFT_DAYS + 1
    if not len(fixes):
        return days * DAY_US
    room_back = (int(fixes.time_us[0]) - FIRST_TIME_US) // DAY_US
    room_on = (LAST_TIME_US - 1 - int(fixes.time_us[-1])) // DAY_US
    backwards = bool(chance >> 31) if room_back and room_on else room_back > 0
    return (-min(days, room_back) if backwards else min(days, room_on)) * DAY_US
