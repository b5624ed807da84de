"""The protocol between two nodes: bytes in, events out; no I/O.

One session is one exchange: the client says its whole message, then the server says its whole
message (half duplex). A message is a run of frames; a frame is a deterministic CBOR array behind
its length as four bytes, big-endian. The bytes are described in `docs/formats/session.md`.

Rule 1: who may say what, and when, stands in `STATES` and nowhere else; both ends keep to it.
Rule 2: foreign bytes become events or raise `NotAllowed`; after that the session is dead.
Rule 3: every length is bounded before anything of that length is kept.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, Literal, TypeAlias

from searoom import cbor
from searoom.errors import NotAllowed

VERSION: Final = 0
MAX_FRAME_BYTES: Final = 2 << 20  # one batch is about 1 MiB; a single large body may stand alone in one
MAX_MESSAGE_BYTES: Final = 4 << 20  # one side's whole message: also the limit of an HTTP body
MAX_FRAMES: Final = 16  # in one message: each of them may cost the reader a signature and a commit
MAX_ITEMS: Final = 4096  # entries in one batch
MAX_ENTRY_BYTES: Final = 16 << 10
MAX_NOTE_BYTES: Final = 64 << 10
MAX_NAME: Final = 64  # characters of a party, a mechanism or a fault's code
MAX_SENTENCE: Final = 500
MAX_LOG_SIZE: Final = (1 << 63) - 1
ROOT_BYTES: Final = 32
_LENGTH_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class Hello:
    """Who speaks, how long its own log is, and how much of the other's log it holds (size and root)."""

    mechanism: str
    party: str
    own_size: int
    held_size: int
    held_root: bytes
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class Entries:
    """A run of the speaker's own log from `start`: (entry, body) pairs, and a signed note of the log."""

    log: str
    start: int
    items: tuple[tuple[bytes, bytes], ...]
    note: bytes


@dataclass(frozen=True, slots=True)
class Witness:
    """Please countersign this checkpoint of my log: you hold what it covers."""

    note: bytes


@dataclass(frozen=True, slots=True)
class Cosigned:
    """Your checkpoint with our countersignature: what it covers is stored here. It does not say "agreed"."""

    note: bytes


@dataclass(frozen=True, slots=True)
class Fault:
    """Why the speaker stops here; the sentence is for the other watch to read."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class End:
    """The speaker has said everything; a message without it was cut off."""


Event: TypeAlias = Hello | Entries | Witness | Cosigned | Fault | End


class Role(Enum):
    """Which of the two ends this is: the client asks, the server answers."""

    CLIENT = "client"
    SERVER = "server"


class NeedData(Enum):
    """What `next_event` returns when no whole event of the other side is there."""

    NEED_DATA = auto()


NEED_DATA: Final = NeedData.NEED_DATA


class State(Enum):
    """Where an exchange stands; the word before the underscore says whose turn it is."""

    CLIENT_OPENS = "client opens"
    CLIENT_TALKS = "client talks"
    CLIENT_STOPS = "client stops"
    SERVER_OPENS = "server opens"
    SERVER_TALKS = "server talks"
    SERVER_STOPS = "server stops"
    CLOSED = "closed"


def _turn(
    speaker: Role, opens: State, talks: State, stops: State, after: State
) -> dict[State, tuple[Role, dict[type, State]]]:
    talk: dict[type, State] = {Entries: talks, Witness: talks, Cosigned: talks, Fault: stops, End: after}
    return {opens: (speaker, {Hello: talks}), talks: (speaker, talk), stops: (speaker, {End: after})}


# Whose turn it is in each state, and where each thing that may be said then leads.
STATES: Final[Mapping[State, tuple[Role | None, Mapping[type, State]]]] = {
    **_turn(Role.CLIENT, State.CLIENT_OPENS, State.CLIENT_TALKS, State.CLIENT_STOPS, State.SERVER_OPENS),
    **_turn(Role.SERVER, State.SERVER_OPENS, State.SERVER_TALKS, State.SERVER_STOPS, State.CLOSED),
    State.CLOSED: (None, {}),
}


def _size(value: object, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_LOG_SIZE:
        raise NotAllowed(f"{what} is not the size of a log")
    return value


def _bytes(value: object, what: str, most: int, least: int = 0) -> bytes:
    if not isinstance(value, bytes) or not least <= len(value) <= most:
        raise NotAllowed(f"{what} is not a byte string of {least} to {most} bytes")
    return value


def _line(value: object, what: str, most: int) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= most or "\n" in value or "\t" in value:
        raise NotAllowed(f"{what} is not one line of text of at most {most} characters")
    return value


def _items(value: object) -> tuple[tuple[bytes, bytes], ...]:
    if not isinstance(value, list | tuple) or not 0 < len(value) <= MAX_ITEMS:
        raise NotAllowed(f"a batch holds 1 to {MAX_ITEMS} entries")
    items = []
    for item in value:
        if not isinstance(item, list | tuple) or len(item) != 2:
            raise NotAllowed("an item of a batch is not an entry with its body")
        items.append((_bytes(item[0], "an entry", MAX_ENTRY_BYTES, 1), _bytes(item[1], "a body", MAX_FRAME_BYTES)))
    return tuple(items)


def _hello(fields: Sequence[object]) -> Hello:
    version, mechanism, party, own_size, held_size, held_root = fields
    if isinstance(version, bool) or version != VERSION:
        raise NotAllowed(
            f"the other node speaks version {version!r:.20} of the exchange, this one speaks {VERSION}",
            advice="Bring both nodes to the same release of Searoom.",
        )
    return Hello(
        _line(mechanism, "the mechanism", MAX_NAME),
        _line(party, "the party", MAX_NAME),
        _size(own_size, "the own size"),
        _size(held_size, "the size held"),
        _bytes(held_root, "the root held", ROOT_BYTES, ROOT_BYTES),
    )


def _entries(fields: Sequence[object]) -> Entries:
    log, start, items, note = fields
    read = _items(items)
    first = _size(start, "the start of a batch")
    _size(first + len(read), "the end of a batch")
    return Entries(_line(log, "the log", MAX_NAME), first, read, _note(note))


def _note(value: object) -> bytes:
    return _bytes(value, "a note", MAX_NOTE_BYTES, 1)


def _fault(fields: Sequence[object]) -> Fault:
    return Fault(_line(fields[0], "the code of a fault", MAX_NAME), _line(fields[1], "a fault", MAX_SENTENCE))


# The word that opens a frame, how many fields follow it, and how they are read.
FRAMES: Final[Mapping[str, tuple[int, Callable[[Sequence[object]], Event]]]] = {
    "hello": (6, _hello),
    "entries": (4, _entries),
    "witness": (1, lambda fields: Witness(_note(fields[0]))),
    "cosigned": (1, lambda fields: Cosigned(_note(fields[0]))),
    "fault": (2, _fault),
    "end": (0, lambda _: End()),
}


def _parse(frame: bytes) -> Event:
    value = cbor.decode(frame, max_bytes=MAX_FRAME_BYTES)
    if not isinstance(value, list) or not value or not isinstance(value[0], str) or value[0] not in FRAMES:
        raise NotAllowed("a frame does not open with one of the words of the exchange")
    count, read = FRAMES[value[0]]
    if len(value) != count + 1:
        raise NotAllowed(f"'{value[0]}' has {len(value) - 1} fields instead of {count}")
    return read(value[1:])


def _fields(event: Event) -> list[cbor.Value]:
    match event:
        case Hello():
            fields: list[cbor.Value] = [event.version, event.mechanism, event.party, event.own_size]
            return ["hello", *fields, event.held_size, event.held_root]
        case Entries():
            return ["entries", event.log, event.start, [list(item) for item in event.items], event.note]
        case Witness():
            return ["witness", event.note]
        case Cosigned():
            return ["cosigned", event.note]
        case Fault():
            return ["fault", event.code, event.sentence]
        case End():
            return ["end"]


class Session:
    """One end of one exchange: `send` makes our bytes, `receive_data` and `next_event` read theirs."""

    def __init__(self, role: Role, mechanism: str, me: str, peer: str) -> None:
        self._names = {role: me, Role.SERVER if role is Role.CLIENT else Role.CLIENT: peer}
        self._role = role
        self._mechanism = mechanism
        self._state = State.CLIENT_OPENS
        self._dead = False
        self._buffer = bytearray()
        self._received = 0
        self._ended = False
        self._frames = {Role.CLIENT: 0, Role.SERVER: 0}

    @property
    def state(self) -> State:
        """Where the exchange stands."""
        return self._state

    def send(self, event: Event) -> bytes:
        """Return the frame of `event`; raise `NotAllowed` where it may not be said now, or is not well formed."""
        if self._dead:
            raise NotAllowed("this session ended with an error; begin a new one")
        body = cbor.encode(_fields(event))
        if len(body) > MAX_FRAME_BYTES:
            raise NotAllowed(f"a frame of {len(body)} bytes is longer than the {MAX_FRAME_BYTES} allowed")
        _parse(body)  # we never say what we would not take
        self._step(self._role, event)
        return len(body).to_bytes(_LENGTH_BYTES, "big") + body

    def receive_data(self, data: bytes) -> None:
        """Take some bytes of the other side, in any pieces; `b""` says that no more will come."""
        self._received += len(data)
        if not data:
            self._ended = True
        elif self._received > MAX_MESSAGE_BYTES or self._ended:
            self._dead = True
            self._buffer.clear()
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
            self._dead = True
            self._buffer.clear()
            raise

    def receive_message(self, data: bytes) -> tuple[Event, ...]:
        """Return every event of the other side's whole message, its `End` last; raise as `next_event` does."""
        self.receive_data(data)
        self.receive_data(b"")
        events: list[Event] = []
        while (event := self.next_event()) is not NEED_DATA:
            events.append(event)
        return tuple(events)

    def _next_event(self) -> Event | Literal[NeedData.NEED_DATA]:
        speaker = STATES[self._state][0]
        if speaker is self._role or speaker is None:
            if self._buffer:
                raise NotAllowed("the other node speaks out of turn, or goes on after its end")
            return NEED_DATA
        frame = self._take_frame()
        if frame is None:
            if self._ended:
                raise NotAllowed("the message breaks off before its end")
            return NEED_DATA
        event = _parse(frame)
        self._step(speaker, event)
        return event

    def _take_frame(self) -> bytes | None:
        if len(self._buffer) < _LENGTH_BYTES:
            return None
        length = int.from_bytes(self._buffer[:_LENGTH_BYTES], "big")
        if length > MAX_FRAME_BYTES:
            raise NotAllowed(f"a frame of {length} bytes is longer than the {MAX_FRAME_BYTES} allowed")
        if len(self._buffer) < _LENGTH_BYTES + length:
            return None
        frame = bytes(self._buffer[_LENGTH_BYTES : _LENGTH_BYTES + length])
        del self._buffer[: _LENGTH_BYTES + length]
        return frame

    def _step(self, speaker: Role, event: Event) -> None:
        turn, table = STATES[self._state]
        word = type(event).__name__.lower()
        if turn is not speaker or type(event) not in table:
            raise NotAllowed(f"the {speaker.value} may not say '{word}' while the {self._state.value}")
        if self._frames[speaker] >= MAX_FRAMES:
            raise NotAllowed(f"a message has more than {MAX_FRAMES} frames")
        name = self._names[speaker]
        if isinstance(event, Hello) and (event.mechanism, event.party) != (self._mechanism, name):
            raise NotAllowed(
                f"'{event.party}' of '{event.mechanism}' speaks where '{name}' of '{self._mechanism}' is expected",
                advice="Compare the mechanism and the party in the settings of both nodes.",
            )
        if isinstance(event, Entries) and event.log != name:
            raise NotAllowed(f"'{name}' hands over the log of '{event.log}': each party hands over its own")
        self._frames[speaker] += 1
        self._state = table[type(event)]
