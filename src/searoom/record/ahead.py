"""An entry that goes ahead of its place: proven by its author's signed head before the entries in front of it came.

So a flash never waits behind routine. It is kept beside the record, and is compared when its place is reached.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.record import shape
from searoom.record.entry import MAX_ENTRY, Entry, Kind, verify_entry
from searoom.record.heads import known_key, read_head
from searoom.record.merkle import HASH_BYTES, leaf_hash, verify_inclusion
from searoom.record.roster import Roster
from searoom.record.seal import MAX_BODY, check_body

KIND: Final = "ahead"
MAX_AHEAD: Final = 256  # of one log: who sends more has a log to send
MAX_PROOF: Final = 63
MAX_NOTE: Final = 1024


@dataclass(frozen=True, slots=True)
class Ahead:
    """An entry with its body, the path from it to the root of `note`, and that note with its log's first line alone."""

    log: str
    index: int
    entry: bytes
    body: bytes
    proof: tuple[bytes, ...]
    note: bytes

    def to_bytes(self) -> bytes:
        """Return the bytes that the store keeps."""
        return cbor.encode([self.log, self.index, self.entry, self.body, list(self.proof), self.note])

    @classmethod
    def from_bytes(cls, data: bytes) -> "Ahead":
        """Return what `to_bytes` made; raise `NotAllowed` for anything else."""
        parts = shape.sequence(cbor.decode(data), "an entry ahead of its place", least=6, most=6)
        return cls(
            shape.log_id(parts[0], "the log of an entry ahead"),
            shape.uint(parts[1], "the index of an entry ahead"),
            shape.octets(parts[2], "an entry ahead", least=1, most=MAX_ENTRY),
            shape.octets(parts[3], "the body of an entry ahead", least=1, most=MAX_BODY),
            proof_of(parts[4], "the proof of an entry ahead"),
            shape.octets(parts[5], "the note of an entry ahead", least=1, most=MAX_NOTE),
        )


def proof_of(value: cbor.Value, what: str) -> tuple[bytes, ...]:
    """Return the hashes of a proof; raise `NotAllowed` for anything but at most 63 of them."""
    return tuple(shape.octets(item, what, size=HASH_BYTES) for item in shape.sequence(value, what, most=MAX_PROOF))


def check_ahead(ahead: Ahead, roster: Roster) -> Entry:
    """Return the entry, after everything was checked that can be checked without the entries before it.

    Raises `NotAllowed` or `Tampered`. What it has heard and how high it stands is asked when its place is reached.
    """
    entry = Entry.from_bytes(ahead.entry)
    statement = entry.statement
    if (entry.log, entry.index) != (ahead.log, ahead.index):
        raise NotAllowed("an entry ahead does not stand where it is said to stand")
    if statement.kind is not Kind.WORDS:
        raise NotAllowed("only words go ahead of their place")
    known_key(ahead.note, ahead.log, roster)
    head = read_head(ahead.note, ahead.log, roster)
    verify_inclusion(leaf_hash(ahead.entry), ahead.index, head.size, ahead.proof, head.root)
    verify_entry(entry, roster.card_at(statement.author, entry.log, entry.index))
    check_body(ahead.body, statement)
    return entry


def prove(log_name: str, index: int, found: tuple[bytes, bytes], proof: Sequence[bytes], note: bytes) -> Ahead:
    """Return an own entry as it goes ahead; `found` is (entry, body)."""
    return Ahead(log_name, index, found[0], found[1], tuple(proof), note)
