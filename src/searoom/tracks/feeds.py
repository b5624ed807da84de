"""Live feeds: what a sensor says over a socket or in a growing file, line by line, each with its time of reception.

Rule 1: nothing that a sensor, a line or the network does ends a feed; each failure is counted by its cause, and the
        next attempt waits longer. Rule 2: what waits to be read is bounded; what cannot be kept is dropped, the oldest
        first, and counted. Rule 3: the lines are unsigned, so only this machine and private networks are read.
"""

import asyncio
import contextlib
import socket
import struct
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from searoom import clock
from searoom.tracks import addresses, aircraft, cot, instruments, sbs, stamps
from searoom.tracks.addresses import Address
from searoom.tracks.growing import Growing, Rewritten
from searoom.tracks.splitting import Splitter
from searoom.units import MICROSECONDS

DROPPED: Final = "dropped: more than can be kept"
_CHUNK: Final = 64 * 1024
_AT_ONCE: Final = 4_096  # datagrams before others have their turn: all that a socket holds, so that nothing ages there
_RCVBUF: Final = 4 * 1024 * 1024
_SO_RXQ_OVFL: Final = 40  # Linux: each datagram says how many were lost before it because the socket was full
_STEP_US: Final = MICROSECONDS
_CLOCKS_APART_US: Final = 10 * MICROSECONDS  # the detector passes over what is later than now by more
_MOST: Final[Mapping[str, int]] = {
    "nmea": instruments.MAX_LINE_BYTES,
    "any": instruments.MAX_LINE_BYTES,
    "sbs": sbs.MAX_LINE_BYTES,
    "cot": cot.MAX_EVENT_BYTES,
    "aircraft": aircraft.MAX_DOCUMENT_BYTES,
}
_CAUSES: Final = (
    (FileNotFoundError, "no file"),
    (ConnectionRefusedError, "cannot connect"),
    (TimeoutError, "silent"),
    (OSError, "connection failed"),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much waits to be read, and how long a feed waits for what."""

    lines: int = 200_000  # six seconds of everything that the planet's AIS sends
    bytes: int = 64 * 1024 * 1024
    first_wait_s: float = 0.5
    longest_wait_s: float = 30.0
    silence_s: float = 60.0  # after so long a connection is taken for dead: a GNSS receiver speaks each second
    poll_s: float = 1.0  # readsb writes its list each second


class Feed:
    """One sensor's address, read until its task is cancelled; `counts` says what happened, by cause."""

    def __init__(
        self, address: Address, now: clock.Now, *, limits: Limits | None = None,
        monotonic: Callable[[], float] = clock.monotonic,
    ) -> None:  # fmt: skip
        self.address = address
        self.counts: Counter[str] = Counter()
        self.port = 0  # where a listener listens
        self.newest_us: int | None = None
        self._now, self._monotonic, self._limits = now, monotonic, limits or Limits()
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._ready = asyncio.Event()
        self._ticks: tuple[int, float] | None = None
        self._lost = 0

    async def run(self) -> None:
        """Read for ever; a connection that brought something is tried again at once, others later and later."""
        limits = self._limits
        wait_s = limits.first_wait_s
        while True:
            before = self.counts["lines"]
            try:
                await _CARRIERS[self.address.carrier](self)
                self._count("connection ended")
            except OSError as fault:
                self._count(next(cause for kind, cause in _CAUSES if isinstance(fault, kind)))
            wait_s = limits.first_wait_s if self.counts["lines"] > before else min(2 * wait_s, limits.longest_wait_s)
            await asyncio.sleep(wait_s)

    def take(self) -> list[bytes]:
        """Return all lines that wait, the oldest first, each with its time before it."""
        taken = list(self._waiting)
        self._waiting.clear()
        self._bytes = 0
        self._ready.clear()
        return taken

    async def batches(self) -> AsyncIterator[list[bytes]]:
        """Yield what has come whenever something has."""
        while True:
            await self._ready.wait()
            yield self.take()

    def put(self, lines: Iterable[bytes]) -> None:
        """Let lines wait that were received now; drop the oldest where there is no room."""
        now_us = self._moment()
        tag = stamps.tag(now_us)
        for raw in lines:
            line = raw.strip()
            if not line:
                continue
            stamped = self._stamped(line, now_us) if line[:1] == b"\\" else tag + line
            self._waiting.append(stamped)
            self._bytes += len(stamped)
            self.counts["lines"] += 1
        while len(self._waiting) > self._limits.lines or self._bytes > self._limits.bytes:
            self._bytes -= len(self._waiting.popleft())
            self._count(DROPPED)
        if self._waiting:
            self.newest_us = now_us
            self._ready.set()

    def _stamped(self, line: bytes, now_us: int) -> bytes:
        """Return a line that its sender tagged, with a time; theirs stands, and is counted where it is not ours."""
        told = stamps.split(line)[0]
        self._count("sender's time is not ours", told is not None and abs(told - now_us) > _CLOCKS_APART_US)
        return stamps.stamped(line, now_us)

    def _count(self, cause: str, count: int = 1) -> None:
        if count:
            self.counts[cause] += count

    def _moment(self) -> int:
        """Return the time now; a clock that was set forth or back in between is counted, its word still stands."""
        now_us, tick = self._now(), self._monotonic()
        if self._ticks is not None:
            gone_us = (tick - self._ticks[1]) * MICROSECONDS
            self._count("clock stepped", abs(now_us - self._ticks[0] - gone_us) > _STEP_US)
        self._ticks = now_us, tick
        return now_us

    def _splitter(self) -> Splitter:
        return Splitter(cot.END if self.address.content == "cot" else b"\n", _MOST[self.address.content])

    def _pieces(self, splitter: Splitter, data: bytes) -> None:
        self._count("bytes", len(data))
        before = splitter.too_long
        found = splitter.push(data)
        self._count("line too long", splitter.too_long - before)
        if self.address.content == "cot":
            found = [_one_line(piece) + cot.END for piece in found]
        self.put(found)

    async def _tcp(self) -> None:
        limits, splitter = self._limits, self._splitter()
        async with asyncio.timeout(limits.silence_s):
            reader, writer = await asyncio.open_connection(self.address.host, self.address.port)
        try:
            self._check_near(writer)
            self._count("connected")
            while data := await asyncio.wait_for(reader.read(_CHUNK), limits.silence_s):
                self._pieces(splitter, data)
        finally:
            self._count("line cut short", splitter.end())
            writer.close()

    def _check_near(self, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("peername")
        if not addresses.near(str(peer[0])):
            self._count("not on a network of our own")
            raise ConnectionRefusedError

    async def _udp(self) -> None:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(self.address.host, self.address.port, type=socket.SOCK_DGRAM)
        family, kind, protocol, _, where = found[0]
        with socket.socket(family, kind, protocol) as sock:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RCVBUF)
            with contextlib.suppress(OSError):  # not on this system: what its socket loses is not told
                sock.setsockopt(socket.SOL_SOCKET, _SO_RXQ_OVFL, 1)
            sock.bind(where)
            self.port, self._lost = sock.getsockname()[1], 0
            self._count("listening")
            failed: asyncio.Future[None] = loop.create_future()
            loop.add_reader(sock, self._datagrams, sock, failed)
            try:
                await failed
            finally:
                loop.remove_reader(sock)

    def _datagrams(self, sock: socket.socket, failed: "asyncio.Future[None]") -> None:
        """Take what the socket holds; each datagram is whole lines, or one event."""
        found = self._received(sock, failed)
        for data in found if self.address.content == "cot" else (b"\n".join([*found, b""]),):
            splitter = self._splitter()
            self._pieces(splitter, data)
            self._count("line cut short", splitter.end())

    def _received(self, sock: socket.socket, failed: "asyncio.Future[None]") -> list[bytes]:
        found: list[bytes] = []
        for _ in range(_AT_ONCE):
            try:
                data, extra, _, sender = sock.recvmsg(_CHUNK, 64)
            except BlockingIOError:
                break
            except OSError as fault:
                if not failed.done():
                    failed.set_exception(fault)
                break
            for level, kind, value in extra:
                if level == socket.SOL_SOCKET and kind == _SO_RXQ_OVFL:
                    (lost,) = struct.unpack("=I", value[:4])
                    self._count("dropped: socket full", max(0, lost - self._lost))
                    self._lost = lost
            if addresses.near(str(sender[0])):
                found.append(data)
            else:
                self._count("from outside our network")
        return found

    async def _http(self) -> None:
        while True:
            async with asyncio.timeout(self._limits.silence_s):
                document = await self._ask()
            if document is not None:
                self._document(document)
            await asyncio.sleep(self._limits.poll_s)

    async def _ask(self) -> bytes | None:
        """Return the body that one GET brings: HTTP/1.0, so that the answer ends where the connection does."""
        host, port, most = self.address.host, self.address.port, aircraft.MAX_DOCUMENT_BYTES
        reader, writer = await asyncio.open_connection(host, port, limit=_CHUNK)
        try:
            self._check_near(writer)
            writer.write(f"GET {self.address.path or '/'} HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n".encode())
            answer = bytearray()
            while (data := await reader.read(_CHUNK)) and len(answer) <= most:
                answer += data
        finally:
            writer.close()
        head, found, body = bytes(answer).partition(b"\r\n\r\n")
        status = head.split(b"\r\n", 1)[0].split(b" ")
        if not found or len(status) < 2 or not status[0].startswith(b"HTTP/1."):
            self._count("answer is not HTTP")
            return None
        if status[1] != b"200":
            self._count("answer is not 200")
            return None
        return body

    async def _poll(self) -> None:
        file, since = Rewritten(Path(self.address.path), aircraft.MAX_DOCUMENT_BYTES), self._monotonic()
        while True:
            document = await asyncio.to_thread(file.changed)
            if document is not None:
                since = self._monotonic()
                self._document(document)
            elif self._monotonic() - since > self._limits.silence_s:
                raise TimeoutError
            await asyncio.sleep(self._limits.poll_s)

    async def _file(self) -> None:
        """Read a file that grows, from its start; one that shrinks or is another now has begun anew."""
        file, splitter = await asyncio.to_thread(Growing, Path(self.address.path)), self._splitter()
        self._count("opened")
        try:
            while True:
                while data := await asyncio.to_thread(file.more):
                    self._pieces(splitter, data)
                if await asyncio.to_thread(file.began_anew):
                    self._count("file began anew")
                    return
                await asyncio.sleep(self._limits.poll_s)
        finally:
            self._count("line cut short", splitter.end())
            file.close()

    def _document(self, document: bytes) -> None:
        self._count("bytes", len(document))
        if len(document) > aircraft.MAX_DOCUMENT_BYTES:
            self._count("line too long")
        else:
            self.put([_one_line(document)])


_CARRIERS: Mapping[str, Callable[[Feed], Awaitable[None]]] = {
    "tcp": Feed._tcp,  # noqa: SLF001  # the table of this class, below it
    "udp": Feed._udp,  # noqa: SLF001  # likewise
    "http": Feed._http,  # noqa: SLF001  # likewise
    "poll": Feed._poll,  # noqa: SLF001  # likewise
    "file": Feed._file,  # noqa: SLF001  # likewise
}


def _one_line(text: bytes) -> bytes:
    """Return a document on one line; in JSON and XML a line's end is a blank."""
    return text.replace(b"\r", b" ").replace(b"\n", b" ").strip()
