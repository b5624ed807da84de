"""The record as a console holds it: in order, whole, and nothing that does not follow on."""

import pytest

from deskside import CONTACT, at_work, key_file
from searoom import officer
from searoom.console.held import HeldRecord, notes_of
from searoom.desk import asking as desk
from searoom.errors import NotAllowed
from searoom.signals import forms


@pytest.fixture
def rows(stage):
    """What a node hands over, and the roster with which it is read."""
    with at_work(stage, "amber"):
        for _ in range(2):
            officer.say(stage.folder("amber"), key_file(stage, "amber-1"), CONTACT, forms.load())
        asked = {"do": "follow", "held": [], "notes": 0, "known": "", "wait_s": 0}
        yield desk.ask(stage.folder("amber"), asked), officer.sit_down(stage.folder("amber")).roster


def test_entries_are_held_in_their_order(rows):
    """What the node hands over is there, with its words and up to where it was countersigned."""
    reply, roster = rows
    record = HeldRecord(roster)

    assert not record.take(reply["entries"])
    record.countersigned([["amber", "coral", 1]])

    assert dict(reply["sizes"])["amber"] == record.size("amber") == len(list(record.entries("amber")))
    assert record.sizes()["amber"] == record.size("amber")
    assert 1 == record.recorded("amber", "coral")
    assert 0 == record.recorded("coral", "amber")
    entry, body = next(record.entries("amber", record.size("amber") - 1))
    assert b"" == body
    assert "hotline-contact" == forms.decode(record.words(entry, body), forms.load()).form


def test_what_does_not_follow_on_is_refused(rows):
    """The same again, or with a gap, is no part of a log."""
    reply, roster = rows
    record = HeldRecord(roster)
    record.take(reply["entries"])

    with pytest.raises(NotAllowed, match="handed over entry 0"):
        record.take(reply["entries"])
    with pytest.raises(NotAllowed, match="handed over entry 1"):
        HeldRecord(roster).take(reply["entries"][1:])


def test_words_that_the_node_could_not_open_stay_closed(rows):
    """Why they are closed is said as the node said it."""
    reply, roster = rows
    record = HeldRecord(roster)
    log, data, _, _, body = reply["entries"][0]
    record.take([[log, data, None, "they are damaged", body]])
    entry, body = next(record.entries(log))

    with pytest.raises(NotAllowed, match="they are damaged"):
        record.words(entry, body)


@pytest.mark.parametrize("odd", [[["amber"]], "text", [[1, 2, 3, 4, 5]], [["amber", b"", None, None, b""]]])
def test_what_is_no_entry_is_refused(rows, odd):
    """Even from the node of the same machine, only what is an entry is taken for one."""
    with pytest.raises(NotAllowed):
        HeldRecord(rows[1]).take(odd)


def test_notes_follow_on_each_other():
    """A note out of its order is refused."""
    assert [(7, b"x")] == notes_of([[3, 7, b"x"]], 3)
    with pytest.raises(NotAllowed, match="note 3 after 4"):
        notes_of([[3, 7, b"x"]], 4)
