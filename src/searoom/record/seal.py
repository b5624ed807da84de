"""The words, sealed to those who may read them, and opened again or to an arbiter.

One content key a body, drawn fresh, wrapped for each reader with HPKE (RFC 9180) over X-Wing, the hybrid of
ML-KEM-768 and X25519: who records the line today and breaks one of the two tomorrow reads nothing. Each wrapped key
says in which way it is wrapped (its kind) and for which key of the reader (its id): a new key or a new way needs
no other body. The statement signs the hash of the body *and* a salted hash of the words, for ChaCha20-Poly1305
does not commit to its key: without the second, one body could be opened to two texts. The salt travels inside, so
one message can be shown to an arbiter without any other.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
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
from searoom.record.algorithms import key_id
from searoom.record.cards import KEM_PUBLIC_SIZE, Card
from searoom.record.cose import KEY_ID_SIZE
from searoom.record.entry import MAX_PARTIES, Entry, Kind, Statement
from searoom.record.roster import FIRST, Roster, author_of, epoch_of
from searoom.record.rules import Head

SEED_SIZE: Final = 32
SALT_SIZE: Final = 32
KEY_SIZE: Final = 32
MAX_CONTENT: Final = 127 * 1024  # so that salt, words and pad fit into the largest opening
MAX_BODY: Final = 192 * 1024
MAX_REASON: Final = 500
WRAPPED_SIZE: Final = 1088 + 32 + KEY_SIZE + 16  # X-Wing enc (ML-KEM ciphertext, X25519 share), content key, tag
TAG_SIZE: Final = 16
SMALLEST_OPENING: Final = 256
DOUBLINGS: Final = 9
OPENING_SIZES: Final = tuple(SMALLEST_OPENING << step for step in range(DOUBLINGS + 1))
"""The lengths that an encoded opening can have: 256 bytes to 128 KiB. Only these are seen by who cannot open."""
KIND_XWING: Final = 1  # how a content key is wrapped: HPKE single-shot base mode over X-Wing; the one kind so far
PLAIN_PREFIX: Final = b"searoom/plain/v1"
WRAP_LABEL: Final = "searoom/wrap/v1"

_MLKEM_PUBLIC: Final = 1184
_NONCE: Final = bytes(12)  # the content key is used once, so its nonce need not differ
_SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


@dataclass(frozen=True, slots=True)
class KemKey:
    """A reader's private X-Wing key as its 32-byte seed (draft-connolly-cfrg-xwing-kem, 5.2); expanded once.

    `public` is the ML-KEM-768 public key, then that of X25519: 1,216 bytes; `key_id` opens the SHA-256 of it.
    """

    seed: bytes = field(repr=False)
    public: bytes = field(init=False, repr=False, compare=False)
    key_id: bytes = field(init=False, repr=False, compare=False)
    _private: MLKEM768X25519PrivateKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        shape.octets(self.seed, "the seed of a KEM key", size=SEED_SIZE)
        mlkem, x25519 = halves(self.seed)
        public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        object.__setattr__(self, "public", public)
        object.__setattr__(self, "key_id", key_id(public))
        object.__setattr__(self, "_private", MLKEM768X25519PrivateKey(mlkem, x25519))

    @classmethod
    def generate(cls) -> "KemKey":
        """Draw a fresh key."""
        return cls(secrets.token_bytes(SEED_SIZE))

    def unwrap(self, wrapped: "Wrapped", info: bytes) -> bytes:
        """Return the content key that was wrapped for this reader.

        Raises `NotAllowed` where it is wrapped for another key, `Tampered` where it says that it is for this one
        and is not, or not so.
        """
        if wrapped.key_id != self.key_id:
            told, held = wrapped.key_id.hex(), self.key_id.hex()
            raise NotAllowed(f"a body is sealed to a key {told} of this reader, and the one at hand is {held}")
        try:
            return _SUITE.decrypt(wrapped.value, self._private, info)
        except (InvalidTag, ValueError):
            raise Tampered("the content key of a body does not unwrap with this reader's key") from None


def halves(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    """Return the two private keys of an X-Wing seed."""
    expanded = hashlib.shake_256(seed).digest(96)
    return MLKEM768PrivateKey.from_seed_bytes(expanded[:64]), X25519PrivateKey.from_private_bytes(expanded[64:])


@dataclass(frozen=True, slots=True)
class Sealed:
    """A body and the two hashes that its statement signs."""

    body: bytes = field(repr=False)
    body_hash: bytes
    plain_hash: bytes


@dataclass(frozen=True, slots=True)
class Opening:
    """The words with their salt: whoever holds it can check it against `plain_hash` without any key.

    Encoded, it is filled up with zero bytes to the next of OPENING_SIZES. The pad follows from the length
    of the words alone, so `plain_hash` need not cover it: there is no second pad that anybody could choose.
    """

    salt: bytes = field(repr=False)
    content: bytes = field(repr=False)

    def to_bytes(self) -> bytes:
        """Return the CBOR array [salt, content, pad]: what is encrypted, and what an arbiter is given."""
        return cbor.encode([self.salt, self.content, bytes(_pad_size(self.salt, self.content))])

    @classmethod
    def from_bytes(cls, data: bytes) -> "Opening":
        """Return the opening of `data`; raise `NotAllowed` for anything but one."""
        parts = shape.sequence(cbor.decode(data, max_bytes=MAX_BODY), "an opening", least=3, most=3)
        salt = shape.octets(parts[0], "the salt of an opening", size=SALT_SIZE)
        opening = cls(salt, shape.octets(parts[1], "the words of an opening", most=MAX_CONTENT))
        if opening.to_bytes() != data:
            raise NotAllowed("an opening is not filled up with zero bytes to the next size, and to no other")
        return opening

    def plain_hash(self) -> bytes:
        """Return the salted hash of the words, as statements sign it."""
        return hashlib.sha256(PLAIN_PREFIX + self.salt + self.content).digest()


def _pad_size(salt: bytes, content: bytes) -> int:
    """Return how many zero bytes fill an opening up to the smallest of its sizes that some pad reaches exactly.

    The head of a byte string grows with it, so words of 16 lengths miss the first size by a byte or two and
    take the next one.
    """
    used = len(cbor.encode([salt, content]))
    for whole in OPENING_SIZES:
        for head in (1, 2, 3, 5):  # bytes before a byte string of up to 23, 255, 65,535 and more (RFC 8949 3)
            size = whole - used - head
            if size >= 0 and head == (1 if size < 24 else 2 if size < 256 else 3 if size < 65536 else 5):
                return size
    raise NotAllowed(f"the words have {len(content)} bytes; at most {MAX_CONTENT} go into one body")


@dataclass(frozen=True, slots=True)
class Wrapped:
    """The content key for one reader: how it is wrapped, the id of the reader's key, and the wrapped bytes."""

    kind: int
    key_id: bytes
    value: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if self.kind != KIND_XWING or isinstance(self.kind, bool):
            raise NotAllowed(f"a content key is wrapped in a kind {self.kind!r}; only kind {KIND_XWING} is known here")
        shape.octets(self.key_id, "the key id of a wrapped key", size=KEY_ID_SIZE)
        shape.octets(self.value, "a wrapped key", size=WRAPPED_SIZE)


@dataclass(frozen=True, slots=True)
class Body:
    """A body, parsed: the ciphertext and, for each reader, the wrapped content key."""

    ciphertext: bytes = field(repr=False)
    wrapped: Mapping[str, Wrapped] = field(repr=False)

    def to_bytes(self) -> bytes:
        """Return the body's bytes, which `body_hash` names."""
        rows: dict[str, cbor.Value] = {
            party: [wrapped.kind, wrapped.key_id, wrapped.value] for party, wrapped in self.wrapped.items()
        }
        return cbor.encode({0: shape.VERSION, 1: self.ciphertext, 2: rows})

    @classmethod
    @lru_cache(16)  # who finds a content key opens with it next
    def from_bytes(cls, data: bytes) -> "Body":
        """Return the body of `data`; raise `NotAllowed` for anything but one."""
        items = shape.numbered(cbor.decode(data, max_bytes=MAX_BODY), 3, "a body")
        ciphertext = shape.octets(items[1], "the ciphertext of a body", most=MAX_BODY)
        if len(ciphertext) - TAG_SIZE not in OPENING_SIZES:
            raise NotAllowed(f"the ciphertext of a body has {len(ciphertext)} bytes, which no padded opening gives")
        if not isinstance(items[2], Mapping) or not 1 <= len(items[2]) <= MAX_PARTIES:
            raise NotAllowed(f"a body does not name 1 to {MAX_PARTIES} readers")
        wrapped = {
            shape.party_id(party, "a reader of a body"): _read_wrapped(value) for party, value in items[2].items()
        }
        return cls(ciphertext, wrapped)


def _read_wrapped(value: cbor.Value) -> Wrapped:
    kind, kid, wrapped = shape.sequence(value, "a wrapped key", least=3, most=3)
    return Wrapped(
        shape.uint(kind, "the kind of a wrapped key"),
        shape.octets(kid, "the key id of a wrapped key", size=KEY_ID_SIZE),
        shape.octets(wrapped, "a wrapped key", size=WRAPPED_SIZE),
    )


def check_body(body: bytes, statement: Statement) -> Body | None:
    """Return the body, parsed, of a statement: right hash, strict form, wrapped for its recipients and its author.

    What is inside only a reader can check; that needs `open_body`. A body in clear is read here to its end,
    and gives None.
    """
    if hashlib.sha256(body).digest() != statement.body_hash:
        raise Tampered(f"the body is not the one that {statement.author} signed for")
    if statement.kind is Kind.CARD:
        if Card.payload_party(body) != statement.author:
            raise NotAllowed(f"{statement.author} brings the card of another party")
        return None
    if statement.kind is Kind.EPOCH:
        read_reason(body)
        return None
    parsed = Body.from_bytes(body)
    if set(parsed.wrapped) != {statement.author, *statement.recipients}:
        raise NotAllowed("the readers of a body are not the recipients and the author of its statement")
    return parsed


def check_placed(body: bytes, entry: Entry) -> Body | None:
    """Return what `check_body` does, of an entry at its place: what was signed to open one log opens no other."""
    parsed = check_body(body, entry.statement)
    if entry.statement.kind is Kind.EPOCH and (log := read_reason(body)[0]) != entry.log:
        raise NotAllowed(f"the reason is one for the log '{log}', and opens no log '{entry.log}'")
    return parsed


def reason(log: str, text: str) -> bytes:
    """Return the body with which a party says that it begins `log`, a later one of its own, and why."""
    shape.log_id(log, "the log that a reason begins")
    return cbor.encode({0: shape.VERSION, 1: log, 2: shape.text(text, "why a new log is opened", most=MAX_REASON)})


def read_reason(body: bytes) -> tuple[str, str]:
    """Return which log was begun and why; raise `NotAllowed` for anything but `reason` makes."""
    items = shape.numbered(cbor.decode(body), 3, "a new log's reason")
    log = shape.log_id(items[1], "the log that a reason begins")
    text = shape.text(items[2], "a reason", most=MAX_REASON)
    if reason(log, text) != body:
        raise NotAllowed("the bytes are not the one encoding of a new log's reason")
    return log, text


def check_key_ids(body: Body, entry: Entry, roster: Roster) -> None:
    """Refuse a body sealed to a key of a reader that was not on its cards as far as the author had heard its log.

    Such a body its reader could perhaps not open, and nobody could say whose fault that is.
    """
    for party, wrapped in body.wrapped.items():
        log, index = (entry.log, entry.index) if party == entry.statement.author else heard_of(entry.heard, party)
        if wrapped.key_id not in roster.kems(party, log, index):
            raise NotAllowed(f"a body is sealed to a key {wrapped.key_id.hex()} of {party} that is not on its card")


def heard_of(heads: Sequence[Head], party: str) -> tuple[str, int]:
    """Return the last place in a party's newest log that the author of an entry, who had heard `heads`, knew of."""
    heard = [item for item in heads if author_of(item.log) == party]
    newest = max(heard, key=lambda item: epoch_of(item.log), default=None)
    return (party, FIRST) if newest is None else (newest.log, newest.size - 1)


def _info(mechanism: str, author: str, reader: str, plain_hash: bytes) -> bytes:
    return cbor.encode([WRAP_LABEL, mechanism, author, reader, plain_hash])


def _aad(mechanism: str, author: str, recipients: Sequence[str]) -> bytes:
    return cbor.encode([mechanism, author, sorted(recipients)])


@lru_cache(256)
def _kem_public(data: bytes) -> MLKEM768X25519PublicKey:
    shape.octets(data, "a KEM key", size=KEM_PUBLIC_SIZE)
    try:
        mlkem = MLKEM768PublicKey.from_public_bytes(data[:_MLKEM_PUBLIC])
        return MLKEM768X25519PublicKey(mlkem, X25519PublicKey.from_public_bytes(data[_MLKEM_PUBLIC:]))
    except ValueError:
        raise NotAllowed("a KEM key is not an X-Wing public key") from None


def _wrap(key: bytes, public: bytes, info: bytes) -> Wrapped:
    return Wrapped(KIND_XWING, key_id(public), _SUITE.encrypt(key, _kem_public(public), info))


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
        reader: _wrap(key, public, _info(mechanism, author, reader, plain_hash)) for reader, public in readers.items()
    }
    body = Body(ciphertext, wrapped).to_bytes()
    return Sealed(body, hashlib.sha256(body).digest(), plain_hash)


def content_key(body: bytes, *, statement: Statement, reader: str, kem: KemKey) -> bytes:
    """Return the content key of `body`, unwrapped for `reader`.

    Raises `NotAllowed` where it is not sealed to that reader, or not to this key of it, `Tampered` where
    body or key are not what they say.
    """
    parsed = check_body(body, statement)
    if parsed is None or reader not in parsed.wrapped:
        raise NotAllowed(f"this body is not sealed to {reader}")
    info = _info(statement.mechanism, statement.author, reader, statement.plain_hash)
    return kem.unwrap(parsed.wrapped[reader], info)


def open_with(key: bytes, body: bytes, statement: Statement) -> Opening:
    """Return the words of `body` by its content key; `Tampered` where they are not those that the statement names."""
    parsed = check_body(body, statement)
    if parsed is None:
        raise NotAllowed("this body is not sealed at all")
    aad = _aad(statement.mechanism, statement.author, statement.recipients)
    try:
        inner = ChaCha20Poly1305(key).decrypt(_NONCE, parsed.ciphertext, aad)
    except (InvalidTag, ValueError):
        raise Tampered("a body does not decrypt with the key that is wrapped in it") from None
    opening = Opening.from_bytes(inner)
    if opening.plain_hash() != statement.plain_hash:
        raise Tampered(f"the words in a body are not those that {statement.author} signed for")
    return opening


def open_body(body: bytes, *, statement: Statement, reader: str, kem: KemKey) -> Opening:
    """Return the words of `body` for `reader`; raises as `content_key` and `open_with` do."""
    return open_with(content_key(body, statement=statement, reader=reader, kem=kem), body, statement)
