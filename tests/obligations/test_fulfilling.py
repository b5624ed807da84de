"""What fulfils a duty: other forms too, n of m, verified by others, undone again."""

import pytest

from packs import clause, small, tell
from searoom.errors import NotAllowed

ONCE = 'kind = "once", on = 2026-02-01'
STEPS = 'form = "roadmap-step", where = { programme = "disablement" }, distinct = "item", of = 2, reversed_by = { form = "roadmap-undone" }'
CHECKED = (
    'form = "roadmap-step", verified_by = { form = "roadmap-finding", field = "finding", confirmed = "confirmed" }'
)
SAY = "amber says roadmap-step as {0}: programme = disablement; item = {1}"


def test_counts_different_steps_and_not_the_same_twice():
    """Two of two needs two; what is undone counts no more, and done again it counts again."""
    agreement = small(
        clause(
            "steps",
            owes="named",
            trigger=ONCE,
            term='kind = "by-date", date = 2026-03-01',
            ful=STEPS,
            extra='by = ["amber"]',
        )
    )
    tell(
        agreement,
        "At 2026-02-02", SAY.format("A", "one"), SAY.format("B", "one"), "everybody receives everything",
        "Then steps of amber is due, 1 of 2",
        SAY.format("C", "two"), "everybody receives everything", "Then steps of amber is met, 2 of 2",
        "At 2026-02-03", "amber says roadmap-undone: programme = disablement; item = one; text = x",
        "everybody receives everything", "Then steps of amber is reversed, 1 of 2",
        "At 2026-02-04", SAY.format("D", "one"), "everybody receives everything", "Then steps of amber is met, 2 of 2",
        "At 2026-02-05", "coral says roadmap-undone: programme = disablement; item = one; text = they say so",
        "everybody receives everything", "Then steps of amber is met, 2 of 2",
    )  # fmt: skip


def test_late_and_missed_steps():
    """One step short is missed; the last one late makes it late."""
    agreement = small(
        clause(
            "steps",
            owes="named",
            trigger=ONCE,
            term='kind = "by-date", date = 2026-03-01',
            ful=STEPS,
            extra='by = ["amber"]',
        )
    )
    tell(
        agreement,
        "At 2026-02-02", SAY.format("A", "one"), "everybody receives everything",
        "At 2026-03-02", "Then steps of amber is missed, 1 of 2",
        SAY.format("B", "two"), "everybody receives everything", "Then steps of amber is late, 2 of 2",
    )  # fmt: skip


def test_a_finding_is_joint_only_where_all_who_verify_agree():
    """Nobody's own finding counts for itself, and a later one replaces an earlier."""
    agreement = small(
        clause("step", owes="named", trigger=ONCE, term='kind = "none"', ful=CHECKED, extra='by = ["amber"]')
    )
    told = tell(
        agreement,
        "At 2026-02-02", SAY.format("A", "one"), "everybody receives everything", "Then step of amber is met, verified ",
        "amber says roadmap-finding in reply to A: finding = confirmed", "everybody receives everything",
        "Then step of amber is met, verified ",
        "coral says roadmap-finding in reply to A: finding = partly", "everybody receives everything",
        "Then step of amber is met, verified partly",
        "coral says roadmap-finding in reply to A: finding = confirmed", "everybody receives everything",
        "Then step of amber is met, verified confirmed",
    )  # fmt: skip
    assert 4 == len(told.checked)


def test_one_sided_word_of_a_reversal_is_a_dispute():
    """Its doer says that it is undone: reversed. Another alone says so: disputed."""
    ful = 'form = "roadmap-step", reversed_by = { form = "roadmap-undone" }'
    agreement = small(clause("step", owes="named", trigger=ONCE, term='kind = "none"', ful=ful, extra='by = ["amber"]'))
    tell(
        agreement,
        "At 2026-02-02", SAY.format("A", "one"), "everybody receives everything",
        "At 2026-02-03", "coral says roadmap-undone: programme = disablement; text = x", "everybody receives everything",
        "Then step of amber is disputed",
        "At 2026-02-04", "amber says roadmap-undone: programme = disablement; text = x", "everybody receives everything",
        "Then step of amber is reversed",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ful", "problem"),
    [
        ('form = "roadmap-step", distinct = "items"', "has no field 'items'"),
        ('form = "roadmap-step", of = 3', "'of' is not a field"),
        ('form = "roadmap-step", distinct = "item", of = 0', "a whole number from 1"),
        ('form = "roadmap-step", also = ["draft"]', "there is no shared form 'draft'"),
        ('form = "roadmap-step", verified_by = { form = "roadmap-step", field = "programme", confirmed = "energy" }', "answers no entry"),
        ('form = "roadmap-step", verified_by = { form = "roadmap-finding", field = "finding", confirmed = "yes" }', "is no choice"),
        ('form = "roadmap-step", reversed_by = { form = "roadmap-undone", party_field = "text" }', "holds no party"),
    ],
)  # fmt: skip
def test_refuses_what_cannot_be(ful, problem):
    """Fields, choices and forms that a fulfilment names exist."""
    with pytest.raises(NotAllowed) as refusal:
        small(clause("a", trigger=ONCE, term='kind = "none"', ful=ful))

    assert problem in refusal.value.sentence
