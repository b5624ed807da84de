"""An archive made for tests: ships on a small sea for some hours, reported now and then, as an agency's files have it."""

import os
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from searoom.archive import working

START = np.datetime64("2022-01-03T00:00:00", "us")


def reports(ships=60, minutes=300, seed=1):
    """Return a table of raw reports in order of time: every ship about once a minute, not at common times."""
    rng = np.random.default_rng(seed)
    lat, lon = rng.uniform(34.0, 34.4, ships), rng.uniform(139.0, 139.4, ships)
    speed, course = rng.choice([0.0, 4.0, 12.0], ships), rng.uniform(0.0, 360.0, ships)
    seconds = np.sort(rng.integers(0, minutes * 60, ships * minutes))
    ship = rng.integers(0, ships, len(seconds))
    made = speed[ship] * 1852.0 / 3600.0 * seconds / 111_120.0
    north, east = made * np.cos(np.radians(course[ship])), made * np.sin(np.radians(course[ship])) / 0.83
    return pa.table({
        "MMSI": pa.array([f"{200_000_000 + one}" for one in ship]),
        "BaseDateTime": START + seconds.astype("m8[s]"),
        "LAT": lat[ship] + np.abs((north + 0.2) % 0.8 - 0.4),
        "LON": lon[ship] + np.abs((east + 0.2) % 0.8 - 0.4),
        "SOG": speed[ship],
        "COG": course[ship],
        "VesselName": pa.array([f"SHIP {one}" for one in ship]),
    })  # fmt: skip


def written(path, table, group_rows=1_000):
    """Write a table as Parquet and return the path as text."""
    pq.write_table(table, path, row_group_size=group_rows)
    return str(path)


def as_csv(path, table):
    """Write a table as the agency's csv and return the path as text."""
    frame = table.to_pandas()
    frame["BaseDateTime"] = frame["BaseDateTime"].dt.strftime("%Y-%m-%dT%H:%M:%S")
    frame.to_csv(path, index=False)
    return str(path)


def gated(task):
    """Do a task; the first time that part 2 is met, wait for ever: whoever waits for that kills the process.

    A function of a module, so that a worker finds it by its name. The gate is a file whose name stands in the path.
    """
    gate = Path(os.environ["SEAROOM_TEST_GATE"])
    if task.part.number == 2 and not gate.exists():
        gate.with_suffix(".part").write_text(str(os.getpid()))
        gate.with_suffix(".part").replace(gate)
        time.sleep(600.0)
    return working.work(task)
