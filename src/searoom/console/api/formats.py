"""Rows of craft, encounters and tracks as GeoJSON (RFC 7946), KML 2.2, GPX 1.1, CSV and Cursor on Target: text out.

Names come from foreign transmitters: what XML cannot hold is replaced, and a cell that a spreadsheet would reckon
with is quoted. A track is cut at the date line.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any, Final
from xml.etree import ElementTree as ET

import numpy as np

from searoom.clock import from_text
from searoom.console.craft import HeldSea
from searoom.review.cells import no_formula
from searoom.tracks import cotout
from searoom.tracks.fixes import Fixes, Floats

Row = Mapping[str, Any]
Points = Sequence[tuple[float, float]]  # longitude, latitude
_KML: Final = "http://www.opengis.net/kml/2.2"
_GPX: Final = "http://www.topografix.com/GPX/1/1"
_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
NOTICE: Final = "not for navigation"


def places(row: Row) -> list[Points]:
    """Return what a row draws: a craft one point, an encounter the line between both closest points, else nothing."""
    if "cpa_a_lon_lat_deg" in row:
        a, b = row["cpa_a_lon_lat_deg"], row["cpa_b_lon_lat_deg"]
        return [] if a is None or b is None else cut([tuple(a), tuple(b)])
    return [[(row["lon_deg"], row["lat_deg"])]]


def cut(points: Points) -> list[Points]:
    """Return a line cut where it crosses the date line (RFC 7946, 3.1.9); the shorter way round is meant."""
    out: list[list[tuple[float, float]]] = [list(points[:1])]
    for (lon, lat), (other_lon, other_lat) in pairwise(points):
        if abs(other_lon - lon) > 180.0:
            edge = 180.0 if lon > 0 else -180.0
            beyond = other_lon + 2 * edge
            share = (edge - lon) / (beyond - lon) if beyond != lon else 0.5
            middle = round(lat + share * (other_lat - lat), 7)
            out[-1].append((edge, middle))
            out.append([(-edge, middle)])
        out[-1].append((other_lon, other_lat))
    return [line for line in out if line]


def geojson(rows: Iterable[Row]) -> str:
    """Return rows as a feature collection; a row without a place is a feature without a geometry."""
    features = [{"type": "Feature", "geometry": _geometry(places(row)), "properties": _properties(row)} for row in rows]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, allow_nan=False)


def tracks_geojson(rows: Iterable[Row]) -> str:
    """Return positions as one line a craft and sensor, with the time of each point."""
    features = []
    for (name, source), points in _grouped(rows):
        line = [(one["lon_deg"], one["lat_deg"]) for one in points]
        told = {"craft": name, "source": source, "times": [one["at"] for one in points]}
        shape = _geometry(cut(line) if len(line) > 1 else [line])
        features.append({"type": "Feature", "geometry": shape, "properties": told})
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, allow_nan=False)


def _geometry(lines: Sequence[Points]) -> dict[str, Any] | None:
    if not lines:
        return None
    if len(lines) == 1:
        (line,) = lines
        return (
            {"type": "Point", "coordinates": list(line[0])}
            if len(line) == 1
            else {"type": "LineString", "coordinates": [list(point) for point in line]}
        )
    return {"type": "MultiLineString", "coordinates": [[list(point) for point in line] for line in lines]}


def _properties(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("lon_deg", "lat_deg")}


def kml(rows: Iterable[Row]) -> str:
    """Return rows as placemarks, each with its time and what is known of it."""
    root, document = _document()
    for row in rows:
        mark = ET.SubElement(document, "Placemark")
        ET.SubElement(mark, "name").text = plain(_title(row))
        ET.SubElement(ET.SubElement(mark, "TimeStamp"), "when").text = _moment(row)
        data = ET.SubElement(mark, "ExtendedData")
        for name, value in _properties(row).items():
            if value is not None:
                ET.SubElement(ET.SubElement(data, "Data", name=name), "value").text = plain(value)
        _drawn(mark, places(row))
    return _XML + ET.tostring(root, encoding="unicode")


def tracks_kml(rows: Iterable[Row]) -> str:
    """Return positions as one line a craft and sensor."""
    root, document = _document()
    for (name, source), points in _grouped(rows):
        mark = ET.SubElement(document, "Placemark")
        ET.SubElement(mark, "name").text = plain(f"{name} ({source})")
        span = ET.SubElement(mark, "TimeSpan")
        ET.SubElement(span, "begin").text, ET.SubElement(span, "end").text = points[0]["at"], points[-1]["at"]
        line = [(one["lon_deg"], one["lat_deg"]) for one in points]
        _drawn(mark, cut(line) if len(line) > 1 else [line])
    return _XML + ET.tostring(root, encoding="unicode")


def _document() -> tuple[ET.Element, ET.Element]:
    root = ET.Element("kml", xmlns=_KML)
    document = ET.SubElement(root, "Document")
    ET.SubElement(document, "description").text = NOTICE
    return root, document


def _moment(row: Row) -> str:
    return str(row.get("at") or row.get("cpa_at"))


def _drawn(mark: ET.Element, lines: Sequence[Points]) -> None:
    where = ET.SubElement(mark, "MultiGeometry") if len(lines) > 1 else mark
    for line in lines:
        shape = ET.SubElement(where, "Point" if len(line) == 1 else "LineString")
        ET.SubElement(shape, "coordinates").text = " ".join(f"{lon:.7f},{lat:.7f}" for lon, lat in line)


def gpx(rows: Iterable[Row]) -> str:
    """Return rows as waypoints: a craft where it is, an encounter at both points of its closest approach."""
    root = _gpx()
    for row in rows:
        for points in places(row):
            for lon, lat in points:
                point = ET.SubElement(root, "wpt", lat=f"{lat:.7f}", lon=f"{lon:.7f}")
                ET.SubElement(point, "time").text = _moment(row)
                ET.SubElement(point, "name").text = plain(_title(row))
    return _XML + ET.tostring(root, encoding="unicode")


def tracks_gpx(rows: Iterable[Row]) -> str:
    """Return positions as one track a craft and sensor."""
    root = _gpx()
    for (name, source), points in _grouped(rows):
        track = ET.SubElement(root, "trk")
        ET.SubElement(track, "name").text = plain(name)
        ET.SubElement(track, "src").text = plain(source)
        segment = ET.SubElement(track, "trkseg")
        for one in points:
            point = ET.SubElement(segment, "trkpt", lat=f"{one['lat_deg']:.7f}", lon=f"{one['lon_deg']:.7f}")
            ET.SubElement(point, "time").text = one["at"]
    return _XML + ET.tostring(root, encoding="unicode")


def _gpx() -> ET.Element:
    root = ET.Element("gpx", version="1.1", creator="Searoom", xmlns=_GPX)
    ET.SubElement(ET.SubElement(root, "metadata"), "desc").text = NOTICE
    return root


class _Text:
    """What a writer of CSV writes to."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    def write(self, piece: str) -> None:
        """Keep a line."""
        self.pieces.append(piece)


def table(rows: Iterable[Row]) -> str:
    """Return rows as CSV with a head (RFC 4180); a point is two columns. No rows are an empty text."""
    out, head = _Text(), False
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        flat = dict(_flat(row))
        if not head:
            writer.writerow(flat)
            head = True
        writer.writerow([_cell(value) for value in flat.values()])
    return "".join(out.pieces)


def _flat(row: Row) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if name.endswith("_lon_lat_deg"):
            stem = name.removesuffix("_lon_lat_deg")
            lon, lat = value or (None, None)
            yield from ((f"{stem}_lon_deg", lon), (f"{stem}_lat_deg", lat))
        else:
            yield name, value


def _cell(value: Any) -> Any:
    return no_formula(value) if isinstance(value, str) else value


def cot(sea: HeldSea) -> str:
    """Return the craft as Cursor on Target events, one a line, in one element; unknown, never friend or foe."""
    fixes = _fixes(sea)
    labels = {who.name: who.label for who in sea.who if who.label}
    types = {
        who.name: cotout.AIRCRAFT if flies else cotout.SHIP
        for who, flies in zip(sea.who, sea.columns["flying"].tolist(), strict=True)
    }
    events = "\n".join(cotout.of_fixes(fixes, labels=labels, types=types))
    return f"{_XML}<events>\n{events}\n</events>\n"


def _fixes(sea: HeldSea) -> Fixes:
    order = np.argsort(sea.columns["time_us"], kind="stable")

    def wide(name: str) -> Floats:
        return sea.columns[name][order].astype(np.float64)

    return Fixes(
        names=tuple(sea.who[place].name for place in order.tolist()),
        craft=np.arange(len(sea), dtype=np.int32),
        time_us=sea.columns["time_us"][order].astype(np.int64),
        lat_deg=wide("lat_deg"),
        lon_deg=wide("lon_deg"),
        speed_mps=wide("speed_mps"),
        course_deg=wide("course_deg"),
        sigma_m=wide("sigma_m"),
        source=sea.columns["source"][order].astype(np.int8),
        sources=sea.sources,
        alt_m=wide("alt_m"),
    )


def _title(row: Row) -> str:
    if "cpa_at" in row:
        return f"{row['grade']}: {row['a']} - {row['b']}"
    return str(row.get("label") or row["craft"])


def _grouped(rows: Iterable[Row]) -> Iterator[tuple[tuple[str, str], list[Row]]]:
    def of(row: Row) -> tuple[str, str]:
        return row["craft"], row["source"]

    for both, points in groupby(sorted(rows, key=lambda row: (*of(row), from_text(row["at"]))), key=of):
        yield both, list(points)


def plain(value: object) -> str:
    """Return text that XML can hold."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in str(value))
