"""A folder read as a mapping from path to bytes: plain files only, nothing followed, nothing too long."""

import io
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from searoom.errors import NotAllowed
from searoom.record.layout import MAX_FILE, shown

MAX_FILES: Final = 4_000_000
MAX_DEPTH: Final = 12


class Folder(Mapping[str, bytes]):
    """The files under one folder, named by their path in it; a file is read each time it is asked for."""

    def __init__(self, root: Path) -> None:
        self._root = root
        if not root.is_dir():
            raise NotAllowed(f"there is no folder {root}", advice="Name the folder that holds the file 'manifest'.")
        self._names = frozenset(self._walk("", 0))

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._names))

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, path: object) -> bool:
        return path in self._names

    def __getitem__(self, path: str) -> bytes:
        if path not in self._names:
            raise KeyError(path)
        try:
            with (self._root / path).open("rb", buffering=0) as file:
                data = _whole(file)
        except OSError as fault:
            raise NotAllowed(f"{shown(path)}: the file cannot be read ({fault.strerror})") from fault
        if len(data) > MAX_FILE:
            raise NotAllowed(f"{shown(path)}: the file is longer than {MAX_FILE} bytes")
        return data

    def _walk(self, below: str, depth: int) -> Iterator[str]:
        """Return the paths of all files; a link, a device or an empty folder has no place in a record."""
        if depth > MAX_DEPTH:
            raise NotAllowed(f"{shown(below)}: the folders are nested too deep")
        empty = True
        for item in self._scan(below):
            empty = False
            path = f"{below}{item.name}"
            if item.is_dir(follow_symlinks=False):
                yield from self._walk(f"{path}/", depth + 1)
            elif item.is_file(follow_symlinks=False):
                yield path
            else:
                raise NotAllowed(f"{shown(path)}: this is neither a plain file nor a folder")
        if empty and below:
            raise NotAllowed(f"{shown(below)}: nothing in the record accounts for this empty folder")

    def _scan(self, below: str) -> list["os.DirEntry[str]"]:
        items: list[os.DirEntry[str]] = []
        try:
            with os.scandir(self._root / below) as found:
                for item in found:
                    items.append(item)
                    if len(items) > MAX_FILES:
                        raise NotAllowed(f"{shown(below)}: there are more than {MAX_FILES} files")
        except OSError as fault:
            raise NotAllowed(f"{shown(below)}: the folder cannot be read ({fault.strerror})") from fault
        return items


def _whole(file: io.FileIO) -> bytes:
    """Return what is in the file, and one byte more than the longest allowed where it is longer."""
    parts, left = [], MAX_FILE + 1
    while left and (part := file.read(min(left, os.fstat(file.fileno()).st_size + 1))):
        parts.append(part)  # no more is asked for than there is: room is made for all that one asks for
        left -= len(part)
    return b"".join(parts)
