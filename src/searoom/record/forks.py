"""Forks that prove themselves: two entries of one place, each placed by its own station; and forks out of evidence.

A fork file (`proof.ForkProof`) needs two signed heads and the paths to them. Where only two entries are at hand, they
are enough: a station that signed two different entries for one place of its log has forked it, whatever heads say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, TypeAlias

from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import cose, shape
from searoom.record.algorithms import ED25519, ML_DSA_44
from searoom.record.cards import Card
from searoom.record.checkpoint import SignedNote, Verifier, origin
from searoom.record.entry import ENTRY_AAD, MAX_ENTRY, Entry
from searoom.record.evidence import Evidence
from searoom.record.keys import Role
from searoom.record.note import ML_DSA_TYPE, NOTE_TYPE
from searoom.record.proof import MAX_FORK_BYTES, ForkProof

TWO_STATIONED: Final = 3
_LABEL: Final = "searoom/fork-proof"
_FORK: Final = "fork"


@dataclass(frozen=True, slots=True)
class EntryFork:
    """Two different entries of one log and index, the smaller bytes first."""

    first: bytes
    second: bytes

    @classmethod
    def of(cls, one: bytes, other: bytes) -> "EntryFork":
        """Return the proof that two entries make; raise `NotAllowed` where they exclude nothing."""
        made = cls(*sorted((one, other)))
        made._entries()
        return made

    def to_bytes(self) -> bytes:
        """Return the file: a CBOR map (docs/formats/proof.md)."""
        one, _ = self._entries()
        return cbor.encode({
            0: shape.VERSION, 1: _LABEL, 2: TWO_STATIONED, 3: [], 4: one.index, 5: [[self.first], [self.second]],
        })  # fmt: skip

    @classmethod
    def from_bytes(cls, data: bytes) -> "EntryFork":
        """Return the proof that `data` is; raise `NotAllowed` for anything but its one form."""
        items = shape.numbered(cbor.decode(data, max_bytes=MAX_FORK_BYTES), 6, "a fork proof")
        if items[1] != _LABEL or items[2] != TWO_STATIONED:
            raise NotAllowed("these bytes are no proof of two entries at one place")
        rows = [shape.sequence(row, "a side", least=1, most=1) for row in shape.sequence(items[5], "the sides", most=2)]
        sides = [shape.octets(row[0], "the entry of a fork proof", least=1, most=MAX_ENTRY) for row in rows]
        proof = cls(*sides) if len(sides) == 2 else cls(b"", b"")
        if proof.to_bytes() != data:
            raise NotAllowed("the fork proof is not written in its one form")
        return proof

    @property
    def log(self) -> str:
        """The log that is forked."""
        return self._entries()[0].log

    def check(self, cards: Sequence[Card]) -> str:
        """Return one sentence that says what is proven and what is not; raise `Tampered` where nothing is.

        `cards` are cards of the log's party; each entry must be signed by a station key on one of them.
        """
        one, other = self._entries()
        stations = {key.key_id: key for card in cards for key in card.keys if key.role is Role.STATION}
        for entry in (one, other):
            key = stations.get(entry.station.key_id)
            if key is None or key.algorithm != entry.station.algorithm or key.holder != entry.statement.author:
                raise Tampered(f"an entry of the fork proof is signed by no station of '{entry.statement.author}'")
            key.check(cose.to_sign1(entry.station.header(), ENTRY_AAD, entry.payload()), entry.station.value)
        return (
            f"Proven: the station of '{one.statement.author}' signed two different entries for one place, {one.index}, "
            f"of the log '{one.log}'; not proven: which of the two is the true one, and whether it was done on purpose."
        )

    def _entries(self) -> tuple[Entry, Entry]:
        one, other = Entry.from_bytes(self.first), Entry.from_bytes(self.second)
        if (one.log, one.index, one.statement.mechanism) != (other.log, other.index, other.statement.mechanism):
            raise NotAllowed("the two entries are not of one place in one log, so they do not exclude each other")
        if self.first >= self.second:
            raise NotAllowed("the two entries are the same, or not in the order of their bytes")
        return one, other


AnyFork: TypeAlias = ForkProof | EntryFork


def read(data: bytes) -> AnyFork:
    """Return the fork proof of any kind that `data` is; raise `NotAllowed` for other bytes."""
    items = shape.numbered(cbor.decode(data, max_bytes=MAX_FORK_BYTES), 6, "a fork proof")
    return EntryFork.from_bytes(data) if items[2] == TWO_STATIONED else ForkProof.from_bytes(data)


def party_of(fork: AnyFork) -> str:
    """Return whose log is forked."""
    name = fork.log if isinstance(fork, EntryFork) else fork.first.checkpoint.origin.rpartition("/")[2]
    return name.partition(".")[0]


def check(fork: AnyFork, cards: Sequence[Card]) -> str:
    """Return the sentence of a fork proof, judged by cards of its party; raise `Tampered` where it proves nothing."""
    own = [card for card in cards if card.party == party_of(fork)]
    if not own:
        raise NotAllowed(
            f"the card of '{party_of(fork)}' is needed to judge this fork proof",
            advice="Put the card beside the file, or name it with --card.",
        )
    if isinstance(fork, EntryFork):
        return fork.check(own)
    return fork.check([line for card in own for line in _lines(card, fork.first.checkpoint.origin)])


def _lines(card: Card, name: str) -> tuple[Verifier, Verifier]:
    if not name.startswith(origin(card.mechanism, card.party)):
        raise NotAllowed(f"the fork is of the log '{name}', and the card is of mechanism '{card.mechanism}'")
    return (
        Verifier(name, NOTE_TYPE, card.key(Role.LOG, ED25519).public),
        Verifier(name, ML_DSA_TYPE, card.key(Role.LOG, ML_DSA_44).public),
    )


def from_evidence(kept: Sequence[Evidence]) -> tuple[AnyFork, ...]:
    """Return the fork proofs that can be made of what was kept, each once, in the order in which it was kept.

    What was kept of a fork without two notes of one size or two entries of one place is evidence all the same, but
    no proof to others by itself: the log's own copy is needed beside it.
    """
    found: dict[bytes, AnyFork] = {}
    for item in kept:
        fork = _of(item)
        if fork is not None:
            found.setdefault(fork.to_bytes(), fork)
    return tuple(found.values())


def _of(item: Evidence) -> AnyFork | None:
    if item.kind != _FORK:
        return None
    rows = shape.sequence(cbor.decode(item.detail), "what was kept of a fork", most=16)
    pieces = [row for row in rows if isinstance(row, bytes) and row]
    pairs = list(combinations(pieces, 2))
    for make in (_of_entries, _of_notes):  # entries first: a note beside them may be anybody's
        for one, other in pairs:
            fork = make(one, other)
            if fork is not None:
                return fork
    return None


def _of_entries(one: bytes, other: bytes) -> EntryFork | None:
    try:
        return EntryFork.of(one, other)
    except (NotAllowed, Tampered):
        return None


def _of_notes(one: bytes, other: bytes) -> ForkProof | None:
    try:
        first, second = SignedNote.from_bytes(one), SignedNote.from_bytes(other)
        if first.checkpoint.root == second.checkpoint.root:
            return None
        fork = ForkProof.of_roots(first, second)
        return ForkProof.from_bytes(fork.to_bytes())
    except (NotAllowed, Tampered):
        return None
