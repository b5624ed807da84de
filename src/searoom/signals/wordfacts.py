"""What a text says in numbers: places, dates, times with their zone, amounts with their unit, and bare numbers.

Rule 1: nothing is guessed: a time without a zone has none, and a date without a year has none.
Rule 2: a date that stands right beside a time with a zone is one instant with it: the day may change with the zone.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import Final, TypeAlias

from searoom.errors import NotAllowed
from searoom.signals.amountkinds import by_typed, units
from searoom.signals.numerals import ARABIC, MIXED, SPELLED, WIDE, value_of
from searoom.signals.quantities import parse_position

Date: TypeAlias = "tuple[int | None, int, int]"
_DAY: Final = 1440
_SOME_YEAR: Final = 2000  # for a day without its year: one that has a 29 February
_YEARS: Final = (1800, 2200)
_BESIDE: Final = re.compile(r"(?:[ ,、の]|at|on|of|\([^)]{1,3}\)|T)*")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:t(?:ember)?)?|Oct(?:ober)?"
    "|Nov(?:ember)?|Dec(?:ember)?"
)
_ERAS: Final = MappingProxyType({"令和": 2018, "平成": 1988})
_ZONES: Final = MappingProxyType({
    "Z": 0, "UTC": 0, "GMT": 0,
    "協定世界時": 0, "世界時": 0, "世界標準時": 0, "协调世界时": 0, "世界时": 0, "世界标准时": 0,
    "JST": 540, "日本時間": 540, "日本时间": 540, "日本標準時": 540, "東京時間": 540, "东京时间": 540,
    "Japan time": 540,
    "Tokyo time": 540, "Japan Standard Time": 540, "KST": 540, "韓国時間": 540, "韩国时间": 540, "Korea time": 540,
    "北京時間": 480, "北京时间": 480, "中国時間": 480, "中国时间": 480, "Beijing time": 480, "China time": 480,
})  # fmt: skip
_ZONE: Final = "|".join(sorted(map(re.escape, _ZONES), key=len, reverse=True))
_HALF: Final = MappingProxyType({
    "am": 0, "午前": 0, "上午": 0, "凌晨": 0, "早上": 0, "pm": 12, "午後": 12, "下午": 12, "晚上": 12,
})  # fmt: skip
_CJK_HALF: Final = "午前|午後|上午|下午|凌晨|早上|晚上"

_SHARE: Final = "share of"
_LOOSE: Final = re.compile(f"{MIXED}|{SPELLED}", re.IGNORECASE)
_PAIRS: Final = re.compile(r"twice|second|both|pair|双|両|两|再", re.IGNORECASE)
_NO_AMOUNTS: Final = (
    "十分",
    "一度",
    "二度",
    "三度",
    "千赫",
)  # "enough", "once", "kHz": no minutes, no degrees, no thousand
_A_UNIT: Final = "hour|minute|knot|degree"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a text says in numbers, as it is written there.

    `kind` is place, date, time, instant, number, code, or what a unit measures (`units.toml`: length, speed ...).
    `value` is in one measure for all languages; `unit` is the unit's name, where there is one.
    """

    kind: str
    value: object
    words: str
    at: int
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day: minutes and their zone east of UTC in minutes, None where none is named."""

    minutes: int
    zone: int | None


Reader: TypeAlias = "Callable[[re.Match[str]], Fact | None]"


def facts(text: str) -> tuple[Fact, ...]:
    """Return what a text says in numbers, in its order; a day or an hour that cannot be has the kind `impossible`."""
    plain = text.translate(WIDE)
    found: list[Fact] = []
    at = 0
    while at < len(plain):
        fact, at = _at(plain, text, at)
        if fact is not None and fact.kind != _SHARE:
            found.append(fact)
    return tuple(_joined(found, plain))


def loose_numbers(text: str, taken: Sequence[Fact]) -> frozenset[Fraction]:
    """Return every number that stands in a text outside of what is `taken`: what a bare number may answer to."""
    plain = text.translate(WIDE)
    for fact in taken:
        plain = plain[: fact.at] + " " * len(fact.words) + plain[fact.at + len(fact.words) :]
    found = {value_of(number[0]) for number in _LOOSE.finditer(plain)}
    return frozenset(found | ({Fraction(2)} if _PAIRS.search(plain) else set()))


def _at(plain: str, text: str, at: int) -> tuple[Fact | None, int]:
    for pattern, read in _readers():
        match = pattern.match(plain, at)
        if match is None or match.end() == at:
            continue
        try:
            fact = read(match)
        except NotAllowed:
            fact = Fact("impossible", match[0], match[0], at)
        if fact is None:
            continue
        return Fact(fact.kind, fact.value, text[at : match.end()].strip(), at, fact.unit), match.end()
    return None, at + 1


def _joined(found: list[Fact], plain: str) -> Iterator[Fact]:
    """Yield the facts with each date and the time right beside it as one instant in UTC, where its zone is known."""
    skip = False
    for one, after in zip(found, (*found[1:], None)[: len(found)], strict=True):
        if skip:
            skip = False
            continue
        between = plain[one.at + len(one.words) : after.at] if after else ""
        day, hour = (one, after) if one.kind == "date" else (after, one)
        if (
            after is not None and day is not None and hour is not None and day.kind == "date"
            and isinstance(hour.value, Clock) and hour.value.zone is not None and _BESIDE.fullmatch(between)
        ):  # fmt: skip
            skip = True
            yield _instant(day, hour.value, plain[one.at : after.at + len(after.words)], one.at)
        else:
            yield one


def _instant(day: Fact, clock: Clock, words: str, at: int) -> Fact:
    year, month, number = day.value if isinstance(day.value, tuple) else (None, 1, 1)
    midnight = datetime(_SOME_YEAR if year is None else year, month, number, tzinfo=UTC)
    moment = midnight + timedelta(minutes=clock.minutes - (clock.zone or 0))
    value = (moment.year if year else None, moment.month, moment.day, moment.hour * 60 + moment.minute)
    return Fact("instant", value, words, at)


# one reader a pattern


def _place(match: re.Match[str]) -> Fact:
    return Fact("place", parse_position(match[0]), match[0], match.start())


def _named_place(match: re.Match[str]) -> Fact:
    north, lat, lat_min, east, lon, lon_min = match.groups()
    parts = [value_of(part) if part else Fraction(0) for part in (lat, lat_min, lon, lon_min)]
    sides = ("N" if north == "北" else "S"), ("E" if east in "東东" else "W")
    text = f"{int(parts[0])}-{float(parts[1]):08.5f}{sides[0]} {int(parts[2])}-{float(parts[3]):08.5f}{sides[1]}"
    return Fact("place", parse_position(text), match[0], match.start())


def _date(match: re.Match[str], year: int | None, month: int, day: int) -> Fact:
    try:
        datetime(_SOME_YEAR if year is None else year, month, day, tzinfo=UTC)
    except (ValueError, OverflowError):
        raise NotAllowed(f"'{match[0]}' is no day") from None
    if year is not None and not _YEARS[0] <= year <= _YEARS[1]:
        raise NotAllowed(f"'{match[0]}' is in no year of ours")
    return Fact("date", (year, month, day), match[0], match.start())


def _numeric_date(match: re.Match[str]) -> Fact:
    return _date(match, int(match[1]), int(match[2]), int(match[3]))


def _day_month(match: re.Match[str]) -> Fact:
    return _date(match, int(match[3]) if match[3] else None, _MONTHS.index(match[2][:3].lower()) + 1, int(match[1]))


def _month_day(match: re.Match[str]) -> Fact:
    return _date(match, int(match[3]) if match[3] else None, _MONTHS.index(match[1][:3].lower()) + 1, int(match[2]))


def _han_date(match: re.Match[str]) -> Fact:
    era, year, month, day = match.groups()
    whole = None if not year else int(value_of("1" if year == "元" else year)) + _ERAS.get(era or "", 0)
    return _date(match, whole, int(value_of(month)), int(value_of(day)))


def _clock(match: re.Match[str], hour: int, minute: int, zone: str | None, half: str | None) -> Fact:
    if half and hour <= 12:
        hour = hour % 12 + _HALF[half.lower().replace(".", "")]
    if hour > 24 or minute > 59 or hour * 60 + minute > _DAY:
        raise NotAllowed(f"'{match[0]}' is no time of day")
    offset = _ZONES[next(name for name in _ZONES if name.lower() == zone.lower())] if zone else None
    return Fact("time", Clock(hour * 60 + minute, offset), match[0], match.start())


def _group(match: re.Match[str]) -> Fact:
    """Return a date-time group: day, hour and minute in UTC, such as 030215Z."""
    clock = _clock(match, int(match[2]), int(match[3]), "Z", None).value
    minutes = clock.minutes if isinstance(clock, Clock) else 0
    month = _MONTHS.index(match[4].lower()) + 1 if match[4] else None
    if not 1 <= int(match[1]) <= 31:
        raise NotAllowed(f"'{match[0]}' is no day")
    return Fact("group", (month, int(match[1]), minutes), match[0], match.start())


def _digital(match: re.Match[str]) -> Fact:
    return _clock(match, int(match["h"]), int(match["m"]), match["before"] or match["zone"], match["half"])


def _military(match: re.Match[str]) -> Fact:
    return _clock(match, int(match[1]), int(match[2]), match[3], None)


def _han_clock(match: re.Match[str]) -> Fact:
    minute = 30 if match["thirty"] else int(value_of(match["m"])) if match["m"] else 0
    return _clock(match, int(value_of(match["h"])), minute, match["zone"] or match["after"], match["half"])


def _o_clock(match: re.Match[str]) -> Fact:
    return _clock(match, int(value_of(match["h"])), 0, match["zone"], None)


def _code(match: re.Match[str]) -> Fact:
    return Fact("code", Fraction(int(re.sub(r"[^0-9]", "", match[0])[:18])), match[0], match.start())


def _share(match: re.Match[str]) -> Fact:
    """Return a share such as 10分の1: a word of its own in each language, which is not compared."""
    return Fact(_SHARE, match[0], match[0], match.start())


def _amount(match: re.Match[str]) -> Fact | None:
    if match[0] in _NO_AMOUNTS:
        return None
    unit = units()[_unit_names()[match[2].lower()]]
    value = Fraction(1) if match[1].lower() in ("a", "an") else value_of(match[1])
    kind = unit.name if unit.of == "count" else unit.of
    return Fact(kind, value * unit.size, match[0], match.start(), unit.name)


def _number(match: re.Match[str]) -> Fact | None:
    if match[0].lower() in ("one", "zero"):  # "no one", "one another": seldom a number
        return None
    return Fact("number", value_of(match[1]), match[0], match.start())


@cache
def _unit_names() -> dict[str, str]:
    return {word.lower(): name for word, name in by_typed().items()}


@cache
def _readers() -> tuple[tuple[re.Pattern[str], Reader], ...]:
    """Return the patterns in the order in which they are tried at each place of a text."""
    words = sorted(_unit_names(), key=len, reverse=True)
    unit = "|".join(
        re.escape(word) + ("(?![a-z])" if word[-1].isascii() and word[-1].isalpha() else "") for word in words
    )
    side = r"[0-9]{1,3}[-° ][0-9]{1,2}(?:\.[0-9]{1,5})?['′]? ?"
    named = rf"({ARABIC})[度°](?:({ARABIC})['′分])?"
    half = r"(?P<half>a\.?m\.?|p\.?m\.?)"
    digital = (
        rf"(?:(?P<before>{_ZONE})[ は]?)?(?P<h>[0-9]{{1,2}}):(?P<m>[0-9]{{2}})(?::[0-9]{{2}})? ?(?:{half})?"
        rf"(?: ?\(?(?P<zone>{_ZONE})\)?(?![a-z]))?"
    )
    han_clock = (
        rf"(?:(?P<zone>{_ZONE})[のは ]?)?(?P<half>{_CJK_HALF})?(?P<h>{MIXED})[時时点點](?![間间])"
        rf"(?:(?P<m>{MIXED})分|(?P<thirty>半))?(?:\((?P<after>{_ZONE})\))?"
    )
    rows: tuple[tuple[str, Reader], ...] = (
        (rf"{side}[NS][ ,/]+{side}[EW]", _place),
        (rf"(北|南)[緯纬]{named}[、, ]*(東|东|西)[経经經]{named}", _named_place),
        (r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?![0-9])", _numeric_date),
        (rf"([0-9]{{1,2}})(?:st|nd|rd|th)? (?:of )?({_MONTH})\b\.?,?(?: ([0-9]{{4}}))?", _day_month),
        (rf"\b({_MONTH})\.? ([0-9]{{1,2}})(?:st|nd|rd|th)?\b(?:,? ([0-9]{{4}}))?", _month_day),
        (rf"(?:(令和|平成)?(元|{MIXED})年)?({MIXED})月({MIXED})[日号號](?![間间])", _han_date),
        (rf"([0-9]{{2}})([0-9]{{2}})([0-9]{{2}})Z(?: ?({'|'.join(_MONTHS)}))?(?![0-9a-z])", _group),
        (digital, _digital),
        (rf"([0-9]{{2}})([0-9]{{2}}) ?({_ZONE})(?![a-z])", _military),
        (rf"(?P<h>[0-9]{{1,2}}|{SPELLED}) o'clock(?: (?P<zone>{_ZONE})(?![a-z]))?", _o_clock),
        (han_clock, _han_clock),
        (r"(?:[A-Za-z]+-?|[\u3400-\u9fff\u30a0-\u30ff]-)[0-9]+[A-Za-z]?(?![0-9])", _code),
        (rf"{MIXED}分[の之]{MIXED} ?(?:{unit})?", _share),
        (rf"({MIXED}|{SPELLED}) ?({unit})", _amount),
        (rf"\b(an?) ({_A_UNIT})\b", _amount),
        (rf"({ARABIC}(?:[千百万萬億亿](?:{ARABIC})?)*)(?:st|nd|rd|th)?", _number),
        (rf"({SPELLED})", _number),
    )
    return tuple((re.compile(pattern, re.IGNORECASE), read) for pattern, read in rows)
