"""Threat 4: a counterpart rewrites, truncates or rolls back its log: our copy stays, and it is told what it is."""

import asyncio
import dataclasses

from attacks.scene import AMBER, CORAL, RING, Scene, digest, frame, note, offered, words
from builders import make_record, say
from linked import LinkedNode, Scripted
from searoom.errors import NotAllowed, PeerFault, Tampered
from searoom.link.frames import Witness
from searoom.link.progress import Verdict
from searoom.record import heads
from searoom.record.batch import Batch
from searoom.record.entry import Entry, verify_entry
from searoom.record.merkle import Tree, leaf_hash


def test_threat_04_a_log_begun_anew():
    """Coral forgets all and begins again under the old name: a fork, whatever it says then."""
    scene = Scene()
    fresh = make_record(CORAL, RING)
    for number in range(5):
        say(fresh, CORAL, b"new %d" % number)
    for start in (0, 1):
        batch = fresh.batch("coral", start)
        assert batch is not None
        scene.refused(scene.admit(batch), Tampered, "is forked", ["fork"])


def test_threat_04_a_history_rewritten_behind_our_back():
    """What follows is placed on another past: the consistency of heads does not hold, and nothing of it is taken."""
    scene = Scene()
    honest = [leaf_hash(entry.to_bytes()) for entry, _ in scene.theirs.entries("coral")]
    released, body = words(b"on another past")
    data = scene.placed(released).to_bytes()
    rewritten = Tree([honest[0], bytes(32), leaf_hash(data)])
    batch = Batch("coral", 2, ((data, body),), note(3, rewritten.root()))
    scene.refused(scene.admit(batch), Tampered, "two trees of one size", ["note"])


def test_threat_04_a_log_that_got_shorter():
    """It says that it has one entry where we hold two, and does not ask for it: told so, kept, and ours stays."""
    scene = Scene()
    refusal = scene.refused(scene.meeting(own_size=1), PeerFault, "we hold more of their log than they do", ["hello"])
    assert "disowns" in refusal.sentence
    batch = scene.ours.batch("coral", 0)  # our mirror has their old entries, with their own signature
    assert batch is not None
    assert [b"coral 0", b"coral 1"] == scene.amber.heard("coral")[:2]
    assert heads.read_head(batch.note, "coral", RING).size == scene.ours.size("coral")
    for data, _ in batch.items:
        verify_entry(Entry.from_bytes(data), CORAL.card)


def test_threat_04_an_old_head_takes_nothing_back():
    """A smaller head, honestly signed long ago, is answered with the larger cosignature; nothing shrinks."""
    scene = Scene()
    old = offered(note(1, scene.theirs.root("coral", 1)))
    before = digest(scene.store)
    asyncio.run(scene.amber.courier("coral", Scripted(scene.answer(Witness(old)))).meet())
    assert before == digest(scene.store)
    assert (2, 2) == (scene.ours.recorded("coral", "amber"), scene.ours.size("coral"))
    scene.honest()


def test_threat_04_the_empty_log_takes_nothing_back():
    """The head of nothing, rightly signed, over a log of two."""
    scene = Scene()
    batch = dataclasses.replace(scene.next_batch(), note=note(0, Tree().root()))
    scene.refused(scene.admit(batch), NotAllowed, "its note is of size 0", ["note"])


def test_threat_04_it_is_told_from_a_node_that_was_restored():
    """The same shorter log with a request for the rest is an accident, and is filled again."""
    scene = Scene()
    whole = scene.theirs.batch("coral", 0)
    assert whole is not None
    bare = LinkedNode(CORAL, (AMBER, CORAL), receipts=False)
    courier = scene.amber.calling(bare)
    progress = asyncio.run(courier.meet())
    assert Verdict.THEY_RESTORED is progress.verdict
    assert bare.record.root("coral") == scene.ours.root("coral")
    assert frame(whole).items == frame(bare.record.batch("coral", 0)).items  # type: ignore[arg-type]  # a test bends what it passes
