"""Quotas count what was accepted, ceilings what was declared."""

import pytest

from packs import rule, small, tell
from searoom.errors import NotAllowed
from searoom.obligations.quotas import counted

QUOTA = 'kind = "quota"\nrequest = "exercise-inspection"\nanswer = "exercise-visit-answer"\nanswer_field = "answer"\naccepted = "accepted"\n'
LIMIT = 'kind = "limit"\nform = "roadmap-delivery"\nfield = "tonnes"\nceiling = 100\nyearly = {}\ncounts = "{}"'
ASK = "amber says exercise-inspection to coral as {0}: area = x; start = 2026-03-01"
YES = "coral says exercise-visit-answer in reply to {0}: answer = accepted"
NO = "coral says exercise-visit-answer in reply to {0}: answer = refused; reason = x"


def test_refused_requests_count_for_nothing():
    """Nor do those without an answer, nor those that the requester answers itself."""
    told = tell(
        small(rule("q", QUOTA + "per_year = 1")),
        "At 2026-02-01", ASK.format("A"), ASK.format("B"), ASK.format("C"), "everybody receives everything",
        "Then q of coral is nothing",
        NO.format("A"), "amber says exercise-visit-answer in reply to B: answer = accepted",
        "everybody receives everything", "Then q of coral is nothing", "Then q of amber is nothing",
        YES.format("C"), "everybody receives everything", "Then q of coral in 2026 is within, balance 0",
        YES.format("B"), "everybody receives everything", "Then q of coral in 2026 is exceeded, used 2",
        "At 2027-02-01", ASK.format("D"), "everybody receives everything", YES.format("D"), "everybody receives everything",
        "Then q of coral in 2027 is within, used 1",
    )  # fmt: skip
    assert 6 == len(told.checked)


@pytest.mark.parametrize(("how", "figure"), [("sum", 9), ("latest", 2), ("largest", 4)])
def test_counts_by_the_rule(how, figure):
    """Sum, latest or largest of figures in order."""
    assert figure == counted([3, 4, 2], how)


def test_a_ceiling_has_a_balance_by_year_or_for_ever():
    """What is left may be less than nothing; it is shown as that."""
    lines = (
        "At 2026-02-01", "amber says roadmap-delivery: tonnes = 60; at = 2026-02-01T00:00:00Z",
        "At 2027-02-01", "amber says roadmap-delivery: tonnes = 50; at = 2027-02-01T00:00:00Z",
        "everybody receives everything",
    )  # fmt: skip
    tell(small(rule("l", LIMIT.format("true", "sum"))), *lines, "Then l of amber in 2027 is within, balance 50")
    tell(small(rule("l", LIMIT.format("false", "sum"))), *lines, "Then l of amber is exceeded, balance -10")


@pytest.mark.parametrize(
    ("numbers", "problem"),
    [
        (QUOTA, "a quota limits something"),
        (QUOTA + "per_unit = 2", "needs 'unit_field'"),
        (QUOTA + "at_once = 1", "needs the form 'done'"),
        (QUOTA.replace('"accepted"\n', '"yes"\n') + "per_year = 1", "is no choice"),
        (LIMIT.format("true", "average"), "'average' is unknown"),
        (LIMIT.format("true", "sum").replace("tonnes", "at"), "holds no count"),
    ],
)
def test_refuses_numbers_that_mean_nothing(numbers, problem):
    """Each with its place."""
    with pytest.raises(NotAllowed) as refusal:
        small(rule("q", numbers))

    assert problem in refusal.value.sentence
