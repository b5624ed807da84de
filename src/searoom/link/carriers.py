"""What moves the bytes of one exchange: HTTPS between two nodes, or a loop inside one process.

A carrier takes the client's message and brings back the server's; it knows nothing of what is in
them. Over HTTPS one exchange is one connection and one POST: whatever breaks, the next one starts
clean. Rule: nobody's bytes reach the HTTP parser before their certificate was compared with the pin.
"""

import asyncio
import contextlib
import errno
import socket
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import h11

from searoom.errors import NotAllowed, PeerFault, StateUnknown
from searoom.link.post import MAX_BODY_BYTES, RefusedError, answer_bytes, ask, new_parser, read_request
from searoom.link.tls import client_context, pinned_party, server_context

MAX_CONNECTIONS: Final = 256  # of all comers, known or not, counted before the handshake
MAX_CONNECTIONS_PER_PEER: Final = 4  # one is enough; more are leftovers of broken lines
_PAUSE_S: Final = 0.1  # after the system refused us a new connection

Handler = Callable[[str, bytes], Awaitable[bytes]]


class Carrier(Protocol):
    """What a courier asks for: bring bytes to the counterpart, and its answer back."""

    async def exchange(self, data: bytes) -> bytes:
        """Return the counterpart's whole answer to `data`; `PeerFault` says in a sentence why there is none."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long we wait, in seconds: for a handshake, for a whole exchange, for a polite end of the connection."""

    handshake_s: float = 10.0
    exchange_s: float = 60.0
    goodbye_s: float = 2.0


DEFAULT_LIMITS: Final = Limits()


class LoopCarrier:
    """A carrier inside one process, for tests and exercises: the answer is what `handler` returns."""

    def __init__(self, handler: Callable[[bytes], Awaitable[bytes]]) -> None:
        self._handler = handler

    async def exchange(self, data: bytes) -> bytes:
        """Return the handler's answer; what it refuses becomes a `PeerFault`, as it would over a wire."""
        try:
            return await self._handler(data)
        except PeerFault as error:
            raise PeerFault("the other node could not use what we sent") from error


class HttpsCarrier:
    """Mutual TLS 1.3 to one counterpart, whose pinned certificate (DER) is the only one taken."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        certificate: Path,
        key: Path,
        peer_certificate: bytes,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._host, self._port = host, port
        self._pin = {"peer": peer_certificate}
        self._context = client_context(certificate, key, peer_certificate)
        self._limits = limits

    async def exchange(self, data: bytes) -> bytes:
        """Return the answer to one POST of `data`; raise `PeerFault` with a plain sentence where none came."""
        if len(data) > MAX_BODY_BYTES:
            raise NotAllowed(f"{len(data)} bytes are more than one exchange carries ({MAX_BODY_BYTES})")
        try:
            async with asyncio.timeout(self._limits.exchange_s):
                return await self._exchange(data)
        except (OSError, h11.RemoteProtocolError, RefusedError) as error:
            raise PeerFault(_why_no_answer(error, f"{self._host}:{self._port}")) from error

    async def _exchange(self, data: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(
            self._host,
            self._port,
            ssl=self._context,
            ssl_handshake_timeout=self._limits.handshake_s,
            ssl_shutdown_timeout=self._limits.goodbye_s,
        )
        try:
            pinned_party(writer, self._pin)
            answer = await ask(reader, writer, f"{self._host}:{self._port}", data)
        except BaseException:
            await _break_off(writer)
            raise
        await _hang_up(writer)
        return answer


def _why_no_answer(error: Exception, where: str) -> str:
    match error:
        case RefusedError():
            return f"{where}: {error.sentence}"
        case TimeoutError() | ConnectionAbortedError():  # asyncio aborts a handshake that takes too long
            return f"{where} did not answer within the time allowed"
        case ConnectionRefusedError():
            return f"nobody answers at {where}"
        case ssl.SSLCertVerificationError():
            return f"the node at {where} does not show the certificate that we pinned"
        case ssl.SSLError():  # often lost on the way: asyncio closes before OpenSSL's alert is sent
            return f"no TLS 1.3 with the node at {where}: it refuses us, or is no node ({error.reason})"
        case h11.RemoteProtocolError():
            return f"{where} broke off in the middle of its answer, or answers something else than HTTP"
        case ConnectionError():
            return f"{where} broke the connection before its answer was whole, or does not take our certificate"
        case _:
            return f"{where} cannot be reached ({error})"


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    # what fails now matters no more: the message was whole
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def _break_off(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


class Server:
    """The peer port: takes one POST a connection from pinned counterparts and answers it with the handler's bytes."""

    def __init__(
        self,
        listening: socket.socket,
        context: ssl.SSLContext,
        peers: Mapping[str, bytes],
        handler: Handler,
        *,
        limits: Limits,
        on_failure: Callable[[Exception], None],
    ) -> None:
        self._listening = listening
        self._context = context
        self._peers = dict(peers)
        self._handler = handler
        self._limits = limits
        self._on_failure = on_failure
        self._open: Counter[str] = Counter()
        self._connections: set[asyncio.Task[None]] = set()
        self._accepting = asyncio.create_task(self._accept(), name="peer port")

    @property
    def port(self) -> int:
        """The port that it listens on, also where any free one was asked for."""
        port: int = self._listening.getsockname()[1]
        return port

    async def close(self) -> None:
        """Stop listening and break off what is under way; a handler that waits for something is cancelled."""
        tasks = [self._accepting, *self._connections]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._listening.close()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(self._listening)
            except OSError:  # no file handle left, or they were gone at once: the port must live on
                await asyncio.sleep(_PAUSE_S)
                continue
            if len(self._connections) >= MAX_CONNECTIONS:
                connection.close()
                continue
            task = asyncio.create_task(self._serve(connection))
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)

    async def _serve(self, connection: socket.socket) -> None:
        """Carry one connection to its end; whatever the other side does ends here, in silence or with a status."""
        try:
            async with asyncio.timeout(self._limits.exchange_s):
                reader, writer = await self._shake_hands(connection)
                try:
                    await self._answer(reader, writer)
                except BaseException:
                    await _break_off(writer)
                    raise
            await _hang_up(writer)
        except (OSError, PeerFault):
            return  # nobody we know, or gone: there is nobody to tell
        except Exception as error:  # noqa: BLE001  # a bug of ours must not end in silence
            self._on_failure(error)
        finally:
            connection.close()

    async def _shake_hands(self, connection: socket.socket) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        # asyncio does so for sockets of its own making; without it a round trip can wait 40 ms for an acknowledgement
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        # Returns only when the handshake is over, their certificate verified; raises OSError otherwise.
        transport, _ = await loop.connect_accepted_socket(
            lambda: protocol,
            connection,
            ssl=self._context,
            ssl_handshake_timeout=self._limits.handshake_s,
            ssl_shutdown_timeout=self._limits.goodbye_s,
        )
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        party = pinned_party(writer, self._peers)  # before a byte of HTTP
        if self._open[party] >= MAX_CONNECTIONS_PER_PEER:
            raise PeerFault(f"'{party}' has more than {MAX_CONNECTIONS_PER_PEER} connections open")
        self._open[party] += 1
        try:
            parser = new_parser(h11.SERVER)
            try:
                status, body = 200, await self._handle(party, await read_request(parser, reader))
            except RefusedError as refusal:
                status, body = refusal.status, b""
            writer.write(answer_bytes(parser, status, body))
            await writer.drain()
        finally:
            self._open[party] -= 1

    async def _handle(self, party: str, data: bytes) -> bytes:
        try:
            return await self._handler(party, data)
        except PeerFault as error:
            raise RefusedError(400, "what was sent cannot be used") from error
        except Exception as error:  # ours, not theirs: they hear of a status, the node of what it was
            self._on_failure(error)
            raise RefusedError(503 if isinstance(error, StateUnknown) else 500, "this node cannot answer") from error


def _report(error: Exception) -> None:
    context = {"message": "the peer port's handler failed", "exception": error}
    asyncio.get_running_loop().call_exception_handler(context)


async def serve(
    host: str,
    port: int,
    *,
    certificate: Path,
    key: Path,
    peers: Mapping[str, bytes],
    handler: Handler,
    limits: Limits = DEFAULT_LIMITS,
    on_failure: Callable[[Exception], None] = _report,
) -> Server:
    """Open the peer port for the counterparts in `peers` (party to pinned DER); port 0 takes any free one.

    `handler` is called with the party whose certificate was shown and the bytes of its message.
    What it raises as `PeerFault` is theirs (status 400); `on_failure` is told of everything else.
    Raises `NotAllowed` where the address cannot be had or a certificate cannot be used.
    """
    context = server_context(certificate, key, peers)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=MAX_CONNECTIONS)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise NotAllowed(
                f"port {port} of {host} is in use by another program",
                advice="Stop the program that listens there (perhaps this node runs already), or set another port.",
            ) from error
        raise NotAllowed(
            f"this node cannot listen at {host}:{port} ({error.strerror or error})",
            advice="Set an address of this machine, and a port above 1023.",
        ) from error
    listening.setblocking(False)
    return Server(listening, context, peers, handler, limits=limits, on_failure=on_failure)
