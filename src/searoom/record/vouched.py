"""An entry whose bytes a tree vouches for, taken apart without the checks that they passed when they came in.

Only for bytes of which the leaf hash was compared with the tree of their log: the strict decoder read them when they
were admitted, and a signed root covers them. One pattern over the one form that entries have (docs/formats/entry.md);
what it does not fit, the strict decoder reads. Both give the same entry.
"""

import re
from functools import lru_cache
from typing import Any, Final, TypeVar

from searoom import cbor
from searoom.record import cose, shape
from searoom.record.algorithms import ED25519
from searoom.record.cose import KEY_ID_SIZE, Signature
from searoom.record.entry import MAX_PARTIES, Entry, Heard, Kind, Released, Statement

_UINT: Final = rb"[\x00-\x17]|\x18.|\x19..|\x1a.{4}|\x1b.{8}"
_LONG: Final = rb"(?:[\x40-\x57]|\x58.|\x59..)"
_NAME: Final = rb"[\x60-\x77][a-z0-9.-]*"
_NAMES: Final = rb"[\x60-\x77a-z0-9.-]*"  # in one class: a repeated name would be tried in 2^length ways when refused
_SIGNED_BY: Final = rb"\x4d" + re.escape(cose.protected(ED25519, bytes(8))[:-8]) + rb"(?:.{8})\xa0"
_HASH: Final = rb"\x58\x20(.{32})"
_ENTRY: Final = re.compile(
    rb"\x84" + _SIGNED_BY + _LONG  # the station's header, its payload
    + rb"(\xa7\x00\x01\x01(" + _NAME + rb")\x02(" + _UINT + rb")\x03(" + _UINT + rb")"  # payload, log, index, height
    + rb"\x04([\x80-\x97](?:\x83" + _NAME + rb"(?:" + _UINT + rb")\x58\x20.{32})*)\x05" + _LONG  # what was heard
    + rb"(\x84\x40\xa0" + _LONG  # what was released
    + rb"((\xaa\x00\x01\x01[\x60-\x77][!-~]*\x02[\xf4\xf5]\x03" + _NAME  # the statement, its head
    + rb"\x04[\x80-\x97]" + _NAMES + rb")\x05" + _HASH + rb"\x06" + _HASH  # hashes of body and words
    + rb"\x07(" + _UINT + rb")\x08(\xf6|" + _UINT + rb")\x09([\x00-\x02]))"  # claimed, until, kind
    + rb"([\x81-\x88](?:\x83" + _SIGNED_BY + rb"\x58\x40.{64})+))\x06(" + _UINT + rb"))\x58\x40(.{64})",  # rows, placed
    re.DOTALL,
)  # fmt: skip
_HEARD: Final = re.compile(rb"\x83(" + _NAME + rb")(" + _UINT + rb")\x58\x20(.{32})", re.DOTALL)
_ROW_SIZE: Final = 82  # of a signature: array head, header, empty map, 64 bytes behind their length
_SIGNATURE_SIZE: Final = 64
_KID_BACK: Final = 75  # how far before the end of its row the id of a key begins
_STATION_KID: Final = slice(7, 15)
_KINDS: Final = tuple(Kind)
_Made = TypeVar("_Made", Statement, Released, Entry, Heard)


def vouched(data: bytes) -> Entry:
    """Return the entry of bytes that a tree vouches for; raises as `Entry.from_bytes` does for what is none."""
    found = _ENTRY.fullmatch(data)
    if found is None:
        return Entry.from_bytes(data)
    (payload, log, index, height, heard, released, said, head, body_hash, plain_hash, claimed, until, kind, rows,
     placed, signature) = found.groups()  # fmt: skip
    mechanism, exercise, author, recipients = _head(head)
    statement = _made(
        Statement, mechanism=mechanism, exercise=exercise, author=author, recipients=recipients, body_hash=body_hash,
        plain_hash=plain_hash, claimed_us=_uint(claimed), until_us=None if until == b"\xf6" else _uint(until),
        kind=_KINDS[kind[0]], _bytes=said,
    )  # fmt: skip
    signatures = tuple(
        Signature(ED25519, rows[end - _KID_BACK : end - _KID_BACK + KEY_ID_SIZE], rows[end - _SIGNATURE_SIZE : end])
        for end in range(_ROW_SIZE + 1, len(rows) + 1, _ROW_SIZE)  # behind the head of the rows
    )
    return _made(
        Entry, released=_made(Released, statement=statement, signatures=signatures, _bytes=released), log=_name(log),
        index=_uint(index), height=_uint(height), heard=_all_heard(heard), placed_us=_uint(placed),
        station=Signature(ED25519, data[_STATION_KID], signature), _payload=payload,
    )  # fmt: skip


def _made(kind: type[_Made], /, **values: Any) -> _Made:
    """Return what its constructor would make of these values, which were checked when they came in."""
    made = object.__new__(kind)
    for name, value in values.items():
        object.__setattr__(made, name, value)
    return made


@lru_cache(256)
def _head(data: bytes) -> tuple[str, bool, str, tuple[str, ...]]:
    """Return mechanism, exercise bit, author and recipients of the beginning of a statement."""
    whole = cbor.decode(bytes((0xA5,)) + data[1:])
    items = shape.numbered(whole, 5, "the head of a statement")
    recipients = shape.sequence(items[4], "the recipients of a statement", most=MAX_PARTIES)
    return str(items[1]), items[2] is True, str(items[3]), tuple(map(str, recipients))


@lru_cache(256)
def _name(data: bytes) -> str:
    return data[1:].decode()


@lru_cache(16)  # what was heard is the same in entries that follow each other
def _all_heard(data: bytes) -> tuple[Heard, ...]:
    return tuple(_made(Heard, log=_name(log), size=_uint(size), root=root) for log, size, root in _HEARD.findall(data))


def _uint(data: bytes) -> int:
    return data[0] if len(data) == 1 else int.from_bytes(data[1:], "big")
