"""The peer port: takes POSTs from pinned counterparts and answers them with the handler's bytes.

Whoever connects shakes hands, shows a pinned certificate, and only then meets the HTTP parser. A
counterpart has a bounded number of connections and of calls; an urgent call has places and a
measure of its own. Who comes when all places are taken gets the place of whoever is doing least.
"""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import h11
from OpenSSL import SSL

from searoom.errors import NotAllowed, PeerFault, StateUnknown
from searoom.link.callers import Caller, Callers, Doing
from searoom.link.carriers import DEFAULT_LIMITS, Limits
from searoom.link.lanes import GaveWayError, Lanes
from searoom.link.post import (
    EXCHANGE_PATH,
    URGENT_PATH,
    WAIT_PATH,
    RefusedError,
    answer_bytes,
    goes_on,
    new_parser,
    read_body,
    read_head,
)
from searoom.link.stream import TlsStream
from searoom.link.tls import Credentials, Pins, key_exchange, pinned_party, server_context

MAX_STRANGERS: Final = 256  # connections of whom nothing is known yet; one more takes the place of the oldest
_PAUSE_S: Final = 0.1  # after the system refused us a new connection

Handler = Callable[[str, bytes], Awaitable[bytes]]
"""Party and message -> answer. For those that wait: party and what it heard last -> what there is beyond that."""


class Server:
    """One open peer port; made by `serve`."""

    def __init__(
        self,
        listening: socket.socket,
        credentials: Credentials,
        peers: Pins,
        handlers: Mapping[str, Handler],
        *,
        limits: Limits,
        lanes: Mapping[str, Lanes],
        on_failure: Callable[[Exception], None],
    ) -> None:
        self._listening = listening
        self._credentials = credentials
        self._handlers, self._limits, self._on_failure = handlers, limits, on_failure
        self._lanes = dict(lanes)
        self._callers: dict[str, Callers] = {}
        self._strangers: dict[asyncio.Task[None], None] = {}  # in the order in which they came
        self._connections: set[asyncio.Task[None]] = set()
        self._context: SSL.Context
        self._peers: dict[str, tuple[bytes, ...]] = {}
        self.set_peers(peers)
        self._accepting = asyncio.create_task(self._accept(), name="peer port")

    @property
    def port(self) -> int:
        """The port that it listens on, also where any free one was asked for."""
        port: int = self._listening.getsockname()[1]
        return port

    def key_exchange(self, party: str) -> str:
        """Return how keys were agreed on the newest connection of `party`: `X25519MLKEM768: hybrid`; "" for none."""
        return self._callers[party].key_exchange if party in self._callers else ""

    def set_peers(self, peers: Pins, credentials: Credentials | None = None) -> None:
        """Serve from now on who shows a certificate of `peers`, and show `credentials`, where given.

        Connections of whoever showed another certificate are broken off, whatever they are doing.
        """
        pins = {party: tuple(ders) for party, ders in peers.items()}
        self._context = server_context(credentials or self._credentials, pins)
        self._credentials, self._peers = credentials or self._credentials, pins
        for party in pins:
            self._callers.setdefault(party, Callers(self._limits, self._lanes.setdefault(party, Lanes())))
        for party, callers in self._callers.items():
            callers.dismiss(pins.get(party, ()))

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
            if len(self._strangers) >= MAX_STRANGERS:
                oldest = next(iter(self._strangers))
                del self._strangers[oldest]
                oldest.cancel()
            task = asyncio.create_task(self._serve(connection))
            self._strangers[task] = None
            self._connections.add(task)
            task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._strangers.pop(task, None)
        self._connections.discard(task)

    async def _serve(self, connection: socket.socket) -> None:
        """Carry one connection to its end; whatever the other side does ends here, in silence or with a status."""
        try:
            connection.setblocking(False)
            stream = TlsStream(*await asyncio.open_connection(sock=connection), self._context)
            try:
                await self._receive(stream)
            except BaseException:
                await stream.abort()
                raise
        except (OSError, PeerFault, GaveWayError):
            return  # nobody we know, or gone: there is nobody to tell
        except Exception as error:  # noqa: BLE001  # a bug of ours must not end in silence
            self._on_failure(error)
        finally:
            connection.close()

    async def _receive(self, stream: TlsStream) -> None:
        """Find out who it is and serve them until they take leave, or must."""
        task = asyncio.current_task()
        if task is None:
            raise NotAllowed("a connection is served by a task of its own")
        async with asyncio.timeout(self._limits.handshake_s):
            await stream.shake_hands(server=True)
        party = pinned_party(stream.shown, self._peers)  # before a byte of HTTP
        self._strangers.pop(task, None)
        callers = self._callers[party]
        callers.key_exchange = key_exchange(stream.group)
        with callers.enter(task, stream.shown) as caller:
            within_s = await self._converse(party, callers, caller, stream)
            caller.set(Doing.NOTHING)
            await stream.finish(within_s)

    async def _converse(self, party: str, callers: Callers, caller: Caller, stream: TlsStream) -> float:
        """Answer call after call; return how long it may take until they have read the last answer."""
        parser = new_parser(h11.SERVER)
        until = asyncio.get_running_loop().time() + self._limits.age_s
        while await self._calls_again(parser, stream):
            caller.set(Doing.READING)
            try:
                await self._answer_one(party, callers, caller, parser, stream, until)
            except RefusedError as refusal:
                if parser.our_state in (h11.IDLE, h11.SEND_RESPONSE):
                    await stream.write(answer_bytes(parser, refusal.status, refusal.body(), last=True))
                return self._limits.exchange_s
            if not goes_on(parser):
                return self._limits.exchange_s
            caller.set(Doing.NOTHING)
        return self._limits.goodbye_s

    async def _calls_again(self, parser: h11.Connection, stream: TlsStream) -> bool:
        """Wait for the first bytes of another call; false where none comes in time, or they have taken leave."""
        if parser.trailing_data[0]:
            return True
        try:
            async with asyncio.timeout(self._limits.idle_s + self._limits.exchange_s):  # longer than a client waits
                data = await stream.read(1 << 16)
        except TimeoutError:
            return False
        parser.receive_data(data)
        return bool(data)

    async def _answer_one(
        self, party: str, callers: Callers, caller: Caller, parser: h11.Connection, stream: TlsStream, until: float
    ) -> None:
        async with asyncio.timeout(self._limits.exchange_s) as scope:
            read = await read_head(parser, stream)
            if read is None:
                raise PeerFault("they took leave in the middle of a call")
            request, head = read
            with callers.call(caller, head.path):
                data = await read_body(parser, stream, request)
                caller.set(Doing.WAITING if head.path == WAIT_PATH else Doing.WORK)
                if head.path == WAIT_PATH:
                    wait_s = min(head.wait_s, self._limits.wait_s)
                    scope.reschedule(asyncio.get_running_loop().time() + wait_s + self._limits.exchange_s)
                    body = await callers.wait(self._handle(party, head.path, data), wait_s)
                else:
                    body = await self._handle(party, head.path, data)
                caller.set(Doing.ANSWERING)
                last = asyncio.get_running_loop().time() > until
                answer = answer_bytes(parser, 200, body, last=last)
                if head.path == URGENT_PATH:
                    await stream.write(answer)
                else:
                    async with callers.lanes.routine():
                        await stream.write(answer)

    async def _handle(self, party: str, path: str, data: bytes) -> bytes:
        handler = self._handlers.get(path)
        if handler is None:
            raise RefusedError(404, "there is nothing at this address")
        try:
            return await handler(party, data)
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
    credentials: Credentials,
    peers: Pins,
    handler: Handler,
    urgent_handler: Handler | None = None,
    waiter: Handler | None = None,
    limits: Limits = DEFAULT_LIMITS,
    lanes: Mapping[str, Lanes] | None = None,
    on_failure: Callable[[Exception], None] = _report,
) -> Server:
    """Open the peer port for the counterparts in `peers` (party to pinned DERs); port 0 takes any free one.

    `handler` is called with the party whose certificate was shown and the bytes of its message,
    `urgent_handler` (the same where none is given) with those of an urgent one, `waiter` with what
    the party heard last: it returns when there is more. `lanes` are those of our carriers, by party.
    What they raise as `PeerFault` is theirs (status 400); `on_failure` is told of everything else.
    Raises `NotAllowed` where the address cannot be had or a certificate cannot be used.
    """
    handlers = {EXCHANGE_PATH: handler, URGENT_PATH: urgent_handler or handler}
    if waiter is not None:
        handlers[WAIT_PATH] = waiter
    listening = _listen(host, port)
    try:
        return Server(listening, credentials, peers, handlers, limits=limits, lanes=lanes or {}, on_failure=on_failure)
    except NotAllowed:
        listening.close()
        raise


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=MAX_STRANGERS)
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
    return listening
