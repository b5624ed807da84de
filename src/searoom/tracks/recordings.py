"""Raw sentence logs: what was received, each line behind its time, in files of bounded size; and played back in order.

Each batch is flushed as it is written. A crash can leave the last line half written: the next recording closes it, and
whoever reads it counts one line that cannot be used.
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from io import BufferedWriter
from pathlib import Path

from searoom import clock
from searoom.errors import NotAllowed, StateUnknown
from searoom.tracks import stamps
from searoom.tracks.aircraft import MAX_DOCUMENT_BYTES
from searoom.units import MICROSECONDS

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_LINE_BYTES = MAX_DOCUMENT_BYTES + stamps.MAX_TAG_BYTES
_DIGITS = 4


class Recorder:
    """Appends stamped lines to a file; one that is full is set aside as `name.0001.nmea`, then `name.0002.nmea`."""

    def __init__(self, path: Path, *, max_bytes: int = MAX_FILE_BYTES) -> None:
        if max_bytes < 1:
            raise NotAllowed("a recording needs room for at least one byte")
        self.path, self._max_bytes = path, max_bytes
        self.counts: Counter[str] = Counter()
        self._next = len(set_aside(path)) + 1
        self._file = self._open()

    def write(self, lines: Iterable[bytes]) -> None:
        """Write lines, and have them out of this process before it returns."""
        try:
            for line in lines:
                if self._file.tell() and self._file.tell() + len(line) > self._max_bytes:
                    self._turn()
                self._file.write(line + b"\n")
                self.counts["lines"] += 1
                self.counts["bytes"] += len(line) + 1
            self._file.flush()
        except OSError as fault:
            raise StateUnknown(f"{self.path} cannot be written: {fault.strerror}") from fault

    def close(self) -> None:
        """Bring all to the disk and let go of the file."""
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def _open(self) -> BufferedWriter:
        file = self.path.open("ab")
        if file.tell():
            with self.path.open("rb") as written:
                written.seek(-1, os.SEEK_END)
                if written.read(1) != b"\n":
                    file.write(b"\n")
                    self.counts["half-written line closed"] += 1
        return file

    def _turn(self) -> None:
        self.close()
        aside = _aside(self.path, self._next)
        if aside.exists():
            raise StateUnknown(f"{aside} is in the way", advice="Record to another name, or move the old files away.")
        self.path.rename(aside)
        self._next += 1
        self.counts["files"] += 1
        self._file = self._open()


class Replay:
    """Plays a recording back: the lines in order, as far apart as they were received, divided by `speed`."""

    def __init__(
        self, path: Path, speed: float = 1.0, *, longest_gap_s: float | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep, monotonic: Callable[[], float] = clock.monotonic,
    ) -> None:  # fmt: skip
        if not 0.0 <= speed <= 1e6:
            raise NotAllowed(
                f"a recording is not played at {speed} times its speed", advice="Take 1, 10, or 0 for all at once."
            )
        if longest_gap_s is not None and not longest_gap_s >= 0.0:
            raise NotAllowed(f"a pause cannot be {longest_gap_s} s long")
        self.files = recorded(path)
        self.counts: Counter[str] = Counter()
        self._speed, self._longest_gap_s = speed, longest_gap_s
        self._sleep, self._monotonic = sleep, monotonic

    async def lines(self) -> AsyncIterator[tuple[int | None, bytes]]:
        """Yield each line with its tag block, and its time; one without a time comes with the line before it."""
        due = self._monotonic()
        before: int | None = None
        for line in self._raw():
            time_us, _, _ = stamps.split(line)
            if time_us is not None:
                if before is not None and self._speed:
                    due += self._gap_s(time_us - before)
                before = time_us
            else:
                self.counts["line without a time"] += 1
            if self._speed and (wait := due - self._monotonic()) > 0:
                await self._sleep(wait)
            self.counts["lines"] += 1
            yield before, line

    def _gap_s(self, gap_us: int) -> float:
        if gap_us < 0:
            self.counts["time goes backwards"] += 1
            return 0.0
        gap_s = gap_us / MICROSECONDS
        if self._longest_gap_s is not None and gap_s > self._longest_gap_s:
            self.counts["gap made shorter"] += 1
            gap_s = self._longest_gap_s
        return gap_s / self._speed

    def _raw(self) -> Iterator[bytes]:
        for path in self.files:
            with path.open("rb") as file:
                while line := file.readline(MAX_LINE_BYTES):
                    if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
                        self.counts["line too long"] += 1
                        while line and not line.endswith(b"\n"):
                            line = file.readline(MAX_LINE_BYTES)
                        continue
                    if line.strip():
                        yield line.strip()


def replay(path: Path, speed: float = 1.0) -> AsyncIterator[tuple[int | None, bytes]]:
    """Yield the lines of a recording as far apart as they were received, divided by `speed`; 0: all at once."""
    return Replay(path, speed).lines()


def set_aside(path: Path) -> list[Path]:
    """Return the full files of a recording, the oldest first."""
    pattern = f"{path.stem}.{'[0-9]' * _DIGITS}{path.suffix}"
    return sorted(path.parent.glob(pattern)) if path.parent.is_dir() else []


def recorded(path: Path) -> list[Path]:
    """Return all files of a recording, the oldest first; NotAllowed where there is none."""
    found = [*set_aside(path), *([path] if path.is_file() else [])]
    if not found:
        raise NotAllowed(f"there is no recording {path}", advice="Check the name and the folder.")
    return found


def _aside(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}.{number:0{_DIGITS}d}{path.suffix}")
