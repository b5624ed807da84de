"""Tests of where the buttons of an incident lead: forms that there are, with what is known filled in."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from console.incidents.scene import SECOND, tale, view
from searoom.console.incidents import links
from searoom.matters.dossiers import dossiers
from told import BOOK, START_US


def test_every_link_fills_in_a_form_that_there_is():
    """Each field that a link brings is a field of its form, and names this dossier."""
    seen = view()
    found = {**links.deeds(dossiers(seen.account)[0], seen), "agree": links.answer("amber/4", "agree")}
    found["belongs"] = links.belongs("amber/0", "amber/7")
    assert {"measure", "act", "fact", "talk", "close_agreed", "close_not_agreed", "agree", "belongs"} == set(found)
    for link in found.values():
        form = BOOK.form(urlsplit(link).path.removeprefix("/say/"))
        given = parse_qs(urlsplit(link).query)
        names = {name.removeprefix("field-") for name in given if name.startswith("field-")}
        assert names <= {field.name for field in form.fields}
        assert ["amber/0"] == given.get("field-dossier", ["amber/0"])


def test_who_has_given_no_account_is_asked_for_it():
    """The link carries the incident's name and time."""
    told = tale()
    told.logs["amber"] = []
    told.logs["coral"] = told.logs["coral"][:1]
    seen = view(told)
    link = links.deeds(dossiers(seen.account)[0], seen)["account"]
    assert ["2026-06-03/1"] == parse_qs(urlsplit(link).query)["field-incident"]


def test_the_replay_is_asked_for_the_half_hours_around_it():
    """With the moment itself to begin at."""
    query = parse_qs(urlsplit(links.replay(START_US + 1800 * SECOND)).query)
    assert ("2026-06-03T00:00:00Z", "2026-06-03T00:30:00Z", "2026-06-03T01:00:00Z") == (
        query["from"][0],
        query["t"][0],
        query["to"][0],
    )


def test_the_way_that_we_said_last_is_not_offered_again():
    """The closing forms have the incident's name; what we said already needs no second saying, the other way stays."""
    told = tale()
    link = links.deeds(dossiers(view(told).account)[0], view(told))["close_agreed"]
    assert ["2026-06-03/1"] == parse_qs(urlsplit(link).query)["field-incident"]
    told.say("amber", "dossier-close", at_us=START_US + 60 * SECOND, dossier=("amber", 0), how="agreed")
    seen = view(told)
    assert {"close_not_agreed"} == {name for name in links.deeds(dossiers(seen.account)[0], seen) if "close" in name}
    told.say("coral", "dossier-close", at_us=START_US + 61 * SECOND, dossier=("amber", 0), how="agreed")
    theirs = replace(view(told), party="coral")
    assert "close_agreed" not in links.deeds(dossiers(theirs.account)[0], theirs)
