"""Pairs given out in parts come in order, with all that is told of them."""

import numpy as np
import pytest

from searoom.encounters import swept_order


@pytest.mark.parametrize("craft", [3, 60, 400])
def test_pairs_come_in_order_with_their_figures(craft):
    """Few or very many partners of one craft: by the first, then by the second, each with its own figures."""
    chance = np.random.default_rng(craft)
    a, b = np.triu_indices(craft, 1)
    shuffled = chance.permutation(len(a))[: 9 * len(a) // 10]
    parts = np.array_split(shuffled, 5)
    counts = np.array([len(part) for part in parts])
    room = int(counts.max()) + 2
    given = tuple(np.zeros(5 * room, kind) for kind in (np.int64, np.int64, float, float, float, float))
    for number, part in enumerate(parts):
        rows = slice(number * room, number * room + len(part))
        for column, values in zip(given, (a, b, a + 0.5, b + 0.5, a * b, a - b), strict=True):
            column[rows] = values[part]
    met = swept_order.in_order(given, counts, room, craft)
    expected = np.sort(shuffled)

    np.testing.assert_array_equal(np.stack([a, b])[:, expected], np.stack([met.a, met.b]))
    np.testing.assert_array_equal(np.stack([met.a + 0.5, met.b + 0.5]), np.stack([met.range_m, met.tcpa_s]))
    np.testing.assert_array_equal(np.stack([met.a * met.b, met.a - met.b]), np.stack([met.cpa_m, met.relative_mps]))


def test_no_pairs():
    """Nothing given out is nothing in order."""
    nothing = np.zeros(0)
    whole = nothing.astype(np.int64)

    assert 0 == len(swept_order.in_order((whole, whole, *[nothing] * 4), np.zeros(3, np.int64), 0, 9).a)
