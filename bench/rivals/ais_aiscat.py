"""aiscat, the Python binding of AIS-catcher, by its reader of a file, as dicts."""

from collections.abc import Iterator
from pathlib import Path

import aiscat

from bench.rivals.ais_file import POSITIONS, run

FIELDS = ("mmsi", "lat", "lon", "speed", "course", "heading")


def types(path: Path) -> Iterator[int]:
    """Yield the type of each message."""
    for message in aiscat.from_file(str(path)):
        kind = message.get("type", 0)
        if kind in POSITIONS:
            for name in FIELDS:
                message.get(name)
        yield kind


if __name__ == "__main__":
    run(types)
