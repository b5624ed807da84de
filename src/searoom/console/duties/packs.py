"""The agreements that can be looked at: the one in force at this node, and those that are packaged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from searoom.account import Account
from searoom.clock import to_text
from searoom.obligations import coverage, explain, proposing
from searoom.obligations.agreement import Agreement, load
from searoom.obligations.clauses import Clause
from searoom.obligations.coverage import Covered
from searoom.obligations.deadlines import FAR_US, Said
from searoom.obligations.entries import read_said
from searoom.obligations.proposing import Standpoint
from searoom.obligations.resting import resting
from searoom.signals import forms
from searoom.signals.forms import FormBook
from searoom.signals.tables import LANGUAGES

OURS: Final = "ours"
"""What the agreement of this node is called in an address; a packaged one is called by its name."""


@dataclass(frozen=True, slots=True)
class Text:
    """A clause in one language, and the state of review of that language."""

    lang: str
    words: str
    review: str


@dataclass(frozen=True, slots=True)
class Row:
    """One clause: its texts with the page's own language first, what it asks, whether it binds here, and its source."""

    clause: Clause
    title: str
    texts: tuple[Text, ...]
    lines: tuple[str, ...]
    in_force: bool


def known() -> tuple[str, ...]:
    """Return what an address may name."""
    return (OURS, *coverage.packs())


@cache
def _packaged(name: str) -> Agreement:
    return load(name)


def chosen(name: str, ours: Agreement) -> Agreement:
    """Return the agreement that an address names; raise `NotAllowed` with those there are."""
    return ours if name in ("", OURS) else _packaged(name)


def clauses(agreement: Agreement, book: FormBook, lang: str) -> tuple[Row, ...]:
    """Return the clauses in their order, as they read in every language."""
    order = sorted(LANGUAGES, key=lambda each: each != lang)
    review, in_force = explain.reviewed(agreement, lang), agreement.in_force()
    return tuple(
        Row(
            clause,
            clause.title[lang],
            tuple(Text(each, clause.text[each], review[each]) for each in order),
            tuple(explain.told(agreement, clause, book, lang))[1:],
            clause in in_force,
        )
        for clause in agreement.clauses
    )


def offered(form: str, ours: Agreement) -> tuple[Clause, ...]:
    """Return the clauses that name a form and are not in force; none where one in force names it, or no clause does."""
    naming = tuple(clause for clause in ours.clauses if form in _named(clause))
    in_force = ours.in_force()
    return () if any(clause in in_force for clause in naming) else naming


def _named(clause: Clause) -> frozenset[str]:
    done = clause.fulfilment
    return frozenset({clause.trigger.form, *((done.form, *done.also) if done is not None else ())})


def standpoints(agreement: Agreement, account: Account) -> tuple[Standpoint, ...]:
    """Return how the rows of an agreement stand, by what the parties of this record said."""
    return proposing.standpoints(agreement, account)


@dataclass(frozen=True, slots=True)
class Tried:
    """Which clauses the stories of a pack show kept and missed, and how many of them both ways (percent)."""

    rows: tuple[Covered, ...]
    percent: int
    wrong: int


@cache
def tried(name: str) -> Tried | None:
    """Return what the packaged stories of an agreement show; None where it has none. It takes a second or two."""
    text = coverage.stories_of(name)
    if text is None:
        return None
    told = coverage.tell_all(text, f"{name}.txt", forms.load())
    rows = coverage.covered(told[0].agreement, told)
    return Tried(rows, coverage.percent(rows), sum(len(story.findings("story")) for story in told))


@dataclass(frozen=True, slots=True)
class Resting:
    """From when until when duties rest ('' for no end yet), and which clauses ('' titles: all)."""

    since: str
    until: str
    clauses: tuple[str, ...]


def rests(agreement: Agreement, account: Account, lang: str) -> tuple[Resting, ...]:
    """Return what rests by notices that all parties have."""
    notices: Mapping[str, Sequence[Said]] = read_said(
        account, {clause.trigger.form for clause in agreement.in_force() if clause.effect}
    )[1]
    return tuple(
        Resting(
            to_text(rest.from_us),
            "" if rest.to_us >= FAR_US else to_text(rest.to_us),
            tuple(agreement.clause(name).title[lang] for name in rest.clauses),
        )
        for rest in resting(agreement.in_force(), agreement.starts_us, notices)
    )
