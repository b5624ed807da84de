"""Signals as a bad line leaves them: every script of the books, garbled kind by kind in each language, by a seed.

for line in corpus(book, 600): line.code was sent, line.heard is what arrived, line.kind says what happened to it.
"""

import random
from dataclasses import dataclass

from searoom.signals.codebook import Codebook
from searoom.signals.render import marked
from searoom.signals.rows import Signal
from searoom.signals.tables import LANGUAGES

KINDS = (
    "whole", "missing words", "homophones", "swapped figures", "wrong order", "dropped prefix", "accent", "typing",
    "half heard",
)  # fmt: skip

VALUES = {
    "course": "045", "bearing": "310", "speed": "18", "distance": "1.5", "minutes": "4", "count": "2", "channel": "72",
    "frequency": "4125", "position": "32-10.5N 165-20.0W", "time": "0405Z", "language": "en", "megahertz": "123.1",
    "metres": "300", "hundreds": "5", "tenths": "3", "height": "1500", "callsign": "SEA 12", "place": "NAHA",
    "station": "CORAL 34", "vessel": "TEAL 7", "other": "CORAL 34", "word": "COURSE", "second": "SPEED", "means": "9",
    "help": "2", "direction": "4",
}  # fmt: skip

SOUNDS = {
    "to": "two", "for": "four", "you": "ewe", "our": "hour", "course": "coarse", "your": "you're", "pass": "past",
    "side": "sighed", "not": "knot", "knots": "nots", "we": "wee", "are": "our", "stern": "astern", "way": "weigh",
    "will": "wheel", "bearing": "baring", "know": "no", "hear": "here", "need": "knead", "aid": "aide", "sea": "see",
    "針": "真", "路": "露", "速": "即", "力": "緑", "船": "線", "後": "公", "航": "行", "左": "差",
    "右": "宇", "方": "報",
    "我": "窝", "你": "尼", "向": "像", "在": "再", "是": "事", "请": "情", "行": "形", "进": "近",
    "转": "专",
}  # fmt: skip
ACCENT = (
    ("th", "s"),
    ("r", "l"),
    ("v", "b"),
    ("w", "v"),
    ("f", "h"),
    ("l", "r"),
    ("si", "shi"),
    ("ee", "i"),
    ("er", "a"),
)
CJK_ACCENT = (
    ("し", "ひ"),
    ("を", "お"),
    ("ず", "づ"),
    ("ん", "む"),
    ("是", "四"),
    ("船", "穿"),
    ("正", "真"),
    ("知", "资"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """What was sent and what arrived."""

    code: str
    lang: str
    kind: str
    sent: str
    heard: str


def values(row: Signal) -> dict[str, str]:
    """Return a value for each parameter of a row."""
    return {parameter.name: VALUES[parameter.name] for parameter in row.parameters}


def corpus(book: Codebook, lines: int, seed: int = 5) -> list[Line]:
    """Return so many garbled lines: every language and kind alike often, rows in turn, the same for the same seed."""
    rows = list(book.signals)
    chance = random.Random(seed)
    chance.shuffle(rows)
    made = []
    for at in range(lines):
        kind, lang = KINDS[at % len(KINDS)], LANGUAGES[at // len(KINDS) % len(LANGUAGES)]
        row = rows[at // 3 % len(rows)]
        sent = script(row, lang, group=chance.random() < 0.5)
        made.append(Line(row.code, lang, kind, sent, garble(sent, kind, lang, chance)))
    return made


def script(row: Signal, lang: str, *, group: bool = True) -> str:
    """Return what is said of a row, ours or not: who calls whom, the group, the marker and the sentence."""
    words = marked(row, row.filled(values(row), lang), lang)
    head = {
        "en": "CORAL 34, THIS IS AMBER 21.",
        "ja": "CORAL 34、こちらはAMBER 21。",
        "zh": "CORAL 34，这里是AMBER 21。",
    }[lang]
    code = f" INTERCO {row.code}." if group and lang == "en" and row.book in ("ics", "incsea") else ""
    return f"{head}{code} {words}{' OVER.' if lang == 'en' else ''}"


def garble(text: str, kind: str, lang: str, chance: random.Random) -> str:
    """Return `text` as this kind of trouble leaves it."""
    parts = text.split() if lang == "en" else list(text)
    join = " " if lang == "en" else ""
    if kind == "missing words":
        parts = [part for part in parts if chance.random() > 0.15]
    elif kind == "homophones":
        parts = [SOUNDS.get(part.strip(".,?").lower(), part) if chance.random() < 0.7 else part for part in parts]
    elif kind == "swapped figures":
        return _swapped(text, chance)
    elif kind == "wrong order":
        for _ in range(1 + len(parts) // 8):
            a, b = chance.randrange(len(parts)), chance.randrange(len(parts))
            parts[a], parts[b] = parts[b], parts[a]
    elif kind == "dropped prefix":
        return _without_prefix(text, chance)
    elif kind == "accent":
        for sound, other in chance.sample(ACCENT if lang == "en" else CJK_ACCENT, 3):
            text = text.replace(sound, other)
        return text
    elif kind == "typing":
        return _mistyped(text, lang, chance)
    elif kind == "half heard":
        cut = chance.randrange(1, len(parts))
        parts = parts[:cut] if chance.random() < 0.5 else parts[cut:]
    return join.join(parts)


def _swapped(text: str, chance: random.Random) -> str:
    places = [at for at, char in enumerate(text) if char.isdigit()]
    chars = list(text)
    for at in places:
        if chance.random() < 0.4:
            chars[at] = chance.choice("0123456789")
    return "".join(chars)


def _without_prefix(text: str, chance: random.Random) -> str:
    for prefix in ("YV1 ", "INTERCO ", "THIS IS ", "こちらは", "这里是"):
        if prefix in text and chance.random() < 0.7:
            text = text.replace(prefix, "", 1)
    for marker in ("QUESTION. ", "WARNING. ", "REQUEST. ", "質問。", "警告。", "询问。", "请求。"):
        text = text.replace(marker, "", 1)
    return text


def _mistyped(text: str, lang: str, chance: random.Random) -> str:
    chars = list(text)
    for _ in range(1 + len(chars) // 25):
        at = chance.randrange(len(chars) - 1)
        what = chance.randrange(3)
        if what == 0:
            chars[at], chars[at + 1] = chars[at + 1], chars[at]
        elif what == 1:
            chars[at] = chance.choice("aeionrst") if lang == "en" else chance.choice("的了一在のはに")
        else:
            chars[at] = ""
    return "".join(chars)
