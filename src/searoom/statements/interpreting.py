"""What one entry of the record says, as an item of the account: opened, decoded, and accepted or not.

What is accepted is what its form and the agreement ask for; all else keeps its place as `Closed`, with the reason.
"""

import hashlib
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Final, TypeAlias, cast

from searoom.errors import NotAllowed, Tampered
from searoom.record.cards import Revoked
from searoom.record.cose import Signature
from searoom.record.entry import Entry, Kind
from searoom.record.keys import Role, Signer
from searoom.record.roster import FIRST, Roster, author_of, epoch_of
from searoom.record.seal import read_reason
from searoom.sentences import Sentence
from searoom.signals import forms
from searoom.signals.forms import Filled, FormBook
from searoom.statements.folded import Row
from searoom.statements.items import (
    TRANSCRIBED,
    Closed,
    Item,
    Message,
    Notice,
    Place,
    Ref,
    Transcribed,
    as_item,
    ref_text,
)
from searoom.statements.release import Policy, lacking

Opener: TypeAlias = Callable[[Entry, bytes], bytes | None]
NAMELESS: Final = "not named / 無記名 / 不具名"
"""What stands for a person where the agreement quotes nobody by name; ja and zh await review by native speakers."""


class Interpreter:
    """What one reading of a record holds fast: whose keys, which forms, which rule, and what opens a body."""

    def __init__(self, roster: Roster, book: FormBook, opener: Opener, policy: Policy) -> None:
        self._roster, self._book, self._opener, self._policy = roster, book, opener, policy
        self._signers: dict[tuple[str, bytes], Signer] = {}
        self._readers: dict[tuple[str, ...], tuple[str, ...]] = {}  # so that what many entries say is held once
        self._withdrawn = {party: _withdrawn(roster, party) for party in roster.parties}

    def item(self, entry: Entry, body: bytes) -> Item:
        """Return what an entry is, at its place."""
        return self.read(entry, body)[0]

    def read(self, entry: Entry, body: bytes) -> tuple[Item, bytes]:
        """Return what an entry is, and the words that a message or a transcript was read from."""
        statement, ref = entry.statement, (sys.intern(entry.log), entry.index)
        keys = (entry.station, *entry.released.signatures)
        station, *signers = (self._signer(statement.author, signature.key_id) for signature in keys)
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
            return self._notice(place, statement.kind, body), b""
        said, why, partly, words = self._words(entry, body)
        if said is not None and not why:
            why = self._refused(said, place)
        if partly is not None and self._refused(partly, place):
            partly = None
        place = self._attributed(place)  # after it was asked who signed: the record stays as sound as any
        if said is None or why:
            return as_item(Closed, place, why=why, partly=partly), b""
        return self._saying(place, said), words

    def again(self, row: Row) -> Item:
        """Return a message or a transcript, which was read before, from what it was folded to."""
        author = author_of(row.ref[0])
        station, *signers = (self._signer(author, kid) for kid in (row.who.station, *row.who.signers))
        place = Place(
            row.ref,
            row.height,
            author,
            self._readers.setdefault(row.who.recipients, row.who.recipients),
            row.claimed_us,
            row.placed_us,
            row.until_us,
            tuple(signers),
            station,
            row.heard,
            statement=row.statement,
            doubtful=row.who.doubtful,
        )
        return self._saying(self._attributed(place), forms.decode(row.words, self._book))

    def _attributed(self, place: Place) -> Place:
        if self._policy.attributed:
            return place
        return replace(place, signers=tuple(map(nameless, place.signers)))

    def _saying(self, place: Place, said: Filled) -> Item:
        if said.form != TRANSCRIBED:
            return as_item(Message, place, filled=said)
        inner = cast("bytes | None", said.fields.get("understood"))
        understood = None if inner is None else forms.decode(inner, self._book, inside=True)
        return as_item(Transcribed, place, filled=said, said_by=str(said.fields["said_by"]), understood=understood)

    def _words(self, entry: Entry, body: bytes) -> tuple[Filled | None, str, Filled | None, bytes]:
        """Return the words, or why there are none and what of a form that lacks fields could be read; and the bytes."""
        content = None
        try:
            content = self._opener(entry, body)
            if content is None:
                return None, Sentence("shut.not_opened"), None, b""
            return forms.decode(content, self._book), "", None, content
        except (NotAllowed, Tampered) as fault:
            return None, Sentence("shut.unreadable", why=fault.sentence), self._partly(content), b""

    def _partly(self, content: bytes | None) -> Filled | None:
        with suppress(NotAllowed, Tampered):
            return None if content is None else forms.decode(content, self._book, partly=True)
        return None

    def _refused(self, said: Filled, place: Place) -> str:
        """Say why these words are not believed ('' where they are).

        The receiver asks what the sender asked: a node that sends substance under one person's key, an officer's
        form under the station's, or a national form at all, is not believed.
        """
        form = self._book.form(said.form)
        if form.visibility != "shared":
            return Sentence("shut.national", form=form.name)
        if said.form == TRANSCRIBED and said.fields["said_by"] == place.author:
            return Sentence("shut.own_transcript")
        policy = self._policy.at(*place.ref, place.heard)
        return lacking(policy, form, said, place.signers, self._roster.card_at(place.author, *place.ref))

    def _notice(self, place: Place, kind: Kind, body: bytes) -> Item:
        if kind is Kind.EPOCH:
            try:
                return as_item(Notice, place, kind=kind, reason=read_reason(body)[1])
            except (NotAllowed, Tampered) as fault:
                return as_item(Closed, place, why=Sentence("shut.unreadable", why=fault.sentence))
        issued = self._roster.issued(place.author)
        at = next((n for n, (log, index, _) in enumerate(issued) if n and (log, index) == place.ref), None)
        if at is None:
            return as_item(Closed, place, why=Sentence("shut.strange_card"))
        card, before = issued[at][2], issued[at - 1][2]
        return as_item(
            Notice,
            place,
            kind=kind,
            serial=card.serial,
            begun=tuple(key for key in card.keys if before.by_key_id(key.key_id) is None),
            ended=tuple(key for key in before.keys if card.by_key_id(key.key_id) is None),
        )

    def _signer(self, party: str, kid: bytes) -> Signer:
        known = self._signers.get((party, kid))
        if known is None:
            key = self._roster.by_key_id(party, kid)
            known = Signer(party, key.role, key.holder, key.name, key.key_id, key.member)
            self._signers[party, kid] = known
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
                key_of = self._roster.by_key_id(author, key.key_id)
                name = key_of.name if self._policy.attributed or key_of.role is not Role.OFFICER else NAMELESS
                upto = f"up to {ref_text((log, last))}" if log else "not at all"
                return f"a key of {name} behind it was withdrawn ({revoked.why}) and is vouched for {upto}"
        return ""


def nameless(signer: Signer) -> Signer:
    """Return a signer as who is counted and not named; a station, which speaks for a party, keeps its name."""
    return signer if signer.role is not Role.OFFICER else replace(signer, holder="", name=NAMELESS, member="")


def first_after(revoked: Revoked, log: str, size: int) -> int:
    """Return the first entry of a log, of which `size` are there, that a withdrawn key is not vouched for."""
    good, last = revoked.last_good or ("", FIRST)
    if not good or epoch_of(log) > epoch_of(good):
        return 0
    return last + 1 if log == good else size


def _withdrawn(roster: Roster, party: str) -> dict[bytes, Revoked]:
    """Return what the card that first withdrew a key of a party says of it, for each such key."""
    found: dict[bytes, Revoked] = {}
    for _, _, card in roster.issued(party):
        for revoked in card.revoked:
            found.setdefault(revoked.key_id, revoked)
    return found
