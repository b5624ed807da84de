"""Fixes made for tests: craft on straight courses, reported at given times."""

import numpy as np

from geodesic_oracle import sail
from searoom.tracks.fixes import Fixes

KNOT = 1852.0 / 3600.0
START_US = 1_700_000_000_000_000
SECOND = 1_000_000


def fixes_of(rows, *, names=None, sigma_m=10.0, start_us=START_US):
    """Return fixes from rows (name, seconds, lat, lon, speed m/s, course), of aircraft with height m and climb m/s."""
    rows = sorted(rows, key=lambda row: row[1])
    names = names or tuple(dict.fromkeys(row[0] for row in rows))

    def column(place):
        return np.array([row[place] if place < len(row) else np.nan for row in rows], dtype=float)

    return Fixes(
        names=tuple(names), craft=np.array([names.index(row[0]) for row in rows], dtype=np.int32),
        time_us=(start_us + column(1) * SECOND).astype(np.int64), lat_deg=column(2), lon_deg=column(3),
        speed_mps=column(4), course_deg=column(5), sigma_m=np.full(len(rows), sigma_m),
        source=np.zeros(len(rows), dtype=np.int8), sources=("made",), alt_m=column(6), climb_mps=column(7),
    )  # fmt: skip


def track(name, lat, lon, speed, course, seconds):
    """Return rows of one craft on a geodesic, one a moment; the course told is the one it starts with."""
    n = len(seconds)
    lats, lons = sail(np.full(n, lat), np.full(n, lon), np.full(n, speed), np.full(n, course), np.array(seconds))
    return [
        (name, moment, float(la), float(lo), speed, course) for moment, la, lo in zip(seconds, lats, lons, strict=True)
    ]


def flight(name, lat, lon, speed, course, seconds, *, alt, climb=0.0):
    """Return rows of one aircraft, whose height changes steadily."""
    return [(*row, alt + climb * row[1], climb) for row in track(name, lat, lon, speed, course, seconds)]
