"""What somebody wants to see on a chart, as it stands in the address of the page; and which craft that is."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from searoom.console.craft import HeldSea, Numbers
from searoom.encounters.settings import RISING
from searoom.tracks.registry import KINDS as REGISTRY_KINDS

SHIP, AIRCRAFT = "ship", "aircraft"
KINDS: Final = (SHIP, AIRCRAFT, *REGISTRY_KINDS)
GRADES: Final = tuple(str(grade) for grade in RISING if str(grade) in ("advise", "warn", "urgent"))
NOBODYS: Final = "none"  # craft of no party that anybody has named
MOST: Final = 5_000
UTMOST: Final = 100_000
VECTORS_MIN: Final = (0, 3, 6, 12, 30)
RINGS_NM: Final = (0, 1, 3, 6, 12)
MAX_WORDS: Final = 80
EAST_CHINA_SEA: Final = (118.0, 23.5, 132.0, 34.5)
AROUND_NM: Final = 12.0
_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~,:")
_MIXER: Final = 0x9E3779B1  # Knuth's multiplier: spreads numbers that follow each other


@dataclass(frozen=True, slots=True)
class Wanted:
    """One view of the chart. `box` is west, south, east, north in degrees; west above east crosses the date line."""

    box: tuple[float, float, float, float] | None = None
    kinds: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    grade: str = ""
    craft: str = ""
    follow: bool = False
    rings: int = 0
    vector: int = 6
    most: int = MOST

    def address(self, **change: object) -> str:
        """Return the view as the query of an address, without what goes without saying."""
        one, usual = replace(self, **change), Wanted()  # type: ignore[arg-type]  # what is changed is a field
        said: dict[str, str] = {}
        if one.box is not None:
            said["box"] = ",".join(f"{side:.4f}" for side in one.box)
        for name, many in (("kind", one.kinds), ("party", one.parties), ("source", one.sources)):
            if many:
                said[name] = ",".join(many)
        for name in ("grade", "craft", "rings", "vector", "most"):
            if getattr(one, name) != getattr(usual, name):
                said[name] = str(getattr(one, name))
        if one.follow:
            said["follow"] = "1"
        return "&".join(f"{name}={_escaped(text)}" for name, text in said.items())


def wanted(query: Mapping[str, str]) -> Wanted:
    """Return what an address asks for; what is no value there counts as not said."""
    many = {name: _many(query.get(name, "")) for name in ("kind", "party", "source")}
    grade = query.get("grade", "")
    return Wanted(
        box=_box(query.get("box", "")),
        kinds=tuple(one for one in many["kind"] if one in KINDS),
        parties=many["party"],
        sources=many["source"],
        grade=grade if grade in GRADES else "",
        craft=_word(query.get("craft", "")),
        follow=query.get("follow") == "1",
        rings=_whole(query.get("rings", ""), 0, max(RINGS_NM), 0),
        vector=_whole(query.get("vector", ""), 0, max(VECTORS_MIN), 6),
        most=_whole(query.get("most", ""), 1, UTMOST, MOST),
    )


def chosen(sea: HeldSea, view: Wanted) -> tuple[Numbers, int]:
    """Return the places of the craft that are to be shown, rising, and how many there are before it is thinned out.

    Who is in an open pair, in a registry, ours, or selected always stays; the others leave by a number of their own,
    so that whoever is shown now is shown in the next second too.
    """
    shown = in_box(sea, view.box)
    if view.kinds:
        flying = sea.columns["flying"]
        kinds = np.array([one.kind in view.kinds for one in sea.who], np.bool_)
        shown &= kinds | (flying if AIRCRAFT in view.kinds else False) | (~flying if SHIP in view.kinds else False)
    if view.parties:
        shown &= np.array([(one.party or NOBODYS) in view.parties for one in sea.who], np.bool_)
    if view.sources:
        named = np.array([one in view.sources for one in sea.sources], np.bool_)
        shown &= named[sea.columns["source"]] if len(named) else False
    paired = {name for pair in graded(sea, view.grade) for name in (pair["a"], pair["b"])}
    if view.grade:
        shown &= np.array([one.name in paired for one in sea.who], np.bool_)
    places = np.flatnonzero(shown)
    total = len(places)
    if total > view.most:
        matter = np.array(
            [
                one.party != "" or one.name in paired or one.name == view.craft
                for one in map(sea.who.__getitem__, places)
            ]
        )
        rank = (sea.columns["ids"][places] * _MIXER) & 0xFFFFFFFF
        rank = np.where(matter, -1, rank)
        places = np.sort(places[np.argsort(rank, kind="stable")[: view.most]])
    return places, total


def in_box(sea: HeldSea, box: tuple[float, float, float, float] | None) -> Numbers:
    """Return which craft lie in a box; without one, all."""
    lat, lon = sea.columns["lat_deg"], sea.columns["lon_deg"]
    if box is None:
        return np.ones(len(lat), np.bool_)
    west, south, east, north = box
    across = (lon >= west) & (lon <= east) if west <= east else (lon >= west) | (lon <= east)
    return np.asarray(across & (lat >= south) & (lat <= north))


def graded(sea: HeldSea, grade: str) -> tuple[Mapping[str, object], ...]:
    """Return the open pairs of at least this grade; of none: all."""
    least = GRADES.index(grade) if grade in GRADES else 0
    return tuple(pair for pair in sea.pairs if pair["grade"] in GRADES[least:])


def first_box(sea: HeldSea) -> tuple[float, float, float, float]:
    """Return what is shown where nobody has chosen: around our own craft, else around all, else the East China Sea."""
    own = [place for place, one in enumerate(sea.who) if one.name == sea.own[0]]
    lat, lon = sea.columns["lat_deg"], sea.columns["lon_deg"]
    if own:
        return around(float(lon[own[0]]), float(lat[own[0]]), AROUND_NM)
    if len(sea) and float(lon.max() - lon.min()) < 180.0:
        edge = 0.1
        return (
            max(float(lon.min()) - edge, -180.0), max(float(lat.min()) - edge, -85.0),
            min(float(lon.max()) + edge, 180.0), min(float(lat.max()) + edge, 85.0),
        )  # fmt: skip
    return EAST_CHINA_SEA


def around(lon: float, lat: float, miles: float) -> tuple[float, float, float, float]:
    """Return a box of so many nautical miles to each side."""
    high = miles / 60.0
    wide = high / max(math.cos(math.radians(lat)), 0.01) * 1.4
    return _turned(lon - wide), max(lat - high, -85.0), _turned(lon + wide), min(lat + high, 85.0)


def _escaped(text: str) -> str:
    """Return a word as it stands in a query (RFC 3986): what is no plain letter or figure as its bytes."""
    return "".join(chr(byte) if chr(byte) in _PLAIN else f"%{byte:02X}" for byte in text.encode())


def _turned(lon: float) -> float:
    return (lon + 180.0) % 360.0 - 180.0


def _many(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in map(_word, text.split(",")[:20]) if one))


def _word(text: str) -> str:
    return text if len(text) <= MAX_WORDS and text.isprintable() else ""


def _whole(text: str, low: int, high: int, usual: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 8 and low <= int(text) <= high else usual


def _box(text: str) -> tuple[float, float, float, float] | None:
    parts = text.split(",")
    try:
        west, south, east, north = (float(part) for part in parts)
    except ValueError:
        return None
    sides = (west, south, east, north)
    if not all(math.isfinite(side) for side in sides) or not -90.0 <= south < north <= 90.0 or west == east:
        return None
    return sides if -180.0 <= west <= 180.0 and -180.0 <= east <= 180.0 else None
