"""One incident as its page shows it: accounts in columns, measurements, acts, facts, messages; apart, our own notes.

Pure, from a view. Every line is somebody's claim. What is national is made by functions of its own, and no function of
the released part reads a note.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from markupsafe import Markup

from searoom.account import Account, Ref, ref_text
from searoom.clock import to_text
from searoom.console.view import Note, View
from searoom.dossiers import Dossier, dossiers
from searoom.errors import NotAllowed
from searoom.review import rows
from searoom.review.render import intervals
from searoom.review.sections import AccountRow, MessageRow, QuantityRow
from searoom.review.tellings import account_row, dossier_row
from searoom.review.texts import HTML_LANGUAGES, Texts
from searoom.review.writing import values
from searoom.units import MICROSECONDS

AROUND_US: Final = 30 * 60 * MICROSECONDS
"""What was said and noted so long before and after an incident stands on its page."""
MOST: Final = 200


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact as a page shows it: whose, its words with their language, its state, and where each party stands."""

    row: AccountRow
    state: str
    said: tuple[tuple[str, str], ...]
    ours: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """An incident in the list: its place, name, time, whose accounts there are, and how it was closed."""

    ref: str
    incident: str
    at: str
    parties: tuple[str, ...]
    closed: str
    contested: int


@dataclass(frozen=True, slots=True)
class Case:
    """The released part of one incident: `parties` are in the order of this page's columns."""

    ref: str
    incident: str
    at_us: int
    parties: tuple[str, ...]
    accounts: tuple[AccountRow, ...]
    quantities: tuple[tuple[QuantityRow, tuple[Markup, Markup]], ...]
    acts: tuple[AccountRow, ...]
    facts: tuple[FactRow, ...]
    closings: tuple[str, ...]
    closed: str
    timeline: tuple[MessageRow, ...]


def listed(view: View, texts: Texts) -> tuple[Listed, ...]:
    """Return the incidents, the newest first."""
    found = dossiers(view.account)
    return tuple(
        Listed(
            ref=ref_text(one.openings[0].ref),
            incident=one.incident,
            at=to_text(moment_us(one)),
            parties=tuple(party for party in view.agreement.parties if party in {said.author for said in one.openings}),
            closed=dossier_row(one, view.agreement, view.book, texts).closed,
            contested=sum(fact.state(view.agreement.parties) == "contested" for fact in one.facts),
        )
        for one in sorted(found, key=lambda one: (moment_us(one), one.openings[0].ref), reverse=True)
    )


def dossier_at(account: Account, ref: Ref) -> Dossier:
    """Return the dossier that was opened at `ref`, by any of its openings; raise `NotAllowed` where none was."""
    for one in dossiers(account):
        if ref in {place for said in one.openings for place in account.places(said.ref)}:
            return one
    raise NotAllowed(f"no incident was opened at {ref_text(ref)}", advice="The list of incidents has all there are.")


def moment_us(one: Dossier) -> int:
    """Return when an incident was, by the account that was given first."""
    return cast("int", one.openings[0].filled.fields["at"])


def case(view: View, one: Dossier, texts: Texts) -> Case:
    """Return the released part of an incident in the language of `texts`."""
    row = dossier_row(one, view.agreement, view.book, texts)
    names = view.agreement.names_in(texts.lang)
    parties = in_order(one, view.agreement.parties, texts.lang)
    return Case(
        ref=ref_text(one.openings[0].ref),
        incident=one.incident,
        at_us=moment_us(one),
        parties=parties,
        accounts=row.accounts,
        quantities=tuple((each, intervals(each, view.agreement.parties, names, texts)) for each in row.quantities),
        acts=tuple(account_row(message, view.book, texts) for message in one.acts),
        facts=facts(view, one, parties, texts),
        closings=row.closings,
        closed=row.closed,
        timeline=timeline(view, one, texts),
    )


def in_order(one: Dossier, parties: Sequence[str], lang: str) -> tuple[str, ...]:
    """Return the columns: first who wrote its account in the page's language, then as in the agreement; no rank."""
    wrote = {said.author for said in one.openings if said.filled.lang == lang}
    return tuple(sorted(parties, key=lambda party: party not in wrote))


def facts(view: View, one: Dossier, parties: Sequence[str], texts: Texts) -> tuple[FactRow, ...]:
    """Return the facts of an incident: agreed ones first, then contested, then those that wait for a word."""
    rank = {"agreed": 0, "contested": 1, "open": 2}
    found = [
        FactRow(
            account_row(fact.message, view.book, texts),
            fact.state(view.agreement.parties),
            tuple((party, fact.said(party)) for party in parties),
            fact.message.author == view.party,
        )
        for fact in one.facts
    ]
    return tuple(sorted(found, key=lambda fact: rank[fact.state]))


def timeline(view: View, one: Dossier, texts: Texts) -> tuple[MessageRow, ...]:
    """Return what was said within half an hour of an incident, and all that belongs to its dossier, in order."""
    about = {said.ref for said in (*one.openings, *one.acts, *one.closings)}
    about |= {measured.message.ref for measured in one.measurements}
    about |= {message.ref for fact in one.facts for message in (fact.message, *fact.views.values())}
    at_us = moment_us(one)
    found = [
        item
        for item in view.account.messages()
        if item.ref in about
        or (abs(item.claimed_us - at_us) <= AROUND_US and not view.book.form(item.filled.form).automatic)
    ]
    return tuple(
        rows.message_row(view.account, item, view.agreement, view.book, texts, director=False, handed={})
        for item in found[-MOST:]
    )


# -- national: from our own notes; none of it is in a `Case` ----------------------------------------------


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One national note: when, what form, and its fields as label and value with its language."""

    at: str
    title: str
    fields: tuple[tuple[str, str, str], ...]


def notes_around(view: View, at_us: int, texts: Texts) -> tuple[NoteRow, ...]:
    """Return our own notes of encounters, zones, sightings and alarms within half an hour of a moment."""
    told = [note for note in view.notes if _told(note) and abs(_at(note) - at_us) <= AROUND_US]
    lang = HTML_LANGUAGES[texts.lang]
    return tuple(
        NoteRow(
            to_text(_at(note)),
            view.book.form(note.filled.form).title[texts.lang],
            tuple((row.label, row.value.text, row.value.lang or lang) for row in values(note.filled, view.book, texts)),
        )
        for note in told[-MOST:]
    )


def _told(note: Note) -> bool:
    return note.filled.form in {"encounter-note", "zone-note", "sighting", "company-note", "bell-note"}


def _at(note: Note) -> int:
    value = note.filled.fields.get("at")
    return value if isinstance(value, int) else note.at_us
