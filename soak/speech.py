"""What a message says, read by the observer: frames with named fields, and one line without a byte of a signature."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from searoom import cbor
from searoom.errors import NotAllowed

# frame -> its fields, in order (docs/formats/session.md)
FIELDS: Final = {
    "hello": (
        "version", "mechanism", "agreement", "party", "own_log", "own_size", "held_log", "held_size", "held_root",
        "held_seen",
    ),
    "entries": ("log", "start", "items", "note", "proof"),
    "ahead": ("log", "index", "entry", "body", "proof", "note"),
    "witness": ("note",),
    "cosigned": ("note",),
    "want": ("log", "start"),
    "fault": ("code", "sentence"),
    "end": (),
}  # fmt: skip
_LENGTH: Final = 4


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a message; fields by name, or by number where the frame is not known here."""

    name: str
    values: tuple[Any, ...]

    def __getitem__(self, field: str) -> Any:
        return self.values[FIELDS[self.name].index(field)]


def read_frames(data: bytes) -> Iterator[Frame]:
    """Yield the frames of a message as far as they are whole."""
    at = 0
    while at + _LENGTH <= len(data):
        length = int.from_bytes(data[at : at + _LENGTH], "big")
        body, at = data[at + _LENGTH : at + _LENGTH + length], at + _LENGTH + length
        if len(body) < length:
            return
        try:
            name, *values = cbor.decode(body, max_bytes=4 << 20)  # type: ignore[misc]  # a frame is an array
        except (NotAllowed, TypeError, ValueError):
            return
        yield Frame(str(name), tuple(values))


def write_frame(frame: Frame) -> bytes:
    """Return the bytes of a frame."""
    body = cbor.encode([frame.name, *frame.values])
    return len(body).to_bytes(_LENGTH, "big") + body


def in_words(data: bytes) -> str:
    """Return what a message says, in names and numbers only."""
    return " ".join(_word(frame) for frame in read_frames(data)) or "nothing"


def _word(frame: Frame) -> str:
    match frame.name:
        case "hello":
            return f"{frame['own_log']}={frame['own_size']},holds {frame['held_log']}={frame['held_size']}"
        case "entries":
            return f"entries {frame['log']} {frame['start']}+{len(frame['items'])}"
        case "ahead":
            return f"ahead {frame['log']}/{frame['index']}"
        case "want":
            return f"want {frame['log']} from {frame['start']}"
        case "witness" | "cosigned":
            text = frame["note"].split(b"\n")
            return f"{frame.name} {text[0].rpartition(b'/')[2].decode('utf-8', 'replace')}@{int(text[1])}"
        case "fault":
            return f"fault {frame['code']}"
        case _:
            return frame.name
