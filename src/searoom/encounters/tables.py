"""Encounters of whole tables: Arrow, Polars or pandas in, a table of the same kind out.

    from searoom.encounters import tables
    near = tables.approaches(frame, radius_m=926.0)

A table holds positions of craft, a row each, by the columns of a layout that is known here (docs/formats/tracks.md) or
that the caller maps. It is taken through `__arrow_c_stream__`, so pyarrow alone is needed; what comes out is made by
the kind of what went in, or is a pyarrow.Table where that kind cannot be made so. Rows that cannot be used are named
in a `RowsNotUsed` warning, by cause. Times in results are timestamps in microseconds, UTC; what is not known is null.
"""

import warnings
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]  # it says no types

from searoom.encounters import approaches as passes
from searoom.encounters import kernels
from searoom.encounters import meetings as companions
from searoom.encounters import screen as screens
from searoom.encounters.alerts import Alert
from searoom.encounters.settings import Settings
from searoom.errors import NotAllowed
from searoom.tracks import layouts, tables
from searoom.tracks.arrays import numbers_of, times_of
from searoom.tracks.fixes import Fixes, Flags, Floats, Times
from searoom.tracks.layouts import Layout
from searoom.tracks.readings import BACKWARDS
from searoom.units import METRES_PER_NAUTICAL_MILE, MICROSECONDS

AnyTable = TypeVar("AnyTable")  # a table of pyarrow, Polars, pandas, or of whoever else speaks Arrow
Columns = Layout | Mapping[str, object] | None

RADIUS_M = METRES_PER_NAUTICAL_MILE / 2.0
GAP_S = 600.0
_TIME = pa.timestamp("us", tz="UTC")
_QUANTITIES = ("lat", "lon", "speed", "course")


class RowsNotUsed(UserWarning):
    """Rows of a table that are no fixes, or values that were not believed: how many, by cause."""


def screen(
    table: AnyTable, settings: Settings | Mapping[str, object] | None = None, *, columns: Columns = None
) -> AnyTable:
    """Return each change of grade of each pair, in order of time: the columns of `screen.COLUMNS`, unrounded.

    `settings` as in docs/analyst.md. Each distance has its error beside it, metres, 19 cases of 20; `tcpa_s` in
    seconds, angles in degrees. Raises NotAllowed where the table is no table of tracks or a setting cannot be.
    """
    limits = settings if isinstance(settings, Settings) or settings is None else Settings.from_table(settings)
    alerts = screens.screen(_fixes(table, columns), limits).alerts
    return _like(table, pa.table({name: _told(name, alerts) for name in screens.COLUMNS}))


def approaches(
    table: AnyTable, *, radius_m: float = RADIUS_M, max_gap_s: float = GAP_S, still_mps: float = 0.0,
    columns: Columns = None,
) -> AnyTable:  # fmt: skip
    """Return who came within `radius_m` of whom: a row for each stretch of time, by raw, irregular positions.

    Columns: `time_utc`, `a`, `b`, `cpa_m`, `relative_mps` and both places at the closest instant, `first_utc` and
    `last_utc` within the radius. Over a silence longer than `max_gap_s` nothing is assumed; pairs that both make less
    than `still_mps` are left out. Raises NotAllowed where a limit is no positive number.
    """
    fixes = _fixes(table, columns)
    found = passes.approaches(fixes, radius_m=radius_m, max_gap_s=max_gap_s, still_mps=still_mps)
    _say("fixes that no way was drawn from", found.left_out)
    return _like(table, _rows(found, passes.COLUMNS))


def meetings(
    table: AnyTable, *, radius_m: float = companions.RADIUS_M, at_least_s: float = companions.AT_LEAST_S,
    step_s: float = companions.STEP_S, max_gap_s: float = companions.MAX_GAP_S, columns: Columns = None,
) -> AnyTable:  # fmt: skip
    """Return who stayed within `radius_m` of whom for `at_least_s`, looked at every `step_s`.

    Columns: `time_utc`, `a`, `b`, `cpa_m` and both places when nearest, `first_utc`, `last_utc` and at how many
    `stamps` they were together. The positions are brought to whole steps; over a silence longer than `max_gap_s` there
    is none. Raises NotAllowed where a limit is no positive number.
    """
    fixes = companions.resampled(_fixes(table, columns), step_s=step_s, max_gap_s=max_gap_s)
    found = companions.meetings(fixes, radius_m=radius_m, at_least_s=at_least_s, step_s=step_s, max_gap_s=max_gap_s)
    _say("positions that were not compared", found.left_out)
    return _like(table, _rows(found, companions.COLUMNS))


def closest_approach(table_a: AnyTable, table_b: object, *, columns: Columns = None) -> AnyTable:
    """Return the closest approach of row k of one table with row k of the other, if both hold course and speed.

    Both positions are brought to the later of their two times, `time_utc`. Columns as `kernels.Approach`: `range_m`,
    `tcpa_s` (negative: passed), `cpa_m`, `bearing_deg` from a to b, `relative_mps`; null where a time, place, speed or
    course is not known. Within 1 m of geodesics up to 60 km apart and 30 min ahead. NotAllowed where the tables
    differ in length.
    """
    a, b = (_moving(table, columns) for table in (table_a, table_b))
    if len(a.time_us) != len(b.time_us):
        raise NotAllowed(f"one table has {len(a.time_us)} rows and the other {len(b.time_us)}: no row k with row k")
    at_us = np.maximum(a.time_us, b.time_us)
    known = a.known & b.known
    columns_of = {name: np.full(len(known), np.nan) for name in kernels.Approach._fields}
    there = (*a.at(at_us, known), *b.at(at_us, known))
    for name, values in kernels.closest_approach(*there)._asdict().items():
        columns_of[name][known] = values
    made = {name: pa.array(values, from_pandas=True) for name, values in columns_of.items()}
    return _like(table_a, pa.table({"time_utc": pa.array(at_us, _TIME, mask=~known), **made}))


class _Moving:
    """Rows as they stand: time, place and motion of each, and whether all of it is known."""

    def __init__(self, time_us: Times, known: Flags, numbers: Mapping[str, Floats]) -> None:
        self.time_us = time_us
        lat, lon, speed, course = (numbers[quantity] for quantity in _QUANTITIES)
        course = np.where(np.isnan(course) & (speed == 0.0), 0.0, course)  # who stands still needs no course
        with np.errstate(invalid="ignore"):
            self.known = known & (np.abs(lat) <= 90.0) & (np.abs(lon) <= 180.0) & (speed >= 0.0) & np.isfinite(course)
        self._columns = lat, lon, speed, course

    def at(self, at_us: Times, chosen: Flags) -> tuple[Floats, Floats, Floats, Floats]:
        """Return place, speed and course of the chosen rows at a time that is not before theirs."""
        lat, lon, speed, course = (column[chosen] for column in self._columns)
        later = (at_us[chosen] - self.time_us[chosen]) / MICROSECONDS
        lat, lon, course = kernels.dead_reckon(lat, lon, speed, course, later)
        return lat, lon, speed, course


def _moving(table: object, columns: Columns) -> _Moving:
    arrow = tables.arrow_of(table)
    layout = tables.layout_for(arrow.column_names, _layout(columns))
    of = {name.strip().lower(): arrow.column(place) for place, name in enumerate(arrow.column_names)}
    time_us, known = times_of(of[layout.time], layout)
    numbers: dict[str, Floats] = {}
    for quantity in _QUANTITIES:
        numbers[quantity], right = numbers_of(of[getattr(layout, quantity)], layout, quantity, needed=False)
        known = known & right
    return _Moving(time_us, known, numbers)


def _layout(columns: Columns) -> Layout | None:
    return columns if isinstance(columns, Layout) or columns is None else layouts.from_table(columns)


def _fixes(table: object, columns: Columns) -> Fixes:
    """Return the fixes of a table; what of it cannot be used is told in a warning."""
    reading = tables.fixes_of(table, _layout(columns))
    _say("rows not used", reading.refused)
    told = "; ".join(finding.sentence for finding in reading.findings if not finding.sentence.startswith(BACKWARDS))
    if told:
        warnings.warn(f"values not believed: {told}", RowsNotUsed, stacklevel=4)
    return reading.fixes


def _say(what: str, counts: Mapping[str, int]) -> None:
    told = "; ".join(f"{count} {cause}" for cause, count in sorted(counts.items()) if count)
    if told:
        warnings.warn(f"{what}: {told}", RowsNotUsed, stacklevel=4)


def _rows(found: passes.Approaches | companions.Meetings, names: tuple[str, ...]) -> Any:
    """Return found rows as an Arrow table: time and names first, stamps as times, craft by their names."""
    craft = pa.array(found.names, pa.string())
    made: dict[str, Any] = {}
    for name in ("time_us", "a", "b", *(name for name in names if name not in {"time_us", "a", "b"})):
        values: npt.NDArray[Any] = getattr(found, name)
        if name in {"a", "b"}:
            made[name] = craft.take(pa.array(values))
        elif name.endswith("_us"):
            made[name.removesuffix("_us") + "_utc"] = pa.array(values, _TIME)
        else:
            made[name] = pa.array(values)
    return pa.table(made)


_TEXTS: Mapping[str, Callable[[Alert], str]] = {
    "a": lambda alert: alert.a,
    "b": lambda alert: alert.b,
    "grade": lambda alert: alert.grade.value,
    "geometry": lambda alert: alert.geometry.value,
    "reason": lambda alert: alert.reason.name.lower(),
    "pair": lambda alert: alert.pair.words,
    "colregs": lambda alert: alert.colregs.value,
}


def _told(name: str, alerts: tuple[Alert, ...]) -> Any:
    """Return one column of alerts."""
    if name == "time_utc":
        return pa.array([alert.time_us for alert in alerts], _TIME)
    if name in _TEXTS:
        return pa.array([_TEXTS[name](alert) for alert in alerts], pa.string())
    return pa.array([getattr(alert, name) for alert in alerts], pa.float64(), from_pandas=True)


def _like(table: AnyTable, made: Any) -> AnyTable:
    """Return an Arrow table as a table of the kind of `table`."""
    kind = type(table).__module__.partition(".")[0]
    if kind == "pandas":
        return made.to_pandas()  # type: ignore[no-any-return]  # pyarrow says no types
    if kind == "pyarrow":
        return made  # type: ignore[no-any-return]  # pyarrow says no types
    try:
        return type(table)(made)  # type: ignore[call-arg]  # Polars and others take an Arrow table
    except (TypeError, ValueError):
        return made  # type: ignore[no-any-return]  # pyarrow says no types
