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
    MAX_NAME_CHARS,
    MAX_SPEED_MPS,
    MAX_TURN_DPS,
    MIN_ALT_M,
    Flags,
    Floats,
    Rows,
    Times,
)

Numbers: TypeAlias = npt.NDArray[np.signedinteger]


def take(
    rows: Rows, names: Sequence[str], craft: Numbers, time_us: Times, lat_deg: Floats, lon_deg: Floats, *,
    speed_mps: Floats, course_deg: Floats, sigma_m: Floats, sources: Sequence[str], source: Numbers,
    alt_m: Floats | None = None, climb_mps: Floats | None = None, turn_dps: Floats | None = None,
    ground: Flags | None = None,
) -> None:  # fmt: skip
    """Take columns in, and count the rows and values that cannot be; `craft` and `source` index the two tables."""
    usable = np.array([bool(name) and len(name) <= MAX_NAME_CHARS and name.isprintable() for name in names], np.bool_)
    kept = np.ones(len(time_us), np.bool_)
    with np.errstate(invalid="ignore"):
        for cause, bad in (
            ("no usable name", ~usable[craft]),
            ("time out of range", (time_us < FIRST_TIME_US) | (time_us >= LAST_TIME_US)),
            ("position not available", (lat_deg == 91.0) | (lon_deg == 181.0)),  # ITU-R M.1371
            ("position out of range", ~((np.abs(lat_deg) <= 90.0) & (np.abs(lon_deg) <= 180.0))),
            ("position error out of range", ~((sigma_m > 0.0) & (sigma_m < np.inf))),
        ):
            if count := int(np.count_nonzero(bad & kept)):
                rows.refuse(cause, count)
                kept &= ~bad
    unknown = np.full(len(time_us), np.nan)
    believed = [
        _believed(rows, what, unknown if values is None else values, least, most, kept)
        for what, values, least, most in (
            ("speed", speed_mps, 0.0, MAX_SPEED_MPS),
            ("course", course_deg, 0.0, np.nextafter(360.0, 0.0)),
            ("height", alt_m, MIN_ALT_M, MAX_ALT_M),
            ("climb", climb_mps, -MAX_CLIMB_MPS, MAX_CLIMB_MPS),
            ("turn", turn_dps, -MAX_TURN_DPS, MAX_TURN_DPS),
        )
    ]
    on_ground = np.zeros(len(time_us), np.bool_) if ground is None else ground
    whole = np.stack([craft, time_us, source, on_ground], axis=1, dtype=np.int64)
    real = np.stack([lat_deg, lon_deg, believed[0], believed[1], sigma_m, *believed[2:]], axis=1)
    rows.extend(names, sources, whole[kept], real[kept])


def _believed(rows: Rows, what: str, values: Floats, least: float, most: float, kept: Flags) -> Floats:
    """Return the values, those that cannot be replaced by not known and counted."""
    wrong = (values < least) | (values > most)
    if count := int(np.count_nonzero(wrong & kept)):
        rows.doubt(f"{what} out of range", count)
        return np.where(wrong, np.nan, values)
    return values
