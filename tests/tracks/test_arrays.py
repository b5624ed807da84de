"""One column of an Arrow table as an array."""

import decimal

import numpy as np
import pyarrow as pa
import pytest

from searoom.errors import NotAllowed
from searoom.tracks import arrays, layouts

LAYOUT = layouts.LAYOUTS[0]
COUNTED = layouts.from_table({
    "kind": "k", "name": "n", "time": {"column": "t", "form": "unix s"}, "lat": {"column": "y", "unit": "deg"},
    "lon": {"column": "x", "unit": "deg"}, "speed": {"column": "v", "unit": "km/h"},
    "course": {"column": "c", "unit": "deg"}, "decimal": ",",
})  # fmt: skip


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["B", None, " A", "B "]),
        pa.array(["B", None, " A", "B "], pa.large_string()),
        pa.array(["B", None, " A", "B "]).dictionary_encode(),
        pa.chunked_array([pa.array(["B", None]), pa.array([" A", "B "])]),
        pa.chunked_array([pa.array(["B", None]).dictionary_encode(), pa.array([" A", "B "]).dictionary_encode()]),
    ],
)
def test_names_are_numbers_of_a_table_of_names(column):
    """However the text lies in memory; blanks round it are none of it, and null is no name."""
    names, codes = arrays.names_of(column, str, "n")

    assert ["B", "", "A", "B"] == [names[code] for code in codes.tolist()]
    assert len(set(names)) == len(names)


def test_numbers_may_be_names():
    """As integers, or as a library that has no missing integer keeps them."""
    for column in (pa.array([7, None]), pa.array([7.0, None]), pa.array([7.0, float("nan")])):
        names, codes = arrays.names_of(column, str, "n")

        assert ["7", ""] == [names[code] for code in codes.tolist()]


@pytest.mark.parametrize(
    "column",
    [
        pa.array([1, 2, None]), pa.array([1.0, 2.0, None], pa.float32()), pa.array(["1", "2.0", ""]),
        pa.array(["1", " +2 ", None]), pa.array([decimal.Decimal(1), decimal.Decimal(2), None]),
        pa.array(["1", "2", None]).dictionary_encode(),
    ],
)  # fmt: skip
def test_numbers_of_any_type(column):
    """Integers, decimals, single precision, text: a missing one is not known, and wrong where a number is needed."""
    values, right = arrays.numbers_of(column, LAYOUT, "lat", needed=True)

    assert [1.0, 2.0] == values[:2].tolist()
    assert np.isnan(values[2])
    assert [True, True, False] == right.tolist()
    assert arrays.numbers_of(column, LAYOUT, "lat", needed=False)[1].all()


def test_units_and_commas():
    """A map may say kilometres an hour, and a comma for a point."""
    values, right = arrays.numbers_of(pa.array(["36,0", "x"]), COUNTED, "speed", needed=False)

    assert pytest.approx(10.0) == values[0]
    assert [True, False] == right.tolist()


@pytest.mark.parametrize(
    ("expected", "column"),
    [
        ([5_000_000, None], pa.array([5, -1])),
        ([5_500_000, None], pa.array([5.5, float("nan")])),
        ([5_000_000, None], pa.array([5, 2**62])),
        ([5_500_000, None], pa.array(["5,5", "5.5"])),
        ([5_000_000, None], pa.array([5, None], pa.timestamp("s", "UTC"))),
        ([None, None], pa.array([None, None])),
    ],
)
def test_counts_of_seconds_are_times(expected, column):
    """What cannot be a time is unread, never another time."""
    times, readable = arrays.times_of(column, COUNTED)

    assert expected == [time if good else None for time, good in zip(times.tolist(), readable.tolist(), strict=True)]


@pytest.mark.parametrize("column", [pa.array([[1]]), pa.array([True]), pa.array([b"x"])])
def test_what_cannot_be_meant_is_refused_by_the_columns_name(column):
    """Lists, flags, bytes."""
    with pytest.raises(NotAllowed, match="'lat' holds"):
        arrays.numbers_of(column, LAYOUT, "lat", needed=True)
    with pytest.raises(NotAllowed, match="'time_utc' holds"):
        arrays.times_of(column, LAYOUT)
    with pytest.raises(NotAllowed, match="'n' holds"):
        arrays.names_of(column, str, "n")
