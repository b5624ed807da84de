"""aiscat as dicts of which nothing is read: its fields are made when they are asked for."""

from collections.abc import Iterator
from pathlib import Path

import aiscat

from bench.rivals.ais_file import run


def types(path: Path) -> Iterator[int]:
    """Yield 0 for each message."""
    for _ in aiscat.from_file(str(path)):
        yield 0


if __name__ == "__main__":
    run(types)
