"""Tests of one incident as its page shows it: columns, claims, facts, the links to its forms, and what is national."""

from dataclasses import replace

import pytest

from console.incidents.scene import SECRET, note, tale, view
from searoom.console.incidents import cases
from searoom.dossiers import dossiers
from searoom.errors import NotAllowed
from searoom.review.texts import Texts
from searoom.signals.tables import LANGUAGES
from told import DEMO, START_US

EN = Texts("en")
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
