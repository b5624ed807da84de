"""How bytes are signed: a table of signature algorithms, each refusing what two verifiers could judge differently.

A private key is whatever has an algorithm, a public key and `sign` (`PrivateKey`): a seed in memory
(`SigningKey`), or a token that never shows one. Sizes in bytes.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import (
    MLDSA44PrivateKey,
    MLDSA44PublicKey,
    MLDSA87PrivateKey,
    MLDSA87PublicKey,
)

from searoom.errors import NotAllowed, Tampered
from searoom.record import curve
from searoom.record.cose import KEY_ID_SIZE

ED25519: Final = -19  # COSE "Ed25519" (RFC 9864): the number says the curve too; -8, "EdDSA", is deprecated there
ML_DSA_44: Final = -48  # COSE numbers of FIPS 204 (RFC 9964)
ML_DSA_87: Final = -50
SEED_SIZE: Final = 32
_MLDSA_RHO: Final = 32  # bytes of the public seed, before t1 (FIPS 204, algorithm 22)


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One row of `ALGORITHMS`; sizes in bytes, `check_public` and `check` raise `Tampered`."""

    name: str
    public_size: int
    signature_size: int
    public_of: Callable[[bytes], bytes]
    sign: Callable[[bytes, bytes], bytes]
    check_public: Callable[[bytes], None]
    check: Callable[[bytes, bytes, bytes], None]


# Reading a key costs as much as half a signature, and the same few keys are used all the time.
_ed25519_private = lru_cache(64)(Ed25519PrivateKey.from_private_bytes)
_ed25519_key = lru_cache(1024)(Ed25519PublicKey.from_public_bytes)


def _ed25519_public(seed: bytes) -> bytes:
    return _ed25519_private(seed).public_key().public_bytes_raw()


def _ed25519_sign(seed: bytes, message: bytes) -> bytes:
    return _ed25519_private(seed).sign(message)


def _ed25519_check_public(public: bytes) -> None:
    if not curve.is_prime_order(public):
        raise Tampered("an Ed25519 key is not canonical or not of prime order, so verifiers could differ on it")


def _ed25519_check(public: bytes, message: bytes, signature: bytes) -> None:
    _ed25519_check_public(public)
    if curve.has_small_order(signature[:32]):
        raise Tampered("the R of a signature is of small order")
    if int.from_bytes(signature[32:], "little") >= curve.L:
        raise Tampered("the S of a signature is not reduced")
    try:
        _ed25519_key(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise Tampered("a signature does not check") from None


def _mldsa_check_public(public: bytes) -> None:
    """Take any bytes of the right size, FIPS 204 leaves verifiers no choice; but not t1 = 0, for which all can sign."""
    if not any(public[_MLDSA_RHO:]):
        raise Tampered("an ML-DSA key has nothing but zeros behind its seed: anybody could sign for it")


def _mldsa(
    name: str,
    public_size: int,
    signature_size: int,
    private_key: Callable[[bytes], MLDSA44PrivateKey | MLDSA87PrivateKey],
    public_key: Callable[[bytes], MLDSA44PublicKey | MLDSA87PublicKey],
) -> Algorithm:
    """Return the row of one parameter set of FIPS 204."""
    private, key = lru_cache(64)(private_key), lru_cache(256)(public_key)

    def check(public: bytes, message: bytes, signature: bytes) -> None:
        try:
            key(public).verify(signature, message)
        except (InvalidSignature, ValueError):
            raise Tampered("a signature does not check") from None

    return Algorithm(
        name,
        public_size,
        signature_size,
        public_of=lambda seed: private(seed).public_key().public_bytes_raw(),
        sign=lambda seed, message: private(seed).sign(message),
        check_public=_mldsa_check_public,
        check=check,
    )


# COSE algorithm number -> what it does.
ALGORITHMS: Final[Mapping[int, Algorithm]] = {
    ED25519: Algorithm("Ed25519", 32, 64, _ed25519_public, _ed25519_sign, _ed25519_check_public, _ed25519_check),
    ML_DSA_44: _mldsa("ML-DSA-44", 1312, 2420, MLDSA44PrivateKey.from_seed_bytes, MLDSA44PublicKey.from_public_bytes),
    ML_DSA_87: _mldsa("ML-DSA-87", 2592, 4627, MLDSA87PrivateKey.from_seed_bytes, MLDSA87PublicKey.from_public_bytes),
}


def algorithm_of(number: int) -> Algorithm:
    """Return the row of a COSE algorithm number; raise `NotAllowed` for one that is not in force."""
    if number not in ALGORITHMS:
        raise NotAllowed(f"the signature algorithm {number} is not in force")
    return ALGORITHMS[number]


def check_public(algorithm: int, public: bytes) -> None:
    """Return where `public` can be a key of the algorithm; raise `Tampered` where not, or verifiers could differ."""
    row = algorithm_of(algorithm)
    if len(public) != row.public_size:
        raise Tampered(f"a key has not the size of {row.name}")
    row.check_public(public)


def check_signature(algorithm: int, public: bytes, message: bytes, signature: bytes) -> None:
    """Return if the key signed `message`; raise `Tampered` if not, or where verifiers could differ on it."""
    row = algorithm_of(algorithm)
    if len(public) != row.public_size or len(signature) != row.signature_size:
        raise Tampered(f"a key or a signature has not the size of {row.name}")
    row.check(public, message, signature)


@lru_cache(4096)
def key_id(public: bytes) -> bytes:
    """Return the 8 bytes by which signatures name a key: the start of SHA-256 of the public key."""
    return hashlib.sha256(public).digest()[:KEY_ID_SIZE]


class PrivateKey(Protocol):
    """What signs: a seed in memory, or a token that does it behind the same three words."""

    @property
    def algorithm(self) -> int:
        """The COSE number of its algorithm."""

    @property
    def public(self) -> bytes:
        """The public key."""

    @property
    def key_id(self) -> bytes:
        """The first 8 bytes of SHA-256 of the public key."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature over `message`; callers separate domains (COSE external_aad, key names of notes)."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key as its seed of 32 bytes; it never shows itself in a repr."""

    seed: bytes = field(repr=False)
    algorithm: int = ED25519
    public: bytes = field(init=False, compare=False)

    def __post_init__(self) -> None:
        row = algorithm_of(self.algorithm)
        if len(self.seed) != SEED_SIZE:
            raise NotAllowed("the seed of a key has the wrong size")
        object.__setattr__(self, "public", row.public_of(self.seed))  # once: it costs as much as a signature

    @classmethod
    def generate(cls, algorithm: int = ED25519) -> "SigningKey":
        """Draw a fresh key."""
        return cls(secrets.token_bytes(SEED_SIZE), algorithm)

    @property
    def key_id(self) -> bytes:
        """The first 8 bytes of SHA-256 of the public key."""
        return key_id(self.public)

    def sign(self, message: bytes) -> bytes:
        """Return the signature over `message`."""
        return algorithm_of(self.algorithm).sign(self.seed, message)
