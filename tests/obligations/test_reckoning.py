"""Duties and facts of an agreement at a moment: a pure function, and the chairs change nothing but places."""

import pytest

from packs import told_of
from searoom.obligations.reckoning import reckon
from told import BOOK, DEMO, Tale


def test_has_the_duties_and_the_facts_by_clause():
    """What a clause makes owed, and what it counts."""
    told = told_of("exercise-notice")[3]
    reckoning = reckon(told.agreement, told.teller.account(), told.now_us, BOOK)

    assert {"thresholds", "ceiling"} == {fact.clause for fact in reckoning.facts}
    assert reckoning.counted("thresholds")
    assert {"calendar"} == {duty.clause.id for duty in reckoning.of("calendar")}
    assert () == reckon(DEMO, Tale().account(), DEMO.starts_us, BOOK).facts


@pytest.mark.parametrize("name", ["contested-waters", "incsea", "transparency"])
def test_swapping_the_chairs_swaps_places_and_nothing_else(name):
    """With the parties in the other order every duty and every fact is the same, but for the order of columns."""
    from dataclasses import replace

    for told in told_of(name):
        other = replace(told.agreement, parties=told.agreement.parties[::-1])
        one = reckon(told.agreement, told.teller.account(), told.now_us, BOOK)
        two = reckon(other, told.teller.account(other.parties), told.now_us, BOOK)

        def row(duty):
            return (duty.clause.id, duty.label, tuple(sorted(duty.owed_by)), duty.state, duty.due_us, duty.verified)

        assert sorted(map(row, one.duties)) == sorted(map(row, two.duties)), told.title
        assert sorted((f.clause, f.label, f.state, tuple(sorted(f.parties))) for f in one.facts) == sorted(
            (f.clause, f.label, f.state, tuple(sorted(f.parties))) for f in two.facts
        ), told.title


@pytest.mark.parametrize("name", ["roadmap", "exercise-notice", "issues"])
def test_one_clause_alone_stands_as_among_all(name):
    """What is asked of one clause is what the whole says of it, pairs and what waits for others included."""
    for told in told_of(name)[:2]:
        account = told.teller.account()
        whole = reckon(told.agreement, account, told.now_us, BOOK)
        for clause in told.agreement.in_force():
            alone = reckon(told.agreement, account, told.now_us, BOOK, only=clause.id)
            assert whole.of(clause.id) == alone.of(clause.id), clause.id
            assert whole.counted(clause.id) == alone.counted(clause.id), clause.id
