"""pyais by its stream of a file."""

from collections.abc import Iterator
from pathlib import Path

from pyais import FileReaderStream
from pyais.exceptions import AISBaseException

from bench.rivals.ais_file import POSITIONS, run

FIELDS = ("mmsi", "lat", "lon", "speed", "course", "heading")


def types(path: Path) -> Iterator[int]:
    """Yield the type of each message."""
    for sentence in FileReaderStream(str(path)):
        try:
            message = sentence.decode()
        except AISBaseException:
            continue
        if message.msg_type in POSITIONS:
            for name in FIELDS:
                getattr(message, name)
        yield message.msg_type


if __name__ == "__main__":
    run(types)
