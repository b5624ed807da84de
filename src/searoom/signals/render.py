"""A signal as a voice script: addressee, originator, text, over or out, for a person to read aloud.

The order of the parts is that of CUES 3 (english.cri.cn/6966/2014/04/24/3561s823706.htm); first contact is
called on VHF channel 16 between ships and on 121.5 or 243.0 MHz with aircraft, then both shift to a working channel
(businesspravo.ru DocumID=108408). The script says what an officer has decided; it decides nothing.

Rule 1: words that no named native officer has signed are read out in exercises alone, and say there that it is one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals.parameters import Parameter
from searoom.signals.rows import BLANK, INTERCO, Signal
from searoom.signals.spelling import CODE_FIGURES, DECIMAL, FIGURES, spell
from searoom.signals.tables import LANGUAGES

CALLING_CHANNEL: Final = "16"
GUARDS: Final = (CALLING_CHANNEL, "121.5", "243.0")
"""Where a unit is called that does not expect us: VHF channel 16 at sea, two distress frequencies in the air (MHz)."""
MAX_NAME: Final = 48

_WORKING: Final = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,3})?")
_NAME: Final = re.compile(r"[^\W_](?:[\w .'/-]*[\w.])?")
_POSITION: Final = re.compile(r"([0-9]+)-([0-9.]+)([NS]) ([0-9]+)-([0-9.]+)([EW])")
_SIDES: Final = MappingProxyType({"N": "NORTH", "S": "SOUTH", "E": "EAST", "W": "WEST"})


@dataclass(frozen=True, slots=True)
class _Prowords:
    """The fixed words of voice procedure in one language; figures are read one by one in all of them."""

    call: str
    channel: str
    frequency: str
    shift: str
    message: str
    over: str
    out: str
    exercise: str
    markers: Mapping[str, str]


_EN: Final = _Prowords(
    "{to}, {to}, THIS IS {sender}, {sender}, {guard}, OVER.", "CHANNEL {0}", "{0} MEGAHERTZ",
    "{to}, THIS IS {sender}, SHIFT TO {working}, OVER.", "{to}, THIS IS {sender}.", "OVER.", "OUT.",
    "EXERCISE, EXERCISE, EXERCISE.",
    MappingProxyType({m: m for m in ("QUESTION", "INFORMATION", "INTENTION", "REQUEST", "WARNING", "ANSWER")}),
)  # fmt: skip
_JA: Final = _Prowords(
    "{to}、{to}、こちらは{sender}、{sender}、{guard}、どうぞ。", "チャンネル{0}", "{0}メガヘルツ",
    "{to}、こちらは{sender}、{working}に変更されたい、どうぞ。", "{to}、こちらは{sender}。", "どうぞ。", "終わり。",
    "訓練、訓練、訓練。",
    MappingProxyType({
        "QUESTION": "質問", "INFORMATION": "情報", "INTENTION": "意図", "REQUEST": "要請", "WARNING": "警告",
        "ANSWER": "回答",
    }),
)  # fmt: skip
_ZH: Final = _Prowords(
    "{to}，{to}，这里是{sender}，{sender}，{guard}，请回答。", "{0}频道", "{0}兆赫",
    "{to}，这里是{sender}，请转到{working}，请回答。", "{to}，这里是{sender}。", "请回答。", "通话完毕。",
    "演习，演习，演习。",
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
    signal: Signal,
    params: Mapping[str, str],
    *,
    to: str,
    sender: str,
    lang: str = "en",
    answer_expected: bool = True,
    guard: str = CALLING_CHANNEL,
    working: str = "",
    bad_line: bool = False,
    exercise: bool = False,
) -> Script:
    """Return the script of `signal`, called on `guard` and said on the `working` channel or frequency, if one is named.

    `bad_line` speaks figures in the words of the International Code. A signal that is never offered, a bad value, name
    or channel raises `NotAllowed`; so do words that nobody signed as reviewed, outside an exercise.
    """
    may_be_spoken(signal, lang, exercise=exercise)
    prowords, figures = PROWORDS[lang], _Figures(lang, code=bad_line)
    meaning = MappingProxyType({each: signal.filled(params, each) for each in LANGUAGES})
    if guard not in GUARDS:
        raise NotAllowed(Sentence("say.guard", given=guard, known=", ".join(GUARDS)))
    names = {
        "to": _name(to, figures),
        "sender": _name(sender, figures),
        "guard": _place(guard, prowords, figures),
        "working": _place(working, prowords, figures) if working else "",
    }
    lines = [prowords.exercise] if exercise else []
    lines.append(prowords.call.format(**names))
    if working:
        lines.append(prowords.shift.format(**names))
    lines.append(prowords.message.format(**names))
    if signal.book in INTERCO and lang == "en":
        lines.append(f"INTERCO {spell(signal.code, code_figures=bad_line)}.")
    spoken = marked(signal, _spoken(signal, params, figures), lang)
    if signal.phrase and lang == "en":  # agreed phrases are sent twice (ICAO Annex 2, attachment A, 7.2)
        phrase = BLANK.sub(lambda blank: params[blank[1]].upper(), signal.phrase)
        lines += [f"{phrase}, {phrase}.", spoken]
    else:
        lines.append(spoken)
    lines.append(prowords.over if answer_expected else prowords.out)
    return Script(
        lines=tuple(lines),
        text=(" " if lang == "en" else "").join(lines),
        words=marked(signal, meaning[lang], lang),
        meaning=meaning,
        review=signal.review[lang],
    )


def may_be_spoken(signal: Signal, lang: str, *, exercise: bool) -> None:
    """Raise `NotAllowed` where `signal` may not be put into words of `lang`: never offered, or not reviewed."""
    if not signal.offered:
        raise NotAllowed(Sentence("say.never", code=signal.code), advice=signal.why_not["en"])
    if lang not in LANGUAGES:
        raise NotAllowed(Sentence("say.no_words", lang=lang, known=", ".join(LANGUAGES)))
    if not exercise and not signal.agreed_words(lang):
        raise NotAllowed(
            Sentence("say.unreviewed", code=signal.code, lang=lang),
        )


def check_decided(row: Signal, intention: str) -> None:
    """Raise `NotAllowed` where a row announces what our own ship will do and no person has entered that decision."""
    if row.announces_intention and intention != row.intention:
        raise NotAllowed(
            Sentence("say.intention", code=row.code, intention=row.intention),
        )


def marked(signal: Signal, sentence: str, lang: str) -> str:
    """Return a sentence of `lang` behind its signal's message marker, where it has one."""
    marker = PROWORDS[lang].markers.get(signal.marker, "")
    return f"{marker}{'. ' if lang == 'en' else '。'}{sentence}" if marker else sentence


@dataclass(frozen=True, slots=True)
class _Figures:
    """How figures are said: one by one in English, as they stand in the others."""

    lang: str
    code: bool = False

    def said(self, number: str) -> str:
        if self.lang != "en":
            return number
        words = CODE_FIGURES if self.code else FIGURES
        return " ".join(DECIMAL if char == "." else words[int(char)] for char in number)


def _place(channel: str, prowords: _Prowords, figures: _Figures) -> str:
    """Return a VHF channel, or a frequency in MHz where it has a decimal point, as it is called."""
    if not _WORKING.fullmatch(channel):
        raise NotAllowed(Sentence("say.no_channel", channel=channel[:12]))
    return (prowords.frequency if "." in channel else prowords.channel).format(figures.said(channel))


def _name(name: str, figures: _Figures) -> str:
    """Return a unit's name as it is called: capitals, blanks single."""
    said = " ".join(name.split()).upper()
    if len(said) > MAX_NAME or not _NAME.fullmatch(said):
        raise NotAllowed(Sentence("say.no_name", name=name[:MAX_NAME]))
    return re.sub(r"[0-9]+", lambda run: figures.said(run[0]), said)


def _spoken(signal: Signal, params: Mapping[str, str], figures: _Figures) -> str:
    """Return the sentence with its figures spelled, as it is read aloud."""
    aloud = {p.name: _aloud(p, params[p.name], figures) for p in signal.parameters}
    return BLANK.sub(lambda blank: aloud[blank[1]], signal.wording[figures.lang])


def _aloud(parameter: Parameter, value: str, figures: _Figures) -> str:
    if figures.lang != "en" or parameter.choices:
        return parameter.said(value, figures.lang)
    if parameter.kind == "name":
        return re.sub(r"[0-9]+", lambda run: figures.said(run[0]), value.upper())
    if parameter.kind == "position" and (parts := _POSITION.fullmatch(value)):
        lat, lat_min, north, lon, lon_min, east = parts.groups()
        return (
            f"{figures.said(lat)} DEGREES {figures.said(lat_min)} MINUTES {_SIDES[north]}, "
            f"{figures.said(lon)} DEGREES {figures.said(lon_min)} MINUTES {_SIDES[east]}"
        )
    if parameter.kind == "time":
        return f"{figures.said(value.removesuffix('Z'))} ZULU"
    return figures.said(value) + parameter.unit_of(value, figures.lang)
