"""What a meeting carries beside the record: words off the record, and erasable data that entries name by hash.

Neither is part of a log, neither is signed here, and neither holds up anything that is: each goes as
far as there is room in a message, is acknowledged on its own, and comes again until it was.
"""

from collections.abc import Sequence
from typing import Final, Protocol

from searoom.errors import NotAllowed, Tampered
from searoom.link.frames import (
    MAX_FRAME_BYTES,
    MAX_WANTED,
    Annex,
    Aside,
    AsideHeld,
    Event,
    WantAnnex,
)
from searoom.link.session import MAX_MESSAGE_BYTES, Session

_ROOM: Final = 64 << 10  # of a message, for what is said after this


class Mail(Protocol):
    """What keeps asides and annexes; what it is asked for is bounded by the frames, what it keeps is its own matter."""

    def pending_asides(self, peer: str) -> Sequence[tuple[str, int, bytes]]:
        """Return channel, number and bytes of the asides that `peer` does not hold yet, oldest first."""

    def taken_aside(self, peer: str, channel: str, number: int) -> None:
        """Note that `peer` says it holds this aside; an unknown one is nothing new."""

    def got_aside(self, peer: str, channel: str, number: int, data: bytes) -> None:
        """Keep an aside of `peer`, durably on return; one that is held already is nothing new.

        Raises `NotAllowed` or `Tampered` for one that does not verify.
        """

    def wanted_annexes(self, peer: str) -> Sequence[bytes]:
        """Return the hashes of annexes that entries of `peer` name and that are not held here."""

    def annex(self, peer: str, hash_: bytes) -> bytes | None:
        """Return an annex that `peer` may have, or None where it may not, or it was erased, or never was here."""

    def got_annex(self, peer: str, hash_: bytes, data: bytes) -> None:
        """Keep an annex that was wanted; raise `NotAllowed` or `Tampered` where it is not what the hash names."""


class NoMail:
    """A node without asides and annexes."""

    def pending_asides(self, _peer: str) -> Sequence[tuple[str, int, bytes]]:
        """Return none."""
        return ()

    def taken_aside(self, _peer: str, _channel: str, _number: int) -> None:
        """Let it lie."""

    def got_aside(self, peer: str, channel: str, _number: int, _data: bytes) -> None:
        """Refuse it: there is no such channel here."""
        raise NotAllowed(f"there is no channel '{channel}' off the record with '{peer}' here")

    def wanted_annexes(self, _peer: str) -> Sequence[bytes]:
        """Return none."""
        return ()

    def annex(self, _peer: str, _hash: bytes) -> bytes | None:
        """Return none."""
        return None

    def got_annex(self, _peer: str, _hash: bytes, _data: bytes) -> None:
        """Let it lie."""


class Errands:
    """The asides and annexes of one meeting: what was said, asked and answered in it, each of them once."""

    def __init__(self, mail: Mail, peer: str) -> None:
        self._mail, self._peer = mail, peer
        self._said: set[tuple[str, int]] = set()
        self._asked: set[bytes] = set()
        self._answered: set[bytes] = set()
        self._owed: list[AsideHeld] = []
        self._owed_annexes: list[bytes] = []
        self._wanted: tuple[bytes, ...] | None = None
        self.refused = ""  # why something beside the record was not kept: the record does not wait for it

    @property
    def left(self) -> bool:
        """Whether there is anything that was not said yet in this meeting."""
        return bool(self._owed or self._owed_annexes or self._unsaid() or self._unasked())

    def refresh(self) -> None:
        """Ask anew what is wanted: entries came in that may name more of it."""
        self._wanted = None

    def take(self, event: Event) -> None:
        """Act on a frame of theirs; what is refused of it is told in `refused` and holds up nothing else."""
        try:
            self._take(event)
        except (NotAllowed, Tampered) as error:
            self.refused = f"words beside the record were refused: {error.sentence}"

    def _take(self, event: Event) -> None:
        match event:
            case Aside(channel, number, data):
                self._mail.got_aside(self._peer, channel, number, data)
                self._owed.append(AsideHeld(channel, number))
            case AsideHeld(channel, number):
                self._mail.taken_aside(self._peer, channel, number)
            case WantAnnex(hashes):
                self._owed_annexes += [wanted for wanted in hashes if wanted not in self._answered]
                self._answered.update(hashes)
            case Annex(wanted, data):
                if wanted in self._mail.wanted_annexes(self._peer):
                    self._mail.got_annex(self._peer, wanted, data)

    def say(self, session: Session) -> bytes:
        """Return frames of what there is to say, as much as the message has room for."""
        message = b""
        while self._owed and session.room(AsideHeld):
            message += session.send(self._owed.pop(0))
        asked = self._unasked()[:MAX_WANTED]
        if asked and session.room(WantAnnex):
            self._asked.update(asked)
            message += session.send(WantAnnex(tuple(sorted(asked))))
        for channel, number, data in self._unsaid():
            if not session.room(Aside) or not _has_room(session, data):
                break
            self._said.add((channel, number))
            message += session.send(Aside(channel, number, data))
        while self._owed_annexes and session.room(Annex):
            found = self._mail.annex(self._peer, self._owed_annexes[0])
            if found is not None and not _has_room(session, found):
                break
            wanted = self._owed_annexes.pop(0)
            message += b"" if found is None else session.send(Annex(wanted, found))
        return message

    def _unsaid(self) -> list[tuple[str, int, bytes]]:
        return [item for item in self._mail.pending_asides(self._peer) if item[:2] not in self._said]

    def _unasked(self) -> list[bytes]:
        if self._wanted is None:
            self._wanted = tuple(self._mail.wanted_annexes(self._peer))
        return sorted(set(self._wanted) - self._asked)


def _has_room(session: Session, data: bytes) -> bool:
    return len(data) + _ROOM < min(MAX_MESSAGE_BYTES - session.sent, MAX_FRAME_BYTES)
