"""Working days come from tables in the pack; what a table does not reach is not known."""

import tomllib
from datetime import date

import pytest

from searoom import clock
from searoom.errors import NotAllowed
from searoom.obligations.calendars import by_id, day_of, end_of_working_day, read_calendar
from searoom.obligations.pack import Table
from told import MACM

TEXT = """
party = "amber"
source = "model"
first = 2024-01-01
last = 2024-12-31
rest = ["sat", "sun"]
holidays = [2024-02-28, 2024-03-01]
workdays = [2024-03-02]
"""


def read(text=TEXT):
    """Return the calendar of a text."""
    return read_calendar(Table(tomllib.loads(text), "x.toml"), "c")


def after(*calendars, day, days):
    """Return the end of the so-manieth working day after a day."""
    found = end_of_working_day(calendars, clock.from_text(f"{day}T13:00:00Z"), days)
    return None if found is None else clock.to_text(found)[:10]


def test_knows_a_leap_day_and_a_day_that_is_made_up():
    """29 February 2024 is worked; so is the Saturday that makes up for a holiday."""
    found = read()

    assert [False, True, False, True, False] == [
        found.works(date(2024, 2, 28)), found.works(date(2024, 2, 29)), found.works(date(2024, 3, 1)),
        found.works(date(2024, 3, 2)), found.works(date(2024, 3, 3)),
    ]  # fmt: skip
    assert ("2024-03-01", "2024-03-03", "2024-03-05") == tuple(
        after(found, day="2024-02-27", days=n) for n in (1, 2, 3)
    )


def test_counts_only_days_that_both_work():
    """Of two calendars a day counts where both have it."""
    other = read(TEXT.replace("2024-02-28, 2024-03-01", "2024-02-29").replace("workdays = [2024-03-02]", ""))

    assert "2024-03-05" == after(read(), other, day="2024-02-27", days=1)


@pytest.mark.parametrize(("day", "days"), [("2024-12-31", 1), ("2024-12-20", 40), ("2030-01-01", 1)])
def test_guesses_nothing_behind_its_end(day, days):
    """A deadline that lies behind the table is none, and nobody computes one."""
    assert None is after(read(), day=day, days=days)
    assert None is read().works(date(2025, 1, 1))
    assert None is after(day=day, days=days)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("last = 2024-12-31", "last = 2023-12-31", "the last day stands before the first"),
        ('"sun"]', '"sunday"]', "'sunday' is no weekday"),
        ("2024-02-28, ", "2023-02-28, ", "2023-02-28 lies outside this table"),
        ("[2024-03-02]", "[2024-03-01]", "2024-03-01 is a holiday and a working day"),
        ("[2024-03-02]", "[2024-03-04]", "2024-03-04 is a working day anyhow"),
        ("2024-02-28, 2024-03-01", "2024-03-01, 2024-02-28", "ascending order"),
        ("2024-02-28, 2024-03-01", '"1 March"', "a list of dates"),
        ('source = "model"', "", "'source' is missing"),
    ],
)
def test_refuses_a_table_that_cannot_be(old, new, problem):
    """Impossible, doubled and stray days are told with their place."""
    with pytest.raises(NotAllowed) as refusal:
        read(TEXT.replace(old, new))

    assert problem in refusal.value.sentence


def test_the_calendars_that_ship_are_of_both_parties():
    """Made-up Saturdays of one side and holidays of the other are in the table, under the hash."""
    tables = by_id(MACM.head.calendars, ("japan-2026", "china-2026", "nowhere"))

    assert ["japan", "china"] == [table.party for table in tables]
    assert [False, True] == [table.works(date(2026, 5, 9)) for table in tables]
    assert [False, True] == [table.works(date(2026, 9, 21)) for table in tables]
    assert date(2026, 2, 28) == day_of(clock.from_text("2026-02-28T23:59:59Z"))
