"""How long a node's account and what is owed take on a large record of real words, and how much memory that asks for.

    python -m bench standing [--entries 1000000]

From the bytes of every entry, each body opened with the node's KEM key (by one process, and by as many as there are
processors); after the rules or a card changed, with the content keys that were kept; and from the blocks that the
account keeps of itself. Then after one entry more, and after 10,000 that come late from a counterpart whose line was
cut. Each way is a process of its own: `python -m bench.standing STORE WAITING LATE RULES HANDS`.
"""

import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.frame import ROOT, Options, Report, Spread, versions, work_folder
from bench.made_parties import MECHANISM, made_parties, made_roster, open_record, seed
from bench.memory import peak
from bench.start import MEGABYTE
from bench.stock import EVERY_US, Stock, copied
from bench.words import released_words
from searoom.keys.crew import Crew
from searoom.keys.folds import KIND as BLOCKS
from searoom.keys.openings import Openings
from searoom.keys.runs import KIND as KEYS
from searoom.node.accounting import Accounting
from searoom.obligations.agreement import load
from searoom.record.shared import SharedRecord
from searoom.record.storage import StorageKey
from searoom.record.store import SqliteStore
from searoom.signals import forms
from searoom.units import MICROSECONDS

SIZES = (100_000, 1_000_000)
QUICK = (3_000,)
WAITING = 10_000
LATE = 10_000
MORE = 9  # entries that come one by one
TOGETHER = 500  # entries of ours in one transaction, when the late ones are made
FIRST_RULES, OTHER_RULES = "first", "other"
WAYS = (
    ("from all bodies by the KEM key, one process", FIRST_RULES, 1),
    ("from all bodies by the KEM key", FIRST_RULES, 0),
    ("from all bodies by kept keys, one process", OTHER_RULES, 1),
    ("from all bodies by kept keys", OTHER_RULES, 0),
    ("from the blocks of the account", OTHER_RULES, 0),
)
"""What is read from, under which rules (a block holds for one), and by how many processes; 0: one a processor."""
FORGOTTEN = {0: (BLOCKS, KEYS), 1: (BLOCKS, KEYS), 2: (BLOCKS,), 3: (BLOCKS,), 4: ()}
"""What is dropped from the store before each way."""


def child(path: str, waiting: str, late: str, rules: str, count: str) -> None:
    """Open the record, read the account, compute what is owed, and print what that took; then the rest, where asked."""
    begun, book, (amber, coral) = time.perf_counter(), forms.load(), made_parties()
    roster, agreement, store = made_roster((amber, coral)), load("demo", book), SqliteStore(path)
    record = open_record(store, amber, roster)
    openings = Openings(store, MECHANISM, "amber", [amber.kem], StorageKey(seed("amber", "storage")))
    opened = time.perf_counter()
    folds = openings.folds(record, rules.encode() + agreement.hash, hands=Crew(int(count) or None))
    node = Accounting(record, book, openings.content, agreement, slices=False, folds=folds)
    size = sum(node.account().sizes.values())
    read = time.perf_counter()
    now_us = amber_time(record)
    owed = sum(duty.clause.id == "hotline-read" and duty.open for duty in node.standing(now_us))
    stood = time.perf_counter()
    if owed != int(waiting):
        raise RuntimeError(f"{owed} messages wait to be read, not {waiting}")
    found = {"opened": opened - begun, "read": read - opened, "standing": stood - read, "peak": peak(), "size": size}
    if int(late):
        asked = forms.encode(forms.from_text(book, "hotline-contact", {"phrase": "we-are-here"}), book)
        then = []
        for number in range(MORE):
            record.say(*released_words(amber, roster, asked, now_us + number), now_us=now_us + number)
            then.append(_served(node, now_us + number))
        theirs = SqliteStore(f"{path}-theirs")
        _take_late(record, open_record(theirs, coral, roster), asked, int(late), now_us)
        theirs.close()
        begun = time.perf_counter()
        node.account()
        found |= {"one": statistics.median(then), "late read": time.perf_counter() - begun}
        found["late"] = _served(node, now_us) + found["late read"]
    store.close()
    print(json.dumps(found))


def amber_time(record: SharedRecord) -> int:
    """Return the time of the last entry of amber, in microseconds: all deadlines of what waits are still to come."""
    ((entry, _),) = record.entries("amber", record.size("amber") - 1)
    return entry.placed_us + EVERY_US


def _served(node: Accounting, now_us: int) -> float:
    begun = time.perf_counter()
    node.standing(now_us)
    return time.perf_counter() - begun


def _take_late(record: SharedRecord, theirs: SharedRecord, content: bytes, count: int, now_us: int) -> None:
    """Let coral, which was cut off, say so many entries, and amber take them all; nothing of it is read yet."""
    (_, coral), start = made_parties(), record.size("coral")
    for first in range(0, count, TOGETHER):
        number = min(TOGETHER, count - first)
        words = [released_words(coral, theirs.roster, content, now_us + first + at) for at in range(number)]
        theirs.say_all(words, now_us=now_us + MICROSECONDS)
    while record.size("coral") < start + count:
        batch = theirs.batch("coral", record.size("coral"))
        if batch is None:
            raise RuntimeError("coral has nothing more to hand over")
        record.admit(batch, now_us=now_us + MICROSECONDS)


def _forget(path: Path, kinds: Sequence[str]) -> None:
    """Drop what the store keeps of these kinds."""
    store = SqliteStore(path)
    for kind in kinds:
        with store.together():
            for name in [name for name, _ in store.each(kind)]:
                store.drop(kind, name)
    store.close()


def started(path: Path, waiting: int, late: int, rules: str = FIRST_RULES, count: int = 0) -> dict[str, float]:
    """Return what the child found, with the seconds from its first breath to what is owed (`whole`)."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "bench.standing", str(path), str(waiting), str(late), rules, str(count)]
    done = subprocess.run(command, cwd=ROOT.parent, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the account was not read: {done.stderr.strip().splitlines()[-1:]}")
    found: dict[str, float] = json.loads(done.stdout)
    return {**found, "whole": time.perf_counter() - begun}


def main(options: Options, stock: Stock) -> None:
    """Measure both ways at each size and write bench/results-standing.md."""
    report = Report(
        "standing", "Benchmark: the account and what is owed", options, used=versions("apsw", "cryptography")
    )
    report.say("Two parties, the agreement `demo`, words that are really sealed and opened. All is read once each")
    report.say("way; the blocks that this leaves are begun with in each run. Memory is the peak of the process.")
    report.table("entries, waiting", "how", "record, s", "account, s", "owed, s", "process, s", "memory, MB")
    last: list[tuple[str, dict[str, float]]] = []
    for size in sorted(options.entries or (QUICK if options.quick else SIZES)):
        waiting = min(WAITING, size // 100)
        with work_folder() as folder:
            path = copied(stock.spoken(size, waiting), folder / "store.db")
            for way, (how, rules, count) in enumerate(WAYS):
                found = []
                for _ in range(options.runs if way == len(WAYS) - 1 else 1):
                    _forget(path, FORGOTTEN[way])
                    found.append(started(path, waiting, 0, rules, count))
                parts = [
                    Spread.of([run[part] for run in found]).text() for part in ("opened", "read", "standing", "whole")
                ]
                most = max(run["peak"] for run in found) / MEGABYTE
                report.row(f"{size:,}, {waiting:,}", how, *parts, f"{most:,.0f}")
            shutil.copyfile(stock.spoken(size, waiting), f"{path}-theirs")
            last.append((f"{size:,}, {waiting:,}", started(path, waiting, min(LATE, size // 3), OTHER_RULES, 0)))
    report.table(
        "entries, waiting", "after one entry, ms", "after the late ones, s", "of that, read from their bytes, s"
    )
    for name, found_last in last:
        report.row(
            name, f"{found_last['one'] * 1000:.1f}", f"{found_last['late']:.2f}", f"{found_last['late read']:.2f}"
        )
    report.say(
        "", f"Late ones: {LATE:,}, or a third of the entries where those are fewer; taken before the clock runs."
    )
    report.save()


if __name__ == "__main__":
    child(*sys.argv[1:])
