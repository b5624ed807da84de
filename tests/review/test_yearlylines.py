"""Tests of what was owed in a year: who said that a meeting was held, silences, faults, the cap of long lists."""

from dataclasses import replace

import pytest

from review.tales import at
from review.year import DAY_S, YEAR
from searoom.review.yearly import make
from searoom.review.yearlylines import MOST
from told import BOOK, DEMO, START_US, Tale


def made(tale, account=None):
    """Return the data of a tale's year."""
    return make(account or tale.account(), DEMO, BOOK, YEAR).data


def test_a_meeting_that_one_side_alone_says_was_held_is_not_met():
    """Both say it, or it stands as it is, with who said it."""
    tale = Tale()
    tale.say("amber", "meeting-held", level="expert", host="coral", date="2026-06-12", agenda="-")
    row = next(row for row in made(tale)["meetings"] if row["clause"] == "meeting-experts")
    assert ("due", ["amber"], ["2026-06-12"]) == (row["state"], row["said_by"], row["dates"])


@pytest.mark.parametrize(("place", "expected"), [("Port Coral", True), ("Port Amber", False)])
def test_a_next_meeting_is_set_when_all_say_the_same(place, expected):
    """Date, host and place: one that differs, and it is not set; both words stand."""
    tale, common = Tale(), {"level": "expert", "host": "coral", "date": "2027-05-01"}
    tale.say("amber", "meeting-next", place="Port Coral", **common)
    tale.say("coral", "meeting-next", place=place, **common)
    row = made(tale)["next_meetings"][0]
    assert (expected, place) == (row["set"], row["said"]["coral"]["place"])


def test_the_newest_word_on_a_next_meeting_counts():
    """A party may change its mind; what it said first stands in the record."""
    tale, common = Tale(), {"level": "expert", "host": "coral", "place": "Port"}
    for n, date in enumerate(("2027-05-01", "2027-06-01")):
        tale.say("amber", "meeting-next", at_us=START_US + n, date=date, **common)
    assert "2027-06-01" == made(tale)["next_meetings"][0]["said"]["amber"]["date"]


def test_missed_tests_in_a_row_are_one_silence():
    """A test in between makes two of them; the longest stands first."""
    tale = Tale()
    tale.say("amber", "line-test", at_us=at(3 * DAY_S + 1800))
    tale.say("coral", "hotline-contact", at_us=at(10 * DAY_S), phrase="we-are-here")
    runs = made(tale)["lines"]["amber"]["silences"]
    assert 2 == runs["count"]
    assert runs["missed"] == sum(run["tests"] for run in runs["runs"])
    assert runs["runs"][0]["tests"] > runs["runs"][1]["tests"]


def test_a_fault_is_open_until_each_party_has_tested():
    """Mended is not tested; tested by one is not tested by both."""
    tale = Tale()
    fault = tale.say("coral", "macm-fault", line="hotline 2", since=START_US, description="-")
    for n, (party, step) in enumerate((("coral", "mended"), ("amber", "tested"))):
        tale.say(party, "macm-fault-step", at_us=START_US + n + 1, reply_to=fault, step=step, at=START_US)
    row = made(tale)["faults"]["list"][0]
    assert ({"amber": "tested", "coral": "mended"}, ["coral"], "coral") == (row["steps"], row["waits_for"], row["by"])
    tale.say("coral", "macm-fault-step", at_us=START_US + 9, reply_to=fault, step="tested", at=START_US)
    assert 0 == made(tale)["faults"]["open"]


def test_a_long_list_is_cut_and_says_how_many_there_were():
    """Nothing is lost from the count."""
    tale = Tale()
    for n in range(MOST + 7):
        tale.say("amber", "macm-fault", at_us=START_US + n, line=f"line {n}", since=START_US, description="-")
    found = made(tale)["faults"]
    assert (MOST + 7, MOST) == (found["count"], len(found["list"]))


def test_calls_that_were_logged_stand_with_their_outcomes():
    """The ledger is the caller's word."""
    tale = Tale()
    for n, outcome in enumerate(("unanswered", "unanswered", "answered")):
        tale.say("amber", "macm-call", at_us=START_US + n, called="coral", at=START_US, outcome=outcome)
    assert {"answered": 1, "unanswered": 2} == made(tale)["lines"]["amber"]["calls"]


def test_all_notices_are_counted_and_those_that_are_owed_beside_them():
    """A notice that no clause asks for is a notice, too, and can be found sufficient; none but an owed one is late."""
    tale = Tale()
    asked = tale.say("amber", "macm-training-notice", at_us=at(DAY_S), purpose="Training", start=(START_US, 0))
    free = tale.say("amber", "exercise-notice", at_us=at(2 * DAY_S), designation="WATCHFUL 26", end="2026-06-12")
    tale.say("amber", "hotline-message", at_us=at(3 * DAY_S), text="No notice.")
    for ref in (asked, free):
        tale.say("coral", "sufficient", at_us=at(4 * DAY_S), reply_to=ref)
    adopted = replace(DEMO, adopted=DEMO.adopted | {"training-notice"})
    notices = make(tale.account(), adopted, BOOK, YEAR).data["notices"]
    assert ({"said": 2, "owed": 1, "sufficient": 2, "missed": 1}, {}) == (notices["amber"], notices["coral"])
    assert {"said": 2, "sufficient": 2} == made(tale)["notices"]["amber"]  # what is offered only is owed by nobody
