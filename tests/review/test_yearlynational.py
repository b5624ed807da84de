"""Tests of the national part of a yearly review: what is one encounter, its grade, where it was, and what is left out."""

import pytest

from searoom.console.view import Note
from searoom.obligations.deadlines import year_start_us
from searoom.review.yearlynational import national
from searoom.review.yearlyscene import Period
from searoom.signals.forms import Filled

PERIOD = Period(2026, year_start_us(2026), year_start_us(2027))
T = year_start_us(2026) + 40 * 86_400_000_000
MINUTE = 60_000_000


def note(form, at_us, **fields):
    """Return a note of a form."""
    return Note(at_us, Filled(form, 1, "national", "routine", "en", {"at": at_us, **fields}))


def alert(at_us, grade="advise", a="AMBER 21", b="CORAL 34", geometry="crossing"):
    """Return a change of grade."""
    return note("encounter-note", at_us, a=a, b=b, grade=grade, geometry=geometry)


def counted(*notes):
    """Return what is counted of these notes."""
    return national(notes, "amber", PERIOD)


@pytest.mark.parametrize(("minutes", "expected"), [(60, 1), (61, 2)])
def test_notes_of_one_pair_within_an_hour_are_one_encounter(minutes, expected):
    """Whichever of the two is named first."""
    found = counted(alert(T), alert(T + minutes * MINUTE, a="CORAL 34", b="AMBER 21"))
    assert (expected, expected) == (found["encounters"], found["by_month"][1])


def test_an_encounter_has_its_highest_grade_and_the_geometry_of_that_moment():
    """What comes after the highest lowers nothing."""
    found = counted(alert(T), alert(T + MINUTE, "urgent", geometry="overtaking"), alert(T + 2 * MINUTE, "warn"))
    assert ({"urgent": 1}, {"overtaking": 1}) == (found["by_grade"], found["by_geometry"])


def test_the_end_of_an_encounter_is_none_of_its_own():
    """A note that all is clear begins nothing."""
    assert 0 == counted(alert(T, "none"))["encounters"]


@pytest.mark.parametrize(("apart", "expected"), [(10, "N27E123"), (11, "not noted")])
def test_the_area_is_that_of_a_position_noted_near_in_time(apart, expected):
    """Within ten minutes, of either craft; else it is said that it was not noted."""
    where = note("track-note", T - apart * MINUTE, craft="CORAL 34", where=(275_000_000, 1_235_000_000))
    assert {expected: 1} == counted(alert(T), where)["by_area"]


def test_notes_outside_the_year_and_of_other_matters_are_left_out():
    """Drafts, duress and what else stands in a national log is no matter of a review."""
    found = counted(alert(PERIOD.from_us - 1), alert(PERIOD.until_us), note("draft", T), note("duress", T), alert(T))
    assert ({"encounter-note": 1}, 1) == (found["notes"], found["encounters"])
