"""A counterpart copies our fresh public keys onto its own card before ours is out: it gains nothing, we lose nothing."""

import dataclasses

import pytest

from attacks.scene import AMBER, CORAL, RING, Scene, words
from builders import NOW_US, make_released, opener, seed
from searoom.account import read
from searoom.errors import NotAllowed, Tampered
from searoom.record.algorithms import SigningKey
from searoom.record.cose import Signature
from searoom.record.entry import Released
from searoom.record.keys import Key, Role
from searoom.signals import forms

BOOK = forms.load()
FRESH = SigningKey(seed("amber", "officer", "3"))
JOINED = dataclasses.replace(
    AMBER.card, serial=1, keys=(*AMBER.card.keys, Key(Role.OFFICER, "amber-3", "Amber officer 3", FRESH.public))
)
COPIED = dataclasses.replace(
    CORAL.card, serial=1, keys=(*CORAL.card.keys, Key(Role.OFFICER, "coral-3", "Coral officer 3", FRESH.public))
)
HELLO = forms.encode(forms.from_text(BOOK, "hotline-contact", {"phrase": "we-are-here"}), BOOK)


@pytest.fixture(params=["the copy first", "ours first"])
def scene(request: pytest.FixtureRequest) -> Scene:
    """Both cards are out, in either order, and taken by both; each node starts again from what it holds."""
    scene = Scene()
    deeds = [
        lambda: scene.theirs.issue_card(COPIED.signed(*CORAL.roots), CORAL.keys, now_us=NOW_US),
        lambda: scene.ours.issue_card(JOINED.signed(*AMBER.roots), AMBER.keys, now_us=NOW_US),
    ]
    for deed in deeds if request.param == "the copy first" else reversed(deeds):
        deed()
        scene.amber.answerer.changed()
        scene.coral.answerer.changed()
        scene.in_step()
    return scene


def test_a_copied_key_locks_nobody_out(scene: Scene) -> None:
    """The honest card is in force at both; words by the fresh key are our officer's, in the record and in the account."""
    for record in (scene.ours, scene.theirs):
        assert (JOINED, COPIED) == (record.roster.card("amber"), record.roster.card("coral"))
    scene.ours.say(*make_released(scene.ours.roster, AMBER, HELLO, signers=[FRESH]), now_us=NOW_US)
    scene.amber.answerer.changed()
    scene.in_step()
    for record, party in ((scene.ours, AMBER), (scene.theirs, CORAL)):
        (said,) = [m for m in read(record, BOOK, opener(party)).messages() if m.author == "amber"]
        assert [("amber", "amber-3", "Amber officer 3")] == [(one.party, one.holder, one.name) for one in said.signers]
    scene.honest()


def test_a_copied_key_signs_nothing_for_the_copier(scene: Scene) -> None:
    """Our officer's signature under our words is none under theirs; nor do our words stand in their log, or theirs in ours."""
    ours, body = make_released(RING, AMBER, b"ours", signers=[FRESH])
    theirs, their_body = words(b"theirs")
    lifted = Released(theirs.statement, (Signature(-19, FRESH.key_id, ours.signatures[0].value),))
    scene.refused(
        scene.admit(scene.lie(lifted, their_body)), Tampered, "coral-3's signature does not hold", ["refused"]
    )
    with pytest.raises(NotAllowed, match="an entry of 'amber' stands in the log 'coral'"):
        scene.lie(ours, body)
    renamed = Released(dataclasses.replace(ours.statement, author="coral", recipients=("amber",)), ours.signatures)
    scene.refused(scene.admit(scene.lie(renamed, body)), Tampered, "coral-3's signature does not hold", ["refused"])
