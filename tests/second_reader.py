"""What the second verifier reads with: its own CBOR, its own rules for signatures, nothing of Searoom."""

import base64
import hashlib
import re
import unicodedata

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey, MLDSA87PublicKey

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE_D = -121665 * pow(121666, -1, P) % P
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
    + "]"
)


class Refused(Exception):
    """The record does not hold; the text says where."""


def need(condition, where):
    if not condition:
        raise Refused(where)


def to_cbor(value):
    """Write the one encoding of a value."""
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", False: b"\xf4", True: b"\xf5"}[value]
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(to_cbor, value))
    return head(5, len(value)) + b"".join(k + v for k, v in sorted((to_cbor(k), to_cbor(v)) for k, v in value.items()))


def head(major, number):
    for info, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 24:
            return bytes([major << 5 | number])
        if number < 256**width:
            return bytes([major << 5 | info]) + number.to_bytes(width, "big")
    raise Refused("number too large")


def from_cbor(data):
    """Read a value and compare what it is written as with what was read: whatever is not canonical differs."""
    value, rest = item(data, 0)
    need(not rest and to_cbor(value) == data, "CBOR is not canonical")
    return value


def item(data, depth):
    need(data and depth < 20, "CBOR is cut or too deep")
    major, info, data = data[0] >> 5, data[0] & 31, data[1:]
    if major == 7:
        need(info in (20, 21, 22), "CBOR has a simple value or a float")
        return {20: False, 21: True, 22: None}[info], data
    need(info < 28 and major != 6, "CBOR has a tag or an indefinite length")
    width = 0 if info < 24 else 1 << info - 24
    number, data = (info if info < 24 else int.from_bytes(data[:width], "big")), data[width:]
    if major < 2:
        return (number, -1 - number)[major], data
    need(number <= len(data), "CBOR is cut")
    if major < 4:
        raw, data = data[:number], data[number:]
        if major == 2:
            return raw, data
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            raise Refused("text is not UTF-8") from None
        need(not HIDDEN.search(text) and unicodedata.normalize("NFC", text) == text, "text hides something")
        return text, data
    if major == 4:
        out = []
        for _ in range(number):
            value, data = item(data, depth + 1)
            out.append(value)
        return out, data
    pairs = {}
    for _ in range(number):
        key, data = item(data, depth + 1)
        need(type(key) in (int, str) and (type(key) is str or key >= 0) and key not in pairs, "bad key in a map")
        pairs[key], data = item(data, depth + 1)
    return pairs, data


def fields(data, types, where):
    """Read a map {0: version 1, 1: ..., n: ...} whose values have these types."""
    value = from_cbor(data)
    need(isinstance(value, dict) and sorted(map(str, value)) == sorted(map(str, range(len(types) + 1))), where)
    need(all(type(key) is int for key in value) and value[0] == 1 and type(value[0]) is int, where)
    values = [value[number] for number in range(1, len(types) + 1)]
    need(all(type(v) in (t if isinstance(t, tuple) else (t,)) for v, t in zip(values, types, strict=True)), where)
    return values


def point(data):
    y, sign = int.from_bytes(data, "little") & (1 << 255) - 1, data[31] >> 7
    need(len(data) == 32 and y < P, "a point is not canonical")
    u, v = (y * y - 1) % P, (CURVE_D * y * y + 1) % P
    x = pow(u * pow(v, -1, P), (P + 3) // 8, P)
    if (v * x * x - u) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    need((v * x * x - u) % P == 0 and not (x == 0 and sign), "a point is not on the curve")
    return (x if x & 1 == sign else P - x), y


def add(a, b):
    """Add two points in projective coordinates (X, Y, Z)."""
    (x1, y1, z1), (x2, y2, z2) = a, b
    zz, xx, yy = z1 * z2 % P, x1 * x2 % P, y1 * y2 % P
    e, square = CURVE_D * xx * yy % P, zz * zz % P
    cross = ((x1 + y1) * (x2 + y2) - xx - yy) % P
    f, g = (square - e) % P, (square + e) % P
    return zz * f * cross % P, zz * g * (yy + xx) % P, f * g % P


def multiple(number, where):
    result, base = (0, 1, 1), (*where, 1)
    while number:
        if number & 1:
            result = add(result, base)
        base, number = add(base, base), number >> 1
    return result


def is_zero(p):
    return p[0] % P == 0 and (p[1] - p[2]) % P == 0


ED25519, ML_DSA_44, ML_DSA_87 = -19, -48, -50
SIZES = {ED25519: 32, ML_DSA_44: 1312, ML_DSA_87: 2592}
GOOD_KEYS = {}


def check_key(algorithm, public):
    """A key has the size of its algorithm; an Ed25519 one is canonical and of prime order, or it is refused."""
    if (algorithm, public) not in GOOD_KEYS:
        need(algorithm in SIZES and len(public) == SIZES[algorithm], "a key has the wrong size")
        if algorithm == ED25519:
            where = point(public)
            need(not is_zero((*where, 1)) and is_zero(multiple(ORDER, where)), "a key is not of prime order")
        else:
            need(public[32:].strip(b"\0"), "a key for which anybody could sign")
        GOOD_KEYS[algorithm, public] = True


def check_ed25519(public, message, signature, where):
    check_key(ED25519, public)
    need(len(signature) == 64 and int.from_bytes(signature[32:], "little") < ORDER, where)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        raise Refused(f"{where}: signature does not check") from None
    need(not is_zero(multiple(8, point(signature[:32]))), f"{where}: R is of small order")


def check_signature(algorithm, public, message, signature, where):
    """Check a signature of any of the three algorithms; another one is refused."""
    if algorithm == ED25519:
        check_ed25519(public, message, signature, where)
        return
    check_key(algorithm, public)
    try:
        (MLDSA44PublicKey if algorithm == ML_DSA_44 else MLDSA87PublicKey).from_public_bytes(public).verify(
            signature, message
        )
    except (InvalidSignature, ValueError):
        raise Refused(f"{where}: signature does not check") from None


def kid(public):
    return hashlib.sha256(public).digest()[:8]


def protected(data, where):
    """Read a protected header: algorithm and key id, and nothing else."""
    header = from_cbor(data)
    need(isinstance(header, dict) and sorted(map(str, header)) == ["1", "4"] and type(header[1]) is int, where)
    need(isinstance(header[4], bytes) and len(header[4]) == 8, where)
    return header[1], header[4]


def sign1(data, aad, where):
    """Read a COSE_Sign1: algorithm and key id, payload, what is signed, the signature."""
    parts = from_cbor(data)
    need(
        isinstance(parts, list) and [type(part) for part in parts] == [bytes, dict, bytes, bytes] and parts[1] == {},
        where,
    )
    return protected(parts[0], where), parts[2], to_cbor(["Signature1", parts[0], aad, parts[2]]), parts[3]


def sign(data, aad, most, where):
    """Read a COSE_Sign: payload, and per signer, in the order of key ids: algorithm, key id, what is signed, signature."""
    parts = from_cbor(data)
    need(isinstance(parts, list) and [type(part) for part in parts] == [bytes, dict, bytes, list], where)
    need(parts[0] == b"" and parts[1] == {} and 1 <= len(parts[3]) <= most, where)
    rows = []
    for row in parts[3]:
        need(isinstance(row, list) and [type(part) for part in row] == [bytes, dict, bytes] and row[1] == {}, where)
        message = to_cbor(["Signature", b"", row[0], aad, parts[2]])
        rows.append((*protected(row[0], where), message, row[2]))
    kids = [row[1] for row in rows]
    need(kids == sorted(set(kids)), f"{where}: order of the signatures")
    return parts[2], rows


def unbase64(text, where):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused(f"{where}: not base64") from None
    need(base64.b64encode(data).decode() == text, f"{where}: base64 is not canonical")
    return data
