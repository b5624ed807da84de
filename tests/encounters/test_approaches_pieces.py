"""The compiled search: neither bins nor cells nor chunks nor room change what is found."""

import numpy as np
import pytest

from searoom.encounters import approaches, approaches_compiled, approaches_pieces
from searoom.encounters.approaches import COLUMNS
from track_oracle import made
from worlds import fixes_from

LIMITS = {"radius_m": 926.0, "max_gap_s": 900.0}


@pytest.fixture(scope="module")
def fixes():
    """One world for all."""
    return fixes_from(made("north pole", 5, craft=20))


def assert_unchanged(fixes, expected):
    """Compare all columns to the last bit."""
    found = approaches.approaches(fixes, **LIMITS)
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(expected, name), getattr(found, name), err_msg=name)
    assert len(found) > 10


@pytest.mark.parametrize("seconds", [(3.0, 3.0), (60.0, 60.0), (86_400.0, 86_400.0)])
def test_bins_of_any_length_give_the_same_rows(fixes, monkeypatch, seconds):
    """Shorter than a leg, longer than all."""
    expected = approaches.approaches(fixes, **LIMITS)
    monkeypatch.setattr(approaches_compiled, "BIN_S", seconds)

    assert_unchanged(fixes, expected)


@pytest.mark.parametrize("cell_m", [400.0, 1_000_000.0])
def test_cells_of_any_size_give_the_same_rows(fixes, monkeypatch, cell_m):
    """Smaller than the radius, larger than the world of the test."""
    expected = approaches.approaches(fixes, **LIMITS)
    limits = approaches_compiled._limits
    monkeypatch.setattr(approaches_compiled, "_limits", lambda *given: limits(*given)._replace(cell_m=cell_m))

    assert_unchanged(fixes, expected)


def test_more_than_there_is_room_for(fixes, monkeypatch):
    """A chunk that finds more than expected is searched again: none is lost."""
    expected = approaches.approaches(fixes, **LIMITS)
    monkeypatch.setattr(approaches_pieces, "ROOM", 1)
    monkeypatch.setattr(approaches_pieces, "CHUNKS", 3)

    assert_unchanged(fixes, expected)
