"""Lines of comma-separated values to fixes: which column means what, for each layout we know.

A layout is a row of `LAYOUTS`: the columns that name it, and where each quantity stands. A new one
is a new row here. A row that cannot be a fix is counted by its cause; a table without the columns
of any layout is refused as a whole, with the columns that were looked for.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from searoom import clock
from searoom.errors import NotAllowed
from searoom.tracks.ais import SIGMA_LOW_M, SOURCE, course_deg, speed_mps
from searoom.tracks.fixes import Rows

MAX_CELLS = 256
_ADVICE = "See docs/formats/tracks.md for the kinds of file and the columns that are read."

# One standard deviation of a position, by what the `source_kind` column says. AIS: see `ais`. Radar
# and ARPA: the bearing is good to about a degree (IMO MSC.192(79) asks for 1 degree and 30 m or 1 %
# of the range scale), which at 3 nm is 100 m. Anything else, a plotted or hand-typed position: a cable.
SIGMA_BY_SOURCE_M: Mapping[str, float] = {"AIS": SIGMA_LOW_M, "GNSS": SIGMA_LOW_M, "ARPA": 100.0, "RADAR": 100.0}
SIGMA_OTHER_M = 185.2


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of table: what it is called, and the column of each quantity (empty: it has none)."""

    kind: str
    name: str
    time: str
    lat: str
    lon: str
    knots: str
    course: str
    source: str = ""
    sigma: str = ""
    label: str = ""
    zone: str = ""  # what to add to a time that says no zone, where the publisher defines one

    def needs(self) -> frozenset[str]:
        """Return the columns without which a table is not of this layout."""
        return frozenset(
            c for c in (self.name, self.time, self.lat, self.lon, self.knots, self.course, self.source) if c
        )


LAYOUTS = (
    Layout(
        "searoom csv", "name", "time_utc", "lat", "lon", "sog_kn", "cog_deg", source="source_kind", sigma="sigma_m"
    ),
    # MarineCadastre.gov to 2024, and AISdb's test data; its times are UTC by the data dictionary
    Layout(
        "marinecadastre csv", "mmsi", "basedatetime", "lat", "lon", "sog", "cog", label="vesselname", zone="Z"
    ),
    # MarineCadastre.gov from 2025
    Layout(
        "marinecadastre csv", "mmsi", "base_date_time", "latitude", "longitude", "sog", "cog",
        label="vessel_name", zone="Z",
    ),
)  # fmt: skip


def layout_of(header: str) -> Layout | None:
    """Return the layout whose columns all stand in a table's first line, if there is one."""
    found = frozenset(cells_of(header))
    return next((layout for layout in LAYOUTS if layout.needs() <= found), None)


def refuse_columns(header: str) -> NotAllowed:
    """Return the refusal of a table that has no known layout; it names what is missing from the nearest."""
    found = frozenset(cells_of(header))
    nearest = max(LAYOUTS, key=lambda layout: len(layout.needs() & found) / len(layout.needs()))
    if not nearest.needs() & found:
        return NotAllowed("the file is no table of tracks and no AIS sentences", advice=_ADVICE)
    missing = ", ".join(sorted(nearest.needs() - found))
    return NotAllowed(
        f"the table has not the columns of a track: nearest is '{nearest.kind}', which also needs {missing}",
        advice=_ADVICE,
    )


def read_rows(lines: Iterator[str], layout: Layout, header: str, rows: Rows) -> dict[str, str]:
    """Read the lines after the header into `rows`; return the names that craft send, by craft."""
    places = {column: place for place, column in enumerate(cells_of(header))}
    labels: dict[str, str] = {}
    for line in lines:
        try:
            cells = next(csv.reader((line,), strict=True), [])  # line by line: one stray quote costs one row
        except csv.Error:
            rows.refuse("line is no row of values")
            continue
        if not cells:
            continue
        if len(cells) < len(places) or len(cells) > MAX_CELLS:
            rows.refuse("wrong number of columns")
            continue
        _read_row(cells, places, layout, rows, labels)
    return labels


def _read_row(cells: list[str], places: Mapping[str, int], layout: Layout, rows: Rows, labels: dict[str, str]) -> None:
    try:
        time_us = clock.from_text(cells[places[layout.time]].strip() + layout.zone)
    except NotAllowed:
        rows.refuse("time cannot be read")
        return
    try:
        lat, lon = float(cells[places[layout.lat]]), float(cells[places[layout.lon]])
        knots, course = _number(cells[places[layout.knots]]), _number(cells[places[layout.course]])
        sigma = _number(cells[places[layout.sigma]]) if layout.sigma in places else float("nan")
    except ValueError:
        rows.refuse("not a number")
        return
    source = cells[places[layout.source]].strip() if layout.source else SOURCE
    if sigma != sigma:  # noqa: PLR0124 - the column or the cell is empty
        sigma = SIGMA_BY_SOURCE_M.get(source.upper(), SIGMA_OTHER_M)
    name = cells[places[layout.name]].strip()
    rows.add(
        name, time_us, lat, lon, speed_mps=speed_mps(knots), course_deg=course_deg(course), sigma_m=sigma, source=source
    )
    if layout.label in places and cells[places[layout.label]].strip():
        labels[name] = cells[places[layout.label]].strip()


def _number(cell: str) -> float:
    """Return the number in a cell; an empty cell is "not known"."""
    return float(cell) if cell.strip() else float("nan")


def cells_of(header: str) -> list[str]:
    """Return the names in a table's first line, in small letters; none where it is no row of values."""
    try:
        cells = next(csv.reader([header.lstrip("\ufeff")]), [])
    except csv.Error:  # a line's end in the middle of it
        return []
    return [cell.strip().lower() for cell in cells]
