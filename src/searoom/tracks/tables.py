"""Tables in memory (Arrow, and by it Polars and pandas) to fixes, whole columns at once; judged as rows of text are.

Whatever a csv's row would be refused for, a table's row is refused for, with the same cause and the same count: a test
reads the same rows both ways. A column that cannot be what its layout says is refused as a whole.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]  # it says no types
import pyarrow.compute as pc  # type: ignore[import-untyped]  # it says no types

from searoom.errors import NotAllowed
from searoom.tracks import bulk, layouts
from searoom.tracks.arrays import Codes, Column, names_of, numbers_of, times_of
from searoom.tracks.columns import SIGMA_BY_SOURCE_M, SIGMA_OTHER_M, name_of
from searoom.tracks.fixes import MAX_FIXES, Fixes, Flags, Floats, Times
from searoom.tracks.layouts import UNITS, Layout
from searoom.tracks.readings import Reading, reading_of
from searoom.tracks.ships import named

Table: TypeAlias = Any  # a pyarrow.Table

# Our own columns as a table: what `table_of` gives.
FIXES = Layout(
    "searoom fixes", "craft", "time_us", "lat_deg", "lon_deg", "speed_mps", "course_deg", source="source",
    sigma="sigma_m", alt="alt_m", climb="climb_mps", turn="turn_dps", time_form="unix us", units={"speed": "m/s"},
    unknown={},
)  # fmt: skip
_GROUND = "ground"


@dataclass(slots=True)
class Counts:
    """What of a table was not taken, by cause: whole rows, single values; and the names that craft send."""

    refused: dict[str, int] = field(default_factory=dict)
    doubtful: dict[str, int] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    backwards: int = 0

    def add(self, other: "Counts") -> None:
        """Add what was counted of the next table."""
        for mine, theirs in ((self.refused, other.refused), (self.doubtful, other.doubtful)):
            for cause, count in theirs.items():
                mine[cause] = mine.get(cause, 0) + count
        self.labels |= other.labels
        self.backwards += other.backwards


def fixes_of(table: object, given: Layout | None = None, *, name: str = "the table") -> Reading:
    """Return the fixes in a table: of pyarrow, Polars, pandas, or whatever hands itself over as an Arrow stream.

    The columns say the layout (`layouts.LAYOUTS`, or our own `FIXES`); a `given` one goes first. Numbers may be of any
    numeric type or text, times may be timestamps, text or counts as the layout says; a timestamp without a zone is of
    the layout's. NotAllowed where the columns are not there, hold something else, or hold not one usable fix.
    """
    arrow = arrow_of(table)
    layout = layout_for(arrow.column_names, given)
    fixes, counts = taken(arrow, layout)
    return reading_of(
        fixes, counts.backwards, layout.kind, named(counts.labels), counts.refused, counts.doubtful, name
    )  # fmt: skip


def table_of(fixes: Fixes) -> Table:
    """Return fixes as an Arrow table with the columns of `FIXES` and `ground`; `fixes_of` gives the same fixes back.

    Units stand in the names; `craft` and `source` are dictionaries of text, what is not known is nan.
    """
    columns = {
        "craft": _dictionary(fixes.craft, fixes.names),
        "source": _dictionary(fixes.source, fixes.sources),
        **{name: pa.array(getattr(fixes, name)) for name in _NUMBERS},
        _GROUND: pa.array(fixes.ground),
    }
    return pa.table(columns)


_NUMBERS = (
    "time_us", "lat_deg", "lon_deg", "speed_mps", "course_deg", "sigma_m", "alt_m", "climb_mps", "turn_dps",
)  # fmt: skip


def _dictionary(codes: npt.NDArray[Any], names: Sequence[str]) -> Column:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(names, pa.string()))


def arrow_of(table: object) -> Table:
    """Return a table as Arrow, without a copy where its maker allows it."""
    if isinstance(table, pa.Table):
        return table
    if isinstance(table, pa.RecordBatch):
        return pa.Table.from_batches([table])
    if not hasattr(table, "__arrow_c_stream__"):
        raise NotAllowed(
            f"a {type(table).__name__} is no table",
            advice="Give a table of pyarrow, Polars or pandas; of another library, one with __arrow_c_stream__.",
        )
    try:
        return pa.table(table)
    except (pa.ArrowException, TypeError, ValueError) as fault:
        raise NotAllowed(f"the {type(table).__name__} cannot be read as Arrow: {_first_line(fault)}") from fault


def layout_for(names: Sequence[str], given: Layout | None = None) -> Layout:
    """Return the layout whose columns all stand among `names`, a given one first; NotAllowed names what is missing."""
    found = [name.strip().lower() for name in names]
    for layout in (given,) if given else (*layouts.LAYOUTS, FIXES):
        if layout.needs() <= frozenset(found):
            twice = sorted(column for column in layout.needs() if found.count(column) > 1)
            if twice:
                raise NotAllowed(f"the table has the column '{twice[0]}' twice", advice="Rename or remove one of them.")
            return layout
    lines: list[str] = []
    csv.writer(_Lines(lines), delimiter=given.separator if given else ",", lineterminator="").writerow(found)
    raise layouts.refuse_columns("".join(lines), given)


@dataclass(frozen=True, slots=True)
class _Lines:
    """What the csv writer writes to, in a room without files."""

    parts: list[str]

    def write(self, part: str) -> int:
        """Keep a part."""
        self.parts.append(part)
        return len(part)


def columns_read(layout: Layout, names: Sequence[str]) -> list[str]:
    """Return which of a table's columns its layout reads, as they are called there: nobody need load the others."""
    wanted = (
        layout.needs() | {getattr(layout, one) for one in (*UNITS, "label")} | ({_GROUND} if layout is FIXES else set())
    )
    return [name for name in names if name.strip().lower() in wanted]


def taken(table: Table, layout: Layout, *, by_craft: bool = True) -> tuple[Fixes, Counts]:
    """Return a table's fixes in order of time, and what was not taken; a table without a usable row gives none.

    Those of one time stand by craft, as from rows of text; not `by_craft`, as they come, which takes less time.
    `NotAllowed` where a column holds what cannot be meant, be there rows or not.
    """
    columns = {name.strip().lower(): table.column(place) for place, name in enumerate(table.column_names)}
    counts = Counts()
    if layout.mobile:
        columns = _without_posts(columns, layout, counts)
    readable, time_us, numbers = _numbers(columns, layout, counts)
    names, craft = names_of(columns[layout.name], lambda cell: name_of(cell, layout), layout.name)
    if layout.source:
        sources, source = names_of(columns[layout.source], str, layout.source)
    else:
        sources, source = [layout.seen_as], np.zeros(len(time_us), np.int64)
    sigma, ground = _sigma(numbers.get("sigma"), sources, source), _ground(columns, layout)
    if layout.label in columns:
        _gather(columns[layout.label], layout, names, craft, readable, counts)
    if not readable.all():
        time_us, craft, source, sigma = time_us[readable], craft[readable], source[readable], sigma[readable]
        numbers = {name: values[readable] for name, values in numbers.items()}
        ground = ground[readable]
    kept, believed = bulk.judge(
        counts.refused, counts.doubtful, names, craft, time_us, numbers["lat"], numbers["lon"],
        speed_mps=numbers["speed"], course_deg=numbers["course"], sigma_m=sigma, sources=sources, source=source,
        alt_m=numbers.get("alt"), climb_mps=numbers.get("climb"), turn_dps=numbers.get("turn"),
    )  # fmt: skip
    judged = _Judged(names, craft, sources, source, time_us, numbers["lat"], numbers["lon"], sigma, believed, ground)
    return _fixes_of(judged if kept.all() else judged.take(kept), counts, by_craft=by_craft), counts


@dataclass(frozen=True, slots=True)
class _Judged:
    """Rows that are fixes, in the order in which they stood."""

    names: Sequence[str]
    craft: Codes
    sources: Sequence[str]
    source: Codes
    time_us: Times
    lat_deg: Floats
    lon_deg: Floats
    sigma_m: Floats
    believed: Sequence[Floats | None]  # speed, course, height, climb, turn; None: not known of any row
    ground: Flags

    def take(self, chosen: Flags | npt.NDArray[np.intp]) -> "_Judged":
        """Return the chosen rows."""
        return _Judged(
            self.names, self.craft[chosen], self.sources, self.source[chosen], self.time_us[chosen],
            self.lat_deg[chosen], self.lon_deg[chosen], self.sigma_m[chosen],
            tuple(None if values is None else values[chosen] for values in self.believed), self.ground[chosen],
        )  # fmt: skip


def _fixes_of(rows: _Judged, counts: Counts, *, by_craft: bool) -> Fixes:
    """Return rows as fixes: by time, then by craft in the order in which they came; the first of two alike is kept."""
    if len(rows.time_us) > MAX_FIXES:
        raise NotAllowed(f"more than {MAX_FIXES} fixes", advice="Read the table in parts.")
    names, craft = _first_met(rows.names, rows.craft)
    sources, source = _first_met(rows.sources, rows.source)
    counts.backwards = int(np.count_nonzero(np.diff(rows.time_us) < 0))
    rows = replace(rows, names=names, craft=craft, sources=sources, source=source)
    order, again = _order(craft, rows.time_us, len(names), by_craft=by_craft)
    if order is not None:
        rows = rows.take(order)
    if again:
        counts.refused["repeated"] = counts.refused.get("repeated", 0) + again
    known = {name: values for name, values in zip(_BELIEVED, rows.believed, strict=True) if values is not None}
    return Fixes(
        names=tuple(names), craft=rows.craft.astype(np.int32), time_us=rows.time_us, lat_deg=rows.lat_deg,
        lon_deg=rows.lon_deg, sigma_m=rows.sigma_m, source=np.minimum(rows.source, 127).astype(np.int8),
        sources=tuple(sources), ground=rows.ground, **known,
    )  # fmt: skip


_BELIEVED = ("speed_mps", "course_deg", "alt_m", "climb_mps", "turn_dps")


def _sigma(told: Floats | None, sources: Sequence[str], source: Codes) -> Floats:
    """Return the standard deviations: as told, or as is usual for what saw it."""
    by_source = np.array([SIGMA_BY_SOURCE_M.get(one.upper(), SIGMA_OTHER_M) for one in sources])
    usual: Floats = by_source[source]
    return usual if told is None else np.where(np.isnan(told), usual, told)


def _order(
    craft: Codes, time_us: Times, how_many: int, *, by_craft: bool
) -> tuple[npt.NDArray[np.intp] | None, int]:  # fmt: skip
    """Return the rows by time and craft, each pair once (None: as they stand), and how many came again."""
    span = int(time_us.max() - time_us.min()) + 1 if len(time_us) else 0
    if span < np.iinfo(np.int64).max // max(how_many, 1):
        key = (time_us - (time_us.min() if span else 0)) * how_many + craft  # one key sorts far faster than two
        if (key[1:] > key[:-1]).all():
            return None, 0
        if not by_craft and (time_us[1:] >= time_us[:-1]).all() and (np.diff(np.sort(key, kind="stable")) > 0).all():
            return None, 0
        order = np.argsort(key, kind="stable")
        ordered = key[order]
        new = np.append(True, ordered[1:] != ordered[:-1])
    else:
        order = np.lexsort((craft, time_us))
        new = np.append(True, (np.diff(craft[order]) != 0) | (np.diff(time_us[order]) != 0))
    return order[new], int(len(new) - np.count_nonzero(new))


def _first_met(names: Sequence[str], codes: Codes) -> tuple[list[str], Codes]:
    """Return the names in the order in which they are first met, without those that are not, and their codes."""
    first = np.full(len(names), len(codes))
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    met = np.argsort(first, kind="stable")[: np.count_nonzero(first < len(codes))]
    number = np.zeros(len(names), np.int64)
    number[met] = np.arange(len(met))
    return [names[place] for place in met.tolist()], number[codes]


def _without_posts(columns: Mapping[str, Column], layout: Layout, counts: Counts) -> dict[str, Column]:
    """Return the columns without the rows of what is no craft, counted."""
    words, what = names_of(columns[layout.mobile], lambda cell: layout.not_craft.get(cell.lower(), ""), layout.mobile)
    other = np.array([word in layout.not_craft.values() for word in words])[what]
    for place, word in enumerate(words):
        if word and (count := int(np.count_nonzero(what == place))):
            counts.refused[word] = counts.refused.get(word, 0) + count
    kept = pa.array(~other)
    return dict(columns) if not other.any() else {name: column.filter(kept) for name, column in columns.items()}


def _numbers(columns: Mapping[str, Column], layout: Layout, counts: Counts) -> tuple[Flags, Times, dict[str, Floats]]:
    """Return which rows can be read at all, their times, and each quantity that has a column, in the house's units."""
    time_us, readable = times_of(columns[layout.time], layout)
    if unread := int(len(readable) - np.count_nonzero(readable)):
        counts.refused["time cannot be read"] = unread
    numbers: dict[str, Floats] = {}
    good = np.ones(len(readable), np.bool_)
    for quantity in UNITS:
        column = columns.get(getattr(layout, quantity))
        if column is None:
            continue
        numbers[quantity], right = numbers_of(column, layout, quantity, needed=quantity in {"lat", "lon"})
        good &= right
    if wrong := int(np.count_nonzero(readable & ~good)):
        counts.refused["not a number"] = wrong
    return readable & good, time_us, numbers


def _ground(columns: Mapping[str, Column], layout: Layout) -> Flags:
    column = columns.get(_GROUND) if layout is FIXES else None
    if column is None or not pa.types.is_boolean(column.type):
        return np.zeros(len(columns[layout.time]), np.bool_)
    values: Flags = pc.fill_null(column, False).to_numpy()
    return values


def _gather(
    column: Column, layout: Layout, names: Sequence[str], craft: Codes, readable: Flags, counts: Counts
) -> None:  # fmt: skip
    """Keep the last name that each craft sends."""
    labels, label = names_of(column, lambda cell: "" if cell.lower() == layout.no_label else cell, layout.label)
    told = np.array([bool(one) for one in labels])[label] & readable
    last = np.full(len(names), -1)
    last[craft[told]] = np.flatnonzero(told)
    order = np.argsort(last, kind="stable")
    counts.labels.update({names[one]: labels[int(label[last[one]])] for one in order.tolist() if last[one] >= 0})


def _first_line(fault: BaseException) -> str:
    return str(fault).split("\n", 1)[0]
