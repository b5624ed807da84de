"""An account as rows of a page: who signed, what stands in a form, how far a message came, and what is owed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from searoom.account import Account, Again, Closed, Item, Message, Notice, Ref, State, Transcribed, ref_text
from searoom.clock import to_text
from searoom.matters.delivery import Acknowledged, Delivery, Recipient, delivery
from searoom.obligations.agreement import Agreement
from searoom.obligations.standing import READ_BACK, Obligation
from searoom.review.sections import (
    Chair,
    Content,
    DueRow,
    Folded,
    LogProof,
    MessageRow,
    Proof,
    Proven,
    StateRow,
)
from searoom.review.svg import look
from searoom.review.tellings import contact_rows, dossier_rows
from searoom.review.texts import Texts
from searoom.review.writing import people, values
from searoom.sentences import spoken
from searoom.signals import codebook
from searoom.signals.forms import FormBook
from searoom.signals.states import page_key

Handed = Mapping[Ref, int]
"""When a carrier took each message (microseconds): only the author's node knows, and it is no part of the record."""

ROOT_DIGITS = 16
"""Hex digits of a tree root that a page shows, of 64."""

HOTLINE_FORMS = ("hotline-message", "hotline-contact")


def content(
    account: Account,
    agreement: Agreement,
    book: FormBook,
    texts: Texts,
    *,
    director: bool,
    handed: Handed | None = None,
) -> Content:
    """Return everything that released entries alone can say, in the language of `texts`.

    For the director also the two states that stand beside the entries: *handed over* and *recorded*.
    """
    chairs = tuple(
        Chair(party, agreement.name(party, texts.lang), look(party, agreement.parties)) for party in agreement.parties
    )

    def row(item: Item | Again) -> MessageRow:
        return message_row(account, item, agreement, book, texts, director=director, handed=handed or {})

    return Content(
        lang=texts.lang,
        mechanism=agreement.id,
        agreement=agreement.title[texts.lang],
        exercise=agreement.exercise,
        chairs=chairs,
        sizes=tuple((party, account.sizes[party]) for party in agreement.parties),
        contacts=contact_rows(account, book, texts, codebook.load(agreement.books)),
        hotline=tuple(row(m) for m in account.messages() if m.filled.form in HOTLINE_FORMS),
        dossiers=dossier_rows(account, agreement, book, texts),
        timeline=_timeline(account, book, row),
    )


def _timeline(
    account: Account, book: FormBook, row: Callable[[Item | Again], MessageRow]
) -> tuple[MessageRow | Folded, ...]:
    """Return the rows in the order of the record; automatic entries of one party that follow one another are folded."""
    out: list[MessageRow | Folded] = []
    for item in account.items:
        if not (isinstance(item, Message) and book.form(item.filled.form).automatic):
            out.append(row(item))
            continue
        last = out[-1] if out else None
        if isinstance(last, Folded) and last.party == item.author:
            out[-1] = Folded(item.author, (*last.refs, ref_text(item.ref)))
        else:
            out.append(Folded(item.author, (ref_text(item.ref),)))
    return tuple(out)


def message_row(
    account: Account,
    item: Item | Again,
    agreement: Agreement,
    book: FormBook,
    texts: Texts,
    *,
    director: bool,
    handed: Handed,
) -> MessageRow:
    """Return one item with its states; a closed one keeps its place and says why it is closed.

    A notice, and what stands elsewhere too, is its own sentence; a transcript bears its mark in its title.
    """
    common = (ref_text(item.ref), f"{item.author}-{item.ref[1]}", item.author)
    until = "" if item.until_us is None else to_text(item.until_us)
    names = agreement.names_in(texts.lang)
    if isinstance(item, Again):  # how far it came stands where it counts
        title, who = item.sentence(texts.lang, names), people(item.signers, texts)
        return MessageRow(*common, title, "", "", to_text(item.claimed_us), until, "", who, (), ())
    states = state_rows(delivery(account, item.ref), item, agreement, texts, director=director, handed=handed)
    if isinstance(item, Closed | Notice):
        title, why = item.sentence(texts.lang, names) if isinstance(item, Notice) else "", ""
        if isinstance(item, Closed):
            why = spoken(item.why, texts.lang)
        return MessageRow(
            *common, title, "", "", to_text(item.claimed_us), until, "", people(item.signers, texts), (), states, why
        )
    filled = item.filled
    title = book.form(filled.form).title[texts.lang]
    if isinstance(item, Transcribed):
        title = item.sentence(texts.lang, book, names)
    if item.doubtful:
        title += texts("mark.open") + texts("mark.doubtful") + texts("mark.close")
    return MessageRow(
        *common,
        title=title,
        channel=_named("channel", filled.channel, texts),
        precedence="" if filled.precedence == "routine" else _named("precedence", filled.precedence, texts),
        at=to_text(item.claimed_us),
        until=until,
        reply_to=ref_text(filled.reply_to) if filled.reply_to else "",
        who=people(item.signers, texts),
        fields=values(filled, book, texts),
        states=states,
    )


def _named(group: str, word: str, texts: Texts) -> str:
    key = f"{group}.{word.replace('-', '_')}"
    return texts(key) if texts.has(key) else word


def state_rows(
    known: Delivery, item: Item, agreement: Agreement, texts: Texts, *, director: bool, handed: Handed
) -> tuple[StateRow, ...]:
    """Return the states of one message, for each recipient, with person and key behind each."""
    stored = known.stored
    found = [StateRow("stored", True, "", to_text(stored.at_us), ref_text(stored.ref), people((stored.signer,), texts))]
    if director and known.ref in handed:
        found.append(
            StateRow("handed_over", True, agreement.name(item.author, texts.lang), to_text(handed[known.ref]), "", ())
        )
    for one in known.each:
        found.extend(_by_other_means(one, texts))
        if not one.node:
            continue
        name = agreement.name(one.party, texts.lang)
        found.append(_state("delivered", one.delivered, name, texts))
        if director:
            found.append(StateRow("recorded", one.recorded, texts("timeline.by_checkpoint", party=name), "", "", ()))
        found.append(_state("read", one.read, name, texts))
        found.extend(_judged(said, name, texts) for said in known.judged(one))
    found.extend(
        StateRow(
            "answered",
            True,
            agreement.name(answer.author, texts.lang),
            to_text(answer.placed_us),
            ref_text(answer.ref),
            people(answer.signers, texts),
        )
        for answer in known.answers
    )
    return tuple(found)


def _by_other_means(one: Recipient, texts: Texts) -> Iterator[StateRow]:
    """Yield what officers of its author write of this recipient: handed over, read back, answered by a transcript."""
    for message in one.conveyed:
        at, ref, who = to_text(cast("int", message.filled.fields["at"])), ref_text(message.ref), message.signers
        yield StateRow("conveyed", True, "", at, ref, people(who, texts))
        if message.filled.fields["readback"] in READ_BACK:
            yield StateRow("read_back", True, "", at, ref, people(who, texts))
    for heard in one.transcripts:
        at = to_text(cast("int", heard.filled.fields["at"]))
        yield StateRow("answered_transcribed", True, "", at, ref_text(heard.ref), people(heard.signers, texts))


def _state(key: str, state: State | None, name: str, texts: Texts) -> StateRow:
    if state is None:
        return StateRow(key, False, name, "", "", ())
    return StateRow(key, True, name, to_text(state.at_us), ref_text(state.ref), people((state.signer,), texts))


def _judged(said: Acknowledged, name: str, texts: Texts) -> StateRow:
    """Return what officers of a recipient said of a message, with all who signed it."""
    return replace(_state(page_key(said.kind), said.state, name, texts), who=people(said.signers, texts))


def dues(obligations: Sequence[Obligation], agreement: Agreement, texts: Texts) -> tuple[DueRow, ...]:
    """Return the duties as rows, in the order given; what several owe together names them all."""
    return tuple(
        DueRow(
            party=duty.owed_by[0] if len(duty.owed_by) == 1 else "",
            owed_by=texts("mark.list").join(agreement.name(party, texts.lang) for party in duty.owed_by),
            clause=duty.clause.id,
            sentence=duty.sentence[texts.lang],
            due=texts("due.no_date") if duty.due_us is None else to_text(duty.due_us),
            state=duty.state,
            met_by=ref_text(duty.met_by) if duty.met_by else "",
            silence="",
        )
        for duty in obligations
    )


def proof(proven: Proven, agreement: Agreement, texts: Texts) -> Proof:
    """Return the result of the offline check as rows, one a log in the order of the agreement."""
    sentence = proven.problem or texts("proof.line", entries=sum(proven.sizes.values()), logs=len(proven.sizes))
    logs = tuple(
        LogProof(
            party=party,
            size=proven.sizes[party],
            root=proven.roots[party].hex()[:ROOT_DIGITS],
            cosigned=tuple(
                (by, proven.cosigned[party, by]) for by in agreement.parties if (party, by) in proven.cosigned
            ),
        )
        for party in agreement.parties
        if party in proven.sizes
    )
    return Proof(not proven.problem, sentence, proven.openings, logs, proven.refused)
