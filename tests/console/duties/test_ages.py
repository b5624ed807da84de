"""Requests by age: the open ones first, each as old as it is, in words of days and hours."""

from searoom.console.asked import PACKAGE
from searoom.console.duties import ages
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


def test_what_is_open_stands_first():
    """No request that is done stands above one that is not."""
    for scene in scenes("hadr"):
        figure = ages.draw(scene)
        names = {duty.clause.title["en"]: duty for duty in scene.reckoning.duties}
        opened = [
            any(d.open for d in scene.reckoning.duties if (d.clause.title["en"], d.label) == row[:2])
            for row in figure.rows
        ]
        assert names
        assert sorted(opened, reverse=True) == opened or len(set(opened)) == 2


def test_an_age_is_said_in_the_largest_whole_unit():
    """Two days or more in days, two hours or more in hours, less in minutes; in each language."""
    hour = 3600 * 1_000_000

    assert ("3 d", "3日", "3天") == tuple(ages.age(75 * hour, lang) for lang in ("en", "ja", "zh"))
    assert "47 h" == ages.age(47 * hour + 1, "en")
    assert "90 min" == ages.age(hour + hour // 2, "en")
    assert "0 min" == ages.age(0, "en")


def test_a_programme_that_nothing_started_has_no_requests():
    """Where no entry has started anything there is nothing to draw."""
    assert [None] == list({ages.draw(scene) for scene in scenes("transparency")})
