"""The little of COSE: bytes as RFC 9052 has them, read strictly."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.record import cose

KID = bytes(range(8))


def test_what_is_signed_is_what_the_rfc_says() -> None:
    """RFC 9052 4.4: context, body header, (signer header,) external data, payload."""
    header = cose.protected(-19, KID)
    assert bytes.fromhex("a2013204480001020304050607") == header
    assert ["Signature1", header, b"aad", b"words"] == cbor.decode(cose.to_sign1(header, b"aad", b"words"))
    assert ["Signature", b"", header, b"aad", b"words"] == cbor.decode(cose.to_sign(header, b"aad", b"words"))


@settings(deadline=None)
@given(st.integers(-(2**63), 2**63), st.binary(min_size=8, max_size=8), st.binary(min_size=1, max_size=64))
def test_comes_back_from_its_bytes(algorithm: int, kid: bytes, payload: bytes) -> None:
    """Header, payload and signature read back as they were written."""
    header = cose.protected(algorithm, kid)
    data = cose.sign1_bytes(header, payload, b"signature")
    assert (header, algorithm, kid, payload, b"signature") == cose.read_sign1(data, "it", max_bytes=1000)


@pytest.mark.parametrize(
    "parts",
    [
        [cose.protected(-19, KID), {}, b"words"],
        [cose.protected(-19, KID), {}, b"words", b"s", b"more"],
        [cose.protected(-19, KID), {1: 2}, b"words", b"s"],
        [cose.protected(-19, KID), [], b"words", b"s"],
        [cose.protected(-19, KID), {}, b"", b"s"],
        [cose.protected(-19, KID), {}, None, b"s"],
        [cose.protected(-19, KID), {}, b"words", b""],
        [cose.protected(-19, KID), {}, b"words", bytes(cose.MAX_SIGNATURE + 1)],
        [b"", {}, b"words", b"s"],
        [cbor.encode([1, 4]), {}, b"words", b"s"],
        [cbor.encode({1: -19, 4: KID, 5: 0}), {}, b"words", b"s"],
        [cbor.encode({1: -19, 4: KID[:7]}), {}, b"words", b"s"],
        [cbor.encode({1: True, 4: KID}), {}, b"words", b"s"],
        [cbor.encode({1: b"x", 4: KID}), {}, b"words", b"s"],
        [cbor.encode({1: -19, 4: [KID]}), {}, b"words", b"s"],
        {},
    ],
)
def test_refuses_what_is_not_of_this_form(parts: cbor.Value) -> None:
    """Four parts, a header of two items, nothing unsigned, nothing empty, nothing endless."""
    with pytest.raises(NotAllowed):
        cose.read_sign1(cbor.encode(parts), "it", max_bytes=10_000)
    with pytest.raises(NotAllowed):
        cose.read_sign1(cose.sign1_bytes(cose.protected(-19, KID), bytes(99), b"s"), "it", max_bytes=99)


def rows(*kids: bytes) -> list[cbor.Value]:
    """Return rows of signatures by these key ids."""
    return [[cose.protected(-19, kid), {}, b"signature"] for kid in kids]


def test_several_signers_come_back_in_the_order_of_their_keys() -> None:
    """COSE_Sign: payload, and each signer's algorithm, key id and value."""
    kids = [bytes([n]) * 8 for n in range(3)]
    signatures = tuple(cose.Signature(-19, kid, b"signature") for kid in kids)
    data = cose.sign_bytes(b"words", signatures)
    assert cbor.encode([b"", {}, b"words", rows(*kids)]) == data
    assert (b"words", signatures) == cose.read_sign(data, "it", max_bytes=1000, most=3)
    with pytest.raises(NotAllowed, match="the signatures of it"):
        cose.read_sign(data, "it", max_bytes=1000, most=2)


@pytest.mark.parametrize("size", [1, 4627])
def test_takes_the_shortest_and_the_longest_signature(size: int) -> None:
    """One byte of each is enough to be read; the longest is that of ML-DSA-87 (FIPS 204), and a byte more is too much."""
    one, value = cose.protected(-19, KID), bytes(size)
    assert (one, -19, KID, b"w", value) == cose.read_sign1(cose.sign1_bytes(one, b"w", value), "it", max_bytes=9000)
    signature = cose.Signature(-19, KID, value)
    data = cose.sign_bytes(b"w", [signature])
    assert (b"w", (signature,)) == cose.read_sign(data, "it", max_bytes=9000, most=1)
    longer = cose.Signature(-19, KID, bytes(4628))
    with pytest.raises(NotAllowed, match="must have 1 to 4627"):
        cose.read_sign1(cose.sign1_bytes(one, b"w", longer.value), "it", max_bytes=9000)
    with pytest.raises(NotAllowed, match="must have 1 to 4627"):
        cose.read_sign(cose.sign_bytes(b"w", [longer]), "it", max_bytes=9000, most=1)


@pytest.mark.parametrize(
    "parts",
    [
        [b"", {}, b"words"],
        [b"", {}, b"words", rows(KID), b""],
        [cose.protected(-19, KID), {}, b"words", rows(KID)],
        ["", {}, b"words", rows(KID)],
        [b"", {1: 1}, b"words", rows(KID)],
        [b"", [], b"words", rows(KID)],
        [b"", {}, b"", rows(KID)],
        [b"", {}, None, rows(KID)],
        [b"", {}, b"words", []],
        [b"", {}, b"words", rows(KID, KID)],
        [b"", {}, b"words", rows(b"b" * 8, b"a" * 8)],
        [b"", {}, b"words", [[cose.protected(-19, KID), {}]]],
        [b"", {}, b"words", [[cose.protected(-19, KID), {}, b"s", b"more"]]],
        [b"", {}, b"words", [[cose.protected(-19, KID), {4: b""}, b"s"]]],
        [b"", {}, b"words", [[cose.protected(-19, KID), {}, b""]]],
        [b"", {}, b"words", [[cose.protected(-19, KID), {}, bytes(cose.MAX_SIGNATURE + 1)]]],
        [b"", {}, b"words", [[b"", {}, b"s"]]],
        {},
    ],
)
def test_refuses_several_signers_of_another_form(parts: cbor.Value) -> None:
    """No header of its own, nothing unsigned, at least one signer, each key once and in order."""
    with pytest.raises(NotAllowed):
        cose.read_sign(cbor.encode(parts), "it", max_bytes=10_000, most=8)
