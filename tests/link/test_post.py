"""One POST and its answer, fed to the parser whole and byte by byte; the limits are tried over sockets next door."""

import asyncio
from collections.abc import Sequence

import h11
import pytest

from searoom.link.post import (
    EXCHANGE_PATH,
    MAX_BODY_BYTES,
    RefusedError,
    answer_bytes,
    new_parser,
    read_request,
)

BODY = b"a message"
REQUEST = (
    f"POST {EXCHANGE_PATH} HTTP/1.1\r\nHost: coral\r\nContent-Length: {len(BODY)}\r\nConnection: close\r\n\r\n"
).encode() + BODY


async def read(pieces: Sequence[bytes], *, ends: bool = True) -> bytes:
    """What a server reads of these bytes, given to it one piece after another."""
    reader = asyncio.StreamReader()
    reading = asyncio.create_task(read_request(new_parser(h11.SERVER), reader))
    for piece in pieces:
        reader.feed_data(piece)
        await asyncio.sleep(0)
    if ends:
        reader.feed_eof()
    return await reading


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_reads_a_request_in_any_pieces(size: int) -> None:
    """However the bytes come, the body is the same, and its end is known without the end of the connection."""
    pieces = [REQUEST[at : at + size] for at in range(0, len(REQUEST), size)]
    assert asyncio.run(read(pieces, ends=False)) == BODY


def test_reads_no_request_that_breaks_off() -> None:
    """Cut at any byte, a request is an error and never a shorter one."""
    for cut in range(len(REQUEST)):
        with pytest.raises((RefusedError, ConnectionResetError)):
            asyncio.run(read([REQUEST[:cut]] if cut else []))


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET " + EXCHANGE_PATH.encode(), 405),
        (b"PUT " + EXCHANGE_PATH.encode(), 405),
        (b"POST " + EXCHANGE_PATH.encode() + b"/", 404),
        (b"POST /searoom/v1/exchange", 404),
    ],
)
def test_takes_one_method_at_one_address(request_line: bytes, status: int) -> None:
    """Everything else has its status and is not read further."""
    data = request_line + b" HTTP/1.1\r\nHost: coral\r\nContent-Length: 1\r\n\r\nx"
    with pytest.raises(RefusedError) as caught:
        asyncio.run(read([data]))
    assert caught.value.status == status


def test_refuses_a_declared_length_before_the_body_comes() -> None:
    """Not one byte of a body that is too long is waited for."""
    head = f"POST {EXCHANGE_PATH} HTTP/1.1\r\nHost: coral\r\nContent-Length: {MAX_BODY_BYTES + 1}\r\n\r\n"
    with pytest.raises(RefusedError) as caught:
        asyncio.run(read([head.encode()], ends=False))
    assert caught.value.status == 413


@pytest.mark.parametrize("body", [b"", BODY])
def test_says_how_long_an_answer_is(body: bytes) -> None:
    """An answer carries its length and closes the connection, so that a cut is seen."""
    parser = new_parser(h11.SERVER)
    parser.receive_data(REQUEST)
    while not isinstance(parser.next_event(), h11.EndOfMessage):
        pass
    data = answer_bytes(parser, 200, body)
    head, _, rest = data.partition(b"\r\n\r\n")
    assert rest == body
    assert f"content-length: {len(body)}".encode() in head.lower()
    assert b"connection: close" in head.lower()
