"""Tests of one incident as its page shows it: columns, claims, facts, the links to its forms, and what is national."""

from dataclasses import replace

import pytest

from console.incidents.scene import SECOND, SECRET, note, tale, view
from searoom.account import ref_text as text
from searoom.console.incidents import cases
from searoom.console.view import Note
from searoom.errors import NotAllowed
from searoom.matters.dossiers import dossiers
from searoom.review.texts import Texts
from searoom.signals.forms import Filled
from searoom.signals.tables import LANGUAGES
from told import DEMO, START_US

EN = Texts("en")
HOUR = 3600 * SECOND
CHAIRS = replace(DEMO, parties=("coral", "amber"))


def made(seen=None, lang="en"):
    """Return the case of the tale's incident."""
    seen = seen or view()
    return cases.case(seen, dossiers(seen.account)[0], Texts(lang))


def test_both_accounts_stand_under_their_names():
    """Each with its entry; nobody's is the page's own."""
    case = made()
    assert [("amber", "amber/0"), ("coral", "coral/0")] == [(row.party, row.ref) for row in case.accounts]
    assert ("amber", "coral") == case.parties


def test_swapping_the_chairs_swaps_the_columns_and_nothing_else():
    """The same rows, values, facts and sentences."""
    one, other = made(), made(view(agreement=CHAIRS))
    assert one.parties == other.parties[::-1]
    assert {(row.party, row.ref) for row in one.accounts} == {(row.party, row.ref) for row in other.accounts}
    assert [fact.row for fact in one.facts] == [fact.row for fact in other.facts]
    assert [{row.value for row in q.measured} for q, _ in one.quantities] == [
        {row.value for row in q.measured} for q, _ in other.quantities
    ]
    assert [q.sentence for q, _ in one.quantities] == [q.sentence for q, _ in other.quantities]


def test_who_wrote_in_the_language_of_the_page_stands_first_on_it():
    """The edition decides, on both consoles alike."""
    told = tale()
    opening = told.logs["coral"][0]
    told.logs["coral"][0] = replace(opening, filled=replace(opening.filled, lang="zh"))
    assert ("coral", "amber") == made(view(told), "zh").parties
    assert ("amber", "coral") == made(view(told), "ja").parties


def test_no_measurement_is_finer_than_its_error():
    """137.16 m ± 25 m is said as 140 m ± 30 m."""
    values = [row.value for quantity, _ in made().quantities for row in quantity.measured]
    assert ["140 m ± 30 m", "230 m ± 50 m"] == values


def test_facts_stand_agreed_first_then_contested_then_open():
    """Agreed is what every party says; silence is neither."""
    facts = made().facts
    assert ["agreed", "contested", "open"] == [fact.state for fact in facts]
    assert (("amber", "agree"), ("coral", "")) == facts[2].said
    assert all(fact.ours for fact in facts)


def test_what_was_said_near_in_time_stands_in_the_order_of_the_record():
    """Half an hour around it, and all that belongs to it; two hours later does not."""
    titles = [row.ref for row in made().timeline]
    assert "amber/6" in titles
    assert "amber/7" not in titles
    assert {"amber/0", "coral/0", "coral/2"} <= set(titles)


def test_nothing_national_is_in_the_released_part():
    """No field of a case holds a word of our notes."""
    assert SECRET not in repr(made())
    assert SECRET in repr(cases.notes_around(view(), START_US, EN))


def test_our_notes_are_those_around_the_incident():
    """Positions are drawn and not listed; what is an hour away is left out."""
    far = note("sighting", 7200, craft="FAR", person="Lookout")
    seen = replace(view(), notes=(*view().notes, far))
    found = cases.notes_around(seen, START_US, EN)
    assert 2 == len(found)
    assert "FAR" not in repr(found)


def test_a_dossier_is_found_by_any_of_its_openings():
    """Both parties' links lead to the one page; another entry is no incident."""
    account = view().account
    assert cases.dossier_at(account, ("amber", 0)) == cases.dossier_at(account, ("coral", 0))
    with pytest.raises(NotAllowed, match="no incident was opened at amber/1"):
        cases.dossier_at(account, ("amber", 1))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_list_has_each_incident_once(lang):
    """With whose accounts there are, and how many facts are contested."""
    row = cases.listed(view(), Texts(lang))
    assert [("amber/0", ("amber", "coral"), "", 1)] == [
        (one.ref, one.parties, one.closed, one.contested) for one in row
    ]


def test_talk_belongs_to_an_incident_by_reference_and_by_time():
    """What answers it, at any later time; hotline talk of two hours, with its answers; of a desk half an hour."""
    told = tale()
    late = told.say("coral", "hotline-message", at_us=START_US + 44 * 60 * SECOND, text="About this morning.")
    answer = told.say("amber", "hotline-message", at_us=START_US + 30 * HOUR, text="Yes?", reply_to=late)
    about = told.say(
        "coral", "hotline-message", at_us=START_US + 50 * HOUR, text="To your account.", reply_to=("amber", 0)
    )
    other = told.say("coral", "hotline-message", at_us=START_US + 51 * HOUR, text="Another thing.")
    before = told.say("amber", "hotline-message", at_us=START_US - 31 * 60 * SECOND, text="Before it.")
    titles = {row.ref for row in made(view(told)).timeline}
    assert {text(late), text(answer), text(about)} <= titles
    assert not {text(other), text(before)} & titles


def test_an_officer_links_an_entry_for_ourselves_alone():
    """Other talk of the day is offered; once linked it stands in our part, and in no released one."""
    told = tale()
    later = told.say("coral", "hotline-message", at_us=START_US + 30 * HOUR, text="Next day.")
    seen = view(told)
    one = dossiers(seen.account)[0]
    assert (["amber/7"], ()) == ([row.ref for row in cases.perhaps(seen, one, EN)], cases.linked(seen, one, EN))

    said = {"dossier": ("coral", 0), "entry": ("amber", 7)}
    nothing = {"dossier": ("amber", 0), "entry": ("amber", 9_999)}
    elsewhere = {"dossier": ("teal", 0), "entry": later}
    seen = replace(seen, notes=(*seen.notes, *(link(**each) for each in (said, said, nothing, elsewhere))))
    assert ["amber/7"] == [row.ref for row in cases.linked(seen, one, EN)]
    assert () == cases.perhaps(seen, one, EN)
    assert "amber/7" not in {row.ref for row in made(seen).timeline}


def link(**fields):
    """Return a national note that an entry belongs to an incident."""
    return Note(START_US, Filled("dossier-link", 1, "national", "routine", "en", fields))
