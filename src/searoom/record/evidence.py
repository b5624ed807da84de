"""What is kept of a failed proof, so that it can be laid before others, and how it comes to be kept."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from searoom import cbor
from searoom.errors import SearoomError, StateUnknown, Tampered


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece: its kind, the bytes, and the local time at which it was kept.

    Kinds of the shared record (each detail a CBOR array that opens with the sentence of the refusal):
    `fork` (log, our note, what contradicts it), `refused` (log, entry, note), `note` (log, note,
    entries), `forged` (party, note), `cosignature` (party, their cosigned note, our note).
    """

    kind: str
    detail: bytes
    at_us: int


@contextlib.contextmanager
def keeping(
    keep: Callable[[str, bytes], None],
    kind: str,
    detail: Sequence[cbor.Value],
    cause: type[SearoomError] = Tampered,
) -> Iterator[None]:
    """Keep the sentence and `detail` of a refusal of `cause` inside; a disk that fails is no refusal."""
    try:
        yield
    except cause as fault:
        if not isinstance(fault, StateUnknown):
            keep(kind, cbor.encode([fault.sentence, *detail]))
        raise
