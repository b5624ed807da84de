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
from dataclasses import dataclass, replace
from typing import Final, cast

from searoom.account import Account, Message, Ref, Transcribed, ref_text
from searoom.clock import to_text
from searoom.obligations.agreement import Agreement
from searoom.obligations.clauses import Clause
from searoom.obligations.deadlines import FAR_US, TERMS, TRIGGERS, Occasion, Said
from searoom.obligations.deeds import Deeds, Judgement
from searoom.obligations.wording import sentences
from searoom.record.roster import author_of
from searoom.signals.forms import Filled, FormBook

STATES: Final = ("pending", "due", "met", "late", "missed", "disputed", "waived", "transcribed")
EFFECTIVE_FIELD: Final = "effective"
CONVEYED: Final = "conveyed"
READ_BACK: Final = ("code", "words")
"""What must have been read back for words handed over otherwise to count as having come through."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """A duty that has arisen, or is the next to arise.

    `owed_by` are the parties that owe it (several where they owe it together); `due_us` is None where
    no deadline runs yet. `said` are the entries towards it, `met_by` the one that completed it.
    `silence` is what silence means (a row of `clauses.SILENCES`), `host` whose turn it is ('' where
    the clause has no turns or the first host is still to be agreed). `transcript_by` names whose transcript it rests
    on, where it rests on one; `conveyed_by` whose own word it is that something came through. `sentence` says it all
    by language.
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
    sentence: Mapping[str, str]

    @property
    def open(self) -> bool:
        """Whether something is still to be done: not yet done, or missed and overdue."""
        return self.state in ("pending", "due", "disputed") or (self.state == "missed" and self.silence == "overdue")


def standing(
    agreement: Agreement, account: Account, now_us: int, *, clauses: Sequence[Clause] | None = None
) -> tuple[Obligation, ...]:
    """Return every duty under the clauses in force, or under these: by clause in order, then by time, then by party."""
    asked = agreement.in_force() if clauses is None else clauses
    handed, names = _handed(account), sorted({name for clause in asked for name in _forms(clause)})
    messages = account.messages(*names) if names else ()
    said = tuple((message.filled, _said(account, message, handed)) for message in messages)
    causes = tuple(its for _, its in said)
    said += tuple(_heard(item, item.understood) for item in account.transcripts() if item.understood is not None)
    rest_us = resting_from(agreement, account)
    return tuple(
        duty
        for clause in asked
        for duty in _under(clause, agreement, Deeds(clause, account, said), causes, rest_us, now_us)
    )


def _forms(clause: Clause) -> tuple[str, ...]:
    """Return the forms that start a duty under a clause, or fulfil one."""
    fulfils = clause.fulfilment.form if clause.fulfilment is not None else ""
    return tuple(filter(None, (clause.trigger.form, fulfils)))


def by_station(agreement: Agreement, book: FormBook) -> tuple[Clause, ...]:
    """Return the clauses in force whose duties a station fulfils by itself."""
    return tuple(
        clause
        for clause in agreement.in_force()
        if clause.fulfilment is not None and book.form(clause.fulfilment.form).automatic
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
        "transcript_by": duty.transcript_by,
        "conveyed_by": duty.conveyed_by,
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
            received_us = _said(account, notice, {}).delivered_us
            if received_us is not None:
                named = notice.filled.fields.get(EFFECTIVE_FIELD)
                moments.append(max(received_us, named) if isinstance(named, int) else received_us)
    return min(moments)


def _said(account: Account, message: Message, handed: Mapping[Ref, Mapping[str, int]]) -> Said:
    """Return an entry with when all had it: by their stations' word, or where none can say so, by its author's own."""
    states = {party: account.delivered(message.ref, party) for party in message.recipients}
    times = [state.at_us for state in states.values() if state is not None]
    told = handed.get(message.ref, {})
    others = [party for party in account.parties if party != message.author and states.get(party) is None]
    by_hand = bool(told) and all(party in told for party in others)
    shown = bool(times) and len(times) == len(states)
    if by_hand and not shown:
        times += [told[party] for party in others]
    return Said(
        ref=message.ref,
        form=message.filled.form,
        author=message.author,
        recipients=tuple(sorted({*message.recipients, *(told if by_hand and not shown else ())})),
        at_us=message.claimed_us,
        delivered_us=max(times) if shown or (by_hand and times) else None,
        conveyed=by_hand and not shown,
    )


def _handed(account: Account) -> Mapping[Ref, Mapping[str, int]]:
    """Return when each entry was, by its author's own word, handed over to whom and read back."""
    found: dict[Ref, dict[str, int]] = {}
    for message in account.messages(CONVEYED):
        fields, ref = message.filled.fields, account.answered(message.filled)
        if ref is not None and fields["readback"] in READ_BACK and author_of(ref[0]) == message.author:
            found.setdefault(ref, {}).setdefault(str(fields["party"]), cast("int", fields["at"]))
    return found


def _heard(item: Transcribed, understood: Filled) -> tuple[Filled, Said]:
    """Return a transcript as what its officer understood it to be, heard at the time that they wrote down."""
    at_us = cast("int", item.filled.fields["at"])
    return replace(understood, reply_to=item.filled.reply_to), Said(
        ref=item.ref,
        form=understood.form,
        author=item.said_by,
        recipients=(item.author,),
        at_us=at_us,
        delivered_us=at_us,
        transcript_by=item.author,
    )


def _under(
    clause: Clause,
    agreement: Agreement,
    deeds: Deeds,
    causes: Sequence[Said],
    rest_us: int,
    now_us: int,
) -> Iterator[Obligation]:
    last_host = ""
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
                transcript_by=judged.transcript_by,
                conveyed_by=_word_of(occasion, owed_by, judged),
                sentence={},
            )
            yield replace(duty, sentence=sentences(agreement, duty))


def _word_of(occasion: Occasion, owed_by: Sequence[str], judged: Judgement) -> str:
    """Return whose own word it is that what started a duty, or what fulfilled it, came through; '' for nobody's."""
    if occasion.cause is not None and occasion.cause.conveyed:
        return occasion.cause.author
    return owed_by[0] if judged.state == "transcribed" and not judged.transcript_by else ""


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
