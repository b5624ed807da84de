"""Threat 11: who owns the network drops, delays, reorders, replays, duplicates and cuts: nothing is lost, doubled or moved."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest

from attacks.scene import HOUR_US, Scene, digest, frame
from builders import parties
from linked import TEXT, LinkedNode, spoken
from searoom.errors import PeerFault
from searoom.link.frames import End, Hello
from searoom.record.store import SqliteStore

Handler = Callable[[bytes], Awaitable[bytes]]


class Storm:
    """A line in the hands of an enemy who cannot sign: each exchange is spoilt in a way that the seed decides."""

    def __init__(self, handler: Handler, rng: random.Random) -> None:
        self._handler, self._rng = handler, rng
        self.heard: list[bytes] = []
        self.told: list[bytes] = []
        self.deeds: set[str] = set()

    async def exchange(self, data: bytes, *, urgent: bool = False) -> bytes:
        del urgent
        deed = self._rng.choice(
            ["pass", "drop", "answer lost", "twice", "replay", "old answer", "cut", "cut answer", "flip", "flip answer"]
        )
        self.deeds.add(deed)
        self.heard.append(data)
        if deed == "drop":
            raise PeerFault("dropped")
        if deed == "replay":
            await self._try(self._rng.choice(self.heard))
        if deed == "twice":
            await self._try(data)
        if deed in ("cut", "flip"):
            return await self._handler(self._spoilt(data, deed))
        answer = await self._handler(data)
        self.told.append(answer)
        if deed == "answer lost":
            raise PeerFault("lost")
        if deed == "old answer":
            return self._rng.choice(self.told)
        return self._spoilt(answer, deed.partition(" ")[0]) if deed.endswith(" answer") else answer

    def _spoilt(self, data: bytes, deed: str) -> bytes:
        at = self._rng.randrange(len(data))
        return data[:at] if deed == "cut" else data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :]

    async def _try(self, data: bytes) -> None:
        try:
            await self._handler(data)
        except PeerFault:
            self.deeds.add("refused")


@pytest.mark.parametrize("seed", range(4))
def test_threat_11_a_storm_loses_and_doubles_nothing(seed):
    """After fifty spoilt meetings all words of both are there, once each, in their order, and nobody is accused of a fork."""
    scene, rng = Scene(), random.Random(seed)
    said: dict[str, list[bytes]] = {"amber": [b"amber 0", b"amber 1"], "coral": [b"coral 0", b"coral 1"]}
    storms = []
    for number in range(25):
        for node, other in ((scene.amber, scene.coral), (scene.coral, scene.amber)):
            node.now_us += HOUR_US
            words = b"%s in the storm %d" % (node.name.encode(), number)
            node.say(words)
            said[node.name].append(words)
            storm = Storm(other.answers_to(node.name), rng)
            storms.append(storm)
            asyncio.run(node.courier(other.name, storm, max_rounds=6).meet())
    assert {"drop", "replay", "twice", "cut", "flip", "old answer"} <= set.union(*(s.deeds for s in storms))
    scene.honest()
    for node, other in ((scene.amber, scene.coral), (scene.coral, scene.amber)):
        assert said[node.name] == node.heard(node.name)[: len(said[node.name])]
        assert said[node.name] == other.heard(node.name)[: len(said[node.name])]
        assert not [piece for piece in node.record.evidence() if piece.kind == "fork"]


def test_threat_11_a_message_cut_at_any_byte_is_none():
    """Whole or not at all, wherever the line was cut, on the way there and on the way back."""
    scene = Scene()
    scene.coral.say(b"cut")
    batch = scene.next_batch()
    whole = scene.message(frame(batch))
    before = digest(scene.store)
    for at in range(len(whole) - 1, 0, -41):
        with pytest.raises(PeerFault, match="is no message of the exchange"):
            scene.call(whole[:at])
        with pytest.raises(PeerFault):
            scene.meet(lambda message, at=at: scene.answer(frame(batch))(message)[:-at])  # type: ignore[misc]  # a test bends what it passes
    assert before == digest(scene.store)
    scene.honest()


def test_threat_11_everything_ever_said_comes_again():
    """All messages of a long exchange, again and in another order: not a byte of the store changes."""
    scene = Scene()
    storm = Storm(scene.amber.answers_to("coral"), random.Random(1))
    heard: list[bytes] = []

    async def remember(data: bytes, *, urgent: bool = False) -> bytes:
        heard.append(data)
        return await scene.amber.answers_to("coral")(data)

    storm.exchange = remember  # type: ignore[method-assign]  # a test bends what it passes
    for number in range(4):
        scene.coral.say(b"%d" % number)
        asyncio.run(scene.coral.courier("amber", storm).meet())
    scene.in_step()
    before, told = digest(scene.store), list(scene.amber.told)
    random.Random(2).shuffle(heard)
    for data in heard * 2:
        scene.amber.now_us += HOUR_US
        asyncio.run(scene.amber.answerer.handle("coral", data))
    assert (before, told) == (digest(scene.store), scene.amber.told)
    scene.honest()


def test_threat_11_words_of_one_pair_mean_nothing_to_another():
    """A message recorded between coral and a third is no message between coral and amber."""
    scene = Scene()
    members = parties("amber", "coral", "teal")
    teal = LinkedNode(members[2], members, SqliteStore(":memory:"))
    hello = Hello("demo-2026", TEXT, "coral", "coral", 2, "teal", 0, teal.record.root("teal"))
    message = spoken("teal", "coral", [hello, End()])
    scene.refused(lambda: scene.call(message), PeerFault, "other logs than its own")
