"""A statement that stands in several logs of its author is one message: which of its places counts.

A party whose store was put back goes on in a new log, and may say again there what stood in the part of the old one
that it had lost. Its station alone can do the same with whatever an officer ever released, once there is a new log.

Rule 1: the same statement is the same bytes that officers signed; other words, times or recipients are another one.
Rule 2: the place in the oldest log counts. A place whose words are closed, or behind which a withdrawn key stands,
counts only where there is no better one: who repeats a message can neither close it nor make it doubtful.
"""

from collections.abc import Iterable, Mapping, Sequence

from searoom.record.roster import epoch_of
from searoom.statements.items import Again, Closed, Item, Ref


def repeats(items: Sequence[Item]) -> Mapping[Ref, tuple[Ref, ...]]:
    """Return all places of each statement that stands at several, the one that counts first, by each of them."""
    several = _with_several_logs(items)
    same: dict[tuple[str, bytes], list[Item]] = {}
    for item in items if several else ():
        if item.author in several and item.statement:
            same.setdefault((item.author, item.statement), []).append(item)
    found: dict[Ref, tuple[Ref, ...]] = {}
    for these in same.values():
        if len(these) > 1:
            places = tuple(item.ref for item in sorted(these, key=rank))
            found.update(dict.fromkeys(places, places))
    return found


def alone(item: Item | Again) -> Item:
    """Return an item as it is where nothing else is known."""
    return item.alone if isinstance(item, Again) else item


def _with_several_logs(items: Iterable[Item]) -> set[str]:
    first: dict[str, str] = {}
    return {item.author for item in items if first.setdefault(item.author, item.ref[0]) != item.ref[0]}


def rank(item: Item) -> tuple[bool, bool, int, int]:
    """Return by what the places of one statement are ranked; the first counts."""
    return isinstance(item, Closed), bool(item.doubtful), epoch_of(item.ref[0]), item.ref[1]
