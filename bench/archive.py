"""How fast encounters come out of archives, Parquet in, beside SQL engines, a tree and libraries of tracks, in one run.

    python -m bench archive [--only meetings|approaches]

The archives are made (seeded): two thirds of the ships lie round ports of the whole world, nearly half are stopped.
Each method reads the same files and gives out the same kind of rows; each rival runs in its own environment.
"""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.frame import Options, Report, Spread, versions, work_folder
from bench.leash import Leash
from bench.rivals.environment import Environment
from searoom.encounters import approaches, meetings
from searoom.tracks.fixes import Fixes, Floats
from searoom.tracks.ranges import filled, unknown

Key = TypeVar("Key")
RIVALS, OLD = Environment("archive"), Environment("traffic")
PATIENCE_S = 900.0
US = 1_000_000
RADIUS_M, MAX_GAP_S = 926.0, 900.0  # of approaches: half a nautical mile
FEW = 100  # up to so many ships all lie round one port: some rivals want one map projection for all
START_US = 1_700_000_400 * US  # a whole step of ten minutes


@dataclass(frozen=True, slots=True)
class Archive:
    """Files in time order, how many fixes they hold, and the time after and until which each has its own."""

    files: tuple[Path, ...]
    fixes: int
    cuts_us: tuple[int, ...]


def _ships(n: int, chance: np.random.Generator) -> tuple[Floats, Floats, Floats, Floats]:
    """Return latitude, longitude and drift of each (degrees a second)."""
    ports = max(1, n // 500)
    lat, lon = chance.uniform(-50.0, 60.0, ports), chance.uniform(-180.0, 180.0, ports)
    at, near = chance.integers(0, ports, n), chance.random(n) < (0.65 if n > FEW else 1.0)
    lat = np.where(near, lat[at] + chance.normal(0.0, 0.1, n), chance.uniform(-50.0, 60.0, n))
    lon = np.where(near, lon[at] + chance.normal(0.0, 0.1, n), chance.uniform(-180.0, 180.0, n))
    speed = np.where(chance.random(n) < 0.45, 0.0, chance.gamma(4.0, 1.5, n).clip(0.5, 20.0)) / 111_000.0
    course = chance.uniform(0.0, 2.0 * np.pi, n)
    return lat, lon, speed * np.cos(course), speed * np.sin(course)


def made(folder: Path, n: int, seconds: Callable[[np.random.Generator], Floats], parts: int) -> Archive:
    """Write an archive of n ships, each at its own `seconds`; it turns back after an hour, so it stays where it is."""
    chance = np.random.default_rng(40)
    lat, lon, north, east = _ships(n, chance)
    times = [seconds(chance) for _ in range(n)]
    ship = np.repeat(np.arange(n), [len(each) for each in times])
    time_s = np.concatenate(times)
    away = np.abs((time_s + 1800.0) % 3600.0 - 1800.0)
    time_us = START_US + (time_s * US).astype(np.int64)
    order = np.lexsort((ship, time_us))
    names = pa.array([f"{200_000_000 + number}" for number in range(n)])
    table = pa.table(
        {
            "craft": pa.DictionaryArray.from_arrays(pa.array(ship[order].astype(np.int32)), names),
            "time_us": time_us[order],
            "lat": (lat[ship] + north[ship] * away)[order],
            "lon": ((lon[ship] + east[ship] * away + 180.0) % 360.0 - 180.0)[order],
        }
    )
    cuts = np.linspace(int(time_us.min()) - 1, int(time_us.max()), parts + 1).astype(np.int64)
    rows = np.searchsorted(time_us[order], cuts, side="right")
    files = []
    for part, (first, last) in enumerate(itertools.pairwise(rows.tolist())):
        files.append(folder / f"part-{part:03}.parquet")
        pq.write_table(table.slice(first, last - first), files[-1])
    return Archive(tuple(files), len(order), tuple(cuts.tolist()))


def stamps(hours: int) -> Callable[[np.random.Generator], Floats]:
    """Return the times of a ship at whole steps of ten minutes, one in ten missing."""
    every = np.arange(0.0, hours * 3600.0, 600.0)
    return lambda chance: np.asarray(every[chance.random(len(every)) < 0.9])


def irregular(hours: int) -> Callable[[np.random.Generator], Floats]:
    """Return irregular times of a ship, one report a minute on the average."""
    return lambda chance: np.sort(chance.uniform(0.0, hours * 3600.0, hours * 60))


def read(path: Path) -> Fixes:
    """Return the fixes of a file."""
    return _fixes(pq.read_table(path))


def _fixes(table: pa.Table) -> Fixes:
    table = table.unify_dictionaries().combine_chunks()
    craft = table["craft"].chunk(0)
    nothing = unknown(len(table))
    return Fixes(
        names=tuple(craft.dictionary.to_pylist()), craft=craft.indices.to_numpy(),
        time_us=table["time_us"].to_numpy(), lat_deg=table["lat"].to_numpy(), lon_deg=table["lon"].to_numpy(),
        speed_mps=nothing, course_deg=nothing, sigma_m=filled(len(table), 1.0), source=np.zeros(len(table), np.int8),
        sources=("AIS",),
    )  # fmt: skip


def our_meetings(archive: Archive) -> int:
    """Return the number of meetings of two hours and more; the next file is read while one is searched."""
    edges, parts = itertools.pairwise(archive.cuts_us), []
    with ThreadPoolExecutor(1) as reader:
        for fixes, (after, until) in zip(_ahead(reader, read, archive.files), edges, strict=True):
            parts.append(meetings.meetings(fixes, after_us=after, until_us=until))
    chained = meetings.chain(parts)
    lasts = chained.last_us - chained.first_us
    return int(np.count_nonzero(lasts >= chained.at_least_us))


def our_approaches(archive: Archive) -> int:
    """Return the number of pairs that came within the radius; each part is read with the edges of its neighbours."""
    parts, halo = [], round(MAX_GAP_S * US)
    windows = list(itertools.pairwise(archive.cuts_us))

    def edged(window: tuple[int, int]) -> Fixes:
        wanted = (pc.field("time_us") > window[0] - halo) & (pc.field("time_us") <= window[1] + halo)
        return _fixes(pq.read_table(archive.files[0].parent, filters=wanted))

    with ThreadPoolExecutor(1) as reader:
        for fixes, (after, until) in zip(_ahead(reader, edged, windows), windows, strict=True):
            parts.append(
                approaches.approaches(fixes, radius_m=RADIUS_M, max_gap_s=MAX_GAP_S, after_us=after, until_us=until)
            )
    rows = approaches.chain(parts)
    return len(np.unique(rows.a.astype(np.int64) * len(rows.names) + rows.b))


def _ahead(reader: ThreadPoolExecutor, get: Callable[[Key], Fixes], keys: Sequence[Key]) -> Iterator[Fixes]:
    """Yield the fixes of each key; the next are read meanwhile."""
    coming = reader.submit(get, keys[0])
    for key in keys[1:]:
        fixes, coming = coming.result(), reader.submit(get, key)
        yield fixes
    yield coming.result()


def measured(method: Callable[[Archive], int], archive: Archive, repeats: int) -> tuple[Spread, int]:
    """Return seconds and what was found; the first time, which may compile, is not counted."""
    found, seconds = method(archive), []
    for _ in range(repeats):
        begun = time.perf_counter()
        found = method(archive)
        seconds.append(time.perf_counter() - begun)
    return Spread.of(seconds), found


def rival(environment: Environment, method: str, archive: Archive, repeats: int, leash: Leash) -> tuple[Spread, int]:
    """Return the same of a rival, in a process of its own; `RuntimeError` with its last words where it fails."""
    command = [environment.python, "-m", f"bench.rivals.{method}", archive.files[0].parent, str(repeats)]
    answer = leash.answer(method, command, PATIENCE_S)
    return Spread.of(answer["seconds"]), int(answer["found"])


SUBJECTS = {
    "meetings": (our_meetings, stamps, (5_000, 50_000), {
        "archive_duckdb": (RIVALS, 50_000), "archive_polars": (RIVALS, 50_000), "archive_tree": (RIVALS, 50_000),
    }),
    "approaches": (our_approaches, irregular, (60, 5_000, 50_000), {
        "archive_duckdb_legs": (RIVALS, 5_000), "archive_pymeos": (RIVALS, 60), "archive_traffic": (OLD, 60),
    }),
}  # fmt: skip
HOURS = {"meetings": 24, "approaches": 3}
PARTS = {"meetings": 6, "approaches": 2}  # files; a part of approaches is read with its neighbours' edges


def _row(report: Report, kind: str, n: int, options: Options) -> None:
    ours, seconds, _, rivals = SUBJECTS[kind]
    with work_folder() as folder, Leash(folder) as leash:
        data = folder / "archive"
        data.mkdir()
        archive = made(data, n, seconds(HOURS[kind]), PARTS[kind])
        took, found = measured(ours, archive, max(3, options.runs))
        report.row(kind, f"{n:,}", f"{archive.fixes:,}", "Searoom", f"{found:,}", took.text("s", 3),
                   f"{archive.fixes / took.median / 1e6:,.2f}", "")  # fmt: skip
        for method, (environment, most) in rivals.items():
            if n > most:
                continue
            try:
                theirs, count = rival(environment, method, archive, options.runs if n <= 5_000 else 1, leash)
            except (RuntimeError, OSError) as error:
                report.say(f"- {method} was not measured on {n:,}: {error}")
                continue
            rate, ratio = archive.fixes / theirs.median / 1e6, theirs.median / took.median
            report.row("", "", "", method.removeprefix("archive_"), f"{count:,}", theirs.text("s", 3), f"{rate:,.4f}",
                       f"{ratio:,.0f}")  # fmt: skip


def main(options: Options) -> None:
    """Run all of it and write bench/results-archive.md."""
    report = Report(
        "archive", "Benchmark: encounters from archives", options, used=versions("numpy", "numba", "pyarrow")
    )
    for environment in (RIVALS, OLD):
        for line in environment.set_up():
            report.say(f"- Not here: {line}.")
    report.say("meetings: within 500 m for two hours and more, from fixes at common stamps. approaches: pairs within")
    report.say("half a nautical mile, from raw irregular fixes. Reading the Parquet files is included, on all cores.")
    report.say("The encounter pipeline of Global Fishing Watch cannot be had as a package, so it is not here.")
    report.table("", "ships", "fixes", "method", "found", "time", "million fixes/s", "times slower")
    for kind, (_, _, sizes, _) in SUBJECTS.items():
        if options.only and kind not in options.only:
            continue
        for n in sizes[:1] if options.quick else sizes:
            _row(report, kind, n, options)
    report.save()
