"""The command `serve`: a node and its console together, as two processes that end together."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from searoom.commands.arguments import parser
from searoom.commands.console import PORT
from searoom.console import running
from searoom.desk import ask
from searoom.errors import NotAllowed, SearoomError

_LOOK_EVERY_S = 0.1
_PATIENCE_S = 20.0


def serve(argv: Sequence[str]) -> int:
    """Run the node of a folder and its console until either is told to stop; return the node's exit code."""
    command = parser(
        "serve",
        "Run the node of FOLDER and its console, for a browser on this machine. Both end together.",
        ["searoom serve amber", "searoom serve amber --port 8480 --passphrase-file amber.pass"],
    )
    command.add_argument("folder", type=Path)
    command.add_argument("--port", type=int, default=PORT, help=f"of the console; default: {PORT}; 0 takes any")
    command.add_argument("--passphrase-file", type=Path, help="of the node's keys, instead of typing it")
    given = command.parse_args(argv)
    if not (given.folder / "node.toml").exists():
        raise NotAllowed(f"{given.folder} is not a node's folder: it has no node.toml", advice="Enrol the party first.")
    opened = [] if given.passphrase_file is None else ["--passphrase-file", str(given.passphrase_file)]
    with _node([str(given.folder), *opened]) as node:
        if _answers(given.folder, node):
            ending = threading.Event()
            threading.Thread(target=_ends_with, args=(node, ending), daemon=True).start()
            try:
                running.run(given.folder, given.port, _tell)
            finally:
                ending.set()
    return max(node.returncode, 0)


@contextlib.contextmanager
def _node(words: Sequence[str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the node as a process of its own, which is told to stop at the end and waited for."""
    node = subprocess.Popen([sys.executable, "-m", "searoom", "node", *words])
    try:
        yield node
    finally:
        if node.poll() is None:
            node.terminate()
        node.wait()


def _answers(folder: Path, node: "subprocess.Popen[bytes]") -> bool:
    """Wait until the node answers at its desk, however long its passphrase takes; False where it has ended."""
    waits = _PATIENCE_S / _LOOK_EVERY_S
    while node.poll() is None:
        with contextlib.suppress(SearoomError):
            ask(folder, {"do": "material"})
            return True
        time.sleep(_LOOK_EVERY_S)
        waits -= 1
        if waits == 0:
            _tell("the node does not answer yet; it may be waiting for its passphrase, or reading a long record")
    return False


def _ends_with(node: "subprocess.Popen[bytes]", ending: threading.Event) -> None:
    """Tell the console to stop when the node has ended by itself, so that none stays without a node."""
    node.wait()
    if not ending.is_set():
        os.kill(os.getpid(), signal.SIGTERM)


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
