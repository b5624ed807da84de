"""Stories are read strictly, told on an account of their own, and say what was not as they expected."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packs import clause, rule, small, tell, told_of
from searoom.errors import NotAllowed
from searoom.obligations import stories
from searoom.obligations.agreement import load
from searoom.obligations.stories import recast, split, wanted
from told import BOOK, DEMO, MACM

LINE = small(clause("test", trigger='kind = "schedule", every = "24 h", start = 2026-02-01T00:00:00Z',
                    term='kind = "within", time = "30 min", from = "start"', ful='form = "line-test"'),
             clause("read", owes="recipients", trigger='kind = "on-entry", form = "hotline-message"',
                    term='kind = "within", time = "30 min", from = "delivery"', ful='form = "read"'))  # fmt: skip


def test_tells_what_is_not_as_it_says():
    """With the line, what was expected and what there is; the story goes on."""
    told = stories.tell(
        "Story: s\nAt 2026-02-01 01:00\nThen test of amber is met\nThen test of coral is missed", 7, LINE, BOOK
    )

    assert [("x:9", "test: the story says 'met', it is 'missed'")] == [
        (f.where, f.sentence) for f in told.findings("x")
    ]
    assert [False, True] == [each.right for each in told.checked]


def test_a_transcript_stands_beside_what_was_signed():
    """What one side wrote down of the other's words is at most transcribed."""
    tell(
        LINE, "At 2026-02-01 00:05", "amber writes down that coral said line-test by telephone",
        "coral receives everything", "Then test of coral is transcribed",
        "amber says hotline-message as M: text = Hello.", "everybody receives everything",
        "amber writes down that coral said read by telephone in reply to M",
        "Then, as amber sees it, read of coral for M is transcribed", "Then, as coral sees it, read of coral for M is due",
    )  # fmt: skip


def test_how_things_stand_is_told_by_who_sees_it():
    """Each party by what it holds; where a line does not say as whom, all must find the same, and who does not is named."""
    told = stories.tell(
        "Story: s\nAt 2026-02-01 00:05\namber says line-test\nThen test of amber is met\n"
        "Then, as amber and coral see it, test of amber is due\ncoral receives everything\n"
        "Then test of amber is met\nThen, as coral sees it, test of amber is met\neverybody receives everything\n"
        "Then test of amber is met",
        1,
        LINE,
        BOOK,
    )

    assert ["due", "due", "amber: due; coral: met", "met", "met"] == [each.found for each in told.checked]
    assert [False, True, False, True, True] == [each.right for each in told.checked]


def test_a_clock_that_is_wrong_is_a_dispute():
    """Said in time by its author's clock, placed too late by its station's: both stand."""
    tell(
        LINE, "At 2026-02-01 02:00", "amber says line-test by its clock 2026-02-01 00:01",
        "coral receives everything", "Then test of amber is disputed",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("amber shouts", "is no line of a story"),
        ("teal says line-test", "'teal' is no party here"),
        ("amber says shouting", "there is no form 'shouting'"),
        ("amber says draft", "never leaves its node"),
        ("amber says read in reply to M", "nothing was said as M"),
        ("amber says hotline-message: text", "is not written 'field = value'"),
        ("amber says hotline-message", "this is needed and missing"),
        ("Then nothing of amber is met", "has no clause 'nothing'"),
        ("At 2025-01-01", "does not go back"),
        ("At 2026-13-01", "is not a time"),
        ("Then test of teal is met", "'teal' is no party here"),
        ("Then, as teal sees it, test of amber is met", "'teal' is no party here"),
    ],
)
def test_refuses_what_is_no_line(line, problem):
    """With its number."""
    text = f"Story: s\nAt 2026-02-01 01:00\nThen test of amber is missed\n{line}"
    with pytest.raises(NotAllowed, match="^line 4: ") as refusal:
        stories.tell(text, 1, LINE, BOOK)

    assert problem in refusal.value.sentence
    assert refusal.value.advice()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "begins with a line"),
        ("amber says x\nStory: s", "begins with a line"),
        ("Story: s\n" * 3000, "at most 2000 lines"),
    ],
    ids=["empty", "before", "long"],
)
def test_refuses_a_file_that_is_none(text, problem):
    """Stories begin with their title."""
    with pytest.raises(NotAllowed, match=problem):
        split(text)


def test_says_under_which_agreement_and_who_takes_whose_place():
    """A file may hold several stories, each with its own head."""
    head = "Agreement: macm, with all its proposals\nParties: amber is japan, coral is china\n"

    assert ("macm", True, {"japan": "amber", "china": "coral"}) == wanted(head)
    assert ("incsea", False, {}) == wanted("Agreement: incsea")
    assert [1, 3] == [line for line, _ in split("Story: a\n\nStory: b\n")]
    for bad in ("Parties: amber is japan", "Agreement: macm\nParties: amber"):
        with pytest.raises(NotAllowed):
            wanted(bad)


def test_real_parties_are_never_made_to_say_anything():
    """Fictitious ones take their places, the proposals are put in force, and all of it is an exercise."""
    cast = recast(MACM, {"japan": "amber", "china": "coral"}, everything=True)

    assert (("amber", "coral"), True) == (cast.parties, cast.exercise)
    assert {"amber", "coral"} == set(cast.names)
    assert {c.id for c in MACM.clauses} == {c.id for c in cast.in_force()}
    assert DEMO == recast(DEMO, {}, everything=False)
    with pytest.raises(NotAllowed, match="'teal' is no party"):
        recast(MACM, {"teal": "amber"}, everything=True)
    with pytest.raises(NotAllowed, match="so that nobody can take its place"):
        recast(load("roadmap", BOOK), {"amber": "ruby"}, everything=False)


@pytest.mark.parametrize("name", ["macm", "incsea", "contested-waters", "exercise-notice", "roadmap", "issues"])
def test_the_standing_is_the_same_however_the_entries_arrive(name):
    """Two nodes with the same entries reckon the same, in whatever order they came."""
    from random import Random

    from searoom.account import arrange
    from searoom.obligations.reckoning import reckon

    for told in told_of(name):
        account = told.teller.account()
        one = reckon(told.agreement, account, told.now_us, BOOK)
        for seed in range(2):
            items = list(account.items)
            Random(seed).shuffle(items)
            other = reckon(told.agreement, arrange(account.parties, items, {}), told.now_us, BOOK)
            assert one == other, told.title


@given(st.text(max_size=200))
def test_no_text_makes_it_crash(text):
    """Whatever stands in a file of stories is told or refused."""
    with contextlib.suppress(NotAllowed):
        assert () == stories.tell(text, 1, LINE, BOOK).checked


def test_a_clause_that_counts_is_looked_at_by_its_facts():
    """What there is, where the story expects something else."""
    agreement = small(
        rule(
            "l",
            'kind = "limit"\nform = "roadmap-delivery"\nfield = "tonnes"\nceiling = 9\ncounts = "sum"\nyearly = true',
        )
    )
    text = "Story: s\nAt 2026-02-01\namber says roadmap-delivery: tonnes = 4; at = 2026-02-01T00:00:00Z\neverybody receives everything\nThen l of amber is exceeded\nThen l of amber is within, balance 4"
    told = stories.tell(text, 1, agreement, BOOK)

    assert ["within", "within, used 4 / of 9 / balance 5"] == [each.found for each in told.checked]
