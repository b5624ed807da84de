"""Where a programme stands, as drawings: every pack draws, under every story, in every language, and says it as a table."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from searoom.console.asked import PACKAGE
from searoom.console.duties import figures
from searoom.obligations import coverage
from searoom.obligations.agreement import load
from searoom.obligations.reckoning import reckon
from searoom.obligations.standing import STATES
from searoom.review.texts import Texts
from searoom.signals import forms
from searoom.signals.tables import LANGUAGES

BOOK = forms.load()
PACKS = [name for name in coverage.packs() if coverage.stories_of(name) is not None]
OWN = {
    "roadmap": "ladder",
    "exchange": "cohorts",
    "macm": "ages",
    "weekly-call": "grid",
    "hadr": "ages",
    "transparency": "counted",
    "escort": "grid",
}


def told(name):
    """Return the stories of a pack, told."""
    return coverage.tell_all(coverage.stories_of(name), f"{name}.txt", BOOK)


def draw(story, lang="en"):
    """Return the drawings at the end of a story."""
    account = story.teller.account()
    reckoning = reckon(story.agreement, account, story.now_us, BOOK)
    return figures.drawn(story.agreement, account, reckoning, story.now_us, Texts(lang, PACKAGE), lang), reckoning


def test_there_are_twelve_packs_with_stories():
    """What these tests go through is all that is packaged."""
    assert 12 == len(PACKS)


@pytest.mark.parametrize("name", PACKS)
def test_each_pack_is_drawn_with_its_table_under_every_story(name):
    """Each drawing is whole, holds no style of its own, and its table has as many cells in a row as heads."""
    for story in told(name):
        drawn, reckoning = draw(story)

        assert drawn, story.title
        assert bool(reckoning.duties or reckoning.facts)
        for figure in drawn:
            root = ET.fromstring(str(figure.svg))
            assert "img" == root.get("role")
            assert root.get("aria-label")
            assert not re.search(r"style=|<script|\son[a-z]+=|[\" ](nan|inf)[\" ]", str(figure.svg))
            assert figure.rows
            assert {len(figure.heads)} == {len(row) for row in figure.rows}
            assert set(figure.shown) <= set(STATES)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PACKS)
def test_each_language_draws_the_same_marks(name, lang):
    """The words change, the marks do not: as many of each state in every language."""
    story = told(name)[0]
    ours, english = (" ".join(str(figure.svg) for figure in draw(story, each)[0]) for each in (lang, "en"))

    assert [ours.count(f"s-{state}") for state in STATES] == [english.count(f"s-{state}") for state in STATES]


@pytest.mark.parametrize(("name", "kind"), sorted(OWN.items()))
def test_a_programme_is_drawn_first_as_its_own_kind(name, kind):
    """Steps stand on a ladder, visits on a time line, requests by their age, what recurs in a grid."""
    agreement = told(name)[0].agreement

    assert kind == figures.own_kind(agreement.in_force())
    assert kind in {figure.kind for story in told(name) for figure in draw(story)[0][:1]}


def test_no_duty_of_a_programme_is_left_out():
    """Each duty that has arisen stands in some drawing's table, as far as a drawing has room."""
    for name in PACKS:
        for story in told(name):
            drawn, reckoning = draw(story)
            titles = {cell for figure in drawn for row in figure.rows for cell in row}
            for duty in reckoning.duties:
                assert duty.clause.title["en"] in titles, (name, duty.clause.id)


def test_hostile_words_of_the_other_side_stay_words():
    """A title of a visit with markup does not break the drawing; the page escapes it in the table."""
    text = coverage.stories_of("exchange").replace("Field officers' visit", "</text><script>x</script>")
    story = coverage.tell_all(text, "x.txt", BOOK)[0]
    drawn, _ = draw(story)

    for figure in drawn:
        ET.fromstring(str(figure.svg))
    assert "<script>" not in str(drawn[0].svg)
    assert any("<script>" in cell for row in drawn[0].rows for cell in row)


def test_swapping_the_parties_swaps_their_places_alone():
    """The order of the parties decides on which rail a mark stands, and no mark."""
    story = told("roadmap")[0]
    there = draw(story)[0][0]
    back = draw(replace(story, agreement=replace(story.agreement, parties=story.agreement.parties[::-1])))[0][0]

    assert [str(there.svg).count(f"s-{state}") for state in STATES] == [
        str(back.svg).count(f"s-{state}") for state in STATES
    ]


def test_nothing_is_drawn_where_nothing_has_arisen():
    """An agreement under which nothing was said has no picture, where all of its clauses wait for an entry."""
    agreement = load("hadr", BOOK)
    story = told("hadr")[0]
    empty = replace(story, agreement=agreement, teller=type(story.teller)(agreement.parties, BOOK))

    assert () == draw(empty)[0]
