"""A sealed body opened by its one byte form: the same words as `seal` gives for it, for a fraction of the work.

A body and an opening have one encoding each, so what each part begins with can be said beforehand and compared, and
nothing is decoded and put together again. What does not fit gives None: `seal` judges it.
"""

from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from searoom import cbor
from searoom.record import shape
from searoom.record.cose import KEY_ID_SIZE
from searoom.record.entry import Kind, Statement
from searoom.record.seal import (
    KIND_XWING,
    OPENING_SIZES,
    SALT_SIZE,
    TAG_SIZE,
    WRAP_LABEL,
    WRAPPED_SIZE,
    KemKey,
    Opening,
    Wrapped,
)

_BODY: Final = b"\xa3\x00" + cbor.encode(shape.VERSION) + b"\x01"
_KEY: Final = cbor.encode(bytes(KEY_ID_SIZE))[:-KEY_ID_SIZE]
_WRAPPED: Final = cbor.encode(bytes(WRAPPED_SIZE))[:-WRAPPED_SIZE]
_OPENING: Final = b"\x83" + cbor.encode(bytes(SALT_SIZE))[:-SALT_SIZE]
_WORDS_AT: Final = len(_OPENING) + SALT_SIZE
_HEADS: Final = {0x58: 1, 0x59: 2}  # of byte strings: how many bytes say the length
_SHORTEST: Final = {0x58: 24, 0x59: 256}
_NONCE: Final = bytes(12)


def find(body: bytes, statement: Statement, reader: str, kem: KemKey) -> bytes | None:
    """Return the content key of a body, unwrapped for `reader`; None where it has another form, or another key's.

    Its hash was compared with the statement's. Raises `Tampered` where the key does not unwrap.
    """
    kept = _parts(body, statement)
    if kept is None or reader not in kept[1]:
        return None
    at = kept[1][reader]
    key_id, value = body[at : at + KEY_ID_SIZE], body[at + KEY_ID_SIZE + len(_WRAPPED) :][:WRAPPED_SIZE]
    if key_id != kem.key_id:
        return None
    info = _before_hash(statement.mechanism, statement.author, reader) + cbor.octets(statement.plain_hash)
    return kem.unwrap(Wrapped(KIND_XWING, key_id, value), info)


def opened(key: bytes, body: bytes, statement: Statement) -> Opening | None:
    """Return the words of a body by its content key; None where they or the body have another form, or another hash.

    The hash of the body was compared with the statement's.
    """
    kept = _parts(body, statement)
    if kept is None:
        return None
    aad = _aad(statement.mechanism, statement.author, statement.recipients)
    try:
        inner = ChaCha20Poly1305(key).decrypt(_NONCE, kept[0], aad)
    except (InvalidTag, ValueError):
        return None
    opening = _opening(inner)
    return opening if opening is not None and opening.plain_hash() == statement.plain_hash else None


def _parts(body: bytes, statement: Statement) -> tuple[bytes, dict[str, int]] | None:
    """Return the ciphertext of a body, and where the key id for each reader begins."""
    start = len(_BODY)
    width = _HEADS.get(body[start], 0) if len(body) > start else 0
    at = start + 1 + width
    size = int.from_bytes(body[start + 1 : at], "big")
    if not width or size - TAG_SIZE not in OPENING_SIZES or not body.startswith(_BODY) or statement.kind != Kind.WORDS:
        return None
    ciphertext, at = body[at : at + size], at + size
    head, readers = _readers(statement.author, statement.recipients)
    found: dict[str, int] = {}
    if body[at : at + len(head)] != head:
        return None
    at += len(head)
    for reader, before in readers:
        kid = at + len(before)
        wrapped = kid + KEY_ID_SIZE
        if body[at:kid] != before or body[wrapped : wrapped + len(_WRAPPED)] != _WRAPPED:
            return None
        found[reader], at = kid, wrapped + len(_WRAPPED) + WRAPPED_SIZE
    return (ciphertext, found) if at == len(body) else None


def _opening(inner: bytes) -> Opening | None:
    """Return an opening of the smallest size that its words fit; None for any other, which may still be one."""
    if len(inner) not in OPENING_SIZES or not inner.startswith(_OPENING):
        return None
    words = _octets(inner, _WORDS_AT)
    pad = None if words is None else _octets(inner, words[1])
    if words is None or pad is None or pad[1] != len(inner) or any(pad[0]):
        return None
    if len(inner) > OPENING_SIZES[0] and words[1] < len(inner) // 2:  # a smaller size may do: `Opening` says which
        return None
    return Opening(inner[len(_OPENING) : _WORDS_AT], words[0])


def _octets(data: bytes, at: int) -> tuple[bytes, int] | None:
    """Return a byte string of at most 65,535 bytes at a place, and where it ends; None for anything else."""
    first = data[at] if at < len(data) else 0
    width = _HEADS.get(first, 0)
    start = at + 1 + width
    size = int.from_bytes(data[at + 1 : start], "big") if width else first - 0x40
    short = size < _SHORTEST[first] if width else not 0 <= size < _SHORTEST[0x58]
    return None if short or start + size > len(data) else (data[start : start + size], start + size)


@lru_cache(256)
def _readers(author: str, recipients: tuple[str, ...]) -> tuple[bytes, tuple[tuple[str, bytes], ...]]:
    """Return the head of the readers of a body, and each with the bytes before its key id, in their order."""
    names = sorted((author, *recipients), key=cbor.encode)
    head = b"\x02" + cbor.encode(dict.fromkeys(names, 0))[: -sum(len(cbor.encode(name)) + 1 for name in names)]
    return head, tuple((name, cbor.encode(name) + b"\x83" + cbor.encode(KIND_XWING) + _KEY) for name in names)


@lru_cache(256)
def _before_hash(mechanism: str, author: str, reader: str) -> bytes:
    """Return what a content key is wrapped with, as far as the salted hash of the words."""
    whole = cbor.encode([WRAP_LABEL, mechanism, author, reader, b""])
    return whole[:-1]


@lru_cache(256)
def _aad(mechanism: str, author: str, recipients: tuple[str, ...]) -> bytes:
    return cbor.encode([mechanism, author, sorted(recipients)])
