"""On which line of a pack a place stands: that of its key, or of its table."""

import re
from collections.abc import Mapping
from typing import Final

_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.\-\"' ]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY: Final = re.compile(r"\s*([A-Za-z0-9_-]+|\"[^\"]*\")\s*=")
_STEP: Final = re.compile(r"([A-Za-z0-9_-]+)(?:\[(\d+)\])?(?: '[^']*')?")
_LITERALS: Final = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'|#.*")


def lines(text: str) -> Mapping[tuple[str, ...], int]:
    """Return the line of each table and key of a TOML text by its path, as `('clauses', '3', 'term')`."""
    found: dict[tuple[str, ...], int] = {}
    counts: dict[tuple[str, ...], int] = {}
    here: tuple[str, ...] = ()
    depth, quoted = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if quoted:
            quoted = "" if line.count(quoted) % 2 else quoted
            continue
        if depth == 0 and (header := _HEADER.fullmatch(line)):
            here = _path(header[2], counts, new=header[1] == "[[")
            found.setdefault(here, number)
            continue
        if depth == 0 and (key := _KEY.match(line)):
            found.setdefault((*here, key[1].strip('"')), number)
        for marks in ('"""', "'''"):
            if line.count(marks) % 2:
                quoted = marks
        if not quoted:
            bare = _LITERALS.sub("", line)
            depth = max(0, depth + sum(map(bare.count, "[{")) - sum(map(bare.count, "]}")))
    return found


def _path(name: str, counts: dict[tuple[str, ...], int], *, new: bool) -> tuple[str, ...]:
    """Return the path of a header, with the number of each row of a list of tables."""
    path: tuple[str, ...] = ()
    steps = [step.strip().strip('"') for step in name.split(".")]
    for at, step in enumerate(steps):
        path = (*path, step)
        if new and at == len(steps) - 1:
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path = (*path, str(counts[path]))
    return path


def line_of(place: str, known: Mapping[tuple[str, ...], int]) -> int:
    """Return the line of a place as the loader names it, after the file's name; of its table where the key has none."""
    path: list[str] = []
    for step in place.split(", ")[1:]:
        found = _STEP.match(step)
        if not found:
            break
        path += [part for part in found.groups() if part is not None]
    while path and tuple(path) not in known:
        path.pop()
    return known.get(tuple(path), 1)
