"""Searoom and its rivals on one course, in one run: NATS JetStream, MQTT QoS 2, Matrix Synapse.

    python -m bench peers [--only nats|mqtt|matrix]      # the course: bench/rivals/course.py

Makes bench/.peers, a virtual environment of its own, the first time. What cannot be had is said in one line, and the
rest runs. The servers listen on 127.0.0.1 only and end with the benchmark.
"""

import asyncio
import json
import os
import shutil
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from bench import link
from bench.frame import Options, Report, Spread, percentile, versions, work_folder
from bench.leash import Leash, end
from bench.rivals.environment import Environment, fails

RIVALS = Environment("peers")
MOSQUITTO = ("mosquitto", "libmosquitto1", "libcjson1", "libdlt2", "libwrap0", "libcap2")
PATIENCE_S = 900.0


@dataclass(frozen=True, slots=True)
class Course:
    """One line of the table: a driver, its variant, and how many messages it gets (one by one, in the window)."""

    driver: str
    variant: str
    one_by_one: int
    in_window: int


@dataclass(frozen=True, slots=True)
class Result:
    """What a driver found."""

    name: str
    configuration: tuple[str, ...]
    receipt: str
    median_ms: Spread
    p99_ms: Spread
    per_second: Spread | None
    syncs: str

    @classmethod
    def from_json(cls, text: str) -> "Result":
        """Read the line that a driver prints."""
        said = json.loads(text)
        return cls(
            said["name"],
            tuple(said["configuration"]),
            said["receipt"],
            Spread.of(said["median_ms"]),
            Spread.of(said["p99_ms"]),
            Spread.of(said["per_second"]) if said["per_second"] else None,
            syncs_text(said["syncs"], said["synchronous"], said["why"]),
        )

    def cells(self, ours: "Result") -> tuple[str, ...]:
        """Return the row of the table, with Searoom's median and rate as parts of this one's."""
        rate = self.per_second.text(digits=0) if self.per_second else "not measured"
        slower = f"{ours.median_ms.median / self.median_ms.median:.2f}"
        faster = f"{ours.per_second.median / self.per_second.median:.2f}" if ours.per_second and self.per_second else ""
        return self.name, self.median_ms.text(), slower, self.p99_ms.text(), rate, faster, self.syncs, self.receipt


COURSES = (
    Course("nats_jetstream", "always", 500, 3000),
    Course("nats_jetstream", "default", 500, 3000),
    Course("mqtt_broker", "qos2", 500, 3000),
    Course("matrix_servers", "read", 60, 0),
    Course("matrix_servers", "reply", 60, 200),
    Course("matrix_servers", "single", 60, 0),
)


def syncs_text(syncs: dict[str, float] | None, synchronous: dict[str, int], why: str) -> str:
    """Return `3.2 (server 2.2, receiver 1.0)`, or why it was not measured."""
    if syncs is None:
        return f"not measured: {why}"
    parts = [f"{name} {count:.1f}" for name, count in syncs.items() if count]
    parts += [f"{name} has {count} file(s) open with O_SYNC" for name, count in synchronous.items() if count]
    return f"{sum(syncs.values()):.1f} ({', '.join(parts)})"


def set_up() -> list[str]:
    """Make the rivals' environment where it is not there; return a line for each thing that cannot be had."""
    missing = RIVALS.set_up()
    if not _broker() and not _unpack_broker():
        missing.append("mosquitto is not on this machine, and Debian's package cannot be had (apt-get download)")
    return missing


def _broker() -> bool:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    return shutil.which("mosquitto", path=path) is not None or (RIVALS.folder / "debian/usr/sbin/mosquitto").exists()


def _unpack_broker() -> bool:
    """Fetch Debian's packages and unpack them into our folder: nothing is installed on the machine."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return False
    packages = RIVALS.folder / "deb"
    packages.mkdir(parents=True, exist_ok=True)
    if fails(["apt-get", "-qq", "download", *MOSQUITTO], folder=packages):
        return False
    return all(not fails(["dpkg-deb", "-x", one, RIVALS.folder / "debian"]) for one in packages.glob("*.deb"))


def run(course: Course, options: Options) -> Result:
    """Run one course in a process with the rivals' Python; `RuntimeError` with its last words where it fails."""
    one_by_one, in_window, counted = (10, 40, 10) if options.quick else (course.one_by_one, course.in_window, 100)
    with work_folder() as folder, Leash(folder) as leash:
        plan = [one_by_one, in_window, 32, options.runs, min(counted, one_by_one)]
        command = [RIVALS.python, "-m", f"bench.rivals.{course.driver}", course.variant, folder, *map(str, plan)]
        child = leash.start("driver", command, piped=True)
        try:
            said = child.communicate(timeout=PATIENCE_S)[0].decode().strip()
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"it did not end within {PATIENCE_S:.0f} s") from None
        finally:
            end(child)
        if child.returncode or not said:
            words = leash.log("driver").read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise RuntimeError(words[0] if words else f"it ended with {child.returncode}")
        return Result.from_json(said.splitlines()[-1])


def searoom(options: Options) -> Result:
    """Return what the link of two nodes does, measured in the same run as the rivals."""
    plan = link.QUICK if options.quick else link.Plan()
    with work_folder() as folder:
        _, sizes = link.taken_apart(folder, link.QUICK)
        found = asyncio.run(link.measured(folder, plan, options.runs, sizes))
    return Result(
        "Searoom, two nodes",
        (f"TLS 1.3 both ways ({found.group}); words sealed, released and placed", "both stores SQLite (WAL, FULL)"),
        "signed by the receiver's station, durable at both, provable to anybody",
        Spread.of([statistics.median(run) * 1000 for run in found.link]),
        Spread.of([percentile(run, 0.99) * 1000 for run in found.link]),
        Spread.of(found.rates),
        found.syncs,
    )


def run_all(options: Options, report: Report) -> list[Result]:
    """Run the courses that were asked for; put a line for each that cannot be run."""
    results = []
    for line in set_up():
        report.say(f"- Not here: {line}.")
    for course in COURSES:
        if options.only and not any(course.driver.startswith(name) for name in options.only):
            continue
        try:
            results.append(run(course, options))
        except (RuntimeError, OSError) as error:
            report.say(f"- {course.driver} ({course.variant}) was not measured: {error}")
    return results


def tell(ours: Result, rivals: Sequence[Result], report: Report) -> None:
    """Put the table and the configurations."""
    heads = ("median ms", "ours / it", "p99 ms", "messages/s, window 32", "ours / it", "syncs a message")
    report.table("", *heads, "what its receipt proves")
    for result in (ours, *rivals):
        report.row(*result.cells(ours))
    report.say("", "Configurations, as run:", "")
    report.say(*(f"- {result.name}: {'; '.join(result.configuration)}." for result in (ours, *rivals)))


def main(options: Options) -> None:
    """Run Searoom and all rivals and write bench/results-peers.md."""
    report = Report("peers", "Benchmark: Searoom beside its rivals", options, used=versions("apsw", "cryptography"))
    report.say("1 KiB out, durable in the receiver's SQLite (WAL, synchronous=FULL), a receipt back; loopback.")
    report.say(
        "Sender, receiver and servers are processes of their own. A rival's sender stores nothing, its receiver signs"
    )
    report.say(
        "nothing, and only what its configuration says is encrypted: all of it in the rivals' favour. Syncs are counted"
    )
    report.say("one message at a time; Searoom's include those of the cosignatures that follow the receipt.")
    report.say("")
    ours = searoom(options)
    tell(ours, run_all(options, report), report)
    report.save()
