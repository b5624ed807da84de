"""Tests of an account as rows of a page."""

import dataclasses
import re

import pytest

from review.tales import at, told
from searoom.account import Closed, Notice, arrange
from searoom.obligations.standing import standing
from searoom.record.entry import Kind
from searoom.review import rows
from searoom.review.sections import Folded, Proven
from searoom.review.texts import LANGUAGES, Texts
from searoom.signals import forms
from told import BOOK, DEMO, MACM, START_US, Tale

EN = Texts("en")
HANDED = {("amber", 4): at(1000)}


def content(account=None, *, director=True, agreement=DEMO, handed=None):
    return rows.content(account or told().account(), agreement, BOOK, EN, director=director, handed=handed)


def letter(director=True, handed=None):
    return content(director=director, handed=handed).hotline[0]


def test_a_message_has_every_state_with_person_and_key():
    """Stored, handed over, delivered, recorded, read: each with who is behind it."""
    states = {state.key: state for state in letter(handed=HANDED).states}

    assert ["stored", "handed_over", "delivered", "recorded", "read"] == list(states)
    assert all(state.reached for state in states.values())
    assert ["amber station"] == [one.name for one in states["stored"].who]
    assert ["coral station"] == [one.name for one in states["delivered"].who]
    assert ["coral officer 1"] == [one.name for one in states["read"].who]
    assert "cosignature of Coral" == states["recorded"].by


def test_read_and_stored_are_told_apart_by_role():
    """A station delivers, a person reads."""
    states = {state.key: state for state in letter().states}

    assert ("station", "officer") == (states["delivered"].who[0].role, states["read"].who[0].role)


def test_what_has_not_happened_is_said_to_be_open():
    """The third call was answered by nobody: read is not reached and has nobody behind it."""
    sent = [row for row in content().timeline if getattr(row, "title", "") == "Unit contact: sent"]
    read = next(state for state in sent[2].states if state.key == "read")

    assert (False, (), "") == (read.reached, read.who, read.at)


def test_the_joint_rows_hold_no_state_that_only_one_node_knows():
    """Cosignatures and carriers stand beside the entries."""
    keys = {
        state.key
        for row in content(director=False, handed=HANDED).timeline
        if not isinstance(row, Folded)
        for state in row.states
    }

    assert {"stored", "delivered", "read", "answered"} == keys


def test_states_have_the_time_of_the_station_and_the_message_that_of_its_author():
    """Said at one time, placed a minute later: the message shows the first, *stored* and *answered* the second."""
    tale, minute = Tale(), 60_000_000
    ref = tale.say("amber", "hotline-message", placed_us=START_US + minute, text="Hello.")
    tale.meet()
    tale.say("coral", "hotline-message", placed_us=START_US + 2 * minute, reply_to=ref, text="Yes.")
    row = content(tale.account()).hotline[0]

    assert "00:00:00" in row.at
    assert ["00:01:00", "00:02:00", "00:02:00"] == [
        re.search(r"\d\d:\d\d:\d\d", state.at)[0] for state in row.states if state.at
    ]


def test_two_persons_stand_under_a_hotline_message():
    """Substance takes two."""
    assert ["amber-1", "amber-2"] == [one.holder for one in letter().who]


def test_receipts_are_folded():
    """Automatic entries take one line, whose references are all there."""
    folded = [row for row in content().timeline if isinstance(row, Folded)]

    assert {"amber/3", "coral/2", "coral/4"} == {ref for row in folded for ref in row.refs}


def test_every_entry_has_its_place():
    """Nothing that was said is left out of the timeline, and the order is the record's."""
    account = told().account()
    refs = [ref for row in content(account).timeline for ref in (row.refs if isinstance(row, Folded) else (row.ref,))]

    assert [f"{item.ref[0]}/{item.ref[1]}" for item in account.items] == refs


def test_a_closed_entry_keeps_its_place_and_says_why():
    """What cannot be opened is shown as closed, never left out."""
    account = told().account()
    message = account.items[0]
    common = [getattr(message, name) for name in Closed.__mro__[1].__slots__ if name not in ("statement", "doubtful")]
    closed = Closed(*common, "not for us")
    row = rows.message_row(account, closed, DEMO, BOOK, EN, director=False, handed={})

    assert ("not for us", (), "amber/0") == (row.closed, row.fields, row.ref)


def test_columns_follow_the_agreement():
    """Order and names are the agreement's, look is the party's own."""
    swapped = dataclasses.replace(DEMO, parties=DEMO.parties[::-1])

    assert [("amber", "Amber", 0), ("coral", "Coral", 1)] == [dataclasses.astuple(chair) for chair in content().chairs]
    assert [("coral", "Coral", 1), ("amber", "Amber", 0)] == [
        dataclasses.astuple(chair) for chair in content(agreement=swapped).chairs
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("after_s", [0, 4000, 86_400 * 400])
def test_every_duty_has_a_row_and_every_state_its_words(lang, after_s):
    """Pending, due, met, late, missed: each is said in each language."""
    texts = Texts(lang)
    duties = standing(DEMO, told().account(), at(after_s))
    found = rows.dues(duties, DEMO, texts)

    assert [duty.sentence[lang] for duty in duties] == [row.sentence for row in found]
    assert all(texts.has(f"due_state.{row.state}") for row in found)


def test_a_duty_owed_together_names_all():
    """No one party stands for the others."""
    together = [row for row in rows.dues(standing(DEMO, told().account(), at(0)), DEMO, EN) if not row.party]

    assert {"Amber, Coral"} == {row.owed_by for row in together}


def test_the_proof_has_one_row_a_log():
    """Sizes, the first digits of the root, and up to where the other side cosigned."""
    proven = Proven(
        {"amber": 9, "coral": 8},
        {"amber": bytes(32), "coral": bytes(range(32))},
        {("amber", "coral"): 5},
        12,
        refused="broken",
    )
    found = rows.proof(proven, DEMO, EN)

    assert found.ok
    assert found.sentence.startswith("17 entries in 2 logs")
    assert [("amber", 9, "0000000000000000", (("coral", 5),)), ("coral", 8, "0001020304050607", ())] == [
        dataclasses.astuple(log) for log in found.logs
    ]
    assert "broken" == found.refused


def test_a_failed_proof_says_what_is_wrong():
    """Never *proven* with a footnote."""
    found = rows.proof(Proven({}, {}, {}, 0, problem="amber/checkpoint: no signature"), DEMO, EN)

    assert (False, "amber/checkpoint: no signature") == (found.ok, found.sentence)


def test_channels_and_precedences_have_their_words():
    """Every word of the forms has a row in the table of sentences."""
    assert ("hotline", "") == (letter().channel, letter().precedence)
    assert all(Texts("zh").has(f"channel.{word}") for word in ("unit_contact", "hotline", "desk", "national"))


def test_any_agreement_will_do():
    """The pack of the real mechanism names other parties; the pages know none."""
    assert MACM.parties != DEMO.parties


def test_a_transcript_bears_its_mark_in_its_title():
    """Wherever its row is shown: who wrote it down, who is said to have spoken, and that they have not signed."""
    tale = Tale()
    understood = forms.from_text(BOOK, "hotline-contact", {"phrase": "we-are-here"})
    tale.transcribe("amber", "coral", words="Here.", understood=understood)
    (row,) = content(tale.account()).timeline

    assert row.title.startswith("Transcript: amber officer 1 of Amber writes that Coral said this (telephone).")
    assert {"as we understood it", "agreed phrase"} <= {field.label for field in row.fields}


def test_a_notice_is_its_own_sentence():
    """The change of keys stands in the timeline, in words."""
    tale = Tale()
    tale.say("amber", "line-test")
    first = tale.logs["amber"][0]
    common = [getattr(first, name) for name in Closed.__mro__[1].__slots__ if name not in ("statement", "doubtful")]
    (row,) = content(arrange(tale.parties, [Notice(*common, Kind.CARD, serial=2)], {})).timeline

    assert ("Amber changed its keys: card number 2 is in force from here on.", "") == (row.title, row.closed)


def test_a_doubtful_message_says_so():
    """A key behind it was withdrawn: its title says so, and its words stay."""
    tale = Tale()
    tale.say("amber", "hotline-message", text="x")
    doubtful = dataclasses.replace(tale.logs["amber"][0], doubtful="a key was withdrawn")
    (row,) = content(arrange(tale.parties, [doubtful], {})).timeline

    assert "Hotline message (signed with a key that was withdrawn later)" == row.title
    assert 1 == len(row.fields)


def test_states_by_other_means_are_rows_of_their_own():
    """Handed over, read back, answered by a transcript; and nothing that only a node could show."""
    tale = Tale()
    ref = tale.alone("amber", "hotline-message", without=("coral",), text="x")
    for readback in ("code", "differs"):
        tale.say("amber", "conveyed", reply_to=ref, party="coral", medium="fax", at=START_US, readback=readback)
    tale.transcribe("amber", "coral", reply_to=ref)
    row = content(tale.account(without_node=("coral",))).hotline[0]

    assert ["stored", "conveyed", "read_back", "conveyed", "answered_transcribed"] == [
        state.key for state in row.states
    ]
    assert all(EN(f"{group}.{state.key}") for group in ("state", "state_says", "state_not") for state in row.states)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_layer_of_acknowledgement_is_a_row_with_its_words(lang):
    """A question, sufficiency and compliance are states of their own, each with what it does not mean."""
    tale = Tale()
    ref = tale.say("amber", "hotline-message", text="Hello.")
    tale.meet()
    tale.say("coral", "clarification", reply_to=ref, fields=("text",))
    tale.say("coral", "sufficient", reply_to=ref)
    tale.say("coral", "comply", reply_to=ref, answer="cannot-comply")
    states = [state.key for state in content(tale.account()).hotline[0].states if state.reached]
    texts = Texts(lang)

    assert ["stored", "delivered", "clarification", "sufficient", "cannot_comply"] == states
    (row,) = (state for state in content(tale.account()).hotline[0].states if state.key == "sufficient")
    assert ["coral officer 1", "coral officer 2"] == [who.name for who in row.who]  # both who said so
    assert all(texts(f"{group}.{key}") for key in states for group in ("state", "state_says", "state_not"))
