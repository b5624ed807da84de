"""Tiles and bundles: names and cuts as C2SP tlog-tiles has them, and nothing else is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed
from searoom.record.merkle import Tree, leaf_hash
from searoom.record.tiles import MAX_LEAF_BYTES, bundles, read_bundle, tile_path, tiles, widths, write_bundle


@pytest.mark.parametrize(("path", "arguments"), [
    ("tile/0/000", (0, 0, 256)), ("tile/0/000.p/1", (0, 0, 1)), ("tile/1/017.p/255", (1, 17, 255)), ("tile/0/x001/x234/067", (0, 1234067, 256)),
    ("tile/entries/x001/000.p/3", ("entries", 1000, 3)), ("tile/0/999", (0, 999, 256)),
])  # fmt: skip
def test_names_tiles_as_the_standard_does(path, arguments):
    """Groups of three digits, all but the last with an x; the width of a partial tile behind .p/."""
    assert path == tile_path(*arguments)


def test_cuts_the_standards_example_of_70000_entries():
    """273 full tiles and one of 112; one full tile of level 1 and one of 17; one of width 1 at level 2."""
    counts = [70_000 >> shift for shift in (0, 8, 16)]
    cut = [list(widths(count)) for count in counts]
    assert (274, (273, 112)) == (len(cut[0]), cut[0][-1])
    assert [(0, 256), (1, 17)] == cut[1]
    assert [(0, 1)] == cut[2]


@pytest.mark.parametrize(("size", "paths"), [
    (0, []), (1, ["tile/0/000.p/1"]), (255, ["tile/0/000.p/255"]), (256, ["tile/0/000", "tile/1/000.p/1"]),
    (600, ["tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"]),
])  # fmt: skip
def test_computes_the_tiles_of_a_tree(size, paths):
    """Each tile holds the hashes of its level; a full tile's root is one hash of the next level."""
    tree = Tree(leaf_hash(number.to_bytes(2, "big")) for number in range(size))
    made = dict(tiles(tree))
    assert paths == list(made)
    assert all(len(data) % 32 == 0 for data in made.values())
    if size >= 256:
        leaves = [made["tile/0/000"][at : at + 32] for at in range(0, 8192, 32)]
        assert Tree(leaves).root() == made[paths[-1]][:32] == tree.root(256)


@given(st.lists(st.binary(max_size=40), max_size=9))
def test_what_is_bundled_is_read_back(leaves):
    """Entries come out of a bundle as they went in, the empty one too."""
    for path, data in bundles(leaves):
        assert f"tile/entries/000.p/{len(leaves)}" == path
        assert tuple(leaves) == read_bundle(data, len(leaves))


@given(st.binary(max_size=30), st.integers(0, 6))
def test_foreign_bundles_end_in_entries_or_a_refusal(data, width):
    """Whatever the bytes: exactly `width` entries that are written back the same, or `NotAllowed`."""
    try:
        leaves = read_bundle(data, width)
    except NotAllowed:
        return
    assert width == len(leaves)
    assert data == write_bundle(leaves)


@pytest.mark.parametrize(("data", "width", "why"), [
    (b"", 1, "ends"), (b"\0", 1, "ends"), (b"\0\2a", 1, "ends"), (b"\0\1ab", 1, "after its 1"), (b"\0\1a\0\1b", 1, "after its 1"), (b"\0\1a", 2, "ends"),
    (b"\x40\x01" + bytes(0x4001), 1, "longer"),
])  # fmt: skip
def test_refuses_a_bundle_of_another_shape(data, width, why):
    """Cut, too long, too many, too few: refused with the reason."""
    with pytest.raises(NotAllowed, match=why):
        read_bundle(data, width)


def test_writes_no_entry_that_is_too_long():
    """16 KiB go into a bundle, a byte more does not."""
    assert MAX_LEAF_BYTES + 2 == len(write_bundle([bytes(MAX_LEAF_BYTES)]))
    with pytest.raises(NotAllowed, match="longer than 16384"):
        write_bundle([bytes(MAX_LEAF_BYTES + 1)])
