"""Which encodings of edwards25519 points are safe to take as a key, or as the R of a signature.

Verifiers of Ed25519 disagree on keys with a small-order part: whoever owns such a key can make a
signature that one ministry's program takes and another's refuses. With keys of prime order, and
R not of small order, they agree (RFC 8032 5.1.3 and 5.1.7; "Taming the many EdDSAs", 2020).
"""

from functools import lru_cache
from typing import Final, TypeAlias

Point: TypeAlias = tuple[int, int, int, int]  # extended coordinates X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z

P: Final = 2**255 - 19
L: Final = 2**252 + 27742317777372353535851937790883648493
D: Final = -121665 * pow(121666, -1, P) % P
_SQRT_MINUS_1: Final = pow(2, (P - 1) // 4, P)
_IDENTITY: Final = (0, 1, 1, 0)
# The y of the points of order 8; -y is the other one. A test multiplies them by 8.
_Y8: Final = int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little")
_SMALL_ORDER_Y: Final = frozenset((0, 1, P - 1, _Y8, P - _Y8))


def decode_point(data: bytes) -> Point | None:
    """Return the point of 32 bytes, or None where they are no canonical encoding of one (RFC 8032 5.1.3)."""
    number = int.from_bytes(data, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    if len(data) != 32 or y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P != u:
        x = x * _SQRT_MINUS_1 % P
    if v * x * x % P != u or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def _add(a: Point, b: Point) -> Point:
    left = (a[1] - a[0]) * (b[1] - b[0]) % P
    right = (a[1] + a[0]) * (b[1] + b[0]) % P
    t, z = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = right - left, z - t, z + t, right + left
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(factor: int, point: Point) -> Point:
    """Return `factor` times `point`; public values only, for it takes more or less time with the factor."""
    result: Point = _IDENTITY
    while factor:
        if factor & 1:
            result = _add(result, point)
        point, factor = _add(point, point), factor >> 1
    return result


def is_identity(point: Point) -> bool:
    """Return whether the point is the neutral element."""
    return point[0] % P == 0 and (point[1] - point[2]) % P == 0


def has_small_order(data: bytes) -> bool:
    """Return whether 32 bytes name one of the eight points of small order, in whatever encoding."""
    return (int.from_bytes(data, "little") & ((1 << 255) - 1)) % P in _SMALL_ORDER_Y


@lru_cache(maxsize=1024)
def is_prime_order(data: bytes) -> bool:
    """Return whether 32 bytes are the canonical encoding of a point of order L (about 2 ms, then remembered)."""
    point = decode_point(data)
    return point is not None and not is_identity(point) and is_identity(times(L, point))
