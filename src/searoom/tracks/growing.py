"""A file that a sensor writes while we read: one that grows, or one that is written anew each time."""

from io import BufferedReader
from pathlib import Path

CHUNK = 64 * 1024


class Growing:
    """Reads on where it stopped; a file that shrank, or another under the name, has begun anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BufferedReader = path.open("rb")
        self._inode = path.stat().st_ino

    def more(self) -> bytes:
        """Return what was written since; nothing where that is nothing."""
        return self._file.read(CHUNK)

    def began_anew(self) -> bool:
        """Return whether what is read here is no longer what stands under the name."""
        state = self._path.stat()
        return state.st_ino != self._inode or state.st_size < self._file.tell()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class Rewritten:
    """Reads a file whole whenever it was written anew."""

    def __init__(self, path: Path, most: int) -> None:
        self._path, self._most = path, most
        self._known: tuple[int, int, int] | None = None

    def changed(self) -> bytes | None:
        """Return the file where it is another than at the last call: one byte more than `most` where it is too long."""
        state = self._path.stat()
        found = state.st_ino, state.st_mtime_ns, state.st_size
        if found == self._known:
            return None
        self._known = found
        with self._path.open("rb") as file:
            return file.read(self._most + 1)
