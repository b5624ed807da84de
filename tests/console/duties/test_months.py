"""The calendar: deadlines on the last day on which they can be met, days that entries name, and who rests when."""

from datetime import date

import pytest

from searoom.account import arrange
from searoom.console.duties import months
from searoom.errors import NotAllowed
from searoom.obligations import coverage
from searoom.obligations.agreement import load
from searoom.obligations.calendars import day_of
from searoom.obligations.standing import standing
from searoom.signals import forms

BOOK = forms.load()


def drawn(name, story=0, at=None, lang="en"):
    """Return the month of a story's end, or of a day, with the duties of the story."""
    told = coverage.tell_all(coverage.stories_of(name), "x", BOOK)[story]
    account = told.teller.account()
    duties = standing(told.agreement, account, told.now_us)
    first = (at or day_of(told.now_us)).replace(day=1)
    return months.month(first, told.agreement, account, BOOK, duties, told.now_us, lang), duties


def days(month):
    """Return the days of a month's grid in one row."""
    return [day for week in month.weeks for day in week]


def test_a_month_is_whole_weeks_from_monday():
    """Each week has seven days and begins on Monday; the days of other months are marked."""
    month, _ = drawn("exchange", at=date(2026, 4, 1))

    assert all(7 == len(week) and 0 == week[0].day.weekday() for week in month.weeks)
    assert 30 == sum(day.inside for day in days(month))


def test_a_deadline_at_midnight_stands_on_the_day_before():
    """By the end of a day is on that day: nobody reads a day too many into it."""
    for name in ("exchange", "exercise-notice", "transparency"):
        month, duties = drawn(name)
        shown = {(one.words, day.day) for day in days(month) for one in day.events if one.kind == "deadline"}
        inside = {day.day for day in days(month)}
        for duty in duties:
            if duty.due_us is not None and day_of(duty.due_us - 1) in inside:
                assert (f"{duty.clause.title['en']} ({duty.label})", day_of(duty.due_us - 1)) in shown


def test_a_day_that_both_name_stands_once_with_both():
    """A meeting of which both sides say the same is one event, and names both."""
    month, _ = drawn("exchange", at=date(2028, 2, 1))
    (event,) = [one for day in days(month) for one in day.events if one.kind == "said"]

    assert ("amber", "coral") == event.who
    assert event.link.startswith("/messages/")


def test_who_rests_is_told_from_the_agreement_alone():
    """Where the agreement has working days they are shown by party; where it has none, nothing is guessed."""
    agreement = load("macm", BOOK)
    account = arrange(agreement.parties, (), {})
    table = next(iter(agreement.head.calendars.values()))
    month = months.month(table.first.replace(day=1), agreement, account, BOOK, (), 0, "en")
    demo = load("demo", BOOK)
    strange = months.month(table.first.replace(day=1), demo, account, BOOK, (), 0, "en")

    assert any(day.resting for day in days(month))
    for day in days(month):
        resting = {each.party for each in agreement.head.calendars.values() if each.works(day.day) is False}
        assert resting == set(day.resting)
    assert not any(day.resting for day in days(strange))  # whoever is no party of it has no days in it
    far, _ = drawn("exchange")
    assert () == far.known
    assert not any(day.resting for day in days(far))


@pytest.mark.parametrize("text", ["soon", "2026-13", "2026-6", "1066-10", "9999-12", "\x00", "2026-06-01"])
def test_what_is_no_month_is_refused(text):
    """A wrong month is told in a sentence; the pages before and after end where calendars do."""
    with pytest.raises(NotAllowed):
        months.asked_month(text, 0)


def test_the_first_and_the_last_month_lead_no_further():
    """At the ends of all calendars there is no way on."""
    agreement = load("hadr", BOOK)
    account = arrange(agreement.parties, (), {})

    assert months.month(date(1990, 1, 1), agreement, account, BOOK, (), 0, "en").before is None
    assert months.month(date(2199, 12, 1), agreement, account, BOOK, (), 0, "en").after is None
