"""Signs that read otherwise than they are: figures of another script, letters of two scripts in one word.

What hides or turns the reading round is refused where text is stored (`cbor.check_text`). Here is what may be stored
and can still mislead: it is said to a person, as advice, with the sign and its number.
"""

import re
import unicodedata
from typing import Final

from searoom.sentences import Sentence

_FULL_WIDTH: Final = range(0xFF10, 0xFF1A)
_RUN: Final = re.compile(r"[^\W_]+")
_LIKE_LATIN: Final = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC")
"""Scripts with letters that are drawn like Latin ones; Han, kana and Hangul stand beside Latin in honest words."""
_LETTER_FIGURES: Final = re.compile(
    r"[0-9]+(?:[Oo]+|[Il](?=[0-9]))[0-9]*(?![A-Za-z])|(?<![A-Za-z0-9-])[OoIl]+[0-9]+(?![A-Za-z])"
)
"""A letter O, I or l where a figure is expected; `5 l` and `Q1` are none."""


def doubtful(text: str, lang: str) -> str:
    """Return a sentence about the first sign that may be read as another, or nothing.

    Full-width figures are at home in Japanese and Chinese text (`lang` ja, zh), and doubted in any other.
    """
    if text.isascii():
        found = _LETTER_FIGURES.search(text)
        return Sentence("doubt.letter_figures", word=f"{found[0]:.20}") if found else ""
    for sign in text:
        if sign.isdecimal() and not "0" <= sign <= "9" and not (ord(sign) in _FULL_WIDTH and lang in ("ja", "zh")):
            return Sentence("doubt.other_script", sign=sign, number=f"{ord(sign):04X}")
        if "MATHEMATICAL" in _name(sign):
            return Sentence("doubt.like_letter", sign=sign, number=f"{ord(sign):04X}")
    for word in _RUN.findall(text):
        if odd := _mixed(word):
            return Sentence("doubt.two_scripts", word=f"{word:.20}", sign=odd, number=f"{ord(odd):04X}")
    found = _LETTER_FIGURES.search(text)
    return Sentence("doubt.letter_figures", word=f"{found[0]:.20}") if found else ""


def _mixed(word: str) -> str:
    """Return the first letter of a script drawn like Latin, in a word that has Latin letters or figures too."""
    plain = any(sign.isascii() for sign in word)
    return next((sign for sign in word if _name(sign).startswith(_LIKE_LATIN)), "") if plain else ""


def _name(sign: str) -> str:
    return "" if sign.isascii() else unicodedata.name(sign, "")
