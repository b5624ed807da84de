"""Tiles and bundles: names and cuts as C2SP tlog-tiles has them, nothing else is read, and every hash leads to the root."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed, Tampered
from searoom.record.merkle import EMPTY_ROOT, Tree, leaf_hash, verify_consistency, verify_inclusion
from searoom.record.tiles import (
    MAX_LEAF_BYTES,
    MAX_TILES_HELD,
    TileTree,
    bundles,
    read_bundle,
    read_tile_path,
    tile,
    tile_path,
    tiles,
    widths,
    write_bundle,
)


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
])  # fmt: skip
def test_refuses_a_bundle_of_another_shape(data, width, why):
    """Cut, too long, too many, too few: refused with the reason."""
    with pytest.raises(NotAllowed, match=why):
        read_bundle(data, width)


def test_writes_no_entry_that_is_too_long():
    """65,535 bytes go into a bundle, as many as two bytes can say; a byte more does not."""
    assert 65_535 == MAX_LEAF_BYTES
    longest = write_bundle([bytes(MAX_LEAF_BYTES)])
    assert MAX_LEAF_BYTES + 2 == len(longest)
    assert (bytes(MAX_LEAF_BYTES),) == read_bundle(longest, 1)
    with pytest.raises(NotAllowed, match="longer than 65535"):
        write_bundle([bytes(MAX_LEAF_BYTES + 1)])


@given(st.sampled_from(["entries", 0, 1, 7, 63]), st.integers(0, 10**20), st.integers(1, 256))
def test_a_path_is_read_back(level, index, width):
    """The path of any tile names that tile and no other."""
    assert (level, index, width) == read_tile_path(tile_path(level, index, width))


@pytest.mark.parametrize("path", [
    "", "tile", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/x000", "tile/0/x000/001", "tile/0/x001/x000", "tile/0/001/000", "tile/0/X001/000", "/tile/0/000",
    "tile/0/000/", "tile/00/000", "tile/01/000", "tile/64/000", "tile/-1/000", "tile/Entries/000", "tile/data/000", "tile/0/000.p/0", "tile/0/000.p/00", "tile/0/000.p/01", "tile/0/000.p/256",
    "tile/0/000.p/999", "tile/0/000.p/", "tile/0/000.p", "tile/0/000\n", "tile/0/000.p/1\n", "tile/0/../000", "tile/0/00\u0661", "tile/0//000", "checkpoint",
])  # fmt: skip
def test_refuses_every_other_path(path):
    """Whatever a caller asks for: the one way to write a tile's path, or `NotAllowed`; never a way out of the folder."""
    with pytest.raises(NotAllowed):
        read_tile_path(path)


def grown(size):
    """Return (tree, files) of a log of `size` entries."""
    leaves = [number.to_bytes(3, "big") for number in range(size)]
    tree = Tree(leaf_hash(leaf) for leaf in leaves)
    return tree, dict(tiles(tree)) | dict(bundles(leaves))


@pytest.mark.parametrize("size", [0, 1, 2, 3, 255, 256, 257, 511, 512, 600, 65_536, 66_050])
def test_proves_from_tiles_what_the_tree_itself_proves(size):
    """Roots and proofs that come from the files alone are those of the tree, and check."""
    tree, files = grown(size)
    read = TileTree(files, size, tree.root())
    places = [at for at in (0, 1, 254, 255, 256, 511, 512, 599, 65_535, 65_536, size - 1) if 0 <= at < size]
    for at in places:
        assert tree.leaf(at) == read.leaf(at)
        assert tree.root(at + 1) == read.root(at + 1)
        assert tree.inclusion(at) == read.inclusion(at)
        assert tree.consistency(at + 1) == read.consistency(at + 1)
        verify_inclusion(read.leaf(at), at, size, read.inclusion(at), tree.root())
        verify_consistency(at + 1, size, read.consistency(at + 1), read.root(at + 1), tree.root())
        assert leaf_hash(read.bundle(at // 256)[at % 256]) == tree.leaf(at)


@given(st.integers(1, 1100), st.data())
def test_every_size_up_to_five_tiles_is_read_like_the_tree(size, data):
    """Any size, any index: the same proof."""
    tree, files = grown(size)
    at = data.draw(st.integers(0, size - 1))
    read = TileTree(files, size, tree.root())
    assert tree.inclusion(at) == read.inclusion(at)
    assert tree.consistency(at + 1) == read.consistency(at + 1)


def everything(files, size, root):
    """Read all that a tile tree gives."""
    read = TileTree(files, size, root)
    return [read.inclusion(at) for at in range(0, size, 37)], [read.bundle(at) for at, _ in widths(size)]


def test_a_flipped_bit_of_any_file_is_refused_where_it_is_read():
    """Each tile and each bundle of a log of 600 entries is under the root: no byte of them can be another."""
    tree, files = grown(600)
    before = everything(files, 600, tree.root())
    for path, whole in files.items():
        for at in {0, 31, 32, len(whole) // 2, len(whole) - 1}:
            changed = dict(files) | {path: whole[:at] + bytes((whole[at] ^ 0x10,)) + whole[at + 1 :]}
            with pytest.raises((Tampered, NotAllowed)):
                everything(changed, 600, tree.root())
    assert before == everything(files, 600, tree.root())


def test_a_flipped_tile_is_refused_before_a_proof_comes_of_it():
    """A wrong full tile gives `Tampered` with its name, and no proof; a wrong partial one refuses the whole."""
    tree, files = grown(600)
    wrong = dict(files) | {"tile/0/001": files["tile/0/000"]}
    read = TileTree(wrong, 600, tree.root())
    assert tree.inclusion(599) == read.inclusion(599)
    with pytest.raises(Tampered, match="tile/0/001"):
        read.inclusion(300)
    for path in ("tile/0/002.p/88", "tile/1/000.p/2"):
        with pytest.raises(Tampered, match="root of the log of size 600"):
            TileTree(dict(files) | {path: bytes(len(files[path]))}, 600, tree.root())
    with pytest.raises(Tampered, match="size 0"):
        TileTree({}, 0, bytes(32))
    assert EMPTY_ROOT == TileTree({}, 0, EMPTY_ROOT).root()


@pytest.mark.parametrize("path", sorted(grown(600)[1]))
def test_a_file_that_is_missing_or_has_another_length_is_named(path):
    """No file is guessed: each that is gone, cut or too long is named in the refusal."""
    tree, files = grown(600)
    for data in (None, files[path][:-1], files[path] + b"\0", b""):
        changed = {name: kept for name, kept in files.items() if name != path} | ({} if data is None else {path: data})
        with pytest.raises(NotAllowed) as refusal:
            everything(changed, 600, tree.root())
        assert path in str(refusal.value) or "bundle" in str(refusal.value)


def test_a_full_tile_serves_where_the_partial_one_is_gone():
    """A log that grew may delete partial tiles: older sizes are read from the full ones, their entries too."""
    tree, files = grown(700)
    kept = {path: data for path, data in files.items() if ".p/" not in path or path.startswith("tile/1")}
    older = TileTree(kept | {"tile/1/000.p/1": files["tile/1/000.p/2"][:32]}, 400, tree.root(400))
    assert tree.inclusion(399, 400) == older.inclusion(399)
    assert (144, (399).to_bytes(3, "big")) == (len(older.bundle(1)), older.bundle(1)[-1])


def test_holds_few_tiles_in_memory():
    """Whoever walks through a long log holds 64 tiles besides the edge, and reads the same again."""
    tree, files = grown(66_050)
    read = TileTree(files, 66_050, tree.root())
    for at in range(0, 66_050, 256):
        assert tree.inclusion(at) == read.inclusion(at)
    assert 64 == MAX_TILES_HELD == len(read._held)
    assert tree.inclusion(0) == read.inclusion(0)


def test_there_is_no_tile_beyond_the_log():
    """Bundles before the first and behind the last are refused, not guessed."""
    tree, files = grown(600)
    read = TileTree(files, 600, tree.root())
    for index in (-1, 3, 1000):
        with pytest.raises(NotAllowed, match="has no tile"):
            read.bundle(index)


def test_one_tile_is_cut_alone_as_all_are_together():
    """What a server cuts for one request is what an export writes."""
    tree, files = grown(600)
    for path, data in files.items():
        level, index, width = read_tile_path(path)
        if level != "entries":
            assert data == tile(tree, level, index, width)


@given(
    st.integers(0, 700),
    st.dictionaries(
        st.sampled_from(
            ["tile/0/000", "tile/0/001", "tile/0/002.p/44", "tile/1/000.p/2", "tile/0/000.p/7", "tile/entries/000.p/7"]
        ),
        st.binary(max_size=300),
    ),
    st.binary(min_size=32, max_size=32),
)
def test_hostile_files_end_in_one_of_two_errors(size, files, root):
    """Any files under any names: a tree, `Tampered` or `NotAllowed`; never another error."""
    with contextlib.suppress(Tampered, NotAllowed):
        everything(files, size, root)


def test_an_entry_that_is_not_in_the_tree_is_tampered_with():
    """A well-formed bundle with another entry is evidence; a wrong partial one is not read past for a full one."""
    tree, files = grown(700)
    full = next(data for path, data in files.items() if path == "tile/entries/001")
    wrong = full[:-1] + b"\xfe"
    with pytest.raises(Tampered, match="an entry of the bundle tile/entries/001 is not the one in the tree"):
        TileTree(files | {"tile/entries/001": wrong}, 700, tree.root()).bundle(1)
    partial = write_bundle([*read_bundle(full, 256)[:143], b"another"])
    tiles_of_400 = {"tile/1/000.p/1": files["tile/1/000.p/2"][:32], "tile/entries/001.p/144": partial}
    with pytest.raises(Tampered, match=r"tile/entries/001\.p/144"):
        TileTree(files | tiles_of_400, 400, tree.root(400)).bundle(1)
