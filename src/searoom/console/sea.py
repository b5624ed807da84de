"""Asks the node where everybody is, once a second at most and only while somebody looks (loud)."""

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
        self._ask, self._lock = ask, asyncio.Lock()
        self._asked_s = self._zones_asked_s = float("-inf")
        self._zones: tuple[Mapping[str, Any], ...] = ()

    async def now(self) -> HeldSea:
        """Return where everybody is, no older than a second; what was held before, where the node does not answer."""
        async with self._lock:
            if clock.monotonic() - self._asked_s >= EVERY_S * 0.9:
                try:
                    self.held.take(await self._ask({"do": "tracks", "since": self.held.since}))
                    self.silent = False
                except SearoomError:
                    self.silent = True
                self._asked_s = clock.monotonic()
        return self.held

    async def zones(self) -> tuple[Mapping[str, Any], ...]:
        """Return the zones that the node was given; asked for again after a minute."""
        async with self._lock:
            if clock.monotonic() - self._zones_asked_s >= ZONES_S:
                reply = await self._ask({"do": "zones"})
                self._zones = tuple(json.loads(cast("bytes", reply["told"])))
                self._zones_asked_s = clock.monotonic()
        return self._zones
