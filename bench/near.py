"""How fast the near pairs of a picture are found, beside scipy's tree, SQL engines and BlueSky's detectors.

    python -m bench near [--only sea|air]

The pictures are made (seeded): at sea two thirds of the ships lie round ports of the whole world and nearly half are
stopped; in the air all fly, most of them level. Each method gets the same picture, and gives pairs with CPA and TCPA.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.frame import Options, Report, Spread, versions, work_folder
from bench.leash import Leash
from bench.rivals.environment import Environment
from searoom.encounters import engine, kernels, swept
from searoom.encounters.kernels import Heights, Met, Motion
from searoom.tracks.fixes import Floats

RIVALS = Environment("near")
PATIENCE_S = 900.0
WATCHED = 0.06  # of the craft belong to one of the two parties: 3 % and 3 %


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture and what near means in it."""

    motion: Motion
    lat: Floats
    lon: Floats
    speed: Floats
    course: Floats
    heights: Heights
    radius_m: float
    horizon_s: float

    def search(self, find: Callable[..., Met], share: float = 1.0) -> Met:
        """Return the near pairs; with a share below 1, those with a watched craft."""
        wanted = None if share == 1.0 else np.random.default_rng(7).random(len(self.speed)) < share
        heights = self.heights if np.isfinite(self.heights.near_m) else None
        return find(
            self.motion, self.speed, radius_m=self.radius_m, horizon_s=self.horizon_s, wanted=wanted, heights=heights
        )

    def save(self, path: Path) -> None:
        """Write it for the rivals."""
        np.savez(
            path, place=self.motion.place_m, velocity=self.motion.velocity_mps, up=self.motion.up, lat=self.lat,
            lon=self.lon, speed=self.speed, course=self.course, alt=self.heights.alt_m, climb=self.heights.climb_mps,
            radius=self.radius_m, horizon=self.horizon_s, height=self.heights.near_m,
        )  # fmt: skip


def sea(n: int) -> Picture:
    """Return ships of the whole world: 0.5 nm within 20 minutes."""
    chance = np.random.default_rng(20)
    ports = 400
    lat, lon = chance.uniform(-50.0, 60.0, ports), chance.uniform(-180.0, 180.0, ports)
    at, near_port = chance.integers(0, ports, n), chance.random(n) < 0.65
    lat = np.where(near_port, lat[at] + chance.normal(0.0, 0.1, n), chance.uniform(-50.0, 60.0, n))
    lon = np.where(near_port, lon[at] + chance.normal(0.0, 0.1, n), chance.uniform(-180.0, 180.0, n))
    speed = np.where(chance.random(n) < 0.45, 0.0, chance.gamma(4.0, 1.5, n).clip(0.5, 20.0))
    return _picture(lat, lon, speed, chance.uniform(0.0, 360.0, n), np.zeros(n), np.zeros(n), 926.0, 1200.0, np.inf)


def air(n: int) -> Picture:
    """Return aircraft over Europe and Asia: 5 nm and 1,000 ft within 5 minutes."""
    chance = np.random.default_rng(30)
    lat, lon, speed = chance.uniform(25.0, 60.0, n), chance.uniform(-10.0, 140.0, n), chance.uniform(120.0, 260.0, n)
    climb = np.where(chance.random(n) < 0.7, 0.0, chance.normal(0.0, 8.0, n))
    height = chance.uniform(3_000.0, 12_000.0, n)
    return _picture(lat, lon, speed, chance.uniform(0.0, 360.0, n), height, climb, 9260.0, 300.0, 304.8)


def _picture(
    lat: Floats, lon: Floats, speed: Floats, course: Floats, alt: Floats, climb: Floats,
    radius_m: float, horizon_s: float, near_m: float,
) -> Picture:  # fmt: skip
    lon = (lon + 180.0) % 360.0 - 180.0
    motion = kernels.motion(lat, lon, speed, course)
    return Picture(motion, lat, lon, speed, course, Heights(alt, climb, near_m), radius_m, horizon_s)


SEA = {"near_tree_plain": 300_000, "near_tree": 300_000, "near_duckdb": 10_000, "near_polars": 10_000}
TREES = {"near_tree_plain", "near_tree"}
METHODS = ("near_tree_plain", "near_tree", "near_duckdb", "near_polars", "near_bluesky", "near_bluesky_numpy")
# What is searched: the maker, the sizes, and up to which size each rival is asked (BlueSky's grow with the square).
PLANS = {
    "sea": (sea, (10_000, 50_000, 100_000, 300_000, 1_000_000), SEA),
    "air": (
        air,
        (1_000, 10_000, 50_000, 100_000),
        {"near_tree_plain": 100_000, "near_tree": 100_000, "near_bluesky": 50_000, "near_bluesky_numpy": 1_000},
    ),
}
QUICK = (1_000,)


def ours(picture: Picture, repeats: int, find: Callable[..., Met], share: float = 1.0) -> tuple[Spread, int]:
    """Return seconds and the number of pairs; the first search, which may compile, is not counted."""
    met, seconds = picture.search(find, share), []
    for _ in range(repeats):
        begun = time.perf_counter()
        met = picture.search(find, share)
        seconds.append(time.perf_counter() - begun)
    return Spread.of(seconds), len(met.a)


def rival(path: Path, method: str, repeats: int, leash: Leash) -> tuple[Spread, int]:
    """Return the same of a rival, in a process of its own; `RuntimeError` with its last words where it fails."""
    command = [RIVALS.python, "-m", f"bench.rivals.{method}", path, str(repeats)]
    found = leash.answer(method, command, PATIENCE_S)
    return Spread.of(found["seconds"]), int(found["pairs"])


def _row(report: Report, kind: str, n: int, options: Options) -> None:
    make, _, rivals = PLANS[kind]
    picture = make(n)
    repeats = options.runs
    quick, pairs = ours(picture, max(5, repeats), swept.near)
    few, _ = ours(picture, max(5, repeats), swept.near, WATCHED)
    cells = [kind, f"{n:,}", f"{pairs:,}", quick.text("s", 4), few.text("s", 4)]
    if n <= 100_000:
        grid, _ = ours(picture, repeats, engine.on_grid)
        cells.append(f"{grid.text('s', 3)}: {grid.median / quick.median:.0f}")
    else:
        cells.append("")
    with work_folder() as folder, Leash(folder) as leash:
        picture.save(folder / "picture.npz")
        for method in METHODS:
            if n > rivals.get(method, 0):
                cells.append("")
                continue
            try:
                took, found = rival(folder / "picture.npz", method, repeats if method in TREES else 1, leash)
            except (RuntimeError, OSError) as error:
                report.say(f"- {method} was not measured on {n:,}: {error}")
                cells.append("not measured")
                continue
            other = "" if found == pairs else f" ({found:,} pairs)"
            cells.append(f"{took.text('s', 3)}: {took.median / quick.median:,.0f}{other}")
    report.row(*cells)


def main(options: Options) -> None:
    """Run all of it and write bench/results-near.md."""
    report = Report("near", "Benchmark: near pairs", options, used=versions("numpy", "numba"))
    for line in RIVALS.set_up():
        report.say(f"- Not here: {line}.")
    report.say("Seconds for one search of the whole picture on all cores, pairs returned with CPA and TCPA; behind the")
    report.say("colon how many times slower than Searoom's compiled search. Another number of pairs is said.")
    report.say(f"'watched': only pairs with one of {WATCHED:.0%} of the craft.")
    ours_heads = ("craft", "pairs", "Searoom", "watched", "without Numba")
    report.say(
        "cKDTree + NumPy: one radius for all, that of the fastest pair; in classes: of speed, a radius for each two."
    )
    report.table("", *ours_heads, "cKDTree + NumPy", "in classes", "DuckDB", "Polars", "BlueSky C++", "BlueSky NumPy")
    for kind, (_, sizes, _) in PLANS.items():
        if options.only and kind not in options.only:
            continue
        for n in QUICK if options.quick else sizes:
            _row(report, kind, n, options)
    report.save()
