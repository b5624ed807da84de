"""A note that a person signed by hand: whose key it was is known, and a changed note, party or mechanism is not theirs."""

from dataclasses import replace

import pytest

from deskside import BOOK, fill, key
from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record.cards import Card
from searoom.record.roster import Roster
from searoom.statements import handsigned

NOTE = fill(
    "hand-over",
    {"at": "2026-06-03T02:00:00Z", "taken_by": "amber-2", "unread": "coral/3", "state": "00" * 32},
    channel="national",
)


@pytest.fixture
def hand(enrolled):
    """Return the roster of both parties, and a note that amber's second officer signed."""
    cards = [(enrolled.folder("amber") / "cards" / f"{party}.card").read_bytes() for party in ("amber", "coral")]
    signed = handsigned.sign(NOTE, BOOK, key(enrolled, "amber-2"), mechanism="demo-2026", party="amber")
    return Roster([Card.from_bytes(card) for card in cards]), signed


def whose(roster, filled, **other):
    """Return who signed."""
    return handsigned.signer(filled, BOOK, roster, **{"mechanism": "demo-2026", "party": "amber", **other})


def test_a_signed_note_names_its_officer(hand):
    """The key is that of the officer who took the watch, and stands on their party's card."""
    roster, signed = hand
    assert "amber-2" == whose(roster, signed).holder
    assert NOTE.fields.items() <= signed.fields.items()


def test_a_note_that_nobody_signed_is_nobodys(hand):
    """It is no fault: a station may write one; it is only said that no officer did."""
    assert None is whose(hand[0], NOTE)


@pytest.mark.parametrize("change", [{"unread": "coral/4"}, {"taken_by": "amber-1"}, {"remarks": "added"}])
def test_whatever_is_changed_breaks_the_signature(hand, change):
    """Each word of the note is under the signature."""
    roster, signed = hand
    with pytest.raises(Tampered):
        whose(roster, replace(signed, fields={**signed.fields, **change}))


def test_it_is_of_one_mechanism(hand):
    """The same words under another agreement are not signed by it."""
    with pytest.raises(Tampered):
        whose(*hand, mechanism="other")


def test_a_key_of_the_other_party_signs_no_note_of_ours(hand, enrolled):
    """A stranger's key is refused, and so is a station's: the note says that a person took the watch."""
    strange = handsigned.sign(NOTE, BOOK, key(enrolled, "coral-1"), mechanism="demo-2026", party="amber")
    with pytest.raises(NotAllowed, match="no card of amber"):
        whose(hand[0], strange)
    station = handsigned.sign(NOTE, BOOK, key(enrolled, "amber-station"), mechanism="demo-2026", party="amber")
    with pytest.raises(Tampered, match="no officer's"):
        whose(hand[0], station)


@pytest.mark.parametrize("value", [b"", b"\xff", cbor.encode([1, 2]), cbor.encode([1, -8, bytes(8), bytes(64)])])
def test_bytes_that_are_no_signature_are_refused(hand, value):
    """Nothing is taken for a signature that is none."""
    roster, signed = hand
    with pytest.raises(NotAllowed):
        whose(roster, replace(signed, fields={**signed.fields, "signature": value}))


def test_only_forms_with_the_field_are_signed_by_hand():
    """Which those are, the tables say."""
    assert {"hand-over"} == {form.name for form in BOOK.forms if handsigned.wanted(fill_of(form), BOOK)}


def fill_of(form):
    """Return an empty form of that name."""
    return replace(NOTE, form=form.name, version=form.version)
