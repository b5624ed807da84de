"""A signed note that goes beyond what is held of its log, with the proof that leads there: so a part can be handed on.

Whoever holds the first entries of a log, taken under a note over more of them, can show others that they are the
log's: its author may have lost them by then.
"""

from dataclasses import dataclass
from typing import Final

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.record import shape
from searoom.record.ahead import MAX_NOTE, proof_of
from searoom.record.merkle import Tree, consistency_beyond

KIND: Final = "cover"


@dataclass(frozen=True, slots=True)
class Cover:
    """The note is over `size` entries; `proof` leads to it from the first `held` of them, fewer than `size`."""

    held: int
    size: int
    note: bytes
    proof: tuple[bytes, ...]

    def to_bytes(self) -> bytes:
        """Return the bytes that the store keeps."""
        return cbor.encode([self.held, self.size, self.note, list(self.proof)])

    @classmethod
    def from_bytes(cls, data: bytes) -> "Cover":
        """Return what `to_bytes` made; raise `NotAllowed` for anything else."""
        parts = shape.sequence(cbor.decode(data), "a note beyond what is held", least=4, most=4)
        held = shape.uint(parts[0], "the size that is held")
        size = shape.uint(parts[1], "the size of a note beyond it")
        if not 0 < held < size:
            raise NotAllowed("a note beyond what is held is over less than that")
        note = shape.octets(parts[2], "a note beyond what is held", least=1, most=MAX_NOTE)
        return cls(held, size, note, proof_of(parts[3], "the proof of a note beyond what is held"))

    def consistency(self, tree: Tree, end: int) -> tuple[bytes, ...]:
        """Return the proof from the first `end` entries, at most `held`, to the note; `tree` has what is held."""
        return consistency_beyond(tree, end, self.size, self.proof)


def read_cover(data: bytes | None, held: int) -> Cover | None:
    """Return the cover of just this size, where the store has it; an older one is of no use."""
    try:
        cover = Cover.from_bytes(data or b"")
    except NotAllowed:
        return None
    return cover if cover.held == held else None
