"""Made records of some sizes, each made once in a run of the benchmark and shared by its subjects."""

import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.made_parties import NAMES, made_parties
from bench.made_record import Maker, Said
from searoom.record.store import SqliteStore
from searoom.signals import forms

EVERY_US = 100  # between two entries that say something: a million of them lie within one deadline


class Stock:
    """The records of this run, as stores in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[int, Path] = {}
        self._spoken: dict[tuple[int, int], Path] = {}

    def record(self, entries: int) -> Path:
        """Return a store with so many entries, half of them each party's own; not to be written."""
        if entries not in self._made:
            self._made[entries] = self._make(entries)
        return self._made[entries]

    def copy(self, entries: int) -> Path:
        """Return a store with so many entries that may be written."""
        return copied(self.record(entries), self._folder / f"copy-{entries}.db")

    def spoken(self, entries: int, waiting: int) -> Path:
        """Return a store whose words the first party can open: contacts, and `waiting` messages to read, in between."""
        if (entries, waiting) not in self._spoken:
            book, path = forms.load(), self._folder / f"spoken-{entries}-{waiting}.db"
            here = Said(forms.encode(forms.from_text(book, "hotline-contact", {"phrase": "we-are-here"}), book))
            asked = Said(forms.encode(forms.from_text(book, "hotline-message", {"text": "Your course?"}), book), 2)
            each = max(2, entries // waiting // 2 * 2)  # an even number: all of them are the first party's

            def maker(store: SqliteStore) -> Maker:
                says = lambda n: asked if n % each == 0 and n // each < waiting else here  # noqa: E731  # as short as a name
                return Maker(store, made_parties(), says=says, opens=NAMES[:1], every_us=EVERY_US)

            _grow(path, entries, maker)
            self._spoken[entries, waiting] = path
        return self._spoken[entries, waiting]

    def _make(self, entries: int) -> Path:
        path = self._folder / f"record-{entries}.db"
        smaller = [count for count in self._made if count < entries]
        if smaller:
            shutil.copyfile(self._made[max(smaller)], path)
        _grow(path, entries, lambda store: Maker(store, made_parties()))
        return path


def copied(source: Path, path: Path) -> Path:
    """Copy a store and wait until the disk has it: what is measured next has the disk for itself."""
    shutil.copyfile(source, path)
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    return path


def _grow(path: Path, entries: int, maker_of: Callable[[SqliteStore], Maker]) -> None:
    begun = told = time.monotonic()

    def progress(size: int) -> None:
        nonlocal told
        if time.monotonic() - told > 10.0:
            told = time.monotonic()
            print(f"  making a record: {size:,} of {entries:,} entries", file=sys.stderr, flush=True)

    store = SqliteStore(path)
    try:
        maker = maker_of(store)
        maker.grow_to(entries, progress)
        maker.cosign()
    finally:
        store.close()
    seconds = time.monotonic() - begun
    print(f"  a record of {entries:,} entries, made in {seconds:.1f} s", file=sys.stderr, flush=True)
