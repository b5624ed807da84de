"""How often a bridge would be called: alarms per 100 vessel-hours on real pictures, rule by rule.

    python -m bench alarms [--only FILE ...]

Each row adds one rule to those above it. An alarm is a grade that rises, and calls both bridges. At the same
settings the references are asked again: the real collision, and the 51 pairs of the Imazu problems. A rule that
loses one of them is no quieting rule. The last row is what two parties see that own three craft in a hundred each
and ask only about pairs across. `--only` names more track files to be read.
"""

import csv
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from bench.frame import Options, Report, versions
from searoom.encounters.alerts import Alert, Detection
from searoom.encounters.detector import detect
from searoom.encounters.kernels import dead_reckon
from searoom.encounters.settings import RISING, Settings
from searoom.exercise import watch_test
from searoom.tracks import sources
from searoom.tracks.fixes import Fixes, Rows

DATA = Path(__file__).parent.parent / "tests" / "data"
PICTURES = ("noaa_us_2022-01-03_first600.csv.gz", "dma_stream_2010-06-11.txt")
LONGEST_GAP_S = 360.0  # between two fixes of a craft it was watched, if they are not further apart
MOST_HOURS = 100.0  # in a larger picture the first row is left out
START_US = 1_700_000_000_000_000
# What each rule sets, in the order in which they are added; before the first, everything is off.
OFF: Mapping[str, float] = {
    "speed_floor_mps": 0.0, "company_mps": 0.0, "cpa_factor": 1.0, "tcpa_factor": 1.0, "hold_s": 0.0,
    "still_cpa_m": 1e9, "still_tcpa_s": 1e9, "company_after_s": 1e9, "air_company_after_s": 1e9,
    "overtaking_cpa_m": 0.0, "slow_mps": 0.0,
}  # fmt: skip
RULES = (
    ("closest approach and time alone", ()),
    ("under 1 knot a course is noise; two that lie still are no pair", ("speed_floor_mps",)),
    ("alongside and in tow raise nothing", ("company_mps",)),
    ("one alert a grade: hysteresis and hold", ("cpa_factor", "tcpa_factor", "hold_s")),
    ("moored and anchored: a cable, six minutes", ("still_cpa_m", "still_tcpa_s")),
    ("states in place of alarms", ("company_after_s", "air_company_after_s")),
    ("a slow overtaking by its plot: two cables, in a state too", ("overtaking_cpa_m",)),
    ("neither faster than in a harbour: a cable, two minutes", ("slow_mps",)),
)


def settings_upto(rule: int) -> Settings:
    """Return the defaults without the rules after a given one."""
    added = {name for _, names in RULES[: rule + 1] for name in names}
    return Settings.from_table({name: value for name, value in OFF.items() if name not in added})


def vessel_hours(fixes: Fixes) -> float:
    """Return for how long craft were watched, all together."""
    order = np.lexsort((fixes.time_us, fixes.craft))
    gaps = np.diff(fixes.time_us[order]) / 1e6
    return float(np.minimum(gaps[np.diff(fixes.craft[order]) == 0], LONGEST_GAP_S).sum() / 3600.0)


def alarms(detection: Detection) -> int:
    """Return how many grades rose."""
    before: dict[tuple[str, str], int] = {}
    risen = 0
    for alert in detection.alerts:
        grade, pair = RISING.index(alert.grade), (alert.a, alert.b)
        risen += grade > before.get(pair, 0)
        before[pair] = grade
    return risen


def imazu() -> Fixes:
    """Return the 51 pairs of the Imazu problems, each far from the others, for 22 minutes."""
    with (DATA / "imazu_cpa_table.csv").open(encoding="utf-8") as file:
        told = list(csv.DictReader(file))
    rows = Rows()
    for number, one in enumerate(told):
        away = math.radians(float(one["rel_bearing_deg"]))
        north, east = float(one["range_m"]) * math.cos(away), float(one["range_m"]) * math.sin(away)
        lat, lon = 30.0 + number * 0.5, 140.0
        there = lat + north / 110_900.0, lon + east / (111_320.0 * math.cos(math.radians(lat)))
        craft = (
            (f"own {number}", lat, lon, float(one["own_speed_ms"]), 0.0),
            (f"target {number}", *there, float(one["target_speed_ms"]), float(one["course_diff_deg"]) % 360.0),
        )
        for name, *motion in craft:
            _sail(rows, name, *motion)
    return rows.fixes()[0]


def _sail(rows: Rows, name: str, lat: float, lon: float, speed: float, course: float) -> None:
    seconds = np.arange(0.0, 1320.0, 10.0)
    n = len(seconds)
    start = np.full(n, lat), np.full(n, lon), np.full(n, speed), np.full(n, course)
    lats, lons, courses = dead_reckon(*start, seconds)
    for second, *place in zip(seconds.tolist(), lats.tolist(), lons.tolist(), courses.tolist(), strict=True):
        rows.add(
            name, START_US + round(second * 1e6), place[0], place[1], speed_mps=speed, course_deg=place[2] % 360.0,
            sigma_m=10.0, source="made",
        )  # fmt: skip


def references(settings: Settings, pairs: Fixes) -> str:
    """Return what of the references is told at some settings: minutes before the real collision, Imazu pairs."""
    test = watch_test.load()
    collision = detect(test.fixes, settings)
    first = next((alert for alert in collision.alerts if {alert.a, alert.b} == test.pair), None)
    told = {frozenset((one.a, one.b)) for one in detect(pairs, settings).encounters}
    wanted = {frozenset((f"own {number}", f"target {number}")) for number in range(len(pairs.names) // 2)}
    return f"{_minutes(first, test.event_us)}; {len(told & wanted)} of {len(wanted)}"


def _minutes(first: Alert | None, event_us: int) -> str:
    return "lost" if first is None else f"{(event_us - first.time_us) / 60e6:.1f} min"


def two_parties(fixes: Fixes) -> tuple[str, str, str, int]:
    """Return the cells of two parties that own every 33rd craft each, by the vessel-hours of their own craft."""
    amber, coral = frozenset(fixes.names[0::33]), frozenset(fixes.names[1::33])
    found = detect(fixes, Settings(watched=amber | coral))
    across = tuple(
        one for one in found.alerts if (one.a in amber) != (one.b in amber) and {one.a, one.b} <= amber | coral
    )
    count = alarms(Detection(across, (), {}, 0))
    own = np.array([name in amber | coral for name in fixes.names])[fixes.craft]
    share = f"{200.0 * count / vessel_hours(fixes.take(own)):,.1f}"
    return f"{count:,}", share, "", len([one for one in found.events if {one.a, one.b} <= amber | coral])


def main(options: Options) -> None:
    """Run all rules over all pictures and write bench/results-alarms.md."""
    report = Report("alarms", "Benchmark: how often a bridge would be called", options, used=versions("numpy"))
    report.say("Counts, the same in each run. Every pair of the picture is asked about, as if all were watched.")
    report.say("A picture of seconds tells all that is open at once: its rates are no rates, only the ratios count.")
    pairs = imazu()
    for path in (
        [DATA / PICTURES[0]] if options.quick else [*(DATA / name for name in PICTURES), *map(Path, options.only)]
    ):
        fixes = sources.read(path).fixes
        hours = vessel_hours(fixes)
        report.say("", f"`{path.name}`: {len(fixes):,} fixes of {len(fixes.names):,} craft, {hours:,.1f} vessel-hours.")
        report.table("rules", "alarms", "per 100 vessel-hours", "between two that move", "events", "references told")
        for number, (rule, _) in enumerate(RULES):
            if number == 0 and hours > MOST_HOURS:
                report.row(rule, "not counted: minutes of computing for an alarm of every mooring line", "", "", "", "")
                continue
            settings = settings_upto(number)
            found = detect(fixes, settings)
            moving = Detection(
                tuple(one for one in found.alerts if "still" not in one.geometry.value), (), {}, 0
            )  # fmt: skip
            count = alarms(found)
            report.row(
                rule, f"{count:,}", f"{200.0 * count / hours:,.0f}", f"{200.0 * alarms(moving) / hours:,.0f}",
                len(found.events), references(settings, pairs),
            )  # fmt: skip
        report.row("pairs across two parties of 3 % each", *two_parties(fixes), "")
    report.save()
