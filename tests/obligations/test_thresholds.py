"""Thresholds: where a figure lies, what overlaps, what was reported afterwards; facts, and no accusation."""

import pytest

from packs import rule, small, tell
from searoom.obligations.facts import sentences
from searoom.obligations.reckoning import reckon
from searoom.obligations.thresholds import Threshold, level
from told import BOOK

RULE = Threshold("exercise-notice", "personnel", 9000, 13000, 10, "start", "end", "exercise-report")
TEXT = 'kind = "threshold"\nform = "exercise-notice"\nfield = "personnel"\nnotify = 9000\nnear_percent = 10\nstart = "start"\nend = "end"'
NOTICE = (
    "{who} says exercise-notice: designation = {name}; purpose = x; command = x; personnel = {n}; ships = 0; aircraft = 0; "
    "start = {start}; end = {end}; area = circle 20 00 N 120 00 E 9 nm; warning = none"
)


@pytest.mark.parametrize(
    ("figure", "where"),
    [(8099, "below"), (8100, "near"), (8999, "near"), (9000, "notify"), (12999, "notify"), (13000, "observe")],
)
def test_says_where_a_figure_lies(figure, where):
    """The tenth below is near; each threshold itself is reached."""
    assert where == level(RULE, figure)


@pytest.mark.parametrize(
    ("who", "start", "found"),
    [("amber", "2026-03-08", "split"), ("amber", "2026-03-09", "below"), ("coral", "2026-03-08", "below")],
)
def test_shows_what_overlaps_of_one_party(who, start, found):
    """Two exercises of one party that share a day are shown together; of two parties, or a day apart, not."""
    told = tell(
        small(rule("t", TEXT)),
        "At 2026-02-01",
        NOTICE.format(who="amber", name="One", n=5000, start="2026-03-01", end="2026-03-08"),
        NOTICE.format(who=who, name="Two", n=5000, start=start, end="2026-03-12"),
        "everybody receives everything",
        f"Then t for Two is {found}",
    )
    facts = reckon(told.agreement, told.teller.account(), told.now_us, BOOK).counted("t")
    split = [fact for fact in facts if fact.state == "split"]

    assert (found == "split") == bool(split)
    for fact in split:
        assert "not an accusation" in sentences(fact, told.agreement.names)["en"]
