"""What is counted as bars: against its limit where there is one, and as the sentence of the fact elsewhere."""

from searoom.console.asked import PACKAGE
from searoom.console.duties import counted
from searoom.console.duties.scene import Scene
from searoom.obligations import coverage
from searoom.obligations.reckoning import reckon
from searoom.review.texts import Texts
from searoom.signals import forms

BOOK = forms.load()


def scenes(name, lang="en"):
    """Return what is drawn from at the end of each story of a pack."""
    for story in coverage.tell_all(coverage.stories_of(name), f"{name}.txt", BOOK):
        account = story.teller.account()
        reckoning = reckon(story.agreement, account, story.now_us, BOOK)
        yield Scene(story.agreement, account, reckoning, story.now_us, Texts(lang, PACKAGE), lang)


def test_each_fact_stands_in_the_table_as_its_own_sentence():
    """What is drawn as a bar is said in words too, in the language of the page."""
    for lang in ("en", "ja", "zh"):
        for scene in scenes("exercise-notice", lang):
            figure = counted.draw(scene)
            facts = [fact for fact in scene.reckoning.facts if fact.kind != "pair"]
            if figure is None:
                assert not facts
                continue
            assert [counted.said(scene, fact) for fact in facts][-counted.MOST :] == [row[2] for row in figure.rows]
            assert all(row[2] for row in figure.rows)


def test_a_limit_is_read_only_where_both_figures_are_there():
    """Three of four is a bar; what has no figure of its own is none."""
    found = [(fact, counted.limits(fact)) for scene in scenes("exercise-notice") for fact in scene.reckoning.facts]

    assert any(
        share == (int(fact.figures["used"]), int(fact.figures["of"])) for fact, share in found if "of" in fact.figures
    )
    assert all(share is None for fact, share in found if fact.kind == "dispute")
