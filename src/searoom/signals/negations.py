"""Two languages of one text, compared in what they deny: a sentence with a "not" in the one and none in the other.

Advice for whoever wrote or reads both. A translation that loses its "not" reads as well as a right one, and says the
opposite. Words that only look like a negation (不明, 少ない, no later than) count for none; what is not known is not
told. The lists are ours; ja and zh await review by native speakers.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from searoom.errors import Finding
from searoom.sentences import Sentence
from searoom.signals.tables import LANGUAGES

MAX_FINDINGS: Final = 8
_STOP: Final = re.compile(r"(?<=[!?。！？;；])\s*|(?<=\.)\s+|\n+")
_NEGATIONS: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType({
    "en": re.compile(
        r"\b(?:not(?!\s+only)|never|cannot|without|neither|nor|none|nothing|nobody|unable|refrain\w*|refus\w+"
        r"|no(?!\s+(?:later|earlier|more|less|fewer|doubt)\b|\.|\s*\d))\b|n't\b",
        re.IGNORECASE,
    ),
    "ja": re.compile(
        r"ません|(?<![少危切幼])(?:ない|なかった|なく(?!とも))|(?:[かさたならわせれべけめえ]|(?<=[一-鿿])ま)ず(?=に|、|。|$)|なし(?!で?に?は?な)"
        r"|控え|差し控|拒否|不可(?!欠)|ことなく"
    ),
    "zh": re.compile(
        r"(?<![决绝并])不(?![同过仅断久明良安对少足便]|可或缺|晚于|迟于|早于|少于|超过)|[决绝并]不|没有?|未(?![来知])"
        r"|无(?![线人论缝])|[勿莫]|并非|禁止|避免|拒绝"
    ),
})  # fmt: skip
"""What denies, by language."""


def compare(first: str, second: str, *, langs: tuple[str, str], where: str = "text") -> tuple[Finding, ...]:
    """Return each place where one text denies and the other does not, as advice about the field `where`.

    `langs` are the language tags of the two texts; of a language that is not known here nothing is said. Texts of as
    many sentences are compared sentence by sentence, all others as wholes.
    """
    bases = tuple(lang[:2] for lang in langs)
    if any(base not in LANGUAGES for base in bases):
        return ()
    one, other = _sentences(first), _sentences(second)
    pairs = list(zip(one, other, strict=True)) if len(one) == len(other) else [(first, second)]
    found = []
    for a, b in pairs:
        mine, theirs = _NEGATIONS[bases[0]].search(a), _NEGATIONS[bases[1]].search(b)
        if mine and not theirs:
            found.append(_lost(mine.group(), *langs, where))
        if theirs and not mine:
            found.append(_lost(theirs.group(), langs[1], langs[0], where))
    return tuple(found[:MAX_FINDINGS])


def _lost(word: str, at: str, lacking: str, where: str) -> Finding:
    return Finding(where, Sentence("lint.no_not", word=word, lang=at, other=lacking))


def _sentences(text: str) -> list[str]:
    return [each.strip() for each in _STOP.split(text) if each.strip()]
