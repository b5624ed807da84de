"""Ed25519 in plain mathematics, as RFC 8032 writes it: affine points, one inverse an addition, nothing of Searoom.

A point is a pair (x, y). TORSION holds the eight points whose order divides 8, TORSION[i] being i times TORSION[1];
so every point of the curve is a number times BASE plus one of them.
"""

import hashlib
from functools import lru_cache

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SIGN = 1 << 255
ZERO = (0, 1)


def root(square):
    """Return a square root modulo P, or None where there is none (P is 5 modulo 8)."""
    found = pow(square, (P + 3) // 8, P)
    for value in (found, found * pow(2, (P - 1) // 4, P) % P):
        if value * value % P == square % P:
            return value
    return None


def points(y):
    """Return the points of the curve with this y: two, or one where x is 0, or none; the even x first."""
    x = root((y * y - 1) * pow(D * y * y + 1, -1, P) % P)
    return [] if x is None else sorted({(x, y), (-x % P, y)}, key=lambda point: point[0] & 1)


def add(one, other):
    """Return the sum: x = (x1 y2 + x2 y1) / (1 + D x1 x2 y1 y2), y = (y1 y2 + x1 x2) / (1 - D x1 x2 y1 y2)."""
    (a, b), (c, d) = one, other
    k = D * a * b % P * c * d % P
    inverse = pow(1 - k * k, -1, P)
    return (a * d + b * c) * (1 - k) * inverse % P, (b * d + a * c) * (1 + k) * inverse % P


@lru_cache(64)
def doublings(point):
    """Return `point` times 1, 2, 4 and so on to 2**255."""
    found = [point]
    while len(found) < 256:
        found.append(add(found[-1], found[-1]))
    return tuple(found)


def times(factor, point):
    """Return `factor` times `point`, for a factor below 2**256."""
    total = ZERO
    for bit, doubled in enumerate(doublings(point)[: factor.bit_length()]):
        if factor >> bit & 1:
            total = add(total, doubled)
    return total


def encode(point):
    """Return the one canonical encoding: y in 255 bits, low byte first, and the lowest bit of x."""
    return (point[1] | (point[0] & 1) * SIGN).to_bytes(32, "little")


def encodings(point):
    """Return all 32 bytes that a careless reader takes for `point`: y + P where there is room, any sign where x is 0."""
    ys = [point[1], point[1] + P] if point[1] + P < SIGN else [point[1]]
    signs = [point[0] & 1, 1] if point[0] == 0 else [point[0] & 1]
    return [(y | sign * SIGN).to_bytes(32, "little") for y in ys for sign in signs]


def number(*parts):
    """Return SHA-512 of the parts as a number modulo L: the h of a signature over R, A and the message."""
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % L


def secret(seed):
    """Return the number and the prefix that a seed stands for (RFC 8032, 5.1.5)."""
    digest = hashlib.sha512(seed).digest()
    return int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254, digest[32:]


def public(seed):
    """Return the public key of a seed."""
    return encode(times(secret(seed)[0], BASE))


def sign(seed, message):
    """Return the signature that RFC 8032, 5.1.6, gives."""
    a, prefix = secret(seed)
    r = number(prefix, message)
    head = encode(times(r, BASE))
    return head + ((r + number(head, public(seed), message) * a) % L).to_bytes(32, "little")


def holds(key, head, s, h, *, cofactor):
    """Tell whether s B = R + h A for the points `key` and `head`, or 8 s B = 8 R + 8 h A where `cofactor` is 8."""
    left, right = times(s % L, BASE), add(head, times(h, key))
    return times(cofactor, left) == times(cofactor, right)


BASE = points(4 * pow(5, -1, P) % P)[0]
# A point of order 8 is what L times a point leaves over; the first y that leaves all three factors of two is taken.
_LEFT = next(left for y in range(2, 64) for left in [times(L, point) for point in points(y)] if times(4, left) != ZERO)
TORSION = [times(count, _LEFT) for count in range(8)]
