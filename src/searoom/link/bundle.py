"""Bundles: messages of the exchange carried by hand, in parts of which each proves itself.

A part is one file. It holds whole messages, and a manifest that the sender's station signs: who
sends to whom, in which mechanism, which part of how many, and the hash of the messages. So parts
may come late, out of order, twice, or not all of them: each is taken for what it is, and the record
takes the same bytes twice without harm. The bytes are described in `docs/formats/bundle.md`.

Rule: what is read is compared with what this page would write; anything else is refused before use.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.link.session import MAX_MESSAGE_BYTES
from searoom.record import algorithms, cose, shape

MAX_PART_BYTES: Final = MAX_MESSAGE_BYTES + (64 << 10)  # one message of the greatest length stands in a part alone
MIN_PART_BYTES: Final = 4 << 10
MAX_PARTS: Final = 9999
MAX_MESSAGES: Final = 4096  # in one part
ID_SIZE: Final = 16
_DOMAIN: Final = b"searoom/bundle/v1"
_MANIFEST_BYTES: Final = 1 << 10
_FRAME_BYTES: Final = 512  # what a part holds besides its messages, generously


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the sender's station signs: `part` of `parts`, from 1 on, of the bundle `bundle_id`."""

    mechanism: str
    exercise: bool
    sender: str
    receiver: str
    bundle_id: bytes
    part: int
    parts: int
    payload_hash: bytes

    def to_bytes(self) -> bytes:
        """Return the manifest as it is signed."""
        names: list[cbor.Value] = [shape.VERSION, self.mechanism, self.exercise, self.sender, self.receiver]
        return cbor.encode(dict(enumerate([*names, self.bundle_id, self.part, self.parts, self.payload_hash])))

    @classmethod
    def from_bytes(cls, data: bytes) -> "Manifest":
        """Read a manifest; raise `NotAllowed` for any other form."""
        value = cbor.decode(data, max_bytes=_MANIFEST_BYTES, max_depth=1)
        _, mechanism, exercise, sender, receiver, bundle_id, part, parts, digest = shape.numbered(
            value, 9, "the manifest of a bundle"
        )
        manifest = cls(
            shape.mechanism_id(mechanism, "the mechanism of a bundle"),
            shape.boolean(exercise, "the exercise bit of a bundle"),
            shape.party_id(sender, "the sender of a bundle"),
            shape.party_id(receiver, "the receiver of a bundle"),
            shape.octets(bundle_id, "the id of a bundle", size=ID_SIZE),
            shape.uint(part, "the number of a part"),
            shape.uint(parts, "the number of parts"),
            shape.octets(digest, "the hash in a bundle", size=shape.HASH_SIZE),
        )
        if not 1 <= manifest.part <= manifest.parts <= MAX_PARTS:
            raise NotAllowed(f"a bundle has 1 to {MAX_PARTS} parts, and this says {manifest.part} of {manifest.parts}")
        if manifest.sender == manifest.receiver:
            raise NotAllowed("a bundle goes from one party to another")
        return manifest


@dataclass(frozen=True, slots=True)
class Part:
    """One part that was read and verified: its manifest and the messages in it."""

    manifest: Manifest
    messages: tuple[bytes, ...]


def make_parts(
    messages: Sequence[bytes],
    *,
    mechanism: str,
    exercise: bool,
    sender: str,
    receiver: str,
    bundle_id: bytes,
    station: algorithms.PrivateKey,
    max_bytes: int = 1 << 20,
) -> list[bytes]:
    """Return the files, of at most `max_bytes` each, that carry `messages` in their order.

    A message stands whole in one part: make messages no longer than the medium. `bundle_id` is 16
    fresh random bytes. Raises `NotAllowed` for a message that fits no part, and for none at all.
    """
    if not MIN_PART_BYTES <= max_bytes <= MAX_PART_BYTES:
        raise NotAllowed(f"a part has {MIN_PART_BYTES} to {MAX_PART_BYTES} bytes, not {max_bytes}")
    payloads = [cbor.encode(list(pack)) for pack in _packs(messages, max_bytes - _FRAME_BYTES)]
    if len(payloads) > MAX_PARTS:
        raise NotAllowed(f"{len(payloads)} parts are more than the {MAX_PARTS} of a bundle; make them larger")
    parts = []
    for number, payload in enumerate(payloads, 1):
        digest = hashlib.sha256(payload).digest()
        names = (mechanism, exercise, sender, receiver, bundle_id)
        manifest = Manifest(*names, number, len(payloads), digest).to_bytes()
        Manifest.from_bytes(manifest)  # we never write what we would not read
        header = cose.protected(station.algorithm, station.key_id)
        signature = station.sign(cose.to_sign1(header, _DOMAIN, manifest))
        parts.append(cbor.encode([cose.sign1_bytes(header, manifest, signature), payload]))
    return parts


def _packs(messages: Sequence[bytes], room: int) -> Iterable[Sequence[bytes]]:
    """Yield runs of messages that fit a part; 5 bytes of length at most stand before each message."""
    if not messages:
        raise NotAllowed("a bundle without a message carries nothing")
    pack: list[bytes] = []
    used = 0
    for message in messages:
        needs = len(message) + 5
        if not message or len(message) > MAX_MESSAGE_BYTES or needs > room:
            raise NotAllowed(
                f"a message of {len(message)} bytes fits no part",
                advice="Allow larger parts, or make shorter messages.",
            )
        if pack and (used + needs > room or len(pack) == MAX_MESSAGES):
            yield pack
            pack, used = [], 0
        pack.append(message)
        used += needs
    yield pack


def read_part(
    data: bytes, *, mechanism: str, exercise: bool, receiver: str, stations: Mapping[str, Sequence[bytes]]
) -> Part:
    """Return a part for `receiver`, signed by a station key in `stations` (party -> its Ed25519 keys, any age).

    Raises `NotAllowed` for bytes of another form, another mechanism, another receiver or a sender
    whom nobody knows, and `Tampered` where signature or hash does not check.
    """
    if len(data) > MAX_PART_BYTES:
        raise NotAllowed(f"{len(data)} bytes are more than a part of a bundle has ({MAX_PART_BYTES})")
    signed, payload = shape.sequence(
        cbor.decode(data, max_bytes=MAX_PART_BYTES, max_depth=1), "a part of a bundle", least=2, most=2
    )
    signed = shape.octets(signed, "the signed manifest of a bundle", least=1, most=_MANIFEST_BYTES)
    payload = shape.octets(payload, "the payload of a bundle", least=1, most=MAX_PART_BYTES)
    header, algorithm, key_id, content, signature = cose.read_sign1(signed, "a bundle", max_bytes=_MANIFEST_BYTES)
    manifest = Manifest.from_bytes(content)
    _check_address(manifest, mechanism, exercise, receiver)
    public = next((key for key in stations.get(manifest.sender, ()) if algorithms.key_id(key) == key_id), None)
    if public is None or algorithm != algorithms.ED25519:
        raise NotAllowed(f"the bundle is signed by no station of '{manifest.sender}' that is known here")
    algorithms.check_signature(algorithm, public, cose.to_sign1(header, _DOMAIN, content), signature)
    if hashlib.sha256(payload).digest() != manifest.payload_hash:
        raise Tampered(f"part {manifest.part} of a bundle of '{manifest.sender}' is not what its station signed")
    return Part(manifest, _messages(payload))


def _check_address(manifest: Manifest, mechanism: str, exercise: bool, receiver: str) -> None:
    if manifest.mechanism != mechanism:
        raise NotAllowed(f"the bundle belongs to '{manifest.mechanism}', and this is '{mechanism}'")
    if manifest.exercise != exercise:
        words = ("an exercise", "the real thing") if manifest.exercise else ("the real thing", "an exercise")
        raise NotAllowed(f"the bundle belongs to {words[0]}, and this is {words[1]}")
    if manifest.receiver != receiver:
        raise NotAllowed(
            f"the bundle is for '{manifest.receiver}', and this is '{receiver}'",
            advice="Give it to whom it is addressed to; nothing was changed.",
        )


def _messages(payload: bytes) -> tuple[bytes, ...]:
    items = shape.sequence(
        cbor.decode(payload, max_bytes=MAX_PART_BYTES, max_depth=1),
        "the payload of a bundle",
        least=1,
        most=MAX_MESSAGES,
    )
    return tuple(shape.octets(item, "a message in a bundle", least=1, most=MAX_MESSAGE_BYTES) for item in items)


def file_name(manifest: Manifest) -> str:
    """Return what to call a part: `amber-to-coral-0011aabb-002-of-003.bundle`; in order when sorted."""
    width = max(3, len(str(manifest.parts)))
    place = f"{manifest.part:0{width}}-of-{manifest.parts:0{width}}"
    return f"{manifest.sender}-to-{manifest.receiver}-{manifest.bundle_id[:4].hex()}-{place}.bundle"


def missing(manifests: Iterable[Manifest]) -> dict[bytes, tuple[int, ...]]:
    """Return the numbers of the parts that are not among these, for each bundle that lacks some."""
    seen: dict[bytes, tuple[int, set[int]]] = {}
    for manifest in manifests:
        seen.setdefault(manifest.bundle_id, (manifest.parts, set()))[1].add(manifest.part)
    lacking = {name: tuple(sorted(set(range(1, parts + 1)) - have)) for name, (parts, have) in seen.items()}
    return {name: numbers for name, numbers in lacking.items() if numbers}
