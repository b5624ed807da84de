"""How long from the detector to fifty programs that listen: a node, its console and the listeners as at work.

A scenario's node is told the time, which makes it look; what it raises goes through its desk to the console, and from
there to every listener. Counted from before the look was asked for, so that the detector's own time is in it.
"""

import asyncio
import math
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import OK, HTTPConnection, HTTPException
from pathlib import Path

from bench.frame import ROOT, Options, Report, Spread, percentile, versions, work_folder
from searoom import clock
from searoom.console.people import People, Person
from searoom.desk import asking as desk
from searoom.exercise import run, scenario
from searoom.exercise.made import AGREEMENT, Stage, free_port
from searoom.keys.passphrases import FLOOR
from searoom.obligations import agreement as agreements
from searoom.units import MICROSECONDS

LISTENERS = 50
OTHERS, QUICK_OTHERS = 40, 4
LOOK_S = 10
EVERY_S = 40  # from one closest approach to the next
FIRST_S = 1_320
KNOTS_DEG_S = 1 / 3600 / 60  # degrees of latitude a second, for each knot
PASSWORD = "a password of the benchmark"
PROMISED_MS = 500.0
PATIENCE_S = 10.0
Taken = tuple[list[float], list[float], list[float]]
HEAD = "name,source_kind,party,time_utc,lat,lon,sog_kn,cog_deg,heading_deg,sigma_m\n"


def tracks(start_us: int, others: int, every_s: int) -> Iterator[str]:
    """Yield the rows of our ship at 8 knots, and of others that reach it one after the other from all sides."""
    for seconds in looks(others, every_s):
        at = clock.to_text(start_us + seconds * MICROSECONDS)
        yield f"AMBER 21,GPS,,{at},{32 + 8 * KNOTS_DEG_S * seconds:.7f},-165.0,8.00,0.0,,5.0\n"
        for other in range(others):
            meets_s, bearing = FIRST_S + every_s * other, math.radians(other * 137.5 % 360)
            left = (meets_s - seconds) * 12 * KNOTS_DEG_S
            lat = 32 + 8 * KNOTS_DEG_S * meets_s + left * math.cos(bearing)
            lon = -165.0 + left * math.sin(bearing) / math.cos(math.radians(32))
            course = (math.degrees(bearing) + 180) % 360
            yield f"CRAFT {other},ARPA,,{at},{lat:.7f},{lon:.7f},12.00,{course:.1f},,20.0\n"


def looks(others: int, every_s: int) -> range:
    """Return the seconds of the scenario at which the node looks, from its start until the last has passed."""
    return range(0, FIRST_S + every_s * others, LOOK_S)


class Listener:
    """One program that listens; `heard_s` is when the first alert after a look came."""

    def __init__(self) -> None:
        self.heard_s = 0.0
        self.alerts = 0
        self.came = asyncio.Event()

    async def run(self, port: int, token: str, ready: asyncio.Event) -> None:
        """Listen until cancelled."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        head = f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n"
        asked = f"GET /api/v1/stream?types=alert HTTP/1.1\r\n{head}"
        writer.write(asked.encode())
        try:
            while line := await reader.readline():
                if line.startswith(b"event: alert"):
                    if not self.came.is_set():
                        self.heard_s = time.perf_counter()
                    self.alerts += 1
                    self.came.set()
                elif line.startswith(b"event: begun"):
                    ready.set()
        finally:
            writer.close()


def _stage(folder: Path, others: int, every_s: int) -> Stage:
    main_job = scenario.load("main-job")
    stage = Stage(folder, main_job, agreements.load(AGREEMENT), run.seats(main_job, swap=False))
    stage.enrol()
    sensors = stage.folder("amber") / "sensors.csv"
    sensors.write_text(HEAD + "".join(tracks(main_job.start_us, others, every_s)), encoding="utf-8")
    return stage


def _token(folder: Path) -> str:
    people, now_us = People(folder, cost=FLOOR), clock.machine_now()
    people.add(Person("watch-1", "Watch", frozenset({"watch"})), PASSWORD, now_us)
    token = people.bearers.give("bench", ["watch"], ["api"], now_us + 3600 * MICROSECONDS, now_us)
    people.close()
    return token


async def _measure(stage: Stage, port: int, token: str, others: int) -> Taken:
    """Return the milliseconds of each alert at each listener, of each look that raised one, and beyond that look."""
    listeners = [Listener() for _ in range(LISTENERS)]
    ready = [asyncio.Event() for _ in listeners]
    tasks = [asyncio.create_task(one.run(port, token, event)) for one, event in zip(listeners, ready, strict=True)]
    await asyncio.wait_for(asyncio.gather(*(event.wait() for event in ready)), PATIENCE_S)
    took, looked, beyond = list[float](), list[float](), list[float]()
    for seconds in looks(others, EVERY_S):
        for one in listeners:
            one.came.clear()
        begun = time.perf_counter()
        if await asyncio.to_thread(look, stage, seconds):
            answered = time.perf_counter()
            looked.append((answered - begun) * 1000)
            await asyncio.wait_for(asyncio.gather(*(one.came.wait() for one in listeners)), PATIENCE_S)
            took += [(one.heard_s - begun) * 1000 for one in listeners]
            beyond += [(one.heard_s - answered) * 1000 for one in listeners]
            await asyncio.sleep(0.15)  # what else this look raised
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if len({one.alerts for one in listeners}) > 1:
        raise RuntimeError("not every listener heard the same number of alerts")
    return took, looked, beyond


def look(stage: Stage, seconds: int) -> bool:
    """Tell the node the time, which makes it look; return whether a grade was raised."""
    now_us = stage.scenario.start_us + seconds * MICROSECONDS
    return bool(desk.ask(stage.folder("amber"), {"do": "tick", "now_us": now_us})["grades"])


@contextmanager
def at_work(folder: Path, others: int, every_s: int = EVERY_S) -> Iterator[tuple[Stage, int, str]]:
    """Run a node and its console as processes of their own; give the stage, the console's port, and a token for it."""
    stage, port = _stage(folder, others, every_s), free_port()
    token = _token(stage.folder("amber"))
    stage.start("amber")
    command = [sys.executable, "-m", "searoom", "console", str(stage.folder("amber")), "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT.parent, stderr=subprocess.DEVNULL) as console:
        try:
            _wait(port)
            yield stage, port, token
        finally:
            console.terminate()
            stage.stop()


def _run(folder: Path, others: int) -> Taken:
    with at_work(folder, others) as (stage, port, token):
        return asyncio.run(_measure(stage, port, token, others))


def _wait(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        asked = HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            asked.request("GET", "/readyz")
            if asked.getresponse().status == OK:
                return
        except (OSError, HTTPException):
            pass
        finally:
            asked.close()
        time.sleep(0.1)
    raise RuntimeError("the console did not become ready")


def main(options: Options) -> None:
    """Measure and write bench/results-console-sse.md."""
    report = Report(
        "console-sse",
        "Benchmark: an alert to fifty programs",
        options,
        used=versions("starlette", "uvicorn", "fastapi"),
    )
    report.say(
        f"{LISTENERS} programs listen to /api/v1/stream. From before the look that raises a grade until each has the",
        f"alert; promised are {PROMISED_MS:.0f} ms for 99 of 100. 'look': the node's answer to who asked for the look.",
    )
    report.say("'after it': from that answer until the alert, which may have come before. Milliseconds.")
    report.table("alerts heard", "median", "99 of 100", "worst", "look", "99 of 100", "after it", "99 of 100")
    runs = []
    for _ in range(options.runs):
        with work_folder() as folder:
            took, looked, beyond = _run(folder / "stage", QUICK_OTHERS if options.quick else OTHERS)
        runs.append(percentile(took, 0.99))
        report.row(
            f"{len(took):,}", f"{percentile(took, 0.5):.0f}", f"{runs[-1]:.0f}", f"{max(took):.0f}",
            f"{percentile(looked, 0.5):.0f}", f"{percentile(looked, 0.99):.0f}",
            f"{percentile(beyond, 0.5):.0f}", f"{percentile(beyond, 0.99):.0f}",
        )  # fmt: skip
    kept = "kept" if max(runs) <= PROMISED_MS else "NOT kept"
    report.say("", f"99 of 100: {Spread.of(runs).text('ms', 0)}; the promise is {kept}.")
    report.save()
