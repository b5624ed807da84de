"""What calls for a check card now, each with the key by which its ticks are found again, from a view alone.

A matter that ends calls for no card any more; its ticks stay in the watch's log.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from searoom.account import ref_text
from searoom.clock import from_text
from searoom.console import matters
from searoom.console.view import Note, View
from searoom.console.watchkeeping.cards import Card, Step, WatchSettings
from searoom.encounters.settings import Grade
from searoom.errors import SearoomError
from searoom.link.progress import Verdict
from searoom.matters.contacts import HEARD, SENT
from searoom.signals import forms
from searoom.units import MICROSECONDS

ENTRY: Final = "watch-entry"
FLASH: Final = "flash"
DISTRESS_US: Final = 24 * 3600 * MICROSECONDS  # so long a signal of distress calls for its card


@dataclass(frozen=True, slots=True)
class Raised:
    """A matter for which there is a card: since when, what it is about in the page's words, and where it stands."""

    event: str
    about: str
    since_us: int
    link: str


@dataclass(frozen=True, slots=True)
class Ticked:
    """A step of a card in one matter: when it was done and by whom, None while it was not."""

    step: Step
    done: Note | None
    by_us: int | None  # until when it is meant to be done

    @property
    def who(self) -> str:
        """Who did it."""
        return "" if self.done is None else str(self.done.filled.fields["person"])


def raised(view: View, settings: WatchSettings) -> tuple[Raised, ...]:
    """Return what calls for a card now, in the order of the events, the oldest first."""
    found = [one for card in settings.cards for one in _OF[card.event](view, card)]
    order = {card.event: place for place, card in enumerate(settings.cards)}
    return tuple(sorted(found, key=lambda one: (order[one.event], one.since_us, one.about)))


def ticked(view: View, card: Card, about: str, since_us: int | None) -> tuple[Ticked, ...]:
    """Return the steps of a card in one matter, each with the first note that ticks it."""
    done: dict[str, Note] = {}
    for note in view.notes:
        fields = note.filled.fields
        if note.filled.form == ENTRY and (fields.get("card"), fields.get("about")) == (card.event, about):
            done.setdefault(str(fields.get("step")), note)
    return tuple(Ticked(step, done.get(step.id), _by_us(step, since_us)) for step in card.steps)


def _by_us(step: Step, since_us: int | None) -> int | None:
    return None if since_us is None or not step.minutes else since_us + step.minutes * 60 * MICROSECONDS


def _urgent(view: View, card: Card) -> Iterator[Raised]:
    for one in matters.near(view):
        if one.grade is Grade.URGENT:
            yield Raised(card.event, f"{one.a} × {one.b}", one.at_us, "/#closing")


def _flash(view: View, card: Card) -> Iterator[Raised]:
    for one in matters.unread(view):
        if one.filled.precedence == FLASH:
            yield Raised(card.event, ref_text(one.ref), one.placed_us, f"/messages/{one.ref[0]}/{one.ref[1]}")


def _silent(view: View, card: Card) -> Iterator[Raised]:
    for line in matters.lines(view):
        if line.silent:
            yield Raised(card.event, line.party, _since(line.silent, view.now_us), "/#line")


def _since(text: str, now_us: int) -> int:
    try:
        return from_text(text)
    except SearoomError:  # never since the start: no time is known
        return now_us


def _restored(view: View, card: Card) -> Iterator[Raised]:
    for line in matters.lines(view):
        if line.verdict in (Verdict.WE_RESTORED, Verdict.THEY_RESTORED):
            yield Raised(card.event, line.party, line.contact_us or view.now_us, "/record")


def _fork(view: View, card: Card) -> Iterator[Raised]:
    if matters.fork_proven(view):
        lines = matters.lines(view)
        found = [line.party for line in lines if line.verdict == Verdict.FORK] or [line.party for line in lines]
        yield Raised(card.event, ", ".join(found), view.now_us, "/record")


def _missing(view: View, card: Card) -> Iterator[Raised]:
    """Yield what they said, is unread or unanswered, and lacks what its form or the agreement asks for."""
    for one in (*matters.unread(view), *matters.unanswered(view)):
        if (not card.forms or one.filled.form in card.forms) and forms.check(one.filled, view.book):
            yield Raised(card.event, ref_text(one.ref), one.placed_us, f"/messages/{one.ref[0]}/{one.ref[1]}")


def _rescue(view: View, card: Card) -> Iterator[Raised]:
    for one in view.account.messages(*card.forms) if card.forms else ():
        if one.author != view.party and not any(
            answer.author == view.party and answer.filled.form != "read" for answer in view.account.answers(one.ref)
        ):
            yield Raised(card.event, ref_text(one.ref), one.placed_us, f"/messages/{one.ref[0]}/{one.ref[1]}")


def _distress(view: View, card: Card) -> Iterator[Raised]:
    for one in view.account.messages(SENT, HEARD):
        code = str(one.filled.fields.get("code", ""))
        if code in card.codes and one.placed_us > view.now_us - DISTRESS_US:
            yield Raised(card.event, ref_text(one.ref), one.placed_us, f"/messages/{one.ref[0]}/{one.ref[1]}")


_OF: Final[Mapping[str, Callable[[View, Card], Iterator[Raised]]]] = {
    "unit-distress": _distress,
    "encounter-urgent": _urgent,
    "flash-received": _flash,
    "line-silent": _silent,
    "rescue-request": _rescue,
    "notice-missing": _missing,
    "fork-proven": _fork,
    "restored": _restored,
}
