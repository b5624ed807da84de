"""The boxes of fields: every form of the book can be filled in by keyboard, in every language, and says what is wrong."""

import re

import pytest
from markupsafe import Markup

from searoom.console.asked import PACKAGE
from searoom.console.fields import drawn, elsewhere
from searoom.console.wording import told
from searoom.errors import Finding
from searoom.review.templating import environment
from searoom.review.texts import Texts
from searoom.signals import forms
from searoom.signals.tables import LANGUAGES

BOOK = forms.load()
PARTIES = {"amber": "Amber", "coral": "Coral"}
CONTROLS = re.compile(r"<(input|select|textarea)\b[^>]*>")


def page(form, lang, typed=None, findings=()):
    """Return the fields of a form as a page draws them."""
    template = environment(PACKAGE).get_template("fields.html").module
    rows = drawn(form, typed or {}, told(findings, form, lang), lang, PARTIES)
    return str(template.fields(rows, Texts(lang, PACKAGE), Texts(lang), lang))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("form", BOOK.forms, ids=lambda form: form.name)
def test_every_form_is_filled_in_by_keyboard(form, lang):
    """Each box of each form is a native one with a label of its own, reached by the tab key; each field has one."""
    text = page(form, lang)
    controls = [found[0] for found in CONTROLS.finditer(text)]
    ids = [re.search(r' id="([^"]+)"', each)[1] for each in controls]
    labelled = re.findall(r'<label for="([^"]+)">\s*([^<]+)', text)
    ends = set(re.findall(r' id="([^"]+)"', text))

    assert sorted(ids) == sorted(name for name, words in labelled if words.strip())
    assert len(set(ids)) == len(ids)
    assert all(re.search(r' aria-describedby="[^"]*-found', each) for each in controls)
    assert not re.search(r'tabindex="-|disabled|type="hidden"', text)
    for marks in re.findall(r'aria-describedby="([^"]+)"', text):
        assert set(marks.split()) <= ends
    for each in drawn(form, {}, (), lang, PARTIES):
        assert each.boxes or each.parts
        assert Markup.escape(each.label) in text
        assert all(part.boxes for part in each.parts)


def test_a_needed_field_says_so_and_another_that_it_may_stay_empty():
    """What must be there is marked for who hears the page; what need not, in words."""
    text = page(BOOK.form("sighting"), "en")

    assert re.search(r'name="field-words"[^>]*aria-required="true"', text)
    assert not re.search(r'name="field-person"[^>]*aria-required', text)
    assert "may stay empty" in text


def test_what_is_found_stands_at_its_field_with_the_rule_that_asks():
    """A finding is read with the box that it is about: the box names it, and it names the rule."""
    form = BOOK.form("exercise-notice")
    found = Finding("area", "a corner stands twice", "exercise-notice: area")
    text = page(form, "en", findings=(found,))
    where = re.search(r'<fieldset[^>]*aria-describedby="(field-area-found)[ "]', text)[1]
    beside = text.partition(f'id="{where}"')[2].partition("</div>")[0]

    assert "The other side will find:" in beside
    assert "a corner stands twice" in beside
    assert "Asked for by exercise-notice: area" in beside
    assert re.search(r'name="field-area"[^>]*aria-invalid="true"', text)
    assert () == elsewhere(form, told((found,), form, "en"))


def test_what_is_found_at_no_field_is_not_lost():
    """An answer that does not say what it answers is told above the fields; an error's finding at its value."""
    form = BOOK.form("measurement")
    apart, error = told((Finding("reply_to", "it does not say which"), Finding("error_mm", "no error")), form, "en")

    assert (apart,) == elsewhere(form, (apart, error))
    assert [(error,)] == [each.found for each in drawn(form, {}, (error,), "en", PARTIES) if each.name == "distance"]


def test_a_finding_about_a_part_stands_at_the_part():
    """Of a craft, the part that is wrong is named, and not the whole."""
    form = BOOK.form("observed-act")
    (found,) = told((Finding("by.name", "this is needed and missing", "x"),), form, "en")
    rows = drawn(form, {}, (found,), "en", PARTIES)
    craft = next(each for each in rows if each.name == "by")

    assert [(found,)] == [part.found for part in craft.parts if part.name == "by.name"]


def test_hostile_text_in_a_box_stays_text():
    """What a link brings into a box is escaped, and direction characters in it are shown."""
    text = page(
        BOOK.form("sighting"), "en", {"field-words": "</textarea><script>x</script>\u202e", "field-craft": '"><b>'}
    )

    assert "<script>" not in text
    assert '"><b>' not in text
    assert "[U+202E]" in text


def test_a_text_that_fits_no_picker_stands_in_a_plain_box():
    """A browser empties a picker that it cannot read; such a text is shown in a line instead."""
    text = page(BOOK.form("sighting"), "en", {"field-at": "about noon"})

    assert re.search(r'<input [^>]*name="field-at"[^>]*value="about noon"', text)
    assert not re.search(r'name="field-at"[^>]*datetime-local', text)


@pytest.mark.parametrize("name", sorted({each.kind for form in BOOK.forms for each in form.fields}))
def test_no_kind_is_drawn_as_something_else(name):
    """Each kind of field that a form has is drawn in every form that has it, with its help where it has any."""
    texts = Texts("en", PACKAGE)
    form = next(form for form in BOOK.forms if any(each.kind == name for each in form.fields))

    if texts.has(f"help.{name}"):
        assert Markup.escape(texts(f"help.{name}")) in page(form, "en")
