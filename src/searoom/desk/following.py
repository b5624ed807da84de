"""What the desk hands to a console that follows the node: each entry opened once, each note once, and who is near now.

A console is another process of the same owner. It folds what it is given into the same account by the same code, so
that no page is computed here, and a page that takes long keeps no courier waiting.
"""

import asyncio
import json
import math
from collections.abc import Awaitable, Callable, Iterator
from typing import Final, cast

from searoom import cbor
from searoom.desk.door import Request, take
from searoom.errors import NotAllowed, Tampered
from searoom.node.node import Node
from searoom.record import shape
from searoom.record.entry import Entry, Kind
from searoom.record.roster import author_of
from searoom.units import MICROSECONDS
from searoom.watch.lookout import Lookout, Standing

Reply = dict[str, cbor.Value]
MOST: Final = 256  # entries or notes in one reply: a body has 256 KiB at most, and a reply 64 MiB
LONGEST_WAIT_S: Final = 30


class Following:
    """These verbs of one node's desk."""

    def __init__(self, node: Node, lookout: Lookout) -> None:
        self._node, self._lookout = node, lookout
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        for store in node.stores():  # a grade, a countersignature, an entry: each is written down
            store.tell(self.stir)

    def stir(self) -> None:
        """Let those who wait see whether something is new for them; from any thread."""
        for loop, stirred in tuple(self._waiting):
            if not stirred.is_set():
                loop.call_soon_threadsafe(stirred.set)

    def verbs(self) -> dict[str, Callable[[Request], Awaitable[Reply]]]:
        """Return the verbs by name."""
        return {"follow": self._follow, "picture": self._picture}

    async def _follow(self, request: Request) -> Reply:
        """Return what is beyond the sizes that the console holds; where that is nothing, wait so long for it."""
        rows = shape.sequence(cast("cbor.Value", request.get("held", [])), "what a console holds", most=1024)
        pairs = [shape.sequence(row, "what a console holds", least=2, most=2) for row in rows]
        held = {shape.log_id(log, "a log"): shape.uint(size, "a size") for log, size in pairs}
        notes, known = take(request, "notes", int), take(request, "known", str)
        await self._until_new(held, notes, known, min(take(request, "wait_s", int), LONGEST_WAIT_S))
        return {
            "entries": list(self._entries(held)),
            "notes": self._notes(notes),
            "sizes": {log: self._node.record.size(log) for log in self._node.record.logs()},
            "noted": self._node.national.size,
            "recorded": self._recorded(),
            "known": self._told(),
            "picture": self._seen(),
            "now_us": self._node.now(),
        }

    async def _until_new(self, held: dict[str, int], notes: int, known: str, wait_s: int) -> None:
        """Wait until something is beyond what is held, so long at most; nothing is looked at in between."""
        stirred = asyncio.Event()
        mark = (asyncio.get_running_loop(), stirred)
        self._waiting.add(mark)
        try:
            async with asyncio.timeout(max(wait_s, 0)):
                while not self._news(held, notes) and self._told() == known:
                    await stirred.wait()
                    stirred.clear()
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(mark)

    def _news(self, held: dict[str, int], notes: int) -> bool:
        record = self._node.record
        return self._node.national.size > notes or any(record.size(log) > held.get(log, 0) for log in record.logs())

    def _recorded(self) -> list[cbor.Value]:
        record = self._node.record
        return [
            [log, by, record.recorded(log, by)]
            for log in record.logs()
            for by in record.roster.parties
            if by != author_of(log)
        ]

    def _told(self) -> str:
        """Return what changes when a grade or a countersignature does: a console that knows it has nothing to draw."""
        near = sorted((one.a, one.b, str(one.alerts[-1].grade)) for one in self._lookout.now_open().encounters)
        return json.dumps([near, self._recorded(), sorted(self._lookout.blind)])

    def _entries(self, held: dict[str, int]) -> Iterator[cbor.Value]:
        left = MOST
        for log in self._node.record.logs():
            start = held.get(log, 0)
            if left <= 0 or start >= self._node.record.size(log):
                continue
            for entry, body in self._node.record.entries(log, start):
                said = entry.statement.kind is Kind.WORDS
                content, why = self._content(entry, body) if said else (None, None)
                yield [log, entry.to_bytes(), content, why, b"" if said else body]
                left -= 1
                if left <= 0:
                    return

    def _content(self, entry: Entry, body: bytes) -> tuple[bytes | None, str | None]:
        try:
            return self._node.openings.content(entry, body), None
        except (NotAllowed, Tampered) as fault:
            return None, fault.sentence

    def _notes(self, start: int) -> list[cbor.Value]:
        stop = min(start + MOST, self._node.national.size)
        return [[entry.index, entry.placed_us, content] for entry, content in self._node.national.read(start, stop)]

    async def _picture(self, _request: Request) -> Reply:
        """Return the encounters that are open now."""
        return self._seen()

    def _seen(self) -> Reply:
        """Return the encounters that are open now, each with its figures of this moment: metres, seconds.

        Where one of the two is not seen now they are those of the last change of grade; `figures_us` says of when.
        """
        now, now_us = self._lookout.now_open(), self._node.now()
        rows: list[cbor.Value] = [_row(it, now_us) for it in self._lookout.standing(now_us)]
        return {"craft": now.craft, "open": rows, "passed_over": dict(now.passed_over)}


def _row(it: Standing, now_us: int) -> cbor.Value:
    first, last = it.one.alerts[0], it.one.alerts[-1]
    figures, figures_us = (last, last.time_us) if it.now is None else (it.now, now_us)
    height = None if last.height_m is None else round(last.height_m)
    return {
        "a": last.a, "b": last.b, "grade": str(last.grade), "since_us": first.time_us, "at_us": last.time_us,
        "figures_us": figures_us, "range_m": round(figures.range_m), "range_error_m": math.ceil(figures.range_error_m),
        "cpa_m": round(figures.cpa_m), "cpa_error_m": math.ceil(figures.cpa_error_m),
        "cpa_us": figures_us + round(figures.tcpa_s * MICROSECONDS), "calls": it.bell is not None,
        "geometry": str(last.geometry), "colregs": str(last.colregs), "age_s": round(last.age_s),
        "height_m": height,
    }  # fmt: skip
