"""A run of one log's entries on its way between two nodes, bounded before anything in it is believed."""

from dataclasses import dataclass
from typing import Final

from searoom.errors import NotAllowed
from searoom.record.ahead import MAX_PROOF
from searoom.record.entry import MAX_ENTRY, Entry
from searoom.record.log import MAX_BATCH_ITEMS, Item
from searoom.record.seal import MAX_BODY
from searoom.record.taken import taken

MAX_BATCH: Final = 3 << 20


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries of one log from `start` on, with bodies; the log's signed note over their end or beyond it.

    `proof` shows that the head at their end leads to the note's (empty where the note is over just that end).
    """

    log: str
    start: int
    items: tuple[Item, ...]
    note: bytes
    proof: tuple[bytes, ...] = ()


def check_batch(batch: Batch) -> tuple[Entry, ...]:
    """Return the entries of a batch; raise `NotAllowed` by its form and sizes, before anything in it is believed."""
    if batch.start < 0 or not 1 <= len(batch.items) <= MAX_BATCH_ITEMS:
        raise NotAllowed(f"a batch holds 1 to {MAX_BATCH_ITEMS} entries")
    if sum(len(data) + len(body) for data, body in batch.items) > MAX_BATCH:
        raise NotAllowed(f"a batch has at most {MAX_BATCH} bytes")
    if any(len(data) > MAX_ENTRY or len(body) > MAX_BODY for data, body in batch.items):
        raise NotAllowed(f"an entry has at most {MAX_ENTRY} bytes and a body at most {MAX_BODY}")
    if len(batch.proof) > MAX_PROOF:
        raise NotAllowed(f"the proof of a batch has at most {MAX_PROOF} hashes")
    return tuple(taken(data) for data, _ in batch.items)
