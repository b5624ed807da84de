"""The table of craft: who matters first, figures as they were told, and places as on a chart."""

import numpy as np
import pytest

from made_sea import NOW_US, PAIR, sea
from searoom.console.chart.listed import MOST, rows, where_text


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ((25.744, 123.476), "25°44.6′N 123°28.6′E"),
        ((-0.001, -0.001), "00°00.1′S 000°00.1′W"),
        ((59.99999, 179.99999), "60°00.0′N 180°00.0′E"),
    ],
)
def test_a_place_is_written_as_on_a_chart(place, text):
    """Degrees and minutes with a tenth; a minute is never sixty."""
    assert text == where_text(*place)


def test_who_is_in_an_encounter_stands_first():
    """Then those of the registry, then the others by name; a craft in two pairs has the graver grade."""
    held = sea((1, "Z", 125.0, 30.0), (2, "B", 125.1, 30.0), (3, "A", 125.2, 30.0), (4, "M", 125.3, 30.0),
               units={"M": ["CORAL 34", "coral", "navy"]}, own=("", "amber"),
               pairs=[{**PAIR, "a": "Z"}, {**PAIR, "a": "Z", "b": "Q", "grade": "urgent"}])  # fmt: skip
    found = rows(held, np.arange(4))

    assert ["B", "Z", "M", "A"] == [row.name for row in found]
    assert ["warn", "urgent", "", ""] == [row.grade for row in found]


def test_figures_are_those_that_were_told():
    """Speed in knots, error as two standard deviations, age since the fix; what is not known is empty."""
    held = sea((1, "A", 125.0, 30.0, {"time_us": NOW_US - 90_000_000, "speed_mps": 10.288889, "course_deg": 7.0, "sigma_m": 12.0}),
               (2, "B", 125.0, 30.0, {"speed_mps": np.nan, "course_deg": np.nan}))  # fmt: skip
    one, other = rows(held, np.arange(2))

    assert ("20.0 kn", "007.0°", 24, 90, "") == (one.speed, one.course, one.error_m, one.age_s, one.height)
    assert ("", "") == (other.speed, other.course)


def test_a_table_has_an_end():
    """Of very many the first hundred are listed, and those in encounters are among them."""
    held = sea(
        *((k, f"c{k:04d}", 120.0, 30.0) for k in range(1, 900)), (900, "zz", 125.0, 30.0), pairs=[{**PAIR, "a": "zz"}]
    )
    found = rows(held, np.arange(900))

    assert MOST == len(found)
    assert "zz" == found[0].name
