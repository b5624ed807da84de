"""Harnesses for tables that others wrote: tracks by their columns, a user's map of columns, published daily counts."""

import contextlib
import io
import tomllib

from fuzz.promise import FOUR, Broken
from searoom.archive import csvblocks
from searoom.encounters import dailytable
from searoom.errors import NotAllowed
from searoom.tracks import columns, layouts
from searoom.tracks.fixes import Fixes, Rows
from searoom.tracks.layouts import UNITS, Layout
from searoom.tracks.tables import Counts

_CELLS = ("", "0", "1780488000", "2026-06-03T12:00:00Z", "03/06/2026 12:00:00", "99999999999999999999")


def track_table(data: bytes) -> bool:
    """Read a csv of tracks by the layout that its first line has: each row is a fix, or counted."""
    header, _, rest = data.decode("utf-8", "replace").partition("\n")
    layout = layouts.layout_of(header)
    return layout is not None and _rows_by(layout, header, rest)


def csv_blocks(data: bytes) -> bool:
    """Read a csv of tracks as whole columns, in one block and in many, and row by row: the same fixes and causes."""
    header, _, rest = data.partition(b"\n")
    head = header.decode("utf-8", "replace").rstrip("\r")
    layout = layouts.layout_of(head)
    if layout is None:
        return False
    try:
        layouts.places_of(head, layout)
    except NotAllowed:
        return False
    rows = csvblocks.row_by_row(rest, head, layout)
    whole, cut = (_in_blocks(data, layout, size) for size in (len(data) + 1, 64))
    if _told([rows]) != _told(whole):
        raise Broken("whole columns say something else than rows")
    if _told([rows]) != _told(cut):
        raise Broken("a csv says something else when it is cut into blocks")
    return bool(len(rows[0]))


def _in_blocks(data: bytes, layout: Layout, size: int) -> list[tuple[Fixes, Counts]]:
    return list(csvblocks.fixes_in(io.BytesIO(data), layout, size))


def _told(blocks: list[tuple[Fixes, Counts]]) -> tuple[int, dict[str, int]]:
    """Return how many rows were fixes, here or once before, and the others by cause."""
    counts = Counts()
    for _, told in blocks:
        counts.add(told)
    again = counts.refused.pop("repeated", 0)
    return sum(len(fixes) for fixes, _ in blocks) + again, counts.refused


def column_map(data: bytes) -> bool:
    """Read a map of columns, and a table by it whose cells are anything; behind a line of dashes the table stands."""
    written, _, table = data.decode("utf-8", "replace").partition("\n---\n")
    try:
        layout = layouts.from_table(tomllib.loads(written))
    except (tomllib.TOMLDecodeError, RecursionError, *FOUR):
        return False
    if not all(layout.factor(quantity) > 0.0 for quantity in UNITS):
        raise Broken("a unit of a map is none")
    when = columns.time_reader(layout)
    for cell in _CELLS:
        with contextlib.suppress(ValueError, OverflowError):
            when(cell)
    header, _, rest = table.partition("\n")
    if layouts.layout_of(header, layout) is layout:
        _rows_by(layout, header, rest)
    return True


def daily_table(data: bytes) -> bool:
    """Read a table of daily counts: each row is a count, or counted."""
    header, _, rest = data.decode("utf-8", "replace").partition("\n")
    if not dailytable.knows(header):
        return False
    lines = rest.split("\n")
    table = dailytable.read(header, lines)
    taken = sum(len(counts) for counts in table.by_source.values())
    _all_counted(lines, taken, sum(table.refused.values()))
    return bool(taken)


def _rows_by(layout: Layout, header: str, rest: str) -> bool:
    rows, lines = Rows(), rest.split("\n")
    try:
        columns.read_rows(iter(lines), layout, header, rows)
    except FOUR:
        return False
    _all_counted(lines, len(rows), sum(rows.refused.values()))
    rows.fixes()
    return bool(len(rows))


def _all_counted(lines: list[str], taken: int, refused: int) -> None:
    """Hold that no line that says anything is passed over, and none is counted twice."""
    said = sum(bool(line.strip("\r")) for line in lines)
    if not taken + refused == said:
        raise Broken(f"{said} rows became {taken} and {refused} refused")
