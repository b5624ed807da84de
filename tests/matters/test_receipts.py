"""Which receipts are owed: for what came, in its place or ahead of it; never for receipts, and each once."""

import random
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import epoch, exchange, make_party, make_record, opener, roster, say
from searoom.account import Message, Reading, read
from searoom.errors import NotAllowed
from searoom.matters import receipts
from searoom.matters.receipts import RECEIPT, Receipts
from searoom.signals import forms
from searoom.signals.forms import Filled
from told import BOOK

AMBER, CORAL, TEAL, PEARL = (make_party(name, observer=name == "pearl") for name in ("amber", "coral", "teal", "pearl"))
RING = roster(AMBER, CORAL, TEAL, PEARL)
SPEAKERS = ("amber", "coral", "teal")
CONTACT = forms.encode(forms.from_text(BOOK, "hotline-contact", {"phrase": "message-follows"}), BOOK)


@pytest.fixture
def two():
    return make_record(AMBER, RING), make_record(CORAL, RING)


def due(record, party=CORAL):
    """Return the receipts that are owed, as the station would write them."""
    return station(record, party).owed()


def station(record, party=CORAL, parties=SPEAKERS):
    """Return what a station knows of its receipts right after its start."""
    return Receipts(record, Reading(record, BOOK, opener(party)).items, parties)


def acknowledge(record, party):
    """Write the receipts that are owed."""
    for fields in due(record, party):
        content = forms.encode(Filled(RECEIPT, 1, "desk", "routine", "en", fields), BOOK)
        say(record, party, content, signers=[party.station])


def test_what_came_without_its_end_waits_for_it(two):
    """A receipt is the proof of delivery by what its entry says was heard, and that is what a signed head covers."""
    amber, coral = two
    for _ in range(2):
        say(amber, AMBER, CONTACT)
    coral.admit(amber.batch("amber", 0, most=1), now_us=1)
    assert [] == due(coral)

    coral.admit(amber.batch("amber", 1), now_us=1)
    assert [{"party": "amber", "size": 2}] == due(coral)
    acknowledge(coral, CORAL)
    (receipt, _), *_ = coral.entries("coral")
    assert [("amber", 2)] == [(each.log, each.size) for each in receipt.heard]


def test_one_receipt_for_what_came(two):
    """It says how far the log is held; after it nothing is owed, and the other side owes none for it."""
    amber, coral = two
    assert [] == due(coral)
    for _ in range(2):
        say(amber, AMBER, CONTACT)
    exchange(amber, coral)
    assert [{"party": "amber", "size": 2}] == due(coral)

    acknowledge(coral, CORAL)
    exchange(amber, coral)
    assert [] == due(coral)
    assert [] == due(amber, AMBER)


def test_what_came_ahead_is_named(two):
    """It is held although those before it are not: the receipt names it, once; its place gets its own receipt later."""
    amber, coral = two
    for _ in range(3):
        say(amber, AMBER, CONTACT)
    coral.take_ahead(amber.ahead(2), now_us=0)
    assert [{"party": "amber", "size": 0, "ahead": (2,)}] == due(coral)

    acknowledge(coral, CORAL)
    assert [] == due(coral)
    coral.take_ahead(amber.ahead(1), now_us=0)
    assert [{"party": "amber", "size": 0, "ahead": (1, 2)}] == due(coral)
    acknowledge(coral, CORAL)
    exchange(amber, coral)
    assert [{"party": "amber", "size": 3}] == due(coral)


def test_each_log_has_its_own(two):
    """A second log of theirs is acknowledged by its name; an opening and a card are acknowledged like words."""
    amber, coral = two
    say(amber, AMBER, CONTACT)
    epoch(amber, AMBER)
    exchange(amber, coral)

    assert [{"party": "amber", "size": 1}, {"party": "amber.2", "size": 1}] == due(coral)
    acknowledge(coral, CORAL)
    assert [] == due(coral)


def test_what_cannot_be_opened_is_acknowledged_as_well(two):
    """That it came is true, even for whom it is closed."""
    amber, coral = two
    say(amber, AMBER, CONTACT, to=["teal"])
    exchange(amber, coral)

    assert [{"party": "amber", "size": 1}] == due(coral)


def test_a_receipt_of_another_party_covers_nothing_of_ours():
    """Teal's receipt for amber's words does not acknowledge them for coral."""
    amber, coral, teal = (make_record(party, RING) for party in (AMBER, CORAL, TEAL))
    say(amber, AMBER, CONTACT)
    exchange(amber, teal)
    acknowledge(teal, TEAL)
    exchange(amber, teal, coral)

    assert [{"party": "amber", "size": 1}] == due(coral)


def test_who_is_no_party_of_the_agreement_gets_none(two):
    """An observer's card is stored and acknowledged to nobody."""
    amber, coral = two
    say(amber, AMBER, CONTACT)
    exchange(amber, coral)

    assert [] == station(coral, parties=("coral", "teal")).owed()


# -- found without reading all -------------------------------------------------------------------------


def owed(record, party):
    """Return what is owed by the words of the rule, from the whole account."""
    account = read(record, BOOK, opener(party))
    for log in record.logs():
        if log.partition(".")[0] in (record.party, "pearl"):
            continue
        ours = [m for m in account.messages(RECEIPT) if (m.author, m.filled.fields["party"]) == (record.party, log)]
        covered = max((m.filled.fields["size"] for m in ours), default=0)
        named = {index for m in ours for index in m.filled.fields.get("ahead", ())}
        ahead = tuple(item.index for item in record.aheads(log))
        fresh = [account.message(item.ref) for item in account.items if item.ref[0] == log and item.ref[1] >= covered]
        more = any(not isinstance(item, Message) or item.filled.form != RECEIPT for item in fresh)
        if more or set(ahead) - named:
            yield {"party": log, "size": record.size(log)} | ({"ahead": ahead} if ahead else {})


def bit_by_bit(station):
    """Return what is owed where no step may look at more than one entry."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(receipts, "_RUN", 1)
        for _ in range(1000):
            found = station.owed(1)
            if not station.open:
                return found
    raise AssertionError("it never knew")


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**9))
def test_is_what_the_whole_account_would_say(seed):
    """A station that went on, one that starts now, and one that looks at one entry at a time owe the same, always."""
    chance = random.Random(seed)
    sides = {"amber": make_record(AMBER, RING), "coral": make_record(CORAL, RING)}
    people = {"amber": AMBER, "coral": CORAL}
    going_on = {name: station(record, people[name]) for name, record in sides.items()}
    for _ in range(25):
        name = chance.choice(("amber", "coral"))
        record, roll = sides[name], chance.random()
        if roll < 0.35:
            say(record, people[name], CONTACT)
        elif roll < 0.4:
            epoch(record, people[name])
        elif roll < 0.65:
            for fields in going_on[name].owed():
                content = forms.encode(Filled(RECEIPT, 1, "desk", "routine", "en", fields), BOOK)
                say(record, people[name], content, signers=[people[name].station])
        elif roll < 0.8:
            other = sides["coral" if name == "amber" else "amber"]
            for index in range(other.size(other.own))[-1:]:
                with suppress(NotAllowed):  # it was received in its place already
                    record.take_ahead(other.ahead(index), now_us=0)
        else:
            exchange(*sides.values())
        for who, held in sides.items():
            wanted = list(owed(held, people[who]))
            assert wanted == going_on[who].owed()
            assert wanted == station(held, people[who]).owed()
            assert wanted == bit_by_bit(station(held, people[who]))


def test_looks_no_further_back_than_the_newest_receipt(two):
    """After a thousand entries of ours the start opens what stands behind the last receipt, and not the rest."""
    amber, coral = two
    for _ in range(200):
        say(coral, CORAL, CONTACT)
    say(amber, AMBER, CONTACT)
    exchange(amber, coral)
    acknowledge(coral, CORAL)
    say(amber, AMBER, CONTACT)
    exchange(amber, coral)
    opened = []

    def counted(entry, body):
        opened.append((entry.log, entry.index))
        return opener(CORAL)(entry, body)

    assert [{"party": "amber", "size": 2}] == Receipts(coral, Reading(coral, BOOK, counted).items, SPEAKERS).owed()
    assert ("amber", 1) in opened
    assert ("amber", 0) not in opened
    assert len(opened) < 70


def test_says_nothing_before_it_knows(two):
    """Where a step may look at little, what is not known to be owed waits, and it says that it waits."""
    amber, coral = two
    for _ in range(100):
        say(coral, CORAL, CONTACT)
    say(amber, AMBER, CONTACT)
    exchange(amber, coral)
    fresh = station(coral)

    assert ([], True) == (fresh.owed(10), fresh.open)
    assert ([{"party": "amber", "size": 1}], False) == (fresh.owed(100), fresh.open)
