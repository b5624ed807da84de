"""One entry taken out of a record, with all that proves it to somebody who has nothing else: cards, body, and opening.

It travels as the extra data of a proof file (`proof`), where nobody signed it and nothing need be believed: the cards
are signed by their roots, the entry by the keys on them, the opening has the hash that was signed.

Proven is less than by a whole record: not that what the entry had heard is so, and not from where on a later card
is in force; both ask for the other entries.
"""

from dataclasses import dataclass, field
from typing import Final

from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import checkpoint as notes
from searoom.record import heads, shape
from searoom.record.cards import MAX_CARD, Card
from searoom.record.checkpoint import SignedNote
from searoom.record.entry import MAX_ENTRY, MAX_PARTIES, Entry, verify_entry
from searoom.record.keys import Signer
from searoom.record.merkle import leaf_hash, verify_inclusion
from searoom.record.proof import Proof
from searoom.record.roster import FIRST, Roster, author_of
from searoom.record.seal import MAX_BODY, Opening, check_key_ids, check_placed

_LABEL: Final = "searoom/excerpt"
_MAX_CARDS: Final = 4 * MAX_PARTIES
_MAX_EXTRA: Final = 4 << 20
Issued = tuple[str, int, bytes]  # log and index of the entry that brought the signed card; FIRST in person


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The entry, its body and opening (empty where they are not shown), and the cards by which it is judged."""

    entry: bytes
    body: bytes
    opening: bytes
    cards: tuple[Issued, ...]

    def to_bytes(self) -> bytes:
        """Return the extra data of the proof: a CBOR map (docs/formats/proof.md)."""
        cards: list[cbor.Value] = [[log, None if index == FIRST else index, data] for log, index, data in self.cards]
        return cbor.encode({
            0: shape.VERSION, 1: _LABEL, 2: self.entry, 3: self.body, 4: self.opening, 5: cards,
        })  # fmt: skip

    @classmethod
    def from_bytes(cls, data: bytes) -> "Excerpt":
        """Return the excerpt; raise `NotAllowed` for anything but its one form."""
        items = shape.numbered(cbor.decode(data, max_bytes=_MAX_EXTRA), 6, "an excerpt of a record")
        if items[1] != _LABEL:
            raise NotAllowed("the extra data of the proof are no excerpt of a record")
        excerpt = cls(
            shape.octets(items[2], "the entry of an excerpt", least=1, most=MAX_ENTRY),
            shape.octets(items[3], "the body of an excerpt", most=MAX_BODY),
            shape.octets(items[4], "the opening of an excerpt", most=MAX_BODY),
            tuple(_read_card(row) for row in shape.sequence(items[5], "the cards of an excerpt", most=_MAX_CARDS)),
        )
        if excerpt.to_bytes() != data:
            raise NotAllowed("the excerpt is not written in its one form")
        return excerpt

    def roster(self) -> Roster:
        """Return the cards in force; each is checked by its root, that the root is the right party's is for people."""
        roster = Roster([Card.from_bytes(data) for _, index, data in self.cards if index == FIRST])
        for log, index, data in self.cards:
            if index != FIRST:
                roster = roster.with_card(data, log, index)
        return roster


def _read_card(value: cbor.Value) -> Issued:
    log, index, data = shape.sequence(value, "a card of an excerpt", least=3, most=3)
    place = FIRST if index is None else shape.uint(index, "the place of a card")
    return shape.log_id(log, "the log of a card"), place, shape.octets(data, "a card", least=1, most=MAX_CARD)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a proof with its excerpt proves: the entry, who released it, who stored it, its words where it is opened."""

    entry: Entry
    who: tuple[Signer, ...]
    size: int
    stored: tuple[str, ...]
    opening: Opening | None
    roster: Roster = field(repr=False)


def check(proof: Proof, excerpt: Excerpt) -> Shown:
    """Return what is proven; raise `NotAllowed` for a form or a rule, `Tampered` for a signature or a hash."""
    roster, entry, head = excerpt.roster(), Entry.from_bytes(excerpt.entry), proof.note.checkpoint
    origin = notes.origin(roster.mechanism, entry.log)
    if (head.origin, proof.index) != (origin, entry.index):
        raise NotAllowed(
            f"the entry says that it is number {entry.index} of '{origin}', and the proof is of number {proof.index} "
            f"of '{head.origin}'"
        )
    if entry.statement.mechanism != roster.mechanism:
        raise NotAllowed("the entry is of another mechanism than the cards")
    stored = tuple(sorted(by for by in note_lines(proof.note, entry.log, roster) if by != entry.log))
    verify_inclusion(leaf_hash(excerpt.entry), proof.index, head.size, proof.path, head.root)
    who = verify_entry(entry, roster.card_at(entry.statement.author, entry.log, entry.index))
    if excerpt.body:
        body = check_placed(excerpt.body, entry)
        if body is not None:
            check_key_ids(body, entry, roster)
    opening = Opening.from_bytes(excerpt.opening) if excerpt.opening else None
    if opening is not None and opening.plain_hash() != entry.statement.plain_hash:
        raise Tampered("the opening does not have the salted hash that the author of the entry signed")
    return Shown(entry, who, head.size, stored, opening, roster)


def note_lines(note: SignedNote, log: str, roster: Roster) -> dict[str, int]:
    """Return how many lines each signer has under a note of `log`: the log itself by its name, mirrors by party."""
    own = heads.log_verifiers(roster, log, note.checkpoint.size)
    mirrors = {by: heads.mirror_verifiers(roster, by) for by in roster.others(author_of(log))}
    if note.checkpoint.origin != own[0].name:
        raise Tampered(f"the checkpoint is of log '{note.checkpoint.origin}', not of '{own[0].name}'")
    found = notes.signers(
        note, [*own, *(verifier for pairs in mirrors.values() for pair in pairs for verifier in pair)]
    )
    if own[0] not in found:
        raise Tampered(f"the checkpoint of '{log}' does not bear the line of the log itself")
    counts = {log: sum(verifier in own for verifier in found)}
    for by, pairs in mirrors.items():
        lines = {verifier for verifier in found if any(verifier in pair for pair in pairs)}
        if lines and lines not in [set(pair) for pair in pairs]:
            raise Tampered(f"the mirror of '{by}' did not cosign the checkpoint with the two keys of one card")
        if lines:
            counts[by] = len(lines)
    return counts
