"""Threat 3: a counterpart signs two histories: nothing is cosigned, both are kept, and messages still flow."""

import dataclasses

import pytest

from attacks.scene import AMBER, CORAL, RING, Scene, ahead, digest, note, offered, words
from builders import NOW_US, epoch, epoch_words, make_record, say
from linked import LinkedNode
from searoom.errors import NotAllowed, PeerFault, Tampered
from searoom.link.frames import Witness
from searoom.record import ahead as aheads
from searoom.record import forks, heads
from searoom.record.entry import Heard
from searoom.record.merkle import Tree, leaf_hash


def accuses(scene: Scene) -> str:
    """Return what the fork file says that comes of amber's evidence, judged by coral's card alone."""
    (fork,) = forks.from_evidence(scene.ours.evidence())
    return forks.check(forks.read(fork.to_bytes()), [CORAL.card])


def test_threat_03_two_roots_of_one_size():
    """Not cosigned; both notes are kept, and the file made of them accuses coral to anybody who has its card."""
    scene = Scene()
    lie = offered(note(2, bytes(range(32))))
    scene.refused(lambda: scene.ours.witness("coral", lie, now_us=NOW_US), Tampered, "is forked", ["fork"])
    assert "two different logs of one size, 2" in accuses(scene)
    assert "not proven: which of the two is the true one" in accuses(scene)
    with pytest.raises(NotAllowed, match="card of 'coral' is needed"):
        forks.check(forks.from_evidence(scene.ours.evidence())[0], [AMBER.card])


@pytest.mark.parametrize("more", [0, 2])
def test_threat_03_two_entries_at_one_place(more):
    """The second is refused, alone or amid others; the file of the two accuses coral to anybody who has its card."""
    scene = Scene()
    last = list(scene.theirs.entries("coral"))[1][0]
    items = []
    for number in range(1 + more):
        released, body = words(b"to somebody else %d" % number)
        lie = scene.placed(released, index=1 + number, height=last.height + number, heard=last.heard)
        items.append((lie.to_bytes(), body))
    scene.refused(scene.admit(scene.batch(items, start=1)), Tampered, "is forked", ["fork"])
    assert "two different entries for one place, 1" in accuses(scene)


def test_threat_03_a_fork_file_that_was_bent_accuses_nobody():
    """Any changed byte of it: no fork file, or one that proves nothing."""
    scene = Scene()
    lie = offered(note(2, bytes(range(32))))
    scene.refused(lambda: scene.ours.witness("coral", lie, now_us=NOW_US), Tampered, "is forked", ["fork"])
    data = forks.from_evidence(scene.ours.evidence())[0].to_bytes()
    for at in range(0, len(data), 61):
        bent = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with pytest.raises((NotAllowed, Tampered)):
            forks.check(forks.read(bent), [CORAL.card])


def test_threat_03_an_entry_ahead_and_the_log_differ():
    """Coral sends a flash ahead and places other words there: both are kept, and neither replaces the other."""
    scene = Scene()
    flash = scene.lie(*words(b"flash"))
    ((data, body),) = flash.items
    tree = Tree([*(leaf_hash(e.to_bytes()) for e, _ in scene.theirs.entries("coral")), leaf_hash(data)])
    sent = aheads.Ahead("coral", 2, data, body, tree.inclusion(2), flash.note)
    assert scene.ours.take_ahead(sent, now_us=NOW_US)
    before = digest(scene.store)
    with pytest.raises(Tampered, match="came ahead in other bytes"):
        scene.ours.admit(scene.lie(*words(b"something else")), now_us=NOW_US)
    assert ["fork"] == [piece.kind for piece in scene.ours.evidence()]
    assert before == digest(scene.store)
    scene.amber.say(b"ours still reach them")
    assert scene.theirs.admit(scene.ours.batch("amber", 2), now_us=NOW_US) == 3  # type: ignore[arg-type]  # a test bends what it passes
    assert scene.ours.admit(flash, now_us=NOW_US) == 3  # and theirs, as they sent them ahead
    assert () == scene.ours.aheads("coral")


def test_threat_03_two_entries_ahead_of_one_place():
    """Two flashes of one place: the first stays, the second is proof."""
    scene = Scene()
    other = LinkedNode(CORAL, (AMBER, CORAL), receipts=False)
    for _ in range(3):
        other.say(b"another flash")
    scene.coral.say(b"a flash")
    scene.call(scene.message(ahead(scene.theirs, 2)))
    scene.refused(scene.calling(ahead(other.record, 2)), PeerFault, "comes ahead|came ahead in other bytes", ["fork"])


def test_threat_03_no_cosignature_is_coaxed_over_the_link():
    """Asked in a meeting or by a call, the fork is not cosigned, and the next honest head is."""
    scene = Scene()
    lie = offered(note(2, bytes(range(32))))
    scene.refused(scene.meeting(Witness(lie)), PeerFault, "cannot be met: the log of coral is forked", ["fork"])
    lie = offered(note(3, bytes(range(32))))
    scene.refused(scene.calling(Witness(lie)), PeerFault, "cannot be met: the log of coral is forked", ["fork"])


def test_threat_03_after_a_fork_their_words_come_in_a_new_log():
    """Who lost its log goes on in a new one that two of its officers open; one officer's word opens none."""
    scene = Scene()
    double = make_record(CORAL, RING)
    say(double, CORAL, b"another history")
    forked = double.batch("coral", 0)
    assert forked is not None
    scene.refused(scene.admit(forked), Tampered, "is forked", ["fork"])
    epoch(scene.theirs, CORAL, "our log was forked")
    scene.in_step()
    assert ("coral.2", 1) == (scene.ours.log_of("coral"), scene.ours.size("coral.2"))
    assert scene.ours.recorded("coral.2", "amber") == 1
    scene.honest()


def test_threat_03_one_officer_opens_no_new_log():
    """A new log takes two persons, and the receiver asks so too."""
    scene = Scene()
    released, body = epoch_words(scene.theirs, CORAL, signers=CORAL.officers[:1])
    with pytest.raises(NotAllowed, match="it takes two"):
        scene.theirs.open_log(released, body, now_us=NOW_US)
    heard = (*scene.theirs.heard(), Heard("coral", 2, scene.theirs.root("coral")))
    entry = scene.placed(released, log="coral.2", index=0, heard=heard)
    data = entry.to_bytes()
    signed = heads.sign_head(RING.mechanism, "coral.2", 1, Tree([leaf_hash(data)]).root(), CORAL.log)
    batch = dataclasses.replace(scene.next_batch(), log="coral.2", start=0, items=((data, body),), note=signed)
    scene.refused(scene.admit(batch), NotAllowed, "it takes two", ["refused"])
