"""The protocol between two nodes: bytes in, events out; no I/O.

One session is one exchange: the client says its whole message, then the server says its whole
message (half duplex). A message is a run of frames (`frames.py`). The bytes are described in
`docs/formats/session.md`.

Rule 1: who may say what, and when, stands in `STATES` and nowhere else; both ends keep to it.
Rule 2: foreign bytes become events or raise `NotAllowed`; after that the session is dead.
Rule 3: every length is bounded before anything of that length is kept, and every kind of frame in its number.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final, Literal

from searoom.errors import NotAllowed
from searoom.link import frames
from searoom.link.frames import (
    LENGTH_BYTES,
    MAX_FRAME_BYTES,
    WORDS,
    Ahead,
    Annex,
    Aside,
    AsideHeld,
    Cosigned,
    End,
    Entries,
    Event,
    Fault,
    Hello,
    Want,
    WantAnnex,
    Witness,
)

MAX_MESSAGE_BYTES: Final = 4 << 20  # one side's whole message: also the limit of an HTTP body
# How many of each kind one message may hold: each may cost the reader a signature, a commit or a page of memory.
MOST: Final[Mapping[type, int]] = {
    Hello: 1,
    Entries: 64,  # logs in the order in which their entries have heard each other come in many short runs
    Ahead: 16,
    Witness: 8,
    Cosigned: 8,
    Want: 64,
    Aside: 16,
    AsideHeld: 16,
    WantAnnex: 1,
    Annex: 4,
    Fault: 1,
    End: 1,
}


class Role(Enum):
    """Which of the two ends this is: the client asks, the server answers."""

    CLIENT = "client"
    SERVER = "server"


class NeedData(Enum):
    """What `next_event` returns when no whole event of the other side is there."""

    NEED_DATA = auto()


NEED_DATA: Final = NeedData.NEED_DATA


class State(Enum):
    """Where an exchange stands; the word before the space says whose turn it is."""

    CLIENT_OPENS = "client opens"
    CLIENT_TALKS = "client talks"
    CLIENT_STOPS = "client stops"
    SERVER_OPENS = "server opens"
    SERVER_TALKS = "server talks"
    SERVER_STOPS = "server stops"
    CLOSED = "closed"


_TALK: Final = (Entries, Ahead, Witness, Cosigned, Want, Aside, AsideHeld, WantAnnex, Annex)


def _turn(
    speaker: Role, opens: State, talks: State, stops: State, after: State
) -> dict[State, tuple[Role, dict[type, State]]]:
    talk: dict[type, State] = {**dict.fromkeys(_TALK, talks), Fault: stops, End: after}
    return {opens: (speaker, {Hello: talks}), talks: (speaker, talk), stops: (speaker, {End: after})}


# Whose turn it is in each state, and where each thing that may be said then leads.
STATES: Final[Mapping[State, tuple[Role | None, Mapping[type, State]]]] = {
    **_turn(Role.CLIENT, State.CLIENT_OPENS, State.CLIENT_TALKS, State.CLIENT_STOPS, State.SERVER_OPENS),
    **_turn(Role.SERVER, State.SERVER_OPENS, State.SERVER_TALKS, State.SERVER_STOPS, State.CLOSED),
    State.CLOSED: (None, {}),
}


class Session:
    """One end of one exchange: `send` makes our bytes, `receive_data` and `next_event` read theirs."""

    def __init__(self, role: Role, mechanism: str, me: str, peer: str) -> None:
        self._names = {role: me, Role.SERVER if role is Role.CLIENT else Role.CLIENT: peer}
        self._role = role
        self._mechanism = mechanism
        self._state = State.CLIENT_OPENS
        self._dead = False
        self._buffer = bytearray()
        self._at = 0  # where in the buffer the next frame begins
        self._received = 0
        self._ended = False
        self._said: dict[tuple[Role, type], int] = {}
        self._sent = 0

    @property
    def state(self) -> State:
        """Where the exchange stands."""
        return self._state

    @property
    def sent(self) -> int:
        """How many bytes of our message were made so far."""
        return self._sent

    def send(self, event: Event) -> bytes:
        """Return the frame of `event`; raise `NotAllowed` where it may not be said now, or is not well formed."""
        if self._dead:
            raise NotAllowed("this session ended with an error; begin a new one")
        frame = frames.write(event)
        if self._sent + len(frame) > MAX_MESSAGE_BYTES:
            raise NotAllowed(f"this message would be longer than the {MAX_MESSAGE_BYTES} bytes allowed")
        self._step(self._role, event)
        self._sent += len(frame)
        return frame

    def room(self, kind: type) -> int:
        """Return how many more events of this kind we may say in this message."""
        return MOST[kind] - self._said.get((self._role, kind), 0)

    def receive_data(self, data: bytes) -> None:
        """Take some bytes of the other side, in any pieces; `b""` says that no more will come."""
        self._received += len(data)
        if not data:
            self._ended = True
        elif self._received > MAX_MESSAGE_BYTES or self._ended:
            self._die()
            raise NotAllowed(f"a message goes on after its end, or past the {MAX_MESSAGE_BYTES} bytes allowed")
        else:
            self._buffer += data

    def next_event(self) -> Event | Literal[NeedData.NEED_DATA]:
        """Return their next event, or `NEED_DATA` where none is whole yet or they have said `End`.

        Raises `NotAllowed` for bytes without the form they must have, for what may not be said
        now, and for a message that ends too early; the session is dead after that.
        """
        if self._dead:
            raise NotAllowed("this session ended with an error; begin a new one")
        try:
            return self._next_event()
        except NotAllowed:
            self._die()
            raise

    def receive_message(self, data: bytes) -> tuple[Event, ...]:
        """Return every event of the other side's whole message, its `End` last; raise as `next_event` does."""
        self.receive_data(data)
        self.receive_data(b"")
        events: list[Event] = []
        while (event := self.next_event()) is not NEED_DATA:
            events.append(event)
        return tuple(events)

    def _die(self) -> None:
        self._dead, self._buffer, self._at = True, bytearray(), 0

    def _next_event(self) -> Event | Literal[NeedData.NEED_DATA]:
        speaker = STATES[self._state][0]
        if speaker is self._role or speaker is None:
            if len(self._buffer) > self._at:
                raise NotAllowed("the other node speaks out of turn, or goes on after its end")
            return NEED_DATA
        frame = self._take_frame()
        if frame is None:
            if self._ended:
                raise NotAllowed("the message breaks off before its end")
            return NEED_DATA
        event = frames.read(frame)
        self._step(speaker, event)
        return event

    def _take_frame(self) -> bytes | None:
        start = self._at + LENGTH_BYTES
        if len(self._buffer) < start:
            return None
        length = int.from_bytes(self._buffer[self._at : start], "big")
        if length > MAX_FRAME_BYTES:
            raise NotAllowed(f"a frame of {length} bytes is longer than the {MAX_FRAME_BYTES} allowed")
        if len(self._buffer) < start + length:
            return None
        self._at = start + length  # nothing is moved: a message has at most MAX_MESSAGE_BYTES in all
        return bytes(self._buffer[start : self._at])

    def _step(self, speaker: Role, event: Event) -> None:
        turn, table = STATES[self._state]
        kind, name = type(event), self._names[speaker]
        if turn is not speaker or kind not in table:
            raise NotAllowed(f"the {speaker.value} may not say '{WORDS[kind]}' while the {self._state.value}")
        if self._said.get((speaker, kind), 0) >= MOST[kind]:
            raise NotAllowed(f"a message has more than {MOST[kind]} frames '{WORDS[kind]}'")
        match event:
            case Hello():
                self._check_hello(event, name)
            case Ahead() if frames.author(event.log) not in self._names.values():
                raise NotAllowed(
                    f"'{name}' hands over an entry of '{event.log}' ahead, which neither of the two writes"
                )
        self._said[speaker, kind] = self._said.get((speaker, kind), 0) + 1
        self._state = table[kind]

    def _check_hello(self, hello: Hello, speaker: str) -> None:
        if (hello.mechanism, hello.party) != (self._mechanism, speaker):
            raise NotAllowed(
                f"'{hello.party}' of '{hello.mechanism}' speaks where '{speaker}' of '{self._mechanism}' is expected",
                advice="Compare the mechanism and the party in the settings of both nodes.",
            )
        listener = next(name for name in self._names.values() if name != speaker)
        if (frames.author(hello.own_log), frames.author(hello.held_log)) != (speaker, listener):
            raise NotAllowed(f"the hello of '{speaker}' tells of other logs than its own and that of '{listener}'")
