"""The course that every rival runs: 1 KiB out, durable in the receiver's SQLite (WAL, FULL), a receipt back.

A driver gives a `Rival`; `main` measures it one message at a time, then with 32 under way, counts syncs in a short
run of its own and prints one line of JSON. `python -m bench.rivals.<driver> receive ...` is the receiver, a process.
"""

import argparse
import asyncio
import contextlib
import hashlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import apsw

from bench.frame import percentile
from bench.leash import Leash
from bench.syncs import SyncCounter

MESSAGE_BYTES = 1024
NUMBER_BYTES = 8
GROUP = 64  # messages that the receiver puts into one transaction where they wait
WARM_UP = 10
PATIENCE_S = 60.0


class Rival(Protocol):
    """What a driver gives, started and warm."""

    name: str
    configuration: Sequence[str]
    receipt: str  # what the receipt proves
    processes: dict[str, int]  # name to process id; the sender is this process
    window: bool  # whether receipts of several messages can be told apart

    async def send(self, message: bytes) -> None:
        """Send a message; its receipt comes to `Receipts.arrived`."""


Started = Callable[[Leash, "Receipts"], contextlib.AbstractAsyncContextManager[Rival]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How many messages are sent one by one, how many with `window` of them under way, and how often all of it."""

    one_by_one: int
    in_window: int
    window: int
    runs: int
    counted: int  # with strace


class Receipts:
    """Who waits for which receipt; a receipt names its message by the number and the hash of all of it."""

    def __init__(self) -> None:
        self._waiting: dict[bytes, asyncio.Future[None]] = {}

    async def round_trip(self, rival: Rival) -> float:
        """Send one message and return the seconds until its receipt was here."""
        message = os.urandom(MESSAGE_BYTES)
        wanted = receipt_for(message)
        future = asyncio.get_running_loop().create_future()
        self._waiting[wanted] = future
        begun = time.perf_counter()
        await rival.send(message)
        async with asyncio.timeout(PATIENCE_S):
            await future
        return time.perf_counter() - begun

    def arrived(self, receipt: bytes) -> None:
        """Wake who waits for this receipt; one that comes twice changes nothing."""
        future = self._waiting.pop(receipt, None)
        if future is not None and not future.done():
            future.set_result(None)


def receipt_for(message: bytes) -> bytes:
    """Return the receipt: which message, and that its bytes were these."""
    return message[:NUMBER_BYTES] + hashlib.sha256(message).digest()


class Inbox:
    """The receiver's store: a commit that returned survives a loss of power."""

    def __init__(self, path: Path) -> None:
        self._db = apsw.Connection(str(path))
        self._db.pragma("journal_mode", "wal")
        self._db.pragma("synchronous", "full")
        self._db.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT")

    def keep(self, messages: Sequence[bytes]) -> None:
        """Store messages in one transaction."""
        with self._db:
            self._db.executemany("INSERT INTO message (body) VALUES (?)", [(message,) for message in messages])


async def groups(queue: "asyncio.Queue[bytes]") -> AsyncIterator[list[bytes]]:
    """Yield what waits in a queue, all of it up to `GROUP`, as soon as there is anything."""
    while True:
        group = [await queue.get()]
        while len(group) < GROUP and not queue.empty():
            group.append(queue.get_nowait())
        yield group


async def run(rival: Rival, receipts: Receipts, plan: Plan, leash: Leash) -> dict[str, object]:
    """Measure a started rival."""
    for _ in range(WARM_UP):
        await receipts.round_trip(rival)
    medians, slowest, rates = [], [], []
    for _ in range(plan.runs):
        seconds = [await receipts.round_trip(rival) for _ in range(plan.one_by_one)]
        medians.append(percentile(seconds, 0.5) * 1000)
        slowest.append(percentile(seconds, 0.99) * 1000)
        if rival.window:
            rates.append(await throughput(rival, receipts, plan))
    with SyncCounter(leash, {**rival.processes, "sender": os.getpid()}) as counter:
        if not counter.why:
            for _ in range(plan.counted):
                await receipts.round_trip(rival)
    return {
        "name": rival.name,
        "configuration": list(rival.configuration),
        "receipt": rival.receipt,
        "median_ms": medians,
        "p99_ms": slowest,
        "per_second": rates,
        "syncs": counter.per_message(plan.counted),
        "synchronous": counter.synchronous,
        "why": counter.why,
    }


async def throughput(rival: Rival, receipts: Receipts, plan: Plan) -> float:
    """Return messages a second with `window` of them under way all the time."""
    left = iter(range(plan.in_window))

    async def worker(numbers: Iterator[int]) -> None:
        for _ in numbers:
            await receipts.round_trip(rival)

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(plan.window):
            group.create_task(worker(left))
    return plan.in_window / (time.perf_counter() - begun)


async def measure(started: Started, plan: Plan, folder: Path) -> dict[str, object]:
    """Start a rival, measure it, and end what was started, whatever happens."""
    receipts = Receipts()
    with Leash(folder) as leash:
        async with started(leash, receipts) as rival:
            return await run(rival, receipts, plan, leash)


def main(variants: dict[str, Started], receive: Callable[[list[str]], None]) -> None:
    """Be the receiver, or measure the named variant and print its JSON as the last line."""
    if sys.argv[1:2] == ["receive"]:
        receive(sys.argv[2:])
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("variant", choices=variants)
    parser.add_argument("folder", type=Path)
    for name in ("one_by_one", "in_window", "window", "runs", "counted"):
        parser.add_argument(name, type=int)
    said = vars(parser.parse_args())
    variant, folder = variants[said.pop("variant")], said.pop("folder")
    with contextlib.suppress(KeyboardInterrupt):
        print(json.dumps(asyncio.run(measure(variant, Plan(**said), folder))), flush=True)
