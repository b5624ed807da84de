"""The tree of RFC 6962: published hashes, and proofs against a naive reading of the definitions."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed, Tampered
from searoom.record import merkle
from searoom.record.merkle import Tree, leaf_hash, node_hash, verify_consistency, verify_inclusion

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
# The eight leaves and roots with which implementations of RFC 6962 have tested since Certificate Transparency began.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
N01 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
N03 = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
N1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
N4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
N45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
N47 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
N67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
INCLUSION = [
    (0, 1, []),
    (0, 8, [N1, N01, N47]),
    (5, 8, [N4, N67, N03]),
    (2, 3, [ROOTS[1]]),
    (1, 5, [ROOTS[0], N01, N4]),
]
CONSISTENCY = [(1, 1, []), (1, 8, [N1, N01, N47]), (6, 8, [N45, N67, N03]), (2, 5, [N01, N4])]


def classic():
    return Tree(leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES)


def naive_root(leaves):
    """MTH of RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_path(m, leaves):
    """PATH of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return (
        [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
        if m < k
        else [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]
    )


def naive_subproof(m, leaves, whole):
    """SUBPROOF of RFC 6962, 2.1.2."""
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*naive_subproof(m, leaves[:k], whole), naive_root(leaves[k:])]
    return [*naive_subproof(m - k, leaves[k:], whole=False), naive_root(leaves[:k])]


def test_the_empty_tree_has_the_hash_of_nothing():
    """RFC 6962, 2.1: MTH({}) = SHA-256()."""
    assert EMPTY == Tree().root().hex() == merkle.EMPTY_ROOT.hex()
    assert EMPTY == classic().root(0).hex()


def test_gives_the_published_root_at_every_size():
    """Eight leaves, eight roots; older sizes are still known when the log has grown."""
    tree = classic()
    assert ROOTS == [tree.root(size).hex() for size in range(1, 9)]
    assert ROOTS[7] == tree.root().hex()
    assert 8 == tree.size


def test_domains_of_leaf_and_node_differ():
    """A leaf made of two hashes does not hash like the node over them (second preimage)."""
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert node_hash(left, right) != leaf_hash(left + right)
    assert ROOTS[0] == leaf_hash(b"").hex()


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_gives_and_checks_the_published_audit_paths(index, size, path):
    """The classic inclusion proofs, made and verified."""
    tree = classic()
    assert path == [value.hex() for value in tree.inclusion(index, size)]
    verify_inclusion(tree.leaf(index), index, size, tree.inclusion(index, size), bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "new", "path"), CONSISTENCY)
def test_gives_and_checks_the_published_consistency_proofs(old, new, path):
    """The classic consistency proofs, made and verified."""
    tree = classic()
    assert path == [value.hex() for value in tree.consistency(old, new)]
    verify_consistency(
        old, new, tree.consistency(old, new), bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1])
    )


def test_agrees_with_the_definitions_for_every_pair_of_sizes():
    """Every root, path and proof up to 20 leaves equals the recursive definition, and verifies."""
    leaves = [bytes((number,)) for number in range(20)]
    tree = Tree(map(leaf_hash, leaves))
    for new in range(1, 21):
        assert naive_root(leaves[:new]) == tree.root(new)
        for index in range(new):
            assert naive_path(index, leaves[:new]) == list(tree.inclusion(index, new))
            verify_inclusion(leaf_hash(leaves[index]), index, new, tree.inclusion(index, new), tree.root(new))
        for old in range(1, new + 1):
            assert naive_subproof(old, leaves[:new], whole=True) == list(tree.consistency(old, new))
            verify_consistency(old, new, tree.consistency(old, new), tree.root(old), tree.root(new))


logs = st.lists(st.binary(max_size=3), min_size=1, max_size=70)


@given(logs, st.data())
def test_an_altered_inclusion_proof_proves_nothing(leaves, data):
    """Another entry, index, root, one hash changed, dropped or added: each is refused."""
    tree = Tree(map(leaf_hash, leaves))
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    proof, root, leaf = tree.inclusion(index, size), tree.root(size), tree.leaf(index)
    assert naive_path(index, leaves[:size]) == list(proof)
    verify_inclusion(leaf, index, size, proof, root)
    lies = [
        (flip(leaf), index, proof, root),
        (leaf, index, proof, flip(root)),
        (leaf, index, (*proof, leaf), root),
        (leaf, index, (leaf, *proof), root),
    ]
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        lies += [
            (leaf, index, (*proof[:at], flip(proof[at]), *proof[at + 1 :]), root),
            (leaf, index, proof[:-1], root),
            (leaf, index, proof[1:], root),
        ]
    lies += [
        (leaf, other, proof, root)
        for other in {index ^ 1, size - 1} - {index, size}
        if tree.leaf(min(other, len(leaves) - 1)) != leaf
    ]
    for lie_leaf, lie_index, lie_proof, lie_root in lies:
        with pytest.raises((Tampered, NotAllowed)):
            verify_inclusion(lie_leaf, lie_index, size, lie_proof, lie_root)


@given(logs, st.data())
def test_an_altered_consistency_proof_proves_nothing(leaves, data):
    """Either root changed, one hash changed, dropped or added: each is refused."""
    tree = Tree(map(leaf_hash, leaves))
    new = data.draw(st.integers(1, len(leaves)))
    old = data.draw(st.integers(1, new))
    proof, old_root, new_root = tree.consistency(old, new), tree.root(old), tree.root(new)
    assert naive_subproof(old, leaves[:new], whole=True) == list(proof)
    verify_consistency(old, new, proof, old_root, new_root)
    lies = [
        (proof, flip(old_root), new_root),
        (proof, old_root, flip(new_root)),
        ((*proof, new_root), old_root, new_root),
        ((new_root, *proof), old_root, new_root),
    ]
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        lies += [
            ((*proof[:at], flip(proof[at]), *proof[at + 1 :]), old_root, new_root),
            (proof[:-1], old_root, new_root),
            (proof[1:], old_root, new_root),
            ((), old_root, new_root),
        ]
    for lie in lies:
        with pytest.raises(Tampered):
            verify_consistency(old, new, *lie)


def flip(value):
    return bytes((value[0] ^ 1,)) + value[1:]


@given(
    st.integers(-2, 2**63),
    st.integers(-2, 2**63),
    st.lists(st.binary(min_size=31, max_size=33), max_size=66),
    st.binary(min_size=32, max_size=32),
)
def test_hostile_proofs_end_in_one_of_two_errors(first, second, proof, root):
    """Whatever the numbers and hashes are, verifying ends, with `NotAllowed` or `Tampered`."""
    with pytest.raises((NotAllowed, Tampered)):
        verify_inclusion(root, first, second, proof, flip(root))
    with pytest.raises((NotAllowed, Tampered)):
        verify_consistency(first, second, proof, root, flip(root))


def test_a_node_cannot_pass_for_a_leaf_by_a_short_proof():
    """Proofs that stop early or run past the root are refused, though the last hash would be the right one."""
    tree, extra = classic(), bytes(32)
    root = tree.root()
    for size in (2, 8):
        with pytest.raises(Tampered, match="ends before the root"):
            verify_inclusion(root, 0, size, (), root)
    with pytest.raises(Tampered, match="left over"):
        verify_inclusion(tree.leaf(0), 0, 1, (extra,), node_hash(extra, tree.leaf(0)))
    with pytest.raises(Tampered, match="ends before the root"):
        verify_consistency(3, 100, (root,), root, root)
    with pytest.raises(Tampered, match="left over"):
        verify_consistency(
            3, 4, (*tree.consistency(3, 4), extra), node_hash(extra, tree.root(3)), node_hash(extra, tree.root(4))
        )


def test_an_index_beyond_the_tree_proves_nothing():
    """Entry 1 of a tree of one entry does not exist, even where the hashes would agree."""
    leaf = leaf_hash(b"")
    for index, size in ((1, 1), (-1, 1), (0, 0), (8, 8)):
        with pytest.raises(NotAllowed, match=f"no entry {index} in a tree of size {size}"):
            verify_inclusion(leaf, index, size, (), leaf)


def test_a_hash_of_another_length_proves_nothing():
    """31 or 33 bytes are no hash, at either end or in the proof."""
    for leaf in (bytes(31), bytes(33), b""):
        with pytest.raises(NotAllowed, match="does not have 32 bytes"):
            verify_inclusion(leaf, 0, 1, (), leaf)
        with pytest.raises(NotAllowed, match="does not have 32 bytes"):
            verify_consistency(1, 1, (), leaf, leaf)
        with pytest.raises(NotAllowed, match="does not have 32 bytes"):
            verify_consistency(1, 2, (leaf,), bytes(32), node_hash(bytes(32), leaf))


@pytest.mark.parametrize("call", [
    lambda tree: tree.root(9), lambda tree: tree.root(-1), lambda tree: tree.inclusion(8), lambda tree: tree.inclusion(-1, 8), lambda tree: tree.inclusion(4, 4),
    lambda tree: tree.inclusion(0, 9), lambda tree: tree.inclusion(0, 0), lambda tree: tree.consistency(0, 8), lambda tree: tree.consistency(5, 4),
    lambda tree: tree.consistency(4, 9), lambda tree: tree.leaf(8), lambda tree: tree.append(b"short"), lambda tree: tree.truncate(9),
])  # fmt: skip
def test_refuses_places_that_the_tree_does_not_have(call):
    """No root, path or proof is made up for a size or an index beyond the log; size 0 has no consistency proof."""
    with pytest.raises(NotAllowed):
        call(classic())


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_tree_cut_back_is_the_tree_that_never_grew(grown, kept):
    """After a rollback the tree grows on as if the lost entries had never been."""
    kept = min(kept, grown)
    leaves = [leaf_hash(bytes((number,))) for number in range(grown)]
    tree = Tree(leaves)
    tree.truncate(kept)
    for extra in range(3):
        tree.append(leaf_hash(b"other%d" % extra))
    fresh = Tree([*leaves[:kept], *(leaf_hash(b"other%d" % extra) for extra in range(3))])
    assert fresh.root() == tree.root()
    assert kept + 3 == tree.size


def test_costs_about_64_bytes_an_entry():
    """Level 0 holds 32 bytes an entry, all others together no more."""
    tree = Tree(leaf_hash(number.to_bytes(4, "big")) for number in range(5000))
    assert 5000 * 64 >= sum(len(level) for level in tree._levels) > 5000 * 63
