"""Beside the record: words off it that arrive once and in order, and personal data that only their readers get."""

from types import SimpleNamespace

import pytest

import builders
from builders import NOW_US, make_party, make_private, make_record, roster
from searoom.account import read
from searoom.errors import NotAllowed, Tampered
from searoom.keys.openings import KIND, Openings
from searoom.link.mail import Mail
from searoom.node import postbox
from searoom.node.notebook import Notebook
from searoom.node.postbox import ANNEX, ASIDE_OUT, Postbox
from searoom.record.store import SqliteStore
from searoom.signals import forms
from searoom.signals.forms import Filled
from searoom.statements import annexes
from searoom.statements.release import Policy
from told import BOOK

MEMBERS = {name: make_party(name) for name in ("amber", "coral", "teal")}
RING = roster(*MEMBERS.values())
LEAVE = Policy((), frozenset({"off_record"}))
CHANNEL = "amber/0"
TYPED = {
    "visit": "2026 staff visit", "host": "coral", "from": "2026-09-01", "to": "2026-09-05", "size": "1",
    "persons": "Cdr A. Vale, passport X123",
}  # fmt: skip


def side(name):
    """Return a party's postbox, and all that it stands on."""
    party, store = MEMBERS[name], SqliteStore(":memory:")
    record = make_record(party, RING)
    openings = Openings(store, RING.mechanism, name, [party.kem], party.storage)
    notebook = Notebook(make_private(party), record, openings, BOOK, lambda: NOW_US, party.station)
    one = SimpleNamespace(party=party, store=store, record=record, openings=openings, notebook=notebook, restored_us=0)
    one.box = Postbox(
        store, notebook, openings, BOOK, lambda: read(record, BOOK, openings.content, policy=LEAVE),
        party=name, mechanism=RING.mechanism, now=lambda: NOW_US, restored_us=lambda: one.restored_us,
    )  # fmt: skip
    return one


@pytest.fixture
def three():
    return {name: side(name) for name in MEMBERS}


def tell(three, who, filled, *, to=None):
    """Let a party say a form under two officers, and everybody hear it."""
    one = three[who]
    builders.say(one.record, one.party, forms.encode(filled, BOOK), signers=one.party.officers[:2], to=to)
    builders.exchange(*(each.record for each in three.values()))


def half(other, byte, reply_to=None):
    fields = {"with": other, "contribution": bytes([byte]) * 32}
    return Filled("off-record-open", 1, "hotline", "routine", "en", fields, reply_to)


@pytest.fixture
def talking(three):
    """Amber and coral with an open channel, `amber/0`; teal has no part in it."""
    tell(three, "amber", half("coral", 1), to=["coral"])
    tell(three, "coral", half("amber", 2, ("amber", 0)), to=["amber"])
    return three


def close(three, who="coral", other="amber"):
    closing = Filled("off-record-close", 1, "hotline", "routine", "en", {"with": other}, ("amber", 0))
    tell(three, who, closing, to=[other])


def carry(giver, taker):
    """Carry what waits, as the link does: kept there first, then forgotten here."""
    for channel, number, data in giver.box.pending_asides(taker.party.name):
        taker.box.got_aside(giver.party.name, channel, number, data)
        giver.box.taken_aside(taker.party.name, channel, number)


def heard(one):
    return [
        (filled.fields["author"], filled.fields["number"], filled.fields["text"])
        for filled in one.box.copies(CHANNEL)
    ]  # fmt: skip


def test_is_the_mail_of_the_link(three):
    """What the link asks of its mail is what a postbox has."""
    mail: Mail = three["amber"].box
    assert ([], []) == (list(mail.pending_asides("coral")), list(mail.wanted_annexes("coral")))


# -- off the record ----------------------------------------------------------------------------------


def test_words_off_the_record_arrive_once_and_in_order(talking):
    """Twelve of them, so that numbers have two lengths: each side has all, neither log has any."""
    amber, coral = talking["amber"], talking["coral"]
    sizes = amber.record.size("amber"), coral.record.size("coral")
    said = [("amber", number, f"words {number}") for number in range(1, 13)]
    for _, number, text in said:
        assert number == amber.box.say_aside(CHANNEL, text, "en").number
    assert list(range(1, 13)) == [number for _, number, _ in amber.box.pending_asides("coral")]

    carry(amber, coral)
    carry(amber, coral)
    assert [] == amber.box.pending_asides("coral")
    assert said == heard(amber) == heard(coral)
    assert sizes == (amber.record.size("amber"), coral.record.size("coral"))


def test_our_copy_is_kept_before_it_waits(talking, monkeypatch):
    """A crash between the two loses a message, never a number: the next one takes the number behind it."""
    amber = talking["amber"]
    with monkeypatch.context() as patch:
        patch.setattr(amber.store, "put", lambda *_given: (_ for _ in ()).throw(OSError))
        with pytest.raises(OSError):  # the store's own; only what follows counts
            amber.box.say_aside(CHANNEL, "lost", "en")

    assert 2 == amber.box.say_aside(CHANNEL, "again", "en").number
    assert [2] == [number for _, number, _ in amber.box.pending_asides("coral")]


def test_what_was_heard_is_nothing_new_and_what_was_changed_is_refused(talking):
    """A replay changes nothing; one changed byte, another number or another channel is refused and not kept."""
    amber, coral = talking["amber"], talking["coral"]
    first, second = (amber.box.say_aside(CHANNEL, text, "en") for text in ("one", "two"))
    changed = second.data[:-1] + bytes([second.data[-1] ^ 1])
    coral.box.got_aside("amber", CHANNEL, 1, first.data)
    coral.box.got_aside("amber", CHANNEL, 1, first.data)

    for number, data in ((2, changed), (2, first.data), (3, second.data)):
        with pytest.raises(Tampered):
            coral.box.got_aside("amber", CHANNEL, number, data)
    assert [("amber", 1, "one")] == heard(coral)


def test_a_third_party_has_no_part_in_it(talking):
    """It can neither speak on the channel nor be heard, and sees no channel at all."""
    amber, teal = talking["amber"], talking["teal"]
    aside = amber.box.say_aside(CHANNEL, "one", "en")

    with pytest.raises(NotAllowed, match="no channel"):
        teal.box.say_aside(CHANNEL, "me too", "en")
    with pytest.raises(NotAllowed, match="no channel"):
        teal.box.got_aside("amber", CHANNEL, 1, aside.data)
    with pytest.raises(NotAllowed, match="'teal' has no part"):
        talking["coral"].box.got_aside("teal", CHANNEL, 1, aside.data)
    assert [] == amber.box.pending_asides("teal")


def test_so_many_wait_and_no_more(talking, monkeypatch):
    """A counterpart that takes none does not fill our store."""
    monkeypatch.setattr(postbox, "MAX_WAITING", 2)
    amber = talking["amber"]
    for text in ("one", "two"):
        amber.box.say_aside(CHANNEL, text, "en")

    with pytest.raises(NotAllowed, match="it takes none"):
        amber.box.say_aside(CHANNEL, "three", "en")
    assert 2 == len(list(amber.store.each(ASIDE_OUT)))
    carry(amber, talking["coral"])
    assert 3 == amber.box.say_aside(CHANNEL, "three", "en").number


def test_nothing_new_is_said_on_a_closed_channel_and_what_was_under_way_arrives(talking):
    """What was said before it was closed is still heard; after that nobody writes on it."""
    amber, coral = talking["amber"], talking["coral"]
    amber.box.say_aside(CHANNEL, "before", "en")
    close(talking)
    carry(amber, coral)

    assert [("amber", 1, "before")] == heard(coral)
    assert [] == amber.box.pending_asides("coral")
    with pytest.raises(NotAllowed, match="was closed"):
        amber.box.say_aside(CHANNEL, "after", "en")


def test_a_channel_that_was_not_joined_carries_nothing(three):
    """Half a key is none."""
    tell(three, "amber", half("coral", 1), to=["coral"])

    with pytest.raises(NotAllowed, match="waits for the other side"):
        three["amber"].box.say_aside(CHANNEL, "words", "en")
    with pytest.raises(NotAllowed, match="between two parties"):
        three["coral"].box.got_aside("amber", CHANNEL, 1, bytes(300))


def test_a_store_that_was_put_back_uses_no_number_twice(talking):
    """A channel that was opened before is closed and another opened: its numbers may have been used."""
    talking["amber"].restored_us = NOW_US

    with pytest.raises(NotAllowed, match="before this store was put back"):
        talking["amber"].box.say_aside(CHANNEL, "words", "en")
    assert [] == heard(talking["amber"])


# -- personal data -----------------------------------------------------------------------------------


@pytest.fixture
def visit(three):
    """Amber's list of a delegation to coral alone; returns the three, the hash and the sealed data."""
    filled, openings = annexes.detach(forms.from_text(BOOK, "visit-delegation", TYPED), BOOK)
    ((reference, opening),) = openings.items()
    readers = {name: MEMBERS[name].kem.public for name in ("amber", "coral")}
    data = annexes.seal_annex(opening, mechanism=RING.mechanism, author="amber", readers=readers)
    three["amber"].box.keep_annexes([(reference, data)])
    tell(three, "amber", filled, to=["coral"])
    return three, reference, data


def shown(one):
    """What one side shows of the personal data in amber/0."""
    message = read(one.record, BOOK, one.openings.content).message(("amber", 0))
    return annexes.attach(message.filled, BOOK, one.box.look_up(message).get).fields["persons"]


def test_personal_data_are_wanted_fetched_and_shown(visit):
    """The reader asks for what it has not, gets it, and asks no more; at both they read alike."""
    three, reference, _ = visit
    amber, coral = three["amber"], three["coral"]
    assert [reference] == coral.box.wanted_annexes("amber")
    assert "Cdr A. Vale" not in str(shown(coral))

    coral.box.got_annex("amber", reference, amber.box.annex("coral", reference))
    assert [] == coral.box.wanted_annexes("amber")
    assert TYPED["persons"] == shown(coral) == shown(amber)


def test_personal_data_are_given_to_no_stranger(visit):
    """Teal knows of the entry, not of the hash; even with the hash it is given nothing, and it asks for nothing."""
    three, reference, _ = visit

    assert three["amber"].box.annex("teal", reference) is None
    assert three["amber"].box.annex("coral", bytes(32)) is None
    assert [] == three["teal"].box.wanted_annexes("amber")
    assert [] == three["coral"].box.wanted_annexes("teal")


def test_personal_data_that_nobody_wants_are_not_kept(visit):
    """Another's hash, other bytes, and what no message of that party names are refused; the store stays empty."""
    three, reference, data = visit
    coral = three["coral"]
    for peer, name, sent in (("teal", reference, data), ("amber", bytes(32), data)):
        with pytest.raises(NotAllowed, match="none of its messages refers to"):
            coral.box.got_annex(peer, name, sent)
    with pytest.raises((NotAllowed, Tampered)):
        coral.box.got_annex("amber", reference, data[:-1] + bytes([data[-1] ^ 1]))
    assert [] == list(coral.store.each(ANNEX))


def test_what_is_erased_is_gone_and_not_fetched_again(visit):
    """Sealed data and kept key are dropped, the other side gets nothing any more, and the words say that it is erased."""
    three, reference, data = visit
    coral = three["coral"]
    coral.box.got_annex("amber", reference, data)
    assert 1 == coral.openings.keep_all(coral.box.sealed())
    assert "Cdr A. Vale" in shown(coral)
    coral.box.erase(reference)

    assert [[], []] == [list(coral.store.each(kind)) for kind in (ANNEX, KIND)]
    assert [] == coral.box.wanted_annexes("amber")
    assert annexes.ERASED == coral.box.look_up(
        read(coral.record, BOOK, coral.openings.content).message(("amber", 0))
    )[reference]  # fmt: skip
    assert "Vale" not in str(shown(coral))
    assert TYPED["persons"] == shown(three["amber"])
    three["amber"].box.erase(reference)
    assert three["amber"].box.annex("coral", reference) is None


def test_only_a_hash_is_erased(three):
    """Anything else under that name is refused, so that nothing odd lies in the store."""
    with pytest.raises(NotAllowed, match="hash of personal data"):
        three["amber"].box.erase(b"short")


def test_personal_data_of_a_draft_are_shown_before_they_are_said(visit):
    """The second officer sees what the first typed, although it stands in no log yet."""
    three, reference, _ = visit
    amber = three["amber"]
    message = read(amber.record, BOOK, amber.openings.content).message(("amber", 0))
    statement = next(amber.record.entries("amber"))[0].statement

    assert amber.box.look_up(message) == amber.box.look_up_draft(message.filled, statement)
    assert {reference} == set(amber.box.look_up(message))
