"""A run of one log's items in few bytes, as they were read: made into items again one by one, when they are asked for.

Each block covers `ENTRIES` entries and never changes. Columns say what a ledger asks before it has an item (how high,
which form, what it answers); a row holds the rest. What an item is, the entries alone decide: a block says it again.
"""

import struct
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Any, Final, NamedTuple, cast, overload

from searoom import cbor
from searoom.record.entry import Heard
from searoom.record.shape import HASH_SIZE
from searoom.statements.items import Item, Message, Ref, Transcribed

ENTRIES: Final = 1024
OTHER, TRANSCRIPT, MESSAGE = "other", "transcript", "message "
_NONE: Final = -1
_ROW: Final = struct.Struct("<Hqqq")  # who, claimed, placed, until
_SIZE: Final = struct.Struct("<q")


class Who(NamedTuple):
    """What many items of a log have in common."""

    recipients: tuple[str, ...]
    signers: tuple[bytes, ...]  # by the ids of their keys
    station: bytes
    doubtful: str
    heard: tuple[str, ...]


class Row(NamedTuple):
    """What an item is made of again; what is no message and no transcript has no `words`, and is read again."""

    ref: Ref
    kind: str
    height: int
    who: Who
    claimed_us: int
    placed_us: int
    until_us: int | None
    heard: tuple[Heard, ...]
    statement: bytes
    words: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """One block: kinds (a number in `which` for each item), heights, what is answered and was heard anew, and rows."""

    kinds: tuple[str, ...]
    which: bytes
    heights: "array[int]"
    logs: tuple[str, ...]
    answers: "array[int]"  # three numbers for each that answers: its place in the block, the log's, the index there
    grown: "array[int]"  # three numbers for each growth: the log's, the size heard, the place in the block
    who: tuple[Who, ...]
    starts: "array[int]"
    rows: bytes

    def to_bytes(self) -> bytes:
        """Return the block's bytes, for this machine's byte order."""
        return cbor.encode([
            self.kinds, self.which, self.heights.tobytes(), self.logs, self.answers.tobytes(), self.grown.tobytes(),
            self.who, self.starts.tobytes(), self.rows,
        ])  # fmt: skip

    @classmethod
    def from_bytes(cls, data: bytes) -> "Block":
        """Return the block of bytes that `to_bytes` made."""
        parts = cast("list[Any]", cbor.decode(data, max_bytes=len(data)))
        kinds, which, heights, logs, answers, grown, who, starts, rows = parts
        return cls(
            tuple(kinds), which, _column(heights), tuple(logs), _column(answers), _column(grown),
            tuple(Who(tuple(to), tuple(by), key, doubt, tuple(heard)) for to, by, key, doubt, heard in who),
            _column(starts), rows,
        )  # fmt: skip

    def heard(self, number: int) -> Iterator[tuple[str, int, int]]:
        """Yield what was heard anew in the block of this number: of which log, up to which size, at which index."""
        rows = iter(self.grown)
        for log, size, place in zip(rows, rows, rows, strict=True):
            yield self.logs[log], size, number * ENTRIES + place

    def row(self, log: str, first: int, place: int) -> Row:
        """Return what the item at a place of the block is made of; the block begins at entry `first` of `log`."""
        at = self.starts[place]
        number, claimed, placed, until = _ROW.unpack_from(self.rows, at)
        at, who, heard = at + _ROW.size, self.who[number], []
        for name in who.heard:
            (size,) = _SIZE.unpack_from(self.rows, at)
            root = at + _SIZE.size
            at = root + HASH_SIZE
            heard.append(Heard(name, size, self.rows[root:at]))
        words, end = at + HASH_SIZE, self.starts[place + 1]
        return Row(
            (log, first + place), self.kinds[self.which[place]], self.heights[place], who, claimed, placed,
            None if until == _NONE else until, tuple(heard), self.rows[at:words], self.rows[words:end],
        )  # fmt: skip


def _column(data: bytes) -> "array[int]":
    return array("q", data)


def fold(items: Sequence[Item], words: Sequence[bytes], heard: Sequence[tuple[str, int, int]]) -> Block | None:
    """Return a block of the items of one log, `ENTRIES` of them; None where they are of too many kinds.

    `words` are the bytes that each was read from (of a message, a transcript), `heard` what was heard anew: log, size,
    place in the block.
    """
    kinds, who, logs = dict[str, int](), dict[Who, int](), dict[str, int]()
    which, answers, rows, starts = list[int](), array("q"), list[bytes](), array("q", [0])
    for place, (item, said) in enumerate(zip(items, words, strict=True)):
        which.append(kinds.setdefault(_kind(item), len(kinds)))
        if isinstance(item, Message | Transcribed) and item.filled.reply_to is not None:
            log, index = item.filled.reply_to
            answers.extend((place, logs.setdefault(log, len(logs)), index))
        common = Who(
            item.recipients, tuple(signer.key_id for signer in item.signers), item.station.key_id, item.doubtful,
            tuple(each.log for each in item.heard),
        )  # fmt: skip
        until = _NONE if item.until_us is None else item.until_us
        row = _ROW.pack(who.setdefault(common, len(who)), item.claimed_us, item.placed_us, until)
        row += b"".join(chain.from_iterable((_SIZE.pack(each.size), each.root) for each in item.heard)) + item.statement
        rows.append(row + said)
        starts.append(starts[-1] + len(rows[-1]))
    if len(kinds) > 1 << 8:
        return None
    grown = array(
        "q", chain.from_iterable((logs.setdefault(log, len(logs)), size, place) for log, size, place in heard)
    )
    heights = array("q", (item.height for item in items))
    return Block(tuple(kinds), bytes(which), heights, tuple(logs), answers, grown, tuple(who), starts, b"".join(rows))


def _kind(item: Item) -> str:
    if isinstance(item, Message):
        return MESSAGE + item.filled.form
    return TRANSCRIPT if isinstance(item, Transcribed) else OTHER


class Folded:
    """The items of one log: folded ones at its beginning, each made when it is first asked for, then whole ones."""

    def __init__(self, log: str, blocks: Sequence[Block], make: Callable[[Row], Item]) -> None:
        self._log, self.blocks, self._make = log, list(blocks), make
        self._made: dict[int, Item] = {}
        self._rest: list[Item] = []
        self._end = len(self.blocks) * ENTRIES

    def copy(self) -> "Folded":
        """Return one like this, in which something may be changed."""
        made = Folded(self._log, self.blocks, self._make)
        made._made, made._rest = dict(self._made), list(self._rest)
        return made

    @property
    def unfolded(self) -> bool:
        """Whether there is any whole item behind the folded ones."""
        return bool(self._rest)

    def extend(self, block: Block) -> None:
        """Put in the next block; nothing was appended before."""
        self.blocks.append(block)
        self._end += ENTRIES

    def append(self, item: Item) -> None:
        """Put in the next item."""
        self._rest.append(item)

    def __len__(self) -> int:
        return self._end + len(self._rest)

    @overload
    def __getitem__(self, at: int) -> Item: ...
    @overload
    def __getitem__(self, at: slice) -> list[Item]: ...
    def __getitem__(self, at: int | slice) -> Item | list[Item]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        index = range(len(self))[at]
        if index in self._made:
            return self._made[index]
        if index >= self._end:
            return self._rest[index - self._end]
        number, place = divmod(index, ENTRIES)
        self._made[index] = self._make(self.blocks[number].row(self._log, number * ENTRIES, place))
        return self._made[index]

    def __setitem__(self, at: int, item: Item) -> None:
        self._made[at] = item

    def __iter__(self) -> Iterator[Item]:
        return (self[each] for each in range(len(self)))

    def kinds(self) -> frozenset[str]:
        """Return of which kinds the folded ones are."""
        return frozenset(chain.from_iterable(block.kinds for block in self.blocks))

    def of_kind(self, kind: str) -> Iterator[tuple[int, int]]:
        """Yield index and height of each folded one of a kind."""
        for first, block in zip(count(0, ENTRIES), self.blocks):
            if kind in block.kinds:
                wanted, at = block.kinds.index(kind), -1
                while (at := block.which.find(wanted, at + 1)) >= 0:
                    yield first + at, block.heights[at]

    def answering(self) -> Iterator[tuple[int, int, Ref]]:
        """Yield index and height of each folded one that answers, and what it answers."""
        for first, block in zip(count(0, ENTRIES), self.blocks):
            rows = iter(block.answers)
            for place, log, index in zip(rows, rows, rows, strict=True):
                yield first + place, block.heights[place], (block.logs[log], index)
