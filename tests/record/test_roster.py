"""The roster: position decides who may sign what, and no clock; a card follows from the card before it."""

import dataclasses
import itertools

import pytest

from builders import make_party, parties, renewed, roster, seed
from searoom.errors import NotAllowed, Tampered
from searoom.record.algorithms import ED25519, key_id
from searoom.record.cards import Revoked
from searoom.record.keys import Key, Role, Root, RootKey
from searoom.record.roster import FIRST, Roster, author_of, epoch_of, log_name

AMBER, CORAL = parties()
RING = roster(AMBER, CORAL)
SECOND = renewed(AMBER, "2")
THIRD = renewed(SECOND, "3")
PEARL = make_party("pearl", observer=True)


def test_a_log_has_one_name() -> None:
    """The party's id, from the second log on with its number; both ways."""
    assert ["amber", "amber.2", "amber.10"] == [log_name("amber", number) for number in (1, 2, 10)]
    for number in (1, 2, 10, 999_999):
        assert ("amber", number) == (author_of(log_name("amber", number)), epoch_of(log_name("amber", number)))


def test_keeps_the_order_of_the_agreement() -> None:
    """Parties stand in the order given, be it one alone; who is no party is a stranger."""
    ring, lone = roster(CORAL, AMBER), roster(AMBER)
    assert ("coral", "amber") == ring.parties
    assert (AMBER.card.mechanism, ("amber",), ()) == (lone.mechanism, lone.parties, lone.others("amber"))
    assert ("amber",) == ring.others("coral")
    assert AMBER.card.key(Role.MIRROR) == ring.by_key_id("amber", AMBER.mirror.key_id)
    assert ((("amber", FIRST, AMBER.card)),) == ring.issued("amber")
    for ask in (ring.card, ring.first_card, ring.issued, ring.revoked):
        with pytest.raises(NotAllowed, match="no party"):
            ask("jade")
    with pytest.raises(NotAllowed, match="has a key"):
        ring.by_key_id("amber", bytes(8))
    with pytest.raises(NotAllowed, match="no card of coral has a key"):
        ring.by_key_id("coral", AMBER.mirror.key_id)


def test_observers_are_parties_that_do_not_speak() -> None:
    """They are among the parties and the others, and not among the speakers."""
    ring = roster(AMBER, PEARL, CORAL)
    assert ("amber", "pearl", "coral") == ring.parties
    assert ("amber", "coral") == ring.speakers()
    assert ("coral", "pearl") == ring.others("amber")


def test_who_has_left_is_a_party_whose_log_stays() -> None:
    """Their keys are known and their logs held; they are spoken to no more, whatever card comes later."""
    ring = Roster([AMBER.card, CORAL.card, PEARL.card], ["coral"])
    for each in (ring, ring.with_card(SECOND.card_bytes, "amber", 5)):
        assert ("amber", "coral", "pearl") == each.parties
        assert ("amber",) == each.speakers()
        assert ("coral", "pearl") == each.others("amber")
        assert CORAL.card == each.card("coral")


def test_a_key_copied_onto_another_party_s_card_is_each_party_s_own() -> None:
    """Who copies a public key first locks nobody out: it is looked for by party, in whichever order the cards stand."""
    copied = AMBER.officers[0]
    card = dataclasses.replace(CORAL.card, keys=(*CORAL.card.keys, Key(Role.OFFICER, "coral-9", "x", copied.public)))
    for ring in (Roster([card, AMBER.card]), Roster([AMBER.card, card])):
        assert ["coral-9", "amber-1"] == [ring.by_key_id(party, copied.key_id).holder for party in ("coral", "amber")]
        later = ring.with_card(SECOND.card_bytes, "amber", 5)
        assert "amber-1" == later.by_key_id("amber", copied.key_id).holder
    taken = renewed(CORAL, "copied", keys=SECOND.keys)
    ring = RING.with_card(taken.card_bytes, "coral", 0).with_card(SECOND.card_bytes, "amber", 5)
    assert SECOND.card == ring.card("amber")


def test_refuses_a_roster_that_is_none() -> None:
    """One party with two cards could be two; cards of two mechanisms, none at all, a later card."""
    with pytest.raises(NotAllowed, match="two cards"):
        Roster([AMBER.card, dataclasses.replace(AMBER.card, keys=make_party("amber", officers=0).card.keys)])
    with pytest.raises(NotAllowed, match="one mechanism"):
        Roster([AMBER.card, make_party("coral", mechanism="other").card])
    with pytest.raises(NotAllowed, match="one mechanism"):
        Roster([])
    with pytest.raises(NotAllowed, match="begins with each party's first card"):
        Roster([SECOND.card, CORAL.card])


def test_a_card_is_in_force_from_its_entry_to_the_next() -> None:
    """Judged by position: before a card the one before it, at its own entry and after it that card."""
    ring = RING.with_card(SECOND.card_bytes, "amber", 5).with_card(THIRD.card_bytes, "amber", 9)
    at = [ring.card_at("amber", "amber", index).serial for index in (0, 4, 5, 8, 9, 100)]
    assert [0, 0, 1, 1, 2, 2] == at
    assert 2 == ring.card_at("amber", "amber.2", 0).serial == ring.card("amber").serial
    assert [("amber", FIRST, 0), ("amber", 5, 1), ("amber", 9, 2)] == [
        (log, index, card.serial) for log, index, card in ring.issued("amber")
    ]
    assert AMBER.card == ring.first_card("amber")
    assert CORAL.card == ring.card_at("coral", "coral", 7) == ring.card("coral")


def test_a_card_in_a_later_log_stands_after_all_of_the_older_one() -> None:
    """The number of the log counts before the index: the old log is judged by the old card to its end."""
    ring = RING.with_card(SECOND.card_bytes, "amber", 5).with_card(THIRD.card_bytes, "amber.2", 1)
    assert [0, 1, 1, 1, 2, 2] == [
        ring.card_at("amber", log, index).serial
        for log, index in (("amber", 4), ("amber", 5), ("amber", 99), ("amber.2", 0), ("amber.2", 1), ("amber.3", 0))
    ]


def test_a_roster_never_changes() -> None:
    """The next card makes another roster; who holds the old one judges as before."""
    ring = RING.with_card(SECOND.card_bytes, "amber", 5)
    assert AMBER.card == RING.card("amber") != ring.card("amber")
    assert [AMBER.card, SECOND.card] == [ring.card_at("amber", "amber", index) for index in (4, 5)]
    with pytest.raises(NotAllowed, match="has a key"):
        RING.by_key_id("amber", SECOND.station.key_id)
    for key in (AMBER.station, SECOND.station):  # keys of old cards are still known: they signed what stands there
        assert Role.STATION is ring.by_key_id("amber", key.key_id).role


def test_refuses_a_card_that_does_not_follow_from_the_one_before() -> None:
    """Another party's or mechanism's, a number left out or come again, a place that is not after the last one."""
    ring = RING.with_card(SECOND.card_bytes, "amber", 5)
    for data, log, index, said in (
        (SECOND.card_bytes, "coral", 5, "signed by 0 keeper"),
        (THIRD.card_bytes, "amber", 5, "stands before"),
        (THIRD.card_bytes, "amber", 4, "stands before"),
        (SECOND.card_bytes, "amber", 9, "serial number 1; 2 comes next"),
        (AMBER.card_bytes, "amber", 9, "serial number 0; 2 comes next"),
        (THIRD.card_bytes, "jade", 9, "no party"),
        (b"", "amber", 9, "data end"),
    ):
        with pytest.raises(NotAllowed, match=said):
            ring.with_card(data, log, index)
    with pytest.raises(NotAllowed, match="serial number 2; 1 comes next"):
        RING.with_card(THIRD.card_bytes, "amber", 5)
    with pytest.raises(NotAllowed, match="stands before"):
        RING.with_card(SECOND.card_bytes, "amber.2", 0).with_card(THIRD.card_bytes, "amber", 99)
    elsewhere = dataclasses.replace(SECOND.card, mechanism="demo-2027")
    with pytest.raises(NotAllowed, match="brings a card of 'amber' for 'demo-2027'"):
        RING.with_card(elsewhere.signed(*AMBER.roots), "amber", 5)
    coral = dataclasses.replace(CORAL.card, serial=1, root=AMBER.card.root)
    with pytest.raises(NotAllowed, match="brings a card of 'coral'"):
        RING.with_card(coral.signed(*AMBER.roots), "amber", 5)


def test_a_party_does_not_become_an_observer_nor_an_observer_a_party() -> None:
    """What the parties agreed on in person is not changed by one of them."""
    ring = roster(AMBER, PEARL)
    quiet = dataclasses.replace(
        SECOND.card, observer=True, keys=tuple(key for key in SECOND.card.keys if key.role is not Role.OFFICER)
    )
    with pytest.raises(NotAllowed, match="brings a card"):
        ring.with_card(quiet.signed(*AMBER.roots), "amber", 0)
    loud = renewed(PEARL, "2", observer=False)
    with pytest.raises(NotAllowed, match="brings a card"):
        ring.with_card(loud.card_bytes, "pearl", 0)
    assert 1 == ring.with_card(renewed(PEARL, "2").card_bytes, "pearl", 0).card("pearl").serial


def test_the_keepers_of_the_card_before_sign_the_next() -> None:
    """A thief with the new root alone makes no card; after a change of root the old keepers make none either."""
    new = RootKey(seed("amber", "new root"))
    root = Root(1, (new.keeper,))
    moved = renewed(AMBER, "2", signers=(*AMBER.roots, new), root=root)
    ring = RING.with_card(moved.card_bytes, "amber", 0)
    alone = renewed(AMBER, "2", signers=(new,), root=root)
    with pytest.raises(NotAllowed, match="signed by 0 keeper"):
        RING.with_card(alone.card_bytes, "amber", 0)
    after = renewed(moved, "3", signers=(new,))
    assert 2 == ring.with_card(after.card_bytes, "amber", 1).card("amber").serial
    back = renewed(moved, "3", signers=AMBER.roots, root=AMBER.card.root)
    with pytest.raises(NotAllowed, match="signed by 0 keeper"):
        ring.with_card(back.card_bytes, "amber", 1)
    data = bytearray(SECOND.card_bytes)
    data[-1] ^= 1
    with pytest.raises((NotAllowed, Tampered)):
        RING.with_card(bytes(data), "amber", 0)


def test_a_key_that_was_taken_off_cannot_come_back() -> None:
    """What a stolen key signs after its end would hold again; so it ends once and for all."""
    ring = RING.with_card(SECOND.card_bytes, "amber", 5)
    back = renewed(SECOND, "3", keys=AMBER.keys)
    with pytest.raises(NotAllowed, match="cannot come back"):
        ring.with_card(back.card_bytes, "amber", 6)
    people = [key for key in SECOND.card.keys if key.role is not Role.OFFICER]
    without = dataclasses.replace(SECOND, card=dataclasses.replace(SECOND.card, keys=(*people, *SECOND.card.keys[-1:])))
    ring = RING.with_card(without.card.signed(*AMBER.roots), "amber", 5)
    with pytest.raises(NotAllowed, match="of amber-1 was taken off the card and cannot come back"):
        ring.with_card(THIRD.card_bytes, "amber", 6)


def test_a_key_does_not_pass_to_another_holder_or_role() -> None:
    """What it once signed would read as somebody else's words."""
    officer = AMBER.officers[0]
    others = [key for key in SECOND.card.keys if key.public != officer.public]
    passed = dataclasses.replace(
        SECOND.card, keys=(*others, Key(Role.OFFICER, "amber-9", "x", officer.public, ED25519))
    )
    with pytest.raises(NotAllowed, match="of amber-1 cannot pass to amber-9"):
        RING.with_card(passed.signed(*AMBER.roots), "amber", 5)
    node = dataclasses.replace(SECOND.keys, station=AMBER.keys.mirror, mirror=AMBER.keys.station)
    with pytest.raises(NotAllowed, match="cannot pass"):
        RING.with_card(renewed(AMBER, "2", keys=node).card_bytes, "amber", 5)


def test_a_revocation_is_never_left_out_again() -> None:
    """What a card says of a key that ended, each later card says too; the newest is what is shown."""
    lost = Revoked(AMBER.station.key_id, ("amber", 3), "the laptop was stolen")
    second = renewed(AMBER, "2", revoked=(lost,))
    ring = RING.with_card(second.card_bytes, "amber", 5)
    assert {AMBER.station.key_id: lost} == dict(ring.revoked("amber"))
    assert {} == dict(ring.revoked("coral"))
    forgotten = renewed(second, "3", revoked=())
    with pytest.raises(NotAllowed, match="leaves out a revocation"):
        ring.with_card(forgotten.card_bytes, "amber", 6)
    more = tuple(sorted((lost, Revoked(SECOND.mirror.key_id, None, "old")), key=lambda item: item.key_id))
    assert 2 == len(ring.with_card(renewed(second, "3", revoked=more).card_bytes, "amber", 6).revoked("amber"))


def test_bodies_may_be_sealed_to_the_kem_keys_that_were_known_then() -> None:
    """The newest at that place and older ones that are not revoked; never one of which nobody had heard yet."""
    first, second = key_id(AMBER.card.kem), key_id(SECOND.card.kem)
    ring = RING.with_card(SECOND.card_bytes, "amber", 5)
    for index, kems in ((FIRST, {first}), (0, {first}), (4, {first}), (5, {first, second}), (9, {first, second})):
        assert kems == ring.kems("amber", "amber", index)
    assert {first, second} == ring.kems("amber", "amber.2", 0)
    ended = renewed(AMBER, "2", revoked=(Revoked(first, None, "the key file was copied"),))
    ring = RING.with_card(ended.card_bytes, "amber", 5)
    assert [{first}, {second}] == [ring.kems("amber", "amber", index) for index in (4, 5)]


def test_keys_of_other_parties_stay_as_they_are() -> None:
    """A new card of one party changes nothing for the others, in whichever order the cards come."""
    coral = renewed(CORAL, "2")
    steps = [(SECOND.card_bytes, "amber", 3), (coral.card_bytes, "coral", 0)]
    rings = []
    for order in itertools.permutations(steps):
        ring = RING
        for data, log, index in order:
            ring = ring.with_card(data, log, index)
        rings.append([ring.issued(party) for party in ring.parties])
    assert rings[0] == rings[1]
