"""Meetings in an archive: which craft stayed close to each other for hours, from fixes at common stamps.

    from searoom.encounters import meetings
    found = meetings.meetings(meetings.resampled(fixes, step_s=600, max_gap_s=3600), radius_m=500, at_least_s=7200)

The definition is that of Global Fishing Watch's encounters (Miller and others, Frontiers in Marine Science 5:240,
2018): two vessels within 500 m of each other for two hours and more, by positions brought to common instants ten
minutes apart. What they ask besides, slow and 10 km off an anchorage, is for whoever reads the rows.
An archive is read in parts of time: `chain` joins the rows over the cuts, and they are the same however it was cut.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from searoom.compiling import COMPILED
from searoom.encounters import meetings_plain, meetings_rows
from searoom.encounters.approaches_legs import US, by_name, degrees, legs
from searoom.encounters.approaches_rows import Rows, joined, named, together
from searoom.errors import NotAllowed
from searoom.tracks.fixes import FIRST_TIME_US, LAST_TIME_US, Fixes, Flags, Floats, Indices, Times
from searoom.tracks.ranges import unknown

MIN, MAX = FIRST_TIME_US - 1, LAST_TIME_US
RADIUS_M, AT_LEAST_S, STEP_S, MAX_GAP_S = 500.0, 7_200.0, 600.0, 1_200.0


@dataclass(frozen=True, slots=True, eq=False)
class Meetings:
    """n meetings, in order of their beginning, then of names.

    `names` is sorted; `a` and `b` (int32, a < b) index it. The other columns, of shape (n,): the first and the last
    stamp at which the two were within the radius and at how many (`stamps`), and when and where they were nearest
    (`time_us`, `cpa_m` to the millimetre, the places of both). `after_us` and `until_us` bound the time asked for.
    """

    names: tuple[str, ...]
    a: npt.NDArray[np.int32]
    b: npt.NDArray[np.int32]
    first_us: Times
    last_us: Times
    stamps: npt.NDArray[np.int64]
    time_us: Times
    cpa_m: Floats
    a_lat_deg: Floats
    a_lon_deg: Floats
    b_lat_deg: Floats
    b_lon_deg: Floats
    after_us: int = MIN
    until_us: int = MAX
    max_gap_us: int = 0
    at_least_us: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.a)

    @property
    def open_start(self) -> Flags:
        """Which may have begun before the time that was asked for."""
        return (self.first_us - self.max_gap_us <= self.after_us) & (self.after_us > MIN)

    @property
    def open_end(self) -> Flags:
        """Which may go on after it; every other is complete, whatever part comes next."""
        return (self.last_us + self.max_gap_us > self.until_us) & (self.until_us < MAX)

    def take(self, chosen: Flags | Indices | slice) -> "Meetings":
        """Return the chosen rows; the table of names shrinks to those who are left."""
        return _of(
            {name: getattr(self, name)[chosen] for name in COLUMNS}, self.names, after_us=self.after_us,
            until_us=self.until_us, max_gap_us=self.max_gap_us, at_least_us=self.at_least_us, left_out=self.left_out,
        )  # fmt: skip


COLUMNS = (
    "a", "b", "first_us", "last_us", "stamps", "time_us", "cpa_m", "a_lat_deg", "a_lon_deg", "b_lat_deg", "b_lon_deg",
)  # fmt: skip


def meetings(
    fixes: Fixes, *, radius_m: float = RADIUS_M, at_least_s: float = AT_LEAST_S, step_s: float = STEP_S,
    max_gap_s: float = MAX_GAP_S, after_us: int = MIN, until_us: int = MAX,
) -> Meetings:  # fmt: skip
    """Return who stayed within `radius_m` of whom for `at_least_s`, at stamps in (after, until].

    Stamps are whole steps of `step_s`; where one of the two is missing or further off, the meeting goes on if they are
    together again within `max_gap_s`. Rows that touch the ends of the time are given whatever they last: `chain`
    decides. `NotAllowed` where a fix lies between stamps (see `resampled`) or a limit is no positive number.
    """
    _check(radius_m, at_least_s, step_s, max_gap_s)
    step = round(step_s * US)
    inside = slice(*np.searchsorted(fixes.time_us, [after_us, until_us], side="right").tolist())
    time_us = fixes.time_us[inside]
    if np.any(time_us[meetings_rows.begins(time_us)] % step):
        raise NotAllowed(f"a fix lies between the stamps of every {step_s:g} s", advice="Resample the fixes first.")
    craft = by_name(fixes.names).astype(np.int32)[fixes.craft[inside]]
    columns = (craft, time_us, fixes.lat_deg[inside], fixes.lon_deg[inside])
    gap_us, at_least_us = round(max_gap_s * US), round(at_least_s * US)
    if COMPILED:
        rows, left_out = meetings_rows.runs(*columns, radius_m=radius_m, gap_us=gap_us, at_least_us=at_least_us)
    else:
        rows, left_out = meetings_plain.runs(*columns, radius_m=radius_m)
    return _long_enough(_of(
        joined(rows, gap_us), sorted(fixes.names), after_us=after_us, until_us=until_us, max_gap_us=gap_us,
        at_least_us=at_least_us, left_out=left_out,
    ))  # fmt: skip


def chain(parts: Sequence[Meetings]) -> Meetings:
    """Return the rows of several parts of time, which do not overlap, as one; what a cut divided is joined again."""
    names, rows, left_out = together(parts, COLUMNS)
    gap_us = max(part.max_gap_us for part in parts)
    return _long_enough(_of(
        joined(rows, gap_us), names, after_us=min(part.after_us for part in parts),
        until_us=max(part.until_us for part in parts), max_gap_us=gap_us,
        at_least_us=max(part.at_least_us for part in parts), left_out=left_out,
    ))  # fmt: skip


def resampled(
    fixes: Fixes, *, step_s: float = STEP_S, max_gap_s: float, after_us: int = MIN, until_us: int = MAX,
    sigma_m: float = 10.0,
) -> Fixes:  # fmt: skip
    """Return where each craft was at whole steps of `step_s` in (after, until], on a straight way from fix to fix.

    Over a silence longer than `max_gap_s`, and over a jump that no craft makes, there is no position. `fixes` should
    hold `max_gap_s` more than that time at both ends. Speed and course are not known of them, their error is said to
    be `sigma_m`.
    """
    _check(1.0, 1.0, step_s, max(step_s, max_gap_s))
    step = round(step_s * US)
    drawn, _ = legs(fixes, max_gap_s=max_gap_s, after_us=after_us, until_us=until_us)
    stamp = -(-drawn.begin_us // step)
    follows = np.ones(len(stamp), np.bool_)  # a leg that ends on a stamp leaves it to the next one, if there is one
    follows[:-1] = (drawn.craft[1:] != drawn.craft[:-1]) | (drawn.begin_us[1:] != drawn.end_us[:-1])
    counts = np.maximum((drawn.end_us - ~follows) // step - stamp + 1, 0)
    leg = np.repeat(np.arange(len(counts)), counts)
    time = (stamp[leg] + np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)) * step
    inside = np.flatnonzero((time > after_us) & (time <= until_us))
    order = inside[np.argsort(time[inside], kind="stable")]
    lat, lon = degrees(drawn.at(leg[order], time[order]))
    nothing = unknown(len(order))
    return Fixes(
        names=tuple(sorted(fixes.names)), craft=drawn.craft[leg[order]], time_us=time[order], lat_deg=lat, lon_deg=lon,
        speed_mps=nothing, course_deg=nothing, sigma_m=np.full(len(order), sigma_m),
        source=np.zeros(len(order), np.int8), sources=("RESAMPLED",),
    )  # fmt: skip


def _check(radius_m: float, at_least_s: float, step_s: float, max_gap_s: float) -> None:
    limits = {"radius": radius_m, "least time": at_least_s, "step": step_s, "longest gap": max_gap_s}
    for what, value in limits.items():
        if not 0.0 < value < 1e7:
            raise NotAllowed(f"the {what} is {value}, which is no positive number in range")
    if max_gap_s < step_s:
        raise NotAllowed(f"a gap of {max_gap_s:g} s is shorter than the step of {step_s:g} s: no two stamps would join")


def _long_enough(rows: Meetings) -> Meetings:
    lasts = rows.last_us - rows.first_us
    return rows.take((lasts >= rows.at_least_us) | rows.open_start | rows.open_end)


def _of(rows: Rows, names: Sequence[str], **asked: Any) -> Meetings:
    names, rows = named(rows, names)
    return Meetings(names=names, **rows, **asked)
