"""The peer port over real sockets: who is refused before a byte of HTTP, and what a pinned counterpart may do."""

import asyncio
import contextlib
import socket
import ssl
from pathlib import Path

import h11
import pytest

from certificates import careless_client, honest
from proxy import Proxy
from searoom.errors import NotAllowed, PeerFault, StateUnknown
from searoom.link import callers, port
from searoom.link.carriers import Limits
from searoom.link.port import serve
from searoom.link.post import EXCHANGE_PATH, MAX_BODY_BYTES, MAX_HEADER_BYTES, WAIT_PATH, answer_bytes
from wire import Sides, raw_answer, refused, until_closed

REQUEST = f"POST {EXCHANGE_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\nevil".encode()


@pytest.fixture
def sides(tmp_path: Path) -> Sides:
    return Sides(tmp_path)


# -- who gets in -----------------------------------------------------------------------------------


def test_serves_each_certificate_of_a_counterpart(sides: Sides) -> None:
    """While a counterpart changes its certificate, both open the door; in either order of the list."""
    (sides.folder / "new").mkdir()
    newer = honest(sides.folder / "new", "amber")

    async def scene() -> None:
        for pins in ([newer.der, sides.amber.der], [sides.amber.der, newer.der]):
            async with sides.port(pins={"amber": pins}) as server:
                for shown in (sides.amber, newer):
                    async with sides.carrier(server.port, amber=shown) as carrier:
                        assert await carrier.exchange(b"ab") == b"ba"

    asyncio.run(scene())


def test_changes_the_pins_while_it_serves(sides: Sides) -> None:
    """A certificate that is taken back ends its connections at once; the new one is served on the same port."""
    (sides.folder / "new").mkdir()
    newer = honest(sides.folder / "new", "amber")

    async def scene() -> None:
        async with (
            sides.port() as server,
            sides.carrier(server.port) as old,
            sides.carrier(server.port, amber=newer) as new,
        ):
            assert await old.exchange(b"ab") == b"ba"
            server.set_peers({"amber": [newer.der, sides.amber.der]})
            assert await old.exchange(b"ab") == b"ba"
            assert old.connections == 1
            server.set_peers({"amber": [newer.der]})
            assert "the node at" in await refused(old.exchange(b"x"))
            assert await new.exchange(b"ab") == b"ba"
            server.set_peers({})
            assert "the node at" in await refused(new.exchange(b"x"))

    asyncio.run(scene())


def test_changes_its_own_certificate_while_it_serves(sides: Sides) -> None:
    """After our own certificate was renewed, the port shows the new one."""
    (sides.folder / "new").mkdir()
    newer = honest(sides.folder / "new", "coral")

    async def scene() -> None:
        async with sides.port() as server:
            server.set_peers({"amber": [sides.amber.der]}, newer.credentials)
            async with sides.carrier(server.port, pins=[newer.der]) as carrier:
                assert await carrier.exchange(b"ab") == b"ba"

    asyncio.run(scene())


def test_resumes_nothing(sides: Sides) -> None:
    """A client that comes back with what it was given shows its certificate anew: no session outlives its connection."""
    context = careless_client(sides.amber)

    def call(port_: int, session: ssl.SSLSession | None) -> tuple[bytes, ssl.SSLSession | None, bool | None]:
        with (
            socket.create_connection(("127.0.0.1", port_)) as plain,
            context.wrap_socket(plain, session=session) as line,
        ):
            line.sendall(REQUEST)
            answer = b""
            with contextlib.suppress(OSError):
                while data := line.recv(4096):
                    answer += data
            return answer, line.session, line.session_reused

    async def scene() -> None:
        async with sides.port() as server:
            answer, session, _ = await asyncio.to_thread(call, server.port, None)
            assert answer.endswith(b"live")
            answer, _, reused = await asyncio.to_thread(call, server.port, session)
            assert answer.endswith(b"live")
            assert reused is False

    asyncio.run(scene())


# -- the port itself -------------------------------------------------------------------------------


def test_says_that_a_port_is_in_use(sides: Sides) -> None:
    """A second node on one port is told so, with what to do."""

    async def scene() -> None:
        async with sides.port() as server:
            with pytest.raises(NotAllowed, match=f"port {server.port} of 127.0.0.1 is in use") as caught:
                await serve("127.0.0.1", server.port, credentials=sides.coral.credentials, peers={}, handler=sides.echo)
            assert "set another port" in caught.value.advice()
            await sides.honest_exchange(server.port)

    asyncio.run(scene())


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_says_that_an_address_is_not_ours(sides: Sides, host: str) -> None:
    """An address that this machine does not have is refused in a sentence."""

    async def scene() -> None:
        with pytest.raises(NotAllowed, match=f"cannot listen at {host}:0"):
            await serve(host, 0, credentials=sides.coral.credentials, peers={}, handler=sides.echo)

    asyncio.run(scene())


def test_listens_to_nobody_with_a_pin_that_cannot_be_read(sides: Sides) -> None:
    """A broken card is found when the port opens, which it then does not."""

    async def scene() -> None:
        with pytest.raises(NotAllowed, match="counterpart's certificate cannot be read"):
            await serve(
                "127.0.0.1", 0, credentials=sides.coral.credentials, peers={"amber": [b"no DER"]}, handler=sides.echo
            )

    asyncio.run(scene())


def test_answers_what_the_handler_refuses(sides: Sides) -> None:
    """The other side learns that it was refused and nothing of why; the next message is served."""
    answers = iter([PeerFault("no"), None])

    async def handler(party: str, data: bytes) -> bytes:
        if (refusal := next(answers)) is not None:
            raise refusal
        return await sides.echo(party, data)

    async def scene() -> None:
        async with sides.port(handler) as server, sides.carrier(server.port) as carrier:
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
            credentials=sides.coral.credentials,
            peers={"amber": [sides.amber.der]},
            handler=handler,
        )
        await refused(sides.carrier(server.port).exchange(b"x"))
        await server.close()

    asyncio.run(scene())
    assert [type(error) for error in told] == [ZeroDivisionError]


def head(path: str, *lines: str, method: str = "POST") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *lines, "", ""]).encode()


BAD_REQUESTS = {
    "not HTTP": (b"\x00\x01\x02garbage\r\n\r\n", b"400"),
    "half a head": (b"POST /searoom", b"400"),
    "another address": (head("/", "Content-Length: 1") + b"x", b"404"),
    "the address of another version": (head("/searoom/v0/exchange", "Content-Length: 1") + b"x", b"404"),
    "a wait where nobody answers it": (head(WAIT_PATH, "Content-Length: 1") + b"x", b"404"),
    "another method": (head(EXCHANGE_PATH, method="GET"), b"405"),
    "only the head": (head(EXCHANGE_PATH, method="HEAD"), b"405"),
    "a tunnel": (head("x:1", method="CONNECT"), b"404"),
    "a declared length over the limit": (head(EXCHANGE_PATH, f"Content-Length: {MAX_BODY_BYTES + 1}"), b"413"),
    "a long token": (head(WAIT_PATH, "Content-Length: 1025"), b"413"),
    "a body over the limit in chunks": (
        head(EXCHANGE_PATH, "Transfer-Encoding: chunked")
        + f"{MAX_BODY_BYTES + 1:x}\r\n".encode()
        + bytes(MAX_BODY_BYTES + 1)
        + b"\r\n0\r\n\r\n",
        b"413",
    ),
    "a head over the limit": (head(EXCHANGE_PATH)[:-2] + b"X: " + b"x" * (2 * MAX_HEADER_BYTES), b"431"),
    "a head over the limit that comes whole": (head(EXCHANGE_PATH, "X: " + "x" * MAX_HEADER_BYTES), b"431"),
    "two lengths": (head(EXCHANGE_PATH, "Content-Length: 1", "Content-Length: 2") + b"xx", b"400"),
}


@pytest.mark.parametrize("name", BAD_REQUESTS)
def test_answers_a_bad_request_with_its_status(sides: Sides, name: str) -> None:
    """Even of a pinned client nothing reaches the handler but one well-formed POST within the limits."""
    request, status = BAD_REQUESTS[name]

    async def scene() -> None:
        async with sides.port(limits=Limits(handshake_s=20, exchange_s=0.5, goodbye_s=0.2)) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port, ssl=careless_client(sides.amber))
            writer.write(request)
            if name == "half a head":
                await writer.drain()
                writer.transport.pause_reading()
                writer.close()  # takes leave in the middle
            else:
                assert status == (await until_closed(reader))[9:12]
            writer.transport.abort()
            await sides.honest_exchange(server.port)

    asyncio.run(scene())
    assert sides.heard == [("amber", b"ab")]
    assert sides.failures == []


def test_answers_two_requests_that_come_at_once(sides: Sides) -> None:
    """A client that does not wait for its answer is answered all the same, in order."""
    first = head(EXCHANGE_PATH, "Content-Length: 2") + b"ab"

    async def scene() -> None:
        async with sides.port() as server:
            answer = await raw_answer(sides, server.port, first + REQUEST)
            assert answer.count(b"HTTP/1.1 200") == 2
            assert answer.index(b"ba") < answer.index(b"live")

    asyncio.run(scene())


def test_lets_a_dripping_client_go(sides: Sides) -> None:
    """A request that never ends costs one connection for the time allowed; the honest one beside it is served."""

    async def drip(writer: asyncio.StreamWriter) -> None:
        for byte in head(EXCHANGE_PATH, "Content-Length: 1000") * 9:
            writer.write(bytes((byte,)))
            await asyncio.sleep(0.01)

    async def scene() -> None:
        async with sides.port(limits=Limits(handshake_s=1.0, exchange_s=1.0, goodbye_s=0.1)) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port, ssl=careless_client(sides.amber))
            dripping = asyncio.create_task(drip(writer))
            await sides.honest_exchange(server.port)
            assert await until_closed(reader) == b""
            dripping.cancel()
            writer.transport.abort()
            await asyncio.gather(dripping, writer.wait_closed(), return_exceptions=True)

    asyncio.run(scene())
    assert sides.heard == [("amber", b"ab")]


def test_closes_a_connection_that_nobody_uses(sides: Sides) -> None:
    """A client that stays and says nothing is let go after a time."""
    brief = Limits(handshake_s=20.0, exchange_s=0.1, goodbye_s=0.1, idle_s=0.1)

    async def scene() -> None:
        async with sides.port(limits=brief) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port, ssl=careless_client(sides.amber))
            assert await until_closed(reader) == b""
            writer.transport.abort()
            while server._connections:
                await asyncio.sleep(0)

    asyncio.run(scene())


# -- how much one counterpart may take -------------------------------------------------------------


def test_bounds_the_calls_of_one_counterpart(sides: Sides) -> None:
    """More routine calls than it needs are refused with a sentence; an urgent one passes beside them."""
    going, waiting = asyncio.Event(), asyncio.Semaphore(0)

    async def handler(party: str, data: bytes) -> bytes:
        waiting.release()
        await going.wait()
        return data

    async def scene() -> None:
        async with (
            sides.port(handler, urgent_handler=sides.echo) as server,
            sides.carrier(server.port) as carrier,
            sides.carrier(server.port) as second,
        ):
            held = [asyncio.create_task(carrier.exchange(b"x")) for _ in range(4)]
            for _ in held:
                await waiting.acquire()
            answer = await raw_answer(sides, server.port, REQUEST)
            assert answer.startswith(b"HTTP/1.1 429")
            assert answer.endswith(b"4 calls of yours are under way here; wait for an answer")
            assert "asks us to call less often" in await refused(second.exchange(b"one too many"))
            assert await second.exchange(b"flash", urgent=True) == b"hsalf"
            going.set()
            assert [b"x"] * len(held) == await asyncio.gather(*held)
            assert await second.exchange(b"again") == b"again"

    asyncio.run(scene())


def test_bounds_how_often_a_counterpart_calls(sides: Sides) -> None:
    """Who calls too often is told so; its urgent calls are counted apart."""
    strict = Limits(calls_per_s=0.001, calls_at_once=3, urgent_per_s=0.001, urgent_at_once=1)

    async def scene() -> None:
        async with sides.port(limits=strict) as server, sides.carrier(server.port) as carrier:
            for _ in range(3):
                assert await carrier.exchange(b"ab") == b"ba"
            assert "asks us to call less often (HTTP status 429)" in await refused(carrier.exchange(b"x"))
            assert await carrier.exchange(b"ab", urgent=True) == b"ba"
            assert "HTTP status 429" in await refused(carrier.exchange(b"x", urgent=True))
            answer = await raw_answer(sides, server.port, REQUEST)
            assert answer.endswith(b"you call too often; wait a second and go on")

    asyncio.run(scene())
    assert len(sides.heard) == 4


def test_a_new_connection_takes_the_place_of_an_idle_one(sides: Sides) -> None:
    """Leftovers of broken lines do not keep a counterpart out, nor can it hold more places than it has."""

    async def scene() -> None:
        async with sides.port() as server:
            context = careless_client(sides.amber)
            lines = [
                await asyncio.open_connection("127.0.0.1", server.port, ssl=context)
                for _ in range(callers.MAX_CONNECTIONS)
            ]
            here = server._callers["amber"]._here
            while len(here) < callers.MAX_CONNECTIONS:
                await asyncio.sleep(0)
            await sides.honest_exchange(server.port)
            assert b"" == await until_closed(lines[0][0])
            assert not any(reader.at_eof() for reader, _ in lines[1:])
            for _, writer in lines:
                writer.transport.abort()

    asyncio.run(scene())


def test_a_refusal_reaches_who_is_still_sending(sides: Sides) -> None:
    """On a slow line the port takes what still comes and throws it away, until its answer was read."""
    strict = Limits(handshake_s=20.0, exchange_s=20.0, goodbye_s=0.2, calls_per_s=0.001, calls_at_once=1)

    async def scene() -> None:
        async with (
            sides.port(limits=strict) as server,
            Proxy(server.port, rate=16 << 10) as line,
            sides.carrier(line.port) as carrier,
        ):
            assert await carrier.exchange(b"ab") == b"ba"
            assert "asks us to call less often" in await refused(carrier.exchange(bytes(30 << 10)))

    asyncio.run(scene())
    assert sides.heard == [("amber", b"ab")]


def test_strangers_do_not_keep_a_counterpart_out(sides: Sides, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who connects and says nothing gives way to who comes after it; who has shown its certificate does not."""
    monkeypatch.setattr(port, "MAX_STRANGERS", 2)

    async def scene() -> None:
        async with sides.port() as server, sides.carrier(server.port) as carrier:
            assert await carrier.exchange(b"ab") == b"ba"
            silent = []
            for _ in range(4):
                silent.append(await asyncio.open_connection("127.0.0.1", server.port))
                await asyncio.sleep(0.05)
            await sides.honest_exchange(server.port)
            assert await until_closed(silent[0][0]) == b""
            assert await carrier.exchange(b"ab") == b"ba"
            assert carrier.connections == 1
            for _, writer in silent:
                writer.close()
                await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    asyncio.run(scene())


def test_a_stranger_is_let_go_in_time(sides: Sides) -> None:
    """A handshake that does not come about ends in the time allowed."""

    async def scene() -> None:
        async with sides.port(limits=Limits(handshake_s=0.1, exchange_s=20.0, goodbye_s=0.1)) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            assert await until_closed(reader) == b""
            writer.close()

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
            await asyncio.gather(silent.wait_closed(), return_exceptions=True)

    asyncio.run(scene())


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
            await sides.honest_exchange(server.port)

    asyncio.run(scene())


def test_a_bug_of_the_port_is_reported(sides: Sides, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong outside the handler does not end in silence either, and ends one connection only."""
    answers = iter([True])

    def failing(parser: h11.Connection, status: int, body: bytes, *, last: bool = False) -> bytes:
        for _ in answers:
            raise ZeroDivisionError
        return answer_bytes(parser, status, body, last=last)

    monkeypatch.setattr(port, "answer_bytes", failing)

    async def scene() -> None:
        async with sides.port() as server:
            await refused(sides.carrier(server.port).exchange(b"x"))
            await sides.honest_exchange(server.port)

    asyncio.run(scene())
    assert [ZeroDivisionError] == [type(error) for error in sides.failures]
