"""Two files that prove something to somebody who has no record: that an entry is in a log, and that a log was forked.

A proof file is that of c2sp.org/tlog-proof: an index, the path to a root, the signed note with that
root, and extra data that nobody signed. A fork file holds two notes of one log that exclude each other.

Rule 1: what is read is written again and compared.
Rule 2: extra data is a hint for the reader and is proven by nothing here.
Rule 3: a fork file has the lines of the log's own keys alone, so the card of its party is all one needs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import shape
from searoom.record.checkpoint import MAX_NOTE_BYTES, Checkpoint, SignedNote, signers
from searoom.record.merkle import HASH_BYTES, Provable, leaf_hash, verify_inclusion
from searoom.record.note import Verifier, from_base64, to_base64
from searoom.record.policy import Policy
from searoom.record.tiles import MAX_LEAF_BYTES

PROOF_HEADER: Final = "c2sp.org/tlog-proof@v1"
PROOF_SUFFIX: Final = ".tlog-proof"
FORK_SUFFIX: Final = ".fork-proof"
TWO_ROOTS: Final = 1
TWO_ENTRIES: Final = 2
MAX_PATH: Final = 63
"""How many hashes a path has at most: a log has fewer than 2^63 entries."""
MAX_EXTRA_BYTES: Final = 128 * 1024
MAX_PROOF_BYTES: Final = MAX_NOTE_BYTES + MAX_EXTRA_BYTES * 4 // 3 + 8192
MAX_FORK_BYTES: Final = 2 * (MAX_NOTE_BYTES + MAX_LEAF_BYTES) + 8192

_FORK_LABEL: Final = "searoom/fork-proof"
_NUMBER: Final = re.compile(r"(?:0|[1-9][0-9]{0,18})(?![\s\S])")


@dataclass(frozen=True, slots=True)
class Proof:
    """That the entry at `index` is in the log whose head `note` states."""

    index: int
    path: tuple[bytes, ...]
    note: SignedNote
    extra: bytes = b""

    def to_bytes(self) -> bytes:
        """Return the file (tlog-proof, "Format")."""
        _check_path(self.index, self.path, self.note.checkpoint)
        if len(self.extra) > MAX_EXTRA_BYTES:
            raise NotAllowed(f"the extra data of a proof have {len(self.extra)} bytes, more than {MAX_EXTRA_BYTES}")
        lines = [PROOF_HEADER]
        if self.extra:
            lines.append(f"extra {to_base64(self.extra)}")
        lines += [f"index {self.index}", *(to_base64(value) for value in self.path), "", ""]
        return "\n".join(lines).encode() + self.note.to_bytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Proof":
        """Return the proof that `data` is, all of it; raise `NotAllowed` for anything but its one form."""
        if len(data) > MAX_PROOF_BYTES:
            raise NotAllowed(f"a proof of {len(data)} bytes is longer than {MAX_PROOF_BYTES}")
        head, gap, note = data.partition(b"\n\n")
        if not gap or not head.isascii():
            raise NotAllowed("a proof is some lines, an empty line, and a checkpoint")
        lines = head.decode().split("\n")
        if lines.pop(0) != PROOF_HEADER:
            raise NotAllowed(f"the first line of a proof is '{PROOF_HEADER}'")
        extra = b""
        if lines and lines[0].startswith("extra "):
            extra = from_base64(lines.pop(0).removeprefix("extra "))
        index = lines.pop(0).removeprefix("index ") if lines and lines[0].startswith("index ") else ""
        if not _NUMBER.match(index):
            raise NotAllowed("a proof says the index of its entry in decimal digits, behind 'index '")
        proof = cls(int(index), tuple(from_base64(line) for line in lines), SignedNote.from_bytes(note), extra)
        if proof.to_bytes() != data:
            raise NotAllowed("the proof is not written in its one form")
        return proof

    def check(self, entry: bytes, policy: Policy) -> Checkpoint:
        """Return the head in which the bytes `entry` are proven; raise `Tampered` where they are not."""
        if not policy.logs:
            raise NotAllowed("the policy names no log, so a proof under it would prove nothing")
        policy.check(self.note)
        return self._check_path(entry)

    def check_signed(self, entry: bytes, verifiers: Sequence[Verifier]) -> Checkpoint:
        """Do the same where every line under the note must be of one of `verifiers`, and one of the log itself."""
        origin = self.note.checkpoint.origin
        if all(verifier.name != origin for verifier in signers(self.note, verifiers)):
            raise Tampered(f"the note of the proof has no signature of the log '{origin}' itself")
        return self._check_path(entry)

    def _check_path(self, entry: bytes) -> Checkpoint:
        head = self.note.checkpoint
        verify_inclusion(leaf_hash(entry), self.index, head.size, self.path, head.root)
        return head


@dataclass(frozen=True, slots=True)
class Fork:
    """One entry of one of two histories, and the path to the root of its note."""

    entry: bytes
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ForkProof:
    """That the keeper of a log signed two histories of it: one size with two roots, or one place with two entries."""

    first: SignedNote
    second: SignedNote
    index: int = 0
    entries: tuple[Fork, Fork] | None = None

    @classmethod
    def of_roots(cls, one: SignedNote, other: SignedNote) -> "ForkProof":
        """Return the proof that two notes of one size make; lines of others than the log are left out."""
        return cls(*_in_order(_own(one), _own(other)))

    @classmethod
    def of_entries(cls, index: int, one: tuple[SignedNote, Fork], other: tuple[SignedNote, Fork]) -> "ForkProof":
        """Return the proof that two entries at `index` make, each with the path to its note's root."""
        sides = sorted([(_own(one[0]), one[1]), (_own(other[0]), other[1])], key=lambda side: _rank(*side))
        return cls(sides[0][0], sides[1][0], index, (sides[0][1], sides[1][1]))

    @property
    def kind(self) -> int:
        """`TWO_ROOTS` or `TWO_ENTRIES`."""
        return TWO_ROOTS if self.entries is None else TWO_ENTRIES

    def to_bytes(self) -> bytes:
        """Return the file: a CBOR map (docs/formats/proof.md)."""
        self._check_form()
        items: dict[int, cbor.Value] = {
            0: shape.VERSION,
            1: _FORK_LABEL,
            2: self.kind,
            3: [self.first.to_bytes(), self.second.to_bytes()],
            4: self.index,
            5: [] if self.entries is None else [[side.entry, *side.path] for side in self.entries],
        }
        return cbor.encode(items)

    @classmethod
    def from_bytes(cls, data: bytes) -> "ForkProof":
        """Return the fork proof that `data` is; raise `NotAllowed` for anything but its one form."""
        items = shape.numbered(cbor.decode(data, max_bytes=MAX_FORK_BYTES), 6, "a fork proof")
        if items[1] != _FORK_LABEL or items[2] not in (TWO_ROOTS, TWO_ENTRIES) or isinstance(items[2], bool):
            raise NotAllowed("these bytes are no fork proof of a kind that is known")
        notes = [
            SignedNote.from_bytes(shape.octets(note, "a note of a fork proof", least=1, most=MAX_NOTE_BYTES))
            for note in shape.sequence(items[3], "the notes of a fork proof", least=2, most=2)
        ]
        places = 2 if items[2] == TWO_ENTRIES else 0
        sides = [_side(side) for side in shape.sequence(items[5], "the entries", least=places, most=places)]
        entries = (sides[0], sides[1]) if sides else None
        proof = cls(notes[0], notes[1], shape.uint(items[4], "the index of a fork proof"), entries)
        if proof.to_bytes() != data:
            raise NotAllowed("the fork proof is not written in its one form")
        return proof

    def check(self, verifiers: Sequence[Verifier]) -> str:
        """Return one sentence that says what is proven and what is not; raise `Tampered` where nothing is.

        `verifiers` are the log's own keys, from its party's card; nothing else is needed.
        """
        self._check_form()
        name = self.first.checkpoint.origin
        for note in (self.first, self.second):
            if not signers(note, verifiers):  # a line has the log's name, so a key of another name is not asked
                raise Tampered(f"a note of the fork proof has no signature of the log '{name}'")
        small, large = self.first.checkpoint, self.second.checkpoint
        if self.entries is None:
            if small.root == large.root:
                raise Tampered("the two notes say the same and prove nothing")
            what = f"two different logs of one size, {small.size}"
        else:
            if self.entries[0].entry == self.entries[1].entry:
                raise Tampered("the two entries are the same and prove nothing")
            for head, side in zip((small, large), self.entries, strict=True):
                verify_inclusion(leaf_hash(side.entry), self.index, head.size, side.path, head.root)
            what = (
                f"two different entries at one place, {self.index}, in the logs of size {small.size} and {large.size}"
            )
        return (
            f"Proven: the keeper of '{name}' signed {what}; "
            "not proven: which of the two is the true one, and whether it was done on purpose."
        )

    def _check_form(self) -> None:
        one, other = self.first.checkpoint, self.second.checkpoint
        if one.origin != other.origin:
            raise NotAllowed(f"the two notes are of two logs, '{one.origin}' and '{other.origin}'")
        for note in (self.first, self.second):
            if any(line.name != one.origin for line in note.signatures):
                raise NotAllowed("a fork proof has no lines of others than the log itself")
        if self.entries is None:
            if one.size != other.size or self.index:
                raise NotAllowed("two roots exclude each other at one size only, and have no index")
            if _in_order(self.first, self.second) != (self.first, self.second):
                raise NotAllowed("the two notes are not in the order of their roots")
            return
        ranks = [_rank(note, side) for note, side in zip((self.first, self.second), self.entries, strict=True)]
        if ranks != sorted(ranks):
            raise NotAllowed("the two sides are not in the order of their sizes and entries")
        for head, side in zip((one, other), self.entries, strict=True):
            _check_path(self.index, side.path, head)


def prove(tree: Provable, index: int, note: SignedNote, extra: bytes = b"") -> Proof:
    """Return the proof that entry `index` of `tree` is under `note`; `Tampered` where the note is not of this tree."""
    head = note.checkpoint
    if tree.root(head.size) != head.root:
        raise Tampered(f"the tree at hand does not have the root of the note of size {head.size}")
    return Proof(index, tree.inclusion(index, head.size), note, extra)


def parting(one: Provable, other: Provable) -> int:
    """Return the first index at which two trees differ; the size of the shorter one where it leads the other."""
    low, high = 0, min(one.size, other.size)
    while low < high:  # of two trees, all sizes up to the parting have one root, and none beyond it
        middle = (low + high + 1) // 2
        if one.root(middle) == other.root(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _own(note: SignedNote) -> SignedNote:
    """Return `note` with the lines of its log alone."""
    name = note.checkpoint.origin
    return SignedNote(note.text, tuple(line for line in note.signatures if line.name == name))


def _in_order(one: SignedNote, other: SignedNote) -> tuple[SignedNote, SignedNote]:
    return (one, other) if one.checkpoint.root <= other.checkpoint.root else (other, one)


def _rank(note: SignedNote, side: Fork) -> tuple[int, bytes]:
    return note.checkpoint.size, side.entry


def _check_path(index: int, path: Sequence[bytes], head: Checkpoint) -> None:
    if not 0 <= index < head.size:
        raise NotAllowed(f"there is no entry {index} in a log of size {head.size}")
    if len(path) > MAX_PATH or any(len(value) != HASH_BYTES for value in path):
        raise NotAllowed(f"a path has at most {MAX_PATH} hashes of {HASH_BYTES} bytes")


def _side(value: cbor.Value) -> Fork:
    items = shape.sequence(value, "a side of a fork proof", least=1, most=1 + MAX_PATH)
    entry = shape.octets(items[0], "the entry of a fork proof", most=MAX_LEAF_BYTES)
    return Fork(entry, tuple(shape.octets(item, "a hash of a fork proof", size=HASH_BYTES) for item in items[1:]))
