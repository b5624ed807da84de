"""One sentence of a ship's instruments (NMEA 0183, IEC 61162-1): its checksum, its fields, and what they may hold."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from searoom.tracks import stamps
from searoom.units import METRES_PER_NAUTICAL_MILE, METRES_PER_SECOND_PER_KNOT, MICROSECONDS

MAX_SENTENCE_BYTES = 256  # the standard allows 82; makers' names of targets go beyond it
DAY_US = 86_400 * MICROSECONDS
NAN = float("nan")
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{0,9})?\Z", re.ASCII)
_TIME = re.compile(r"(\d\d)(\d\d)(\d\d)(?:\.(\d{1,6})\d*)?\Z", re.ASCII)
_PLACE = re.compile(r"(\d{2,3})(\d\d(?:\.\d{1,9})?)\Z", re.ASCII)
_KILOMETRE_M = 1000.0
_STATUTE_MILE_M = 1609.344

# K, N, S of a sentence: kilometres, nautical or statute miles, and the speeds of each in an hour.
METRES_BY_UNIT = {"K": _KILOMETRE_M, "N": METRES_PER_NAUTICAL_MILE, "S": _STATUTE_MILE_M}
MPS_BY_UNIT = {"K": _KILOMETRE_M / 3600.0, "N": METRES_PER_SECOND_PER_KNOT, "S": _STATUTE_MILE_M / 3600.0}


class Unusable(ValueError):
    """A field does not hold what its place asks for; the words are the cause that is counted."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Who speaks (`RA`), what (`TTM`), and the fields; a field beyond the last one sent is empty."""

    talker: str
    kind: str
    cells: tuple[str, ...]

    def __getitem__(self, place: int) -> str:
        """Return the field at `place` as the standard counts them, from 1."""
        return self.cells[place - 1] if place <= len(self.cells) else ""


def parse(line: bytes) -> Sentence | None:
    """Return the sentence in a line that opens with `$`, None for a maker's own; `Unusable` says why neither."""
    if len(line) > MAX_SENTENCE_BYTES:
        raise Unusable("line too long")
    words, star, told = line[1:].partition(b"*")
    if not star:
        raise Unusable("checksum missing")
    if not stamps.checks(words, told[:2]):
        raise Unusable("checksum wrong")
    try:
        address, *cells = words.decode("ascii").split(",")
    except UnicodeDecodeError:
        raise Unusable("line is not text") from None
    if len(address) != 5 or not address.isalnum() or not cells or address.startswith("P"):
        return None
    return Sentence(address[:2], address[2:], tuple(cells))


def number(cell: str) -> float:
    """Return the number in a field; an empty one is "not known"."""
    if not cell:
        return NAN
    if not _NUMBER.match(cell):
        raise Unusable("not a number")
    return float(cell)


def place(lat: str, north: str, lon: str, east: str) -> tuple[float, float]:
    """Return degrees of `ddmm.mm,N,dddmm.mm,E`."""
    if not (lat and lon):
        raise Unusable("position not available")
    return _degrees(lat, north, "NS"), _degrees(lon, east, "EW")


def time_of_day(cell: str) -> int | None:
    """Return the microseconds since midnight of `hhmmss.ss`; None where the field is empty."""
    if not cell:
        return None
    found = _TIME.match(cell)
    if not found:
        raise Unusable("time cannot be read")
    hours, minutes, seconds = (int(found[place]) for place in (1, 2, 3))
    if hours > 23 or minutes > 59 or seconds > 60:  # 60: a leap second
        raise Unusable("time cannot be read")
    part = int((found[4] or "0").ljust(6, "0"))
    return (hours * 3600 + minutes * 60 + seconds) * MICROSECONDS + part


def midnight(day: str, month: str, year: str) -> int:
    """Return the microseconds of the midnight that begins a date; a year of two figures is of 1980 to 2079."""
    if not (day.isdigit() and month.isdigit() and year.isdigit()):
        raise Unusable("time cannot be read")
    try:
        whole = int(year)
        if len(year) == 2:
            whole += 1900 if whole >= 80 else 2000
        return int(datetime(whole, int(month), int(day), tzinfo=UTC).timestamp()) * MICROSECONDS
    except (ValueError, OverflowError):
        raise Unusable("time cannot be read") from None


def nearest_day(of_day_us: int, near_us: int) -> int:
    """Return the instant with this time of day that is nearest to `near_us`: right across midnight, both ways."""
    first = near_us - near_us % DAY_US + of_day_us
    return min((first - DAY_US, first, first + DAY_US), key=lambda moment: abs(moment - near_us))


def _degrees(cell: str, side: str, sides: str) -> float:
    found = _PLACE.match(cell)
    if not found or side not in tuple(sides) or float(found[2]) >= 60.0:
        raise Unusable("position cannot be read")
    degrees = int(found[1]) + float(found[2]) / 60.0
    return degrees if side == sides[0] else -degrees
