"""Who has signed that it stored how much of which log: our cosignatures of others' heads, and theirs of ours.

A cosignature says "stored", never "agreed". Rule: the largest size that a party cosigned of a log never decreases,
and no two roots of one size are ever cosigned.
"""

from collections.abc import Callable, Sequence
from typing import Final

from searoom import cbor
from searoom.errors import NotAllowed, SearoomError, Tampered
from searoom.record import checkpoint as notes
from searoom.record import heads
from searoom.record.algorithms import PrivateKey
from searoom.record.evidence import keeping
from searoom.record.log import Log, Store
from searoom.record.logs import Logs
from searoom.record.roster import author_of

Keep = Callable[[str, bytes], None]

BEHIND: Final = "Do not say anything from this store. Restore the newer one, or let it be filled from their copy."


class Witnesses:
    """The cosigned notes of one party's record; made by `load`."""

    def __init__(self, store: Store, logs: Logs, party: str, keep: Keep) -> None:
        self._store, self._logs, self._party, self._keep = store, logs, party, keep
        self._cosigned: dict[tuple[str, str], tuple[int, bytes]] = {}

    @classmethod
    def load(cls, store: Store, logs: Logs, party: str, keep: Keep) -> "Witnesses":
        """Return what the store has; raise `Tampered` where it was put back behind what was cosigned, or changed."""
        made = cls(store, logs, party, keep)
        for log in logs:
            for by, note in store.cosigned(log.name):
                head = heads.read_cosigned(note, log.name, by, logs.roster).checkpoint
                if head.size > log.size or head.root != log.root(head.size):
                    raise Tampered(
                        f"{by} has cosigned {head.size} entries of the log of {log.name} that the store does not have "
                        "so: it was put back to an older state, or changed",
                        advice=BEHIND,
                    )
                made._cosigned[log.name, by] = head.size, note
        return made

    def recorded(self, log: str, by: str) -> int:
        """Return the largest size of a log that `by` has cosigned, as known here; 0 where none is."""
        return self._cosigned.get((log, by), (0, b""))[0]

    def cosigned(self, log: str, by: str) -> bytes | None:
        """Return the largest cosigned note of `by` over a log: both lines of the log and both of the mirror."""
        held = self._cosigned.get((log, by))
        return held[1] if held else None

    def witness(self, name: str, note: bytes, keys: Sequence[PrivateKey], now_us: int) -> bytes:
        """Cosign an offered head of another party's log that we hold whole: durable before it is returned.

        Where we have cosigned as much or more before, that note is returned. `NotAllowed` where we
        hold less, `Tampered` for a fork.
        """
        log = self._logs.get(name)
        if author_of(name) == self._party:
            raise NotAllowed("a party does not cosign its own log")
        with keeping(self._keep, "forged", [name, note]):
            signed = heads.read_offered(note, name, self._logs.roster)
        head = signed.checkpoint
        if head.size > log.size:
            raise NotAllowed(f"{name} asks to cosign {head.size} entries, but {log.size} of them are held here")
        compare_root(self._keep, log, head.size, head.root, note)
        size, cosigned = self._cosigned.get((name, self._party), (0, b""))
        if cosigned and size >= head.size:
            return cosigned
        cosigned = heads.cosign(signed, self._logs.roster.mechanism, self._party, keys, now_us)
        self._store.cosign(name, self._party, head.size, cosigned)
        self._cosigned[name, self._party] = head.size, cosigned
        return cosigned

    def accept(self, peer: str, note: bytes) -> None:
        """Store another party's cosignature on a head of one of our logs; a smaller one than we have changes nothing.

        What is kept as evidence here is the peer's signature over a head that we never signed.
        """
        self._logs.roster.issued(peer)
        with keeping(self._keep, "forged", [peer, note]):
            log = self._own_log(note)
            head = heads.read_cosigned(note, log.name, peer, self._logs.roster).checkpoint
        with keeping(self._keep, "cosignature", [peer, note, log.note], SearoomError):
            if head.size > log.size:
                raise NotAllowed(
                    f"{peer} cosigned {head.size} entries of our log, which has {log.size}: they err, or our store was "
                    "put back to an older state",
                    advice="Compare sizes with their watch before anything more is said from this store.",
                )
            if head.root != log.root(head.size):
                raise Tampered(f"{peer} cosigned another log of ours at size {head.size} than the one that we signed")
        if head.size > self.recorded(log.name, peer) or (log.name, peer) not in self._cosigned:
            self._store.cosign(log.name, peer, head.size, note)
            self._cosigned[log.name, peer] = head.size, note

    def _own_log(self, note: bytes) -> Log:
        origin = notes.SignedNote.from_bytes(note).checkpoint.origin
        for log in self._logs.of(self._party):
            if notes.origin(self._logs.roster.mechanism, log.name) == origin:
                return log
        raise NotAllowed(f"the cosigned note is of the log '{origin}' and not of one of ours")


def compare_root(keep: Keep, log: Log, size: int, root: bytes, note: bytes) -> None:
    """Refuse a signed head of another root than the copy held here has at its size."""
    if root != log.root(size):
        fork(keep, log, f"{log.name} signed another root of size {size} than the one held here", [note])


def fork(keep: Keep, log: Log, sentence: str, found: Sequence[bytes]) -> None:
    """Keep what proves a fork beside the note that it contradicts, then refuse."""
    keep("fork", cbor.encode([sentence, log.name, log.note, *found]))
    raise Tampered(f"the log of {log.name} is forked: {sentence}")
