"""Kinds of field for amounts: times and their zone, lengths, speeds, frequencies, quantities with a unit, readings.

Rule 1: a value and its error are one, and the value is never said finer than the error.
Rule 2: a unit that is not in `data/units.toml` is refused with the units that there are.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import Final

from searoom.clock import from_text as time_from_text
from searoom.clock import to_text as time_to_text
from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals.fieldkind import Context, Schema, alike, items, number, one_of, row_schema, whole, whole_schema
from searoom.signals.quantities import (
    MAX_INTEGER,
    coarse,
    parse_angle,
    parse_distance,
    parse_duration,
    parse_integer,
    parse_length,
    parse_speed,
    plain_typed,
    say_angle,
    say_distance,
    say_duration,
    say_length,
    say_speed,
)
from searoom.signals.tables import Table, packaged, read_table
from searoom.units import MICROSECONDS

MAX_LENGTH_MM: Final = 10**12
MIN_TIME_US: Final = 946_684_800_000_000
MAX_TIME_US: Final = 4_102_444_800_000_000
"""Times of forms lie between the years 2000 and 2100; anything else is a slip of the clock or the pen."""
MAX_OFFSET_MIN: Final = 14 * 60
MAX_HERTZ: Final = 3 * 10**12
MAX_DIGITS: Final = 6
"""Decimal places that a quantity may have."""
_FAST_MM_S: Final = 1_030_000  # about 2,000 knots
_MINUTE_US: Final = 60 * MICROSECONDS
_ZONES: Final = MappingProxyType({"Z": 0, "UTC": 0, "JST": 540, "KST": 540, "日本時間": 540, "北京时间": 480})
_ZONED: Final = re.compile(rf"(.*[0-9]) ?({'|'.join(_ZONES)})")
_OFFSET: Final = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})$")
_FREQUENCY: Final = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,6})?) ?(Hz|kHz|MHz|GHz)")
_HERTZ: Final = MappingProxyType({"Hz": 1, "kHz": 1000, "MHz": 10**6, "GHz": 10**9})
_AMOUNT: Final = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]{1,6}))? ?(\S.*)")


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of a quantity: how it reads in each language, what people type for it, of what it is and how much."""

    name: str
    of: str
    size: Fraction
    words: Mapping[str, str]
    typed: tuple[str, ...]


@cache
def units() -> Mapping[str, Unit]:
    """Return the units that a quantity may have, by name; a fault in the table raises `NotAllowed` with its row."""
    table = read_table(packaged("units.toml"), "units.toml")
    found: dict[str, Unit] = {}
    for name, row in table.named_tables("unit").items():
        found[name] = Unit(name, row.text("of"), _size(row), row.languages("words"), row.texts("typed"))
        row.done()
    table.done()
    return MappingProxyType(found)


def _size(row: Table) -> Fraction:
    try:
        over, _, under = row.text("size", "1").partition("/")
        return Fraction(over) / Fraction(under or "1")
    except (ValueError, ZeroDivisionError):
        raise row.fault("the size of a unit is a number, or one number / another") from None


@cache
def by_typed() -> Mapping[str, str]:
    """Return the name of the unit by all that people write for it."""
    rows = units().values()
    return {each: unit.name for unit in rows for each in (unit.name, *unit.typed, *unit.words.values())}


# times


def _zoned_form(value: object) -> tuple[int, int]:
    at, offset = items(value, 2, "a.time_with_its_zone")
    return (
        whole(at, MIN_TIME_US, MAX_TIME_US, "a.time"),
        whole(offset, -MAX_OFFSET_MIN, MAX_OFFSET_MIN, "noun.minutes_east_of_utc"),
    )


def parse_zoned(typed: str) -> tuple[int, int]:
    """Return (microseconds, minutes east of UTC) of `2026-06-03T13:05:06+09:00`, or of the same with `JST`."""
    text = plain_typed(typed)
    found = _ZONED.fullmatch(text)
    if found:
        minutes = _ZONES[found[2]]
        text = f"{found[1].strip()}+{minutes // 60:02d}:{minutes % 60:02d}"
    at = time_from_text(text)
    sign = _OFFSET.search(text)
    if not sign:
        raise NotAllowed(Sentence("amount.no_zone", typed=f"{typed:.40}"))
    minutes = int(sign[2]) * 60 + int(sign[3])
    return _zoned_form([at, -minutes if sign[1] == "-" else minutes])


def say_zoned(value: object, _lang: str) -> str:
    """Return UTC first, and the time as the writer's clock had it behind it."""
    at, offset = _zoned_form(value)
    if not offset:
        return time_to_text(at)
    local = time_to_text(at + offset * _MINUTE_US).removesuffix("Z").replace("T", " ")
    return f"{time_to_text(at)} ({local} {'-' if offset < 0 else '+'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d})"


def _zoned_doubt(value: object, _context: Context) -> str:
    return Sentence("doubt.offset") if _zoned_form(value)[1] % 15 else ""


# distance, speed, frequency


def _distance_form(value: object) -> tuple[int, int]:
    length, error = items(value, 2, "a.distance")
    return whole(length, 0, MAX_LENGTH_MM, "a.distance"), whole(error, 0, MAX_LENGTH_MM, "a.error")


def weak_distance(error: int) -> str:
    """Return what is weak about a measured value, in a sentence, or nothing; an error may exceed its value."""
    return "" if error else Sentence("find.no_error")


def _fast(value: object, _context: Context) -> str:
    return Sentence("doubt.fast") if isinstance(value, int) and value > _FAST_MM_S else ""


def _negative(value: object, _context: Context) -> str:
    return Sentence("doubt.negative") if isinstance(value, int) and value < 0 else ""


def parse_frequency(typed: str) -> int:
    """Return hertz of `156.8 MHz`, `2182 kHz`."""
    found = _FREQUENCY.fullmatch(plain_typed(typed))
    if not found:
        raise NotAllowed(Sentence("amount.no_frequency", typed=f"{typed:.40}"))
    hertz = Fraction(found[1]) * _HERTZ[found[2]]
    if hertz.denominator != 1:
        raise NotAllowed(Sentence("amount.too_fine", typed=f"{typed:.40}"))
    return int(hertz)


def say_frequency(value: int, _lang: str) -> str:
    """Return megahertz to the kilohertz at least, kilohertz below 30 MHz, gigahertz above 1 GHz."""
    unit, size = ("GHz", 10**9) if value >= 10**9 else ("MHz", 10**6) if value >= 30 * 10**6 else ("kHz", 1000)
    text = f"{Decimal(value) / size:f}"
    whole_part, _, rest = text.partition(".")
    rest = rest.rstrip("0").ljust(0 if unit == "kHz" else 3, "0")
    return f"{whole_part}{'.' if rest else ''}{rest} {unit}"


# quantities with a unit, readings with an error


def _quantity_form(value: object) -> tuple[int, int, str]:
    amount, digits, unit = items(value, 3, "a.quantity")
    return (
        whole(amount, -MAX_INTEGER, MAX_INTEGER, "a.quantity"),
        whole(digits, 0, MAX_DIGITS, "a.decimal_places_of_a_quantity"),
        one_of(unit, units(), "noun.unit"),
    )


def parse_quantity(typed: str) -> tuple[int, int, str]:
    """Return (number without its point, decimal places, unit) of `12.50 t`; the places are kept as they are written."""
    found = _AMOUNT.fullmatch(plain_typed(typed))
    if not found:
        raise NotAllowed(Sentence("amount.no_quantity", typed=f"{typed:.40}"))
    unit = by_typed().get(found[4].strip())
    if unit is None:
        raise NotAllowed(Sentence("amount.no_unit", unit=f"{found[4]:.24}", known=", ".join(units())))
    amount = int(found[2] + (found[3] or ""))
    return _quantity_form([-amount if found[1] else amount, len(found[3] or ""), unit])


def _figure(amount: int, digits: int) -> str:
    return f"{Decimal(amount).scaleb(-digits):f}"


def say_quantity(value: object, lang: str) -> str:
    """Return `12.50 t` with the unit in the reader's language."""
    amount, digits, unit = _quantity_form(value)
    return f"{_figure(amount, digits)} {units()[unit].words[lang]}"


def _quantity_doubt(value: object, _context: Context) -> str:
    amount, digits, unit = _quantity_form(value)
    counted = units()[unit].of == "count"
    return Sentence("doubt.counted") if counted and (digits or amount < 0) else ""


def _reading_form(value: object) -> tuple[int, int, int, str]:
    amount, error, digits, unit = items(value, 4, "a.reading")
    return (
        whole(amount, -MAX_INTEGER, MAX_INTEGER, "a.reading"),
        whole(error, 0, MAX_INTEGER, "a.error"),
        whole(digits, 0, MAX_DIGITS, "a.decimal_places_of_a_reading"),
        one_of(unit, units(), "noun.unit"),
    )


def parse_reading(typed: str) -> tuple[int, int, int, str]:
    """Return (value, error, decimal places, unit) of `10.2 kn ± 0.5 kn`; both must be in the same unit."""
    value, sign, error = typed.replace("+/-", "±").replace("+-", "±").partition("±")
    if not sign:
        raise NotAllowed(Sentence("amount.no_error", typed=f"{typed:.40}"))
    (amount, digits, unit), (sure, places, other) = parse_quantity(value), parse_quantity(error)
    if unit != other:
        raise NotAllowed(Sentence("amount.two_units", unit=unit, other=other))
    most = max(digits, places)
    return _reading_form([amount * 10 ** (most - digits), sure * 10 ** (most - places), most, unit])


def say_reading(value: object, lang: str) -> str:
    """Return `140 m ± 30 m` for 137.16 m ± 25 m: never finer than the error."""
    amount, error, digits, unit = _reading_form(value)
    rough, wide = coarse(amount, error)
    word = units()[unit].words[lang]
    shown = [_figure(part, digits) for part in (rough, wide)]
    if wide and digits:  # no decimal place behind the first figure of the error
        places = max(0, digits - len(str(error)) + 1)
        shown = [f"{Decimal(part).scaleb(-digits):.{places}f}" for part in (rough, wide)]
    return f"{shown[0]} {word} ± {shown[1]} {word}"


def _quantity_schema() -> Schema:
    return row_schema(whole_schema(), whole_schema(0, MAX_DIGITS), {"enum": list(units())})


def _reading_schema() -> Schema:
    return row_schema(whole_schema(), whole_schema(0), whole_schema(0, MAX_DIGITS), {"enum": list(units())})


def _say_number(value: int, _lang: str) -> str:
    return str(value)


def _say_time(value: int, _lang: str) -> str:
    return time_to_text(value)


KINDS: Final = (
    number("count", 0, MAX_INTEGER, parse_integer, _say_number),
    number("integer", -MAX_INTEGER, MAX_INTEGER, parse_integer, _say_number),
    number("time", MIN_TIME_US, MAX_TIME_US, time_from_text, _say_time),
    number("duration", -(10**15), 10**15, parse_duration, say_duration, doubt=_negative),
    number("length", 0, MAX_LENGTH_MM, parse_length, say_length),
    number("speed", 0, 10**7, parse_speed, say_speed, doubt=_fast),
    number("angle", 0, 359_999, parse_angle, say_angle),
    number("frequency", 1, MAX_HERTZ, parse_frequency, say_frequency),
    alike("zoned", parse_zoned, _zoned_form, say_zoned,
          row_schema(whole_schema(MIN_TIME_US, MAX_TIME_US), whole_schema(-MAX_OFFSET_MIN, MAX_OFFSET_MIN)),
          doubt=_zoned_doubt),
    alike("distance", parse_distance, _distance_form, lambda value, lang: say_distance(*_distance_form(value), lang),
          row_schema(whole_schema(0, MAX_LENGTH_MM), whole_schema(0, MAX_LENGTH_MM)),
          check=lambda value, _: weak_distance(_distance_form(value)[1])),
    alike("quantity", parse_quantity, _quantity_form, say_quantity, _quantity_schema(), doubt=_quantity_doubt),
    alike("reading", parse_reading, _reading_form, say_reading, _reading_schema(),
          check=lambda value, _: weak_distance(_reading_form(value)[1])),
)  # fmt: skip
