"""What one more entry costs in a small and in a large record, and whether that is flat.

`SharedRecord.say` of released and sealed words, each durable on return (one commit), on a store of the given size.
"""

import contextlib
import statistics
import time
from pathlib import Path

from bench.frame import Options, Report, Spread, percentile, versions
from bench.made_parties import NOW_US, MadeParty, made_parties, made_roster, open_record
from bench.stock import Stock
from bench.words import prepared
from searoom.record.store import SqliteStore

SIZES = (10_000, 100_000, 1_000_000)
QUICK = (1_000, 4_000)
APPENDS = 200
WARM_UP = 10


def appended(path: Path, party: MadeParty, count: int) -> list[tuple[float, int]]:
    """Return the seconds of each of `count` appends to the record in `path`, and the bytes that it wrote."""
    store = SqliteStore(path)
    try:
        roster = made_roster(made_parties())
        record = open_record(store, party, roster)
        found = []
        for number, (released, body) in enumerate(prepared(party, roster, WARM_UP + count, now_us=NOW_US)):
            before, begun = written(), time.perf_counter()
            record.say(released, body, now_us=NOW_US + number)
            found.append((time.perf_counter() - begun, written() - before))
        return found[WARM_UP:]
    finally:
        store.close()


def written() -> int:
    """Return how many bytes this process has written so far; 0 where the system does not say."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/io").read_text().splitlines():
            if line.startswith("wchar:"):
                return int(line.split()[1])
    return 0


def main(options: Options, stock: Stock) -> None:
    """Measure at each size and write bench/results-append.md."""
    report = Report("append", "Benchmark: one more entry", options, used=versions("apsw", "cryptography"))
    sizes = options.entries or (QUICK if options.quick else SIZES)
    count = 20 if options.quick else APPENDS
    report.say(f"{count} appends in each run, on a fresh copy of the record. All times in ms.")
    report.say("What is written is the same on a busy disk: the pages of the store that an append changes.")
    report.table("entries in the record", "median", "p99", "median / median of the first row", "written, KB (median)")
    first = 0.0
    for size in sorted(sizes):
        runs = [appended(stock.copy(size), made_parties()[0], count) for _ in range(options.runs)]
        times = [[seconds * 1000 for seconds, _ in run] for run in runs]
        medians = Spread.of([statistics.median(run) for run in times])
        slowest = Spread.of([percentile(run, 0.99) for run in times])
        first = first or medians.median
        kilobytes = statistics.median(count for run in runs for _, count in run) / 1000
        cells = (medians.text(digits=3), slowest.text(digits=3), f"{medians.median / first:.2f}", f"{kilobytes:.1f}")
        report.row(f"{size:,}", *cells)
    report.save()
