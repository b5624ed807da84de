"""Coverage: every clause kept once and missed once, by what the stories say and find."""

import sys
from importlib.resources import files

import pytest

from packs import PACKS, clause, small, told_of
from searoom.errors import NotAllowed
from searoom.obligations import coverage, stories
from searoom.obligations.agreement import load
from told import BOOK


def test_every_pack_has_its_stories():
    """No pack ships that no story tells; the demonstration's own is told by its scenario."""
    packs = files("searoom.obligations") / "data" / "agreements"

    assert {file.name.removesuffix(".toml") for file in packs.iterdir()} == {*PACKS, "demo"}


@pytest.mark.parametrize("name", PACKS)
def test_every_clause_is_kept_once_and_missed_once(name):
    """100 % of the clauses that can be, in every pack that ships; printed for who reads the log."""
    told = told_of(name)
    rows = coverage.covered(told[0].agreement, told)
    sys.stdout.write(f"\n{name}\n{coverage.table(rows)}")

    assert [] == [finding for story in told for finding in story.findings(name)]
    assert 100 == coverage.percent(rows)
    assert {row.clause for row in rows} == {clause.id for clause in told[0].agreement.in_force()}


@pytest.mark.parametrize("name", PACKS)
def test_stories_are_told_by_fictitious_parties(name):
    """In exercises, with as many logs as there are parties."""
    for told in told_of(name):
        assert told.agreement.exercise
        assert not {"japan", "china"} & set(told.teller.parties), told.title
        assert {*told.agreement.parties, *told.agreement.head.former} == set(told.teller.logs)


def test_what_a_story_did_not_find_covers_nothing():
    """Only lines that came out as they say count; a clause that was never tried is not covered."""
    agreement = small(
        clause("a", ful='form = "line-test"'),
        clause("b", ful='form = "line-test"', term='kind = "by-day", month = 3, day = 1'),
    )
    told = stories.tell(
        "Story: s\nAt 2026-04-01\nThen a of amber is missed\nThen b of amber is missed\nThen b of amber is met",
        1,
        agreement,
        BOOK,
    )
    rows = coverage.covered(agreement, [told])

    assert [("a", ()), ("b", ("missed",))] == [(row.clause, row.states) for row in rows]
    assert (0, [False, False], [False, True]) == (
        coverage.percent(rows),
        [r.kept for r in rows],
        [r.missed for r in rows],
    )
    assert "NO" in coverage.table(rows)
    assert 100 == coverage.percent([])


def test_a_fault_in_a_story_names_its_file_and_line():
    """The file is that of the stories; a pack without stories has none."""
    with pytest.raises(NotAllowed, match=r"^ours\.txt: line 3: "):
        coverage.tell_all("Story: s\nAgreement: issues\nnonsense", "ours.txt", BOOK)
    with pytest.raises(NotAllowed, match=r"^ours\.txt: a story says under which agreement"):
        coverage.tell_all("Story: s\n", "ours.txt", BOOK)
    assert None is coverage.stories_of("demo")


def test_tells_stories_under_the_agreement_that_is_given():
    """A pack of one's own is told by its own stories, without being packaged."""
    issues = load("issues", BOOK)
    (told,) = coverage.tell_all(
        "Story: s\nAgreement: issues\nAt 2027-01-01\nThen yearly-look of amber in 2026 is missed", "x", BOOK, issues
    )

    assert issues.clauses is told.agreement.clauses
