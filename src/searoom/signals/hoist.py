"""A signal as a flag hoist: which flags, drawn as SVG, and read back from what a signalman calls out.

Values follow the group as the Code writes them (deck-officer.info/docflags.htm): A bearing, C course, S speed,
R distance, T or Z time, L latitude, G longitude. A figure or letter that comes again is made by a substitute, which
repeats the first, second or third flag of its class in the group (practicalnavigator.com.au/h/di0.htm).

Rule 1: a hoist has no redundancy: what is read from one is never certain, and is always shown with its words.
Rule 2: between warships the code pennant flies above a group of the International Code (CUES 3.2.2).
"""

import re
from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Final

from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals.codebook import Codebook
from searoom.signals.flags import ANSWERING, COLOURS, LETTERS, NUMERALS, OUTLINES, SUBSTITUTES, Flag
from searoom.signals.parameters import Parameter
from searoom.signals.readback import GROUP_ALONE, SPECIAL_TABLE, Candidate
from searoom.signals.render import may_be_spoken
from searoom.signals.rows import INTERCO, Signal
from searoom.signals.spelling import FIGURE_WORDS, LETTER_WORDS

FLOWN: Final = (*INTERCO, "cues")
"""The books whose groups can be hoisted: sentences and sound signals cannot."""
MAX_FLAGS: Final = 24
MAX_CALLED: Final = 400
TACK: Final = "tack"
PENNANT_CODE: Final = "CODE"

_MARKS: Final[Mapping[str, str]] = {"course": "C", "bearing": "A", "speed": "S", "distance": "R", "time": "Z"}
_POSITION: Final = re.compile(r"([0-9]+)-([0-9]+)(?:\.([0-9]+))?([NS]) ([0-9]+)-([0-9]+)(?:\.([0-9]+))?([EW])")
_CALLED: Final = re.compile(r"[a-z-]+|[0-9]")
_ORDINALS: Final[Mapping[str, int]] = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2}
_NOISE: Final = frozenset(("pennant", "flag", "numeral", "and", "then", TACK, "substitute", "sub", "repeater"))


def groups(signal: Signal, params: Mapping[str, str], *, code_pennant: bool = True) -> tuple[str, ...]:
    """Return the groups of a hoist, top first, as text: `("CODE", "MD", "C045")`.

    A signal that is never offered or has no flags, and a value that flags cannot say, raise `NotAllowed`.
    """
    may_be_spoken(signal, "en", exercise=False)
    if not flown(signal):
        raise NotAllowed(Sentence("flags.spoken", code=signal.code, book=signal.book))
    signal.values(params, "en")
    first = (PENNANT_CODE,) if code_pennant and signal.book in INTERCO else ()
    said = [_value(parameter, params[parameter.name]) for parameter in signal.parameters]
    return (*first, *signal.code.split(), *(group for value in said for group in value))


def flown(signal: Signal) -> bool:
    """Tell whether a row has flags: groups do, sentences and blasts and words of procedure do not."""
    return signal.book in INTERCO or (signal.book in FLOWN and any(char.isdigit() for char in signal.code))


def _value(parameter: Parameter, value: str) -> tuple[str, ...]:
    if parameter.choices or parameter.kind == "name":
        if parameter.kind == "name" and not re.fullmatch(r"[A-Za-z0-9]{1,6}", value):
            raise NotAllowed(Sentence("flags.too_long", value=value))
        return (value.upper(),)
    if place := _POSITION.fullmatch(value):
        lat, lat_min, lat_part, north, lon, lon_min, lon_part, east = place.groups()
        if f"{lat_part or 0}{lon_part or 0}".strip("0"):
            raise NotAllowed(Sentence("flags.minutes"))
        return (f"L{int(lat):02d}{int(lat_min):02d}{north}", f"G{int(lon):03d}{int(lon_min):02d}{east}")
    return (_MARKS.get(parameter.name, "") + value.removesuffix("Z"),)


def flags(groups_of_hoist: Sequence[str]) -> tuple[tuple[Flag, ...], ...]:
    """Return the flags of each group, top first, with a substitute for whatever comes again in its class."""
    found = tuple(_flags(group) for group in groups_of_hoist)
    if sum(map(len, found)) > MAX_FLAGS:
        raise NotAllowed(Sentence("flags.too_many", most=MAX_FLAGS))
    return found


def _flags(group: str) -> tuple[Flag, ...]:
    if group == PENNANT_CODE:
        return (ANSWERING,)
    flown: list[Flag] = []
    seen: dict[bool, list[str]] = {True: [], False: []}
    for char in group:
        if char == ".":
            flown.append(ANSWERING)
            continue
        table = NUMERALS if char.isdigit() else LETTERS
        if char not in table:
            raise NotAllowed(Sentence("flags.none", sign=char))
        row = seen[char.isdigit()]
        again = row.index(char) if char in row else -1
        if again >= len(SUBSTITUTES) or (again >= 0 and SUBSTITUTES[again] in flown):
            raise NotAllowed(Sentence("flags.one_set", group=group))
        flown.append(table[char] if again < 0 else SUBSTITUTES[again])
        row.append(char)
    return tuple(flown)


def draw(hoist: Sequence[Sequence[Flag]], *, unit: int = 4) -> str:
    """Return the hoist as an SVG: flags below one another at their halyard, a gap between groups, names beside them."""
    parts: list[str] = []
    top = unit * 2
    for group in hoist:
        for flag in group:
            parts.append(_drawn(flag, unit * 2, top, unit))
            middle = top + 6 * unit
            parts.append(f'<text x="{unit * 30}" y="{middle}" dominant-baseline="middle">{flag.name}</text>')
            top += 13 * unit
        top += 5 * unit  # the tack line between two groups
    wide, high = unit * 80, top - 3 * unit
    names = ", ".join(flag.name for group in hoist for flag in group)
    line = f'<line x1="{unit * 2}" y1="0" x2="{unit * 2}" y2="{high}" stroke="#666" stroke-width="1"/>'
    cuts = "".join(
        f'<clipPath id="cut-{kind}"><polygon points="{points}"/></clipPath>'
        for kind, (_, _, points) in OUTLINES.items()
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" role="img"'
        f' font-family="sans-serif" font-size="{unit * 4}"><title>Flag hoist, from the top: {names}</title>'
        f"<defs>{cuts}</defs>{line}{''.join(parts)}</svg>"
    )


def _drawn(flag: Flag, left: float, top: float, unit: float) -> str:
    points = OUTLINES[flag.kind][2]
    fields = "".join(_field(colour, shape) for colour, shape in flag.fields)
    return (
        f'<g transform="translate({left:g} {top:g}) scale({unit:g})"><g clip-path="url(#cut-{flag.kind})">'
        f'{fields}</g><polygon points="{points}" fill="none" stroke="#444" stroke-width="0.15"/></g>'
    )


def _field(colour: str, shape: tuple[float, ...]) -> str:
    fill = COLOURS[colour]
    if len(shape) == 3:
        return f'<circle cx="{shape[0]:g}" cy="{shape[1]:g}" r="{shape[2]:g}" fill="{fill}"/>'
    if len(shape) == 4:
        x, y, wide, high = shape
        return f'<rect x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}" fill="{fill}"/>'
    points = " ".join(f"{x:g},{y:g}" for x, y in zip(shape[::2], shape[1::2], strict=True))
    return f'<polygon points="{points}" fill="{fill}"/>'


def called(text: str) -> str:
    """Return the letters and figures of a hoist that was called out, top first, substitutes put back.

    `code, romeo, tango, pennant 1` is `RT1`, `mike alfa second substitute` is `MAA`; `tack` divides groups. A word that
    is no flag, and a substitute that repeats nothing, raise `NotAllowed`.
    """
    found: list[str] = []
    if strange := re.search(r"[^A-Za-z0-9 ,.;/\n\t-]", text[:MAX_CALLED]) or re.search(".", text[MAX_CALLED:]):
        raise NotAllowed(Sentence("flags.strange", flags=f"{strange[0]!a}"))
    words = _CALLED.findall(re.sub(r"\b([123])(?:st|nd|rd)\b", _ordinal, text.lower()))
    start = 0  # of the group: a substitute repeats nothing that flies in another one
    for at, word in enumerate(words):
        if word == TACK or "".join(found) == SPECIAL_TABLE:
            start = len(found)
        if word in _ORDINALS:
            found.append(_repeated(found[start:], _ORDINALS[word]))
        elif word in LETTER_WORDS or word in FIGURE_WORDS:
            found.append(LETTER_WORDS.get(word) or FIGURE_WORDS[word])
        elif word.isdigit():
            found.append(word)
        elif word in ("code", "answering"):
            if found and at + 1 < len(words) and found[-1].isdigit():
                found.append(".")
        elif word not in _NOISE:
            if (len(words) > 1 and len(word) > 3) or not word.isalpha():
                raise NotAllowed(Sentence("flags.no_flag", word=word[:20]))
            found += word.upper()
    if len(found) > MAX_FLAGS:
        raise NotAllowed(Sentence("flags.most", most=MAX_FLAGS))
    return "".join(found)


def _ordinal(found: re.Match[str]) -> str:
    return ("first", "second", "third")[int(found[1]) - 1]


def _repeated(found: Sequence[str], place: int) -> str:
    """Return what a substitute repeats: the flag of that place among those of the class that flies above it."""
    if not found:
        raise NotAllowed(Sentence("flags.substitute_top"))
    same = [char for char in found if char.isdigit() == found[-1].isdigit()]
    if place >= len(same):
        raise NotAllowed(Sentence("flags.substitute_none"))
    return same[place]


def read(text: str, codebook: Codebook) -> tuple[Candidate, ...]:
    """Return which signals a called hoist may be, never certain; one that exists in no order raises `NotAllowed`.

    A hoist that is no group as it was called, and is one from the bottom up or in another order, gives those with why.
    """
    seen = called(text)
    whole, behind = _longest(seen, codebook)
    if whole is not None:
        other = [row for row in _orders(seen, codebook) if row is not whole and not behind]
        why = "flags have no redundancy; ask by voice or lamp"
        turned = tuple(
            _candidate(row, 0.5, "the same flags in another order; read them again from the top") for row in other
        )
        return (_candidate(whole, GROUP_ALONE, f"{why}; behind it stands {behind}" if behind else why), *turned)
    turned_rows = _orders(seen, codebook)
    if not turned_rows:
        codebook.row(seen)  # raises, with the codes near it
    backwards = seen[::-1]
    return tuple(
        _candidate(
            row,
            0.5 if row.code.replace(" ", "") == backwards else 0.4,
            f"'{seen}' is no signal; "
            + (
                "read from the bottom up it is this one"
                if row.code.replace(" ", "") == backwards
                else "in another order it is this one"
            ),
        )
        for row in turned_rows
    )


def _longest(seen: str, codebook: Codebook) -> tuple[Signal | None, str]:
    """Return the row whose group begins the hoist, the longest first, and the values behind it as they flew."""
    rows = {row.code.replace(" ", ""): row for row in codebook.signals if flown(row)}
    if seen in rows:
        return rows[seen], ""
    for end in range(len(seen) - 1, 0, -1):
        row = rows.get(seen[:end])
        if row is not None and row.parameters and re.fullmatch(r"[A-Z]?[0-9][0-9A-Z.]*", seen[end:]):
            return row, seen[end:]
    return None, ""


def _orders(seen: str, codebook: Codebook) -> list[Signal]:
    """Return the rows that are made of just these flags in another order, the bottom-up reading first."""
    if not 1 < len(seen) <= 6:
        return []
    wanted = {"".join(order) for order in permutations(seen)} - {seen}
    found = [row for row in codebook.signals if flown(row) and row.code.replace(" ", "") in wanted]
    return sorted(found, key=lambda row: (row.code.replace(" ", "") != seen[::-1], row.code))[:5]


def _candidate(row: Signal, likeness: float, why: str) -> Candidate:
    return Candidate(row, certain=False, words=row.meaning, params={}, likeness=likeness, why=why)
