"""Which boxes touch, by the cells that they share."""

import numpy as np
import pytest

from searoom.encounters import approaches_cells
from searoom.encounters.approaches_cells import Boxes, sharing


def made(seed, count=400):
    """Return boxes of all sizes in three bins of time, some of no size, some twice."""
    chance = np.random.default_rng(seed)
    low = chance.uniform(-1000.0, 1000.0, (count, 3))
    size = chance.choice([0.0, 10.0, 400.0], (count, 1)) * chance.random((count, 3))
    low[1:10], size[1:10] = low[0], size[0]
    return Boxes(chance.integers(0, 3, count), low, low + size)


@pytest.mark.parametrize("cell_m", [30.0, 100.0, 5000.0])
@pytest.mark.parametrize("block", [7, 1_000_000])
def test_finds_all_that_touch_and_nothing_else(monkeypatch, cell_m, block):
    """Whatever the cells and the blocks: the pairs of one bin whose boxes have a point in common."""
    monkeypatch.setattr(approaches_cells, "BLOCK_PAIRS", block)
    boxes = made(1)
    found = {pair for one, other in sharing(boxes, cell_m) for pair in zip(one.tolist(), other.tolist(), strict=True)}
    i, j = np.triu_indices(len(boxes.bin), 1)
    touch = (boxes.bin[i] == boxes.bin[j]) & (boxes.low[i] <= boxes.high[j]).all(axis=1)
    touch &= (boxes.low[j] <= boxes.high[i]).all(axis=1)

    assert set(zip(i[touch].tolist(), j[touch].tolist(), strict=True)) == found
    assert len(found) > 30


def test_no_boxes_are_no_pairs():
    """Nothing in, nothing out."""
    nothing = np.zeros((0, 3))

    assert [] == list(sharing(Boxes(np.zeros(0, np.int64), nothing, nothing), 10.0))
