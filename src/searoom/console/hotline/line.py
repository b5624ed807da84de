"""The line itself: its scheduled tests, the ledger of its silences, and which channels are tried when it is down.

All of it is a fold of the record, in our own clock as far as the record gives it: a silence is counted with what stood
against it, and is never explained. That the line was silent does not say why, nor that anybody refused to answer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from searoom.account import Item, Message, Ref
from searoom.console import matters
from searoom.console.view import View
from searoom.obligations import standing
from searoom.obligations.head import Channel
from searoom.obligations.standing import Obligation
from searoom.record.roster import author_of
from searoom.units import MICROSECONDS

LINE_TEST: Final = "line-test"
RECEIPT: Final = "receipt"
SILENT_US: Final = 10 * 60 * MICROSECONDS
"""So long may what we said stand without a sign of its arrival before that is a silence."""
LOOKED_BACK: Final = 5_000
"""How many of our own entries are looked at, the newest first."""


@dataclass(frozen=True, slots=True)
class Tests:
    """The scheduled tests of one party: its last, until when the next is due, and how many it has missed."""

    party: str
    last_us: int | None
    last: Ref | None
    next_us: int | None
    missed: int


@dataclass(frozen=True, slots=True)
class Silence:
    """One silence of a counterpart: since when, until when (None: it lasts), and what stood against it.

    `entries` are ours of which no entry of theirs shows that it arrived within `SILENT_US`; `tests` are tests that
    the counterpart owed in that time and that are not in the record in time.
    """

    from_us: int
    until_us: int | None
    entries: tuple[Ref, ...] = ()
    tests: tuple[str, ...] = ()


def tests(view: View) -> tuple[Tests, ...]:
    """Return the tests of each party, ours first; nothing where the agreement has no test of the line."""
    owed = _owed(view)
    if not owed:
        return ()
    order = sorted(view.agreement.parties, key=lambda party: party != view.party)
    return tuple(_tests(view, party, [duty for duty in owed if party in duty.owed_by]) for party in order)


def _tests(view: View, party: str, owed: Sequence[Obligation]) -> Tests:
    made = [one for one in view.account.messages(LINE_TEST) if one.author == party]
    last = made[-1] if made else None
    return Tests(
        party,
        None if last is None else last.placed_us,
        None if last is None else last.ref,
        matters.next_due_us(owed),
        sum(1 for duty in owed if duty.state == "missed"),
    )


def _owed(view: View) -> tuple[Obligation, ...]:
    clauses = [
        clause
        for clause in view.agreement.in_force()
        if clause.fulfilment is not None and clause.fulfilment.form == LINE_TEST
    ]
    return standing.standing(view.agreement, view.account, view.now_us, clauses=clauses) if clauses else ()


def silences(view: View, party: str) -> tuple[Silence, ...]:
    """Return the silences of a counterpart, the newest first: what overlaps is one of them."""
    found = sorted([*_unheard(view, party), *_untested(view, party)], key=lambda one: one.from_us)
    merged: list[Silence] = []
    for one in found:
        last = merged[-1] if merged else None
        if last is None or (last.until_us is not None and one.from_us > last.until_us):
            merged.append(one)
            continue
        lasts = None if None in (last.until_us, one.until_us) else max(last.until_us or 0, one.until_us or 0)
        merged[-1] = replace(
            last, until_us=lasts, entries=(*last.entries, *one.entries), tests=(*last.tests, *one.tests)
        )
    return tuple(reversed(merged))


def _unheard(view: View, party: str) -> Iterator[Silence]:
    ours = [one for one in view.account.messages() if one.author == view.party and party in one.recipients]
    for one in ours[-LOOKED_BACK:]:
        if one.filled.form == RECEIPT:
            continue
        shown = view.account.delivered(one.ref, party)
        until_us = None if shown is None else came_us(view, view.account.message(shown.ref))
        if (view.now_us if until_us is None else until_us) - one.placed_us > SILENT_US:
            yield Silence(one.placed_us, until_us, (one.ref,))


def _untested(view: View, party: str) -> Iterator[Silence]:
    for duty in _owed(view):
        if party in duty.owed_by and duty.state in ("missed", "late") and duty.due_us is not None:
            done = view.account.message(duty.met_by) if duty.met_by is not None else None
            until_us = duty.due_us if done is None else max(came_us(view, done), duty.due_us)
            yield Silence(duty.arose_us, until_us, (), (duty.label,))


def came_us(view: View, item: Item) -> int:
    """Return when an entry of a counterpart came to us: by our clock, as near as the record shows.

    It came after whatever of ours its author had heard, and before the first entry of ours that had heard it; between
    the two the clock of its author is taken. A clock of theirs that is wrong moves it no further than that.
    """
    heard = [one for one in item.heard if author_of(one.log) == view.party and one.size > 0]
    known = [view.account.message((one.log, one.size - 1)).placed_us for one in heard if _held(view, one.log, one.size)]
    after = max(known, default=0)
    told = view.account.delivered(item.ref, view.party)
    before = view.now_us if told is None else told.at_us
    if isinstance(item, Message) and item.filled.form != RECEIPT and told is not None:
        return max(told.at_us, after)
    return max(after, min(item.placed_us, before))


def _held(view: View, log: str, size: int) -> bool:
    return view.account.sizes.get(log, 0) >= size


def instead(view: View, channel: str) -> tuple[Channel, ...]:
    """Return the channels that the agreement names for when this one is silent, in its order."""
    known = view.agreement.head.channels
    return tuple(known[name] for name in known[channel].fallback if name in known) if channel in known else ()
