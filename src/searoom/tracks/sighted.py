"""Sightings entered by hand: from where, on what bearing, how far by eye, what, when and by whom.

A sighting becomes a fix with a wide error: ranges by eye are off by a third, more at night. That figure and the five
degrees of bearing are chosen by us, not measured; whoever measured, with a laser or a stadimeter, says so in the row.
"""

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from searoom import clock
from searoom.errors import NotAllowed
from searoom.sentences import Named, Sentence, unplaced
from searoom.tracks.ellipsoid import destination
from searoom.tracks.fixes import Fixes, Rows
from searoom.tracks.layouts import cells_of
from searoom.units import METRES_PER_NAUTICAL_MILE, METRES_PER_SECOND_PER_KNOT, MICROSECONDS

SOURCE = "SIGHTED"
FILE = "sightings.csv"
"""Where a node keeps what its own people typed in."""
RANGE_PART = 0.3
BEARING_ERROR_DEG = 5.0
OWN_ERROR_M = 30.0  # where our own place is typed in and says no error: read off a receiver, some time ago
OWN_AGE_S = 60.0
MAX_RANGE_M = 30 * METRES_PER_NAUTICAL_MILE  # beyond the horizon of any bridge for any mast
MAX_WORDS = 200

NEEDED = ("time_utc", "who", "name", "bearing_deg", "range_nm")
OPTIONAL = ("lat", "lon", "own", "seen", "sog_kn", "cog_deg", "bearing_error_deg", "range_error_nm")


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one person saw: `own` names our craft that it was seen from, unless `lat_deg` and `lon_deg` say where."""

    time_us: int
    who: str
    name: str
    seen: str
    bearing_deg: float
    range_m: float
    own: str = ""
    lat_deg: float = math.nan
    lon_deg: float = math.nan
    speed_mps: float = math.nan
    course_deg: float = math.nan
    bearing_error_deg: float = BEARING_ERROR_DEG
    range_error_m: float = math.nan

    @property
    def craft(self) -> str:
        """The name of what was seen, as a craft: never that of a craft which names itself."""
        return f"sighted:{self.name}"

    def sigma_m(self, own_m: float) -> float:
        """Return one standard deviation of the place: the wider of along and across, with that of our own place."""
        along = self.range_m * RANGE_PART if math.isnan(self.range_error_m) else self.range_error_m
        return math.hypot(max(along, self.range_m * math.radians(self.bearing_error_deg)), own_m)


def sighting(fields: Mapping[str, str]) -> Sighting:
    """Return the sighting in the fields of a row or a form; NotAllowed names the field that cannot be."""
    cells = {name: value.strip() for name, value in fields.items() if value.strip()}
    missing = [name for name in NEEDED if name not in cells]
    if missing:
        raise NotAllowed(Sentence("sighted.missing", field=Named(missing[0])), advice=_advice())
    if not ({"lat", "lon"} <= set(cells) or "own" in cells):
        raise NotAllowed(Sentence("sighted.from_where"), advice=_advice())
    for name in ("who", "name", "seen", "own"):
        if len(cells.get(name, "")) > MAX_WORDS or not cells.get(name, "").isprintable():
            raise NotAllowed(Sentence("sighted.unreadable", field=Named(name)), advice=_advice())
    try:
        time_us = clock.from_text(cells["time_utc"])
    except NotAllowed:
        raise NotAllowed(Sentence("sighted.time")) from None
    return Sighting(
        time_us, cells["who"], cells["name"], cells.get("seen", ""),
        bearing_deg=_number(cells, "bearing_deg", 0.0, 360.0),
        range_m=_number(cells, "range_nm", 0.0, MAX_RANGE_M / METRES_PER_NAUTICAL_MILE) * METRES_PER_NAUTICAL_MILE,
        own=cells.get("own", ""),
        lat_deg=_number(cells, "lat", -90.0, 90.0), lon_deg=_number(cells, "lon", -180.0, 180.0),
        speed_mps=_number(cells, "sog_kn", 0.0, 100.0) * METRES_PER_SECOND_PER_KNOT,
        course_deg=_number(cells, "cog_deg", 0.0, 360.0) % 360.0,
        bearing_error_deg=_number(cells, "bearing_error_deg", 0.01, 90.0, BEARING_ERROR_DEG),
        range_error_m=_number(cells, "range_error_nm", 0.001, 30.0) * METRES_PER_NAUTICAL_MILE,
    )  # fmt: skip


def add(one: Sighting, rows: Rows, own: Fixes | None = None) -> None:
    """Place a sighting and add it to `rows`; NotAllowed says why it cannot be placed."""
    lat, lon, own_m = seen_from(one, own)
    where = destination(lat, lon, one.bearing_deg, one.range_m)
    rows.add(
        one.craft, one.time_us, *where, source=SOURCE, sigma_m=one.sigma_m(own_m),
        speed_mps=one.speed_mps, course_deg=one.course_deg,
    )  # fmt: skip


def knows(header: str) -> bool:
    """Return whether a table's first line is that of sightings."""
    return set(NEEDED) <= set(cells_of(header))


def read_rows(lines: Iterator[str], header: str, rows: Rows, own: Fixes | None = None) -> dict[str, str]:
    """Read the lines after the header into `rows`; return what was seen, by craft, in the words of who saw it."""
    names = cells_of(header)
    labels: dict[str, str] = {}
    for line in lines:
        try:
            cells = next(csv.reader((line,), strict=True), [])
            if not cells:
                continue
            one = sighting(dict(zip(names, cells, strict=True)))
            add(one, rows, own)
        except csv.Error:
            rows.refuse("line is no row of values")
        except ValueError:  # more cells than names, or fewer
            rows.refuse("wrong number of columns")
        except NotAllowed as cause:
            rows.refuse(unplaced(cause.sentence))
        else:
            if one.seen:
                labels[one.craft] = one.seen
    return labels


def seen_from(one: Sighting, own: Fixes | None) -> tuple[float, float, float]:
    """Return latitude, longitude and error in metres of the place from where a thing was seen, by `own` if needed.

    `NotAllowed` where neither the sighting says it nor our own craft was heard of in the minute before.
    """
    if not (math.isnan(one.lat_deg) or math.isnan(one.lon_deg)):
        return one.lat_deg, one.lon_deg, OWN_ERROR_M
    if own is None or one.own not in own.names:
        raise NotAllowed(Sentence("sighted.own_place"))
    track = own.of(one.own)
    row = int(np.searchsorted(track.time_us, one.time_us, side="right")) - 1
    seconds = (one.time_us - int(track.time_us[row])) / MICROSECONDS if row >= 0 else math.inf
    if seconds > OWN_AGE_S:
        raise NotAllowed(Sentence("sighted.own_place"))
    lat, lon, sigma = (float(column[row]) for column in (track.lat_deg, track.lon_deg, track.sigma_m))
    speed, course = float(track.speed_mps[row]), float(track.course_deg[row])
    if not (math.isnan(speed) or math.isnan(course)):
        lat, lon = destination(lat, lon, course, speed * seconds)
    return lat, lon, sigma


def _advice() -> Sentence:
    return Sentence("sighted.has", needed=", ".join(NEEDED), more=", ".join(OPTIONAL[3:]))


def _number(cells: Mapping[str, str], name: str, low: float, high: float, missing: float = math.nan) -> float:
    if name not in cells:
        return missing
    try:
        value = float(cells[name])
    except ValueError:
        raise NotAllowed(Sentence("at.field", where=Named(name), what=Sentence("sighted.no_number"))) from None
    if not low <= value <= high:
        raise NotAllowed(Sentence("sighted.range", field=Named(name), low=f"{low:g}", high=f"{high:g}"))
    return value
