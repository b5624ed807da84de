"""What is looked for in an archive: realised closest approaches, or meetings; each a value that travels to a worker.

Nothing here knows how many processes work, nor where: a find is given the fixes of a part of time and returns rows.
Between parts the rows are tables, so that they can be kept on disk and sent on.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # it says no types

from searoom.encounters import approaches, meetings
from searoom.encounters.approaches import Approaches
from searoom.encounters.meetings import Meetings
from searoom.tracks.fixes import Fixes
from searoom.units import MICROSECONDS

Table: TypeAlias = Any  # a pyarrow.Table

OPEN = "open"  # a row that another part may have more of
_TOLD = b"searoom"
_ASKED = ("after_us", "until_us", "max_gap_us", "at_least_us")


class Find(Protocol):
    """What a screening asks of each part of time, and how the answers are joined."""

    @property
    def kind(self) -> str:
        """What the rows are called."""
        ...

    @property
    def reach_us(self) -> int:
        """How much time before and after a part its answer depends on."""
        ...

    def rows(self, fixes: Fixes, after_us: int, until_us: int) -> Table:
        """Return the rows of a part, from its fixes and those of `reach_us` round it."""
        ...

    def chained(self, parts: Sequence[Table]) -> Table:
        """Return the open rows of all parts as whole ones."""
        ...


@dataclass(frozen=True, slots=True)
class FindApproaches:
    """Pairs within `radius_m` of each other, for each stretch of time; see `encounters.approaches`."""

    radius_m: float = 926.0
    max_gap_s: float = 600.0
    still_mps: float = 0.0
    kind: str = "approaches"

    @property
    def reach_us(self) -> int:
        """A leg may begin and end so far outside."""
        return round(self.max_gap_s * MICROSECONDS)

    def rows(self, fixes: Fixes, after_us: int, until_us: int) -> Table:
        """Return the stretches that began in (after, until]."""
        return _table(
            approaches.approaches(
                fixes, radius_m=self.radius_m, max_gap_s=self.max_gap_s, after_us=after_us, until_us=until_us,
                still_mps=self.still_mps,
            )
        )  # fmt: skip

    def chained(self, parts: Sequence[Table]) -> Table:
        """Return what the cuts divided, joined again."""
        return _table(approaches.chain([_rows(Approaches, approaches.COLUMNS, part) for part in parts]))


@dataclass(frozen=True, slots=True)
class FindMeetings:
    """Pairs that stay within `radius_m` for `at_least_s`, at stamps every `step_s`; see `encounters.meetings`.

    Where the archive `stands` at such stamps already, its fixes are taken as they are; else they are resampled.
    """

    radius_m: float = meetings.RADIUS_M
    at_least_s: float = meetings.AT_LEAST_S
    step_s: float = meetings.STEP_S
    max_gap_s: float = meetings.MAX_GAP_S
    stands: bool = False
    kind: str = "meetings"

    @property
    def reach_us(self) -> int:
        """Fixes at stamps need nothing beside them."""
        return 0 if self.stands else round(self.max_gap_s * MICROSECONDS)

    def rows(self, fixes: Fixes, after_us: int, until_us: int) -> Table:
        """Return the meetings at stamps in (after, until]."""
        if not self.stands:
            fixes = meetings.resampled(
                fixes, step_s=self.step_s, max_gap_s=self.max_gap_s, after_us=after_us, until_us=until_us
            )  # fmt: skip
        return _table(
            meetings.meetings(
                fixes, radius_m=self.radius_m, at_least_s=self.at_least_s, step_s=self.step_s,
                max_gap_s=self.max_gap_s, after_us=after_us, until_us=until_us,
            )
        )  # fmt: skip

    def chained(self, parts: Sequence[Table]) -> Table:
        """Return the meetings that the cuts divided, joined again, as far as they last long enough."""
        return _table(meetings.chain([_rows(Meetings, meetings.COLUMNS, part) for part in parts]))


def _table(rows: Approaches | Meetings) -> Table:
    """Return rows as a table; what they say of the whole stands in its metadata."""
    columns = approaches.COLUMNS if isinstance(rows, Approaches) else meetings.COLUMNS
    names = np.array(rows.names, object)
    made = {name: pa.array(getattr(rows, name)) for name in columns if name not in ("a", "b")}
    sides = {side: pa.array(names[getattr(rows, side)], pa.string()) for side in ("a", "b")}
    told = {name: getattr(rows, name, 0) for name in _ASKED} | {"left_out": dict(rows.left_out)}
    table = pa.table({**sides, **made, OPEN: pa.array(rows.open_start | rows.open_end)})
    return table.replace_schema_metadata({_TOLD: json.dumps(told, sort_keys=True)})


def left_out(table: Table) -> dict[str, int]:
    """Return what of a part's fixes was not used, by cause."""
    found: dict[str, int] = json.loads(table.schema.metadata[_TOLD])["left_out"]
    return found


def _rows(kind: type[Any], columns: Sequence[str], table: Table) -> Any:
    """Return the open rows of a table as what made it."""
    told = json.loads(table.schema.metadata[_TOLD])
    table = table.filter(table.column(OPEN))
    sides = {side: np.array(table.column(side).to_pylist(), object) for side in ("a", "b")}
    names = tuple(sorted({*sides["a"].tolist(), *sides["b"].tolist()}))
    number = {name: place for place, name in enumerate(names)}
    made = {side: np.array([number[name] for name in told_names], np.int32) for side, told_names in sides.items()}
    values = {name: table.column(name).to_numpy() for name in columns if name not in ("a", "b")}
    known = {name: told[name] for name in _ASKED if name in kind.__dataclass_fields__}
    return kind(names=names, **made, **values, **known)
