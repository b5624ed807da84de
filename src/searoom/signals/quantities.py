"""What a person types for a quantity, and how it reads: whole millimetres, microseconds, millidegrees.

Sexagesimal positions are kept to 1e-7 degree (about 11 mm); units are those of `units.py`, exact by definition.
"""

import re
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.units import METRES_PER_CABLE, METRES_PER_FOOT, METRES_PER_NAUTICAL_MILE, METRES_PER_YARD, MICROSECONDS

E7: Final = 10_000_000
MAX_LAT_E7: Final = 90 * E7
MAX_LON_E7: Final = 180 * E7
MAX_INTEGER: Final = 2**53
"""Whole numbers stay within what every language's numbers hold exactly."""
_MM: Final = 1000
_WIDE: Final = MappingProxyType({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x2212: 0x2D})


def plain_typed(typed: str) -> str:
    """Return what was typed for a quantity, full-width letters and figures made plain; another script's are refused.

    Input methods for Japanese and Chinese write `１３７ m`, which is taken; a figure that only looks like one is not.
    """
    text = typed.translate(_WIDE).strip()
    for sign in text:
        if sign.isdecimal() and sign not in "0123456789":
            raise NotAllowed(Sentence("amount.other_script", sign=sign, number=f"{ord(sign):04X}"))
    return text


def parse_integer(typed: str) -> int:
    """Return a whole number of up to 15 figures."""
    text = plain_typed(typed)
    if not re.fullmatch(r"-?[0-9]{1,15}", text):
        raise NotAllowed(Sentence("amount.no_whole", typed=f"{typed:.40}"))
    return int(text)


def check_position(lat_e7: int, lon_e7: int) -> tuple[int, int]:
    """Return a place on WGS 84 in 1e-7 degrees, north and east positive; the date line is written as -180."""
    for value, limit in ((lat_e7, MAX_LAT_E7), (lon_e7, MAX_LON_E7)):
        if not isinstance(value, int) or isinstance(value, bool) or not -limit <= value <= limit:
            raise NotAllowed(Sentence("place.none"))
    if lon_e7 == MAX_LON_E7:
        raise NotAllowed(Sentence("place.date_line"))
    return lat_e7, lon_e7


_LENGTHS: Final = MappingProxyType({
    "mm": Fraction(1), "m": Fraction(1000), "metres": Fraction(1000), "meters": Fraction(1000), "km": Fraction(10**6),
    "yd": Fraction(str(METRES_PER_YARD)) * _MM, "yards": Fraction(str(METRES_PER_YARD)) * _MM,
    "ft": Fraction(str(METRES_PER_FOOT)) * _MM, "feet": Fraction(str(METRES_PER_FOOT)) * _MM,
    "nm": Fraction(str(METRES_PER_NAUTICAL_MILE)) * _MM, "cables": Fraction(str(METRES_PER_CABLE)) * _MM,
})  # fmt: skip
"""Unit -> millimetres."""
_DURATIONS: Final = MappingProxyType({
    "s": 1, "sec": 1, "seconds": 1, "min": 60, "minutes": 60, "h": 3600, "hours": 3600, "d": 86400, "days": 86400,
})  # fmt: skip
_KNOT: Final = Fraction(str(METRES_PER_NAUTICAL_MILE)) * _MM / 3600
_SPEEDS: Final = MappingProxyType({"kn": _KNOT, "knots": _KNOT, "m/s": Fraction(1000)})
_NUMBER: Final = r"([0-9]{1,9}(?:\.[0-9]{1,9})?)"
_LENGTH: Final = re.compile(_NUMBER + r" ?([a-zA-Z]+)")
_DURATION: Final = re.compile(r"(-?)" + _NUMBER + r" ?([a-z]+)")
_SPEED: Final = re.compile(_NUMBER + r" ?(kn|knots|m/s)")
_ANGLE: Final = re.compile(_NUMBER + r" ?(?:°|deg|degrees)?T?")
_SEXAGESIMAL: Final = re.compile(
    r"(\d{1,2})[-° ](\d{1,2}(?:\.\d{1,5})?)['′]? ?([NS])[ ,/]+(\d{1,3})[-° ](\d{1,2}(?:\.\d{1,5})?)['′]? ?([EW])",
    re.ASCII,
)
_DEGREES: Final = re.compile(r"(-?\d{1,2}(?:\.\d{1,7})?)[ ,]+(-?\d{1,3}(?:\.\d{1,7})?)", re.ASCII)

_METRES: Final = MappingProxyType({"en": " m", "ja": " m", "zh": " 米"})
_SECONDS: Final = MappingProxyType({"en": " s", "ja": " 秒", "zh": " 秒"})
_MINUTES: Final = MappingProxyType({"en": " min", "ja": " 分", "zh": " 分"})
_KNOTS: Final = MappingProxyType({"en": " knots", "ja": " ノット", "zh": " 节"})
_MINUTE_US: Final = 60 * MICROSECONDS


def _round(value: Fraction) -> int:
    return round(value)


def parse_length(typed: str) -> int:
    """Return millimetres of `137 m`, `150 yd`, `0.5 nm`, `2 cables`; a number without its unit is refused."""
    found = _LENGTH.fullmatch(plain_typed(typed))
    if not found or found[2] not in _LENGTHS:
        raise NotAllowed(Sentence("amount.no_length", typed=f"{typed:.40}"))
    return _round(Fraction(found[1]) * _LENGTHS[found[2]])


def parse_distance(typed: str) -> tuple[int, int]:
    """Return millimetres of distance and error of `137 m ± 25 m` (or `+-`); without an error it is refused."""
    value, sign, error = typed.replace("+/-", "±").replace("+-", "±").partition("±")
    if not sign:
        raise NotAllowed(Sentence("amount.no_error", typed=f"{typed:.40}"))
    return parse_length(value), parse_length(error)


def parse_duration(typed: str) -> int:
    """Return microseconds of `90 s`, `18 min`, `2 h`, `3 d`."""
    found = _DURATION.fullmatch(plain_typed(typed))
    if not found or found[3] not in _DURATIONS:
        raise NotAllowed(Sentence("amount.no_duration", typed=f"{typed:.40}"))
    length = _round(Fraction(found[2]) * _DURATIONS[found[3]] * MICROSECONDS)
    return -length if found[1] else length


def parse_speed(typed: str) -> int:
    """Return millimetres a second of `10 kn` or `5 m/s`."""
    found = _SPEED.fullmatch(plain_typed(typed))
    if not found:
        raise NotAllowed(Sentence("amount.no_speed", typed=f"{typed:.40}"))
    return _round(Fraction(found[1]) * _SPEEDS[found[2]])


def parse_angle(typed: str) -> int:
    """Return millidegrees of `045`, `45.5°` or `045 deg`; 360 is 0."""
    found = _ANGLE.fullmatch(plain_typed(typed))
    angle = _round(Fraction(found[1]) * 1000) if found else 360_001
    if angle > 360_000:
        raise NotAllowed(Sentence("amount.no_angle", typed=f"{typed:.40}"))
    return angle % 360_000


def parse_position(typed: str) -> tuple[int, int]:
    """Return the place of `32-10.5N 165-20.0W` or of `32.175 -165.3333` (degrees, north and east positive)."""
    typed = plain_typed(typed)
    if found := _SEXAGESIMAL.fullmatch(typed):
        lat = _degrees(found[1], found[2], negative=found[3] == "S")
        lon = _degrees(found[4], found[5], negative=found[6] == "W")
    elif found := _DEGREES.fullmatch(typed):
        lat, lon = (_round(Fraction(part) * E7) for part in found.groups())
    else:
        raise NotAllowed(Sentence("place.no_position", typed=f"{typed:.40}"))
    return check_position(lat, -MAX_LON_E7 if lon == MAX_LON_E7 else lon)


def _degrees(whole: str, minutes: str, *, negative: bool) -> int:
    if Fraction(minutes) >= 60:
        raise NotAllowed(Sentence("place.minutes", minutes=minutes))
    value = _round((int(whole) + Fraction(minutes) / 60) * E7)
    return -value if negative else value


def say_position(lat_e7: int, lon_e7: int) -> str:
    """Return `32-10.500N 165-20.000W`: degrees and thousandths of minutes (about 2 m)."""
    return f"{_side(lat_e7, 2, 'NS')} {_side(lon_e7, 3, 'EW')}"


def _side(value_e7: int, width: int, letters: str) -> str:
    thousandths = _round(Fraction(abs(value_e7) * 60_000, E7))
    degrees, rest = divmod(thousandths, 60_000)
    return f"{degrees:0{width}d}-{rest // 1000:02d}.{rest % 1000:03d}{letters[value_e7 < 0]}"


def say_length(value_mm: int, lang: str) -> str:
    """Return `137.16 m`, or `137 m` where that is exact."""
    metres = Decimal(value_mm) / _MM
    return f"{metres.quantize(Decimal('0.001'), ROUND_HALF_EVEN).normalize():f}{_METRES[lang]}"


def coarse(value_mm: int, error_mm: int) -> tuple[int, int]:
    """Return a distance rounded to the first figure of its error, with the error widened so that nothing is lost.

    The interval of the result always holds the interval that was given.
    """
    if error_mm == 0:
        return value_mm, error_mm
    step = int(10 ** (len(str(error_mm)) - 1))
    value = (value_mm + step // 2) // step * step
    error = error_mm + abs(value - value_mm)
    return value, -(-error // step) * step


def stepped(value_mm: int, error_mm: int, step_mm: int) -> tuple[int, int]:
    """Return a measurement rounded to whole steps, in millimetres; a step below 1 is refused.

    The error grows by what the rounding moved, then to the next whole step: it still holds the measured interval.
    """
    if step_mm < 1:
        raise NotAllowed(Sentence("amount.rounding"))
    rounded = round(value_mm / step_mm) * step_mm
    return rounded, -(-(error_mm + abs(value_mm - rounded)) // step_mm) * step_mm


def say_distance(value_mm: int, error_mm: int, lang: str) -> str:
    """Return `140 m ± 30 m` for 137.16 m ± 25 m: never finer than the error."""
    value, error = coarse(value_mm, error_mm)
    return f"{say_length(value, lang)} ± {say_length(error, lang)}"


def say_duration(value_us: int, lang: str) -> str:
    """Return `18 min`, or seconds where it is no whole number of minutes."""
    if value_us % _MINUTE_US == 0:
        return f"{value_us // _MINUTE_US}{_MINUTES[lang]}"
    seconds = (Decimal(value_us) / MICROSECONDS).normalize()
    return f"{seconds:f}{_SECONDS[lang]}"


def say_speed(value_mm_s: int, lang: str) -> str:
    """Return knots to a tenth."""
    return f"{_round(Fraction(value_mm_s * 36_000, 1_852_000)) / 10:.1f}{_KNOTS[lang]}"


def say_angle(value_mdeg: int, _lang: str) -> str:
    """Return `045.5°`: three figures and a tenth."""
    return f"{_round(Fraction(value_mdeg, 100)) % 3600 / 10:05.1f}°"
