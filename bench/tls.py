"""Measures the peer port's TLS beside the standard library's: a handshake, a POST of 1 KiB, one of 1 MiB.

Run as `python -m bench.tls`. Both use the same HTTP code, on loopback, in turns in one process, with
mutual certificates; the other is `ssl` as Python brings it, with asyncio's own glue.
"""

import asyncio
import contextlib
import ssl
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import h11

from bench.frame import Spread, percentile
from searoom import clock
from searoom.link.carriers import HttpsCarrier, Limits
from searoom.link.port import serve
from searoom.link.post import EXCHANGE_PATH, answer_bytes, ask, goes_on, new_parser, read_body, read_head
from searoom.link.tls import Credentials, make_certificate

FRESH, KEPT, LARGE = 300, 1500, 20
RUNS = 3
FREE = Limits(idle_s=60.0, calls_per_s=1e6, calls_at_once=1e6)


class Plain:
    """The reader and writer of asyncio's own TLS, as post.py wants a stream."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.read, self._writer = reader.read, writer

    async def write(self, data: bytes) -> None:
        """Send all of it."""
        self._writer.write(data)
        await self._writer.drain()


def _context(protocol: int, folder: Path, me: str, peer: str) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(folder / f"{peer}.pem")
    context.load_cert_chain(folder / f"{me}.pem", folder / f"{me}.key")
    if protocol == ssl.PROTOCOL_TLS_SERVER:
        context.num_tickets = 0
    return context


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    parser, stream = new_parser(h11.SERVER), Plain(reader, writer)
    with contextlib.suppress(asyncio.CancelledError):  # the measurement is over
        while (got := await read_head(parser, stream)) is not None:
            await stream.write(answer_bytes(parser, 200, await read_body(parser, stream, got[0])))
            goes_on(parser)
        writer.close()


async def _timed(count: int, work: Callable[[], Awaitable[object]]) -> list[float]:
    taken = []
    for _ in range(count):
        began = time.perf_counter()
        await work()
        taken.append(1000 * (time.perf_counter() - began))
    return taken


async def _standard(folder: Path) -> dict[str, list[float]]:
    server = await asyncio.start_server(
        _answer, "127.0.0.1", 0, ssl=_context(ssl.PROTOCOL_TLS_SERVER, folder, "coral", "amber")
    )
    port = server.sockets[0].getsockname()[1]
    context = _context(ssl.PROTOCOL_TLS_CLIENT, folder, "amber", "coral")

    async def fresh() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        await ask(new_parser(h11.CLIENT), Plain(reader, writer), "coral", EXCHANGE_PATH, bytes(1024))
        writer.close()

    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    parser, stream = new_parser(h11.CLIENT), Plain(reader, writer)

    async def kept(size: int) -> None:
        await ask(parser, stream, "coral", EXCHANGE_PATH, bytes(size))
        goes_on(parser)

    figures = await _three(fresh, kept)
    writer.close()
    server.close()
    return figures


async def _ours(folder: Path) -> dict[str, list[float]]:
    mine = {name: Credentials.read(folder / f"{name}.pem", folder / f"{name}.key") for name in ("amber", "coral")}
    pins = {name: [(folder / f"{name}.der").read_bytes()] for name in mine}

    async def echo(_party: str, data: bytes) -> bytes:
        return data

    server = await serve(
        "127.0.0.1", 0, credentials=mine["coral"], peers={"amber": pins["amber"]}, handler=echo, limits=FREE
    )

    def carrier(limits: Limits) -> HttpsCarrier:
        mine_, pin = mine["amber"], pins["coral"]
        return HttpsCarrier("127.0.0.1", server.port, credentials=mine_, pins=lambda: pin, limits=limits)

    async with carrier(FREE) as again:
        once = carrier(Limits(idle_s=0.0))
        figures = await _three(lambda: once.exchange(bytes(1024)), lambda size: again.exchange(bytes(size)))
        sys.stdout.write(f"ours: {again.key_exchange}\n")
    await server.close()
    return figures


async def _three(
    fresh: Callable[[], Awaitable[object]], kept: Callable[[int], Awaitable[object]]
) -> dict[str, list[float]]:
    await kept(1024)
    return {
        "1 KiB, with a handshake": await _timed(FRESH, fresh),
        "1 KiB, connection kept": await _timed(KEPT, lambda: kept(1024)),
        "1 MiB there and back, connection kept": await _timed(LARGE, lambda: kept(1 << 20)),
    }


def main() -> None:
    """Print the medians of some runs, in turns."""
    seen: dict[str, dict[str, list[list[float]]]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for party in ("amber", "coral"):
            pem, key, der = make_certificate(party, now_us=clock.machine_now())
            for ending, data in (("pem", pem), ("key", key), ("der", der)):
                (folder / f"{party}.{ending}").write_bytes(data)
        for _ in range(RUNS):
            for engine, run in (("standard library", _standard), ("peer port", _ours)):
                for what, taken in asyncio.run(run(folder)).items():
                    seen.setdefault(what, {}).setdefault(engine, []).append(taken)
    for what, engines in seen.items():
        for engine, runs in engines.items():
            medians = Spread.of([percentile(taken, 0.5) for taken in runs])
            slow = Spread.of([percentile(taken, 0.99) for taken in runs])
            sys.stdout.write(f"{what}: {engine}: median {medians.text('ms')}, p99 {slow.text('ms')}\n")


if __name__ == "__main__":
    main()
