"""Visits on a time line: one lane for each, with what it was to leave behind, found by what answers what."""

from searoom.console.asked import PACKAGE
from searoom.console.duties import cohorts
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


def test_what_hangs_on_a_record_hangs_on_its_visit():
    """The follow-up of a record, which answers a visit, stands in the lane of that visit."""
    scene = next(iter(scenes("exchange")))
    figure = cohorts.draw(scene)
    lanes = {row[0] for row in figure.rows}

    assert 1 == len(lanes)
    assert {clause.title["en"] for clause in scene.agreement.in_force() if clause.about == "exchange"} == {
        row[2] for row in figure.rows
    }


def test_a_programme_without_visits_has_no_time_line():
    """Nothing else is drawn as a cohort."""
    assert [None] == list({cohorts.draw(scene) for scene in scenes("hadr")})
