"""What of the account counts towards duties: each entry with its times, transcripts, and words handed over by hand."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, cast

from searoom.account import Account, Message, Ref, Transcribed
from searoom.obligations.deadlines import Said
from searoom.record.roster import author_of
from searoom.signals.forms import Filled

CONVEYED: Final = "conveyed"
READ_BACK: Final = ("code", "words")
"""What must have been read back for words handed over otherwise to count as having come through."""


def read_said(
    account: Account, names: set[str], settled: dict[Ref, tuple[Filled, Said]] | None = None
) -> tuple[Mapping[str, Sequence[tuple[Filled, Said]]], Mapping[str, Sequence[Said]]]:
    """Return by form what counts towards duties, transcripts last, and what starts them: entries alone.

    Entries that came through to all are taken from `settled`, and put there: how they count does not change any more.
    """
    handed, said = _handed(account), defaultdict[str, list[tuple[Filled, Said]]](list)
    known = {} if settled is None else settled
    for message in (each for name in sorted(names) for each in account.messages(name)):
        pair = known.get(message.ref)
        if pair is None:
            pair = message.filled, _said(account, message, handed)
            if pair[1].delivered_us is not None and not pair[1].conveyed:
                known[message.ref] = pair
        said[message.filled.form].append(pair)
    causes = {name: tuple(its for _, its in pairs) for name, pairs in said.items()}
    for item in account.transcripts():
        if item.understood is not None and item.understood.form in names:
            said[item.understood.form].append(_heard(item, item.understood))
    return said, causes


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
        fields=message.filled.fields,
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
        fields=understood.fields,
    )
