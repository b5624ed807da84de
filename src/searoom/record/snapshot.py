"""What a log holds in memory, written down in blocks as it grows, so that a start need not read every entry.

Derived and never believed alone: the root that the blocks give is compared with the signed note, and a block that
is missing or damaged only means that the entries are read. A block covers 16,384 entries and never changes.
"""

import hashlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.record import shape
from searoom.record.merkle import HASH_BYTES, block_size

LEVEL: Final = 14
ENTRIES: Final = 1 << LEVEL
KIND: Final = "snapshot"
_MAX_BYTES: Final = 4 << 20


@dataclass(frozen=True, slots=True)
class Block:
    """Hashes of the tree, heights, salted hashes of what was said, and the places of what was said in clear."""

    tree: bytes
    heights: Sequence[int]
    said: Sequence[bytes]
    clear: Sequence[int]

    def to_bytes(self) -> bytes:
        """Return the block as the store keeps it."""
        heights = array("q", self.heights)
        held = cbor.encode([shape.VERSION, self.tree, heights.tobytes(), b"".join(self.said), list(self.clear)])
        return hashlib.sha256(held).digest() + held

    @classmethod
    def from_bytes(cls, data: bytes) -> "Block":
        """Return the block; raise `NotAllowed` for what is none (of this machine's byte order), or is damaged."""
        check, held = data[:HASH_BYTES], data[HASH_BYTES:]
        if hashlib.sha256(held).digest() != check:
            raise NotAllowed("a block of a snapshot is damaged")
        parts = shape.sequence(cbor.decode(held, max_bytes=_MAX_BYTES), "a block of a snapshot", least=5, most=5)
        if parts[0] != shape.VERSION:
            raise NotAllowed("a block of a snapshot is of another version")
        heights = array("q", shape.octets(parts[2], "the heights of a block", size=8 * ENTRIES))
        said = shape.octets(parts[3], "what a block says was said", size=HASH_BYTES * ENTRIES)
        return cls(
            shape.octets(parts[1], "the tree of a block", size=block_size(LEVEL)),
            heights,
            [said[at : at + HASH_BYTES] for at in range(0, len(said), HASH_BYTES)],
            [shape.uint(index, "a place in a block") for index in shape.sequence(parts[4], "places", most=ENTRIES)],
        )


def key(log: str, number: int) -> bytes:
    """Return under which key the store keeps the block `number` of a log."""
    return cbor.encode([log, number])
