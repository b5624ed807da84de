"""Every look that was made, as it was made: what each sensor had said and the moment, so that a restart repeats it.

    recordings/2026-11-22T14/bridge.nmea      what a sensor said in this hour, each line behind its time
    recordings/2026-11-22T14/looks            one line a look: the moment, and how many lines of each sensor it took

Rule 1: lines are out of this process before they are looked at. Rule 2: a folder is an hour, and is removed whole when
it is older than the settings say. What a crash leaves without its look is taken in by the first look after it.
"""

import contextlib
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from io import BufferedReader
from pathlib import Path
from typing import Final, NamedTuple

from searoom import clock
from searoom.errors import StateUnknown
from searoom.tracks.recordings import MAX_LINE_BYTES, Recorder
from searoom.units import MICROSECONDS

FOLDER: Final = "recordings"
LOOKS: Final = "looks"
SUFFIX: Final = ".nmea"
_HOUR_US: Final = 3_600 * MICROSECONDS
_DIGITS: Final = 18
_UNBOUNDED: Final = 1 << 62  # a folder is cut by the hour, so its files are not cut by size
Lines = Mapping[str, Sequence[bytes]]  # by sensor


class Look(NamedTuple):
    """One look: its moment, and the lines that it took."""

    moment_us: int
    lines: Lines


class Journal:
    """The looks of one node, written down hour by hour."""

    def __init__(self, folder: Path, *, keep_hours: float) -> None:
        self._folder, self._keep_us = folder / FOLDER, round(keep_hours * _HOUR_US)
        self._hour = ""
        self._recorders: dict[str, Recorder] = {}
        self._looks: Recorder | None = None
        self._counts: Counter[str] = Counter()
        self.left: dict[str, list[bytes]] = {}

    def write(self, look: Look) -> None:
        """Write a look down: its lines first, then that it was made."""
        hour = _hour(look.moment_us)
        if hour != self._hour:
            self._turn(hour, look.moment_us)
        for name, lines in look.lines.items():
            if lines:
                self._recorder(name).write(lines)
                self._counts[name] += len(lines)
        taken = " ".join(f"{name}={count}" for name, count in sorted(self._counts.items()))
        if self._looks is not None:
            self._looks.write([f"{look.moment_us} {taken} .".encode()])

    def again(self, from_us: int) -> Iterator[Look]:
        """Yield the looks from a moment on as they were made, the oldest first; `left` is then what no look took."""
        for folder in self._folders():
            if folder.name >= _hour(from_us):
                with contextlib.ExitStack() as stack:
                    yield from self._hour_again(folder, stack)

    def close(self) -> None:
        """Bring all to the disk."""
        for recorder in (*self._recorders.values(), *([self._looks] if self._looks else [])):
            recorder.close()
        self._recorders.clear()
        self._looks, self._hour = None, ""

    def _hour_again(self, folder: Path, stack: contextlib.ExitStack) -> Iterator[Look]:
        files: dict[str, BufferedReader] = {
            path.name.removesuffix(SUFFIX): stack.enter_context(path.open("rb"))
            for path in sorted(folder.glob(f"*{SUFFIX}"))
        }
        read: Counter[str] = Counter()
        for moment_us, upto in _marks(folder / LOOKS):
            lines = {name: _take(files[name], upto[name] - read[name]) for name in upto if name in files}
            read.update({name: len(taken) for name, taken in lines.items()})
            yield Look(moment_us, self._with_left(lines))
        self.left = self._with_left({name: _take(file, _UNBOUNDED) for name, file in files.items()})

    def _with_left(self, lines: Lines) -> dict[str, list[bytes]]:
        """Return lines behind those that are left from before, which the same look takes in."""
        left, self.left = self.left, {}
        both = {name: [*left.get(name, ()), *lines.get(name, ())] for name in {**left, **lines}}
        return {name: some for name, some in both.items() if some}

    def _recorder(self, name: str) -> Recorder:
        if name not in self._recorders:
            path = self._folder / self._hour / f"{name}{SUFFIX}"
            self._counts[name] = _lines_in(path)
            self._recorders[name] = Recorder(path, max_bytes=_UNBOUNDED)
        return self._recorders[name]

    def _turn(self, hour: str, now_us: int) -> None:
        self.close()
        self._counts.clear()
        path = self._folder / hour
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            for old in self._folders():
                if old.name < _hour(max(now_us - self._keep_us, 0)):
                    shutil.rmtree(old)
        except OSError as fault:
            raise StateUnknown(f"{self._folder} cannot be written: {fault.strerror}") from fault
        self._hour, self._looks = hour, Recorder(path / LOOKS, max_bytes=_UNBOUNDED)
        for file in path.glob(f"*{SUFFIX}"):  # a restart within the hour goes on counting
            self._recorder(file.name.removesuffix(SUFFIX))

    def _folders(self) -> list[Path]:
        return sorted(path for path in self._folder.glob("????-??-??T??") if path.is_dir())


def _hour(time_us: int) -> str:
    return clock.to_text(time_us)[:13]


def _marks(path: Path) -> Iterator[tuple[int, dict[str, int]]]:
    """Yield the looks of an hour; a line that a crash cut short says nothing."""
    if not path.exists():
        return
    for line in filter(str.strip, path.read_text(encoding="ascii", errors="replace").splitlines()):
        moment, *taken = line.split()
        pairs = [one.partition("=") for one in taken[:-1]]
        numbers = (moment, *(count for _, _, count in pairs))
        if taken[-1:] == ["."] and all(number.isdecimal() and len(number) <= _DIGITS for number in numbers):
            yield int(moment), {name: int(count) for name, _, count in pairs}


def _take(file: BufferedReader, count: int) -> list[bytes]:
    """Return the next lines, as many or as there are."""
    taken: list[bytes] = []
    while len(taken) < count and (line := file.readline(MAX_LINE_BYTES)):
        taken.append(line.rstrip(b"\n"))
    return taken


def _lines_in(path: Path) -> int:
    """Return how many lines a recording has; one that was cut short is one."""
    if not path.exists():
        return 0
    with path.open("rb") as file:
        count, last = 0, b""
        while block := file.read(1 << 20):
            count += block.count(b"\n")
            last = block
    return count + bool(last and not last.endswith(b"\n"))
