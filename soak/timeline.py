"""Virtual time: an event loop whose clock jumps to the next thing to do, and the trace of what happened when."""

import asyncio
import hashlib
from collections import deque
from typing import Final

DETAILS: Final = 60


class Idle(RuntimeError):
    """Everybody waits, and nothing is planned that could end it."""


class _Leap:
    """Stands where a selector would: nothing ever arrives from outside, time only jumps."""

    def __init__(self, loop: "VirtualLoop") -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[object]:
        if timeout is None:
            raise Idle("every task waits for something that nobody will do")
        self._loop.now_s += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.BaseEventLoop):
    """Runs tasks in the order in which they became ready; there is no socket, no thread and no real time."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self._selector = _Leap(self)

    def time(self) -> float:
        """Return the virtual seconds since the start."""
        return self.now_s

    def _process_events(self, _events: list[object]) -> None:
        """Nothing arrives from outside."""

    def _write_to_self(self) -> None:
        """Nobody else can wake this loop."""


class Trace:
    """Events and decisions, one a line; nothing in it may come from ciphertext or signature bytes.

    `detail` keeps what helps a person but may differ from run to run; it is no part of the trace.
    """

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._hash = hashlib.sha256()
        self.lines: list[str] = []
        self.details: deque[str] = deque(maxlen=DETAILS)

    def add(self, text: str) -> None:
        """Add an event or a decision."""
        line = f"{self._loop.now_s:11.3f} {text}"
        self.lines.append(line)
        self._hash.update(line.encode() + b"\n")
        self.details.append(line)

    def detail(self, text: str) -> None:
        """Add a remark that is shown with a failure, and is no part of the trace."""
        self.details.append(f"{'':11} · {text}")

    def digest(self) -> str:
        """Return the hash of the trace so far."""
        return self._hash.hexdigest()[:16]
