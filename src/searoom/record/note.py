"""One signature line under a note: whose key it names, how it is written, and the key as a line of text.

The lines of C2SP signed-note v1.0.0 and tlog-cosignature v1.1.0-rc.1, for the three signature types
that a mechanism uses. Text goes in and comes out in one form; everything else is `NotAllowed`.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from searoom.cbor import check_text
from searoom.errors import NotAllowed, Tampered
from searoom.record.algorithms import ED25519, ML_DSA_44, algorithm_of, check_public

NOTE_TYPE: Final = 0x01
COSIGNATURE_TYPE: Final = 0x04
ML_DSA_TYPE: Final = 0x06
KEY_ID_BYTES: Final = 4
TIME_BYTES: Final = 8
MAX_NAME_BYTES: Final = 255
"""An ML-DSA-44 line signs the name behind one byte of length; so no other line may have a longer one."""

_DASH: Final = "\u2014 "


@dataclass(frozen=True, slots=True)
class Kind:
    """What a signature type is: its algorithm, and whether the second of signing stands before the signature."""

    algorithm: int
    timed: bool

    @property
    def value_size(self) -> int:
        """How many bytes stand in the line behind the key id."""
        return algorithm_of(self.algorithm).signature_size + (TIME_BYTES if self.timed else 0)


# Signature type (the byte of signed-note) -> what it is. The sizes differ, so a line shows its type without the key.
KINDS: Final[Mapping[int, Kind]] = {
    NOTE_TYPE: Kind(ED25519, timed=False),
    COSIGNATURE_TYPE: Kind(ED25519, timed=True),
    ML_DSA_TYPE: Kind(ML_DSA_44, timed=True),
}


@dataclass(frozen=True, slots=True)
class Verifier:
    """Whose signature is known: the name in the line, the type of signature, the public key."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that stand before the signature in its line (signed-note, "Signatures")."""
        return _key_id(self.name, self.kind, self.public)

    def to_text(self) -> str:
        """Return the verifier key ("vkey") that other implementations of signed-note read."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes((self.kind,)) + self.public)}"

    @classmethod
    def from_text(cls, text: str) -> "Verifier":
        """Return the key of a vkey; `NotAllowed` for another form, `Tampered` for a key that verifiers differ on."""
        parts = text.split("+", 2)
        if len(parts) != 3:
            raise NotAllowed("a verifier key is a name, an id of 8 digits and a key, joined by '+'")
        raw = from_base64(parts[2])
        if raw[:1] not in [bytes((kind,)) for kind in KINDS]:
            raise NotAllowed(f"the verifier key of '{parts[0]}' is of a signature type that is not in force")
        verifier = cls(check_name(parts[0]), raw[0], raw[1:])
        if verifier.to_text() != text:
            raise NotAllowed(f"the verifier key of '{verifier.name}' does not have the id of its name and key")
        check_public(KINDS[verifier.kind].algorithm, verifier.public)
        return verifier


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: name of the key, its id of four bytes, and the rest as its type has it."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def time_s(self) -> int:
        """The second at which a cosignature (and only a cosignature) says that it was made."""
        return int.from_bytes(self.value[:TIME_BYTES], "big")

    def to_text(self) -> str:
        """Return the line, with its newline."""
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.value)}\n"

    @classmethod
    def from_text(cls, line: str) -> "NoteSignature":
        """Return the signature of one line, given without its newline."""
        words = line.split(" ")
        if len(words) != 3 or words[0] != _DASH.strip():
            raise NotAllowed("a signature line is an em dash, the name of the key, and the signature")
        blob = from_base64(words[2])
        if len(blob) <= KEY_ID_BYTES:
            raise NotAllowed("a signature line is too short to hold a signature")
        return cls(check_name(words[1]), blob[:KEY_ID_BYTES], blob[KEY_ID_BYTES:])


def in_order(lines: Sequence[NoteSignature], owner: str) -> tuple[NoteSignature, ...]:
    """Return signature lines as a note has them: those named `owner`, by type; then the others by name and key id."""
    own = [line for line in lines if line.name == owner]
    rest = [line for line in lines if line.name != owner]
    own.sort(key=lambda line: (len(line.value), line.key_id))  # 0x01 is the shortest, 0x06 the longest
    rest.sort(key=lambda line: (line.name, line.key_id))
    return (*own, *rest)


def split(line: NoteSignature, verifier: Verifier) -> tuple[int, bytes]:
    """Return (second, signature) of a line by its key's type; the second is 0 where the type has none."""
    kind = KINDS[verifier.kind]
    if len(line.value) != kind.value_size:
        raise Tampered(f"the signature of '{line.name}' under the note has the wrong length")
    return (line.time_s, line.value[TIME_BYTES:]) if kind.timed else (0, line.value)


@lru_cache(1024)
def _key_id(name: str, kind: int, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes((kind,)) + public).digest()[:KEY_ID_BYTES]


@lru_cache(1024)
def check_name(name: str) -> str:
    """Return the name of a log or key; raise `NotAllowed` for one that a line cannot hold."""
    check_text(name)
    if not name or "+" in name or any(char.isspace() for char in name):
        raise NotAllowed("the name of a log or key is not empty and has neither a space nor a plus")
    if len(name.encode()) > MAX_NAME_BYTES:
        raise NotAllowed(f"the name of a log or key is longer than {MAX_NAME_BYTES} bytes")
    return name


def to_base64(data: bytes) -> str:
    """Return standard base64, padded (RFC 4648, section 4)."""
    return base64.b64encode(data).decode()


def from_base64(text: str) -> bytes:
    """Return the bytes of standard base64, which must be the text that those bytes are written as."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NotAllowed("a part of the note is not base64") from None
    if to_base64(data) != text:
        raise NotAllowed("a part of the note is base64 with bits that mean nothing")
    return data
