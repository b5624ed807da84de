"""Heads: by whose keys each is signed, and the five keys of a node that must be those of its card."""

import dataclasses

import pytest

from builders import MECHANISM, NOW_US, SECOND_US, parties, renewed, roster
from searoom.errors import NotAllowed, Tampered
from searoom.record import checkpoint, heads
from searoom.record.algorithms import ED25519, ML_DSA_44
from searoom.record.keys import Role
from searoom.record.merkle import EMPTY_ROOT

AMBER, CORAL = parties()
SECOND, THIRD = renewed(AMBER, "2"), renewed(CORAL, "2")
RING = roster(AMBER, CORAL).with_card(SECOND.card_bytes, "amber", 3).with_card(THIRD.card_bytes, "coral", 0)
ROOT = bytes(range(32))


def head(size: int, party=AMBER, log: str = "amber") -> bytes:
    return heads.sign_head(MECHANISM, log, size, ROOT if size else EMPTY_ROOT, party.keys.log)


def test_each_size_has_the_log_key_of_its_card() -> None:
    """Up to the card the old key, from the card's own entry on the new one; in the next log the newest."""
    for size, party in ((0, AMBER), (1, AMBER), (3, AMBER), (4, SECOND), (9, SECOND)):
        assert size == heads.read_head(head(size, party), "amber", RING).size
        first, second = heads.log_verifiers(RING, "amber", size)
        assert (party.keys.log.public, party.keys.log_pq.public) == (first.public, second.public)
    for size, party in ((3, SECOND), (4, AMBER)):
        with pytest.raises(Tampered, match="no known key"):
            heads.read_head(head(size, party), "amber", RING)
    assert 1 == heads.read_head(head(1, SECOND, "amber.2"), "amber.2", RING).size


def test_a_head_of_another_log_is_none() -> None:
    """The origin names log and mechanism."""
    for log in ("coral", "amber.2"):
        with pytest.raises(NotAllowed, match="and not of"):
            heads.read_head(head(1), log, RING)


def test_a_stored_head_has_one_line_an_offered_one_two() -> None:
    """What lies in stores and batches is small; what is to be cosigned carries ML-DSA-44 too, dated."""
    plain = head(2)
    offered = heads.offer(plain, AMBER.keys.log_pq, NOW_US)
    signed = heads.read_offered(offered, "amber", RING)
    assert [ED25519, ML_DSA_44] == [
        checkpoint.KINDS[v.kind].algorithm for v in checkpoint.signers(signed, heads.log_verifiers(RING, "amber", 2))
    ]
    assert NOW_US // SECOND_US == signed.signatures[1].time_s
    with pytest.raises(Tampered):
        heads.read_head(offered, "amber", RING)
    with pytest.raises(Tampered, match="lacks the signature line of type 6"):
        heads.read_offered(plain, "amber", RING)
    with pytest.raises(Tampered):
        heads.read_offered(heads.offer(plain, SECOND.keys.log_pq, NOW_US), "amber", RING)


@pytest.mark.parametrize(("keys", "holds"), [
    (CORAL.keys, True), (THIRD.keys, True), (dataclasses.replace(CORAL.keys, mirror_pq=THIRD.keys.mirror_pq), False),
    (dataclasses.replace(THIRD.keys, mirror_pq=CORAL.keys.mirror_pq), False), (AMBER.keys, False),
])  # fmt: skip
def test_a_cosignature_is_by_the_two_mirror_keys_of_one_card(keys, holds) -> None:
    """Of any card that the party ever had, for a cosignature is never made again; never one key of each."""
    offered = heads.read_offered(heads.offer(head(2), AMBER.keys.log_pq, NOW_US), "amber", RING)
    note = heads.cosign(offered, MECHANISM, "coral", (keys.mirror, keys.mirror_pq), NOW_US)
    if holds:
        assert 4 == len(heads.read_cosigned(note, "amber", "coral", RING).signatures)
    else:
        with pytest.raises(Tampered):
            heads.read_cosigned(note, "amber", "coral", RING)


@pytest.mark.parametrize("stays", ["mirror", "mirror_pq"])
def test_a_cosignature_holds_though_one_of_its_keys_stays_on_the_next_card(stays: str) -> None:
    """The pair is found by both of its keys: else a card that changes one of them makes older notes unreadable."""
    keys = dataclasses.replace(THIRD.keys, **{stays: getattr(CORAL.keys, stays)})
    ring = roster(AMBER, CORAL).with_card(renewed(CORAL, "2", keys=keys).card_bytes, "coral", 0)
    offered = heads.read_offered(heads.offer(head(2), AMBER.keys.log_pq, NOW_US), "amber", ring)
    for by in (CORAL.keys, keys):
        note = heads.cosign(offered, MECHANISM, "coral", (by.mirror, by.mirror_pq), NOW_US)
        assert 4 == len(heads.read_cosigned(note, "amber", "coral", ring).signatures)


def test_knows_all_mirror_keys_the_newest_first() -> None:
    """Pairs by card; the same pair on two cards stands once."""
    same = renewed(
        THIRD,
        "3",
        keys=dataclasses.replace(renewed(THIRD, "3").keys, mirror=THIRD.mirror, mirror_pq=THIRD.keys.mirror_pq),
    )
    ring = RING.with_card(same.card_bytes, "coral", 5)
    pairs = heads.mirror_verifiers(ring, "coral")
    assert [THIRD.mirror.public, CORAL.mirror.public] == [first.public for first, _ in pairs]


def test_a_head_by_a_key_of_no_card_waits_for_the_card() -> None:
    """It is held against nobody: the card that brings the log's next key may be on its way."""
    for note in (head(3), head(4, SECOND), heads.offer(head(4, SECOND), SECOND.keys.log_pq, NOW_US)):
        heads.known_key(note, "amber", RING)
    for note in (head(4), head(3, SECOND), heads.offer(head(4), SECOND.keys.log_pq, NOW_US)):
        with pytest.raises(NotAllowed, match="of no card that is held here; the card must come first"):
            heads.known_key(note, "amber", RING)


@pytest.mark.parametrize("name", ["station", "log", "log_pq", "mirror", "mirror_pq"])
def test_a_nodes_keys_are_those_of_its_card(name: str) -> None:
    """Another key in any of the five places is refused before it signs anything, with the number of the card."""
    AMBER.keys.check(AMBER.card)
    with pytest.raises(
        NotAllowed, match=f"the {name.partition('_')[0]} key at hand is not the one on card 0"
    ) as caught:
        dataclasses.replace(AMBER.keys, **{name: getattr(CORAL.keys, name)}).check(AMBER.card)
    assert "key files" in caught.value.advice()
    with pytest.raises(NotAllowed, match="on card 1 of amber"):
        AMBER.keys.check(SECOND.card)
    assert Role.LOG in {key.role for key in AMBER.card.keys}
