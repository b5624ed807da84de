"""Rows as lines on a map: GeoJSON (RFC 7946) and KML; each is the line between the two craft, cut at the date line."""

import json
import math
from typing import Any, TypeAlias
from xml.etree import ElementTree as ET

Row: TypeAlias = dict[str, Any]
Point: TypeAlias = tuple[float, float]  # longitude, latitude

PLACES = ("a_lat_deg", "a_lon_deg", "b_lat_deg", "b_lon_deg")
GEOJSON_HEAD = b'{"type": "FeatureCollection", "features": [\n'
GEOJSON_TAIL = b"\n]}\n"
_KML = "http://www.opengis.net/kml/2.2"
KML_HEAD = f'<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="{_KML}"><Document>\n'.encode()
KML_TAIL = b"</Document></kml>\n"
_WHEN = ("time_utc", "first_utc")


def lines_between(row: Row) -> list[tuple[Point, Point]]:
    """Return the line from a to b as one or, where it crosses the date line, as two; none where a place is not known.

    The shorter way round is meant. Two that end on the date line end at 180 and -180 (RFC 7946, 3.1.9).
    """
    lat_a, lon_a, lat_b, lon_b = (row[name] for name in PLACES)
    if any(value is None or not math.isfinite(value) for value in (lat_a, lon_a, lat_b, lon_b)):
        return []
    if abs(lon_a - lon_b) <= 180.0:
        return [((lon_a, lat_a), (lon_b, lat_b))]
    edge = math.copysign(180.0, lon_a)
    beyond = lon_b + math.copysign(360.0, lon_a)
    share = (edge - lon_a) / (beyond - lon_a) if beyond != lon_a else 0.5
    lat = round(lat_a + share * (lat_b - lat_a), 7)
    return [((lon_a, lat_a), (edge, lat)), ((-edge, lat), (lon_b, lat_b))]


def feature(row: Row, first: bool) -> bytes:
    """Return a row as a GeoJSON feature, with a comma before it where it is not the first."""
    lines = [[list(point) for point in line] for line in lines_between(row)]
    geometry: dict[str, object] | None = None
    if len(lines) == 1:
        geometry = {"type": "LineString", "coordinates": lines[0]}
    elif lines:
        geometry = {"type": "MultiLineString", "coordinates": lines}
    told = {"type": "Feature", "geometry": geometry, "properties": _properties(row)}
    return (b"" if first else b",\n") + json.dumps(told, ensure_ascii=False, allow_nan=False).encode()


def placemark(row: Row, _first: bool) -> bytes:
    """Return a row as a KML placemark: name, time, what is known of it, and the line."""
    mark = ET.Element("Placemark")
    ET.SubElement(mark, "name").text = f"{_plain(row['a'])} - {_plain(row['b'])}"
    when = next((row[name] for name in _WHEN if row.get(name)), None)
    if when:
        ET.SubElement(ET.SubElement(mark, "TimeStamp"), "when").text = str(when)
    data = ET.SubElement(mark, "ExtendedData")
    for name, value in _properties(row).items():
        if value is not None:
            ET.SubElement(ET.SubElement(data, "Data", name=name), "value").text = _plain(value)
    lines = lines_between(row)
    where = ET.SubElement(mark, "MultiGeometry") if len(lines) > 1 else mark
    for line in lines:
        told = ET.SubElement(ET.SubElement(where, "LineString"), "coordinates")
        told.text = " ".join(f"{lon:.7f},{lat:.7f}" for lon, lat in line)
    told_whole: bytes = ET.tostring(mark, encoding="utf-8")
    return told_whole + b"\n"


def _properties(row: Row) -> Row:
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in row.items()
        if name not in PLACES
    }


def _plain(value: object) -> str:
    """Return text that XML can hold: names come from transponders."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in str(value))
