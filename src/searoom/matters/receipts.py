"""Which receipts are owed for what we hold: one for a log in which more than receipts came; a receipt causes none.

What came ahead of its place is named in the receipt, for it is held although those before it are not. What came
without its end waits for it: the entry that is the receipt could not say yet that it was heard.

Our own newest receipt for a log says all that ours before it said: it is looked for from the end of our log backwards,
and what stands behind it in theirs is looked at once. So a node knows what it owes before it has read all entries.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias, cast

from searoom.record.roster import author_of
from searoom.record.shared import SharedRecord
from searoom.statements.items import Item, Message

RECEIPT: Final = "receipt"
Items: TypeAlias = Callable[[str, int, int], Iterable[Item]]  # of a log, from an index on, so many
_RUN: Final = 64  # entries of ours that are looked at together


class Receipts:
    """The receipts of our station for the logs of the other `parties`: which it wrote, and which it owes."""

    def __init__(self, record: SharedRecord, items: Items, parties: Sequence[str]) -> None:
        self._record, self._items, self._parties = record, items, parties
        self._looked: dict[str, tuple[int, int]] = {}  # at which of our entries, by our log: from one to before another
        self._said: dict[
            tuple[str, str], tuple[int, frozenset[int]]
        ] = {}  # by our log and theirs: size, and what ahead
        self._only_receipts: dict[str, int] = {}  # up to where nothing but receipts stands behind ours, by their log
        self._left = 0
        self.open = False

    def owed(self, most: int | None = None) -> list[dict[str, object]]:
        """Return the fields of each receipt that is owed.

        Looks at no more than about `most` entries: where that is not enough to know, `open` is true afterwards, and
        the next time goes on from there.
        """
        self._left = sum(map(self._record.size, self._record.logs())) if most is None else most
        self.open = False
        self._look_on()
        logs = [log for log in self._record.logs() if author_of(log) != self._record.party]
        heard = {each.log: each.size for each in self._record.heard()}
        asked = [self._of(log, heard.get(log, 0)) for log in logs if author_of(log) in self._parties]
        return [fields for fields in asked if fields is not None]

    def _of(self, log: str, size: int) -> dict[str, object] | None:
        ahead = tuple(item.index for item in self._record.aheads(log))
        if not size and not ahead:
            return None
        if not self._look_back(log):
            self.open = True
            return None
        said = [told for (_, theirs), told in self._said.items() if theirs == log]
        covered = max((size for size, _ in said), default=0)
        named = frozenset[int]().union(*(indexes for _, indexes in said))
        if self._more(log, covered, size) or set(ahead) - named:
            return {"party": log, "size": size} | ({"ahead": ahead} if ahead else {})
        return None

    def _more(self, log: str, covered: int, size: int) -> bool:
        """Whether anything but receipts stands in a log of theirs from `covered` on."""
        start = max(covered, self._only_receipts.get(log, 0))
        for item in self._items(log, start, min(size - start, max(self._left, 1))):
            if not _is_receipt(item):
                return True
            self._only_receipts[log] = start = item.ref[1] + 1
            self._left -= 1
        self.open = self.open or start < size
        return False

    def _ours(self) -> list[str]:
        return [log for log in self._record.logs() if author_of(log) == self._record.party]

    def _look_on(self) -> None:
        """Look at what our log has grown by."""
        for log in self._ours():
            size = self._record.size(log)
            first, after = self._looked.get(log, (size, size))
            self._look(log, after, size)
            self._looked[log] = first, size

    def _look_back(self, log: str) -> bool:
        """Look for a receipt for a log of theirs in each of ours; return whether it is known now."""
        for own in self._ours():
            first, after = self._looked[own]
            while (own, log) not in self._said and first:
                if self._left <= 0:
                    return False
                start = max(0, first - _RUN)
                self._look(own, start, first)
                self._left -= first - start
                first = start
                self._looked[own] = first, after
        return True

    def _look(self, own: str, start: int, stop: int) -> None:
        for item in self._items(own, start, stop - start) if start < stop else ():
            if isinstance(item, Message) and _is_receipt(item):
                fields = item.filled.fields
                size, named = self._said.get((own, str(fields["party"])), (0, frozenset[int]()))
                said, ahead = cast("int", fields["size"]), cast("Sequence[int]", fields.get("ahead", ()))
                self._said[own, str(fields["party"])] = max(size, said), named.union(ahead)


def _is_receipt(item: Item) -> bool:
    return isinstance(item, Message) and item.filled.form == RECEIPT
