"""Counts how often programs ask the disk to make something durable, with strace, where there is one.

    with SyncCounter(leash, {"server": pid, "receiver": pid}) as counter:
        ...
    counter.counts      # {"server": {"fdatasync": 120}, ...}, or None; then `counter.why` says why

A traced program is slow: count in a run of its own. What is written to a file opened with O_SYNC or O_DSYNC is durable
without a call; `counter.synchronous` says how many such files each program has open.
"""

import contextlib
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.leash import Leash, end

CALLS = ("fsync", "fdatasync", "sync_file_range", "msync", "syncfs", "sync")
O_DSYNC = 0o10000
_ROW = re.compile(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$", re.MULTILINE)


class SyncCounter:
    """Watches programs from entering to leaving; never fails, only says that nothing was measured."""

    def __init__(self, leash: Leash, programs: Mapping[str, int]) -> None:
        self._leash, self._programs = leash, dict(programs)
        self._tracers: dict[str, subprocess.Popen[bytes]] = {}
        self.counts: dict[str, dict[str, int]] | None = None
        self.synchronous: dict[str, int] = {}
        self.why = ""

    def __enter__(self) -> Self:
        tool = shutil.which("strace")
        if tool is None:
            self.why = "strace is not installed"
            return self
        for name, pid in self._programs.items():
            out = self._leash.folder / f"syncs-{name}.txt"
            self._leash.log(f"strace-{name}").unlink(missing_ok=True)
            command = [tool, "-f", "-c", "-e", f"trace={','.join(CALLS)}", "-o", str(out), "-p", str(pid)]
            self._tracers[name] = self._leash.start(f"strace-{name}", command)
        for name in self._tracers:
            self._wait(name)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.synchronous = {name: open_synchronously(pid) for name, pid in self._programs.items()}
        for tracer in self._tracers.values():
            end(tracer, by=signal.SIGINT)
        if self._tracers and not self.why:
            self.counts = {name: read_summary(self._leash.folder / f"syncs-{name}.txt") for name in self._tracers}

    def per_message(self, messages: int) -> dict[str, float] | None:
        """Return how many calls each program made for a message, of all kinds together."""
        if self.counts is None:
            return None
        return {name: round(sum(calls.values()) / messages, 2) for name, calls in self.counts.items()}

    def _wait(self, name: str) -> None:
        log, until = self._leash.log(f"strace-{name}"), time.monotonic() + 10.0
        while time.monotonic() < until and self._tracers[name].poll() is None:
            if "attached" in log.read_text(encoding="utf-8", errors="replace"):
                return
            time.sleep(0.02)
        said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        self.why = self.why or f"strace cannot attach here ({said[-1] if said else 'it said nothing'})"


def read_summary(path: Path) -> dict[str, int]:
    """Return calls by name from the table that `strace -c` writes; an empty one where nothing was called."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return {name: int(calls) for calls, name in _ROW.findall(text) if name in CALLS}


def open_synchronously(pid: int) -> int:
    """Return how many files a program has open whose writes are durable by themselves."""
    found = 0
    with contextlib.suppress(OSError):
        for info in Path(f"/proc/{pid}/fdinfo").iterdir():
            with contextlib.suppress(OSError):
                flags = re.search(r"^flags:\s+(\d+)$", info.read_text(), re.MULTILINE)
                found += bool(flags and int(flags[1], 8) & O_DSYNC)
    return found
