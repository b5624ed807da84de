"""What is open between the parties: what we have not read, what waits for an answer, how the lines are, what is near.

Pure: each is computed from a view. That nobody has answered is said as a fact with its age, and nothing is made of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from searoom.account import Message
from searoom.clock import from_text
from searoom.console.view import View
from searoom.encounters.settings import RISING, Grade
from searoom.link.progress import Verdict
from searoom.matters.delivery import READ
from searoom.matters.receipts import RECEIPT
from searoom.obligations.standing import Obligation
from searoom.record.keys import Role
from searoom.signals.forms import PRECEDENCES
from searoom.units import MICROSECONDS

SOON_US: Final = 7 * 24 * 3600 * MICROSECONDS
TALK: Final = ("hotline-message", "hotline-contact")
UNITS: Final = "unit-contact"
LINE_TEST: Final = "line-test"
LOOKED_BACK: Final = 500  # of our newest messages, how many are asked whether they arrived
NOTES_BACK: Final = 5_000  # of our newest notes, how many are looked through for what a carrier took
HANDED_OVER: Final = "handed-over"
CONVEYED: Final = "conveyed"
ASKS_NOTHING: Final = frozenset({"we-are-here", "nothing-further"})
"""Agreed phrases that answer, or end a talk: nobody owes an answer to one of these."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of ours is not shown as delivered to one counterpart: on which channel, of which precedence, how old."""

    channel: str
    precedence: str
    count: int
    oldest_us: int


@dataclass(frozen=True, slots=True)
class Line:
    """The line to one counterpart: when it last answered, what stands against it, and what waits for it.

    `tested_us` is their last test that came, `sent_test_us` our last, `next_test_us` when the next one is due.
    `carriers` says when each carrier last took something of ours for them, the newest first.
    """

    party: str
    up: bool
    contact_us: int | None
    silent: str
    fault: str
    verdict: str
    key_exchange: str
    tested_us: int | None
    sent_test_us: int | None
    next_test_us: int | None
    queue: tuple[Waiting, ...]
    carriers: tuple[tuple[str, int], ...]

    @property
    def waiting(self) -> int:
        """How much of ours is not shown as delivered."""
        return sum(one.count for one in self.queue)

    @property
    def oldest_us(self) -> int | None:
        """Since when the oldest of it waits."""
        return min((one.oldest_us for one in self.queue), default=None)

    @property
    def sound(self) -> bool:
        """Whether nothing is known against what came over this line."""
        return self.verdict == str(Verdict.CLEAR)


@dataclass(frozen=True, slots=True)
class Near:
    """An open encounter: how pressing, how near it will be and when; metres and microseconds.

    `at_us`: the last change of grade. `figures_us`: of when the figures are. `calls`: nobody has answered its alarm.
    """

    a: str
    b: str
    grade: Grade
    since_us: int
    at_us: int
    figures_us: int
    calls: bool
    range_m: int
    range_error_m: int
    cpa_m: int
    cpa_error_m: int
    cpa_us: int
    geometry: str


def lines(view: View) -> tuple[Line, ...]:
    """Return the lines, in the order of the agreement; a counterpart without a node has none."""
    told: Mapping[str, Mapping[str, Any]] = view.status.get("lines", {})
    return tuple(_line(view, party, told[party]) for party in view.agreement.parties if party in told)


def _line(view: View, party: str, told: Mapping[str, Any]) -> Line:
    contact = told.get("last_contact")
    tests = view.account.messages(LINE_TEST)
    return Line(
        party=party,
        up=contact is not None and not told.get("silent_since"),
        contact_us=None if contact is None else from_text(str(contact)),
        silent=str(told.get("silent_since") or ""),
        fault=str(told.get("last_fault") or ""),
        verdict=str(told.get("verdict", "")),
        key_exchange=str(told.get("key_exchange") or ""),
        tested_us=max((one.placed_us for one in tests if one.author == party), default=None),
        sent_test_us=max((one.placed_us for one in tests if one.author == view.party), default=None),
        next_test_us=_next_test(view),
        queue=_queue(view, party),
        carriers=_carriers(view, party),
    )


def _next_test(view: View) -> int | None:
    """Return when a test of the line is due next, where the agreement asks for them."""
    return next_due_us(
        duty for duty in view.duties if duty.clause.fulfilment is not None and duty.clause.fulfilment.form == LINE_TEST
    )


def next_due_us(duties: Iterable[Obligation]) -> int | None:
    """Return until when the next of these duties is to be done, None where none is coming."""
    coming = (duty.due_us for duty in duties if duty.state in ("pending", "due"))
    return min((due_us for due_us in coming if due_us is not None), default=None)


def _queue(view: View, party: str) -> tuple[Waiting, ...]:
    """Return what waits for a party, the most pressing first; a receipt causes none, and so is never shown as held."""
    found: dict[tuple[str, str], list[int]] = {}
    for one in view.account.messages()[-LOOKED_BACK:]:
        ours = one.author == view.party and party in one.recipients
        if ours and one.filled.form != RECEIPT and view.account.delivered(one.ref, party) is None:
            found.setdefault((one.filled.precedence, one.filled.channel), []).append(one.placed_us)
    order = {name: place for place, name in enumerate(PRECEDENCES)}
    return tuple(
        Waiting(channel, precedence, len(times), min(times))
        for (precedence, channel), times in sorted(found.items(), key=lambda row: (order[row[0][0]], row[0][1]))
    )


def _carriers(view: View, party: str) -> tuple[tuple[str, int], ...]:
    """Return when each carrier last took something for a party, and by which other means words last went there."""
    found: dict[str, int] = {}
    for note in view.notes[-NOTES_BACK:]:
        fields = note.filled.fields
        if note.filled.form == HANDED_OVER and fields["party"] == party:
            found[str(fields["carrier"])] = note.at_us
    for one in view.account.messages(CONVEYED):
        if one.author == view.party and one.filled.fields["party"] == party:
            found[str(one.filled.fields["medium"])] = one.placed_us
    return tuple(sorted(found.items(), key=lambda row: -row[1]))


def fork_proven(view: View) -> bool:
    """Return whether two histories under one key are proven: on a line, or by evidence that came any other way."""
    kept = view.status.get("evidence", {}).get("fork")
    return bool(kept) or any(line.verdict == Verdict.FORK for line in lines(view))


def near(view: View) -> tuple[Near, ...]:
    """Return the open encounters, the most pressing first, then by the time that is left."""
    rows = [
        Near(**{**{name: row[name] for name in Near.__slots__}, "grade": Grade(row["grade"])})
        for row in view.picture.get("open", ())
    ]
    return tuple(sorted(rows, key=lambda one: (-RISING.index(one.grade), one.cpa_us, one.a, one.b)))


def unread(view: View) -> tuple[Message, ...]:
    """Return what others said to us that no officer of ours has signed as read, the oldest first.

    What units log of each other's calls is laid side by side as it comes, and waits for nobody.
    """
    return tuple(one for one in _to_us(view) if one.filled.channel != UNITS and not _answers(view, one, view.party))


def unanswered(view: View) -> tuple[Message, ...]:
    """Return what others said to us on the hotline, was read, and has no answer of ours, the oldest first.

    An agreed phrase that is itself an answer waits for none.
    """
    return tuple(
        one
        for one in _to_us(view)
        if one.filled.form in TALK
        and _asks(one)
        and (answers := _answers(view, one, view.party))
        and all(answer.filled.form == READ for answer in answers)
    )


def awaited(view: View) -> tuple[Message, ...]:
    """Return what we said on the hotline that no counterpart has answered, the oldest first."""
    return tuple(
        one
        for one in view.account.messages(*TALK)
        if one.author == view.party
        and one.filled.reply_to is None
        and _asks(one)
        and not any(
            answer.author != view.party and answer.filled.form != READ for answer in view.account.answers(one.ref)
        )
    )


def _asks(message: Message) -> bool:
    """Whether words on the hotline ask for an answer at all."""
    return message.filled.fields.get("phrase") not in ASKS_NOTHING


def handed(view: View, message: Message) -> Message | None:
    """Return what our officer last wrote of handing an entry of ours over by other means, or None."""
    found = [one for one in _answers(view, message, view.party) if one.filled.form == CONVEYED]
    return found[-1] if found else None


def pressing(view: View) -> tuple[Obligation, ...]:
    """Return the duties that are missed, or due within a week, whoever owes them."""
    return tuple(
        duty
        for duty in view.duties
        if duty.state in ("missed", "disputed") or (duty.due_us is not None and duty.due_us <= view.now_us + SOON_US)
    )


def _to_us(view: View) -> tuple[Message, ...]:
    return tuple(
        one
        for one in view.account.messages()
        if one.author != view.party
        and view.party in one.recipients
        and not view.book.form(one.filled.form).automatic
        and any(signer.role is Role.OFFICER for signer in one.signers)
        and one.filled.form != READ
    )


def _answers(view: View, message: Message, party: str) -> tuple[Message, ...]:
    return tuple(one for one in view.account.answers(message.ref) if isinstance(one, Message) and one.author == party)
