"""An account begun with what is kept folded of it, and folded on as it is read.

Kept only while no author has several logs: a statement that stands in two counts at one of them, which no block knows.
What was kept before a second log began is begun with all the same, and the second log is read.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol, TypeAlias

from searoom.record.entry import Entry
from searoom.record.roster import Roster, author_of
from searoom.statements import folded
from searoom.statements.folded import Block, Folded, Row, fold
from searoom.statements.interpreting import Interpreter, Opener
from searoom.statements.items import Item
from searoom.statements.ledger import Ledger

Wanted: TypeAlias = Callable[[Opener], Interpreter]
"""What makes an interpreter of what opens a body."""


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

    def together(self, wanted: Wanted, places: Sequence[tuple[str, int]]) -> Iterator[tuple[str, int, Block | None]]:
        """Yield blocks of these logs and numbers that others read meanwhile, None for one that they cannot read."""


class Folding:
    """Folds what one reading of a record, by one roster, reads of it."""

    def __init__(self, record: Readable, folds: Folds, roster: Roster) -> None:
        self._record, self._folds, self._roster = record, folds, roster
        self._words: dict[str, list[bytes]] = {}  # of what makes no whole block yet
        self._gathered: dict[str, list[tuple[Item, bytes]]] = {}  # the same, where it stands in no ledger yet

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

    def together(self, ledger: Ledger, wanted: Wanted, make: Callable[[Row], Item]) -> dict[str, int]:
        """Put into the ledger the whole blocks that several hands read at once; return how far each log was read."""
        logs, found, places = self._record.logs(), dict[str, int](), list[tuple[str, int]]()
        sizes = ledger.sizes()
        for log in logs if one_each(logs) and not any(self._gathered.values()) else ():
            first, short = divmod(sizes.get(log, 0), folded.ENTRIES)
            if not short and ledger.foldable(log, first * folded.ENTRIES):
                places += [(log, number) for number in range(first, self._record.size(log) // folded.ENTRIES)]
        for log, number, block in self._folds.together(wanted, places) if places else ():
            start = number * folded.ENTRIES
            if block is not None and ledger.foldable(log, start):
                ledger.put_block(log, block, make)
                self._folds.put(log, number, self._roster, block)
                found[log] = start + folded.ENTRIES
        return found

    def gather(self, ledger: Ledger, item: Item, words: bytes, make: Callable[[Row], Item]) -> bool:
        """Take the next item of a log, where it is one of a whole block that is put into the ledger folded."""
        log, index = item.ref
        held = self._gathered.setdefault(log, [])
        if not held and not self._may_gather(ledger, log, index):
            return False
        held.append((item, words))
        if len(held) == folded.ENTRIES:
            items, said = zip(*held, strict=True)
            block = fold(items, said, tuple(heard_anew(items, ledger.heard_by(log))))
            if block is None or not ledger.foldable(log, items[0].ref[1]) or not one_each(self._record.logs()):
                self.release(ledger)
            else:
                ledger.put_block(log, block, make)
                self._folds.put(log, index // folded.ENTRIES, self._roster, block)
                held.clear()
        return True

    def _may_gather(self, ledger: Ledger, log: str, index: int) -> bool:
        """Whether a whole block of a log begins at `index`, and may be put in folded."""
        whole = index % folded.ENTRIES == 0 and self._record.size(log) >= index + folded.ENTRIES
        return whole and ledger.foldable(log, index) and one_each(self._record.logs())

    def release(self, ledger: Ledger) -> None:
        """Put into the ledger, one by one, what makes no whole block yet: somebody asks for it."""
        gathered, self._gathered = self._gathered, {}
        for held in gathered.values():
            for item, words in held:
                ledger.add(item)
                self.take(ledger, item, words)

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


def heard_anew(items: Sequence[Item], before: Mapping[str, int]) -> Iterator[tuple[str, int, int]]:
    """Yield what items of one log have heard anew, where so much was heard `before`: log, size, place among them."""
    known = dict(before)
    for place, item in enumerate(items):
        for heard in item.heard:
            if heard.size > known.get(heard.log, 0):
                known[heard.log] = heard.size
                yield heard.log, heard.size, place
