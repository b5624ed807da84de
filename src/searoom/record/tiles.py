"""A log as still files: its tree cut into tiles, its entries tied into bundles, and proofs from those files alone.

The layout of C2SP tlog-tiles: a tile is up to 256 neighbouring hashes of every eighth level, a
bundle up to 256 entries, each behind its length in two bytes. Tiles are computed whenever they are
needed (to export, to serve) and stored nowhere else, so that there are never two truths.

Rule: `TileTree` hands out no hash and no entry that does not lead to the root it was opened with.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from searoom.errors import NotAllowed, Tampered
from searoom.record.merkle import HASH_BYTES, Provable, leaf_hash, node_hash

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
ENTRIES: Final = "entries"
MAX_LEVEL: Final = 63
MAX_LEAF_BYTES: Final = 65_535
"""The longest entry that the two bytes of length can say; the record's own are held shorter where they are read."""
MAX_TILES_HELD: Final = 64
"""How many proven tiles a `TileTree` keeps in memory: 512 KiB."""

_LENGTH_BYTES: Final = 2
_PATH: Final = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6})([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?(?![\s\S])"
)


def tile_path(level: int | str, index: int, width: int) -> str:
    """Return where a tile of `width` hashes lies (`level` a number), or a bundle (`level` is 'entries')."""
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(groups)}{partial}"


def read_tile_path(path: str) -> tuple[int | str, int, int]:
    """Return (level or 'entries', index, width) of the path of a tile; `NotAllowed` for every other text."""
    match = _PATH.match(path)
    if match:
        word, groups, last, partial = match.groups()
        level = word if word == ENTRIES else int(word)
        index = int((groups + last).replace("/", "").replace("x", ""))
        width = int(partial or TILE_WIDTH)
        fits = width <= TILE_WIDTH and (level == ENTRIES or int(level) <= MAX_LEVEL)
        if fits and tile_path(level, index, width) == path:
            return level, index, width
    raise NotAllowed("this is no path of a tile or a bundle")


def widths(count: int) -> Iterator[tuple[int, int]]:
    """Return (index, width) of each tile over `count` hashes: full ones, then the partial one if there is any."""
    for index in range(count // TILE_WIDTH):
        yield index, TILE_WIDTH
    if count % TILE_WIDTH:
        yield count // TILE_WIDTH, count % TILE_WIDTH


def tile(tree: Provable, level: int, index: int, width: int) -> bytes:
    """Return the bytes of one tile of `tree`."""
    first = index * TILE_WIDTH
    return b"".join(tree.subtree(level * TILE_HEIGHT, first + at) for at in range(width))


def tiles(tree: Provable) -> Iterator[tuple[str, bytes]]:
    """Return the path and the bytes of each tile of `tree`, level by level."""
    level, count = 0, tree.size
    while count:
        for index, width in widths(count):
            yield tile_path(level, index, width), tile(tree, level, index, width)
        level, count = level + 1, count >> TILE_HEIGHT


def bundles(leaves: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """Return the path and the bytes of each bundle of the entries `leaves`."""
    for index, width in widths(len(leaves)):
        first = index * TILE_WIDTH
        yield tile_path(ENTRIES, index, width), write_bundle(leaves[first : first + width])


def write_bundle(leaves: Sequence[bytes]) -> bytes:
    """Return one bundle: each entry behind its length as two bytes, high byte first."""
    for leaf in leaves:
        if len(leaf) > MAX_LEAF_BYTES:
            raise NotAllowed(f"an entry of {len(leaf)} bytes is longer than {MAX_LEAF_BYTES}")
    return pack(leaves, _LENGTH_BYTES)


def read_bundle(data: bytes, width: int) -> tuple[bytes, ...]:
    """Return the `width` entries of one bundle, which must hold exactly them."""
    return tuple(unpack(data, width, _LENGTH_BYTES, one="entry", many="entries"))


def pack(items: Sequence[bytes], length_bytes: int) -> bytes:
    """Return items one behind the other, each behind its length in so many bytes, high byte first."""
    return b"".join(len(item).to_bytes(length_bytes, "big") + item for item in items)


def unpack(data: bytes, width: int, length_bytes: int, *, one: str, many: str) -> list[bytes]:
    """Return the `width` items that `pack` put together, and nothing else; a refusal calls them `one` and `many`."""
    items: list[bytes] = []
    at = 0
    for number in range(width):
        start = at + length_bytes
        at = start + int.from_bytes(data[at:start], "big")
        if max(at, start) > len(data):
            raise NotAllowed(f"the bundle ends in the middle of its {one} {number}")
        items.append(data[start:at])
    if at != len(data):
        raise NotAllowed(f"the bundle has {len(data) - at} bytes after its {width} {many}")
    return items


class TileTree(Provable):
    """The tree of a log of `size` and `root`, read from its tiles as they are asked for: a mapping path -> bytes.

    Raises `Tampered` for a tile that does not lead to the root, at once for the partial tiles of the
    right edge and else when a tile is first read; `NotAllowed` for one that is missing or has another size.
    """

    def __init__(self, files: Mapping[str, bytes], size: int, root: bytes) -> None:
        self._files, self._size = files, size
        self._edge: dict[tuple[int, int], bytes] = {}
        self._held: dict[tuple[int, int], bytes] = {}
        for level in range((size.bit_length() + TILE_HEIGHT - 1) // TILE_HEIGHT):
            count = size >> level * TILE_HEIGHT
            if count % TILE_WIDTH:
                self._edge[level, count // TILE_WIDTH] = self._read(level, count // TILE_WIDTH)
        if self.root() != root:  # it is made of every hash of the partial tiles, and of no other: this proves them all
            raise Tampered(f"the tiles do not lead to the root of the log of size {size}")

    @property
    def size(self) -> int:
        """The number of entries."""
        return self._size

    def subtree(self, level: int, index: int) -> bytes:
        """Return the hash of the complete subtree number `index` of 2**`level` leaves."""
        floor, height = divmod(level, TILE_HEIGHT)
        number, at = divmod(index << height, TILE_WIDTH)
        return _hash_over(self._tile(floor, number), at, 1 << height)

    def bundle(self, index: int) -> tuple[bytes, ...]:
        """Return the entries of bundle number `index`, each found in the tree."""
        hashes = self._tile(0, index)
        width = len(hashes) // HASH_BYTES
        full = self._files.get(tile_path(ENTRIES, index, TILE_WIDTH))
        data = self._files.get(tile_path(ENTRIES, index, width))
        if data is None and full is not None:
            leaves = read_bundle(full, TILE_WIDTH)[:width]
        elif data is not None:
            leaves = read_bundle(data, width)
        else:
            raise NotAllowed(f"the bundle {tile_path(ENTRIES, index, width)} is missing")
        if b"".join(leaf_hash(leaf) for leaf in leaves) != hashes:
            raise Tampered(f"an entry of the bundle {tile_path(ENTRIES, index, width)} is not the one in the tree")
        return leaves

    def _tile(self, level: int, index: int) -> bytes:
        """Return a tile that is proven: one of the edge, or a full one whose hash stands in the tile above it."""
        known = self._edge.get((level, index)) or self._held.get((level, index))
        if known is not None:
            return known
        data = self._read(level, index)
        above, at = divmod(index, TILE_WIDTH)
        if _hash_over(data, 0, TILE_WIDTH) != _hash_over(self._tile(level + 1, above), at, 1):
            raise Tampered(f"the tile {tile_path(level, index, TILE_WIDTH)} does not lead to the root")
        if len(self._held) == MAX_TILES_HELD:
            del self._held[next(iter(self._held))]
        self._held[level, index] = data
        return data

    def _read(self, level: int, index: int) -> bytes:
        """Return the bytes of a tile as wide as the tree has it; a full tile serves for a partial one too."""
        width = min(TILE_WIDTH, (self._size >> level * TILE_HEIGHT) - index * TILE_WIDTH)
        if index < 0 or width < 1:
            raise NotAllowed(f"a log of size {self._size} has no tile {index} of level {level}")
        path = tile_path(level, index, width)
        data, wide = self._files.get(path), width
        if data is None:
            path, wide = tile_path(level, index, TILE_WIDTH), TILE_WIDTH
            data = self._files.get(path)
        if data is None:
            raise NotAllowed(f"the tile {tile_path(level, index, width)} is missing")
        if len(data) != wide * HASH_BYTES:
            raise NotAllowed(f"the tile {path} has {len(data)} bytes and must have {wide * HASH_BYTES}")
        return data[: width * HASH_BYTES]


def _hash_over(hashes: bytes, first: int, count: int) -> bytes:
    """Return the hash over `count` (a power of two) hashes of a tile, from hash number `first` on."""
    row = [hashes[at * HASH_BYTES : (at + 1) * HASH_BYTES] for at in range(first, first + count)]
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]
