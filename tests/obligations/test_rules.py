"""The kinds of rule: each is told in the page of the format, and refuses what it does not know."""

import re
import tomllib
from pathlib import Path

import pytest

from searoom.errors import NotAllowed
from searoom.obligations.agreement import load
from searoom.obligations.facts import FACT_WORDS
from searoom.obligations.pack import Table
from searoom.obligations.rules import RULES, Rule, read_rule
from told import BOOK

PAGE = Path(__file__).parents[2] / "docs" / "formats" / "agreement.md"


def test_every_kind_has_words_and_is_on_the_page():
    """What a machine counts is said in every language, and described."""
    page = PAGE.read_text(encoding="utf-8")

    assert set(RULES) == set(FACT_WORDS)
    assert [] == [name for name in RULES if not re.search(rf"^\| `{name}` \|", page, re.MULTILINE)]


def test_every_kind_is_used_by_a_pack_that_ships():
    """What no agreement needs is not there."""
    packs = [load(name, BOOK) for name in ("macm", "exercise-notice", "transparency", "roadmap", "issues")]

    assert set(RULES) == {clause.rule.kind for pack in packs for clause in pack.clauses if clause.rule is not None}
    assert all(isinstance(c.rule, Rule) for pack in packs for c in pack.clauses if c.rule is not None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('kind = "guess"', "'guess' is unknown"),
        ('kind = "frameworks"\nform = "issues-threat"\nname = "name"\nmood = "x"', "'mood' is not a field"),
    ],
)
def test_refuses_what_it_does_not_know(text, problem):
    """A kind that is none, or a number that its kind does not have."""
    with pytest.raises(NotAllowed) as refusal:
        read_rule(Table(tomllib.loads(text), "p"), BOOK)

    assert problem in refusal.value.sentence
