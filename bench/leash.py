"""Starts programs that end with the benchmark: at its end, on Ctrl-C, and where it is killed.

    with Leash(folder) as leash:
        server = leash.start("server", ["nats-server", "-c", "nats.conf"])

Each gets a process group of its own and writes to `folder/<name>.log`. The kernel ends it where we die without a word
(Linux; elsewhere only the orderly ways are covered). `python -m bench.leash PROGRAM ...` is the small step in between.
"""

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 5.0
PR_SET_PDEATHSIG = 1


class Leash:
    """The programs that one benchmark has started; leaving the `with` ends all of them, the youngest first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def start(
        self, name: str, command: Sequence[str | Path], *, env: dict[str, str] | None = None, piped: bool = False
    ) -> subprocess.Popen[bytes]:
        """Start a program in the project's folder; `piped` gives its standard input and output to us."""
        with self.log(name).open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "bench.leash", *map(str, command)],
                cwd=ROOT,
                env={**os.environ, **(env or {})},
                stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
                stdout=subprocess.PIPE if piped else log,
                stderr=log,
                start_new_session=True,
            )
        self._running.append(child)
        return child

    def answer(self, name: str, command: Sequence[str | Path], patience_s: float) -> Any:
        """Return the JSON of a program's last line; `RuntimeError` with its last words where it says none in time."""
        child = self.start(name, command, piped=True)
        try:
            said = child.communicate(timeout=patience_s)[0].decode().strip().splitlines()
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"it did not end within {patience_s:.0f} s") from None
        finally:
            end(child)
        if child.returncode or not said:
            words = self.log(name).read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise RuntimeError(words[0] if words else f"it ended with {child.returncode}")
        return json.loads(said[-1])

    def log(self, name: str) -> Path:
        """Return where the program of this name writes."""
        return self.folder / f"{name}.log"

    def close(self) -> None:
        """End what still runs: ask, wait, then insist."""
        while self._running:
            end(self._running.pop())


def end(child: subprocess.Popen[bytes], *, by: signal.Signals = signal.SIGTERM) -> None:
    """End one program and its process group; return when it is gone."""
    for one in (by, signal.SIGKILL):
        if child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, one)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(PATIENCE_S)
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()


def free_port() -> int:
    """Return a port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for_port(port: int, child: subprocess.Popen[bytes], log: Path, *, seconds: float = 60.0) -> None:
    """Return when something listens at the port; `RuntimeError` with the end of the log where the program died."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1.0):
            return
        if child.poll() is not None:
            break
        time.sleep(0.05)
    said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
    raise RuntimeError(f"it did not open its port: {' / '.join(said) or 'it said nothing'}")


def main(command: list[str]) -> None:
    """Ask the kernel to end this process with its parent, then become the program."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == 1:  # it died before we could ask
            sys.exit(1)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
