"""Two parties on real sockets of this machine: amber, who calls, and coral's peer port."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from certificates import Identity, careless_client, honest
from searoom.errors import PeerFault
from searoom.link.carriers import HttpsCarrier, Limits
from searoom.link.lanes import Lanes
from searoom.link.port import Server, serve

PATIENT = Limits(handshake_s=20.0, exchange_s=20.0, goodbye_s=0.2)  # never reached, however busy the machine
HURRIED = Limits(handshake_s=0.2, exchange_s=0.25, goodbye_s=0.1)  # where running out of time is the point
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Handler = Callable[[str, bytes], Awaitable[bytes]]


class Sides:
    """Two parties' certificates, a handler that echoes and remembers, and the port and carrier between them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.amber: Identity = honest(folder, "amber")
        self.coral: Identity = honest(folder, "coral")
        self.heard: list[tuple[str, bytes]] = []
        self.failures: list[Exception] = []

    async def echo(self, party: str, data: bytes) -> bytes:
        self.heard.append((party, data))
        return data[::-1]

    @asynccontextmanager
    async def port(
        self,
        handler: Handler | None = None,
        limits: Limits = PATIENT,
        *,
        pins: dict[str, list[bytes]] | None = None,
        coral: Identity | None = None,
        **more: object,
    ) -> AsyncIterator[Server]:
        server = await serve(
            "127.0.0.1",
            0,
            credentials=(coral or self.coral).credentials,
            peers=pins or {"amber": [self.amber.der]},
            handler=handler or self.echo,
            limits=limits,
            on_failure=self.failures.append,
            **more,  # type: ignore[arg-type]  # named by each test
        )
        try:
            yield server
        finally:
            await server.close()

    def carrier(
        self,
        port: int,
        limits: Limits = PATIENT,
        *,
        amber: Identity | None = None,
        pins: list[bytes] | None = None,
        lanes: Lanes | None = None,
    ) -> HttpsCarrier:
        trusted = pins if pins is not None else [self.coral.der]
        return HttpsCarrier(
            "127.0.0.1",
            port,
            credentials=(amber or self.amber).credentials,
            pins=lambda: trusted,
            limits=limits,
            lanes=lanes,
        )

    async def honest_exchange(self, port: int) -> None:
        """The next honest one passes."""
        async with self.carrier(port) as carrier:
            assert await carrier.exchange(b"ab") == b"ba"


async def refused(exchange: Coroutine[None, None, bytes]) -> str:
    with pytest.raises(PeerFault) as caught:
        await exchange
    return caught.value.sentence


async def until_closed(reader: asyncio.StreamReader) -> bytes:
    """What still comes before the other side closes, politely or not."""
    try:
        return await reader.read()
    except OSError:
        return b""


async def say(port: int, context: ssl.SSLContext | None, request: bytes) -> bytes:
    """Send a request as fast as the handshake lets us, and return whatever comes back."""
    answer = b""
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        try:
            writer.write(request)
            answer = await until_closed(reader)
        finally:
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
    return answer


async def raw_answer(sides: Sides, port: int, request: bytes) -> bytes:
    """What the peer port says to these bytes of a pinned client."""
    return await say(port, careless_client(sides.amber), request)
