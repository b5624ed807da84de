"""A month as a calendar: which day is worked by whom, what falls due on it, and what was said about it.

A day is a day of UTC. That a party rests is told where the agreement has a calendar of it, and nothing is guessed.
"""

from calendar import Calendar as Weeks
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from searoom.account import Account, ref_text
from searoom.errors import NotAllowed
from searoom.obligations.agreement import Agreement
from searoom.obligations.calendars import day_of
from searoom.obligations.deadlines import FIRST_YEAR, LAST_YEAR, moment_us
from searoom.obligations.standing import Obligation
from searoom.sentences import Sentence
from searoom.signals.forms import FormBook

DATED: Final = frozenset({"date", "zoned"})
"""Kinds of field that name a day ahead: of a meeting, a visit, an exercise. A `time` says when something was."""
MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Event:
    """What stands on a day: a deadline (with the state of its duty), or a day that an entry names.

    `who` are the parties that owe it, or the one that said it; `at_us` is when (None: the whole day).
    """

    kind: str
    words: str
    state: str
    who: tuple[str, ...]
    link: str
    at_us: int | None


@dataclass(frozen=True, slots=True)
class Day:
    """One day: whether it is of the month, is today, who rests on it, and what stands on it."""

    day: date
    inside: bool
    today: bool
    resting: tuple[str, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """A month in whole weeks from Monday, with the first days of the months before and after."""

    first: date
    weeks: tuple[tuple[Day, ...], ...]
    before: date | None
    after: date | None
    known: tuple[str, ...]  # the parties whose working days the agreement has, as far as this month


def asked_month(text: str, now_us: int) -> date:
    """Return the first day of a month written 2026-06, of this one where nothing is written; else `NotAllowed`."""
    if not text:
        return day_of(now_us).replace(day=1)
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise NotAllowed(Sentence("duties.no_month", text=f"{text:.24}")) from None
    if not FIRST_YEAR <= first.year < LAST_YEAR:
        raise NotAllowed(Sentence("duties.no_calendar", year=first.year))
    return first


def month(
    first: date, agreement: Agreement, account: Account, book: FormBook, duties: Sequence[Obligation], now_us: int,
    lang: str,
) -> Month:  # fmt: skip
    """Return the month that begins with `first`."""
    events = defaultdict[date, list[Event]](list)
    for day, event in (*_deadlines(duties, lang), *_named(account, book, lang)):
        events[day].append(event)
    calendars = [each for each in agreement.head.calendars.values() if each.party in agreement.names]
    today = day_of(now_us)
    weeks = tuple(
        tuple(
            Day(
                day, day.month == first.month, day == today,
                tuple(each.party for each in calendars if each.works(day) is False),
                tuple(sorted(events.get(day, ()), key=lambda one: (one.at_us or 0, one.words))),
            )
            for day in week
        )
        for week in Weeks().monthdatescalendar(first.year, first.month)
    )  # fmt: skip
    before = (first - timedelta(days=1)).replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return Month(
        first,
        weeks,
        before if before.year >= FIRST_YEAR else None,
        after if after.year < LAST_YEAR else None,
        tuple(each.party for each in calendars if each.works(first) is not None),
    )


def _deadlines(duties: Sequence[Obligation], lang: str) -> Iterator[tuple[date, Event]]:
    for duty in duties:
        if duty.due_us is not None:
            at_us = duty.due_us
            # A deadline at midnight is the end of the day before: it is shown on the last day on which it can be met.
            words = f"{duty.clause.title[lang]} ({duty.label})"
            event = Event("deadline", words, duty.state, duty.owed_by, f"/due#{anchor(duty)}", at_us)
            yield day_of(at_us - 1), event


def anchor(duty: Obligation) -> str:
    """Return what a duty is called inside a page."""
    return "-".join((duty.clause.id, duty.label, *duty.owed_by)).replace("/", "-").replace(":", "-")


def _named(account: Account, book: FormBook, lang: str) -> Iterator[tuple[date, Event]]:
    """Yield the days that entries name, a fact that several say alike (a meeting, by both) once with all who say it."""
    dated: Mapping[str, Sequence[str]] = {
        form.name: [each.name for each in form.fields if each.kind in DATED]
        for form in book.forms
        if form.visibility == "shared" and any(each.kind in DATED for each in form.fields)
    }
    found: dict[tuple[int, str], tuple[list[str], str]] = {}
    for message in account.messages(*sorted(dated)):
        form = book.form(message.filled.form)
        for name in dated[form.name]:
            at_us = moment_us(message.filled.fields.get(name))
            if at_us is None:
                continue
            title = next(
                (str(message.filled.fields[key]) for key in ("designation", "title") if key in message.filled.fields),
                "",
            )
            words = f"{form.title[lang]}: {form.field(name).label[lang]}" + (f" ({title})" if title else "")
            who, _ = found.setdefault((at_us, words), ([], ref_text(message.ref)))
            if message.author not in who:
                who.append(message.author)
    for (at_us, words), (who, ref) in found.items():
        yield day_of(at_us), Event("said", words, "", tuple(who), f"/messages/{ref}", None)
