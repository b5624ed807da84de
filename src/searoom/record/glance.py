"""The few fields of a stored entry that a log needs at its start, found without reading the rest.

Only for bytes that were read in full when they came in and that a signed root covers: whatever the store changed
since then does not give that root. One pattern over the one form that entries have (docs/formats/entry.md).
"""

import re
from dataclasses import dataclass
from typing import Final

from searoom.record.entry import Entry, Kind

_UINT: Final = rb"(?:[\x00-\x17]|\x18.|\x19..|\x1a.{4}|\x1b.{8})"
_TEXT: Final = rb"(?:[\x60-\x77]|\x78.)[!-~]*"
_TEXTS: Final = rb"[\x18-~]*"  # all in one class: a repeated text would be tried in 2^length ways before it is refused
_BYTES: Final = rb"(?:[\x40-\x57]|\x58.|\x59..)"
_ARRAY: Final = rb"(?:[\x80-\x97]|\x98.)"
_HASH: Final = rb"\x58\x20.{32}"
_ENTRY: Final = re.compile(
    rb"\x84\x4d.{13}\xa0" + _BYTES  # COSE_Sign1: header of an Ed25519 key, no unprotected one, payload
    + rb"\xa7\x00\x01\x01" + _TEXT + rb"\x02(" + _UINT + rb")\x03(" + _UINT + rb")\x04" + _ARRAY
    + rb"(?:\x83" + _TEXT + _UINT + _HASH + rb")*"
    + rb"\x05" + _BYTES + rb"\x84\x40\xa0" + _BYTES  # released, the statement in it
    + rb"\xaa\x00\x01\x01" + _TEXT + rb"\x02[\xf4\xf5]\x03" + _TEXT + rb"\x04" + _ARRAY + _TEXTS
    + rb"\x05" + _HASH + rb"\x06\x58\x20(.{32})\x07" + _UINT + rb"\x08(?:\xf6|" + _UINT + rb")\x09([\x00-\x02])",
    re.DOTALL,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Glance:
    """Where an entry stands, how high, the salted hash of what it says, and whether it says words."""

    index: int
    height: int
    plain_hash: bytes
    kind: Kind


def glance(data: bytes) -> Glance:
    """Return the few fields of an entry; raises as `Entry.from_bytes` does for what is none."""
    found = _ENTRY.match(data)
    if found is None:
        entry = Entry.from_bytes(data)
        return Glance(entry.index, entry.height, entry.statement.plain_hash, entry.statement.kind)
    index, height, plain_hash, kind = found.groups()
    return Glance(_uint(index), _uint(height), plain_hash, _KINDS[kind[0]])


_KINDS: Final = tuple(Kind)


def _uint(data: bytes) -> int:
    return data[0] if len(data) == 1 else int.from_bytes(data[1:], "big")
