"""A log's size and root, signed by its keeper and cosigned by those who hold a copy.

The three C2SP formats signed-note, tlog-checkpoint and tlog-cosignature, for Ed25519 (signature
types 0x01 and 0x04), read more strictly than they ask, because here every signer is known:

Rule 1: what is read is written again and compared; one differing byte refuses the note.
Rule 2: a checkpoint has three lines and no extension.
Rule 3: a signature line of an unknown key is refused, and so is a second line of one key.
Rule 4: the log's own line stands first, cosignatures follow in the order of their names.

A cosignature says that the contents are stored at the cosigner, never that they are agreed.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from searoom.cbor import check_text
from searoom.errors import NotAllowed, Tampered
from searoom.record.keys import ED25519, SigningKey, check_signature
from searoom.record.merkle import EMPTY_ROOT, HASH_BYTES

NOTE_TYPE: Final = 0x01
COSIGNATURE_TYPE: Final = 0x04
MAX_NOTE_BYTES: Final = 16 * 1024
MAX_SIGNATURES: Final = 16
MAX_SIZE: Final = 2**63 - 1
MAX_TIME_S: Final = 2**63 - 1

_DASH: Final = "\u2014 "
_KEY_ID_BYTES: Final = 4
_TIME_BYTES: Final = 8
_SIGNATURE_BYTES: Final = {NOTE_TYPE: 64, COSIGNATURE_TYPE: _TIME_BYTES + 64}


def origin(mechanism: str, party: str) -> str:
    """Return the name of a party's log, which is the name of its log key too."""
    return f"{mechanism}/{party}"


def mirror_name(mechanism: str, party: str) -> str:
    """Return the name of the key with which a party cosigns what it has stored."""
    return f"{mechanism}/{party}/mirror"


@dataclass(frozen=True, slots=True)
class Verifier:
    """Whose signature is known: the name in the line, the type of signature, the public key."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that stand before the signature in its line (signed-note, "Signatures")."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes((self.kind,)) + self.public).digest()[:_KEY_ID_BYTES]

    def to_text(self) -> str:
        """Return the verifier key ("vkey") that other implementations of signed-note read."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(bytes((self.kind,)) + self.public)}"


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: name of the key, its id of four bytes, and the rest as its type has it."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def time_s(self) -> int:
        """The second at which a cosignature (and only a cosignature) says that it was made."""
        return int.from_bytes(self.value[:_TIME_BYTES], "big")

    def to_text(self) -> str:
        """Return the line, with its newline."""
        return f"{_DASH}{self.name} {_base64(self.key_id + self.value)}\n"


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
        return f"{_check_name(self.origin)}\n{self.size}\n{_base64(self.root)}\n"

    @classmethod
    def from_text(cls, text: str) -> "Checkpoint":
        """Return the checkpoint of a note's text; raise `NotAllowed` for anything but its one form."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3]:
            raise NotAllowed("a checkpoint has exactly three lines: origin, size and root")
        digits = lines[1]
        if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
            raise NotAllowed("the second line of a checkpoint is its size in decimal digits")
        checkpoint = cls(lines[0], int(digits), _unbase64(lines[2]))
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
        note = cls(text + "\n", tuple(_line(line) for line in block[:-1].split("\n")))
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
            _check_name(line.name)
        keys = [(line.name, line.key_id) for line in self.signatures]
        if len(set(keys)) != len(keys):
            raise NotAllowed("a note has two signature lines of one key")
        if keys[1:] != sorted(keys[1:]):
            raise NotAllowed("the signature lines after the first are not in the order of their names")


def _line(line: str) -> NoteSignature:
    words = line.split(" ")
    if len(words) != 3 or words[0] != _DASH.strip():
        raise NotAllowed("a signature line is an em dash, the name of the key, and the signature")
    blob = _unbase64(words[2])
    if len(blob) <= _KEY_ID_BYTES:
        raise NotAllowed("a signature line is too short to hold a signature")
    return NoteSignature(words[1], blob[:_KEY_ID_BYTES], blob[_KEY_ID_BYTES:])


def _check_name(name: str) -> str:
    check_text(name)
    if not name or "+" in name or any(char.isspace() for char in name):
        raise NotAllowed("the name of a log or key is not empty and has neither a space nor a plus")
    return name


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unbase64(text: str) -> bytes:
    """Return the bytes of standard base64, which must be the text that those bytes are written as."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NotAllowed("a part of the note is not base64") from None
    if _base64(data) != text:
        raise NotAllowed("a part of the note is base64 with bits that mean nothing")
    return data


def sign(checkpoint: Checkpoint, name: str, key: SigningKey) -> SignedNote:
    """Return `checkpoint` as a note signed by the log key `key` under `name` (signed-note, type 0x01)."""
    text = checkpoint.to_text()
    key_id = Verifier(_check_name(name), NOTE_TYPE, key.public).key_id
    return SignedNote(text, (NoteSignature(name, key_id, key.sign(text.encode())),))


def cosignature(checkpoint: Checkpoint, name: str, key: SigningKey, time_s: int) -> NoteSignature:
    """Return the line with which the mirror key `key` says that it holds `checkpoint` (tlog-cosignature, type 0x04)."""
    if not 0 <= time_s <= MAX_TIME_S:
        raise NotAllowed(f"a cosignature cannot be made at second {time_s}")
    key_id = Verifier(_check_name(name), COSIGNATURE_TYPE, key.public).key_id
    value = time_s.to_bytes(_TIME_BYTES, "big") + key.sign(_cosigned(checkpoint.to_text(), time_s))
    return NoteSignature(name, key_id, value)


def cosign(note: SignedNote, name: str, key: SigningKey, time_s: int) -> SignedNote:
    """Return `note` with the cosignature of the mirror key `key` added."""
    return with_lines(note, (cosignature(note.checkpoint, name, key, time_s),))


def with_lines(note: SignedNote, lines: Sequence[NoteSignature]) -> SignedNote:
    """Return `note` with cosignature lines added in their places; a line of a key that is there already is left."""
    held = {(line.name, line.key_id) for line in note.signatures}
    fresh = [line for line in lines if (line.name, line.key_id) not in held]
    rest = sorted([*note.signatures[1:], *fresh], key=lambda line: (line.name, line.key_id))
    return SignedNote(note.text, (*note.signatures[:1], *rest))


def check(note: SignedNote, verifiers: Sequence[Verifier]) -> tuple[str, ...]:
    """Return the names that signed `note`, in its order; `Tampered` for a line that is unknown or does not check."""
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    for line in note.signatures:
        verifier = known.get((line.name, line.key_id))
        if verifier is None:
            raise Tampered(f"the note has a signature line of '{line.name}' that no known key made")
        _check_line(note.text, line, verifier)
    return tuple(line.name for line in note.signatures)


def _check_line(text: str, line: NoteSignature, verifier: Verifier) -> None:
    if len(line.value) != _SIGNATURE_BYTES[verifier.kind]:
        raise Tampered(f"the signature of '{line.name}' under the note has the wrong length")
    message, signature = text.encode(), line.value
    if verifier.kind == COSIGNATURE_TYPE:
        if line.time_s > MAX_TIME_S:
            raise Tampered(f"the cosignature of '{line.name}' has an impossible time")
        message, signature = _cosigned(text, line.time_s), line.value[_TIME_BYTES:]
    try:
        check_signature(ED25519, verifier.public, message, signature)
    except (Tampered, NotAllowed) as fault:
        raise Tampered(f"the signature of '{line.name}' under the note does not check: {fault}") from fault


def _cosigned(text: str, time_s: int) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()
