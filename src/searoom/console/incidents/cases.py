"""One incident as its page shows it: accounts in columns, measurements, acts, facts, messages; apart, our own notes.

Pure, from a view. Every line is somebody's claim. What is national is made by functions of its own, and no function of
the released part reads a note.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from markupsafe import Markup

from searoom.account import Account, Message, Ref, ref_text
from searoom.clock import to_text
from searoom.console.view import Note, View
from searoom.errors import NotAllowed
from searoom.matters.dossiers import Dossier, dossiers
from searoom.review import rows
from searoom.review.render import intervals
from searoom.review.sections import AccountRow, MessageRow, QuantityRow
from searoom.review.tellings import account_row, dossier_row
from searoom.review.texts import HTML_LANGUAGES, Texts
from searoom.review.writing import values
from searoom.sentences import Sentence
from searoom.units import MICROSECONDS

AROUND_US: Final = 30 * 60 * MICROSECONDS
"""What was said and noted so long before and after an incident stands on its page."""
TALK_US: Final = 2 * 3600 * MICROSECONDS
"""Hotline talk begun before so long after an incident stands there too: it follows an incident, and seldom names it."""
DAY_US: Final = 24 * 3600 * MICROSECONDS
"""Hotline talk within so long after an incident is offered to be linked to it."""
HOTLINE: Final = "hotline"
LINK: Final = "dossier-link"
MOST: Final = 200
MOST_OFFERED: Final = 20


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
    raise NotAllowed(Sentence("incident.none", ref=ref_text(ref)))


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
    """Return what belongs to an incident, in the order of the record: by reference, and by its time.

    By reference: all of its dossier, what that answers, and whatever answers any of these. By time: what was said
    within half an hour of it, and hotline talk up to two hours later, with its answers.
    """
    return _message_rows(view, gathered(view, one)[-MOST:], texts)


def gathered(view: View, one: Dossier) -> tuple[Message, ...]:
    """Return the messages of `timeline`, all of them."""
    own = _own(one)
    taken = {said.ref for said in own}
    taken |= {answered for said in own if (answered := view.account.answered(said.filled)) is not None}
    found = []
    for item in view.account.messages():
        if view.book.form(item.filled.form).automatic:
            continue
        if item.ref in taken or _near(item, moment_us(one)) or view.account.answered(item.filled) in taken:
            taken.add(item.ref)
            found.append(item)
    return tuple(found)


def _own(one: Dossier) -> tuple[Message, ...]:
    measured = (measurement.message for measurement in one.measurements)
    facts = (message for fact in one.facts for message in (fact.message, *fact.views.values()))
    return (*one.openings, *one.acts, *one.closings, *measured, *facts)


def _near(item: Message, at_us: int) -> bool:
    after_us = item.claimed_us - at_us
    return abs(after_us) <= AROUND_US or (item.filled.channel == HOTLINE and 0 <= after_us < TALK_US)


def _message_rows(view: View, items: Sequence[Message], texts: Texts) -> tuple[MessageRow, ...]:
    return tuple(
        rows.message_row(view.account, item, view.agreement, view.book, texts, director=False, handed={})
        for item in items
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


def linked(view: View, one: Dossier, texts: Texts) -> tuple[MessageRow, ...]:
    """Return the entries that an officer of ours linked to an incident, and that do not stand on its page anyway."""
    places = {place for said in one.openings for place in view.account.places(said.ref)}
    held, entries = {item.ref for item in gathered(view, one)}, dict[Ref, None]()
    for note in view.notes:
        fields = note.filled.fields
        if note.filled.form == LINK and fields["dossier"] in places:
            entries[cast("Ref", fields["entry"])] = None
    found = [_message(view, ref) for ref in entries]
    return _message_rows(view, [item for item in found if item is not None and item.ref not in held], texts)


def _message(view: View, ref: Ref) -> Message | None:
    try:
        item = view.account.message(ref)
    except NotAllowed:  # typed by hand, and there is none
        return None
    return item if isinstance(item, Message) else None


def perhaps(view: View, one: Dossier, texts: Texts) -> tuple[MessageRow, ...]:
    """Return the hotline talk of the day after an incident that is not on its page: it may belong to it."""
    shown = {ref_text(item.ref) for item in gathered(view, one)} | {row.ref for row in linked(view, one, texts)}
    found = [
        item
        for item in view.account.messages()
        if item.filled.channel == HOTLINE
        and ref_text(item.ref) not in shown
        and 0 <= item.claimed_us - moment_us(one) < DAY_US
        and not view.book.form(item.filled.form).automatic
    ]
    return _message_rows(view, found[:MOST_OFFERED], texts)


def _told(note: Note) -> bool:
    return note.filled.form in {"encounter-note", "zone-note", "sighting", "company-note", "bell-note"}


def _at(note: Note) -> int:
    value = note.filled.fields.get("at")
    return value if isinstance(value, int) else note.at_us
