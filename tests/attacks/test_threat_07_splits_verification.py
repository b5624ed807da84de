"""Threat 7: keys and signatures on which two verifiers could differ are refused, at enrolment and at any later place."""

import dataclasses
import hashlib

import pytest

from attacks.scene import CORAL, Scene, note, offered, words
from builders import renewed
from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import checkpoint, cose, curve
from searoom.record.algorithms import ML_DSA_44, SigningKey, check_public, check_signature
from searoom.record.cards import CARD_AAD, Card
from searoom.record.entry import ENTRY_AAD, Kind, clear_statement, release
from searoom.record.keys import Key, Role
from searoom.record.note import KEY_ID_BYTES, NoteSignature

SMALL = (bytes(32), b"\x01" + bytes(31), (curve.P - 1).to_bytes(32, "little"))
NOT_CANONICAL = ((curve.P + 1).to_bytes(32, "little"), (curve.P + 3).to_bytes(32, "little"), b"\xff" * 32)


def encoded(point: curve.Point) -> bytes:
    """Return the 32 bytes of a point."""
    x, y, z, _ = point
    inverse = pow(z, -1, curve.P)
    return ((y * inverse % curve.P) | (x * inverse % curve.P & 1) << 255).to_bytes(32, "little")


def mixed(key: SigningKey) -> bytes:
    """Return a key's point with the point of order 2 added: both halves valid, the sum of mixed order."""
    point = curve.decode_point(key.public)
    assert point is not None
    return encoded((-point[0] % curve.P, -point[1] % curve.P, 1, point[3]))


BAD_KEYS = {
    **{f"small order {number}": public for number, public in enumerate(SMALL)},
    **{f"not canonical {number}": public for number, public in enumerate(NOT_CANONICAL)},
    "mixed order": mixed(CORAL.station),
}


def with_key(card: Card, role: Role, public: bytes, algorithm: int = -19) -> Card:
    """Return a card on which the key of a role is another."""
    kept = tuple(key for key in card.keys if (key.role, key.algorithm) != (role, algorithm))
    return dataclasses.replace(card, keys=(Key(role, card.party, "Coral", public, algorithm), *kept))


def signed_anyway(old: bytes, public: bytes, card: Card = CORAL.card) -> bytes:
    """Return a card's bytes with one key in place of another, signed by coral's keepers, who do not care."""
    payload = card.payload().replace(old, public)
    rows = [row for root in CORAL.roots for row in root.sign(CARD_AAD, payload)]
    return cose.sign_bytes(payload, sorted(rows, key=lambda row: row.key_id))


@pytest.mark.parametrize("name", BAD_KEYS)
def test_threat_07_no_such_key_is_enrolled(name):
    """On a first card it is refused when it is made and when it is read, though its root signed it."""
    scene = Scene()
    for role, key in ((Role.STATION, CORAL.station), (Role.LOG, CORAL.log), (Role.MIRROR, CORAL.mirror)):
        with pytest.raises(Tampered, match="prime order"):
            with_key(CORAL.card, role, BAD_KEYS[name])
        with pytest.raises(Tampered, match="prime order"):
            Card.from_bytes(signed_anyway(key.public, BAD_KEYS[name]))
    scene.honest()


@pytest.mark.parametrize("name", ["small order 0", "not canonical 1", "mixed order"])
def test_threat_07_no_such_key_comes_by_a_later_card(name):
    """A card that its root signed, brought by an entry, is refused whole; the card before it stays in force."""
    scene = Scene()
    later = renewed(CORAL, "2")
    data = signed_anyway(later.station.public, BAD_KEYS[name], later.card)
    statement = clear_statement(
        Kind.CARD, data, mechanism="demo-2026", exercise=True, author="coral", claimed_us=scene.now_us
    )
    lie = scene.lie(release(statement, CORAL.station), data)
    scene.refused(scene.admit(lie), Tampered, "prime order", ["refused"])
    assert 0 == scene.ours.roster.card("coral").serial


def test_threat_07_an_ml_dsa_key_for_which_anybody_can_sign():
    """Zeros behind the seed: refused on a card, and in a policy."""
    scene = Scene()
    zeros = bytes(range(32)) + bytes(1280)
    for role in (Role.LOG, Role.MIRROR):
        with pytest.raises(Tampered, match="nothing but zeros"):
            with_key(CORAL.card, role, zeros, ML_DSA_44)
    with pytest.raises(Tampered, match="nothing but zeros"):
        Card.from_bytes(signed_anyway(CORAL.keys.log_pq.public, zeros))
    with pytest.raises(Tampered, match="size of ML-DSA-44"):
        check_public(ML_DSA_44, zeros[:-1])
    scene.honest()


def small_r(key: SigningKey, message: bytes) -> bytes:
    """Return (R, S) with R the neutral element and S B = h A: the equation of RFC 8032 holds."""
    secret = bytearray(hashlib.sha512(key.seed).digest()[:32])
    secret[0] &= 248
    secret[31] = secret[31] & 127 | 64
    start = b"\x01" + bytes(31)
    challenge = int.from_bytes(hashlib.sha512(start + key.public + message).digest(), "little")
    return start + (challenge * int.from_bytes(secret, "little") % curve.L).to_bytes(32, "little")


def unreduced(signature: bytes) -> bytes:
    """Return the same signature with L added to its S."""
    return signature[:32] + (int.from_bytes(signature[32:], "little") + curve.L).to_bytes(32, "little")


@pytest.mark.parametrize("how", ["small R", "S not reduced"])
def test_threat_07_a_signature_that_some_would_take(how):
    """Under an entry and under a head, made by the owner of the right key."""
    scene = Scene()
    entry = scene.placed(words()[0])
    message = cose.to_sign1(entry.station.header(), ENTRY_AAD, entry.payload())
    crafted = small_r(CORAL.station, message) if how == "small R" else unreduced(CORAL.station.sign(message))
    with pytest.raises(Tampered):
        check_signature(-19, CORAL.station.public, message, crafted)
    released, body = words()
    entry = scene.placed(released)
    message = cose.to_sign1(entry.station.header(), ENTRY_AAD, entry.payload())
    crafted = small_r(CORAL.station, message) if how == "small R" else unreduced(CORAL.station.sign(message))
    entry = dataclasses.replace(entry, station=dataclasses.replace(entry.station, value=crafted))
    lie = scene.batch([(entry.to_bytes(), body)])
    scene.refused(scene.admit(lie), Tampered, "small order|not reduced", ["refused"])

    true = checkpoint.SignedNote.from_bytes(note(3, bytes(32)))
    line = true.signatures[0]
    text = true.text.encode()
    crafted = small_r(CORAL.log, text) if how == "small R" else unreduced(line.value)
    head = checkpoint.SignedNote(true.text, (NoteSignature(line.name, line.key_id, crafted),))
    batch = dataclasses.replace(scene.lie(*words()), note=head.to_bytes())
    scene.refused(scene.admit(batch), Tampered, "small order|not reduced", ["forged"])
    assert KEY_ID_BYTES == len(line.key_id)


def test_threat_07_one_of_two_lines_is_not_enough():
    """A head offered for a cosignature bears both of its log's lines, so that no one algorithm decides."""
    scene = Scene()
    head = note(2, scene.theirs.root("coral", 2))
    both = checkpoint.SignedNote.from_bytes(offered(head))
    second = dataclasses.replace(both, signatures=both.signatures[1:])
    for lie in (head, second.to_bytes()):
        refusal = "lacks the signature line"
        scene.refused(
            lambda lie=lie: scene.ours.witness("coral", lie, now_us=scene.now_us), Tampered, refusal, ["forged"]
        )  # type: ignore[misc]  # a test bends what it passes


@pytest.mark.parametrize("number", [-8, -7, 0])
def test_threat_07_another_number_for_the_same_algorithm(number):
    """-8, under which Ed25519 went before, and numbers of nothing that is in force: refused."""
    scene = Scene()
    released, body = words()
    entry = scene.placed(released)
    header = cbor.encode({1: number, 4: CORAL.station.key_id})
    value = CORAL.station.sign(cose.to_sign1(header, ENTRY_AAD, entry.payload()))
    lie = scene.batch([(cose.sign1_bytes(header, entry.payload(), value), body)])
    scene.refused(scene.admit(lie), NotAllowed, "another algorithm|in force", ["refused"])
