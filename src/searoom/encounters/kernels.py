"""Arrays in, arrays out: where a craft will be, and how near two of them come.

The Earth is the WGS84 ellipsoid. A craft is a point and a velocity in Earth-fixed coordinates; a pair
is compared in the tangent plane at its midpoint, so the date line is no line here and a pole no point.
A craft holds its course and speed along the geodesic it is on.

Stated accuracy, tested against geodesics in tests/encounters/test_kernels.py: pairs up to 60 km apart,
closest approach within 30 min, speeds up to 30 m/s: range and closest distance within 1 m. The error
grows with the cube of the distance (plane against ellipsoid), so beyond 200 km read ranges as rough.

Answers that do not exist are `nan` (a bearing to a craft at the same place), never an exception.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from searoom.tracks.ellipsoid import WGS84_A_M, WGS84_F
from searoom.tracks.fixes import Flags, Floats, Indices

_E2 = WGS84_F * (2.0 - WGS84_F)
SAME_VELOCITY_MPS = 1e-3  # below this two craft do not move against each other
SAME_PLACE_M = 1e-3

Vectors = npt.NDArray[np.float64]  # shape (n, 3), Earth-fixed, metres or metres a second


class Motion(NamedTuple):
    """n craft at one instant: place and velocity, and the axes of their own horizon; each of shape (n, 3)."""

    place_m: Vectors
    velocity_mps: Vectors
    up: Vectors
    east: Vectors
    north: Vectors


class Approach(NamedTuple):
    """The closest approach of n pairs; each column of shape (n,).

    `tcpa_s` is negative where the closest instant has passed, and 0 where the two do not move against
    each other; `cpa_m` is the distance at that instant, past or future. `bearing_deg` is true, from a to b.
    """

    range_m: Floats
    tcpa_s: Floats
    cpa_m: Floats
    bearing_deg: Floats
    relative_mps: Floats


class Met(NamedTuple):
    """The pairs that come near, a < b, none twice, in order; the columns, of shape (n,), as in `Approach`."""

    a: Indices
    b: Indices
    range_m: Floats
    tcpa_s: Floats
    cpa_m: Floats
    relative_mps: Floats

    def take(self, chosen: Flags | Indices | slice) -> "Met":
        """Return the chosen pairs."""
        return Met(
            self.a[chosen], self.b[chosen], self.range_m[chosen], self.tcpa_s[chosen], self.cpa_m[chosen],
            self.relative_mps[chosen],
        )  # fmt: skip


class Heights(NamedTuple):
    """How high n craft are and how fast they climb, `nan` where not known; and which difference counts as near."""

    alt_m: Floats
    climb_mps: Floats
    near_m: float


def motion(lat_deg: Floats, lon_deg: Floats, speed_mps: Floats, course_deg: Floats) -> Motion:
    """Return n craft as Earth-fixed vectors; speed and course must be known (see `known_velocity`)."""
    lat, lon, course = np.radians(lat_deg), np.radians(lon_deg), np.radians(course_deg)
    sin_lat, cos_lat, sin_lon, cos_lon = np.sin(lat), np.cos(lat), np.sin(lon), np.cos(lon)
    up = np.stack([cos_lat * cos_lon, cos_lat * sin_lon, sin_lat], axis=-1)
    east = np.stack([-sin_lon, cos_lon, np.zeros_like(lon)], axis=-1)
    north = np.stack([-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat], axis=-1)
    prime_vertical = WGS84_A_M / np.sqrt(1.0 - _E2 * sin_lat**2)
    place = prime_vertical[..., None] * up
    place[..., 2] -= _E2 * prime_vertical * sin_lat
    velocity = speed_mps[..., None] * (np.sin(course)[..., None] * east + np.cos(course)[..., None] * north)
    return Motion(place, velocity, up, east, north)


def approach(craft: Motion, a: Indices, b: Indices) -> Approach:
    """Return the closest approach of the pairs (a[k], b[k]) of craft at one instant."""
    across = craft.up[a] + craft.up[b]
    length = np.linalg.norm(across, axis=-1, keepdims=True)
    middle = np.divide(across, length, out=np.zeros_like(across), where=length > 1e-6)  # antipodes have no middle
    offset = _in_plane(craft.place_m[b] - craft.place_m[a], middle)
    drift = _in_plane(craft.velocity_mps[b] - craft.velocity_mps[a], middle)
    range_m, relative = np.linalg.norm(offset, axis=-1), np.linalg.norm(drift, axis=-1)
    moving = relative > SAME_VELOCITY_MPS
    tcpa = np.where(moving, -_dot(offset, drift) / np.where(moving, relative**2, 1.0), 0.0)
    cpa = np.linalg.norm(offset + drift * tcpa[..., None], axis=-1)
    bearing = np.degrees(np.arctan2(_dot(offset, craft.east[a]), _dot(offset, craft.north[a]))) % 360.0
    return Approach(range_m, tcpa, cpa, np.where(range_m > SAME_PLACE_M, bearing, np.nan), relative)


def closest_approach(
    lat1_deg: Floats, lon1_deg: Floats, speed1_mps: Floats, course1_deg: Floats,
    lat2_deg: Floats, lon2_deg: Floats, speed2_mps: Floats, course2_deg: Floats,
) -> Approach:  # fmt: skip
    """Return the closest approach of n pairs given column by column; all of shape (n,), at one instant."""
    both = [np.concatenate(pair) for pair in (
        (lat1_deg, lat2_deg), (lon1_deg, lon2_deg), (speed1_mps, speed2_mps), (course1_deg, course2_deg)
    )]  # fmt: skip
    n = len(lat1_deg)
    return approach(motion(*both), np.arange(n), np.arange(n, 2 * n))


def heights_meet(met: Met, heights: Heights, radius_m: float, horizon_s: float) -> Flags:
    """Return which pairs are within the height at an instant at which they are within the radius, up to the horizon.

    A craft whose height is not known may be at any; one whose climb is not known keeps its height.
    """
    apart = heights.alt_m[met.b] - heights.alt_m[met.a]
    climb = heights.climb_mps[met.b] - heights.climb_mps[met.a]
    return first_within(met, apart, climb, radius_m, heights.near_m) <= horizon_s


def first_within(met: Met, apart_m: Floats, climb_mps: Floats, radius_m: float, height_m: float) -> Floats:
    """Return after how many seconds each pair is first within the radius and the height at once; never: infinite.

    `apart_m` is how much higher b is, `nan` where it may be anything; `climb_mps` how fast that grows, `nan` as 0.
    """
    climb = np.nan_to_num(climb_mps)
    moving = met.relative_mps > SAME_VELOCITY_MPS
    half = np.sqrt(np.maximum(radius_m**2 - met.cpa_m**2, 0.0)) / np.where(moving, met.relative_mps, 1.0)
    first = np.where(moving, np.maximum(met.tcpa_s - half, 0.0), 0.0)
    last = np.where(moving, met.tcpa_s + half, np.inf)
    climbing = climb != 0.0
    rate = np.where(climbing, climb, 1.0)
    one, other = (-height_m - apart_m) / rate, (height_m - apart_m) / rate
    level = np.isnan(apart_m) | (~climbing & (np.abs(apart_m) <= height_m))
    low = np.where(level, 0.0, np.where(climbing, np.minimum(one, other), np.inf))
    high = np.where(level, np.inf, np.where(climbing, np.maximum(one, other), -np.inf))
    begin, end = np.maximum(first, low), np.minimum(last, high)
    return np.where((met.cpa_m <= radius_m) & (begin <= end), begin, np.inf)


def dead_reckon(
    lat_deg: Floats, lon_deg: Floats, speed_mps: Floats, course_deg: Floats, seconds: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return latitude, longitude and course after `seconds` (or before, where negative) on the same geodesic.

    One step of the local radii: within 3 m after 20 km, anywhere; the course turns with the meridians.
    """
    here = motion(lat_deg, lon_deg, np.ones_like(speed_mps), course_deg)
    along, course = speed_mps * seconds, np.radians(course_deg)
    sin2 = np.sin(np.radians(lat_deg)) ** 2
    meridian_radius = WGS84_A_M * (1.0 - _E2) / (1.0 - _E2 * sin2) ** 1.5
    prime_vertical = WGS84_A_M / np.sqrt(1.0 - _E2 * sin2)
    turn = (
        (along * np.cos(course) / meridian_radius)[..., None] * here.north
        + (along * np.sin(course) / prime_vertical)[..., None] * here.east
    )  # fmt: skip
    angle = np.linalg.norm(turn, axis=-1, keepdims=True)
    up = np.cos(angle) * here.up + np.sinc(angle / np.pi) * turn
    lat = np.degrees(np.arctan2(up[..., 2], np.hypot(up[..., 0], up[..., 1])))
    lon = np.degrees(np.arctan2(up[..., 1], up[..., 0]))
    there = motion(lat, lon, np.zeros_like(lat), np.zeros_like(lat))
    ahead = here.velocity_mps - _dot(here.velocity_mps, up)[..., None] * up
    new_course = np.degrees(np.arctan2(_dot(ahead, there.east), _dot(ahead, there.north))) % 360.0
    return lat, lon, new_course


def known_velocity(speed_mps: Floats, course_deg: Floats, floor_mps: float) -> tuple[Floats, Floats, Flags]:
    """Return speed and course to reckon with, and which craft are moving.

    Under the speed floor a course over ground is noise, so such a craft stands still; so does one
    whose speed or course is not known. What that may hide is added to the error, not left out.
    """
    with np.errstate(invalid="ignore"):
        moving = (speed_mps >= floor_mps) & np.isfinite(course_deg)
    return np.where(moving, speed_mps, 0.0), np.where(moving, course_deg, 0.0), moving


def travelled(
    lat1_deg: Floats, lon1_deg: Floats, lat2_deg: Floats, lon2_deg: Floats
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return how far and on which course (at the second place) one gets from the first place to the second."""
    still = np.zeros_like(lat1_deg)
    gone = closest_approach(lat2_deg, lon2_deg, still, still, lat1_deg, lon1_deg, still, still)
    return gone.range_m, (gone.bearing_deg + 180.0) % 360.0


def velocity_sigma(
    speed_mps: Floats, moving: Flags, turned_deg: Floats, *, speed_error_mps: float, course_error_deg: float,
    unknown_speed_mps: float,
) -> Floats:  # fmt: skip
    """Return one standard deviation of each craft's velocity; a craft taken to stand still may be doing its speed.

    `turned_deg` is how far its course may yet turn from the one that is reckoned with.
    """
    sideways = speed_mps * np.radians(np.minimum(np.hypot(course_error_deg, turned_deg), 90.0))
    hidden = np.where(np.isfinite(speed_mps), speed_mps, unknown_speed_mps)
    return np.where(moving, np.hypot(speed_error_mps, sideways), np.hypot(speed_error_mps, hidden))


def place_sigma(
    sigma_m: Floats, velocity_sigma_mps: Floats, age_s: Floats, manoeuvre_mps2: float | Floats
) -> Floats:  # fmt: skip
    """Return one standard deviation of a place reckoned over `age_s`: the older the fix, the wider."""
    age = np.abs(age_s)
    return np.sqrt(sigma_m**2 + (velocity_sigma_mps * age) ** 2 + (0.5 * manoeuvre_mps2 * age**2) ** 2)


def _dot(one: Vectors, other: Vectors) -> Floats:
    return np.asarray(np.sum(one * other, axis=-1))


def _in_plane(vector: Vectors, normal: Vectors) -> Vectors:
    return vector - _dot(vector, normal)[..., None] * normal
