"""How long a node takes to start on a large store, and how much memory that asks for: its record alone, and all of it.

From the snapshot (what the log wrote down as it grew), and from the bytes of every entry; each in a process of its own.
`python -m bench.start STORE snapshot|bytes` is that of the record; `start_node.py` starts a whole node.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import start_node
from bench.frame import ROOT, Options, Report, Spread, versions
from bench.made_parties import made_parties, made_roster, open_record
from bench.memory import peak
from bench.stock import Stock
from searoom.record import snapshot
from searoom.record.store import SqliteStore

SIZES = (100_000, 1_000_000)
QUICK = (40_000,)
WAYS = {"snapshot": "from the snapshot", "bytes": "from the bytes of all entries"}
MEGABYTE = 1e6


class Forgetful(SqliteStore):
    """A store whose snapshot is not there."""

    def get(self, kind: str, key: bytes) -> bytes | None:
        """Return what is kept, but no block of a snapshot."""
        return None if kind == snapshot.KIND else super().get(kind, key)


def child(path: str, way: str) -> None:
    """Open the record once and print what it took."""
    begun = time.perf_counter()
    party = made_parties()[0]
    roster = made_roster(made_parties())
    keys = time.perf_counter()
    store = SqliteStore(path) if way == "snapshot" else Forgetful(path)
    record = open_record(store, party, roster)
    ready = time.perf_counter()
    size = sum(record.size(log) for log in record.logs())
    store.close()
    print(json.dumps({"opened": ready - keys, "keys": keys - begun, "peak": peak(), "size": size}))


def started(path: Path, way: str) -> dict[str, float]:
    """Return what the child found, with the seconds from its first breath to its last (`whole`)."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "bench.start", str(path), way]
    done = subprocess.run(command, cwd=ROOT.parent, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the record did not start: {done.stderr.strip().splitlines()[-1:]}")
    found: dict[str, float] = json.loads(done.stdout)
    return {**found, "whole": time.perf_counter() - begun}


def main(options: Options, stock: Stock) -> None:
    """Measure both ways at each size and write bench/results-start.md."""
    report = Report("start", "Benchmark: a node starts", options, used=versions("apsw", "cryptography"))
    sizes = sorted(options.entries or (QUICK if options.quick else SIZES))
    report.say(
        "Seconds until the record of a party can be asked and written; 'process' is all of it, with Python's own"
    )
    report.say("start and imports. The file system has the store in memory. The memory is the peak of the process.")
    report.table("entries", "how", "record, s", "process, s", "memory, MB")
    for size in sizes:
        for way, words in WAYS.items():
            runs = [started(stock.record(size), way) for _ in range(options.runs)]
            if any(run["size"] != size for run in runs):
                raise RuntimeError(f"the record has {runs[0]['size']} entries and not {size}")
            report.row(f"{size:,}", words, *(_spread(runs, part) for part in ("opened", "whole")), _most(runs, "peak"))
    report.say(
        "", "A whole node, `searoom node`: seconds from the start of its process until it answered an exchange of"
    )
    report.say("its counterpart, and until its desk answered `status`. Once, also until its account was read, at work.")
    report.table("entries", "how", "exchange, s", "status, s", "memory, MB", "account, s", "memory then, MB")
    for size in sizes:
        for way, words in WAYS.items():
            runs = [_node(stock, size, way, whole=way == "snapshot" and not run) for run in range(options.runs)]
            whole = [run for run in runs if "account" in run]
            then = (_spread(whole, "account"), _most(whole, "peak whole")) if whole else ("", "")
            parts = (_spread(runs, part) for part in ("exchange", "status"))
            report.row(f"{size:,}", words, *parts, _most(runs, "peak"), *then)
    report.save()


def _node(stock: Stock, size: int, way: str, *, whole: bool) -> dict[str, float]:
    path = stock.copy(size)
    try:
        with tempfile.TemporaryDirectory(dir=path.parent) as home:
            return start_node.started(Path(home), path, way, whole=whole)
    finally:
        path.unlink()


def _spread(runs: list[dict[str, float]], part: str) -> str:
    return Spread.of([run[part] for run in runs]).text()


def _most(runs: list[dict[str, float]], part: str) -> str:
    return f"{max(run[part] for run in runs) / MEGABYTE:,.0f}"


if __name__ == "__main__":
    child(*sys.argv[1:])
