"""The agreements that can be looked at: every clause in every language, how rows stand, what was tried, what rests."""

import pytest

from searoom.account import arrange
from searoom.console.duties import packs
from searoom.errors import NotAllowed
from searoom.obligations import coverage, proposing
from searoom.obligations.agreement import load
from searoom.obligations.tellers import Teller
from searoom.signals import forms
from searoom.signals.tables import LANGUAGES

BOOK = forms.load()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", coverage.packs())
def test_each_clause_stands_in_each_language_the_page_s_own_first(name, lang):
    """No clause is left out, no language either, and each says in which state of review it is."""
    agreement = load(name, BOOK)
    rows = packs.clauses(agreement, BOOK, lang)

    assert [clause.id for clause in agreement.clauses] == [row.clause.id for row in rows]
    for row in rows:
        assert lang == row.texts[0].lang
        assert set(LANGUAGES) == {text.lang for text in row.texts}
        assert all(text.words and text.review for text in row.texts)
        assert row.lines
        assert row.in_force == (row.clause in agreement.in_force())


def test_what_an_address_names_is_one_of_those_that_are_there():
    """Our own agreement by its word, a packaged one by its name, and no file of the machine."""
    ours = load("demo", BOOK)

    assert ours is packs.chosen("ours", ours)
    assert "roadmap" == packs.chosen("roadmap", ours).id
    for wrong in ("../demo", "/etc/hostname", "demo.toml", "\x00"):
        with pytest.raises(NotAllowed):
            packs.chosen(wrong, ours)


def test_a_row_stands_where_the_least_far_party_stands():
    """What each last said of these words counts; while one is silent the row stands nowhere."""
    agreement = load("exchange", BOOK)
    row = proposing.rows(agreement)[0]
    teller = Teller(agreement.parties, BOOK)

    def say(party, step, digest=row.digest):
        filled = forms.from_text(BOOK, "agreement-row", {"row": row.id, "hash": digest, "step": step})
        teller.say(party, filled, at_us=10**15, placed_us=10**15)
        return packs.standpoints(agreement, teller.account())[0]

    first, second = agreement.parties
    assert "" == say(first, "adopted").stands
    assert "bracketed" == say(second, "bracketed").stands
    assert ("a" * 64,) == say(second, "adopted", "a" * 64).other_hashes


def test_what_was_tried_is_told_by_the_stories():
    """Each packaged agreement with stories shows its clauses both ways; one without says so."""
    tried = packs.tried("hadr")

    assert 100 == tried.percent
    assert 0 == tried.wrong
    assert packs.tried("demo") is None


def test_what_rests_is_told_with_its_days():
    """After a notice of suspension that all have, the dated duties rest; before it nothing does."""
    agreement = load("demo", BOOK)
    teller = Teller(agreement.parties, BOOK)
    at_us = agreement.starts_us + 10**12

    assert () == packs.rests(agreement, arrange(agreement.parties, (), {}), "en")
    notice = next(clause for clause in agreement.in_force() if clause.effect == "suspends")
    form = BOOK.form(notice.trigger.form)
    typed = {
        each.name: {"time": "2030-01-01T00:00:00Z", "text": "x"}.get(each.kind, "x")
        for each in form.fields
        if each.required
    }
    typed = {name: next(iter(form.field(name).choices), value) for name, value in typed.items()}
    teller.say("amber", forms.from_text(BOOK, form.name, typed), at_us=at_us, placed_us=at_us)
    teller.receive("coral", at_us=at_us + 10**6)
    (rest,) = packs.rests(agreement, teller.account(), "en")

    assert rest.since.endswith("Z")
    assert "" == rest.until
