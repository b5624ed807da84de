"""Made worlds for the search of near pairs: where they are hard, and what is known of them is their seed."""

import numpy as np

from searoom.encounters import kernels
from searoom.encounters.kernels import Heights
from searoom.tracks.fixes import Fixes

WORLDS = ("open sea", "ports", "date line", "north pole", "south pole", "heap")


def _places(name, count, chance):
    match name:
        case "open sea":
            return chance.uniform(30.0, 30.8, count), chance.uniform(125.0, 126.0, count)
        case "ports":
            at = chance.integers(0, 6, count)
            return 31.0 + at + chance.normal(0.0, 0.04, count), 122.0 + at + chance.normal(0.0, 0.05, count)
        case "date line":
            return chance.uniform(-17.0, -16.3, count), (chance.uniform(179.6, 180.4, count) + 180.0) % 360.0 - 180.0
        case "north pole":
            return chance.uniform(89.6, 90.0, count), chance.uniform(-180.0, 180.0, count)
        case "south pole":
            return chance.uniform(-90.0, -89.6, count), chance.uniform(-180.0, 180.0, count)
        case "heap":
            return 10.0 + chance.normal(0.0, 0.01, count), 60.0 + chance.normal(0.0, 0.01, count)
    raise ValueError(name)


def sea(name, count, seed):
    """Return the motion and the speeds of ships: nearly half are stopped, some lie at one place, some move as one."""
    chance = np.random.default_rng(seed)
    lat, lon = _places(name, count, chance)
    speed = np.where(chance.random(count) < 0.45, 0.0, chance.gamma(4.0, 1.5, count).clip(0.5, 20.0))
    course = chance.uniform(0.0, 360.0, count)
    lat[1:20:2], lon[1:20:2] = lat[0:20:2], lon[0:20:2]
    speed[21:30:2], course[21:30:2] = speed[20:30:2], course[20:30:2]
    return kernels.motion(lat, lon, speed, course), speed


def air(count, seed):
    """Return motion, speeds and heights of aircraft in one sky: most level, some climb, some tell no height."""
    chance = np.random.default_rng(seed)
    lat, lon = chance.uniform(30.0, 33.0, count), chance.uniform(122.0, 126.0, count)
    speed, course = chance.uniform(120.0, 260.0, count), chance.uniform(0.0, 360.0, count)
    alt, climb = (
        chance.uniform(3000.0, 12000.0, count),
        np.where(chance.random(count) < 0.7, 0.0, chance.normal(0, 8, count)),
    )
    alt[::9], climb[::13] = np.nan, np.nan
    return kernels.motion(lat, lon, speed, course), speed, Heights(alt, climb, 304.8)


def fixes_from(columns):
    """Return fixes from columns (craft, time_us, lat, lon) in time order; the craft are called n00, n01 and so on."""
    craft, time_us, lat, lon = columns
    nothing = np.full(len(craft), np.nan)
    return Fixes(
        names=tuple(f"n{number:02d}" for number in range(int(craft.max()) + 1)), craft=craft, time_us=time_us,
        lat_deg=lat, lon_deg=lon, speed_mps=nothing, course_deg=nothing, sigma_m=np.full(len(craft), 10.0),
        source=np.zeros(len(craft), np.int8), sources=("made",),
    )  # fmt: skip
