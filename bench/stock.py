"""Made records of some sizes, each made once in a run of the benchmark and shared by its subjects."""

import shutil
import sys
import time
from pathlib import Path

from bench.made_parties import made_parties
from bench.made_record import Maker
from searoom.record.store import SqliteStore


class Stock:
    """The records of this run, as stores in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[int, Path] = {}

    def record(self, entries: int) -> Path:
        """Return a store with so many entries, half of them each party's own; not to be written."""
        if entries not in self._made:
            self._made[entries] = self._make(entries)
        return self._made[entries]

    def copy(self, entries: int) -> Path:
        """Return a store with so many entries that may be written."""
        path = self._folder / f"copy-{entries}.db"
        shutil.copyfile(self.record(entries), path)
        return path

    def _make(self, entries: int) -> Path:
        path, begun = self._folder / f"record-{entries}.db", time.monotonic()
        told = begun
        smaller = [count for count in self._made if count < entries]
        if smaller:
            shutil.copyfile(self._made[max(smaller)], path)

        def progress(size: int) -> None:
            nonlocal told
            if time.monotonic() - told > 10.0:
                told = time.monotonic()
                print(f"  making a record: {size:,} of {entries:,} entries", file=sys.stderr, flush=True)

        store = SqliteStore(path)
        try:
            maker = Maker(store, made_parties())
            maker.grow_to(entries, progress)
            maker.cosign()
        finally:
            store.close()
        seconds = time.monotonic() - begun
        print(f"  a record of {entries:,} entries, made in {seconds:.1f} s", file=sys.stderr, flush=True)
        return path
