"""Entries that fulfil a duty: which of them, and in time by whose clock."""

import pytest

from packs import clause, small, tell
from searoom.obligations.deadlines import FAR_US, Occasion, Said
from searoom.obligations.deeds import Deed, Deeds
from told import DEMO, HOUR_US, MACM, START_US, Tale

AUTHOR_REF = ("amber", 0)


def deed(moment_us, delivered_us, *, dated=False):
    """Return a deed of amber's."""
    return Deed(Said(AUTHOR_REF, "line-test", "amber", ("coral",), moment_us, delivered_us), moment_us, dated, "")


@pytest.mark.parametrize(
    ("moment_us", "delivered_us", "now_us", "state"),
    [
        (99, 99, 500, "met"),
        (99, 100, 500, "disputed"),
        (100, 99, 500, "late"),
        (100, 100, 500, "late"),
        (99, None, 99, "due"),
        (99, None, 100, "disputed"),
    ],
)
def test_asks_both_clocks(moment_us, delivered_us, now_us, state):
    """A deadline is the first moment that is too late, by either clock."""
    assert state == deed(moment_us, delivered_us).timely(100, now_us)


def test_asks_no_clock_for_a_dated_deed():
    """What counts by its date is in time by its date, whenever it arrives."""
    assert "met" == deed(99, None, dated=True).timely(100, 500)


def test_without_a_deadline_nothing_is_late():
    """No deadline, no lateness."""
    assert "met" == deed(99, None).timely(None, 500)


def pairs(tale):
    """Return each message with what triggers see of it, all delivered at once."""
    return [
        (m.filled, Said(m.ref, m.filled.form, m.author, m.recipients, m.claimed_us, m.claimed_us))
        for m in tale.account().messages()
    ]


def test_counts_only_the_form_and_fields_that_the_clause_asks_for():
    """Another form, or another level, is another deed."""
    tale = Tale("japan", "china")
    for party in tale.parties:
        tale.say(party, "meeting-held", level="expert", host="japan", date="2018-12-01", agenda="x")
    occasion = Occasion("2018", MACM.starts_us, FAR_US)

    def judged(clause):
        deeds = Deeds(MACM.clause(clause), tale.account(), pairs(tale))
        return deeds.judge(occasion, tale.parties, FAR_US, FAR_US - 1).state

    assert ["met", "due"] == [judged("meeting-experts"), judged("meeting-directors-general")]


def test_takes_the_first_entry_of_an_occasion():
    """A second test in the same slot adds nothing."""
    tale = Tale()
    for after in (5, 2, 9):
        tale.say("amber", "line-test", at_us=START_US + after)
    deeds = Deeds(DEMO.clause("line-test"), tale.account(), pairs(tale))
    judged = deeds.judge(Occasion("x", START_US + 2, START_US + 9), ("amber",), START_US + 3, START_US + HOUR_US)

    assert ("met", ("amber", 1)) == (judged.state, judged.met_by)


def test_the_end_of_an_occasion_is_the_next_ones_beginning():
    """What falls on the border belongs to the next."""
    tale = Tale()
    tale.say("amber", "line-test", at_us=START_US + 9)
    deeds = Deeds(DEMO.clause("line-test"), tale.account(), pairs(tale))

    assert "missed" == deeds.judge(Occasion("x", START_US, START_US + 9), ("amber",), START_US + 3, FAR_US).state


def test_passes_over_a_date_that_is_none():
    """A weak form fulfils nothing, and stops nothing."""
    tale = Tale("japan", "china")
    tale.say("japan", "meeting-held", level="expert", host="japan", date="soon", agenda="x")
    deeds = Deeds(MACM.clause("meeting-experts"), tale.account(), pairs(tale))

    assert () == deeds.judge(Occasion("2018", 0, FAR_US), tale.parties, FAR_US, 1).said


# -- notices before their event, promises to refrain -------------------------------------------------------------------

FREE = clause("free", trigger='kind = "pledge", from = 2026-01-01', term='kind = "none"',
              extra='broken_by = { form = "incsea-breach", party_field = "party" }')  # fmt: skip
MOVE = clause("move", owes="author", trigger='kind = "on-entry", form = "exercise-movement"',
              term='kind = "before", time = "24 h", field = "start", counted_to = "receipt"')  # fmt: skip
GO = "amber says exercise-movement as M: units = x; start = 2026-02-03T00:00:00Z; route = y"


@pytest.mark.parametrize(
    ("counted", "said", "had", "now", "state"),
    [
        ("receipt", "2026-02-01", "2026-02-01", "2026-02-01", "met"),
        ("receipt", "2026-02-01", "2026-02-02", "2026-02-02", "late"),
        ("receipt", "2026-02-01", "", "2026-02-01", "due"),
        ("receipt", "2026-02-01", "", "2026-02-02", "missed"),
        ("sending", "2026-02-01", "", "2026-02-09", "met"),
        ("sending", "2026-02-02", "2026-02-02", "2026-02-02", "late"),
    ],
)
def test_a_notice_is_judged_by_what_it_announces(counted, said, had, now, state):
    """Counted to receipt or to sending, as the clause says; what never came is missed when its time has come."""
    agreement = small(MOVE.replace('"receipt"', f'"{counted}"'))
    heard, eyes = ([f"At {had}", "coral receives everything"], "coral") if had else ([], "amber")
    tell(agreement, f"At {said}", GO, *heard, f"At {now}", f"Then, as {eyes} sees it, move of amber for M is {state}")


def test_a_promise_is_broken_by_its_givers_own_word():
    """Another's word alone makes it disputed; nobody's word breaks another's promise for itself."""
    says = "{} says incsea-breach: party = {}; at = 2026-02-01T00:00:00Z; what = x"
    tell(
        small(FREE),
        "At 2026-02-01", "Then free of amber is met", "Then free of coral is met",
        says.format("amber", "coral"), "everybody receives everything", "Then free of coral is disputed", "Then free of amber is met",
        says.format("coral", "coral"), "everybody receives everything", "Then free of coral is missed", "Then free of amber is met",
    )  # fmt: skip
