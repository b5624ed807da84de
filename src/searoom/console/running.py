"""The console at work: one socket on loopback, and the pages behind it until somebody stops it (loud)."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import uvicorn

from searoom.console.app import Console
from searoom.console.follow import Follower
from searoom.console.house import House
from searoom.console.people import People
from searoom.errors import NotAllowed, StateUnknown
from searoom.eventlog import SILENT, EventLog

LOOPBACK: Final = "127.0.0.1"
WAITING: Final = 64  # connections that may queue
OPEN: Final = 256  # connections at once
GRACE_S: Final = 1


def run(folder: Path, port: int, say: Callable[[str], None], log: EventLog = SILENT) -> None:
    """Serve the console of the node that runs in `folder`, to browsers on this machine alone."""
    people = People(folder)
    if not people.everybody():
        raise NotAllowed(
            "nobody has an account at this console, and it is open to nobody without one",
            advice=f"Make one: searoom account {folder} add NAME --name 'As others see it' --role watch",
        )
    follower = Follower(folder)
    with _listening(port) as door:
        where = door.getsockname()[1]
        faults: list[str] = []
        house = House(folder, follower, people, log=log, stop=lambda sentence: _end(server, faults, sentence))
        app = Console(house).app([f"{LOOPBACK}:{where}", f"localhost:{where}"])
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=OPEN,
            timeout_graceful_shutdown=GRACE_S,
        )

        def ready() -> None:
            say(f"{follower.view.party}: console at http://{LOOPBACK}:{where}/")
            log.tell("listening", party=follower.view.party, port=where)

        server = _Server(config)
        asyncio.run(_serve(server, door, ready))
    if faults:
        raise StateUnknown(
            f"the console could not go on: {faults[0]}", advice="Start it again; nothing was lost by it."
        )


def _end(server: uvicorn.Server, faults: list[str], sentence: str) -> None:
    """End the console, and keep why."""
    faults.append(sentence)
    server.should_exit = True


class _Server(uvicorn.Server):
    """Ends with exit code 0 where it is told to end; uvicorn alone would send itself the signal once more."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the loop."""
        yield


async def _serve(server: _Server, door: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until a signal ends it; `ready` is called when one would end it in order, for who is told may send it."""
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, setattr, server, "should_exit", True)
    ready()
    await server.serve(sockets=[door])


def _listening(port: int) -> socket.socket:
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((LOOPBACK, port))
        door.listen(WAITING)
    except OSError as problem:
        door.close()
        raise NotAllowed(
            f"the console cannot listen on port {port}: {problem.strerror}", advice="Name another with --port."
        ) from None
    return door
