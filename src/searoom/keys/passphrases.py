"""What a passphrase must be, and the key that it gives: Argon2id, at a cost between two bounds."""

import unicodedata
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from searoom.errors import NotAllowed, StateUnknown
from searoom.sentences import Sentence

MIN_BYTES: Final = 15
"""The least length in bytes of UTF-8: 15 Latin letters (NIST SP 800-63B-4), or 5 characters of Japanese or Chinese."""
MAX_BYTES: Final = 1024
SLIP: Final = 3
"""A passphrase for duress differs from the ordinary one in more places than a slip of the fingers changes."""

FLOOR_KIB: Final = 19 * 1024  # 19 MiB and 2 passes: the least that OWASP's sheet on storing passwords allows
FLOOR_PASSES: Final = 2
CEILING_KIB: Final = 1024 * 1024  # a hostile file may not eat more than 1 GiB,
CEILING_WORK: Final = 4 * CEILING_KIB  # nor more time than four passes over it
CEILING_LANES: Final = 16


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess of a passphrase costs: KiB of memory, passes over it, lanes (RFC 9106)."""

    memory_kib: int
    passes: int
    lanes: int

    def __post_init__(self) -> None:
        if self.memory_kib < FLOOR_KIB or self.passes < FLOOR_PASSES or self.lanes < 1:
            raise NotAllowed(f"Argon2id with {self} is too weak: at least m={FLOOR_KIB} t={FLOOR_PASSES} p=1")
        if self.memory_kib > CEILING_KIB or self.memory_kib * self.passes > CEILING_WORK or self.lanes > CEILING_LANES:
            raise NotAllowed(f"Argon2id with {self} asks for more memory or time than a key file may")

    def __str__(self) -> str:
        return f"m={self.memory_kib} t={self.passes} p={self.lanes}"


USUAL: Final = Cost(128 * 1024, 3, 4)  # twice the memory of RFC 9106's second recommended choice
FLOOR: Final = Cost(FLOOR_KIB, FLOOR_PASSES, 1)


def normal(text: str) -> bytes:
    """Return the bytes of a passphrase, the same on each keyboard and machine (NFC, UTF-8); refuse what none types."""
    if any(unicodedata.category(char) in {"Cc", "Cs", "Cn", "Co", "Zl", "Zp"} for char in text):
        raise NotAllowed(Sentence("pass.one_line"))
    data = unicodedata.normalize("NFC", text).encode()
    if not data or len(data) > MAX_BYTES:
        raise NotAllowed(Sentence("pass.too_long", most=MAX_BYTES))
    return data


def chosen(text: str) -> bytes:
    """Return the bytes of a passphrase that is newly set; refuse one that is too short to protect a key."""
    data = normal(text)
    if len(data) < MIN_BYTES or len(set(data)) < MIN_BYTES // 3:
        raise NotAllowed(
            Sentence("pass.too_short", letters=MIN_BYTES),
        )
    return data


def check_apart(ordinary: bytes, duress: bytes) -> None:
    """Refuse a passphrase for duress that a slip of the fingers could make of the ordinary one."""
    if _distance(ordinary, duress) <= SLIP:
        raise NotAllowed(
            "the passphrase for duress is too like the ordinary one: a slip of the fingers would raise the alert",
            advice="Choose another one.",
        )


def _distance(a: bytes, b: bytes) -> int:
    above = list(range(len(b) + 1))
    for at, letter in enumerate(a, 1):
        row = [at]
        for to, other in enumerate(b, 1):
            row.append(min(above[to] + 1, row[to - 1] + 1, above[to - 1] + (letter != other)))
        above = row
    return above[-1]


def stretch(passphrase: bytes, salt: bytes, cost: Cost) -> bytes:
    """Return the key of 32 bytes that a passphrase gives; this is what takes the time."""
    argon = Argon2id(salt=salt, length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib)
    try:
        return argon.derive(passphrase)
    except MemoryError:
        raise StateUnknown(
            f"this machine has not the {cost.memory_kib} KiB of memory that a key file asks for"
        ) from None
