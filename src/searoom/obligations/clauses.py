"""One clause: who owes which form on what occasion, what silence means; read strictly and checked against the forms."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from searoom.errors import NotAllowed
from searoom.obligations.asking import DATES, form_field, has_field, shared_form
from searoom.obligations.conditions import Condition
from searoom.obligations.deadlines import FITS, TERMS, TRIGGERS, Term, Trigger
from searoom.obligations.fulfilling import Event, Fulfilment, read_event, read_fulfilment
from searoom.obligations.head import read_id
from searoom.obligations.pack import Table, refuse
from searoom.obligations.rules import Rule, read_rule
from searoom.signals.forms import FormBook

MODEL: Final = "model"
ABOUT: Final = frozenset({
    "meeting", "hotline", "unit-contact", "test", "notice", "term", "scope", "no-prejudice", "activity", "calls",
    "consultation", "declaration", "dispute", "exchange", "hand-over", "incident", "issue", "limit", "observation",
    "pair", "pledge", "quota", "relief", "safety", "step", "threshold", "verification",
})  # fmt: skip
OWES: Final = {
    "nobody": "the clause holds, and nobody owes an entry for it",
    "each": "every party owes its own",
    "together": "all parties owe it jointly: it is done when each of them has said so",
    "author": "the party that said the entry which started it",
    "recipients": "each party to which that entry was said",
    "named": "each party that `by` names owes its own",
    "named-together": "the parties that `by` names owe it jointly",
    "in-turn": "one party after the other, occasion by occasion, from the party `first` on",
}
SILENCES: Final = {
    "overdue": "the duty stays and is shown as overdue",
    "lapses": "this occasion cannot be made up; it stays counted as missed",
    "no-effect": "what was not received has no effect",
    "none": "silence means nothing here",
}
SILENCE_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "overdue": {
        "en": "It stays on the list as overdue. Silence agrees to nothing.",
        "ja": "期限超過として一覧に残ります。沈黙は何の同意でもありません。",
        "zh": "作为逾期保留在清单上。沉默不表示任何同意。",
    },
    "lapses": {
        "en": "This occasion cannot be made up and stays counted. Silence agrees to nothing.",
        "ja": "この機会は補うことができず、回数に残ります。沈黙は何の同意でもありません。",
        "zh": "该次不能补做，计数保留。沉默不表示任何同意。",
    },
    "no-effect": {
        "en": "What is not shown as received has no effect.",
        "ja": "受領が確認されないものに効力はありません。",
        "zh": "未显示收到的，不生效。",
    },
    "none": {
        "en": "Silence means nothing here.",
        "ja": "ここでは沈黙に意味はありません。",
        "zh": "此处沉默不具有任何含义。",
    },
}
"""What is said of silence where a pack has no words of its own; ja and zh await review by native speakers."""
EFFECTS: Final = {
    "": "none",
    "suspends": "the dated duties rest from the moment it takes effect",
    "resumes": "what the same party's notice put to rest is asked for again",
    "terminates": "nothing falls due from the moment it takes effect",
}
_BY_ENTRY: Final = frozenset({"author", "recipients"})
_NO_ENTRY: Final = frozenset({"on-receipt", "before", "at-latest"})


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: its words in every language, its source, and what it makes whom owe, or count."""

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
    by: tuple[str, ...] = ()
    first: str = ""
    when: Condition | None = None
    broken_by: Event | None = None
    stops: tuple[str, ...] = ()
    rule: Rule | None = None

    @property
    def model(self) -> bool:
        """Whether the clause is our proposal and stands in no published text."""
        return self.source == MODEL

    @property
    def needs(self) -> tuple[str, ...]:
        """The clauses whose duties must be known before this clause's are."""
        asked = self.when.clauses() if self.when is not None else ()
        return tuple(dict.fromkeys((*self.trigger.clauses, *asked)))


def read_clauses(table: Table, book: FormBook, *, optional: bool) -> tuple[Clause, ...]:
    """Return the clauses of a pack in its order; an instance may have none of its own."""
    clauses: list[Clause] = []
    for row in table.tables("clauses", optional=optional):
        try:
            clause = _clause(row, book)
            if any(clause.id == other.id for other in clauses):
                raise refuse(row.place, "another clause has this id")
        except NotAllowed as fault:
            if table.faults is None:
                raise
            if fault not in table.faults:
                table.faults.append(fault)
            continue
        clauses.append(clause)
    return tuple(clauses)


def _clause(row: Table, book: FormBook) -> Clause:
    parts = row.gather({
        "id": lambda: read_id(row),
        "about": lambda: row.choice("about", ABOUT),
        "source": lambda: row.text("source"),
        "basis": lambda: row.text("basis", ""),
        "title": lambda: row.texts("title"),
        "text": lambda: row.texts("text"),
        "trigger": lambda: _trigger(row, book),
        "owes": lambda: row.choice("owes", OWES),
        "fulfilment": lambda: read_fulfilment(row, book),
        "in_turn": lambda: row.flag("in_turn") if row.has("in_turn") else False,
        "effect": lambda: row.choice("effect", EFFECTS) if row.has("effect") else "",
        "silence": lambda: _silence(row),
        "by": lambda: row.list("by") if row.has("by") else (),
        "first": lambda: row.text("first", ""),
        "when": lambda: _condition(row),
        "broken_by": lambda: read_event(row, "broken_by", book),
        "stops": lambda: row.list("stops") if row.has("stops") else (),
        "rule": lambda: read_rule(row.table("rule"), book) if row.has("rule") else None,
    })  # fmt: skip
    means, words = parts.pop("silence")
    trigger: Trigger = parts["trigger"]
    clause = Clause(**_typed(parts), term=_term(row, trigger, book), silence=means, silence_text=words)
    row.done()
    _hang_together(clause, row, book)
    return clause


def _typed(parts: dict[str, Any]) -> dict[str, Any]:
    return parts


def _silence(row: Table) -> tuple[str, Mapping[str, str]]:
    table = row.table("silence")
    means = table.choice("means", SILENCES)
    words = table.texts("text") if table.has("text") else MappingProxyType(SILENCE_WORDS[means])
    table.done()
    return means, words


def _condition(row: Table) -> Condition | None:
    if not row.has("when"):
        return None
    try:
        return Condition(row.text("when"))
    except NotAllowed as fault:
        raise refuse(row.at("when"), fault.sentence) if "extra" not in fault.sentence else fault from None


def _hang_together(clause: Clause, row: Table, book: FormBook) -> None:
    """Refuse a clause whose parts are each allowed and mean nothing together."""
    kind, owes = clause.trigger.kind, clause.owes
    if owes in _BY_ENTRY and kind != "on-entry":
        raise refuse(row.at("owes"), f"'{owes}' needs a trigger 'on-entry'")
    if (owes == "nobody") != (kind == "standing"):
        raise refuse(row.at("owes"), "a standing clause is owed by nobody, and only such a clause is")
    needs_entry = owes != "nobody" and clause.term.kind not in _NO_ENTRY and kind != "pledge"
    if needs_entry != (clause.fulfilment is not None):
        raise refuse(row.at("fulfilled_by"), "it is needed where somebody owes an entry, and only there")
    if clause.effect and clause.term.kind != "on-receipt":
        raise refuse(row.at("effect"), "an effect begins on receipt: the term must be 'on-receipt'")
    if clause.term.kind in ("before", "at-latest") and owes != "author":
        raise refuse(row.at("owes"), "a notice of an event is owed by its author")
    if clause.in_turn and (
        clause.fulfilment is None or not has_field(book, clause.fulfilment.form, "host") or owes != "together"
    ):
        raise refuse(row.at("in_turn"), "hosts take turns in what is owed together by a form that names its host")
    if owes.startswith("named") != bool(clause.by):
        raise refuse(row.at("by"), "parties are named where 'owes' is 'named' or 'named-together', and only there")
    if (owes == "in-turn") != bool(clause.first) or (owes == "in-turn" and kind not in ("yearly", "schedule")):
        raise refuse(row.at("first"), "whose turn is first is said where 'owes' is 'in-turn', on a schedule or yearly")
    if (kind == "pledge") != (clause.broken_by is not None):
        raise refuse(row.at("broken_by"), "a pledge says what breaks it, and no other clause does")
    if clause.stops and clause.effect not in ("suspends", "resumes"):
        raise refuse(row.at("stops"), "only a notice that suspends or resumes says what it stops")
    if clause.rule is not None and kind != "standing":
        raise refuse(row.at("rule"), "a clause that counts is a standing clause: it makes nobody owe an entry")
    _check_condition(clause, row, book)


def _check_condition(clause: Clause, row: Table, book: FormBook) -> None:
    if clause.when is None:
        return
    if clause.trigger.kind in ("standing", "pledge"):
        raise refuse(row.at("when"), "a condition stands with what can arise")
    asked = clause.when.fields()
    if asked and clause.trigger.kind != "on-entry":
        raise refuse(row.at("when"), "only what an entry started has 'fields'")
    for name in asked:
        if not has_field(book, clause.trigger.form, name):
            raise refuse(row.at("when"), f"the form '{clause.trigger.form}' has no field '{name}'")


def _trigger(row: Table, book: FormBook) -> Trigger:
    table = row.table("trigger")
    trigger = TRIGGERS[table.choice("kind", TRIGGERS)].read(table)
    if trigger.form:
        shared_form(table, "form", book)
    table.done()
    return trigger


def _term(row: Table, trigger: Trigger, book: FormBook) -> Term:
    table = row.table("term")
    term = TERMS[table.choice("kind", TERMS)].read(table)
    if term.kind not in FITS[trigger.kind]:
        raise refuse(table.at("kind"), f"the term '{term.kind}' does not fit the trigger '{trigger.kind}'")
    if term.counts_from == "delivery" and trigger.kind != "on-entry":
        raise refuse(table.at("from"), "only what an entry started can count from its delivery")
    if term.field:
        form_field(table, "field", book, trigger.form, DATES)
    if term.kind == "by-date" and trigger.start_us and trigger.start_us >= term.at_us:
        raise refuse(table.at("date"), "it falls due before it arises")
    _check_slot(trigger, term, table.place)
    table.done()
    return term


def _check_slot(trigger: Trigger, term: Term, place: str) -> None:
    """Refuse a deadline that lies behind the next slot: an entry could then count for either."""
    if trigger.every_us and term.within_us > trigger.every_us:
        raise refuse(place, "the time given is longer than the schedule's step")


def renumber(clause: Clause, row: Table, book: FormBook) -> Clause:
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
        term = _term(row, trigger, book)
    _check_slot(trigger, term, row.place)
    row.done()
    return replace(clause, trigger=trigger, term=term)
