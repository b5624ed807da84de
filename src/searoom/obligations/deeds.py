"""Which entries fulfil a duty, and whether they were in time by the clocks of both sides."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from searoom.account import Account, Ref
from searoom.obligations.clauses import Clause
from searoom.obligations.deadlines import Occasion, Said, moment_us
from searoom.obligations.fulfilling import Event
from searoom.signals.forms import Filled

HOST_FIELD: Final = "host"


@dataclass(frozen=True, slots=True)
class Deed:
    """An entry that can count towards a clause.

    `moment_us` is when the deed was done: the date in the clause's date field where there is one
    (`dated`), else the time that the author claims. `host` is what its host field says, `item` what its field of
    different steps says.
    """

    said: Said
    moment_us: int
    dated: bool
    host: str
    item: str = ""

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

    `transcript_by` is whose transcript it rests on, where it rests on one. `progress` is n of m steps, `verified` the
    finding on which all who verify agree ('' for none yet, 'contested' where they differ), `views` each one's own.
    `moment_us` is when it was done, `verified_us` when the last of them found it so.
    """

    state: str
    said: tuple[Ref, ...] = ()
    met_by: Ref | None = None
    host: str = ""
    transcript_by: str = ""
    progress: tuple[int, int] | None = None
    verified: str = ""
    views: Mapping[str, str] = field(default_factory=dict)
    moment_us: int | None = None
    verified_us: int | None = None


class Deeds:
    """The entries that can count towards one clause, found by occasion without reading them all again."""

    def __init__(self, clause: Clause, account: Account, said: Iterable[tuple[Filled, Said]]) -> None:
        self._account, self._clause = account, clause
        self._by_author: dict[str, list[Deed]] = defaultdict(list)
        self._replies: dict[Ref, list[Deed]] = defaultdict(list)
        self._answers: dict[Ref, list[Said]] = defaultdict(list)
        self._undone: list[Said] = []
        wanted = clause.fulfilment
        for filled, its in said:
            if wanted is not None and wanted.verified_by is not None and its.form == wanted.verified_by.form:
                answered = account.answered(filled)
                if answered is not None and not its.transcript_by:
                    self._answers[answered].append(its)
            if wanted is not None and wanted.reversed_by is not None and matches(wanted.reversed_by, its):
                self._undone.append(its)
            deed = _deed(clause, filled, its)
            if deed is not None:
                self._by_author[its.author].append(deed)
                ref = account.answered(filled)
                if ref is not None:
                    self._replies[ref].append(deed)
        for deeds in self._by_author.values():
            deeds.sort(key=lambda deed: (deed.moment_us, deed.said.ref))

    def replies(self, ref: Ref) -> tuple[Said, ...]:
        """Return the entries towards the clause that answer an entry."""
        return tuple(deed.said for deed in self._replies.get(ref, ()))

    def judge(self, occasion: Occasion, owed_by: Sequence[str], due_us: int | None, now_us: int) -> Judgement:
        """Judge a duty that `owed_by` owe on this occasion; together they have done it when each has said the same."""
        if occasion.cause is None and occasion.arose_us > now_us:
            return Judgement("pending")
        judged = self._judge(occasion, owed_by, due_us, now_us)
        return self._verified(self._reversed(judged, occasion, owed_by, now_us), owed_by)

    def _judge(self, occasion: Occasion, owed_by: Sequence[str], due_us: int | None, now_us: int) -> Judgement:
        if self._clause.fulfilment is not None and self._clause.fulfilment.distinct:
            return self._steps(occasion, owed_by[0], due_us, now_us)
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
        done_us = max(deed.moment_us for deed in chosen)
        return Judgement(state, said, last.said.ref, chosen[0].host, by, moment_us=done_us)

    def _steps(self, occasion: Occasion, party: str, due_us: int | None, now_us: int) -> Judgement:
        """Judge n of m: the first deed of each different step counts; what was undone since does not."""
        wanted = self._clause.fulfilment
        most = wanted.of if wanted is not None else 1
        first: dict[str, Deed] = {}
        for deed in self._of(party, occasion):
            if deed.item and (deed.item not in first or self._undone_since(first[deed.item], party)):
                first[deed.item] = deed
        standing = [deed for deed in first.values() if not self._undone_since(deed, party)]
        progress, said = (len(standing), most), tuple(deed.said.ref for deed in standing)
        if len(standing) < most:
            open_state = "due" if due_us is None or now_us < due_us else "missed"
            return Judgement("reversed" if len(first) >= most else open_state, said, progress=progress)
        done = sorted(standing, key=lambda deed: (deed.moment_us, deed.said.ref))[:most]
        states = {deed.timely(due_us, now_us) for deed in done}
        state = next(name for name in ("due", "disputed", "late", "met") if name in states)
        met_by = done[-1].said.ref if state in ("met", "late") else None
        return Judgement(state, said, met_by, progress=progress, moment_us=done[-1].moment_us)

    def _undone_since(self, deed: Deed, party: str) -> bool:
        field = self._clause.fulfilment.distinct if self._clause.fulfilment is not None else ""
        return any(
            its.author == party and its.at_us >= deed.moment_us and str(its.fields.get(field, "")) in ("", deed.item)
            for its in self._undone
        )

    def _reversed(self, judged: Judgement, occasion: Occasion, owed_by: Sequence[str], now_us: int) -> Judgement:
        """Turn what was done into *reversed* where its doer says so, into *disputed* where only another does."""
        if judged.moment_us is None or judged.state not in ("met", "late", "transcribed") or judged.progress:
            return judged
        since = [its for its in self._undone if judged.moment_us <= its.at_us <= max(now_us, judged.moment_us)]
        again = [deed for party in owed_by for deed in self._of(party, occasion)]
        since = [its for its in since if not any(deed.moment_us > its.at_us for deed in again)]
        if any(its.author in owed_by for its in since):
            return replace(judged, state="reversed", said=(*judged.said, *(its.ref for its in since)))
        return replace(judged, state="disputed") if since else judged

    def _verified(self, judged: Judgement, owed_by: Sequence[str]) -> Judgement:
        """Add what those who verify have found: joint only where all of them agree."""
        verify = self._clause.fulfilment.verified_by if self._clause.fulfilment is not None else None
        if verify is None or not judged.said:
            return judged
        by = verify.by or tuple(party for party in self._account.parties if party not in owed_by)
        answers = [its for ref in judged.said for its in self._answers.get(ref, ()) if its.author in by]
        views = {its.author: str(its.fields.get(verify.field)) for its in answers}
        found = set(views.values())
        if len(found) > 1:
            return replace(judged, verified="contested", views=views)
        joint = found.pop() if found and len(views) == len(by) else ""
        since = max(its.at_us for its in answers) if joint == verify.confirmed else None
        return replace(judged, verified=joint, views=views, verified_us=since)

    def judge_before(self, cause: Said, due_us: int | None, now_us: int, counted_to: str) -> Judgement:
        """Judge a notice by its own time: it must be there (or sent) so long before what it announces."""
        if due_us is None:
            return Judgement("pending", (cause.ref,))
        moment_us = cause.delivered_us if counted_to == "receipt" else cause.at_us
        if moment_us is None:
            return Judgement("due" if now_us < due_us else "missed", (cause.ref,))
        state = "met" if moment_us < due_us else "late"
        return Judgement(state, (cause.ref,), cause.ref, moment_us=moment_us)

    def judge_pledge(self, party: str, events: Iterable[Said], occasion: Occasion, now_us: int) -> Judgement:
        """Judge a promise to refrain: kept so far, broken by its giver's own word, disputed by another's alone."""
        event = self._clause.broken_by
        if event is None or occasion.arose_us > now_us:
            return Judgement("pending")
        against = [
            its
            for its in events
            if matches(event, its) and its.at_us >= occasion.arose_us and _whose(event, its, party)
        ]
        said = tuple(its.ref for its in against)
        if any(its.author == party for its in against):
            return Judgement("missed", said)
        return Judgement("disputed" if against else "met", said, moment_us=occasion.arose_us)

    def judge_receipt(self, cause: Said) -> Judgement:
        """Judge what takes effect on receipt: done when every recipient's station shows that it has it."""
        states = [self._account.delivered(cause.ref, party) for party in cause.recipients]
        known = [state for state in states if state is not None]
        if not known or len(known) < len(states):
            return Judgement("due", (cause.ref,))
        last = max(known, key=lambda state: self._account.message(state.ref).height)
        return Judgement("met", (cause.ref,), last.ref, moment_us=last.at_us)

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
    if wanted is None or its.form not in wanted.forms:
        return None
    if any(fields.get(name) != value for name, value in wanted.where.items()):
        return None
    done_us = moment_us(fields.get(wanted.date_field)) if wanted.date_field else its.at_us
    host = fields.get(HOST_FIELD)
    if done_us is None:
        return None
    item = str(fields.get(wanted.distinct, "")) if wanted.distinct else ""
    return Deed(its, done_us, bool(wanted.date_field), host if isinstance(host, str) else "", item)


def matches(event: Event, its: Said) -> bool:
    """Whether an entry is such an event."""
    return its.form == event.form and all(its.fields.get(name) == value for name, value in event.where.items())


def _whose(event: Event, its: Said, party: str) -> bool:
    """Whether an event is said of this party: by the field that names it, else of its author."""
    if event.party_field:
        return its.fields.get(event.party_field) == party
    return its.author == party
