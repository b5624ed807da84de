"""How fast a picture is screened, beside the naive way.

    python -m bench screen

The pictures are made (seeded), with the shape of a national AIS picture: two thirds of the craft lie
round ports, nearly half are stopped. Naive: every pair, in blocks, by the same formula in NumPy.
"""

import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from bench.frame import Options, Report, versions
from searoom.encounters import kernels, pairing
from searoom.encounters.detector import detect
from searoom.tracks import sources

RADIUS_M = 926.0
HORIZON_S = 1200.0
REPEATS = 5
NAIVE_REPEATS = 3
NAIVE_LIMIT = 5_000
SIZES = (1_000, 2_000, 5_000, 10_000, 50_000)
BLOCK = 200
ROOT = Path(__file__).parent
Result = TypeVar("Result")
STREAM = ROOT.parent / "tests" / "data" / "dma_stream_2010-06-11.txt"


def made_picture(n: int, seed: int = 20) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return latitude, longitude, speed and course of n craft, two thirds of them round n/150 ports."""
    chance = np.random.default_rng(seed)
    ports = max(4, n // 150)
    port_lat, port_lon = chance.uniform(24.0, 49.0, ports), chance.uniform(-130.0, -65.0, ports)
    at = chance.integers(0, ports, n)
    near_port = chance.random(n) < 0.65
    lat = np.where(near_port, port_lat[at] + chance.normal(0.0, 0.08, n), chance.uniform(24.0, 49.0, n))
    lon = np.where(near_port, port_lon[at] + chance.normal(0.0, 0.1, n), chance.uniform(-130.0, -65.0, n))
    speed = np.where(chance.random(n) < 0.45, 0.0, chance.gamma(4.0, 1.5, n).clip(0.5, 20.0))
    return lat, lon, speed, chance.uniform(0.0, 360.0, n)


def naive(craft: kernels.Motion, speed: np.ndarray) -> int:
    """Return how many pairs come within the radius, by comparing all of them."""
    n, found = len(speed), 0
    for start in range(0, n, BLOCK):
        a, b = np.meshgrid(np.arange(start, min(start + BLOCK, n)), np.arange(n), indexing="ij")
        kept = (a < b) & ((speed[a] > 0.0) | (speed[b] > 0.0))
        met = kernels.approach(craft, a[kept], b[kept])
        moment = np.clip(met.tcpa_s, 0.0, HORIZON_S)
        found += int((np.hypot(met.cpa_m, met.relative_mps * (moment - met.tcpa_s)) <= RADIUS_M).sum())
    return found


def measured(function: Callable[[], Result], repeats: int) -> tuple[float, Result]:
    """Return the median seconds of some runs, and the last result."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = function()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), result


def peak_mb(function: Callable[[], object]) -> float:
    """Return the largest memory that one run held, in MB, measured in a run of its own."""
    tracemalloc.start()
    function()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def screening_row(n: int) -> list[str]:
    """Return a row of the table for a picture of n craft; fail where both ways do not find the same pairs."""
    columns = made_picture(n)
    craft = kernels.motion(*columns)
    speed = columns[2]

    def grid() -> int:
        return len(pairing.near(craft, speed, radius_m=RADIUS_M, horizon_s=HORIZON_S)[0])

    def two_parties() -> int:
        wanted = np.arange(n) % 33 == 0
        return len(pairing.near(craft, speed, radius_m=RADIUS_M, horizon_s=HORIZON_S, wanted=wanted)[0])

    ours, pairs = measured(grid, REPEATS)
    few, _ = measured(two_parties, REPEATS)
    cells = [f"{n:,}", f"{pairs:,}", f"{ours * 1000:.0f} ms", f"{few * 1000:.0f} ms", f"{peak_mb(grid):.1f} MB"]
    if n > NAIVE_LIMIT:
        return [*cells, "not run", "", ""]
    slow, expected = measured(lambda: naive(craft, speed), NAIVE_REPEATS)
    if expected != pairs:
        sys.exit(f"the grid finds {pairs} pairs of {n} craft, the naive way {expected}")
    peak = f"{peak_mb(lambda: naive(craft, speed)):.0f} MB" if n <= SIZES[1] else "not measured"
    return [*cells, f"{slow * 1000:.0f} ms", peak, f"{slow / ours:.0f}"]


def stream_rows() -> list[tuple[str, str]]:
    """Return what reading and watching a real stream costs: 29 seconds of 1,390 ships."""
    read, reading = measured(lambda: sources.read(STREAM), REPEATS)
    watch, _ = measured(lambda: detect(reading.fixes), REPEATS)
    lines = len(STREAM.read_bytes().splitlines())
    return [
        ("AIS sentences read", f"{lines / read:,.0f} lines/s"),
        (f"archive of the real stream watched, {len(reading.fixes):,} fixes in 29 s", f"{watch * 1000:.0f} ms"),
    ]


def main(options: Options) -> None:
    """Run all of it and write bench/results-screen.md."""
    report = Report("screen", "Benchmark: screening a picture", options, used=versions("numpy"))
    report.say(f"One thread; medians of {REPEATS} runs (naive: {NAIVE_REPEATS}). Peaks in runs of their own.")
    report.say("Every pair within 0.5 nm in the next 20 minutes; 'few' asks for pairs with 3 % of the craft.")
    report.table("craft", "pairs", "grid", "grid, few", "peak", "naive", "peak", "naive / grid")
    for n in SIZES[:1] if options.quick else SIZES:
        report.row(*screening_row(n))
    report.table("a real stream", "")
    for row in stream_rows():
        report.row(*row)
    report.save()
