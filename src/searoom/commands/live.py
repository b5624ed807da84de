"""The command `watch`: a live watch over sensors' addresses; or, given a node's folder, what that node has open now."""

import asyncio
import contextlib
import signal
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from searoom import clock
from searoom.commands import desk
from searoom.commands.arguments import parser
from searoom.encounters.settings import Settings
from searoom.errors import NotAllowed
from searoom.tracks import addresses
from searoom.tracks.registry import Registry
from searoom.watch import outlets, watching
from searoom.watch.alarmbook import Alarmbook
from searoom.watch.outlets import Plain, Server
from searoom.watch.watching import Watch

_SHOW_EVERY_S = 1.0


def watch(argv: Sequence[str]) -> int:
    """Tell each change of grade as it happens, until interrupted; or print what a node has open."""
    command = parser(
        "watch",
        "Watch live: sensors' addresses in, one JSON line for each change of grade out, until you interrupt. With a "
        "node's folder alone: the encounters that its own sensors have open now.",
        [
            "searoom watch bridge=udp://0.0.0.0:10110 --registry units.toml --journal watch.jsonl",
            "searoom watch tcp://127.0.0.1:10110 --every-pair --serve 127.0.0.1:4420",
            "searoom watch amber",
        ],
    )
    command.add_argument(
        "where", nargs="+", metavar="ADDRESS", help="sensors, as docs/sensors.md has them; or one node"
    )
    command.add_argument("--registry", type=Path, metavar="FILE", help="whose craft are watched; else every pair is")
    command.add_argument("--settings", type=Path, metavar="FILE", help="a TOML file with levels and angles")
    command.add_argument("--every-pair", action="store_true", help="strangers among themselves too, after the watched")
    command.add_argument("--own", default="", metavar="CRAFT", help="our own ship's MMSI or name")
    command.add_argument("--serve", metavar="HOST:PORT", help="tell and be answered on a socket, as JSON lines")
    command.add_argument("--serve-anywhere", action="store_true", help="let --serve listen beyond this machine")
    command.add_argument("--journal", type=Path, metavar="FILE", help="what is open and answered outlives a crash")
    command.add_argument("--seconds", type=float, metavar="N", help="end by itself after so long")
    if argv and Path(argv[0]).is_dir():
        return desk.watch(argv)
    given = command.parse_args(argv)
    registry = None if given.registry is None else Registry.from_table(_table(given.registry, "registry"))
    settings = Settings.from_table({} if given.settings is None else _table(given.settings, "settings"))
    if registry is not None:
        settings = replace(settings, watched=watching.watched_of(registry, clock.machine_now()))
    sensors = _sensors(given.where)
    place = None if given.serve is None else _place(given.serve, anywhere=given.serve_anywhere)
    journal = None if given.journal is None else Alarmbook.open(given.journal)
    if journal is not None and journal[1].unread:
        sys.stderr.write(f"{given.journal}: {journal[1].unread} lines could not be read\n")
    made = Watch(sensors, settings, registry, every_pair=given.every_pair, own=given.own, journal=journal)
    out = Plain(sys.stdout.fileno())
    made.outlets.append(out)
    try:
        asyncio.run(_run(made, place, given.seconds))
    finally:
        out.close()
        made.close()
    return 0


def _sensors(texts: Sequence[str]) -> list[addresses.Address]:
    sensors = [addresses.parse(text) for text in texts]
    if len({one.name for one in sensors}) < len(sensors):
        raise NotAllowed("two sensors have one name", advice="Write a name before an address: mast=udp://...")
    return sensors


async def _run(made: Watch, place: tuple[str, int] | None, seconds: float | None) -> None:
    """Watch until a person, the system or the time ends it."""
    server = Server(made.answer)
    if place is not None:
        await server.open(*place)
        made.outlets.append(server)
        sys.stderr.write(f"serving on {place[0]}:{server.port}\n")
        sys.stderr.flush()
    stopped = _until_stopped()
    tasks = [asyncio.create_task(one) for one in (made.run(), stopped.wait(), _show(made))]
    try:
        done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        server.close()


async def _show(made: Watch) -> None:
    """Keep one line of status on a terminal; nothing where nobody watches."""
    while True:
        await asyncio.sleep(_SHOW_EVERY_S)
        if sys.stderr.isatty():
            sys.stderr.write(f"\r  {_line(made.status()):<118.118}")
            sys.stderr.flush()


def _line(status: Mapping[str, object]) -> str:
    shed = status["shed"]
    dropped = ", ".join(f"{count} {cause}" for cause, count in shed.items()) if isinstance(shed, dict) else ""
    return (
        f"{status['reports_a_second']} reports/s, {status['craft']} craft, {status['open']} open, latency "
        f"{status['latency_median_s']} s (99 of 100: {status['latency_p99_s']} s), shed: {dropped or 'nothing'}"
    )


def _place(text: str, *, anywhere: bool) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdecimal() or int(port) > addresses.MAX_PORT:
        raise NotAllowed(f"'{text}' has no host and port that can be read", advice="Write 127.0.0.1:4420.")
    if not anywhere and not outlets.own(host):
        raise NotAllowed(
            f"'{host}' can be reached by others, and what is told there is what our sensors see",
            advice="Serve on 127.0.0.1, or say --serve-anywhere if the network is ours alone.",
        )
    return host, int(port)


def _until_stopped() -> asyncio.Event:
    """Return what is set when a person or the system asks this process to end."""
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(ValueError, RuntimeError):  # not the main thread
            loop.add_signal_handler(number, stopped.set)
    return stopped


def _table(path: Path, what: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise NotAllowed(f"the {what} in {path} cannot be read: {problem}") from None
