"""What one entry of the record says, as an item of the account: opened, decoded, and accepted or not.

What is accepted is what its form and the agreement ask for; all else keeps its place as `Closed`, with the reason.
"""

import hashlib
import sys
from collections.abc import Callable, Iterable
from typing import TypeAlias, cast

from searoom.errors import NotAllowed, Tampered
from searoom.items import TRANSCRIBED, Closed, Item, Message, Notice, Place, Ref, Transcribed, as_item, ref_text
from searoom.record.cards import Revoked
from searoom.record.cose import Signature
from searoom.record.entry import Entry, Kind
from searoom.record.keys import Signer
from searoom.record.roster import FIRST, Roster, epoch_of
from searoom.record.seal import read_reason
from searoom.release import Policy, lacking
from searoom.signals import forms
from searoom.signals.forms import Filled, FormBook

Opener: TypeAlias = Callable[[Entry, bytes], bytes | None]


class Interpreter:
    """What one reading of a record holds fast: whose keys, which forms, which rule, and what opens a body."""

    def __init__(self, roster: Roster, book: FormBook, opener: Opener, policy: Policy) -> None:
        self._roster, self._book, self._opener, self._policy = roster, book, opener, policy
        self._signers: dict[tuple[str, bytes], Signer] = {}
        self._readers: dict[tuple[str, ...], tuple[str, ...]] = {}  # so that what many entries say is held once
        self._withdrawn = {party: _withdrawn(roster, party) for party in roster.parties}

    def item(self, entry: Entry, body: bytes) -> Item:
        """Return what an entry is, at its place."""
        statement, ref = entry.statement, (sys.intern(entry.log), entry.index)
        keys = (entry.station, *entry.released.signatures)
        station, *signers = (self._signer(statement.author, signature) for signature in keys)
        place = Place(
            ref,
            entry.height,
            sys.intern(statement.author),
            self._readers.setdefault(statement.recipients, statement.recipients),
            statement.claimed_us,
            entry.placed_us,
            statement.until_us,
            tuple(signers),
            station,
            entry.heard,
            statement=hashlib.sha256(statement.to_bytes()).digest(),
            doubtful=self.doubtful(statement.author, ref, keys),
        )
        if statement.kind is not Kind.WORDS:
            return self._notice(place, statement.kind, body)
        said, why = self._words(entry, body)
        if said is not None and not why:
            why = self._refused(said, place)
        if said is None or why:
            return as_item(Closed, place, why=why)
        if said.form != TRANSCRIBED:
            return as_item(Message, place, filled=said)
        inner = cast("bytes | None", said.fields.get("understood"))
        understood = None if inner is None else forms.decode(inner, self._book, inside=True)
        return as_item(Transcribed, place, filled=said, said_by=str(said.fields["said_by"]), understood=understood)

    def _words(self, entry: Entry, body: bytes) -> tuple[Filled | None, str]:
        try:
            content = self._opener(entry, body)
            if content is None:
                return None, "its words were not opened to us"
            return forms.decode(content, self._book), ""
        except (NotAllowed, Tampered) as fault:
            return None, f"its words cannot be read: {fault.sentence}"

    def _refused(self, said: Filled, place: Place) -> str:
        """Say why these words are not believed ('' where they are).

        The receiver asks what the sender asked: a node that sends substance under one person's key, an officer's
        form under the station's, or a national form at all, is not believed.
        """
        form = self._book.form(said.form)
        if form.visibility != "shared":
            return f"the form '{form.name}' is national and is not believed in the shared record"
        if said.form == TRANSCRIBED and said.fields["said_by"] == place.author:
            return "nobody transcribes what they say themselves"
        return lacking(self._policy, form, said, place.signers, self._roster.card_at(place.author, *place.ref))

    def _notice(self, place: Place, kind: Kind, body: bytes) -> Item:
        if kind is Kind.EPOCH:
            try:
                return as_item(Notice, place, kind=kind, reason=read_reason(body)[1])
            except (NotAllowed, Tampered) as fault:
                return as_item(Closed, place, why=f"its words cannot be read: {fault.sentence}")
        issued = self._roster.issued(place.author)
        at = next((n for n, (log, index, _) in enumerate(issued) if n and (log, index) == place.ref), None)
        if at is None:
            return as_item(Closed, place, why="it brings a card that is not among its author's cards")
        card, before = issued[at][2], issued[at - 1][2]
        return as_item(
            Notice,
            place,
            kind=kind,
            serial=card.serial,
            begun=tuple(key for key in card.keys if before.by_key_id(key.key_id) is None),
            ended=tuple(key for key in before.keys if card.by_key_id(key.key_id) is None),
        )

    def _signer(self, party: str, signature: Signature) -> Signer:
        known = self._signers.get((party, signature.key_id))
        if known is None:
            key = self._roster.by_key_id(party, signature.key_id)
            known = Signer(party, key.role, key.holder, key.name, key.key_id, key.member)
            self._signers[party, signature.key_id] = known
        return known

    def doubtful(self, author: str, ref: Ref, keys: Iterable[Signature | Signer]) -> str:
        """Say that a key behind an entry was withdrawn, and not vouched for as far as here ('' for none)."""
        ended = self._withdrawn.get(author, {})
        for key in keys:
            if key.key_id not in ended:
                continue
            revoked = ended[key.key_id]
            log, last = revoked.last_good or ("", FIRST)
            good = (epoch_of(log) if log else 0, last)
            if (epoch_of(ref[0]), ref[1]) > good:
                name = self._roster.by_key_id(author, key.key_id).name
                upto = f"up to {ref_text((log, last))}" if log else "not at all"
                return f"a key of {name} behind it was withdrawn ({revoked.why}) and is vouched for {upto}"
        return ""


def _withdrawn(roster: Roster, party: str) -> dict[bytes, Revoked]:
    """Return what the card that first withdrew a key of a party says of it, for each such key."""
    found: dict[bytes, Revoked] = {}
    for _, _, card in roster.issued(party):
        for revoked in card.revoked:
            found.setdefault(revoked.key_id, revoked)
    return found
