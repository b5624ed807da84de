"""Kinds of field for places: a position, an area (circle, polygon, quadrant), a band of heights.

Rule 1: a place is WGS 84 and no name: what it is called, and whose it is, is no part of it.
Rule 2: a flight level is a pressure and stays one; it is never turned into a height over the sea.
"""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from types import MappingProxyType
from typing import Final, TypeAlias, cast

from searoom.cbor import Value
from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals.amountkinds import MAX_LENGTH_MM
from searoom.signals.fieldkind import Context, Schema, alike, items, list_schema, row_schema, whole, whole_schema
from searoom.signals.quantities import (
    MAX_LAT_E7,
    MAX_LON_E7,
    check_position,
    parse_angle,
    parse_length,
    parse_position,
    plain_typed,
    say_angle,
    say_length,
    say_position,
)

Point: TypeAlias = "tuple[int, int]"
MIN_CORNERS: Final = 3
MAX_CORNERS: Final = 64
MAX_RADIUS_MM: Final = 20_000_000_000
_WIDE_MM: Final = 1_852_000_000  # 1,000 nautical miles
_MILE_MM: Final = 1_852_000
_TURN_E7: Final = 2 * MAX_LON_E7
_CIRCLE: Final = re.compile(r"circle (.*[NSEW]) (.+)")
_QUADRANT: Final = re.compile(r"(?:quadrant|sector) (.*[NSEW]) (.+) ([0-9.°]+) ?(?:-|to) ?([0-9.°]+)")
_ROUND: Final = re.compile(
    r"(circle|quadrant|sector) (.*[NS][ ,/]*[^NSEW]*[EW])"
    r"(?: ([0-9.]+ ?[a-z]+))?(?: ([0-9.°]+ ?(?:-|to) ?[0-9.°]+)| ?-)?"
)
_WORDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({
    "circle": {
        "en": "circle of {far} round {at}",
        "ja": "{at}を中心とする半径{far}の円",
        "zh": "以{at}为中心、半径{far}的圆",
    },
    "polygon": {"en": "area within {at}", "ja": "{at}を順に結ぶ線で囲む区域", "zh": "依次连接{at}所围区域"},
    "quadrant": {
        "en": "sector of {far} round {at}, from {start} clockwise to {end}",
        "ja": "{at}を頂点とし、{start}から時計回りに{end}まで、半径{far}の扇形",
        "zh": "以{at}为顶点，自{start}顺时针至{end}，半径{far}的扇形",
    },
})  # fmt: skip
"""ja and zh are our own words and await review by native speakers."""

_REFERENCES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({
    "surface": {"en": "surface", "ja": "表面", "zh": "地面或海面"},
    "msl": {"en": "{h} above mean sea level", "ja": "平均海面上{h}", "zh": "平均海面以上{h}"},
    "agl": {"en": "{h} above ground", "ja": "対地高度{h}", "zh": "离地{h}"},
    "fl": {"en": "FL{h}", "ja": "FL{h}", "zh": "FL{h}"},
    "unlimited": {"en": "unlimited", "ja": "無制限", "zh": "无限高"},
})  # fmt: skip
_BAND: Final = re.compile(r"\s+(?:-|–|~|to)\s+|(?<=[0-9a-zA-Z])[-–~](?=[A-Z0-9])")
_LEVEL: Final = re.compile(r"FL ?([0-9]{1,3})")
_HEIGHT: Final = re.compile(r"(.+?) ?(AMSL|MSL|AGL)?")
_FOOT_MM10: Final = 3048
_MILES: Final = MappingProxyType({"en": " nautical miles", "ja": "海里", "zh": "海里"})
_FEET: Final = MappingProxyType({"en": " ft", "ja": "フィート", "zh": "英尺"})


def _point(value: object) -> Point:
    lat, lon = items(value, 2, "a.position")
    return check_position(cast("int", lat), cast("int", lon))


def _unset(value: object, _context: Context) -> str:
    return Sentence("find.unset") if value == (0, 0) else ""


def _radius(value: object) -> int:
    return whole(value, 0, MAX_RADIUS_MM, "a.radius")


def _area_form(value: object) -> tuple[Value, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise NotAllowed(Sentence("place.shape_first"))
    match value[0]:
        case "circle":
            _, at, radius = items(value, 3, "a.circle")
            return "circle", _point(at), _radius(radius)
        case "polygon":
            _, corners = items(value, 2, "a.polygon")
            if not isinstance(corners, list | tuple) or not MIN_CORNERS <= len(corners) <= MAX_CORNERS:
                raise NotAllowed(Sentence("place.corners", low=MIN_CORNERS, high=MAX_CORNERS))
            return "polygon", tuple(map(_point, corners))
        case "quadrant":
            _, at, radius, start, end = items(value, 5, "a.quadrant")
            bearings = [whole(each, 0, 359_999, "a.bearing") for each in (start, end)]
            return "quadrant", _point(at), _radius(radius), *bearings
        case other:
            raise NotAllowed(Sentence("place.no_shape", shape=f"{other!r:.24}"))


def parse_area(typed: str) -> tuple[Value, ...]:
    """Return an area of `circle 32-10.5N 165-20.0W 20 nm`, `polygon P; P; P` or `quadrant P 20 nm 090-180`."""
    text = plain_typed(typed)
    if missing := _missing(text):
        raise NotAllowed(missing)
    if found := _CIRCLE.fullmatch(text):
        return _area_form(["circle", parse_position(found[1]), parse_length(found[2])])
    if found := _QUADRANT.fullmatch(text):
        bearings = [parse_angle(found[3]), parse_angle(found[4])]
        return _area_form(["quadrant", parse_position(found[1]), parse_length(found[2]), *bearings])
    if text.startswith("polygon "):
        corners = [parse_position(each) for each in text.removeprefix("polygon ").split(";") if each.strip()]
        if len(corners) > MIN_CORNERS and corners[0] == corners[-1]:
            corners.pop()  # whoever goes round comes back; the way back is understood
        return _area_form(["polygon", corners])
    raise NotAllowed(
        Sentence("place.no_area", typed=f"{typed:.40}"),
    )


def _missing(text: str) -> str:
    """Return what of a circle or a sector is not there, where only that is wrong with it."""
    found = _ROUND.fullmatch(text)
    if not found or not _is_place(found[2]):
        return ""
    if found[1] == "circle":
        return "" if found[3] else Sentence("place.no_radius")
    if not found[3]:
        return Sentence("place.no_sector_radius")
    return "" if found[4] else Sentence("place.no_bearings")


def _is_place(text: str) -> bool:
    try:
        parse_position(text)
    except NotAllowed:
        return False
    return True


def _area_check(value: object, _context: Context) -> str:
    shape, *rest = _area_form(value)
    if shape == "polygon":
        return _corners_check(cast("Sequence[Point]", rest[0]))
    if rest[0] == (0, 0):
        return _unset((0, 0), _context)
    if rest[1] == 0:
        return Sentence("find.point")
    return Sentence("find.line") if shape == "quadrant" and rest[2] == rest[3] else ""


def _corners_check(corners: Sequence[Point]) -> str:
    """Find a polygon of which nobody can say what lies inside."""
    if len(set(corners)) < len(corners):
        return Sentence("find.corner_twice")
    flat = _unrolled(corners)
    sides = list(zip(flat, [*flat[1:], flat[0]], strict=True))
    last = len(sides) - 1
    for (i, one), (j, other) in combinations(enumerate(sides), 2):
        if j - i > 1 and (i, j) != (0, last) and _cross(one, other):
            return Sentence("find.crosses", one=i + 1, other=j + 1)
    if not sum(a[0] * b[1] - b[0] * a[1] for a, b in sides):
        return Sentence("find.flat")
    return ""


def _unrolled(corners: Sequence[Point]) -> list[Point]:
    """Return the corners with longitudes that do not jump at the date line."""
    found = [corners[0]]
    for lat, lon in corners[1:]:
        before = found[-1][1]
        found.append((lat, lon + round(Fraction(before - lon, _TURN_E7)) * _TURN_E7))
    return found


def _cross(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    (a, b), (c, d) = one, other
    return _side(a, b, c) * _side(a, b, d) <= 0 and _side(c, d, a) * _side(c, d, b) <= 0


def _side(a: Point, b: Point, c: Point) -> int:
    turn = (b[1] - a[1]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[1] - a[1])
    return (turn > 0) - (turn < 0)


def _area_doubt(value: object, _context: Context) -> str:
    shape, *rest = _area_form(value)
    wide = shape != "polygon" and cast("int", rest[1]) > _WIDE_MM
    return Sentence("doubt.wide") if wide else ""


def say_far(value_mm: int, lang: str) -> str:
    """Return nautical miles where hundredths of them are exact, else metres."""
    miles = Fraction(value_mm * 100, _MILE_MM)
    if miles.denominator != 1:
        return say_length(value_mm, lang)
    return f"{int(miles) / 100:.2f}".rstrip("0").rstrip(".") + _MILES[lang]


def say_area(value: object, lang: str) -> str:
    """Return an area in words: shape, places, and lengths in nautical miles."""
    shape, *rest = _area_form(value)
    said = _WORDS[cast("str", shape)][lang]
    if shape == "polygon":
        corners = cast("Sequence[Point]", rest[0])
        return said.format(at=(", " if lang == "en" else "、").join(say_position(*each) for each in corners))
    at, far = say_position(*cast("Point", rest[0])), say_far(cast("int", rest[1]), lang)
    bearings = [say_angle(cast("int", each), lang) for each in rest[2:]] or ["", ""]
    return said.format(at=at, far=far, start=bearings[0], end=bearings[1])


# a band of heights


def _limit_form(value: object) -> tuple[str, int]:
    reference, height = items(value, 2, "a.limit_of_height")
    if not isinstance(reference, str) or reference not in _REFERENCES:
        raise NotAllowed(
            Sentence("place.no_height_reference", value=f"{reference!r:.24}", known=", ".join(_REFERENCES))
        )
    most = {"surface": 0, "unlimited": 0, "fl": 999}.get(reference, MAX_LENGTH_MM)
    return reference, whole(height, 0, most, "a.height")


def _heights_form(value: object) -> tuple[tuple[str, int], tuple[str, int]]:
    low, high = items(value, 2, "a.band_of_heights")
    return _limit_form(low), _limit_form(high)


def parse_heights(typed: str) -> tuple[tuple[str, int], tuple[str, int]]:
    """Return the two limits of `surface - FL100`, `1000 ft AGL - 5000 ft MSL`; without a word it is the sea level."""
    parts = _BAND.split(plain_typed(typed))
    if len(parts) != 2:
        raise NotAllowed(Sentence("place.no_heights", typed=f"{typed:.40}"))
    return _heights_form([_limit(part) for part in parts])


def _limit(text: str) -> tuple[str, int]:
    if text.upper() in ("SFC", "SURFACE", "GND"):
        return "surface", 0
    if text.upper() in ("UNL", "UNLIMITED"):
        return "unlimited", 0
    if found := _LEVEL.fullmatch(text):
        return "fl", int(found[1])
    found = cast("re.Match[str]", _HEIGHT.fullmatch(text))
    return "agl" if found[2] == "AGL" else "msl", parse_length(found[1])


def _heights_check(value: object, _context: Context) -> str:
    (low, below), (high, above) = _heights_form(value)
    if low == "unlimited" or high == "surface" or (low == high and below >= above):
        return Sentence("find.heights")
    return ""


def _heights_doubt(value: object, _context: Context) -> str:
    limits = _heights_form(value)
    low, high = (height * 100 * _FOOT_MM10 // 10 if what == "fl" else height for what, height in limits)
    mixed = limits[0][0] != limits[1][0] and limits[1][0] != "unlimited"
    return Sentence("doubt.heights") if mixed and low >= high > 0 else ""


def say_heights(value: object, lang: str) -> str:
    """Return both limits, each with what it is counted from."""
    return " - ".join(_say_limit(what, height, lang) for what, height in _heights_form(value))


def _say_limit(what: str, height: int, lang: str) -> str:
    if what == "fl":
        return f"FL{height:03d}"
    feet, rest = divmod(height * 10, _FOOT_MM10)
    return _REFERENCES[what][lang].format(h=say_length(height, lang) if rest else f"{feet}{_FEET[lang]}")


_PLACE: Final = row_schema(whole_schema(-MAX_LAT_E7, MAX_LAT_E7), whole_schema(-MAX_LON_E7, MAX_LON_E7 - 1))
_BEARING: Final = whole_schema(0, 359_999)
_RADIUS: Final = whole_schema(0, MAX_RADIUS_MM)
_AREA: Final[Schema] = {
    "oneOf": [
        row_schema({"const": "circle"}, _PLACE, _RADIUS),
        row_schema({"const": "polygon"}, list_schema(_PLACE, MIN_CORNERS, MAX_CORNERS)),
        row_schema({"const": "quadrant"}, _PLACE, _RADIUS, _BEARING, _BEARING),
    ]
}
_LIMIT: Final = row_schema({"enum": list(_REFERENCES)}, whole_schema(0, MAX_LENGTH_MM))

KINDS: Final = (
    alike("position", parse_position, _point, lambda value, _: say_position(*_point(value)), _PLACE, check=_unset),
    alike("area", parse_area, _area_form, say_area, _AREA, check=_area_check, doubt=_area_doubt),
    alike("heights", parse_heights, _heights_form, say_heights, row_schema(_LIMIT, _LIMIT), check=_heights_check,
          doubt=_heights_doubt),
)  # fmt: skip
