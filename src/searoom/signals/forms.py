"""Forms as data: what may be said in writing, filled in, checked alike on every node, and as bytes.

Rule 1: both nodes run the same `check`; what it finds is shown to people and never raised.
Rule 2: `decode` raises `NotAllowed` for what is no form at all: a field unknown, missing, or of another kind.
Rule 3: a national form exists on the channel `national` alone, and a shared form never does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, cast

from searoom import cbor
from searoom.cbor import Value
from searoom.errors import Finding, NotAllowed
from searoom.signals.kinds import FIELD_KINDS, Context, weak_distance
from searoom.signals.tables import LANGUAGES, Table, packaged, packaged_names, read_table

__all__ = [
    "CHANNELS", "FIELD_KINDS", "PRECEDENCES", "Field", "Filled", "Form", "FormBook", "check", "decode", "encode",
    "from_text", "load", "read_form", "read_out",
]  # fmt: skip

CHANNELS: Final = ("unit-contact", "hotline", "desk", "national")
PRECEDENCES: Final = ("flash", "immediate", "routine")
FORMAT: Final = 0
"""Version of the bytes; the version of each form stands beside it."""
MAX_CONTENT: Final = 1 << 20
_KEYS: Final = frozenset(range(8))


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form: its kind (`FIELD_KINDS`), its label, the rule that asks for it, and its choices if any."""

    name: str
    kind: str
    required: bool
    label: Mapping[str, str]
    clause: str
    choices: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Form:
    """One form. `typed` names what a person types as one text and stands in two fields: a value and its error."""

    name: str
    version: int
    title: Mapping[str, str]
    visibility: str
    automatic: bool
    release_persons: int
    channels: tuple[str, ...]
    answers: bool
    source: str
    fields: tuple[Field, ...]
    typed: Mapping[str, tuple[str, str]]

    def field(self, name: str) -> Field:
        """Return the field `name`, or raise `NotAllowed` with the names that there are."""
        for known in self.fields:
            if known.name == name:
                return known
        there = ", ".join((*(known.name for known in self.fields), *self.typed)) or "none"
        raise NotAllowed(f"the form '{self.name}' has no field '{name}'; it has: {there}")


@dataclass(frozen=True, slots=True)
class Filled:
    """A form with what somebody wrote into it; `lang` is the language of the writer, whose words are the original."""

    form: str
    version: int
    channel: str
    precedence: str
    lang: str
    fields: Mapping[str, object]
    reply_to: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class FormBook:
    """All forms, by name."""

    forms: tuple[Form, ...]
    _by_name: Mapping[str, Form] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", MappingProxyType({form.name: form for form in self.forms}))

    def form(self, name: str) -> Form:
        """Return the form `name`, or raise `NotAllowed` with the names that there are."""
        if name not in self._by_name:
            raise NotAllowed(f"there is no form '{name:.40}'; there are {', '.join(form.name for form in self.forms)}")
        return self._by_name[name]


# reading the tables


def load() -> FormBook:
    """Return the packaged forms; any fault in a table raises `NotAllowed` with its file and field."""
    return FormBook(tuple(read_form(packaged(f"forms/{name}"), name) for name in packaged_names("forms")))


def read_form(text: str, file: str) -> Form:
    """Return the form that a table describes; the file bears the form's name."""
    table = read_table(text, file)
    name = table.text("name")
    if f"{name}.toml" != file:
        raise table.fault(f"the form '{name}' must stand in a file of that name")
    visibility = table.choice("visibility", ("shared", "national"))
    channels = table.texts("channels")
    if not channels or not set(channels) <= set(CHANNELS):
        raise table.fault(f"a form needs channels out of {', '.join(CHANNELS)}")
    if ("national" in channels) != (visibility == "national") or (visibility == "national" and len(channels) > 1):
        raise table.fault("a national form has the channel 'national' alone, and a shared form never has it")
    form = Form(
        name=name, version=table.integer("version"), title=table.languages("title"), visibility=visibility,
        automatic=table.flag("automatic", default=False), release_persons=table.integer("persons", 1),
        channels=channels, answers=table.flag("answers", default=False), source=table.text("source"),
        fields=tuple(_field(row) for row in table.tables("field")), typed=_typed(table),
    )  # fmt: skip
    table.done()
    if form.release_persons not in (1, 2):
        raise table.fault("a form is released by 1 or 2 persons")
    names = [each.name for each in form.fields]
    if doubled := sorted({each for each in names if names.count(each) > 1}):
        raise table.fault(f"the field '{doubled[0]}' stands twice")
    lengths = {each.name for each in form.fields if each.kind == "length"}
    if dangling := sorted({each for pair in form.typed.values() for each in pair} - lengths):
        raise table.fault(f"'{dangling[0]}' is typed together with another, and is no length in this form")
    return form


def _field(row: Table) -> Field:
    name = row.text("name")
    row.named(f"field {name}")
    kind = row.choice("kind", tuple(FIELD_KINDS))
    choices = {key: table.only_wording() for key, table in row.named_tables("choices").items()}
    if (kind == "choice") != bool(choices):
        raise row.fault("a field of the kind 'choice' has choices, and no other has")
    found = Field(
        name=name, kind=kind, required=row.flag("required", default=True), label=row.languages("label"),
        clause=row.text("clause", ""), choices=MappingProxyType(choices),
    )  # fmt: skip
    row.done()
    return found


def _typed(table: Table) -> Mapping[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    if table.has("typed"):
        inner = table.table("typed")
        for name in inner.names():
            parts = inner.texts(name)
            if len(parts) != 2:
                raise table.fault(f"'{name}' must name two fields, the value and its error")
            found[name] = (parts[0], parts[1])
    return MappingProxyType(found)


# what people type, and what they read


def from_text(
    book: FormBook,
    form: str,
    typed: Mapping[str, str],
    *,
    channel: str = "",
    precedence: str = "routine",
    lang: str = "en",
    reply_to: tuple[str, int] | None = None,
) -> Filled:
    """Return the form with what a person typed; what cannot be read raises `NotAllowed` naming the field.

    Without a channel it is the form's first one. What is missing is left to `check`.
    """
    known = book.form(form)
    context = _language(lang)
    fields: dict[str, object] = {}
    for name, text in typed.items():
        try:
            if name in known.typed:
                fields |= zip(known.typed[name], _pair(text, context), strict=True)
            else:
                each = known.field(name)
                fields[name] = FIELD_KINDS[each.kind].parse(text, Context(each.choices, lang))
        except NotAllowed as fault:
            raise NotAllowed(f"{form}, {name}: {fault.sentence}", advice=fault.advice()) from None
    filled = Filled(known.name, known.version, channel or known.channels[0], precedence, lang, fields, reply_to)
    _check_envelope(filled, known)
    return filled


def _language(lang: str) -> Context:
    if lang not in LANGUAGES:
        raise NotAllowed(f"'{lang:.16}' is no language here; there are {', '.join(LANGUAGES)}")
    return Context(MappingProxyType({}), lang)


def _pair(text: str, context: Context) -> tuple[int, int]:
    return cast("tuple[int, int]", FIELD_KINDS["distance"].parse(text, context))


def read_out(filled: Filled, book: FormBook, lang: str) -> tuple[str, ...]:
    """Return the form as lines for a reader of `lang`: its title, then `label: value`, in the form's order.

    A value and its error are one line, and the value is never finer than the error.
    """
    form = book.form(filled.form)
    _language(lang)
    lines = [form.title[lang]]
    errors = {error for value, error in form.typed.values() if value in filled.fields and error in filled.fields}
    together = {value: error for value, error in form.typed.values() if error in errors}
    for each in form.fields:
        if each.name not in filled.fields or each.name in errors:
            continue
        value, kind = filled.fields[each.name], each.kind
        if each.name in together:
            value, kind = (value, filled.fields[together[each.name]]), "distance"
        lines.append(f"{each.label[lang]}: {FIELD_KINDS[kind].say(value, Context(each.choices, filled.lang), lang)}")
    return tuple(lines)


# the check that both nodes run


def check(filled: Filled, book: FormBook) -> tuple[Finding, ...]:
    """Return everything that is wrong or weak with a filled-in form; nothing found is an empty tuple."""
    try:
        form = book.form(filled.form)
        _check_envelope(filled, form)
    except NotAllowed as fault:
        return (Finding(filled.form, fault.sentence),)
    findings = [
        Finding(name, f"the form '{form.name}' has no such field") for name in sorted(set(filled.fields) - _names(form))
    ]
    for each in form.fields:
        sentence = _weakness(each, filled, form)
        if sentence:
            findings.append(Finding(each.name, sentence, each.clause))
    for value, error in form.typed.values() if form.visibility == "shared" else ():
        sure = filled.fields.get(error)
        if value in filled.fields and isinstance(sure, int) and (sentence := weak_distance(sure)):
            findings.append(Finding(error, sentence, form.field(error).clause))
    if form.answers and filled.reply_to is None:
        findings.append(Finding("reply_to", "this form answers an entry and does not say which", form.source))
    return tuple(findings)


def _names(form: Form) -> set[str]:
    return {each.name for each in form.fields}


def _weakness(each: Field, filled: Filled, form: Form) -> str:
    """Return what is wrong with one field; how good the content is matters only where it is said to somebody."""
    if each.name not in filled.fields:
        return "this is needed and missing" if each.required else ""
    kind, context = FIELD_KINDS[each.kind], Context(each.choices, filled.lang)
    try:
        kind.encode(filled.fields[each.name], context)
    except NotAllowed as fault:
        return fault.sentence
    return kind.check(filled.fields[each.name], context) if form.visibility == "shared" else ""


def _check_envelope(filled: Filled, form: Form) -> None:
    """Raise `NotAllowed` where version, channel, precedence, language or reference cannot be."""
    if filled.version != form.version:
        raise NotAllowed(f"the form '{form.name}' is known in version {form.version}, not {filled.version!r:.12}")
    if filled.channel not in form.channels:
        raise NotAllowed(f"the form '{form.name}' is not for the channel '{filled.channel:.24}', but {form.channels}")
    if filled.precedence not in PRECEDENCES:
        raise NotAllowed(f"'{filled.precedence:.24}' is no precedence; there are {', '.join(PRECEDENCES)}")
    _language(filled.lang)
    if filled.reply_to is not None:
        FIELD_KINDS["ref"].encode(filled.reply_to, _language(filled.lang))


# bytes


def encode(filled: Filled, book: FormBook) -> bytes:
    """Return the one encoding of a filled-in form; raise `NotAllowed` for what `decode` would refuse."""
    form = book.form(filled.form)
    _check_envelope(filled, form)
    _check_names(filled.fields, form)
    values: dict[str, Value] = {}
    for each in form.fields:
        if each.name in filled.fields:
            values[each.name] = _coded(each, filled.fields[each.name], filled.lang)
    return cbor.encode({
        0: FORMAT, 1: form.name, 2: form.version, 3: filled.channel, 4: filled.precedence, 5: filled.lang, 6: values,
        7: None if filled.reply_to is None else list(filled.reply_to),
    })  # fmt: skip


def decode(content: bytes, book: FormBook) -> Filled:
    """Return the form that `content` encodes; raise `NotAllowed` for anything that is no whole form of this book."""
    whole = cbor.decode(content, max_bytes=MAX_CONTENT)
    if not isinstance(whole, Mapping) or set(whole) != _KEYS:
        raise NotAllowed("these bytes are no form: the fields 0 to 7 are needed, and no others")
    items = cast("Mapping[int, Value]", whole)
    if items[0] != FORMAT or isinstance(items[0], bool):
        raise NotAllowed(f"these bytes are a form in format {items[0]!r:.12}; format {FORMAT} is known here")
    name, version, channel, precedence, lang, fields, reply = (items[key] for key in range(1, 8))
    if not all(isinstance(item, str) for item in (name, channel, precedence, lang)):
        raise NotAllowed("name, channel, precedence and language of a form are texts")
    if not isinstance(version, int) or isinstance(version, bool) or not isinstance(fields, Mapping):
        raise NotAllowed("a form has a version number and a table of fields")
    form = book.form(cast("str", name))
    values = cast("Mapping[str, Value]", fields)
    _check_names(values, form)
    language = cast("str", lang)
    context = _language(language)
    filled = Filled(
        form.name, version, cast("str", channel), cast("str", precedence), language,
        {each.name: _decoded(each, values[each.name], language) for each in form.fields if each.name in values},
        None if reply is None else cast("tuple[str, int]", FIELD_KINDS["ref"].decode(reply, context)),
    )  # fmt: skip
    _check_envelope(filled, form)
    return filled


def _check_names(values: Mapping[str, object], form: Form) -> None:
    known = _names(form)
    if unknown := [name for name in values if name not in known]:
        raise NotAllowed(f"the form '{form.name}' has no field {unknown[0]!r:.40}")
    if lacking := [each.name for each in form.fields if each.required and each.name not in values]:
        raise NotAllowed(f"the form '{form.name}' lacks its field '{lacking[0]}'")


def _coded(each: Field, value: object, lang: str) -> Value:
    try:
        return FIELD_KINDS[each.kind].encode(value, Context(each.choices, lang))
    except NotAllowed as fault:
        raise NotAllowed(f"{each.name}: {fault.sentence}") from None


def _decoded(each: Field, value: Value, lang: str) -> object:
    try:
        return FIELD_KINDS[each.kind].decode(value, Context(each.choices, lang))
    except NotAllowed as fault:
        raise NotAllowed(f"{each.name}: {fault.sentence}") from None
