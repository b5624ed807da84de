"""What is owed, met, late, missed or disputed, given an account and a moment.

Nothing here is stored: the standing is computed from the entries each time, so that two nodes can
differ about entries, which the record settles, and never about a status. The moment decides only
which deadlines have passed. Of two clocks neither is believed over the other: an entry that is in
time by its author's and not by its recipients' is *disputed*, and both times stand.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from searoom.account import Account, Message, Ref, ref_text
from searoom.clock import to_text
from searoom.obligations.agreement import Agreement
from searoom.obligations.clauses import Clause
from searoom.obligations.deadlines import FAR_US, TERMS, TRIGGERS, Occasion, Said
from searoom.obligations.deeds import Deeds, Judgement
from searoom.obligations.wording import sentences
from searoom.signals.forms import FormBook

STATES: Final = ("pending", "due", "met", "late", "missed", "disputed", "waived")
EFFECTIVE_FIELD: Final = "effective"


@dataclass(frozen=True, slots=True)
class Obligation:
    """A duty that has arisen, or is the next to arise.

    `owed_by` are the parties that owe it (several where they owe it together); `due_us` is None where
    no deadline runs yet. `said` are the entries towards it, `met_by` the one that completed it.
    `silence` is what silence means (a row of `clauses.SILENCES`), `host` whose turn it is ('' where
    the clause has no turns or the first host is still to be agreed). `sentence` says it all by language.
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
    sentence: Mapping[str, str]

    @property
    def open(self) -> bool:
        """Whether something is still to be done: not yet done, or missed and overdue."""
        return self.state in ("pending", "due", "disputed") or (self.state == "missed" and self.silence == "overdue")


def standing(agreement: Agreement, account: Account, now_us: int) -> tuple[Obligation, ...]:
    """Return every duty under the clauses in force: by clause in the agreement's order, then by time, then by party."""
    said = tuple((message, _said(account, message)) for message in account.messages())
    rest_us = resting_from(agreement, account)
    return tuple(
        duty for clause in agreement.in_force() for duty in _under(clause, agreement, account, said, rest_us, now_us)
    )


def due(agreement: Agreement, account: Account, now_us: int) -> tuple[Obligation, ...]:
    """Return what is still to be done, by whom and until when: the earliest deadline first, those without one last."""
    open_now = [duty for duty in standing(agreement, account, now_us) if duty.open]
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
        "silence": duty.silence,
        "met_by": None if duty.met_by is None else ref_text(duty.met_by),
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
    moments = [FAR_US]
    for clause in agreement.in_force():
        if clause.effect != "suspends":
            continue
        for notice in account.messages(clause.trigger.form):
            received_us = _said(account, notice).delivered_us
            if received_us is not None:
                named = notice.filled.fields.get(EFFECTIVE_FIELD)
                moments.append(max(received_us, named) if isinstance(named, int) else received_us)
    return min(moments)


def _said(account: Account, message: Message) -> Said:
    states = [account.delivered(message.ref, party) for party in message.recipients]
    times = [state.at_us for state in states if state is not None]
    return Said(
        ref=message.ref,
        form=message.filled.form,
        author=message.author,
        recipients=message.recipients,
        at_us=message.claimed_us,
        delivered_us=max(times) if times and len(times) == len(states) else None,
    )


def _under(
    clause: Clause,
    agreement: Agreement,
    account: Account,
    said: Sequence[tuple[Message, Said]],
    rest_us: int,
    now_us: int,
) -> Iterator[Obligation]:
    deeds = Deeds(clause, account, said)
    last_host = ""
    causes = tuple(its for _, its in said)
    for occasion in TRIGGERS[clause.trigger.kind].occasions(clause.trigger, causes, agreement.starts_us, now_us):
        due_us = TERMS[clause.term.kind].due(clause.term, occasion)
        for owed_by in _owing(clause, agreement, occasion):
            judged = _judge(clause, deeds, occasion, owed_by, due_us, now_us)
            if _rests(clause, judged, FAR_US if due_us is None else due_us, rest_us):
                judged = replace(judged, state="waived")
            last_host = judged.host or last_host
            host = (judged.host or _after(last_host, agreement.parties)) if clause.in_turn else ""
            duty = Obligation(
                clause=clause,
                label=occasion.label,
                owed_by=owed_by,
                arose_us=occasion.arose_us,
                due_us=due_us,
                state=judged.state,
                said=judged.said,
                met_by=judged.met_by,
                silence=clause.silence,
                host=host,
                sentence={},
            )
            yield replace(duty, sentence=sentences(agreement, duty))


def _judge(
    clause: Clause, deeds: Deeds, occasion: Occasion, owed_by: Sequence[str], due_us: int | None, now_us: int
) -> Judgement:
    if clause.term.kind == "on-receipt" and occasion.cause is not None:
        return deeds.judge_receipt(occasion.cause)
    return deeds.judge(occasion, owed_by, due_us, now_us)


def _rests(clause: Clause, judged: Judgement, due_us: int, rest_us: int) -> bool:
    """Whether a notice of suspension has put the duty to rest: its deadline falls after the notice took effect.

    A notice itself never rests: it is owed its receipt whatever else is suspended.
    """
    return judged.state in ("pending", "due", "missed") and clause.term.kind != "on-receipt" and due_us > rest_us


def _owing(clause: Clause, agreement: Agreement, occasion: Occasion) -> tuple[tuple[str, ...], ...]:
    """Return the groups that owe: one party each, or all of them as one group."""
    if clause.owes == "together":
        return (agreement.parties,)
    if occasion.cause is None or clause.owes == "each":
        return tuple((party,) for party in agreement.parties)
    if clause.owes == "author":
        return ((occasion.cause.author,),)
    return tuple((party,) for party in agreement.parties if party in occasion.cause.recipients)


def _after(host: str, parties: Sequence[str]) -> str:
    """Return whose turn follows; nobody's while no meeting shows who hosted last: no default takes a side."""
    return parties[(parties.index(host) + 1) % len(parties)] if host in parties else ""
