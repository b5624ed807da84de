"""The chart drawn here, for a browser that cannot draw it: land, zones, craft with their ways, open pairs, credits."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from searoom.console.chart import land
from searoom.console.craft import HeldSea, Numbers
from searoom.review.svg import DASHES, MARKS, PALETTE, Box, Drawing, element, look, nice, number
from searoom.tracks.ellipsoid import destination
from searoom.tracks.fixes import Floats
from searoom.units import METRES_PER_NAUTICAL_MILE

WIDE, HIGH, SIZE = 960.0, 640.0, 12.0
SEA, SHORE, INK, QUIET = "#dbe7f0", "#e2d8bf", "#16212a", "#55626c"
NOBODY_INK: Final = "#3d4850"
GRADE_INK: Final = {"urgent": "#9c1f2e", "warn": "#8a5200", "advise": "#3d4850"}
GRADE_DASH: Final = {"urgent": None, "warn": "8 3", "advise": "2 4"}
NOTICE_DASH: Final = {"now": None, "coming": "3 5"}
MOST_NAMED: Final = 60
_FRAME: Final = Box(0.0, 0.0, WIDE, HIGH)
_MILE_DEG: Final = 1.0 / 60.0
_FONT: Final = "Noto Sans, Segoe UI, Arial, sans-serif"  # a picture by itself inherits none
_TURNS: Final = range(-4, 5)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Mercator's projection of a box onto the drawing, as the chart in the browser has it."""

    west: float
    top: float
    scale: float

    @classmethod
    def of(cls, box: land.Box) -> "Sheet":
        """Return the sheet on which a box fits whole."""
        west, south, east, north = box
        wide = (east - west) % 360.0 or 360.0
        low, high = _north(np.array([south])), _north(np.array([north]))
        scale = min(WIDE / wide, HIGH / float(high[0] - low[0]))
        middle = west + wide / 2.0
        return cls(middle - WIDE / scale / 2.0, float(high[0] + low[0]) / 2.0 + HIGH / scale / 2.0, scale)

    def place(self, lon_deg: Floats, lat_deg: Floats) -> tuple[Floats, Floats]:
        """Return places on the drawing; each longitude on the turn of the globe that lies nearest."""
        middle = self.west + WIDE / self.scale / 2.0
        lon = middle + (lon_deg - middle + 180.0) % 360.0 - 180.0
        return (lon - self.west) * self.scale, (self.top - _north(lat_deg)) * self.scale

    def one(self, place: Sequence[float]) -> tuple[float, float]:
        """Return one place (longitude, latitude) on the drawing."""
        x, y = self.place(np.array([place[0]]), np.array([place[1]]))
        return float(x[0]), float(y[0])

    @property
    def box(self) -> land.Box:
        """The box that the whole drawing shows, as rising longitudes."""
        return self.west, _south(self.top - HIGH / self.scale), self.west + WIDE / self.scale, _south(self.top)


def _north(lat_deg: Floats) -> Floats:
    lat = np.radians(np.clip(lat_deg, -85.0, 85.0))
    return np.degrees(np.arctanh(np.sin(lat)))


def _south(north: float) -> float:
    return math.degrees(math.atan(math.sinh(math.radians(north))))


def chart(
    sea: HeldSea, places: Numbers, box: land.Box, zones: Sequence[Mapping[str, Any]], parties: Sequence[str],
    words: Mapping[str, str], warned: Sequence[tuple[str, str]], lang: str, vector_min: int,
) -> str:  # fmt: skip
    """Return the chart of a box as SVG; `warned` is "not for navigation" in every language."""
    sheet = Sheet.of(box)
    drawing = Drawing(WIDE, HIGH, title=words["title"], description=words["description"], lang=lang, size=SIZE)
    drawing.add(element("rect", width=WIDE, height=HIGH, fill=SEA))
    for path in _land_paths(tuple(round(side, 6) for side in sheet.box), sheet):
        drawing.add(element("path", d=path, fill=SHORE))
    for zone in zones:
        _zone(drawing, sheet, zone, parties)
    for one in sea.sightings:
        _sighting(drawing, sheet, one)
    for pair in sea.pairs:
        _pair(drawing, sheet, pair)
    _craft(drawing, sheet, sea, places, parties, vector_min)
    _foot(drawing, sheet, words, warned)
    return drawing.finish().replace('font-family="inherit"', f'font-family="{_FONT}"', 1)


@lru_cache(maxsize=16)
def _land_paths(box: tuple[float, ...], sheet: Sheet) -> tuple[str, ...]:
    west, south, east, north = box
    turns = [(0.0, (max(west, -180.0), south, min(east, 180.0), north))]
    turns += [(360.0, (-180.0, south, east - 360.0, north))] if east > 180.0 else []
    turns += [(-360.0, (west + 360.0, south, 180.0, north))] if west < -180.0 else []
    found = []
    for turn, part in turns:
        for shore in land.near(part):
            line = land.within_sight(shore.line, part)
            x = (line[:, 0] + turn - sheet.west) * sheet.scale
            y = (sheet.top - _north(line[:, 1])) * sheet.scale
            dots = np.round(np.stack([x, y], axis=1), 1)
            moved = np.abs(np.diff(dots, axis=0)).max(axis=1, initial=0.0) >= 0.5
            dots = dots[np.concatenate([[True], moved])] if len(dots) else dots
            if len(dots) >= 3:
                found.append("M" + "L".join(f"{px:g},{py:g}" for px, py in dots.tolist()) + "Z")
            elif len(dots):  # an island too small to be drawn true to scale is a dot, never nothing
                px, py = dots[0].tolist()
                found.append(f"M{px - 0.7:g},{py - 0.7:g}h1.4v1.4h-1.4Z")
    return tuple(found)


def _zone(drawing: Drawing, sheet: Sheet, zone: Mapping[str, Any], parties: Sequence[str]) -> None:
    shape, told = zone["geometry"], zone["properties"]
    ink, dash = ink_of(told.get("claimed_by") or told["party"], parties)
    lines = shape["coordinates"]
    for line in lines:
        points = [sheet.one(place) for place in line]
        how = NOTICE_DASH[told["state"]] if "state" in told else dash or "10 3 2 3"
        drawing.polyline(points, ink, 2.4 if "state" in told else 1.4, stroke_dasharray=how)
    if lines and lines[0]:
        x, y = sheet.one(max((place for line in lines for place in line), key=lambda place: place[1]))
        drawing.label(x, y, told["words"], within=_FRAME, fill=ink)


def _sighting(drawing: Drawing, sheet: Sheet, one: Mapping[str, Any]) -> None:
    """Draw the area in which lies what somebody saw: its bearing and its range, each with its error."""
    if one["from"] is None or one["at"] is None:
        return
    lon, lat = one["from"]
    wide, near, far = (
        one["bearing_error_deg"] / 4.0,
        one["range_m"] - one["range_error_m"],
        one["range_m"] + one["range_error_m"],
    )
    edge = [(turn, far) for turn in _TURNS] + [(turn, max(near, 0)) for turn in reversed(_TURNS)]
    places = [destination(lat, lon, one["bearing_deg"] + turn * wide, metres) for turn, metres in edge]
    points = [sheet.one((place[1], place[0])) for place in [*places, places[0]]]
    drawing.polyline(points, GRADE_INK["warn"], 1.2, stroke_dasharray="2 2")
    x, y = sheet.one(one["at"])
    drawing.label(x, y, f"\u00d7 {one['seen'] or one['craft']}", within=_FRAME, fill=GRADE_INK["warn"])


def _pair(drawing: Drawing, sheet: Sheet, pair: Mapping[str, Any]) -> None:
    ink, dash = GRADE_INK[pair["grade"]], GRADE_DASH[pair["grade"]]
    ends = [sheet.one(pair[name]) for name in ("cpa_a", "cpa_b")]
    for start, (x, y) in zip(("from_a", "from_b"), ends, strict=True):
        drawing.polyline([sheet.one(pair[start]), (x, y)], ink, 1.6, stroke_dasharray=dash)
        drawing.line(x - 4, y - 4, x + 4, y + 4, ink, 1.8)
        drawing.line(x - 4, y + 4, x + 4, y - 4, ink, 1.8)
    drawing.polyline(ends, ink, 2.6)
    drawing.label((ends[0][0] + ends[1][0]) / 2, (ends[0][1] + ends[1][1]) / 2, pair["words"], within=_FRAME, fill=ink,
                  weight="700", must=True, leader=True)  # fmt: skip


def _craft(
    drawing: Drawing, sheet: Sheet, sea: HeldSea, places: Numbers, parties: Sequence[str], vector_min: int
) -> None:  # fmt: skip
    held = {name: column[places] for name, column in sea.columns.items()}
    x, y = sheet.place(held["lon_deg"], held["lat_deg"])
    speed = np.nan_to_num(held["speed_mps"].astype(np.float64))
    course = np.radians(np.nan_to_num(held["course_deg"].astype(np.float64)))
    ahead = speed * vector_min * 60.0 / METRES_PER_NAUTICAL_MILE * _MILE_DEG * sheet.scale
    stretch = 1.0 / np.cos(np.radians(np.clip(held["lat_deg"], -85.0, 85.0)))
    dx, dy = np.sin(course) * ahead * stretch, -np.cos(course) * ahead * stretch
    for row, place in enumerate(places.tolist()):
        one = sea.who[place]
        ink, _ = ink_of(one.party, parties)
        px, py = float(x[row]), float(y[row])
        drawing.take(Box(px - 5, py - 5, px + 5, py + 5))
        if ahead[row] > 1.0:
            drawing.line(px, py, px + float(dx[row]), py + float(dy[row]), ink, 1.1)
        mark = MARKS[look(one.party, parties)] if one.party in parties else "circle"
        drawing.mark(px, py, mark, ink, radius=4.0, hollow=not _tells_itself(sea.sources[int(held["source"][row])]))
    for row, place in enumerate(places.tolist()[:MOST_NAMED]):
        one = sea.who[place]
        drawing.label(float(x[row]), float(y[row]), one.unit or one.label or one.name, within=_FRAME,
                      fill=ink_of(one.party, parties)[0])  # fmt: skip


def _tells_itself(source: str) -> bool:
    """Return whether a source is what the craft itself sends; what our own sensors or eyes measured is drawn hollow."""
    return source not in ("RADAR", "ARPA", "SIGHTED")


def ink_of(party: str, parties: Sequence[str]) -> tuple[str, str]:
    """Return the colour and the dash of a party; of nobody's craft the ink of the chart."""
    return (PALETTE[look(party, parties)], DASHES[look(party, parties)]) if party in parties else (NOBODY_INK, "")


def _foot(drawing: Drawing, sheet: Sheet, words: Mapping[str, str], warned: Sequence[tuple[str, str]]) -> None:
    middle = math.radians(_south(sheet.top - HIGH / sheet.scale / 2.0))
    units_per_mile = sheet.scale * _MILE_DEG / max(math.cos(middle), 0.05)
    miles = nice(200.0 / units_per_mile)
    drawing.add(element("rect", x=0, y=HIGH - 44, width=WIDE, height=44, fill="#ffffff", opacity=0.9))
    drawing.line(12, HIGH - 14, 12 + miles * units_per_mile, HIGH - 14, INK, 3.0)
    drawing.text(12, HIGH - 22, f"{number(miles)} nm", size=SIZE)
    drawing.languages(300, HIGH - 26, warned, size=SIZE)
    drawing.text(300, HIGH - 10, words["credit"], fill=QUIET, size=SIZE - 2)
