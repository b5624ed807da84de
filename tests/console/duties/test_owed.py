"""The list of what is owed: chosen by the address of the page, each duty with its clause and what fulfils it."""

from urllib.parse import parse_qs, urlsplit

import pytest

from searoom.account import arrange
from searoom.console.duties import owed
from searoom.errors import NotAllowed
from searoom.obligations import coverage
from searoom.obligations.agreement import load
from searoom.obligations.calendars import day_of
from searoom.obligations.pack import day_us
from searoom.obligations.standing import standing
from searoom.signals import forms

BOOK = forms.load()
STORY = coverage.tell_all(coverage.stories_of("exercise-notice"), "x", BOOK)[0]
DUTIES = standing(STORY.agreement, STORY.teller.account(), STORY.now_us)


def chosen(**query):
    """Return the duties that an address chooses."""
    wanted = owed.wanted(query, STORY.agreement)
    return [row.duty for row in owed.rows(DUTIES, wanted, BOOK, "amber", "en")]


def test_without_a_choice_it_is_what_is_open():
    """The list begins with what is still to be done."""
    assert [duty for duty in DUTIES if duty.open] == chosen()


@pytest.mark.parametrize("state", sorted({duty.state for duty in DUTIES}))
def test_a_state_is_chosen_alone(state):
    """Each state shows its own duties, and all shows them all."""
    assert [duty for duty in DUTIES if duty.state == state] == chosen(state=state)
    assert list(DUTIES) == chosen(state="all")


def test_a_party_is_chosen_with_what_it_owes_jointly():
    """What several owe together is on the list of each."""
    for party in STORY.agreement.parties:
        assert [duty for duty in DUTIES if party in duty.owed_by] == chosen(state="all", party=party)


def test_days_are_whole_days_and_both_count():
    """From a day and until a day: both belong to it, and what has no deadline lies in no span."""
    dated = [duty for duty in DUTIES if duty.due_us is not None]
    one = dated[0].due_us
    day = day_of(one).isoformat()
    found = chosen(state="all", **{"from": day, "until": day})

    assert dated[0] in found
    assert all(day_us(day_of(one)) <= duty.due_us < day_us(day_of(one)) + 86_400_000_000 for duty in found)


def test_a_channel_is_that_of_the_form_that_fulfils():
    """A duty lies on the channels of its form."""
    for duty in chosen(state="all", channel="hotline"):
        assert "hotline" in owed.channels_of(duty.clause, BOOK)


@pytest.mark.parametrize(
    "query",
    [
        {"party": "nobody"},
        {"channel": "national"},
        {"state": "half"},
        {"from": "soon"},
        {"until": "2026-02-30"},
        {"from": "2026-06-02", "until": "2026-06-01"},
        {"party": "\x00"},
    ],
)
def test_what_nobody_can_choose_is_refused_with_what_there_is(query):
    """A wrong address is told in a sentence, with a way on."""
    with pytest.raises(NotAllowed) as fault:
        owed.wanted(query, STORY.agreement)

    assert fault.value.advice()


def test_what_is_ours_leads_to_the_form_filled_in():
    """The link of our duty opens the form that fulfils it, in answer to what started it."""
    wanted = owed.wanted({"state": "all"}, STORY.agreement)
    mine = [row for row in owed.rows(DUTIES, wanted, BOOK, "coral", "en") if row.link]

    for row in mine:
        assert "coral" in row.duty.owed_by
        assert row.duty.open
        parts = urlsplit(row.link)
        assert f"/say/{row.duty.clause.fulfilment.form}" == parts.path
        if row.duty.clause.trigger.kind == "on-entry":
            assert [row.duty.label] == parse_qs(parts.query)["reply_to"]


def test_what_must_stand_in_the_form_stands_in_it():
    """Where a clause asks for a certain value, the link brings it: a meeting of experts is one of experts."""
    agreement = load("macm", BOOK)
    clause = agreement.clause("meeting-experts")
    duty = next(
        duty
        for duty in standing(agreement, arrange(agreement.parties, (), {}), day_us(STORY.agreement.signed) + 10**15)
        if duty.clause == clause
    )

    assert clause.fulfilment.where["level"] == parse_qs(urlsplit(owed.fulfilling(duty, BOOK)).query)["field-level"][0]


def test_nothing_is_offered_for_what_another_owes_or_a_station_says():
    """Another's duty has no link at our console, and a form that leaves by itself is none to fill in."""
    agreement = load("demo", BOOK)
    duties = standing(agreement, arrange(agreement.parties, (), {}), agreement.starts_us + 10**13)
    rows = owed.rows(duties, owed.wanted({"state": "all"}, agreement), BOOK, "amber", "en")

    assert all(not row.link for row in rows if not row.ours)
    assert [True] * sum(row.duty.clause.id == "line-test" for row in rows) == [
        row.by_station and not row.link for row in rows if row.duty.clause.id == "line-test"
    ]
