"""The curve: the group law against plain mathematics, and which encodings are refused."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import edwards
from searoom.record import curve
from searoom.record.algorithms import SigningKey

BASE = edwards.encode(edwards.BASE)
SMALL = [data for small in edwards.TORSION for data in edwards.encodings(small)]


def affine(point: curve.Point) -> tuple[int, int]:
    inverse = pow(point[2], -1, curve.P)
    return point[0] * inverse % curve.P, point[1] * inverse % curve.P


def encoded(point: curve.Point) -> bytes:
    return edwards.encode(affine(point))


def point(data: bytes) -> curve.Point:
    value = curve.decode_point(data)
    assert value is not None
    return value


def test_the_numbers_of_the_curve_are_those_of_the_standard() -> None:
    """P, L and D, and the base point, whose y is 4/5 and whose x is even (RFC 8032 5.1)."""
    assert (edwards.P, edwards.L, edwards.D) == (curve.P, curve.L, curve.D)
    assert b"\x58" + b"\x66" * 31 == BASE
    assert edwards.BASE == affine(point(BASE))


def test_the_base_point_has_prime_order() -> None:
    """L times the base point is the neutral element, and nothing less is (RFC 8032 5.1)."""
    assert curve.is_prime_order(BASE)
    assert curve.is_identity(curve.times(curve.L, point(BASE)))
    assert not curve.is_identity(curve.times(curve.L - 1, point(BASE)))


def test_the_eight_points_of_small_order_are_known() -> None:
    """What eight times makes the neutral element, found by plain mathematics, is what `has_small_order` names."""
    found = {edwards.encode(small) for small in edwards.TORSION}
    assert 8 == len(found)
    assert all(edwards.ZERO == edwards.times(8, small) for small in edwards.TORSION)
    assert all(curve.has_small_order(data) and not curve.is_prime_order(data) for data in found)
    assert not curve.has_small_order(BASE)


def test_encodings_of_small_order_that_are_not_canonical_are_known_too() -> None:
    """y + P, and any sign where x = 0, are other bytes for the same points: six more, and none is a point here."""
    others = set(SMALL) - {edwards.encode(small) for small in edwards.TORSION}
    assert 6 == len(others)
    for data in others:
        assert curve.has_small_order(data)
        assert curve.decode_point(data) is None
        assert not curve.is_prime_order(data)


@pytest.mark.parametrize("y", [*range(64), *range(edwards.P - 32, 1 << 255)])
def test_the_ends_of_the_field_are_read_as_plain_mathematics_reads_them(y: int) -> None:
    """Small y, y close to P and y from P on, with both signs: the point, its order, or none."""
    for sign in (0, 1):
        data = (y | sign * edwards.SIGN).to_bytes(32, "little")
        wanted = [found for found in edwards.points(y) if found[0] & 1 == sign] if y < edwards.P else []
        read = curve.decode_point(data)
        assert wanted == ([] if read is None else [affine(read)])
        assert (data in SMALL) == curve.has_small_order(data)
        prime = [edwards.ZERO] == [edwards.times(edwards.L, found) for found in wanted if found != edwards.ZERO]
        assert prime == curve.is_prime_order(data)


@pytest.mark.parametrize("factor", [1, 2, 8, 12345, edwards.L - 1])
def test_a_point_of_mixed_order_is_not_of_prime_order(factor: int) -> None:
    """A point of prime order plus each of the seven small ones: read as a point, and refused as a key."""
    honest = edwards.times(factor, edwards.BASE)
    for at, small in enumerate(edwards.TORSION):
        data = edwards.encode(edwards.add(honest, small))
        assert edwards.add(honest, small) == affine(point(data))
        assert (at == 0) == curve.is_prime_order(data)
        assert not curve.has_small_order(data)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**255), st.integers(0, 7), st.integers(0, 2**255))
def test_multiplies_as_plain_mathematics_does(factor: int, at: int, other: int) -> None:
    """Any number times any point of the curve, small order and all."""
    start = edwards.add(edwards.times(other, edwards.BASE), edwards.TORSION[at])
    wanted = edwards.add(edwards.times(factor * other % edwards.L, edwards.BASE), edwards.TORSION[factor * at % 8])
    assert wanted == affine(curve.times(factor, point(edwards.encode(start))))


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


def test_a_point_and_its_negative_are_both_read() -> None:
    """Every multiple of the base point to 40, and its mirror image: read as the points that they are."""
    for factor, flip in itertools.product(range(1, 41), (False, True)):
        x, y = edwards.times(factor, edwards.BASE)
        wanted = (-x % edwards.P, y) if flip else (x, y)
        assert wanted == affine(point(edwards.encode(wanted)))


@pytest.mark.parametrize("size", [0, 31, 33])
def test_other_sizes_are_no_point(size: int) -> None:
    """A point has 32 bytes."""
    assert curve.decode_point(bytes(size)) is None
