"""Numbers as people write them in English, Japanese and Chinese: 1,200, １２, 一万二千, 二〇二六, twenty-one."""

import re
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from searoom.errors import NotAllowed
from searoom.sentences import Sentence

WIDE: Final = MappingProxyType({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20})
"""Full-width signs to plain ones, place for place, so that what is found can be shown as it was written."""
_FIGURES: Final = MappingProxyType(
    {
        sign: value
        for value, signs in enumerate(("〇零", "一", "二两兩", "三", "四", "五", "六", "七", "八", "九"))
        for sign in signs
    }
)
_TENS: Final = MappingProxyType({"十": 10, "百": 100, "千": 1000})
_MYRIADS: Final = MappingProxyType({"万": 10**4, "萬": 10**4, "億": 10**8, "亿": 10**8})
ARABIC: Final = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,6}|[0-9]{1,18})(?:\.[0-9]{1,18})?"
_HAN: Final = "".join((*_FIGURES, *_TENS, *_MYRIADS))
HAN: Final = rf"[{_HAN}]+"
MIXED: Final = rf"(?:{ARABIC}(?:[千百万萬億亿](?:{ARABIC})?)*|{HAN})"
"""A number in figures, in Han numerals, or in figures with Han multiples, such as 1万2千."""

_ONES: Final = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_DECADES: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS: Final = MappingProxyType(
    {word: value for value, word in enumerate(_ONES)} | {word: 20 + 10 * at for at, word in enumerate(_DECADES)}
)
_PIECE: Final = re.compile(rf"({ARABIC})|([{_HAN}])")
_ANY: Final = "|".join(sorted(_WORDS, key=len, reverse=True))
SPELLED: Final = rf"\b(?:{_ANY}|a million)(?:[ -](?:{_ANY}|hundred|thousand|million))*\b"
"""An English number in words; `one` alone is mostly no number, and is left out by whoever looks for counts."""


def value_of(text: str) -> Fraction:
    """Return the number that a text of the patterns above is; raise `NotAllowed` for anything else."""
    if re.fullmatch(ARABIC, text):
        return Fraction(text.replace(",", ""))
    if re.fullmatch(SPELLED, text.lower()):
        return Fraction(_spelled(text.lower()))
    if text and all(sign in _FIGURES for sign in text):  # read figure by figure: 二〇二六
        return Fraction(int("".join(str(_FIGURES[sign]) for sign in text)))
    return _han(text)


def _han(text: str) -> Fraction:
    """Return the value of Han multiples: each stands for as many of it as the number before it says, or one."""
    total, section, current = Fraction(0), Fraction(0), Fraction(0)
    held, at = False, 0
    for found in _PIECE.finditer(text):
        if found.start() != at:
            break
        at = found.end()
        sign = found[2]
        if found[1]:
            current, held = Fraction(found[1].replace(",", "")), True
        elif sign in _FIGURES:
            current, held = (current * 10 if held else Fraction(0)) + _FIGURES[sign], True
        elif sign in _TENS:
            section += (current if held else 1) * _TENS[sign]
            current, held = Fraction(0), False
        else:
            total += ((section + current) or Fraction(1)) * _MYRIADS[sign]
            section, current, held = Fraction(0), Fraction(0), False
    if at != len(text) or not text:
        raise NotAllowed(Sentence("amount.no_number", text=f"{text:.24}"))
    return total + section + current


def _spelled(text: str) -> int:
    total, current = 0, 0
    for word in re.split(r"[ -]", text):
        if word == "a":  # a million
            current = 1
        elif word == "million":
            total, current = (total + (current or 1)) * 10**6, 0
        elif word == "hundred":
            current = (current or 1) * 100
        elif word == "thousand":
            total, current = total + (current or 1) * 1000, 0
        else:
            current += _WORDS[word]
    return total + current
