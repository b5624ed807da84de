"""One entry of a node's own record with all that proves it, as a file for others: at once, without an export.

The head that it is proven under is the one that most counterparts have cosigned; of those, the newest.
"""

from collections.abc import Iterator, Mapping

from searoom.errors import NotAllowed
from searoom.keys.ourcards import later_cards
from searoom.record.checkpoint import SignedNote, with_lines
from searoom.record.excerpt import Excerpt, note_lines
from searoom.record.merkle import leaf_hash, verify_inclusion
from searoom.record.proof import MAX_EXTRA_BYTES, Proof
from searoom.record.roster import FIRST
from searoom.record.shared import SharedRecord
from searoom.sentences import Sentence


def show(record: SharedRecord, cards: Mapping[str, bytes], log: str, index: int, opening: bytes = b"") -> Proof:
    """Return the proof of one entry, with the entry, its body and the cards in it; `opening` where words are shown.

    `cards` are the parties' first cards, signed. A body that is too long for a proof file is left out, with its
    opening; the entry is proven all the same. Raises `NotAllowed` where there is no such entry under a head.
    """
    if log not in record.logs():
        raise NotAllowed(Sentence("node.no_log", log=f"{log:.48}"))
    heads = [note for note in _heads(record, log) if note.checkpoint.size > index]
    if not 0 <= index < record.size(log) or not heads:
        raise NotAllowed(Sentence("node.no_head", index=index, log=log))
    note = max(heads, key=lambda each: (len(note_lines(each, log, record.roster)), each.checkpoint.size))
    entry, body = next(record.entries(log, index))
    leaf, head = entry.to_bytes(), note.checkpoint
    path = record.inclusion(log, index, head.size)
    verify_inclusion(leaf_hash(leaf), index, head.size, path, head.root)
    issued = (*((party, FIRST, cards[party]) for party in record.roster.parties), *later_cards(record))
    inside = Excerpt(leaf, body, opening, issued).to_bytes()
    if len(inside) > MAX_EXTRA_BYTES:
        inside = Excerpt(leaf, b"", b"", issued).to_bytes()
    return Proof(index, path, note, inside)


def _heads(record: SharedRecord, log: str) -> Iterator[SignedNote]:
    """Yield the signed heads of a log, each with all who cosigned it: the newest, and older ones that were cosigned."""
    newest = SignedNote.from_bytes(record.note(log)) if record.note(log) else None
    cosigned = [SignedNote.from_bytes(data) for by in record.roster.parties if (data := record.cosigned(log, by))]
    for one in (*([newest] if newest else []), *cosigned):
        made = one
        for other in cosigned:
            made = with_lines(made, other.signatures) if other.text == one.text else made
        yield made
