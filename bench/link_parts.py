"""Where the time of one message goes: each step done by hand between two records in one process, and timed."""

import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from bench.floor import Sizes
from bench.link_node import RECEIPT, LinkNode, now_us
from bench.made_parties import made_parties
from bench.words import WORDS_BYTES, sealed_words, stated
from searoom.record.entry import release
from searoom.record.store import SqliteStore

Done = TypeVar("Done")


class TimedStore(SqliteStore):
    """A store that knows how long its transactions took."""

    spent = 0.0

    @contextmanager
    def together(self) -> Iterator[None]:
        """Measure one transaction."""
        begun = time.perf_counter()
        with super().together():
            yield
        self.spent += time.perf_counter() - begun


class Parts:
    """Two records on disk and the seconds of each step, by its name, in order."""

    def __init__(self, folder: Path) -> None:
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)
        self._nodes = [
            LinkNode(party, TimedStore(folder / f"parts-{party.name}.db"), receipts=False) for party in made_parties()
        ]
        self.sizes = Sizes(0, 0)

    def close(self) -> None:
        """Let go of the files."""
        for node in self._nodes:
            node.store.close()

    def run(self) -> None:
        """Do all steps of one message once."""
        amber, coral = self._nodes
        words = self._one_way(amber, coral, os.urandom(WORDS_BYTES), "words")
        self.sizes = Sizes(words, self._one_way(coral, amber, RECEIPT, "receipt"))

    def _one_way(self, sender: LinkNode, receiver: LinkNode, content: bytes, what: str) -> int:
        party, roster = sender.party, sender.roster
        key = party.officer if what == "words" else party.keys.station
        sealed = self._timed(f"{what}: seal", lambda: sealed_words(party, roster, content))
        released = self._timed(f"{what}: state and sign", lambda: release(stated(party, roster, sealed, now_us()), key))
        entry = self._stored(
            f"{what}: place, check, sign", sender, lambda: sender.record.say(released, sealed.body, now_us=now_us())
        )
        batch = self._timed(f"{what}: read for sending", lambda: sender.record.batch(entry.log, entry.index))
        if batch is None:
            raise RuntimeError("what was said is not there to be sent")
        self._stored(f"{what}: verify", receiver, lambda: receiver.record.admit(batch, now_us=now_us()))
        return sum(len(part) for part in batch.items[0])

    def _timed(self, name: str, deed: Callable[[], Done]) -> Done:
        begun = time.perf_counter()
        done = deed()
        self.seconds[name].append(time.perf_counter() - begun)
        return done

    def _stored(self, name: str, node: LinkNode, deed: Callable[[], Done]) -> Done:
        """Time a deed that ends in a commit as two parts."""
        store = node.store
        if not isinstance(store, TimedStore):
            raise TypeError("only a timed store tells what a commit took")
        store.spent = 0.0
        begun = time.perf_counter()
        done = deed()
        whole = time.perf_counter() - begun
        self.seconds[name].append(whole - store.spent)
        self.seconds[f"{name.partition(':')[0]}: commit at {node.party.name}"].append(store.spent)
        return done
