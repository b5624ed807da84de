"""The forms that there are, read strictly from their tables: who may say each, on which channels, with which fields."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals import rules
from searoom.signals.kinds import FIELD_KINDS, Kind
from searoom.signals.tables import Table, packaged, packaged_names, read_table

_HASH_CONTEXT: Final = b"searoom/form-book/v1"
CHANNELS: Final = ("unit-contact", "hotline", "desk", "national")


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
    """One form. `typed` names what a person types as one text and stands in two fields: a value and its error.

    `alone`: one officer may always say it, whatever a policy asks. `leave` names what the agreement must give
    leave for, or is ''. Of the fields in `one_of`, at least one is there. `asks` are the rules between its fields,
    judged by the version `rules_version` of them. From the version `oldest` on, its versions differ in rules alone,
    and each is read. `answered_by` names the forms that usually answer it: pages offer them first, and it binds nobody.
    `notice`: it announces an activity to come, and the review of a year counts it as a notice.
    """

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
    alone: bool = False
    leave: str = ""
    one_of: tuple[str, ...] = ()
    rules_version: int = rules.VERSION
    asks: tuple[rules.Row, ...] = ()
    oldest: int = 1
    answered_by: tuple[str, ...] = ()
    notice: bool = False

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """The kinds of its fields, by the name of the field."""
        return {known.name: FIELD_KINDS[known.kind] for known in self.fields}

    @property
    def versions(self) -> str:
        """Which versions are read, as one says it: `2`, `1 to 2`."""
        return f"{self.oldest} to {self.version}" if self.oldest < self.version else f"{self.version}"

    def field(self, name: str) -> Field:
        """Return the field `name`, or raise `NotAllowed` with the names that there are."""
        for known in self.fields:
            if known.name == name:
                return known
        there = ", ".join((*(known.name for known in self.fields), *self.typed)) or "none"
        raise NotAllowed(Sentence("form.no_such_field", form=self.name, field=name, known=there))


def _meaning(form: Form) -> cbor.Value:
    fields: list[cbor.Value] = [[one.name, one.kind, one.required, sorted(one.choices)] for one in form.fields]
    return [
        form.name, form.version, form.visibility, form.automatic, form.release_persons, sorted(form.channels),
        form.answers, form.alone, form.leave, sorted(form.one_of), fields, form.rules_version,
        [row.meaning() for row in form.asks], form.oldest,
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class FormBook:
    """All forms, by name."""

    forms: tuple[Form, ...]
    _by_name: Mapping[str, Form] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", MappingProxyType({form.name: form for form in self.forms}))

    @property
    def hash(self) -> bytes:
        """The hash of all that decides how words are read, checked and released; of no label, title or source."""
        rows: list[cbor.Value] = [_meaning(form) for form in sorted(self.forms, key=lambda form: form.name)]
        return hashlib.sha256(_HASH_CONTEXT + cbor.encode(rows)).digest()

    def form(self, name: str) -> Form:
        """Return the form `name`, or raise `NotAllowed` with the names that there are."""
        if name not in self._by_name:
            known = ", ".join(form.name for form in self.forms)
            raise NotAllowed(Sentence("form.none", form=f"{name:.40}", known=known))
        return self._by_name[name]


def load() -> FormBook:
    """Return the packaged forms; any fault in a table raises `NotAllowed` with its file and field."""
    book = FormBook(tuple(read_form(packaged(f"forms/{name}"), name) for name in packaged_names("forms")))
    for form in book.forms:
        if strange := [name for name in form.answered_by if not _may_answer(book.form(name), form)]:
            raise NotAllowed(
                f"the form '{form.name}' is answered by '{strange[0]}', which no person says on its channels"
            )
    return book


def _may_answer(answer: Form, form: Form) -> bool:
    return answer.visibility == "shared" and not answer.automatic and bool(set(answer.channels) & set(form.channels))


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
    fields, version = tuple(_field(row) for row in table.tables("field")), table.integer("version")
    form = Form(
        name=name, version=version, title=table.languages("title"), visibility=visibility,
        automatic=table.flag("automatic", default=False), release_persons=table.integer("persons", 1),
        channels=channels, answers=table.flag("answers", default=False), source=table.text("source"),
        fields=fields, typed=_typed(table), alone=table.flag("alone", default=False), leave=table.text("leave", ""),
        one_of=table.texts("one_of"), rules_version=table.integer("rules", rules.VERSION),
        asks=rules.read(table, {each.name: FIELD_KINDS[each.kind] for each in fields}),
        oldest=table.integer("oldest", version), answered_by=table.texts("answered_by"),
        notice=table.flag("notice", default=False),
    )  # fmt: skip
    table.done()
    _refuse_contradictions(form, table)
    return form


def _refuse_contradictions(form: Form, table: Table) -> None:
    """Raise the table's fault where two things in a form cannot both be so."""
    if form.rules_version not in rules.VERSIONS:
        raise table.fault(f"the rules are known in the versions {rules.VERSIONS}, not {form.rules_version}")
    if form.release_persons not in (1, 2):
        raise table.fault("a form is released by 1 or 2 persons")
    if form.alone and (form.automatic or form.release_persons != 1 or form.visibility != "shared"):
        raise table.fault("what one officer may always say alone is shared, and takes one person by itself")
    if stray := sorted(set(form.one_of) - {each.name for each in form.fields if not each.required}):
        raise table.fault(f"'{stray[0]}' is one of several that may be missing, and is no such field in this form")
    for row in form.asks:
        if strange := [choice for choice in row.choices if choice not in form.field(row.fields[0]).choices]:
            raise table.fault(f"'{strange[0]}' is no choice of '{row.fields[0]}', and a rule asks for it")
    names = [each.name for each in form.fields]
    if doubled := sorted({each for each in names if names.count(each) > 1}):
        raise table.fault(f"the field '{doubled[0]}' stands twice")
    lengths = {each.name for each in form.fields if each.kind == "length"}
    if dangling := sorted({each for pair in form.typed.values() for each in pair} - lengths):
        raise table.fault(f"'{dangling[0]}' is typed together with another, and is no length in this form")
    _refuse_versions(form, table)


def _refuse_versions(form: Form, table: Table) -> None:
    if not 1 <= form.oldest <= form.version:
        raise table.fault("the oldest version that is read lies between 1 and the form's own")
    if late := [row for row in form.asks if not 1 <= row.since <= form.version]:
        raise table.fault(f"a rule is since version {late[0].since}, and the form is version {form.version}")


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
