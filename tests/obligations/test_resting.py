"""What rests from when until when."""

from searoom.obligations.agreement import load
from searoom.obligations.deadlines import FAR_US, Said
from searoom.obligations.resting import Rest, resting, rests
from told import BOOK, DEMO

ISSUES, INCSEA = load("issues", BOOK), load("incsea", BOOK)
START = ISSUES.starts_us
DAY = 86_400_000_000


def notice(form, day, author="amber", *, had=True, index=0, **more):
    """Return a notice of a day after the start, received at once or never."""
    at_us = START + day * DAY
    return Said((author, index), form, author, ("coral",), at_us, at_us if had else None, **more)


def of(agreement, *notices):
    """Return what rests."""
    by_form = {}
    for each in notices:
        by_form.setdefault(each.form, []).append(each)
    return resting(agreement.in_force(), START, by_form)


def test_a_suspension_ends_with_its_own_sides_resumption():
    """Another side's resumption ends nothing; without one it rests for ever."""
    stop, go = notice("issues-contingency", 1), notice("issues-contingency-over", 5)
    other = notice("issues-contingency-over", 3, "coral")

    assert (Rest(START + DAY, START + 5 * DAY, ("yearly-look",)),) == of(ISSUES, stop, go, other)
    assert (Rest(START + DAY, FAR_US, ("yearly-look",)),) == of(ISSUES, stop, other)


def test_what_was_not_received_stops_nothing():
    """Nor does what its author alone says it handed over, nor what stands before the agreement."""
    assert () == of(ISSUES, notice("issues-contingency", 1, had=False), notice("issues-contingency", 2, conveyed=True))
    assert () == of(ISSUES, notice("issues-contingency", -3))


def test_a_withdrawal_has_its_time_of_notice():
    """Half a year from receipt, or later where it says so."""
    later = {"effective": START + 400 * DAY}

    assert (Rest(START + 181 * DAY, FAR_US, ()),) == of(INCSEA, notice("incsea-withdrawal", 1))
    assert (Rest(START + 400 * DAY, FAR_US, ()),) == of(INCSEA, notice("incsea-withdrawal", 1, fields=later))


def test_only_open_duties_of_the_named_clauses_rest():
    """What is done stays done; what fell due before stays missed; what is not named goes on."""
    at_rest = [Rest(10, 20, ("a",))]

    assert [True, False, False, False, False] == [
        rests("a", "due", 15, at_rest), rests("b", "due", 15, at_rest), rests("a", "met", 15, at_rest),
        rests("a", "missed", 10, at_rest), rests("a", "due", 21, at_rest),
    ]  # fmt: skip
    assert rests("a", "due", None, [Rest(10, FAR_US, ())])
    assert () == resting(DEMO.in_force(), DEMO.starts_us, {})
