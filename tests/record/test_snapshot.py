"""Blocks of a snapshot: read back as they were written, or refused as damaged; what they are worth is asked in test_logs."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed
from searoom.record import snapshot
from searoom.record.merkle import Tree, block_size
from searoom.record.snapshot import Block, key


@pytest.fixture(autouse=True, scope="module")
def small_blocks():
    """Let a block cover four entries, in this module alone."""
    before = snapshot.LEVEL, snapshot.ENTRIES
    snapshot.LEVEL, snapshot.ENTRIES = 2, 4
    yield
    snapshot.LEVEL, snapshot.ENTRIES = before


def block():
    """Return a block over four leaves."""
    leaves = [bytes([n]) * 32 for n in range(4)]
    return Block(Tree(leaves).block(0, 2), [1, 2, 2**40, 4], [bytes([9 - n]) * 32 for n in range(4)], [1, 3])


def test_reads_what_it_writes():
    """Tree, heights, what was said and the places in clear; and those give the tree again."""
    one = block()
    again = Block.from_bytes(one.to_bytes())
    assert (one.tree, list(one.heights), list(one.said), list(one.clear)) == (
        again.tree, list(again.heights), list(again.said), list(again.clear),
    )  # fmt: skip
    tree = Tree()
    tree.append_block(again.tree, 2)
    assert Tree([bytes([n]) * 32 for n in range(4)]).root() == tree.root()
    assert block_size(2) == len(one.tree)


def test_every_flipped_bit_is_noticed():
    """A worn disk costs time and nothing else."""
    data = block().to_bytes()
    for at in range(len(data) * 8):
        with pytest.raises(NotAllowed):
            Block.from_bytes(data[: at // 8] + bytes((data[at // 8] ^ 1 << at % 8,)) + data[at // 8 + 1 :])


@given(st.binary(max_size=100))
def test_refuses_bytes_that_are_no_block(data):
    """Whatever lies there: a block or a refusal."""
    with pytest.raises(NotAllowed):
        Block.from_bytes(data)


@pytest.mark.parametrize("change", [
    {"tree": b""}, {"tree": bytes(224 + 32)}, {"heights": [1, 2, 3]}, {"heights": [1] * 5}, {"said": [bytes(32)] * 3},
    {"said": [bytes(32)] * 5}, {"clear": [-1]}, {"clear": [0, 1, 2, 3, 0]},
])  # fmt: skip
def test_refuses_a_block_of_another_size(change):
    """Each part belongs to just so many entries."""
    with pytest.raises(NotAllowed):
        Block.from_bytes(dataclasses.replace(block(), **change).to_bytes())


def test_each_block_has_a_key_of_its_own():
    """By log and number; no two logs share one."""
    keys = [key(log, number) for log in ("amber", "amber.2", "coral") for number in (0, 1, 300)]
    assert 9 == len(set(keys))
