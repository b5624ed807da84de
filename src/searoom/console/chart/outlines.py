"""Claimed zones as outlines that a chart can draw: circles, polygons, and limits so far from a line of baselines."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from searoom.encounters import kernels, zones
from searoom.tracks.fixes import Floats

ARC_DEG: Final = 3.0
STEPS: Final = 60  # so many places to a reach of an offset
MAX_PLACES: Final = 20_000  # of a line of baselines; a longer one is looked at in wider steps
WITHIN: Final = 0.995  # a place of an offset that is nearer to another part of the line is inside, and no limit
CHUNK: Final = 400


def feature(zone: Mapping[str, Any], parties: Sequence[str]) -> dict[str, Any]:
    """Return a zone as a GeoJSON feature; the names of it stand in the order of `parties`."""
    names = zone["names"]
    order = [party for party in (*parties, *sorted(set(names) - {*parties})) if party in names]
    return {
        "type": "Feature",
        "properties": {
            "name": zone["name"], "claimed_by": zone["claimed_by"], "source": zone["source"], "dated": zone["dated"],
            "names": [[party, names[party]] for party in order],
        },
        "geometry": _geometry(zone),
    }  # fmt: skip


def _geometry(zone: Mapping[str, Any]) -> dict[str, Any]:
    line = np.array(zone["line"], np.float64).reshape(-1, 2)
    if zone["shape"] == "circle":
        return {"type": "Polygon", "coordinates": [_ring(circle(line[0, 0], line[0, 1], zone["reach_m"]))]}
    if zone["shape"] == "polygon":
        return {"type": "Polygon", "coordinates": [_ring(line)]}
    pieces = offset(line, zone["reach_m"], closed=zone["closed"])
    return {"type": "MultiLineString", "coordinates": [_points(piece) for piece in pieces]}


def circle(lat_deg: float, lon_deg: float, radius_m: float) -> Floats:
    """Return the places of a circle as latitude and longitude, shape (n, 2)."""
    courses = np.arange(0.0, 360.0, ARC_DEG)
    return _from(np.full(len(courses), lat_deg), np.full(len(courses), lon_deg), courses, radius_m)


def area(value: Sequence[Any]) -> list[list[float]]:
    """Return an area as a form says it (degrees in ten millionths, millimetres, thousandths of a degree) as a ring."""
    shape, *rest = value
    if shape == "polygon":
        return _ring(np.array(rest[0], np.float64) / 1e7)
    lat, lon, reach_m = rest[0][0] / 1e7, rest[0][1] / 1e7, rest[1] / 1000.0
    if shape == "circle":
        return _ring(circle(lat, lon, reach_m))
    start, end = rest[2] / 1000.0, rest[3] / 1000.0
    turned = (end - start) % 360.0 or 360.0
    courses = start + np.linspace(0.0, turned, max(int(turned / ARC_DEG), 1) + 1)
    arc = _from(np.full(len(courses), lat), np.full(len(courses), lon), courses % 360.0, reach_m)
    return _ring(np.concatenate([[[lat, lon]], arc]))


def offset(line: Floats, reach_m: float, *, closed: bool) -> list[Floats]:
    """Return the limit at `reach_m` from a line of geodesics, in pieces; of a closed line only what lies outside.

    Each edge is moved to both sides, each corner gets its arc, and what is nearer than that to any part of the line
    is left out. Within 1 % of the reach.
    """
    found = []
    for lat, lon in _candidates(line, reach_m, closed=closed):
        keep = np.zeros(len(lat), np.bool_)
        for first in range(0, len(lat), CHUNK):
            part = slice(first, first + CHUNK)
            keep[part] = zones.distance_m(line, lat[part], lon[part], closed=closed) >= WITHIN * reach_m
            if closed:
                keep[part] &= ~zones.within(line, lat[part], lon[part])
        found += _runs(np.stack([lat, lon], axis=1), keep)
    return found


def _candidates(line: Floats, reach_m: float, *, closed: bool) -> list[tuple[Floats, Floats]]:
    ends = np.roll(line, -1, axis=0) if closed else line[1:]
    starts = line if closed else line[:-1]
    gone, _ = kernels.travelled(starts[:, 0], starts[:, 1], ends[:, 0], ends[:, 1])
    step = max(reach_m / STEPS, float(gone.sum()) / MAX_PLACES)
    found = []
    for (lat, lon), (to_lat, to_lon), length in zip(starts, ends, gone.tolist(), strict=True):
        shares = np.linspace(0.0, 1.0, max(int(length / step), 1) + 1)
        way = (1.0 - shares)[:, None] * _unit(lat, lon) + shares[:, None] * _unit(to_lat, to_lon)
        lats, lons = (
            np.degrees(np.arctan2(way[:, 2], np.hypot(way[:, 0], way[:, 1]))),
            np.degrees(np.arctan2(way[:, 1], way[:, 0])),
        )
        whole = np.full(len(lats), lat), np.full(len(lats), lon)
        _, onward = kernels.travelled(*whole, lats, lons)
        _, back = kernels.travelled(np.full(len(lats), to_lat), np.full(len(lats), to_lon), lats, lons)
        course = np.where(shares < 0.5, back + 180.0, onward)
        for side in (90.0, -90.0):
            moved = _from(lats, lons, (course + side) % 360.0, reach_m)
            found.append((moved[:, 0], moved[:, 1]))
    for lat, lon in line:
        arc = circle(float(lat), float(lon), reach_m)
        arc = np.concatenate([arc, arc[:1]])
        found.append((arc[:, 0], arc[:, 1]))
    return found


def _unit(lat_deg: float, lon_deg: float) -> Floats:
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    return np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _runs(places: Floats, keep: Any) -> list[Floats]:
    cuts = np.flatnonzero(np.diff(keep.astype(np.int8))) + 1
    return [piece for piece, kept in zip(np.split(places, cuts), np.split(keep, cuts), strict=True)
            if kept[0] and len(piece) > 1]  # fmt: skip


def _from(lat: Floats, lon: Floats, course: Floats, gone_m: float) -> Floats:
    there_lat, there_lon, _ = kernels.dead_reckon(lat, lon, np.ones(len(lat)), course, np.full(len(lat), gone_m))
    return np.stack([there_lat, there_lon], axis=1)


def _ring(places: Floats) -> list[list[float]]:
    points = _points(places)
    return [*points, points[0]]


def _points(places: Floats) -> list[list[float]]:
    """Return places as longitude and latitude; a line across the date line goes on beyond 180."""
    lon = np.degrees(np.unwrap(np.radians(places[:, 1])))
    return [[round(float(x), 5), round(float(y), 5)] for x, y in zip(lon, places[:, 0], strict=True)]
