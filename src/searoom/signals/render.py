"""A signal as a voice script: addressee, originator, text, over or out, for a person to read aloud.

The order of the parts is that of CUES 3 (english.cri.cn/6966/2014/04/24/3561s823706.htm); first contact is
called on VHF channel 16. The script says what an officer has decided; it decides nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from searoom.errors import NotAllowed
from searoom.signals.codebook import Parameter, Signal
from searoom.signals.spelling import DECIMAL, FIGURES, spell
from searoom.signals.tables import LANGUAGES

CALLING_CHANNEL: Final = "16"
MAX_NAME: Final = 48

_NAME: Final = re.compile(r"[^\W_](?:[\w .'/-]*[\w.])?")
_POSITION: Final = re.compile(r"(\d+)-([\d.]+)([NS]) (\d+)-([\d.]+)([EW])")
_SIDES: Final = MappingProxyType({"N": "NORTH", "S": "SOUTH", "E": "EAST", "W": "WEST"})


@dataclass(frozen=True, slots=True)
class _Prowords:
    """The fixed words of voice procedure in one language; figures are read one by one in all of them."""

    call: str
    message: str
    over: str
    out: str
    markers: Mapping[str, str]


_EN: Final = _Prowords(
    "{to}, {to}, THIS IS {sender}, {sender}, CHANNEL {channel}, OVER.", "{to}, THIS IS {sender}.", "OVER.", "OUT.",
    MappingProxyType({m: m for m in ("QUESTION", "INFORMATION", "INTENTION", "REQUEST", "WARNING", "ANSWER")}),
)  # fmt: skip
_JA: Final = _Prowords(
    "{to}、{to}、こちらは{sender}、{sender}、チャンネル{channel}、どうぞ。", "{to}、こちらは{sender}。", "どうぞ。",
    "終わり。",
    MappingProxyType({
        "QUESTION": "質問", "INFORMATION": "情報", "INTENTION": "意図", "REQUEST": "要請", "WARNING": "警告",
        "ANSWER": "回答",
    }),
)  # fmt: skip
_ZH: Final = _Prowords(
    "{to}，{to}，这里是{sender}，{sender}，{channel}频道，请回答。", "{to}，这里是{sender}。", "请回答。", "通话完毕。",
    MappingProxyType({
        "QUESTION": "询问", "INFORMATION": "信息", "INTENTION": "意图", "REQUEST": "请求", "WARNING": "警告",
        "ANSWER": "回答",
    }),
)  # fmt: skip
PROWORDS: Final[Mapping[str, _Prowords]] = MappingProxyType({"en": _EN, "ja": _JA, "zh": _ZH})


@dataclass(frozen=True, slots=True)
class Script:
    """What is read aloud, line by line and as one paragraph.

    `words` is the marker and the sentence with plain figures, as they are logged and compared;
    `meaning` the sentence in every language; `review` the state of the words in the spoken language.
    """

    lines: tuple[str, ...]
    text: str
    words: str
    meaning: Mapping[str, str]
    review: str


def voice_script(
    signal: Signal, params: Mapping[str, str], *, to: str, sender: str, lang: str = "en", answer_expected: bool = True
) -> Script:
    """Return the script of `signal`; a signal that is never offered, a bad value or name raises `NotAllowed`."""
    if not signal.offered:
        raise NotAllowed(f"{signal.code} is never offered", advice=signal.why_not["en"])
    if lang not in LANGUAGES:
        raise NotAllowed(f"there are no words in language '{lang}'; there are {', '.join(LANGUAGES)}")
    prowords = PROWORDS[lang]
    meaning = MappingProxyType({each: signal.filled(params, each) for each in LANGUAGES})
    names = {"to": _name(to, lang), "sender": _name(sender, lang), "channel": _figures(CALLING_CHANNEL, lang)}
    lines = [prowords.call.format(**names), prowords.message.format(**names)]
    if signal.book != "plain" and lang == "en":
        lines.append(f"INTERCO {spell(signal.code)}.")
    lines.append(marked(signal, _spoken(signal, params, lang), lang))
    lines.append(prowords.over if answer_expected else prowords.out)
    return Script(
        lines=tuple(lines),
        text=(" " if lang == "en" else "").join(lines),
        words=marked(signal, meaning[lang], lang),
        meaning=meaning,
        review=signal.review[lang],
    )


def marked(signal: Signal, sentence: str, lang: str) -> str:
    """Return a sentence of `lang` behind its signal's message marker, where it has one."""
    marker = PROWORDS[lang].markers.get(signal.marker, "")
    return f"{marker}{'. ' if lang == 'en' else '。'}{sentence}" if marker else sentence


def _name(name: str, lang: str) -> str:
    """Return a unit's name as it is called: capitals, blanks single."""
    said = " ".join(name.split()).upper()
    if len(said) > MAX_NAME or not _NAME.fullmatch(said):
        raise NotAllowed(f"'{name[:MAX_NAME]}' is no name that can be called by voice")
    return re.sub(r"\d+", lambda run: _figures(run[0], lang), said)


def _figures(number: str, lang: str) -> str:
    if lang != "en":
        return number
    return " ".join(DECIMAL if char == "." else FIGURES[int(char)] for char in number)


def _spoken(signal: Signal, params: Mapping[str, str], lang: str) -> str:
    """Return the sentence with its figures spelled, as it is read aloud."""
    said = signal.wording[lang]
    for parameter in signal.parameters:
        said = said.replace(f"{{{parameter.name}}}", _aloud(parameter, params[parameter.name], lang))
    return said


def _aloud(parameter: Parameter, value: str, lang: str) -> str:
    if lang != "en" or parameter.choices:
        return parameter.said(value, lang)
    if parameter.kind == "position" and (parts := _POSITION.fullmatch(value)):
        lat, lat_min, north, lon, lon_min, east = parts.groups()
        return (
            f"{_figures(lat, lang)} DEGREES {_figures(lat_min, lang)} MINUTES {_SIDES[north]}, "
            f"{_figures(lon, lang)} DEGREES {_figures(lon_min, lang)} MINUTES {_SIDES[east]}"
        )
    if parameter.kind == "time":
        return f"{_figures(value.removesuffix('Z'), lang)} ZULU"
    return _figures(value, lang) + parameter.unit_of(value, lang)
