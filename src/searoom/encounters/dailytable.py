"""A daily table of presence, as ministries publish them: date, party, kind, how many craft, and by which source."""

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from searoom.encounters.presence import UNKNOWN, Count
from searoom.tracks.fixes import MAX_NAME_CHARS
from searoom.tracks.layouts import cells_of
from searoom.tracks.registry import KINDS

NEEDS = ("date", "party", "kind", "craft", "source")
MAX_CRAFT = 100_000
MAX_SOURCE_CHARS = 500  # the title of a publication
_HOURS_A_DAY = 24.0


@dataclass(frozen=True, slots=True)
class DailyTable:
    """The rows by their source, in the order in which the sources were met; `refused` counts rows by cause."""

    by_source: Mapping[str, tuple[Count, ...]]
    refused: Mapping[str, int]


@dataclass(slots=True)
class _Rows:
    """Grows a table row by row."""

    found: dict[str, dict[tuple[date, str, str], Count]] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    def refuse(self, cause: str) -> None:
        self.refused[cause] = self.refused.get(cause, 0) + 1


def knows(header: str) -> bool:
    """Return whether a first line is that of a daily table."""
    return set(NEEDS) <= set(cells_of(header))


def read(header: str, lines: Iterable[str]) -> DailyTable:
    """Return the table of the lines behind a header that `knows` knew; each row that is none is counted by its cause.

    A number of 0 is a statement: the day was looked at. `hours` may stand beside, in craft-hours.
    """
    columns = cells_of(header)
    rows = _Rows()
    for line in lines:
        try:
            cells = next(csv.reader((line,), strict=True), [])
        except csv.Error:
            rows.refuse("line is no row of values")
            continue
        if not cells:
            continue
        if len(cells) != len(columns):
            rows.refuse("wrong number of columns")
            continue
        _take({column: cell.strip() for column, cell in zip(columns, cells, strict=True)}, rows)
    return DailyTable({source: tuple(counts.values()) for source, counts in rows.found.items()}, rows.refused)


def _take(row: Mapping[str, str], rows: _Rows) -> None:
    try:
        day = date.fromisoformat(row["date"])
    except ValueError:
        rows.refuse("date cannot be read")
        return
    if row["kind"] not in (*KINDS, UNKNOWN):
        rows.refuse("kind is none that is known")
        return
    if not _is_line(row["party"], MAX_NAME_CHARS) or not _is_line(row["source"], MAX_SOURCE_CHARS):
        rows.refuse("party or source is missing")
        return
    craft, hours = row["craft"], _hours(row.get("hours", ""))
    if not (craft.isascii() and craft.isdigit()) or int(craft) > MAX_CRAFT:
        rows.refuse("number of craft cannot be")
        return
    if hours is not None and not 0.0 <= hours <= _HOURS_A_DAY * int(craft):
        rows.refuse("hours cannot be")
        return
    mine = rows.found.setdefault(row["source"], {})
    if (day, row["party"], row["kind"]) in mine:
        rows.refuse("repeated")
        return
    mine[day, row["party"], row["kind"]] = Count(day, row["party"], row["kind"], int(craft), hours)


def _is_line(text: str, most: int) -> bool:
    return bool(text) and text.isprintable() and len(text) <= most


def _hours(cell: str) -> float | None:
    """Return the hours of a cell, None of an empty one; what cannot be read cannot be."""
    if not cell:
        return None
    try:
        return float(cell)
    except ValueError:
        return math.nan
