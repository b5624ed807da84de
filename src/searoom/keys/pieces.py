"""One block of the account as work that can be given away: bytes of entries go in, a block and content keys come out.

Who does it needs no store and no record, but the keys that open and what makes an interpreter. The bytes were compared
with the tree of their log by who gives them away. What takes the long way is given back unread.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from searoom.errors import SearoomError
from searoom.keys.runs import Run
from searoom.record import unsealing
from searoom.record.entry import Entry
from searoom.record.seal import KemKey
from searoom.record.vouched import vouched
from searoom.statements.folded import Block, fold
from searoom.statements.folding import Wanted, heard_anew


class Piece(NamedTuple):
    """The entries of one block with their bodies, and the content keys of them that are known."""

    number: int
    items: Sequence[tuple[bytes, bytes]]
    keys: bytes = b""


class Folded(NamedTuple):
    """A block, and the content keys that opened it."""

    block: Block
    keys: bytes


@dataclass(frozen=True, slots=True)
class Reader:
    """What each process of a crew inherits: whose keys open, and what makes an interpreter."""

    party: str
    kems: Sequence[KemKey] = field(repr=False)
    wanted: Wanted

    def fold(self, piece: Piece) -> tuple[bytes, bytes] | None:
        """Return the bytes of a block and the content keys of its entries; None where any of it takes the long way."""
        if not piece.items:
            return None
        run, unread = Run(piece.number, bytearray(piece.keys)), list[int]()

        def opener(entry: Entry, body: bytes) -> bytes | None:
            statement, key = entry.statement, run.key(entry.index)
            found = None if key is None else unsealing.opened(key, body, statement)
            for kem in self.kems if found is None else ():
                key = unsealing.find(body, statement, self.party, kem)
                if key is not None:
                    found = unsealing.opened(key, body, statement)
                    run.put(entry.index, key)
                    break
            if found is None:
                unread.append(entry.index)
                return None
            return found.content

        interpreter, items, words = self.wanted(opener), [], []
        try:
            for data, body in piece.items:
                entry = vouched(data)
                if hashlib.sha256(body).digest() != entry.statement.body_hash:
                    return None
                item, said = interpreter.read(entry, body)
                if unread:
                    return None
                items.append(item)
                words.append(said)
        except SearoomError:
            return None
        block = fold(items, words, tuple(heard_anew(items, {})))
        return None if block is None else (block.to_bytes(), bytes(run.keys))


class Hands(Protocol):
    """Who reads pieces while others do something else: `keys.crew.Crew` has it."""

    def ready(self) -> bool:
        """Whether they can be had now."""

    def folded(self, reader: Reader, pieces: Iterator[Piece]) -> Iterator[tuple[int, Folded | None]]:
        """Yield each of the blocks in turn, with its number; None for one that takes the long way."""
