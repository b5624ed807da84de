"""Threat 24: somebody can forge every Ed25519 signature: what is *recorded* bears ML-DSA-44 beside it, and stays proven."""

import dataclasses

import pytest

from attacks.scene import AMBER, CORAL, RING, Scene, note, offered, words
from builders import MECHANISM, NOW_US, seed
from searoom.errors import NotAllowed, SearoomError, Tampered
from searoom.record import checkpoint, heads
from searoom.record.algorithms import ML_DSA_44, SigningKey
from searoom.record.checkpoint import SignedNote
from searoom.record.merkle import leaf_hash
from searoom.record.policy import everybody
from searoom.record.proof import Proof

STRANGER = SigningKey(seed("an enemy"), ML_DSA_44)  # of the post-quantum keys the enemy has none
POLICY = everybody(heads.log_verifiers(RING, "amber", 1), {"coral": heads.mirror_verifiers(RING, "coral")[0]})


def forged(size: int, root: bytes, *, lines: tuple[str, ...] = ()) -> bytes:
    """Return a cosigned head of amber's log with its Ed25519 lines true and those in `lines` by the enemy's own key."""
    log_pq = STRANGER if "log" in lines else AMBER.keys.log_pq
    mirror_pq = STRANGER if "mirror" in lines else CORAL.keys.mirror_pq
    head = note(size, root, party=AMBER)
    signed = SignedNote.from_bytes(heads.offer(head, log_pq, NOW_US))  # type: ignore[arg-type]  # a test bends what it passes
    return heads.cosign(signed, MECHANISM, "coral", (CORAL.mirror, mirror_pq), NOW_US)  # type: ignore[arg-type]  # a test bends what it passes


def without(cosigned: bytes, *kinds: str) -> bytes:
    """Return a note without the ML-DSA-44 lines of the log or of the mirror."""
    signed = SignedNote.from_bytes(cosigned)
    kept = [
        line
        for line in signed.signatures
        if len(line.value) < 1000 or ("mirror" if line.name.endswith("/mirror") else "log") not in kinds
    ]
    return SignedNote(signed.text, tuple(kept)).to_bytes()


@pytest.mark.parametrize(
    "make",
    [
        lambda root: forged(3, root, lines=("mirror",)),
        lambda root: forged(3, root, lines=("log",)),
        lambda root: forged(3, root, lines=("log", "mirror")),
        lambda root: without(forged(3, root), "mirror"),
        lambda root: without(forged(3, root), "log"),
        lambda root: without(forged(3, root), "log", "mirror"),
    ],
    ids=["mirror forged", "log forged", "both forged", "no mirror line", "no log line", "Ed25519 alone"],
)
def test_threat_24_nothing_is_recorded_by_ed25519_alone(make):
    """A cosignature whose ML-DSA-44 lines are missing or another's is refused; the true one is taken after it."""
    scene = Scene()
    scene.amber.say(b"words that coral never stored")
    scene.refused(
        lambda: scene.ours.accept_cosignature("coral", make(scene.ours.root("amber", 3))), Tampered,
        "lacks the signature line|no known key", ["forged"],
    )  # fmt: skip
    assert scene.ours.recorded("amber", "coral") == scene.ours.size("amber") > 3


def test_threat_24_no_head_is_cosigned_by_ed25519_alone():
    """A forged head of coral's log, with every Ed25519 signature right: amber's mirror signs nothing."""
    scene = Scene()
    head = note(2, bytes(range(32)))
    for lie in (head, offered(head, key=STRANGER)):
        scene.refused(
            lambda lie=lie: scene.ours.witness("coral", lie, now_us=NOW_US), Tampered,  # type: ignore[misc]  # a test bends what it passes
            "lacks the signature line|no known key", ["forged"],
        )  # fmt: skip


def test_threat_24_entries_made_with_forged_keys_are_never_recorded():
    """An entry forged in all its Ed25519 parts may stand in our copy; it is *delivered*, and no more can be shown of it."""
    scene = Scene()
    assert 3 == scene.ours.admit(scene.lie(*words(b"made by an enemy")), now_us=NOW_US)
    assert 2 == scene.ours.recorded("coral", "amber")
    with pytest.raises(SearoomError):
        scene.ours.witness("coral", offered(scene.ours.note("coral"), key=STRANGER), now_us=NOW_US)
    assert 2 == scene.ours.recorded("coral", "amber")
    scene.coral.say(b"what coral said itself")  # and the true log contradicts it at the next contact
    with pytest.raises(Tampered, match="is forked"):
        batch = scene.theirs.batch("coral", 2)
        assert batch is not None
        scene.ours.admit(batch, now_us=NOW_US)


def test_threat_24_an_old_proof_file_stays_proven():
    """A proof that was made before needs the ML-DSA-44 lines for its policy: a forged head in it proves nothing."""
    scene = Scene()
    leaves = [entry.to_bytes() for entry, _ in scene.ours.entries("amber")]
    true = scene.ours.cosigned("amber", "coral")
    assert true is not None
    proof = Proof(1, (leaf_hash(leaves[0]),), SignedNote.from_bytes(true))
    proof.check(leaves[1], POLICY)
    for lie in (without(true, "mirror"), forged(2, scene.ours.root("amber"), lines=("mirror",))):
        with pytest.raises((Tampered, NotAllowed)):
            dataclasses.replace(proof, note=SignedNote.from_bytes(lie)).check(leaves[1], POLICY)
    assert checkpoint.ML_DSA_TYPE == 0x06
