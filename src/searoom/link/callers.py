"""The places that one counterpart has at the peer port: how many connections and calls, and who gives way to whom."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from enum import IntEnum
from typing import Final

from searoom.link.carriers import Limits
from searoom.link.lanes import Bucket, Lanes
from searoom.link.post import EXCHANGE_PATH, URGENT_PATH, WAIT_PATH, RefusedError

MAX_CONNECTIONS: Final = 8  # of one counterpart; four routine calls, two urgent ones and one that waits are the most
# Calls under way in each lane; one that is over is refused, one that waits takes the place of the one before.
MAX_CALLS: Final = {EXCHANGE_PATH: 4, URGENT_PATH: 2, WAIT_PATH: 2}


class Doing(IntEnum):
    """What goes on at a connection, from what is given up first to what is never given up."""

    NOTHING = 0
    WAITING = 1
    ANSWERING = 2
    READING = 3
    WORK = 4


class Caller:
    """One connection of the counterpart."""

    def __init__(self, task: asyncio.Task[None], shown: bytes, now: Callable[[], float]) -> None:
        self.task, self.shown = task, shown
        self.urgent = False
        self._now = now
        self.set(Doing.NOTHING)

    def set(self, doing: Doing) -> None:
        """Note what goes on from now on."""
        self.doing, self.since = doing, self._now()
        if doing is Doing.NOTHING:
            self.urgent = False


class Callers:
    """All connections of one counterpart."""

    def __init__(self, limits: Limits, lanes: Lanes) -> None:
        self.lanes = lanes
        self.key_exchange = ""
        self._here: list[Caller] = []
        self._calls = dict.fromkeys(MAX_CALLS, 0)
        routine = Bucket(limits.calls_per_s, limits.calls_at_once)
        urgent = Bucket(limits.urgent_per_s, limits.urgent_at_once)
        self._buckets = {EXCHANGE_PATH: routine, WAIT_PATH: routine, URGENT_PATH: urgent}
        self._waiting: asyncio.Timeout | None = None

    @contextlib.contextmanager
    def enter(self, task: asyncio.Task[None], shown: bytes) -> Iterator[Caller]:
        """Give a new connection a place: a free one, or that of the one that can best be spared.

        Leftovers of broken lines are so replaced by the connection that is alive. A connection
        whose call the node works on keeps its place; there are fewer of these than places.
        """
        spare = sorted((c for c in self._here if c.doing < Doing.WORK), key=lambda c: (c.urgent, c.doing, c.since))
        for caller in spare[: max(0, len(self._here) + 1 - MAX_CONNECTIONS)]:
            caller.task.cancel()
            self._here.remove(caller)
        caller = Caller(task, shown, asyncio.get_running_loop().time)
        self._here.append(caller)
        try:
            yield caller
        finally:
            if caller in self._here:
                self._here.remove(caller)

    def dismiss(self, pins: Sequence[bytes]) -> None:
        """Break off who showed a certificate that is not one of `pins`."""
        for caller in self._here:
            if caller.shown not in pins:
                caller.task.cancel()

    @contextlib.contextmanager
    def call(self, caller: Caller, path: str) -> Iterator[None]:
        """Count one call; raise `RefusedError` where its lane is full, or they call too often."""
        if not self._buckets[path].take(asyncio.get_running_loop().time()):
            raise RefusedError(429, "you call too often; wait a second and go on")
        if self._calls[path] >= MAX_CALLS[path]:
            raise RefusedError(429, f"{MAX_CALLS[path]} calls of yours are under way here; wait for an answer")
        self._calls[path] += 1
        caller.urgent = path == URGENT_PATH
        try:
            with self.lanes.urgent() if caller.urgent else contextlib.nullcontext():
                yield
        finally:
            self._calls[path] -= 1

    async def wait(self, news: Awaitable[bytes], limit_s: float) -> bytes:
        """Return `news` when there is some, or nothing after `limit_s`, or when they wait anew elsewhere."""
        loop = asyncio.get_running_loop()
        if self._waiting is not None and not self._waiting.expired():
            self._waiting.reschedule(loop.time())
        scope = asyncio.timeout(limit_s)
        try:
            async with scope:
                self._waiting = scope
                return await news
        except TimeoutError:
            if not scope.expired():
                raise
            return b""
        finally:
            if self._waiting is scope:
                self._waiting = None
