"""Where a live watch tells what it sees: a socket that programs read and answer on, and a plain file or pipe (loud).

Rule 1: nobody who reads slowly, or not at all, holds the watch up: what waits for a reader is bounded, and what cannot
be kept is dropped, pairs of strangers first, the oldest first, and the reader is told how many. Rule 2: only this
machine is served, unless a person has said otherwise: the lines say what our own sensors see.
"""

import asyncio
import contextlib
import ipaddress
import json
import os
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

from searoom.encounters.livewords import line
from searoom.errors import SearoomError

MOST_READERS: Final = 32
MOST_WAITING: Final = 20_000  # lines for one reader, of watched pairs, and again of others
MAX_REQUEST_BYTES: Final = 4096
_AT_ONCE: Final = 4_096  # lines: some two megabytes
_PATIENCE_S: Final = 30.0  # a reader that takes nothing for so long has gone away

Request = Mapping[str, object]
Answerer = Callable[[Request], Awaitable[list[bytes]]]


class Waiting:
    """The lines that wait for one reader: what matters most goes first, and stays longest."""

    def __init__(self) -> None:
        self._first: deque[bytes] = deque()
        self._rest: deque[bytes] = deque()
        self.dropped = 0

    def put(self, lines: Iterable[bytes], *, first: bool) -> int:
        """Let lines wait; return how many others had to go for them."""
        queue = self._first if first else self._rest
        queue.extend(lines)
        over = max(0, len(queue) - MOST_WAITING)
        for _ in range(over):
            queue.popleft()
        self.dropped += over
        return over

    def take(self) -> bytes:
        """Return some of what waits, in whole lines, and before it how many were dropped."""
        taken = [line("dropped", {"lines": self.dropped})] if self.dropped else []
        self.dropped = 0
        for queue in (self._first, self._rest):
            while queue and len(taken) < _AT_ONCE:
                taken.append(queue.popleft())
        return b"".join(taken)


class Server:
    """The alert socket: JSON lines out to every reader, requests in, each answered on its own line."""

    def __init__(self, answer: Answerer) -> None:
        self._answer = answer
        self._readers: dict[Waiting, asyncio.Event] = {}
        self._server: asyncio.Server | None = None
        self.dropped = 0
        self.port = 0

    async def open(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one, which `port` then tells."""
        self._server = await asyncio.start_server(self._welcome, host, port, limit=MAX_REQUEST_BYTES)
        self.port = self._server.sockets[0].getsockname()[1]

    def tell(self, lines: list[bytes], *, first: bool) -> None:
        """Give lines to all readers."""
        for waiting, ready in self._readers.items():
            self.dropped += waiting.put(lines, first=first)
            ready.set()

    @property
    def readers(self) -> int:
        """How many are connected."""
        return len(self._readers)

    def close(self) -> None:
        """Say nothing more to anybody."""
        if self._server is not None:
            self._server.close()

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        waiting, ready = Waiting(), asyncio.Event()
        if len(self._readers) >= MOST_READERS:
            writer.close()
            return
        self._readers[waiting] = ready
        sending = asyncio.create_task(_send(writer, waiting, ready))
        try:
            with contextlib.suppress(OSError, ValueError):  # a line too long ends it, as a lost connection does
                while raw := await reader.readline():
                    waiting.put(await self._answered(raw), first=True)
                    ready.set()
                await sending  # who has nothing to say may still listen
        finally:
            sending.cancel()
            del self._readers[waiting]
            writer.close()

    async def _answered(self, raw: bytes) -> list[bytes]:
        try:
            asked = json.loads(raw)
        except ValueError:
            asked = None
        if not isinstance(asked, dict):
            return [line("refused", {"why": "a request is one JSON object on one line"})]
        try:
            return await self._answer(asked)
        except SearoomError as fault:
            return [line("refused", {"why": fault.sentence, "advice": fault.advice()})]


async def _send(writer: asyncio.StreamWriter, waiting: Waiting, ready: asyncio.Event) -> None:
    with contextlib.suppress(OSError, TimeoutError):
        while True:
            await ready.wait()
            ready.clear()
            while data := waiting.take():
                writer.write(data)
                await asyncio.wait_for(writer.drain(), _PATIENCE_S)
    writer.transport.abort()


def own(host: str) -> bool:
    """Return whether an address to listen at is of this machine alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Plain:
    """A file or a pipe that lines are written to by a thread of its own, so that a full pipe holds nobody up."""

    def __init__(self, file: int) -> None:
        self._file, self._waiting = file, Waiting()
        self._lock, self._ready = threading.Lock(), threading.Event()
        self.dropped, self._ended = 0, False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def tell(self, lines: list[bytes], *, first: bool) -> None:
        """Let lines be written."""
        with self._lock:
            self.dropped += self._waiting.put(lines, first=first)
        self._ready.set()

    def close(self, patience_s: float = 2.0) -> None:
        """Return when all is written, or after so long."""
        self._ended = True
        self._ready.set()
        self._thread.join(patience_s)

    def _run(self) -> None:
        with contextlib.suppress(OSError):  # nobody reads any more
            while True:
                self._ready.wait()
                self._ready.clear()
                while data := self._taken():
                    while data:
                        data = data[os.write(self._file, data) :]
                if self._ended:
                    return

    def _taken(self) -> bytes:
        with self._lock:
            return self._waiting.take()
