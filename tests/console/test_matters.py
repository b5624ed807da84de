"""What is open: each question from the account alone, and nothing made of a silence but its age."""

import asyncio
from dataclasses import replace

import pytest

from deskside import at_work, fill, key_file, meet
from searoom import officer
from searoom.account import ref_text
from searoom.console import matters
from searoom.console.follow import Follower
from searoom.encounters.settings import Grade
from searoom.signals import forms

BOOK = forms.load()


def say(stage, person, form, fields, reply=None):
    """Say something alone."""
    party = person.split("-")[0]
    filled = fill(form, fields, reply_to=reply, channel="hotline")
    placed = officer.say(stage.folder(party), key_file(stage, person), filled, BOOK)
    return placed.author, placed.index


@pytest.fixture
def scene(stage):
    """Two nodes at work, and what gives amber's view of this moment."""
    with at_work(stage) as nodes:

        def view():
            meet(nodes)
            follower = Follower(stage.folder("amber"))
            asyncio.run(follower.step(0))
            return follower.view

        yield stage, view


def test_what_they_said_is_unread_until_an_officer_signs_that_it_was_read(scene):
    """A receipt is not a person; once read it waits for an answer, once answered for nothing."""
    stage, view = scene
    ref = say(stage, "coral-1", "hotline-contact", {"phrase": "please-answer"})

    seen = view()
    assert [ref] == [one.ref for one in matters.unread(seen)]
    assert () == matters.unanswered(seen)

    say(stage, "amber-1", "read", {}, ref)
    seen = view()
    assert () == matters.unread(seen)
    assert [ref] == [one.ref for one in matters.unanswered(seen)]


def test_what_we_said_waits_until_they_answer(scene):
    """That they read it is no answer."""
    stage, view = scene
    ref = say(stage, "amber-1", "hotline-contact", {"phrase": "please-answer"})
    assert [ref] == [one.ref for one in matters.awaited(view())]

    say(stage, "coral-1", "read", {}, ref)

    assert [ref] == [one.ref for one in matters.awaited(view())]
    assert ref_text(ref).startswith("amber/")


def test_a_line_that_was_met_is_up(scene):
    """The line says when it last answered, and that nothing waits."""
    stage, view = scene
    say(stage, "amber-1", "hotline-contact", {"phrase": "please-answer"})

    (line,) = matters.lines(view())

    assert ("coral", True, True, 0) == (line.party, line.up, line.sound, line.waiting)
    assert line.contact_us is not None


def test_what_was_not_delivered_is_counted(stage):
    """With nobody at the other end, what we said waits, and the line is not up."""
    with at_work(stage, "amber"):
        say(stage, "amber-1", "hotline-contact", {"phrase": "please-answer"})
        follower = Follower(stage.folder("amber"))
        asyncio.run(follower.step(0))
        (line,) = matters.lines(follower.view)

        assert (False, 1) == (line.up, line.waiting)


def test_our_last_receipt_is_not_shown_as_held(scene):
    """Nobody sends a receipt for a receipt: when all that was said is delivered, nothing waits on either side."""
    stage, view = scene
    say(stage, "coral-1", "hotline-contact", {"phrase": "please-answer"})

    seen = view()
    receipts = [one for one in seen.account.messages("receipt") if one.author == "amber"]

    assert seen.account.delivered(receipts[-1].ref, "coral") is None
    assert [0] == [line.waiting for line in matters.lines(seen)]


def test_the_most_pressing_encounter_stands_first(scene):
    """By grade, then by the time that is left."""
    _, view = scene
    row = {
        "since_us": 1, "at_us": 1, "figures_us": 1, "calls": True, "range_m": 1, "range_error_m": 1, "cpa_m": 1,
        "cpa_error_m": 1, "geometry": "x",
        "colregs": "", "age_s": 1, "height_m": None,
    }  # fmt: skip
    rows = [
        {**row, "a": "A", "b": "B", "grade": "warn", "cpa_us": 5},
        {**row, "a": "C", "b": "D", "grade": "urgent", "cpa_us": 9},
        {**row, "a": "E", "b": "F", "grade": "urgent", "cpa_us": 7},
    ]

    found = matters.near(replace(view(), picture={"open": rows}))

    assert [("E", Grade.URGENT), ("C", Grade.URGENT), ("A", Grade.WARN)] == [(one.a, one.grade) for one in found]


def test_only_what_is_near_in_time_is_pressing(scene):
    """A duty of next year is no matter of this week; a missed one always is."""
    _, view = scene
    seen = view()

    for duty in matters.pressing(seen):
        assert duty.state in ("missed", "disputed") or duty.due_us <= seen.now_us + matters.SOON_US
    late = replace(seen, now_us=seen.now_us - 10 * matters.SOON_US)
    assert [] == [duty for duty in matters.pressing(late) if duty.state == "pending"]


def test_an_agreed_phrase_that_is_an_answer_waits_for_none(scene):
    """ "We are on the line." and "nothing further" are read, and nobody owes an answer to them, on either side."""
    stage, view = scene
    for phrase in ("we-are-here", "nothing-further"):
        ref = say(stage, "coral-1", "hotline-contact", {"phrase": phrase})
        view()
        say(stage, "amber-1", "read", {}, ref)
        say(stage, "amber-1", "hotline-contact", {"phrase": phrase})
    asked = say(stage, "coral-1", "hotline-contact", {"phrase": "please-answer"})
    view()
    say(stage, "amber-1", "read", {}, asked)

    seen = view()
    assert [asked] == [one.ref for one in matters.unanswered(seen)]
    assert () == matters.awaited(seen)


def test_what_was_handed_over_by_telephone_says_so(scene):
    """The newest of what our officers wrote of it; an entry that nobody handed over has none."""
    stage, view = scene
    ref = say(stage, "amber-1", "hotline-contact", {"phrase": "please-answer"})
    (call,) = matters.awaited(view())
    assert matters.handed(view(), call) is None

    told = {"party": "coral", "medium": "telephone", "at": "2026-06-03T02:00:00Z"}
    for readback in ("none", "words"):
        say(stage, "amber-1", "conveyed", {**told, "readback": readback}, ref)

    seen = view()
    assert "words" == matters.handed(seen, call).filled.fields["readback"]
    assert [ref] == [one.ref for one in matters.awaited(seen)]
