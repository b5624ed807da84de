"""What one more entry costs in a small and in a large record, and whether that is flat.

`SharedRecord.say` of released and sealed words, each durable on return (one commit), on a store of the given size.
"""

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


def appended(path: Path, party: MadeParty, count: int) -> list[float]:
    """Return the seconds of each of `count` appends to the record in `path`."""
    store = SqliteStore(path)
    try:
        roster = made_roster(made_parties())
        record = open_record(store, party, roster)
        seconds = []
        for number, (released, body) in enumerate(prepared(party, roster, WARM_UP + count, now_us=NOW_US)):
            begun = time.perf_counter()
            record.say(released, body, now_us=NOW_US + number)
            seconds.append(time.perf_counter() - begun)
        return seconds[WARM_UP:]
    finally:
        store.close()


def main(options: Options, stock: Stock) -> None:
    """Measure at each size and write bench/results-append.md."""
    report = Report("append", "Benchmark: one more entry", options, used=versions("apsw", "cryptography"))
    sizes = options.entries or (QUICK if options.quick else SIZES)
    count = 20 if options.quick else APPENDS
    report.say(f"{count} appends in each run, on a fresh copy of the record. All times in ms.")
    report.table("entries in the record", "median", "p99", "median / median of the first row")
    first = 0.0
    for size in sorted(sizes):
        runs = [appended(stock.copy(size), made_parties()[0], count) for _ in range(options.runs)]
        medians = Spread.of([statistics.median(run) * 1000 for run in runs])
        slowest = Spread.of([percentile(run, 0.99) * 1000 for run in runs])
        first = first or medians.median
        report.row(f"{size:,}", medians.text(digits=3), slowest.text(digits=3), f"{medians.median / first:.2f}")
    report.save()
