"""How fast a whole record is proven from its bytes, beside the bare rate of the installed Ed25519 verifiers.

The record is made, exported to a folder, and verified in a process of its own (with the workers that it starts).
`python -m bench.verify FOLDER` is that process.
"""

import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bench.frame import ROOT, Options, Report, Spread, versions, work_folder
from bench.made_parties import made_parties, made_roster, open_record
from bench.memory import MemoryWatch, peak
from bench.peers import RIVALS
from bench.start import MEGABYTE
from bench.stock import Stock
from searoom.record.export import write_record
from searoom.record.store import SqliteStore
from searoom.record.verify import verify_folder

SIZES = (100_000, 1_000_000)
QUICK = (3_000,)
BARE_S = 4.0
ONCE_FROM = 500_000  # entries: from there on one run says enough, and takes long enough
AGREEMENT = bytes(32)


def child(folder: str) -> None:
    """Verify once and print what it took."""
    begun = time.perf_counter()
    proven = verify_folder(folder)
    seconds = time.perf_counter() - begun
    found = {"entries": proven.entries, "signatures": proven.signatures, "seconds": seconds}
    print(json.dumps({**found, "largest": peak()}))


def verified(folder: Path) -> dict[str, float]:
    """Return what the child found, with the most memory that it and its workers held together."""
    command = [sys.executable, "-m", "bench.verify", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT.parent, stdout=subprocess.PIPE, text=True)
    with process, MemoryWatch(process.pid) as watch:
        said = process.communicate()[0]
    if process.returncode:
        raise RuntimeError("the record could not be verified")
    found: dict[str, float] = json.loads(said)
    return {**found, "largest": max(found["largest"], watch.largest), "together": watch.together}


def exported(store_path: Path, folder: Path) -> None:
    """Write the record of a store as a folder."""
    parties = made_parties()
    store = SqliteStore(store_path)
    try:
        record = open_record(store, parties[0], made_roster(parties))
        cards = {party.name: party.card_bytes for party in parties}
        write_record(record, folder, cards=cards, agreement=AGREEMENT)
    finally:
        store.close()


def bare_rates(seconds: float) -> dict[str, float]:
    """Return signatures a second by library, all cores together; the rivals' Python may have another library."""
    found: dict[str, float] = {}
    for python in (Path(sys.executable), RIVALS.python):
        if python.exists():
            command = [str(python), "-m", "bench.bare", str(seconds), str(os.cpu_count() or 1)]
            done = subprocess.run(command, cwd=ROOT.parent, capture_output=True, text=True, check=True)
            found = {**json.loads(done.stdout), **found}
    return found


def main(options: Options, stock: Stock) -> None:
    """Measure at each size and write bench/results-verify.md."""
    report = Report("verify", "Benchmark: a record is verified", options, used=versions("cryptography"))
    report.say(
        "Every file of an exported record, from bytes, nothing opened. 'Largest' is the largest process; 'together'"
    )
    report.say(
        "all of them (shared pages once). The bare rate is that of all cores at once, measured between the runs."
    )
    report.say(f"Records of {ONCE_FROM:,} entries and more are verified once.")
    report.table("entries", "s", "entries/s", "signatures/s", "largest, MB", "together, MB")
    rates: list[dict[str, float]] = []
    best = 0.0
    for size in sorted(options.entries or (QUICK if options.quick else SIZES)):
        with work_folder() as folder:
            begun = time.monotonic()
            exported(stock.record(size), folder / "record")
            print(f"  {size:,} entries exported in {time.monotonic() - begun:.1f} s", file=sys.stderr, flush=True)
            runs = []
            for _ in range(options.runs if size < ONCE_FROM else 1):
                rates.append(bare_rates(0.3 if options.quick else BARE_S))
                runs.append(verified(folder / "record"))
            shutil.rmtree(folder / "record")
        speeds = [Spread.of([run[part] / run["seconds"] for run in runs]) for part in ("entries", "signatures")]
        memory = [f"{max(run[part] for run in runs) / MEGABYTE:,.0f}" for part in ("largest", "together")]
        seconds = Spread.of([run["seconds"] for run in runs])
        report.row(f"{size:,}", seconds.text(), *(speed.text(digits=0) for speed in speeds), *memory)
        best = max(best, speeds[1].median)
    cores = multiprocessing.cpu_count()
    report.table(f"bare verifier, {cores} cores", "signatures/s", "best row above / bare")
    for name in rates[0]:
        bare = Spread.of([one[name] for one in rates])
        report.row(name, bare.text(digits=0), f"{best / bare.median:.2f}")
    report.save()


if __name__ == "__main__":
    child(*sys.argv[1:])
