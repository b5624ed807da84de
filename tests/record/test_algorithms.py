"""Signatures: judged as plain mathematics judges them, and what two verifiers could judge differently is refused."""

import itertools
import random

import pytest

import edwards
import lattice
from searoom.errors import NotAllowed, Tampered
from searoom.record.algorithms import (
    ALGORITHMS,
    ED25519,
    ML_DSA_44,
    SigningKey,
    algorithm_of,
    check_public,
    check_signature,
    key_id,
)

A, PREFIX = edwards.secret(bytes(range(32)))
R = edwards.number(PREFIX, b"any")
PUBLIC = edwards.public(bytes(range(32)))
LATTICE = lattice.key_of(bytes(range(32)))
BOUND = lattice.GAMMA1 - lattice.BETA


def accepts(algorithm, public, message, signature):
    """Tell whether a signature is taken; anything but taken or `Tampered` fails the test."""
    try:
        check_signature(algorithm, public, message, signature)
    except Tampered:
        return False
    return True


def little(number):
    return number.to_bytes(32, "little")


def flips(data):
    """Yield `data` with each of its bits flipped."""
    for at, bit in itertools.product(range(len(data)), range(8)):
        yield data[:at] + bytes((data[at] ^ 1 << bit,)) + data[at + 1 :]


def edge_points(number):
    """Return (number, torsion, bytes) of `number` * BASE plus each point of small order, and of those points alone."""
    return [
        (factor, at, data)
        for factor in (0, number)
        for at, small in enumerate(edwards.TORSION)
        for data in edwards.encodings(edwards.add(edwards.times(factor, edwards.BASE), small))
    ]


def edge_signatures():
    """Yield key, R and S with S B = R + h A but for points of small order, and what the two equations say of it.

    A key is a B + t T and R is r B + u T, with T of order 8; with S = r + h a there is left -(h t + u) T:
    nothing at all if 8 divides h t + u, and always nothing with the cofactor 8.
    """
    for (a, t, key), (r, u, head) in itertools.product(edge_points(A), edge_points(R)):
        seen = set()
        for count in range(64 if t else 1):
            message = b"edge %d" % count
            h = edwards.number(head, key, message)
            plain = (h * t + u) % 8 == 0
            if plain not in seen:
                seen.add(plain)
                yield (a, t), (r, u), key, head, little((r + h * a) % edwards.L), message, plain


EDGES = list(edge_signatures())


def test_the_edge_signatures_are_what_they_say():
    """Points added up one by one: all hold with the cofactor, and without it those that say so; both sorts are many."""
    assert {14 + 8} == {len(edge_points(A)), len(edge_points(R))}
    assert 250 < sum(edge[-1] for edge in EDGES) < len(EDGES) - 250
    for (a, t), (r, u), key, head, s, message, plain in EDGES[::40]:
        points = [
            edwards.add(edwards.times(factor, edwards.BASE), edwards.TORSION[at]) for factor, at in ((a, t), (r, u))
        ]
        assert key in edwards.encodings(points[0])
        assert head in edwards.encodings(points[1])
        h, number = edwards.number(head, key, message), int.from_bytes(s, "little")
        assert edwards.holds(*points, number, h, cofactor=8)
        assert plain == edwards.holds(*points, number, h, cofactor=1)


def test_takes_no_signature_on_which_verifiers_differ():
    """Keys and R of small or mixed order, in each encoding, with an equation that holds: only the honest pair passes."""
    taken = [
        (first, second) for first, second, *rest, _ in EDGES if accepts(ED25519, rest[0], rest[3], rest[1] + rest[2])
    ]
    assert taken
    assert {((A, 0), (R, 0))} == set(taken)


def test_a_key_of_small_or_mixed_order_or_not_canonical_is_no_key():
    """The eight small points in all 14 encodings, and A + T for the seven T: refused when enrolled; A itself is a key."""
    refused = [data for number, at, data in edge_points(A) if (number, at) != (A, 0)]
    assert 14 + 7 == len(set(refused))
    for data in refused:
        with pytest.raises(Tampered, match="prime order"):
            check_public(ED25519, data)
    check_public(ED25519, PUBLIC)


def test_no_key_is_written_with_a_y_of_p_or_more():
    """All 38 encodings with y from P on, most of them points of the curve if P is taken away: none is a key."""
    for y, sign in itertools.product(range(edwards.P, 1 << 255), (0, edwards.SIGN)):
        with pytest.raises(Tampered, match="prime order"):
            check_public(ED25519, little(y | sign))
        assert not accepts(ED25519, little(y | sign), b"", bytes(64))


def test_an_s_that_is_not_reduced_is_refused():
    """S + L, S + 2 L and so on to 2**256 satisfy the equation as well: each says what is wrong, S itself is taken."""
    good = edwards.sign(bytes(range(32)), b"message")
    s = int.from_bytes(good[32:], "little")
    check_signature(ED25519, PUBLIC, b"message", good)
    others = list(range(s + edwards.L, 1 << 256, edwards.L))
    assert 14 <= len(others)
    for other in [*others, edwards.L, edwards.L + 1, (1 << 253) - 1, (1 << 255) - 19, (1 << 256) - 1]:
        with pytest.raises(Tampered, match="not reduced"):
            check_signature(ED25519, PUBLIC, b"message", good[:32] + little(other))
    assert not accepts(ED25519, PUBLIC, b"message", good[:32] + little(edwards.L - s))


def test_numbers_that_stand_at_an_edge_make_no_signature():
    """0, 1, L, P, their neighbours and all ones as R and as S, and S of 0 behind an honest R: nothing is taken."""
    edges = [0, 1, 2, edwards.L - 1, edwards.L, edwards.L + 1, edwards.P - 1, edwards.P, edwards.P + 1, (1 << 255) - 1]
    edges += [edge | edwards.SIGN for edge in edges]
    honest = edwards.sign(bytes(range(32)), b"message")
    for head in [*map(little, edges), honest[:32], PUBLIC]:
        for s in edges:
            assert not accepts(ED25519, PUBLIC, b"message", head + little(s))
    with pytest.raises(Tampered, match="small order"):
        check_signature(ED25519, PUBLIC, b"message", little(1) + honest[32:])


def test_signs_byte_for_byte_as_plain_mathematics():
    """Keys and messages of all sizes around the blocks of SHA-512: one key, one signature, and both are taken."""
    for size in (*range(4), 31, 32, 47, 48, 49, 63, 64, 65, 79, 80, 81, 111, 112, 113, 127, 128, 129, 1000):
        seed, message = bytes([size & 255] * 31) + b"\7", bytes(number & 255 for number in range(size))
        key, signature = SigningKey(seed), edwards.sign(seed, message)
        assert (edwards.public(seed), signature) == (key.public, key.sign(message))
        check_public(ED25519, key.public)
        check_signature(ED25519, key.public, message, signature)


@pytest.mark.parametrize("algorithm", [ED25519, ML_DSA_44])
def test_every_flipped_bit_of_a_signature_is_refused(algorithm):
    """Each bit of the one, of the challenge and hints of the other, one in each byte of z, each of the message."""
    key, message = SigningKey(bytes(range(32)), algorithm), b"message"
    signature = key.sign(message)
    z = range(lattice.HEAD, lattice.Z_END)
    for number, lie in enumerate(flips(signature)):
        at, bit = divmod(number, 8)
        if at not in z or bit == at % 8:
            assert not accepts(algorithm, key.public, message, lie), number
    assert not any(accepts(algorithm, key.public, lie, signature) for lie in flips(message))
    assert accepts(algorithm, key.public, message, signature)


@pytest.mark.parametrize("algorithm", [ED25519, ML_DSA_44])
def test_every_flipped_bit_of_a_key_is_another_key(algorithm):
    """A signature is of one key in one form: all 256 bits of the one, and one bit of each byte of the other."""
    key = SigningKey(bytes(range(32)), algorithm)
    signature = key.sign(b"message")
    lies = list(flips(key.public))
    lies = lies if algorithm == ED25519 else [lies[8 * at + at % 8] for at in range(len(key.public))]
    assert not any(accepts(algorithm, lie, b"message", signature) for lie in lies)


def test_agrees_with_the_plain_mathematics_of_fips_204():
    """The same key from a seed; each other's signatures are taken, also with 80 hints, the most that there can be."""
    key, counts = SigningKey(bytes(range(32)), ML_DSA_44), set()
    assert LATTICE.public == key.public
    for size in (0, 1, 100):
        assert lattice.fits(key.public, bytes(size), key.sign(bytes(size)))
        assert not lattice.fits(key.public, bytes(size + 1), key.sign(bytes(size)))
    for mask in lattice.masks(b"hints", BOUND - lattice.BETA):
        signature = lattice.sign_with(LATTICE, b"message", mask)
        if signature and lattice.fits(key.public, b"message", signature):
            check_signature(ML_DSA_44, key.public, b"message", signature)
            counts.add(len(lattice.hints_of(signature)))
        if lattice.OMEGA in counts:
            break
    assert len(counts) > 10


def signed_plainly(context=b"", most=lattice.OMEGA):
    """Return a signature with at most so many hints; with it the equation holds."""
    return next(
        signature
        for mask in lattice.masks(b"plainly", BOUND - lattice.BETA)
        if (signature := lattice.sign_with(LATTICE, b"message", mask, context))
        and len(lattice.hints_of(signature)) <= most
        and lattice.fits(LATTICE.public, b"message", signature, context)
    )


def at_bound(number):
    """Return a signature whose equation holds, with `number` as the first of z and less in all the others."""
    for mask in lattice.masks(b"bound", BOUND - 2 * lattice.BETA):
        mask[0, 0] = number + mask[0, 0] % 9 - 4
        signature = lattice.sign_with(LATTICE, b"message", mask)
        if signature is None or number != lattice.z_of(signature)[0, 0]:
            continue
        if lattice.fits(LATTICE.public, b"message", signature):
            return signature
    raise AssertionError


@pytest.mark.parametrize("sign", [1, -1])
def test_a_z_at_the_bound_is_refused_though_the_equation_holds(sign):
    """FIPS 204, algorithm 8: gamma1 - beta is too large, one less is not; a verifier that forgets it would differ."""
    inside, outside = (at_bound(sign * number) for number in (BOUND - 1, BOUND))
    assert [BOUND - 1, BOUND] == [abs(lattice.z_of(signature)).max() for signature in (inside, outside)]
    check_signature(ML_DSA_44, LATTICE.public, b"message", inside)
    with pytest.raises(Tampered, match="does not check"):
        check_signature(ML_DSA_44, LATTICE.public, b"message", outside)


def rewritten(signature, places, ends):
    return signature[: lattice.Z_END] + bytes(places) + bytes(ends)


def hint_lies(signature):
    """Yield the hints of a signature in other forms: those a careless reader takes for the same, then others."""
    hints = list(signature[lattice.Z_END :])
    places, ends = hints[: lattice.OMEGA], hints[lattice.OMEGA :]
    count = ends[-1]
    for first in range(count - 1):  # two neighbours of one row change places; across rows they are other hints
        swapped = [*places[:first], places[first + 1], places[first], *places[first + 2 :]]
        yield first + 1 not in ends, rewritten(signature, swapped, ends)
    for at in range(count):  # a place stands twice
        longer = [end + (end > at) for end in ends]
        yield True, rewritten(signature, (places[: at + 1] + places[at:])[: lattice.OMEGA], longer)
    for at, value in itertools.product(range(count, lattice.OMEGA), (1, 128, 255)):  # padding that is not zero
        yield True, rewritten(signature, [*places[:at], value, *places[at + 1 :]], ends)
    for row in range(4):
        for end in {0, ends[row] - 1, ends[row] + 1, lattice.OMEGA, lattice.OMEGA + 1, 255} - {ends[row]}:
            yield False, rewritten(signature, places, [*ends[:row], end, *ends[row + 1 :]])
    yield False, rewritten(signature, places, ends[::-1])
    yield False, rewritten(signature, [0] * lattice.OMEGA, [0] * 4)


def test_hints_have_one_form():
    """Out of order, twice, with padding: the same hints to a careless reader, and refused; so are other ends."""
    signature = signed_plainly(most=lattice.OMEGA - 2)
    lies = list(hint_lies(signature))
    assert sum(same for same, _ in lies) > 100
    for same, lie in lies:
        assert lie != signature
        assert not same or lattice.hints_of(signature) == lattice.hints_of(lie)
        assert not accepts(ML_DSA_44, LATTICE.public, b"message", lie)
    assert lattice.fits(LATTICE.public, b"message", next(lie for same, lie in lies if same))
    assert accepts(ML_DSA_44, LATTICE.public, b"message", signature)


def test_a_signature_with_a_context_is_of_another_message():
    """FIPS 204 puts a context before the message: here it is empty, and a signature with one is refused."""
    for context, taken in ((b"", True), (b"\0", False), (b"subtree/v1", False), (bytes(255), False)):
        signature = signed_plainly(context)
        assert lattice.fits(LATTICE.public, b"message", signature, context)
        assert taken == accepts(ML_DSA_44, LATTICE.public, b"message", signature)


def test_a_key_of_zeros_for_which_anybody_signs_is_no_key():
    """With t1 = 0 a signature needs no secret, and it checks: so such a key is refused before one comes."""
    zeros = bytes(range(32)) + bytes(1280)
    nothing = lattice.Key(zeros, *[[0 * LATTICE.t0[0]] * 4] * 3)
    forged = lattice.sign_with(nothing, b"anything", next(lattice.masks(b"forged", BOUND - 1)))
    assert accepts(ML_DSA_44, zeros, b"anything", forged)
    with pytest.raises(Tampered, match="nothing but zeros"):
        check_public(ML_DSA_44, zeros)
    for at in (0, 1, 639, 1279):
        check_public(ML_DSA_44, zeros[: 32 + at] + b"\1" + zeros[33 + at :])


def test_bytes_drawn_at_random_are_no_signature():
    """Keys and signatures of the right size that nobody made: `Tampered`, never another error."""
    drawn = random.Random(44)
    for algorithm in (ED25519, ML_DSA_44):
        row, key = ALGORITHMS[algorithm], SigningKey(bytes(range(32)), algorithm)
        for _ in range(200):
            signature = drawn.randbytes(row.signature_size)
            assert not accepts(algorithm, key.public, b"message", signature)
            assert not accepts(algorithm, drawn.randbytes(row.public_size), b"message", signature)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_from_a_seed_signs_and_its_signature_checks(algorithm):
    """Sizes as the table has them; another message, another key or a flipped bit does not check."""
    key, other = SigningKey(bytes(range(32)), algorithm), SigningKey(bytes(32), algorithm)
    row, signature = algorithm_of(algorithm), key.sign(b"message")
    assert (row.public_size, row.signature_size) == (len(key.public), len(signature))
    check_public(algorithm, key.public)
    check_signature(algorithm, key.public, b"message", signature)
    assert key.key_id == key_id(key.public) != other.key_id
    flipped = signature[:-1] + bytes((signature[-1] ^ 1,))
    for public, message, lie in (
        (other.public, b"message", signature),
        (key.public, b"massage", signature),
        (key.public, b"message", flipped),
    ):
        with pytest.raises(Tampered):
            check_signature(algorithm, public, message, lie)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_refuses_every_other_size(algorithm):
    """A byte more or less in key or signature is refused by its size; so is a seed that is none."""
    key = SigningKey(bytes(range(32)), algorithm)
    signature = key.sign(b"")
    for public, value in (
        (key.public[:-1], signature),
        (key.public + b"\0", signature),
        (key.public, signature[:-1]),
        (key.public, signature + b"\0"),
        (b"", b""),
    ):
        with pytest.raises(Tampered, match="size"):
            check_signature(algorithm, public, b"", value)
    for public in (key.public[:-1], key.public + b"\0", b""):
        with pytest.raises(Tampered, match="size"):
            check_public(algorithm, public)
    for seed in (bytes(31), bytes(33), b""):
        with pytest.raises(NotAllowed, match="seed"):
            SigningKey(seed, algorithm)


def test_an_algorithm_that_is_not_in_force_is_none():
    """-8, the deprecated EdDSA, ML-DSA-65 and others are no algorithms here."""
    for number in (-8, -49, -7, 0, 1):
        with pytest.raises(NotAllowed, match=f"algorithm {number} "):
            algorithm_of(number)


def test_a_key_never_shows_its_seed():
    """Neither in a repr nor in an f-string."""
    assert "seed" not in repr(SigningKey(bytes(range(32))))
    assert SigningKey.generate().seed != SigningKey.generate().seed
