"""Keys, who holds them, and the cards on which parties exchange them in person."""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import cose, curve, shape

ED25519: Final = -19  # COSE "Ed25519" (RFC 9864): the number says the curve too; -8, "EdDSA", is deprecated there
KEM_PUBLIC_SIZE: Final = 1216  # X-Wing: ML-KEM-768 public key (1184), then X25519 public key (32)
CARD_AAD: Final = b"searoom/card/v0"
MAX_CARD: Final = 64 * 1024
MAX_OFFICERS: Final = 64
MAX_LANGUAGES: Final = 16
MAX_NAME: Final = 80
MAX_CERTIFICATE: Final = 8 * 1024
MAX_PUBLIC: Final = 2592  # ML-DSA-87 (FIPS 204)


class Role(StrEnum):
    """What a key is for; a key has one role, so that a signature never means two things."""

    STATION = "station"  # places entries, and signs automatic ones
    OFFICER = "officer"  # releases what is said
    LOG = "log"  # signs the checkpoints of the party's own log
    MIRROR = "mirror"  # cosigns the checkpoints of other parties: "stored", never "agreed"


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One row of `ALGORITHMS`; sizes in bytes, `check` raises `Tampered`."""

    name: str
    seed_size: int
    public_size: int
    signature_size: int
    public_of: Callable[[bytes], bytes]
    sign: Callable[[bytes, bytes], bytes]
    check_public: Callable[[bytes], None]
    check: Callable[[bytes, bytes, bytes], None]


def _ed25519_public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def _ed25519_sign(seed: bytes, message: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


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
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise Tampered("a signature does not check") from None


# COSE algorithm number -> what it does. ML-DSA-44 (-48) will be one more row.
ALGORITHMS: Final[Mapping[int, Algorithm]] = {
    ED25519: Algorithm("Ed25519", 32, 32, 64, _ed25519_public, _ed25519_sign, _ed25519_check_public, _ed25519_check),
}


def algorithm_of(number: int) -> Algorithm:
    """Return the row of a COSE algorithm number; raise `NotAllowed` for one that is not in force."""
    if number not in ALGORITHMS:
        raise NotAllowed(f"the signature algorithm {number} is not in force")
    return ALGORITHMS[number]


def check_signature(algorithm: int, public: bytes, message: bytes, signature: bytes) -> None:
    """Return if the key signed `message`; raise `Tampered` if not, or where verifiers could differ on it."""
    row = algorithm_of(algorithm)
    if len(public) != row.public_size or len(signature) != row.signature_size:
        raise Tampered(f"a key or a signature has not the size of {row.name}")
    row.check(public, message, signature)


def key_id(public: bytes) -> bytes:
    """Return the 8 bytes by which signatures name a key: the start of SHA-256 of the public key."""
    return hashlib.sha256(public).digest()[: cose.KEY_ID_SIZE]


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key as its seed; it never shows itself in a repr."""

    seed: bytes = field(repr=False)
    algorithm: int = ED25519
    public: bytes = field(init=False, compare=False)

    def __post_init__(self) -> None:
        row = algorithm_of(self.algorithm)
        if len(self.seed) != row.seed_size:
            raise NotAllowed("the seed of a key has the wrong size")
        object.__setattr__(self, "public", row.public_of(self.seed))  # once: it costs as much as a signature

    @classmethod
    def generate(cls, algorithm: int = ED25519) -> "SigningKey":
        """Draw a fresh key."""
        return cls(secrets.token_bytes(algorithm_of(algorithm).seed_size), algorithm)

    @property
    def key_id(self) -> bytes:
        """The first 8 bytes of SHA-256 of the public key."""
        return key_id(self.public)

    def sign(self, message: bytes) -> bytes:
        """Return the signature over `message`; callers separate domains (COSE external_aad, key names of notes)."""
        return algorithm_of(self.algorithm).sign(self.seed, message)


@dataclass(frozen=True, slots=True)
class Key:
    """A public key with its role; `holder` is the party's id or a person's (`amber-1`), `name` what people say."""

    role: Role
    holder: str
    name: str
    public: bytes
    algorithm: int = ED25519

    @property
    def key_id(self) -> bytes:
        """The first 8 bytes of SHA-256 of the public key."""
        return key_id(self.public)

    def check(self, message: bytes, signature: bytes) -> None:
        """Raise `Tampered` unless this key signed `message`."""
        check_signature(self.algorithm, self.public, message, signature)


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed: the key's party, role, holder and name, as the party's card has them."""

    party: str
    role: Role
    holder: str
    name: str
    key_id: bytes


@dataclass(frozen=True, slots=True)
class Card:
    """What a party hands over in person: its names, root key, keys by role, KEM key and link certificate (DER)."""

    party: str
    mechanism: str
    names: Mapping[str, str]
    root: bytes
    keys: tuple[Key, ...]
    kem: bytes
    link_certificate: bytes
    root_algorithm: int = ED25519

    def __post_init__(self) -> None:
        _check_card(self)

    def payload(self) -> bytes:
        """Return the CBOR map that the root key signs."""
        keys = [[key.role.value, key.holder, key.name, key.algorithm, key.public] for key in self.keys]
        return cbor.encode({
            0: 0, 1: self.mechanism, 2: self.party, 3: self.names, 4: self.root, 5: keys, 6: self.kem,
            7: self.link_certificate,
        })  # fmt: skip

    def signed(self, root_key: SigningKey) -> bytes:
        """Return the card as a COSE_Sign1 by the root key, which must be the one that the card names."""
        if root_key.public != self.root or root_key.algorithm != self.root_algorithm:
            raise NotAllowed(f"the root key at hand is not the one on the card of {self.party}")
        header, payload = cose.protected(root_key.algorithm, root_key.key_id), self.payload()
        return cose.sign1_bytes(header, payload, root_key.sign(cose.to_sign1(header, CARD_AAD, payload)))

    @classmethod
    def from_bytes(cls, data: bytes) -> "Card":
        """Return the card; `NotAllowed` for its form, `Tampered` where its own root did not sign it.

        That the root is the right party's, only the fingerprint compared in person can tell.
        """
        header, algorithm, kid, payload, signature = cose.read_sign1(data, "a card", max_bytes=MAX_CARD)
        card = _read_card(payload, algorithm)
        if kid != key_id(card.root):
            raise NotAllowed("a card is not signed by the root key that it names")
        check_signature(algorithm, card.root, cose.to_sign1(header, CARD_AAD, payload), signature)
        return card

    def fingerprint(self) -> str:
        """Return the SHA-256 of the root key in groups of 4 hex digits, to be read aloud."""
        digits = hashlib.sha256(self.root).hexdigest()
        return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))

    def key(self, role: Role) -> Key:
        """Return the one key of the role station, log or mirror."""
        return next(key for key in self.keys if key.role is role)


def _check_card(card: Card) -> None:
    shape.party_id(card.party, "the party on a card")
    shape.mechanism_id(card.mechanism, "the mechanism on a card")
    if not 1 <= len(card.names) <= MAX_LANGUAGES:
        raise NotAllowed(f"a card names its party in 1 to {MAX_LANGUAGES} languages")
    for language, name in card.names.items():
        shape.text(language, "a language on a card", most=16)
        shape.text(name, "the name of a party", most=MAX_NAME)
    algorithm_of(card.root_algorithm).check_public(card.root)
    shape.octets(card.kem, "the KEM key on a card", size=KEM_PUBLIC_SIZE)
    shape.octets(card.link_certificate, "the link certificate on a card", least=1, most=MAX_CERTIFICATE)
    for role in (Role.STATION, Role.LOG, Role.MIRROR):
        if sum(key.role is role for key in card.keys) != 1:
            raise NotAllowed(f"a card has exactly one {role.value} key")
    if len(card.keys) > 3 + MAX_OFFICERS:
        raise NotAllowed(f"a card has at most {MAX_OFFICERS} officers")
    for key in card.keys:
        _check_card_key(card, key)
    if len({card.root, *(key.public for key in card.keys)}) != len(card.keys) + 1:
        raise NotAllowed("a key stands twice on a card; each key has one role and one holder")


def _check_card_key(card: Card, key: Key) -> None:
    if key.role is not Role.OFFICER and key.holder != card.party:
        raise NotAllowed(f"the {key.role.value} key on the card of {card.party} is held by {key.holder}")
    if key.role is Role.OFFICER and not shape.person_id(key.holder, "the holder of a key").startswith(f"{card.party}-"):
        raise NotAllowed(f"the officer {key.holder} on the card of {card.party} is not that party's")
    shape.text(key.name, "the name of a key's holder", most=MAX_NAME)
    algorithm_of(key.algorithm).check_public(shape.octets(key.public, "a key", most=MAX_PUBLIC))


def _read_card(payload: bytes, algorithm: int) -> Card:
    items = shape.numbered(cbor.decode(payload), 8, "a card")
    if not isinstance(items[3], Mapping):
        raise NotAllowed("the names on a card are not a map")
    names = {
        shape.text(language, "a language on a card", most=16): shape.text(name, "the name of a party", most=MAX_NAME)
        for language, name in items[3].items()
    }
    rows = shape.sequence(items[5], "the keys on a card", least=3, most=3 + MAX_OFFICERS)
    return Card(
        party=shape.party_id(items[2], "the party on a card"),
        mechanism=shape.mechanism_id(items[1], "the mechanism on a card"),
        names=names,
        root=shape.octets(items[4], "the root key on a card", least=1, most=MAX_PUBLIC),
        keys=tuple(_read_key(row) for row in rows),
        kem=shape.octets(items[6], "the KEM key on a card", size=KEM_PUBLIC_SIZE),
        link_certificate=shape.octets(items[7], "the link certificate on a card", least=1, most=MAX_CERTIFICATE),
        root_algorithm=algorithm,
    )


def _read_key(row: cbor.Value) -> Key:
    role, holder, name, algorithm, public = shape.sequence(row, "a key on a card", least=5, most=5)
    if role not in tuple(Role) or isinstance(algorithm, bool) or not isinstance(algorithm, int):
        raise NotAllowed("a key on a card has an unknown role or algorithm")
    return Key(
        Role(str(role)),
        shape.text(holder, "the holder of a key", most=MAX_NAME),
        shape.text(name, "the name of a key's holder", most=MAX_NAME),
        shape.octets(public, "a key on a card", least=1, most=MAX_PUBLIC),
        algorithm,
    )


class Keyring:
    """The cards of one mechanism's parties, in the agreement's order; frozen after it is made."""

    def __init__(self, cards: Sequence[Card]) -> None:
        if not cards or len({card.mechanism for card in cards}) != 1:
            raise NotAllowed("a keyring holds the cards of exactly one mechanism")
        self.mechanism = cards[0].mechanism
        self.parties = tuple(card.party for card in cards)
        self._cards = {card.party: card for card in cards}
        self._keys = {key.key_id: (card.party, key) for card in cards for key in card.keys}
        if len(self._cards) != len(cards):
            raise NotAllowed("a party has two cards in one keyring")
        if len(self._keys) != sum(len(card.keys) for card in cards):
            raise NotAllowed("two keys in one keyring have the same key id; a key belongs to one party and one holder")

    def card(self, party: str) -> Card:
        """Return the card of a party; raise `NotAllowed` for a stranger."""
        if party not in self._cards:
            raise NotAllowed(f"'{party}' is no party of {self.mechanism}")
        return self._cards[party]

    def by_key_id(self, kid: bytes) -> tuple[str, Key]:
        """Return the party and the key that signatures name by `kid`; raise `NotAllowed` for an unknown one."""
        if kid not in self._keys:
            raise NotAllowed(f"no card of {self.mechanism} has a key {kid.hex()}")
        return self._keys[kid]

    def others(self, party: str) -> tuple[str, ...]:
        """Return the other parties, sorted as `heard` is sorted."""
        return tuple(sorted(other for other in self.parties if other != party))
