"""A daily table as ministries publish them: each source apart, each bad row counted, and nought is a statement."""

from datetime import date

import pytest

from searoom.encounters import dailytable
from searoom.encounters.presence import Count

HEADER = "date,party,kind,craft,source"
GOOD = "2026-06-01,coral,coast guard,2,notice of amber"


def test_knows_a_daily_table_by_its_columns():
    """In any order, with others beside them."""
    assert dailytable.knows(HEADER)
    assert dailytable.knows("Source,Craft,Kind,Party,Date,Remarks")
    assert not dailytable.knows("date,party,kind,source")


def test_reads_rows_by_their_source():
    """Two publishers of one day stay apart; hours may stand beside, and a number of 0 is kept."""
    table = dailytable.read(
        HEADER + ",hours",
        [GOOD + ",7.5", "2026-06-02,coral,coast guard,0,notice of amber,", "", "2026-06-01,coral,navy,1,wire,"],
    )

    assert {
        "notice of amber": (
            Count(date(2026, 6, 1), "coral", "coast guard", 2, 7.5),
            Count(date(2026, 6, 2), "coral", "coast guard", 0, None),
        ),
        "wire": (Count(date(2026, 6, 1), "coral", "navy", 1, None),),
    } == table.by_source
    assert {} == table.refused


@pytest.mark.parametrize(
    ("cause", "line"),
    [
        ("line is no row of values", '"2026-06-01,coral'),
        ("wrong number of columns", GOOD + ",more"),
        ("date cannot be read", GOOD.replace("2026-06-01", "01/06/2026")),
        ("kind is none that is known", GOOD.replace("coast guard", "warship")),
        ("party or source is missing", GOOD.replace("coral", "")),
        ("party or source is missing", GOOD.replace("notice of amber", " ")),
        ("number of craft cannot be", GOOD.replace(",2,", ",two,")),
        ("number of craft cannot be", GOOD.replace(",2,", ",-2,")),
        ("number of craft cannot be", GOOD.replace(",2,", ",200000,")),
        ("repeated", GOOD.replace(",2,", ",3,")),
    ],
)
def test_counts_a_bad_row(cause, line):
    """One bad row costs one row, and its cause is named."""
    table = dailytable.read(HEADER, [GOOD, line])

    assert {cause: 1} == table.refused
    assert [2] == [count.craft for count in table.by_source["notice of amber"]]


@pytest.mark.parametrize("hours", ["-1", "48.1", "many", "nan"])
def test_hours_that_cannot_be_cost_the_row(hours):
    """Two craft have forty-eight hours in a day, and no more."""
    assert {"hours cannot be": 1} == dailytable.read(HEADER + ",hours", [f"{GOOD},{hours}"]).refused
