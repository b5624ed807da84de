"""The curve: the group law on known points, and which encodings are refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searoom.record import curve
from searoom.record.keys import SigningKey

BASE = bytes([0x58, *([0x66] * 31)])  # y = 4/5, x even (RFC 8032 5.1)


def encoded(point: curve.Point) -> bytes:
    inverse = pow(point[2], -1, curve.P)
    x, y = point[0] * inverse % curve.P, point[1] * inverse % curve.P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def point(data: bytes) -> curve.Point:
    value = curve.decode_point(data)
    assert value is not None
    return value


def test_the_base_point_has_prime_order() -> None:
    """L times the base point is the neutral element, and nothing less is (RFC 8032 5.1)."""
    assert curve.is_prime_order(BASE)
    assert curve.is_identity(curve.times(curve.L, point(BASE)))
    assert not curve.is_identity(curve.times(curve.L - 1, point(BASE)))


def test_the_eight_points_of_small_order_are_known() -> None:
    """The multiples of a point of order 8 are exactly those that `has_small_order` names."""
    start = point(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"))
    found = {encoded(curve.times(factor, start)) for factor in range(1, 9)}
    assert 8 == len(found)
    assert all(curve.has_small_order(data) and not curve.is_prime_order(data) for data in found)
    assert not curve.has_small_order(BASE)


def test_encodings_of_small_order_that_are_not_canonical_are_known_too() -> None:
    """y + P and the sign bit over x = 0 are other bytes for the same points."""
    for y in (0, 1):
        data = (y + curve.P).to_bytes(32, "little")
        assert curve.has_small_order(data)
        assert curve.decode_point(data) is None
    assert curve.decode_point((1 | 1 << 255).to_bytes(32, "little")) is None


@settings(deadline=None)
@given(st.binary(min_size=32, max_size=32))
def test_every_key_of_an_honest_party_is_taken(seed: bytes) -> None:
    """A key that is made as RFC 8032 says has prime order, and reads back as it was written."""
    public = SigningKey(seed).public
    assert public == encoded(point(public))
    assert curve.is_prime_order(public)


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_bytes_that_are_no_point_are_none(data: bytes) -> None:
    """Any bytes are a point with this one encoding, or nothing."""
    value = curve.decode_point(data)
    assert value is None or data == encoded(value)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_other_sizes_are_no_point(size: int) -> None:
    """A point has 32 bytes."""
    assert curve.decode_point(bytes(size)) is None
