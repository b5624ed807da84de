"""The little of COSE (RFC 9052) that the record needs: one protected header, two structures to sign."""

from typing import Final

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.record import shape

KEY_ID_SIZE: Final = 8
MAX_SIGNATURE: Final = 4627  # ML-DSA-87, the longest of the algorithms in sight (FIPS 204)
_ALG, _KID = 1, 4  # RFC 9052 3.1


def protected(algorithm: int, key_id: bytes) -> bytes:
    """Return the protected header `{1: alg, 4: kid}` as the bytes that are signed."""
    return cbor.encode({_ALG: algorithm, _KID: key_id})


def read_protected(data: cbor.Value, what: str) -> tuple[int, bytes]:
    """Return algorithm and key id of a protected header; it holds these two and nothing else."""
    header = cbor.decode(shape.octets(data, what, least=1, most=64), max_depth=1)
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
    return cbor.encode(["Signature1", header, aad, payload])


def to_sign(header: bytes, aad: bytes, payload: bytes) -> bytes:
    """Return what one signer of a COSE_Sign signs (RFC 9052 4.4, context "Signature"); the body header is empty."""
    return cbor.encode(["Signature", b"", header, aad, payload])


def sign1_bytes(header: bytes, payload: bytes, signature: bytes) -> bytes:
    """Return the untagged COSE_Sign1 array."""
    return cbor.encode([header, {}, payload, signature])


def read_sign1(data: bytes, what: str, *, max_bytes: int) -> tuple[bytes, int, bytes, bytes, bytes]:
    """Return header, algorithm, key id, payload and signature of an untagged COSE_Sign1."""
    parts = shape.sequence(cbor.decode(data, max_bytes=max_bytes), what, least=4, most=4)
    algorithm, key_id = read_protected(parts[0], f"the protected header of {what}")
    empty_unprotected(parts[1], what)
    payload = shape.octets(parts[2], f"the payload of {what}", least=1, most=max_bytes)
    signature = shape.octets(parts[3], f"the signature of {what}", least=1, most=MAX_SIGNATURE)
    return protected(algorithm, key_id), algorithm, key_id, payload, signature
