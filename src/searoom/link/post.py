"""POSTs and their answers over a kept connection, with h11: no more HTTP than an exchange needs.

The limits stand before the parser: a head of at most `MAX_HEADER_BYTES`, a body of at most
`MAX_BODY_BYTES`, refused by its declared length where it declares one. How long all of it may take
is the caller's matter. A message that breaks off is an error (RFC 9112 section 8), never a short body.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Protocol

import h11

from searoom.link.session import MAX_MESSAGE_BYTES

EXCHANGE_PATH: Final = "/searoom/v1/exchange"
URGENT_PATH: Final = "/searoom/v1/urgent"  # the same, before all others
WAIT_PATH: Final = "/searoom/v1/wait"  # says what was heard last; answered when there is more
MEDIA_TYPE: Final = "application/octet-stream"
MAX_BODY_BYTES: Final = MAX_MESSAGE_BYTES
MAX_TOKEN_BYTES: Final = 1 << 10  # of what was heard last
MAX_HEADER_BYTES: Final = 8 << 10
_CHUNK_BYTES: Final = 64 << 10
_MOST_BODY: Final = {EXCHANGE_PATH: MAX_BODY_BYTES, URGENT_PATH: MAX_BODY_BYTES, WAIT_PATH: MAX_TOKEN_BYTES}
_WAIT: Final = re.compile(rb"wait=([0-9]{1,4})(?![\s\S])")  # RFC 7240 4.3, whole seconds

Header = tuple[str, str]


class Stream(Protocol):
    """What carries the bytes."""

    async def read(self, most: int, /) -> bytes:
        """Return at least one byte, or nothing at the end."""

    async def write(self, data: bytes, /) -> None:
        """Send all of it."""


class RefusedError(Exception):
    """An HTTP message that is not taken: a server answers `status`, a client was answered it."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence

    def body(self) -> bytes:
        """Return what is answered with the status: the sentence where they can do something about it, or nothing."""
        return self.sentence.encode() if self.status == HTTPStatus.TOO_MANY_REQUESTS else b""


class UnusedError(ConnectionError):
    """A kept connection ended before a byte of the answer: the same may be asked on a fresh one."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a request asks for: its path, and how long its sender wants to wait (only with `WAIT_PATH`)."""

    path: str
    wait_s: float


def new_parser(role: type[h11.CLIENT] | type[h11.SERVER]) -> h11.Connection:
    """Return a parser with our limits: the one place where foreign bytes meet HTTP, client or server."""
    return h11.Connection(role, max_incomplete_event_size=MAX_HEADER_BYTES)


async def ask(
    parser: h11.Connection, stream: Stream, host: str, path: str, data: bytes, *more: tuple[str, str]
) -> bytes:
    """Send `data` to `host` in one POST to `path` and return the body of the answer, whose status must be 200.

    Raises `RefusedError`, `h11.RemoteProtocolError` or `OSError`; `UnusedError` where nothing was answered.
    """
    headers = [("host", host), ("content-type", MEDIA_TYPE), ("content-length", str(len(data))), *more]
    try:
        await stream.write(_bytes(parser, h11.Request(method="POST", target=path, headers=headers), data))
        event = await _next(parser, stream)
    except ConnectionError as error:
        raise UnusedError(str(error)) from error
    while isinstance(event, h11.InformationalResponse):
        event = await _next(parser, stream)
    if not isinstance(event, h11.Response):
        raise ConnectionResetError("closed between two messages")
    _check_head(event)
    if event.status_code != HTTPStatus.OK:
        raise RefusedError(event.status_code, _told(event.status_code))
    return await _body(parser, stream, event, MAX_BODY_BYTES)


async def read_head(parser: h11.Connection, stream: Stream) -> tuple[h11.Request, Head] | None:
    """Return the head of the next request, or `None` where there is none; `RefusedError` for one that is not taken."""
    try:
        event = await _next(parser, stream)
    except h11.RemoteProtocolError as error:
        raise RefusedError(error.error_status_hint, "the request is not well-formed HTTP") from error
    if not isinstance(event, h11.Request):
        return None
    _check_head(event)
    path = event.target.decode("ascii")
    if path not in _MOST_BODY:
        raise RefusedError(404, "there is nothing at this address")
    if event.method != b"POST":
        raise RefusedError(405, "an exchange is a POST")
    wished = [found for name, value in event.headers if name == b"prefer" and (found := _WAIT.match(value))]
    return event, Head(path, float(wished[0][1]) if wished else 0.0)


async def read_body(parser: h11.Connection, stream: Stream, request: h11.Request) -> bytes:
    """Return the body of a request whose head was taken; `RefusedError` as in `read_head`."""
    try:
        return await _body(parser, stream, request, _MOST_BODY[request.target.decode("ascii")])
    except h11.RemoteProtocolError as error:
        raise RefusedError(error.error_status_hint, "the request is not well-formed HTTP") from error


def answer_bytes(parser: h11.Connection, status: int, body: bytes, *, last: bool = False) -> bytes:
    """Return the bytes of an answer; after the `last` one the connection is closed."""
    headers = [("content-type", MEDIA_TYPE), ("content-length", str(len(body)))]
    if last:
        headers.append(("connection", "close"))
    return _bytes(parser, h11.Response(status_code=status, headers=headers), body)


def goes_on(parser: h11.Connection) -> bool:
    """Make the parser ready for the next request and return true, where both ends keep the connection."""
    if parser.our_state is not h11.DONE or parser.their_state is not h11.DONE:
        return False
    parser.start_next_cycle()
    return True


def _bytes(parser: h11.Connection, head: h11.Request | h11.Response, body: bytes) -> bytes:
    parts = [parser.send(head), parser.send(h11.Data(data=body)), parser.send(h11.EndOfMessage())]
    return b"".join(part for part in parts if part)


async def _next(parser: h11.Connection, stream: Stream) -> h11.Event | None:
    while True:
        event = parser.next_event()
        if isinstance(event, h11.Event):
            return event
        if event is h11.PAUSED:  # they go on before it is their turn
            return None
        data = await stream.read(_CHUNK_BYTES)
        if not data and parser.their_state is h11.SEND_RESPONSE and not parser.trailing_data[0]:
            raise ConnectionResetError("closed before anything was said")
        parser.receive_data(data)


async def _body(parser: h11.Connection, stream: Stream, head: h11.Request | h11.Response, most: int) -> bytes:
    _check_length(head, most)
    body = bytearray()
    while isinstance(event := await _next(parser, stream), h11.Data):
        body += event.data
        if len(body) > most:
            raise _too_long(most)
    if not isinstance(event, h11.EndOfMessage):
        raise ConnectionResetError("closed between two messages")
    return bytes(body)


def _check_head(head: h11.Request | h11.Response) -> None:
    # h11 bounds what it waits for; a long head that comes whole at once must be refused here
    if sum(len(name) + len(value) for name, value in head.headers) > MAX_HEADER_BYTES:
        raise RefusedError(431, f"the head of the message is longer than the {MAX_HEADER_BYTES} bytes allowed")


def _check_length(head: h11.Request | h11.Response, most: int) -> None:
    # h11 has checked that there is one such header at most, and that it is a number of 20 digits at most
    if next((int(value) for name, value in head.headers if name == b"content-length"), 0) > most:
        raise _too_long(most)


def _too_long(most: int) -> RefusedError:
    return RefusedError(413, f"the message is longer than the {most} bytes allowed")


def _told(status: int) -> str:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return f"the other node asks us to call less often (HTTP status {status})"
    return f"the other node could not use what we sent (HTTP status {status})"
