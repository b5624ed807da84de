"""One story from one seed: steps with faults, each of them judged; then the faults stop, and all must be well."""

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from soak import liar
from soak.account import compare_accounts
from soak.deeds import choose
from soak.disk import memory_folder
from soak.judge import Breach
from soak.station import Node
from soak.timeline import Idle, VirtualLoop
from soak.wire import CLEAR
from soak.world import Script, World

GAP_S: Final = 1800.0  # the longest time between two deeds; most of them follow each other much faster
CALM_ROUNDS: Final = 6  # in which everybody meets everybody once, after the faults have stopped
AFTER_S: Final = 7200.0  # who was lied to makes the liar wait, up to an hour
CALM_PAUSE_S: Final = 60.0
OFFICERS_COME: Final = 2  # rounds, after which officers open a new log where a restored one cannot be healed


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a story."""

    seed: int
    breaches: tuple[Breach, ...]
    trace: tuple[str, ...]
    digest: str
    details: tuple[str, ...]
    virtual_s: float
    steps: int
    exchanges: int
    calm_exchanges: int
    faults: Counter[str]
    flash_exchanges: int
    writes: dict[str, int]
    sent: str  # the hash of all bytes that left a node


class Story:
    """The steps of a story, and the calm at its end."""

    def __init__(self, world: World) -> None:
        self.world, self.steps, self.calm_exchanges = world, 0, 0

    async def live(self) -> None:
        """Live through all steps, then through the calm after them."""
        world = self.world
        for node in world.nodes.values():
            node.boot()
        if world.script.crash_at is not None:
            world.nodes[world.script.crash_at[0]].plan(world.script.crash_at[1])
        next_deed = choose(world)
        while self.steps < world.script.steps and not world.judge.breaches:
            self.steps += 1
            next_deed()(world)
            await asyncio.sleep(world.chance.random() ** 4 * GAP_S)
            self._check()
        if not world.judge.breaches:
            await self._calm()
        await world.end_tasks()

    def _check(self) -> None:
        """Look at everything that can be seen between two events."""
        world = self.world
        for name in world.judge.honest:
            if world.nodes[name].up:
                self._check_memory(world.nodes[name])
        if not liar.FORKS & set(world.script.lies):
            compare_accounts(world.judge, list(world.nodes))
        world.flashes.check()

    def _check_memory(self, node: Node) -> None:
        judge = self.world.judge
        held = judge.holdings[node.name]
        for log in node.record.logs():
            size, on_disk = node.record.size(log), held.size(log)
            if size != on_disk or node.record.root(log) != held.column(log).roots[size]:
                judge.breach("memory", f"{node.name} believes {log} to have {size} entries; {on_disk} on disk")
            for ahead in node.record.aheads(log):
                if (log, ahead.index) not in held.aheads:
                    judge.breach("memory", f"{node.name} believes to hold {log}/{ahead.index} ahead of its place")

    async def _calm(self) -> None:
        """Stop all faults; then everybody meets everybody until all are in step."""
        world = self.world
        world.trace.add("the faults stop")
        await world.end_tasks()
        world.net.weather, world.lying = CLEAR, False
        world.net.parted.clear()
        for node in world.nodes.values():
            node.plan(None)
            if not node.up:
                node.boot()
        await asyncio.sleep(AFTER_S)
        before = world.net.exchanges
        for number in range(1, CALM_ROUNDS + 1):
            for node in world.nodes.values():
                for peer in node.couriers:
                    await world.meeting(node, peer)
                    await asyncio.sleep(CALM_PAUSE_S)
            if number == OFFICERS_COME:
                self._open_new_logs()
            self._check()
            if world.judge.breaches or not self._apart():
                self.calm_exchanges = world.net.exchanges - before
                world.trace.add(f"in step after {number} rounds and {self.calm_exchanges} exchanges")
                break
        else:
            world.judge.breach("in-step", f"not in step after {CALM_ROUNDS} rounds: {self._apart()}")
        self._check_end()

    def _open_new_logs(self) -> None:
        """What is lost for good is not waited for: two officers open a new log, and the old one stays as it is."""
        for node in self.world.nodes.values():
            if self.world.may_begin_anew(node):
                node.open_log()

    def _sincere(self) -> tuple[str, ...]:
        """Return who must come in step: the honest; and the liar, now that it has stopped, where its lies left nothing.

        Two histories stay two; and what a node lost while a liar kept it may have been said twice.
        """
        world = self.world
        if liar.FORKS & set(world.script.lies) or (world.script.lies and world.net.lives):
            return world.judge.honest
        return tuple(world.nodes)

    def _apart(self) -> str:
        """Return what keeps the sincere nodes from being in step, or nothing."""
        sincere = self._sincere()
        for author in sincere:
            record = self.world.nodes[author].record
            if record.healing:
                return f"{author} is still healing"
            for peer in sincere:
                if peer != author and (why := self._lacks(author, peer)):
                    return why
        return ""

    def _lacks(self, author: str, peer: str) -> str:
        record, other = self.world.nodes[author].record, self.world.nodes[peer].record
        for log in record.logs():
            if log.partition(".")[0] == author:
                held = other.size(log) if log in other.logs() else 0
                if held != record.size(log):
                    return f"{peer} holds {held} of the {record.size(log)} entries of {log}"
        own, recorded = record.own, record.recorded(record.own, peer)
        return "" if recorded == record.size(own) else f"{peer} has cosigned {recorded} of {record.size(own)} of {own}"

    def _check_end(self) -> None:
        world = self.world
        for name in world.judge.honest:
            kinds = [piece.kind for piece in world.nodes[name].record.evidence()]
            world.trace.detail(f"{name} kept evidence: {', '.join(kinds) or 'none'}")
            if "fork" in kinds and not world.script.lies:
                world.judge.breach("healed", f"{name} has kept proof of a fork, and nobody lied")
            if name in world.caught and "fork" not in kinds:
                world.judge.breach("evidence", f"{name} was shown two histories and has kept no proof of it")


def live(seed: int, script: Script | None = None) -> Outcome:
    """Live through the story of a seed and return what came of it."""
    with memory_folder() as folder, contextlib.closing(VirtualLoop()) as loop:
        world = World(seed, script or Script(), Path(folder), loop)
        story = Story(world)
        try:
            loop.run_until_complete(story.live())
        except Idle as fault:
            world.judge.breach("in-step", str(fault))
        finally:
            for node in world.nodes.values():
                node.close()
        counts = Counter(world.net.faults)
        for node in world.nodes.values():
            counts.update(node.counts)
        return Outcome(
            seed, tuple(world.judge.breaches), tuple(world.trace.lines), world.trace.digest(),
            tuple(world.trace.details), loop.now_s, story.steps, world.net.exchanges, story.calm_exchanges, counts,
            world.flashes.worst, {node.name: node.counts.get("writes", 0) for node in world.nodes.values()},
            world.net.sent.hexdigest(),
        )  # fmt: skip
