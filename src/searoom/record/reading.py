"""The first pass over a record's files: each log put together from its bundles of entries, and compared with its tiles.

Nothing is proven by it but that the files fit each other: what the second pass (`proving`) asks of other bundles,
trees, heights and cards, is computed here. Bundles are read independently of each other.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Final, NamedTuple, TypeVar

from searoom.errors import NotAllowed, Tampered
from searoom.record import layout, tiles
from searoom.record.checkpoint import SignedNote
from searoom.record.entry import Entry, Kind, Statement
from searoom.record.glance import glance
from searoom.record.merkle import HASH_BYTES, Tree, leaf_hash, node_hash
from searoom.record.roster import Roster, author_of

_PREFIX: Final = 8
_Task = TypeVar("_Task")
_Result = TypeVar("_Result")
Spread = Callable[[Callable[[_Task], _Result], Sequence[_Task]], Iterable[_Result]]


@dataclass(slots=True)
class LogRead:
    """One log as read: its newest note, its tree, heights, and the first bytes of what each entry says (its hash)."""

    note: SignedNote
    size: int
    tree: Tree = field(default_factory=Tree)
    heights: "array[int]" = field(default_factory=lambda: array("q"))
    said: "array[int]" = field(default_factory=lambda: array("Q"))
    lines: int = 0


class BundleRead(NamedTuple):
    """One bundle as read: its hashes level by level, heights and hashes of what is said as arrays, places of cards."""

    hashes: bytes
    heights: bytes
    said: bytes
    cards: tuple[int, ...]


@contextmanager
def at(path: str) -> Iterator[None]:
    """Put the file in front of what is wrong with it."""
    try:
        yield
    except (NotAllowed, Tampered) as fault:
        raise named(path, fault) from fault


def named(path: str, fault: NotAllowed | Tampered) -> NotAllowed | Tampered:
    """Return the same fault with the file in front of it."""
    return type(fault)(f"{layout.shown(path)}: {fault.sentence}", advice=fault.advice())


def read_file(files: Mapping[str, bytes], path: str) -> bytes:
    """Return the bytes of a file; raise `NotAllowed` where it is missing."""
    if path not in files:
        raise NotAllowed("the file is missing")
    return files[path]


def read_notes(files: Mapping[str, bytes], logs: Sequence[str], seen: set[str]) -> dict[str, LogRead]:
    """Return each log with its newest note, in the order given; nothing of it is believed yet."""
    read: dict[str, LogRead] = {}
    for log in logs:
        path = layout.checkpoint_path(log)
        seen.add(path)
        with at(path):
            note = SignedNote.from_bytes(read_file(files, path))
            read[log] = LogRead(note, note.checkpoint.size)
    return read


def read_logs(
    files: Mapping[str, bytes],
    logs: Mapping[str, LogRead],
    roster: Roster,
    seen: set[str],
    spread: "Spread[Task, BundleRead]",
) -> Roster:
    """Fill each log from its bundles, and return the roster after all cards in them.

    `spread` calls a function for each of many tasks, perhaps by several processes, and gives the results in order.
    """
    for log, held in logs.items():
        if -(-held.size // tiles.TILE_WIDTH) > len(files):
            raise NotAllowed(
                f"{layout.checkpoint_path(log)}: it is over {held.size} entries, and they are not all here"
            )
    tasks = [Task(log, index, width) for log, held in logs.items() for index, width in tiles.widths(held.size)]

    def job(task: Task) -> BundleRead:
        return read_bundle(files, task)

    for task, read in zip(tasks, spread(job, tasks), strict=True):
        log, index, width = task
        held = logs[log]
        held.heights.frombytes(read.heights)
        held.said.frombytes(read.said)
        if width == tiles.TILE_WIDTH:
            held.tree.append_block(read.hashes, tiles.TILE_HEIGHT)
        else:
            for start in range(0, len(read.hashes), HASH_BYTES):
                held.tree.append(read.hashes[start : start + HASH_BYTES])
        bodies = layout.bodies_path(log, index, width)
        seen.update((layout.entries_path(log, index, width), bodies, f"{log}/{tiles.tile_path(0, index, width)}"))
        openings = layout.openings_path(log, index, width)
        if openings in files:
            seen.add(openings)
        for place in read.cards:
            with at(bodies):
                body = layout.read_long(read_file(files, bodies), width)[place % tiles.TILE_WIDTH]
                roster = roster.with_card(body, log, place)
    for log, held in logs.items():
        _compare_upper(files, log, held.tree, seen)
    return roster


class Task(NamedTuple):
    """One bundle of one log."""

    log: str
    number: int
    width: int


def read_bundle(files: Mapping[str, bytes], task: Task) -> BundleRead:
    """Return what is read of one bundle, its tile of the lowest level compared; of a partial one the leaf hashes."""
    log, index, width = task
    heights, said, cards = array("q"), array("Q"), []
    path = layout.entries_path(log, index, width)
    with at(path):
        leaves = tiles.read_bundle(read_file(files, path), width)
        for place, leaf in enumerate(leaves, index * tiles.TILE_WIDTH):
            one = glance(leaf)
            heights.append(one.height)
            said.append(said_prefix(one.plain_hash))
            if one.kind is Kind.CARD:
                cards.append(place)
    row = [leaf_hash(leaf) for leaf in leaves]
    levels = [b"".join(row)]
    tile = f"{log}/{tiles.tile_path(0, index, width)}"
    with at(tile):
        _same_tile(read_file(files, tile), levels[0])
    while width == tiles.TILE_WIDTH and len(row) > 1:
        row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
        levels.append(b"".join(row))
    return BundleRead(b"".join(levels), heights.tobytes(), said.tobytes(), tuple(cards))


def said_prefix(plain_hash: bytes) -> int:
    """Return what is kept in memory of the hash of what an entry says."""
    return int.from_bytes(plain_hash[:_PREFIX], "big")


def _compare_upper(files: Mapping[str, bytes], log: str, tree: Tree, seen: set[str]) -> None:
    """Compare the tiles above the lowest level with the tree."""
    level = 1
    while count := tree.size >> level * tiles.TILE_HEIGHT:
        for index, width in tiles.widths(count):
            path = f"{log}/{tiles.tile_path(level, index, width)}"
            seen.add(path)
            with at(path):
                _same_tile(read_file(files, path), tiles.tile(tree, level, index, width))
        level += 1


def _same_tile(found: bytes, computed: bytes) -> None:
    if found != computed:
        raise Tampered("the tile does not have the hashes of the entries")


def said_again(files: Mapping[str, bytes], logs: Mapping[str, LogRead]) -> int:
    """Refuse a log in which one statement stands twice; return how many entries say again what an older log has.

    `logs` come in the order of their numbers. What only begins alike is compared to its end: a hash is chosen by who
    signs it, and nobody shall make another's record unprovable by a choice.
    """
    count = 0
    for author in sorted({author_of(log) for log in logs}):
        own = {log: held for log, held in logs.items() if author_of(log) == author}
        ordered = sorted(chain.from_iterable(held.said for held in own.values()))
        doubles = {one for one, other in pairwise(ordered) if one == other}
        older: set[bytes] = set()
        for log, held in own.items() if doubles else ():
            first: dict[bytes, int] = {}
            here: set[bytes] = set()
            for place, statement in _statements_at(files, log, held, doubles):
                other = first.setdefault(statement.plain_hash, place)
                if other != place:
                    raise NotAllowed(
                        f"entry {place} of {log} says again what entry {other} says: no log has one statement twice"
                    )
                count += statement.to_bytes() in older
                here.add(statement.to_bytes())
            older |= here
    return count


def _statements_at(
    files: Mapping[str, bytes], log: str, held: LogRead, wanted: set[int]
) -> Iterator[tuple[int, Statement]]:
    """Yield place and statement of the entries whose hash of what they say begins so; each bundle is read once."""
    for index, width in tiles.widths(held.size):
        start = index * tiles.TILE_WIDTH
        places = [place for place in range(start, start + width) if held.said[place] in wanted]
        path = layout.entries_path(log, index, width)
        with at(path):
            leaves = tiles.read_bundle(read_file(files, path), width) if places else ()
            found = [(place, Entry.from_bytes(leaves[place - start]).statement) for place in places]
        yield from found
