"""Archives larger than memory: how much memory a screening takes at the most, at two sizes of the same sea.

    python -m bench larger [--entries 10000000 --entries 50000000] [--only approaches]

A made archive (100,000 ships that report once a minute, in no common rhythm, in Parquet as an agency publishes it) is
written piece by piece, and `searoom screen` is run on it as anybody would, from a process of its own. Memory is flat if
the larger archive takes no more than the smaller one. The ships are made: their number is that of the planet, their
places are not.
"""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.frame import Options, Report, Spread, versions, work_folder
from bench.memory import MemoryWatch

SIZES = (10_000_000, 50_000_000)
QUICK_SIZES = (20_000, 60_000)
SHIPS, QUICK_SHIPS = 100_000, 500
MINUTE_US = 60_000_000
START = np.datetime64("2022-01-03T00:00:00", "us")
FINDS = ("approaches", "meetings")
FIX_BYTES = 77  # of one fix as columns: what memory would have to hold of the whole archive, at the least
GIB = 2**30


def write(path: Path, fixes: int, ships: int) -> None:
    """Write a made archive, a minute of the sea at a time."""
    rng = np.random.default_rng(4)
    lat, lon = rng.uniform(-60.0, 60.0, ships), rng.uniform(-180.0, 180.0, ships)
    speed, course = rng.choice([0.0, 6.0, 12.0, 18.0], ships), rng.uniform(0.0, 360.0, ships)
    step = speed / 60.0 / 60.0  # degrees a minute
    names = pa.array([f"{200_000_000 + ship}" for ship in range(ships)])
    writer = None
    for minute in range(max(fixes // ships, 1)):
        lat += step * np.cos(np.radians(course))
        lon = (lon + step * np.sin(np.radians(course)) / np.cos(np.radians(lat)) + 180.0) % 360.0 - 180.0
        course = np.where(np.abs(lat) > 65.0, 180.0 - course, course) % 360.0
        ship = rng.permutation(ships)
        times = minute * MINUTE_US + np.sort(rng.integers(0, 60, ships)) * 1_000_000
        table = pa.table({
            "MMSI": pa.DictionaryArray.from_arrays(pa.array(ship.astype(np.int32)), names),
            "BaseDateTime": START + times.astype("m8[us]"), "LAT": np.clip(lat, -90.0, 90.0)[ship], "LON": lon[ship],
            "SOG": speed[ship], "COG": course[ship],
        })  # fmt: skip
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def screened(path: Path, find: str, part_rows: int) -> tuple[float, int, str]:
    """Screen an archive in a process of its own; return seconds, the most bytes that it held, and what it said."""
    words = [sys.executable, "-m", "searoom", "screen", str(path), "--find", find, "--part-rows", str(part_rows)]
    started = time.monotonic()
    process = subprocess.Popen([*words, "--out", str(path.with_suffix(".csv"))], stderr=subprocess.PIPE, text=True)
    with MemoryWatch(process.pid) as watch:
        _, said = process.communicate()
    if process.returncode not in (0, 1):
        raise RuntimeError(said)
    return time.monotonic() - started, watch.largest, said.strip().splitlines()[-1].split(": ")[-1]


def main(options: Options) -> None:
    """Write each archive, screen it, and say what it took."""
    used = versions("numpy", "pyarrow", *(["numba"] if not options.quick else []))
    report = Report("larger", "Benchmark: archives larger than memory", options, used=used)
    sizes = options.entries or (QUICK_SIZES if options.quick else SIZES)
    ships, part_rows = (QUICK_SHIPS, 5_000) if options.quick else (SHIPS, 2_000_000)
    report.say(f"{ships:,} made ships, a report a minute each; parts of {part_rows:,} fixes; one process.")
    report.table("find", "fixes", "as columns", "on disk", "most memory", "seconds", "fixes/s", "found")
    for fixes in sizes:
        with work_folder() as folder:
            path = folder / "archive.parquet"
            write(path, fixes, ships)
            for find in options.only or FINDS:
                runs = [screened(path, find, part_rows) for _ in range(options.runs)]
                seconds = Spread.of([run[0] for run in runs])
                report.row(
                    find, f"{fixes:,}", f"{fixes * FIX_BYTES / GIB:.2f} GiB", f"{path.stat().st_size / GIB:.2f} GiB",
                    f"{max(run[1] for run in runs) / GIB:.2f} GiB", seconds.text(), f"{fixes / seconds.median:,.0f}",
                    runs[0][2],
                )  # fmt: skip
    report.save()
