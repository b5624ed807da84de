"""What a page says of findings and refusals: in its language, by labels, with a link, and with nobody's data obeyed."""

import re

import pytest

from searoom.console import wording
from searoom.errors import Finding, NotAllowed, SearoomError, StateUnknown
from searoom.obligations.agreement import load
from searoom.sentences import Named, Sentence, Worded
from searoom.signals import forms
from searoom.signals.forms import Filled
from told import BOOK

NOTICE = BOOK.form("exercise-notice")
PACK = load("exercise-notice", BOOK)
BAD = (
    "???",
    "１２",
    "-1",
    "5",
    "circle 32-10N 165-20W",
    "x" * 5000,
    "\u202eabc",
    "2026-13-45",
    "surface",
    "12 whales",
    "a=b",
)
LANGS = ("ja", "zh")
LATIN = re.compile(r"[A-Za-z]{3,}(?:[ ,;:]+[a-z]{2,}){2,}")  # three words and more in a row are a sentence of English
FORMS = [form for form in BOOK.forms if not form.automatic]


def own_words(shown):
    """Return what stands in a page's own language: without what is set apart as somebody's data."""
    return re.sub(r"<bdi[^>]*>.*?</bdi>", " ", str(shown), flags=re.DOTALL)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_no_finding_of_any_form_is_english(form, lang):
    """Every field filled in wrongly in many ways, and every field left out: what is said is in the page's language."""
    said = []
    for name in (*(each.name for each in form.fields), *form.typed):
        for text in BAD:
            try:
                filled = forms.from_text(BOOK, form.name, {name: text}, lang=lang)
            except NotAllowed as fault:
                said.append(wording.refusal(fault, lang, wording.labels(form, lang)))
            else:
                told = wording.told(forms.check(filled, BOOK), form, lang)
                said += [part for one in told for part in (one.sentence, one.label, one.rule)]
    empty = Filled(form.name, form.version, form.channels[0], "routine", lang, {})
    said += [one.sentence for one in wording.told(forms.check(empty, BOOK), form, lang)]

    assert said or not form.fields
    assert [] == [str(one) for one in said if LATIN.search(own_words(one))]


def test_a_finding_names_its_field_and_what_asks_for_it():
    """By the label, and by form and field instead of the name of a rule; a clause of the agreement is linked."""
    (one,) = wording.told((Finding("end", Sentence("find.needed"), "exercise-notice: end"),), NOTICE, "ja", PACK)
    label = NOTICE.field("end").label["ja"]

    assert (label, f"{NOTICE.title['ja']}：{label}") == (one.label, one.rule)
    assert "必要な項目ですが、書かれていません" == str(one.sentence)
    assert one.href.startswith("/agreement#")
    assert one.href.partition("#")[2] in {clause.id for clause in PACK.clauses}


def test_a_rule_between_fields_names_the_other_field_by_its_label():
    """Not by the program's own name for it."""
    found = Finding("end", Sentence("rule.order", first=Named("start")), "exercise-notice: end")
    (one,) = wording.told((found,), NOTICE, "zh")

    assert f"早于“{NOTICE.field('start').label['zh']}”" == str(one.sentence)
    assert "" == one.href  # without an agreement no clause is known


def test_english_stays_as_the_commands_print_it():
    """The page in English and the terminal say the same of one finding."""
    found = Finding("end", Sentence("find.needed"), "exercise-notice: end")
    (one,) = wording.told((found,), NOTICE, "en")

    assert (found.sentence, found.clause) == (str(one.sentence), one.rule)


def test_what_somebody_typed_is_set_apart_and_harmless():
    """Markup is escaped, what turns the reading round is shown as its code, and each value stands in marks of its own."""
    hostile = "<script>\u202e{0}</script>"
    shown = wording.words(Sentence("amount.no_length", typed=hostile), "ja")

    assert "「<bdi>&lt;script&gt;[U+202E]{0}&lt;/script&gt;</bdi>」は長さとして読めません" == str(shown)
    assert "&lt;script&gt;" in str(wording.words(Sentence("amount.no_length", typed=hostile), "en"))


@pytest.mark.parametrize("lang", LANGS)
def test_a_detail_from_elsewhere_stands_behind_a_sentence_of_the_page(lang):
    """What a library or a disk says stays as it is, and is marked; before it the page says what kind of failure it is."""
    sentence, advice = wording.refused(StateUnknown("disk image is malformed"), lang)

    assert '<bdi lang="en">disk image is malformed</bdi>' in str(sentence)
    assert not str(sentence).startswith("<bdi")
    assert not LATIN.search(own_words(sentence) + own_words(advice))
    assert "disk image is malformed" == str(wording.refused(StateUnknown("disk image is malformed"), "en")[0])


def test_what_a_page_said_in_its_own_words_is_not_said_twice():
    """A refusal that was made of the page's texts is in its language already."""
    sentence, _ = wording.refused(NotAllowed(Worded("この役割ではできません")), "ja")

    assert "この役割ではできません" == str(sentence)


@pytest.mark.parametrize("kind", [*SearoomError.__subclasses__(), *StateUnknown.__subclasses__()])
def test_each_kind_of_failure_has_its_sentence(kind):
    """The four, and the two cases that are told apart."""
    shown = {str(wording.refused(kind("x"), lang)[0]) for lang in LANGS}

    assert 2 == len(shown)


def test_a_refusal_as_text_has_no_marks():
    """For what is no page, such as the answer to a script."""
    said = wording.plain(NotAllowed(Sentence("amount.no_length", typed="<5>")), "zh")

    assert said.startswith("“<5>”不是长度。请写数字和单位")
