"""Who goes first on the line to one counterpart, and how often a counterpart may call.

Carrier and peer port of a node share the lanes to one counterpart: while an urgent exchange is
under way, in either direction, no routine one begins, and one that is under way and slow is broken
off. Exchanges may be repeated, so nothing is lost but time. On a fast line nothing is broken off.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

SLOW_S: Final = 0.25  # a routine exchange that takes longer makes way for an urgent one


class GaveWayError(Exception):
    """A routine exchange was broken off for an urgent one; it may be repeated now."""


class Lanes:
    """The urgent and the routine lane of one line."""

    def __init__(self, *, slow_s: float = SLOW_S) -> None:
        self._slow_s = slow_s
        self._urgent = 0
        self._free = asyncio.Event()
        self._free.set()
        self._routine: dict[asyncio.Timeout, float] = {}

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """Have the line for oneself, as far as it is ours to give."""
        self._urgent += 1
        self._free.clear()
        now = asyncio.get_running_loop().time()
        for scope, since in self._routine.items():
            if not scope.expired():
                scope.reschedule(max(now, since + self._slow_s))
        try:
            yield
        finally:
            self._urgent -= 1
            if not self._urgent:
                self._free.set()
                for scope in self._routine:
                    if not scope.expired():
                        scope.reschedule(None)

    @asynccontextmanager
    async def routine(self) -> AsyncIterator[None]:
        """Wait until no urgent exchange is under way; then be broken off by `GaveWayError` where one needs the line."""
        while self._urgent:
            await self._free.wait()
        scope = asyncio.timeout(None)
        try:
            async with scope:
                self._routine[scope] = asyncio.get_running_loop().time()
                yield
        except TimeoutError:
            if scope.expired():
                raise GaveWayError from None
            raise
        finally:
            self._routine.pop(scope, None)


class Bucket:
    """A measure of calls: `burst` at once, and `per_s` more each second."""

    def __init__(self, per_s: float, burst: float) -> None:
        self._per_s, self._burst = per_s, burst
        self._left, self._at = burst, 0.0

    def take(self, now_s: float) -> bool:
        """Take one, or return false where none is left; `now_s` only grows."""
        self._left = min(self._burst, self._left + (now_s - self._at) * self._per_s)
        self._at = now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True
