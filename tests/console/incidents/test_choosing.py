"""Tests of which years there are to be reviewed."""

from dataclasses import replace

import pytest

from console.incidents.scene import view
from searoom.console.incidents.choosing import years_of
from searoom.obligations.deadlines import year_start_us
from told import START_US, Tale


@pytest.mark.parametrize(("year", "expected"), [(2026, (2026,)), (2028, (2028, 2027, 2026)), (2024, (2026,))])
def test_years_run_from_the_start_of_the_agreement_to_this_one(year, expected):
    """The newest first; a clock before the start hides not the first."""
    assert expected == years_of(replace(view(), now_us=year_start_us(year) + 1))


@pytest.mark.parametrize("year", [0, 1999, 2**60])
def test_a_year_that_somebody_made_up_is_not_listed(year):
    """A signed review of a year before the agreement, or of no year, adds none."""
    tale = Tale()
    tale.say("coral", "review-agreed", at_us=START_US, year=year, heads="amber/1", hash="a" * 64)
    assert (2026,) == years_of(view(tale))
