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
from searoom.commands.console import PORT, teller
from searoom.console import running
from searoom.desk.asking import ask
from searoom.errors import SearoomError
from searoom.eventlog import FORMS, EventLog, to_stderr
from searoom.keys.enrol import read_settings

_LOOK_EVERY_S = 0.1
_PATIENCE_S = 20.0
SLOW = "the node does not answer yet; it may be waiting for its passphrase, or reading a long record"


def serve(argv: Sequence[str]) -> int:
    """Run the node of a folder and its console until either is told to stop; return the node's exit code."""
    command = parser(
        "serve",
        "Run the node of FOLDER and its console, for a browser on this machine. Both end together.",
        [
            "searoom serve amber",
            "searoom serve amber --port 8480 --passphrase-file amber.pass",
            "searoom serve amber --log json",
        ],
    )
    command.add_argument("folder", type=Path)
    command.add_argument("--port", type=int, default=PORT, help=f"of the console; default: {PORT}; 0 takes any")
    command.add_argument("--passphrase-file", type=Path, help="of the node's keys, instead of typing it")
    command.add_argument("--log", choices=FORMS, default=FORMS[0], help="sentences, or one JSON line an event")
    given = command.parse_args(argv)
    read_settings(given.folder)  # a folder that is no node's is refused before anything is started
    opened = [] if given.passphrase_file is None else ["--passphrase-file", str(given.passphrase_file)]
    log = to_stderr(given.log)
    with _node([str(given.folder), "--log", given.log, *opened]) as node:
        if _answers(given.folder, node, log):
            ending = threading.Event()
            threading.Thread(target=_ends_with, args=(node, ending), daemon=True).start()
            try:
                running.run(given.folder, given.port, teller(given.log), log)
            finally:
                ending.set()
    return max(node.returncode, 0)


@contextlib.contextmanager
def _node(words: Sequence[str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the node as a process of its own, which is told to stop at the end and waited for."""
    before = signal.signal(signal.SIGTERM, _end)  # until the console takes it over: nobody leaves a node behind
    node = subprocess.Popen([sys.executable, "-m", "searoom", "node", *words])
    try:
        yield node
    finally:
        signal.signal(signal.SIGTERM, before)
        if node.poll() is None:
            node.terminate()
        node.wait()


def _answers(folder: Path, node: "subprocess.Popen[bytes]", log: EventLog) -> bool:
    """Wait until the node answers at its desk, however long its passphrase takes; False where it has ended."""
    waits = _PATIENCE_S / _LOOK_EVERY_S
    while node.poll() is None:
        with contextlib.suppress(SearoomError):
            ask(folder, {"do": "material"})
            return True
        time.sleep(_LOOK_EVERY_S)
        waits -= 1
        if waits == 0:
            log.tell("waiting", SLOW)
    return False


def _ends_with(node: "subprocess.Popen[bytes]", ending: threading.Event) -> None:
    """Tell the console to stop when the node has ended by itself, so that none stays without a node."""
    node.wait()
    if not ending.is_set():
        os.kill(os.getpid(), signal.SIGTERM)


def _end(_number: int, _frame: object) -> None:
    raise SystemExit(0)
