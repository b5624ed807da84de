"""Live feeds over real sockets on this machine: every line with its time, and whatever goes wrong counted and survived."""

import asyncio
import contextlib
import socket

import pytest

from searoom.tracks import addresses, aircraft, feeds, stamps
from searoom.tracks.decoders import Decoder
from searoom.tracks.feeds import DROPPED, Feed, Limits
from spoken import NOON_US, rmc, ttm

QUICK = Limits(first_wait_s=0.01, longest_wait_s=0.05, silence_s=30.0, poll_s=0.01)
EVENT = b'<event uid="S" type="a-u-S"\n time="2026-06-03T12:00:00Z"><point lat="1" lon="2"/></event>'


def noon():
    return NOON_US


def feed_of(address, limits=QUICK, now=noon):
    """Return a feed of an address; its clock stands at noon."""
    return Feed(addresses.parse(address), now, limits=limits)


async def until(true, seconds=10.0):
    """Wait until something is true."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def running(feed):
    """Run a feed; it must still run at the end."""
    task = asyncio.create_task(feed.run())
    try:
        yield feed
        assert not task.done(), task.exception()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@contextlib.asynccontextmanager
async def server(*answers, keep=False, asked=False):
    """Serve one answer after the other, each to one connection, the last to all others; give the port."""
    waiting = list(answers)

    async def serve(reader, writer):
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        try:
            if asked:
                await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
            if keep:
                await reader.read()
        except (OSError, EOFError):
            pass  # the feed went away
        finally:
            writer.close()

    served = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield served.sockets[0].getsockname()[1]
    finally:
        served.close()


def send(port, *datagrams, to="127.0.0.1"):
    """Send datagrams to a port of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for data in datagrams:
            sock.sendto(data, (to, port))


def free_port(kind=socket.SOCK_STREAM):
    """Return a port that nobody listens at."""
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


async def listening(feed):
    await until(lambda: feed.port)
    return feed.port


def test_each_line_of_a_connection_has_its_time():
    """Whatever pieces they come in; a line of the sender's own time keeps it; blanks are none."""
    old = stamps.tag(NOON_US - 60_000_000) + rmc("115900")

    async def scene():
        async with (
            server(rmc() + b"\r\n\r\n" + old + b"\n" + ttm()[:10], keep=True) as port,
            running(feed_of(f"tcp://127.0.0.1:{port}")) as feed,
        ):
            await until(lambda: feed.counts["lines"] == 2)
            return feed.take(), feed.newest_us, feed.counts

    lines, newest, counts = asyncio.run(scene())
    assert 1 == counts["sender's time is not ours"]
    assert [stamps.tag(NOON_US) + rmc(), old] == lines
    assert NOON_US == newest


def test_a_vanished_socket_is_counted_and_tried_again():
    """The other end goes away in the middle of a line; the next connection goes on."""

    async def scene():
        async with server(b"$GPRM", rmc() + b"\n") as port, running(feed_of(f"tcp://127.0.0.1:{port}")) as feed:
            await until(lambda: feed.counts["lines"] >= 2)
            return feed.counts

    counts = asyncio.run(scene())
    assert 1 == counts["line cut short"]
    assert counts["connected"] >= 2
    assert counts["connection ended"] >= 1


def test_nobody_there_is_counted_and_tried_later():
    """Each attempt waits longer than the one before, up to a bound."""

    async def scene():
        waits = []
        feed = feed_of(f"tcp://127.0.0.1:{free_port()}", Limits(first_wait_s=0.001, longest_wait_s=0.008))
        true_sleep = asyncio.sleep
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(feeds.asyncio, "sleep", lambda seconds: (waits.append(seconds), true_sleep(0))[1])
            async with running(feed):
                async with asyncio.timeout(10):
                    while len(waits) < 6:
                        await true_sleep(0.001)
        return waits, feed.counts

    waits, counts = asyncio.run(scene())
    assert [0.002, 0.004, 0.008, 0.008, 0.008] == waits[:5]
    assert 5 <= counts["cannot connect"]


def test_silence_is_taken_for_a_dead_line():
    """A half-open connection says nothing for ever: it is given up and made anew."""

    async def scene():
        limits = Limits(first_wait_s=0.01, silence_s=0.05)
        async with server(b"", keep=True) as port, running(feed_of(f"tcp://127.0.0.1:{port}", limits)) as feed:
            await until(lambda: feed.counts["silent"] >= 2)

    asyncio.run(scene())


def test_a_megabyte_without_an_end_is_one_count():
    """And the line after it is read."""

    async def scene():
        async with (
            server(b"x" * 1_000_000 + b"\n" + rmc() + b"\n", keep=True) as port,
            running(feed_of(f"tcp://127.0.0.1:{port}")) as feed,
        ):
            await until(lambda: feed.counts["lines"])
            return feed.counts

    counts = asyncio.run(scene())
    assert (1, 1) == (counts["line too long"], counts["lines"])


def test_datagrams_are_lines():
    """Several in one, or one without an end of line; AIS and instruments mixed become fixes."""

    async def scene():
        async with running(feed_of("bridge=udp://127.0.0.1:" + str(free_port(socket.SOCK_DGRAM)))) as feed:
            send(
                await listening(feed),
                rmc() + b"\r\n" + ttm() + b"\r\n",
                b"!BSVDM,1,1,,A,13:WB@0vC2PmgjpP`WO=DbdF0<0U,0*5D",
            )
            await until(lambda: feed.counts["lines"] == 3)
            return Decoder(feed.address).feed(feed.take())

    assert {"own:bridge", "radar:bridge:7", "212456000"} == set(asyncio.run(scene()).names)


def test_a_flood_costs_the_oldest_lines_and_is_said():
    """Nobody reads; the buffer stays within its bounds and holds the newest."""
    limits = Limits(lines=100, bytes=1 << 20)

    async def scene():
        async with running(feed_of("udp://127.0.0.1:" + str(free_port(socket.SOCK_DGRAM)), limits)) as feed:
            port = await listening(feed)
            for number in range(1000):
                send(port, b"line %d" % number)
                if number % 50 == 0:
                    await asyncio.sleep(0.001)
            await until(lambda: feed.counts["lines"] + feed.counts["dropped: socket full"] == 1000)
            return feed.counts, feed.take()

    counts, lines = asyncio.run(scene())
    assert 100 == len(lines)
    assert lines[-1].endswith(b"line 999")
    assert counts["lines"] - 100 == counts[DROPPED]


def test_the_buffer_is_bounded_by_bytes_too():
    """Long lines fill it sooner."""

    async def scene():
        feed = feed_of("udp://127.0.0.1", Limits(bytes=1000))
        feed.put([b"x" * 300 for _ in range(10)])
        return feed.take(), feed.counts[DROPPED]

    lines, dropped = asyncio.run(scene())
    assert (3, 7) == (len(lines), dropped)


def test_a_kernel_that_drops_says_so():
    """While nobody empties the socket, what is lost is told with the next datagram."""

    async def scene():
        feed = feed_of("udp://127.0.0.1:" + str(free_port(socket.SOCK_DGRAM)))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(feeds, "_RCVBUF", 2048)
            async with running(feed):
                port = await listening(feed)
                send(port, *[b"y" * 1000] * 500)  # at once: the loop cannot read in between
                await until(lambda: feed.counts["lines"])
                send(port, b"later")
                await until(lambda: feed.counts["dropped: socket full"])
        return feed.counts

    counts = asyncio.run(scene())
    assert 501 == counts["lines"] + counts["dropped: socket full"]


def test_a_listening_socket_that_fails_is_opened_anew(monkeypatch):
    """The network went down under it: counted, and bound again."""

    class Broken:
        def recvmsg(self, *_sizes):
            raise OSError("network is down")

    true, sockets = Feed._received, [Broken()]
    monkeypatch.setattr(
        Feed, "_received", lambda self, sock, failed: true(self, sockets.pop() if sockets else sock, failed)
    )

    async def scene():
        async with running(feed_of("udp://127.0.0.1:" + str(free_port(socket.SOCK_DGRAM)))) as feed:
            send(await listening(feed), rmc())
            await until(lambda: feed.counts["listening"] == 2)
            send(feed.port, ttm())
            await until(lambda: feed.counts["lines"])
            return feed.counts

    assert 1 == asyncio.run(scene())["connection failed"]


def test_strangers_are_not_heard(monkeypatch):
    """A datagram from outside our networks is counted, a connection that leads outside is not kept."""
    monkeypatch.setattr(feeds.addresses, "near", lambda host: False)

    async def scene():
        async with running(feed_of("udp://127.0.0.1:" + str(free_port(socket.SOCK_DGRAM)))) as feed:
            send(await listening(feed), rmc())
            await until(lambda: feed.counts["from outside our network"])
        async with server(rmc() + b"\n") as port, running(feed_of(f"tcp://localhost:{port}")) as other:
            await until(lambda: other.counts["not on a network of our own"])
        return feed.counts["lines"] + other.counts["lines"]

    assert 0 == asyncio.run(scene())


def test_a_clock_that_is_set_is_counted():
    """Forth or back by more than a second while hardly any time went by."""
    times = iter([NOON_US, NOON_US + 100_000, NOON_US + 60_000_000, NOON_US, NOON_US + 100])

    async def scene():
        feed = feed_of("udp://127.0.0.1", now=lambda: next(times))
        for _ in range(5):
            feed.put([rmc()])
        return feed.counts, feed.take()

    counts, lines = asyncio.run(scene())
    assert 2 == counts["clock stepped"]
    assert NOON_US + 60_000_000 == stamps.split(lines[2])[0]


@pytest.mark.parametrize("carrier", ["tcp", "udp"])
def test_events_come_whole(carrier):
    """Each on one line, however it was broken up; what is no whole event is counted."""

    async def scene():
        if carrier == "udp":
            async with running(feed_of("cot+udp://127.0.0.1:" + str(free_port(socket.SOCK_DGRAM)))) as feed:
                send(await listening(feed), EVENT, EVENT[:20], EVENT)
                await until(lambda: feed.counts["lines"] == 2)
                return feed.take(), feed.counts, feed.address
        async with server(EVENT * 2 + EVENT[:20]) as port, running(feed_of(f"cot+tcp://127.0.0.1:{port}")) as feed:
            await until(lambda: feed.counts["line cut short"])
            return feed.take()[:2], feed.counts, feed.address

    lines, counts, address = asyncio.run(scene())
    assert [stamps.tag(NOON_US) + EVENT.replace(b"\n", b" ")] * 2 == lines
    assert ("cot:S",) == Decoder(address).feed(lines).names
    assert counts["line cut short"]


LISTED = b'{"now": 1780488000,\n "aircraft": [{"hex": "86e123", "lat": 1, "lon": 2, "seen_pos": 0}]}\n'


def test_a_list_is_asked_for_again_and_again():
    """Over HTTP, as one line a list; the positions in it come once."""

    async def scene():
        answer = b"HTTP/1.1 200 OK\r\nserver: x\r\n\r\n" + LISTED
        address = "aircraft+http://127.0.0.1:{}/data/aircraft.json"
        async with server(answer, asked=True) as port, running(feed_of(address.format(port))) as feed:
            await until(lambda: feed.counts["lines"] >= 2)
            return feed.take(), feed.address

    lines, address = asyncio.run(scene())
    decoder = Decoder(address)
    assert 1 == len(decoder.feed(lines))
    assert {"position told before"} == set(decoder.counts)


@pytest.mark.parametrize(
    ("cause", "answer"),
    [
        ("answer is not 200", b"HTTP/1.1 404 Not Found\r\n\r\n"),
        ("answer is not HTTP", b"SSH-2.0-x\r\n"),
        ("answer is not HTTP", b""),
        ("line too long", b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000),
    ],
)
def test_an_answer_that_is_no_list_is_counted(cause, answer, monkeypatch):
    """Another page, another protocol, nothing, more than is read."""
    monkeypatch.setattr(aircraft, "MAX_DOCUMENT_BYTES", 1000)

    async def scene():
        async with server(answer, asked=True) as port, running(feed_of(f"aircraft+http://127.0.0.1:{port}/")) as feed:
            await until(lambda: feed.counts[cause] >= 2)
            return feed.counts["lines"]

    assert 0 == asyncio.run(scene())


def test_a_list_in_a_file_is_read_when_it_is_written(tmp_path):
    """Once each time; one that is no longer written is silent, one that is not there is told."""
    path = tmp_path / "aircraft.json"

    async def scene():
        async with running(
            feed_of(f"aircraft+file:{path}", Limits(first_wait_s=0.01, silence_s=0.1, poll_s=0.005))
        ) as feed:
            await until(lambda: feed.counts["no file"])
            path.write_bytes(LISTED)
            await until(lambda: feed.counts["silent"])
            return feed.take(), feed.counts

    lines, counts = asyncio.run(scene())
    assert stamps.tag(NOON_US) + LISTED.replace(b"\n", b" ").strip() == lines[0]


def test_a_growing_file_is_followed(tmp_path):
    """From its start, line by line; when it begins anew, so does the reading."""
    path = tmp_path / "log.nmea"
    path.write_bytes(rmc() + b"\n" + ttm()[:10])

    async def scene():
        async with running(feed_of(f"file:{path}")) as feed:
            await until(lambda: feed.counts["lines"] == 1)
            with path.open("ab") as more:
                more.write(ttm()[10:] + b"\n")
            await until(lambda: feed.counts["lines"] == 2)
            path.write_bytes(rmc("120001") + b"\n")
            await until(lambda: feed.counts["lines"] == 3)
            return feed.take(), feed.counts

    lines, counts = asyncio.run(scene())
    assert [stamps.tag(NOON_US) + line for line in (rmc(), ttm(), rmc("120001"))] == lines
    assert 1 == counts["file began anew"]


def test_batches_wait_for_what_comes():
    """A reader is woken by the next line and not before."""

    async def scene():
        feed = feed_of("udp://127.0.0.1")
        batches = feed.batches()
        waiting = asyncio.create_task(anext(batches))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        feed.put([rmc(), ttm()])
        return await waiting, feed.take()

    found, rest = asyncio.run(scene())
    assert (2, []) == (len(found), rest)
