"""The boxes of a form's fields, by kind: what a page draws for each, with what was typed and what was found at it.

Rule 1: no kind is read or judged here; `gathering` puts together what stands in the boxes, and the forms read that.
Rule 2: what a link or a person brought is never dropped: a text that fits no picker stands in a plain box.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from searoom.console.gathering import FIELD, LISTS, PAIRS, SUB, UNITS, at, named, split, spread
from searoom.console.wording import Told
from searoom.signals.forms import Form
from searoom.signals.kinds import PARTS
from searoom.signals.tables import LANGUAGES

LONG: Final = frozenset({"text", "words", "tagged", "personal", "form", "bytes"})
FIGURES: Final = frozenset({"count", "integer", "angle", "contribution"})
ZONES: Final = ("Z", "+08:00", "+09:00", "+07:00", "+05:30", "+10:00", "-10:00")
SHAPES: Final = ("circle", "polygon", "quadrant")
MOST: Final[Mapping[str, int]] = MappingProxyType({"text": 4000, "words": 1000, "form": 600_000, "bytes": 600_000})
_LOCAL: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its name as it is posted, how it is drawn, what stands in it.

    `look` is line, lines, figure, moment, day or choice. `says` names the box where a field has several (a row of the
    texts, or ''); `choices` are (value, words).
    """

    name: str
    look: str
    value: str
    says: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    most: int = 2000


@dataclass(frozen=True, slots=True)
class Drawn:
    """One field as a page draws it: its label, whether it is needed, what asks for it, its boxes or its parts."""

    name: str
    kind: str
    label: str
    required: bool
    clause: str
    boxes: tuple[Box, ...]
    parts: tuple["Drawn", ...] = ()
    found: tuple[Told, ...] = ()
    help: str = ""  # a row of the texts that helps with this field, where its kind's own does not

    @property
    def mark(self) -> str:
        """What its elements are called in the page."""
        return "field-" + re.sub(r"[^a-z0-9_-]", "-", self.name)


def drawn(
    form: Form, typed: Mapping[str, str], findings: Sequence[Told], lang: str, parties: Mapping[str, str]
) -> tuple[Drawn, ...]:
    """Return the fields of a form in their order, with what was typed and what was found at each.

    `parties` is what each party is called, by its id.
    """
    rows = []
    for name, kind, label, required, clause, choices in _rows(form, lang):
        found = tuple(one for one in findings if at(one.where, name, form))
        parts = _parts(name, kind, typed, findings, lang, parties)
        boxes = () if parts else tuple(_boxes(FIELD + name, kind, typed, choices or _called(kind, parties)))
        rows.append(Drawn(name, kind, label, required, clause, boxes, parts, found))
    return tuple(rows)


def elsewhere(form: Form, findings: Sequence[Told]) -> tuple[Told, ...]:
    """Return what was found at no field of the form: at the form itself, or at what it answers."""
    return tuple(one for one in findings if not any(at(one.where, name, form) for name, _, _ in named(form)))


_Row = tuple[str, str, str, bool, str, tuple[tuple[str, str], ...]]


def _rows(form: Form, lang: str) -> Iterator[_Row]:
    """Yield name, kind, label, need, clause and choices of each field; a value with its error is one field."""
    for name, kind, each in named(form):
        choices = tuple((key, words[lang]) for key, words in each.choices.items())
        yield name, kind, each.label[lang], each.required, each.clause, choices


def _called(kind: str, parties: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(parties.items()) if kind == "party" else ()


def _parts(
    name: str, kind: str, typed: Mapping[str, str], findings: Sequence[Told], lang: str, parties: Mapping[str, str]
) -> tuple[Drawn, ...]:
    """Return the parts of a kind that is made of parts, each as a field of its own."""
    given = split(kind, typed.get(FIELD + name, "")) if kind in PARTS else {}
    found = []
    for part in PARTS.get(kind, ()):
        whole, inner = f"{name}.{part.name}", part.kind.name
        choices = tuple((key, words[lang]) for key, words in part.choices.items()) or _called(inner, parties)
        held = {FIELD + whole: given[part.name], **typed} if part.name in given else typed
        at = tuple(one for one in findings if one.where == whole)
        boxes = tuple(_boxes(FIELD + whole, inner, held, choices))
        found.append(Drawn(whole, inner, part.label[lang], part.required, "", boxes, (), at))
    return tuple(found)


def _boxes(name: str, kind: str, typed: Mapping[str, str], choices: tuple[tuple[str, str], ...]) -> Iterator[Box]:
    """Yield the boxes of a field of a plain kind, with what stands in each."""
    held = spread(name, kind, typed)
    first = held.get(name, "")
    match kind:
        case "choice" | "party":
            known = choices if not first or first in dict(choices) else (*choices, (first, first))
            yield Box(name, "choice", first, choices=(("", ""), *known))
        case "time":
            yield Box(name, "moment" if not first or _LOCAL.fullmatch(first) else "line", first)
        case "zoned":
            yield Box(name, "moment" if not first or _LOCAL.fullmatch(first) else "line", first, "moment")
            yield _chosen(name, "zone", held, ZONES)
        case "date":
            yield Box(name, "day" if not first or _DAY.fullmatch(first) else "line", first)
        case "position":
            yield Box(name, "line", first, "latitude", most=60)
            yield Box(f"{name}{SUB}east", "line", held.get(f"{name}{SUB}east", ""), "longitude", most=40)
        case "area":
            yield from _area_boxes(name, held)
        case "tagged":
            yield _chosen(name, "lang", held, LANGUAGES)
            yield Box(name, "lines", first, "words", most=4000)
        case _ if kind in PAIRS:
            yield Box(name, "figure", first, "value", most=60)
            yield Box(f"{name}{SUB}error", "figure", held.get(f"{name}{SUB}error", ""), "error", most=40)
            yield _chosen(name, "unit", held, UNITS[kind])
        case _ if kind in UNITS:
            yield Box(name, "figure", first, "value", most=60)
            yield _chosen(name, "unit", held, UNITS[kind])
        case _:
            look = "lines" if kind in LONG or kind in LISTS else "figure" if kind in FIGURES else "line"
            yield Box(name, look, first, most=MOST.get(kind, 2000))


def _chosen(name: str, what: str, held: Mapping[str, str], among: Sequence[str]) -> Box:
    box = f"{name}{SUB}{what}"
    value = held.get(box, among[0])
    known = among if value in among else (*among, value)
    return Box(box, "choice", value, what, tuple((each, each) for each in known))


def _area_boxes(name: str, held: Mapping[str, str]) -> Iterator[Box]:
    def of(what: str) -> str:
        return held.get(f"{name}{SUB}{what}", "")

    shapes = tuple((shape, f"shape_{shape}") for shape in SHAPES)
    yield Box(f"{name}{SUB}shape", "choice", of("shape") or SHAPES[0], "shape", shapes)
    yield Box(name, "lines", held.get(name, ""), "corners", most=4000)
    yield Box(f"{name}{SUB}radius", "figure", of("radius"), "radius", most=40)
    yield _chosen(name, "unit", {f"{name}{SUB}unit": "nm", **held}, UNITS["length"])
    yield Box(f"{name}{SUB}from", "figure", of("from"), "bearing_from", most=20)
    yield Box(f"{name}{SUB}to", "figure", of("to"), "bearing_to", most=20)
