"""A log's size and root, signed by its keeper and cosigned by those who hold a copy.

The C2SP formats signed-note, tlog-checkpoint and tlog-cosignature, with the signature types 0x01 and
0x04 (Ed25519) and 0x06 (ML-DSA-44), read more strictly than they ask, because here every signer is known:

Rule 1: what is read is written again and compared; one differing byte refuses the note.
Rule 2: a checkpoint has three lines and no extension.
Rule 3: a signature line of an unknown key is refused, and so is a second line of one key.
Rule 4: the log's own lines stand first, 0x01 then 0x06; cosignatures follow in the order of their names.

A cosignature says that the contents are stored at the cosigner, never that they are agreed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from searoom.cbor import check_text
from searoom.errors import NotAllowed, Tampered
from searoom.record.algorithms import ED25519, ML_DSA_44, PrivateKey, check_signature
from searoom.record.merkle import EMPTY_ROOT, HASH_BYTES
from searoom.record.note import (
    COSIGNATURE_TYPE,
    KINDS,
    ML_DSA_TYPE,
    NOTE_TYPE,
    TIME_BYTES,
    NoteSignature,
    Verifier,
    check_name,
    from_base64,
    in_order,
    split,
    to_base64,
)

__all__ = [
    "COSIGNATURE_TYPE",
    "ML_DSA_TYPE",
    "NOTE_TYPE",
    "Checkpoint",
    "NoteSignature",
    "SignedNote",
    "Verifier",
    "check",
    "check_each",
    "cosign",
    "cosignature",
    "mirror_name",
    "origin",
    "sign",
    "signers",
    "with_lines",
]

MAX_NOTE_BYTES: Final = 128 * 1024
"""Room for the two lines of a log and of each of 31 mirrors; an ML-DSA-44 line alone has 3,300 bytes."""
MAX_SIGNATURES: Final = 64
MAX_SIZE: Final = 2**63 - 1
MAX_TIME_S: Final = 2**63 - 1

_ML_DSA_LABEL: Final = b"subtree/v1\n\0"
_COSIGNATURE_TYPES: Final = {ED25519: COSIGNATURE_TYPE, ML_DSA_44: ML_DSA_TYPE}


def origin(mechanism: str, log: str) -> str:
    """Return the origin of a log (`amber`, `amber.2`), which is the name of its log keys too."""
    return f"{mechanism}/{log}"


def mirror_name(mechanism: str, party: str) -> str:
    """Return the name of the keys with which a party cosigns what it has stored."""
    return f"{mechanism}/{party}/mirror"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: its origin, how many entries it has, and the root over them."""

    origin: str
    size: int
    root: bytes

    def to_text(self) -> str:
        """Return the three lines that are signed (tlog-checkpoint, "Note text")."""
        if not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH_BYTES:
            raise NotAllowed("a checkpoint has a size of 0 or more and a root of 32 bytes")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise NotAllowed("a checkpoint of size 0 must have the root of the empty tree")
        return f"{check_name(self.origin)}\n{self.size}\n{to_base64(self.root)}\n"

    @classmethod
    def from_text(cls, text: str) -> "Checkpoint":
        """Return the checkpoint of a note's text; raise `NotAllowed` for anything but its one form."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3]:
            raise NotAllowed("a checkpoint has exactly three lines: origin, size and root")
        digits = lines[1]
        if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
            raise NotAllowed("the second line of a checkpoint is its size in decimal digits")
        checkpoint = cls(lines[0], int(digits), from_base64(lines[2]))
        if checkpoint.to_text() != text:
            raise NotAllowed("the checkpoint is not written in its one form")
        return checkpoint


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A text and the signature lines under it."""

    text: str
    signatures: tuple[NoteSignature, ...]

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint that the text states; `NotAllowed` where it states none."""
        return Checkpoint.from_text(self.text)

    def to_bytes(self) -> bytes:
        """Return the note: text, an empty line, the signature lines."""
        self._check()
        return (self.text + "\n" + "".join(line.to_text() for line in self.signatures)).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "SignedNote":
        """Return the note that `data` is, all of it; raise `NotAllowed` for anything but its one form."""
        if len(data) > MAX_NOTE_BYTES:
            raise NotAllowed(f"a note of {len(data)} bytes is longer than {MAX_NOTE_BYTES}")
        try:
            whole = data.decode()
        except UnicodeDecodeError:
            raise NotAllowed("the note is not UTF-8") from None
        text, gap, block = whole.rpartition("\n\n")
        if not gap or not block.endswith("\n"):
            raise NotAllowed("a note is a text, an empty line, and signature lines, each with its newline")
        note = cls(text + "\n", tuple(NoteSignature.from_text(line) for line in block[:-1].split("\n")))
        if note.to_bytes() != data:
            raise NotAllowed("the note is not written in its one form")
        return note

    def _check(self) -> None:
        check_text(self.text)
        if not self.text.endswith("\n") or "\t" in self.text:
            raise NotAllowed("the text of a note ends in a newline and has no tabulator")
        if not 1 <= len(self.signatures) <= MAX_SIGNATURES:
            raise NotAllowed(f"a note has 1 to {MAX_SIGNATURES} signature lines, not {len(self.signatures)}")
        for line in self.signatures:
            check_name(line.name)
        keys = {(line.name, line.key_id) for line in self.signatures}
        if len(keys) != len(self.signatures):
            raise NotAllowed("a note has two signature lines of one key")
        if in_order(self.signatures, _owner(self.text)) != self.signatures:
            raise NotAllowed("the signature lines are not in order: the log's own first, then by name and key id")


def _owner(text: str) -> str:
    """Return the first line of a note's text: of a checkpoint the origin, under which the log itself signs."""
    return text.partition("\n")[0]


def sign(checkpoint: Checkpoint, name: str, key: PrivateKey) -> SignedNote:
    """Return `checkpoint` as a note signed by the Ed25519 log key `key` under `name` (signed-note, type 0x01)."""
    if key.algorithm != ED25519:
        raise NotAllowed("the first line under a checkpoint is signed with Ed25519")
    text = checkpoint.to_text()
    key_id = Verifier(check_name(name), NOTE_TYPE, key.public).key_id
    return SignedNote(text, (NoteSignature(name, key_id, key.sign(text.encode())),))


def cosignature(checkpoint: Checkpoint, name: str, key: PrivateKey, time_s: int) -> NoteSignature:
    """Return the timed line of `key` under `checkpoint` (tlog-cosignature): 0x04 of an Ed25519 key, 0x06 of ML-DSA-44.

    Under a mirror's name it says that the mirror holds all this; under the log's own it is the log's second signature.
    """
    if not 0 <= time_s <= MAX_TIME_S:
        raise NotAllowed(f"a cosignature cannot be made at second {time_s}")
    if key.algorithm not in _COSIGNATURE_TYPES:
        raise NotAllowed("a checkpoint is cosigned with Ed25519 or ML-DSA-44")
    verifier = Verifier(check_name(name), _COSIGNATURE_TYPES[key.algorithm], key.public)
    value = time_s.to_bytes(TIME_BYTES, "big") + key.sign(_message(checkpoint.to_text(), verifier, time_s))
    return NoteSignature(name, verifier.key_id, value)


def cosign(note: SignedNote, name: str, key: PrivateKey, time_s: int) -> SignedNote:
    """Return `note` with the cosignature of the mirror key `key` added."""
    return with_lines(note, (cosignature(note.checkpoint, name, key, time_s),))


def with_lines(note: SignedNote, lines: Sequence[NoteSignature]) -> SignedNote:
    """Return `note` with signature lines added in their places; a line of a key that is there already is left."""
    held = {(line.name, line.key_id) for line in note.signatures}
    fresh = [line for line in lines if (line.name, line.key_id) not in held]
    return SignedNote(note.text, in_order([*note.signatures, *fresh], _owner(note.text)))


def signers(note: SignedNote, verifiers: Sequence[Verifier]) -> tuple[Verifier, ...]:
    """Return the key of each line of `note`; `Tampered` for a line that is unknown or does not check."""
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    found: list[Verifier] = []
    for line in note.signatures:
        verifier = known.get((line.name, line.key_id))
        if verifier is None:
            raise Tampered(f"the note has a signature line of '{line.name}' that no known key made")
        _check_line(note.text, line, verifier)
        found.append(verifier)
    return tuple(found)


def check(note: SignedNote, verifiers: Sequence[Verifier]) -> tuple[str, ...]:
    """Return the names that signed `note`, each once, in its order; `Tampered` as in `signers`."""
    return tuple(dict.fromkeys(verifier.name for verifier in signers(note, verifiers)))


def check_each(note: SignedNote, verifiers: Sequence[Verifier]) -> None:
    """Return where every one of `verifiers` signed `note`, and nobody else did; `Tampered` where not."""
    found = signers(note, verifiers)
    missing = [verifier for verifier in verifiers if verifier not in found]
    if missing:
        raise Tampered(f"the note lacks the signature line of type {missing[0].kind} of '{missing[0].name}'")


def _check_line(text: str, line: NoteSignature, verifier: Verifier) -> None:
    time_s, signature = split(line, verifier)
    if time_s > MAX_TIME_S:
        raise Tampered(f"the cosignature of '{line.name}' has an impossible time")
    try:
        message = _message(text, verifier, time_s)
        check_signature(KINDS[verifier.kind].algorithm, verifier.public, message, signature)
    except (Tampered, NotAllowed) as fault:
        raise Tampered(f"the signature of '{line.name}' under the note does not check: {fault}") from fault


def _message(text: str, verifier: Verifier, time_s: int) -> bytes:
    """Return what a line of `verifier` signs: the text, the text behind a time, or (0x06) the head as a structure."""
    if verifier.kind == NOTE_TYPE:
        return text.encode()
    if verifier.kind == COSIGNATURE_TYPE:
        return f"cosignature/v1\ntime {time_s}\n{text}".encode()
    head = Checkpoint.from_text(text)
    name, log = verifier.name.encode(), head.origin.encode()
    start_and_end = bytes(8) + head.size.to_bytes(8, "big")  # a checkpoint is the subtree from 0 to its size
    return (
        _ML_DSA_LABEL
        + (bytes((len(name),)) + name + time_s.to_bytes(TIME_BYTES, "big"))
        + (bytes((len(log),)) + log + start_and_end + head.root)
    )
