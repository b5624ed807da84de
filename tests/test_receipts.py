"""Which receipts are owed: for what came, in its place or ahead of it; never for receipts, and each once."""

import pytest

from builders import epoch, exchange, make_party, make_record, opener, roster, say
from searoom.account import read
from searoom.receipts import RECEIPT, owed
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
    return list(owed(read(record, BOOK, opener(party)), record, SPEAKERS))


def acknowledge(record, party):
    """Write the receipts that are owed."""
    for fields in due(record, party):
        content = forms.encode(Filled(RECEIPT, 1, "desk", "routine", "en", fields), BOOK)
        say(record, party, content, signers=[party.station])


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

    assert [] == list(owed(read(coral, BOOK, opener(CORAL)), coral, ("coral", "teal")))
