"""The national log as forms: each note once, drafts that wait, what a carrier took of which of our logs."""

from types import SimpleNamespace

import pytest

from builders import NOW_US, epoch, make_party, make_private, make_record, make_released, roster, say
from searoom.errors import NotAllowed
from searoom.keys.openings import Openings
from searoom.node import notebook
from searoom.node.notebook import DRAFT, HANDED_OVER, Notebook
from searoom.record.algorithms import SigningKey
from searoom.record.store import SqliteStore
from searoom.signals import forms
from searoom.signals.forms import Filled
from told import BOOK

AMBER, CORAL = make_party("amber"), make_party("coral")
RING = roster(AMBER, CORAL)
MESSAGE = forms.from_text(BOOK, "hotline-message", {"text": "Your course?"}, channel="hotline")


@pytest.fixture
def desk():
    """Amber's notebook on stores in memory; `again()` opens the same log anew, as a restart does."""
    store, time = SqliteStore(":memory:"), [NOW_US]
    record = make_record(AMBER, RING)
    openings = Openings(SqliteStore(":memory:"), RING.mechanism, "amber", [AMBER.kem], AMBER.storage)

    def again():
        return Notebook(make_private(AMBER, store), record, openings, BOOK, lambda: time[0], AMBER.station)

    return SimpleNamespace(again=again, book=again(), record=record, time=time)


def duress(person="amber-1", at=NOW_US):
    return Filled("duress", 1, "national", "routine", "en", {"person": person, "at": at})


def draft():
    return make_released(RING, AMBER, forms.encode(MESSAGE, BOOK))


def test_notes_come_back_by_form_in_their_order(desk):
    """Those of a form, in the order in which they were written, in this run and after a restart."""
    desk.book.note(duress("amber-1"))
    desk.book.note_handed_over("coral", "HTTPS", "amber", 0)
    desk.book.note(duress("amber-2"))

    for book in (desk.book, desk.again()):
        assert ["amber-1", "amber-2"] == [filled.fields["person"] for _, filled in book.notes("duress")]
        assert [0, 1, 2] == [entry.index for entry, _ in book.notes("duress", HANDED_OVER)]
        assert [] == list(book.notes(DRAFT))


def test_no_note_is_opened_in_vain_twice(desk):
    """After one reading only what is asked for is opened: a log of a hundred thousand tracks holds nobody up."""
    for _ in range(5):
        desk.book.note(duress())
    desk.book.note_handed_over("coral", "HTTPS", "amber", 0)
    book = desk.again()
    assert 1 == len(list(book.notes(HANDED_OVER)))
    opened = []
    read = book._log.read
    book._log.read = lambda *given: (opened.append(pair) or pair for pair in read(*given))

    assert 1 == len(list(book.notes(HANDED_OVER)))
    desk.book.note(duress())  # written behind its back, as by another process: noticed all the same
    assert 5 == len(list(book.notes("duress")))
    assert 1 + 5 == len(opened)


def test_what_is_shared_or_faulty_is_no_note(desk):
    """The two logs do not take each other's forms, and a note passes its form's check."""
    with pytest.raises(NotAllowed, match="no national note"):
        desk.book.note(MESSAGE)
    with pytest.raises(NotAllowed, match="needed and missing"):
        desk.book.note(Filled("duress", 1, "national", "routine", "en", {"at": NOW_US}))
    assert [] == list(desk.again().notes("duress"))


def test_handed_over_is_the_first_time_of_each_entry_of_each_log(desk):
    """A second log of ours has its own count: what was handed over of the first stays with the first."""
    desk.book.note_handed_over("coral", "HTTPS", "amber", 2)
    desk.time[0] += 1
    desk.book.note_handed_over("teal", "HTTPS", "amber", 3)
    assert {("amber", 0): NOW_US, ("amber", 1): NOW_US, ("amber", 2): NOW_US + 1} == desk.book.handed_over()
    say(desk.record, AMBER, b"words")
    epoch(desk.record, AMBER)
    desk.time[0] += 1
    desk.book.note_handed_over("coral", "HTTPS", "amber.2", 1)

    assert desk.book.handed_over() == desk.again().handed_over()
    assert ("amber.2", 1) not in desk.book.handed_over()
    assert (NOW_US + 2, NOW_US + 1) == tuple(desk.book.handed_over()[ref] for ref in (("amber.2", 0), ("amber", 2)))


def test_tells_when_any_of_some_places_was_first_taken(desk):
    """The earliest of them counts; None where no carrier took one yet, after a restart as before."""
    desk.book.note_handed_over("coral", "HTTPS", "amber", 1)
    desk.time[0] += 1
    desk.book.note_handed_over("coral", "HTTPS", "amber", 2)
    for book in (desk.book, desk.again()):
        assert NOW_US + 1 == book.taken_us(("amber", 1))
        assert NOW_US == book.taken_us(("amber", 1), ("amber", 0), ("amber.2", 7))
        assert [None, None, None] == [book.taken_us(*each) for each in ([("amber", 2)], [("amber.2", 0)], [])]


def test_the_newest_notes_come_first_and_no_older_one_is_opened(desk, monkeypatch):
    """Of some forms alone; a log of a hundred thousand tracks is opened as far back as somebody asks."""
    monkeypatch.setattr(notebook, "_RUN", 2)
    for number in range(1, 8):
        desk.book.note(duress(f"amber-{number}"))
    desk.book.note_handed_over("coral", "HTTPS", "amber", 1)
    book, opened = desk.again(), []
    read = book._log.read
    book._log.read = lambda *given: (opened.append(pair) or pair for pair in read(*given))
    newest = book.newest("duress")

    assert ["amber-7", "amber-6"] == [next(newest).fields["person"] for _ in range(2)]
    assert 4 == len(opened)
    assert [f"amber-{number}" for number in range(5, 0, -1)] == [filled.fields["person"] for filled in newest]
    assert [] == list(book.newest(DRAFT))


def test_notes_are_opened_some_at_a_time_where_that_is_asked_for(desk):
    """A start need not open them all: it goes on from where it was, and is told when that was all."""
    for _ in range(5):
        desk.book.note(duress())
    book = desk.again()

    assert [False, False, True, True] == [book.read_on(2) for _ in range(4)]
    assert 5 == len(list(book.notes("duress")))


def test_a_draft_waits_until_it_is_said(desk):
    """It is listed with who signed it; once its words stand in our log it waits no longer, and is still there."""
    released, body = draft()
    number = desk.book.draft(released, body)
    ((found, filled, claimed_us, names),) = desk.book.waiting()
    assert (number, MESSAGE, NOW_US, ("Amber officer 1",)) == (found, filled, claimed_us, names)
    assert (released, body) == desk.book.look(number)[:2]

    desk.record.say(released, body, now_us=NOW_US)
    assert [] == list(desk.book.waiting())
    assert [(released, body)] == list(desk.book.drafts())


def test_a_draft_that_could_not_be_placed_is_refused(desk):
    """Nobody is asked to release what the check refuses, or what is another body than was signed for."""
    faulty = forms.encode(Filled("read", 1, "desk", "routine", "en", {}), BOOK)
    with pytest.raises(NotAllowed, match="reply_to"):
        desk.book.draft(*make_released(RING, AMBER, faulty))
    with pytest.raises(NotAllowed, match="there is no draft 0"):
        desk.book.look(0)


def test_notes_are_signed_with_the_key_in_force(desk):
    """After a new card the station's new key signs; the reader finds its owner on the cards."""
    fresh = SigningKey.generate()
    desk.book.use(fresh)

    with pytest.raises(NotAllowed):  # the key is on no card here: it signs nothing under our name
        desk.book.note(duress())
    desk.book.use(AMBER.station)
    assert 0 == desk.book.note(duress()).index
