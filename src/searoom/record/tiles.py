"""A log as still files: its tree cut into tiles, its entries tied into bundles.

The layout of C2SP tlog-tiles: a tile is up to 256 neighbouring hashes of every eighth level, a
bundle up to 256 entries, each behind its length in two bytes. Tiles are computed whenever they are
needed (to export, to verify) and stored nowhere else, so that there are never two truths.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from searoom.errors import NotAllowed
from searoom.record.entry import MAX_ENTRY
from searoom.record.merkle import Tree

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
MAX_LEAF_BYTES: Final = MAX_ENTRY
"""The longest entry of the record, 16 KiB; the format would allow 65,535 bytes."""

_LENGTH_BYTES: Final = 2


def tile_path(level: int | str, index: int, width: int) -> str:
    """Return where a tile of `width` hashes lies (`level` a number), or a bundle (`level` is 'entries')."""
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(groups)}{partial}"


def widths(count: int) -> Iterator[tuple[int, int]]:
    """Return (index, width) of each tile over `count` hashes: full ones, then the partial one if there is any."""
    for index in range(count // TILE_WIDTH):
        yield index, TILE_WIDTH
    if count % TILE_WIDTH:
        yield count // TILE_WIDTH, count % TILE_WIDTH


def tiles(tree: Tree) -> Iterator[tuple[str, bytes]]:
    """Return the path and the bytes of each tile of `tree`, level by level."""
    level, count = 0, tree.size
    while count:
        for index, width in widths(count):
            first = index * TILE_WIDTH
            hashes = [tree.subtree(level * TILE_HEIGHT, first + at) for at in range(width)]
            yield tile_path(level, index, width), b"".join(hashes)
        level, count = level + 1, count >> TILE_HEIGHT


def bundles(leaves: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """Return the path and the bytes of each bundle of the entries `leaves`."""
    for index, width in widths(len(leaves)):
        first = index * TILE_WIDTH
        yield tile_path("entries", index, width), write_bundle(leaves[first : first + width])


def write_bundle(leaves: Sequence[bytes]) -> bytes:
    """Return one bundle: each entry behind its length as two bytes, high byte first."""
    out = bytearray()
    for leaf in leaves:
        if len(leaf) > MAX_LEAF_BYTES:
            raise NotAllowed(f"an entry of {len(leaf)} bytes is longer than {MAX_LEAF_BYTES}")
        out += len(leaf).to_bytes(_LENGTH_BYTES, "big") + leaf
    return bytes(out)


def read_bundle(data: bytes, width: int) -> tuple[bytes, ...]:
    """Return the `width` entries of one bundle, which must hold exactly them."""
    leaves: list[bytes] = []
    at = 0
    for number in range(width):
        start = at + _LENGTH_BYTES
        length = int.from_bytes(data[at:start], "big")
        at = start + length
        if at > len(data):
            raise NotAllowed(f"the bundle ends in the middle of its entry {number}")
        if length > MAX_LEAF_BYTES:
            raise NotAllowed(f"entry {number} of the bundle is longer than {MAX_LEAF_BYTES} bytes")
        leaves.append(data[start:at])
    if at != len(data):
        raise NotAllowed(f"the bundle has {len(data) - at} bytes after its {width} entries")
    return tuple(leaves)
