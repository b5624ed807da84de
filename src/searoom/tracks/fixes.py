"""Positions as columns: one array a quantity, SI units, time order.

A `Fixes` is checked once, where it is made; whoever holds one may rely on its ranges. Unknown speed
or course is `nan`, never a sentinel. `Rows` is the door for foreign rows: it turns away what cannot
be a position, counts it by cause, and never fails as a whole because of one bad row.
"""

import math
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from searoom.errors import NotAllowed
from searoom.tracks.ranges import check_ranges, filled

Floats: TypeAlias = npt.NDArray[np.float64]
Times: TypeAlias = npt.NDArray[np.int64]
Indices: TypeAlias = npt.NDArray[np.intp]
Flags: TypeAlias = npt.NDArray[np.bool_]

MAX_NAME_CHARS = 64
MAX_SOURCES = 127  # the column is int8
MAX_FIXES = 20_000_000  # 1.6 GB of columns; a larger archive is read in parts
MAX_ALT_M = 60_000.0  # above what any aircraft reports; ICAO pressure altitudes end at 126,750 ft
MIN_ALT_M = -1_000.0  # a low pressure makes an aircraft on a low field report less than nothing
MAX_CLIMB_MPS = 300.0
MAX_TURN_DPS = 30.0
MAX_SPEED_MPS = 600.0  # SAR aircraft send AIS too (ITU-R M.1371 message 9: up to 1,022 kn)
FIRST_TIME_US = 0  # 1970
LAST_TIME_US = 4_102_444_800_000_000  # 2100: a later stamp is a broken clock


_NOT_GIVEN: Floats = np.zeros(0)
_NOT_SAID: Flags = np.zeros(0, dtype=np.bool_)


def _unknown() -> Floats:
    return _NOT_GIVEN


def _unsaid() -> Flags:
    return _NOT_SAID


@dataclass(frozen=True, slots=True, eq=False)
class Fixes:
    """Who was where: n positions of craft, not falling in time.

    `names` and `sources` are the tables that the columns `craft` (int32) and `source` (int8) index.
    All columns have shape (n,): `time_us` int64; `lat_deg` [-90, 90], `lon_deg` [-180, 180];
    `speed_mps` >= 0 and `course_deg` [0, 360) over ground, true, `nan` where not known;
    `sigma_m` > 0, the standard deviation of the position along any one direction. `alt_m` above the sea
    (of aircraft: by the pressure that they report, in the standard atmosphere), `climb_mps` upwards and
    `turn_dps` to starboard, `nan` where not known; `ground` where an aircraft itself says
    that it stands or rolls on the ground. Whoever leaves such a column out knows none of it.
    """

    names: tuple[str, ...]
    craft: npt.NDArray[np.int32]
    time_us: Times
    lat_deg: Floats
    lon_deg: Floats
    speed_mps: Floats
    course_deg: Floats
    sigma_m: Floats
    source: npt.NDArray[np.int8]
    sources: tuple[str, ...]
    alt_m: Floats = field(default_factory=_unknown)
    climb_mps: Floats = field(default_factory=_unknown)
    turn_dps: Floats = field(default_factory=_unknown)
    ground: Flags = field(default_factory=_unsaid)

    def __post_init__(self) -> None:
        for name, (absent, filler) in _OPTIONAL.items():
            if getattr(self, name) is absent:
                object.__setattr__(self, name, filled(len(self.time_us), filler))
        for name, dtype in _COLUMNS.items():
            object.__setattr__(self, name, _column(name, getattr(self, name), dtype))
        lengths = {name: len(getattr(self, name)) for name in _COLUMNS}
        if len(set(lengths.values())) != 1:
            raise NotAllowed(f"the columns of fixes differ in length: {lengths}")
        _check_table("craft", self.names, self.craft)
        if len(self.sources) > MAX_SOURCES:  # before the column is looked at: larger numbers have come round in it
            raise NotAllowed(f"fixes of more than {MAX_SOURCES} sources", advice="Read the files in several parts.")
        _check_table("source", self.sources, self.source)
        check_ranges({name: getattr(self, name) for name in _RANGES}, _RANGES)
        if np.any(self.time_us[1:] < self.time_us[:-1]):
            raise NotAllowed("the time goes backwards in these fixes", advice="Sort them by time first.")

    def __len__(self) -> int:
        return len(self.time_us)

    def take(self, chosen: Flags | Indices | slice) -> "Fixes":
        """Return the chosen rows (mask, rising indices or slice); the tables of names stay as they are."""
        columns = {name: getattr(self, name)[chosen] for name in _COLUMNS}
        return Fixes(names=self.names, sources=self.sources, **columns)

    def craft_of(self, name: str) -> int:
        """Return the index of the craft called `name`."""
        try:
            return self.names.index(name)
        except ValueError:
            raise NotAllowed(f"no craft is called '{name}' in these fixes") from None

    def of(self, name: str) -> "Fixes":
        """Return the fixes of one craft."""
        return self.take(self.craft == self.craft_of(name))

    def between(self, after_us: int, until_us: int) -> "Fixes":
        """Return the fixes with `after_us` < time <= `until_us`."""
        first, last = np.searchsorted(self.time_us, [after_us, until_us], side="right")
        return self.take(slice(int(first), int(last)))

    def concat(self, *others: "Fixes") -> "Fixes":
        """Return these and the others in one time order; the same name is the same craft."""
        parts = (self, *others)
        names = tuple(dict.fromkeys(name for part in parts for name in part.names))
        sources = tuple(dict.fromkeys(name for part in parts for name in part.sources))
        columns = {key: np.concatenate([getattr(part, key) for part in parts]) for key in _COLUMNS}
        columns["craft"] = np.concatenate([_moved(part.names, names)[part.craft] for part in parts])
        columns["source"] = np.concatenate([_moved(part.sources, sources)[part.source] for part in parts])
        order = np.argsort(columns["time_us"], kind="stable")
        return Fixes(names=names, sources=sources, **{key: column[order] for key, column in columns.items()})


_COLUMNS: Mapping[str, type[np.generic]] = {
    "craft": np.int32,
    "time_us": np.int64,
    "lat_deg": np.float64,
    "lon_deg": np.float64,
    "speed_mps": np.float64,
    "course_deg": np.float64,
    "sigma_m": np.float64,
    "source": np.int8,
    "alt_m": np.float64,
    "climb_mps": np.float64,
    "turn_dps": np.float64,
    "ground": np.bool_,
}
# What stands in a column that was left out, and how that is told.
_OPTIONAL: Mapping[str, tuple[Floats | Flags, float | bool]] = {
    "alt_m": (_NOT_GIVEN, math.nan),
    "climb_mps": (_NOT_GIVEN, math.nan),
    "turn_dps": (_NOT_GIVEN, math.nan),
    "ground": (_NOT_SAID, False),
}


def _column(name: str, values: object, dtype: type[np.generic]) -> npt.NDArray[np.generic]:
    """Return a read-only column; nobody who holds the fixes can change them."""
    try:
        column = np.ascontiguousarray(values, dtype=dtype).view()
    except (TypeError, ValueError, OverflowError) as fault:
        raise NotAllowed(f"the column '{name}' does not hold numbers of its kind") from fault
    if column.ndim != 1:
        raise NotAllowed(f"the column '{name}' is not one row of values but has shape {column.shape}")
    column.flags.writeable = False
    return column


def _check_table(what: str, table: tuple[str, ...], column: npt.NDArray[np.int32] | npt.NDArray[np.int8]) -> None:
    if len(set(table)) != len(table):
        raise NotAllowed(f"a {what} is named twice")
    lengths = tuple(map(len, table))
    if table and not (min(lengths) and max(lengths) <= MAX_NAME_CHARS and "".join(table).isprintable()):
        name = next(name for name in table if not nameable(name))
        raise NotAllowed(f"'{name[:MAX_NAME_CHARS]!r}' cannot be the name of a {what}")
    if len(column) and not (column.min() >= 0 and column.max() < len(table)):
        raise NotAllowed(f"a fix names {what} number {column.min()} or {column.max()} of {len(table)}")


def nameable(name: str) -> bool:
    """Return whether a craft or a source may be called so."""
    return bool(name) and len(name) <= MAX_NAME_CHARS and name.isprintable()


# The lowest and highest value of a column, and whether it may be not known.
_RANGES: Mapping[str, tuple[float, float, bool]] = {
    "lat_deg": (-90.0, 90.0, False),
    "lon_deg": (-180.0, 180.0, False),
    "speed_mps": (0.0, MAX_SPEED_MPS, True),
    "course_deg": (0.0, math.nextafter(360.0, 0.0), True),
    "sigma_m": (math.nextafter(0.0, 1.0), sys.float_info.max, False),
    "time_us": (FIRST_TIME_US, LAST_TIME_US - 1, False),
    "alt_m": (MIN_ALT_M, MAX_ALT_M, True),
    "climb_mps": (-MAX_CLIMB_MPS, MAX_CLIMB_MPS, True),
    "turn_dps": (-MAX_TURN_DPS, MAX_TURN_DPS, True),
}


def _moved(table: tuple[str, ...], wider: tuple[str, ...]) -> Indices:
    places = {name: index for index, name in enumerate(wider)}
    return np.array([places[name] for name in table], dtype=np.intp)


@dataclass(slots=True)
class Rows:
    """Grows fixes row by row from a foreign source; what cannot be used is counted by its cause.

    `refused` counts rows that were turned away, `doubtful` counts single values (a speed, a course)
    that were replaced by "not known" while the row was kept.
    """

    refused: dict[str, int] = field(default_factory=dict)
    doubtful: dict[str, int] = field(default_factory=dict)
    _names: dict[str, int] = field(default_factory=dict)
    _sources: dict[str, int] = field(default_factory=dict)
    _whole: "array[int]" = field(default_factory=lambda: array("q"))  # craft, time, source, ground of each row
    _real: "array[float]" = field(default_factory=lambda: array("d"))  # the eight columns of numbers, row by row

    def refuse(self, cause: str, count: int = 1) -> None:
        """Count a row that is turned away."""
        self.refused[cause] = self.refused.get(cause, 0) + count

    def doubt(self, what: str, count: int = 1) -> None:
        """Count a value that is not believed, or not as it stands, while its row is kept."""
        self.doubtful[what] = self.doubtful.get(what, 0) + count

    def add(
        self,
        name: str,
        time_us: int,
        lat_deg: float,
        lon_deg: float,
        *,
        speed_mps: float,
        course_deg: float,
        sigma_m: float,
        source: str,
        alt_m: float = math.nan,
        climb_mps: float = math.nan,
        turn_dps: float = math.nan,
        ground: bool = False,
    ) -> None:
        """Take one row in, or count why not; a speed, course, height or turn that cannot be becomes `nan`, counted."""
        cause = _cause_against(name, time_us, lat_deg, lon_deg, sigma_m)
        if not cause and source not in self._sources and not nameable(source):
            cause = "no usable source"
        if cause:
            self.refuse(cause)
            return
        speed_mps = self._believed("speed", speed_mps, 0.0 <= speed_mps <= MAX_SPEED_MPS)
        course_deg = self._believed("course", course_deg, 0.0 <= course_deg < 360.0)
        alt_m = self._believed("height", alt_m, MIN_ALT_M <= alt_m <= MAX_ALT_M)
        climb_mps = self._believed("climb", climb_mps, abs(climb_mps) <= MAX_CLIMB_MPS)
        turn_dps = self._believed("turn", turn_dps, abs(turn_dps) <= MAX_TURN_DPS)
        if len(self) >= MAX_FIXES:
            raise NotAllowed(f"more than {MAX_FIXES} fixes", advice="Split the file by time and read it in parts.")
        self._whole.extend(
            (
                self._names.setdefault(name, len(self._names)),
                time_us,
                self._sources.setdefault(source, len(self._sources)),
                ground,
            )
        )
        self._real.extend((lat_deg, lon_deg, speed_mps, course_deg, sigma_m, alt_m, climb_mps, turn_dps))

    def extend(
        self, names: Sequence[str], sources: Sequence[str], whole: npt.NDArray[np.int64], real: Floats
    ) -> None:  # fmt: skip
        """Take many rows in that `bulk` has judged; their columns `craft` and `source` index the two tables given."""
        if len(self) + len(whole) > MAX_FIXES:
            raise NotAllowed(f"more than {MAX_FIXES} fixes", advice="Split the file by time and read it in parts.")
        for column, given, known in ((0, names, self._names), (2, sources, self._sources)):
            first = np.full(len(given), len(whole))
            first[whole[::-1, column]] = np.arange(len(whole))[::-1]  # where each is first met
            number = np.zeros(len(given), np.int64)
            for index in np.argsort(first, kind="stable")[: np.count_nonzero(first < len(whole))].tolist():
                number[index] = known.setdefault(given[index], len(known))
            whole[:, column] = number[whole[:, column]]
        self._whole.frombytes(np.ascontiguousarray(whole).tobytes())
        self._real.frombytes(np.ascontiguousarray(real).tobytes())

    def _believed(self, what: str, value: float, can_be: bool) -> float:
        if can_be or math.isnan(value):
            return value
        self.doubt(f"{what} out of range")
        return math.nan

    def __len__(self) -> int:
        return len(self._whole) // 4

    def clear(self) -> None:
        """Let go of the rows that were taken in; the counts stay. A live feed does so after each batch."""
        for table in (self._names, self._sources):
            table.clear()
        del self._whole[:], self._real[:]

    def fixes(self) -> tuple[Fixes, int]:
        """Return the fixes in time order, and how many times the time went backwards.

        A second fix of one craft at one time is refused as a repetition: receivers overlap.
        """
        whole = np.array(self._whole, dtype=np.int64).reshape(-1, 4)
        real = np.array(self._real, dtype=np.float64).reshape(-1, 8)
        order = np.lexsort((whole[:, 0], whole[:, 1]))
        ordered = whole[order]
        again = np.zeros(len(order), dtype=np.bool_)
        again[1:] = (ordered[1:, 0] == ordered[:-1, 0]) & (ordered[1:, 1] == ordered[:-1, 1])
        if again.any():
            self.refuse("repeated", int(again.sum()))
        backwards = int(np.sum(np.diff(whole[:, 1]) < 0))
        kept = order[~again]
        craft, time_us, source, ground = whole[kept].T
        lat, lon, speed, course, sigma, alt, climb, turn = real[kept].T
        fixes = Fixes(
            names=tuple(self._names), craft=craft.astype(np.int32), time_us=time_us, lat_deg=lat, lon_deg=lon,
            speed_mps=speed, course_deg=course, sigma_m=sigma, source=source.astype(np.int8),
            sources=tuple(self._sources), alt_m=alt, climb_mps=climb, turn_dps=turn, ground=ground.astype(np.bool_),
        )  # fmt: skip
        return fixes, backwards


def _cause_against(name: str, time_us: int, lat_deg: float, lon_deg: float, sigma_m: float) -> str:
    """Return why a row cannot be a fix, or nothing."""
    if not nameable(name):
        return "no usable name"
    if not FIRST_TIME_US <= time_us < LAST_TIME_US:
        return "time out of range"
    if lat_deg == 91.0 or lon_deg == 181.0:  # ITU-R M.1371: "not available"
        return "position not available"
    if not (-90.0 <= lat_deg <= 90.0 and -180.0 <= lon_deg <= 180.0):  # false for nan as well
        return "position out of range"
    if not 0.0 < sigma_m < float("inf"):
        return "position error out of range"
    return ""


def no_fixes(names: Iterable[str] = (), sources: Iterable[str] = ()) -> Fixes:
    """Return fixes without a row: what a quiet second brings."""
    nothing = np.zeros(0)
    return Fixes(
        names=tuple(names), craft=nothing.astype(np.int32), time_us=nothing.astype(np.int64), lat_deg=nothing,
        lon_deg=nothing, speed_mps=nothing, course_deg=nothing, sigma_m=nothing, source=nothing.astype(np.int8),
        sources=tuple(sources),
    )  # fmt: skip
