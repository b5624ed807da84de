"""Threat 8: a counterpart backdates, or signs with a key that ended: the place decides, and no clock does."""

import dataclasses

import pytest

from attacks.scene import AMBER, CORAL, Scene, note, words
from builders import MECHANISM, NOW_US, Party, card_keys, issue, node_keys, renewed
from linked import LinkedNode
from searoom.errors import NotAllowed, Tampered
from searoom.record.batch import Batch
from searoom.record.entry import Kind, clear_statement, release
from searoom.record.merkle import Tree, leaf_hash

NEW = renewed(CORAL, "2")


def rotated() -> Scene:
    """Return the scene after coral's next card, which names new node keys, stands in its log and at amber's."""
    scene = Scene()
    issue(scene.theirs, NEW)
    scene.coral = LinkedNode(NEW, (AMBER, CORAL), scene.theirs._store, receipts=False)
    scene.in_step()
    assert 1 == scene.ours.roster.card("coral").serial
    return scene


def under(scene: Scene, batch: Batch, log_key: object) -> Batch:
    """Return a batch with its note signed by another log key."""
    held = [leaf_hash(entry.to_bytes()) for entry, _ in scene.theirs.entries("coral")][: batch.start]
    tree = Tree([*held, *(leaf_hash(data) for data, _ in batch.items)])
    return dataclasses.replace(batch, note=note(tree.size, tree.root(), key=log_key))  # type: ignore[arg-type]  # a test bends what it passes


@pytest.mark.parametrize("claimed_us", [0, NOW_US - 10**15, NOW_US, 2**62])
@pytest.mark.parametrize("placed_us", [0, NOW_US - 10**15, 2**62])
def test_threat_08_no_claimed_time_brings_an_old_key_back(claimed_us, placed_us):
    """Behind the card that ended it a key signs nothing, whatever time it claims."""
    scene = rotated()
    released, body = words(b"said long ago", claimed_us=claimed_us)
    lie = scene.lie(released, body, signer=CORAL.station, placed_us=placed_us)
    refusal = "not on the card of coral"
    scene.refused(scene.admit(under(scene, lie, NEW.log)), NotAllowed, refusal, ["refused"])


def test_threat_08_an_old_log_key_signs_no_new_head():
    """Nor does the log key that ended sign a head behind the card."""
    scene = rotated()
    lie = scene.lie(*words(b"under the old key"), signer=NEW.station)
    scene.refused(scene.admit(under(scene, lie, CORAL.log)), Tampered, "no known key", ["forged"])


def test_threat_08_a_clock_moves_nothing_in_the_order():
    """An honest key that claims any time is taken, and stands where its place puts it; the claim is shown as one."""
    scene = Scene()
    for claimed_us, placed_us in ((0, 2**62), (2**62, 0)):
        released, body = words(b"whenever", claimed_us=claimed_us)
        before = [entry.height for entry, _ in scene.theirs.entries("coral")]
        scene.theirs.say(released, body, now_us=placed_us)
        scene.in_step()
        entry = list(scene.ours.entries("coral"))[-1][0]
        assert (claimed_us, placed_us) == (entry.statement.claimed_us, entry.placed_us)
        assert entry.height > max(before)
    scene.honest()


def test_threat_08_nothing_is_put_in_before_what_stands():
    """A backdated entry with its true place in the past is a second history; with a lower height it is refused."""
    scene = Scene()
    released, body = words(b"we said so first", claimed_us=0)
    first = next(scene.theirs.entries("coral"))[0]
    early = scene.placed(released, index=0, height=first.height, heard=first.heard)
    scene.refused(scene.admit(scene.batch([(early.to_bytes(), body)], start=0)), Tampered, "is forked", ["fork"])
    released, body = words(b"we said so first", claimed_us=0)
    scene.refused(scene.admit(scene.lie(released, body, height=1)), NotAllowed, "has height 1", ["refused"])


def card_lie(scene: Scene, data: bytes) -> Batch:
    """Return a batch in which coral's station brings a card."""
    statement = clear_statement(Kind.CARD, data, mechanism=MECHANISM, exercise=True, author="coral", claimed_us=NOW_US)
    return scene.lie(release(statement, CORAL.station), data)


@pytest.mark.parametrize(
    ("card", "error", "said"),
    [
        (lambda: renewed(CORAL, "x", serial=2), NotAllowed, "1 comes next"),
        (lambda: CORAL, NotAllowed, "serial number 0"),
        (lambda: renewed(AMBER, "x"), NotAllowed, "the card of another party"),
        (lambda: renewed(CORAL, "x", mechanism="demo-2027"), NotAllowed, "'demo-2027'"),
        (lambda: renewed(CORAL, "x", root=AMBER.card.root, signers=AMBER.roots), NotAllowed, "takes 1|keeper"),
        (lambda: observing(CORAL), NotAllowed, "brings a card of 'coral'"),
    ],
    ids=[
        "a number left out",
        "the same again",
        "another party",
        "another mechanism",
        "another root",
        "an observer now",
    ],
)
def test_threat_08_cards_that_do_not_follow(card, error, said):
    """A card of another number, party, mechanism, root or kind: refused, and the one before stays in force."""
    scene = Scene()
    scene.refused(scene.admit(card_lie(scene, card().card_bytes)), error, said, ["refused"])
    assert 0 == scene.ours.roster.card("coral").serial


def observing(party: Party) -> Party:
    """Return the party with a next card that makes an observer of it, its officers gone."""
    keys = node_keys(party.name, "x")
    card = dataclasses.replace(
        party.card, serial=1, observer=True, keys=card_keys(party.name, keys, ()), kem=renewed(party, "x").card.kem
    )
    return dataclasses.replace(party, card=card, card_bytes=card.signed(*party.roots))


def test_threat_08_a_revoked_key_comes_back_on_no_card():
    """A key that was taken off cannot be put on again, nor its revocation be left out; earlier words stay good."""
    scene = rotated()
    again = renewed(NEW, "3", keys=CORAL.keys)
    released = release(
        clear_statement(
            Kind.CARD, again.card_bytes, mechanism=MECHANISM, exercise=True, author="coral", claimed_us=NOW_US
        ),
        CORAL.station,
    )
    lie = under(scene, scene.lie(released, again.card_bytes, signer=CORAL.station), CORAL.log)
    scene.refused(scene.admit(lie), NotAllowed, "cannot come back", ["refused"])
    first = next(scene.ours.entries("coral"))[0]
    assert CORAL.station.key_id == first.station.key_id == scene.ours.roster.card_at("coral", "coral", 0).keys[0].key_id
