"""All nodes of a story, the lines between them, and what a process does around the parts that are judged."""

import asyncio
import random
import traceback
from collections.abc import Awaitable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from searoom.errors import PeerFault, SearoomError, StateUnknown
from soak import liar
from soak.disk import PowerLoss
from soak.faulty import Plan
from soak.flashes import Flashes
from soak.judge import Judge
from soak.people import NAMES
from soak.station import Node
from soak.timeline import Trace, VirtualLoop
from soak.wire import Net

STEPS: Final = 60
THREE: Final = 0.4  # how often there are three nodes, where a script does not say
LIAR: Final = "coral"
PATIENCE_S: Final = 3600.0
LYING: Final = 0.5  # of a liar's messages


@dataclass(frozen=True, slots=True)
class Script:
    """How a story is made: its length, how often what happens (`more`), whether machines and lines fail, who lies."""

    steps: int = STEPS
    nodes: int = 0  # 0: two or three, as chance has it
    lies: tuple[str, ...] = ()  # of `liar.LIES`; coral tells them
    crash_at: tuple[str, Plan] | None = None  # this node, at this write
    faults: bool = True
    more: dict[str, float] = field(default_factory=dict)


class World:
    """What happens in a story happens here; `deeds` says what, `stories` says when."""

    def __init__(self, seed: int, script: Script, folder: Path, loop: VirtualLoop) -> None:
        self.chance = random.Random(seed)
        self.script, self.loop = script, loop
        names = NAMES[: script.nodes or 2 + (self.chance.random() < THREE)]
        self.trace = Trace(loop)
        self.judge = Judge([name for name in names if not (script.lies and name == LIAR)])
        self.net = Net(self.chance, self.judge, self.trace)
        self.net.serve, self.net.bend = self._serve, self._bend
        self.nodes = {name: self._node(name, names, folder) for name in names}
        self.flashes = Flashes(self.nodes, self.net, self.judge)
        self.tasks: dict[asyncio.Task[None], str] = {}
        self.lying = bool(script.lies)
        self.caught: set[str] = set()  # who must have kept proof of a fork
        self._said = 0

    def _node(self, name: str, names: Sequence[str], folder: Path) -> Node:
        (folder / name).mkdir()
        return Node(name, tuple(names), folder / name, self.net, self.judge, self.trace, self.loop)

    def words(self) -> str:
        """Return words that were not said before."""
        self._said += 1
        return f"words {self._said} "

    def one(self, *, up: bool = True) -> Node | None:
        """Return a node that is up, or that is down; None where there is none."""
        some = [node for node in self.nodes.values() if node.up == up]
        return self.chance.choice(some) if some else None

    def may_begin_anew(self, node: Node) -> bool:
        """Whether officers may open a new log: their node was put back, and no card of theirs was lost with it."""
        newest = max(self.judge.cards(holder, node.name) for holder in self.judge.honest)
        known = self.judge.cards(node.name, node.name) if node.name in self.judge.honest else newest
        return node.record.healing and known == newest

    # -- meetings --------------------------------------------------------------------------------

    def spawn(self, node: Node, work: Coroutine[Any, Any, None]) -> None:
        """Let something go on beside the story."""
        task = self.loop.create_task(work)
        self.tasks[task] = node.name
        task.add_done_callback(lambda done: self.tasks.pop(done, None))

    async def end_tasks(self) -> None:
        """Let what is under way come to its end, or end it."""
        waiting = list(self.tasks)
        if waiting:
            await asyncio.wait(waiting, timeout=PATIENCE_S)
        for task in list(self.tasks):
            task.cancel()
        if self.tasks:
            await asyncio.wait(list(self.tasks))

    async def meeting(self, node: Node, peer: str) -> None:
        """Let a node meet a peer, whatever comes of it."""
        if node.up:
            await self.guarded(node, self._met(node, peer))

    async def _met(self, node: Node, peer: str) -> None:
        progress = await node.meet(peer)
        outcome = "in step" if progress.in_step else "fault" if progress.fault else "not yet in step"
        self.trace.add(f"{node.name} met {peer}: {outcome}, {progress.rounds} rounds")
        if progress.fault:
            self._refused(node, progress.fault)

    async def guarded(self, node: Node, work: Awaitable[None]) -> None:
        """Do a node's work as its process would: what ends it ends here."""
        record = node.record
        try:
            await work
        except PowerLoss:
            self.trace.add(f"{node.name} died at its work")
        except StateUnknown:
            self.trace.add(f"{node.name} broke off: its disk failed")
            if node.up and node.record is record:
                node.recover()
        except Exception as fault:  # noqa: BLE001  # nothing else may come out of it
            self._crash(node, fault)

    async def _serve(self, server: str, client: str, data: bytes) -> bytes:
        """Answer a request as a node's peer port does: what is theirs becomes a refusal, what is ours a silence."""
        node = self.nodes[server]
        if not node.up:
            raise PeerFault("nobody answers")
        answers: list[bytes] = []
        await self.guarded(node, self._handle(node, client, data, answers))
        if not answers:
            raise PeerFault("the other node cannot answer, or could not use what we sent")
        return answers[0]

    async def _handle(self, node: Node, client: str, data: bytes, answers: list[bytes]) -> None:
        try:
            answers.append(await node.answerer.handle(client, data))
        except PeerFault as fault:
            self._refused(node, f"{node.name} refuses: {fault.sentence}")
        if node.up and (refusal := node.answerer.last_fault.get(client)):
            self._refused(node, f"{node.name} says to {client}: {refusal}")

    def _bend(self, speaker: str, listener: str, data: bytes) -> bytes:
        """Let the liar lie to the honest, now and then."""
        if not self.lying or speaker != LIAR or self.chance.random() > LYING:
            return data
        kind = self.chance.choice(self.script.lies)
        scene = liar.Scene(self.nodes[speaker], self.judge.holdings[listener], self.chance)
        told = liar.bent(kind, scene, data)
        if told != data:
            self.net.fault("lies")
            self.trace.add(f"{speaker} lies to {listener}: {kind}")
        return told

    def _refused(self, node: Node, sentence: str) -> None:
        """Take note of why a node has refused something; where it saw a fork, it must have kept the proof."""
        self.trace.detail(sentence)
        if "is forked" in sentence and "they say" not in sentence:
            self.caught.add(node.name)

    def _crash(self, node: Node, fault: Exception) -> None:
        self.trace.detail("".join(traceback.format_exception(fault)))
        if isinstance(fault, SearoomError):
            self.judge.breach("no-crash", f"{node.name} let a {type(fault).__name__} out: {fault.sentence}")
        else:
            self.judge.breach("no-crash", f"{node.name} failed with {type(fault).__name__}: {fault}")
