"""libais by its function for one sentence, which takes no messages in several."""

from collections.abc import Iterator
from pathlib import Path

import ais

from bench.rivals.ais_file import POSITIONS, run

FIELDS = ("mmsi", "y", "x", "sog", "cog", "true_heading")


def types(path: Path) -> Iterator[int]:
    """Yield the type of each message."""
    with path.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            if line[:1] != "!" or line[6:11] != ",1,1,":
                continue
            cells = line.split(",")
            try:
                message = ais.decode(cells[5], int(cells[6][0]))
            except (ais.DecodeError, ValueError, IndexError):
                continue
            if message["id"] in POSITIONS:
                for name in FIELDS:
                    message.get(name)
            yield message["id"]


if __name__ == "__main__":
    run(types)
