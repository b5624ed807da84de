"""A form inside a form: which can stand there, its boxes under their own names, its bytes, and what is wrong in it."""

import pytest

from searoom.console.hotline import inside
from searoom.errors import NotAllowed
from searoom.signals import forms

BOOK = forms.load()
OUTER = BOOK.form("transcribed")
TYPED = {
    "inside": "hotline-contact",
    "inside-field-phrase": "we-are-here",
    "field-language": "zh",
    "channel": "hotline",
}


def test_only_what_a_person_says_to_the_other_side_can_stand_inside():
    """Each form that is offered is taken by the outer one; itself, notes and what a station writes are not offered."""
    names = {form.name for form in inside.choices(BOOK)}

    assert {"hotline-contact", "hotline-message"} <= names
    assert not names & {"transcribed", "line-test", "receipt", "hand-over", "sighting"}
    for name in ("transcribed", "hand-over", "line-test"):
        with pytest.raises(NotAllowed):
            inside.chosen(BOOK, OUTER, {"inside": name})


def test_its_bytes_are_those_of_its_own_form_in_the_language_heard():
    """What is put together decodes to what was filled in, and answers what the transcript answers."""
    values = inside.together(BOOK, OUTER, TYPED, {"words": "x"}, ("amber", 3))
    held = forms.decode(bytes.fromhex(values["understood"]), BOOK, inside=True)

    assert ("hotline-contact", "zh", ("amber", 3), {"phrase": "we-are-here"}) == (
        held.form, held.lang, held.reply_to, dict(held.fields),
    )  # fmt: skip
    assert {"words": "x"} == inside.together(BOOK, OUTER, {}, {"words": "x"}, None)


def test_its_boxes_have_names_of_their_own():
    """So that a field of both forms is typed once for each; bytes that a link brought are left as they are."""
    shown = inside.shown(BOOK, OUTER, TYPED, (), "ja", {})

    assert ["inside-field-phrase"] == [box.name for one in shown.fields for box in one.boxes]
    assert "we-are-here" == shown.fields[0].boxes[0].value
    assert inside.shown(BOOK, OUTER, {"field-understood": "00"}, (), "en", {}) is None
    assert inside.shown(BOOK, BOOK.form("hotline-contact"), {}, (), "en", {}) is None


def test_what_is_missing_is_found_at_its_field():
    """By the check of its own form."""
    assert ["phrase"] == [one.where for one in inside.findings(BOOK, OUTER, {"inside": "hotline-contact"}, None)]
    assert () == inside.findings(BOOK, OUTER, TYPED, None)
    assert () == inside.findings(BOOK, OUTER, {}, None)
