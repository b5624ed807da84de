"""From sending to the signed receipt, between two nodes with TLS and HTTP on loopback, beside the floor of the run.

The sender is this process, the receiver another. A message is 1 KiB of words: sealed, released, said (durable), sent,
verified, admitted (durable), receipted by the receiver's station (durable), and the receipt admitted here (durable).
"""

import asyncio
import contextlib
import json
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.floor import Floor, Sizes
from bench.frame import Options, Report, Spread, percentile, versions, work_folder
from bench.leash import Leash
from bench.link_node import LinkNode, carrier_to, now_us, write_certificates
from bench.link_parts import Parts
from bench.made_parties import made_parties
from bench.stock import Stock
from bench.syncs import SyncCounter
from bench.words import WORDS_BYTES, released_words
from searoom.link.courier import Courier
from searoom.record.entry import Entry
from searoom.record.store import SqliteStore

WINDOW = 32
WARM_UP = 20
MAX_FAULTS = 100
TARGETS = {"median": 3.0, "p99": 10.0, "throughput": 500.0}


@dataclass(frozen=True, slots=True)
class Plan:
    """How many messages: one by one, in the window, traced, taken apart."""

    one_by_one: int = 300
    in_window: int = 2000
    counted: int = 50
    apart: int = 200


QUICK = Plan(20, 100, 10, 20)


@dataclass(slots=True)
class Found:
    """Seconds and rates of one run or more."""

    floor: list[list[float]] = field(default_factory=list)
    commits: list[float] = field(default_factory=list)
    posts: list[float] = field(default_factory=list)
    link: list[list[float]] = field(default_factory=list)
    recorded: list[list[float]] = field(default_factory=list)
    flash: list[list[float]] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    group: str = ""
    faults: list[str] = field(default_factory=list)
    syncs: str = ""


class Sender:
    """Amber's end: says words, and knows when a receipt that has heard them is durable here."""

    def __init__(self, node: LinkNode, courier: Courier) -> None:
        self._node, self._courier = node, courier
        self._party, self._record = node.party, node.record
        self._receipted, self._changed = 0, asyncio.Event()
        self.faults: list[str] = []
        node.tell = self._hear

    def _hear(self, entry: Entry) -> None:
        heard = {item.log: item.size for item in entry.heard}
        self._receipted = max(self._receipted, heard.get(self._party.name, 0))
        self._changed.set()

    def say(self, count: int = 1) -> int:
        """Seal and release words, `count` times, and say them in one commit; return how many we have said then."""
        words = [
            released_words(self._party, self._node.roster, os.urandom(WORDS_BYTES), now_us()) for _ in range(count)
        ]
        self._record.say_all(words, now_us=now_us())
        return self._record.size(self._party.name)

    async def one(self) -> tuple[float, float]:
        """Return the seconds to the receipt, and until both logs are cosigned to their ends."""
        begun, at = time.perf_counter(), list[float]()
        size = self.say()
        self._node.tell = lambda entry: (self._hear(entry), at.append(time.perf_counter()))[0]
        progress = await self._courier.meet()
        ended, self._node.tell = time.perf_counter(), self._hear
        if self._receipted < size or not progress.in_step:
            raise RuntimeError(f"no receipt came: {progress.fault or 'the nodes are not in step'}")
        return at[0] - begun, ended - begun

    async def one_ahead(self) -> float:
        """Return the seconds to the receipt of words that go ahead of their place; then bring the logs in step."""
        begun, at = time.perf_counter(), list[float]()
        size = self.say()
        self._node.tell = lambda entry: (self._hear(entry), at.append(time.perf_counter()))[0]
        progress = await self._courier.send_ahead(size - 1)
        self._node.tell = self._hear
        if progress.fault or not at:
            raise RuntimeError(f"no receipt came: {progress.fault or 'they said nothing'}")
        await self._courier.meet()
        return at[0] - begun

    async def many(self, count: int) -> float:
        """Return messages a second, with at most `WINDOW` of them said and not receipted."""
        start = self._record.size(self._party.name)
        self._receipted, last, begun = max(self._receipted, start), start + count, time.perf_counter()

        async def talk() -> None:
            while (said := self._record.size(self._party.name)) < last:
                free = WINDOW - (said - self._receipted)
                if free > 0:  # half of the window is sealed and committed while the other half is under way
                    self.say(min(free, last - said, WINDOW // 2))
                    await asyncio.sleep(0)
                else:
                    self._changed.clear()
                    await self._changed.wait()

        talking = asyncio.create_task(talk())
        try:
            while self._receipted < last:
                progress = await self._courier.meet()
                if progress.fault:
                    self.faults.append(progress.fault)
                if len(self.faults) > MAX_FAULTS:
                    raise RuntimeError(f"the line broke: {progress.fault}")
                await asyncio.sleep(0)
        finally:
            talking.cancel()
        return count / (time.perf_counter() - begun)


@contextlib.asynccontextmanager
async def linked(folder: Path, leash: Leash) -> AsyncIterator[tuple[Sender, int, int]]:
    """Start the receiver; give the sender, the receiver's process id and the port where a POST does nothing."""
    write_certificates(folder)
    child = leash.start("coral", [sys.executable, "-m", "bench.link_node", folder], piped=True)
    if child.stdout is None or not (line := child.stdout.readline()):
        raise RuntimeError(f"the receiver did not start: {leash.log('coral').read_text(encoding='utf-8')[-300:]}")
    port, empty_port = json.loads(line)
    amber, coral = made_parties()
    store = SqliteStore(folder / "amber.db")
    try:
        node = LinkNode(amber, store, receipts=False)
        async with carrier_to(folder, amber.name, coral.name, port) as carrier:
            yield Sender(node, node.courier(coral.name, carrier)), child.pid, empty_port
    finally:
        store.close()


async def measured(folder: Path, plan: Plan, runs: int, sizes: Sizes) -> Found:
    """Run floor and link by turns."""
    found = Found()
    with Leash(folder) as leash:
        async with linked(folder, leash) as (sender, receiver, empty_port):
            async with carrier_to(folder, "amber", "coral", empty_port) as carrier:
                floor = Floor(folder / "floor.db", sizes, carrier)
                for _ in range(WARM_UP):
                    await floor.sample()
                    await sender.one()
                for _ in range(runs):
                    await _one_run(found, floor, sender, plan)
                floor.close()
                found.group = carrier.key_exchange
            with SyncCounter(leash, {"sender": os.getpid(), "receiver": receiver}) as counter:
                for _ in range(plan.counted if not counter.why else 0):
                    await sender.one()
            each = counter.per_message(plan.counted)
            parts = ", ".join(f"{name} {count:.1f}" for name, count in (each or {}).items())
            found.faults = sender.faults
            found.syncs = f"{sum(each.values()):.1f} ({parts})" if each else f"not measured: {counter.why}"
    return found


async def _one_run(found: Found, floor: Floor, sender: Sender, plan: Plan) -> None:
    samples = [await floor.sample() for _ in range(plan.one_by_one)]
    found.floor.append([commits + post for commits, post in samples])
    found.commits.append(statistics.median(commits for commits, _ in samples))
    found.posts.append(statistics.median(post for _, post in samples))
    pairs = [await sender.one() for _ in range(plan.one_by_one)]
    found.link.append([receipt for receipt, _ in pairs])
    found.recorded.append([step for _, step in pairs])
    found.flash.append([await sender.one_ahead() for _ in range(plan.one_by_one // 3)])
    found.rates.append(await sender.many(plan.in_window))


def taken_apart(folder: Path, plan: Plan) -> tuple[dict[str, float], Sizes]:
    """Return the median milliseconds of each part, and how large what is stored is."""
    parts = Parts(folder)
    try:
        for _ in range(WARM_UP + plan.apart):
            parts.run()
    finally:
        parts.close()
    return {name: statistics.median(each[WARM_UP:]) * 1000 for name, each in parts.seconds.items()}, parts.sizes


def main(options: Options, _stock: Stock) -> None:
    """Measure and write bench/results-link.md."""
    report = Report("link", "Benchmark: the link", options, used=versions("apsw", "cryptography", "pyOpenSSL", "h11"))
    plan = QUICK if options.quick else Plan()
    with work_folder() as folder:
        parts, sizes = taken_apart(folder, plan)
        found = asyncio.run(measured(folder, plan, options.runs, sizes))
    report.say(
        f"{WORDS_BYTES} bytes of words; stored are {sizes.words} bytes of words (entry and body) and {sizes.receipt}"
    )
    report.say(
        f"of receipt. Both nodes are processes on loopback; TLS 1.3 both ways, {found.group}; mutual, kept open."
    )
    report.say(
        f"The floor: three commits of these sizes ({_ms(found.commits)}) and one empty 1 KiB POST ({_ms(found.posts)})."
    )
    _tell_times(report, found, plan)
    _tell_parts(report, found, parts)
    for fault in sorted(set(found.faults)):
        report.say(f"- {found.faults.count(fault)} meeting(s) broke off and were begun again: {fault}.")
    report.save()


def _ms(seconds: Sequence[float], digits: int = 2) -> str:
    return Spread.of([value * 1000 for value in seconds]).text("ms", digits)


def _tell_times(report: Report, found: Found, plan: Plan) -> None:
    floor = statistics.median([statistics.median(run) for run in found.floor])
    report.table(f"{plan.one_by_one} messages a run", "median", "p99", "median / floor", "p99 / floor's median")
    rows = (
        ("floor", found.floor),
        ("send to signed receipt", found.link),
        ("the same, ahead of its place (flash)", found.flash),
        ("until both logs are cosigned to their ends", found.recorded),
    )
    for name, runs in rows:
        medians, slowest = ([statistics.median(run) for run in runs], [percentile(run, 0.99) for run in runs])
        ratios = [f"{statistics.median(values) / floor:.2f}" for values in (medians, slowest)]
        report.row(name, _ms(medians), _ms(slowest), *ratios)
    report.say("", f"Wanted of the second row: {TARGETS['median']:.0f} and {TARGETS['p99']:.0f}.")
    report.table(f"window {WINDOW}, {plan.in_window} messages a run", "")
    report.row("messages/s to the signed receipt", Spread.of(found.rates).text(digits=0))
    report.row("wanted", f"{TARGETS['throughput']:.0f}")
    report.row("syncs a message, one by one, cosigned both ways", found.syncs)


def _tell_parts(report: Report, found: Found, parts: dict[str, float]) -> None:
    report.table("one message, step by step in one process", "median ms")
    for name, value in parts.items():
        report.row(name, f"{value:.3f}")
    post = statistics.median(found.posts) * 1000
    measured_ms = statistics.median([statistics.median(run) for run in found.link]) * 1000
    report.row("one empty POST over HTTP and TLS", f"{post:.3f}")
    report.row(
        "frames, session, courier and what is not named above", f"{measured_ms - post - sum(parts.values()):.3f}"
    )
    report.row("measured between two processes", f"{measured_ms:.3f}")
