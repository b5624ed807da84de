"""Entries read by what differs in them from one that was checked in full: the same verdict for a fraction of the work.

In a long record most entries differ from another in numbers, hashes and signatures alone. Its *shape* is all the
rest: who says something to whom, and by whose keys. A shape is taken from an entry and a body that passed every
check there is (`learn`); after that a pattern over the one byte form of an entry finds the few fields that rules and
signatures ask for, and the bytes that were signed, without taking the entry apart and putting it together again.

Rule 1: what the pattern, a length, a shortest form or a shape does not fit is `None`: the full way judges it.
Rule 2: nothing is taken here that the full way refuses, and each field is the one that the full way gives.
Rule 3: a shape holds for one card of one log; who has another card in force makes another `Swift`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple

from searoom import cbor
from searoom.record import cose, shape
from searoom.record.algorithms import ED25519
from searoom.record.entry import ENTRY_AAD, MAX_STATEMENT, STATEMENT_AAD, Entry, Kind
from searoom.record.keys import Key, Signer
from searoom.record.seal import KIND_XWING, MAX_BODY, OPENING_SIZES, TAG_SIZE, WRAPPED_SIZE, Body

MAX_SHAPES: Final = 256

# The one form of each (docs/formats/cbor.md): shortest integers below 2^63, byte strings of 24 to 65,535 bytes.
_UINT: Final = rb"[\x00-\x17]|\x18[\x18-\xff]|\x19(?!\x00)..|\x1a(?!\x00\x00).{4}|\x1b(?!\x00{4})[\x00-\x7f].{7}"
_LONG: Final = rb"\x58[\x18-\xff]|\x59[\x01-\xff]."
_HEADER: Final = cose.protected(ED25519, bytes(8))[:-8]
_SIGNED_BY: Final = rb"\x4d" + re.escape(_HEADER) + rb".{8}\xa0"
_HEARD: Final = re.compile(rb"\x83([\x60-\x77][a-z0-9.]*)(" + _UINT + rb")\x58\x20(.{32})", re.DOTALL)
_ROW_SIZE: Final = 82  # of a signature: array head, header, empty map, 64 bytes behind their length
_FIRST_KID: Final = 8  # where the key id of the first row begins, behind the heads of the rows, the row and the header
_SIGNATURE_SIZE: Final = 64
_BODY_START: Final = b"\xa3\x00" + cbor.encode(shape.VERSION) + b"\x01"
_WRAPPED: Final = cbor.encode(bytes(WRAPPED_SIZE))[:-WRAPPED_SIZE]
_SEALED_SIZES: Final = tuple(size + TAG_SIZE for size in OPENING_SIZES)


def _entry_pattern(log: str) -> "re.Pattern[bytes]":
    """Return the pattern of what an ordinary entry of a log is; the lengths in it are compared afterwards."""
    return re.compile(
        rb"\x84(" + _SIGNED_BY + rb")(" + _LONG + rb")"  # 1 the station's header, 2 the length of the payload
        rb"\xa7\x00\x01\x01" + re.escape(cbor.encode(log)) + rb"\x02(" + _UINT + rb")\x03(" + _UINT + rb")"  # 3, 4
        rb"\x04([\x80-\x97](?:\x83[\x60-\x77][a-z0-9.]*(?:" + _UINT + rb")\x58\x20.{32})*)"  # 5 what was heard
        rb"\x05(" + _LONG + rb")\x84\x40\xa0(" + _LONG + rb")"  # 6 the length of what was released, 7 of the statement
        rb"([^\x05]+)\x05\x58\x20(.{32})\x06\x58\x20(.{32})"  # 8 who to whom, 9 the body's hash, 10 the words' hash
        rb"\x07(" + _UINT + rb")\x08(\xf6|" + _UINT + rb")\x09\x00"  # 11 claimed, 12 until; words
        rb"([\x81-\x88](?:\x83" + _SIGNED_BY + rb"\x58\x40.{64})+)"  # 13 the signatures of who released it
        rb"\x06(?:" + _UINT + rb")(\x58\x40)",  # placed; 14 the station's signature
        re.DOTALL,
    )


class Head(NamedTuple):
    """The head of another log that an entry has heard."""

    log: str
    size: int
    root: bytes


class Seen:
    """What was seen of an entry: where it stands, what it says it is, and who signed which bytes."""

    __slots__ = ("body_hash", "heard", "height", "index", "log", "plain_hash", "shape", "signed")

    def __init__(
        self,
        log: str,
        place: tuple[int, int],  # index and height
        heard: tuple[Head, ...],
        hashes: tuple[bytes, bytes],  # of the body, of the words
        signed: list[tuple[Key, bytes, bytes]],  # key, message, signature: the station's first
        shape: "Shape",
    ) -> None:
        self.log, self.heard, self.signed, self.shape = log, heard, signed, shape
        self.index, self.height = place
        self.body_hash, self.plain_hash = hashes


@dataclass(frozen=True, slots=True)
class Shape:
    """What entries have in common with one that was checked in full: the keys that signed it, and its readers."""

    station: Key
    station_before: bytes  # of what the station signs, all that stands before the payload
    releasing: tuple[tuple[Key, bytes], ...]  # the same of each who released it
    who: tuple[Signer, ...]
    readers: tuple[tuple[str, bytes], ...]  # in the order of a body, each with the bytes before its key id


class Swift:
    """Reads the entries of one log under one card; `logs` are the names that can have been heard."""

    def __init__(self, log: str, logs: Sequence[str]) -> None:
        self._log, self._pattern = log, _entry_pattern(log)
        self._names = {cbor.encode(name): name for name in logs}
        self._shapes: dict[tuple[bytes, bytes, bytes], Shape] = {}
        self._heard: tuple[bytes, tuple[Head, ...]] = (b"\x80", ())

    def read(self, data: bytes) -> Seen | None:
        """Return what is seen of an entry whose shape is known; None for any other bytes, good or bad."""
        found = self._pattern.match(data)
        if found is None or found.end() + _SIGNATURE_SIZE != len(data):
            return None  # one that fits is far below MAX_ENTRY: 23 heads and 8 signatures at most, and the statement
        (station, payload_size, index, height, heard_raw, released_size, statement_size, head, body_hash, plain_hash,
         claimed, until, rows, _) = found.groups()  # fmt: skip
        payload_end, statement_start, rows_start = found.start(14), found.start(8), found.start(13)
        if (
            _uint(payload_size) != payload_end - found.end(2)
            or _uint(released_size) != found.end(13) - found.end(6)
            or not _uint(statement_size) == rows_start - statement_start <= MAX_STATEMENT
            or (rows[0] & 0x1F) * _ROW_SIZE != len(rows) - 1
            or (until != b"\xf6" and _uint(until) < _uint(claimed))
        ):
            return None
        kids = b"".join([rows[at : at + 8] for at in range(_FIRST_KID, len(rows), _ROW_SIZE)])
        known = self._shapes.get((head, station, kids))
        heard = self._heard[1] if heard_raw == self._heard[0] else self._read_heard(heard_raw)
        number = _uint(height)
        if known is None or heard is None or number < 1:
            return None
        statement = data[found.start(7) : rows_start]
        signed = [(known.station, known.station_before + data[found.start(2) : payload_end], data[-_SIGNATURE_SIZE:])]
        end = _ROW_SIZE + 1
        for key, before in known.releasing:
            signed.append((key, before + statement, rows[end - _SIGNATURE_SIZE : end]))
            end += _ROW_SIZE
        return Seen(self._log, (_uint(index), number), heard, (body_hash, plain_hash), signed, known)

    def _read_heard(self, data: bytes) -> tuple[Head, ...] | None:
        """Return what was heard, in ascending order of the logs; None where that is not so."""
        heads: list[Head] = []
        size = 1
        last = b""
        for raw, number, root in _HEARD.findall(data):
            log, count = self._names.get(raw), _uint(number)
            if log is None or count < 1 or raw[1:] <= last:
                return None
            heads.append(Head(log, count, root))
            size += 1 + len(raw) + len(number) + 34
            last = raw[1:]
        if size != len(data) or data[0] & 0x1F != len(heads):
            return None
        self._heard = data, tuple(heads)
        return self._heard[1]

    def learn(
        self, entry: Entry, body: Body, station: Key | None, releasing: Sequence[Key | None], who: tuple[Signer, ...]
    ) -> None:
        """Remember the shape of an entry of this log that passed every check, with its body and the keys of `who`."""
        statement, signatures = entry.statement, entry.released.signatures
        keys = [key for key in (station, *releasing) if key is not None and key.algorithm == ED25519]
        if statement.kind is not Kind.WORDS or len(keys) != 1 + len(signatures):
            return
        if len(self._shapes) >= MAX_SHAPES:
            self._shapes.clear()
        head = cbor.encode({
            0: shape.VERSION, 1: statement.mechanism, 2: statement.exercise, 3: statement.author,
            4: statement.recipients,
        })  # fmt: skip
        head = statement.to_bytes()[:1] + head[1:]
        header = entry.station.header()
        name = head, cbor.encode(header) + b"\xa0", b"".join(one.key_id for one in signatures)
        before = [cose.to_sign(one.header(), STATEMENT_AAD, b"")[:-1] for one in signatures]
        self._shapes[name] = Shape(
            keys[0],
            cose.to_sign1(header, ENTRY_AAD, b"")[:-1],
            tuple(zip(keys[1:], before, strict=True)),
            who,
            tuple((party, cbor.encode(party) + b"\x83" + cbor.encode(KIND_XWING) + b"\x48") for party in body.wrapped),
        )


def body_keys(body: bytes, seen: Seen) -> tuple[bytes, ...] | None:
    """Return the ids of the keys that a body is sealed to, in the order of its readers; None where it has another form.

    Its hash is compared here too.
    """
    readers = seen.shape.readers
    head = 3 if body[4:5] == b"\x59" else 5
    size = int.from_bytes(body[5 : 4 + head], "big")
    at = 4 + head + size
    start = _BODY_START + (b"\x59" if head == 3 else b"\x5a")
    wrong = size not in _SEALED_SIZES or (head == 5) != (size > 0xFFFF) or len(body) > MAX_BODY
    if wrong or not body.startswith(start) or body[at : at + 2] != bytes((2, 0xA0 + len(readers))):
        return None
    at += 2
    kids: list[bytes] = []
    for _, before in readers:
        kid = at + len(before)
        if body[at:kid] != before or body[kid + 8 : kid + 11] != _WRAPPED:
            return None
        kids.append(body[kid : kid + 8])
        at = kid + 11 + WRAPPED_SIZE
    if at != len(body) or sha256(body).digest() != seen.body_hash:
        return None
    return tuple(kids)


def _uint(data: bytes) -> int:
    return data[0] if len(data) == 1 else int.from_bytes(data[1:], "big")
