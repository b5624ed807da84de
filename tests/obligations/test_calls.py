"""The ledger of calls: every silence is counted, none is explained."""

import pytest

from packs import rule, small, tell
from searoom import clock
from searoom.errors import NotAllowed
from searoom.obligations.calls import OUTCOMES, Calls, month_start_us, up_percent
from searoom.obligations.deadlines import Said

LEDGER = 'kind = "calls"\nform = "macm-call"\noutcome = "outcome"\ncalled = "called"'
RULE = Calls("macm-call", "outcome", "called")
CALL = "amber says macm-call: called = coral; at = {0}T01:00:00Z; outcome = {1}"


def said(day, outcome, index=0):
    """Return a call on a day of June."""
    at_us = clock.from_text(f"2026-06-{day:02}T00:00:00Z")
    return Said(("amber", index), "macm-call", "amber", ("coral",), at_us, at_us, fields={"outcome": outcome})


@pytest.mark.parametrize(
    ("calls", "now", "up"),
    [
        ([(1, "answered")], "2026-07-01", 100.0),
        ([(11, "fault"), (21, "restored")], "2026-07-01", 66.7),
        ([(11, "fault"), (15, "fault"), (21, "answered")], "2026-07-01", 66.7),
        ([(16, "fault")], "2026-07-01", 50.0),
        ([(16, "fault")], "2026-06-21", 75.0),
        ([(16, "unanswered")], "2026-07-01", 100.0),
    ],
)
def test_says_how_long_the_line_stood(calls, now, up):
    """From a fault to its repair or the next answer it did not; an unanswered call is no fault of the line."""
    rows = [said(day, outcome, at) for at, (day, outcome) in enumerate(calls)]
    start_us = clock.from_text("2026-06-01T00:00:00Z")

    assert up == round(up_percent(RULE, rows, start_us, clock.from_text(f"{now}T00:00:00Z")), 1)
    assert start_us == month_start_us(clock.from_text("2026-06-30T23:59:59Z"))


def test_counts_by_month_and_by_who_was_called():
    """Each row is the caller's word about the other side."""
    told = tell(
        small(rule("l", LEDGER)),
        "At 2026-06-30", CALL.format("2026-06-30", "answered"), CALL.format("2026-06-30", "unanswered"),
        "At 2026-07-01", CALL.format("2026-07-01", "answered"), "everybody receives everything",
        "Then l of coral in 2026-06 is unanswered, unanswered 1",
        "Then l of coral in 2026-07 is answered, attempted 1",
        "Then l of amber is nothing",
    )  # fmt: skip
    assert 3 == len(told.checked)
    assert {"answered", "unanswered", "declined", "fault", "restored"} == set(OUTCOMES)


def test_needs_a_form_that_knows_every_outcome():
    """A form without 'declined' would turn a reason into a silence."""
    with pytest.raises(NotAllowed, match="has no choice 'answered'"):
        small(
            rule(
                "l",
                LEDGER.replace('"macm-call"', '"meeting-held"')
                .replace('"outcome"', '"level"')
                .replace('"called"', '"host"'),
            )
        )
