"""The least that the link could cost: three durable commits, and one empty POST over the link's own HTTP and TLS.

The commits are bare rows in SQLite (WAL, synchronous=FULL), as large as what the link stores for the same message: the
words at the sender, the words at the receiver, the receipt. The POST carries 1 KiB and is answered with nothing.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import apsw

from searoom.link.carriers import HttpsCarrier

POST_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many bytes an item (entry and body) has: words, and a receipt."""

    words: int
    receipt: int


class Floor:
    """Measures the floor, one sample at a time; all parts in seconds."""

    def __init__(self, path: Path, sizes: Sizes, carrier: HttpsCarrier) -> None:
        self._sizes, self._carrier = (sizes.words, sizes.words, sizes.receipt), carrier
        self._db = apsw.Connection(str(path))
        self._db.pragma("journal_mode", "wal")
        self._db.pragma("synchronous", "full")
        self._db.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT")

    async def sample(self) -> tuple[float, float]:
        """Return the seconds of the three commits, and of the POST."""
        begun = time.perf_counter()
        for size in self._sizes:
            with self._db:
                self._db.execute("INSERT INTO item (data) VALUES (?)", (os.urandom(size),))
        committed = time.perf_counter()
        await self._carrier.exchange(bytes(POST_BYTES))
        return committed - begun, time.perf_counter() - committed

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
