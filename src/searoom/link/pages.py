"""Messages of the exchange made no longer than the medium that carries them, each opened like the first."""

from collections.abc import Callable, Sequence
from typing import Final

from searoom.link import frames
from searoom.link.frames import End, Event
from searoom.link.mail import Errands
from searoom.link.session import Session

_END: Final = 16  # of a message, for its end


class Pages:
    """Messages of at most `room` bytes, each opened with who we are and what we hold."""

    def __init__(self, session: Callable[[], Session], opening: Sequence[Event], room: int) -> None:
        self._new, self._opening, self._room = session, list(opening), room
        self._made: list[bytes] = []
        self._open()

    def _open(self) -> None:
        self._session = self._new()
        self._page = b"".join(self._session.send(event) for event in self._opening)
        self._bare = len(self._page)

    @property
    def space(self) -> int:
        """How long a frame may be that stands in a message alone."""
        return self._room - self._bare - _END

    def say(self, event: Event) -> None:
        """Put an event into this message, or into the next where this one has no room."""
        used = len(self._page) - self._bare + len(frames.write(event))
        if len(self._page) > self._bare and (used > self.space or not self._session.room(type(event))):
            self._turn()
        self._page += self._session.send(event)

    def say_errands(self, errands: Errands) -> None:
        """Put what goes beside the record into messages of its own, as much as one message takes in each."""
        while errands.left:
            self._turn()
            said = errands.say(self._session)
            if not said:
                return
            self._page += said

    def _turn(self) -> None:
        if len(self._page) > self._bare:
            self._made.append(self._page + self._session.send(End()))
            self._open()

    def done(self) -> list[bytes]:
        """Return all messages; one that only asks, where there is nothing to say."""
        if len(self._page) > self._bare or not self._made:
            self._made.append(self._page + self._session.send(End()))
        return self._made
