"""Reads a party's watch settings: `watch.toml` in the node's folder, or the packaged example for none (loud)."""

from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

from searoom.console.watchkeeping.cards import WatchSettings, read_settings
from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals.tables import read_table

FILE: Final = "watch.toml"
MAX_BYTES: Final = 256 * 1024


def of(folder: Path) -> WatchSettings:
    """Return the settings of a node; `NotAllowed` with the row of whatever is wrong in its file."""
    file = folder / FILE
    try:
        stamp = file.stat()
    except FileNotFoundError:
        return example()
    return _read(file, stamp.st_mtime_ns, stamp.st_size)


@lru_cache(8)
def _read(file: Path, _changed_ns: int, size: int) -> WatchSettings:
    if size > MAX_BYTES:
        raise NotAllowed(Sentence("watch.too_large", file=FILE, size=size, most=MAX_BYTES))
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise NotAllowed(Sentence("watch.not_read", file=FILE, problem=problem)) from None
    return read_settings(read_table(text, FILE))


@lru_cache(1)
def example() -> WatchSettings:
    """Return the packaged example."""
    text = resources.files(__package__).joinpath("data", FILE).read_text(encoding="utf-8")
    return read_settings(read_table(text, FILE), example=True)
