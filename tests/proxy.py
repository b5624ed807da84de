"""A TCP relay between two nodes that can be told to freeze, cut or drip: what a bad line does.

One exchange is one connection (see `searoom.link.carriers`), so connections are counted, not parsed:
the line cannot read TLS either.

    async with Proxy(node_port) as line:     # connect to line.port instead
        line.freeze_after(2)                 # two exchanges pass whole, later ones are taken and held
        ...
        await line.frozen.wait()             # an exchange is being held: a good moment for a kill -9
        line.thaw()
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

_CHUNK = 4096


class Proxy:
    """Relays connections to `target_port` on 127.0.0.1; listens on `port`, a free one unless it is given."""

    def __init__(self, target_port: int, *, port: int = 0) -> None:
        self.target_port = target_port
        self.port = port
        self.passed = 0  # connections that were relayed to their end, answer included
        self.opened = 0
        self.frozen = asyncio.Event()
        self._changed = asyncio.Condition()
        self._moving = asyncio.Event()
        self._moving.set()
        self._freeze_at: int | None = None
        self._cut: tuple[int | None, int | None] = (None, None)
        self._cut_from = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
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
        """Let so many more exchanges pass; take the following connections and hold their bytes. `frozen` is then set."""
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
        self._cut = (up, down)

    def mend(self) -> None:
        """Cut nothing from now on."""
        self._cut = (None, None)

    async def wait_passed(self, exchanges: int) -> None:
        """Return when so many exchanges have passed since the start, answers included."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.passed >= exchanges)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._relay(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = self.opened
        self.opened += 1
        writers = [writer]
        try:
            if self._freeze_at is not None and number >= self._freeze_at:
                self.frozen.set()
                await self._moving.wait()
            to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
            writers.append(to_writer)
            up, down = self._cut if number >= self._cut_from else (None, None)
            await self._both(_pump(reader, to_writer, up), _pump(to_reader, writer, down))
            async with self._changed:
                self.passed += 1
                self._changed.notify_all()
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


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limit: int | None) -> None:
    """Copy until the end, or break the line (ConnectionError) when `limit` bytes have passed."""
    left = limit
    while left is None or left > 0:
        data = await reader.read(_CHUNK if left is None else min(_CHUNK, left))
        if not data:
            if writer.can_write_eof():
                writer.write_eof()
            return
        writer.write(data)
        await writer.drain()
        if left is not None:
            left -= len(data)
    raise ConnectionAbortedError


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
