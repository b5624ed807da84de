"""What a counterpart says it holds of our log, against what we hold: it fits, it is more, or it is another log."""

from enum import Enum, auto

from searoom import cbor
from searoom.link.frames import Hello
from searoom.record.shared import SharedRecord


class Claim(Enum):
    """How the two fit."""

    FITS = auto()
    MORE = auto()  # than we: we lost it, or they lie
    OTHER = auto()  # another log under our name


def seen(record: SharedRecord, log: str) -> int:
    """Return how far a log was seen to reach by what came ahead of its place; 0 where that is no further than held."""
    reached = max((piece.index + 1 for piece in record.aheads(log)), default=0)
    return reached if reached > record.size(log) else 0


def claim(record: SharedRecord, hello: Hello) -> Claim:
    """Return how what they say they hold of our log fits what we hold of it."""
    if hello.held_log not in record.logs() or hello.held_size > record.size(hello.held_log):
        return Claim.MORE
    fits = hello.held_root == record.root(hello.held_log, hello.held_size)
    return Claim.FITS if fits else Claim.OTHER


def tell(record: SharedRecord, hello: Hello) -> str:
    """Return what is wrong with what they hold of our log, after "they" or "you"; empty where it fits."""
    held, log = hello.held_size, hello.held_log
    which = "" if log == record.own else f" '{log}'"
    match claim(record, hello):
        case Claim.MORE:
            ours = record.size(log) if log in record.logs() else 0
            return f"hold more of our log{which} than we do ({held} entries against {ours})"
        case Claim.OTHER:
            return f"hold another log under our name than ours (at {held} entries{which})"
    return ""


def keep(record: SharedRecord, peer: str, hello: Hello, sentence: str) -> None:
    """Keep a hello that contradicts what we hold; it is not signed, so it is evidence for our own officers only."""
    theirs: list[cbor.Value] = [hello.own_log, hello.own_size, hello.held_log, hello.held_size, hello.held_root]
    ours: list[cbor.Value] = [record.note(record.own), record.note(record.log_of(peer))]
    record.keep_evidence("hello", cbor.encode([sentence, peer, theirs, ours]))
