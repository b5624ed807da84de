"""A node says by itself what only officers can say of a message: sufficient, a question, a promise, a reading."""

import pytest

from attacks.scene import AMBER, CORAL, Scene
from builders import opener, say
from searoom.account import Closed, Message, read
from searoom.matters.delivery import delivery
from searoom.signals import forms

BOOK = forms.load()
LAYERS = {
    "sufficient": ({}, 2),
    "comply": ({"answer": "will-comply"}, 2),
    "clarification": ({"fields": "text"}, 1),
    "read": ({}, 1),
}


def heard(scene, content, *signers):
    """Let coral's node place words that these signed, past its own check, and give them to amber."""
    say(scene.theirs, CORAL, content, signers=signers)
    scene.in_step()
    account = read(scene.ours, BOOK, opener(AMBER))
    return account, account.message(("coral", scene.ours.size("coral") - 1))


def reply(form, asked, typed):
    return forms.encode(forms.from_text(BOOK, form, typed, channel="hotline", reply_to=asked), BOOK)


@pytest.mark.parametrize("form", LAYERS)
def test_a_layer_that_too_few_persons_signed_counts_for_nothing(form):
    """Refused: it is closed, with its reason, and no layer follows; kept: it stands at its place; the next is heard."""
    typed, persons = LAYERS[form]
    scene = Scene()
    say(
        scene.ours,
        AMBER,
        forms.encode(forms.from_text(BOOK, "hotline-message", {"text": "We train."}), BOOK),
        signers=AMBER.officers,
    )
    scene.in_step()
    asked = ("amber", scene.ours.size("amber") - 1)
    before = scene.ours.size("coral")
    for signers in ((CORAL.station,), CORAL.officers[: persons - 1]):
        if not signers:
            continue
        account, item = heard(scene, reply(form, asked, typed), *signers)
        assert isinstance(item, Closed)
        assert f"takes {persons} officers" in item.why
        assert ((), None, ()) == (
            delivery(account, asked).each[0].said,
            delivery(account, asked).read,
            delivery(account, asked).answers,
        )
    assert before < scene.ours.size("coral")  # the lie keeps its place, as evidence
    account, item = heard(scene, reply(form, asked, typed), *CORAL.officers[:persons])
    assert isinstance(item, Message)
    assert 1 == len(delivery(account, asked).each[0].said)
    scene.honest()


def test_a_question_about_a_field_that_is_not_there_is_shown_as_what_it_is():
    """A hostile name of a field is no name, and the whole entry is closed; a strange one is only a strange question."""
    scene = Scene()
    say(
        scene.ours,
        AMBER,
        forms.encode(forms.from_text(BOOK, "hotline-message", {"text": "We train."}), BOOK),
        signers=AMBER.officers,
    )
    scene.in_step()
    asked = ("amber", scene.ours.size("amber") - 1)
    good = reply("clarification", asked, {"fields": "texx"})
    account, item = heard(scene, good, CORAL.officers[0])
    assert isinstance(item, Message)
    assert ("texx",) == delivery(account, asked).each[0].said[0].fields
    _, item = heard(scene, good.replace(b"texx", b"<b>x"), CORAL.officers[0])
    assert isinstance(item, Closed)
    assert "is no name of a field" in item.why
    scene.honest()
