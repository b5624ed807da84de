"""Threat 5: a counterpart withholds receipts or cosignatures: never *recorded*, and the silence is seen."""

import asyncio

import pytest

from attacks.scene import Scene, digest
from linked import Scripted
from searoom.errors import PeerFault


class Withholding:
    """Coral's true node behind a line on which it keeps its cosignatures to itself."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.honest = scene, scene.coral.answers_to("amber")
        self.calls = 0

    async def exchange(self, data: bytes, *, urgent: bool = False) -> bytes:
        del urgent
        self.calls += 1
        if self.calls <= 2:  # asks, then hands our entries over
            return await self.honest(data)
        return self.scene.answer()(data)


def test_threat_05_stored_and_not_signed_for_is_never_recorded():
    """They have our words and will not say so: the meeting ends with that sentence, at once and not for ever."""
    scene = Scene()
    scene.amber.say(b"you have this")
    line = Withholding(scene)
    with pytest.raises(PeerFault, match="hold our entries but do not countersign them"):
        raise PeerFault(asyncio.run(scene.amber.courier("coral", line).meet()).fault)
    assert line.calls <= 4
    assert (3, 2) == (scene.theirs.size("amber"), scene.ours.recorded("amber", "coral"))
    assert [] == scene.ours.evidence()  # silence proves nothing
    scene.honest()
    assert scene.ours.recorded("amber", "coral") == scene.ours.size("amber")


def test_threat_05_words_that_they_never_store():
    """They take what we send and go on holding nothing of it."""
    scene = Scene()
    scene.amber.say(b"words")
    scene.refused(scene.meeting(), PeerFault, "did not store the entries that we sent")


def test_threat_05_since_when_they_are_silent_is_known():
    """The last time that they said anything stands; refusing to answer moves it not."""
    scene = Scene()
    courier = scene.amber.calling(scene.coral)
    asyncio.run(courier.meet())
    heard_us = courier.last_contact_us
    assert heard_us == scene.amber.now_us

    async def dead(_data: bytes, *, urgent: bool = False) -> bytes:
        raise PeerFault(f"nobody answers {urgent}")

    courier._carrier.exchange = dead  # type: ignore[method-assign]  # the line is cut
    scene.amber.now_us += 86_400_000_000
    before = digest(scene.store)
    assert "nobody answers" in asyncio.run(courier.meet()).fault
    assert (heard_us, before) == (courier.last_contact_us, digest(scene.store))
    scene.honest()


def test_threat_05_a_promise_of_entries_that_never_come():
    """They say that they have more, meeting after meeting, and hand over none."""
    scene = Scene()
    for _ in range(3):
        scene.refused(scene.meeting(own_size=99), PeerFault, "hand over none")
    asyncio.run(scene.amber.courier("coral", Scripted(scene.answer())).meet())
