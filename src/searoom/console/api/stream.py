"""The stream of events for programs: each change told once to all who listen, with a number from which to go on.

One task compares the views; each listener has a queue of its own. Who does not keep up is told so in one sentence and
let go: an alert must not wait behind somebody else's silence.
"""

import asyncio
import contextlib
import json
import secrets
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from searoom.clock import to_text
from searoom.console.api.news import TYPES, news
from searoom.console.follow import Follower
from searoom.console.streams import Place

HELD: Final = 4_096  # events that somebody who was away can still be told
QUEUE: Final = 1_024  # events that wait for one listener
LISTENERS: Final = 200
HEARTBEAT_S: Final = 15.0
PATIENCE_S: Final = 30.0  # for a listener whose socket takes nothing
RETRY_MS: Final = 2_000
SLOW: Final = "this program read more slowly than things happened, and events were left out"
AWAY: Final = "what happened since then is not held any more, or this console was started anew"
ADVICE: Final = "Read the lists again, then go on from the newest event."


@dataclass(slots=True, eq=False)
class Listener:
    """One program that listens: which types, what waits for it, and whether it is let go."""

    types: frozenset[str]
    waiting: deque[bytes] = field(default_factory=deque)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    slow: bool = False

    def put(self, kind: str, data: bytes) -> None:
        """Let an event wait; whose queue is full is told that alone."""
        if kind not in self.types or self.slow:
            return
        if len(self.waiting) >= QUEUE:
            self.slow = True
            self.waiting.clear()
            self.waiting.append(_event("dropped", {"sentence": SLOW, "advice": ADVICE}))
        else:
            self.waiting.append(data)
        self.ready.set()


class Hub:
    """Compares view with view, and tells all who listen."""

    def __init__(self, follower: Follower) -> None:
        self._follower = follower
        self._epoch = secrets.token_hex(4)
        self._held: deque[tuple[int, str, bytes]] = deque(maxlen=HELD)
        self._number = 0
        self.listeners: set[Listener] = set()
        self.dropped = 0

    async def run(self) -> None:
        """Tell what changes until cancelled."""
        number, before = self._follower.number, self._follower.view
        while True:
            number = await self._follower.changed(number, HEARTBEAT_S)
            after = self._follower.view
            for kind, told in news(before, after) if after is not before else ():
                self.tell(kind, told)
            before = after

    def tell(self, kind: str, told: dict[str, Any]) -> None:
        """Give one event its number, and tell it to everybody."""
        self._number += 1
        data = _event(kind, told, f"{self._epoch}-{self._number}")
        self._held.append((self._number, kind, data))
        for listener in self.listeners:
            listener.put(kind, data)

    def listen(self, types: frozenset[str], last_id: str) -> Listener:
        """Return a new listener, who is told first where it stands, and then what it missed."""
        listener = Listener(types)
        since = self._since(last_id)
        missed = [row for row in self._held if since is not None and row[0] > since]
        sentence = {} if since is not None or not last_id else {"sentence": AWAY, "advice": ADVICE}
        now = {"resumed": since is not None, "missed": len(missed), "now": to_text(self._follower.view.now_us)}
        # Without what was missed it goes on from here; with it, from the place that it named.
        at = f"{self._epoch}-{self._number}" if since is None else ""
        listener.waiting.append(f"retry: {RETRY_MS}\n".encode() + _event("begun", now | sentence, at))
        listener.waiting.extend(data for _, kind, data in missed if kind in types)
        listener.ready.set()
        self.listeners.add(listener)
        return listener

    def _since(self, last_id: str) -> int | None:
        """Return the number after which somebody goes on; None where that cannot be done whole."""
        epoch, _, text = last_id.partition("-")
        if epoch != self._epoch or not (text.isascii() and text.isdecimal() and len(text) < 16):
            return None
        number = int(text)
        first = self._held[0][0] if self._held else self._number + 1
        return number if first - 1 <= number <= self._number else None

    def leave(self, listener: Listener) -> None:
        """Forget a listener."""
        self.listeners.discard(listener)
        self.dropped += listener.slow


class Told(Response):
    """The answer to one listener: events until it leaves, is too slow, or may listen no longer."""

    def __init__(self, hub: Hub, listener: Listener, may: Callable[[], bool], place: Place) -> None:
        super().__init__()
        self._hub, self._listener, self._may, self._place = hub, listener, may, place

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send events; who takes nothing for long is cut off."""
        gone = asyncio.create_task(_gone(receive))
        try:
            headers = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            while not gone.done():
                ended = not self._may()
                pieces = [_event("ended", {"sentence": "this token or session has ended"})] if ended else self._taken()
                body = {"type": "http.response.body", "body": b"".join(pieces), "more_body": True}
                await asyncio.wait_for(send(body), PATIENCE_S)
                if ended or (self._listener.slow and not self._listener.waiting):
                    break
                await self._next(gone)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            self._listener.slow = True  # the server closes what was not ended
        finally:
            gone.cancel()
            self._hub.leave(self._listener)
            self._place.leave()

    def _taken(self) -> list[bytes]:
        return list(_drained(self._listener.waiting)) or [b": here\n\n"]

    async def _next(self, gone: "asyncio.Task[None]") -> None:
        """Wait until something is to be told, whoever listens has gone, or it is time to show that we are here."""
        ready = asyncio.create_task(self._listener.ready.wait())
        try:
            await asyncio.wait((ready, gone), timeout=HEARTBEAT_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ready
        self._listener.ready.clear()


def _drained(waiting: deque[bytes]) -> Iterator[bytes]:
    while waiting:
        yield waiting.popleft()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _event(kind: str, told: dict[str, Any], number: str = "") -> bytes:
    mark = f"id: {number}\n" if number else ""
    return f"{mark}event: {kind}\ndata: {json.dumps(told, ensure_ascii=False)}\n\n".encode()


def wanted(names: str) -> frozenset[str]:
    """Return the types that a listener names, separated by commas; all where none is named."""
    return frozenset(name for name in names.split(",") if name in TYPES) if names else frozenset(TYPES)
