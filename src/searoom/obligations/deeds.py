"""Which entries fulfil a duty, and whether they were in time by the clocks of both sides."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from searoom.account import Account, Ref
from searoom.obligations.clauses import Clause
from searoom.obligations.deadlines import Occasion, Said
from searoom.obligations.pack import day_us
from searoom.signals.forms import Filled

HOST_FIELD: Final = "host"


@dataclass(frozen=True, slots=True)
class Deed:
    """An entry that can count towards a clause.

    `moment_us` is when the deed was done: the date in the clause's date field where there is one
    (`dated`), else the time that the author claims. `host` is what its host field says.
    """

    said: Said
    moment_us: int
    dated: bool
    host: str

    @property
    def one_sided(self) -> bool:
        """Whether one side alone has written it down: a transcript, or words handed over by its author's word only."""
        return bool(self.said.transcript_by) or (self.said.conveyed and not self.dated)

    def timely(self, due_us: int | None, now_us: int) -> str:
        """Judge one entry: 'met', 'late', 'disputed' (late by one clock), or 'due' while its receipt is not shown."""
        if due_us is None:
            return "met"
        if self.moment_us >= due_us:
            return "late"
        if self.dated:
            return "met"
        if self.said.delivered_us is None:
            return "due" if now_us < due_us else "disputed"
        return "met" if self.said.delivered_us < due_us else "disputed"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The state of a duty, the entries towards it, the one that completed it, and the host that they name.

    `transcript_by` is whose transcript it rests on, where it rests on one.
    """

    state: str
    said: tuple[Ref, ...] = ()
    met_by: Ref | None = None
    host: str = ""
    transcript_by: str = ""


class Deeds:
    """The entries that can count towards one clause, found by occasion without reading them all again."""

    def __init__(self, clause: Clause, account: Account, said: Iterable[tuple[Filled, Said]]) -> None:
        self._account = account
        self._by_author: dict[str, list[Deed]] = defaultdict(list)
        self._replies: dict[Ref, list[Deed]] = defaultdict(list)
        for filled, its in said:
            deed = _deed(clause, filled, its)
            if deed is not None:
                self._by_author[its.author].append(deed)
                ref = account.answered(filled)
                if ref is not None:
                    self._replies[ref].append(deed)
        for deeds in self._by_author.values():
            deeds.sort(key=lambda deed: (deed.moment_us, deed.said.ref))

    def judge(self, occasion: Occasion, owed_by: Sequence[str], due_us: int | None, now_us: int) -> Judgement:
        """Judge a duty that `owed_by` owe on this occasion; together they have done it when each has said the same."""
        if occasion.cause is None and occasion.arose_us > now_us:
            return Judgement("pending")
        candidates = [self._of(party, occasion) for party in owed_by]
        chosen, same = _same_deed(candidates)
        said = tuple(deed.said.ref for deed in chosen)
        if len(chosen) < len(owed_by):
            if due_us is None:
                return Judgement("pending", said)
            return Judgement("due" if now_us < due_us else "missed", said)
        states = {deed.timely(due_us, now_us) for deed in chosen}
        if not same:
            states.add("disputed")
        state: str = next(name for name in ("due", "disputed", "late", "met") if name in states)
        by = next((deed.said.transcript_by for deed in chosen if deed.said.transcript_by), "")
        if state not in ("met", "late"):
            return Judgement(state, said, transcript_by=by)
        if state == "met" and any(deed.one_sided for deed in chosen):
            state = "transcribed"
        last = max(chosen, key=lambda deed: self._account.message(deed.said.ref).height)
        return Judgement(state, said, last.said.ref, chosen[0].host, by)

    def judge_receipt(self, cause: Said) -> Judgement:
        """Judge what takes effect on receipt: done when every recipient's station shows that it has it."""
        states = [self._account.delivered(cause.ref, party) for party in cause.recipients]
        known = [state for state in states if state is not None]
        if not known or len(known) < len(states):
            return Judgement("due", (cause.ref,))
        last = max(known, key=lambda state: self._account.message(state.ref).height)
        return Judgement("met", (cause.ref,), last.ref)

    def _of(self, party: str, occasion: Occasion) -> list[Deed]:
        """Return what a party said on this occasion: replies to its cause, or what falls into its time.

        What the party signed stands before what another's officer wrote down of it.
        """
        return sorted(self._all_of(party, occasion), key=lambda deed: bool(deed.said.transcript_by))

    def _all_of(self, party: str, occasion: Occasion) -> list[Deed]:
        if occasion.cause is not None:
            return [deed for deed in self._replies.get(occasion.cause.ref, ()) if deed.said.author == party]
        deeds = self._by_author.get(party, [])
        first = bisect_left(deeds, occasion.arose_us, key=lambda deed: deed.moment_us)
        after = bisect_left(deeds, occasion.until_us, key=lambda deed: deed.moment_us)
        return deeds[first:after]


def _same_deed(candidates: Sequence[Sequence[Deed]]) -> tuple[list[Deed], bool]:
    """Return one deed of each party that has any, and whether they tell of the same: equal dates and hosts.

    A dated deed that all tell of alike is preferred; without one, each party's first stands and they differ.
    """
    if len(candidates) == 1 or not all(candidates) or not candidates[0][0].dated:
        return [deeds[0] for deeds in candidates if deeds], True
    for deed in candidates[0]:
        alike = [
            next((d for d in deeds if (d.moment_us, d.host) == (deed.moment_us, deed.host)), None)
            for deeds in candidates
        ]
        found = [one for one in alike if one is not None]
        if len(found) == len(candidates):
            return found, True
    return [deeds[0] for deeds in candidates], False


def _deed(clause: Clause, filled: Filled, its: Said) -> Deed | None:
    wanted, fields = clause.fulfilment, filled.fields
    if wanted is None or its.form != wanted.form:
        return None
    if any(fields.get(name) != value for name, value in wanted.where.items()):
        return None
    moment_us = _moment(fields.get(wanted.date_field)) if wanted.date_field else its.at_us
    host = fields.get(HOST_FIELD)
    if moment_us is None:
        return None
    return Deed(its, moment_us, bool(wanted.date_field), host if isinstance(host, str) else "")


def _moment(value: object) -> int | None:
    """Return the time in a date field: whole microseconds, or the first of a day written as 2026-06-03."""
    if isinstance(value, int):
        return value
    try:
        return day_us(date.fromisoformat(str(value)))
    except ValueError:
        return None
