"""Threat 15: one person alone sends what takes two: the receiver asks the same rule as the sender, whatever the node did."""

from dataclasses import replace

import pytest

from attacks.scene import AMBER, CORAL, RING, Scene
from builders import NOW_US, Party, epoch_words, make_party, make_record, make_released, opener, roster, say
from deskside import fill, signed
from searoom.account import Closed, Message, read
from searoom.errors import NotAllowed
from searoom.node.node import Node
from searoom.signals import forms
from searoom.signals.forms import Filled
from searoom.statements.release import ANY, Policy, Rule

BOOK = forms.load()
SUBSTANCE = forms.from_text(BOOK, "hotline-message", {"text": "We yield."})
PHRASE = forms.from_text(BOOK, "hotline-contact", {"phrase": "we-are-here"})
FLASH = forms.from_text(BOOK, "hotline-message", {"text": "We yield."}, precedence="flash")
ONE_IS_ENOUGH = Policy((Rule(ANY, "flash", ("*",), 1),), frozenset())


def heard(scene: Scene, filled: Filled, *signers: object, policy: Policy | None = None) -> Message | Closed:
    """Return what amber's account makes of words of coral's that these signed, past coral's own node."""
    say(scene.theirs, scene.coral.party, forms.encode(filled, BOOK), signers=signers)  # type: ignore[arg-type]  # a test bends what it passes
    scene.in_step()
    asked = {} if policy is None else {"policy": policy}
    account = read(scene.ours, BOOK, opener(AMBER), **asked)  # type: ignore[arg-type]  # a test bends what it passes
    (item,) = [item for item in account.items if item.ref == ("coral", scene.ours.size("coral") - 1)]
    assert isinstance(item, Message | Closed)
    return item


def test_threat_15_substance_of_one_person_is_not_believed():
    """It keeps its place, as evidence, and is closed with the reason; the same words of two are read."""
    scene = Scene()
    lie = heard(scene, SUBSTANCE, CORAL.officers[0])
    assert isinstance(lie, Closed)
    assert "takes 2 officers and 1 signed it" in lie.why
    assert isinstance(heard(scene, SUBSTANCE, *CORAL.officers), Message)
    assert isinstance(heard(scene, PHRASE, CORAL.officers[0]), Message)  # contact takes one, at once
    scene.honest()


def test_threat_15_the_station_is_no_person():
    """Who runs the node, with all keys of the machine, says no word of substance and no phrase."""
    scene = Scene()
    for filled in (SUBSTANCE, PHRASE, FLASH):
        lie = heard(scene, filled, CORAL.station)
        assert isinstance(lie, Closed)
        assert "0 signed it" in lie.why
    scene.honest()


def test_threat_15_flash_is_no_way_around():
    """Only where the agreement says so, one person's flash is read."""
    scene = Scene()
    assert isinstance(heard(scene, FLASH, CORAL.officers[0]), Closed)
    assert isinstance(heard(scene, FLASH, CORAL.officers[0], policy=ONE_IS_ENOUGH), Message)
    scene.honest()


def with_holders(party: Party, *holders: str) -> Party:
    """Return the party with its officers' keys held by these persons."""
    names = iter(holders)
    keys = tuple(replace(key, holder=next(names)) if key.role.value == "officer" else key for key in party.card.keys)
    card = replace(party.card, keys=keys)
    return replace(party, card=card, card_bytes=card.signed(*party.roots))


def test_threat_15_one_person_with_two_keys_is_one():
    """Two keys on the card in one hand: both sign, and one person has."""
    coral = with_holders(CORAL, "coral-1", "coral-1")
    ring = roster(AMBER, coral)
    theirs, ours = make_record(coral, ring), make_record(AMBER, ring)
    for filled, kind in ((SUBSTANCE, Closed), (PHRASE, Message)):
        released, body = make_released(ring, coral, forms.encode(filled, BOOK), signers=coral.officers)
        theirs.say(released, body, now_us=NOW_US)
        batch = theirs.batch("coral", ours.size("coral"))
        assert batch is not None
        ours.admit(batch, now_us=NOW_US)
        assert isinstance(read(ours, BOOK, opener(AMBER)).items[-1], kind)


def test_threat_15_two_persons_on_one_key_are_none():
    """One key cannot be put on a card under two names, and its signature cannot be counted twice."""
    key = next(key for key in CORAL.card.keys if key.role.value == "officer")
    with pytest.raises(NotAllowed, match="a key stands twice"):
        replace(CORAL.card, keys=(*CORAL.card.keys, replace(key, holder="coral-9")))
    with pytest.raises(NotAllowed, match="key ids of a statement"):
        make_released(RING, CORAL, b"x", signers=[CORAL.officers[0]] * 2)
    others = tuple(one for one in CORAL.card.keys if one != key)
    later = replace(CORAL.card, serial=1, keys=(*others, replace(key, holder="coral-9")))
    with pytest.raises(NotAllowed, match="of coral-1 cannot pass to coral-9"):
        RING.with_card(later.signed(*CORAL.roots), "coral", 0)


def test_threat_15_one_member_is_not_the_alliance():
    """Two officers of the north sign for jade: not believed; with one of the south it is."""
    jade = make_party("jade", officers=3, members=("north", "south"), member_need=2)
    ring = roster(AMBER, jade)
    theirs, ours = make_record(jade, ring), make_record(AMBER, ring)
    north, south = (jade.officers[0], jade.officers[2]), jade.officers[1]
    for signers, kind in ((north, Closed), ((north[0], south), Message)):
        released, body = make_released(ring, jade, forms.encode(SUBSTANCE, BOOK), signers=signers)
        theirs.say(released, body, now_us=NOW_US)
        batch = theirs.batch("jade", ours.size("jade"))
        assert batch is not None
        ours.admit(batch, now_us=NOW_US)
        assert isinstance(read(ours, BOOK, opener(AMBER)).items[-1], kind)


def test_threat_15_a_new_log_takes_two_as_well():
    """One officer cannot make a log be begun anew."""
    scene = Scene()
    released, body = epoch_words(scene.ours, AMBER, signers=AMBER.officers[:1])
    scene.refused(lambda: scene.ours.open_log(released, body, now_us=NOW_US), NotAllowed, "it takes two")


def test_threat_15_the_node_of_the_sender_refuses_it_first(stage):
    """Before it is placed: nothing of one person's substance ever leaves an honest node."""
    node = Node.open(stage.folder("amber"))
    try:
        before = node.record.size("amber")
        released, body = signed(stage, node, fill("hotline-message", {"text": "We yield."}), "amber-1")
        with pytest.raises(NotAllowed, match="takes 2 officers and 1 signed it"):
            node.submit(released, body)
        released, body = signed(stage, node, fill("hotline-message", {"text": "x"}), "amber-1", "amber-station")
        with pytest.raises(NotAllowed):
            node.submit(released, body)
        assert before == node.record.size("amber")
        released, body = signed(stage, node, fill("hotline-message", {"text": "Two."}), "amber-1", "amber-2")
        assert before == node.submit(released, body).index
    finally:
        node.close()
