"""The journal of a live watch: alerts as they are told, answers on the disk before they are confirmed (loud).

Rule 1: an answer is confirmed only after its line has reached the disk. Rule 2: a line is only ever added; of a torn
last one, which a crash may leave, nothing had been confirmed. Rule 3: the file is made short at the start, and again
when it has grown: a new file takes the old one's place in one step.
"""

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from searoom.encounters.livewords import Standing
from searoom.errors import NotAllowed, StateUnknown

MAX_BYTES = 64 * 1024 * 1024
MAX_READ_BYTES = 16 * MAX_BYTES  # what is larger is no journal of ours


class Alarmbook:
    """One journal, open for writing; one process at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = _opened(path)
        self._written = 0

    @classmethod
    def open(cls, path: Path) -> tuple[Self, Standing]:
        """Return the journal, and what stood in it."""
        standing = Standing()
        if path.exists():
            if path.stat().st_size > MAX_READ_BYTES:
                raise NotAllowed(f"{path.name} is too large for a journal of a watch", advice="Name another file.")
            with path.open("rb") as file:
                for raw in file:
                    standing.take(raw)
        book = cls(path)
        book.shorten(standing)
        return book, standing

    def write(self, lines: Iterable[bytes]) -> None:
        """Add lines; they outlive the death of this process, and that of the machine after the next `sync`."""
        data = b"".join(lines)
        while data:
            done = os.write(self._file, data)
            self._written += done
            data = data[done:]

    def sync(self) -> None:
        """Return when what was written is on the disk."""
        os.fsync(self._file)

    @property
    def long(self) -> bool:
        """Whether it has grown so much that it should be made short."""
        return self._written > MAX_BYTES

    def shorten(self, standing: Standing) -> None:
        """Write what stands as a new file in the old one's place."""
        fresh = self._path.with_name(self._path.name + ".new")
        old, self._file = self._file, _opened(fresh, os.O_TRUNC)
        self._written = 0
        self.write(standing.lines())
        self.sync()
        fresh.replace(self._path)
        _sync_folder(self._path.parent)
        os.close(old)
        self._written = 0

    def close(self) -> None:
        """Let go of the file."""
        self.sync()
        os.close(self._file)


def _opened(path: Path, how: int = 0) -> int:
    try:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | how, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StateUnknown(
            f"the journal {path} is in use", advice="End the other watch, or name another file."
        ) from None
    except OSError as fault:
        raise StateUnknown(f"the journal {path} cannot be opened: {fault.strerror}") from None
    return file


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
