"""Steps on a ladder: a mark on the rail of each who owes them, and the pairs beside them."""

from searoom.console.asked import PACKAGE
from searoom.console.duties import ladder
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


def test_each_duty_of_a_step_has_a_mark_on_the_rail_of_each_who_owes_it():
    """As many marks of a state as parties owe duties in that state."""
    for scene in scenes("roadmap"):
        figure = ladder.draw(scene)
        names = {clause.id for clause in scene.clauses("once", "after", "pledge")}
        duties = [duty for duty in scene.reckoning.duties if duty.clause.id in names]
        for state in figure.shown:
            wanted = sum(len(duty.owed_by) for duty in duties if duty.state == state)
            assert wanted == str(figure.svg).count(f"mark s-{state}")


def test_a_pair_stands_beside_the_steps_that_it_binds():
    """The pair is drawn as a bracket, and said in words in the table."""
    figures = [ladder.draw(scene) for scene in scenes("roadmap")]

    assert all('class="pair"' in str(figure.svg) for figure in figures)
    assert any("one side done" in row for figure in figures for row in figure.rows)


def test_a_programme_without_steps_has_no_ladder():
    """Requests and years stand on no ladder."""
    assert [None] == list({ladder.draw(scene) for scene in scenes("hadr")})
