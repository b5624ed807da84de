"""Whether two nodes would tell the same story: the order of all entries, as far as it is settled for both.

A node that was put back, and whose officers opened a new log before the old one was whole again, has orphans: entries
of the old log that others hold and the new one has not heard. They stand where they stood, but nothing is settled by
them, so they are left out here.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from soak.judge import Judge
from soak.ledger import Holding

Row = tuple[int, int, str, int, bytes]


def continued(holdings: Iterable[Holding]) -> dict[str, int]:
    """Return, for each log that was followed by another of its party, how much of it that one has heard."""
    cut: dict[str, int] = {}
    for held in holdings:
        for log, column in held.columns.items():
            party, _, epoch = log.partition(".")
            if epoch and column.size:
                before = party if epoch == "2" else f"{party}.{int(epoch) - 1}"
                cut[before] = min(column.opened.get(before, 0), cut.get(before, column.size + (1 << 40)))
    return cut


def rows(held: Holding, names: Sequence[str], cut: Mapping[str, int]) -> Iterator[Row]:
    """Yield the entries of a holding as they are ordered: height, place of the author in the agreement, log, index."""
    for log, column in held.columns.items():
        for index, height in enumerate(column.heights[: cut.get(log, column.size)]):
            yield height, names.index(log.partition(".")[0]), log, index, column.leaves[index]


def settled(told: Sequence[Row], names: Sequence[str]) -> int:
    """Return the height up to which nothing can be inserted any more: the least of the parties' last heights."""
    last = dict.fromkeys(range(len(names)), 0)
    for height, place, *_ in told:
        last[place] = max(last[place], height)
    return min(last.values())


def compare_accounts(judge: Judge, names: Sequence[str]) -> None:
    """Judge that what is settled for two honest nodes is the same for both; `names` are all parties, in order."""
    cut = continued(judge.holdings.values())
    told = [(name, sorted(rows(held, names, cut))) for name, held in judge.holdings.items()]
    for (one, mine), (other, theirs) in itertools.combinations(told, 2):
        height = min(settled(mine, names), settled(theirs, names))
        if [row for row in mine if row[0] <= height] != [row for row in theirs if row[0] <= height]:
            judge.breach("same", f"{one} and {other} tell two stories up to the settled height {height}")
