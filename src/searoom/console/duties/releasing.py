"""A national note released field by field: which of its fields go into which field of a shared form, how coarse.

Rule 1: nothing is taken that was not ticked, and a tick sends nothing: the shared form is looked at and signed as ever.
Rule 2: what is made coarser only loses: a measurement's error grows by what the rounding moved.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, cast

from searoom.clock import to_text
from searoom.console.gathering import FIELD, link, named
from searoom.errors import NotAllowed
from searoom.sentences import Named, Sentence
from searoom.signals.forms import Filled, Form, FormBook
from searoom.signals.kinds import PARTS
from searoom.signals.quantities import E7, say_position, stepped
from searoom.statements.release import Policy, forbidden
from searoom.units import MICROSECONDS

PLAIN: Final = frozenset({"line", "unit", "text", "words", "person"})
FITS: Final[Mapping[str, frozenset[str]]] = MappingProxyType({
    **dict.fromkeys(PLAIN, PLAIN),
    "time": frozenset({"time", "zoned"}),
    "distance": frozenset({"distance"}),
    "length": frozenset({"length"}),
})  # fmt: skip
"""Into which kinds of field a value goes; a kind that stands not here goes into its own alone."""
STEPS: Final[Mapping[str, tuple[int, ...]]] = MappingProxyType({
    "distance": (1, 10, 50, 100, 500, 1852),  # metres; the last is a nautical mile
    "length": (1, 10, 50, 100, 500, 1852),
    "position": (0, 1, 5, 10, 30),  # minutes of arc; 0 leaves it as it is
    "time": (0, 1, 5, 15, 60),  # minutes
})  # fmt: skip
"""How coarse a value may be made, by kind."""
_MINUTE_US: Final = 60 * MICROSECONDS


@dataclass(frozen=True, slots=True)
class Source:
    """One field of the note that can be released: its label and words, and the fields of the shared form it fits."""

    name: str
    kind: str
    label: str
    words: str
    into: tuple[tuple[str, str], ...]
    likely: str
    steps: tuple[int, ...]


def forms_for(note: Form, book: FormBook, policy: Policy) -> tuple[Form, ...]:
    """Return the shared forms that a person signs and into which something of a note could go."""
    kinds = {target for _, kind, _ in named(note) for target in _fits(kind)}
    return tuple(
        form
        for form in book.forms
        if form.visibility == "shared"
        and not form.automatic
        and not forbidden(policy, form)
        and kinds & {kind for _, kind, _ in named(form)}
    )


def _fits(kind: str) -> frozenset[str]:
    return FITS.get(kind, frozenset({kind}))


def sources(note: Filled, book: FormBook, target: Form, lang: str) -> tuple[Source, ...]:
    """Return the fields of a note that fit some field of the target; each likely goes where the name is the same."""
    form, taken = book.form(note.form), set[str]()
    rows = []
    for name, kind, field in named(form):
        text = typed_text(note, form, name, kind)
        into = tuple((to, each.label[lang]) for to, other, each in named(target) if other in _fits(kind))
        if not text or not into:
            continue
        names = [to for to, _ in into]
        likely = name if name in names else next((to for to in names if to not in taken), names[0])
        taken.add(likely)
        rows.append(Source(name, kind, field.label[lang], text, into, likely, STEPS.get(kind, ())))
    return tuple(rows)


def typed_text(note: Filled, form: Form, name: str, kind: str) -> str:
    """Return a value as a person types it: what the kind's `parse` reads as the same; '' where there is none."""
    if kind == "distance" and name in form.typed:
        value, error = (note.fields.get(each) for each in form.typed[name])
        return "" if not isinstance(value, int) or not isinstance(error, int) else _distance((value, error))
    value = note.fields.get(name)
    return "" if value is None else _text(kind, value)


def _text(kind: str, value: object) -> str:
    if kind in PARTS:
        held = cast("Mapping[str, object]", value)
        parts = [(part, _text(part.kind.name, held[part.name])) for part in PARTS[kind] if part.name in held]
        return "; ".join(f"{part.name}={text}" for part, text in parts if text)
    return _TEXTS.get(kind, _plain)(value)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _figure(value: int, size: int) -> str:
    whole, rest = divmod(abs(value), size)
    digits = f"{rest:0{len(str(size)) - 1}d}".rstrip("0")
    return f"{'-' if value < 0 else ''}{whole}{'.' if digits else ''}{digits}"


def _distance(value: object) -> str:
    length, error = cast("tuple[int, int]", value)
    return f"{_figure(length, 1000)} m ± {_figure(error, 1000)} m"


def _zoned(value: object) -> str:
    at, offset = cast("tuple[int, int]", value)
    local = to_text(at + offset * _MINUTE_US).removesuffix("Z")
    return f"{local}{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"


def _tagged(value: object) -> str:
    lang, words = cast("tuple[str, str]", value)
    return f"{lang}: {words}"


_TEXTS: Final[Mapping[str, Callable[[object], str]]] = MappingProxyType({
    "time": lambda value: to_text(cast("int", value)),
    "zoned": _zoned,
    "position": lambda value: _place(cast("tuple[int, int]", value)),
    "distance": _distance,
    "length": lambda value: f"{_figure(cast('int', value), 1000)} m",
    "speed": lambda value: f"{_figure(cast('int', value), 1000)} m/s",
    "duration": lambda value: f"{_figure(cast('int', value), MICROSECONDS)} s",
    "angle": lambda value: _figure(cast("int", value), 1000),
    "ref": lambda value: "{}/{}".format(*cast("tuple[str, int]", value)),
    "tagged": _tagged,
})  # fmt: skip


def _place(value: tuple[int, int]) -> str:
    """Return a position as degrees with all its decimals: nothing is lost on the way to where it is rounded."""
    return " ".join(f"{'-' if each < 0 else ''}{abs(each) // E7}.{abs(each) % E7:07d}" for each in value)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an officer ticked: by field of the note, the field of the shared form that it goes into, and the step."""

    into: Mapping[str, str]
    steps: Mapping[str, int]


def chosen(query: Mapping[str, str], offered: tuple[Source, ...]) -> Chosen:
    """Return what was ticked; raise `NotAllowed` where nothing was, or where two fields go into one."""
    into: dict[str, str] = {}
    steps: dict[str, int] = {}
    for source in offered:
        if f"take-{source.name}" not in query:
            continue
        to, step = query.get(f"into-{source.name}", source.likely), query.get(f"step-{source.name}", "")
        if to not in dict(source.into):
            raise NotAllowed(Sentence("duties.no_fit", what=source.label, field=Named(f"{to:.40}")))
        if to in into.values():
            raise NotAllowed(Sentence("duties.two_into_one"))
        if step and (not step.isdecimal() or int(step) not in source.steps):
            raise NotAllowed(Sentence("duties.no_step", step=f"{step:.12}", what=source.label))
        into[source.name] = to
        steps[source.name] = int(step) if step else min(source.steps, default=0)
    if not into:
        raise NotAllowed(Sentence("duties.nothing_ticked"))
    return Chosen(into, steps)


def prefilled(note: Filled, book: FormBook, target: Form, taken: Chosen) -> str:
    """Return the address of the shared form with what was ticked in it, as coarse as was chosen."""
    return link(f"/say/{target.name}", dict(_query(note, book.form(note.form), taken)))


def _query(note: Filled, form: Form, taken: Chosen) -> Iterator[tuple[str, str]]:
    for name, kind, _ in named(form):
        if name in taken.into:
            yield FIELD + taken.into[name], coarser(note, form, name, kind, taken.steps[name])


def coarser(note: Filled, form: Form, name: str, kind: str, step: int) -> str:
    """Return a value as it is typed, rounded to whole steps (`STEPS`); 0 leaves it as it is."""
    if kind == "distance":
        pair = tuple(note.fields[each] for each in form.typed[name]) if name in form.typed else note.fields[name]
        return _distance(stepped(*cast("tuple[int, int]", pair), max(1, step) * 1000))
    value = note.fields[name]
    if not step:
        return _text(kind, value)
    if kind == "length":
        return _text(kind, round(cast("int", value) / (step * 1000)) * step * 1000)
    if kind == "time":
        return _text(kind, cast("int", value) // (step * _MINUTE_US) * step * _MINUTE_US)
    if kind == "position":
        lat, lon = (round(each / (step * E7 / 60)) * step * E7 // 60 for each in cast("tuple[int, int]", value))
        return say_position(lat, lon)
    return _text(kind, value)
