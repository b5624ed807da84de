"""Which letters the shipped fonts have, read from the fonts themselves; a letter that they lack is written as its code.

A box in the place of a letter says neither that something stood there nor what: two names can look alike that are not.
The table is `cmap` of the OpenType specification, version 1.9, in its formats 4 and 12.
"""

import struct
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any, Final

from searoom.errors import NotAllowed

REGULAR: Final = "-400.ttf"
"""The end of the name of a face that holds every letter that is shipped; a bold letter that lacks falls back on it."""
_SEGMENTS, _GROUPS = 4, 12
_ALIKE: Final = {0x202F: "\u00a0", 0x2007: "\u00a0", 0x2009: " ", 0x2011: "-"}  # spaces and a hyphen that look alike
_UNDRAWN: Final = frozenset({0x0A, 0x200C, 0x200D})  # a line feed, and joiners, for which nothing is drawn anywhere


def written(text: str) -> str:
    """Return a text with every letter that no shipped font has written as its code, such as `[U+1F6A2]`."""
    have = letters() | _UNDRAWN
    alike = (_ALIKE.get(ord(char), char) if ord(char) not in have else char for char in text)
    return "".join(char if ord(char) in have else f"[U+{ord(char):04X}]" for char in alike)


def everywhere(told: Any) -> Any:
    """Return the same of every text within lists and tables; other values stay."""
    match told:
        case str():
            return written(told)
        case list() | tuple():
            return [everywhere(each) for each in told]
        case dict():
            return {key: everywhere(each) for key, each in told.items()}
    return told


@cache
def letters() -> frozenset[int]:
    """Return the code points of all letters that a shipped regular face has."""
    folder = resources.files("searoom.review").joinpath("fonts")
    faces = [face.read_bytes() for face in folder.iterdir() if face.name.endswith(REGULAR)]
    return frozenset(code for face in faces for code in codes(face))


def codes(face: bytes) -> Iterator[int]:
    """Yield the code points to which a TrueType face gives a glyph; raise `NotAllowed` where it has no known table."""
    table = _table(face, b"cmap")
    (count,) = struct.unpack_from(">2xH", table)
    places = {struct.unpack_from(">I", table, 8 + 8 * n)[0] for n in range(count)}
    formats = {struct.unpack_from(">H", table, place)[0]: place for place in places}
    if _GROUPS in formats:
        yield from _groups(table[formats[_GROUPS] :])
    elif _SEGMENTS in formats:
        yield from _segments(table[formats[_SEGMENTS] :])
    else:
        raise NotAllowed("a shipped font has no table of its letters that is known here")


def _table(face: bytes, name: bytes) -> bytes:
    """Return one table of a face, by its directory."""
    (count,) = struct.unpack_from(">H", face, 4)
    for n in range(count):
        tag, _, start, size = struct.unpack_from(">4sIII", face, 12 + 16 * n)
        if tag == name:
            return face[start : start + size]
    raise NotAllowed("a shipped font has no table of its letters")


def _groups(table: bytes) -> Iterator[int]:
    (count,) = struct.unpack_from(">I", table, 12)
    for first, last, glyph in struct.iter_unpack(">III", table[16 : 16 + 12 * count]):
        yield from (code for code in range(first, last + 1) if glyph + code - first)


def _segments(table: bytes) -> Iterator[int]:
    (double,) = struct.unpack_from(">H", table, 6)
    half = double // 2
    ends = struct.unpack_from(f">{half}H", table, 14)
    starts, deltas, ranges = (struct.unpack_from(f">{half}H", table, 16 + double * (1 + row)) for row in range(3))
    for n, (first, last) in enumerate(zip(starts, ends, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if ranges[n]:
                place = 16 + double * 3 + 2 * n + ranges[n] + 2 * (code - first)
                (glyph,) = struct.unpack_from(">H", table, place)
                if not glyph:
                    continue
            if (glyph + deltas[n]) % 0x10000:
                yield code
