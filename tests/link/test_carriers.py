"""Bytes over real sockets of this machine: what is carried whole, and what each broken line is told as."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from certificates import Identity, careless_client, careless_server, honest
from proxy import FakePort, Proxy
from searoom.errors import NotAllowed, PeerFault, StateUnknown
from searoom.link import carriers
from searoom.link.carriers import HttpsCarrier, Limits, LoopCarrier, Server, serve
from searoom.link.post import EXCHANGE_PATH, MAX_BODY_BYTES, MAX_HEADER_BYTES, answer_bytes

PATIENT = Limits(handshake_s=20.0, exchange_s=20.0, goodbye_s=0.2)  # never reached, however busy the machine
HURRIED = Limits(handshake_s=0.2, exchange_s=0.25, goodbye_s=0.1)  # where running out of time is the point
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Sides:
    """Two parties' certificates, a handler that echoes and remembers, and the port and carrier between them."""

    def __init__(self, folder: Path) -> None:
        self.amber: Identity = honest(folder, "amber")
        self.coral: Identity = honest(folder, "coral")
        self.heard: list[tuple[str, bytes]] = []
        self.failures: list[Exception] = []

    async def echo(self, party: str, data: bytes) -> bytes:
        self.heard.append((party, data))
        return data[::-1]

    @asynccontextmanager
    async def port(
        self, handler: Callable[[str, bytes], Awaitable[bytes]] | None = None, limits: Limits = PATIENT
    ) -> AsyncIterator[Server]:
        server = await serve(
            "127.0.0.1",
            0,
            certificate=self.coral.certificate,
            key=self.coral.key,
            peers={"amber": self.amber.der},
            handler=handler or self.echo,
            limits=limits,
            on_failure=self.failures.append,
        )
        try:
            yield server
        finally:
            await server.close()

    def carrier(self, port: int, limits: Limits = PATIENT) -> HttpsCarrier:
        return HttpsCarrier(
            "127.0.0.1",
            port,
            certificate=self.amber.certificate,
            key=self.amber.key,
            peer_certificate=self.coral.der,
            limits=limits,
        )


@pytest.fixture
def sides(tmp_path: Path) -> Sides:
    return Sides(tmp_path)


async def refused(exchange: Coroutine[None, None, bytes]) -> str:
    with pytest.raises(PeerFault) as caught:
        await exchange
    return caught.value.sentence


@pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)) * 16, bytes(MAX_BODY_BYTES)], ids=len)
def test_carries_bytes_there_and_back(sides: Sides, data: bytes) -> None:
    """The handler hears who spoke and what; the courier gets back what the handler answered."""

    async def scene() -> None:
        async with sides.port() as server:
            assert data[::-1] == await sides.carrier(server.port).exchange(data)

    asyncio.run(scene())
    assert sides.heard == [("amber", data)]
    assert sides.failures == []


def test_serves_exchange_after_exchange(sides: Sides) -> None:
    """Exchanges in turn and at the same time are kept apart."""

    async def scene() -> None:
        async with sides.port() as server:
            carrier = sides.carrier(server.port)
            answers = await asyncio.gather(*(carrier.exchange(f"{n:03}".encode()) for n in range(4)))
            assert answers == [b"000", b"100", b"200", b"300"]
            assert await carrier.exchange(b"again") == b"niaga"

    asyncio.run(scene())


def test_sends_small_packets_at_once(sides: Sides, monkeypatch: pytest.MonkeyPatch) -> None:
    """TCP_NODELAY is set on both ends: without it a round trip can wait 40 ms for an acknowledgement."""
    seen: list[int] = []
    pinned = carriers.pinned_party

    def look(writer: asyncio.StreamWriter, peers: dict[str, bytes]) -> str:
        line: socket.socket = writer.get_extra_info("socket")
        seen.append(line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        return pinned(writer, peers)

    monkeypatch.setattr(carriers, "pinned_party", look)

    async def scene() -> None:
        async with sides.port() as server:
            await sides.carrier(server.port).exchange(b"x")

    asyncio.run(scene())
    assert len(seen) == 2
    assert all(seen)


def test_says_that_a_port_is_in_use(sides: Sides) -> None:
    """A second node on one port is told so, with what to do."""

    async def scene() -> None:
        async with sides.port() as server:
            with pytest.raises(NotAllowed, match=f"port {server.port} of 127.0.0.1 is in use") as caught:
                await serve(
                    "127.0.0.1",
                    server.port,
                    certificate=sides.coral.certificate,
                    key=sides.coral.key,
                    peers={},
                    handler=sides.echo,
                )
            assert "set another port" in caught.value.advice()
            assert await sides.carrier(server.port).exchange(b"ab") == b"ba"

    asyncio.run(scene())


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_says_that_an_address_is_not_ours(sides: Sides, host: str) -> None:
    """An address that this machine does not have is refused in a sentence."""

    async def scene() -> None:
        with pytest.raises(NotAllowed, match=f"cannot listen at {host}:0"):
            await serve(host, 0, certificate=sides.coral.certificate, key=sides.coral.key, peers={}, handler=sides.echo)

    asyncio.run(scene())


def test_refuses_a_message_over_the_limit_before_sending(sides: Sides) -> None:
    """What no exchange may carry is our own fault, not the counterpart's."""

    async def scene() -> None:
        with pytest.raises(NotAllowed, match="more than one exchange carries"):
            await sides.carrier(1).exchange(bytes(MAX_BODY_BYTES + 1))

    asyncio.run(scene())


def test_answers_what_the_handler_refuses(sides: Sides) -> None:
    """The other side learns that it was refused and nothing of why; the next message is served."""
    answers = iter([PeerFault("no"), None])

    async def handler(party: str, data: bytes) -> bytes:
        if (refusal := next(answers)) is not None:
            raise refusal
        return await sides.echo(party, data)

    async def scene() -> None:
        async with sides.port(handler) as server:
            carrier = sides.carrier(server.port)
            assert "could not use what we sent (HTTP status 400)" in await refused(carrier.exchange(b"x"))
            assert await carrier.exchange(b"ab") == b"ba"

    asyncio.run(scene())
    assert sides.failures == []


@pytest.mark.parametrize(
    ("error", "status"),
    [(StateUnknown("the disk is full"), 503), (ZeroDivisionError(), 500), (NotAllowed("a bug"), 500)],
)
def test_tells_the_node_what_failed_here(sides: Sides, error: Exception, status: int) -> None:
    """A full disk and a bug of ours are not the counterpart's fault: the node hears of them, the peer of a status."""

    async def handler(party: str, data: bytes) -> bytes:
        raise error

    async def scene() -> None:
        async with sides.port(handler) as server:
            assert f"HTTP status {status}" in await refused(sides.carrier(server.port).exchange(b"x"))

    asyncio.run(scene())
    assert sides.failures == [error]


def test_reports_a_failure_to_the_loop_by_default(sides: Sides) -> None:
    """Where the node gave no ear for failures, the event loop's own handler hears of them."""
    told: list[object] = []

    async def handler(party: str, data: bytes) -> bytes:
        raise ZeroDivisionError

    async def scene() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["exception"]))
        server = await serve(
            "127.0.0.1",
            0,
            certificate=sides.coral.certificate,
            key=sides.coral.key,
            peers={"amber": sides.amber.der},
            handler=handler,
        )
        await refused(sides.carrier(server.port).exchange(b"x"))
        await server.close()

    asyncio.run(scene())
    assert [type(error) for error in told] == [ZeroDivisionError]


async def until_closed(reader: asyncio.StreamReader) -> bytes:
    """What still comes before the other side closes, politely or not."""
    try:
        return await reader.read()
    except ConnectionError:
        return b""


async def raw_answer(sides: Sides, port: int, request: bytes) -> bytes:
    """What the peer port says to these bytes of a pinned client."""
    context = careless_client(sides.amber)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    try:
        writer.write(request)
        return await until_closed(reader)
    finally:
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


BAD_REQUESTS = {
    "not HTTP": (b"\x00\x01\x02garbage\r\n\r\n", b"400"),
    "another address": (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx", b"404"),
    "another method": (f"GET {EXCHANGE_PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode(), b"405"),
    "only the head": (f"HEAD {EXCHANGE_PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode(), b"405"),
    "a tunnel": (b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
    "a declared length over the limit": (
        f"POST {EXCHANGE_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_BODY_BYTES + 1}\r\n\r\n".encode(),
        b"413",
    ),
    "a body over the limit in chunks": (
        f"POST {EXCHANGE_PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        + f"{MAX_BODY_BYTES + 1:x}\r\n".encode()
        + bytes(MAX_BODY_BYTES + 1)
        + b"\r\n0\r\n\r\n",
        b"413",
    ),
    "a head over the limit": (
        f"POST {EXCHANGE_PATH} HTTP/1.1\r\nHost: x\r\nX: ".encode() + b"x" * (2 * MAX_HEADER_BYTES),
        b"431",
    ),
    "a head over the limit that comes whole": (
        f"POST {EXCHANGE_PATH} HTTP/1.1\r\nHost: x\r\nX: ".encode() + b"x" * MAX_HEADER_BYTES + b"\r\n\r\n",
        b"431",
    ),
    "two lengths": (
        f"POST {EXCHANGE_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx".encode(),
        b"400",
    ),
}


@pytest.mark.parametrize("name", BAD_REQUESTS)
def test_answers_a_bad_request_with_its_status(sides: Sides, name: str) -> None:
    """Even of a pinned client nothing reaches the handler but one well-formed POST within the limits."""
    request, status = BAD_REQUESTS[name]

    async def scene() -> None:
        async with sides.port() as server:
            answer = (await raw_answer(sides, server.port, request))[9:12]
            # who is still sending when the port hangs up may find the line reset before the answer was read
            assert answer == status or (not answer and len(request) > MAX_BODY_BYTES)
            assert await sides.carrier(server.port).exchange(b"ab") == b"ba"

    asyncio.run(scene())
    assert sides.heard == [("amber", b"ab")]
    assert sides.failures == []


def test_lets_a_dripping_client_go(sides: Sides) -> None:
    """A request that never ends costs one connection for the time allowed; the honest one beside it is served."""

    async def drip(writer: asyncio.StreamWriter) -> None:
        for byte in f"POST {EXCHANGE_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n".encode() * 9:
            writer.write(bytes((byte,)))
            await asyncio.sleep(0.01)

    async def scene() -> None:
        async with sides.port(limits=Limits(handshake_s=1.0, exchange_s=1.0, goodbye_s=0.1)) as server:
            context = careless_client(sides.amber)
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port, ssl=context)
            dripping = asyncio.create_task(drip(writer))
            assert await sides.carrier(server.port).exchange(b"ab") == b"ba"
            assert await until_closed(reader) == b""
            dripping.cancel()
            writer.transport.abort()
            await asyncio.gather(dripping, writer.wait_closed(), return_exceptions=True)

    asyncio.run(scene())
    assert sides.heard == [("amber", b"ab")]


def test_bounds_the_connections_of_one_counterpart(sides: Sides) -> None:
    """More connections than one counterpart needs are broken off; when they end, it is served again."""
    going, waiting = asyncio.Event(), asyncio.Semaphore(0)

    async def handler(party: str, data: bytes) -> bytes:
        waiting.release()
        await going.wait()
        return data

    async def scene() -> None:
        async with sides.port(handler) as server:
            carrier = sides.carrier(server.port)
            held = [asyncio.create_task(carrier.exchange(b"x")) for _ in range(carriers.MAX_CONNECTIONS_PER_PEER)]
            for _ in held:
                await waiting.acquire()
            assert await refused(carrier.exchange(b"one too many"))
            going.set()
            assert [b"x"] * len(held) == await asyncio.gather(*held)
            assert await carrier.exchange(b"again") == b"again"

    asyncio.run(scene())


def test_bounds_the_connections_of_all(sides: Sides, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections over the limit are closed before the handshake; those of strangers time out and make room."""
    monkeypatch.setattr(carriers, "MAX_CONNECTIONS", 2)

    async def scene() -> None:
        async with sides.port(limits=Limits(handshake_s=0.5, exchange_s=20.0, goodbye_s=0.1)) as server:
            silent = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(2)]
            while len(server._connections) < 2:
                await asyncio.sleep(0)
            assert await refused(sides.carrier(server.port).exchange(b"x"))
            for reader, writer in silent:
                assert await until_closed(reader) == b""
                writer.close()
                await writer.wait_closed()
            assert await sides.carrier(server.port).exchange(b"ab") == b"ba"

    asyncio.run(scene())


def test_closes_while_connections_are_open(sides: Sides) -> None:
    """A node that stops leaves no task and no socket behind, whatever state its connections are in."""
    reached = asyncio.Event()

    async def handler(party: str, data: bytes) -> bytes:
        reached.set()
        await asyncio.sleep(60)
        return data

    async def scene() -> None:
        async with sides.port(handler) as server:
            _, silent = await asyncio.open_connection("127.0.0.1", server.port)
            waiting = asyncio.create_task(refused(sides.carrier(server.port).exchange(b"x")))
            await reached.wait()
            await server.close()
            assert "broke the connection" in await waiting
            silent.close()
            await silent.wait_closed()

    asyncio.run(scene())


# The counterpart's side misbehaves, in plain TCP or behind its true certificate.


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
    context = careless_server(sides.coral)

    async def scene() -> None:
        async with FakePort(talk, context=context) as fake:
            limits = HURRIED if "within the time" in sentence else PATIENT
            assert sentence in await refused(sides.carrier(fake.port, limits).exchange(b"x"))

    asyncio.run(scene())


@pytest.mark.parametrize("name", ["silent", "HTTP"])
def test_says_nothing_to_a_port_without_tls(sides: Sides, name: str) -> None:
    """Where no handshake is had, no byte of ours is sent."""
    got = bytearray()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.extend(await reader.read(65536))
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        if name == "silent":
            await asyncio.sleep(60)

    async def scene() -> None:
        async with FakePort(listen) as fake:
            assert "127.0.0.1" in await refused(sides.carrier(fake.port, HURRIED).exchange(b"a secret of ours"))

    asyncio.run(scene())
    assert b"secret" not in got
    assert b"POST" not in got


def test_waits_through_a_provisional_answer(sides: Sides) -> None:
    """A gateway's "100 Continue" is no answer yet."""
    talk = saying(b"HTTP/1.1 100 Continue\r\n\r\n", HEAD, b"0123456789")

    async def scene() -> None:
        async with FakePort(talk, context=careless_server(sides.coral)) as fake:
            assert await sides.carrier(fake.port).exchange(b"x") == b"0123456789"

    asyncio.run(scene())


def test_says_that_a_name_is_not_known(sides: Sides) -> None:
    """A host that does not exist is a sentence with its name."""
    carrier = HttpsCarrier(
        "no-such-host.invalid",
        4443,
        certificate=sides.amber.certificate,
        key=sides.amber.key,
        peer_certificate=sides.coral.der,
    )
    assert "no-such-host.invalid:4443 cannot be reached" in asyncio.run(refused(carrier.exchange(b"x")))


def test_lives_on_when_the_system_gives_no_connection(sides: Sides) -> None:
    """Out of file handles for a moment: the port waits and goes on listening."""

    async def scene() -> None:
        loop = asyncio.get_running_loop()
        accept = loop.sock_accept
        troubles = iter([OSError(24, "Too many open files")])

        async def accept_later(listening: socket.socket) -> tuple[socket.socket, object]:
            for trouble in troubles:
                raise trouble
            return await accept(listening)

        loop.sock_accept = accept_later  # type: ignore[method-assign]
        async with sides.port() as server:
            assert await sides.carrier(server.port).exchange(b"ab") == b"ba"

    asyncio.run(scene())


def test_a_bug_of_the_port_is_reported(sides: Sides, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong outside the handler does not end in silence either, and ends one connection only."""
    answers = iter([True])

    def failing(parser: object, status: int, body: bytes) -> bytes:
        for _ in answers:
            raise ZeroDivisionError
        return answer_bytes(parser, status, body)  # type: ignore[arg-type]

    monkeypatch.setattr(carriers, "answer_bytes", failing)

    async def scene() -> None:
        async with sides.port() as server:
            await refused(sides.carrier(server.port).exchange(b"x"))
            assert await sides.carrier(server.port).exchange(b"ab") == b"ba"

    asyncio.run(scene())
    assert [ZeroDivisionError] == [type(error) for error in sides.failures]


def test_says_that_nobody_is_there(sides: Sides) -> None:
    """An absent counterpart is no exception of the network's, but a sentence."""

    async def scene() -> None:
        async with sides.port() as server:
            port = server.port
        assert f"nobody answers at 127.0.0.1:{port}" == await refused(sides.carrier(port).exchange(b"x"))

    asyncio.run(scene())


CUTS = [0, 1, 5, 100, 517, 800, 1200, 1500, 2000]


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("way", ["up", "down"])
def test_survives_a_line_that_is_cut(sides: Sides, way: str, cut: int) -> None:
    """Cut in the handshake, the request or the answer: a sentence on one side, no handler call unless all was there."""
    data = bytes(5000)

    async def scene() -> None:
        async with sides.port() as server, Proxy(server.port) as line:
            carrier = sides.carrier(line.port)
            line.cut_after(**{way: cut})
            assert "127.0.0.1" in await refused(carrier.exchange(data))
            line.mend()
            assert await carrier.exchange(b"ab") == b"ba"

    asyncio.run(scene())
    expected = [("amber", b"ab")]
    if way == "down":  # the request may have come whole, with only its answer lost
        assert sides.heard in (expected, [("amber", data), *expected])
    else:
        assert expected == sides.heard


def test_survives_a_line_that_freezes(sides: Sides) -> None:
    """A frozen line ends in the time allowed, and the next exchange passes."""

    async def scene() -> None:
        async with sides.port() as server, Proxy(server.port) as line:
            carrier = sides.carrier(line.port)
            line.freeze_after(1)
            assert await carrier.exchange(b"ab") == b"ba"
            assert "did not answer" in await refused(sides.carrier(line.port, HURRIED).exchange(b"held"))
            assert line.frozen.is_set()
            line.thaw()
            assert await carrier.exchange(b"cd") == b"dc"

    asyncio.run(scene())


def test_loops_in_one_process() -> None:
    """The loop carrier answers with the handler's bytes, and with its refusals as a wire would."""

    async def handler(data: bytes) -> bytes:
        if data == b"bad":
            raise PeerFault("no")
        return data[::-1]

    async def scene() -> None:
        carrier = LoopCarrier(handler)
        assert await carrier.exchange(b"ab") == b"ba"
        assert "could not use" in await refused(carrier.exchange(b"bad"))

    asyncio.run(scene())
