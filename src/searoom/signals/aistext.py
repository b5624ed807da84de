"""A signal as an AIS safety-related text: message 12 to one ship or message 14 to all, as sentences for a transponder.

ABM and BBM carry the text to the transponder, which sends it; ABK comes back with what became of it
(IEC 61162-1, fields read in leslieyang.github.io/mando_pages/pages/NMEA0183.html). VDM is what a receiver hears
(gpsd, AIVDM). Text is six-bit: capitals, figures and signs; message 12 holds 156 of them, message 14 holds 161
(ITU-R M.1371).

Rule 1: what does not fit is refused with its length, never cut: half a sentence is another sentence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import xor
from types import MappingProxyType
from typing import Final

from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals.render import marked, may_be_spoken
from searoom.signals.rows import INTERCO, Signal

ADDRESSED: Final = 12
BROADCAST: Final = 14
LIMITS: Final[Mapping[int, int]] = MappingProxyType({ADDRESSED: 156, BROADCAST: 161})
"""Number of the message -> how many six-bit characters its text can hold."""
STATES: Final[Mapping[int, str]] = MappingProxyType({
    0: "received by the addressed transponder",
    1: "sent, and no transponder has acknowledged it",
    2: "could not be sent",
    3: "broadcast",
    4: "acknowledged late",
})  # fmt: skip
"""What the transponder says became of a text; none of them says that a person has read it."""

_SIXBIT: Final = "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789:;<=>?"
_PIECE: Final[Mapping[int, int]] = MappingProxyType({ADDRESSED: 46, BROADCAST: 56})
_HEARD_PIECE: Final = 56
_ARMOUR: Final = frozenset(map(chr, (*range(48, 88), *range(96, 120))))
_MMSI: Final = re.compile(r"[0-9]{9}")
_SENTENCE: Final = re.compile(r"([!$])([A-Z]{5}),([^*]{0,90})\*([0-9A-F]{2})\s*")


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What a transponder says of a text: to whom it was (empty: to all), which message, and the state in words."""

    mmsi: str
    message: int
    sequence: str
    state: int
    words: str


def text_of(signal: Signal, params: Mapping[str, str], *, message: int, exercise: bool = False) -> str:
    """Return the text of a signal in English capitals, its group before its words; one that does not fit is refused."""
    may_be_spoken(signal, "en", exercise=exercise)
    words = marked(signal, signal.filled(params, "en"), "en")
    group = f"INTERCO {signal.code}. " if signal.book in INTERCO else ""
    return _checked(f"{'EXERCISE EXERCISE. ' if exercise else ''}{group}{words}".upper(), message)


def _checked(text: str, message: int) -> str:
    if message not in LIMITS:
        raise NotAllowed(Sentence("ais.no_safety_text", message=message))
    if strange := sorted(set(text) - set(_SIXBIT)):
        raise NotAllowed(Sentence("ais.no_sign", sign=strange[0]))
    if not text.strip(" @"):
        raise NotAllowed(Sentence("ais.nothing"))
    if len(text) > LIMITS[message]:
        raise NotAllowed(
            Sentence("ais.too_long", count=len(text), message=message, limit=LIMITS[message]),
        )
    return text


def _bits_of(text: str) -> str:
    return "".join(f"{_SIXBIT.index(char):06b}" for char in text)


def _armoured(bits: str) -> tuple[str, int]:
    """Return bits as the letters of a sentence, and how many fill bits the last one holds."""
    fill = -len(bits) % 6
    bits += "0" * fill
    values = (int(bits[at : at + 6], 2) for at in range(0, len(bits), 6))
    return "".join(chr(value + 48 if value < 40 else value + 56) for value in values), fill


def _bare(payload: str, fill: int) -> str:
    values = []
    for char in payload:
        value = ord(char) - 48
        value -= 8 if value > 40 else 0
        if char not in _ARMOUR:
            raise NotAllowed(Sentence("ais.no_payload", sign=char))
        values.append(f"{value:06b}")
    bits = "".join(values)
    return bits[: len(bits) - fill] if fill else bits


def _summed(words: str, start: str) -> str:
    return f"{start}{words}*{reduce(xor, words.encode('ascii'), 0):02X}"


def to_transponder(text: str, *, mmsi: str = "", channel: int = 0, sequence: int = 0) -> tuple[str, ...]:
    """Return the sentences that give a text to a transponder: ABM to one ship, BBM to all where `mmsi` is empty.

    `channel` 0 leaves the radio channel to the transponder (1 A, 2 B, 3 both); `sequence` comes back in ABK.
    """
    message = ADDRESSED if mmsi else BROADCAST
    _checked(text, message)
    if mmsi and not _MMSI.fullmatch(mmsi):
        raise NotAllowed(Sentence("ais.no_mmsi", mmsi=mmsi[:12]))
    if channel not in range(4) or sequence not in range(4):
        raise NotAllowed(Sentence("ais.channel"))
    payload, fill = _armoured(_bits_of(text))
    size = _PIECE[message]
    pieces = [payload[at : at + size] for at in range(0, len(payload), size)]
    lines = []
    for at, piece in enumerate(pieces, 1):
        last = fill if at == len(pieces) else 0
        to = f"{mmsi}," if mmsi else ""
        name = "AIABM" if mmsi else "AIBBM"
        lines.append(_summed(f"{name},{len(pieces)},{at},{sequence},{to}{channel},{message},{piece},{last}", "!"))
    return tuple(lines)


def on_the_air(text: str, *, sender: str, mmsi: str = "", sequence: int = 0) -> tuple[str, ...]:
    """Return the VDM sentences in which a receiver hears a text: for tests, training and exercises."""
    message = ADDRESSED if mmsi else BROADCAST
    _checked(text, message)
    for number in (sender, mmsi or sender):
        if not _MMSI.fullmatch(number):
            raise NotAllowed(Sentence("ais.no_mmsi", mmsi=number[:12]))
    head = f"{message:06b}00{int(sender):030b}"
    head += f"{sequence % 4:02b}{int(mmsi):030b}00" if mmsi else "00"
    payload, fill = _armoured(head + _bits_of(text))
    pieces = [payload[at : at + _HEARD_PIECE] for at in range(0, len(payload), _HEARD_PIECE)]
    group = str(sequence % 10) if len(pieces) > 1 else ""
    return tuple(
        _summed(f"AIVDM,{len(pieces)},{at},{group},A,{piece},{fill if at == len(pieces) else 0}", "!")
        for at, piece in enumerate(pieces, 1)
    )


def heard(lines: Sequence[str]) -> str:
    """Return the text that VDM sentences of one message 12 or 14 carry; anything else raises `NotAllowed`."""
    bits = ""
    for at, line in enumerate(lines, 1):
        kind, fields = _fields(line)
        if kind[2:] not in ("VDM", "VDO") or len(fields) != 6 or (fields[0], fields[1]) != (str(len(lines)), str(at)):
            raise NotAllowed(Sentence("ais.not_one"))
        bits += _bare(fields[4], _fill(fields[5]))
    message = int(bits[:6] or "0", 2)
    if message not in LIMITS:
        raise NotAllowed(Sentence("ais.not_safety", message=message))
    body = bits[72 if message == ADDRESSED else 40 :]
    codes = [int(body[at : at + 6], 2) for at in range(0, len(body) - 5, 6)]
    return "".join(_SIXBIT[code] for code in codes).split("@", 1)[0].rstrip()


def acknowledged(line: str) -> Acknowledged:
    """Return what an ABK sentence says; anything else raises `NotAllowed`."""
    kind, fields = _fields(line)
    if kind[2:] != "ABK" or len(fields) != 5 or not (fields[2].isdecimal() and fields[4].isdecimal()):
        raise NotAllowed(Sentence("ais.no_abk"))
    state = int(fields[4])
    if state not in STATES:
        raise NotAllowed(Sentence("ais.no_state", state=state))
    return Acknowledged(fields[0], int(fields[2]), fields[3], state, STATES[state])


def _fill(field: str) -> int:
    if field not in tuple("012345"):
        raise NotAllowed(Sentence("ais.fill_bits"))
    return int(field)


def _fields(line: str) -> tuple[str, list[str]]:
    found = _SENTENCE.fullmatch(line)
    if not found:
        raise NotAllowed(Sentence("ais.not_whole"))
    start, kind, body, given = found.groups()
    if _summed(f"{kind},{body}", start)[-2:] != given:
        raise NotAllowed(Sentence("ais.check_sum"))
    return kind, body.split(",")
