"""Threat 22: an accident, a fault of ours or a third party's trick is never shown as betrayal, nor betrayal as an accident."""

import asyncio
import dataclasses

import pytest

from attacks.scene import AMBER, CORAL, Scene, digest, frame
from builders import NOW_US
from linked import LinkedNode, Scripted, nodes
from searoom.errors import Tampered
from searoom.link.frames import Entries
from searoom.link.progress import Verdict


def forks(node: LinkedNode) -> int:
    """Return how many proofs of a fork a node holds."""
    return len([piece for piece in node.record.evidence() if piece.kind == "fork"])


def test_threat_22_the_four_verdicts_are_four():
    """What cannot be verified yet, who was restored, and what is proven, each in its own words."""
    assert 5 == len(set(Verdict)) == len({verdict.value for verdict in Verdict})
    assert "restored" in Verdict.THEY_RESTORED.value
    assert "our store" in Verdict.WE_RESTORED.value
    assert "proven" in Verdict.FORK.value
    assert "yet" in Verdict.NOT_YET.value


def test_threat_22_their_restored_node_is_called_so():
    """Coral lost everything and asks for it: no fork, no refusal, and it is filled again from our mirror."""
    scene = Scene()
    bare = LinkedNode(CORAL, (AMBER, CORAL), receipts=False)
    courier = scene.amber.calling(bare)
    progress = asyncio.run(courier.meet())
    assert Verdict.THEY_RESTORED is progress.verdict is courier.verdict
    assert (0, 0) == (forks(scene.amber), forks(bare))
    assert scene.theirs.root("coral") == bare.record.root("coral")
    assert Verdict.CLEAR is asyncio.run(courier.meet()).verdict


def test_threat_22_our_restored_node_accuses_nobody():
    """Amber lost everything: it is told that our store was put back, and coral is accused of nothing."""
    scene = Scene()
    bare = LinkedNode(AMBER, (AMBER, CORAL), receipts=False)
    progress = asyncio.run(bare.calling(scene.coral).meet())
    assert (Verdict.WE_RESTORED, 2) == (progress.verdict, progress.healed)
    assert (0, 0) == (forks(bare), forks(scene.coral))
    assert scene.ours.root("amber") == bare.record.root("amber")


def test_threat_22_a_claim_without_proof_is_not_yet_verified():
    """Coral says that it holds more of our log and shows nothing: a claim, kept as one; we go on speaking."""
    scene = Scene()
    courier = scene.amber.courier("coral", Scripted(scene.answer(held_size=9)))
    before = digest(scene.store)
    assert Verdict.NOT_YET is asyncio.run(courier.meet()).verdict
    assert (before, 0, False) == (digest(scene.store), forks(scene.amber), scene.ours.healing)
    assert ["hello"] == [piece.kind for piece in scene.ours.evidence()]
    scene.honest()


def test_threat_22_entries_that_have_heard_what_we_lack_wait():
    """Words of coral's that have heard teal's, which we do not hold yet, are no fault and no evidence."""
    amber, coral, teal = nodes("amber", "coral", "teal", receipts=False)
    teal.say(b"to both")
    assert asyncio.run(coral.calling(teal).meet()).in_step
    coral.say(b"after teal")
    batch = coral.record.batch("coral", 0)
    assert batch is not None
    scene = Scene()
    answer = scene.answer(frame(batch), own_size=1, held_size=0, held_root=amber.record.root("amber"))
    progress = asyncio.run(amber.courier("coral", Scripted(answer)).meet())
    assert (Verdict.NOT_YET, 0) == (progress.verdict, len(amber.record.evidence()))
    assert "cannot be verified yet" in progress.fault
    assert asyncio.run(amber.calling(coral).meet()).in_step
    assert amber.heard("coral") == [b"after teal"]


@pytest.mark.parametrize("what", ["station signature", "officer signature", "time", "body"])
def test_threat_22_a_byte_that_was_bent_on_the_way_proves_no_fork(what):
    """A known entry comes again in other bytes that nobody signed: a refusal, and no accusation of coral."""
    scene = Scene()
    batch = scene.next_batch()
    ((data, body),) = batch.items
    entry = next(scene.theirs.entries("coral", batch.start))[0]
    pieces = {
        "station signature": entry.station.value,
        "officer signature": entry.released.signatures[0].value,
        "time": entry.placed_us.to_bytes(8, "big"),
        "body": body,
    }
    whole = body if what == "body" else data
    at = whole.index(pieces[what]) + len(pieces[what]) - 1
    bent = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
    item = (data, bent) if what == "body" else (bent, body)
    lie = dataclasses.replace(batch, items=(item,))
    scene.refused(scene.admit(lie), Tampered, "does not hold|not the one", [] if what == "body" else ["forged"])
    assert 0 == forks(scene.amber)
    courier = scene.amber.courier("coral", Scripted(scene.answer(frame(lie))))
    asyncio.run(courier.meet())
    assert Verdict.FORK is not courier.verdict


def test_threat_22_a_third_party_cannot_make_two_enemies():
    """Teal hands on coral's log with entries of its own making: it is refused, and coral stands accused of nothing."""
    amber, coral, teal = nodes("amber", "coral", "teal", receipts=False)
    for number in range(2):
        coral.say(b"%d" % number)
    for one, other in ((amber, coral), (teal, coral)):
        assert asyncio.run(one.calling(other).meet()).in_step
    true = teal.record.batch("coral", 0)
    own = teal.record
    assert true is not None
    forged = [(data[:-1] + bytes([data[-1] ^ 1]), body) for data, body in true.items]
    before = amber.state()
    for items in ((forged[0], true.items[1]), (true.items[0], forged[1]), tuple(reversed(true.items))):
        lie = dataclasses.replace(true, items=items)
        with pytest.raises(Exception, match="does not hold|comes where|number"):
            amber.record.admit(lie, now_us=NOW_US)
    assert (before, 0) == (amber.state(), forks(amber))
    assert own.root("coral") == coral.record.root("coral")
    coral.say(b"the next honest word")
    assert asyncio.run(amber.calling(coral).meet()).in_step


def test_threat_22_what_is_proven_is_not_called_an_accident():
    """Two entries of one place, both signed: a fork, whatever else they say in the same breath."""
    scene = Scene()
    double = LinkedNode(CORAL, (AMBER, CORAL), receipts=False)
    double.say(b"to somebody else")
    batch = double.record.batch("coral", 0)
    assert batch is not None
    said = Entries(batch.log, batch.start, batch.items, batch.note, batch.proof)
    courier = scene.amber.courier("coral", Scripted(scene.answer(said, own_size=1)))
    assert courier.verdict is Verdict.CLEAR
    direct = scene.amber.courier("coral", Scripted(scene.answer(said)))
    assert Verdict.FORK is asyncio.run(direct.meet()).verdict
    assert 1 == forks(scene.amber)
    scene.honest()


def test_threat_22_clocks_that_differ_by_years_are_no_fault():
    """Neither side is refused or accused for its clock."""
    scene = Scene()
    scene.coral.now_us += 10**15
    scene.amber.now_us -= 10**15
    scene.honest()
    assert ([], []) == (scene.ours.evidence(), scene.theirs.evidence())
