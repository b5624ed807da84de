"""Realised closest approaches in an archive: which craft came near each other, when, how near and for how long.

    from searoom.encounters import approaches
    found = approaches.approaches(fixes, radius_m=926.0, max_gap_s=600.0)

Raw, irregular fixes are enough: from fix to fix a craft is taken to go straight. A row is one pair and one stretch of
time in which the two stayed within the radius. An archive is read in parts of time: `approaches` is asked for
the time (after, until] of each, with the fixes of a `max_gap_s` more at both ends, and `chain` joins the rows
over the cuts. The rows are the same however it was cut.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from searoom.compiling import COMPILED
from searoom.encounters import approaches_compiled, approaches_plain
from searoom.encounters.approaches_legs import US, Legs, Near, degrees
from searoom.encounters.approaches_rows import Rows, joined, named, together
from searoom.errors import NotAllowed
from searoom.tracks.fixes import FIRST_TIME_US, LAST_TIME_US, Fixes, Flags, Floats, Indices, Times

MIN, MAX = FIRST_TIME_US - 1, LAST_TIME_US
JOIN_US = US  # stretches less than this apart are one: at the end of a leg the distance is known to a second or so
Names = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Approaches:
    """n stretches of time in which two craft were within the radius, in order of their beginning, then of names.

    `names` is sorted; `a` and `b` (int32, a < b) index it. The other columns, of shape (n,): `time_us`, `cpa_m`
    (to the millimetre) and `relative_mps` at the closest instant, the places of both at it, and the first and last
    instant within the radius. `after_us` and `until_us` bound the time that was asked for.
    `left_out` counts what could not be joined to a leg, by cause.
    """

    names: tuple[str, ...]
    a: Names
    b: Names
    time_us: Times
    cpa_m: Floats
    relative_mps: Floats
    a_lat_deg: Floats
    a_lon_deg: Floats
    b_lat_deg: Floats
    b_lon_deg: Floats
    first_us: Times
    last_us: Times
    after_us: int = MIN
    until_us: int = MAX
    max_gap_us: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.a)

    @property
    def open_start(self) -> Flags:
        """Which rows may have begun before the time that was asked for."""
        return self.first_us <= min(self.after_us + self.max_gap_us + JOIN_US, MAX) if self.after_us > MIN else self._no

    @property
    def open_end(self) -> Flags:
        """Which rows may go on after it; every other row is complete, whatever part comes next."""
        return self.last_us > self.until_us - JOIN_US if self.until_us < MAX else self._no

    @property
    def _no(self) -> Flags:
        return np.zeros(len(self), np.bool_)

    def take(self, chosen: Flags | Indices | slice) -> "Approaches":
        """Return the chosen rows; the table of names shrinks to those who are left."""
        return _of(
            {name: getattr(self, name)[chosen] for name in COLUMNS}, self.names, after_us=self.after_us,
            until_us=self.until_us, max_gap_us=self.max_gap_us, left_out=self.left_out,
        )  # fmt: skip


COLUMNS = (
    "a", "b", "time_us", "cpa_m", "relative_mps", "a_lat_deg", "a_lon_deg", "b_lat_deg", "b_lon_deg", "first_us",
    "last_us",
)  # fmt: skip


def approaches(
    fixes: Fixes, *, radius_m: float, max_gap_s: float, after_us: int = MIN, until_us: int = MAX,
    still_mps: float = 0.0,
) -> Approaches:  # fmt: skip
    """Return who came within `radius_m` of whom, in stretches that began in the time (after, until].

    `fixes` should hold `max_gap_s` more than that time at both ends; over a longer silence no leg is drawn. Two
    craft that both make less than `still_mps` are not compared (moored, anchored): 0 compares all.
    `NotAllowed` where a limit is no positive number.
    """
    _check(radius_m, max_gap_s, still_mps)
    find = approaches_compiled.near if COMPILED else approaches_plain.near
    drawn, near, left_out = find(
        fixes, radius_m=radius_m, max_gap_s=max_gap_s, after_us=after_us, until_us=until_us, still_mps=still_mps
    )
    return _of(
        joined(_columns(drawn, near), JOIN_US), sorted(fixes.names), after_us=after_us, until_us=until_us,
        max_gap_us=round(max_gap_s * US), left_out=left_out,
    )  # fmt: skip


def chain(parts: Sequence[Approaches]) -> Approaches:
    """Return the rows of several parts of time as one: what a cut divided is joined again, what came twice is once."""
    names, rows, left_out = together(parts, COLUMNS)
    return _of(
        joined(rows, JOIN_US), names, after_us=min(part.after_us for part in parts),
        until_us=max(part.until_us for part in parts), max_gap_us=max(part.max_gap_us for part in parts),
        left_out=left_out,
    )  # fmt: skip


def _of(rows: Rows, names: Sequence[str], **asked: Any) -> Approaches:
    names, rows = named(rows, names)
    return Approaches(names=names, **rows, **asked)


def _check(radius_m: float, max_gap_s: float, still_mps: float) -> None:
    for what, value in (("radius", radius_m), ("longest gap", max_gap_s)):
        if not 0.0 < value < 1e7:
            raise NotAllowed(f"the {what} is {value}, which is no positive number in range")
    if not 0.0 <= still_mps < 1e7:
        raise NotAllowed(f"the speed of what stands still is {still_mps}, which cannot be")


def _columns(drawn: Legs, near: Near) -> Rows:
    """Return the rows of pairs of legs, with all that is told of their closest instant."""
    a_lat, a_lon = degrees(drawn.at(near.leg_a, near.time_us))
    b_lat, b_lon = degrees(drawn.at(near.leg_b, near.time_us))
    lasts = (drawn.end_us - drawn.begin_us)[:, None] / US
    drift = drawn.step_m[near.leg_b] / lasts[near.leg_b] - drawn.step_m[near.leg_a] / lasts[near.leg_a]
    return {
        "a": drawn.craft[near.leg_a], "b": drawn.craft[near.leg_b], "time_us": near.time_us, "cpa_m": near.cpa_m,
        "relative_mps": np.linalg.norm(drift, axis=1), "a_lat_deg": a_lat, "a_lon_deg": a_lon, "b_lat_deg": b_lat,
        "b_lon_deg": b_lon, "first_us": near.first_us, "last_us": near.last_us,
    }  # fmt: skip
