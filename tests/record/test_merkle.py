"""The tree of RFC 6962 against a naive reading of the definitions: every root and proof, and every lie about them."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed, Tampered
from searoom.record import merkle
from searoom.record.merkle import Tree, leaf_hash, node_hash, verify_consistency, verify_inclusion

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
MOST = 64
LEAVES = [bytes(range(number)) for number in range(MOST)]  # of every length, the empty one too


def grown(count=MOST):
    return Tree(leaf_hash(leaf) for leaf in LEAVES[:count])


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


def naive_climb(index, size, leaf, proof):
    """Return the root to which a path leads, by PATH read backwards; None where it has not the hashes it needs."""
    if size == 1:
        return None if proof else leaf
    k = 1 << (size - 1).bit_length() - 1
    if not proof:
        return None
    low = naive_climb(index, k, leaf, proof[:-1]) if index < k else naive_climb(index - k, size - k, leaf, proof[:-1])
    if low is None:
        return None
    pair = low + proof[-1] if index < k else proof[-1] + low
    return hashlib.sha256(b"\1" + pair).digest()


def naive_roots(old, new, proof, old_root, *, whole):
    """Return the two roots to which a consistency proof leads, by SUBPROOF read backwards; None as above."""
    if old == new:
        mine = [old_root] if whole else proof
        return (mine[0], mine[0]) if len(proof) == (0 if whole else 1) else None
    k = 1 << (new - 1).bit_length() - 1
    if not proof:
        return None
    rest, last = proof[:-1], proof[-1]
    if old <= k:
        low = naive_roots(old, k, rest, old_root, whole=whole)
        return low and (low[0], hashlib.sha256(b"\1" + low[1] + last).digest())
    low = naive_roots(old - k, new - k, rest, old_root, whole=False)
    return low and tuple(hashlib.sha256(b"\1" + last + root).digest() for root in low)


def included(*claim):
    """Tell whether an inclusion proof is taken; anything but taken or one of two errors fails the test."""
    try:
        verify_inclusion(*claim)
    except (Tampered, NotAllowed):
        return False
    return True


def consistent(*claim):
    try:
        verify_consistency(*claim)
    except (Tampered, NotAllowed):
        return False
    return True


def test_the_empty_tree_has_the_hash_of_nothing():
    """RFC 6962, 2.1: MTH({}) = SHA-256()."""
    assert EMPTY == Tree().root().hex() == merkle.EMPTY_ROOT.hex()
    assert EMPTY == grown(8).root(0).hex() == naive_root([]).hex()


def test_gives_the_root_at_every_size():
    """64 leaves, 64 roots as they are defined; older sizes are still known when the log has grown."""
    tree = grown()
    assert [naive_root(LEAVES[:size]) for size in range(MOST + 1)] == [tree.root(size) for size in range(MOST + 1)]
    assert tree.root(MOST) == tree.root()
    assert MOST == tree.size


def test_a_tree_of_three_is_put_together_by_hand():
    """Three leaves, each hash written out: leaf behind 0, node behind 1, the left pair first."""
    one, two, three = (hashlib.sha256(b"\0" + leaf).digest() for leaf in (b"", b"\0", b"\0\1"))
    pair = hashlib.sha256(b"\1" + one + two).digest()
    assert hashlib.sha256(b"\1" + pair + three).digest() == grown(3).root()
    assert [(two, three), (one, three), (pair,)] == [grown(3).inclusion(index) for index in range(3)]
    assert [(two, three), (three,), ()] == [grown(3).consistency(old) for old in (1, 2, 3)]


def test_domains_of_leaf_and_node_differ():
    """A leaf made of two hashes does not hash like the node over them (second preimage)."""
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert node_hash(left, right) != leaf_hash(left + right)
    assert node_hash(left, right) != node_hash(right, left)
    assert hashlib.sha256(b"\0").digest() == leaf_hash(b"")


def test_every_inclusion_proof_is_the_one_of_the_definition():
    """All 2,080 paths of trees up to 64 leaves: made as defined, verified, and for no other leaf."""
    tree = grown()
    for size in range(1, MOST + 1):
        root = naive_root(LEAVES[:size])
        for index in range(size):
            proof = naive_path(index, LEAVES[:size])
            assert proof == list(tree.inclusion(index, size))
            verify_inclusion(leaf_hash(LEAVES[index]), index, size, proof, root)
            assert not included(leaf_hash(LEAVES[index] + b"!"), index, size, proof, root)


def test_every_consistency_proof_is_the_one_of_the_definition():
    """All 2,080 pairs of sizes up to 64: made as defined, verified, and for no other older tree."""
    tree = grown()
    roots = [naive_root(LEAVES[:size]) for size in range(MOST + 1)]
    for new in range(1, MOST + 1):
        for old in range(1, new + 1):
            proof = naive_subproof(old, LEAVES[:new], whole=True)
            assert proof == list(tree.consistency(old, new))
            verify_consistency(old, new, proof, roots[old], roots[new])
            assert not consistent(old, new, proof, roots[old - 1], roots[new])
            assert not consistent(old, new, proof, roots[old], roots[new - 1])


def altered(proof, number=0):
    """Yield every proof that is `proof` with one thing changed: cut, longer, a hash twice, two swapped, a bit flipped."""
    stranger = hashlib.sha256(b"stranger").digest()
    for at, value in enumerate(proof):
        yield (*proof[:at], *proof[at + 1 :])
        yield (*proof[:at], value, *proof[at:])
        yield (*proof[:at], flip(value, number + 37 * at), *proof[at + 1 :])
        yield (*proof[:at], value[:-1], *proof[at + 1 :])
        yield (*proof[:at], value + b"\0", *proof[at + 1 :])
        for other in range(at):
            swapped = list(proof)
            swapped[at], swapped[other] = swapped[other], swapped[at]
            yield tuple(swapped)
    for at in range(len(proof) + 1):
        yield (*proof[:at], stranger, *proof[at:])
        yield (*proof[:at], b"", *proof[at:])
    if len(proof) > 1:
        yield ()
        yield proof[: len(proof) // 2]


@pytest.mark.parametrize("size", [*range(1, 18), 31, 32, 33, 63, 64])
def test_no_altered_inclusion_proof_is_taken(size):
    """For every entry: each way to change the path, the leaf, the root; the hashes of both ends stand in for others."""
    tree = grown(size)
    root = tree.root()
    for index in range(size):
        leaf, proof = tree.leaf(index), tree.inclusion(index)
        assert included(leaf, index, size, proof, root)
        for lie in altered(proof, index):
            assert not included(leaf, index, size, lie, root)
        for lie in ((*proof, root), (root, *proof), (*proof, leaf), (leaf, *proof)):
            assert not included(leaf, index, size, lie, root)
        assert not included(flip(leaf, index), index, size, proof, root)
        assert not included(leaf, index, size, proof, flip(root, index))


@pytest.mark.parametrize("new", [*range(1, 18), 31, 32, 33, 63, 64])
def test_no_altered_consistency_proof_is_taken(new):
    """For every older size: each way to change the proof or a root; the roots stand in for other hashes."""
    tree = grown(new)
    for old in range(1, new + 1):
        proof, older, newer = tree.consistency(old), tree.root(old), tree.root()
        assert consistent(old, new, proof, older, newer)
        for lie in altered(proof, old):
            assert not consistent(old, new, lie, older, newer)
        for lie in ((*proof, newer), (newer, *proof), (*proof, older), (older, *proof)):
            assert not consistent(old, new, lie, older, newer)
        assert not consistent(old, new, proof, flip(older, old), newer)
        assert not consistent(old, new, proof, older, flip(newer, old))
        assert old == new or not consistent(old, new, proof, newer, older)


@pytest.mark.parametrize(("index", "size"), [(0, 2), (0, 7), (6, 7), (5, 8), (10, 11)])
def test_every_bit_of_a_path_counts(index, size):
    """Each single bit of leaf, path and root, flipped alone, is refused."""
    tree = grown(size)
    leaf, proof, root = tree.leaf(index), tree.inclusion(index), tree.root()
    for bit in range(256):
        assert not included(flip(leaf, bit), index, size, proof, root)
        assert not included(leaf, index, size, proof, flip(root, bit))
        for at, value in enumerate(proof):
            assert not included(leaf, index, size, (*proof[:at], flip(value, bit), *proof[at + 1 :]), root)


@pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 7), (4, 7), (6, 8), (7, 11), (8, 8)])
def test_every_bit_of_a_consistency_proof_counts(old, new):
    """Each single bit of both roots and of the proof, flipped alone, is refused."""
    tree = grown(new)
    proof, older, newer = tree.consistency(old), tree.root(old), tree.root()
    for bit in range(256):
        assert not consistent(old, new, proof, flip(older, bit), newer)
        assert not consistent(old, new, proof, older, flip(newer, bit))
        for at, value in enumerate(proof):
            assert not consistent(old, new, (*proof[:at], flip(value, bit), *proof[at + 1 :]), older, newer)


def test_judges_a_path_at_every_other_place_as_the_definition_does():
    """Each path of trees up to 12, claimed for each index and size: taken where PATH read backwards takes it too."""
    tree, taken = grown(12), 0
    claims = [(index, size) for size in range(1, 13) for index in range(size)]
    for index, size in claims:
        leaf, proof, root = tree.leaf(index), tree.inclusion(index, size), tree.root(size)
        for other, count in claims:
            verdict = naive_climb(other, count, leaf, proof) == root
            assert verdict == included(leaf, other, count, proof, root)
            assert index == other or size != count or not verdict
            taken += verdict
    assert len(claims) < taken < len(claims) ** 2 // 4  # a size is bound by the signed head, not by the path alone


def test_judges_a_consistency_proof_at_every_other_pair_as_the_definition_does():
    """Each proof between sizes up to 12, claimed for each other pair: taken where SUBPROOF read backwards takes it."""
    tree, taken = grown(12), 0
    claims = [(old, new) for new in range(1, 13) for old in range(1, new + 1)]
    for old, new in claims:
        proof, roots = tree.consistency(old, new), (tree.root(old), tree.root(new))
        for first, second in claims:
            verdict = naive_roots(first, second, list(proof), roots[0], whole=True) == roots
            assert verdict == consistent(first, second, proof, *roots)
            taken += verdict
    assert len(claims) < taken < len(claims) ** 2 // 4


def test_a_consistency_proof_has_an_older_tree():
    """From size 0 nothing is proven, whatever the roots and hashes; nor backwards, nor from a size below 0."""
    tree = grown(8)
    root, proof = tree.root(), tree.consistency(3)
    for old, new in ((0, 0), (0, 1), (0, 8), (-1, 8), (8, 3), (8, 0), (8, 7), (2, 1)):
        for hashes in ((), proof, (root,)):
            for older in (merkle.EMPTY_ROOT, root, bytes(32)):
                with pytest.raises(NotAllowed, match=f"no consistency proof from size {old} to size {new}"):
                    verify_consistency(old, new, hashes, older, root)


@pytest.mark.parametrize("size", [1, 2, 7, 8, 64])
def test_two_trees_of_one_size_are_one_tree(size):
    """Equal sizes need no hash and no other root: one hash too many, or roots that differ, are refused."""
    root = grown(size).root()
    verify_consistency(size, size, (), root, root)
    for proof, older, newer in (
        ((root,), root, root),
        ((bytes(32),), root, root),
        ((), root, flip(root)),
        ((), flip(root), root),
        ((root,), root, flip(root)),
    ):
        with pytest.raises(Tampered, match="two trees of one size"):
            verify_consistency(size, size, proof, older, newer)


@pytest.mark.parametrize("old", range(1, 8))
def test_an_empty_proof_joins_no_two_sizes(old):
    """Where the sizes differ an empty proof says nothing, even between two equal roots."""
    root = grown(8).root()
    for older in (root, grown(8).root(old)):
        with pytest.raises(Tampered):
            verify_consistency(old, 8, (), older, root)


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


def flip(value, bit=0):
    """Return the 32 bytes with one bit flipped."""
    return (int.from_bytes(value, "little") ^ 1 << bit % 256).to_bytes(32, "little")


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
    tree, extra = grown(8), bytes(32)
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
    """No entry beyond the last or before the first, even where the hashes would agree."""
    leaf = leaf_hash(b"")
    for index, size in ((1, 1), (-1, 1), (0, 0), (8, 8), (2**63, 2**63), (1, 0), (0, -1)):
        with pytest.raises(NotAllowed, match=f"no entry {index} in a tree of size {size}"):
            verify_inclusion(leaf, index, size, (), leaf)
    tree = grown(8)
    for index in range(8):
        for beyond in (8, 9, 16, index + 8, index - 8):
            with pytest.raises(NotAllowed, match="no entry"):
                verify_inclusion(tree.leaf(index), beyond, 8, tree.inclusion(index), tree.root())


def test_a_hash_of_another_length_proves_nothing():
    """Empty, short, long, or two hashes in one: no hash, at either end or in the proof, even where all are alike."""
    for odd in (b"", b"\0", bytes(31), bytes(33), bytes(64)):
        for verify, *claim in (
            (verify_inclusion, odd, 0, 1, (), odd),
            (verify_inclusion, bytes(32), 0, 1, (), odd),
            (verify_inclusion, bytes(32), 0, 2, (odd,), node_hash(bytes(32), odd)),
            (verify_inclusion, odd, 0, 2, (bytes(32),), node_hash(odd, bytes(32))),
            (verify_consistency, 1, 1, (), odd, odd),
            (verify_consistency, 1, 2, (odd,), bytes(32), node_hash(bytes(32), odd)),
            (verify_consistency, 1, 2, (bytes(32),), odd, node_hash(odd, bytes(32))),
            (verify_consistency, 3, 4, (bytes(32),) * 3, bytes(32), odd),
        ):
            with pytest.raises(NotAllowed, match="does not have 32 bytes"):
                verify(*claim)


@pytest.mark.parametrize("call", [
    lambda tree: tree.root(9), lambda tree: tree.root(-1), lambda tree: tree.inclusion(8), lambda tree: tree.inclusion(-1, 8), lambda tree: tree.inclusion(4, 4),
    lambda tree: tree.inclusion(0, 9), lambda tree: tree.inclusion(0, 0), lambda tree: tree.consistency(0, 8), lambda tree: tree.consistency(5, 4),
    lambda tree: tree.consistency(4, 9), lambda tree: tree.leaf(8), lambda tree: tree.append(b"short"), lambda tree: tree.truncate(9),
])  # fmt: skip
def test_refuses_places_that_the_tree_does_not_have(call):
    """No root, path or proof is made up for a size or an index beyond the log; size 0 has no consistency proof."""
    with pytest.raises(NotAllowed):
        call(grown(8))


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_tree_cut_back_is_the_tree_that_never_grew(grown, kept):
    """After a rollback the tree grows on as if the lost entries had never been: no root of theirs is given again."""
    kept = min(kept, grown)
    leaves = [leaf_hash(bytes((number,))) for number in range(grown)]
    tree = Tree(leaves)
    for size in range(grown + 1):
        tree.root(size)
    tree.truncate(kept)
    for extra in range(3):
        tree.append(leaf_hash(b"other%d" % extra))
    fresh = Tree([*leaves[:kept], *(leaf_hash(b"other%d" % extra) for extra in range(3))])
    assert [fresh.root(size) for size in range(kept + 4)] == [tree.root(size) for size in range(kept + 4)]
    assert kept + 3 == tree.size


def test_a_root_that_was_asked_for_lately_is_not_computed_again():
    """Up to 64 roots are kept, as the link asks for the same few often; at the 65th they are forgotten."""
    computed = []

    class Watched(Tree):
        def range(self, start, end):
            computed.append(end)
            return super().range(start, end)

    tree = Watched(leaf_hash(leaf) for leaf in LEAVES)
    roots = [tree.root(size) for size in range(1, 65)]
    assert roots == [tree.root(size) for size in range(1, 65)]
    assert list(range(1, 65)) == computed
    tree.root(0)
    assert roots[2] == tree.root(3)
    assert [*range(1, 65), 3] == computed


@pytest.mark.parametrize("level", [0, 1, 2, 3])
@pytest.mark.parametrize("blocks", [1, 2, 3, 4, 5])
def test_a_tree_put_together_from_blocks_is_the_tree_that_grew(level, blocks):
    """The hashes of complete subtrees, given back one after the other, make the same tree, and it grows on."""
    leaves = [leaf_hash(b"%d" % number) for number in range((blocks << level) + 3)]
    grown, again = Tree(leaves), Tree()
    for number in range(blocks):
        block = grown.block(number, level)
        assert merkle.block_size(level) == len(block)
        assert block[-32:] == grown.subtree(level, number)
        assert block[:32] == grown.leaf(number << level)
        again.append_block(block, level)
        assert (number + 1) << level == again.size
        assert grown.root(again.size) == again.root()
    for leaf in leaves[again.size :]:
        again.append(leaf)
    assert grown._levels == again._levels
    assert grown.inclusion(1) == again.inclusion(1)


def test_takes_no_block_that_does_not_fit():
    """Behind entries that fill no subtree of that height, or of another length: refused, and the tree stays."""
    tree = Tree([leaf_hash(b"0")])
    block = Tree([leaf_hash(b"1"), leaf_hash(b"2")]).block(0, 1)
    for data, level in ((block, 1), (block[:-1], 0), (block + bytes(32), 0), (b"", 0)):
        with pytest.raises(NotAllowed, match="does not fit behind 1 entries"):
            tree.append_block(data, level)
    empty = Tree()
    for data in (block[:-1], block + b"\0", b""):
        with pytest.raises(NotAllowed, match="does not fit behind 0 entries"):
            empty.append_block(data, 1)
    assert (1, 0) == (tree.size, empty.size)
    assert Tree([leaf_hash(b"0")]).root() == tree.root()


def test_costs_about_64_bytes_an_entry():
    """Level 0 holds 32 bytes an entry, all others together no more."""
    tree = Tree(leaf_hash(number.to_bytes(4, "big")) for number in range(5000))
    assert 5000 * 64 >= sum(len(level) for level in tree._levels) > 5000 * 63


class Kept(merkle.Provable):
    """A tree that knows its subtrees from another one, and nothing else."""

    def __init__(self, tree):
        self._tree = tree

    @property
    def size(self):
        return self._tree.size

    def subtree(self, level, index):
        return self._tree.subtree(level, index)


def test_whoever_knows_subtrees_gives_the_same_roots_and_proofs():
    """What a store computes from the subtrees that it keeps is what the tree in memory gives."""
    for size in range(20):
        tree = Tree(leaf_hash(bytes((number,))) for number in range(size))
        kept = Kept(tree)
        assert tree.root() == kept.root()
        for old in range(1, size + 1):
            assert tree.consistency(old) == tree.consistency(old, size) == kept.consistency(old)
            assert tree.inclusion(old - 1) == kept.inclusion(old - 1)


def test_leads_a_proof_beyond_what_the_tree_holds():
    """From the proof that leads from all we hold to a larger tree, that from any smaller size is made."""
    leaves = [leaf_hash(bytes((number,))) for number in range(20)]
    whole = Tree(leaves)
    for new in range(2, 21):
        for held in range(1, new):
            tree, beyond = Tree(leaves[:held]), whole.consistency(held, new)
            for old in range(1, held + 1):
                assert whole.consistency(old, new) == merkle.consistency_beyond(tree, old, new, beyond)
            for wrong in ((*beyond, leaves[0]), beyond[1:]):
                with pytest.raises(Tampered, match=f"from {held} entries to {new} has {len(beyond)} hashes"):
                    merkle.consistency_beyond(tree, 1, new, wrong)


def test_another_entry_is_proven_false_not_malformed():
    """A well-formed proof of another entry, or for another root, is evidence of tampering."""
    tree, other = Tree(leaf_hash(bytes((number,))) for number in range(8)), leaf_hash(b"other")
    for leaf, root in ((other, tree.root()), (tree.leaf(3), other)):
        with pytest.raises(Tampered, match="entry 3 is not in the tree of size 8 with this root"):
            verify_inclusion(leaf, 3, 8, tree.inclusion(3), root)
