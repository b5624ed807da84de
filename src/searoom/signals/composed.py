"""Kinds of field made of parts, each of a plain kind: read from a table, so that a new one needs no code.

Rule 1: the value is a map of part to value; what is absent is absent, and an unknown part is refused.
Rule 2: what was perceived and what was concluded are two parts, and no function makes the one from the other.
Rule 3: a value that its own choice keeps at home (`stays`) is refused in a form that leaves, on both ways.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, cast

from searoom.cbor import Value
from searoom.errors import NotAllowed
from searoom.sentences import Named, Sentence, unplaced
from searoom.signals.fieldkind import Context, Kind, Schema
from searoom.signals.tables import Table, packaged, read_table

_STOPS: Final = MappingProxyType({"en": "; ", "ja": "；", "zh": "；"})
_COLONS: Final = MappingProxyType({"en": ": ", "ja": "：", "zh": "："})


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a kind: its own kind, label and choices, as a field of a form has them."""

    name: str
    kind: Kind
    required: bool
    label: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Needs:
    """Where the part `when` is there, or is one of `choices`, the part `then` must be there too."""

    when: str
    choices: tuple[str, ...]
    then: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Where `when` is one of `choices` and `also` one of `among`, the sentence of that key is said, as advice."""

    when: str
    choices: tuple[str, ...]
    also: str
    among: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Composed:
    """A kind made of parts, and what holds between them."""

    name: str
    parts: tuple[Part, ...]
    one_of: tuple[str, ...]
    needs: tuple[Needs, ...]
    doubts: tuple[Doubt, ...]
    stays: tuple[str, str] | None

    def parse(self, typed: str, context: Context) -> dict[str, object]:
        """Return what was typed as `part=value; part=value`; what is missing is left to the check."""
        names = "|".join(re.escape(part.name) for part in self.parts)
        pieces = re.split(rf";\s*(?=(?:{names})\s*=)", typed.strip().rstrip(";"))
        found: dict[str, object] = {}
        for piece in pieces:
            name, equals, text = piece.partition("=")
            part = self._part(name.strip())
            if not equals or part is None:
                known = ", ".join(part.name for part in self.parts)
                raise NotAllowed(Sentence("parts.unknown", piece=f"{piece:.40}", kind=self.name, known=known))
            if part.name in found:
                raise NotAllowed(Sentence("parts.twice", part=Named(part.name)))
            try:
                found[part.name] = part.kind.parse(text.strip(), Context(part.choices, context.lang))
            except NotAllowed as fault:
                raise NotAllowed(
                    Sentence("at.field", where=Named(part.name), what=fault.sentence), advice=fault.advice()
                ) from None
        return found

    def form(self, value: object, context: Context) -> dict[str, Value]:
        """Return the value as it goes to CBOR and as it is in memory; raise `NotAllowed` for anything else."""
        held = self._held(value)
        found: dict[str, Value] = {}
        for part in self.parts:
            if part.name in held:
                found[part.name] = _of(part, held[part.name], context)
            elif part.required:
                raise NotAllowed(Sentence("at.field", where=Named(part.name), what=Sentence("find.needed")))
        if self.one_of and not set(self.one_of) & set(held):
            raise NotAllowed(Sentence("find.one_of", fields=tuple(map(Named, self.one_of))))
        return found

    def inside(self, value: object, context: Context) -> Iterator[tuple[str, str]]:
        """Yield what is wrong or weak in each part, as (part, sentence)."""
        held = self._held(value)
        for part in self.parts:
            if part.name not in held:
                if part.required or any(self._asks(need, held) and need.then == part.name for need in self.needs):
                    yield part.name, Sentence("find.needed")
                continue
            try:
                _of(part, held[part.name], context)
                sentence = part.kind.check(held[part.name], Context(part.choices, context.lang))
            except NotAllowed as fault:
                sentence = unplaced(fault.sentence)
            if sentence:
                yield part.name, sentence
        if self.one_of and not set(self.one_of) & set(held):
            yield self.one_of[0], Sentence("find.one_of", fields=tuple(map(Named, self.one_of)))

    def doubt(self, value: object, context: Context) -> str:
        """Return the first doubt about a part, or about two parts together."""
        held = self._held(value)
        for part in self.parts:
            if part.name in held and (said := part.kind.doubt(held[part.name], Context(part.choices, context.lang))):
                return Sentence("at.field", where=Named(part.name), what=said)
        for one in self.doubts:
            if held.get(one.when) in one.choices and held.get(one.also) in one.among:
                return Sentence(one.sentence)
        return ""

    def say(self, value: object, context: Context, lang: str) -> str:
        """Return the parts in their order, each behind its label."""
        held = self._held(value)
        said = (
            part.label[lang] + _COLONS[lang] + part.kind.say(held[part.name], Context(part.choices, context.lang), lang)
            for part in self.parts
            if part.name in held
        )
        return _STOPS[lang].join(said)

    def schema(self, context: Context) -> Schema:
        """Return the schema of the map."""
        rows = {part.name: part.kind.schema(Context(part.choices, context.lang)) for part in self.parts}
        made: Schema = {
            "type": "object",
            "properties": rows,
            "required": [part.name for part in self.parts if part.required],
            "additionalProperties": False,
        }
        return made | ({"anyOf": [{"required": [name]} for name in self.one_of]} if self.one_of else {})

    def at_home(self, value: object) -> bool:
        """Whether this value says of itself that it is for its own side only."""
        return self.stays is not None and self._held(value).get(self.stays[0]) == self.stays[1]

    def kind(self) -> Kind:
        """Return this as a kind of field."""
        return Kind(
            self.name, self.parse, lambda value, context: _first(self.inside(value, context)), self.form, self.form,
            self.say, self.schema, self.doubt, inside=self.inside, at_home=self.at_home,
            parts=tuple(part.name for part in self.parts),
        )  # fmt: skip

    def _part(self, name: str) -> Part | None:
        return next((part for part in self.parts if part.name == name), None)

    def _held(self, value: object) -> Mapping[str, object]:
        if not isinstance(value, Mapping):
            raise NotAllowed(Sentence("parts.no_table", kind=self.name))
        if unknown := [name for name in value if self._part(str(name)) is None]:
            raise NotAllowed(Sentence("parts.none", kind=self.name, part=f"{unknown[0]!r:.40}"))
        return cast("Mapping[str, object]", value)

    @staticmethod
    def _asks(need: Needs, held: Mapping[str, object]) -> bool:
        return need.when in held and (not need.choices or held[need.when] in need.choices)


def _of(part: Part, value: object, context: Context) -> Value:
    try:
        return part.kind.encode(value, Context(part.choices, context.lang))
    except NotAllowed as fault:
        raise NotAllowed(Sentence("at.field", where=Named(part.name), what=fault.sentence)) from None


def _first(found: Iterator[tuple[str, str]]) -> str:
    return next((Sentence("at.field", where=Named(name), what=sentence) for name, sentence in found), "")


def load(known: Mapping[str, Kind]) -> tuple[Kind, ...]:
    """Return the packaged kinds that are made of `known` ones; a fault raises `NotAllowed` with its row."""
    return read(packaged("composed.toml"), "composed.toml", known)


def load_parts(known: Mapping[str, Kind]) -> Mapping[str, tuple[Part, ...]]:
    """Return the parts of each packaged kind that is made of parts, for who asks for them one by one."""
    made = _made(packaged("composed.toml"), "composed.toml", known)
    return MappingProxyType({one.name: one.parts for one in made})


def read(text: str, file: str, known: Mapping[str, Kind]) -> tuple[Kind, ...]:
    """Return the kinds that a table describes."""
    return tuple(one.kind() for one in _made(text, file, known))


def _made(text: str, file: str, known: Mapping[str, Kind]) -> tuple[Composed, ...]:
    table = read_table(text, file)
    found = tuple(_composed(name, row, known) for name, row in table.named_tables("kind").items())
    table.done()
    return found


def _composed(name: str, row: Table, known: Mapping[str, Kind]) -> Composed:
    parts = tuple(_part(each, known) for each in row.tables("part"))
    made = Composed(
        name, parts, row.texts("one_of"),
        tuple(_needs(each) for each in row.tables("needs")),
        tuple(_doubt(each) for each in row.tables("doubts")),
        _stays(row),
    )  # fmt: skip
    row.done()
    _hang_together(made, row)
    return made


def _part(row: Table, known: Mapping[str, Kind]) -> Part:
    name = row.text("name")
    row.named(f"{row.row}, {name}")
    kind = known[row.choice("kind", tuple(known))]
    choices = {key: table.only_wording() for key, table in row.named_tables("choices").items()}
    if (kind.name == "choice") != bool(choices):
        raise row.fault("a part of the kind 'choice' has choices, and no other has")
    found = Part(name, kind, row.flag("required", default=True), row.languages("label"), MappingProxyType(choices))
    row.done()
    return found


def _needs(row: Table) -> Needs:
    found = Needs(row.text("if"), row.texts("is"), row.text("then"))
    row.done()
    return found


def _doubt(row: Table) -> Doubt:
    found = Doubt(row.text("if"), row.texts("is"), row.text("and"), row.texts("among"), row.text("sentence"))
    row.done()
    return found


def _stays(row: Table) -> tuple[str, str] | None:
    if not row.has("stays"):
        return None
    inner = row.table("stays")
    found = inner.text("part"), inner.text("choice")
    inner.done()
    return found


def _hang_together(made: Composed, row: Table) -> None:
    """Refuse a table that names a part or a choice which is not there."""
    choices = {part.name: tuple(part.choices) for part in made.parts}
    if len(choices) < len(made.parts):
        raise row.fault("a part stands twice")
    named: list[tuple[str, Sequence[str]]] = [(name, ()) for name in made.one_of]
    named += [pair for need in made.needs for pair in ((need.when, need.choices), (need.then, ()))]
    named += [pair for one in made.doubts for pair in ((one.when, one.choices), (one.also, one.among))]
    named += [(made.stays[0], (made.stays[1],))] if made.stays else []
    for name, wanted in named:
        if name not in choices or set(wanted) - set(choices[name]):
            raise row.fault(f"'{name}' with {', '.join(wanted) or 'any value'} is no part of this kind")
