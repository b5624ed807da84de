"""Tests of what was said in a year: spreads by nearest rank, answers by one clock, languages, incidents."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.year import YEAR
from searoom.review.yearly import make
from searoom.review.yearlytalk import refs, spread
from told import BOOK, DEMO, START_US, Tale

SECOND = 1_000_000


def made(tale):
    """Return the data of a tale's year."""
    return make(tale.account(), DEMO, BOOK, YEAR).data


@given(st.lists(st.integers(0, 10**6), min_size=1))
def test_quartiles_are_values_that_were_measured(seconds):
    """Nearest rank: each is one of the values; the half is a median low."""
    found = spread(seconds)
    assert {found[name] for name in ("quarter", "half", "three_quarters", "longest")} <= set(seconds)
    assert (max(seconds), statistics.median_low(seconds)) == (found["longest"], found["half"])
    assert found["quarter"] <= found["half"] <= found["three_quarters"]


def test_what_was_never_done_is_counted_and_not_measured():
    """Silence lengthens no time to answer; it lowers what was done of what was asked."""
    assert {"asked": 2, "done": 0} == spread([None, None])
    assert {"asked": 0, "done": 0} == spread([])
    assert {"asked": 3, "done": 1, "quarter": 7, "half": 7, "three_quarters": 7, "longest": 7} == spread(
        [None, 7, None]
    )


@pytest.mark.parametrize("skew_s", [-86_400, 0, 86_400])
def test_no_clock_but_the_answerers_own_has_a_part_in_the_time_to_answer(skew_s):
    """A day's difference between the two stations' clocks changes nothing."""
    tale, base = Tale(), START_US + 2 * 86_400 * SECOND
    asked = tale.say("amber", "hotline-message", at_us=base + skew_s * SECOND, text="Course?")
    tale.receive("coral", at_us=base + 10 * SECOND)
    tale.say("coral", "hotline-message", at_us=base + 100 * SECOND, reply_to=asked, text="090.")
    assert 90 == made(tale)["answers"]["coral"]["answered"]["longest"]


def test_what_was_not_delivered_was_not_asked():
    """Nobody answers late what never came."""
    tale = Tale()
    tale.say("amber", "hotline-message", text="Course?")
    assert {"asked": 0, "done": 0} == made(tale)["answers"]["coral"]["read"]


def test_an_answer_is_no_new_question():
    """A reply is not itself counted as something that waits for an answer."""
    tale = Tale()
    asked = tale.say("amber", "hotline-message", text="Course?")
    tale.meet()
    tale.say("coral", "hotline-message", at_us=START_US + SECOND, reply_to=asked, text="090.")
    tale.receive("amber", at_us=START_US + 2 * SECOND)
    assert 0 == made(tale)["answers"]["amber"]["read"]["asked"]


def test_two_accounts_are_one_incident_at_one_place():
    """Who gives its account second moves no encounter."""
    tale, common = Tale(), {"words": "Near.", "at": START_US}
    tale.say("amber", "dossier-open", incident="2026/1", where=(275_000_000, 1_235_000_000), **common)
    tale.say("coral", "dossier-open", at_us=START_US + 1, incident=" 2026/1 ", where=(10, 10), **common)
    found = made(tale)["encounters"]
    assert {"N27E123": {"dossier-open": 1}} == found["by_area"]
    assert {"opened": 1, "closed": {"open": 1}} == found["incidents"]
    assert {"amber": 1, "coral": 1} == found["by_kind"]["dossier-open"]


def test_stations_entries_are_no_messages():
    """Receipts and line tests are counted among the entries alone."""
    tale = Tale()
    tale.say("amber", "line-test")
    tale.receive("coral", at_us=START_US + 1)
    data = made(tale)
    assert 0 == sum(data["messages"]["amber"]["by_month"])
    assert {"by_station": 1} == data["entries"]["amber"]
    assert {"amber": "", "coral": ""} == data["languages"]
    assert [] == refs([])
