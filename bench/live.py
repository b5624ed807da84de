"""From the sentence on a socket to the alert read by another process: latency of a live watch under load.

    python -m bench live [--quick] [--only watched|every]
    python -m bench.live --tracks 300000 --reports 30000 --seconds 30 --warm 30

Three processes: a sender (UDP), `searoom watch`, and a reader of its socket. A share of all craft belongs to two
parties by the registry. Counted is each alert that raises a grade, from the moment at which it was due: when the newer
report of the two was sent, or when the time left came down to the limit of the grade, whichever was later.
"""

import argparse
import json
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.frame import Options, Report, versions, work_folder
from bench.leash import Leash, free_port, wait_for_port
from bench.live_parts import FIRST_MMSI
from searoom.encounters.settings import Grade, Settings

SHARE = 0.03  # of all craft, for each of the two parties
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is sent, how long until it is counted, and for how long then."""

    tracks: int = 300_000
    reports: int = 30_000
    warm_s: float = 40.0
    seconds: float = 30.0


QUICK = Plan(3_000, 1_000, 4.0, 6.0)


def registry(path: Path, tracks: int) -> None:
    """Write a registry in which each of two parties has its share of the ships."""
    chosen = np.random.default_rng(1).permutation(tracks)[: round(2 * SHARE * tracks)]
    rows = ['source = "made for the benchmark"']
    for place, k in enumerate(chosen.tolist()):
        party = ("amber", "coral")[place % 2]
        rows.append(f'[[unit]]\nname = "unit {k}"\nparty = "{party}"\nkind = "navy"\nmmsi = ["{FIRST_MMSI + k}"]')
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def due_us(alert: dict[str, object], speed: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> float:
    """Return when the time left came down to the limit of the grade, by the rules of two ships."""
    settings = Settings()
    one, other = (float(speed[int(str(alert[name])) - FIRST_MMSI]) for name in ("a", "b"))
    limit_s = next(level.tcpa_s for level in settings.levels if level.name == alert["grade"])
    if min(one, other) < settings.speed_floor_mps:
        limit_s = min(limit_s, settings.still_tcpa_s)
    elif max(one, other) <= settings.slow_mps:
        limit_s = min(limit_s, settings.slow_tcpa_s)
    return float(str(alert["time_us"])) - (limit_s - float(str(alert["tcpa_s"]))) * 1e6


def latencies(sent: Path, read: Path, warm_s: float) -> dict[str, list[float]]:
    """Return seconds from due to read, of watched pairs and of all, by what brought the alert about."""
    found = np.load(sent)
    who, when, speed = found["who"], found["when"], found["speed"]
    order = np.lexsort((when, who))
    who, when = who[order], when[order]
    begun = int(when.min()) + warm_s * 1e6
    lists: dict[str, list[float]] = {name: [] for name in ("watched", "every", "report", "time", "full look")}
    for alert in json.loads(read.read_text(encoding="utf-8"))["alerts"]:
        if alert["read_us"] < begun or alert["grade"] == Grade.CLEAR or alert["reason"] != "nearer":
            continue
        sent_us = 0
        for name in ("a", "b"):
            ship = int(alert[name]) - FIRST_MMSI
            first, last = np.searchsorted(who, [ship, ship + 1])
            at = first + np.searchsorted(when[first:last], alert["reported_us"] + 1_000, side="right") - 1
            sent_us = max(sent_us, int(when[at]) if at >= first else 0)
        seconds = (alert["read_us"] - max(sent_us, due_us(alert, speed))) / 1e6
        for name, fits in (("watched", alert["watched"]), ("every", True), (alert["cause"], True)):
            if fits:
                lists[name].append(seconds)
    return lists


def measure(plan: Plan, every: bool, folder: Path, leash: Leash) -> tuple[dict[str, list[float]], dict[str, object]]:
    """Run the three processes once; return the latencies, and the last status of the watch with its memory in MB."""
    name = "every" if every else "watched"
    registry(folder / "units.toml", plan.tracks)
    udp, tcp = free_port(), free_port()
    command: list[str | Path] = [
        sys.executable, "-m", "searoom", "watch", f"udp://127.0.0.1:{udp}", "--registry", folder / "units.toml",
        "--serve", f"127.0.0.1:{tcp}", "--journal", folder / f"{name}.jsonl",
    ]  # fmt: skip
    watch = leash.start(f"watch-{name}", [*command, *(["--every-pair"] if every else [])])
    wait_for_port(tcp, watch, leash.log(f"watch-{name}"))
    total = plan.warm_s + plan.seconds
    sent, read = folder / f"{name}-sent.npz", folder / f"{name}-read.json"
    reader = leash.start(
        f"reader-{name}", [sys.executable, "-m", "bench.live_reader", str(tcp), str(total + 4.0), read]
    )
    sender = leash.start(
        f"sender-{name}",
        [sys.executable, "-m", "bench.live_sender", *map(str, (udp, plan.tracks, plan.reports, total, sent))],
    )
    status = Path(f"/proc/{watch.pid}/status")  # the leash became the program
    until, memory = time.monotonic() + total + PATIENCE_S, 0
    while reader.poll() is None or sender.poll() is None:
        if watch.poll() is not None or time.monotonic() > until:
            raise RuntimeError(leash.log(f"watch-{name}").read_text(encoding="utf-8", errors="replace")[-2000:])
        if peak := re.search(r"VmHWM:\s+(\d+)", status.read_text() if status.exists() else ""):
            memory = int(peak[1]) // 1000
        time.sleep(0.2)
    last = json.loads(read.read_text(encoding="utf-8"))
    return latencies(sent, read, plan.warm_s), {
        **last.get("status", {}), "memory_mb": memory, "dropped": last.get("dropped", {}).get("lines", 0),
        "sender_late_s": float(np.load(sent)["late_s"]),
    }  # fmt: skip


def _row(report: Report, name: str, lists: dict[str, list[float]]) -> None:
    for kind, seconds in lists.items():
        if seconds:
            median, most, worst = np.quantile(seconds, [0.5, 0.99, 1.0])
            report.row(name, kind, f"{len(seconds):,}", f"{median:.3f} s", f"{most:.3f} s", f"{worst:.3f} s")
        else:
            report.row(name, kind, 0, "", "", "")


def main(options: Options, plan: Plan | None = None) -> None:
    """Measure, print, and write bench/results-live.md."""
    plan = plan or (QUICK if options.quick else Plan())
    report = Report("live", "Benchmark: live watch", options, used=versions("numpy", "numba"))
    report.say(
        f"{plan.tracks:,} tracks, {plan.reports:,} reports a second, {SHARE:.0%} + {SHARE:.0%} of the craft watched."
    )
    report.say(
        f"Counted for {plan.seconds:.0f} s after {plan.warm_s:.0f} s. 'report', 'full look': what raised the grade."
    )
    report.table("run", "alerts", "number", "median", "99 of 100", "worst")
    notes = []
    for every in (False, True):
        name = "every pair" if every else "watched alone"
        if options.only and ("every" if every else "watched") not in options.only:
            continue
        with work_folder() as folder, Leash(folder) as leash:
            lists, status = measure(plan, every, folder, leash)
        _row(report, name, lists)
        notes.append(f"- {name}: {json.dumps(status)}")
    report.say("", "The watch's last status (memory: the most it ever held):", *notes)
    report.save()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.live")
    parser.add_argument("--tracks", type=int, default=Plan().tracks)
    parser.add_argument("--reports", type=int, default=Plan().reports)
    parser.add_argument("--warm", type=float, default=Plan().warm_s)
    parser.add_argument("--seconds", type=float, default=Plan().seconds)
    parser.add_argument("--only", action="append", choices=("watched", "every"))
    said = parser.parse_args()
    main(Options(quick=True, only=tuple(said.only or ())), Plan(said.tracks, said.reports, said.warm, said.seconds))
