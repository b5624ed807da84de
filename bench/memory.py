"""How much memory a process and all its children hold at the most, each and together, looked at ten times a second.

Together, shared pages count once (PSS); of one process the kernel knows the peak (VmHWM; ru_maxrss would not do: a
program inherits that of the one that started it). Both from /proc; where there is none, nothing is measured: 0.
"""

import contextlib
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

EVERY_S = 0.1
KIBIBYTE = 1024


class MemoryWatch:
    """Watches from entering to leaving; in bytes: `together`, and `largest` of one process."""

    def __init__(self, pid: int) -> None:
        self._pid, self._over = pid, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.together = self.largest = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(EVERY_S):
            pids = family(self._pid)
            self.together = max(self.together, sum(_field(pid, "smaps_rollup", "Pss:") for pid in pids))
            self.largest = max(self.largest, *(peak(pid) for pid in pids))


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [pid]
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += family(int(child))
    return found


def peak(pid: int | str = "self") -> int:
    """Return the most bytes that a process has held so far."""
    return _field(pid, "status", "VmHWM:")


def _field(pid: int | str, file: str, name: str) -> int:
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * KIBIBYTE
    return 0
