"""The cryptography that is installed, asked for answers that are known: before a node signs or opens anything.

A library that was exchanged, or built wrongly, is refused here with a sentence, and not found out by a counterpart.
"""

import hashlib
from collections.abc import Callable
from typing import Final

from searoom.errors import NotAllowed, Tampered
from searoom.record.algorithms import ED25519, ML_DSA_44, ML_DSA_87, SigningKey, check_signature
from searoom.record.seal import KemKey, seal
from searoom.record.storage import StorageKey

SEED: Final = hashlib.sha256(b"searoom self-test").digest()
WORDS: Final = b"searoom"

# Algorithm -> SHA-256 of the public key that the seed gives; the Ed25519 signature over WORDS is one that all make.
PUBLICS: Final = {
    ED25519: "d5d7607649d94f2876807824702702a1e7036e9ac29c685bef72e5c9670cd1bc",
    ML_DSA_44: "9142dd8af8672efb34e43297888245dd7a2944620c01cd71eb034b282de1ce3c",
    ML_DSA_87: "49f261efeb3df113c90bde35e9caba987044d16d7af516cf0b8a00b83d1dd1ba",
}
ED25519_SIGNATURE: Final = bytes.fromhex(
    "b9488e4194568ecbb997d45c40160efa617903da605aa8b2991954080d35627f"
    "976ee977aa17abbd8d499130341d1d4a935e7f0d9fdbd34a2e20789f68f0b50a"
)
XWING_PUBLIC: Final = "2b59b9ba3188da10048b50c91cd0dd9fc740aafb151676ae8146bc159a62cf24"


def _signatures() -> None:
    for algorithm, digest in PUBLICS.items():
        key = SigningKey(SEED, algorithm)
        if hashlib.sha256(key.public).hexdigest() != digest:
            raise Tampered(f"the seed of the self-test gives another key of algorithm {algorithm}")
        signature = key.sign(WORDS)
        check_signature(algorithm, key.public, WORDS, signature)
        try:
            check_signature(algorithm, key.public, WORDS + b"!", signature)
        except Tampered:
            continue
        raise Tampered(f"a signature of algorithm {algorithm} holds for other words than were signed")


def _known_signature() -> None:
    if SigningKey(SEED).sign(WORDS) != ED25519_SIGNATURE:
        raise Tampered("Ed25519 signs otherwise than RFC 8032 says")


def _sealing() -> None:
    kem = KemKey(SEED)
    if hashlib.sha256(kem.public).hexdigest() != XWING_PUBLIC:
        raise Tampered("the seed of the self-test gives another X-Wing key")
    seal(WORDS, mechanism="self-test", author="amber", recipients=(), readers={"amber": kem.public})
    key = StorageKey(SEED)
    if key.unwrap(key.wrap(SEED, SEED), SEED) != SEED:
        raise Tampered("what is kept under a storage key does not come back")


CHECKS: Final[tuple[Callable[[], None], ...]] = (_signatures, _known_signature, _sealing)


def run() -> None:
    """Return where every check gives what it must; raise `NotAllowed` with what does not."""
    for check in CHECKS:
        try:
            check()
        except Tampered as fault:
            raise NotAllowed(
                f"the cryptography on this machine fails its self-test: {fault.sentence}",
                advice="Install Searoom anew from its locked requirements; sign nothing with this one.",
            ) from fault
