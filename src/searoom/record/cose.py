"""The little of COSE (RFC 9052) that the record needs: one protected header, two structures to sign."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.record import shape

KEY_ID_SIZE: Final = 8
MAX_SIGNATURE: Final = 4627  # ML-DSA-87, the longest of the algorithms in sight (FIPS 204)
_ALG, _KID = 1, 4  # RFC 9052 3.1
_FOUR: Final = b"\x84"  # an array of four items opens
_NO_MAP: Final = cbor.encode({})
_SIGNATURE1: Final = _FOUR + cbor.encode("Signature1")
_SIGNATURE: Final = b"\x85" + cbor.encode("Signature") + cbor.encode(b"")


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature: COSE algorithm number, the 8 bytes that name the key, and its value."""

    algorithm: int
    key_id: bytes
    value: bytes

    def header(self) -> bytes:
        """Return the protected header, which is signed too."""
        return protected(self.algorithm, self.key_id)


@lru_cache(1024)
def protected(algorithm: int, key_id: bytes) -> bytes:
    """Return the protected header `{1: alg, 4: kid}` as the bytes that are signed."""
    return cbor.encode({_ALG: algorithm, _KID: key_id})


def read_protected(data: cbor.Value, what: str) -> tuple[int, bytes]:
    """Return algorithm and key id of a protected header; it holds these two and nothing else."""
    return _read_header(shape.octets(data, what, least=1, most=64), what)


@lru_cache(1024)
def _read_header(data: bytes, what: str) -> tuple[int, bytes]:
    header = cbor.decode(data, max_depth=1)
    if not isinstance(header, dict) or set(header) != {_ALG, _KID}:
        raise NotAllowed(f"{what} does not hold algorithm and key id alone")
    algorithm = header[_ALG]
    if isinstance(algorithm, bool) or not isinstance(algorithm, int):
        raise NotAllowed(f"{what} names no algorithm")
    return algorithm, shape.octets(header[_KID], f"the key id in {what}", size=KEY_ID_SIZE)


def empty_unprotected(value: cbor.Value, what: str) -> None:
    """Refuse an unprotected header that says anything: nobody would have signed it."""
    if value != {} or not isinstance(value, dict):
        raise NotAllowed(f"{what} has an unprotected header that is not empty")


def to_sign1(header: bytes, aad: bytes, payload: bytes) -> bytes:
    """Return what the one signer of a COSE_Sign1 signs (RFC 9052 4.4, context "Signature1")."""
    return _SIGNATURE1 + b"".join(map(cbor.octets, (header, aad, payload)))


def to_sign(header: bytes, aad: bytes, payload: bytes) -> bytes:
    """Return what one signer of a COSE_Sign signs (RFC 9052 4.4, context "Signature"); the body header is empty."""
    return _SIGNATURE + b"".join(map(cbor.octets, (header, aad, payload)))


def sign1_bytes(header: bytes, payload: bytes, signature: bytes) -> bytes:
    """Return the untagged COSE_Sign1 array."""
    return _FOUR + cbor.octets(header) + _NO_MAP + cbor.octets(payload) + cbor.octets(signature)


def read_sign1(data: bytes, what: str, *, max_bytes: int) -> tuple[bytes, int, bytes, bytes, bytes]:
    """Return header, algorithm, key id, payload and signature of an untagged COSE_Sign1."""
    parts = shape.sequence(cbor.decode(data, max_bytes=max_bytes), what, least=4, most=4)
    algorithm, key_id = read_protected(parts[0], f"the protected header of {what}")
    empty_unprotected(parts[1], what)
    payload = shape.octets(parts[2], f"the payload of {what}", least=1, most=max_bytes)
    signature = shape.octets(parts[3], f"the signature of {what}", least=1, most=MAX_SIGNATURE)
    return protected(algorithm, key_id), algorithm, key_id, payload, signature


def sign_bytes(payload: bytes, signatures: Sequence[Signature]) -> bytes:
    """Return the untagged COSE_Sign array, whose body header is empty."""
    rows: list[cbor.Value] = [[signature.header(), {}, signature.value] for signature in signatures]
    return _FOUR + cbor.octets(b"") + _NO_MAP + cbor.octets(payload) + cbor.encode(rows)


def read_sign(data: bytes, what: str, *, max_bytes: int, most: int) -> tuple[bytes, tuple[Signature, ...]]:
    """Return payload and signatures of an untagged COSE_Sign; its signatures stand in the order of their key ids."""
    parts = shape.sequence(cbor.decode(data, max_bytes=max_bytes), what, least=4, most=4)
    if parts[0] != b"" or not isinstance(parts[0], bytes):
        raise NotAllowed(f"{what} has a protected header of its own")
    empty_unprotected(parts[1], what)
    payload = shape.octets(parts[2], f"the payload of {what}", least=1, most=max_bytes)
    rows = shape.sequence(parts[3], f"the signatures of {what}", least=1, most=most)
    signatures = tuple(_read_signature(row, what) for row in rows)
    shape.ascending([signature.key_id for signature in signatures], f"the key ids of {what}")
    return payload, signatures


def _read_signature(row: cbor.Value, what: str) -> Signature:
    header, unprotected, value = shape.sequence(row, f"a signature of {what}", least=3, most=3)
    algorithm, kid = read_protected(header, f"the protected header of a signature of {what}")
    empty_unprotected(unprotected, f"a signature of {what}")
    return Signature(algorithm, kid, shape.octets(value, f"a signature of {what}", least=1, most=MAX_SIGNATURE))
