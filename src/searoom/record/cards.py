"""A party's card: its names, its root and the keys in force; the first is exchanged in person, later ones are entries.

A later card is a whole card again: what no longer stands on it is revoked from its place in the log on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.record import cose, shape
from searoom.record.algorithms import ED25519, ML_DSA_44, algorithm_of, check_public, key_id
from searoom.record.keys import MAX_KEEPERS, Key, MessageOf, Role, Root, RootKey, read_root

KEM_PUBLIC_SIZE: Final = 1216  # X-Wing: ML-KEM-768 public key (1184), then X25519 public key (32)
CARD_AAD: Final = b"searoom/card/v1"
MAX_CARD: Final = 120 * 1024
MAX_OFFICERS: Final = 64
MAX_LANGUAGES: Final = 16
MAX_MEMBERS: Final = 32
MAX_NAME: Final = 80
MAX_WHY: Final = 200
MAX_CERTIFICATE: Final = 8 * 1024
MAX_CERTIFICATES: Final = 4
MAX_REVOKED: Final = 256
MAX_SERIAL: Final = 1 << 20

# The keys of the party itself, each exactly once on a card; ML-DSA-44 beside Ed25519 where checkpoints are signed.
OWN_KEYS: Final = (
    (Role.STATION, ED25519),
    (Role.LOG, ED25519),
    (Role.LOG, ML_DSA_44),
    (Role.MIRROR, ED25519),
    (Role.MIRROR, ML_DSA_44),
)


@dataclass(frozen=True, slots=True)
class Revoked:
    """Why a key is on the card no more, and up to which entry, as (log, index), it is vouched for (None: none).

    The log is named because a party may have several: places of all its logs are ordered by their number first.
    """

    key_id: bytes
    last_good: tuple[str, int] | None
    why: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a party is known by. `serial` 0 is the first card; each later one counts one up.

    `kem` is the X-Wing public key that bodies are sealed to, `link_certificates` (DER, the newest
    first) are what its node shows. An `observer` verifies and stores, and neither speaks nor reads.
    A composite party names its `members` (id -> names) and how many different ones must be among
    the officers who release its words (`member_need`).
    """

    party: str
    mechanism: str
    names: Mapping[str, str]
    root: Root
    keys: tuple[Key, ...]
    kem: bytes
    link_certificates: tuple[bytes, ...]
    serial: int = 0
    observer: bool = False
    members: Mapping[str, Mapping[str, str]] | None = None
    member_need: int = 0
    revoked: tuple[Revoked, ...] = ()
    _by_id: Mapping[bytes, Key] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.members is None:
            object.__setattr__(self, "members", {})
        object.__setattr__(self, "_by_id", {key.key_id: key for key in self.keys})
        _check_card(self)

    def payload(self) -> bytes:
        """Return the CBOR map that the root's keepers sign."""
        keys: list[cbor.Value] = [
            [key.role.value, key.holder, key.name, key.algorithm, key.public, key.member] for key in self.keys
        ]
        revoked: list[cbor.Value] = [
            [item.key_id, None if item.last_good is None else list(item.last_good), item.why] for item in self.revoked
        ]
        return cbor.encode({
            0: shape.VERSION, 1: self.mechanism, 2: self.party, 3: self.names, 4: self.serial, 5: self.root.fields(),
            6: keys, 7: self.kem, 8: self.link_certificates, 9: self.observer, 10: self.members, 11: self.member_need,
            12: revoked,
        })  # fmt: skip

    def signed(self, *root_keys: RootKey) -> bytes:
        """Return the card as a COSE_Sign by these keepers; raise `NotAllowed` where they are too few or strangers.

        Where the root itself changes, keepers of the old and of the new root sign.
        """
        payload = self.payload()
        rows = [row for key in root_keys for row in key.sign(CARD_AAD, payload)]
        data = cose.sign_bytes(payload, sorted(rows, key=lambda row: row.key_id))
        if len(data) > MAX_CARD:
            raise NotAllowed(f"the card of {self.party} has {len(data)} bytes; at most {MAX_CARD} are read again")
        self.root.check(rows, MessageOf(CARD_AAD, payload), f"the card of {self.party}")
        return data

    @classmethod
    def from_bytes(cls, data: bytes, *, before: Root | None = None) -> "Card":
        """Return the card; `NotAllowed` for its form, `Tampered` where a keeper's signature does not check.

        `before` is the root of the card before it, whose keepers must have signed too. That the first root is
        the right party's, only the fingerprint compared in person can tell.
        """
        payload, signatures = cose.read_sign(data, "a card", max_bytes=MAX_CARD, most=4 * MAX_KEEPERS)
        card = _read_card(payload)
        roots = [card.root] if before is None or before == card.root else [card.root, before]
        for root in roots:
            root.check(signatures, MessageOf(CARD_AAD, payload), f"the card of {card.party}")
        known = {kid for root in roots for kid in root.publics()}
        if any(signature.key_id not in known for signature in signatures):
            raise NotAllowed(f"the card of {card.party} is signed by a key that is no keeper's")
        if cose.sign_bytes(card.payload(), signatures) != data:
            raise NotAllowed("the bytes are not the one encoding of the card that they say")
        return card

    @classmethod
    def unsigned(cls, payload: bytes) -> "Card":
        """Return the card that these bytes propose, in their one form; no keeper has signed it yet."""
        card = _read_card(payload)
        if card.payload() != payload:
            raise NotAllowed("the bytes are not the one encoding of the card that they propose")
        return card

    @staticmethod
    def payload_party(data: bytes) -> str:
        """Return whose card the signed bytes are, in their one form; who signed them the roster asks."""
        payload, signatures = cose.read_sign(data, "a card", max_bytes=MAX_CARD, most=4 * MAX_KEEPERS)
        card = _read_card(payload)
        if cose.sign_bytes(card.payload(), signatures) != data:
            raise NotAllowed("the bytes are not the one encoding of the card that they say")
        return card.party

    def fingerprint(self) -> str:
        """Return the fingerprint of the root in groups of 4 hex digits, to be read aloud."""
        digits = self.root.fingerprint().hex()
        return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))

    def key(self, role: Role, algorithm: int = ED25519) -> Key:
        """Return the one key of the role station, log or mirror with this algorithm."""
        return next(key for key in self.keys if key.role is role and key.algorithm == algorithm)

    def by_key_id(self, kid: bytes) -> Key | None:
        """Return the key of this card that signatures name by `kid`, or None."""
        return self._by_id.get(kid)


def _check_card(card: Card) -> None:
    shape.party_id(card.party, "the party on a card")
    shape.mechanism_id(card.mechanism, "the mechanism on a card")
    _check_names(card.names, "a party")
    if isinstance(card.serial, bool) or not 0 <= card.serial <= MAX_SERIAL:
        raise NotAllowed(f"the serial number of a card is not 0 to {MAX_SERIAL}")
    shape.octets(card.kem, "the KEM key on a card", size=KEM_PUBLIC_SIZE)
    shape.count(len(card.link_certificates), "the link certificates on a card", least=1, most=MAX_CERTIFICATES)
    for certificate in card.link_certificates:
        shape.octets(certificate, "a link certificate on a card", least=1, most=MAX_CERTIFICATE)
    if len(set(card.link_certificates)) != len(card.link_certificates):
        raise NotAllowed("a link certificate stands twice on a card")
    _check_members(card)
    _check_keys(card)
    shape.count(len(card.revoked), "the revoked keys on a card", most=MAX_REVOKED)
    shape.ascending([item.key_id for item in card.revoked], "the revoked keys on a card")
    for item in card.revoked:
        shape.octets(item.key_id, "the id of a revoked key", size=cose.KEY_ID_SIZE)
        shape.text(item.why, "why a key was revoked", most=MAX_WHY)
        if item.last_good is not None:
            log, index = item.last_good
            if shape.log_id(log, "the log of a last good entry").partition(".")[0] != card.party:
                raise NotAllowed(f"a key of {card.party} is vouched for in '{log}', the log of another party")
            shape.uint(index, "the last good entry of a revoked key")
        if card.by_key_id(item.key_id) is not None or item.key_id == key_id(card.kem):
            raise NotAllowed("a key stands on a card both in force and revoked")


def _check_names(names: Mapping[str, str], what: str) -> None:
    if not 1 <= len(names) <= MAX_LANGUAGES:
        raise NotAllowed(f"a card names {what} in 1 to {MAX_LANGUAGES} languages")
    for language, name in names.items():
        shape.text(language, "a language on a card", most=16)
        shape.text(name, f"the name of {what}", most=MAX_NAME)


def _check_members(card: Card) -> None:
    members = card.members or {}
    shape.count(len(members), "the members of a composite party", most=MAX_MEMBERS)
    for member, names in members.items():
        shape.party_id(member, "a member on a card")
        _check_names(names, "a member")
    need = card.member_need
    if isinstance(need, bool) or not (1 if members else 0) <= need <= len(members):
        raise NotAllowed(f"a party of {len(members)} members cannot need {need} of them to release its words")


def _check_keys(card: Card) -> None:
    for role, algorithm in OWN_KEYS:
        if sum((key.role, key.algorithm) == (role, algorithm) for key in card.keys) != 1:
            raise NotAllowed(f"a card has exactly one {role.value} key of {algorithm_of(algorithm).name}")
    officers = [key for key in card.keys if key.role is Role.OFFICER]
    if len(card.keys) != len(OWN_KEYS) + len(officers) or len(officers) > MAX_OFFICERS:
        raise NotAllowed(f"a card has the {len(OWN_KEYS)} keys of its party and at most {MAX_OFFICERS} of officers")
    if card.observer and (officers or card.members):
        raise NotAllowed("an observer says nothing, so its card names neither officers nor members")
    for key in card.keys:
        _check_key(card, key)
    publics = [*(key.public for key in card.keys), *(public for _, public in card.root.publics().values())]
    if len(set(publics)) != len(publics) or len({key.key_id for key in card.keys}) != len(card.keys):
        raise NotAllowed("a key stands twice on a card; each key has one role and one holder")


def _check_key(card: Card, key: Key) -> None:
    check_public(key.algorithm, key.public)
    shape.text(key.name, "the name of a key's holder", most=MAX_NAME)
    if key.role is not Role.OFFICER:
        if key.holder != card.party or key.member:
            raise NotAllowed(f"the {key.role.value} key on the card of {card.party} is held by {key.holder}")
        return
    if not shape.person_id(key.holder, "the holder of a key").startswith(f"{card.party}-"):
        raise NotAllowed(f"the officer {key.holder} on the card of {card.party} is not that party's")
    if key.algorithm != ED25519:
        raise NotAllowed("an officer's key is an Ed25519 key: each message carries its signature")
    if key.member not in (card.members or {"": {}}):
        raise NotAllowed(f"the officer {key.holder} speaks for no member of {card.party} that its card names")


def _read_card(payload: bytes) -> Card:
    items = shape.numbered(cbor.decode(payload, max_bytes=MAX_CARD), 13, "a card")
    rows = shape.sequence(items[6], "the keys on a card", least=len(OWN_KEYS), most=len(OWN_KEYS) + MAX_OFFICERS)
    certificates = shape.sequence(items[8], "the link certificates on a card", least=1, most=MAX_CERTIFICATES)
    if not isinstance(items[10], Mapping):
        raise NotAllowed("the members on a card are not a map")
    members = {shape.party_id(m, "a member on a card"): _names(n, "a member") for m, n in items[10].items()}
    return Card(
        mechanism=shape.mechanism_id(items[1], "the mechanism on a card"),
        party=shape.party_id(items[2], "the party on a card"),
        names=_names(items[3], "a party"),
        serial=shape.uint(items[4], "the serial number of a card"),
        root=read_root(items[5]),
        keys=tuple(_read_key(row) for row in rows),
        kem=shape.octets(items[7], "the KEM key on a card", size=KEM_PUBLIC_SIZE),
        link_certificates=tuple(
            shape.octets(item, "a link certificate on a card", least=1, most=MAX_CERTIFICATE) for item in certificates
        ),
        observer=shape.boolean(items[9], "whether a card is an observer's"),
        members=members,
        member_need=shape.uint(items[11], "how many members must release"),
        revoked=_read_revoked(shape.sequence(items[12], "the revoked keys on a card", most=MAX_REVOKED)),
    )


def _names(value: cbor.Value, what: str) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise NotAllowed(f"the names of {what} on a card are not a map")
    return {
        shape.text(language, "a language on a card", most=16): shape.text(name, f"the name of {what}", most=MAX_NAME)
        for language, name in value.items()
    }


def _read_key(row: cbor.Value) -> Key:
    role, holder, name, algorithm, public, member = shape.sequence(row, "a key on a card", least=6, most=6)
    if role not in tuple(Role) or isinstance(algorithm, bool) or not isinstance(algorithm, int):
        raise NotAllowed("a key on a card has an unknown role or algorithm")
    return Key(
        Role(str(role)),
        shape.text(holder, "the holder of a key", most=MAX_NAME),
        shape.text(name, "the name of a key's holder", most=MAX_NAME),
        shape.octets(public, "a key on a card", size=algorithm_of(algorithm).public_size),
        algorithm,
        "" if member == "" else shape.party_id(member, "the member of an officer"),
    )


def _read_revoked(rows: Sequence[cbor.Value]) -> tuple[Revoked, ...]:
    revoked = []
    for row in rows:
        kid, last_good, why = shape.sequence(row, "a revoked key", least=3, most=3)
        revoked.append(
            Revoked(
                shape.octets(kid, "the id of a revoked key", size=cose.KEY_ID_SIZE),
                None if last_good is None else _read_place(last_good),
                shape.text(why, "why a key was revoked", most=MAX_WHY),
            )
        )
    return tuple(revoked)


def _read_place(value: cbor.Value) -> tuple[str, int]:
    log, index = shape.sequence(value, "the last good entry of a revoked key", least=2, most=2)
    return shape.log_id(log, "the log of a last good entry"), shape.uint(index, "the last good entry of a revoked key")
