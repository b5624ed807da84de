"""Threat 21: power lost at any moment: no receipt, head or cosignature ever left that is not on the disk."""

import asyncio
import contextlib
import random
from pathlib import Path

import pytest

from attacks.scene import AMBER, CORAL
from linked import Line, LinkedNode
from lossy_vfs import Loss, LossyVFS, put_down
from searoom.link.frames import Cosigned, Entries, Hello
from searoom.link.session import Role, Session
from searoom.record.checkpoint import SignedNote
from searoom.record.store import SqliteStore


class Meeting:
    """Amber calls coral, whose disk can lose power; whatever coral answers is compared with what its disk holds then."""

    def __init__(self, folder: Path, vfs: LossyVFS, loss: Loss) -> None:
        self.folder, self.vfs, self.loss = folder, vfs, loss
        self.rng, self.number = random.Random(21), 0
        self.store = SqliteStore(folder / "coral.db", vfs=vfs.name)
        self.coral = LinkedNode(CORAL, (AMBER, CORAL), self.store)
        self.amber = LinkedNode(AMBER, (AMBER, CORAL), receipts=False)
        self.line = Line(self._handler)

    async def _handler(self, data: bytes) -> bytes:
        answer = await self.coral.answers_to("amber")(data)
        self.left_behind(data, answer)
        return answer

    def left_behind(self, asked: bytes, answer: bytes) -> None:
        """Lose power now, start again from what is left, and compare it with what was just said."""
        files = self.vfs.crash(self.loss, self.rng)
        self.number += 1
        place = self.folder / f"after-{self.number}"
        put_down(files, place)
        session = Session(Role.CLIENT, "demo-2026", "amber", "coral")
        ours = Session(Role.SERVER, "demo-2026", "coral", "amber")
        for event in ours.receive_message(asked):
            session.send(event)
        with contextlib.closing(SqliteStore(place / "coral.db")) as store:
            for event in session.receive_message(answer):
                match event:
                    case Hello():
                        assert event.held_size <= store.size("amber")
                        assert event.own_size <= store.size("coral")
                    case Entries():
                        held = list(store.items(event.log, event.start, event.start + len(event.items)))
                        assert list(event.items) == held
                        assert SignedNote.from_bytes(event.note).checkpoint.size <= store.size(event.log)
                    case Cosigned():
                        size = SignedNote.from_bytes(event.note).checkpoint.size
                        (note,) = [note for by, note in store.cosigned("amber") if by == "coral"]
                        assert size <= store.size("amber")
                        assert SignedNote.from_bytes(note).checkpoint.size >= size
            again = LinkedNode(CORAL, (AMBER, CORAL), store)  # it starts, and speaks on
            assert not again.record.healing


@pytest.mark.parametrize("loss", [Loss.ALL, Loss.SOME, Loss.TORN])
def test_threat_21_whatever_left_is_on_the_disk(loss, tmp_path):
    """Receipts, entries, heads and cosignatures of a whole exchange, each against the disk at the moment it left."""
    vfs = LossyVFS(f"threat-21-{loss.name}")
    try:
        meeting = Meeting(tmp_path, vfs, loss)
        for number in range(4):
            meeting.amber.say(b"words %d" % number)
            meeting.coral.say(b"answer %d" % number)
            progress = asyncio.run(meeting.amber.courier("coral", meeting.line).meet())
            assert (True, "") == (progress.in_step, progress.fault)
        assert meeting.number >= 8
        assert meeting.coral.record.recorded("amber", "coral") == 4
        meeting.store.close()
    finally:
        vfs.unregister()


@pytest.mark.parametrize("loss", [Loss.ALL, Loss.TORN])
@pytest.mark.parametrize("step", range(0, 60, 7))
def test_threat_21_after_power_lost_at_any_step_nothing_is_doubled(step, loss, tmp_path):
    """Coral's disk stops in the middle of a write; started again from what is left, the next meeting completes it."""
    left: dict[str, bytes] = {}
    rng = random.Random(step)

    def stop(vfs: LossyVFS, _kind: str) -> None:
        if not left and started and vfs.steps - base >= step:
            left.update(vfs.crash(loss, rng))

    started, base = False, 0
    vfs = LossyVFS(f"threat-21-{loss.name}-{step}", on_step=stop)
    try:
        store = SqliteStore(tmp_path / "coral.db", vfs=vfs.name)
        coral = LinkedNode(CORAL, (AMBER, CORAL), store)
        amber = LinkedNode(AMBER, (AMBER, CORAL), receipts=False)
        amber.say(b"one")
        assert asyncio.run(amber.calling(coral).meet()).in_step
        started, base = True, vfs.steps
        amber.say(b"two")
        half = asyncio.run(amber.calling(coral).meet())
        left = left or vfs.crash(loss, rng)
        store.close()
    finally:
        vfs.unregister()
    assert half.in_step
    put_down(left, tmp_path / "after")
    with contextlib.closing(SqliteStore(tmp_path / "after" / "coral.db")) as store:
        before = amber.record.size("coral")
        coral = LinkedNode(CORAL, (AMBER, CORAL), store)
        progress = asyncio.run(amber.calling(coral).meet())
        assert (True, "") == (progress.in_step, progress.fault)
        assert [b"one", b"two"] == coral.heard("amber")
        assert amber.record.size("coral") == coral.record.size("coral") >= before
        assert [] == [piece for piece in amber.record.evidence() if piece.kind == "fork"]
        coral.say(b"the next honest word")
        assert asyncio.run(amber.calling(coral).meet()).in_step
