"""Columns checked by their ends: what is out of range is found with its row, and what is not known passes where it may."""

import math

import numpy as np
import pytest

from searoom.errors import NotAllowed
from searoom.tracks.ranges import BLOCK, check_ranges, filled, unknown

RANGES = {"speed": (0.0, 600.0, True), "lat": (-90.0, 90.0, False)}


def columns(speed=(1.0, 2.0, 3.0), lat=(1.0, 2.0, 3.0)):
    return {"speed": np.array(speed), "lat": np.array(lat)}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (columns(speed=(1.0, -0.1, 3.0)), "speed is -0.1 in row 1"),
        (columns(speed=(math.nan, 1.0, 601.0)), "speed is 601.0 in row 2"),
        (columns(speed=(1.0, math.inf, 3.0)), "speed is inf in row 1"),
        (columns(speed=(-math.inf, math.nan, 3.0)), "speed is -inf in row 0"),
        (columns(lat=(1.0, math.nan, 3.0)), "lat is nan in row 1"),
        (columns(lat=(1.0, 2.0, 90.1)), "lat is 90.1 in row 2"),
    ],
)
def test_the_first_value_out_of_range_is_named(given, said):
    """With its column and its row."""
    with pytest.raises(NotAllowed, match=said):
        check_ranges(given, RANGES)


@pytest.mark.parametrize(
    "given",
    [
        columns(),
        columns(speed=(math.nan, math.nan, math.nan)),
        columns(speed=(0.0, math.nan, 600.0), lat=(-90.0, 0.0, 90.0)),
        columns(speed=(), lat=()),
    ],
)
def test_what_is_within_its_range_passes(given):
    """Ends included; not known where it may be; nothing at all."""
    check_ranges(given, RANGES)


def test_columns_of_one_value_are_one_block_that_nobody_writes():
    """Two columns share their memory, and neither can be changed."""
    one, two = unknown(10), unknown(20)

    assert np.shares_memory(one, two)
    assert np.isnan(one).all()
    with pytest.raises(ValueError, match="read-only"):
        one[0] = 1.0
    assert not filled(3, False).any()
    assert BLOCK + 1 == len(unknown(BLOCK + 1))
