"""Whose signature may stand under the head of a log, by the roster; and the keys of a node that sign heads.

A log signs each of its heads with Ed25519; a head that others are asked to cosign carries its ML-DSA-44 line too, and
so does each cosignature, so that what is recorded stays proven after Ed25519 falls.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from searoom.errors import NotAllowed
from searoom.record import checkpoint as notes
from searoom.record.algorithms import ED25519, ML_DSA_44, PrivateKey
from searoom.record.cards import Card
from searoom.record.checkpoint import COSIGNATURE_TYPE, ML_DSA_TYPE, NOTE_TYPE, Checkpoint, SignedNote, Verifier
from searoom.record.keys import Role
from searoom.record.roster import Roster, author_of
from searoom.units import MICROSECONDS

_TIMED: Final = ((COSIGNATURE_TYPE, ED25519), (ML_DSA_TYPE, ML_DSA_44))


@dataclass(frozen=True, slots=True)
class NodeKeys:
    """The private keys that a node holds unlocked: of its station, of its log and of its mirror."""

    station: PrivateKey
    log: PrivateKey
    log_pq: PrivateKey
    mirror: PrivateKey
    mirror_pq: PrivateKey

    def check(self, card: Card) -> None:
        """Refuse keys that are not those of the card: a signature by them would be nobody's."""
        wanted = (
            (Role.STATION, self.station, ED25519),
            (Role.LOG, self.log, ED25519),
            (Role.LOG, self.log_pq, ML_DSA_44),
            (Role.MIRROR, self.mirror, ED25519),
            (Role.MIRROR, self.mirror_pq, ML_DSA_44),
        )
        for role, key, algorithm in wanted:
            if card.key(role, algorithm).public != key.public:
                raise NotAllowed(
                    f"the {role.value} key at hand is not the one on card {card.serial} of {card.party}",
                    advice="Put the key files beside the store that belong to this card.",
                )


def log_verifier(roster: Roster, log: str, size: int) -> Verifier:
    """Return the key (0x01) by which a log signs each of its heads, this one at `size`."""
    card = roster.card_at(author_of(log), log, size - 1)
    return Verifier(notes.origin(roster.mechanism, log), NOTE_TYPE, card.key(Role.LOG).public)


def log_verifiers(roster: Roster, log: str, size: int) -> tuple[Verifier, Verifier]:
    """Return the two keys (0x01, 0x06) by which a log signs a head that others are asked to cosign."""
    first, card = log_verifier(roster, log, size), roster.card_at(author_of(log), log, size - 1)
    return first, Verifier(first.name, ML_DSA_TYPE, card.key(Role.LOG, ML_DSA_44).public)


def mirror_verifiers(roster: Roster, party: str) -> tuple[tuple[Verifier, Verifier], ...]:
    """Return the pairs of keys (0x04, 0x06) with which a party has ever cosigned, the newest first."""
    name = notes.mirror_name(roster.mechanism, party)
    pairs = []
    for _, _, card in reversed(roster.issued(party)):
        first, second = (Verifier(name, kind, card.key(Role.MIRROR, alg).public) for kind, alg in _TIMED)
        if (first, second) not in pairs:
            pairs.append((first, second))
    return tuple(pairs)


def read_head(note: bytes, log: str, roster: Roster) -> Checkpoint:
    """Return the head that a log signed with its first line, alone; `NotAllowed` or `Tampered` for any other note."""
    signed, head = _of_log(note, log, roster)
    notes.check_each(signed, (log_verifier(roster, log, head.size),))
    return head


def known_key(note: bytes, log: str, roster: Roster) -> None:
    """Raise `NotAllowed` where the first line is by another key than the card in force gives: one may be on its way."""
    signed, head = _of_log(note, log, roster)
    if signed.signatures[0].key_id != log_verifier(roster, log, head.size).key_id:
        raise NotAllowed(f"the head of {log} is signed by a key of no card that is held here; the card must come first")


def read_offered(note: bytes, log: str, roster: Roster) -> SignedNote:
    """Return the note with which a log asks for a cosignature: both of its own lines, and no other."""
    signed, head = _of_log(note, log, roster)
    notes.check_each(signed, log_verifiers(roster, log, head.size))
    return signed


def read_cosigned(note: bytes, log: str, by: str, roster: Roster) -> SignedNote:
    """Return a note with both lines of its log and both of the mirror of `by`, and no other."""
    signed, head = _of_log(note, log, roster)
    own = log_verifiers(roster, log, head.size)
    ids = {line.key_id for line in signed.signatures}
    pairs = mirror_verifiers(roster, by)
    pair = next((pair for pair in pairs if {key.key_id for key in pair} <= ids), pairs[0])
    notes.check_each(signed, (*own, *pair))
    return signed


def _of_log(note: bytes, log: str, roster: Roster) -> tuple[SignedNote, Checkpoint]:
    signed, origin = SignedNote.from_bytes(note), notes.origin(roster.mechanism, log)
    head = signed.checkpoint
    if head.origin != origin:
        raise NotAllowed(f"the note is of the log '{head.origin}' and not of '{origin}'")
    return signed, head


def sign_head(mechanism: str, log: str, size: int, root: bytes, key: PrivateKey) -> bytes:
    """Return a log's head, signed with its first line."""
    origin = notes.origin(mechanism, log)
    return notes.sign(Checkpoint(origin, size, root), origin, key).to_bytes()


def offer(note: bytes, key: PrivateKey, now_us: int) -> bytes:
    """Return a log's signed head with its second line (ML-DSA-44): what others are asked to cosign."""
    signed = SignedNote.from_bytes(note)
    origin = signed.checkpoint.origin
    return notes.cosign(signed, origin, key, now_us // MICROSECONDS).to_bytes()


def cosign(signed: SignedNote, mechanism: str, party: str, keys: Sequence[PrivateKey], now_us: int) -> bytes:
    """Return an offered note with the lines of a party's mirror: it holds all this, and agrees to nothing by it."""
    name, time_s = notes.mirror_name(mechanism, party), now_us // MICROSECONDS
    lines = [notes.cosignature(signed.checkpoint, name, key, time_s) for key in keys]
    return notes.with_lines(signed, lines).to_bytes()
