"""What one unit saw: its own track, the other unit by its own sensors, its alerts, and the closest approach in it."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from searoom.encounters.alerts import Alert
from searoom.errors import NotAllowed
from searoom.tracks.fixes import Fixes

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]

GRADES = ("advise", "warn", "urgent")
SIGMAS_SHOWN = 2.0  # every error on a page is two standard deviations, about 95 of 100 for normal errors

_WGS84_A_M = 6378137.0  # WGS 84 (NIMA TR8350.2): semi-major axis and first eccentricity squared
_WGS84_E2 = 6.69437999014e-3


@dataclass(frozen=True, slots=True)
class Track:
    """One craft's positions as one party has them.

    `time_us` int64[n], strictly increasing; `lat_deg`, `lon_deg`, `sigma_m` float64[n] (sigma: one
    standard deviation of the position in metres). At least two positions.
    """

    name: str
    time_us: Times
    lat_deg: Floats
    lon_deg: Floats
    sigma_m: Floats

    def __post_init__(self) -> None:
        """Refuse columns of unlike length, fewer than two positions, time that does not grow, or no number."""
        columns = (self.time_us, self.lat_deg, self.lon_deg, self.sigma_m)
        if len({len(column) for column in columns}) != 1 or len(self.time_us) < 2:
            raise NotAllowed(f"the track of '{self.name}' needs four columns of one length, and two positions at least")
        if not bool(np.all(np.diff(self.time_us) > 0)):
            raise NotAllowed(f"the times of '{self.name}' do not increase")
        if not all(bool(np.all(np.isfinite(column))) for column in columns[1:]):
            raise NotAllowed(f"the track of '{self.name}' holds a value that is no number")


@dataclass(frozen=True, slots=True)
class Mark:
    """The first alert of one grade: range and expected CPA in metres with their errors (19 cases of 20), and TCPA."""

    grade: str
    time_us: int
    range_m: float
    range_error_m: float
    cpa_m: float
    cpa_error_m: float
    tcpa_s: float


@dataclass(frozen=True, slots=True)
class Picture:
    """One party's own picture: `own` by its navigation, `other` by its sensors, and its `marks`."""

    party: str
    own: Track
    other: Track
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranges:
    """Range against time in one picture: `time_us` int64[n], `range_m` and `sigma_m` float64[n]."""

    time_us: Times
    range_m: Floats
    sigma_m: Floats


@dataclass(frozen=True, slots=True)
class Closest:
    """The closest approach in one picture: when, how far with its error (1 sigma), and both positions (lat, lon)."""

    time_us: int
    range_m: float
    sigma_m: float
    own: tuple[float, float]
    other: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane that touches WGS 84 at (lat, lon), metres east and north, to 1 in 500 within 10 km up to 68 degrees."""

    lat_deg: float
    lon_deg: float

    def _scale(self) -> tuple[float, float]:
        sine = math.sin(math.radians(self.lat_deg))
        root = 1.0 - _WGS84_E2 * sine * sine
        east = _WGS84_A_M / math.sqrt(root) * math.cos(math.radians(self.lat_deg))
        north = _WGS84_A_M * (1.0 - _WGS84_E2) / root**1.5
        return math.radians(1.0) * max(east, 1.0), math.radians(1.0) * north

    def to_metres(self, lat_deg: Floats, lon_deg: Floats) -> tuple[Floats, Floats]:
        """Return metres east and north, float64[n]; longitudes go the short way round, over the date line too."""
        east, north = self._scale()
        turned = np.mod(np.asarray(lon_deg) - self.lon_deg + 180.0, 360.0) - 180.0
        return turned * east, (np.asarray(lat_deg) - self.lat_deg) * north

    def to_degrees(self, east_m: float, north_m: float) -> tuple[float, float]:
        """Return latitude and longitude (-180 to 180) of a point of the plane."""
        east, north = self._scale()
        lon = (self.lon_deg + east_m / east + 180.0) % 360.0 - 180.0
        return self.lat_deg + north_m / north, lon


def picture_of(party: str, own: str, other: str, fixes: Fixes, alerts: Iterable[Alert]) -> Picture:
    """Return a party's picture of its craft `own` and the craft `other`, with the first alert of each grade."""
    first: dict[str, Alert] = {}
    for alert in alerts:
        if {alert.a, alert.b} == {own, other} and str(alert.grade) in GRADES:
            first.setdefault(str(alert.grade), alert)
    marks = tuple(
        Mark(grade, one.time_us, one.range_m, one.range_error_m, one.cpa_m, one.cpa_error_m, one.tcpa_s)
        for grade, one in ((grade, first[grade]) for grade in GRADES if grade in first)
    )
    return Picture(party, track_of(own, fixes), track_of(other, fixes), marks)


def track_of(name: str, fixes: Fixes) -> Track:
    """Return one craft's track; where it has several positions at one time, the surest of them."""
    own = fixes.of(name)
    order = np.lexsort((own.sigma_m, own.time_us))
    kept = order[np.concatenate([[True], np.diff(own.time_us[order]) > 0])] if len(order) else order
    return Track(name, own.time_us[kept], own.lat_deg[kept], own.lon_deg[kept], own.sigma_m[kept])


def plane_of(pictures: Sequence[Picture]) -> Plane:
    """Return the plane at the middle of the first unit's track."""
    track = pictures[0].own
    middle = len(track.time_us) // 2
    return Plane(float(track.lat_deg[middle]), float(track.lon_deg[middle]))


def at(track: Track, plane: Plane, time_us: Times) -> tuple[Floats, Floats, Floats]:
    """Return east, north and sigma in metres, float64[n], at the times, by straight lines between positions."""
    east, north = plane.to_metres(track.lat_deg, track.lon_deg)
    origin = track.time_us[0]
    known, asked = (track.time_us - origin).astype(np.float64), (time_us - origin).astype(np.float64)
    return (
        np.interp(asked, known, east),
        np.interp(asked, known, north),
        np.interp(asked, known, track.sigma_m),
    )


def together(picture: Picture) -> Times:
    """Return the times, int64[n], at which either track has a position while both are held."""
    first = max(picture.own.time_us[0], picture.other.time_us[0])
    last = min(picture.own.time_us[-1], picture.other.time_us[-1])
    if first >= last:
        raise NotAllowed(f"in the picture of '{picture.party}' the two tracks have no time in common")
    times = np.union1d(picture.own.time_us, picture.other.time_us)
    return np.asarray(times[(times >= first) & (times <= last)], dtype=np.int64)


def ranges(picture: Picture) -> Ranges:
    """Return the range between the two tracks, with the error of both positions together."""
    times, plane = together(picture), plane_of([picture])
    own_east, own_north, own_sigma = at(picture.own, plane, times)
    east, north, sigma = at(picture.other, plane, times)
    return Ranges(times, np.hypot(east - own_east, north - own_north), np.hypot(own_sigma, sigma))


def closest(picture: Picture) -> Closest:
    """Return the closest approach of the two broken lines, to the fraction of a step."""
    times, plane = together(picture), plane_of([picture])
    own_east, own_north, own_sigma = at(picture.own, plane, times)
    east, north, sigma = at(picture.other, plane, times)
    dx, dy = east - own_east, north - own_north
    step_x, step_y = np.diff(dx), np.diff(dy)
    speed = step_x**2 + step_y**2
    share = np.clip(-(dx[:-1] * step_x + dy[:-1] * step_y) / np.where(speed > 0.0, speed, 1.0), 0.0, 1.0)
    apart = np.hypot(dx[:-1] + share * step_x, dy[:-1] + share * step_y)
    k = int(np.argmin(apart))
    part = float(share[k])

    def between(values: Floats) -> float:
        return float(values[k] + part * (values[k + 1] - values[k]))

    when = int(times[k]) + round(part * float(times[k + 1] - times[k]))
    spread = math.hypot(between(own_sigma), between(sigma))
    return Closest(
        time_us=when,
        range_m=float(apart[k]),
        sigma_m=spread,
        own=plane.to_degrees(between(own_east), between(own_north)),
        other=plane.to_degrees(between(east), between(north)),
    )
