"""Asks the node where everybody is, once a second and at each change of a grade, only while somebody looks (loud)."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, cast

from searoom import clock
from searoom.cbor import Value
from searoom.console.craft import HeldSea
from searoom.errors import SearoomError

EVERY_S: Final = 1.0
ZONES_S: Final = 60.0
Ask = Callable[[Mapping[str, Value]], Awaitable[dict[str, object]]]


class Sea:
    """What the console holds of its node's craft; all who look share one question a second."""

    def __init__(self, ask: Ask) -> None:
        self.held = HeldSea()
        self.silent = False
        self.bell = asyncio.Event()  # one for each change of a grade
        self._ask, self._lock = ask, asyncio.Lock()
        self._asked_s = self._zones_asked_s = float("-inf")
        self._zones: tuple[Mapping[str, Any], ...] = ()

    async def now(self) -> HeldSea:
        """Return where everybody is, no older than a second; what was held before, where the node does not answer."""
        async with self._lock:
            if clock.monotonic() - self._asked_s >= EVERY_S * 0.9:
                bell = self.bell
                try:
                    self.held.take(await self._ask({"do": "tracks", "since": self.held.since}))
                    self.silent = False
                except SearoomError:
                    self.silent = True
                self._asked_s = clock.monotonic() if bell is self.bell else float("-inf")
        return self.held

    def ring(self) -> None:
        """Say that a grade has changed: whoever looks is woken, and the node is asked again within its second."""
        bell, self.bell = self.bell, asyncio.Event()
        self._asked_s = float("-inf")
        bell.set()

    async def rung(self, bell: asyncio.Event, until_s: float) -> bool:
        """Wait for a bell, until this moment of `clock.monotonic` at most; return whether it rang.

        Who takes `bell` before they ask what there is hears of what changes meanwhile.
        """
        try:
            async with asyncio.timeout(max(0.0, until_s - clock.monotonic())):
                await bell.wait()
        except TimeoutError:
            return False
        return True

    async def zones(self) -> tuple[Mapping[str, Any], ...]:
        """Return the zones that the node was given; asked for again after a minute."""
        async with self._lock:
            if clock.monotonic() - self._zones_asked_s >= ZONES_S:
                reply = await self._ask({"do": "zones"})
                self._zones = tuple(json.loads(cast("bytes", reply["told"])))
                self._zones_asked_s = clock.monotonic()
        return self._zones
