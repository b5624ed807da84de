"""What a browser is told: everything once, then what changed, entered or left its view."""

import json
import math

import numpy as np
import pytest

from made_sea import PAIR, reply, sea
from searoom.console.chart import listed
from searoom.console.chart.told import NO_HEIGHT, Teller, rows
from searoom.console.chart.wanted import wanted


def test_the_first_event_is_everything_and_the_next_what_changed():
    """Names come once; who did not move does not come again."""
    held = sea((1, "A", 125.0, 30.0), (2, "B", 126.0, 30.0))
    teller = Teller(wanted({}))
    first = json.loads(teller.tell(held))
    held.take(reply([(2, "B", 126.5, 30.0)], number=2, whole=False))
    second = json.loads(teller.tell(held))

    assert (True, [1, 2], ["A", "B"]) == (first["whole"], first["rows"]["id"], [one[1] for one in first["who"]])
    assert (False, [2], [126_500_000], []) == (
        second["whole"],
        second["rows"]["id"],
        second["rows"]["lon"],
        second["who"],
    )


def test_who_leaves_the_view_is_named_and_who_enters_comes_with_a_name():
    """A craft that sails out of the box goes; one that sails in is new, though it was known here."""
    held = sea((1, "A", 125.0, 30.0), (2, "B", 127.0, 30.0))
    teller = Teller(wanted({"box": "124,29,126,31"}))
    teller.tell(held)
    held.take(reply([(1, "A", 126.5, 30.0), (2, "B", 125.5, 30.0)], number=2, whole=False))
    second = json.loads(teller.tell(held))

    assert [1] == second["gone"]
    assert ["B"] == [one[1] for one in second["who"]]


def test_what_is_not_known_is_said_so():
    """Unknown course, speed and height are marks that no craft can have; errors are two standard deviations."""
    held = sea((1, "A", 125.0, 30.0, {"course_deg": np.nan, "speed_mps": np.nan, "sigma_m": 12.5}))

    found = rows(held, np.array([0]))

    assert ([-1], [-1], [NO_HEIGHT], [250]) == (found["cog"], found["sog"], found["alt"], found["err"])


@pytest.mark.parametrize("sigma_m", [5.0, 5.02, 5.049, 12.4999, 0.01])
def test_an_error_is_told_as_large_as_in_the_table(sigma_m):
    """A script rounds up to whole metres, as the table was: both say the same of one craft, and never too little."""
    held = sea((1, "A", 125.0, 30.0, {"sigma_m": sigma_m}))
    (decimetres,) = rows(held, np.array([0]))["err"]

    assert listed.rows(held, np.array([0]))[0].error_m == math.ceil(decimetres / 10)


def test_pairs_below_the_asked_grade_are_not_told():
    """The filter of grades holds for the lines of the pairs too."""
    held = sea((1, "A", 125.0, 30.0), (2, "B", 126.0, 30.0), pairs=[PAIR])

    assert 1 == len(json.loads(Teller(wanted({"grade": "warn"})).tell(held))["pairs"])
    assert [] == json.loads(Teller(wanted({"grade": "urgent"})).tell(held))["pairs"]
