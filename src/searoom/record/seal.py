"""The words, sealed to those who may read them, and opened again or to an arbiter.

One content key a body, drawn fresh, wrapped for each reader with HPKE (RFC 9180) over X-Wing, the
hybrid of ML-KEM-768 and X25519: who records the line today and breaks one of the two tomorrow
reads nothing. The statement signs the hash of the body *and* a salted hash of the words, for
ChaCha20-Poly1305 does not commit to its key: without the second, one body could be opened to two
texts. The salt travels inside, so one message can be shown to an arbiter without any other.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import shape
from searoom.record.entry import MAX_PARTIES, Statement
from searoom.record.keys import KEM_PUBLIC_SIZE

SEED_SIZE: Final = 32
SALT_SIZE: Final = 32
KEY_SIZE: Final = 32
MAX_CONTENT: Final = 128 * 1024
MAX_BODY: Final = 192 * 1024
WRAPPED_SIZE: Final = 1088 + 32 + KEY_SIZE + 16  # X-Wing enc (ML-KEM ciphertext, X25519 share), content key, tag
PLAIN_PREFIX: Final = b"searoom/plain/v0"
WRAP_LABEL: Final = "searoom/wrap/v0"

_MLKEM_PUBLIC: Final = 1184
_NONCE: Final = bytes(12)  # the content key is used once, so its nonce need not differ
_SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


@dataclass(frozen=True, slots=True)
class KemKey:
    """A reader's private X-Wing key as its 32-byte seed (draft-connolly-cfrg-xwing-kem, 5.2)."""

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        shape.octets(self.seed, "the seed of a KEM key", size=SEED_SIZE)

    @classmethod
    def generate(cls) -> "KemKey":
        """Draw a fresh key."""
        return cls(secrets.token_bytes(SEED_SIZE))

    @property
    def public(self) -> bytes:
        """ML-KEM-768 public key, then X25519 public key: 1,216 bytes."""
        mlkem, x25519 = self._parts()
        return mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        """Return the content key that was wrapped for this reader; raise `Tampered` if it was not, or not so."""
        try:
            return _SUITE.decrypt(wrapped, MLKEM768X25519PrivateKey(*self._parts()), info)
        except (InvalidTag, ValueError):
            raise Tampered("the content key of a body does not unwrap with this reader's key") from None

    def _parts(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        expanded = hashlib.shake_256(self.seed).digest(96)
        return MLKEM768PrivateKey.from_seed_bytes(expanded[:64]), X25519PrivateKey.from_private_bytes(expanded[64:])


@dataclass(frozen=True, slots=True)
class Sealed:
    """A body and the two hashes that its statement signs."""

    body: bytes = field(repr=False)
    body_hash: bytes
    plain_hash: bytes


@dataclass(frozen=True, slots=True)
class Opening:
    """The words with their salt: whoever holds it can check it against `plain_hash` without any key."""

    salt: bytes = field(repr=False)
    content: bytes = field(repr=False)

    def to_bytes(self) -> bytes:
        """Return the CBOR array [salt, content]: what is encrypted, and what an arbiter is given."""
        return cbor.encode([self.salt, self.content])

    @classmethod
    def from_bytes(cls, data: bytes) -> "Opening":
        """Return the opening of `data`; raise `NotAllowed` for anything but one."""
        parts = shape.sequence(cbor.decode(data, max_bytes=MAX_BODY), "an opening", least=2, most=2)
        salt = shape.octets(parts[0], "the salt of an opening", size=SALT_SIZE)
        return cls(salt, shape.octets(parts[1], "the words of an opening", most=MAX_CONTENT))

    def plain_hash(self) -> bytes:
        """Return the salted hash of the words, as statements sign it."""
        return hashlib.sha256(PLAIN_PREFIX + self.salt + self.content).digest()


@dataclass(frozen=True, slots=True)
class Body:
    """A body, parsed: the ciphertext and, for each reader, the wrapped content key."""

    ciphertext: bytes = field(repr=False)
    wrapped: Mapping[str, bytes] = field(repr=False)

    def to_bytes(self) -> bytes:
        """Return the body's bytes, which `body_hash` names."""
        return cbor.encode({0: 0, 1: self.ciphertext, 2: self.wrapped})

    @classmethod
    def from_bytes(cls, data: bytes) -> "Body":
        """Return the body of `data`; raise `NotAllowed` for anything but one."""
        items = shape.numbered(cbor.decode(data, max_bytes=MAX_BODY), 3, "a body")
        ciphertext = shape.octets(items[1], "the ciphertext of a body", least=SALT_SIZE + 16, most=MAX_BODY)
        if not isinstance(items[2], Mapping) or not 1 <= len(items[2]) <= MAX_PARTIES:
            raise NotAllowed(f"a body does not name 1 to {MAX_PARTIES} readers")
        wrapped = {
            shape.party_id(party, "a reader of a body"): shape.octets(value, "a wrapped key", size=WRAPPED_SIZE)
            for party, value in items[2].items()
        }
        return cls(ciphertext, wrapped)


def check_body(body: bytes, statement: Statement) -> Body:
    """Return the body, parsed, of a statement: right hash, strict form, wrapped for its recipients and its author.

    What is inside only a reader can check; that needs `open_body`.
    """
    if hashlib.sha256(body).digest() != statement.body_hash:
        raise Tampered(f"the body is not the one that {statement.author} signed for")
    parsed = Body.from_bytes(body)
    if set(parsed.wrapped) != {statement.author, *statement.recipients}:
        raise NotAllowed("the readers of a body are not the recipients and the author of its statement")
    return parsed


def _info(mechanism: str, author: str, reader: str, plain_hash: bytes) -> bytes:
    return cbor.encode([WRAP_LABEL, mechanism, author, reader, plain_hash])


def _aad(mechanism: str, author: str, recipients: Sequence[str]) -> bytes:
    return cbor.encode([mechanism, author, sorted(recipients)])


def _kem_public(data: bytes) -> MLKEM768X25519PublicKey:
    shape.octets(data, "a KEM key", size=KEM_PUBLIC_SIZE)
    try:
        mlkem = MLKEM768PublicKey.from_public_bytes(data[:_MLKEM_PUBLIC])
        return MLKEM768X25519PublicKey(mlkem, X25519PublicKey.from_public_bytes(data[_MLKEM_PUBLIC:]))
    except ValueError:
        raise NotAllowed("a KEM key is not an X-Wing public key") from None


def seal(
    content: bytes, *, mechanism: str, author: str, recipients: Sequence[str], readers: Mapping[str, bytes]
) -> Sealed:
    """Return `content` sealed to `readers` (party -> X-Wing public key): the recipients and the author, no others."""
    if set(readers) != {author, *recipients} or author in recipients:
        raise NotAllowed("what is said is sealed to its recipients and its author, and to nobody else")
    if len(content) > MAX_CONTENT:
        raise NotAllowed(f"the words have {len(content)} bytes; at most {MAX_CONTENT} go into one body")
    opening = Opening(secrets.token_bytes(SALT_SIZE), content)
    plain_hash, key = opening.plain_hash(), secrets.token_bytes(KEY_SIZE)
    ciphertext = ChaCha20Poly1305(key).encrypt(_NONCE, opening.to_bytes(), _aad(mechanism, author, recipients))
    wrapped = {
        reader: _SUITE.encrypt(key, _kem_public(public), _info(mechanism, author, reader, plain_hash))
        for reader, public in readers.items()
    }
    body = Body(ciphertext, wrapped).to_bytes()
    return Sealed(body, hashlib.sha256(body).digest(), plain_hash)


def open_body(body: bytes, *, statement: Statement, reader: str, kem: KemKey) -> Opening:
    """Return the words of `body` for `reader`.

    Raises `NotAllowed` where it is not sealed to that reader, and `Tampered` where the body, the
    key in it or the words are not those that the statement's hashes name.
    """
    parsed = check_body(body, statement)
    if reader not in parsed.wrapped:
        raise NotAllowed(f"this body is not sealed to {reader}")
    info = _info(statement.mechanism, statement.author, reader, statement.plain_hash)
    key = kem.unwrap(parsed.wrapped[reader], info)
    aad = _aad(statement.mechanism, statement.author, statement.recipients)
    try:
        inner = ChaCha20Poly1305(key).decrypt(_NONCE, parsed.ciphertext, aad)
    except (InvalidTag, ValueError):
        raise Tampered("a body does not decrypt with the key that is wrapped in it") from None
    opening = Opening.from_bytes(inner)
    if opening.plain_hash() != statement.plain_hash:
        raise Tampered(f"the words in a body are not those that {statement.author} signed for")
    return opening
