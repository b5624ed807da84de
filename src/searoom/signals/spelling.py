"""Letters and figures by voice, and spoken words back to what they stand for.

The words are those of the International Code of Signals, read in docest.com/doc/111684 (letters) and
ea1uro.com/proteccioncivil/vdm0256_1.htm (the Code's figures). Bridges speak figures as ZERO, ONE, TWO;
the Code's own figure words are there for a bad line.
"""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from searoom.errors import NotAllowed
from searoom.sentences import Sentence

ALPHABET: Final[Mapping[str, str]] = MappingProxyType({word[0]: word for word in (
    "ALFA", "BRAVO", "CHARLIE", "DELTA", "ECHO", "FOXTROT", "GOLF", "HOTEL", "INDIA", "JULIETT", "KILO", "LIMA", "MIKE",
    "NOVEMBER", "OSCAR", "PAPA", "QUEBEC", "ROMEO", "SIERRA", "TANGO", "UNIFORM", "VICTOR", "WHISKEY", "X-RAY",
    "YANKEE", "ZULU",
)})  # fmt: skip
FIGURES: Final = ("ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE")
CODE_FIGURES: Final = (
    "NADAZERO", "UNAONE", "BISSOTWO", "TERRATHREE", "KARTEFOUR", "PANTAFIVE", "SOXISIX", "SETTESEVEN", "OKTOEIGHT",
    "NOVENINE",
)  # fmt: skip
DECIMAL: Final = "DECIMAL"

FIGURE_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {word.lower(): str(at) for words in (FIGURES, CODE_FIGURES) for at, word in enumerate(words)}
    | {"niner": "9", "fife": "5", "fower": "4", "tree": "3", "wun": "1", "ait": "8", "zeero": "0"}
)
"""Spoken figure -> digit, with the ways in which people say and write it."""
LETTER_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {word.lower(): letter for letter, word in ALPHABET.items()}
    | {"alpha": "A", "juliet": "J", "whisky": "W", "xray": "X"}
)
_POINTS: Final = frozenset(("decimal", "point"))
CODE_FOLLOWS: Final = frozenset(("interco", "code", "signal", "group"))
"""Words after which a single spelling word is a group of one letter, not a word."""
SAME_WORD: Final[Mapping[str, str]] = MappingProxyType({
    "maneuver": "manoeuvre", "maneuvers": "manoeuvres", "maneuvering": "manoeuvring", "kt": "knots", "kts": "knots",
    "deg": "degrees", "harbour": "harbor", "can't": "cannot", "won't": "will-not", "i'll": "i-will",
})  # fmt: skip
"""Spelling that differs between people and not in what is said."""
_SPLIT: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({"will-not": ("will", "not"), "i-will": ("i", "will")})

_TOKEN: Final = re.compile(r"\d+(?:\.\d+)?|[a-z][a-z0-9'-]*|[\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]|[,.;:!?]")
_POSITION: Final = re.compile(r"(\d+)-(\d+(?:\.\d+)?) ?([ns])[ ,]+(\d+)-(\d+(?:\.\d+)?) ?([ew])(?![a-z0-9])")
_CLOCK: Final = re.compile(r"(?<![a-z0-9.])(\d{4}) ?(?:z|utc)(?![a-z0-9])")
_SIDES: Final = MappingProxyType({"n": "north", "s": "south", "e": "east", "w": "west"})
_STOPS: Final = frozenset(",.;:!?")
MAX_HEARD: Final = 2000
"""More characters than anybody says in one turn; what is longer is refused, not searched."""


def spell(text: str, *, code_figures: bool = False) -> str:
    """Return `text` letter by letter: `RT1` is `ROMEO TANGO ONE`; other characters than A-Z, 0-9, dots are refused."""
    figures = CODE_FIGURES if code_figures else FIGURES
    said = []
    for char in text.upper():
        if char in ALPHABET:
            said.append(ALPHABET[char])
        elif char.isascii() and char.isdigit():
            said.append(figures[int(char)])
        elif char == ".":
            said.append(DECIMAL)
        elif char not in " -":
            raise NotAllowed(Sentence("say.no_spelling", sign=char))
    return " ".join(said)


def tokens(text: str) -> tuple[str, ...]:
    """Return the words of a spoken text, small and without stops, in one form whoever wrote it down.

    Spoken figures become figures (`ONE FIVE ZERO` is `150`), spelled groups become capital groups
    (`ROMEO TANGO ONE` is `RT1`), Japanese and Chinese come character by character.
    """
    if len(text) > MAX_HEARD:
        raise NotAllowed(Sentence("say.too_much", count=len(text), most=MAX_HEARD))
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    raw = _TOKEN.findall(_CLOCK.sub(r"\1 zulu", _POSITION.sub(_position, plain)))
    out: list[str] = []
    at = 0
    while at < len(raw):
        at = _group(raw, at, out) or _number(raw, at, out) or _word(raw, at, out)
    return tuple(out)


def _position(found: re.Match[str]) -> str:
    lat, lat_min, north, lon, lon_min, east = found.groups()
    return f"{lat} degrees {lat_min} minutes {_SIDES[north]}, {lon} degrees {lon_min} minutes {_SIDES[east]}"


def _group(raw: list[str], at: int, out: list[str]) -> int:
    """Take a spelled group that starts here, and return the place behind it (0: there is none)."""
    if raw[at] not in LETTER_WORDS:
        return 0
    end, group = at, ""
    while end < len(raw) and (raw[end] in LETTER_WORDS or raw[end] in FIGURE_WORDS):
        group += LETTER_WORDS.get(raw[end]) or FIGURE_WORDS[raw[end]]
        end += 1
    alone = len([word for word in raw if word not in _STOPS]) == 1
    if len(group) == 1 and not alone and not (out and out[-1] in CODE_FOLLOWS):
        return 0
    out.append(group)
    return end


def _number(raw: list[str], at: int, out: list[str]) -> int:
    """Take figures, spoken one by one, that start here, and return the place behind them."""
    if raw[at] not in FIGURE_WORDS:
        return 0
    end, number = at, ""
    while end < len(raw):
        if raw[end] in FIGURE_WORDS:
            number += FIGURE_WORDS[raw[end]]
        elif raw[end] in _POINTS and "." not in number and end + 1 < len(raw) and raw[end + 1] in FIGURE_WORDS:
            number += "."
        else:
            break
        end += 1
    out.append(number)
    return end


def _word(raw: list[str], at: int, out: list[str]) -> int:
    if raw[at] not in _STOPS:
        word = SAME_WORD.get(raw[at], raw[at])
        out.extend(_SPLIT.get(word, (word,)))
    return at + 1
