"""One clause: who owes which form on what occasion, what silence means; read strictly and checked against the forms."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from searoom.errors import NotAllowed
from searoom.obligations.deadlines import FITS, TERMS, TRIGGERS, Term, Trigger
from searoom.obligations.pack import Table, refuse
from searoom.signals.forms import FormBook

MODEL: Final = "model"
ABOUT: Final = frozenset({"meeting", "hotline", "unit-contact", "test", "notice", "term", "scope", "no-prejudice"})
OWES: Final = {
    "nobody": "the clause holds, and nobody owes an entry for it",
    "each": "every party owes its own",
    "together": "all parties owe it jointly: it is done when each of them has said so",
    "author": "the party that said the entry which started it",
    "recipients": "each party to which that entry was said",
}
SILENCES: Final = {
    "overdue": "the duty stays and is shown as overdue",
    "lapses": "this occasion cannot be made up; it stays counted as missed",
    "no-effect": "what was not received has no effect",
    "none": "silence means nothing here",
}
EFFECTS: Final = {"": "none", "suspends": "the dated duties rest from the moment it takes effect"}

_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_DATE_KINDS: Final = frozenset({"date", "time"})
_BY_ENTRY: Final = frozenset({"author", "recipients"})


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """What fulfils a duty: an entry of `form` whose fields equal `where`.

    With `date_field`, the date in that field decides which occasion it fulfils; the deed counts then,
    and not when it was written down.
    """

    form: str
    where: Mapping[str, str]
    date_field: str


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: its words in every language, its source, and what it makes whom owe."""

    id: str
    about: str
    source: str
    basis: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    trigger: Trigger
    term: Term
    owes: str
    fulfilment: Fulfilment | None
    in_turn: bool
    effect: str
    silence: str
    silence_text: Mapping[str, str]

    @property
    def model(self) -> bool:
        """Whether the clause is our proposal and stands in no published text."""
        return self.source == MODEL


def read_id(table: Table) -> str:
    """Return the id of a pack, a party or a clause: small letters, digits and hyphens."""
    name = table.text("id")
    if not _ID.fullmatch(name):
        raise refuse(table.at("id"), f"'{name}' is no id: small letters, digits and hyphens, a letter first")
    return name


def read_clauses(table: Table, book: FormBook, *, optional: bool) -> tuple[Clause, ...]:
    """Return the clauses of a pack in its order; an instance may have none of its own."""
    clauses: list[Clause] = []
    for row in table.tables("clauses", optional=optional):
        clause = _clause(row, book)
        if any(clause.id == other.id for other in clauses):
            raise refuse(row.place, "another clause has this id")
        clauses.append(clause)
    return tuple(clauses)


def _clause(row: Table, book: FormBook) -> Clause:
    trigger = _trigger(row, book)
    silence = row.table("silence")
    clause = Clause(
        id=read_id(row),
        about=row.choice("about", ABOUT),
        source=row.text("source"),
        basis=row.text("basis", ""),
        title=row.texts("title"),
        text=row.texts("text"),
        trigger=trigger,
        term=_term(row, trigger),
        owes=row.choice("owes", OWES),
        fulfilment=_fulfilment(row, book),
        in_turn=row.flag("in_turn") if row.has("in_turn") else False,
        effect=row.choice("effect", EFFECTS) if row.has("effect") else "",
        silence=silence.choice("means", SILENCES),
        silence_text=silence.texts("text"),
    )
    silence.done()
    row.done()
    _hang_together(clause, row, book)
    return clause


def _hang_together(clause: Clause, row: Table, book: FormBook) -> None:
    """Refuse a clause whose parts are each allowed and mean nothing together."""
    if clause.owes in _BY_ENTRY and clause.trigger.kind != "on-entry":
        raise refuse(row.at("owes"), f"'{clause.owes}' needs a trigger 'on-entry'")
    if (clause.owes == "nobody") != (clause.trigger.kind == "standing"):
        raise refuse(row.at("owes"), "a standing clause is owed by nobody, and only such a clause is")
    needs_entry = clause.owes != "nobody" and clause.term.kind != "on-receipt"
    if needs_entry != (clause.fulfilment is not None):
        raise refuse(row.at("fulfilled_by"), "it is needed where somebody owes an entry, and only there")
    if clause.effect and clause.term.kind != "on-receipt":
        raise refuse(row.at("effect"), "an effect begins on receipt: the term must be 'on-receipt'")
    if clause.in_turn and (
        clause.fulfilment is None or not _has_field(book, clause.fulfilment.form, "host") or clause.owes != "together"
    ):
        raise refuse(row.at("in_turn"), "hosts take turns in what is owed together by a form that names its host")


def _has_field(book: FormBook, form: str, field: str) -> bool:
    return any(known.name == field for known in book.form(form).fields)


def _form(table: Table, name: str, book: FormBook) -> str:
    form = table.text(name)
    try:
        found = book.form(form)
    except NotAllowed:
        raise refuse(table.at(name), f"there is no form '{form}'") from None
    if found.visibility != "shared":
        raise refuse(table.at(name), f"the form '{form}' never leaves its node, so nobody can owe it")
    return form


def _trigger(row: Table, book: FormBook) -> Trigger:
    table = row.table("trigger")
    trigger = TRIGGERS[table.choice("kind", TRIGGERS)].read(table)
    if trigger.form:
        _form(table, "form", book)
    table.done()
    return trigger


def _term(row: Table, trigger: Trigger) -> Term:
    table = row.table("term")
    term = TERMS[table.choice("kind", TERMS)].read(table)
    if term.kind not in FITS[trigger.kind]:
        raise refuse(table.at("kind"), f"the term '{term.kind}' does not fit the trigger '{trigger.kind}'")
    if term.counts_from == "delivery" and trigger.kind != "on-entry":
        raise refuse(table.at("from"), "only what an entry started can count from its delivery")
    _check_slot(trigger, term, table.place)
    table.done()
    return term


def _check_slot(trigger: Trigger, term: Term, place: str) -> None:
    """Refuse a deadline that lies behind the next slot: an entry could then count for either."""
    if trigger.every_us and term.within_us > trigger.every_us:
        raise refuse(place, "the time given is longer than the schedule's step")


def _fulfilment(row: Table, book: FormBook) -> Fulfilment | None:
    if not row.has("fulfilled_by"):
        return None
    table = row.table("fulfilled_by")
    form = _form(table, "form", book)
    where: dict[str, str] = {}
    if table.has("where"):
        wanted = table.table("where")
        where = {name: wanted.text(name) for name in wanted.names()}
    date_field = table.text("date_field", "")
    for field in (*where, *filter(None, (date_field,))):
        if not _has_field(book, form, field):
            raise refuse(table.place, f"the form '{form}' has no field '{field}'")
    for field, value in where.items():
        choices = book.form(form).field(field).choices
        if choices and value not in choices:
            raise refuse(table.at("where"), f"'{value}' is no choice of '{field}'; there are {', '.join(choices)}")
    if date_field and book.form(form).field(date_field).kind not in _DATE_KINDS:
        raise refuse(table.at("date_field"), f"the field '{date_field}' of '{form}' holds no date")
    table.done()
    return Fulfilment(form, where, date_field)


def renumber(clause: Clause, row: Table) -> Clause:
    """Give a model clause the instance's own numbers; its kinds and words stay."""
    trigger, term = clause.trigger, clause.term
    if row.has("trigger"):
        table = row.table("trigger")
        if table.choice("kind", TRIGGERS) != trigger.kind:
            raise refuse(table.at("kind"), f"the model clause has the trigger '{trigger.kind}'")
        renumbered = TRIGGERS[trigger.kind].read(table)
        if renumbered.form != trigger.form:
            raise refuse(table.at("form"), f"the model clause is started by '{trigger.form}'")
        table.done()
        trigger = renumbered
    if row.has("term"):
        term = _term(row, trigger)
    _check_slot(trigger, term, row.place)
    row.done()
    return replace(clause, trigger=trigger, term=term)
