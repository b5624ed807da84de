"""Harnesses for what sensors say: instruments' sentences, SBS lines, lists of aircraft, Cursor on Target, addresses."""

import numpy as np

from fuzz.promise import FOUR, Broken, Harness
from searoom.tracks import addresses, cotout, decoders, sighted, stamps
from searoom.tracks.cot import Events
from searoom.tracks.fixes import Fixes, Rows
from searoom.tracks.splitting import Splitter


def reading(content: str) -> Harness:
    """Return the harness of the reader of a content: nothing is raised, and all that is taken are fixes."""

    def harness(data: bytes) -> bool:
        rows = Rows()
        reader = decoders.reader_of(content, "bridge", rows)
        lines = data.split(b"\n")
        reader.feed(lines[: len(lines) // 2])
        reader.feed(lines[len(lines) // 2 :])
        reader.close()
        fixes, _ = rows.fixes()
        if min([*rows.refused.values(), *rows.doubtful.values()], default=1) < 1:
            raise Broken("a cause is counted less than once")
        if content == "cot":
            _same_again(fixes)
        return bool(len(fixes))

    return harness


def _same_again(fixes: Fixes) -> None:
    """Hold that events are read as they were written."""
    events = Events()
    events.feed(event.encode() for event in cotout.of_fixes(fixes))
    events.close()
    again, _ = events.rows.fixes()
    for name in ("time_us", "lat_deg", "lon_deg", "speed_mps", "course_deg", "alt_m"):
        before, after = (getattr(one, name)[_by_name(one)] for one in (fixes, again))
        if not np.array_equal(before, after, equal_nan=True):
            raise Broken(f"{name} of an event is written otherwise")


def _by_name(fixes: Fixes) -> list[int]:
    """Return the rows in an order that does not depend on which craft was met first."""
    return sorted(range(len(fixes)), key=lambda row: (fixes.names[fixes.craft[row]], fixes.time_us[row]))


def stamped(data: bytes) -> bool:
    """Read a line's tag block; what is stamped tells its time, and is not stamped twice."""
    told, _, _ = stamps.split(data)
    once = stamps.stamped(data, 1_700_000_000_000_000)
    if stamps.split(once)[0] is None or stamps.stamped(once, 0) != once:
        raise Broken("a stamped line tells no time, or is stamped twice")
    return told is not None


def pieces(data: bytes) -> bool:
    """Cut a stream at once and byte by byte: the same lines, whatever it is."""
    once, often = Splitter(b"\r\n", 20), Splitter(b"\r\n", 20)
    whole = once.push(data)
    if whole != [piece for place in range(len(data)) for piece in often.push(data[place : place + 1])]:
        raise Broken("the pieces of a stream depend on how it comes")
    return bool(whole)


def sighting(data: bytes) -> bool:
    """Read a table of sightings: its first line, then its rows."""
    header, _, rest = data.decode("utf-8", "replace").partition("\n")
    rows = Rows()
    if not sighted.knows(header):
        return False
    sighted.read_rows(iter(rest.split("\n")), header, rows)
    rows.fixes()
    return bool(len(rows))


def address(data: bytes) -> bool:
    """Read a sensor's address."""
    try:
        found = addresses.parse(data.decode("utf-8", "replace"))
    except FOUR:
        return False
    if not found.name.isprintable() or not 1 <= len(found.name) <= 24:
        raise Broken("a sensor's name cannot stand in a craft's name")
    return True
