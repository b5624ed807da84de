"""What one console works with: its node's folder, the follower of that node, and the accounts."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec, TypeVar

from searoom.console.follow import Follower
from searoom.console.people import People
from searoom.console.searching import Index
from searoom.console.streams import Streams
from searoom.eventlog import SILENT, EventLog

Answer = TypeVar("Answer")
Asking = ParamSpec("Asking")


def _nobody_is_told(_sentence: str) -> None:
    """Leave the console as it is: whoever serves it says what happens instead."""


@dataclass(frozen=True, slots=True)
class House:
    """Handed to each page with what it is asked."""

    folder: Path
    follower: Follower
    people: People
    index: Index = field(default_factory=Index)
    log: EventLog = SILENT
    streams: Streams = field(default_factory=Streams)
    stop: Callable[[str], None] = _nobody_is_told  # ends the console, and says why
    _at_length: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def at_length(self, work: Callable[Asking, Answer], *args: Asking.args, **named: Asking.kwargs) -> Answer:
        """Return what takes seconds to find, in a thread; however many ask, one is at it, and a core stays free."""
        async with self._at_length:
            return await asyncio.to_thread(work, *args, **named)

    async def going_on(self, work: Awaitable[None]) -> None:
        """Do what goes on as long as the console does; where it fails, that ends too: what it showed would be old."""
        try:
            await work
        except Exception as fault:  # noqa: BLE001  # whatever it is, nobody may be left before a page that stands still
            self.stop(f"{type(fault).__name__}: {fault}")
