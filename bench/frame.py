"""What every benchmark needs: spreads of several runs, a folder on a real disk, and a report that is kept.

A report prints each line as it comes, with the command, the machine and how busy it was; `save` then writes
bench/results-<subject>.md, except after a quick run.
"""

import argparse
import contextlib
import datetime as dt
import importlib.metadata
import os
import platform
import shlex
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent
WORK = ROOT / ".work"


@dataclass(frozen=True, slots=True)
class Options:
    """How a benchmark runs: `quick` only shows that all parts work, and writes no results."""

    quick: bool = False
    runs: int = 3
    entries: tuple[int, ...] = ()
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spread:
    """The median, the smallest and the largest of some measurements, and how many there were."""

    median: float
    least: float
    most: float
    runs: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Return the spread of one value or more."""
        return cls(statistics.median(values), min(values), max(values), len(values))

    def text(self, unit: str = "", digits: int = 2) -> str:
        """Return `2.10 (1.90 to 2.40) ms`."""
        tail = f" {unit}" if unit else ""
        if self.runs == 1:
            return f"{self.median:,.{digits}f}{tail}"
        return f"{self.median:,.{digits}f} ({self.least:,.{digits}f} to {self.most:,.{digits}f}){tail}"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of all values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)]


def parse(arguments: Sequence[str], subject: str) -> Options:
    """Return the options of a subject; argparse says what is wrong with them."""
    parser = argparse.ArgumentParser(prog=f"python -m bench {subject}")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, nothing written: does it run?")
    parser.add_argument("--runs", type=int, default=0, help="how often each thing is measured (3; quick: 1)")
    parser.add_argument("--entries", type=int, action="append", help="sizes of the record, in entries (may repeat)")
    parser.add_argument("--only", action="append", help="one part of the subject (may repeat), such as nats")
    said = parser.parse_args(list(arguments))
    if said.runs < 0 or any(count < 1 for count in said.entries or ()):
        parser.error("--runs and --entries are positive numbers")
    return Options(said.quick, said.runs or (1 if said.quick else 3), tuple(said.entries or ()), tuple(said.only or ()))


@contextlib.contextmanager
def work_folder() -> Iterator[Path]:
    """Give a new folder beside this file, on the project's own disk (/tmp may be memory), and remove it at the end."""
    WORK.mkdir(exist_ok=True)
    for old in WORK.iterdir():  # left by one that was killed
        if not _lives(old.name.split("-", 1)[0]):
            shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{os.getpid()}-", dir=WORK, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _lives(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def machine() -> list[str]:
    """Return lines that say on what was measured, and how busy it was."""
    model = platform.processor() or platform.machine()
    cpu_info = Path("/proc/cpuinfo")
    if cpu_info.exists():
        names = [line.split(":", 1)[1] for line in cpu_info.read_text().splitlines() if line.startswith("model name")]
        model = names[0].strip() if names else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    system = f"{platform.system()} {platform.release()}, {_file_system(WORK.parent)}"
    return [
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, {system}.",
        f"Load of the machine at the start (1, 5, 15 min): {load}.",
    ]


def _file_system(folder: Path) -> str:
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return "file system not known"
    rows = [line.split()[:3] for line in mounts.read_text().splitlines()]
    inside = [(len(at), kind) for _, at, kind in rows if folder.is_relative_to(at)]
    return max(inside)[1] if inside else "file system not known"


def versions(*packages: str) -> str:
    """Return `Python 3.11.7, apsw 3.54.1.0` for what is installed here."""
    found = [f"{name} {importlib.metadata.version(name)}" for name in packages]
    return ", ".join([f"Python {platform.python_version()}", *found])


class Report:
    """Lines that are printed as they come and written as bench/results-<subject>.md at the end."""

    def __init__(self, subject: str, title: str, options: Options, *, used: str, command: str = "") -> None:
        self._path = ROOT / f"results-{subject}.md"
        self._keep = not options.quick
        self._lines: list[str] = []
        today = dt.datetime.now(tz=dt.UTC).date().isoformat()
        command = command or shlex.join(["python", "-m", "bench", *(sys.argv[1:] or [subject])])
        self.say(f"# {title}", "", f"`{command}` on {today}. {used}.", *machine())
        self.say(f"Median of {options.runs} run(s), in brackets the smallest and the largest. Trust the ratios.", "")

    def say(self, *lines: str) -> None:
        """Print lines and keep them."""
        print(*lines, sep="\n", flush=True)
        self._lines += lines

    def table(self, *heads: str) -> None:
        """Begin a table."""
        self.say("", "| " + " | ".join(heads) + " |", "| " + " | ".join("---" for _ in heads) + " |")

    def row(self, *cells: object) -> None:
        """Add a row to the table that was begun."""
        self.say("| " + " | ".join(str(cell) for cell in cells) + " |")

    def save(self, path: Path | None = None) -> None:
        """Write what was said; a quick run writes nothing unless it is told where."""
        if self._keep or path is not None:
            (path or self._path).write_text("\n".join(self._lines) + "\n", encoding="utf-8")
