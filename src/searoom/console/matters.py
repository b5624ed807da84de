"""What is open between the parties: what we have not read, what waits for an answer, how the lines are, what is near.

Pure: each is computed from a view. That nobody has answered is said as a fact with its age, and nothing is made of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from searoom.account import Message
from searoom.clock import from_text
from searoom.console.view import View
from searoom.delivery import READ
from searoom.encounters.settings import RISING, Grade
from searoom.link.progress import Verdict
from searoom.obligations.standing import Obligation
from searoom.record.keys import Role
from searoom.units import MICROSECONDS

SOON_US: Final = 7 * 24 * 3600 * MICROSECONDS
TALK: Final = ("hotline-message", "hotline-contact")
UNITS: Final = "unit-contact"
LINE_TEST: Final = "line-test"
LOOKED_BACK: Final = 500  # of our newest messages, how many are asked whether they arrived


@dataclass(frozen=True, slots=True)
class Line:
    """The line to one counterpart: when it last answered, what stands against it, and what waits for it."""

    party: str
    up: bool
    contact_us: int | None
    silent: str
    fault: str
    verdict: str
    key_exchange: str
    tested_us: int | None
    waiting: int

    @property
    def sound(self) -> bool:
        """Whether nothing is known against what came over this line."""
        return self.verdict == str(Verdict.CLEAR)


@dataclass(frozen=True, slots=True)
class Near:
    """An open encounter: how pressing, how near it will be and when; metres and microseconds."""

    a: str
    b: str
    grade: Grade
    since_us: int
    at_us: int
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
    tests = [one.placed_us for one in view.account.messages(LINE_TEST) if one.author == party]
    return Line(
        party=party,
        up=contact is not None and not told.get("silent_since"),
        contact_us=None if contact is None else from_text(str(contact)),
        silent=str(told.get("silent_since") or ""),
        fault=str(told.get("last_fault") or ""),
        verdict=str(told.get("verdict", "")),
        key_exchange=str(told.get("key_exchange") or ""),
        tested_us=max(tests, default=None),
        waiting=sum(
            1
            for one in view.account.messages()[-LOOKED_BACK:]
            if one.author == view.party and party in one.recipients and view.account.delivered(one.ref, party) is None
        ),
    )


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
    """Return what others said to us on the hotline, was read, and has no answer of ours, the oldest first."""
    return tuple(
        one
        for one in _to_us(view)
        if one.filled.form in TALK
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
        and not any(
            answer.author != view.party and answer.filled.form != READ for answer in view.account.answers(one.ref)
        )
    )


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
