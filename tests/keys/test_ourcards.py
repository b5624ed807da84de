"""Which of our cards a counterpart has stored, and by which certificate it may know us until that is certain."""

import pytest

from builders import cosign, exchange, issue, make_party, make_record, renewed, roster, say
from searoom.keys.ourcards import later_cards, shown_to, stored_by

AMBER, CORAL, TEAL = (make_party(name) for name in ("amber", "coral", "teal"))
OLD = AMBER.card.link_certificates
STOLEN = renewed(AMBER, "stolen", link_certificates=(b"new",))
BOTH = renewed(AMBER, "both", link_certificates=(b"new", *OLD))


class Keys:
    """A keychain that shows the oldest certificate on a card, as the real one does."""

    def credentials(self, card):
        return card.link_certificates[-1]


@pytest.fixture
def three():
    return [make_record(party, roster(AMBER, CORAL, TEAL)) for party in (AMBER, CORAL, TEAL)]


def test_with_the_first_card_there_is_one_certificate(three):
    """All who have our card know it."""
    assert 0 == stored_by(three[0], "coral", "teal")
    assert OLD == shown_to(three[0], Keys(), "coral", "teal") == shown_to(three[0], Keys())
    assert [] == list(later_cards(three[0]))


def test_a_stolen_certificate_is_shown_to_who_has_not_said_to_store_the_new_card(three):
    """The old one first, then the new one, in case the answer was lost; who cosigned it is shown the new one alone."""
    amber, coral, teal = three
    say(amber, AMBER, b"words")
    issue(amber, STOLEN)
    assert (*OLD, b"new") == shown_to(amber, Keys(), "coral")
    exchange(amber, coral)
    cosign(amber, coral)

    assert [1, 0, 0] == [stored_by(amber, *peers) for peers in (("coral",), ("teal",), ("coral", "teal"))]
    assert (b"new",) == shown_to(amber, Keys(), "coral")
    assert (*OLD, b"new") == shown_to(amber, Keys(), "teal") == shown_to(amber, Keys(), "coral", "teal")
    exchange(amber, coral, teal)
    cosign(amber, teal)
    assert (b"new",) == shown_to(amber, Keys(), "coral", "teal")


def test_a_cosignature_from_before_the_card_says_nothing_of_it(three):
    """Coral has stored our words, and not yet the card behind them."""
    amber, coral, _ = three
    say(amber, AMBER, b"words")
    exchange(amber, coral)
    cosign(amber, coral)
    issue(amber, STOLEN)

    assert 0 == stored_by(amber, "coral")


def test_while_both_certificates_stand_on_the_card_nothing_changes(three):
    """A plain renewal keeps the old one on the card: everybody knows it, whatever was stored."""
    issue(three[0], BOTH)

    assert OLD == shown_to(three[0], Keys(), "coral")


def test_later_cards_come_with_their_places(three):
    """As the desk hands them to officers: log, index, signed bytes, of all parties."""
    amber, coral, _ = three
    say(amber, AMBER, b"words")
    issue(amber, STOLEN)
    exchange(amber, coral)

    assert [("amber", 1, STOLEN.card_bytes)] == list(later_cards(amber)) == list(later_cards(coral))
