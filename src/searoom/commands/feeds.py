"""The commands `capture` and `replay`: what a sensor says into a file as it came, and onto the network again."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from searoom import clock
from searoom.commands.arguments import parser, print_json
from searoom.errors import NotAllowed
from searoom.tracks import addresses, stamps
from searoom.tracks.addresses import Address
from searoom.tracks.feeds import Feed
from searoom.tracks.recordings import MAX_FILE_BYTES, Recorder, Replay

_SHOW_EVERY_S = 1.0
_MAX_DATAGRAM = 60_000
_MEGABYTE = 1_000_000
_MOST_MEGABYTES = 1_000_000


def capture(argv: Sequence[str]) -> int:
    """Write what a sensor says into a file, each line behind its time; exit with 1 where nothing came."""
    command = parser(
        "capture",
        "Record what a sensor says, line by line, each behind its time of reception (an NMEA tag block), until you "
        "interrupt. A full file is set aside as NAME.0001.nmea and so on. `screen` and `replay` read it.",
        [
            "searoom capture udp://0.0.0.0:10110 bridge.nmea",
            "searoom capture sbs://127.0.0.1:30003 aircraft.sbs --seconds 3600 --stats",
            "searoom capture aircraft+file:/run/readsb/aircraft.json lists.json",
        ],
    )
    command.add_argument("address", metavar="ADDRESS", help="where the sensor is; docs/sensors.md has all forms")
    command.add_argument("file", type=Path, metavar="FILE")
    command.add_argument("--seconds", type=float, metavar="N", help="end by itself after so long")
    command.add_argument(
        "--megabytes", type=float, default=MAX_FILE_BYTES / _MEGABYTE, metavar="N", help="size of a file"
    )
    command.add_argument("--stats", action="store_true", help="at the end, print what happened, by cause, as JSON")
    given = command.parse_args(argv)
    if given.seconds is not None and not given.seconds > 0:
        raise NotAllowed("a recording of no time records nothing", advice="Give --seconds above 0, or leave it out.")
    if not 1e-6 <= given.megabytes <= _MOST_MEGABYTES:
        raise NotAllowed(f"a file of {given.megabytes} MB cannot be recorded", advice="Give --megabytes above 0.")
    feed = Feed(addresses.parse(given.address), clock.machine_now)
    recorder = Recorder(given.file, max_bytes=int(given.megabytes * _MEGABYTE))
    try:
        asyncio.run(_capture(feed, recorder, given.seconds))
    finally:
        recorder.close()
    told = {"address": given.address, "feed": _nonzero(feed.counts), "file": _nonzero(recorder.counts)}
    sys.stderr.write(f"{recorder.counts['lines']} lines recorded in {given.file}\n")
    if given.stats:
        print_json(told)
    return 0 if recorder.counts["lines"] else 1


def replay(argv: Sequence[str]) -> int:
    """Send a recording's lines onto the network, as far apart as they were received."""
    command = parser(
        "replay",
        "Play a recording back: over UDP to an address, or over TCP to whoever connects to it. The tag blocks are left "
        "out, so that receivers give the lines their own time; at another speed than 1, what is moving seems to jump.",
        [
            "searoom replay bridge.nmea --to udp://127.0.0.1:10110",
            "searoom replay bridge.nmea --to tcp://127.0.0.1:10110 --speed 10 --longest-gap 60",
        ],
    )
    command.add_argument(
        "file", type=Path, metavar="FILE", help="a recording; the files set aside before it are played first"
    )
    command.add_argument(
        "--to", required=True, metavar="ADDRESS", help="udp://HOST:PORT, or tcp://HOST:PORT to be connected to"
    )
    command.add_argument("--speed", type=float, default=1.0, metavar="N", help="times as fast; 0: all at once")
    command.add_argument("--longest-gap", type=float, metavar="SECONDS", help="pauses are made no longer than this")
    command.add_argument("--stamped", action="store_true", help="send the tag blocks with their old times too")
    command.add_argument("--stats", action="store_true", help="at the end, print what happened, by cause, as JSON")
    given = command.parse_args(argv)
    to = addresses.parse(given.to)
    if to.carrier not in ("udp", "tcp"):
        raise NotAllowed(f"a recording is not sent to '{given.to}'", advice="Give udp://HOST:PORT or tcp://HOST:PORT.")
    if to.carrier == "udp" and not addresses.near(to.host) and to.host != "localhost":
        raise NotAllowed(
            f"'{to.host}' is not on a network of our own",
            advice="Old positions sent to strangers would be taken for true.",
        )
    player = Replay(given.file, given.speed, longest_gap_s=given.longest_gap)
    asyncio.run((_to_udp if to.carrier == "udp" else _to_tcp)(player, to, given.stamped))
    sys.stderr.write(f"{player.counts['sent']} lines sent to {given.to}\n")
    if given.stats:
        print_json({"to": given.to, "counts": _nonzero(player.counts)})
    return 0 if player.counts["sent"] else 1


async def _capture(feed: Feed, recorder: Recorder, seconds: float | None) -> None:
    reading = asyncio.create_task(feed.run())
    stopped = _until_stopped()
    ends = None if seconds is None else clock.monotonic() + seconds
    with _shown() as show:
        while not (stopped.is_set() or reading.done()) and (ends is None or clock.monotonic() < ends):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(
                    stopped.wait(), min(0.2, max(0.0, (ends or clock.monotonic() + 1) - clock.monotonic()))
                )
            recorder.write(feed.take())
            show(_line(feed))
    reading.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await reading
    recorder.write(feed.take())


def _line(feed: Feed) -> str:
    troubles = {cause: count for cause, count in feed.counts.items() if cause not in ("lines", "bytes", "connected")}
    told = "".join(f", {count} {cause}" for cause, count in sorted(troubles.items()))
    return f"{feed.counts['lines']:,} lines, {feed.counts['bytes'] / _MEGABYTE:.1f} MB{told}"


async def _to_udp(player: Replay, to: Address, stamped: bool) -> None:
    found = (await asyncio.get_running_loop().getaddrinfo(to.host, to.port, type=socket.SOCK_DGRAM))[0]
    with socket.socket(found[0], found[1], found[2]) as sock, _shown() as show:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        async for _, line in player.lines():
            words = line if stamped else stamps.split(line)[1]
            if len(words) > _MAX_DATAGRAM:
                player.counts["too long for a datagram"] += 1
                continue
            await _send(sock, words + b"\r\n", found[4], player.counts)
            show(f"{player.counts['sent']:,} lines sent")


async def _send(sock: socket.socket, data: bytes, where: object, counts: Counter[str]) -> None:
    try:
        await asyncio.get_running_loop().sock_sendto(sock, data, where)  # type: ignore[arg-type]  # as getaddrinfo gave it
        counts["sent"] += 1
    except ConnectionRefusedError:  # nobody listens yet; the next line may find somebody
        counts["nobody listens"] += 1
    except OSError:
        counts["cannot be sent"] += 1


async def _to_tcp(player: Replay, to: Address, stamped: bool) -> None:
    """Wait for somebody to connect, then play to all who have; who goes away is left out of the rest."""
    clients: set[asyncio.StreamWriter] = set()
    somebody = asyncio.Event()

    def welcome(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if addresses.near(str(writer.get_extra_info("peername")[0])):
            clients.add(writer)
            somebody.set()
        else:
            player.counts["not on a network of our own"] += 1
            writer.close()

    server = await asyncio.start_server(welcome, to.host, to.port)
    sys.stderr.write(f"waiting for somebody to connect to {to.host}:{server.sockets[0].getsockname()[1]}\n")
    sys.stderr.flush()
    try:
        await somebody.wait()
        with _shown() as show:
            async for _, line in player.lines():
                words = (line if stamped else stamps.split(line)[1]) + b"\r\n"
                for client in tuple(clients):
                    await _write(client, words, clients, player.counts)
                show(f"{player.counts['sent']:,} lines sent")
    finally:
        server.close()
        for client in clients:
            client.close()
            with contextlib.suppress(OSError):
                await client.wait_closed()


async def _write(
    client: asyncio.StreamWriter, data: bytes, clients: set[asyncio.StreamWriter], counts: Counter[str]
) -> None:  # fmt: skip
    try:
        client.write(data)
        await client.drain()
        counts["sent"] += 1
    except OSError:
        clients.discard(client)
        counts["somebody went away"] += 1


def _until_stopped() -> asyncio.Event:
    """Return what is set when a person or the system asks this process to end."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(ValueError, RuntimeError):  # not the main thread
            loop.add_signal_handler(number, stopped.set)
    return stopped


@contextlib.contextmanager
def _shown() -> Iterator["_Show"]:
    show = _Show()
    try:
        yield show
    finally:
        show.end()


class _Show:
    """One line of progress on a terminal, no oftener than each second; nothing where nobody watches."""

    def __init__(self) -> None:
        self._shown = clock.monotonic()
        self._width = 0

    def __call__(self, words: str) -> None:
        now = clock.monotonic()
        if sys.stderr.isatty() and now - self._shown >= _SHOW_EVERY_S:
            self._shown = now
            sys.stderr.write(f"\r  {words:<{self._width}}")
            sys.stderr.flush()
            self._width = len(words)

    def end(self) -> None:
        if self._width:
            sys.stderr.write("\r" + " " * (self._width + 2) + "\r")


def _nonzero(counts: Mapping[str, int]) -> dict[str, int]:
    return {cause: count for cause, count in sorted(counts.items()) if count}
