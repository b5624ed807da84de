"""A TCP relay between two nodes that can be told to freeze, cut, drip or be slow: what a bad line does.

The line cannot read TLS, so exchanges are counted by whose turn it is: on a connection the client
says hello, the server answers, and from then on bytes up and bytes down are one exchange.

    async with Proxy(node_port) as line:     # connect to line.port instead
        line.freeze_after(2)                 # two exchanges pass whole, later ones are taken and held
        ...
        await line.frozen.wait()             # an exchange is being held: a good moment for a kill -9
        line.thaw()
"""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

_CHUNK = 4096
_SLOW_CHUNK = 256
_SLOW_BUFFER = 1024  # a narrow line holds little of what was sent


class _Wire:
    """One connection: which exchange it carries, whose turn it is, and how many bytes may still pass."""

    def __init__(self) -> None:
        self.turns = 0
        self.answered = False
        self.left: dict[str, int | None] = {"up": None, "down": None}


class Proxy:
    """Relays connections to `target_port` on 127.0.0.1; listens on `port`, a free one unless it is given.

    With a `rate`, all connections together carry so many bytes a second each way.
    """

    def __init__(self, target_port: int, *, port: int = 0, rate: int | None = None) -> None:
        self.target_port = target_port
        self.port = port
        self.rate = rate
        self.passed = 0  # exchanges that were relayed to their end, answer included
        self.opened = 0  # exchanges that began
        self.connections = 0
        self.frozen = asyncio.Event()
        self._moving = asyncio.Event()
        self._moving.set()
        self._freeze_at: int | None = None
        self._cut: dict[str, int | None] = {"up": None, "down": None}
        self._cut_from = 0
        self._slow = {"up": asyncio.Lock(), "down": asyncio.Lock()}
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        listening = self._narrow(socket.create_server(("127.0.0.1", self.port)))
        self._server = await asyncio.start_server(self._accept, sock=listening, limit=self._limit)
        self.port = listening.getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop listening and cut what is open."""
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    def freeze_after(self, exchanges: int) -> None:
        """Let so many more exchanges pass; take the following ones and hold their bytes. `frozen` is then set."""
        self._freeze_at = self.opened + exchanges
        self.frozen.clear()
        self._moving.clear()

    def thaw(self) -> None:
        """Let everything flow again, what is held included."""
        self._freeze_at = None
        self._moving.set()

    def cut_after(self, exchanges: int = 0, *, up: int | None = None, down: int | None = None) -> None:
        """Let so many more exchanges pass; break each later one after `up` bytes to or `down` bytes from the target."""
        self._cut_from = self.opened + exchanges
        self._cut = {"up": up, "down": down}

    def mend(self) -> None:
        """Cut nothing from now on."""
        self._cut = {"up": None, "down": None}

    def hang_up(self) -> None:
        """Break every connection that is open."""
        for task in self._tasks:
            task.cancel()

    @property
    def _limit(self) -> int:
        return _SLOW_BUFFER if self.rate else 1 << 16

    def _narrow(self, line: socket.socket) -> socket.socket:
        if self.rate:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SLOW_BUFFER)
        return line

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        line = self._narrow(socket.socket())
        line.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", self.target_port))
        except BaseException:
            line.close()
            raise
        return await asyncio.open_connection(sock=line, limit=self._limit)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.create_task(self._relay(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _begin(self, wire: _Wire) -> None:
        """Another exchange begins: count it, hold it where that was asked for, and say where it breaks."""
        number = self.opened
        self.opened += 1
        if self._freeze_at is not None and number >= self._freeze_at:
            self.frozen.set()
            await self._moving.wait()
        wire.left = dict(self._cut) if number >= self._cut_from else {"up": None, "down": None}

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = _Wire()
        writers = [writer]
        try:
            await self._begin(wire)
            to_reader, to_writer = await self._connect()
            writers.append(to_writer)
            await self._both(self._pump(wire, "up", reader, to_writer), self._pump(wire, "down", to_reader, writer))
            self.passed += wire.answered and wire.turns > 0
        except OSError:
            pass
        finally:
            for end in writers:
                end.transport.abort()
                with contextlib.suppress(OSError):
                    await end.wait_closed()

    async def _both(self, *pumps: Awaitable[None]) -> None:
        tasks = [asyncio.ensure_future(pump) for pump in pumps]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _pump(self, wire: _Wire, way: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Copy until the end, or break the line (ConnectionError) when the bytes allowed have passed."""
        while wire.left[way] != 0:
            data = await reader.read(_SLOW_CHUNK if self.rate else _CHUNK)
            if not data:
                if writer.can_write_eof():
                    writer.write_eof()
                return
            await self._turn(wire, way)
            data = data[: wire.left[way]]
            if self.rate:
                async with self._slow[way]:
                    await asyncio.sleep(len(data) / self.rate)
            writer.write(data)
            await writer.drain()
            left = wire.left[way]
            wire.left[way] = None if left is None else left - len(data)
        raise ConnectionAbortedError

    async def _turn(self, wire: _Wire, way: str) -> None:
        if way == "down":
            wire.answered = True
        elif wire.answered:
            wire.answered = False
            wire.turns += 1
            if wire.turns > 1:  # the first answer is the handshake's
                self.passed += 1
                await self._begin(wire)


class FakePort:
    """A listening port whose other end is whatever `talk(reader, writer)` does; plain TCP, or TLS with a context."""

    def __init__(
        self,
        talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
        *,
        context: object | None = None,
    ) -> None:
        self._talk = talk
        self._context = context
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError):
                await self._talk(reader, writer)
        finally:
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
