"""What moves the bytes of one exchange to a counterpart: HTTPS, or a loop inside one process.

A carrier takes the client's message and brings back the server's; it knows nothing of what is in
them. Over HTTPS connections are kept and used again; each exchange has one to itself, so that none
waits behind another. Exchanges may be repeated without harm (the record takes the same bytes
twice), and that is used: a kept connection that turns out dead is replaced once, and a slow routine
exchange is broken off for an urgent one and repeated after it.

Rule: nobody's bytes reach the HTTP parser before their certificate was compared with the pins.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, Self

import h11

from searoom.errors import NotAllowed, PeerFault
from searoom.link.lanes import GaveWayError, Lanes
from searoom.link.post import (
    EXCHANGE_PATH,
    MAX_BODY_BYTES,
    MAX_TOKEN_BYTES,
    URGENT_PATH,
    WAIT_PATH,
    RefusedError,
    UnusedError,
    ask,
    goes_on,
    new_parser,
)
from searoom.link.stream import TlsError, TlsStream
from searoom.link.tls import Credentials, client_context, key_exchange, pinned_party
from searoom.sentences import Sentence

ROUTINE_AT_ONCE: Final = 4  # exchanges under way with one counterpart; one is the rule
URGENT_AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """How long we wait, in seconds, and how often a counterpart may call.

    For a handshake, for a whole exchange, for a polite end of the connection; how long a connection
    is kept that nobody uses, and how long at all; how long a counterpart may wait for news. Calls
    are counted for each counterpart and lane: so many a second, and so many at once.
    """

    handshake_s: float = 10.0
    exchange_s: float = 60.0
    goodbye_s: float = 2.0
    idle_s: float = 60.0
    age_s: float = 3600.0
    wait_s: float = 25.0
    calls_per_s: float = 500.0
    calls_at_once: float = 1000.0
    urgent_per_s: float = 50.0
    urgent_at_once: float = 100.0


DEFAULT_LIMITS: Final = Limits()


class Carrier(Protocol):
    """What a courier asks for: bring bytes to the counterpart, and its answer back."""

    async def exchange(self, data: bytes, *, urgent: bool = False) -> bytes:
        """Return the counterpart's whole answer to `data`; `PeerFault` says in a sentence why there is none."""

    async def wait(self, token: bytes, limit_s: float) -> bytes:
        """Return what there is to hear beyond `token` as soon as there is, or nothing after `limit_s`."""


class LoopCarrier:
    """A carrier inside one process, for tests and exercises: the answer is what `handler` returns."""

    def __init__(
        self,
        handler: Callable[[bytes], Awaitable[bytes]],
        *,
        urgent_handler: Callable[[bytes], Awaitable[bytes]] | None = None,
        waiter: Callable[[bytes], Awaitable[bytes]] | None = None,
    ) -> None:
        self._handler, self._urgent_handler, self._waiter = handler, urgent_handler or handler, waiter

    async def exchange(self, data: bytes, *, urgent: bool = False) -> bytes:
        """Return the handler's answer; what it refuses becomes a `PeerFault`, as it would over a wire."""
        try:
            return await (self._urgent_handler if urgent else self._handler)(data)
        except PeerFault as error:
            raise PeerFault("the other node could not use what we sent") from error

    async def wait(self, token: bytes, limit_s: float) -> bytes:
        """Return what the waiter says within `limit_s`, or nothing."""
        if self._waiter is None:
            raise PeerFault("the other node could not use what we sent")
        try:
            return await asyncio.wait_for(self._waiter(token), limit_s)
        except TimeoutError:
            return b""


class _Kept:
    """One connection to the counterpart's node."""

    def __init__(self, stream: TlsStream, until: float) -> None:
        self.stream = stream
        self.until = until
        self.parser = new_parser(h11.CLIENT)
        self.ending: asyncio.TimerHandle | None = None


class HttpsCarrier:
    """Mutual TLS 1.3 to one counterpart, of whom only the certificates that `pins` returns are taken (DER).

    `pins` is asked before each exchange, so that a certificate which is revoked there is used no
    longer, on a kept connection neither. `lanes` are shared with our own port to the same
    counterpart. Close it, or use it as an asynchronous context: it keeps connections.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        credentials: Credentials,
        pins: Callable[[], Sequence[bytes]],
        limits: Limits = DEFAULT_LIMITS,
        lanes: Lanes | None = None,
    ) -> None:
        self._host, self._port = host, port
        self._where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._credentials, self._pins, self._limits = credentials, pins, limits
        self._lanes = Lanes() if lanes is None else lanes
        self._trusted: tuple[bytes, ...] = tuple(pins())
        self._context = client_context(credentials, self._trusted)
        self._idle: list[_Kept] = []
        self._routine_gate = asyncio.Semaphore(ROUTINE_AT_ONCE)
        self._urgent_gate = asyncio.Semaphore(URGENT_AT_ONCE)
        self._waiting = asyncio.Lock()
        self.key_exchange = ""  # of the newest connection: "X25519MLKEM768: hybrid"
        self.connections = 0  # made since the start

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def show(self, credentials: Credentials) -> None:
        """Show these from the next connection on; those that are kept and idle are broken off."""
        if credentials != self._credentials:
            self._credentials, self._context = credentials, client_context(credentials, self._trusted)
            self._drop_all()

    async def close(self) -> None:
        """Take leave on the connections that are kept; what is under way goes on."""
        kept, self._idle = self._idle, []
        for connection in kept:
            if connection.ending is not None:
                connection.ending.cancel()
        await asyncio.gather(*(connection.stream.finish(self._limits.goodbye_s) for connection in kept))

    async def exchange(self, data: bytes, *, urgent: bool = False) -> bytes:
        """Return the answer to one POST of `data`; raise `PeerFault` with a plain sentence where none came.

        An urgent exchange waits for no routine one; a routine one that is slow is broken off for it and repeated.
        """
        if len(data) > MAX_BODY_BYTES:
            raise NotAllowed(f"{len(data)} bytes are more than one exchange carries ({MAX_BODY_BYTES})")
        if urgent:
            async with self._urgent_gate:
                with self._lanes.urgent():
                    return await self._post(URGENT_PATH, data)
        async with self._routine_gate:
            while True:
                try:
                    async with self._lanes.routine():
                        return await self._post(EXCHANGE_PATH, data)
                except GaveWayError:
                    continue

    async def wait(self, token: bytes, limit_s: float) -> bytes:
        """Return what the other node has beyond `token` as soon as it has it, or nothing after `limit_s`."""
        if len(token) > MAX_TOKEN_BYTES:
            raise NotAllowed(f"{len(token)} bytes are more than a token has ({MAX_TOKEN_BYTES})")
        async with self._waiting:
            return await self._post(WAIT_PATH, token, wait_s=max(0, round(limit_s)))

    async def _post(self, path: str, data: bytes, *, wait_s: int = 0) -> bytes:
        more = (("prefer", f"wait={wait_s}"),) if path == WAIT_PATH else ()
        try:
            async with asyncio.timeout(self._limits.exchange_s + wait_s):
                return await self._ask(path, data, *more)
        except (OSError, h11.RemoteProtocolError, RefusedError) as error:
            raise PeerFault(_why_no_answer(error, self._where)) from error

    async def _ask(self, path: str, data: bytes, *more: tuple[str, str]) -> bytes:
        """Ask on a kept connection; where that one is dead, once more on a fresh one. Both may have been heard."""
        kept = await self._take()
        if kept is not None:
            try:
                return await self._ask_on(kept, path, data, *more)
            except UnusedError:
                self._drop_all()
        try:
            return await self._ask_on(await self._connect(), path, data, *more)
        except UnusedError as error:
            raise error.__cause__ or error from None

    async def _ask_on(self, kept: _Kept, path: str, data: bytes, *more: tuple[str, str]) -> bytes:
        try:
            answer = await ask(kept.parser, kept.stream, self._where, path, data, *more)
        except BaseException:
            await kept.stream.abort()
            raise
        self._keep(kept)
        return answer

    async def _connect(self) -> _Kept:
        self._renew()
        reader, writer = await asyncio.open_connection(self._host, self._port)
        stream = TlsStream(reader, writer, self._context)
        try:
            async with asyncio.timeout(self._limits.handshake_s):
                await stream.shake_hands(server=False)
            pinned_party(stream.shown, {"peer": self._trusted})  # before a byte of HTTP
        except BaseException:
            await stream.abort()
            raise
        self.key_exchange = key_exchange(stream.group)
        self.connections += 1
        return _Kept(stream, asyncio.get_running_loop().time() + self._limits.age_s)

    def _renew(self) -> None:
        """Take notice of other pins: what is kept under the old ones is used no longer."""
        pins = tuple(self._pins())
        if pins != self._trusted:
            self._context, self._trusted = client_context(self._credentials, pins), pins

    async def _take(self) -> _Kept | None:
        self._renew()
        while self._idle:
            kept = self._idle.pop()
            if kept.ending is not None:
                kept.ending.cancel()
            try:
                usable = kept.stream.shown in self._trusted and await kept.stream.silent()
            except BaseException:
                kept.stream.break_off()
                raise
            if usable:
                return kept
            kept.stream.break_off()
        return None

    def _keep(self, kept: _Kept) -> None:
        loop = asyncio.get_running_loop()
        until = min(kept.until, loop.time() + self._limits.idle_s)
        if not goes_on(kept.parser) or kept.parser.trailing_data[0] or until <= loop.time():
            kept.stream.close_soon()
            return
        kept.ending = loop.call_at(until, self._let_go, kept)
        self._idle.append(kept)

    def _let_go(self, kept: _Kept) -> None:
        self._idle.remove(kept)
        kept.stream.close_soon()

    def _drop_all(self) -> None:
        for kept in self._idle:
            if kept.ending is not None:
                kept.ending.cancel()
            kept.stream.break_off()
        self._idle.clear()


# What OpenSSL says where our own certificate is not taken, or theirs is not.
_ALERTS: Final = ("alert unknown ca", "certificate required", "alert certificate", "bad certificate", "decrypt error")


def _why_no_answer(error: Exception, where: str) -> str:
    match error:
        case RefusedError():
            return Sentence("link.said", where=where, said=error.sentence)
        case TimeoutError():
            return Sentence("link.late", where=where)
        case ConnectionRefusedError():
            return Sentence("link.nobody", where=where)
        case TlsError(reason=reason) if "certificate verify failed" in reason:
            return Sentence("link.not_pinned", where=where)
        case TlsError(reason=reason) if any(alert in reason for alert in _ALERTS):
            return Sentence("link.not_taken", where=where, reason=reason)
        case TlsError(reason=reason) if "ended" not in reason:
            return Sentence("link.no_tls", where=where, reason=reason)
        case h11.RemoteProtocolError():
            return Sentence("link.broke_off", where=where)
        case ConnectionError():
            return Sentence("link.broke", where=where)
        case _:
            return Sentence("link.unreached", where=where, error=error)
