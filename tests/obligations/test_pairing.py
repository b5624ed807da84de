"""Pairs: at the same time, one after the other, side by side."""

import pytest

from packs import clause, rule, small, tell
from searoom.errors import NotAllowed
from searoom.obligations.pairing import ORDERS

ONCE = 'kind = "once", on = 2026-02-01'
STEPS = [
    clause(name, owes="named", trigger=ONCE, term='kind = "none"', extra=f'by = ["{who}"]',
           ful=f'form = "roadmap-step", where = {{ programme = "{programme}" }}')
    for name, who, programme in (("a", "amber", "shutdown"), ("b", "coral", "energy"))
]  # fmt: skip
SHUT, AID = (
    "amber says roadmap-step: programme = shutdown; item = x",
    "coral says roadmap-step: programme = energy; item = x",
)


def pair(order):
    """Return a pair of two clauses."""
    within = '\nwithin = "5 d"' if order == "simultaneous" else ""
    return rule("p", f'kind = "pair"\norder = "{order}"\nfirst = ["a"]\nsecond = ["b"]{within}')


@pytest.mark.parametrize(
    ("order", "first", "second", "day", "half", "whole"),
    [
        ("simultaneous", SHUT, AID, "05", "one-sided", "met"),
        ("simultaneous", SHUT, AID, "08", "one-sided", "out-of-order"),
        ("after", SHUT, AID, "28", "open", "met"),
        ("after", AID, SHUT, "03", "one-sided", "out-of-order"),
        ("parallel", AID, SHUT, "28", "one-sided", "met"),
    ],
)
def test_tells_how_a_pair_stands(order, first, second, day, half, whole):
    """Neither, one, both as agreed, both otherwise."""
    tell(
        small(*STEPS, pair(order)),
        "At 2026-02-02", "Then p is open", first, "everybody receives everything", f"Then p is {half}",
        f"At 2026-02-{day}", second, "everybody receives everything", f"Then p is {whole}",
    )  # fmt: skip
    assert order in ORDERS


def test_a_clause_does_not_pair_with_itself():
    """Both sides of a pair name something, and nothing stands on both."""
    with pytest.raises(NotAllowed, match="clauses on both sides"):
        small(*STEPS, pair("parallel").replace('second = ["b"]', 'second = ["a"]'))
