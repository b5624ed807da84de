"""Keys: the curve points that no verifier may take, and the root that several persons keep."""

import dataclasses
import hashlib
import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import parties, seed
from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import cose, curve
from searoom.record.algorithms import ED25519, ML_DSA_87, SigningKey, check_signature
from searoom.record.cose import Signature
from searoom.record.keys import Keeper, MessageOf, Role, Root, RootKey, read_root

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
    with pytest.raises(NotAllowed, match="-8"):
        SigningKey(bytes(32), -8)
    with pytest.raises(NotAllowed, match="-7"):
        check_signature(-7, bytes(32), b"", bytes(64))


def test_a_key_does_not_show_its_seed() -> None:
    """What is printed or logged of a private key is not the key."""
    key = SigningKey.generate()
    assert str(key.seed) not in repr(key)
    assert SigningKey.generate().public != key.public


def test_the_key_id_is_the_start_of_the_hash() -> None:
    """Eight bytes of SHA-256 of the public key, the same for private and public halves."""
    assert AMBER.station.key_id == AMBER.card.key(Role.STATION).key_id
    assert 8 == len(AMBER.station.key_id)
    assert seed("amber", "station") == AMBER.station.seed
    assert isinstance(cbor.decode(cose.protected(ED25519, AMBER.station.key_id)), dict)


KEEPERS = tuple(RootKey(seed("root", str(number))) for number in range(3))
ROOT = Root(2, tuple(key.keeper for key in KEEPERS))
AAD, WORDS = b"here", b"what the keepers sign"
WHAT = MessageOf(AAD, WORDS)


def signed(*keys: RootKey) -> list[Signature]:
    return [row for key in keys for row in key.sign(AAD, WORDS)]


def test_as_many_keepers_as_it_takes_and_any_of_them() -> None:
    """Two of three: each pair suffices, all three do, one alone and a stranger beside one do not."""
    for pair in itertools.combinations(KEEPERS, 2):
        ROOT.check(signed(*pair), WHAT, "it")
    ROOT.check(signed(*KEEPERS), WHAT, "it")
    stranger = RootKey(seed("root", "stranger"))
    for few in ((), KEEPERS[:1], (KEEPERS[0], stranger), (KEEPERS[0], KEEPERS[0]), (stranger, stranger)):
        with pytest.raises(NotAllowed, match=r"keeper\(s\) of the root, and it takes 2"):
            ROOT.check(signed(*few), WHAT, "it")


@pytest.mark.parametrize("half", [0, 1])
def test_half_of_a_keeper_is_no_keeper(half: int) -> None:
    """The Ed25519 half alone does not count, nor does the ML-DSA-87 half: who breaks one of the two has nothing."""
    rows = [*signed(KEEPERS[0]), signed(KEEPERS[1])[half]]
    with pytest.raises(NotAllowed, match="signed by 1 keeper"):
        ROOT.check(rows, WHAT, "it")


@pytest.mark.parametrize("half", [0, 1])
def test_a_signature_of_a_keeper_that_does_not_check_is_tampering(half: int) -> None:
    """Also where enough others signed: a keeper's false line is never passed over."""
    rows = signed(*KEEPERS)
    false = dataclasses.replace(
        rows[4 + half], value=rows[4 + half].value[:-1] + bytes((rows[4 + half].value[-1] ^ 1,))
    )
    rows[4 + half] = false
    with pytest.raises(Tampered, match="keeper's signature under it does not hold"):
        ROOT.check(rows, WHAT, "it")


def test_refuses_a_keepers_signature_under_another_algorithm() -> None:
    """The key id says which key it is, and the key says which algorithm."""
    first, second = signed(KEEPERS[0])
    for wrong in (
        [dataclasses.replace(first, algorithm=ML_DSA_87), second],
        [first, dataclasses.replace(second, algorithm=ED25519)],
    ):
        with pytest.raises(NotAllowed, match="another algorithm"):
            Root(1, ROOT.keepers).check(wrong, WHAT, "it")


def test_both_halves_come_from_one_seed_and_differ_from_each_other() -> None:
    """A keeper keeps 32 bytes; the two keys that follow from them are those of their algorithms, and no others."""
    keeper = KEEPERS[0].keeper
    assert ((ED25519, keeper.ed25519), (ML_DSA_87, keeper.mldsa)) == keeper.keys
    assert (32, 2592) == (len(keeper.ed25519), len(keeper.mldsa))
    assert keeper == RootKey(seed("root", "0")).keeper != KEEPERS[1].keeper
    assert SigningKey(seed("root", "0")).public != keeper.ed25519
    assert str(KEEPERS[0].seed) not in repr(KEEPERS[0])
    for wrong in (b"", bytes(31), bytes(33)):
        with pytest.raises(NotAllowed, match="seed"):
            RootKey(wrong)


def test_the_fingerprint_is_the_hash_of_need_and_keepers() -> None:
    """Another order, another number, another keeper: another fingerprint; it is of the fields alone."""
    assert hashlib.sha256(cbor.encode([2, [[k.ed25519, k.mldsa] for k in ROOT.keepers]])).digest() == ROOT.fingerprint()
    others = [Root(1, ROOT.keepers), Root(2, ROOT.keepers[::-1]), Root(2, ROOT.keepers[:2])]
    assert 4 == len({ROOT.fingerprint(), *(other.fingerprint() for other in others)})


@pytest.mark.parametrize("need", [0, -1, 4, True])
def test_refuses_a_root_that_needs_none_or_more_than_there_are(need: int) -> None:
    """At least one keeper, at most as many as there are."""
    with pytest.raises(NotAllowed, match="cannot need"):
        Root(need, ROOT.keepers)


def test_refuses_a_root_that_makes_no_sense() -> None:
    """None, more than nine, one key twice, a key that verifiers could differ on."""
    keeper = ROOT.keepers[0]
    ten = tuple(RootKey(seed("many", str(number))).keeper for number in range(10))
    Root(9, ten[:9])
    for keepers, said in (((), "keepers of a root"), (ten, "keepers of a root"), ((keeper, keeper), "twice")):
        with pytest.raises(NotAllowed, match=said):
            Root(1, keepers)
    with pytest.raises(NotAllowed, match="twice"):
        Root(1, (keeper, Keeper(keeper.ed25519, ROOT.keepers[1].mldsa)))
    for ed25519, mldsa in ((bytes(32), keeper.mldsa), (keeper.ed25519, bytes(2592)), (keeper.ed25519, keeper.ed25519)):
        with pytest.raises(Tampered):
            Keeper(ed25519, mldsa)


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 10) | st.binary(max_size=33) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.integers(0, 3), inner, max_size=3),
)


@settings(deadline=None)
@given(values)
def test_nothing_but_a_root_is_read_as_one(value: Any) -> None:
    """Whatever stands on a card in the place of its root: that root, or a refusal in words."""
    assert ROOT == read_root(ROOT.fields())
    with pytest.raises((NotAllowed, Tampered)):
        read_root(value)


def test_the_format_page_shows_the_vector() -> None:
    """docs/formats/card.md prints what follows from one keeper's seed: both halves, their ids, and the fingerprint."""
    page = (Path(__file__).parents[2] / "docs" / "formats" / "card.md").read_text(encoding="utf-8")
    keeper = RootKey(b"\x06" * 32).keeper
    root = Root(1, (keeper,))
    for value in (
        keeper.ed25519.hex(),
        hashlib.sha256(keeper.mldsa).hexdigest(),
        " ".join(kid.hex() for kid in root.publics()),
        root.fingerprint().hex(),
    ):
        assert value in page
