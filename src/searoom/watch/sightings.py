"""Sightings that an officer types in: one file of the node's folder, read like that of any other sensor (loud: disk).

What is typed is checked as each row of such a file is; it is on the disk before it is confirmed.
"""

import csv
import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from searoom import clock
from searoom.errors import NotAllowed, StateUnknown
from searoom.sentences import Sentence
from searoom.tracks.sighted import FILE, NEEDED, OPTIONAL, Sighting, sighting
from searoom.units import MICROSECONDS

__all__ = ["FILE", "MAX_BYTES", "SHOWN_US", "add", "recent"]

SHOWN_US: Final = 3_600 * MICROSECONDS
MAX_BYTES: Final = 8 << 20
_COLUMNS: Final = (*NEEDED, *OPTIONAL)


def add(folder: Path, fields: Mapping[str, str], now_us: int) -> Sighting:
    """Write one sighting behind those that are there, and return it; NotAllowed names the field that cannot be.

    Without a time it was seen now. One of a time that has not come is refused.
    """
    if extra := sorted(set(fields) - set(_COLUMNS)):
        raise NotAllowed(Sentence("sighting.no_field", name=extra[0]))
    one = sighting({"time_utc": clock.to_text(now_us), **{name: text for name, text in fields.items() if text.strip()}})
    if one.time_us > now_us:
        raise NotAllowed(Sentence("sighting.future"))
    row = {name: fields.get(name, "").strip() for name in _COLUMNS} | {"time_utc": clock.to_text(one.time_us)}
    path = folder / FILE
    said = io.StringIO(newline="")
    writer = csv.DictWriter(said, _COLUMNS, lineterminator="\n")
    try:
        size = path.stat().st_size if path.exists() else 0
        if size > MAX_BYTES:
            raise NotAllowed(Sentence("sighting.full", file=FILE))
        if not size:
            writer.writeheader()
        writer.writerow(row)
        with path.open("ab") as file:
            file.write(said.getvalue().encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        raise StateUnknown(Sentence("sighting.not_written", file=FILE, problem=fault.strerror)) from fault
    return one


def recent(folder: Path, now_us: int) -> tuple[Sighting, ...]:
    """Return the sightings of the last hour, the oldest first; rows that cannot be read are passed over."""
    try:
        text = (folder / FILE).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ()
    except OSError as fault:
        raise StateUnknown(Sentence("sighting.not_read", file=FILE, problem=fault.strerror)) from fault
    found = []
    for row in csv.DictReader(io.StringIO(text, newline="")):
        try:
            one = sighting({name: value for name, value in row.items() if isinstance(value, str) and name})
        except NotAllowed:
            continue
        if now_us - SHOWN_US <= one.time_us <= now_us:
            found.append(one)
    return tuple(sorted(found, key=lambda each: each.time_us))
