"""POSTs and their answers, fed to the parser whole and byte by byte; the limits are tried over sockets next door."""

import asyncio
from collections.abc import Sequence

import h11
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searoom.link.post import (
    EXCHANGE_PATH,
    MAX_BODY_BYTES,
    MAX_TOKEN_BYTES,
    URGENT_PATH,
    WAIT_PATH,
    Head,
    RefusedError,
    UnusedError,
    answer_bytes,
    ask,
    goes_on,
    new_parser,
    read_body,
    read_head,
)

BODY = b"a message"


def request(path: str = EXCHANGE_PATH, *lines: str, body: bytes = BODY) -> bytes:
    return (
        "\r\n".join([f"POST {path} HTTP/1.1", "Host: coral", f"Content-Length: {len(body)}", *lines, "", ""]).encode()
        + body
    )


class Pieces:
    """A stream that gives these pieces, then its end, or nothing more ever; and remembers what is written."""

    def __init__(self, pieces: Sequence[bytes], *, ends: bool = True) -> None:
        self._pieces = [piece for piece in pieces if piece]
        self._ends = ends
        self.written = b""

    async def read(self, most: int) -> bytes:
        if self._pieces:
            return self._pieces.pop(0)
        assert self._ends, "more was read than was needed"
        return b""

    async def write(self, data: bytes) -> None:
        self.written += data


async def read(pieces: Sequence[bytes], *, ends: bool = True) -> tuple[Head, bytes]:
    """What a server reads of these bytes, given to it one piece after another."""
    parser, stream = new_parser(h11.SERVER), Pieces(pieces, ends=ends)
    got = await read_head(parser, stream)
    assert got is not None
    return got[1], await read_body(parser, stream, got[0])


@pytest.mark.parametrize("size", [1, 2, 1000])
@pytest.mark.parametrize("path", [EXCHANGE_PATH, URGENT_PATH, WAIT_PATH])
def test_reads_a_request_in_any_pieces(size: int, path: str) -> None:
    """However the bytes come, the body is the same, and its end is known without the end of the connection."""
    data = request(path)
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert (Head(path, 0.0), BODY) == asyncio.run(read(pieces, ends=False))


def test_reads_no_request_that_breaks_off() -> None:
    """Cut at any byte, a request is an error and never a shorter one."""
    for cut in range(1, len(request())):
        with pytest.raises((RefusedError, ConnectionResetError)):
            asyncio.run(read([request()[:cut]]))


def test_no_request_at_all_is_no_error() -> None:
    """Who takes leave between two calls has said nothing wrong."""
    assert asyncio.run(read_head(new_parser(h11.SERVER), Pieces([]))) is None


@pytest.mark.parametrize(
    ("line", "wait_s"),
    [
        ("Prefer: wait=25", 25.0),
        ("Prefer: wait=0", 0.0),
        ("Prefer: wait=12345", 0.0),
        ("Prefer: wait=2.5", 0.0),
        ("Prefer: handling=lenient", 0.0),
        ("X: wait=5", 0.0),
    ],
)
def test_reads_how_long_they_would_wait(line: str, wait_s: float) -> None:
    """A wish in whole seconds of at most four digits is read, and no other."""
    head, body = asyncio.run(read([request(WAIT_PATH, line)]))
    assert (wait_s, BODY) == (head.wait_s, body)


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET " + EXCHANGE_PATH.encode(), 405),
        (b"PUT " + EXCHANGE_PATH.encode(), 405),
        (b"POST " + EXCHANGE_PATH.encode() + b"/", 404),
        (b"POST /searoom/v2/exchange", 404),
    ],
)
def test_takes_one_method_at_three_addresses(request_line: bytes, status: int) -> None:
    """Everything else has its status and is not read further."""
    data = request_line + b" HTTP/1.1\r\nHost: coral\r\nContent-Length: 1\r\n\r\nx"
    with pytest.raises(RefusedError) as caught:
        asyncio.run(read([data]))
    assert caught.value.status == status


@pytest.mark.parametrize(("path", "most"), [(EXCHANGE_PATH, MAX_BODY_BYTES), (WAIT_PATH, MAX_TOKEN_BYTES)])
def test_refuses_a_declared_length_before_the_body_comes(path: str, most: int) -> None:
    """Not one byte of a body that is too long is waited for."""
    head = f"POST {path} HTTP/1.1\r\nHost: coral\r\nContent-Length: {most + 1}\r\n\r\n"
    with pytest.raises(RefusedError) as caught:
        asyncio.run(read([head.encode()], ends=False))
    assert caught.value.status == 413


@pytest.mark.parametrize("body", [b"", BODY])
@pytest.mark.parametrize("last", [False, True])
def test_says_how_long_an_answer_is(body: bytes, last: bool) -> None:
    """An answer carries its length, so that a cut is seen; the last one closes the connection."""

    async def scene() -> bytes:
        parser = new_parser(h11.SERVER)
        got = await read_head(parser, Pieces([request()]))
        assert got is not None
        await read_body(parser, Pieces([]), got[0])
        data = answer_bytes(parser, 200, body, last=last)
        assert goes_on(parser) is not last
        return data

    head, _, rest = asyncio.run(scene()).partition(b"\r\n\r\n")
    assert rest == body
    assert f"content-length: {len(body)}".encode() in head.lower()
    assert (b"connection: close" in head.lower()) is last


def answer(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def test_asks_again_and_again_on_one_connection() -> None:
    """Each answer ends where it says, and the next question follows on the same connection."""

    async def scene() -> None:
        parser = new_parser(h11.CLIENT)
        for number in range(3):
            stream = Pieces([answer(b"%d" % number)])
            assert b"%d" % number == await ask(parser, stream, "coral:1", WAIT_PATH, BODY, ("prefer", "wait=5"))
            assert stream.written.startswith(f"POST {WAIT_PATH} HTTP/1.1\r\n".encode())
            assert b"prefer: wait=5\r\n" in stream.written.lower()
            assert stream.written.endswith(BODY)
            assert goes_on(parser)

    asyncio.run(scene())


def test_tells_silence_from_half_an_answer() -> None:
    """Only where not a byte of an answer came may the same be asked elsewhere without a word."""
    whole = answer(b"0123456789")

    async def asked(data: bytes) -> bytes:
        return await ask(new_parser(h11.CLIENT), Pieces([data]), "coral:1", EXCHANGE_PATH, BODY)

    with pytest.raises(UnusedError):
        asyncio.run(asked(b""))
    for cut in range(1, len(whole)):
        with pytest.raises(h11.RemoteProtocolError):
            asyncio.run(asked(whole[:cut]))
    assert b"0123456789" == asyncio.run(asked(whole))


@pytest.mark.parametrize(
    ("status", "sentence"), [("429 Slow", "call less often"), ("404 No", "could not use"), ("101 Other", "could not")]
)
def test_an_answer_with_another_status_is_refused(status: str, sentence: str) -> None:
    """Their words are not shown to our watch: the status has a sentence of ours."""
    with pytest.raises((RefusedError, h11.RemoteProtocolError)) as caught:
        asyncio.run(ask(new_parser(h11.CLIENT), Pieces([answer(b"evil", status)]), "x", EXCHANGE_PATH, BODY))
    assert "evil" not in str(caught.value)
    assert sentence in str(caught.value) or status.startswith("101")


def test_only_who_calls_too_often_is_told_why() -> None:
    """A refusal tells a stranger's client nothing but its status."""
    assert b"wait" == RefusedError(429, "wait").body()
    assert b"" == RefusedError(400, "what was sent cannot be used").body()


@given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([request(), b"POST ", b"\r\n\r\n", b"Host: x\r\n"]))))
@settings(max_examples=300)
def test_noise_is_refused_and_answered(pieces: list[bytes]) -> None:
    """Whatever bytes come, they are a request, or nothing, or refused with a status that can be said."""

    async def scene() -> bytes:
        parser, stream = new_parser(h11.SERVER), Pieces(pieces)
        status = 200
        try:
            got = await read_head(parser, stream)
            if got is None:
                return b""
            await read_body(parser, stream, got[0])
        except RefusedError as refusal:
            status = refusal.status
        except ConnectionResetError:
            return b""
        return answer_bytes(parser, status, b"", last=True)

    said = asyncio.run(scene())
    assert not said or said.startswith((b"HTTP/1.1 2", b"HTTP/1.1 4"))
