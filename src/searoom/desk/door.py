"""The desk's door: the node's end of the socket by which commands on the same machine reach it (loud)."""

import asyncio
import contextlib
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar, cast

from searoom import cbor
from searoom.desk.asking import LENGTH, MAX_BYTES, POINTER, pack, unpack
from searoom.errors import NotAllowed, SearoomError, StateUnknown
from searoom.sentences import Sentence

Request = Mapping[str, object]
Handler = Callable[[Request], Awaitable[dict[str, cbor.Value]]]


class Desk:
    """The node's end of the door."""

    def __init__(self, folder: Path, handler: Handler) -> None:
        self._folder = folder
        self._handler = handler
        self._server: asyncio.Server | None = None
        self._home: tempfile.TemporaryDirectory[str] | None = None
        self._asking: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Open the door and leave a pointer to it in the node's folder.

        The socket stands in a short temporary folder: the system allows some 100 bytes for its path.
        """
        self._home = tempfile.TemporaryDirectory(prefix="searoom-")
        path = str(Path(self._home.name) / POINTER)
        self._server = await asyncio.start_unix_server(self._serve, path)
        try:
            fresh = self._folder / f"{POINTER}.new"  # whoever waits for the pointer never reads half of it
            fresh.write_text(path, encoding="utf-8")
            fresh.replace(self._folder / POINTER)
        except OSError as problem:
            self._server.close()
            self._home.cleanup()
            raise StateUnknown(f"the desk cannot be opened in {self._folder}: {problem.strerror}") from problem

    async def close(self) -> None:
        """Close the door, also on whoever still waits for an answer."""
        if self._server is not None:
            self._server.close()
            for task in self._asking:
                task.cancel()
            await asyncio.gather(*self._asking, return_exceptions=True)
            await self._server.wait_closed()
        (self._folder / POINTER).unlink(missing_ok=True)
        if self._home is not None:
            self._home.cleanup()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._asking.add(task)
        try:
            await self._answer(reader, writer)
        except asyncio.CancelledError:  # the node ends while somebody waits at its desk: the closed door says so
            pass
        finally:  # whatever went wrong, nobody is left waiting before an open door
            self._asking.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            (size,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
            if size > MAX_BYTES:
                raise NotAllowed(Sentence("desk.too_much", count=size))
            reply = await self._handler(unpack(await reader.readexactly(size)))
        except SearoomError as error:
            reply = {"error": type(error).__name__, "sentence": error.sentence, "advice": error.advice()}
        except (asyncio.IncompleteReadError, ConnectionError):
            reply = {}
        with contextlib.suppress(ConnectionError):
            writer.write(pack(reply))
            await writer.drain()


_Kind = TypeVar("_Kind", int, bytes, str)


def take(request: Request, name: str, kind: type[_Kind]) -> _Kind:
    """Return what a request says under a name; raise `NotAllowed` where it is missing or of another kind."""
    value = request.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise NotAllowed(Sentence("desk.lacks", name=name, kind=kind.__name__))
    return value
