"""Rows of pairs: what follows is joined, and one table of names is kept for all."""

import numpy as np

from searoom.encounters.approaches_rows import joined, named


def rows(*given):
    """Return rows (a, b, first, last, time, closest, stamps) as columns."""
    names = ("a", "b", "first_us", "last_us", "time_us", "cpa_m", "stamps")
    return {name: np.array(column) for name, column in zip(names, zip(*given, strict=True), strict=True)}


def listed(answer):
    """Return columns as rows again."""
    return list(zip(*(column.tolist() for column in answer.values()), strict=True))


def test_what_follows_within_the_gap_is_one():
    """First to last, the sum of the stamps, and the closest instant."""
    given = rows((0, 1, 30, 40, 35, 2.0, 3), (0, 1, 0, 20, 10, 5.0, 2), (0, 1, 51, 60, 55, 1.0, 1))

    assert [(0, 1, 0, 40, 35, 2.0, 5), (0, 1, 51, 60, 55, 1.0, 1)] == listed(joined(given, 10))


def test_pairs_are_kept_apart_and_rows_come_in_order_of_time():
    """Another pair never joins; equal beginnings stand in order of the pair."""
    given = rows((1, 2, 5, 9, 6, 1.0, 1), (0, 2, 5, 9, 6, 1.0, 1), (0, 1, 7, 9, 8, 1.0, 1))

    assert [(0, 2), (1, 2), (0, 1)] == [row[:2] for row in listed(joined(given, 100))]


def test_of_equal_distances_the_earliest_instant_stands():
    """So the answer does not depend on the order in which parts come."""
    given = [(0, 1, 0, 9, 5, 2.0, 1), (0, 1, 9, 20, 12, 2.0, 1)]

    assert [5] == joined(rows(*given), 0)["time_us"].tolist()
    assert [5] == joined(rows(*given[::-1]), 0)["time_us"].tolist()


def test_only_names_that_occur_stay():
    """The numbers are those of the smaller table."""
    names, renamed = named(rows((1, 3, 0, 9, 5, 2.0, 1)), ["amber", "coral", "jade", "teal"])

    assert ("coral", "teal") == names
    assert ([0], [1]) == (renamed["a"].tolist(), renamed["b"].tolist())
