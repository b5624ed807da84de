"""Bytes to a counterpart over real sockets of this machine: carried whole, kept, repeated, and each failure told."""

import asyncio
import socket
from pathlib import Path

import pytest

from certificates import careless_server, forged, honest
from proxy import FakePort, Proxy
from searoom.errors import NotAllowed, PeerFault
from searoom.link import stream
from searoom.link.carriers import HttpsCarrier, Limits, LoopCarrier
from searoom.link.lanes import Lanes
from searoom.link.post import MAX_BODY_BYTES, MAX_HEADER_BYTES, MAX_TOKEN_BYTES
from wire import HURRIED, PATIENT, Sides, Talk, refused


@pytest.fixture
def sides(tmp_path: Path) -> Sides:
    return Sides(tmp_path)


@pytest.mark.parametrize("urgent", [False, True])
@pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)) * 16, bytes(MAX_BODY_BYTES)], ids=len)
def test_carries_bytes_there_and_back(sides: Sides, data: bytes, urgent: bool) -> None:
    """The handler hears who spoke and what; the courier gets back what the handler answered."""

    async def scene() -> None:
        async with sides.port() as server, sides.carrier(server.port) as carrier:
            assert data[::-1] == await carrier.exchange(data, urgent=urgent)

    asyncio.run(scene())
    assert sides.heard == [("amber", data)]
    assert sides.failures == []


def test_serves_exchanges_at_the_same_time(sides: Sides) -> None:
    """Exchanges in turn and at the same time are kept apart."""

    async def scene() -> None:
        async with sides.port() as server, sides.carrier(server.port) as carrier:
            answers = await asyncio.gather(*(carrier.exchange(f"{n:03}".encode()) for n in range(9)))
            assert answers == [f"{n:03}".encode()[::-1] for n in range(9)]

    asyncio.run(scene())


@pytest.mark.parametrize("urgent", [False, True])
def test_asks_no_more_at_once_than_the_other_node_takes(sides: Sides, urgent: bool) -> None:
    """More exchanges than there are places wait their turn here, and none is refused there."""

    async def handler(party: str, data: bytes) -> bytes:
        await asyncio.sleep(0.05)
        return data

    async def scene() -> None:
        async with sides.port(handler) as server, sides.carrier(server.port) as carrier:
            answers = await asyncio.gather(*(carrier.exchange(b"%d" % n, urgent=urgent) for n in range(12)))
            assert [b"%d" % n for n in range(12)] == answers

    asyncio.run(scene())


def test_uses_a_connection_again(sides: Sides) -> None:
    """One handshake serves many exchanges; routine, urgent and waiting ones alike."""

    async def scene() -> None:
        async with sides.port() as server, sides.carrier(server.port) as carrier:
            for _ in range(5):
                assert await carrier.exchange(b"ab") == b"ba"
                assert await carrier.exchange(b"cd", urgent=True) == b"dc"
            assert carrier.connections == 1

    asyncio.run(scene())


def test_says_how_the_keys_were_agreed(sides: Sides) -> None:
    """Between two nodes of this release the link is hybrid, and both ends can tell."""

    async def scene() -> None:
        async with sides.port() as server, sides.carrier(server.port) as carrier:
            assert carrier.key_exchange == ""
            assert server.key_exchange("amber") == ""
            await carrier.exchange(b"x")
            assert carrier.key_exchange == "X25519MLKEM768: hybrid"
            assert server.key_exchange("amber") == "X25519MLKEM768: hybrid"

    asyncio.run(scene())


def test_says_that_a_classical_link_is_one(sides: Sides) -> None:
    """With a counterpart whose TLS knows no hybrid group the exchange passes, and the status does not flatter it."""

    async def scene() -> None:
        async with FakePort(saying(HEAD, b"0123456789"), context=careless_server(sides.coral)) as fake:
            carrier = sides.carrier(fake.port)
            assert await carrier.exchange(b"x") == b"0123456789"
            assert carrier.key_exchange.lower() == "x25519: classical"
            await carrier.close()

    asyncio.run(scene())


def test_sends_small_packets_at_once(sides: Sides, monkeypatch: pytest.MonkeyPatch) -> None:
    """TCP_NODELAY is set on both ends: without it a round trip can wait 40 ms for an acknowledgement."""
    seen: list[int] = []
    hands = stream.TlsStream.shake_hands

    async def look(self: stream.TlsStream, *, server: bool) -> None:
        line: socket.socket = self._writer.get_extra_info("socket")
        seen.append(line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        await hands(self, server=server)

    monkeypatch.setattr(stream.TlsStream, "shake_hands", look)

    async def scene() -> None:
        async with sides.port() as server:
            await sides.honest_exchange(server.port)

    asyncio.run(scene())
    assert len(seen) == 2
    assert all(seen)


def test_refuses_a_message_over_the_limit_before_sending(sides: Sides) -> None:
    """What no exchange may carry is our own fault, not the counterpart's."""

    async def scene() -> None:
        with pytest.raises(NotAllowed, match="more than one exchange carries"):
            await sides.carrier(1).exchange(bytes(MAX_BODY_BYTES + 1))
        with pytest.raises(NotAllowed, match="more than a token has"):
            await sides.carrier(1).wait(bytes(MAX_TOKEN_BYTES + 1), 1)

    asyncio.run(scene())


# -- connections that are kept ---------------------------------------------------------------------


def test_replaces_a_kept_connection_that_broke(sides: Sides) -> None:
    """A line that died while nobody used it costs one more handshake and nothing else."""

    async def scene() -> None:
        async with sides.port() as server, Proxy(server.port) as line, sides.carrier(line.port) as carrier:
            assert await carrier.exchange(b"ab") == b"ba"
            line.hang_up()
            assert await carrier.exchange(b"cd") == b"dc"
            assert carrier.connections == 2

    asyncio.run(scene())


def test_repeats_once_what_a_dying_connection_swallowed(sides: Sides) -> None:
    """The line breaks under a request on a kept connection: the same goes out once more, on a fresh one."""

    async def scene() -> None:
        async with sides.port() as server, Proxy(server.port) as line, sides.carrier(line.port) as carrier:
            assert await carrier.exchange(b"ab") == b"ba"
            line.cut_after(up=40)
            mending = asyncio.create_task(mend_after(line, 2))
            assert await carrier.exchange(b"cd") == b"dc"
            await mending

    asyncio.run(scene())
    assert sides.heard == [("amber", b"ab"), ("amber", b"cd")]


async def mend_after(line: Proxy, exchanges: int) -> None:
    while line.opened < exchanges:
        await asyncio.sleep(0)
    line.mend()


def test_does_not_repeat_twice(sides: Sides) -> None:
    """Where the fresh connection breaks too, the courier hears so: it decides when to go on."""

    async def scene() -> None:
        async with sides.port() as server, Proxy(server.port) as line, sides.carrier(line.port) as carrier:
            assert await carrier.exchange(b"ab") == b"ba"
            line.cut_after(up=0)
            before = line.opened
            assert "broke the connection" in await refused(carrier.exchange(b"cd"))
            assert 2 == line.opened - before

    asyncio.run(scene())


def test_uses_no_connection_on_which_something_came_unasked(sides: Sides) -> None:
    """Bytes before a question are no answer to it."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD + b"0123456789")
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.write(HEAD + b"unasked...")
        await reader.read()

    async def scene() -> None:
        async with FakePort(talk, context=careless_server(sides.coral)) as fake:
            carrier = sides.carrier(fake.port)
            assert await carrier.exchange(b"x") == b"0123456789"
            await asyncio.sleep(0.2)
            assert await carrier.exchange(b"x") == b"0123456789"
            assert carrier.connections == 2
            await carrier.close()

    asyncio.run(scene())


def test_keeps_no_connection_on_which_more_came_than_the_answer(sides: Sides) -> None:
    """An answer with a tail ends its connection."""

    async def scene() -> None:
        async with FakePort(saying(HEAD + b"0123456789unasked"), context=careless_server(sides.coral)) as fake:
            carrier = sides.carrier(fake.port)
            assert await carrier.exchange(b"x") == b"0123456789"
            assert carrier._idle == []

    asyncio.run(scene())


def test_lets_an_idle_connection_go(sides: Sides) -> None:
    """What nobody uses for a time is closed by who opened it."""
    brief = Limits(handshake_s=20.0, exchange_s=20.0, goodbye_s=0.2, idle_s=0.05)

    async def scene() -> None:
        async with sides.port() as server, sides.carrier(server.port, brief) as carrier:
            assert await carrier.exchange(b"ab") == b"ba"
            assert len(carrier._idle) == 1
            while server._connections:
                await asyncio.sleep(0.01)
            assert carrier._idle == []
            assert await carrier.exchange(b"cd") == b"dc"
            assert carrier.connections == 2

    asyncio.run(scene())


@pytest.mark.parametrize("old", ["client", "server"])
def test_no_connection_is_kept_for_ever(sides: Sides, old: str) -> None:
    """After its time a connection makes place for one whose certificate was looked at anew."""
    brief = Limits(handshake_s=20.0, exchange_s=20.0, goodbye_s=0.2, age_s=0.0)

    async def scene() -> None:
        ours, theirs = (brief, PATIENT) if old == "client" else (PATIENT, brief)
        async with sides.port(limits=theirs) as server, sides.carrier(server.port, ours) as carrier:
            for _ in range(2):
                assert await carrier.exchange(b"ab") == b"ba"
            assert carrier.connections == 2

    asyncio.run(scene())


def test_leaves_nothing_open(sides: Sides) -> None:
    """A carrier that is closed has taken leave of every connection."""

    async def scene() -> None:
        async with sides.port() as server:
            async with sides.carrier(server.port) as carrier:
                await asyncio.gather(*(carrier.exchange(b"ab") for _ in range(4)))
            while server._connections:
                await asyncio.sleep(0.01)

    asyncio.run(scene())


# -- whom we talk to -------------------------------------------------------------------------------


def test_takes_each_of_several_pins(sides: Sides) -> None:
    """While a counterpart changes its certificate both are taken, whichever it shows."""
    newer = honest(folder(sides, "new"), "coral")

    async def scene() -> None:
        for shown in (sides.coral, newer):
            async with (
                sides.port(coral=shown) as server,
                sides.carrier(server.port, pins=[newer.der, sides.coral.der]) as carrier,
            ):
                assert await carrier.exchange(b"ab") == b"ba"

    asyncio.run(scene())


def folder(sides: Sides, name: str) -> Path:
    made = sides.folder / name
    made.mkdir()
    return made


def test_a_pin_that_is_taken_back_ends_a_kept_connection(sides: Sides) -> None:
    """A certificate that was revoked is worth nothing on a connection that stands already."""
    newer = honest(folder(sides, "new"), "coral")

    async def scene() -> None:
        pins = [sides.coral.der]
        async with sides.port() as server, sides.carrier(server.port, pins=pins) as carrier:
            assert await carrier.exchange(b"ab") == b"ba"
            pins[:] = [newer.der]
            assert "does not show a certificate that we pinned" in await refused(carrier.exchange(b"secret"))
            pins[:] = [newer.der, sides.coral.der]
            assert await carrier.exchange(b"cd") == b"dc"

    asyncio.run(scene())
    assert sides.heard == [("amber", b"ab"), ("amber", b"cd")]


# -- what each failure is told as ------------------------------------------------------------------


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


def saying(*pieces: bytes, pause_s: float = 0.0) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)
        writer.close()
        await writer.wait_closed()

    return talk


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
BAD_ANSWERS: dict[str, tuple[Talk, str]] = {
    "nothing": (silent, "did not answer within the time allowed"),
    "a close": (saying(), "broke the connection before its answer"),
    "garbage": (saying(b"\xff\x00 what \r\n\r\n"), "something else than HTTP"),
    "half a head": (saying(HEAD[:20]), "broke off in the middle"),
    "half a body": (saying(HEAD, b"12345"), "broke off in the middle"),
    "a drip": (saying(*(bytes((byte,)) for byte in HEAD * 9), pause_s=0.01), "did not answer within the time"),
    "another status": (saying(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"), "HTTP status 302"),
    "too often": (saying(b"HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n\r\n"), "asks us to call less often"),
    "a long head": (saying(b"HTTP/1.1 200 OK\r\nX: " + b"x" * (2 * MAX_HEADER_BYTES)), "something else than HTTP"),
    "a long head that comes whole": (
        saying(b"HTTP/1.1 200 OK\r\nX: " + b"x" * MAX_HEADER_BYTES + b"\r\n\r\n"),
        "the head of the message is longer than",
    ),
    "a long body by its length": (
        saying(f"HTTP/1.1 200 OK\r\nContent-Length: {MAX_BODY_BYTES + 1}\r\n\r\n".encode()),
        "longer than the 4194304 bytes",
    ),
    "a long body without length": (
        saying(b"HTTP/1.1 200 OK\r\n\r\n", bytes(MAX_BODY_BYTES + 1)),
        "longer than the 4194304 bytes",
    ),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_names_what_a_bad_answer_is(sides: Sides, name: str) -> None:
    """Each way a counterpart's node can fail us behind its true certificate is one plain sentence."""
    talk, sentence = BAD_ANSWERS[name]

    async def scene() -> None:
        async with FakePort(talk, context=careless_server(sides.coral)) as fake:
            limits = HURRIED if "within the time" in sentence else PATIENT
            carrier = sides.carrier(fake.port, limits)
            assert sentence in await refused(carrier.exchange(b"x"))
            assert carrier._idle == []

    asyncio.run(scene())


@pytest.mark.parametrize("days", [(-30, -1), (1, 30)])
def test_names_a_certificate_of_ours_that_is_not_taken(sides: Sides, days: tuple[int, int]) -> None:
    """Who is refused for its own certificate reads so, and does not look for a fault in the line."""
    stale = forged(sides.folder, "stale", party="amber", days=days)

    async def scene() -> None:
        async with sides.port(pins={"amber": [stale.der]}) as server:
            carrier = sides.carrier(server.port, amber=stale)
            told = await refused(carrier.exchange(b"x"))
            assert f"the node at 127.0.0.1:{server.port} does not take our certificate (" in told

    asyncio.run(scene())


def test_does_not_wait_long_for_a_handshake(sides: Sides) -> None:
    """A port that takes the connection and says nothing is given up before the time of an exchange is over."""
    brief = Limits(handshake_s=0.2, exchange_s=60.0, goodbye_s=0.2)

    async def scene() -> None:
        async with FakePort(silent) as fake:
            told = await asyncio.wait_for(refused(sides.carrier(fake.port, brief).exchange(b"x")), 20.0)
            assert "did not answer within the time allowed" in told

    asyncio.run(scene())


def test_waits_through_a_provisional_answer(sides: Sides) -> None:
    """A gateway's "100 Continue" is no answer yet."""
    talk = saying(b"HTTP/1.1 100 Continue\r\n\r\n", HEAD, b"0123456789")

    async def scene() -> None:
        async with FakePort(talk, context=careless_server(sides.coral)) as fake:
            carrier = sides.carrier(fake.port)
            assert await carrier.exchange(b"x") == b"0123456789"
            await carrier.close()

    asyncio.run(scene())


def test_says_that_a_name_is_not_known(sides: Sides) -> None:
    """A host that does not exist is a sentence with its name."""
    carrier = HttpsCarrier(
        "no-such-host.invalid", 4443, credentials=sides.amber.credentials, pins=lambda: [sides.coral.der]
    )
    assert "no-such-host.invalid:4443 cannot be reached" in asyncio.run(refused(carrier.exchange(b"x")))


def test_says_that_nobody_is_there(sides: Sides) -> None:
    """An absent counterpart is no exception of the network's, but a sentence."""

    async def scene() -> None:
        async with sides.port() as server:
            port = server.port
        assert f"nobody answers at 127.0.0.1:{port}" == await refused(sides.carrier(port).exchange(b"x"))

    asyncio.run(scene())


CUTS = [0, 1, 5, 100, 517, 800, 1200, 1500, 2000, 2500, 4000]


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("way", ["up", "down"])
@pytest.mark.parametrize("kept", [False, True])
def test_survives_a_line_that_is_cut(sides: Sides, way: str, cut: int, kept: bool) -> None:
    """Cut in handshake, request or answer: a sentence on one side, no handler call unless all was there."""
    data = bytes(5000)

    async def scene() -> None:
        async with sides.port() as server, Proxy(server.port) as line, sides.carrier(line.port) as carrier:
            if kept:
                assert await carrier.exchange(b"") == b""
            line.cut_after(**{way: cut})
            assert "127.0.0.1" in await refused(carrier.exchange(data))
            line.mend()
            assert await carrier.exchange(b"ab") == b"ba"

    asyncio.run(scene())
    heard = [words for _, words in sides.heard if words]
    assert heard[-1] == b"ab"
    # the request may have come whole, with only its answer lost; on a kept connection it is sent twice
    assert {data} >= set(heard[:-1])
    assert len(heard) <= (1 if way == "up" else 3)


def test_survives_a_line_that_freezes(sides: Sides) -> None:
    """A frozen line ends in the time allowed, and the next exchange passes."""

    async def scene() -> None:
        async with sides.port() as server, Proxy(server.port) as line, sides.carrier(line.port) as carrier:
            line.freeze_after(1)
            assert await carrier.exchange(b"ab") == b"ba"
            assert "did not answer" in await refused(sides.carrier(line.port, HURRIED).exchange(b"held"))
            assert line.frozen.is_set()
            line.thaw()
            assert await carrier.exchange(b"cd") == b"dc"

    asyncio.run(scene())


# -- inside one process ----------------------------------------------------------------------------


def test_loops_in_one_process() -> None:
    """The loop carrier answers with the handler's bytes, and with its refusals as a wire would."""

    async def handler(data: bytes) -> bytes:
        if data == b"bad":
            raise PeerFault("no")
        return data[::-1]

    async def urgent(data: bytes) -> bytes:
        return b"at once: " + data

    async def news(token: bytes) -> bytes:
        if token == b"old":
            return b"new"
        await asyncio.sleep(60)
        return b"late"

    async def scene() -> None:
        carrier = LoopCarrier(handler)
        assert await carrier.exchange(b"ab") == b"ba"
        assert await carrier.exchange(b"ab", urgent=True) == b"ba"
        assert "could not use" in await refused(carrier.exchange(b"bad"))
        assert "could not use" in await refused(carrier.wait(b"", 0.1))
        carrier = LoopCarrier(handler, urgent_handler=urgent, waiter=news)
        assert await carrier.exchange(b"ab", urgent=True) == b"at once: ab"
        assert await carrier.wait(b"old", 1.0) == b"new"
        assert await carrier.wait(b"new", 0.01) == b""

    asyncio.run(scene())


def test_shares_its_lanes(sides: Sides) -> None:
    """While the other direction is urgent, a routine exchange does not begin; an urgent one does."""
    lanes = Lanes()

    async def scene() -> None:
        async with sides.port() as server, sides.carrier(server.port, lanes=lanes) as carrier:
            with lanes.urgent():
                routine = asyncio.create_task(carrier.exchange(b"routine"))
                assert await carrier.exchange(b"flash", urgent=True) == b"hsalf"
                assert not routine.done()
            assert await routine == b"enituor"

    asyncio.run(scene())
    assert [b"flash", b"routine"] == [data for _, data in sides.heard]
