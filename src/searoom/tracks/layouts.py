"""Which column of a table means what: the layouts we know, and a map of columns that the user gives.

A layout is a row of `LAYOUTS`: the columns that name it, their units, and how a time is written. It is a declaration
and reads nothing; `columns` reads rows by it, `tables` whole columns. A table without the columns of any layout is
refused as a whole, with the columns that were looked for.
"""

import csv
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import partial

from searoom.errors import NotAllowed
from searoom.tracks.ais import SOURCE
from searoom.units import METRES_PER_FOOT, METRES_PER_NAUTICAL_MILE, METRES_PER_SECOND_PER_KNOT

_ADVICE = "See docs/formats/tracks.md for the kinds of file and the columns that are read."
_MAP_ADVICE = "docs/formats/tracks.md shows a whole map of columns."

# What one of a unit is in the house's own: degrees, metres a second, metres, degrees a second.
_SPEEDS: Mapping[str, float] = {"kn": METRES_PER_SECOND_PER_KNOT, "m/s": 1.0, "km/h": 1.0 / 3.6}
_ANGLES: Mapping[str, float] = {"deg": 1.0, "rad": 180.0 / math.pi}
_PLACES: Mapping[str, float] = {**_ANGLES, "min/10000": 1.0 / 600_000.0, "deg/10000000": 1e-7}
_LENGTHS: Mapping[str, float] = {"m": 1.0, "ft": METRES_PER_FOOT, "nm": METRES_PER_NAUTICAL_MILE}
UNITS: Mapping[str, Mapping[str, float]] = {
    "lat": _PLACES,
    "lon": _PLACES,
    "speed": _SPEEDS,
    "course": _ANGLES,
    "sigma": _LENGTHS,
    "alt": _LENGTHS,
    "climb": {"m/s": 1.0, "ft/min": METRES_PER_FOOT / 60.0},
    "turn": {"deg/s": 1.0, "deg/min": 1.0 / 60.0},
}
_USUAL: Mapping[str, str] = {
    "lat": "deg", "lon": "deg", "speed": "kn", "course": "deg", "sigma": "m", "alt": "m", "climb": "m/s",
    "turn": "deg/s",
}  # fmt: skip

TIME_FORMS: Mapping[str, int] = {"unix s": 1_000_000, "unix ms": 1000, "unix us": 1}  # microseconds in one
ISO = "iso"
_ZONE = re.compile(r"([+-])(\d\d):([0-5]\d)\Z", re.ASCII)
_DAY_AND_TIME = (("%Y",), ("%m", "%b", "%B"), ("%d",), ("%H", "%I"), ("%M",))  # what a form of a time must hold
_SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of table: what it is called, and the column of each quantity (empty: it has none).

    Columns are named in small letters. `units` names the unit of each quantity that is not in its usual one (degrees,
    knots, metres, metres a second up, degrees a second); `unknown` the number that stands for "not known" in the
    table's unit. `time_form` is "iso", one of `TIME_FORMS`, or a pattern as `datetime.strptime` takes; `zone` ("Z" or
    an offset) is that of a time that says none. `seen_as` is the source where no column says it. Where `mmsi`, a name
    of digits alone has nine. `mobile` is a column that says what sent the row, `not_craft` which of its words (small
    letters) are no craft, and as what they are counted; `no_label` the word that stands for no name. Where `whole`,
    each column that is named must be there; else those of `sigma`, `label`, height, climb and turn may be missing.
    """

    kind: str
    name: str
    time: str
    lat: str
    lon: str
    speed: str
    course: str
    source: str = ""
    sigma: str = ""
    label: str = ""
    alt: str = ""
    climb: str = ""
    turn: str = ""
    mobile: str = ""
    zone: str = ""
    time_form: str = ISO
    units: Mapping[str, str] = field(default_factory=dict)
    unknown: Mapping[str, float] = field(default_factory=lambda: {"speed": 102.3, "course": 360.0})  # ITU-R M.1371
    not_craft: Mapping[str, str] = field(default_factory=dict)
    no_label: str = ""
    seen_as: str = SOURCE
    mmsi: bool = False
    separator: str = ","
    decimal: str = "."
    whole: bool = False

    def needs(self) -> frozenset[str]:
        """Return the columns without which a table is not of this layout."""
        must = (self.name, self.time, self.lat, self.lon, self.speed, self.course, self.source, self.mobile)
        return self.reads() if self.whole else frozenset(must) - {""}

    def reads(self) -> frozenset[str]:
        """Return the columns that are read where a table has them."""
        must = (self.name, self.time, self.lat, self.lon, self.speed, self.course, self.source, self.mobile)
        return frozenset((*must, self.sigma, self.label, self.alt, self.climb, self.turn)) - {""}

    def factor(self, quantity: str) -> float:
        """Return what one of a quantity's unit is in the house's: degrees, metres a second, metres."""
        return UNITS[quantity][self.units.get(quantity, _USUAL[quantity])]

    def offset(self) -> timezone | None:
        """Return the zone of a time that says none; None: such a time is refused."""
        return zone_of(self.zone) if self.zone else None


LAYOUTS = (
    Layout(
        "searoom csv", "name", "time_utc", "lat", "lon", "sog_kn", "cog_deg", source="source_kind", sigma="sigma_m"
    ),
    # MarineCadastre.gov to 2024, and AISdb's test data; its times are UTC by the data dictionary
    Layout(
        "marinecadastre csv", "mmsi", "basedatetime", "lat", "lon", "sog", "cog", label="vesselname", zone="Z",
        mmsi=True,
    ),
    # MarineCadastre.gov from 2025
    Layout(
        "marinecadastre csv", "mmsi", "base_date_time", "latitude", "longitude", "sog", "cog",
        label="vessel_name", zone="Z", mmsi=True,
    ),
    # Danish Maritime Authority, aisdk-YYYY-MM-DD.csv; its times are UTC by its own description. Its ROT is 0 where
    # none was sent, so it cannot be told from "does not turn" and is not read.
    Layout(
        "danish csv", "mmsi", "timestamp", "latitude", "longitude", "sog", "cog", label="name", zone="Z",
        time_form="%d/%m/%Y %H:%M:%S", mobile="type of mobile", no_label="unknown", mmsi=True,
        not_craft={"base station": "report of a base station", "aton": "report of an aid to navigation"},
    ),
)  # fmt: skip


def layout_of(header: str, given: Layout | None = None) -> Layout | None:
    """Return the layout whose columns all stand in a table's first line, a `given` one first; None: there is none."""
    if given is not None and given.needs() <= frozenset(cells_of(header, given.separator)):
        return given
    found = frozenset(cells_of(header))
    return next((layout for layout in LAYOUTS if layout.needs() <= found), None)


def refuse_columns(header: str, given: Layout | None = None) -> NotAllowed:
    """Return the refusal of a table that has no known layout; it names what is missing from the nearest."""
    if given is not None:
        missing = ", ".join(sorted(given.needs() - frozenset(cells_of(header, given.separator))))
        return NotAllowed(f"the table has not the columns of '{given.kind}': it also needs {missing}", advice=_ADVICE)
    found = frozenset(cells_of(header))
    nearest = max(LAYOUTS, key=lambda layout: len(layout.needs() & found) / len(layout.needs()))
    if not nearest.needs() & found:
        return NotAllowed("the file is no table of tracks and no AIS sentences", advice=_ADVICE)
    missing = ", ".join(sorted(nearest.needs() - found))
    return NotAllowed(
        f"the table has not the columns of a track: nearest is '{nearest.kind}', which also needs {missing}",
        advice=_ADVICE,
    )


def cells_of(header: str, separator: str = ",") -> list[str]:
    """Return the names in a table's first line, in small letters; none where it is no row of values."""
    try:
        cells = next(csv.reader([header.lstrip("\ufeff").removeprefix("# ")], delimiter=separator), [])
    except csv.Error:  # a line's end in the middle of it
        return []
    return [cell.strip().lower() for cell in cells]


def places_of(header: str, layout: Layout) -> dict[str, int]:
    """Return where each column stands; NotAllowed where one that the layout reads stands there twice."""
    cells = cells_of(header, layout.separator)
    twice = sorted(column for column in layout.reads() if cells.count(column) > 1)
    if twice:
        raise NotAllowed(f"the table has the column '{twice[0]}' twice", advice="Rename or remove one of the two.")
    return {column: place for place, column in enumerate(cells)}


def zone_of(text: str) -> timezone:
    """Return the zone of `Z` or an offset like `+09:00`; names of places are refused: their clocks turn back."""
    if text in ("Z", "UTC"):
        return timezone(timedelta(0))
    found = _ZONE.match(text)
    if not found or int(found[2]) > 14:
        raise NotAllowed(
            f"'{text}' is no zone that says one thing all year", advice="Write Z, or an offset such as +09:00."
        )
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(offset if found[1] == "+" else -offset)


def from_table(table: Mapping[str, object]) -> Layout:
    """Return the layout that a user's map of columns (a TOML table) declares; NotAllowed says what in it is wrong."""
    rows = {*_MUST, "source", "sigma", "label", "alt", "climb", "turn"}
    extra = sorted(set(table) - rows - {"kind", "mmsi", "separator", "decimal"})
    if extra:
        raise NotAllowed(f"a map of columns has no '{extra[0]}'", advice=_MAP_ADVICE)
    columns: dict[str, str] = {}
    units: dict[str, str] = {}
    unknown: dict[str, float] = {}
    for quantity in sorted(set(table) & rows):
        row = _row(table[quantity], quantity)
        columns[quantity] = _text(row, "column", quantity).lower() if "column" in row else ""
        if quantity in UNITS:
            units[quantity] = _unit(row, quantity)
            if "unknown" in row:
                unknown[quantity] = _number(row["unknown"], quantity)
    lacking = [one for one in _MUST if not columns.get(one)]
    if lacking:
        raise NotAllowed(f"a map of columns needs '{lacking[0]}'", advice=_MAP_ADVICE)
    form, zone = _time(_row(table["time"], "time"))
    _check_distinct(columns)
    told, mmsi = partial(_told, columns), table.get("mmsi", False)
    if not isinstance(mmsi, bool):
        raise NotAllowed("'mmsi' in a map of columns is true or false", advice=_MAP_ADVICE)
    return Layout(
        _text(table, "kind", "a map of columns"), told("name"), told("time"), told("lat"), told("lon"), told("speed"),
        told("course"), told("source"), told("sigma"), told("label"), told("alt"), told("climb"), told("turn"),
        time_form=form, zone=zone, units=units, unknown=unknown, seen_as=_seen_as(table.get("source")), mmsi=mmsi,
        separator=_one_of(table, "separator", _SEPARATORS), decimal=_one_of(table, "decimal", (".", ",")), whole=True,
    )  # fmt: skip


def _told(columns: Mapping[str, str], quantity: str) -> str:
    return columns.get(quantity, "")


_MUST = ("name", "time", "lat", "lon", "speed", "course")
_KEYS: Mapping[str, frozenset[str]] = {
    "name": frozenset({"column"}),
    "label": frozenset({"column"}),
    "time": frozenset({"column", "form", "zone"}),
    "source": frozenset({"column", "is"}),
}


def _row(value: object, quantity: str) -> Mapping[str, object]:
    row = {"column": value} if isinstance(value, str) else value
    if not isinstance(row, Mapping):
        raise NotAllowed(f"'{quantity}' is the name of a column, or a table with it", advice=_MAP_ADVICE)
    extra = sorted(set(row) - _KEYS.get(quantity, frozenset({"column", "unit", "unknown"})))
    if extra:
        raise NotAllowed(f"'{quantity}' has no '{extra[0]}'", advice=_MAP_ADVICE)
    if ("column" in row) == ("is" in row):
        raise NotAllowed(f"'{quantity}' needs the name of its column", advice=_MAP_ADVICE)
    return row


def _unit(row: Mapping[str, object], quantity: str) -> str:
    """Return the unit of a quantity; whoever maps a column must say it."""
    unit = row.get("unit")
    if not isinstance(unit, str) or unit not in UNITS[quantity]:
        known = ", ".join(UNITS[quantity])
        raise NotAllowed(f"'{quantity}' needs its unit", advice=f"Say unit = one of {known}.")
    return unit


def _time(row: Mapping[str, object]) -> tuple[str, str]:
    form, zone = _text(row, "form", "time"), _text(row, "zone", "time") if "zone" in row else ""
    if zone:
        zone_of(zone)
    if form in TIME_FORMS:
        if zone:
            raise NotAllowed("a count of seconds is UTC and has no zone", advice="Leave 'zone' out.")
        return form, zone
    if form == ISO:
        return form, zone
    if not all(any(part in form for part in parts) for parts in _DAY_AND_TIME):
        raise NotAllowed(
            f"'{form}' is no form of a time: it needs year, month, day, hour and minute",
            advice=f"Write iso, {', '.join(TIME_FORMS)}, or a pattern like %d/%m/%Y %H:%M:%S.",
        )
    if ("%z" in form) == bool(zone):
        raise NotAllowed("a time needs one zone: in its form as %z, or as 'zone'", advice=_MAP_ADVICE)
    _try(form)
    return form, zone


def _try(form: str) -> None:
    moment = datetime(2026, 6, 3, 4, 5, 6, tzinfo=timezone(timedelta(0)))
    try:
        datetime.strptime(moment.strftime(form), form)  # noqa: DTZ007 - whether it can be read is asked, no more
    except (ValueError, re.error) as fault:
        raise NotAllowed(f"'{form}' is no form of a time: {fault}", advice=_MAP_ADVICE) from None


def _check_distinct(columns: Mapping[str, str]) -> None:
    used: dict[str, str] = {}
    for quantity, column in columns.items():
        if column and used.setdefault(column, quantity) != quantity:
            raise NotAllowed(f"the column '{column}' is given to '{used[column]}' and to '{quantity}'")


def _seen_as(value: object) -> str:
    row = value if isinstance(value, Mapping) else {}
    return _text(row, "is", "source") if "is" in row else SOURCE


def _one_of(table: Mapping[str, object], key: str, known: tuple[str, ...]) -> str:
    value = table.get(key, known[0])
    if value not in known:
        raise NotAllowed(f"'{key}' in a map of columns is one of {' '.join(map(repr, known))}", advice=_MAP_ADVICE)
    return str(value)


def _number(value: object, quantity: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NotAllowed(f"'unknown' of '{quantity}' is a number", advice=_MAP_ADVICE)
    return float(value)


def _text(row: Mapping[str, object], key: str, where: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise NotAllowed(f"'{where}' needs a line '{key}'", advice=_MAP_ADVICE)
    return value.strip()
