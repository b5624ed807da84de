"""One node's account: grown by pieces it is what a whole reading gives, each entry is opened once, and it says how far it is."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import builders
from searoom.account import Message, Reading, read
from searoom.errors import NotAllowed
from searoom.node import accounting
from searoom.node.accounting import Accounting
from searoom.record.keys import Role
from talk import AMBER, CORAL, HELLO, PEOPLE, Talk, next_card
from told import BOOK, DEMO


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**9))
def test_grown_by_pieces_it_is_the_whole(seed):
    """Whatever came in which order, and however it was cut: equal to a reading from the first entry on, on both sides."""
    talk = Talk(random.Random(seed))
    opens = {name: builders.opener(party) for name, party in PEOPLE.items()}
    readings = {name: Reading(record, BOOK, opens[name]) for name, record in talk.sides.items()}
    given_out = []
    for _ in range(24):
        record = talk.sides["amber"]
        talk.step()
        if talk.sides["amber"] is not record:
            readings["amber"] = Reading(talk.sides["amber"], BOOK, opens["amber"])
        name = talk.chance.choice(("amber", "coral"))
        readings[name].go_on(talk.chance.choice((1, 2, 7, None)))
        account = readings[name].account()
        given_out.append((account, account.items))
        if not readings[name].unread:
            assert account == read(talk.sides[name], BOOK, opens[name])
    for name, reading in readings.items():
        reading.go_on()
        whole = read(talk.sides[name], BOOK, opens[name])
        assert whole == reading.account()
        for item in whole.items:
            assert whole.answers(item.ref) == reading.account().answers(item.ref)
            for who in PEOPLE:
                assert whole.delivered(item.ref, who) == reading.account().delivered(item.ref, who)
    for account, items in given_out:
        assert items == account.items


def test_each_entry_is_opened_once():
    """What a growth costs depends on what came, and not on what was there."""
    record, opened = builders.make_record(AMBER, builders.roster(AMBER, CORAL)), []

    def opener(entry, body):
        opened.append(entry.index)
        return builders.opener(AMBER)(entry, body)

    reading = Reading(record, BOOK, opener)
    for size in range(1, 6):
        builders.say(record, AMBER, HELLO)
        reading.go_on()
        assert size == len(reading.account().items)
    next_card(record, "lost at sea")
    reading.go_on()

    assert [0, 1, 2, 3, 4] == opened


def test_a_card_that_was_not_known_when_later_entries_were_read_begins_it_anew():
    """The tail of an older log turns up after the newer one was read, and brings a card: all is judged again."""
    ring, store = builders.roster(AMBER, CORAL), builders.SqliteStore(":memory:")
    whole = builders.make_record(AMBER, ring, store)
    builders.say(whole, AMBER, HELLO)
    early, reading = builders.make_record(CORAL, ring), None
    builders.exchange(whole, early)
    reading = Reading(early, BOOK, builders.opener(CORAL))
    reading.go_on()
    before = reading.account()
    reading._read["amber.2"] = 1  # as if an entry of a newer log had been read
    next_card(whole, "lost at sea")
    builders.exchange(whole, early)
    reading.go_on()

    assert read(early, BOOK, builders.opener(CORAL)) == reading.account()
    assert 1 == len(before.items)


# -- in slices -----------------------------------------------------------------------------------------


@pytest.fixture
def ten(monkeypatch):
    """A node's account of ten entries of which three are read for whoever asks."""
    monkeypatch.setattr(accounting, "AT_ONCE", 3)
    record = builders.make_record(AMBER, builders.roster(AMBER, CORAL))
    for _ in range(10):
        builders.say(record, AMBER, HELLO)
    return record, Accounting(record, BOOK, builders.opener(AMBER), DEMO, slices=True)


def test_says_how_far_it_is_and_gives_no_half_account(ten):
    """While much is unread it refuses, with the number; the last few entries are read for who asks."""
    _, accounts = ten
    with pytest.raises(NotAllowed, match="read up to entry 0 of 10") as caught:
        accounts.account()
    assert "searoom status" in caught.value.advice()
    assert (False, 3, (0, 10)) == (accounts.ready, accounts.at_once, accounts.progress())

    assert not accounts.read_on(6)
    with pytest.raises(NotAllowed, match="read up to entry 6 of 10"):
        accounts.account()
    assert not accounts.read_on(1)
    assert (True, None, (7, 10)) == (accounts.ready, accounts.at_once, accounts.progress())
    assert 10 == len(accounts.account().items)
    assert accounts.read_on(1)


def test_shows_an_entry_that_is_not_read_yet(ten):
    """By itself: its words are there before the account is; what is not in the record is named."""
    record, accounts = ten
    assert isinstance(accounts.entry(("amber", 9)), Message)
    assert [8, 9] == [item.ref[1] for item in accounts.items("amber", 8, 5)]
    for ref in (("amber", 10), ("amber", -1), ("teal", 0)):
        with pytest.raises(NotAllowed, match="no entry"):
            accounts.entry(ref)
    assert () == accounts.ahead()
    assert (0, 10) == accounts.progress()
    accounts.read_on(10)
    assert accounts.entry(("amber", 9)) == read(record, BOOK, builders.opener(AMBER)).items[9]


def test_a_node_that_only_reads_reads_all_at_once(ten):
    """Without slices nobody waits for a turn."""
    record, _ = ten
    accounts = Accounting(record, BOOK, builders.opener(AMBER), DEMO, slices=False)

    assert accounts.ready
    assert 10 == len(accounts.account().items)


def test_what_came_ahead_is_shown_before_the_account_is_read(ten):
    """A flash is not kept waiting: it is read by itself."""
    record, _ = ten
    coral = builders.make_record(CORAL, builders.roster(AMBER, CORAL))
    builders.say(coral, CORAL, HELLO)
    builders.exchange(record, coral)
    for _ in range(4):
        builders.say(coral, CORAL, HELLO)
    record.take_ahead(coral.ahead(4), now_us=0)
    accounts = Accounting(record, BOOK, builders.opener(AMBER), DEMO, slices=True)

    assert [("coral", 4)] == [item.ref for item in accounts.ahead()]
    assert (0, 11) == accounts.progress()


def test_an_account_that_was_given_out_stays_what_it_was():
    """The tail of amber's lost log comes after what it says again: the account of before still counts the later place."""
    ring = builders.roster(AMBER, CORAL)
    lost, coral = builders.make_record(AMBER, ring), builders.make_record(CORAL, ring)
    said = builders.make_released(ring, AMBER, HELLO, signers=AMBER.officers[:1])
    lost.say(*said, now_us=builders.NOW_US)
    fresh = builders.make_record(AMBER, ring)
    builders.epoch(fresh, AMBER)
    fresh.say(*said, now_us=builders.NOW_US)
    builders.exchange(fresh, coral)
    reading = Reading(coral, BOOK, builders.opener(CORAL))
    reading.go_on()
    before, items = reading.account(), reading.account().items
    builders.hand_over(lost, coral)
    reading.go_on()
    after = reading.account()

    assert ([("amber.2", 1)], items) == ([m.ref for m in before.messages()], before.items)
    assert [("amber", 0)] == [message.ref for message in after.messages()]
    assert (("amber", 0), ("amber.2", 1)) == after.places(("amber.2", 1))
    assert read(coral, BOOK, builders.opener(CORAL)) == after


def test_a_card_marks_what_was_read_before_it():
    """A key is withdrawn, vouched for up to entry 1: entries 2 and 3 that were read already are marked, and no others."""
    record = builders.make_record(AMBER, builders.roster(AMBER, CORAL))
    for signer in (1, 1, 1, 1, 0):
        builders.say(record, AMBER, HELLO, signers=[AMBER.officers[signer]])
    reading = Reading(record, BOOK, builders.opener(AMBER))
    reading.go_on()
    before = reading.account()
    next_card(record, "lost at sea")
    reading.go_on()

    assert [False, False, True, True, False, False] == [bool(item.doubtful) for item in reading.account().items]
    assert {""} == {item.doubtful for item in before.items}
    assert read(record, BOOK, builders.opener(AMBER)) == reading.account()


def test_an_entry_under_a_new_key_is_looked_at_before_the_account_goes_on():
    """Who asks for one entry by itself needs the newest cards as well."""
    record = builders.make_record(AMBER, builders.roster(AMBER, CORAL))
    reading = Reading(record, BOOK, builders.opener(AMBER))
    keys = builders.node_keys("amber", "next")
    officers = [key for key in AMBER.card.keys if key.role is Role.OFFICER]
    card = replace(AMBER.card, serial=1, keys=builders.card_keys("amber", keys, officers))
    record.issue_card(card.signed(*AMBER.roots), keys, now_us=builders.NOW_US)

    assert [keys.station.key_id] == [item.station.key_id for item in reading.items("amber", 0, 1)]
