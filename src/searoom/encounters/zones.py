"""Areas that somebody claims: how far a craft is from the limit, and when it will cross it; nothing is ever blocked.

A zone is data: who claims it, where the figures stand and of which date. Three shapes: a circle, a polygon, and an
offset from declared baselines. Whether a claim is right is not asked here, and the distance from a coast is only that:
with straight baselines a claimed limit may lie twice as far from the nearest land.

Edges are geodesics. The nearest point of an edge is found on the sphere of geodetic latitudes, the distance to it on
the ellipsoid: within 10 m up to 60 km from the line, for edges up to 200 km (tested); rough beyond.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from searoom.encounters import kernels
from searoom.errors import NotAllowed
from searoom.tracks.fixes import Flags, Floats
from searoom.units import METRES_PER_NAUTICAL_MILE

SHAPES = ("circle", "polygon", "offset")
MAX_POINTS = 10_000
STEP_S = 10.0  # a craft's way ahead is looked at so often; the moment of crossing is then found to a second
_ADVICE = "docs/formats/zones.md shows a file of zones."
_KEYS = frozenset(
    {"name", "claimed_by", "source", "date", "shape", "points", "radius_nm", "offset_nm", "closed", "names"}
)
Places = npt.NDArray[np.float64]  # latitude and longitude, shape (n, 2)


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """One claimed area: within `reach_m` of its line, and inside the line where that is closed.

    A circle is a line of one point with its radius for reach, a polygon a closed line without reach.
    """

    name: str
    claimed_by: str
    source: str
    dated: date
    shape: str
    line: Places
    reach_m: float
    closed: bool
    names: Mapping[str, str] = field(default_factory=dict)  # what each party calls it, where one says so

    def outside_m(self, lat_deg: Floats, lon_deg: Floats) -> Floats:
        """Return how far each place is outside the limit; negative: inside, and so far from it."""
        apart = distance_m(self.line, lat_deg, lon_deg, closed=self.closed)
        if self.closed:
            apart = np.where(within(self.line, lat_deg, lon_deg), -apart, apart)
        return apart - self.reach_m


class Nearing(NamedTuple):
    """A craft and a zone at one moment; metres and seconds, the error as for ranges.

    `outside_m` is negative inside. `crosses_s` is when course and speed take it over the limit, inwards or outwards;
    None: not within the time that was asked about.
    """

    zone: str
    claimed_by: str
    outside_m: float
    error_m: float
    crosses_s: float | None


def warning(
    zone: Zone, *, lat_deg: float, lon_deg: float, speed_mps: float, course_deg: float, error_m: float, ahead_s: float
) -> Nearing:
    """Return how a craft stands to a zone, and when it will cross its limit within `ahead_s` if it holds its course."""
    moments = np.arange(0.0, ahead_s + STEP_S, STEP_S)
    lat, lon = _way(lat_deg, lon_deg, speed_mps, course_deg, moments)
    outside = zone.outside_m(lat, lon)
    changes = np.flatnonzero((outside[1:] > 0.0) != (outside[0] > 0.0))
    crosses = None
    if speed_mps > 0.0 and len(changes):
        low, high = float(moments[changes[0]]), float(moments[changes[0] + 1])
        while high - low > 0.5:
            middle = (low + high) / 2.0
            there = zone.outside_m(*_way(lat_deg, lon_deg, speed_mps, course_deg, np.array([middle])))
            low, high = (low, middle) if (there[0] > 0.0) != (outside[0] > 0.0) else (middle, high)
        crosses = high
    return Nearing(zone.name, zone.claimed_by, float(outside[0]), error_m, crosses)


def _way(lat_deg: float, lon_deg: float, speed_mps: float, course_deg: float, moments: Floats) -> tuple[Floats, Floats]:
    lat, lon, speed, course = (np.full(len(moments), value) for value in (lat_deg, lon_deg, speed_mps, course_deg))
    lat, lon, _ = kernels.dead_reckon(lat, lon, speed, course, moments)
    return lat, lon


def distance_m(line: Places, lat_deg: Floats, lon_deg: Floats, *, closed: bool) -> Floats:
    """Return how far each place is from a line of geodesics; for a coast: the distance from land, and nothing more."""
    place, corners = _unit(lat_deg, lon_deg)[:, None, :], _unit(line[:, 0], line[:, 1])
    begin, end = (corners, np.roll(corners, -1, axis=0)) if closed else (corners[:-1], corners[1:])
    if not len(begin):
        begin = end = corners
    normal = np.cross(begin, end)
    length = np.linalg.norm(normal, axis=-1, keepdims=True)
    normal = np.divide(normal, length, out=np.zeros_like(normal), where=length > 0.0)
    foot = place - (place * normal).sum(axis=-1, keepdims=True) * normal
    foot /= np.maximum(np.linalg.norm(foot, axis=-1, keepdims=True), 1e-12)
    between = ((np.cross(begin, foot) * normal).sum(-1) >= 0.0) & ((np.cross(foot, end) * normal).sum(-1) >= 0.0)
    between &= (length[:, 0] > 0.0) & ((foot * place).sum(-1) > 0.0)
    nearer = np.where(((begin - place) ** 2).sum(-1) <= ((end - place) ** 2).sum(-1), 0, 1)
    ends = np.where((nearer == 0)[..., None], begin, end)
    nearest = np.where(between[..., None], foot, ends)
    best = np.argmin(((nearest - place) ** 2).sum(-1), axis=1)
    x, y, z = nearest[np.arange(len(best)), best].T
    lat, lon = np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))
    return kernels.travelled(lat_deg, lon_deg, lat, lon)[0]


def within(line: Places, lat_deg: Floats, lon_deg: Floats) -> Flags:
    """Return which places a closed line goes round, over poles and date line too; of the two sides, the smaller."""
    place, corners = _unit(lat_deg, lon_deg)[:, None, :], _unit(line[:, 0], line[:, 1])
    flat = corners - (corners * place).sum(axis=-1, keepdims=True) * place  # each corner's direction from the place
    following = np.roll(flat, -1, axis=1)
    turn = np.arctan2((np.cross(flat, following) * place).sum(-1), (flat * following).sum(-1)).sum(-1)
    middle = corners.mean(axis=0)
    return np.asarray((np.abs(turn) > math.pi) & ((place[:, 0, :] * middle).sum(-1) > 0.0))


def _unit(lat_deg: Floats, lon_deg: Floats) -> npt.NDArray[np.float64]:
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def from_table(table: Mapping[str, object]) -> tuple[Zone, ...]:
    """Return the zones of a TOML table; NotAllowed says which zone is wrong, and what about it."""
    rows = table.get("zone", [])
    if set(table) - {"zone"} or not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise NotAllowed("zones are a list of tables, [[zone]], and nothing else", advice=_ADVICE)
    zones = tuple(_zone(row) for row in rows)
    names = [zone.name for zone in zones]
    if len(set(names)) != len(names):
        raise NotAllowed("a zone is named twice", advice=_ADVICE)
    return zones


def _zone(row: Mapping[str, object]) -> Zone:
    name = _line(row, "name", "a zone")
    where = f"the zone '{name}'"
    shape = _line(row, "shape", where)
    if shape not in SHAPES or set(row) - _KEYS:
        raise NotAllowed(f"{where} has a shape or a key that no zone has", advice=_ADVICE)
    dated, closed = row.get("date"), row.get("closed", shape == "polygon")
    if not isinstance(dated, date):
        raise NotAllowed(f"{where} needs the date of its source, as 1996-05-15", advice=_ADVICE)
    if not isinstance(closed, bool) or closed < (shape == "polygon") or (closed and shape == "circle"):
        raise NotAllowed(f"{where}: a polygon is closed, a circle is not, baselines may be", advice=_ADVICE)
    line = _points(row.get("points"), where)
    fewest = {"circle": 1, "polygon": 3, "offset": 2}[shape]
    if len(line) < fewest or (shape == "circle" and len(line) > 1):
        raise NotAllowed(
            f"{where}: a {shape} has {fewest} {'point' if fewest == 1 else 'points or more'}", advice=_ADVICE
        )
    reach = {"circle": "radius_nm", "offset": "offset_nm"}.get(shape)
    if {"radius_nm", "offset_nm"} & set(row) != ({reach} if reach else set()):
        raise NotAllowed(
            f"{where}: a circle has a radius_nm, an offset an offset_nm, a polygon neither", advice=_ADVICE
        )
    reach_m = 0.0 if reach is None else _number(row[reach], where) * METRES_PER_NAUTICAL_MILE
    if reach is not None and not 0.0 < reach_m < 1e6:
        raise NotAllowed(f"{where}: {reach} must be above zero and below 540", advice=_ADVICE)
    claimed, source = _line(row, "claimed_by", where), _line(row, "source", where)
    return Zone(name, claimed, source, dated, shape, line, reach_m, closed, _names(row.get("names", {}), where))


def _names(value: object, where: str) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise NotAllowed(f"{where}: names are a table of a party and what it calls the area", advice=_ADVICE)
    return {str(party): _line(value, str(party), where) for party in value}


def _points(value: object, where: str) -> Places:
    if not isinstance(value, list) or not all(isinstance(one, list) and len(one) == 2 for one in value):
        raise NotAllowed(f"{where}: points are a list of [latitude, longitude] in degrees", advice=_ADVICE)
    line = np.array([[_number(number, where) for number in one] for one in value], dtype=np.float64).reshape(-1, 2)
    if len(line) > MAX_POINTS or not ((np.abs(line[:, 0]) <= 90.0) & (np.abs(line[:, 1]) <= 180.0)).all():
        raise NotAllowed(f"{where}: a point is no place on Earth, or there are more than {MAX_POINTS}", advice=_ADVICE)
    return line


def _number(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NotAllowed(f"{where}: '{value}' is no number", advice=_ADVICE)
    return float(value)


def _line(row: Mapping[str, object], key: str, where: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise NotAllowed(f"{where} needs a line '{key}'", advice=_ADVICE)
    return value
