"""TLS through memory buffers, over real sockets: pieces, leave-taking, large writes, and what breaks."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from certificates import honest
from searoom.link import stream
from searoom.link.stream import TlsError, TlsStream
from searoom.link.tls import client_context, server_context

Serve = Callable[[TlsStream], Awaitable[None]]
Pieces = Callable[[bytes], list[bytes]]


class Ends:
    """The two contexts, and a pair of streams with a relay between them that cuts the bytes into pieces."""

    def __init__(self, folder: Path) -> None:
        amber, coral = honest(folder, "amber"), honest(folder, "coral")
        self.amber, self.coral = amber, coral
        self.server = server_context(coral.credentials, {"amber": [amber.der]})
        self.client = client_context(amber.credentials, [coral.der])
        self.ended: list[BaseException | None] = []

    @asynccontextmanager
    async def talk(self, serve: Serve, *, pieces: int = 0) -> AsyncIterator[TlsStream]:
        """Give the client's end; the server's is `serve`'s. With `pieces`, the line carries so many bytes at once."""

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            end = TlsStream(reader, writer, self.server)
            try:
                await end.shake_hands(server=True)
                await serve(end)
                self.ended.append(None)
            except (OSError, asyncio.CancelledError) as error:
                self.ended.append(error)
            finally:
                await end.abort()

        server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=max(pieces, 1) if pieces else 1 << 16)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        end = TlsStream(reader, writer, self.client)
        try:
            yield end
        finally:
            await end.abort()
            server.close()
            await server.wait_closed()


@pytest.fixture
def ends(tmp_path: Path) -> Ends:
    return Ends(tmp_path)


async def echo(end: TlsStream) -> None:
    while data := await end.read(1 << 16):
        await end.write(data)


async def whole(end: TlsStream, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        data += await end.read(1 << 16)
    return bytes(data)


@pytest.mark.parametrize("size", [0, 1, 16384, 16385, 300_000, 4 << 20])
def test_carries_any_length(ends: Ends, size: int) -> None:
    """Writes longer than a record, and than every buffer on the way, come out whole and in order."""
    data = (bytes(range(251)) * (size // 251 + 1))[:size]

    async def scene() -> None:
        async with ends.talk(echo) as end:
            await end.shake_hands(server=False)
            writing = asyncio.create_task(end.write(data + b"end"))
            assert data + b"end" == await whole(end, size + 3)
            await writing

    asyncio.run(scene())


def test_takes_records_in_pieces(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    """However little comes at once, handshake and data are the same."""
    monkeypatch.setattr(stream, "_CHUNK_BYTES", 7)

    async def scene() -> None:
        async with ends.talk(echo) as end:
            await end.shake_hands(server=False)
            await end.write(b"0123456789" * 10)
            assert b"0123456789" * 10 == await whole(end, 100)

    asyncio.run(scene())


def test_both_ends_know_each_other(ends: Ends) -> None:
    """After the handshake each end has the other's certificate, and the group of the keys."""
    seen: list[tuple[bytes, str]] = []

    async def look(end: TlsStream) -> None:
        seen.append((end.shown, end.group))
        await echo(end)

    async def scene() -> None:
        async with ends.talk(look) as end:
            assert b"" == end.shown
            await end.shake_hands(server=False)
            await end.write(b"x")
            await end.read(1)
            seen.append((end.shown, end.group))

    asyncio.run(scene())
    assert [(ends.amber.der, "X25519MLKEM768"), (ends.coral.der, "X25519MLKEM768")] == seen


def test_a_slow_reader_holds_the_writer_up(ends: Ends) -> None:
    """What the other end does not take waits at the writer, and does not pile up in memory."""
    go = asyncio.Event()

    async def late(end: TlsStream) -> None:
        await go.wait()
        assert 16 << 20 == len(await whole(end, 16 << 20))

    async def scene() -> None:
        async with ends.talk(late) as end:
            await end.shake_hands(server=False)
            writing = asyncio.create_task(end.write(bytes(16 << 20)))
            await asyncio.sleep(0.3)
            assert not writing.done()
            assert end._writer.transport.get_write_buffer_size() < 1 << 18
            go.set()
            await writing
            while not ends.ended:
                await asyncio.sleep(0.01)

    asyncio.run(scene())
    assert [None] == ends.ended


def test_an_answer_after_leave_was_taken(ends: Ends) -> None:
    """Who takes leave has said everything, and still hears the answer: leave is taken for one direction."""

    async def answer(end: TlsStream) -> None:
        assert b"question" == await whole(end, 8)
        assert b"" == await end.read(1)
        await end.write(b"answer")

    async def scene() -> None:
        async with ends.talk(answer) as end:
            await end.shake_hands(server=False)
            await end.write(b"question")
            end._leave()
            assert b"answer" == await whole(end, 6)

    asyncio.run(scene())
    assert [None] == ends.ended


def test_leave_is_no_cut_and_a_cut_is_no_leave(ends: Ends) -> None:
    """An end that was said reads as empty; a line that merely ends is an error, however polite the system was."""

    async def leave(end: TlsStream) -> None:
        await end.read(1)
        await end.finish(5.0)

    async def cut(end: TlsStream) -> None:
        await end.read(1)
        end._writer.write_eof()
        await end._reader.read()

    async def scene() -> None:
        async with ends.talk(leave) as end:
            await end.shake_hands(server=False)
            await end.write(b"x")
            assert b"" == await end.read(1)
        async with ends.talk(cut) as end:
            await end.shake_hands(server=False)
            await end.write(b"x")
            with pytest.raises(TlsError, match="without leave"):
                await end.read(1)

    asyncio.run(scene())


def test_finish_waits_until_the_other_end_has_read(ends: Ends) -> None:
    """The last answer reaches a slow reader who goes on sending; a reset would have thrown it away."""

    async def answer(end: TlsStream) -> None:
        await end.read(1)
        await end.write(b"the last answer")
        await end.finish(5.0)

    async def scene() -> None:
        async with ends.talk(answer) as end:
            await end.shake_hands(server=False)
            for _ in range(20):
                await end.write(bytes(1000))
                await asyncio.sleep(0.005)
            assert b"the last answer" == await whole(end, 15)
            assert b"" == await end.read(1)

    asyncio.run(scene())


def test_finish_does_not_wait_for_ever(ends: Ends) -> None:
    """Who never hangs up is hung up on."""
    took: list[float] = []

    async def leave(end: TlsStream) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await end.finish(0.1)
        took.append(loop.time() - began)

    async def scene() -> None:
        async with ends.talk(leave) as end:
            await end.shake_hands(server=False)
            await end.write(b"x")
            while not took:
                await asyncio.sleep(0.01)

    asyncio.run(scene())
    assert took[0] < 5.0


def test_an_idle_line_is_silent_until_something_comes(ends: Ends) -> None:
    """A line can be used again only while it stands and nothing was said on it unasked."""

    async def later(end: TlsStream) -> None:
        await end.write(await end.read(1))
        await go.wait()
        await end.write(b"unasked")
        await end.read(1)

    go = asyncio.Event()

    async def scene() -> None:
        async with ends.talk(later) as end:
            await end.shake_hands(server=False)
            await end.write(b"x")
            await end.read(1)
            assert await end.silent()
            assert await end.silent()
            go.set()
            await asyncio.sleep(0.1)
            assert not await end.silent()
        async with ends.talk(echo) as end:
            await end.shake_hands(server=False)
            await end.write(b"xy")
            assert b"x" == await end.read(1)
            assert not await end.silent()  # some of the answer is left
            end.break_off()
            assert not await end.silent()

    asyncio.run(scene())


def test_a_line_that_ended_is_not_silent(ends: Ends) -> None:
    """A line whose other end hung up is not used again."""

    async def once(end: TlsStream) -> None:
        await end.write(await end.read(1))

    async def scene() -> None:
        async with ends.talk(once) as end:
            await end.shake_hands(server=False)
            await end.write(b"x")
            await end.read(1)
            await asyncio.sleep(0.1)
            assert not await end.silent()

    asyncio.run(scene())


def test_breaking_off_wakes_who_waits(ends: Ends) -> None:
    """Who reads on a line that is broken off hears so at once, at both ends."""

    async def scene() -> None:
        async with ends.talk(echo) as end:
            await end.shake_hands(server=False)
            await end.write(b"x")
            await end.read(1)
            reading = asyncio.create_task(end.read(1))
            await asyncio.sleep(0)
            end.break_off()
            with pytest.raises(ConnectionError):
                await reading
            while not ends.ended:
                await asyncio.sleep(0.01)

    asyncio.run(scene())
    assert isinstance(ends.ended[0], ConnectionError)


def test_breaking_off_throws_away_what_was_not_sent(ends: Ends) -> None:
    """The system lets go of what it holds: the line is free for something else."""

    async def scene() -> None:
        async with ends.talk(echo) as end:
            await end.shake_hands(server=False)
            line: socket.socket = end._writer.get_extra_info("socket")
            end.break_off()
            with contextlib.suppress(OSError):
                assert (1, 0) == struct.unpack("ii", line.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8))

    asyncio.run(scene())


@pytest.mark.parametrize("noise", [b"\x00" * 64, b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff\xff" + bytes(100), b""])
@pytest.mark.parametrize("server", [False, True])
def test_noise_is_no_handshake(ends: Ends, noise: bytes, server: bool) -> None:
    """Whatever is not TLS ends the handshake with a `TlsError`, at either end; nothing hangs and nothing else is raised."""

    async def scene() -> None:
        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(noise)
            writer.write_eof()
            with contextlib.suppress(OSError):
                await reader.read()
            writer.close()

        listening = await asyncio.start_server(accept, "127.0.0.1", 0)
        streams = await asyncio.open_connection(*listening.sockets[0].getsockname()[:2])
        end = TlsStream(*streams, ends.server if server else ends.client)
        with pytest.raises(TlsError) as caught:
            await asyncio.wait_for(end.shake_hands(server=server), 10.0)
        assert caught.value.reason
        await end.abort()
        listening.close()
        await listening.wait_closed()

    asyncio.run(scene())


def test_bytes_that_were_changed_on_the_way_are_refused(ends: Ends) -> None:
    """A record that does not check ends the connection."""

    async def scene() -> None:
        async with ends.talk(echo) as end:
            await end.shake_hands(server=False)
            await end.write(b"x")
            await end.read(1)
            end._writer.write(b"\x17\x03\x03\x00\x20" + bytes(32))
            with pytest.raises(ConnectionError):
                await end.read(1)
            while not ends.ended:
                await asyncio.sleep(0.01)

    asyncio.run(scene())
    assert isinstance(ends.ended[0], TlsError)


def test_nothing_is_written_after_the_end(ends: Ends) -> None:
    """Who has taken leave says nothing more."""

    async def scene() -> None:
        async with ends.talk(echo) as end:
            await end.shake_hands(server=False)
            end._leave()
            with pytest.raises(TlsError):
                await end.write(b"x")

    asyncio.run(scene())
