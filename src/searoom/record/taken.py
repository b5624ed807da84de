"""An entry of foreign bytes, read by the one form that entries have and proven by being written again.

The verdict of `Entry.from_bytes` and the same entry, for half of the work: a pattern says which fields the bytes may
hold, the constructors check each of them, and what they write is compared with what came, to the last byte.

Rule: what the pattern, a constructor or the comparison does not take, the strict decoder judges, and it says why;
what they take is far below the limits of an entry and of a statement.
"""

from searoom.errors import NotAllowed
from searoom.record.entry import Entry, Heard, Released, Statement
from searoom.record.vouched import vouched


def taken(data: bytes) -> Entry:
    """Return the entry of `data`; raise `NotAllowed`, as `Entry.from_bytes` does, for anything but one."""
    try:
        entry = _written_again(vouched(data))
    except NotAllowed:
        return Entry.from_bytes(data)
    return entry if entry.to_bytes() == data else Entry.from_bytes(data)


def _written_again(guess: Entry) -> Entry:
    """Return the entry of the same fields, each checked by its constructor and encoded anew."""
    said = guess.statement
    statement = Statement(
        said.mechanism, said.exercise, said.author, said.recipients, said.body_hash, said.plain_hash, said.claimed_us,
        said.until_us, said.kind,
    )  # fmt: skip
    released = Released(statement, guess.released.signatures)
    heard = tuple(Heard(head.log, head.size, head.root) for head in guess.heard)
    return Entry(released, guess.log, guess.index, guess.height, heard, guess.placed_us, guess.station)
