"""The flags of the International Code of Signals as shapes: letters, numeral pennants, substitutes, answering pennant.

Drawn here from what the flags look like (red, yellow, blue, white and black fields); every shape is given on a grid,
the hoist at the left: 12 by 12 for square flags, 24 by 12 for pennants, and cut by the outline of its kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

COLOURS: Final[Mapping[str, str]] = MappingProxyType({
    "r": "#c8102e", "y": "#ffd100", "b": "#003da5", "w": "#ffffff", "k": "#111111",
})  # fmt: skip

OUTLINES: Final[Mapping[str, tuple[int, int, str]]] = MappingProxyType({
    "square": (12, 12, "0,0 12,0 12,12 0,12"),
    "swallowtail": (15, 12, "0,0 15,0 11,6 15,12 0,12"),
    "pennant": (24, 12, "0,0 24,4 24,8 0,12"),
    "triangle": (18, 12, "0,0 18,6 0,12"),
})  # fmt: skip
"""Kind of flag -> width, height and outline as points."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag: its name as signalmen say it, its kind (`OUTLINES`), and its fields from the ground up.

    A field is a colour letter and either a rectangle `(x, y, width, height)`, a disc `(x, y, radius)` or a polygon of
    more than two points, told apart by how many figures there are.
    """

    name: str
    kind: str
    fields: tuple[tuple[str, tuple[float, ...]], ...]


def _ground(kind: str, colour: str) -> tuple[str, tuple[float, ...]]:
    wide, high, _ = OUTLINES[kind]
    return colour, (0, 0, wide, high)


def _across(kind: str, colours: str, weights: str = "") -> tuple[tuple[str, tuple[float, ...]], ...]:
    """Return stripes that lie one below the other."""
    wide, high, _ = OUTLINES[kind]
    parts = [int(w) for w in weights] or [1] * len(colours)
    step, at, fields = high / sum(parts), 0.0, []
    for colour, part in zip(colours, parts, strict=True):
        fields.append((colour, (0, round(at, 2), wide, round(part * step, 2))))
        at += part * step
    return tuple(fields)


def _along(kind: str, colours: str) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """Return stripes that stand one beside the other, the hoist first."""
    wide, high, _ = OUTLINES[kind]
    step = wide / len(colours)
    return tuple((colour, (round(at * step, 2), 0, round(step, 2), high)) for at, colour in enumerate(colours))


def _quarters(kind: str, colours: str) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """Return four quarters: upper hoist, upper fly, lower hoist, lower fly."""
    wide, high, _ = OUTLINES[kind]
    half, low = wide / 2, high / 2
    places = ((0, 0), (half, 0), (0, low), (half, low))
    return tuple((colour, (x, y, half, low)) for colour, (x, y) in zip(colours, places, strict=True))


def _cross(kind: str, ground: str, cross: str, thick: float) -> tuple[tuple[str, tuple[float, ...]], ...]:
    wide, high, _ = OUTLINES[kind]
    middle = 6.0 if kind == "square" else 8.0
    return (
        _ground(kind, ground),
        (cross, (0, (high - thick) / 2, wide, thick)),
        (cross, (middle - thick / 2, 0, thick, high)),
    )


def _saltire(ground: str, cross: str) -> tuple[tuple[str, tuple[float, ...]], ...]:
    return (
        _ground("square", ground),
        (cross, (0, 0, 2, 0, 12, 10, 12, 12, 10, 12, 0, 2)),
        (cross, (12, 0, 12, 2, 2, 12, 0, 12, 0, 10, 10, 0)),
    )


def _checks() -> tuple[tuple[str, tuple[float, ...]], ...]:
    return tuple(("bw"[(x + y) % 2], (3 * x, 3 * y, 3, 3)) for y in range(4) for x in range(4))


def _bends() -> tuple[tuple[str, tuple[float, ...]], ...]:
    """Return ten stripes that rise from the hoist to the fly, yellow at the upper hoist."""
    fields = [_ground("square", "y")]
    for at in range(1, 10, 2):
        near, far = 2.4 * at, 2.4 * (at + 1)
        fields.append(("r", (near, 0, far, 0, 0, far, 0, near)))
    return tuple(fields)


def _box(colour: str, gap: float) -> tuple[str, tuple[float, ...]]:
    return colour, (gap, gap, 12 - 2 * gap, 12 - 2 * gap)


_S: Final = "square"
_P: Final = "pennant"

LETTERS: Final[Mapping[str, Flag]] = MappingProxyType({name[0]: Flag(name, kind, fields) for name, kind, fields in (
    ("ALFA", "swallowtail", (_ground("swallowtail", "b"), ("w", (0, 0, 6, 12)))),
    ("BRAVO", "swallowtail", (_ground("swallowtail", "r"),)),
    ("CHARLIE", _S, _across(_S, "bwrwb")),
    ("DELTA", _S, _across(_S, "yby", "121")),
    ("ECHO", _S, _across(_S, "br")),
    ("FOXTROT", _S, (_ground(_S, "w"), ("r", (6, 0, 12, 6, 6, 12, 0, 6)))),
    ("GOLF", _S, _along(_S, "ybybyb")),
    ("HOTEL", _S, _along(_S, "wr")),
    ("INDIA", _S, (_ground(_S, "y"), ("k", (6, 6, 3)))),
    ("JULIETT", _S, _across(_S, "bwb")),
    ("KILO", _S, _along(_S, "yb")),
    ("LIMA", _S, _quarters(_S, "ykky")),
    ("MIKE", _S, _saltire("b", "w")),
    ("NOVEMBER", _S, _checks()),
    ("OSCAR", _S, (_ground(_S, "r"), ("y", (0, 0, 12, 12, 0, 12)))),
    ("PAPA", _S, (_ground(_S, "b"), _box("w", 4))),
    ("QUEBEC", _S, (_ground(_S, "y"),)),
    ("ROMEO", _S, _cross(_S, "r", "y", 2.4)),
    ("SIERRA", _S, (_ground(_S, "w"), _box("b", 4))),
    ("TANGO", _S, _along(_S, "rwb")),
    ("UNIFORM", _S, _quarters(_S, "rwwr")),
    ("VICTOR", _S, _saltire("w", "r")),
    ("WHISKEY", _S, (_ground(_S, "b"), _box("w", 2), _box("r", 4))),
    ("X-RAY", _S, _cross(_S, "w", "b", 2.4)),
    ("YANKEE", _S, _bends()),
    ("ZULU", _S, (("y", (0, 0, 12, 0, 6, 6)), ("b", (12, 0, 12, 12, 6, 6)),
                  ("r", (12, 12, 0, 12, 6, 6)), ("k", (0, 12, 0, 0, 6, 6)))),
)})  # fmt: skip

NUMERALS: Final[Mapping[str, Flag]] = MappingProxyType({name[-1]: Flag(name, _P, fields) for name, fields in (
    ("PENNANT 0", _along(_P, "yry")),
    ("PENNANT 1", (_ground(_P, "w"), ("r", (6, 6, 2.6)))),
    ("PENNANT 2", (_ground(_P, "b"), ("w", (6, 6, 2.6)))),
    ("PENNANT 3", _along(_P, "rwb")),
    ("PENNANT 4", _cross(_P, "r", "w", 2.2)),
    ("PENNANT 5", _along(_P, "yb")),
    ("PENNANT 6", _across(_P, "kw")),
    ("PENNANT 7", _across(_P, "yr")),
    ("PENNANT 8", _cross(_P, "w", "r", 2.2)),
    ("PENNANT 9", _quarters(_P, "wkry")),
)})  # fmt: skip

SUBSTITUTES: Final = (
    Flag("FIRST SUBSTITUTE", "triangle", (_ground("triangle", "b"), ("y", (2, 3, 11, 6, 2, 9)))),
    Flag("SECOND SUBSTITUTE", "triangle", (_ground("triangle", "w"), ("b", (0, 0, 8, 12)))),
    Flag("THIRD SUBSTITUTE", "triangle", (_ground("triangle", "w"), ("k", (0, 4.2, 18, 3.6)))),
)
ANSWERING: Final = Flag("ANSWERING PENNANT", _P, _along(_P, "rwrwr"))
"""Answering pennant, also code pennant and decimal point."""

ALL: Final = (*LETTERS.values(), *NUMERALS.values(), *SUBSTITUTES, ANSWERING)
