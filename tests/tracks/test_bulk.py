"""Whole columns are judged as single rows are."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed
from searoom.tracks import bulk
from searoom.tracks import fixes as module
from searoom.tracks.fixes import FIRST_TIME_US, LAST_TIME_US, Rows

NAMES = ("A", "B", "", "x" * 65, "C\n")
SOURCES = ("AIS", "OWN", "")
ODD = [math.nan, math.inf, -math.inf, -1.0, 0.0, 91.0, 181.0, 360.0, 600.0, 1e9]
VALUES = ("lat_deg", "lon_deg", "speed_mps", "course_deg", "sigma_m", "alt_m", "climb_mps", "turn_dps")


@st.composite
def tables(draw):
    """Draw rows, some of which cannot be."""
    values = {name: st.one_of(st.floats(0.0, 90.0), st.sampled_from(ODD)) for name in VALUES}
    times = st.sampled_from([FIRST_TIME_US - 1, FIRST_TIME_US, 5, 10**15, LAST_TIME_US - 1, LAST_TIME_US])
    one = st.fixed_dictionaries(
        {**values, "craft": st.integers(0, 4), "source": st.integers(0, 2), "time_us": times, "ground": st.booleans()}
    )
    return draw(st.lists(one, max_size=12))


def one_by_one(table):
    """Return what single rows make."""
    rows = Rows()
    for row in table:
        values = {name: row[name] for name in (*VALUES, "time_us", "ground")}
        rows.add(NAMES[row["craft"]], source=SOURCES[row["source"]], **values)
    return rows


def at_once(table):
    """Return what columns make."""
    rows = Rows()
    values = {name: np.array([row[name] for row in table], float) for name in VALUES}
    whole = {name: np.array([row[name] for row in table], np.int64) for name in ("craft", "source", "time_us")}
    ground = np.array([row["ground"] for row in table], bool)
    bulk.take(rows, NAMES, sources=SOURCES, ground=ground, **values, **whole)
    return rows


@given(tables())
def test_columns_are_judged_as_rows_are(table):
    """The same rows, the same tables of names, the same counts."""
    rows, columns = one_by_one(table), at_once(table)

    assert (rows.refused, rows.doubtful) == (columns.refused, columns.doubtful)
    assert (rows._names, rows._sources, rows._whole) == (columns._names, columns._sources, columns._whole)
    assert np.array_equal(rows._real, columns._real, equal_nan=True)


def test_what_is_left_out_is_not_known():
    """Height, climb and turn may be missing."""
    rows, one = Rows(), np.ones(1)
    bulk.take(
        rows, ["A"], np.zeros(1, int), np.full(1, 5), one, one,
        speed_mps=one, course_deg=one, sigma_m=one, sources=["AIS"], source=np.zeros(1, int),
    )  # fmt: skip
    fixes, _ = rows.fixes()

    assert (True, True, True, False) == (
        *(bool(np.isnan(column[0])) for column in (fixes.alt_m, fixes.climb_mps, fixes.turn_dps)), fixes.ground[0],
    )  # fmt: skip


def test_too_many_are_refused(monkeypatch):
    """Columns that do not fit in are refused as a whole, with advice."""
    monkeypatch.setattr(module, "MAX_FIXES", 2)
    row = {**dict.fromkeys(VALUES, 1.0), "craft": 0, "source": 0, "time_us": 5, "ground": False}

    with pytest.raises(NotAllowed, match="more than 2 fixes") as refusal:
        at_once([row] * 3)
    assert refusal.value.advice()
