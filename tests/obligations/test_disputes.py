"""Disputes: clocks that run from receipt, longer where all agree, a stated default when they have run out."""

import pytest

from packs import TEXT, rule, small, tell
from searoom.errors import NotAllowed

CLOCK = (
    'kind = "dispute"\nopens = "exercise-dispute"\nsettles = "exercise-dispute-settled"\nextends = "exercise-dispute-longer"\n'
    f'until = "until"\nstages = [{{ id = "one", time = "10 d", names = {TEXT} }}, {{ id = "two", time = "5 d", names = {TEXT} }}]\n'
    f"default = {TEXT}"
)
OPEN = ("At 2026-02-01", "amber says exercise-dispute as D: text = x")
LONGER = "{} says exercise-dispute-longer in reply to D: until = {}"


def test_runs_from_receipt_through_its_stages_to_the_default():
    """No stage runs before the other side has it."""
    tell(
        small(rule("d", CLOCK)), *OPEN, "Then, as amber sees it, d for D is open",
        "At 2026-02-05", "coral receives everything",
        "Then, as coral sees it, d for D is running, until 2026-02-15T00:00:00Z",
        "At 2026-02-15", "Then, as coral sees it, d for D is running, until 2026-02-20T00:00:00Z",
        "At 2026-02-20", "Then, as coral sees it, d for D is default",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("days", "until"),
    [
        (("2026-02-25", "2026-02-22"), "2026-02-22"),  # both agree to the earlier of what they said
        (("2026-02-25", ""), "2026-02-11"),
        (("2026-02-05", "2026-02-05"), "2026-02-11"),
    ],
)
def test_is_longer_only_where_all_agree(days, until):
    """One party alone stretches nothing, and nobody shortens a stage."""
    said = [LONGER.format(who, day) for who, day in zip(("amber", "coral"), days, strict=True) if day]
    tell(
        small(rule("d", CLOCK)), *OPEN, "coral receives everything", *said, "everybody receives everything",
        f"Then d for D is running, until {until}T00:00:00Z",
    )  # fmt: skip


def test_is_settled_when_each_has_said_so():
    """Even after the clock has run out; one side's word alone settles nothing."""
    settled = "{} says exercise-dispute-settled in reply to D: text = x"
    tell(
        small(rule("d", CLOCK)), *OPEN, "coral receives everything", settled.format("amber"),
        "everybody receives everything", "Then d for D is running",
        "At 2026-06-01", "Then d for D is default", settled.format("coral"), "everybody receives everything",
        "Then d for D is settled",
    )  # fmt: skip


def test_refuses_a_clock_without_stages():
    """A dispute has stages, each with its own id and its own time."""
    with pytest.raises(NotAllowed, match="1 to 12 stages"):
        small(rule("d", CLOCK.replace('id = "two"', 'id = "one"')))
