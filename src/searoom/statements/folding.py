"""An account begun with what is kept folded of it, and folded on as it is read.

Kept only while no author has several logs: a statement that stands in two counts at one of them, which no block knows.
What was kept before a second log began is begun with all the same, and the second log is read.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from searoom.record.entry import Entry
from searoom.record.roster import Roster, author_of
from searoom.statements import folded
from searoom.statements.folded import Block, Folded, Row, fold
from searoom.statements.items import Item
from searoom.statements.ledger import Ledger


class Readable(Protocol):
    """What is asked of a record: `searoom.record.shared.SharedRecord` has it."""

    @property
    def roster(self) -> Roster:
        """The cards of the parties, in the order of the agreement."""

    def logs(self) -> Sequence[str]:
        """Return the names of the logs."""

    def size(self, log: str) -> int:
        """Return how many entries of a log there are."""

    def entries(self, log: str, start: int = 0) -> Iterator[tuple[Entry, bytes]]:
        """Yield the entries of one log with their bodies, from index `start`."""

    def recorded(self, log: str, by: str) -> int:
        """Return the largest size of a log that another party has cosigned, as known here."""


class Folds(Protocol):
    """Where blocks of an account are kept: `keys.folds.Folds` has it. It gives none that does not hold any more."""

    def get(self, log: str, number: int, roster: Roster) -> Block | None:
        """Return a block of a log as it was read by this roster, or None."""

    def put(self, log: str, number: int, roster: Roster, block: Block) -> None:
        """Keep a block of a log as it was read by this roster."""


class Folding:
    """Folds what one reading of a record, by one roster, reads of it."""

    def __init__(self, record: Readable, folds: Folds, roster: Roster) -> None:
        self._record, self._folds, self._roster = record, folds, roster
        self._words: dict[str, list[bytes]] = {}  # of what makes no whole block yet

    def unfold(self, ledger: Ledger, make: Callable[[Row], Item]) -> dict[str, int]:
        """Put into an empty ledger what is kept of each log from its beginning on; return how much that is."""
        found: dict[str, int] = {}
        for log in self._record.logs():
            if blocks := tuple(self._kept(log)):
                ledger.put_folded(log, Folded(log, blocks, make))
                found[log] = len(blocks) * folded.ENTRIES
        return found

    def _kept(self, log: str) -> Iterator[Block]:
        for number in range(self._record.size(log) // folded.ENTRIES):
            block = self._folds.get(log, number, self._roster)
            if block is None:
                return
            yield block

    def take(self, ledger: Ledger, item: Item, words: bytes) -> None:
        """Take the next item of a log, which stands in the ledger now, and keep those that make a block whole."""
        log, stop = item.ref[0], item.ref[1] + 1
        held = self._words.setdefault(log, [])
        held.append(words)
        if stop % folded.ENTRIES:
            return
        start = stop - folded.ENTRIES
        block = fold(ledger.between(log, start, stop), held, ledger.grown(log, start, stop))
        if block is not None and one_each(self._record.logs()):
            self._folds.put(log, start // folded.ENTRIES, self._roster, block)
        held.clear()


def one_each(logs: Sequence[str]) -> bool:
    """Whether no author has several of these logs."""
    return len({author_of(log) for log in logs}) == len(logs)
