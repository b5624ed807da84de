"""An exported record served over HTTP as the still files that it is, for anybody to read and nobody to change.

The paths are those of the folder; those of a log are the ones of C2SP tlog-tiles, so that any reader of those can
read it. There are two verbs, GET and HEAD, no query, no listing, no file that was not there when the serving began.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import h11

from searoom.errors import NotAllowed, StateUnknown
from searoom.record import layout, tiles

MAX_READERS: Final = 64
MAX_HEADER_BYTES: Final = 8 << 10
WAIT_S: Final = 20.0  # for a request, and for the reader to take the answer
_CHUNK: Final = 64 << 10
_SAFE: Final = [("X-Content-Type-Options", "nosniff"), ("Access-Control-Allow-Origin", "*")]
_FOREVER: Final = "public, max-age=31536000, immutable"

Header = tuple[str, str]


def headers_of(path: str) -> list[Header]:
    """Return what is said of a file beside its bytes: its type, and how long it stays what it is."""
    inside = path.partition("/")[2]
    kind = "text/plain; charset=utf-8" if inside == "checkpoint" else "application/octet-stream"
    full = inside.startswith("tile/") and tiles.read_tile_path(inside)[2] == tiles.TILE_WIDTH
    return [("Content-Type", kind), ("Cache-Control", _FOREVER if full else "no-cache"), *_SAFE]


class Publisher:
    """The files of one record, handed out to a bounded number of readers at a time."""

    def __init__(self, files: Mapping[str, bytes], prefix: str = "/") -> None:
        layout.Manifest.from_bytes(files.get(layout.MANIFEST, b""))  # what is no exported record is not served
        self._files, self._prefix = files, prefix
        self._readers = 0
        self._server: asyncio.Server | None = None

    async def open(self, host: str, port: int) -> int:
        """Listen; return the port. Raises `StateUnknown` where it is taken or forbidden."""
        try:
            self._server = await asyncio.start_server(self._serve, host, port, limit=MAX_HEADER_BYTES)
        except OSError as fault:
            raise StateUnknown(
                f"nothing can be served at {host} port {port}: {fault.strerror or fault}",
                advice="Choose another port with --port, or stop what holds it.",
            ) from fault
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._readers += 1
        try:
            if self._readers <= MAX_READERS:
                with contextlib.suppress(OSError, TimeoutError, h11.ProtocolError):
                    await self._answer_all(reader, writer)
        finally:
            self._readers -= 1
            writer.close()

    async def _answer_all(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEADER_BYTES)
        while True:
            try:
                async with asyncio.timeout(WAIT_S):
                    asked = await _request(line, reader)
            except h11.RemoteProtocolError as fault:
                asked = None
                if line.our_state is h11.IDLE or line.our_state is h11.SEND_RESPONSE:
                    answer = _plain(HTTPStatus(fault.error_status_hint))
                    await _send(line, writer, *answer, last=True)
            if asked is None:
                return
            await _send(line, writer, *self.answer(asked), bare=asked.method == b"HEAD")
            if line.our_state is not h11.DONE or line.their_state is not h11.DONE:
                return
            line.start_next_cycle()

    def answer(self, asked: h11.Request) -> tuple[HTTPStatus, list[Header], bytes]:
        """Return status, headers and bytes for a request."""
        if asked.method not in (b"GET", b"HEAD"):
            status, headers, data = _plain(HTTPStatus.METHOD_NOT_ALLOWED)
            return status, [*headers, ("Allow", "GET, HEAD")], data
        target = asked.target.decode("ascii", "replace")
        path = target.removeprefix(self._prefix)
        if path == target or path not in self._files:
            return _plain(HTTPStatus.NOT_FOUND)
        try:
            return HTTPStatus.OK, headers_of(path), self._files[path]
        except NotAllowed:  # it was taken away, or made too long, since the serving began
            return _plain(HTTPStatus.NOT_FOUND)


def _plain(status: HTTPStatus) -> tuple[HTTPStatus, list[Header], bytes]:
    return status, [("Content-Type", "text/plain; charset=utf-8"), *_SAFE], f"{status.phrase}\n".encode()


async def _request(line: h11.Connection, reader: asyncio.StreamReader) -> h11.Request | None:
    """Return the next request, None at the end; a request with a body is refused by h11's state or cut off."""
    asked: h11.Request | None = None
    while True:
        event = line.next_event()
        if event is h11.NEED_DATA:
            line.receive_data(await reader.read(MAX_HEADER_BYTES))
        elif isinstance(event, h11.Request):
            asked = event
        elif isinstance(event, h11.Data):
            raise h11.RemoteProtocolError("a body", error_status_hint=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        elif isinstance(event, h11.EndOfMessage):
            return asked
        else:
            return None


async def _send(
    line: h11.Connection,
    writer: asyncio.StreamWriter,
    status: HTTPStatus,
    headers: list[Header],
    data: bytes,
    *,
    bare: bool = False,
    last: bool = False,
) -> None:
    """Send an answer; of a `bare` one the head alone, after the `last` one nothing more."""
    more = [("Content-Length", str(len(data))), *([("Connection", "close")] if last else [])]
    writer.write(line.send(h11.Response(status_code=status, headers=[*headers, *more])) or b"")
    for start in range(0, 0 if bare else len(data), _CHUNK):
        writer.write(line.send(h11.Data(data=data[start : start + _CHUNK])) or b"")
        async with asyncio.timeout(WAIT_S):
            await writer.drain()
    writer.write(line.send(h11.EndOfMessage()) or b"")
    async with asyncio.timeout(WAIT_S):
        await writer.drain()
