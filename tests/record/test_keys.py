"""Keys: roles, cards, keyrings, and the curve points that no verifier may take."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import keyring, make_party, parties, seed
from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import cose, curve
from searoom.record.keys import CARD_AAD, ED25519, Card, Key, Keyring, Role, SigningKey, check_signature

AMBER, CORAL = parties()
SMALL_ORDER = [
    bytes.fromhex(text)
    for text in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    )
]


def point_bytes(point: curve.Point) -> bytes:
    """Return the encoding of a point in extended coordinates."""
    inverse = pow(point[2], -1, curve.P)
    x, y = point[0] * inverse % curve.P, point[1] * inverse % curve.P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def test_signs_as_rfc_8032_does() -> None:
    """Test 1 of RFC 8032 7.1: the public key and the signature of the empty message."""
    key = SigningKey(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
    assert bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a") == key.public
    signature = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b"
    )
    assert signature == key.sign(b"")
    check_signature(ED25519, key.public, b"", signature)


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(min_value=0, max_value=511))
def test_refuses_a_signature_with_any_bit_turned(message: bytes, bit: int) -> None:
    """A signature holds for its message and for no other 64 bytes."""
    signature = bytearray(AMBER.station.sign(message))
    check_signature(ED25519, AMBER.station.public, message, bytes(signature))
    signature[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Tampered):
        check_signature(ED25519, AMBER.station.public, message, bytes(signature))


@pytest.mark.parametrize("public", SMALL_ORDER)
def test_refuses_a_key_of_small_order(public: bytes) -> None:
    """A key of order 1, 2, 4 or 8 is refused, for nearly every message has a signature by it."""
    point = curve.decode_point(public)
    assert point is None or curve.is_identity(curve.times(8, point))
    assert curve.has_small_order(public)
    with pytest.raises(Tampered, match="prime order"):
        check_signature(ED25519, public, b"words", SMALL_ORDER[0] + bytes(32))


def test_refuses_a_key_with_a_part_of_small_order() -> None:
    """A key of mixed order is refused at enrolment: two verifiers could disagree on its signatures."""
    honest, small = curve.decode_point(AMBER.station.public), curve.decode_point(SMALL_ORDER[6])
    assert honest is not None
    assert small is not None
    mixed = point_bytes(curve._add(honest, small))
    assert curve.decode_point(mixed) is not None
    assert not curve.is_prime_order(mixed)
    keys = tuple(dataclasses.replace(k, public=mixed) if k.role is Role.STATION else k for k in AMBER.card.keys)
    with pytest.raises(Tampered, match="prime order"):
        dataclasses.replace(AMBER.card, keys=keys)


@pytest.mark.parametrize("y", [curve.P, curve.P + 1, 2**255 - 1])
def test_refuses_a_key_that_is_not_canonical(y: int) -> None:
    """A y that is not reduced is refused, although it names a point."""
    assert curve.decode_point(y.to_bytes(32, "little")) is None
    with pytest.raises(Tampered, match="canonical"):
        check_signature(ED25519, y.to_bytes(32, "little"), b"", bytes(64))


@pytest.mark.parametrize("start", SMALL_ORDER)
def test_refuses_an_r_of_small_order(start: bytes) -> None:
    """R of small order is refused even where the equation of the signature holds."""
    with pytest.raises(Tampered, match="small order"):
        check_signature(ED25519, AMBER.station.public, b"words", start + bytes(32))


def test_refuses_an_s_that_is_not_reduced() -> None:
    """S + L is the same number to a careless verifier; here it is another signature."""
    signature = AMBER.station.sign(b"words")
    longer = int.from_bytes(signature[32:], "little") + curve.L
    with pytest.raises(Tampered, match="not reduced"):
        check_signature(ED25519, AMBER.station.public, b"words", signature[:32] + longer.to_bytes(32, "little"))


@pytest.mark.parametrize("cut", [0, 63, 65])
def test_refuses_sizes_that_are_not_the_algorithms(cut: int) -> None:
    """Key and signature have exactly the size of their algorithm."""
    with pytest.raises(Tampered, match="size"):
        check_signature(ED25519, AMBER.station.public, b"", bytes(cut))
    with pytest.raises(Tampered, match="size"):
        check_signature(ED25519, bytes(cut), b"", bytes(64))


def test_refuses_an_algorithm_that_is_not_in_force() -> None:
    """An unknown COSE number is refused in words, whoever names it."""
    with pytest.raises(NotAllowed, match="-48"):
        SigningKey(bytes(32), -48)
    with pytest.raises(NotAllowed, match="-7"):
        check_signature(-7, bytes(32), b"", bytes(64))


def test_a_key_does_not_show_its_seed() -> None:
    """What is printed or logged of a private key is not the key."""
    key = SigningKey.generate()
    assert str(key.seed) not in repr(key)
    assert SigningKey.generate().public != key.public


def test_a_card_comes_back_from_its_bytes() -> None:
    """What parties exchange in person reads back as it was written, and only so."""
    assert AMBER.card == Card.from_bytes(AMBER.card_bytes)
    assert AMBER.card_bytes == Card.from_bytes(AMBER.card_bytes).signed(AMBER.root)
    assert {"en": "Amber", "ja": "琥珀", "zh": "琥珀"} == dict(Card.from_bytes(AMBER.card_bytes).names)


def test_the_fingerprint_is_read_aloud_in_fours() -> None:
    """Sixteen groups of four hex digits, of the root key."""
    words = AMBER.card.fingerprint().split()
    assert [len(word) for word in words] == [4] * 16
    assert CORAL.card.fingerprint() != AMBER.card.fingerprint()


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=len(AMBER.card_bytes) * 8 - 1))
def test_refuses_a_card_with_any_bit_turned(bit: int) -> None:
    """No bit of a card is without meaning."""
    data = bytearray(AMBER.card_bytes)
    data[bit // 8] ^= 1 << bit % 8
    with pytest.raises((NotAllowed, Tampered)):
        Card.from_bytes(bytes(data))


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_refuses_bytes_that_are_no_card(data: bytes) -> None:
    """A decoder of foreign bytes refuses or returns; nothing else comes out of it."""
    with pytest.raises(NotAllowed):
        Card.from_bytes(data)


def test_refuses_a_card_that_another_root_signed() -> None:
    """A card is signed by the root that it names, or it is nobody's."""
    with pytest.raises(NotAllowed, match="root key"):
        AMBER.card.signed(CORAL.root)
    header, payload = cose.protected(ED25519, CORAL.root.key_id), AMBER.card.payload()
    forged = cose.sign1_bytes(header, payload, CORAL.root.sign(cose.to_sign1(header, CARD_AAD, payload)))
    with pytest.raises(NotAllowed, match="not signed by the root"):
        Card.from_bytes(forged)
    header = cose.protected(ED25519, AMBER.root.key_id)
    forged = cose.sign1_bytes(header, payload, CORAL.root.sign(cose.to_sign1(header, CARD_AAD, payload)))
    with pytest.raises(Tampered):
        Card.from_bytes(forged)


def test_refuses_a_card_with_another_number_for_its_keys() -> None:
    """Whoever still writes -8 for Ed25519, for the root or for a key on the card, is told which number is not in force."""
    header, payload = cose.protected(-8, AMBER.root.key_id), AMBER.card.payload()
    signature = AMBER.root.sign(cose.to_sign1(header, CARD_AAD, payload))
    with pytest.raises(NotAllowed, match="algorithm -8 is not in force"):
        Card.from_bytes(cose.sign1_bytes(header, payload, signature))
    keys = (dataclasses.replace(AMBER.card.keys[0], algorithm=-19), *AMBER.card.keys[1:])
    assert AMBER.card == dataclasses.replace(AMBER.card, keys=keys)
    with pytest.raises(NotAllowed, match="algorithm -8 is not in force"):
        dataclasses.replace(AMBER.card, keys=(dataclasses.replace(keys[0], algorithm=-8), *keys[1:]))


def test_refuses_a_card_with_something_unsigned_beside_it() -> None:
    """Nothing rides along on a card that its root did not sign."""
    parts = cbor.decode(AMBER.card_bytes)
    assert isinstance(parts, list)
    with pytest.raises(NotAllowed, match="unprotected"):
        Card.from_bytes(cbor.encode([parts[0], {7: b"x"}, *parts[2:]]))


def changed_keys(**by_role: Key) -> tuple[Key, ...]:
    return tuple(by_role.get(key.role.value, key) for key in AMBER.card.keys)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"party": "Amber"}, "id of a party"),
        ({"party": "am/ber"}, "id of a party"),
        ({"mechanism": "demo 2026"}, "id of a mechanism"),
        ({"names": {}}, "languages"),
        ({"names": {"en": "Am\u202eber"}}, "forbidden character"),
        ({"kem": bytes(32)}, "KEM key"),
        ({"link_certificate": b""}, "link certificate"),
        ({"keys": AMBER.card.keys[1:]}, "exactly one station"),
        ({"keys": (*AMBER.card.keys, AMBER.card.keys[1])}, "exactly one log"),
        ({"keys": (*AMBER.card.keys, Key(Role.OFFICER, "amber-9", "x", AMBER.station.public))}, "stands twice"),
        ({"keys": (*AMBER.card.keys, Key(Role.OFFICER, "amber-9", "x", AMBER.root.public))}, "stands twice"),
        ({"keys": (*AMBER.card.keys, Key(Role.OFFICER, "coral-1", "x", CORAL.mirror.public))}, "not that party's"),
        ({"keys": changed_keys(log=Key(Role.LOG, "coral", "x", CORAL.log.public))}, "held by coral"),
    ],
)
def test_refuses_a_card_that_says_what_it_must_not(change: dict[str, Any], said: str) -> None:
    """One station, one log and one mirror key; each key with one role and one holder of the party itself."""
    with pytest.raises(NotAllowed, match=said):
        dataclasses.replace(AMBER.card, **change)


def test_a_keyring_keeps_the_order_of_the_agreement() -> None:
    """Parties stand in the order given; who is no party is a stranger."""
    ring = keyring(CORAL, AMBER)
    assert ("coral", "amber") == ring.parties
    assert ("amber",) == ring.others("coral")
    assert ("amber", AMBER.card.key(Role.MIRROR)) == ring.by_key_id(AMBER.mirror.key_id)
    with pytest.raises(NotAllowed, match="no party"):
        ring.card("jade")
    with pytest.raises(NotAllowed, match="has a key"):
        ring.by_key_id(bytes(8))


def test_refuses_a_keyring_in_which_a_key_has_two_owners() -> None:
    """One key under two names could sign for both; one party with two cards could be two."""
    stolen = dataclasses.replace(
        CORAL.card, keys=(*CORAL.card.keys, Key(Role.OFFICER, "coral-9", "x", AMBER.officers[0].public))
    )
    with pytest.raises(NotAllowed, match="same key id"):
        Keyring([AMBER.card, stolen])
    with pytest.raises(NotAllowed, match="two cards"):
        Keyring([AMBER.card, dataclasses.replace(AMBER.card, keys=make_party("amber", officers=0).card.keys)])
    with pytest.raises(NotAllowed, match="one mechanism"):
        Keyring([AMBER.card, make_party("coral", mechanism="other").card])
    with pytest.raises(NotAllowed, match="one mechanism"):
        Keyring([])


def test_the_key_id_is_the_start_of_the_hash() -> None:
    """Eight bytes of SHA-256 of the public key, the same for private and public halves."""
    assert AMBER.station.key_id == AMBER.card.key(Role.STATION).key_id
    assert 8 == len(AMBER.station.key_id)
    assert seed("amber", "station") == AMBER.station.seed
    assert isinstance(cbor.decode(cose.protected(ED25519, AMBER.station.key_id)), dict)
