"""Threat 10: who records everything today and breaks one half of the keys tomorrow reads nothing."""

import asyncio
import secrets

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey

from attacks.scene import AMBER, RING, Scene
from builders import NOW_US, issue, make_released, opener, renewed, say
from linked import Line
from searoom.errors import NotAllowed, SearoomError
from searoom.record import seal
from searoom.record.seal import Body, open_body

WORDS = b"the words that nobody else may ever read"


@pytest.mark.parametrize("broken", ["X25519", "ML-KEM-768", "neither", "both"])
def test_threat_10_one_half_of_the_key_opens_nothing(broken):
    """With the X25519 key alone, as after a quantum computer, or the ML-KEM key alone, the content key stays shut."""
    scene = Scene()
    entry = say(scene.theirs, scene.coral.party, WORDS)
    body = list(scene.theirs.entries("coral"))[-1][1]
    wrapped = Body.from_bytes(body).wrapped["amber"].value
    mlkem, x25519 = seal.halves(AMBER.kem.seed)
    if broken in ("X25519", "neither"):
        mlkem = MLKEM768PrivateKey.from_seed_bytes(secrets.token_bytes(64))
    if broken in ("ML-KEM-768", "neither"):
        x25519 = X25519PrivateKey.generate()
    key = MLKEM768X25519PrivateKey(mlkem, x25519)
    statement = entry.statement
    info = seal._info(statement.mechanism, "coral", "amber", statement.plain_hash)
    if broken == "both":
        assert WORDS == seal.open_with(seal._SUITE.decrypt(wrapped, key, info), body, statement).content
        return
    with pytest.raises((InvalidTag, ValueError)):
        seal._SUITE.decrypt(wrapped, key, info)
    scene.honest()


def test_threat_10_the_words_are_in_no_byte_on_the_line():
    """A whole exchange recorded, both ways, as one who broke the TLS session later would have it."""
    scene = Scene()
    scene.amber.say(WORDS)
    scene.coral.say(WORDS)
    line = Line(scene.coral.answers_to("amber"))
    assert asyncio.run(scene.amber.courier("coral", line).meet()).in_step
    recorded = b"".join((*line.messages, *line.answers))
    assert [WORDS, WORDS] == [scene.amber.heard("coral")[-1], scene.coral.heard("amber")[-1]]
    assert WORDS not in recorded
    assert not any(WORDS[at : at + 8] in recorded for at in range(len(WORDS) - 8))
    scene.honest()


def test_threat_10_a_key_that_was_replaced_and_destroyed_opens_nothing_new():
    """After amber's next card words are sealed to its new key: who takes the old one later reads only what was before."""
    scene = Scene()
    later = renewed(AMBER, "2")
    issue(scene.ours, later)
    scene.amber.party = later
    scene.in_step()
    say(scene.theirs, scene.coral.party, b"old key", now_us=NOW_US)  # sealed by the first card still: taken
    roster = scene.theirs.roster
    released, body = make_released(roster, scene.coral.party, WORDS)
    entry = scene.theirs.say(released, body, now_us=NOW_US)
    scene.in_step()
    with pytest.raises(NotAllowed, match="sealed to a key"):
        open_body(body, statement=entry.statement, reader="amber", kem=AMBER.kem)
    assert WORDS == opener(later)(entry, body)
    with pytest.raises(SearoomError):
        open_body(body, statement=entry.statement, reader="coral", kem=AMBER.kem)
    assert RING.card("amber").kem == AMBER.kem.public
