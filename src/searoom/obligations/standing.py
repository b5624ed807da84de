"""What is owed, met, late, missed or disputed, given an account and a moment.

Nothing here is stored: the standing is computed from the entries each time, so that two nodes can
differ about entries, which the record settles, and never about a status. The moment decides only
which deadlines have passed. Of two clocks neither is believed over the other: an entry that is in
time by its author's and not by its recipients' is *disputed*, and both times stand.

What one side alone has written down, a transcript of the other's words or its own word that it handed something over,
never makes a duty *met*: at most it is *transcribed*. A transcript starts no duty and suspends none. Words that were
handed over and read back start the duties of those who have no node to show that they came, and the sentence of each
such duty says on whose word it rests.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from searoom.account import Account, Ref, ref_text
from searoom.clock import to_text
from searoom.obligations.agreement import Agreement
from searoom.obligations.clauses import Clause
from searoom.obligations.deadlines import FAR_US, TERMS, TRIGGERS, Occasion, Said
from searoom.obligations.deeds import Deeds, Judgement
from searoom.obligations.entries import READ_BACK, read_said
from searoom.obligations.kept import Kept, lasting
from searoom.obligations.order import in_order
from searoom.obligations.resting import Rest, resting, rests
from searoom.obligations.wording import sentences
from searoom.signals.forms import FormBook

__all__ = [
    "DONE", "READ_BACK", "STATES", "Obligation", "automatic", "by_station", "due", "facts", "latest", "resting_from",
    "standing",
]  # fmt: skip

STATES: Final = ("pending", "due", "met", "late", "missed", "disputed", "waived", "transcribed", "reversed")
DONE: Final = frozenset({"met", "late"})


@dataclass(frozen=True, slots=True)
class Obligation:
    """A duty that has arisen, or is the next to arise.

    `owed_by` are the parties that owe it (several where they owe it together); `due_us` is None where
    no deadline runs yet. `said` are the entries towards it, `met_by` the one that completed it.
    `silence` is what silence means (a row of `clauses.SILENCES`), `host` whose turn it is ('' where
    the clause has no turns or the first host is still to be agreed). `transcript_by` names whose transcript it rests
    on, where it rests on one; `conveyed_by` whose own word it is that something came through. `sentence` says it all
    by language, in the words of `agreement`. `progress` is n of m steps; `views` is what each who verifies found,
    `verified` the finding on which all of them agree ('contested' where they differ). `moment_us` is when it was
    done, `verified_us` when found so.
    `note` is 'waits' where its condition does not hold yet, 'unclear' where that is not known.
    """

    clause: Clause
    label: str
    owed_by: tuple[str, ...]
    arose_us: int
    due_us: int | None
    state: str
    said: tuple[Ref, ...]
    met_by: Ref | None
    silence: str
    host: str
    transcript_by: str
    conveyed_by: str
    agreement: Agreement = field(compare=False, repr=False)
    progress: tuple[int, int] | None = None
    verified: str = ""
    views: Mapping[str, str] = field(default_factory=dict)
    moment_us: int | None = None
    verified_us: int | None = None
    note: str = ""

    @property
    def sentence(self) -> Mapping[str, str]:
        """What it says, by language: made when somebody reads it, since few of many duties are read."""
        return sentences(self.agreement, self)

    @property
    def open(self) -> bool:
        """Whether something is still to be done: not yet done, or missed and overdue."""
        return self.state in ("pending", "due", "disputed") or (self.state == "missed" and self.silence == "overdue")


def standing(
    agreement: Agreement, account: Account, now_us: int, *, clauses: Sequence[Clause] | None = None,
    kept: "Kept[Obligation] | None" = None,
) -> tuple[Obligation, ...]:  # fmt: skip
    """Return every duty under the clauses in force, or under these: by clause in order, then by time, then by party.

    With `kept`, what has not changed since it was last passed here is not computed again; the answer is the same.
    """
    asked = agreement.in_force() if clauses is None else clauses
    ordered = in_order(_with_needed(asked, agreement.in_force()))
    kept = Kept() if kept is None else kept
    kept.look(agreement.hash, account)
    said, causes = read_said(account, {name for clause in ordered for name in _forms(clause)}, kept.said)
    at_rest = resting(
        agreement.in_force(), agreement.starts_us, causes if clauses is None else _notices(agreement, account)
    )
    kept.resting(at_rest)
    found: dict[str, tuple[Obligation, ...]] = {}
    for clause in ordered:
        towards = [pair for name in _forms(clause) for pair in said.get(name, ())]
        world = _World(agreement, account, causes, found, at_rest, now_us)
        under = _started if lasting(clause) else _under
        found[clause.id] = tuple(under(clause, world, Deeds(clause, account, towards), kept))
    return tuple(duty for clause in asked for duty in found[clause.id])


def _with_needed(asked: Sequence[Clause], in_force: Sequence[Clause]) -> tuple[Clause, ...]:
    """Return these clauses, and those that they wait for."""
    by_id, found = {clause.id: clause for clause in in_force}, list(asked)
    for clause in found:
        found += [by_id[name] for name in clause.needs if name in by_id and by_id[name] not in found]
    return tuple(found)


def _notices(agreement: Agreement, account: Account) -> Mapping[str, Sequence[Said]]:
    return read_said(account, {clause.trigger.form for clause in agreement.in_force() if clause.effect})[1]


def _forms(clause: Clause) -> tuple[str, ...]:
    """Return the forms that start a duty under a clause, fulfil one, undo, verify or break it; each once."""
    wanted = clause.fulfilment
    found = [clause.trigger.form]
    if wanted is not None:
        found += [
            *wanted.forms,
            *(other.form for other in (wanted.reversed_by, wanted.verified_by) if other is not None),
        ]
    if clause.broken_by is not None:
        found.append(clause.broken_by.form)
    return tuple(dict.fromkeys(filter(None, found)))


def by_station(agreement: Agreement, book: FormBook) -> tuple[Clause, ...]:
    """Return the clauses in force whose duties a station fulfils by itself."""
    return tuple(
        clause
        for clause in agreement.in_force()
        if clause.fulfilment is not None and book.form(clause.fulfilment.form).automatic
    )


def due(
    agreement: Agreement, account: Account, now_us: int, *, kept: "Kept[Obligation] | None" = None
) -> tuple[Obligation, ...]:
    """Return what is still to be done, by whom and until when: the earliest deadline first, those without one last.

    `kept` is passed on to `standing`.
    """
    open_now = [duty for duty in standing(agreement, account, now_us, kept=kept) if duty.open]
    return tuple(sorted(open_now, key=lambda duty: FAR_US if duty.due_us is None else duty.due_us))


def facts(duty: Obligation, lang: str) -> dict[str, str | list[str] | None]:
    """Return a duty as a program reads it; times are ISO 8601 with a Z, the sentence is in `lang`."""
    return {
        "clause": duty.clause.id,
        "label": duty.label,
        "state": duty.state,
        "owed_by": list(duty.owed_by),
        "arose": to_text(duty.arose_us),
        "due": None if duty.due_us is None else to_text(duty.due_us),
        "host": duty.host,
        "transcript_by": duty.transcript_by,
        "conveyed_by": duty.conveyed_by,
        "silence": duty.silence,
        "met_by": None if duty.met_by is None else ref_text(duty.met_by),
        "progress": "" if duty.progress is None else "{} of {}".format(*duty.progress),
        "verified": duty.verified,
        "sentence": duty.sentence[lang],
    }


def automatic(obligations: Sequence[Obligation], party: str, book: FormBook) -> tuple[Obligation, ...]:
    """Return what this party's station owes now and has not said: automatic forms; nothing else leaves by itself."""
    return tuple(
        duty
        for duty in obligations
        if duty.state == "due"
        and party in duty.owed_by
        and duty.clause.fulfilment is not None
        and book.form(duty.clause.fulfilment.form).automatic
        and not any(author == party for author, _ in duty.said)
    )


def resting_from(agreement: Agreement, account: Account) -> int:
    """Return from when the dated duties rest: a notice takes effect when all have it, and not earlier than it says."""
    at_rest = resting(agreement.in_force(), agreement.starts_us, _notices(agreement, account))
    return min((rest.from_us for rest in at_rest if not rest.clauses), default=FAR_US)


@dataclass(frozen=True, slots=True)
class _World:
    """What the duties of one clause are computed from: `found` are those of the clauses before it."""

    agreement: Agreement
    account: Account
    causes: Mapping[str, Sequence[Said]]
    found: Mapping[str, tuple[Obligation, ...]]
    at_rest: Sequence[Rest]
    now_us: int


def _started(clause: Clause, world: _World, deeds: Deeds, kept: "Kept[Obligation]") -> Iterator[Obligation]:
    """Give what each entry has started, from what is kept where that still holds."""
    for cause in world.causes.get(clause.trigger.form, ()):
        found = kept.duties(clause, cause, world.now_us)
        if found is None:
            found = tuple(_under(clause, world, deeds, kept, [cause]))
            if kept.settled([cause, *deeds.replies(cause.ref)]):
                ahead = (duty.due_us for duty in found if duty.due_us is not None and duty.due_us > world.now_us)
                kept.hold(clause, cause, found, world.now_us, min(ahead, default=FAR_US))
        yield from found


def _under(
    clause: Clause, world: _World, deeds: Deeds, _kept: "Kept[Obligation]", only: Sequence[Said] | None = None
) -> Iterator[Obligation]:
    agreement, now_us, last_host = world.agreement, world.now_us, ""
    causes = world.causes.get(clause.trigger.form, ()) if only is None else only
    occasions = TRIGGERS[clause.trigger.kind].occasions(
        clause.trigger, causes, agreement.starts_us, now_us, _reached(clause, world.found)
    )
    for at, occasion in enumerate(occasions):
        note = _condition(clause, occasion, world)
        if note == "not-owed":
            continue
        due_us = None if note else TERMS[clause.term.kind].due(clause.term, occasion)
        for owed_by in _owing(clause, agreement, occasion, at):
            judged = Judgement("pending") if note else _judge(clause, world, deeds, occasion, owed_by, due_us)
            if rests(clause.id, judged.state, due_us, world.at_rest) and clause.term.kind != "on-receipt":
                judged = replace(judged, state="waived")
            last_host = judged.host or last_host
            host = (judged.host or _after(last_host, agreement.parties)) if clause.in_turn else ""
            yield Obligation(
                clause, occasion.label, owed_by, occasion.arose_us, due_us, judged.state, judged.said, judged.met_by,
                clause.silence, host, judged.transcript_by, _word_of(occasion, owed_by, judged), agreement,
                judged.progress, judged.verified, judged.views, judged.moment_us, judged.verified_us, note,
            )  # fmt: skip


def latest(duties: Sequence[Obligation]) -> tuple[Obligation, ...]:
    """Return the duties of the last occasion among these."""
    return tuple(duty for duty in duties if duty.label == duties[-1].label)


def _reached(clause: Clause, found: Mapping[str, tuple[Obligation, ...]]) -> Mapping[str, int]:
    """Return since when each clause that a trigger `after` names is done or verified, by all who owe it."""
    reached: dict[str, int] = {}
    for name in clause.trigger.clauses:
        last = latest(found[name]) if found.get(name) else ()
        since = [duty.verified_us if clause.trigger.state == "verified" else _done_us(duty) for duty in last]
        known = [moment for moment in since if moment is not None]
        if known and len(known) == len(since):
            reached[name] = max(known)
    return reached


def _done_us(duty: Obligation) -> int | None:
    return duty.moment_us if duty.state in DONE else None


def _condition(clause: Clause, occasion: Occasion, world: _World) -> str:
    """Return '' where a duty arises, 'not-owed' where what was said makes none, else 'waits' or 'unclear'."""
    if clause.when is None:
        return ""
    verified, done = dict[str, str](), dict[str, int]()
    for name in clause.when.clauses():
        last = latest(world.found[name]) if world.found.get(name) else ()
        views = {duty.verified for duty in last}
        verified[name] = "contested" if len(views) > 1 else (views.pop() if views else "") or "none"
        done[name] = sum(duty.progress[0] if duty.progress else duty.state in DONE for duty in last)
    fields = occasion.cause.fields if occasion.cause is not None else {}
    author = occasion.cause.author if occasion.cause is not None else ""
    holds = clause.when.holds(fields=fields, author=author, verified=verified, done=done)
    if holds is None:
        return "unclear"
    return "" if holds else ("waits" if clause.when.clauses() else "not-owed")


def _word_of(occasion: Occasion, owed_by: Sequence[str], judged: Judgement) -> str:
    """Return whose own word it is that what started a duty, or what fulfilled it, came through; '' for nobody's."""
    if occasion.cause is not None and occasion.cause.conveyed:
        return occasion.cause.author
    return owed_by[0] if judged.state == "transcribed" and not judged.transcript_by else ""


def _judge(
    clause: Clause, world: _World, deeds: Deeds, occasion: Occasion, owed_by: Sequence[str], due_us: int | None
) -> Judgement:
    cause, now_us = occasion.cause, world.now_us
    if clause.term.kind == "on-receipt" and cause is not None:
        return deeds.judge_receipt(cause)
    if clause.term.kind in ("before", "at-latest") and cause is not None:
        return deeds.judge_before(cause, due_us, now_us, clause.term.counts_from)
    if clause.broken_by is not None:
        return deeds.judge_pledge(owed_by[0], world.causes.get(clause.broken_by.form, ()), occasion, now_us)
    return deeds.judge(occasion, owed_by, due_us, now_us)


def _owing(clause: Clause, agreement: Agreement, occasion: Occasion, at: int) -> tuple[tuple[str, ...], ...]:
    """Return the groups that owe: one party each, or several as one group."""
    parties = agreement.parties
    if clause.owes in ("together", "named-together"):
        return (tuple(party for party in parties if not clause.by or party in clause.by),)
    if clause.owes == "named":
        return tuple((party,) for party in parties if party in clause.by)
    if clause.owes == "in-turn":
        return ((parties[(parties.index(clause.first) + at) % len(parties)],),)
    if occasion.cause is None or clause.owes == "each":
        return tuple((party,) for party in parties)
    if clause.owes == "author":
        return ((occasion.cause.author,),)
    return tuple((party,) for party in parties if party in occasion.cause.recipients)


def _after(host: str, parties: Sequence[str]) -> str:
    """Return whose turn follows; nobody's while no meeting shows who hosted last: no default takes a side."""
    return parties[(parties.index(host) + 1) % len(parties)] if host in parties else ""
