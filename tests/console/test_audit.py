"""The deeds at a console: written with the deed, noted by the station, kept while no node answers."""

import asyncio

import pytest

from searoom.console.audit import AT_ONCE, FORM, PAUSE_US, Audit, deed_of
from searoom.console.peoplefile import PeopleFile
from searoom.errors import NotAllowed
from searoom.signals import forms

NOW = 1_800_000_000_000_000
BOOK = forms.load()


@pytest.fixture
def audit(tmp_path):
    """A console's audit, with nothing in it."""
    file = PeopleFile(tmp_path)
    yield Audit(file)
    file.close()


class Desk:
    """Notes what it is given, until it is told to be silent."""

    def __init__(self):
        self.notes, self.silent = [], False

    async def ask(self, request):
        """Take a note as a node's desk does."""
        if self.silent:
            raise NotAllowed("no node is running")
        assert "note" == request["do"]
        self.notes.append(forms.decode(request["content"], BOOK))
        return {"index": len(self.notes) - 1}


def test_a_deed_is_noted_as_it_was_done(audit):
    """Who, what, about whom, what about, and when: all of it arrives, in order, and no longer waits."""
    audit.note("signed-in", "duty-1", NOW, about="password")
    audit.note("account-locked", "duty-1", NOW + 1, by="admin-1")
    waiting, desk = audit.waiting(), Desk()

    assert 2 == asyncio.run(audit.hand_over(desk.ask, BOOK))

    assert list(waiting) == [deed_of(one) for one in desk.notes]
    assert [("duty-1", "duty-1"), ("duty-1", "admin-1")] == [(one.account, one.by) for one in waiting]
    assert () == audit.waiting()


def test_what_is_noted_is_national_and_whole(audit):
    """The note is a form of the national log, and the check finds nothing wrong with it."""
    audit.note("refused", "", NOW)

    filled = audit.waiting()[0].filled(BOOK)

    assert ("national", "national") == (BOOK.form(FORM).visibility, filled.channel)
    forms.require(filled, BOOK)


def test_deeds_wait_while_no_node_answers(audit):
    """Nothing is lost, and nothing is noted twice when it answers again."""
    desk = Desk()
    desk.silent = True
    audit.note("signed-in", "duty-1", NOW)
    with pytest.raises(NotAllowed):
        asyncio.run(audit.hand_over(desk.ask, BOOK))
    assert 1 == len(audit.waiting())

    desk.silent = False
    asyncio.run(audit.hand_over(desk.ask, BOOK))
    asyncio.run(audit.hand_over(desk.ask, BOOK))

    assert 1 == len(desk.notes)


def test_many_deeds_are_handed_over_some_at_a_time(audit):
    """A long silence of the node holds nobody up afterwards."""
    for number in range(AT_ONCE + 3):
        audit.note("signed-in", "duty-1", NOW + number)
    desk = Desk()

    assert [AT_ONCE, 3, 0] == [asyncio.run(audit.hand_over(desk.ask, BOOK)) for _ in range(3)]


def test_names_that_nobody_has_make_one_row_a_minute(audit):
    """Whoever tries names fills no log, and what was typed, which may be a password, stands nowhere."""
    for _ in range(50):
        audit.refused_stranger(NOW)
    audit.refused_stranger(NOW + PAUSE_US)

    assert ["1 x ?", "50 x ?"] == [one.about for one in audit.waiting()]


def test_each_kind_of_deed_has_its_words_in_each_language():
    """A choice of the form stands behind each kind that the console writes down."""
    choices = BOOK.form(FORM).field("deed").choices

    assert {"signed-in", "refused", "signed-out", "exported", "proof-taken", "account-changed"} < choices.keys()
    assert all({"en", "ja", "zh"} == set(words) for words in choices.values())
