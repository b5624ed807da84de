"""Threat 1: a counterpart denies that it received: what it signed when it stored the words proves it to anybody."""

import pytest

from attacks.scene import AMBER, CORAL, RING, Scene, note, offered
from builders import NOW_US, opener
from searoom.errors import NotAllowed, Tampered
from searoom.record import heads
from searoom.record.checkpoint import SignedNote
from searoom.record.entry import Entry, verify_entry
from searoom.record.merkle import Tree, leaf_hash
from searoom.record.policy import Policy, everybody
from searoom.record.proof import Proof, prove
from searoom.record.shared import SharedRecord

# All that a third party has: the cards of both, and what follows from them.
CARDS_ALONE = {
    log: everybody(heads.log_verifiers(RING, log, 1), {by: heads.mirror_verifiers(RING, by)[0]})
    for log, by in (("amber", "coral"), ("coral", "amber"))
}


def proof_file(record: SharedRecord, log: str, by: str, index: int) -> bytes:
    """Return the proof file of an entry under the newest note that `by` cosigned."""
    signed = record.cosigned(log, by)
    assert signed is not None
    tree = Tree(leaf_hash(entry.to_bytes()) for entry, _ in record.entries(log))
    return prove(tree, index, SignedNote.from_bytes(signed)).to_bytes()


def test_threat_01_what_was_stored_is_proven_to_a_third_party():
    """The words, coral's receipt for them, and both cosigned heads: from files and cards alone, offline."""
    scene = Scene(receipts=True)
    scene.amber.say(b"you were told")
    scene.in_step()
    index = scene.ours.size("amber") - 1
    for log in ("amber", "coral"):
        scene.in_step()
        assert scene.ours.recorded(log, "coral" if log == "amber" else "amber") == scene.ours.size(log)
    words = [entry for entry, _ in scene.ours.entries("amber")][index].to_bytes()
    policy = Policy.from_bytes(CARDS_ALONE["amber"].to_bytes())
    head = Proof.from_bytes(proof_file(scene.ours, "amber", "coral", index)).check(words, policy)
    assert index < head.size

    receipts = [e for e, body in scene.ours.entries("coral") if opener(AMBER)(e, body) == b"receipt"]
    receipt = next(e for e in receipts if any(h.log == "amber" and h.size > index for h in e.heard))
    data = receipt.to_bytes()
    Proof.from_bytes(proof_file(scene.ours, "coral", "amber", receipt.index)).check(data, CARDS_ALONE["coral"])
    (signer,) = verify_entry(Entry.from_bytes(data), CORAL.card)
    assert ("coral", "coral") == (signer.party, signer.holder)


def test_threat_01_nothing_else_is_proven_by_it():
    """Other words, another place, a head that coral did not cosign with both keys: no proof."""
    scene = Scene()
    entries = [entry.to_bytes() for entry, _ in scene.ours.entries("amber")]
    proof = Proof.from_bytes(proof_file(scene.ours, "amber", "coral", 1))
    proof.check(entries[1], CARDS_ALONE["amber"])
    with pytest.raises(Tampered, match="entry 1 is not in the tree"):
        proof.check(entries[0], CARDS_ALONE["amber"])
    for lines in (proof.note.signatures[:2], proof.note.signatures[:3]):
        weaker = Proof(proof.index, proof.path, SignedNote(proof.note.text, lines))
        with pytest.raises((Tampered, NotAllowed)):
            weaker.check(entries[1], CARDS_ALONE["amber"])


def test_threat_01_a_denial_takes_nothing_back():
    """Coral offers a log without its receipt, or claims to hold nothing of ours: its signatures stay what they are."""
    scene = Scene(receipts=True)
    proof = proof_file(scene.ours, "amber", "coral", 1)
    kept = next(entry.to_bytes() for entry, _ in scene.ours.entries("amber", 1))
    lie = offered(note(scene.theirs.size("coral"), bytes(range(32))))
    scene.refused(lambda: scene.ours.witness("coral", lie, now_us=NOW_US), Tampered, "another root", ["fork"])
    Proof.from_bytes(proof).check(kept, CARDS_ALONE["amber"])
