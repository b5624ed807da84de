"""AIS messages that are neither positions nor static data: safety texts, aids to navigation, and what is only counted.

Texts (messages 12 and 14) and aids (21) are kept as they came, of each aid the last message, and decoded when somebody
asks: they are few, and rarely asked for.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from itertools import islice

from searoom.tracks.aisfields import SYMBOLS
from searoom.tracks.aiskernel import NO_TIME
from searoom.tracks.aislayout import AID, TEXT_TO_ALL, TEXT_TO_ONE
from searoom.tracks.aisplain import Whole

MAX_TEXTS = 10_000  # the oldest is let go of, and counted
MAX_AIDS = 100_000
FORGOTTEN = "AIS safety text let go of, too many"
_MORE = 36  # bits of padding that are taken, as with other messages
_FEWER = 5  # a sender counted its fill bits wrong
_BITS: Mapping[int, tuple[int, int]] = {TEXT_TO_ONE: (72, 1008), TEXT_TO_ALL: (40, 1008), AID: (272, 360)}

# What the other types are (ITU-R M.1371, table 46); 1 to 5, 9, 11, 18, 19, 24 and 27 are read elsewhere.
KINDS: Mapping[int, str] = {
    6: "binary, to one", 7: "acknowledges 6", 8: "binary, to all", 10: "asks for the time", 12: "safety text, to one",
    13: "acknowledges 12", 14: "safety text, to all", 15: "asks for messages", 16: "assigns a mode",
    17: "satellite corrections", 20: "slots of a base station", 21: "aid to navigation", 22: "channels",
    23: "assigns to a group", 25: "binary, one slot", 26: "binary, more slots",
}  # fmt: skip

_SIDES = ("north", "east", "south", "west")
_MARKS = (
    *(f"cardinal, {side}" for side in _SIDES), "port hand", "starboard hand", "preferred channel, port hand",
    "preferred channel, starboard hand", "isolated danger", "safe water", "special mark",
)  # fmt: skip
# What an aid is (ITU-R M.1371, table 74), by its number.
AIDS = (
    "not said", "reference point", "racon", "fixed structure", "emergency wreck mark", "light", "light with sectors",
    "leading light, front", "leading light, rear", *(f"beacon: {mark}" for mark in _MARKS),
    *(f"floating: {mark}" for mark in _MARKS), "light vessel or rig",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """A safety-related text: when it was heard (None: not told), who sent it, to whom (empty: to all), its words.

    `own`: our own transponder sent it. Search-and-rescue transmitters say SART ACTIVE, MOB ACTIVE or EPIRB ACTIVE so.
    """

    time_us: int | None
    sender: str
    to: str
    words: str
    own: bool


@dataclass(frozen=True, slots=True)
class Aid:
    """An aid to navigation: who sends for it, what it is called and is, where it is, and when it was last heard.

    `lat_deg` and `lon_deg` are None where it does not know them. `virtual`: nothing floats there. `adrift`: it is a
    floating one that says that it is off its place.
    """

    time_us: int | None
    sender: str
    called: str
    kind: str
    lat_deg: float | None
    lon_deg: float | None
    virtual: bool
    adrift: bool


@dataclass(slots=True)
class Rest:
    """Keeps texts, and of each aid the last message; `refused` counts what is no such message, by its cause."""

    refused: dict[str, int] = field(default_factory=dict)
    heard: dict[int, int] = field(default_factory=dict)  # messages by type
    forgotten: int = 0
    _texts: deque[Whole] = field(default_factory=deque)
    _aids: dict[bytes, Whole] = field(default_factory=dict)

    def take(self, whole: Whole) -> None:
        """Take one message of a type in `aislayout.WHOLE`, in the order in which they were received."""
        symbols = [int(SYMBOLS[letter]) for letter in whole.letters]
        kind, bits = symbols[0], 6 * len(symbols) - whole.fill
        least, most = _BITS[kind]
        if bits < least - _FEWER:
            self._refuse("message too short for its type")
        elif bits > most + _MORE:
            self._refuse("message too long for its type")
        elif min(symbols) < 0:
            self._refuse("payload is not six-bit")
        else:
            self.heard[kind] = self.heard.get(kind, 0) + 1
            self._keep(kind, symbols, whole)

    def texts(self, last: int = MAX_TEXTS) -> tuple[Text, ...]:
        """Return the last texts in the order in which they were heard."""
        return tuple(_text(whole) for whole in islice(self._texts, max(0, len(self._texts) - last), None))

    def aids(self) -> tuple[Aid, ...]:
        """Return the aids to navigation in the order in which they were first heard."""
        return tuple(_aid(whole) for whole in self._aids.values())

    def _keep(self, kind: int, symbols: list[int], whole: Whole) -> None:
        if kind == AID:
            sender = bytes((symbols[1] & 0xF, *symbols[2:6], symbols[6] & 0x30))
            if sender in self._aids or len(self._aids) < MAX_AIDS:
                self._aids[sender] = whole
            return
        self._texts.append(whole)
        if len(self._texts) > MAX_TEXTS:
            self._texts.popleft()
            self.forgotten += 1

    def _refuse(self, cause: str) -> None:
        self.refused[cause] = self.refused.get(cause, 0) + 1


def told(counts: Mapping[int, int]) -> dict[str, int]:
    """Return counts of other messages by words that name their type."""
    said: dict[str, int] = {}
    for kind, count in sorted(counts.items()):
        words = f"AIS messages {kind}, {KINDS[kind]}" if kind in KINDS else "AIS messages of a type that there is not"
        said[words] = said.get(words, 0) + count
    return said


def _when(whole: Whole) -> int | None:
    return None if whole.time_us == NO_TIME else whole.time_us


def _text(whole: Whole) -> Text:
    bits = _Bits(whole)
    to_one = bits.number(0, 6) == TEXT_TO_ONE
    return Text(
        _when(whole), _digits(bits.number(8, 30)), _digits(bits.number(40, 30)) if to_one else "",
        bits.letters(72 if to_one else 40).strip(), whole.own,
    )  # fmt: skip


def _aid(whole: Whole) -> Aid:
    bits = _Bits(whole)
    lon, lat = bits.number(164, -28) / 600_000, bits.number(192, -27) / 600_000
    known = abs(lat) <= 90.0 and abs(lon) <= 180.0
    timed = bits.number(253, 6) < 60  # only then does "off position" say anything (M.1371, table 73)
    return Aid(
        _when(whole), _digits(bits.number(8, 30)), (bits.letters(43, 20) + bits.letters(272)).strip(),
        AIDS[bits.number(38, 5)], lat if known else None, lon if known else None, virtual=bool(bits.number(269, 1)),
        adrift=timed and bool(bits.number(259, 1)),
    )  # fmt: skip


class _Bits:
    """The bits of a message, from 0; beyond its end there are zeros."""

    def __init__(self, whole: Whole) -> None:
        self._size = 6 * len(whole.letters)
        self._end = self._size - whole.fill
        self._value = reduce(lambda value, letter: value << 6 | int(SYMBOLS[letter]), whole.letters, 0)

    def number(self, first: int, width: int) -> int:
        """Return the number in some bits; a negative width is that of a signed one."""
        count = abs(width)
        beyond = first + count - self._size
        value = (self._value >> -beyond if beyond <= 0 else self._value << beyond) & ((1 << count) - 1)
        return value - (1 << count) if width < 0 and value >> (count - 1) else value

    def letters(self, first: int, most: int = 168) -> str:
        """Return the letters from a bit on, up to the first @ and as far as the message goes."""
        sixes = (self.number(place, 6) for place in range(first, min(first + 6 * most, self._end - 5), 6))
        return "".join(chr(six + 64 if six < 32 else six) for six in sixes).partition("@")[0]


def _digits(mmsi: int) -> str:
    return f"{mmsi:09d}"
