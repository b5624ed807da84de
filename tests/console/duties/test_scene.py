"""What a drawing is made from: who owes a thing in words, its state with what is known of it."""

from searoom.console.asked import PACKAGE
from searoom.console.duties import scene
from searoom.console.duties.scene import Scene
from searoom.obligations import coverage
from searoom.obligations.reckoning import reckon
from searoom.obligations.standing import STATES
from searoom.review.texts import Texts
from searoom.signals import forms

BOOK = forms.load()


def scenes(name, lang="en"):
    """Return what is drawn from at the end of each story of a pack."""
    for story in coverage.tell_all(coverage.stories_of(name), f"{name}.txt", BOOK):
        account = story.teller.account()
        reckoning = reckon(story.agreement, account, story.now_us, BOOK)
        yield Scene(story.agreement, account, reckoning, story.now_us, Texts(lang, PACKAGE), lang)


def test_what_all_owe_together_says_so_and_one_is_called_by_name():
    """All of them are not listed; two of three are."""
    for one in scenes("roadmap"):
        parties = one.agreement.parties
        assert "all together" == one.called(parties)
        assert one.agreement.name(parties[0], "en") == one.called(parties[:1])


def test_a_state_is_said_with_its_steps_and_what_was_found():
    """Eight of eleven, and what those who verify found, stand behind the state."""
    told = {one.state(duty) for one in scenes("roadmap") for duty in one.reckoning.duties}

    assert any("/" in state for state in told)
    assert any("verified" in state for state in told)


def test_states_stand_in_their_fixed_order():
    """A legend has each state once, in the order in which they are always listed."""
    for one in scenes("exercise-notice"):
        found = scene.shown(one.reckoning.duties)
        assert sorted(found, key=STATES.index) == list(found)
        assert {duty.state for duty in one.reckoning.duties} == set(found)
