"""The closest approach of two craft along great circles of a sphere, however far apart and however far ahead.

`kernels` compares in a plane on the ellipsoid, as a watch needs it: near and soon. This is for the rest: passages
of hours, and comparison with others' figures, which are given for a sphere. It is slower by far, and on the real
Earth as wrong as a sphere is: up to half a percent of a distance.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from searoom.tracks.fixes import Floats

MEAN_RADIUS_M = 6_371_008.7714  # of WGS84: the mean of its three axes (IUGG, Moritz 2000)
SAMPLES = 4_096  # moments at which it is asked whether the two still near each other
BISECTIONS = 60
ALIKE_MPS = 1e-9  # against each other: what is left of equal speeds after rounding is no approach


class Passage(NamedTuple):
    """When two craft are next nearest, how far apart, and where; nan where that is not ahead. Columns of shape (n,)."""

    after_s: Floats
    distance_m: Floats
    lat1_deg: Floats
    lon1_deg: Floats
    lat2_deg: Floats
    lon2_deg: Floats


def closest(
    lat1_deg: Floats, lon1_deg: Floats, speed1_mps: Floats, course1_deg: Floats,
    lat2_deg: Floats, lon2_deg: Floats, speed2_mps: Floats, course2_deg: Floats,
    *, horizon_s: float, radius_m: float = MEAN_RADIUS_M,
) -> Passage:  # fmt: skip
    """Return the first instant from now to the horizon at which two craft cease to near each other."""
    one = _Circle.of(lat1_deg, lon1_deg, speed1_mps / radius_m, course1_deg)
    other = _Circle.of(lat2_deg, lon2_deg, speed2_mps / radius_m, course2_deg)
    moments = np.linspace(0.0, horizon_s, SAMPLES)
    rates = np.stack([_rate(one, other, np.full(len(lat1_deg), moment)) for moment in moments], axis=-1)
    opens = rates * radius_m >= -ALIKE_MPS
    first = np.argmax(opens, axis=-1)
    begins = opens[:, 0] & (_chord(one, other, np.zeros(len(lat1_deg))) * radius_m > ALIKE_MPS)  # never nearer than now
    ahead = opens.any(axis=-1) & ~begins
    low, high = moments[np.maximum(first - 1, 0)], moments[first]
    for _ in range(BISECTIONS):
        middle = (low + high) / 2.0
        opening = _rate(one, other, middle) >= 0.0
        low, high = np.where(opening, low, middle), np.where(opening, middle, high)
    after = np.where(ahead, (low + high) / 2.0, np.nan)
    apart = 2.0 * radius_m * np.arcsin(np.minimum(_chord(one, other, after) / 2.0, 1.0))
    return Passage(after, apart, *_degrees(one.place(after)), *_degrees(other.place(after)))


class _Circle(NamedTuple):
    """n great circles: where each craft is now and where it heads, unit vectors of shape (n, 3); radians a second."""

    here: npt.NDArray[np.float64]
    ahead: npt.NDArray[np.float64]
    rate: Floats

    @classmethod
    def of(cls, lat_deg: Floats, lon_deg: Floats, rate: Floats, course_deg: Floats) -> "_Circle":
        lat, lon, course = np.radians(lat_deg), np.radians(lon_deg), np.radians(course_deg)
        here = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
        east = np.stack([-np.sin(lon), np.cos(lon), np.zeros_like(lon)], axis=-1)
        north = np.cross(here, east)
        return cls(here, np.sin(course)[:, None] * east + np.cos(course)[:, None] * north, rate)

    def place(self, after_s: Floats) -> npt.NDArray[np.float64]:
        angle = (self.rate * after_s)[:, None]
        return np.cos(angle) * self.here + np.sin(angle) * self.ahead

    def velocity(self, after_s: Floats) -> npt.NDArray[np.float64]:
        angle = (self.rate * after_s)[:, None]
        return self.rate[:, None] * (np.cos(angle) * self.ahead - np.sin(angle) * self.here)


def _chord(one: _Circle, other: _Circle, after_s: Floats) -> Floats:
    return np.asarray(np.linalg.norm(one.place(after_s) - other.place(after_s), axis=-1))


def _rate(one: _Circle, other: _Circle, after_s: Floats) -> Floats:
    """Return how fast the chord between the two grows; 0 where they are at one place."""
    apart = one.place(after_s) - other.place(after_s)
    drift = one.velocity(after_s) - other.velocity(after_s)
    length = np.linalg.norm(apart, axis=-1)
    return np.asarray((apart * drift).sum(axis=-1) / np.maximum(length, np.finfo(np.float64).tiny))


def _degrees(place: npt.NDArray[np.float64]) -> tuple[Floats, Floats]:
    x, y, z = place[:, 0], place[:, 1], place[:, 2]
    return np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))
