"""What becomes a card: the public keys that a node and officers hand in, the card proposed, its keepers' signatures.

Nothing here is secret and nothing is in force: a proposal is a card once enough keepers have signed it.
Who hands in a public key proves with a signature that the private half is theirs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.record import cose, shape
from searoom.record.algorithms import ED25519, PrivateKey, algorithm_of, check_signature, key_id
from searoom.record.cards import CARD_AAD, KEM_PUBLIC_SIZE, MAX_CARD, MAX_CERTIFICATE, MAX_NAME, OWN_KEYS, Card, Revoked
from searoom.record.keys import MAX_KEEPERS, Key, MessageOf, Role, Root, RootKey, read_root

MAX_REQUEST: Final = 64 * 1024
_OFFICER: Final = "searoom/officer-request/v1"
_NODE: Final = "searoom/node-request/v1"
_PROPOSAL: Final = "searoom/card-proposal/v1"
_ROOT: Final = "searoom/root/v1"


@dataclass(frozen=True, slots=True)
class OfficerRequest:
    """A person asks to be put on the next card: id, name, public key, and the signature that the key is theirs."""

    holder: str
    name: str
    public: bytes
    member: str = ""
    proof: bytes = field(default=b"", repr=False)

    def _said(self) -> cbor.Value:
        return [_OFFICER, self.holder, self.name, self.public, self.member]

    def proven(self, key: PrivateKey) -> "OfficerRequest":
        """Return the request with its proof."""
        return replace(self, proof=key.sign(cbor.encode(self._said())))

    def to_bytes(self) -> bytes:
        """Return the request as a file holds it."""
        return cbor.encode([self._said(), self.proof])

    @classmethod
    def from_bytes(cls, data: bytes) -> "OfficerRequest":
        """Return the request; `Tampered` where it is not signed by the key that it names."""
        said, proof = _read(data, _OFFICER, 5, "an officer's request")
        request = cls(
            holder=shape.person_id(said[1], "the person of a request"),
            name=shape.text(said[2], "the name in a request", most=MAX_NAME),
            public=shape.octets(said[3], "the key of a request", size=algorithm_of(ED25519).public_size),
            member="" if said[4] == "" else shape.party_id(said[4], "the member of a request"),
            proof=proof,
        )
        check_signature(ED25519, request.public, cbor.encode(said), proof)
        return request

    def key(self) -> Key:
        """Return the key as a card names it."""
        return Key(Role.OFFICER, self.holder, self.name, self.public, ED25519, self.member)


@dataclass(frozen=True, slots=True)
class NodeRequest:
    """A node hands in its public keys: the five that sign, in the order of a card, the KEM key, the certificate."""

    party: str
    mechanism: str
    names: Mapping[str, str]
    publics: tuple[bytes, ...]
    kem: bytes
    certificate: bytes
    proof: bytes = field(default=b"", repr=False)

    def _said(self) -> cbor.Value:
        return [_NODE, self.party, self.mechanism, self.names, self.publics, self.kem, self.certificate]

    def proven(self, station: PrivateKey) -> "NodeRequest":
        """Return the request with its proof, by the station's key."""
        return replace(self, proof=station.sign(cbor.encode(self._said())))

    def to_bytes(self) -> bytes:
        """Return the request as a file holds it."""
        return cbor.encode([self._said(), self.proof])

    @classmethod
    def from_bytes(cls, data: bytes) -> "NodeRequest":
        """Return the request; `Tampered` where it is not signed by the station key that it names."""
        said, proof = _read(data, _NODE, 7, "a node's request")
        publics = shape.sequence(said[4], "the keys of a node's request", least=len(OWN_KEYS), most=len(OWN_KEYS))
        if not isinstance(said[3], Mapping):
            raise NotAllowed("the names in a node's request are not a map")
        request = cls(
            party=shape.party_id(said[1], "the party of a node's request"),
            mechanism=shape.mechanism_id(said[2], "the mechanism of a node's request"),
            names={
                shape.text(language, "a language in a node's request", most=16): shape.text(
                    name, "a name in a node's request", most=MAX_NAME
                )
                for language, name in said[3].items()
            },
            publics=tuple(
                shape.octets(public, "a key of a node's request", size=algorithm_of(algorithm).public_size)
                for public, (_, algorithm) in zip(publics, OWN_KEYS, strict=True)
            ),
            kem=shape.octets(said[5], "the KEM key of a node's request", size=KEM_PUBLIC_SIZE),
            certificate=shape.octets(said[6], "the certificate of a node's request", least=1, most=MAX_CERTIFICATE),
            proof=proof,
        )
        check_signature(ED25519, request.publics[0], cbor.encode(said), proof)
        return request

    def keys(self) -> tuple[Key, ...]:
        """Return the node's keys as a card names them."""
        rows = zip(OWN_KEYS, self.publics, strict=True)
        return tuple(
            Key(role, self.party, f"{self.party} {role.value}", public, algorithm) for (role, algorithm), public in rows
        )


def _read(data: bytes, label: str, size: int, what: str) -> tuple[Sequence[cbor.Value], bytes]:
    value = cbor.decode(data, max_bytes=MAX_REQUEST)
    said, proof = shape.sequence(value, what, least=2, most=2)
    items = shape.sequence(said, what, least=size, most=size)
    if items[0] != label:
        raise NotAllowed(f"this file is not {what} of version 1")
    return items, shape.octets(proof, f"the signature of {what}", size=algorithm_of(ED25519).signature_size)


# -- cards -------------------------------------------------------------------------------------------


def first_card(
    node: NodeRequest,
    officers: Sequence[OfficerRequest],
    root: Root,
    *,
    observer: bool = False,
    members: Mapping[str, Mapping[str, str]] | None = None,
    member_need: int = 0,
) -> Card:
    """Return a party's first card, to be signed by keepers of `root`."""
    return Card(
        party=node.party,
        mechanism=node.mechanism,
        names=node.names,
        root=root,
        keys=(*node.keys(), *(officer.key() for officer in officers)),
        kem=node.kem,
        link_certificates=(node.certificate,),
        observer=observer,
        members=members,
        member_need=member_need,
    )


@dataclass(frozen=True, slots=True)
class Change:
    """What the next card changes. `remove` names officers by their ids; `last_good` is up to which place we vouch."""

    node: NodeRequest | None = None
    add: tuple[OfficerRequest, ...] = ()
    remove: tuple[str, ...] = ()
    root: Root | None = None
    why: str = ""
    last_good: tuple[str, int] | None = None
    drop_kem: bool = False


def next_card(before: Card, change: Change) -> Card:
    """Return the card that follows `before`; keys that stand on it no more are revoked, each with the reason."""
    if change.node is not None and (change.node.party, change.node.mechanism) != (before.party, before.mechanism):
        raise NotAllowed(f"the node's request is of {change.node.party}, and the card is of {before.party}")
    known = {key.holder for key in before.keys if key.role is Role.OFFICER}
    if strangers := sorted(set(change.remove) - known):
        raise NotAllowed(f"there is no officer '{strangers[0]}' on the card of {before.party}")
    added = {request.holder for request in change.add}
    if len(added) != len(change.add):
        raise NotAllowed("two requests are of one officer")
    own = [key for key in before.keys if key.role is not Role.OFFICER] if change.node is None else change.node.keys()
    stay = [k for k in before.keys if k.role is Role.OFFICER and k.holder not in {*change.remove, *added}]
    keys = (*own, *stay, *(request.key() for request in change.add))
    gone = {key.key_id for key in before.keys} - {key.key_id for key in keys}
    kem, certificates = before.kem, before.link_certificates
    if change.node is not None:
        kem, certificates = change.node.kem, (change.node.certificate, *certificates)[:2]
        if change.drop_kem:
            gone.add(key_id(before.kem))
            certificates = certificates[:1]
    if gone and not change.why:
        raise NotAllowed("a key ends with this card, and no reason is given", advice="Say why: --why 'medium lost'.")
    revoked = [*before.revoked, *(Revoked(kid, change.last_good, change.why) for kid in gone)]
    return replace(
        before,
        serial=before.serial + 1,
        root=before.root if change.root is None else change.root,
        keys=keys,
        kem=kem,
        link_certificates=certificates,
        revoked=tuple(sorted(revoked, key=lambda item: item.key_id)),
    )


# -- keepers ------------------------------------------------------------------------------------------


def sign_part(payload: bytes, keeper: RootKey) -> bytes:
    """Return one keeper's part: the proposal with both signatures of this keeper."""
    return cose.sign_bytes(payload, sorted(keeper.sign(CARD_AAD, payload), key=lambda row: row.key_id))


def join_parts(payload: bytes, parts: Sequence[bytes], before: Root | None) -> bytes:
    """Return the signed card of a proposal and the parts of enough keepers.

    `before` is the root of the card that it follows; None for a first card. Raises `NotAllowed` where a
    part is of another proposal or keepers are missing, `Tampered` where a signature does not check.
    """
    rows: dict[bytes, cose.Signature] = {}
    for number, part in enumerate(parts, 1):
        said, signatures = cose.read_sign(part, f"part {number}", max_bytes=MAX_CARD, most=4 * MAX_KEEPERS)
        if said != payload:
            raise NotAllowed(f"part {number} signs another proposal", advice="Let each keeper sign the same file.")
        rows |= {row.key_id: row for row in signatures}
    data = cose.sign_bytes(payload, [rows[kid] for kid in sorted(rows)])
    Card.from_bytes(data, before=before)
    return data


def describe(card: Card, before: Card | None) -> Iterator[str]:
    """Yield what a keeper is asked to sign, line by line: the whole of a first card, the changes of a later one."""
    known = {} if before is None else {key.key_id: key for key in before.keys}
    yield f"card {card.serial} of {card.party} for {card.mechanism}" + (", an observer" if card.observer else "")
    if before is None or before.root != card.root:
        yield f"root: {card.root.need} of {len(card.root.keepers)} keepers" + (", A NEW ROOT" if before else "")
    for key in card.keys:
        if key.key_id not in known:
            member = f", of {key.member}" if key.member else ""
            yield f"+ {key.role.value} {key.holder} ({key.name}{member}) key {key.key_id.hex()}"
    for kid in known.keys() - {key.key_id for key in card.keys}:
        yield f"- {known[kid].role.value} {known[kid].holder} ({known[kid].name}) key {kid.hex()}"
    if before is None or before.kem != card.kem:
        yield f"+ messages are sealed to key {key_id(card.kem).hex()}"
    if before is not None and before.names != card.names:
        yield f"names: {', '.join(card.names.values())}"
    if before is not None and before.link_certificates != card.link_certificates:
        yield f"+ a new link certificate; {len(card.link_certificates)} are pinned"
    for item in card.revoked:
        if before is None or item not in before.revoked:
            good = item.last_good
            until = "no entry is vouched for" if good is None else f"vouched for up to {good[0]}/{good[1]}"
            yield f"! key {item.key_id.hex()} ends: {item.why} ({until})"


# -- what goes to the keepers ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proposal:
    """A card to be signed, with the signed card that it follows: a keeper sees what changes."""

    card: Card
    before: Card | None
    payload: bytes = field(repr=False)
    before_bytes: bytes = field(repr=False)

    @classmethod
    def of(cls, card: Card, before_bytes: bytes = b"") -> "Proposal":
        """Return the proposal of a card; `before_bytes` is the signed card before it."""
        return cls(card, _before(before_bytes), card.payload(), before_bytes)

    @staticmethod
    def signed(data: bytes) -> Card:
        """Return a signed card, of any serial number; enough keepers of the root that it names signed it."""
        card = _before(data)
        if card is None:
            raise NotAllowed("there is no card")
        return card

    def to_bytes(self) -> bytes:
        """Return the proposal as a file holds it."""
        return cbor.encode([_PROPOSAL, self.payload, self.before_bytes])

    @classmethod
    def from_bytes(cls, data: bytes) -> "Proposal":
        """Return the proposal; `NotAllowed` where it does not follow, `Tampered` for a false card before."""
        items = shape.sequence(cbor.decode(data, max_bytes=3 * MAX_CARD), "a proposal", least=3, most=3)
        if items[0] != _PROPOSAL:
            raise NotAllowed("this file is not a proposal of version 1")
        payload = shape.octets(items[1], "the card of a proposal", least=1, most=MAX_CARD)
        before_bytes = shape.octets(items[2], "the card before a proposal", most=MAX_CARD)
        proposal = cls(Card.unsigned(payload), _before(before_bytes), payload, before_bytes)
        card, before = proposal.card, proposal.before
        if card.serial != (0 if before is None else before.serial + 1):
            raise NotAllowed(f"card {card.serial} of {card.party} comes without the card that it follows")
        if before is not None and (before.party, before.mechanism) != (card.party, card.mechanism):
            raise NotAllowed(f"a card of {card.party} does not follow one of {before.party}")
        return proposal

    @property
    def roots(self) -> tuple[Root, ...]:
        """The roots whose keepers sign: the card's own, and the one before where it changes."""
        return (self.card.root,) if self.before is None else (self.card.root, self.before.root)


def root_bytes(root: Root) -> bytes:
    """Return a root alone, as new keepers hand it to the old ones."""
    return cbor.encode([_ROOT, root.fields()])


def root_from_bytes(data: bytes) -> Root:
    """Return the root that new keepers hand in; their signatures under the next card prove that it is theirs."""
    items = shape.sequence(cbor.decode(data, max_bytes=MAX_REQUEST), "a root", least=2, most=2)
    if items[0] != _ROOT:
        raise NotAllowed("this file is not a root of version 1")
    return read_root(items[1])


def _before(data: bytes) -> Card | None:
    """Return the card before, signed by enough of its keepers; those of an older root may stand beside."""
    if not data:
        return None
    payload, signatures = cose.read_sign(data, "the card before", max_bytes=MAX_CARD, most=4 * MAX_KEEPERS)
    card = Card.unsigned(payload)
    card.root.check(signatures, MessageOf(CARD_AAD, payload), f"the card before of {card.party}")
    return card
