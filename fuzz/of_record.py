"""Harnesses for what is in a record: cards, proofs, bundles, what the store keeps."""

import hashlib
from collections.abc import Callable

from fuzz.material import pair, ring
from fuzz.promise import FOUR, Broken, Harness, again
from searoom import cbor
from searoom.errors import NotAllowed
from searoom.record import cose, layout
from searoom.record.cards import CARD_AAD, Card
from searoom.record.merkle import block_size
from searoom.record.policy import Policy
from searoom.record.snapshot import ENTRIES, LEVEL, Block


def sign1(data: bytes) -> bytes:
    """Return what is read of a COSE_Sign1, written again."""
    header, _, _, payload, signature = cose.read_sign1(data, "a thing", max_bytes=1 << 17)
    return cose.sign1_bytes(header, payload, signature)


def sign(data: bytes) -> bytes:
    """Return what is read of a COSE_Sign, written again."""
    return cose.sign_bytes(*cose.read_sign(data, "a thing", max_bytes=1 << 17, most=36))


def next_card(data: bytes) -> bool:
    """Bring `data` into amber's log as a signed card, and, where it is a card alone, signed by amber's root."""
    taken = False
    for signed in (data, *_signed_card(data)):
        try:
            later = ring().with_card(signed, "amber", 5)
        except FOUR:
            continue
        if later.card("amber").serial != 1 or later.issued("amber")[-1][:2] != ("amber", 5):
            raise Broken("the card is not in force where it was brought")
        taken = True
    return taken


def _signed_card(data: bytes) -> tuple[bytes, ...]:
    try:
        Card.unsigned(data)
    except FOUR:
        return ()
    rows = [row for key in pair()[0].roots for row in key.sign(CARD_AAD, data)]
    return (cose.sign_bytes(data, sorted(rows, key=lambda row: row.key_id)),)


def policy(data: bytes) -> bool:
    """Read a policy, which may have comments and more than one form, and read again what is written."""
    try:
        policy = Policy.from_bytes(data)
    except FOUR:
        return False
    if Policy.from_bytes(policy.to_bytes()).to_bytes() != policy.to_bytes():
        raise Broken("a policy that was written is read as another one")
    return True


def numbered(read: Callable[[bytes, int], object], write: Callable[..., bytes]) -> Harness:
    """Return the harness of a bundle: the first byte says how many items there are."""
    inner = again(lambda data: (data[0], read(data[1:], data[0])), lambda found: bytes((found[0],)) + write(found[1]))
    return lambda data: bool(data) and inner(data)


def manifest(data: bytes) -> bool:
    """Read an exported record's manifest as it is, and with the check sum that it would need."""
    try:
        items = cbor.decode(data)
    except NotAllowed:
        return False
    if isinstance(items, dict) and 7 not in items:
        check = hashlib.sha256(layout._CHECK_PREFIX + data).digest()  # noqa: SLF001  # else nothing gets past it
        data = cbor.encode({**items, 7: check})
    return again(layout.Manifest.from_bytes, layout.Manifest.to_bytes)(data)


def block(data: bytes) -> bool:
    """Read a block of a snapshot; an empty byte string in it stands for zeros of the length that is asked for."""
    try:
        parts = cbor.decode(data)
    except NotAllowed:
        parts = None
    if isinstance(parts, list) and len(parts) == 5:
        sizes = (0, block_size(LEVEL), 8 * ENTRIES, 32 * ENTRIES, 0)
        filled = [bytes(size) if part == b"" else part for part, size in zip(parts, sizes, strict=True)]
        held = cbor.encode(filled)
        data = hashlib.sha256(held).digest() + held
    return again(Block.from_bytes, Block.to_bytes)(data)
