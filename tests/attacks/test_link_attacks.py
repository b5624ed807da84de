"""Impostors at both ends of the link: who does not show the pinned certificate hears and is heard by nobody.

Each client is refused before a byte of HTTP is parsed, each server is told not a byte of ours, and
the next honest exchange passes. All of them are strangers' own TLS, over real sockets.
"""

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path

import h11
import pytest

from certificates import Identity, careless_client, careless_server, forged, old_client, old_server
from proxy import FakePort
from searoom.link import port
from searoom.link.post import EXCHANGE_PATH
from wire import Sides, raw_answer, refused, say, until_closed

REQUEST = f"POST {EXCHANGE_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\nevil".encode()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789"


@pytest.fixture
def sides(tmp_path: Path) -> Sides:
    return Sides(tmp_path)


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


# -- false clients -------------------------------------------------------------------------------

# What each impostor brings, given a folder and the honest client's own identity.
IMPOSTORS: dict[str, Callable[[Path, Identity], ssl.SSLContext | None]] = {
    "no certificate": lambda folder, amber: careless_client(None),
    "a foreign authority": lambda folder, amber: careless_client(forged(folder, "x", party="jade")),
    "the same name, another key": lambda folder, amber: careless_client(forged(folder, "x", party="amber")),
    "the same name and key, another certificate": lambda folder, amber: careless_client(
        forged(folder, "x", party="amber", key_of=amber)
    ),
    "issued by the pinned key": lambda folder, amber: careless_client(forged(folder, "x", party="amber", issuer=amber)),
    "plain text": lambda folder, amber: None,
    "TLS 1.2": lambda folder, amber: old_client(amber),
}


def test_the_request_of_the_impostors_is_answered_to_amber(sides: Sides, parsed: list[object]) -> None:
    """What the impostors below send is a request like any other, in the hands of who may send it."""

    async def scene() -> None:
        async with sides.port() as server:
            assert (await raw_answer(sides, server.port, REQUEST)).endswith(b"live")

    asyncio.run(scene())
    assert len(parsed) == 1


@pytest.mark.parametrize("name", IMPOSTORS)
def test_an_impostor_never_reaches_the_parser(name: str, sides: Sides, parsed: list[object]) -> None:
    """Whoever does not show the pinned certificate is refused before a byte of HTTP; amber is served after it."""

    async def scene() -> None:
        async with sides.port() as server:
            answer = await say(server.port, IMPOSTORS[name](sides.folder, sides.amber), REQUEST)
            assert b"HTTP" not in answer
            assert (parsed, sides.heard) == ([], [])
            await sides.honest_exchange(server.port)

    asyncio.run(scene())
    assert len(parsed) == 1
    assert sides.heard == [("amber", b"ab")]
    assert sides.failures == []


@pytest.mark.parametrize("days", [(-30, -1), (1, 30)], ids=["expired", "not yet valid"])
def test_a_pinned_certificate_out_of_date_is_refused(days: tuple[int, int], sides: Sides, parsed: list[object]) -> None:
    """A pin is no better than the dates on it; the valid one beside it is served."""
    stale = forged(sides.folder, "stale", party="amber", days=days)

    async def scene() -> None:
        async with sides.port(pins={"amber": [stale.der, sides.amber.der]}) as server:
            assert b"" == await say(server.port, careless_client(stale), REQUEST)
            assert parsed == []
            await sides.honest_exchange(server.port)

    asyncio.run(scene())


@pytest.mark.parametrize("pinned", ["the authority", "the authority and a twin"])
def test_the_right_authority_is_not_the_right_pin(pinned: str, sides: Sides, parsed: list[object]) -> None:
    """A certificate that verifies up to a trusted one passes the handshake, and stops at the pin."""
    authority = forged(sides.folder, "authority", party="jade", authority=True)
    issued = forged(sides.folder, "issued", party="amber", issuer=authority)
    twin = forged(sides.folder, "twin", party="amber", issuer=authority)
    pins = {"jade": [authority.der], "amber": [sides.amber.der]}
    if pinned != "the authority":
        pins["amber"].append(issued.der)

    async def scene() -> None:
        async with sides.port(pins=pins) as server:
            assert b"" == await say(server.port, careless_client(twin), REQUEST)
            assert parsed == []
            await sides.honest_exchange(server.port)
            if pinned != "the authority":
                assert (await say(server.port, careless_client(issued), REQUEST)).endswith(b"live")

    asyncio.run(scene())


def test_garbage_before_the_handshake_costs_nothing(sides: Sides, parsed: list[object]) -> None:
    """Noise, an empty connection and a half hello end a connection; nothing is reported as a fault of ours."""

    async def scene() -> None:
        async with sides.port() as server:
            for noise in (b"\x00" * 5000, bytes(range(256)), b"\x16\x03\x01\x02\x00\x01", b"\n"):
                reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
                writer.write(noise)
                writer.write_eof()
                assert b"HTTP" not in await until_closed(reader)
                writer.transport.abort()
            await sides.honest_exchange(server.port)

    asyncio.run(scene())
    assert (len(parsed), sides.failures) == (1, [])


# -- false servers -------------------------------------------------------------------------------

# What stands where coral's node should, given the sides: its certificate, and what we pinned.
WRONG_SERVERS: dict[str, Callable[[Sides], FakePort]] = {
    "a foreign authority": lambda sides: careless(forged(sides.folder, "x", party="jade")),
    "the same name, another key": lambda sides: careless(forged(sides.folder, "x", party="coral")),
    "the same name and key, another certificate": lambda sides: careless(
        forged(sides.folder, "x", party="coral", key_of=sides.coral)
    ),
    "issued by the pinned key": lambda sides: careless(forged(sides.folder, "x", party="coral", issuer=sides.coral)),
    "TLS 1.2": lambda sides: FakePort(listening, context=old_server(sides.coral)),
    "plain text": lambda sides: FakePort(listening),
}
GOT: list[bytes] = []


async def listening(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Would answer any request, and remembers what it got."""
    data = await reader.read(65536)
    GOT.append(data)
    writer.write(ANSWER)
    await writer.drain()
    await reader.read()


def careless(identity: object) -> FakePort:
    return FakePort(listening, context=careless_server(identity))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", WRONG_SERVERS)
def test_a_false_server_hears_nothing(sides: Sides, name: str) -> None:
    """Not a byte of ours reaches who does not show the pinned certificate; the next honest exchange passes."""
    GOT.clear()

    async def scene() -> None:
        async with WRONG_SERVERS[name](sides) as fake:
            carrier = sides.carrier(fake.port)
            assert f"127.0.0.1:{fake.port}" in await refused(carrier.exchange(b"a secret of ours"))
            assert carrier.connections == 0
        async with sides.port() as server:
            await sides.honest_exchange(server.port)

    asyncio.run(scene())
    assert not any(b"POST" in data or b"secret" in data for data in GOT)


@pytest.mark.parametrize(("days", "word"), [((-30, -1), "out of date"), ((1, 30), "out of date")])
def test_a_server_out_of_date_hears_nothing(sides: Sides, days: tuple[int, int], word: str) -> None:
    """A pinned certificate that has expired, or is not valid yet, is refused as well."""
    GOT.clear()
    stale = forged(sides.folder, "stale", party="coral", days=days)

    async def scene() -> None:
        async with careless(stale) as fake:
            carrier = sides.carrier(fake.port, pins=[stale.der])
            assert word in await refused(carrier.exchange(b"a secret of ours"))
        async with sides.port() as server:
            await sides.honest_exchange(server.port)

    asyncio.run(scene())
    assert not any(GOT)


def test_a_false_server_with_the_right_authority_hears_nothing(sides: Sides) -> None:
    """A server whose certificate a pinned authority has signed passes the handshake and stops at the pin."""
    GOT.clear()
    authority = forged(sides.folder, "authority", party="jade", authority=True)
    issued = forged(sides.folder, "issued", party="coral", issuer=authority)

    async def scene() -> None:
        async with careless(issued) as fake:
            carrier = sides.carrier(fake.port, pins=[authority.der])
            assert "certificate that is not the pinned one" in await refused(carrier.exchange(b"a secret of ours"))

    asyncio.run(scene())
    assert not any(b"POST" in data for data in GOT)
