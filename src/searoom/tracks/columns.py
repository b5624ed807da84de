"""Lines of separated values to fixes, by a layout; a row that cannot be a fix is counted by its cause."""

import csv
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from searoom.tracks.ais import SIGMA_LOW_M
from searoom.tracks.fixes import Rows
from searoom.tracks.layouts import ISO, TIME_FORMS, UNITS, Layout, places_of

MAX_CELLS = 256

# One standard deviation of a position, by what the `source_kind` column says. AIS: see `ais`. Radar
# and ARPA: the bearing is good to about a degree (IMO MSC.192(79) asks for 1 degree and 30 m or 1 %
# of the range scale), which at 3 nm is 100 m. Anything else, a plotted or hand-typed position: a cable.
SIGMA_BY_SOURCE_M: Mapping[str, float] = {"AIS": SIGMA_LOW_M, "GNSS": SIGMA_LOW_M, "ARPA": 100.0, "RADAR": 100.0}
SIGMA_OTHER_M = 185.2
_MMSI_DIGITS = 9
_DATE_CHARS = len("2026-06-03")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def read_rows(lines: Iterator[str], layout: Layout, header: str, rows: Rows) -> dict[str, str]:
    """Read the lines after the header into `rows`; return the names that craft send, by craft."""
    places = places_of(header, layout)
    when, labels = time_reader(layout), dict[str, str]()
    for line in lines:
        try:  # line by line: one stray quote costs one row
            cells = next(csv.reader((line,), strict=True, delimiter=layout.separator), [])
        except csv.Error:
            rows.refuse("line is no row of values")
            continue
        if not cells:
            continue
        if len(cells) < len(places) or len(cells) > MAX_CELLS:
            rows.refuse("wrong number of columns")
            continue
        if layout.mobile and (what := cells[places[layout.mobile]].strip().lower()) in layout.not_craft:
            rows.refuse(layout.not_craft[what])
            continue
        _read_row(cells, places, layout, when, rows, labels)
    return labels


def _read_row(
    cells: list[str], places: Mapping[str, int], layout: Layout, when: Callable[[str], int], rows: Rows,
    labels: dict[str, str],
) -> None:  # fmt: skip
    try:
        time_us = when(cells[places[layout.time]].strip())
    except (ValueError, OverflowError):
        rows.refuse("time cannot be read")
        return
    try:
        lat, lon, speed, course, sigma, alt, climb, turn = (
            number_of(
                cells[places[column]] if (column := getattr(layout, quantity)) in places else "", layout, quantity
            )
            for quantity in UNITS
        )
    except ValueError:
        rows.refuse("not a number")
        return
    if not cells[places[layout.lat]].strip() or not cells[places[layout.lon]].strip():
        rows.refuse("not a number")
        return
    source = cells[places[layout.source]].strip() if layout.source else layout.seen_as
    if math.isnan(sigma):  # the column or the cell is empty
        sigma = SIGMA_BY_SOURCE_M.get(source.upper(), SIGMA_OTHER_M)
    name = name_of(cells[places[layout.name]].strip(), layout)
    rows.add(
        name, time_us, lat, lon, speed_mps=speed, course_deg=course, sigma_m=sigma, source=source, alt_m=alt,
        climb_mps=climb, turn_dps=turn,
    )  # fmt: skip
    label = cells[places[layout.label]].strip() if layout.label in places else ""
    if label and label.lower() != layout.no_label:
        labels[name] = label


def name_of(cell: str, layout: Layout) -> str:
    """Return the name of a craft in fixes: as it stands, an MMSI with all its nine digits."""
    return cell.zfill(_MMSI_DIGITS) if layout.mmsi and cell.isdecimal() else cell


def time_reader(layout: Layout) -> Callable[[str], int]:
    """Return what turns a cell into microseconds of Unix time, or raises ValueError or OverflowError."""
    zone = layout.offset()
    one_us = TIME_FORMS.get(layout.time_form)

    def counted(cell: str) -> int:
        whole, point, rest = cell.partition(layout.decimal)
        if not whole.isdecimal() or not whole.isascii() or (point and not rest.isdecimal()):
            raise ValueError(cell)
        return int(whole) * (one_us or 1) + (int(float(f"0.{rest}") * (one_us or 1) + 0.5) if rest else 0)

    def written(cell: str) -> int:
        if len(cell) <= _DATE_CHARS:  # a day alone is not midnight
            raise ValueError(cell)
        moment = (
            datetime.fromisoformat(cell) if layout.time_form == ISO else datetime.strptime(cell, layout.time_form)  # noqa: DTZ007 - the zone is that of the layout
        )
        if moment.tzinfo is None:
            if zone is None:
                raise ValueError(cell)
            moment = moment.replace(tzinfo=zone)
        return (moment - _EPOCH) // _MICROSECOND

    return counted if one_us else written


def number_of(cell: str, layout: Layout, quantity: str) -> float:
    """Return the number in a cell in the house's unit; an empty cell, or the table's word for it, is "not known"."""
    if not cell.strip():
        return math.nan
    if "_" in cell:  # digits grouped as in a program
        raise ValueError(cell)
    value = float(cell if layout.decimal == "." else cell.replace(layout.decimal, "."))
    return math.nan if value == layout.unknown.get(quantity) else value * layout.factor(quantity)
