"""The command `publish`: an exported record served over HTTP, as still files, for anybody who may read it."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from searoom.commands.arguments import parser
from searoom.link.publish import Publisher
from searoom.record.folder import Folder

LOOPBACK = "127.0.0.1"


def publish(argv: Sequence[str]) -> int:
    """Serve an exported record until interrupted."""
    command = parser(
        "publish",
        "Serve an exported record over HTTP, read-only, as C2SP tlog-tiles lays it out. `searoom verify URL` reads it. "
        "Whoever reaches the port can read all that the folder opens.",
        ["searoom publish amber-record --port 8420"],
    )
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument("--host", default=LOOPBACK, help="the address to listen at; without it, this machine alone")
    command.add_argument("--port", type=int, default=8420)
    given = command.parse_args(argv)
    asyncio.run(_serve(Folder(given.folder), given.host, given.port))
    return 0


async def _serve(files: Folder, host: str, port: int) -> None:
    publisher = Publisher(files)
    port = await publisher.open(host, port)
    sys.stdout.write(f"{len(files)} files are served at http://{host}:{port}/ until you interrupt\n")
    sys.stdout.flush()
    try:
        await asyncio.Event().wait()
    finally:
        await publisher.close()
