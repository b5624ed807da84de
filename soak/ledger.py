"""What the observer knows of one log on one disk: leaves, roots and claims, computed without `record.merkle`."""

import hashlib
from dataclasses import dataclass, field
from typing import Any, Final

from searoom import cbor
from searoom.record.checkpoint import SignedNote
from searoom.record.entry import Entry, Kind

EMPTY: Final = hashlib.sha256(b"").digest()


def leaf_of(data: bytes) -> bytes:
    """Return the leaf hash of an entry (RFC 6962)."""
    return hashlib.sha256(b"\0" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


@dataclass(slots=True)
class Column:
    """One log on one disk, entry by entry."""

    leaves: list[bytes] = field(default_factory=list)
    roots: list[bytes] = field(default_factory=lambda: [EMPTY])
    heights: list[int] = field(default_factory=list)
    heard: dict[str, int] = field(default_factory=dict)
    opened: dict[str, int] = field(default_factory=dict)  # what the first entry has heard
    said: set[bytes] = field(default_factory=set)
    _peaks: list[tuple[int, bytes]] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many entries there are."""
        return len(self.leaves)

    def add(self, data: bytes, entry: Entry) -> None:
        """Add the next entry."""
        self.heights.append(entry.height)
        self.heard = {item.log: item.size for item in entry.heard}
        self.opened = self.opened if self.leaves else self.heard
        self.said.add(entry.statement.plain_hash)
        self.add_leaf(leaf_of(data))

    def add_leaf(self, leaf: bytes) -> None:
        """Add the next leaf to the tree (RFC 6962, section 2.1)."""
        self.leaves.append(leaf)
        self._peaks.append((0, leaf))
        while len(self._peaks) > 1 and self._peaks[-1][0] == self._peaks[-2][0]:
            level, right = self._peaks.pop()
            _, left = self._peaks.pop()
            self._peaks.append((level + 1, _node(left, right)))
        root = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            root = _node(left, root)
        self.roots.append(root)


@dataclass(slots=True)
class Holding:
    """What lies durably on one node's disk, as far as the observer was told."""

    name: str
    columns: dict[str, Column] = field(default_factory=dict)
    cosigned: dict[tuple[str, str], int] = field(default_factory=dict)
    said_cosigned: dict[str, int] = field(default_factory=dict)  # by us, as it left: log -> size
    aheads: dict[tuple[str, int], bytes] = field(default_factory=dict)  # what came ahead of its place: its leaf

    def column(self, log: str) -> Column:
        """Return the column of a log, empty where there was none."""
        return self.columns.setdefault(log, Column())

    def size(self, log: str) -> int:
        """Return how many entries of a log lie there."""
        return self.columns[log].size if log in self.columns else 0


def card_keys(body: bytes) -> frozenset[bytes]:
    """Return the ids of the keys on the card in a body, read without `record.cards`."""
    signed: Any = cbor.decode(body)  # COSE_Sign: protected, unprotected, payload, signatures
    card: Any = cbor.decode(signed[2])
    return frozenset(hashlib.sha256(row[4]).digest()[:8] for row in card[6])


def signers_of(entry: Entry) -> frozenset[bytes]:
    """Return the ids of all keys that signed an entry."""
    return frozenset([entry.station.key_id, *(signature.key_id for signature in entry.released.signatures)])


def brings_card(entry: Entry) -> bool:
    """Whether the entry's body is its author's next card."""
    return entry.statement.kind is Kind.CARD


def head_of(note: bytes) -> tuple[str, int, bytes]:
    """Return origin, size and root of a signed note; whose lines are below it is not asked."""
    head = SignedNote.from_bytes(note).checkpoint
    return head.origin, head.size, head.root


def leaf_ahead(value: bytes) -> bytes:
    """Return the leaf of an entry that waits in the store: [log, index, entry, ...]."""
    kept: Any = cbor.decode(value, max_bytes=len(value))
    return leaf_of(kept[2])
