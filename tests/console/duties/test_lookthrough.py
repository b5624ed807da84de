"""An entry looked through: each gap at its field with the rule that asks, and the question about it filled in."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from searoom.console.duties import lookthrough
from searoom.errors import NotAllowed
from searoom.obligations.tellers import Teller
from searoom.signals import forms
from searoom.signals.tables import LANGUAGES

BOOK = forms.load()
GOOD = forms.from_text(
    BOOK,
    "exercise-notice",
    {
        "designation": "Calm Sea",
        "purpose": "rescue at sea",
        "command": "division",
        "personnel": "900",
        "ships": "4",
        "aircraft": "2",
        "start": "2026-06-03",
        "end": "2026-06-05",
        "area": "polygon 32-10N 125-20E; 32-20N 125-20E; 32-20N 125-30E",
        "warning": "NAVAREA XI 26/100",
    },
)
WEAK = replace(
    GOOD, fields={**GOOD.fields, "purpose": " ", "area": ("polygon", ((1, 1), (2, 2), (1, 1))), "warning": " "}
)


def said(filled):
    """Return an account in which coral says this to amber, and the entry."""
    teller = Teller(("amber", "coral"), BOOK)
    ref = teller.say("coral", filled, at_us=10**15, placed_us=10**15)
    account = teller.account()
    return account, account.message(ref)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_gap_stands_at_its_field_with_the_rule_that_asks(lang):
    """Three weak fields are three findings, each with its clause; the others have none."""
    _, item = said(WEAK)
    looked = lookthrough.through(item, BOOK, lang)

    assert ("purpose", "area", "warning") == looked.weak
    assert looked.missing
    by_name = {each.name: each for each in looked.fields}
    assert ["exercise-notice: area"] == [one.clause for one in by_name["area"].lacks]
    assert BOOK.form("exercise-notice").field("area").label[lang] == by_name["area"].label


def test_a_whole_notice_has_nothing_to_ask_about():
    """The check finds nothing; whether it is enough an officer says."""
    _, item = said(GOOD)
    looked = lookthrough.through(item, BOOK, "en")

    assert () == looked.weak
    assert not looked.missing


def test_the_question_is_filled_in_with_fields_and_rules():
    """The form of the question names the entry, the fields, and what asks for them."""
    account, item = said(WEAK)
    looked = lookthrough.through(item, BOOK, "en")
    link = urlsplit(lookthrough.question(account, looked, ["area", "warning"]))
    query = parse_qs(link.query)

    assert "/say/clarification" == link.path
    assert ["coral/0"] == query["reply_to"]
    assert ["area, warning"] == query["field-fields"]
    assert ["exercise-notice: area; exercise-notice: warning"] == query["field-clause"]
    typed = {name.removeprefix("field-"): values[0] for name, values in query.items() if name.startswith("field-")}
    assert () == forms.check(forms.from_text(BOOK, "clarification", typed, reply_to=item.ref), BOOK)


def test_a_notice_that_ends_before_it_begins_is_asked_about():
    """Nothing is missing in it; the doubt stands at its end, and the question has the rule."""
    account, item = said(replace(GOOD, fields={**GOOD.fields, "end": "2026-06-01"}))
    looked = lookthrough.through(item, BOOK, "en")
    assert (("end",), False) == (looked.weak, looked.missing)
    assert ["exercise-notice: end"] == [one.clause for each in looked.fields for one in each.doubts]
    query = parse_qs(urlsplit(lookthrough.question(account, looked, ["end"])).query)
    assert (["end"], ["exercise-notice: end"]) == (query["field-fields"], query["field-clause"])


def test_that_it_is_enough_is_filled_in_too():
    """The form says which version of the rules was asked."""
    _, item = said(GOOD)
    link = urlsplit(lookthrough.enough(lookthrough.through(item, BOOK, "en")))

    assert "/say/sufficient" == link.path
    assert ["1"] == parse_qs(link.query)["field-rules_version"]


@pytest.mark.parametrize("names", [[], ["nothing"], ["\x00"]])
def test_a_question_about_nothing_is_not_asked(names):
    """No tick, or a field that the entry has not, is told."""
    account, item = said(WEAK)
    with pytest.raises(NotAllowed):
        lookthrough.question(account, lookthrough.through(item, BOOK, "en"), names)


def test_long_rules_fit_the_form():
    """However many rules ask, what is filled in can be read by the form."""
    account, item = said(WEAK)
    looked = lookthrough.through(item, BOOK, "en")
    every = [each.name for each in looked.fields]
    query = parse_qs(urlsplit(lookthrough.question(account, looked, every)).query)

    assert len(query["field-clause"][0]) <= 128
