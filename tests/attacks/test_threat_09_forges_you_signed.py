"""Threat 9: a counterpart makes up "you signed": no key of ours signs bytes of its choice, and no signature serves twice."""

import dataclasses
import itertools

import pytest

from attacks.scene import AMBER, CORAL, RING, Scene, note, offered, words
from builders import MECHANISM, NOW_US, make_party, make_record, make_released, roster
from searoom import cbor
from searoom.errors import NotAllowed, SearoomError, Tampered
from searoom.link import bundle
from searoom.record import checkpoint, cose, heads
from searoom.record.algorithms import check_signature
from searoom.record.batch import Batch
from searoom.record.cards import CARD_AAD
from searoom.record.entry import ENTRY_AAD, STATEMENT_AAD
from searoom.record.merkle import Tree, leaf_hash

PAYLOAD = b"any bytes that a counterpart chose"
HEADER = cose.protected(-19, AMBER.station.key_id)
HEAD = checkpoint.Checkpoint(f"{MECHANISM}/amber", 2, bytes(range(32)))

# What each kind of signature is made over, all for the same payload or head.
MESSAGES = {
    "statement": cose.to_sign(HEADER, STATEMENT_AAD, PAYLOAD),
    "card": cose.to_sign(HEADER, CARD_AAD, PAYLOAD),
    "entry": cose.to_sign1(HEADER, ENTRY_AAD, PAYLOAD),
    "bundle": cose.to_sign1(HEADER, b"searoom/bundle/v1", PAYLOAD),
    "head": HEAD.to_text().encode(),
    "cosignature": checkpoint._message(
        HEAD.to_text(), checkpoint.Verifier(f"{MECHANISM}/coral/mirror", checkpoint.COSIGNATURE_TYPE, bytes(32)), 5
    ),
    "head, ML-DSA": checkpoint._message(
        HEAD.to_text(), checkpoint.Verifier(f"{MECHANISM}/amber", checkpoint.ML_DSA_TYPE, bytes(1312)), 5
    ),
    "cosignature, ML-DSA": checkpoint._message(
        HEAD.to_text(), checkpoint.Verifier(f"{MECHANISM}/coral/mirror", checkpoint.ML_DSA_TYPE, bytes(1312)), 5
    ),
}


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations(MESSAGES, 2)))
def test_threat_09_each_signature_stands_in_its_own_place_alone(one, other):
    """Even where one key signed both, what it signed as one thing does not check as another."""
    signature = AMBER.station.sign(MESSAGES[one])
    check_signature(-19, AMBER.station.public, MESSAGES[one], signature)
    with pytest.raises(Tampered):
        check_signature(-19, AMBER.station.public, MESSAGES[other], signature)


def test_threat_09_no_message_is_the_beginning_of_another():
    """So that no kind of signature can be lengthened into another."""
    for one, other in itertools.permutations(MESSAGES.values(), 2):
        assert not other.startswith(one)


def test_threat_09_our_own_log_is_taken_from_nobody():
    """Coral hands amber "amber's" entries, made with amber's stolen words or with coral's keys."""
    scene = Scene()
    true = scene.ours.batch("amber", 0)
    assert true is not None
    scene.refused(scene.admit(true), NotAllowed, "taken from nobody")
    lie = dataclasses.replace(scene.lie(*words()), log="amber")
    scene.refused(scene.admit(lie), NotAllowed, "taken from nobody")


def test_threat_09_coral_s_keys_say_nothing_for_amber():
    """Amber's words released by coral's officer, or placed by coral's station, in a log of amber's name at a third."""
    teal = make_party("teal")
    ring = roster(AMBER, CORAL, teal)
    for signers, station in (((CORAL.officers[0],), AMBER.station), ((AMBER.officers[0],), CORAL.station)):
        third = make_record(teal, ring)
        released, body = make_released(ring, AMBER, b"amber yields", signers=signers)
        scene = Scene()
        entry = scene.placed(released, log="amber", index=0, height=1, heard=(), signer=station)
        data = entry.to_bytes()
        signed = note(1, Tree([leaf_hash(data)]).root(), party=AMBER)
        with pytest.raises(NotAllowed, match="not on the card of amber"):
            third.admit(Batch("amber", 0, ((data, body),), signed), now_us=NOW_US)
        assert (0, ["refused"]) == (third.size("amber"), [piece.kind for piece in third.evidence()])


def test_threat_09_our_mirror_signs_only_what_we_hold():
    """Asked to cosign anything but a head of coral's that is stored here whole, it signs nothing at all."""
    scene = Scene()
    asked = [
        offered(note(9, bytes(32))),
        note(2, scene.theirs.root("coral")),
        scene.ours.offer(now_us=NOW_US),
        offered(note(2, scene.theirs.root("coral"), origin=f"{MECHANISM}/coral/mirror")),
        offered(note(2, scene.theirs.root("coral"), origin="demo-2027/coral")),
        PAYLOAD,
        b"",
    ]
    for bytes_of_theirs in asked:
        with pytest.raises(SearoomError):
            scene.ours.witness("coral", bytes_of_theirs, now_us=NOW_US)
    assert 2 == scene.ours.recorded("coral", "amber")
    scene.honest()


def test_threat_09_a_cosignature_is_none_of_our_words():
    """What amber's mirror signed for coral's log is no head of amber's, and no cosignature of another's log."""
    scene = Scene()
    cosigned = checkpoint.SignedNote.from_bytes(scene.ours.cosigned("coral", "amber") or b"")
    mine = tuple(line for line in cosigned.signatures if line.name.endswith("amber/mirror"))
    assert 2 == len(mine)
    moved = checkpoint.SignedNote(scene.ours.note("amber").decode().partition("\n\n")[0] + "\n", mine)
    with pytest.raises((Tampered, NotAllowed)):
        heads.read_head(moved.to_bytes(), "amber", RING)
    for line in mine:
        verifier = next(v for pair in heads.mirror_verifiers(RING, "amber") for v in pair if v.key_id == line.key_id)
        with pytest.raises(Tampered):
            checkpoint.check(checkpoint.SignedNote(moved.text, (line,)), [verifier])
    scene.honest()


def test_threat_09_a_signature_of_a_statement_is_no_bundle():
    """A station's signature under an automatic word does not sign a bundle of coral's choice, nor the reverse."""
    scene = Scene()
    part = bundle.make_parts(
        [scene.message()], mechanism=MECHANISM, exercise=True, sender="amber", receiver="coral", bundle_id=bytes(16),
        station=AMBER.station,
    )[0]  # fmt: skip
    released, body = make_released(RING, AMBER, b"x", signers=[AMBER.station])
    asked = {
        "mechanism": MECHANISM,
        "exercise": True,
        "receiver": "coral",
        "stations": {"amber": [AMBER.station.public]},
    }
    bundle.read_part(part, **asked)  # type: ignore[arg-type]  # a test bends what it passes
    row = released.signatures[0]
    forged = cose.sign1_bytes(row.header(), released.statement.to_bytes(), row.value)
    with pytest.raises((NotAllowed, Tampered)):
        bundle.read_part(cbor.encode([forged, body]), **asked)  # type: ignore[arg-type]  # a test bends what it passes
    scene.honest()
