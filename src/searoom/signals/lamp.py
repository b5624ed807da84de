"""A signal as light or sound in time: Morse by lamp, the blasts of the Collision Regulations, both as samples to hear.

Morse letters A to T were read in paranauticos.com (Diccionario C, codigo-int-seniales); U to Z and the figures are
those of the ITU, recalled. A short blast is about 1 second, a prolonged one 4 to 6 (rule 32); flashes of rule 34 last
about 1 second with about 1 second between them.
"""

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals.hoist import groups
from searoom.signals.render import may_be_spoken
from searoom.signals.rows import Signal

MORSE: Final[Mapping[str, str]] = MappingProxyType({
    "A": ".-", "B": "-...", "C": "-.-.", "D": "-..", "E": ".", "F": "..-.", "G": "--.",
    "H": "....", "I": "..", "J": ".---", "K": "-.-", "L": ".-..", "M": "--", "N": "-.",
    "O": "---", "P": ".--.", "Q": "--.-", "R": ".-.", "S": "...", "T": "-", "U": "..-",
    "V": "...-", "W": ".--", "X": "-..-", "Y": "-.--", "Z": "--..", "0": "-----", "1": ".----",
    "2": "..---", "3": "...--", "4": "....-", "5": ".....", "6": "-....", "7": "--...", "8": "---..",
    "9": "----.",
})  # fmt: skip
CALL: Final = "AA AA AA"
"""The general call by light, made until it is answered by TTTT (International Code, flashing light)."""
END: Final = "AR"

BLAST_MS: Final[Mapping[str, int]] = MappingProxyType({
    "short": 1000, "prolonged": 5000, "bell": 5000, "gong": 5000, "stroke": 400,
})  # fmt: skip
PAUSE_MS: Final[Mapping[str, int]] = MappingProxyType({
    "short": 1000, "prolonged": 1500, "bell": 1000, "gong": 1000, "stroke": 1200,
})  # fmt: skip
TWO_PROLONGED_MS: Final = 2000
"""Between the two prolonged blasts of a vessel that is stopped: about 2 seconds (rule 35 b)."""
RATES: Final = (4, 20)
"""Words a minute that a person can send and read by lamp, from and to."""
RATE_HZ: Final = 8000
_TONES: Final[Mapping[str, int]] = MappingProxyType(
    {"short": 200, "prolonged": 200, "bell": 900, "gong": 130, "stroke": 900}
)
_LAMP_HZ: Final = 700
_LOUD: Final = 12_000
_SOFT_MS: Final = 5


@dataclass(frozen=True, slots=True)
class Beat:
    """One stretch of a pattern: lit or sounding (`kind` says with what), or dark and silent (`kind` is empty)."""

    kind: str
    ms: int


def flashing(signal: Signal, params: Mapping[str, str], *, words_a_minute: int = 6) -> tuple[Beat, ...]:
    """Return a signal in Morse for a signal lamp: the call, the groups as flags would fly them, the end."""
    said = groups(signal, params, code_pennant=False)
    return morse(f"{CALL} {' '.join(said)} {END}", words_a_minute=words_a_minute)


def morse(text: str, *, words_a_minute: int = 6) -> tuple[Beat, ...]:
    """Return the beats of a text: a dot is one, a dash three, between letters three, between groups seven units."""
    if not RATES[0] <= words_a_minute <= RATES[1]:
        raise NotAllowed(Sentence("lamp.rate", rate=words_a_minute, low=RATES[0], high=RATES[1]))
    dot = 1200 // words_a_minute
    beats: list[Beat] = []
    for group in text.upper().split():
        for char in group.replace(".", "R"):  # the decimal point is sent as R (International Code, figures)
            if char not in MORSE:
                raise NotAllowed(Sentence("lamp.none", sign=char))
            for sign in MORSE[char]:
                beats += [Beat("lamp", dot if sign == "." else 3 * dot), Beat("", dot)]
            beats[-1] = Beat("", 3 * dot)
        beats[-1] = Beat("", 7 * dot)
    return tuple(beats[:-1])


def sounding(signal: Signal) -> tuple[Beat, ...]:
    """Return the blasts of a sound signal once; `Signal.every_s` says after how long they come again."""
    may_be_spoken(signal, "en", exercise=False)
    if not signal.sound:
        raise NotAllowed(Sentence("lamp.no_sound", code=signal.code))
    beats: list[Beat] = []
    for at, blast in enumerate(signal.sound):
        if at:
            both = blast == "prolonged" and set(signal.sound) == {"prolonged"}
            beats.append(Beat("", TWO_PROLONGED_MS if both else PAUSE_MS[signal.sound[at - 1]]))
        beats.append(Beat(blast, BLAST_MS[blast]))
    return tuple(beats)


def lasts_ms(beats: Sequence[Beat]) -> int:
    """Return how long a pattern lasts, in milliseconds."""
    return sum(beat.ms for beat in beats)


def seen(beats: Sequence[Beat]) -> str:
    """Return the pattern as a person reads it: `.-` for a lamp, the blasts by name for a sound."""
    dot = min((beat.ms for beat in beats if beat.kind == "lamp"), default=0)
    if not dot:
        return " ".join(f"{beat.kind} {beat.ms / 1000:g}s" if beat.kind else f"({beat.ms / 1000:g}s)" for beat in beats)
    signs = {("lamp", 1): ".", ("lamp", 3): "-", ("", 1): "", ("", 3): " ", ("", 7): " / "}
    return "".join(signs[beat.kind, beat.ms // dot] for beat in beats)


def samples(beats: Sequence[Beat]) -> bytes:
    """Return the pattern to hear: 16-bit mono samples, `RATE_HZ` a second, without a click at the edges."""
    out = array("h")
    for beat in beats:
        count = beat.ms * RATE_HZ // 1000
        if not beat.kind:
            out.extend([0] * count)
            continue
        turn = 2 * math.pi * _TONES.get(beat.kind, _LAMP_HZ) / RATE_HZ
        soft = max(1, min(_SOFT_MS * RATE_HZ // 1000, count // 2))
        struck = RATE_HZ // 8 if beat.kind in ("bell", "gong") else 0  # rung rapidly: eight strokes a second
        for at in range(count):
            loud = _LOUD * min(1.0, at / soft, (count - 1 - at) / soft)
            if struck:
                loud *= 1 - (at % struck) / struck
            out.append(int(loud * math.sin(turn * at)))
    return out.tobytes()
