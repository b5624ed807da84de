"""Keys, what each is for and who holds it; and the root of a party, kept by several persons."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import cose, shape
from searoom.record.algorithms import (
    ED25519,
    ML_DSA_87,
    SEED_SIZE,
    PrivateKey,
    SigningKey,
    algorithm_of,
    check_public,
    check_signature,
    key_id,
)
from searoom.record.cose import Signature

MAX_KEEPERS: Final = 9
_ROOT_LABEL: Final = b"searoom/root/v1/"


class Role(StrEnum):
    """What a key is for; a key has one role, so that a signature never means two things."""

    STATION = "station"  # places entries, and signs automatic ones
    OFFICER = "officer"  # releases what is said
    LOG = "log"  # signs the checkpoints of the party's own log
    MIRROR = "mirror"  # cosigns the checkpoints of other parties: "stored", never "agreed"


@dataclass(frozen=True, slots=True)
class Key:
    """A public key with its role; `holder` is the party's id or a person's (`amber-1`), `name` what people say.

    `member` is the member of a composite party for which an officer speaks; empty in a plain one.
    """

    role: Role
    holder: str
    name: str
    public: bytes
    algorithm: int = ED25519
    member: str = ""

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
    member: str = ""


@dataclass(frozen=True, slots=True)
class Keeper:
    """The two public keys of one keeper of a root: Ed25519, and ML-DSA-87 for the day the first is broken."""

    ed25519: bytes
    mldsa: bytes

    def __post_init__(self) -> None:
        check_public(ED25519, self.ed25519)
        check_public(ML_DSA_87, self.mldsa)

    @property
    def keys(self) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
        """Algorithm and public key of both halves."""
        return (ED25519, self.ed25519), (ML_DSA_87, self.mldsa)


@dataclass(frozen=True, slots=True)
class Root:
    """What a party's cards are signed by: `need` of the keepers, each with both halves."""

    need: int
    keepers: tuple[Keeper, ...]

    def __post_init__(self) -> None:
        shape.count(len(self.keepers), "the keepers of a root", least=1, most=MAX_KEEPERS)
        if isinstance(self.need, bool) or not 1 <= self.need <= len(self.keepers):
            raise NotAllowed(f"a root with {len(self.keepers)} keepers cannot need {self.need} of them")
        publics = [public for keeper in self.keepers for _, public in keeper.keys]
        if len(set(publics)) != len(publics):
            raise NotAllowed("a root names one key twice; each keeper has keys of their own")

    def fields(self) -> cbor.Value:
        """Return the root as cards hold it: [need, [[Ed25519 key, ML-DSA-87 key], ...]]."""
        return [self.need, [[keeper.ed25519, keeper.mldsa] for keeper in self.keepers]]

    def fingerprint(self) -> bytes:
        """Return the SHA-256 of the root's fields: what is read aloud when cards are exchanged."""
        return hashlib.sha256(cbor.encode(self.fields())).digest()

    def publics(self) -> dict[bytes, tuple[int, bytes]]:
        """Return algorithm and public key by key id."""
        return {key_id(public): (algorithm, public) for keeper in self.keepers for algorithm, public in keeper.keys}

    def check(self, signatures: Sequence[Signature], message_of: "MessageOf", what: str) -> None:
        """Raise `NotAllowed` where too few keepers signed, `Tampered` where a keeper's signature does not check."""
        by_id, publics = {signature.key_id: signature for signature in signatures}, self.publics()
        for kid in publics.keys() & by_id.keys():
            algorithm, public = publics[kid]
            if by_id[kid].algorithm != algorithm:
                raise NotAllowed(f"a signature under {what} names another algorithm than its keeper's key has")
            try:
                check_signature(algorithm, public, message_of(by_id[kid]), by_id[kid].value)
            except Tampered as fault:
                raise Tampered(f"a keeper's signature under {what} does not hold: {fault.sentence}") from fault
        signed = sum(all(key_id(public) in by_id for _, public in keeper.keys) for keeper in self.keepers)
        if signed < self.need:
            raise NotAllowed(f"{what} is signed by {signed} keeper(s) of the root, and it takes {self.need}")


class MessageOf:
    """What each signer of one COSE_Sign signs: the same words under each signer's own header."""

    def __init__(self, aad: bytes, payload: bytes) -> None:
        self._aad, self._payload = aad, payload

    def __call__(self, signature: Signature) -> bytes:
        """Return the bytes that the signer of this row signs."""
        return cose.to_sign(signature.header(), self._aad, self._payload)


def read_root(value: cbor.Value) -> Root:
    """Return the root that a card names; raise `NotAllowed` or `Tampered`."""
    need, rows = shape.sequence(value, "the root on a card", least=2, most=2)
    keepers = []
    for row in shape.sequence(rows, "the keepers of a root", least=1, most=MAX_KEEPERS):
        ed25519, mldsa = shape.sequence(row, "a keeper of a root", least=2, most=2)
        keepers.append(
            Keeper(
                shape.octets(ed25519, "a keeper's first key", size=algorithm_of(ED25519).public_size),
                shape.octets(mldsa, "a keeper's second key", size=algorithm_of(ML_DSA_87).public_size),
            )
        )
    return Root(shape.uint(need, "how many keepers a root needs"), tuple(keepers))


@dataclass(frozen=True, slots=True)
class RootKey:
    """One keeper's private key: 32 bytes from which both halves are derived (HKDF-SHA256)."""

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        shape.octets(self.seed, "the seed of a root key", size=SEED_SIZE)

    @property
    def keeper(self) -> Keeper:
        """The public halves."""
        first, second = self._keys()
        return Keeper(first.public, second.public)

    def sign(self, aad: bytes, payload: bytes) -> tuple[Signature, Signature]:
        """Return the signatures of both halves over `payload`, as rows of a COSE_Sign."""
        first, second = (sign_row(key, aad, payload) for key in self._keys())
        return first, second

    def _keys(self) -> tuple[SigningKey, SigningKey]:
        return (
            SigningKey(HKDF(SHA256(), SEED_SIZE, None, _ROOT_LABEL + b"ed25519").derive(self.seed)),
            SigningKey(HKDF(SHA256(), SEED_SIZE, None, _ROOT_LABEL + b"ml-dsa-87").derive(self.seed), ML_DSA_87),
        )


def sign_row(key: PrivateKey, aad: bytes, payload: bytes) -> Signature:
    """Return one signer's row of a COSE_Sign over `payload`."""
    header = cose.protected(key.algorithm, key.key_id)
    return Signature(key.algorithm, key.key_id, key.sign(cose.to_sign(header, aad, payload)))
