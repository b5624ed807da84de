"""What two nodes can say to each other, each as one frame: its types, its limits, its reading and its writing.

A frame is a deterministic CBOR array behind its length as four bytes, big-endian; it opens with a word
of `FRAMES`. The bytes are described in `docs/formats/session.md`. What is inside an entry, a note or an
annex is no matter of this file: it knows their lengths only.

Rule 1: every length and every number of items is bounded here, before anything of that length is kept.
Rule 2: what is read is written again and compared: one thing said has one byte string.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from searoom import cbor
from searoom.errors import NotAllowed

VERSION: Final = 1
LENGTH_BYTES: Final = 4
MAX_FRAME_BYTES: Final = 2 << 20  # a batch is about 1 MiB; an aside or an annex stands alone in its frame
MAX_ITEMS: Final = 4096  # entries in one batch
MAX_ENTRY_BYTES: Final = 16 << 10
MAX_BODY_BYTES: Final = 256 << 10
MAX_NOTE_BYTES: Final = 16 << 10
MAX_PROOF: Final = 64  # hashes of a proof: a log has fewer than 2^63 entries
MAX_ASIDE_BYTES: Final = 256 << 10
MAX_ANNEX_BYTES: Final = 1 << 20
MAX_WANTED: Final = 64  # annexes asked for in one frame
MAX_NAME: Final = 64  # characters of a party, a mechanism, a channel or a fault's code
MAX_SENTENCE: Final = 500
MAX_SIZE: Final = (1 << 63) - 1  # of a log; and the largest number of an aside
HASH_BYTES: Final = 32

_LOG: Final = re.compile(r"[a-z][a-z0-9]{0,31}(?:\.(?:[2-9]|[1-9][0-9]{1,5}))?(?![\s\S])")


@dataclass(frozen=True, slots=True)
class Hello:
    """Who speaks, by which text, how long its newest log is, and how much it holds of the other's newest log.

    `agreement` is the hash of the agreement's text, which says whether all of it is an exercise. `held_seen` is how
    far the speaker has seen that log reach by what came ahead of its place; 0 where that is no further than held.
    """

    mechanism: str
    agreement: bytes
    party: str
    own_log: str
    own_size: int
    held_log: str
    held_size: int
    held_root: bytes
    held_seen: int = 0
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class Entries:
    """A run of one log from `start`: (entry, body) pairs, a signed note, and a proof from the run's end to the note."""

    log: str
    start: int
    items: tuple[tuple[bytes, bytes], ...]
    note: bytes
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Ahead:
    """One entry of the speaker's log before those before it: a flash, or the receipt for one.

    Or one of the listener's that came so, and that its log does not reach any more: it was put back.
    """

    log: str
    index: int
    entry: bytes
    body: bytes
    proof: tuple[bytes, ...]
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
class Want:
    """Of this log, whoever's it is, I hold `start` entries: hand me what you hold beyond them."""

    log: str
    start: int


@dataclass(frozen=True, slots=True)
class Aside:
    """Words off the record, number `number` of their channel: in no log, proven to nobody else."""

    channel: str
    number: int
    data: bytes


@dataclass(frozen=True, slots=True)
class AsideHeld:
    """Your words off the record, as numbered, are kept here."""

    channel: str
    number: int


@dataclass(frozen=True, slots=True)
class WantAnnex:
    """Please hand me these annexes (erasable data that entries name by its hash), where you have them."""

    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex that was asked for, sealed to its readers: in no log, and erasable."""

    hash: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Fault:
    """Why the speaker stops here; the sentence is for the other watch to read."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class End:
    """The speaker has said everything; a message without it was cut off."""


Event: TypeAlias = (
    Hello | Entries | Ahead | Witness | Cosigned | Want | Aside | AsideHeld | WantAnnex | Annex | Fault | End
)


def author(log: str) -> str:
    """Return the party whose log this is, whichever of its logs."""
    return log.partition(".")[0]


def _uint(value: object, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_SIZE:
        raise NotAllowed(f"{what} is not a number of 0 to 2^63 - 1")
    return value


def _bytes(value: object, what: str, most: int, least: int = 0) -> bytes:
    if not isinstance(value, bytes) or not least <= len(value) <= most:
        raise NotAllowed(f"{what} is not a byte string of {least} to {most} bytes")
    return value


def _hash(value: object, what: str) -> bytes:
    return _bytes(value, what, HASH_BYTES, HASH_BYTES)


def _line(value: object, what: str, most: int = MAX_NAME) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= most or "\n" in value or "\t" in value:
        raise NotAllowed(f"{what} is not one line of text of at most {most} characters")
    return value


def _log(value: object) -> str:
    if not isinstance(value, str) or not _LOG.match(value):
        raise NotAllowed("a log is not named by its party, from its second one on with a dot and its number")
    return value


def _array(value: object, what: str, most: int, least: int = 0) -> Sequence[object]:
    if not isinstance(value, list | tuple) or not least <= len(value) <= most:
        raise NotAllowed(f"{what} is not an array of {least} to {most} items")
    return value


def _proof(value: object) -> tuple[bytes, ...]:
    return tuple(_hash(item, "a hash of a proof") for item in _array(value, "a proof", MAX_PROOF))


def _note(value: object) -> bytes:
    return _bytes(value, "a note", MAX_NOTE_BYTES, 1)


def _entry(value: object) -> bytes:
    return _bytes(value, "an entry", MAX_ENTRY_BYTES, 1)


def _body(value: object) -> bytes:
    return _bytes(value, "a body", MAX_BODY_BYTES)


def _items(value: object) -> tuple[tuple[bytes, bytes], ...]:
    items = []
    for item in _array(value, "a batch", MAX_ITEMS, 1):
        entry, body = _array(item, "an item of a batch", 2, 2)
        items.append((_entry(entry), _body(body)))
    return tuple(items)


def _check_version(fields: Sequence[object]) -> None:
    if not fields or isinstance(fields[0], bool) or fields[0] != VERSION:
        said = f"{fields[0]!r:.20}" if fields else "none"
        raise NotAllowed(
            f"the other node speaks another version of the exchange ({said}) than this one ({VERSION})",
            advice="Bring both nodes to the same release of Searoom.",
        )


def _hello(fields: Sequence[object]) -> Hello:
    _, mechanism, agreement, party, own_log, own_size, held_log, held_size, held_root, held_seen = fields
    return Hello(
        _line(mechanism, "the mechanism"),
        _hash(agreement, "the hash of the agreement"),
        _line(party, "the party"),
        _log(own_log),
        _uint(own_size, "the own size"),
        _log(held_log),
        _uint(held_size, "the size held"),
        _hash(held_root, "the root held"),
        _uint(held_seen, "how far a log was seen to reach"),
    )


def _entries(fields: Sequence[object]) -> Entries:
    log, start, items, note, proof = fields
    read = _items(items)
    first = _uint(start, "the start of a batch")
    _uint(first + len(read), "the end of a batch")
    return Entries(_log(log), first, read, _note(note), _proof(proof))


def _ahead(fields: Sequence[object]) -> Ahead:
    log, index, entry, body, proof, note = fields
    return Ahead(_log(log), _uint(index, "a place"), _entry(entry), _body(body), _proof(proof), _note(note))


def _aside(fields: Sequence[object]) -> Aside:
    data = _bytes(fields[2], "an aside", MAX_ASIDE_BYTES, 1)
    return Aside(_line(fields[0], "a channel"), _uint(fields[1], "the number of an aside"), data)


def _want_annex(fields: Sequence[object]) -> WantAnnex:
    hashes = tuple(_hash(item, "the hash of an annex") for item in _array(fields[0], "what is wanted", MAX_WANTED, 1))
    if list(hashes) != sorted(set(hashes)):
        raise NotAllowed("the hashes of wanted annexes are doubled or out of order")
    return WantAnnex(hashes)


# The word that opens a frame, how many fields follow it, and how they are read.
FRAMES: Final[Mapping[str, tuple[int, Callable[[Sequence[object]], Event]]]] = {
    "hello": (10, _hello),
    "entries": (5, _entries),
    "ahead": (6, _ahead),
    "witness": (1, lambda fields: Witness(_note(fields[0]))),
    "cosigned": (1, lambda fields: Cosigned(_note(fields[0]))),
    "want": (2, lambda fields: Want(_log(fields[0]), _uint(fields[1], "the start of what is wanted"))),
    "aside": (3, _aside),
    "aside-held": (2, lambda f: AsideHeld(_line(f[0], "a channel"), _uint(f[1], "the number of an aside"))),
    "want-annex": (1, _want_annex),
    "annex": (2, lambda f: Annex(_hash(f[0], "the hash of an annex"), _bytes(f[1], "an annex", MAX_ANNEX_BYTES))),
    "fault": (2, lambda f: Fault(_line(f[0], "the code of a fault"), _line(f[1], "a fault", MAX_SENTENCE))),
    "end": (0, lambda _: End()),
}
WORDS: Final[Mapping[type, str]] = {
    Hello: "hello",
    Entries: "entries",
    Ahead: "ahead",
    Witness: "witness",
    Cosigned: "cosigned",
    Want: "want",
    Aside: "aside",
    AsideHeld: "aside-held",
    WantAnnex: "want-annex",
    Annex: "annex",
    Fault: "fault",
    End: "end",
}


def _fields(event: Event) -> list[cbor.Value]:
    match event:
        case Hello():
            logs: list[cbor.Value] = [event.own_log, event.own_size, event.held_log, event.held_size, event.held_root]
            return [event.version, event.mechanism, event.agreement, event.party, *logs, event.held_seen]
        case Entries():
            return [event.log, event.start, event.items, event.note, event.proof]
        case Ahead():
            return [event.log, event.index, event.entry, event.body, event.proof, event.note]
        case Witness() | Cosigned():
            return [event.note]
        case Want():
            return [event.log, event.start]
        case Aside():
            return [event.channel, event.number, event.data]
        case AsideHeld():
            return [event.channel, event.number]
        case WantAnnex():
            return [event.hashes]
        case Annex():
            return [event.hash, event.data]
        case Fault():
            return [event.code, event.sentence]
        case End():
            return []


def read(frame: bytes) -> Event:
    """Return what a frame (without its length) says; raise `NotAllowed` for any other bytes than `write` makes."""
    value = cbor.decode(frame, max_bytes=MAX_FRAME_BYTES)
    if not isinstance(value, list) or not value or not isinstance(value[0], str) or value[0] not in FRAMES:
        raise NotAllowed("a frame does not open with one of the words of the exchange")
    count, reader = FRAMES[value[0]]
    if value[0] == "hello":
        _check_version(value[1:2])  # before the fields are counted: another version may have others
    if len(value) != count + 1:
        raise NotAllowed(f"'{value[0]}' has {len(value) - 1} fields instead of {count}")
    event = reader(value[1:])
    if cbor.encode([value[0], *_fields(event)]) != frame:
        raise NotAllowed(f"'{value[0]}' is written otherwise than it must be")
    return event


def write(event: Event) -> bytes:
    """Return the frame of `event` with its length; raise `NotAllowed` for what `read` would not take."""
    word, fields = WORDS[type(event)], _fields(event)
    if FRAMES[word][1](fields) != event:
        raise NotAllowed(f"'{word}' would be read as another thing than was said")
    body = cbor.encode([word, *fields])
    if len(body) > MAX_FRAME_BYTES:
        raise NotAllowed(f"a frame of {len(body)} bytes is longer than the {MAX_FRAME_BYTES} allowed")
    return len(body).to_bytes(LENGTH_BYTES, "big") + body
