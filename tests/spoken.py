"""Lines as instruments and receivers say them: sentences with their checksums, and times before them."""

from functools import reduce
from operator import xor

from searoom.tracks import stamps

NOON_US = 1_780_488_000_000_000  # 2026-06-03T12:00:00Z


def said(words):
    """Return a sentence with its checksum: `GPRMC,...` without the dollar."""
    words = words.encode()
    return b"$%b*%02X" % (words, reduce(xor, words, 0))


def at(second, line):
    """Return a line that was received so many seconds after noon."""
    return stamps.tag(NOON_US + round(second * 1e6)) + (line if isinstance(line, bytes) else said(line))


def rmc(time="120000", *, lat="3400.0000,N", lon="13900.0000,E", knots="10.0", course="90.0", date="030626", mode="A"):
    """Return what a GNSS receiver says once a second: off Izu, east at 10 knots."""
    status = "V" if mode == "N" else "A"
    return said(f"GPRMC,{time},{status},{lat},{lon},{knots},{course},{date},,,{mode}")


def ttm(
    number="07",
    *,
    range_nm="3.0",
    bearing="45.0,T",
    vector="12.0,270.0,T",
    cpa="0.5,15.0",
    name="",
    status="T",
    time="",
):
    """Return what a radar says of one target each turn of its aerial."""
    return said(f"RATTM,{number},{range_nm},{bearing},{vector},{cpa},N,{name},{status},,{time},A")
