"""What recurs as a grid: the last years or slots, each in its column, and what all owe together in one row."""

from searoom.console.asked import PACKAGE
from searoom.console.duties import grid
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


def test_each_year_has_its_column_and_what_is_joint_one_row():
    """A yearly meeting of all is one row, by its years in order."""
    for scene in scenes("incsea"):
        figure = grid.draw(scene)
        years = [row[2] for row in figure.rows if row[0] == scene.agreement.clause("yearly-consultation").title["en"]]
        assert sorted(set(years)) == years


def test_no_more_columns_are_drawn_than_there_is_room_for():
    """Of a schedule the last slots are drawn, however many have been."""
    for scene in scenes("weekly-call"):
        figure = grid.draw(scene)
        assert len({row[2] for row in figure.rows}) <= grid.MOST


def test_a_programme_in_which_nothing_recurs_has_no_grid():
    """Requests stand in no grid."""
    assert [None] == list({grid.draw(scene) for scene in scenes("hadr")})
