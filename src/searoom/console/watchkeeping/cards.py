"""A party's own watch settings, read strictly: how long a watch is, the parties' clocks, check cards by event."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals.tables import Table
from searoom.units import MICROSECONDS

FORMAT: Final = 1
EVENTS: Final = (
    "unit-distress", "encounter-urgent", "flash-received", "line-silent", "rescue-request", "notice-missing",
    "fork-proven", "restored",
)  # fmt: skip
"""What a card can be for, the most pressing first."""
LINGUISTS: Final = ("theirs", "both", "none")
LONGEST_HOURS: Final = 48
MOST_MINUTES: Final = 24 * 60
EAST: Final = timedelta(hours=14)
WEST: Final = timedelta(hours=-12)

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Clock:
    """What a party's clocks show from a day on: `offset` east of UTC; who says so."""

    party: str
    offset: timedelta
    first: date
    source: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a card, by its id, and within how many minutes it is meant to be done (0: no time is set)."""

    id: str
    do: Words
    minutes: int


@dataclass(frozen=True, slots=True)
class Card:
    """What is to be thought of when something happens: whom to tell, who may release, which linguist and how soon.

    `forms` and `codes` narrow an event to these forms and signals, where it is about any.
    """

    event: str
    title: Words
    release: Words
    linguist: Words
    linguist_lang: str
    linguist_minutes: int
    steps: tuple[Step, ...]
    forms: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    def step(self, name: str) -> Step:
        """Return a step by its id; `NotAllowed` where the card has none of that name."""
        for each in self.steps:
            if each.id == name:
                return each
        raise NotAllowed(Sentence("watch.no_step", name=f"{name:.40}"))


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """How a party keeps its watch; `example` where it has written no file of its own yet."""

    hours: int
    clocks: tuple[Clock, ...]
    cards: tuple[Card, ...]
    example: bool = False

    @property
    def longest_us(self) -> int:
        """How long one watch is."""
        return self.hours * 3600 * MICROSECONDS

    def card(self, event: str) -> Card | None:
        """Return the card for an event, None where this party has none."""
        return next((card for card in self.cards if card.event == event), None)

    def title(self, event: str, lang: str) -> str:
        """Return what the card for an event is called."""
        card = self.card(event)
        return event if card is None else card.title[lang]

    def locals(self, time_us: int, parties: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """Return what the clocks of these parties show at a time: (party, `11:16 +09:00`), and the day if another."""
        there = datetime.fromtimestamp(time_us // MICROSECONDS, UTC)
        found = []
        for party in parties:
            rows = [row for row in self.clocks if row.party == party and row.first <= there.date()]
            if rows:
                found.append((party, _shown(there, max(rows, key=lambda row: row.first).offset)))
        return tuple(found)


def _shown(there: datetime, offset: timedelta) -> str:
    here = there + offset
    minutes = int(offset.total_seconds() // 60)
    sign, minutes = ("-", -minutes) if minutes < 0 else ("+", minutes)
    day = "" if here.date() == there.date() else f"{here:%m-%d} "
    return f"{day}{here:%H:%M} {sign}{minutes // 60:02}:{minutes % 60:02}"


def read_settings(table: Table, *, example: bool = False) -> WatchSettings:
    """Return the settings that a table holds; `NotAllowed` names the row of whatever is not as it must be."""
    if table.integer("format") != FORMAT:
        raise table.fault(f"watch settings are read in format {FORMAT}")
    hours = table.integer("hours")
    if not 1 <= hours <= LONGEST_HOURS:
        raise table.fault(f"a watch lasts 1 to {LONGEST_HOURS} hours")
    clocks = tuple(_clock(row) for row in table.tables("clock"))
    cards = tuple(_card(row) for row in table.tables("card"))
    table.done()
    if len({card.event for card in cards}) != len(cards):
        raise table.fault("an event has two cards")
    return WatchSettings(hours, clocks, cards, example)


def _clock(row: Table) -> Clock:
    party, source, offset, first = row.text("party"), row.text("source"), row.text("offset"), row.text("from")
    row.done()
    try:
        east, day = datetime.strptime(offset, "%z").utcoffset(), date.fromisoformat(first)
    except ValueError as fault:
        raise row.fault(f"{fault}; write an offset from UTC like +09:00, and a day like 2020-01-01") from None
    if east is None or not WEST <= east <= EAST:
        raise row.fault(f"'{offset}' is no offset from UTC that any clock has")
    return Clock(party, east, day, source)


def _card(row: Table) -> Card:
    event = row.choice("event", EVENTS)
    row.named(f"card {event}")
    linguist = row.table("linguist")
    card = Card(
        event=event, title=row.languages("title"), release=row.languages("release"), linguist=linguist.languages("who"),
        linguist_lang=linguist.choice("lang", LINGUISTS), linguist_minutes=_minutes(linguist),
        steps=tuple(_step(each) for each in row.tables("step")), forms=row.texts("forms"), codes=row.texts("codes"),
    )  # fmt: skip
    linguist.done()
    row.done()
    if not card.steps or len({step.id for step in card.steps}) != len(card.steps):
        raise row.fault("a card has one step at least, and each has an id of its own")
    return card


def _step(row: Table) -> Step:
    step = Step(row.text("id"), row.languages("do"), _minutes(row))
    row.done()
    return step


def _minutes(row: Table) -> int:
    minutes = row.integer("minutes", 0)
    if not 0 <= minutes <= MOST_MINUTES:
        raise row.fault(f"minutes lie between 0 and {MOST_MINUTES}")
    return minutes
