"""The account: one order and one content on every node, whatever arrived when."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import builders
from searoom.account import Closed, Message, arrange, read
from searoom.clock import to_text
from searoom.errors import NotAllowed, Tampered
from searoom.record.keys import Role
from searoom.signals import forms
from told import BOOK, START_US, Tale

HELLO = forms.encode(forms.from_text(BOOK, "hotline-contact", {"phrase": "we-are-here"}), BOOK)
WORDS = forms.encode(forms.from_text(BOOK, "hotline-message", {"text": "The exercise ends at noon."}), BOOK)
TEST = forms.encode(forms.from_text(BOOK, "line-test", {}), BOOK)

STEPS = st.lists(st.sampled_from(["amber says", "coral says", "amber hears", "coral hears"]), max_size=30)


def tell(steps):
    """Return a tale in which the steps happen one after the other."""
    tale = Tale()
    for step in steps:
        who, what = step.split()
        if what == "says":
            tale.say(who, "line-test")
        else:
            tale.meet("coral" if who == "amber" else "amber")
    return tale


def sides(*contents):
    """Return two records; amber has said the contents, each under its officers as given, and both hold all."""
    amber, coral = builders.parties()
    a, b = builders.records()
    for content, signers in contents:
        builders.say(a, amber, content, signers=signers(amber))
    builders.exchange(a, b)
    return (amber, a), (coral, b)


def test_keeps_apart_when_it_was_said_and_when_it_was_placed():
    """Signed at one time, placed a minute later: message and closed entry tell both times, on both sides."""
    amber, coral = builders.parties()
    a, b = builders.records()
    for content in (WORDS, b"no form"):
        released, body = builders.make_released(a.keyring, amber, content, signers=amber.officers)
        a.say(released, body, now_us=builders.NOW_US + 60_000_000)
    builders.exchange(a, b)
    for party, record in ((amber, a), (coral, b)):
        items = read(record, BOOK, builders.opener(party)).items
        assert [Message, Closed] == [type(item) for item in items]
        assert {(builders.NOW_US, builders.NOW_US + 60_000_000)} == {
            (item.claimed_us, item.placed_us) for item in items
        }


@given(STEPS, st.randoms(use_true_random=False))
def test_is_the_same_for_any_order_of_arrival(steps, chance):
    """The same entries, shuffled, give an equal account."""
    told = tell(steps).account()
    items = list(told.items)
    chance.shuffle(items)

    assert told == arrange(told.parties, items, {})


@given(STEPS)
def test_stands_by_height_then_chair_then_index(steps):
    """No clock and no hash decides the order."""
    account = tell(steps).account()

    assert sorted((i.height, account.parties.index(i.author), i.ref[1]) for i in account.items) == [
        (i.height, account.parties.index(i.author), i.ref[1]) for i in account.items
    ]


@given(STEPS, STEPS)
def test_nothing_is_ever_inserted_into_what_is_settled(before, after):
    """Whatever is said later, everything up to the settled height keeps its place."""
    early, late = tell(before).account(), tell(before + after).account()
    settled = [i.ref for i in early.items if i.height <= early.settled_height]

    assert settled == [i.ref for i in late.items][: len(settled)]


def test_a_party_that_has_said_nothing_settles_nothing():
    """Before its first word a party may still speak at height 1."""
    tale = Tale()
    tale.say("amber", "line-test")

    assert 0 == tale.account().settled_height


@settings(max_examples=8, deadline=None)
@given(st.lists(st.sampled_from(["amber", "coral", "meet"]), max_size=8))
def test_both_nodes_read_the_same_account(steps):
    """Two real records that hold the same entries are read alike, each by its own key."""
    amber, coral = builders.parties()
    a, b = builders.records()
    for step in steps:
        if step == "meet":
            builders.exchange(a, b)
        else:
            builders.say(a if step == "amber" else b, amber if step == "amber" else coral, HELLO)
    builders.exchange(a, b)

    assert read(a, BOOK, builders.opener(amber)) == read(b, BOOK, builders.opener(coral))


def test_two_nodes_may_know_of_different_cosignatures():
    """What a node knows of cosignatures is kept beside the account and no part of its equality."""
    (amber, a), (_, b) = sides((HELLO, lambda p: p.officers[:1]))
    before = read(a, BOOK, builders.opener(amber))
    builders.cosign(a, b)
    after = read(a, BOOK, builders.opener(amber))

    assert 0 == before.recorded["amber", "coral"]
    assert 1 == after.recorded["amber", "coral"]
    assert before == after


def test_says_who_released_and_who_placed():
    """Signers are persons with their names; the station is named apart."""
    _, (coral, b) = sides((WORDS, lambda p: p.officers))
    message = read(b, BOOK, builders.opener(coral)).message(("amber", 0))

    assert {"amber-1", "amber-2"} == {s.holder for s in message.signers}
    assert Role.STATION == message.station.role
    assert "hotline-message" == message.filled.form


@pytest.mark.parametrize(
    ("content", "signers", "why"),
    [
        (WORDS, lambda p: p.officers[:1], "takes 2 officers and 1 signed it"),
        (HELLO, lambda p: (p.station,), "takes 1 officers and 0 signed it"),
        (b"\xff", lambda p: p.officers[:1], "cannot be read"),
        (b"", lambda p: p.officers[:1], "cannot be read"),
    ],
)
def test_closes_what_it_cannot_accept(content, signers, why):
    """Words that are no form, or released by too few persons, keep their place and are not believed."""
    (_, _), (coral, b) = sides((content, signers), (HELLO, lambda p: p.officers[:1]))
    account = read(b, BOOK, builders.opener(coral))

    assert isinstance(account.items[0], Closed)
    assert why in account.items[0].why
    assert isinstance(account.items[1], Message)
    assert 2 == account.sizes["amber"]


def test_two_keys_of_one_person_are_one_person():
    """Substance takes two persons; a second key in the same hand is no second person."""
    tale = Tale()
    tale.say("amber", "hotline-message", text="x")
    one = tale.logs["amber"][0].signers[0]
    amber, coral = builders.parties()
    a, _ = builders.records()
    builders.say(a, amber, WORDS, signers=amber.officers)
    ring = a.keyring

    class OneHand:
        """A keyring in which every officer's key is held by one person."""

        parties = ring.parties

        def by_key_id(self, kid):
            party, key = ring.by_key_id(kid)
            return party, type(key)(key.role, one.holder, key.name, key.public)

    class Record:
        keyring = OneHand()
        entries, recorded = a.entries, a.recorded

    assert "takes 2 officers and 1 signed it" in read(Record(), BOOK, builders.opener(amber)).items[0].why


def test_lets_a_station_say_what_is_automatic():
    """The test of a line needs no person."""
    _, (coral, b) = sides((TEST, lambda p: (p.station,)))

    assert ["line-test"] == [m.filled.form for m in read(b, BOOK, builders.opener(coral)).messages()]


@pytest.mark.parametrize(
    "fault", [NotAllowed("not for this reader"), Tampered("the words do not fit their hash"), None]
)
def test_a_body_that_does_not_open_stops_nothing(fault):
    """Whatever the opener meets, the fold goes on and says why."""

    def opener(_entry, _body):
        if fault is not None:
            raise fault

    (_, a), _ = sides((HELLO, lambda p: p.officers[:1]))
    account = read(a, BOOK, opener)

    assert [(fault.sentence if fault else "not opened") in item.why for item in account.items] == [True]
    assert () == account.messages()


def test_gives_messages_by_form():
    """The messages of one form, in order."""
    tale = Tale()
    tale.say("amber", "line-test")
    tale.say("amber", "read", reply_to=("coral", 0))

    assert [("amber", 1)] == [m.ref for m in tale.account().messages("read")]


def test_knows_no_entry_that_is_not_there():
    """A reference into nothing is refused in words."""
    with pytest.raises(NotAllowed, match="no entry amber/3"):
        Tale().account().message(("amber", 3))


def test_refuses_a_log_with_a_gap():
    """An account is made of whole logs only."""
    tale = Tale()
    tale.say("amber", "line-test")
    tale.say("amber", "line-test")

    with pytest.raises(NotAllowed, match="gap"):
        arrange(tale.parties, tale.logs["amber"][1:], {})
    with pytest.raises(NotAllowed, match="double"):
        arrange(tale.parties, [*tale.logs["amber"], tale.logs["amber"][0]], {})


def test_shows_the_first_entry_that_had_heard():
    """Delivery is shown by the first entry whose station held the message, and by no later one."""
    tale = Tale()
    said = tale.say("amber", "line-test")
    tale.say("coral", "line-test")
    assert tale.account().delivered(said, "coral") is None

    receipt = tale.receive("coral", at_us=START_US + 5)
    tale.say("coral", "line-test")
    state = tale.account().delivered(said, "coral")

    assert (receipt, START_US + 5, Role.STATION) == (state.ref, state.at_us, state.signer.role)


def test_writes_a_time_with_its_zone():
    """Every sentence names UTC."""
    assert "2026-06-03T00:00:00Z" == to_text(START_US)
