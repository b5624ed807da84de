"""Whole columns of foreign rows into `Rows`: judged as `Rows.add` judges one row, all at once, with the same counts."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from searoom.tracks.fixes import (
    FIRST_TIME_US,
    LAST_TIME_US,
    MAX_ALT_M,
    MAX_CLIMB_MPS,
    MAX_SPEED_MPS,
    MAX_TURN_DPS,
    MIN_ALT_M,
    Flags,
    Floats,
    Rows,
    Times,
    nameable,
)
from searoom.tracks.ranges import unknown

Numbers: TypeAlias = npt.NDArray[np.signedinteger]


def take(
    rows: Rows, names: Sequence[str], craft: Numbers, time_us: Times, lat_deg: Floats, lon_deg: Floats, *,
    speed_mps: Floats, course_deg: Floats, sigma_m: Floats, sources: Sequence[str], source: Numbers,
    alt_m: Floats | None = None, climb_mps: Floats | None = None, turn_dps: Floats | None = None,
    ground: Flags | None = None,
) -> None:  # fmt: skip
    """Take columns in, and count the rows and values that cannot be; `craft` and `source` index the two tables."""
    kept, believed = judge(
        rows.refused, rows.doubtful, names, craft, time_us, lat_deg, lon_deg, speed_mps=speed_mps,
        course_deg=course_deg, sigma_m=sigma_m, sources=sources, source=source, alt_m=alt_m,
        climb_mps=climb_mps, turn_dps=turn_dps,
    )  # fmt: skip
    on_ground = np.zeros(len(time_us), np.bool_) if ground is None else ground
    whole = np.stack([craft, time_us, source, on_ground], axis=1, dtype=np.int64)
    nothing = unknown(len(time_us))
    speed, course, *others = (nothing if values is None else values for values in believed)
    real = np.stack([lat_deg, lon_deg, speed, course, sigma_m, *others], axis=1)
    rows.extend(names, sources, whole[kept], real[kept])


def judge(
    refused: dict[str, int], doubtful: dict[str, int], names: Sequence[str], craft: Numbers, time_us: Times,
    lat_deg: Floats, lon_deg: Floats, *, speed_mps: Floats, course_deg: Floats, sigma_m: Floats,
    sources: Sequence[str], source: Numbers, alt_m: Floats | None, climb_mps: Floats | None, turn_dps: Floats | None,
) -> tuple[Flags, tuple[Floats | None, ...]]:  # fmt: skip
    """Return which rows can be fixes, and speed, course, height, climb and turn as far as they can be believed.

    What is not known of any row may be None, and stays so. What cannot be is counted in `refused` (rows) and
    `doubtful` (values), by cause.
    """
    usable = np.array([nameable(name) for name in names], np.bool_)
    known = np.array([nameable(name) for name in sources], np.bool_)
    kept = np.ones(len(time_us), np.bool_)
    with np.errstate(invalid="ignore"):
        for cause, bad in (
            ("no usable name", ~usable[craft]),
            ("time out of range", (time_us < FIRST_TIME_US) | (time_us >= LAST_TIME_US)),
            ("position not available", (lat_deg == 91.0) | (lon_deg == 181.0)),  # ITU-R M.1371
            ("position out of range", ~((np.abs(lat_deg) <= 90.0) & (np.abs(lon_deg) <= 180.0))),
            ("position error out of range", ~((sigma_m > 0.0) & (sigma_m < np.inf))),
            ("no usable source", ~known[source]),
        ):
            if count := int(np.count_nonzero(bad & kept)):
                refused[cause] = refused.get(cause, 0) + count
                kept &= ~bad
    return kept, tuple(
        None if values is None else _believed(doubtful, what, values, least, most, kept)
        for what, values, least, most in (
            ("speed", speed_mps, 0.0, MAX_SPEED_MPS),
            ("course", course_deg, 0.0, np.nextafter(360.0, 0.0)),
            ("height", alt_m, MIN_ALT_M, MAX_ALT_M),
            ("climb", climb_mps, -MAX_CLIMB_MPS, MAX_CLIMB_MPS),
            ("turn", turn_dps, -MAX_TURN_DPS, MAX_TURN_DPS),
        )
    )


def _believed(doubtful: dict[str, int], what: str, values: Floats, least: float, most: float, kept: Flags) -> Floats:
    """Return the values, those that cannot be replaced by not known and counted."""
    wrong = (values < least) | (values > most)
    if count := int(np.count_nonzero(wrong & kept)):
        doubtful[f"{what} out of range"] = doubtful.get(f"{what} out of range", 0) + count
        return np.where(wrong, np.nan, values)
    return values
