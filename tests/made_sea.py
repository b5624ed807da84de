"""A sea for tests: craft as a console holds them, made from the bytes that a node's desk sends."""

import json

import numpy as np

from searoom.console.craft import ORDER, HeldSea

NOW_US = 1_780_000_000_000_000
KINDS = {"ids": "<i8", "time_us": "<i8", "source": "<i1", "flying": "|b1", "lat_deg": "<f8", "lon_deg": "<f8"}
STILL = {
    "time_us": NOW_US,
    "speed_mps": 5.0,
    "course_deg": 90.0,
    "alt_m": np.nan,
    "sigma_m": 10.0,
    "source": 0,
    "flying": False,
}
PAIR = {
    "a": "A", "b": "B", "grade": "warn", "geometry": "crossing", "colregs": "", "answered": False,
    "from_a": [125.0, 30.0], "from_b": [125.1, 30.0], "cpa_a": [125.02, 30.01], "cpa_b": [125.03, 30.01],
    "range_m": 9600, "range_error_m": 40, "cpa_m": 960, "cpa_error_m": 120, "cpa_us": NOW_US + 600_000_000,
    "height_m": None,
}  # fmt: skip


def reply(
    rows,
    *,
    number=1,
    whole=True,
    gone=(),
    pairs=(),
    units=None,
    labels=None,
    own=("A", "amber"),
    sources=("AIS", "RADAR", "SIGHTED"),
):
    """Return what a desk says of rows of (id, name, lon, lat, more)."""
    full = [
        {**STILL, "ids": id_, "lon_deg": lon, "lat_deg": lat, **(more[0] if more else {})}
        for id_, _, lon, lat, *more in rows
    ]
    told = {
        "names": [row[1] for row in rows], "sources": sources, "labels": labels or {}, "units": units or {},
        "own": own, "pairs": pairs, "sightings": [], "blind": {},
    }  # fmt: skip
    columns = {name: np.array([row[name] for row in full], KINDS.get(name, "<f4")).tobytes() for name in ORDER}
    return {
        "number": number,
        "whole": whole,
        "gone": list(gone),
        "columns": columns,
        "told": json.dumps(told).encode(),
        "now_us": NOW_US,
    }


def sea(*rows, **more):
    """Return a sea with these craft."""
    held = HeldSea()
    held.take(reply(rows, **more))
    return held
