"""What a person typed into the boxes of a form, put together as the forms read it; and a text spread over the boxes.

Rule 1: what is put together is the text that `forms.from_text` reads, and nothing is judged on the way.
Rule 2: a time in a picker is UTC: it is given its Z here, and nowhere else.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from searoom.errors import Finding, NotAllowed
from searoom.sentences import Sentence, unplaced
from searoom.signals.amountkinds import units
from searoom.signals.formbook import Field
from searoom.signals.forms import Filled, Form, FormBook, check, from_text
from searoom.signals.kinds import PARTS
from searoom.signals.namekinds import TAGGED
from searoom.signals.tables import LANGUAGES

FIELD: Final = "field-"
SUB: Final = "~"
"""What stands between a field's name and that of a box beside its first: `field-at~zone`."""
LISTS: Final = frozenset({"names", "codes", "indexes", "parameters"})
PAIRS: Final = frozenset({"distance", "reading"})
_LENGTHS: Final = ("m", "nm", "km", "yd", "ft", "cables")
UNITS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    "length": _LENGTHS,
    "distance": _LENGTHS,
    "speed": ("kn", "m/s"),
    "duration": ("min", "h", "d", "s"),
    "frequency": ("kHz", "MHz", "GHz", "Hz"),
    "quantity": ("", *units()),
    "reading": ("", *units()),
})  # fmt: skip
"""The units that stand beside a figure; a unit typed behind the figure itself counts before them."""
_SHAPES: Final = frozenset({"circle", "polygon", "quadrant", "sector"})
_FIGURE: Final = re.compile(r"[-−+]?[0-9０-９]+(?:[.．][0-9０-９]+)?")
_LOCAL: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?")
_STAMP: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?) ?(Z|[+-]\d\d:\d\d)")
_AMOUNT: Final = re.compile(rf"({_FIGURE.pattern}) ?([^\s±]+)")
_PLACE: Final = re.compile(r"(.*[NS])[ ,/]+(.*[EW])")
_CIRCLE: Final = re.compile(r"circle (.*[NSEW]) (\S+) ?(\S+)")
_SECTOR: Final = re.compile(r"(?:quadrant|sector) (.*[NSEW]) ([0-9.]+) ?([a-z]+) ([0-9.]+)-([0-9.]+)")


def link(path: str, query: Mapping[str, str]) -> str:
    """Return the address of a page of this console with what it is asked; every letter but the plainest is coded."""
    pairs = (f"{_coded(name)}={_coded(value)}" for name, value in query.items())
    return path + ("?" + "&".join(pairs) if query else "")


def _coded(text: str) -> str:
    plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    return "".join(chr(byte) if chr(byte) in plain else f"%{byte:02X}" for byte in text.encode())


def named(form: Form) -> Iterator[tuple[str, str, Field]]:
    """Yield the fields as a person fills them in, as (name, kind, field): a value and its error are one of them."""
    pairs = {value: name for name, (value, _) in form.typed.items()}
    errors = {error for _, error in form.typed.values()}
    for each in form.fields:
        if each.name in pairs:
            yield pairs[each.name], "distance", each
        elif each.name not in errors:
            yield each.name, each.kind, each


def at(where: str, name: str, form: Form) -> bool:
    """Whether a finding at `where` is one of the field `name`, of a part of it, or of its error."""
    return where.partition(".")[0] in (name, *form.typed.get(name, ()))


# what a link brought, spread over the boxes


def spread(name: str, kind: str, typed: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in each box of a plain field: as it was typed, or a whole text spread over them.

    A text of another shape than the boxes stands in the first alone.
    """
    if any(key.startswith(name + SUB) for key in typed):
        return {key: value for key, value in typed.items() if key == name or key.startswith(name + SUB)}
    whole = typed.get(name, "")
    return {name: whole, **_spread(name, kind, whole)} if whole else {}


def _spread(name: str, kind: str, text: str) -> dict[str, str]:
    """Return what stands in each box for a whole text; a text of another shape stands in the first alone."""
    found: re.Match[str] | None
    if kind in ("time", "zoned") and (found := _STAMP.fullmatch(text)) and (kind == "zoned" or found[2] == "Z"):
        return {name: found[1], f"{name}{SUB}zone": found[2]}
    if kind == "position" and (found := _PLACE.fullmatch(text)):
        return {name: found[1], f"{name}{SUB}east": found[2]}
    if kind == "area":
        return _spread_area(name, text)
    if kind == "tagged" and (found := TAGGED.fullmatch(text)) and found[1] in LANGUAGES:
        return {name: found[2], f"{name}{SUB}lang": found[1]}
    if kind in PAIRS:
        value, _, error = text.partition("±")
        one, two = _AMOUNT.fullmatch(value.strip()), _AMOUNT.fullmatch(error.strip())
        if one and two and one[2] == two[2] and one[2] in UNITS[kind]:
            return {name: one[1], f"{name}{SUB}error": two[1], f"{name}{SUB}unit": one[2]}
    elif kind in UNITS and (found := _AMOUNT.fullmatch(text)) and found[2] in UNITS[kind]:
        return {name: found[1], f"{name}{SUB}unit": found[2]}
    return {name: "\n".join(_listed(text))} if kind in LISTS and text else {}


def _spread_area(name: str, text: str) -> dict[str, str]:
    def boxes(shape: str, corners: str, **more: str) -> dict[str, str]:
        return {name: corners, f"{name}{SUB}shape": shape, **{f"{name}{SUB}{key}": more[key] for key in more}}

    if text.startswith("polygon "):
        return boxes("polygon", "\n".join(each.strip() for each in text.removeprefix("polygon ").split(";")))
    if found := _SECTOR.fullmatch(text):
        return boxes("quadrant", found[1], radius=found[2], unit=found[3], to=found[5]) | {f"{name}{SUB}from": found[4]}
    if found := _CIRCLE.fullmatch(text):
        return boxes("circle", found[1], radius=found[2], unit=found[3])
    return {}


def split(kind: str, text: str) -> dict[str, str]:
    """Return the parts of a text written `part=value; part=value`."""
    names = "|".join(re.escape(part.name) for part in PARTS[kind])
    pieces = re.split(rf";\s*(?=(?:{names})\s*=)", text.strip().rstrip(";"))
    pairs = (piece.partition("=") for piece in pieces if "=" in piece)
    return {name.strip(): value.strip() for name, _, value in pairs}


# what was typed, put together


def gathered(form: Form, typed: Mapping[str, str]) -> dict[str, str]:
    """Return by field the text that `forms.from_text` reads; a field in whose boxes nothing stands is left out."""
    found: dict[str, str] = {}
    known = {name: kind for name, kind, _ in named(form)}
    for name, kind in known.items():
        text = _whole(name, kind, typed)
        if text:
            found[name] = text
    for key, value in typed.items():
        name = key.removeprefix(FIELD)
        if key.startswith(FIELD) and value and SUB not in name and "." not in name and name not in known:
            found[name] = value
    return found


def _whole(name: str, kind: str, typed: Mapping[str, str]) -> str:
    if kind not in PARTS:
        return _together(FIELD + name, kind, typed)
    parts = {part.name: _together(f"{FIELD}{name}.{part.name}", part.kind.name, typed) for part in PARTS[kind]}
    given = "; ".join(f"{part}={text}" for part, text in parts.items() if text)
    return given or typed.get(FIELD + name, "").strip()


def _together(name: str, kind: str, typed: Mapping[str, str]) -> str:
    """Return what stands in the boxes of one plain field as one text."""
    whole = typed.get(name, "").strip()

    def of(what: str) -> str:
        return typed.get(f"{name}{SUB}{what}", "").strip()

    if kind == "position":
        return f"{whole} {of('east')}".strip()
    if not whole:
        return ""
    if kind in _TOGETHER:
        return _TOGETHER[kind](whole, of)
    if kind in PAIRS:
        value = _with_unit(whole, of("unit"))
        return f"{value} ± {_with_unit(of('error'), of('unit'))}" if of("error") else value
    if kind in UNITS:
        return _with_unit(whole, of("unit"))
    return ", ".join(_listed(whole)) if kind in LISTS else whole


def _with_unit(figure: str, unit: str) -> str:
    return f"{figure} {unit}" if unit and _FIGURE.fullmatch(figure) else figure


def _listed(text: str) -> list[str]:
    return [piece.strip() for piece in re.split(r"[\n,，、]", text) if piece.strip()]


def _area(whole: str, of: Callable[[str], str]) -> str:
    if not of("shape") or whole.split(" ", maxsplit=1)[0] in _SHAPES:
        return whole
    corners = [line.strip().rstrip(";") for line in re.split(r"[\n;]", whole) if line.strip()]
    if of("shape") == "polygon":
        return "polygon " + "; ".join(corners)
    text = f"{of('shape')} {' '.join(corners)} {_with_unit(of('radius'), of('unit'))}".strip()
    return text if of("shape") == "circle" else f"{text} {of('from')}-{of('to')}"


_TOGETHER: Final[Mapping[str, Callable[[str, Callable[[str], str]], str]]] = MappingProxyType({
    "time": lambda whole, _of: whole + "Z" if _LOCAL.fullmatch(whole) else whole,
    "zoned": lambda whole, of: whole + (of("zone") or "Z") if _LOCAL.fullmatch(whole) else whole,
    "tagged": lambda whole, of: f"{of('lang')}: {whole}" if of("lang") and not TAGGED.fullmatch(whole) else whole,
    "area": _area,
})  # fmt: skip


# what is wrong, at the field where it is wrong


def unread(
    book: FormBook, form: Form, values: Mapping[str, str], envelope: Mapping[str, object]
) -> tuple[Finding, ...]:
    """Return what cannot be read, at each field, and what the check finds in the rest; nothing where all can be read.

    `envelope` is what `forms.from_text` is told beside the fields: channel, precedence, language, what it answers.
    """
    told, good = [], dict[str, str]()
    for name, text in values.items():
        try:
            from_text(book, form.name, {name: text}, lang=str(envelope.get("lang", LANGUAGES[0])))
            good[name] = text
        except NotAllowed as fault:
            sentence = Sentence("at.advice", what=unplaced(fault.sentence), do=fault.advice())
            told.append(Finding(name, sentence, _clause(form, name)))
    if not told:
        return ()
    return (*told, *_rest(book, form, good, {one.where for one in told}, envelope))


def _rest(
    book: FormBook, form: Form, good: Mapping[str, str], bad: set[str], envelope: Mapping[str, object]
) -> Iterator[Finding]:
    try:
        filled: Filled = from_text(book, form.name, good, **envelope)  # type: ignore[arg-type]  # as the caller gave it
    except NotAllowed:
        return
    yield from (one for one in check(filled, book) if not any(at(one.where, name, form) for name in bad))


def _clause(form: Form, name: str) -> str:
    return next((each.clause for known, _, each in named(form) if known == name), "")
