"""ML-DSA-44 in plain mathematics, as FIPS 204 writes it: polynomials multiplied as at school, nothing of Searoom.

It signs with whatever mask it is told, also where FIPS 204 says to draw another one, and `fits` reads hints
carelessly and looks at no bound: so a test gets signatures that are wrong in one thing alone.

A polynomial is 256 integers, lowest power first; a vector is four of them (k and l are both 4).
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

Q, DROPPED, ONES, OMEGA, BETA = 8380417, 13, 39, 80, 78
GAMMA1, GAMMA2 = 1 << 17, (8380417 - 1) // 88
HEAD, Z_END = 32, 32 + 4 * 576
"""A signature: 32 bytes of challenge, z in 18 bits a number, then 80 places of hints and their four ends."""

# A polynomial given by its values at the odd powers of 1753, in bit-reversed order, is multiplied by this.
_ODD = [2 * int(f"{place:08b}"[::-1], 2) + 1 for place in range(256)]
_POWERS = np.array([pow(1753, -power, Q) * pow(256, -1, Q) % Q for power in range(512)])
_FROM_VALUES = _POWERS[np.outer(range(256), _ODD) % 512]


@dataclass(frozen=True)
class Key:
    """A private key: the public one, and the short vectors behind it."""

    public: bytes
    s1: np.ndarray
    s2: np.ndarray
    t0: np.ndarray


def shake(size, *parts):
    return hashlib.shake_256(b"".join(parts)).digest(size)


def pack(values, width):
    """Return numbers of `width` bits one after the other, the low bits first (SimpleBitPack)."""
    bits = np.asarray(values, np.int64).reshape(-1, 1) >> np.arange(width) & 1
    return np.packbits(bits.astype(np.uint8), bitorder="little").tobytes()


def unpack(data, width):
    """Do the reverse; return a vector of polynomials."""
    bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little").reshape(-1, width)
    return (bits.astype(np.int64) << np.arange(width)).sum(1).reshape(-1, 256)


def product(one, other):
    """Return the product of two polynomials modulo X**256 + 1 and Q."""
    whole = np.append(np.convolve(one % Q, other % Q), 0)
    return (whole[:256] - whole[256:]) % Q


def centred(values, modulus):
    """Return the representatives from -modulus/2 (excluded) to modulus/2."""
    low = values % modulus
    return np.where(low > modulus // 2, low - modulus, low)


@lru_cache(16)
def matrix(rho):
    """Return the sixteen polynomials that the public seed stands for (ExpandA)."""
    rows = []
    for row in range(4):
        for column in range(4):
            stream = np.frombuffer(hashlib.shake_128(rho + bytes((column, row))).digest(3000), np.uint8)
            low, middle, high = stream.reshape(-1, 3).astype(np.int64).T
            drawn = low + (middle << 8) + ((high & 127) << 16)
            rows.append(_FROM_VALUES @ drawn[drawn < Q][:256] % Q)
    return np.array(rows).reshape(4, 4, 256)


def apply(rho, vector):
    """Return the matrix of `rho` times a vector."""
    return np.array(
        [sum(product(cell, part) for cell, part in zip(row, vector, strict=True)) % Q for row in matrix(rho)]
    )


def short(seed, number):
    """Return a polynomial of numbers from -2 to 2 (RejBoundedPoly)."""
    halves = [half for byte in shake(1000, seed, number.to_bytes(2, "little")) for half in (byte & 15, byte >> 4)]
    return np.array([2 - half % 5 for half in halves if half < 15][:256])


def key_of(seed):
    """Return the key of a seed of 32 bytes (KeyGen_internal)."""
    drawn = shake(128, seed, b"\4\4")
    rho, rest = drawn[:32], drawn[32:96]
    s1, s2 = (np.array([short(rest, start + at) for at in range(4)]) for start in (0, 4))
    t = (apply(rho, s1) + s2) % Q
    t0 = centred(t, 1 << DROPPED)
    return Key(rho + pack((t - t0) >> DROPPED, 10), s1, s2, t0)


def decompose(values):
    """Return the high and the low part of numbers modulo Q (Decompose)."""
    low = centred(values % Q, 2 * GAMMA2)
    high, last = (values % Q - low) // (2 * GAMMA2), values % Q - low == Q - 1
    return np.where(last, 0, high), np.where(last, low - 1, low)


def challenge(seed):
    """Return the polynomial of 39 ones and minus ones that 32 bytes stand for (SampleInBall)."""
    stream = shake(1000, seed)
    signs, rest, found = int.from_bytes(stream[:8], "little"), iter(stream[8:]), np.zeros(256, np.int64)
    for step, place in enumerate(range(256 - ONES, 256)):
        other = next(byte for byte in rest if byte <= place)
        found[place] = found[other]
        found[other] = 1 - 2 * (signs >> step & 1)
    return found


def hashed(public, message, high, context=b""):
    """Return the 32 bytes of challenge for a message under a key and the high part of w."""
    digest = shake(64, shake(64, public), bytes((0, len(context))), context, message)
    return shake(32, digest, pack(high, 6))


def sign_with(key, message, mask, context=b""):
    """Return the signature of the mask, or None where it needs more hints than fit; no bound is looked at."""
    w = apply(key.public[:32], mask)
    seed = hashed(key.public, message, decompose(w)[0], context)
    c = challenge(seed)
    z = mask + [centred(product(c, part), Q) for part in key.s1]
    without = w - [product(c, part) for part in key.s2]
    hints = decompose(without)[0] != decompose(without + [product(c, part) for part in key.t0])[0]
    if hints.sum() > OMEGA:
        return None
    places = bytes(np.concatenate([np.flatnonzero(row) for row in hints]).astype(np.uint8))
    return seed + pack(GAMMA1 - z, 18) + places.ljust(OMEGA, b"\0") + bytes(np.cumsum(hints.sum(1)).astype(np.uint8))


def masks(label, most):
    """Yield vectors of numbers from -most to most, always the same for one label."""
    for count in range(1 << 30):
        drawn = np.frombuffer(shake(4 * 256 * 4, label, count.to_bytes(4, "big")), np.uint32).astype(np.int64)
        yield drawn.reshape(4, 256) % (2 * most + 1) - most


def z_of(signature):
    return GAMMA1 - unpack(signature[HEAD:Z_END], 18)


def hints_of(signature):
    """Return the set of (row, place) that a careless reader takes from the hints: any order, any padding."""
    places, ends = signature[Z_END : Z_END + OMEGA], signature[Z_END + OMEGA :]
    return {(row, place) for row in range(4) for place in places[ends[row - 1] if row else 0 : ends[row]]}


def fits(public, message, signature, context=b""):
    """Tell whether the challenge comes out again: the equation alone, without a bound and without the form of the hints."""
    high, low = decompose(
        apply(public[:32], z_of(signature))
        - [product(challenge(signature[:HEAD]), part << DROPPED) for part in unpack(public[32:], 10)]
    )
    for row, place in hints_of(signature):
        high[row, place] = (high[row, place] + (1 if low[row, place] > 0 else -1)) % 44
    return signature[:HEAD] == hashed(public, message, high, context)
