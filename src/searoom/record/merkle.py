"""The tree over a log: one hash stands for all entries, short proofs for one of them.

The Merkle tree of RFC 6962 section 2.1 (RFC 9162 section 2.1) over SHA-256: a leaf is hashed
behind a 0x00, a node behind a 0x01, so that no leaf can pass for a node. The empty tree has the
hash of nothing.

Rule 1: a proof is read to its last hash; one too many or too few is refused.
Rule 2: what these functions are given from outside fails with `NotAllowed` (no such place in such
a tree) or `Tampered` (the hashes do not lead to the root), and never otherwise.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Final

from searoom.errors import NotAllowed, Tampered

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()

_ROOTS: Final = 64
_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of the bytes of an entry (RFC 6962, 2.1)."""
    return hashlib.sha256(_LEAF + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash over the hashes of two neighbours (RFC 6962, 2.1)."""
    return hashlib.sha256(_NODE + left + right).digest()


class Provable(ABC):
    """Whatever knows the hashes of complete subtrees of a log, and so every root and proof up to its size."""

    __slots__ = ()

    @property
    @abstractmethod
    def size(self) -> int:
        """The number of entries."""

    @abstractmethod
    def subtree(self, level: int, index: int) -> bytes:
        """Return the hash of the complete subtree number `index` of 2**`level` leaves."""

    def leaf(self, index: int) -> bytes:
        """Return the leaf hash of entry `index`."""
        self._check_index(index, self.size)
        return self.subtree(0, index)

    def root(self, size: int | None = None) -> bytes:
        """Return the tree head of the first `size` entries, of all of them where `size` is not given."""
        size = self.size if size is None else size
        self._check_size(size)
        return self.range(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """Return the audit path of entry `index` in the first `size` entries (RFC 6962, 2.1.1)."""
        size = self.size if size is None else size
        self._check_size(size)
        self._check_index(index, size)
        path: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self.range(middle, end))
                end = middle
            else:
                path.append(self.range(start, middle))
                start = middle
        return tuple(reversed(path))

    def consistency(self, old: int, new: int | None = None) -> tuple[bytes, ...]:
        """Return the proof that the first `old` entries lead the first `new` (RFC 6962, 2.1.2); `old` is 1 or more."""
        new = self.size if new is None else new
        self._check_size(new)
        _check_sizes(old, new)
        return tuple(self.range(*place) for place in reversed(_path(old, new)))

    def range(self, start: int, end: int) -> bytes:
        """Return the hash over entries `start` to `end`; `start` must be where such a subtree can begin."""
        pieces: list[bytes] = []
        while start < end:
            level = (end - start).bit_length() - 1
            pieces.append(self.subtree(level, start >> level))
            start += 1 << level
        value = pieces.pop()
        while pieces:
            value = node_hash(pieces.pop(), value)
        return value

    def _check_size(self, size: int) -> None:
        if not 0 <= size <= self.size:
            raise NotAllowed(f"there is no tree of size {size} here: the log has {self.size} entries")

    @staticmethod
    def _check_index(index: int, size: int) -> None:
        if not 0 <= index < size:
            raise NotAllowed(f"there is no entry {index} in a tree of size {size}")


def block_size(level: int) -> int:
    """Return how many bytes `Tree.block` gives for 2**`level` leaves."""
    return ((2 << level) - 1) * HASH_BYTES


class Tree(Provable):
    """The hashes of a growing log, in memory: about 64 bytes an entry.

    Level 0 holds the leaf hashes; level n those of complete subtrees of 2**n leaves, side by side.
    A complete subtree never changes, so appending only adds, and every older root can be had back.
    """

    __slots__ = ("_levels", "_roots")

    def __init__(self, leaf_hashes: Iterable[bytes] = ()) -> None:
        self._levels: list[bytearray] = [bytearray()]
        self._roots: dict[int, bytes] = {}  # those that were asked for lately: the link asks for the same few often
        for leaf in leaf_hashes:
            self.append(leaf)

    @property
    def size(self) -> int:
        """The number of entries."""
        return len(self._levels[0]) // HASH_BYTES

    def append(self, leaf: bytes) -> None:
        """Add the hash of one more entry (`leaf_hash` of its bytes)."""
        if len(leaf) != HASH_BYTES:
            raise NotAllowed(f"a leaf hash has {HASH_BYTES} bytes, not {len(leaf)}")
        self._levels[0] += leaf
        self._close(0)

    def root(self, size: int | None = None) -> bytes:
        """Return the tree head of the first `size` entries, of all of them where `size` is not given."""
        size = self.size if size is None else size
        found = self._roots.get(size)
        if found is None:
            if len(self._roots) >= _ROOTS:
                self._roots.clear()
            found = self._roots[size] = super().root(size)
        return found

    def block(self, number: int, level: int) -> bytes:
        """Return all hashes of the complete subtree `number` of 2**`level` leaves, the leaves first, its root last."""
        pieces = []
        for step in range(level + 1):
            width = HASH_BYTES << (level - step)
            pieces.append(bytes(self._levels[step][number * width : (number + 1) * width]))
        return b"".join(pieces)

    def append_block(self, block: bytes, level: int) -> None:
        """Add 2**`level` entries at once, as `block` gave them; the hashes inside are believed as they are."""
        if self.size % (1 << level) or len(block) != block_size(level):
            raise NotAllowed(f"a block of 2**{level} leaves does not fit behind {self.size} entries")
        at = 0
        for step in range(level + 1):
            width = HASH_BYTES << (level - step)
            if step == len(self._levels):
                self._levels.append(bytearray())
            self._levels[step] += block[at : at + width]
            at += width
        self._close(level)

    def range(self, start: int, end: int) -> bytes:
        """Do what the class above does, without a call for each piece: who verifies a record asks for many roots."""
        value, left, levels = b"", end - start, self._levels
        while left:  # from the smallest piece, the last one, to the largest
            level = (left & -left).bit_length() - 1
            at = ((start + left - 1) >> level) * HASH_BYTES
            piece = levels[level][at : at + HASH_BYTES]
            value = hashlib.sha256(_NODE + piece + value).digest() if value else bytes(piece)
            left &= left - 1
        return value

    def _close(self, level: int) -> None:
        """Add the hashes of the subtrees that the newest one of `level` completes."""
        count = len(self._levels[level]) // HASH_BYTES
        while count % 2 == 0:
            if level + 1 == len(self._levels):
                self._levels.append(bytearray())
            self._levels[level + 1] += node_hash(self.subtree(level, count - 2), self.subtree(level, count - 1))
            level, count = level + 1, count // 2

    def truncate(self, size: int) -> None:
        """Forget the entries from `size` on: for a caller whose transaction was rolled back."""
        self._check_size(size)
        self._roots.clear()
        for level, hashes in enumerate(self._levels):
            del hashes[(size >> level) * HASH_BYTES :]

    def subtree(self, level: int, index: int) -> bytes:
        """Return the hash of the complete subtree number `index` of 2**`level` leaves."""
        return bytes(self._levels[level][index * HASH_BYTES : (index + 1) * HASH_BYTES])


def consistency_beyond(tree: Tree, old: int, new: int, proof: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return the proof from `old` entries to `new`, more than `tree` holds; `proof` leads from all it holds to `new`.

    What lies beyond is taken from that proof, which names just the nodes that are needed for it.
    """
    held, path = tree.size, _path(tree.size, new)
    if len(proof) != len(path):
        raise Tampered(f"a proof from {held} entries to {new} has {len(path)} hashes, not {len(proof)}")
    beyond = zip(path, reversed(proof), strict=True)
    known = {place: found for place, found in beyond if place[1] > held}

    def node(start: int, end: int) -> bytes:
        if end <= held:
            return tree.range(start, end)
        if (start, end) not in known:
            middle = start + _split(end - start)
            known[start, end] = node_hash(node(start, middle), node(middle, end))
        return known[start, end]

    return tuple(node(*place) for place in reversed(_path(old, new)))


def _path(old: int, new: int) -> list[tuple[int, int]]:
    """Return the ranges whose hashes prove that `old` entries lead `new`, from the top down (RFC 6962, 2.1.2)."""
    path = []
    start, end = 0, new
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return [*path, (start, end)] if start else path  # else the old tree is itself a node of the new one


def _split(count: int) -> int:
    """Return the largest power of two below `count` (which is 2 or more)."""
    return 1 << (count - 1).bit_length() - 1


def _check_sizes(old: int, new: int) -> None:
    if not 0 < old <= new:
        # Old size 0 proves nothing and needs no hash: the caller decides what it means to him.
        raise NotAllowed(f"there is no consistency proof from size {old} to size {new}")


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Return where `leaf` (a leaf hash) is entry `index` of the tree of `size` and `root` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise NotAllowed(f"there is no entry {index} in a tree of size {size}")
    _check_hashes([leaf, root, *proof])
    place, last, value = index, size - 1, leaf
    for neighbour in proof:
        if last == 0:
            raise Tampered("the inclusion proof has hashes left over")
        if place % 2 or place == last:
            value = node_hash(neighbour, value)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            value = node_hash(value, neighbour)
        place, last = place >> 1, last >> 1
    if last:
        raise Tampered("the inclusion proof ends before the root")
    if value != root:
        raise Tampered(f"entry {index} is not in the tree of size {size} with this root")


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Return where the tree of `old_root` leads that of `new_root` (RFC 9162, 2.1.4.2); `old` is 1 or more."""
    _check_sizes(old, new)
    _check_hashes([old_root, new_root, *proof])
    if old == new:
        if proof or old_root != new_root:
            raise Tampered(f"there are two trees of one size, {old}")
        return
    path = list(proof)
    if old & (old - 1) == 0:  # the old tree is a node of the new one and is not repeated in the proof
        path.insert(0, old_root)
    if not path:
        raise Tampered("the consistency proof is empty")
    place, last = old - 1, new - 1
    while place % 2:
        place, last = place >> 1, last >> 1
    older = newer = path[0]
    for neighbour in path[1:]:
        if last == 0:
            raise Tampered("the consistency proof has hashes left over")
        if place % 2 or place == last:
            older, newer = node_hash(neighbour, older), node_hash(neighbour, newer)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, neighbour)
        place, last = place >> 1, last >> 1
    if last:
        raise Tampered("the consistency proof ends before the root")
    if older != old_root or newer != new_root:
        raise Tampered(f"the log of size {new} does not contain the log of size {old} unchanged")


def _check_hashes(hashes: Iterable[bytes]) -> None:
    if any(len(value) != HASH_BYTES for value in hashes):
        raise NotAllowed(f"a hash in a proof does not have {HASH_BYTES} bytes")
