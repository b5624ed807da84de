"""Threat 23: strangers at the peer port cost little, reach no parser, and keep no counterpart out."""

import asyncio
import contextlib
import tracemalloc

import h11
import pytest

from certificates import careless_client, forged
from searoom.link import port
from wire import HURRIED, Sides, say, until_closed


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """One item for each HTTP parser that the port makes."""
    made: list[object] = []
    new = port.new_parser

    def spy(role: type[h11.SERVER]) -> h11.Connection:
        made.append(role)
        return new(role)

    monkeypatch.setattr(port, "new_parser", spy)
    return made


def test_threat_23_a_crowd_of_strangers_reaches_no_parser(tmp_path, parsed):
    """Forty of them with noise, silence, half handshakes and foreign certificates; amber is served meanwhile."""
    sides = Sides(tmp_path)

    async def stranger(number: int, where: int) -> None:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", where)
            writer.write([b"\x16\x03\x01\x02\x00", b"GET / HTTP/1.1\r\n\r\n", bytes(4000), b"\x80" * 17][number % 4])
            await until_closed(reader)
            writer.transport.abort()

    async def scene() -> None:
        async with sides.port() as server:
            crowd = [asyncio.create_task(stranger(number, server.port)) for number in range(40)]
            await asyncio.sleep(0)
            for _ in range(3):
                await sides.honest_exchange(server.port)
            for task in crowd:
                task.cancel()
            await asyncio.gather(*crowd, return_exceptions=True)
            await sides.honest_exchange(server.port)

    asyncio.run(scene())
    assert (4, []) == (len(parsed), sides.failures)


def test_threat_23_a_foreign_certificate_again_and_again_keeps_nothing(tmp_path, parsed):
    """Whoever comes with another certificate is let go each time, and leaves no memory behind."""
    sides = Sides(tmp_path)
    context = careless_client(forged(tmp_path, "x", party="amber"))

    async def scene() -> None:
        async with sides.port() as server:
            await say(server.port, context, b"POST / HTTP/1.1\r\n\r\n")
            tracemalloc.start()
            for _ in range(15):
                assert b"HTTP" not in await say(server.port, context, b"POST / HTTP/1.1\r\n\r\n")
            assert tracemalloc.get_traced_memory()[0] < 4 << 20
            tracemalloc.stop()
            await sides.honest_exchange(server.port)

    asyncio.run(scene())
    assert (1, []) == (len(parsed), sides.failures)


def test_threat_23_a_stranger_who_says_nothing_is_let_go(tmp_path, parsed):
    """The time for a handshake has an end, and then the place is free."""
    sides = Sides(tmp_path)

    async def scene() -> None:
        async with sides.port(limits=HURRIED) as server:
            silent = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(5)]
            assert [b""] * 5 == [await until_closed(reader) for reader, _ in silent]
            for _, writer in silent:
                writer.transport.abort()
        async with sides.port() as server:
            await sides.honest_exchange(server.port)

    asyncio.run(scene())
    assert 1 == len(parsed)
