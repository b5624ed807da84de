"""One POST and its answer over a stream, with h11: no more HTTP than an exchange needs.

The limits stand before the parser: a head of at most `MAX_HEADER_BYTES`, a body of at most
`MAX_BODY_BYTES`, refused by its declared length where it declares one. How long all of it may take
is the caller's matter. A message that breaks off is an error (RFC 9112 section 8), never a short body.
"""

from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from typing import Final

import h11

from searoom.link.session import MAX_MESSAGE_BYTES

EXCHANGE_PATH: Final = "/searoom/v0/exchange"
MEDIA_TYPE: Final = "application/octet-stream"
MAX_BODY_BYTES: Final = MAX_MESSAGE_BYTES
MAX_HEADER_BYTES: Final = 8 << 10
_CHUNK_BYTES: Final = 64 << 10


class RefusedError(Exception):
    """An HTTP message that is not taken: a server answers `status`, a client was answered it."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def new_parser(role: type[h11.CLIENT] | type[h11.SERVER]) -> h11.Connection:
    """Return a parser with our limits: the one place where foreign bytes meet HTTP, client or server."""
    return h11.Connection(role, max_incomplete_event_size=MAX_HEADER_BYTES)


async def ask(reader: StreamReader, writer: StreamWriter, host: str, data: bytes) -> bytes:
    """Send `data` to `host` in one POST and return the body of the answer, whose status must be 200.

    Raises `RefusedError`, `h11.RemoteProtocolError` or `OSError`.
    """
    parser = new_parser(h11.CLIENT)
    headers = [("host", host), ("content-type", MEDIA_TYPE), ("content-length", str(len(data)))]
    headers.append(("connection", "close"))
    writer.write(_bytes(parser, h11.Request(method="POST", target=EXCHANGE_PATH, headers=headers), data))
    await writer.drain()
    return await _read_message(parser, reader, _check_response)


async def read_request(parser: h11.Connection, reader: StreamReader) -> bytes:
    """Return the body of one POST to `EXCHANGE_PATH`; raise `RefusedError` with the status that answers it."""
    try:
        return await _read_message(parser, reader, _check_request)
    except h11.RemoteProtocolError as error:
        raise RefusedError(error.error_status_hint, "the request is not well-formed HTTP") from error


def answer_bytes(parser: h11.Connection, status: int, body: bytes) -> bytes:
    """Return the bytes of an answer, after which the connection is closed."""
    headers = [("content-type", MEDIA_TYPE), ("content-length", str(len(body))), ("connection", "close")]
    return _bytes(parser, h11.Response(status_code=status, headers=headers), body)


def _bytes(parser: h11.Connection, head: h11.Request | h11.Response, body: bytes) -> bytes:
    parts = [parser.send(head), parser.send(h11.Data(data=body)), parser.send(h11.EndOfMessage())]
    return b"".join(part for part in parts if part)


async def _read_message(
    parser: h11.Connection, reader: StreamReader, check: Callable[[h11.Request | h11.Response], None]
) -> bytes:
    body, silent = bytearray(), True
    while True:
        event = parser.next_event()
        if event is h11.NEED_DATA:
            data = await reader.read(_CHUNK_BYTES)
            if silent and not data:
                raise ConnectionResetError("closed before anything was said")
            parser.receive_data(data)
            silent = False
        elif isinstance(event, h11.Request | h11.Response):
            _check_head(event)
            check(event)
            if _declared_length(event) > MAX_BODY_BYTES:
                raise _too_long()
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > MAX_BODY_BYTES:
                raise _too_long()
        elif isinstance(event, h11.EndOfMessage):
            return bytes(body)
        elif not isinstance(event, h11.InformationalResponse):
            raise ConnectionResetError("closed between two messages")


def _check_head(head: h11.Request | h11.Response) -> None:
    # h11 bounds what it waits for; a long head that comes whole at once must be refused here
    if sum(len(name) + len(value) for name, value in head.headers) > MAX_HEADER_BYTES:
        raise RefusedError(431, f"the head of the message is longer than the {MAX_HEADER_BYTES} bytes allowed")


def _declared_length(head: h11.Request | h11.Response) -> int:
    # h11 has checked that there is one such header at most, and that it is a number of 20 digits at most
    return next((int(value) for name, value in head.headers if name == b"content-length"), 0)


def _too_long() -> RefusedError:
    return RefusedError(413, f"the message is longer than the {MAX_BODY_BYTES} bytes allowed")


def _check_request(head: h11.Request | h11.Response) -> None:
    if not isinstance(head, h11.Request) or head.target != EXCHANGE_PATH.encode():
        raise RefusedError(404, "there is nothing at this address")
    if head.method != b"POST":
        raise RefusedError(405, "an exchange is a POST")


def _check_response(head: h11.Request | h11.Response) -> None:
    if not isinstance(head, h11.Response) or head.status_code != 200:
        status = head.status_code if isinstance(head, h11.Response) else 0
        raise RefusedError(status, f"the other node could not use what we sent (HTTP status {status})")
