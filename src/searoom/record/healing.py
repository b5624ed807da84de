"""Whether a store was put back to an older state, and with whom it must be compared before it may speak again.

A node that signs from an old store writes two histories under its own name. So the mark is durable, it is made before
anything else is done, and it ends counterpart by counterpart, or with a new log that two persons open.
"""

from typing import Final

from searoom import clock
from searoom.errors import NotAllowed
from searoom.record.log import Store
from searoom.sentences import Sentence

KIND: Final = "sealed-in"
SINCE: Final = "restored-at"  # stays when the mark has ended: what was agreed off the record before is not used again
RESTORED: Final = b"restored"  # how `backup.restore` marks a store, before anybody knows the counterparts


class Healing:
    """The mark in one party's store."""

    def __init__(self, store: Store, party: str, others: tuple[str, ...]) -> None:
        self._store, self._party, self._others = store, party, others
        self._waiting = {key.decode() for key, _ in store.each(KIND)}
        since = store.get(KIND, RESTORED)
        if since is not None:
            self._mark(since)
            store.drop(KIND, RESTORED)
            self._waiting.discard(RESTORED.decode())

    @property
    def needed(self) -> bool:
        """Whether a counterpart is left with whom our log was not compared."""
        return bool(self._waiting)

    def waiting(self) -> tuple[str, ...]:
        """Return the counterparts with whom our log must be compared."""
        return tuple(sorted(self._waiting))

    @property
    def last_us(self) -> int:
        """When this store was last found or marked as put back (microseconds of Unix time); 0 for never."""
        since = self._store.get(SINCE, b"")
        return 0 if since is None else clock.from_text(since.decode())

    def refuse(self) -> None:
        """Raise `NotAllowed` while the mark stands."""
        if self._waiting:
            raise NotAllowed(Sentence("node.put_back", parties=tuple(self.waiting())))

    def begin(self, now_us: int) -> None:
        """Set the mark for all counterparts."""
        self._mark(clock.to_text(now_us).encode())

    def _mark(self, since: bytes) -> None:
        with self._store.together():
            for other in self._others:
                self._store.put(KIND, other.encode(), since)
            self._store.put(SINCE, b"", since)
        self._waiting.update(self._others)

    def settled(self, peer: str) -> None:
        """Take the mark off for one counterpart."""
        if peer in self._waiting:
            self._store.drop(KIND, peer.encode())
            self._waiting.discard(peer)

    def end(self) -> None:
        """Take the mark off altogether: two persons have opened a new log."""
        for peer in self.waiting():
            self.settled(peer)
