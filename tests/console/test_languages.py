"""Bad forms and refusals on the pages in Japanese and Chinese: what answers them has no sentence of English in it.

Words of the other side, names and what somebody typed stand in marks of their own (`bdi`, `code`, a box) and are left out.
"""

import re
import shutil
from html.parser import HTMLParser

import pytest

from console_at_work import Browser, console, fields_of
from deskside import at_work
from searoom.exercise.made import Stage
from searoom.review.texts import HTML_LANGUAGES
from told import BOOK

LANGS = ("ja", "zh")
LATIN = re.compile(r"[A-Za-z]{3,}(?:[ ,;:]+[a-z]{2,}){2,}")  # three words and more in a row are a sentence of English
APART = {"script", "style", "bdi", "code", "pre", "samp", "textarea", "option"}
VOID = {"input", "br", "hr", "img", "link", "meta", "source", "wbr", "use", "path", "line", "circle", "rect"}
# Every kind of field stands in one of these, and each room has one.
FORMS = (
    "hotline-message", "exercise-notice", "exercise-observers", "measurement", "observed-act", "incsea-notice",
    "call-request", "contact-heard", "transcribed", "dossier-fact", "visit-delegation", "translation-note",
    "clarification", "macm-training-notice", "handed-over",
)  # fmt: skip
GARBAGE = ("???", "１２", "circle 32-10N 165-20W")
# Pages that refuse: how they are asked, and with what.
REFUSED = (
    "/messages/amber/999", "/say/no-such-form", "/incidents/amber/999", "/drafts/99", "/record/amber/999", "/hotline/nobody",
    "/due?party=nobody", "/due?from=soon", "/calendar?month=soon", "/record?page=x", "/record?from=soon", "/watch/handed/999",
    "/encounters/nobody/nothing", "/agreement/compare?other=nothing", "/findings/amber/0", "/notes/99",
)  # fmt: skip


class Words(HTMLParser):
    """Collects the words of a page that are marked with its own language."""

    def __init__(self, page):
        super().__init__()
        self.open, self.own = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        """Remember what is open, and the language it is marked with."""
        if tag not in VOID:
            given = dict(attrs)
            self.open.append((tag, given.get("lang"), "hidden" in given))

    def handle_endtag(self, tag):
        """Close what was open."""
        while self.open and tag in (name for name, _, _ in self.open):
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, words):
        """Keep words that stand in the page's own language and are shown."""
        lang = next((lang for _, lang, _ in reversed(self.open) if lang), "")
        if not any(tag in APART or hidden for tag, _, hidden in self.open):
            self.own.append((lang, words.strip()))


def english(page, lang):
    """Return the sentences of English that a page says as its own."""
    tag = HTML_LANGUAGES[lang]
    return [words for marked, words in Words(page).own if marked in (tag, "") and LATIN.search(words)]


@pytest.fixture(scope="module", params=LANGS)
def sat(request, enrolled, tmp_path_factory):
    """A browser before a console at work, in one of the languages."""
    out = tmp_path_factory.mktemp("languages") / "stage"
    shutil.copytree(enrolled.out, out)
    stage = Stage(out, enrolled.scenario, enrolled.agreement, enrolled.seats, dict(enrolled.ports))
    with at_work(stage) as _, console(stage.folder("amber")) as address:
        yield Browser(address, **{"Accept-Language": request.param}).sign_in("all-1"), request.param


@pytest.mark.parametrize("name", [name for name in FORMS if name in {form.name for form in BOOK.forms}])
def test_a_bad_form_is_answered_in_the_language_of_the_page(sat, name):
    """Nothing filled in, and rubbish in each box: what is missing and what cannot be read is said in that language."""
    browser, lang = sat
    page, form = f"/say/{name}", BOOK.form(name)
    status, _, text = browser.get(page)
    if status != 200:  # the agreement forbids it: that is said in the language, too
        assert [] == english(text, lang)
        return
    hidden = {**fields_of(text), "deed": "look", "lang": lang}
    for rubbish in ("", *GARBAGE):
        posted = {**hidden, **{f"field-{each.name}": rubbish for each in form.fields}, "reply_to": rubbish}
        status, _, answer = browser.post(page, posted)
        assert status in (200, 400, 422), answer
        assert [] == english(answer, lang)
    assert "は読めません" in answer or "が" in answer or "不是" in answer


@pytest.mark.parametrize("path", REFUSED)
def test_a_refusal_is_said_in_the_language_of_the_page(sat, path):
    """What is not there, and what is asked wrongly."""
    browser, lang = sat
    _, _, text = browser.get(path)

    assert [] == english(text, lang)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/sightings", {"bearing_deg": "400", "range_nm": "2", "name": "x"}),
        ("/sightings", {"bearing_deg": "40", "range_nm": "near", "name": "x"}),
        ("/sightings", {"bearing_deg": "40", "range_nm": "2"}),
        ("/me", {"deed": "password", "password": "wrong", "new": "a", "again": "a"}),
        ("/me", {"deed": "nothing"}),
    ],
)
def test_what_else_is_posted_wrongly_is_refused_in_the_language(sat, path, fields):
    """A sighting out of range, by the label of its box; one's own account."""
    browser, lang = sat
    status, _, text = browser.post(path, {**fields_of(browser.get(path)[2]), **fields})

    assert status != 303
    assert [] == english(text, lang)
    assert not any(name in words for _, words in Words(text).own for name in ("bearing_deg", "range_nm"))


def test_who_signs_in_wrongly_reads_it_in_the_language(sat):
    """Before anybody is known, too."""
    browser, lang = sat
    stranger = Browser(browser.address, **{"Accept-Language": lang})
    status, _, text = stranger.post("/sign-in", {"person": "all-1", "password": "no"})

    assert (403, []) == (status, english(text, lang))


def test_a_form_without_its_mark_is_refused_in_the_language(sat):
    """What comes from another session."""
    browser, lang = sat
    _, _, text = browser.post("/sightings", {"mark": "other"})

    assert [] == english(text, lang)
