"""PyMEOS: the nearest approach distance of two moving geographic points, asked of every pair of tracks."""

import itertools
from datetime import UTC, datetime, timedelta

import pyarrow.parquet as pq
from pymeos import TGeogPointSeq, pymeos_initialize

from bench.rivals.archived import LEG_RADIUS_M, run

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def pairs(folder: str) -> int:
    """Return how many pairs come within the radius."""
    tracks: dict[str, list[str]] = {}
    for row in pq.read_table(folder).to_pylist():
        moment = (EPOCH + timedelta(microseconds=row["time_us"])).isoformat()
        tracks.setdefault(row["craft"], []).append(f"POINT({row['lon']} {row['lat']})@{moment}")
    moving = [TGeogPointSeq(string=f"[{', '.join(instants)}]") for instants in tracks.values()]
    near = (one.nearest_approach_distance(other) for one, other in itertools.combinations(moving, 2))
    return sum(metres is not None and metres <= LEG_RADIUS_M for metres in near)


if __name__ == "__main__":
    pymeos_initialize()
    run(pairs)
