"""Finds words of sovereignty in a safety message, and offers bare coordinates; the sender decides, nothing is changed.

Safety first: a message is never held back for its words. The lists are ours; ja and zh await review by native speakers.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from searoom.errors import Finding
from searoom.obligations.agreement import Agreement
from searoom.sentences import Sentence
from searoom.signals.forms import Filled, Form
from searoom.signals.quantities import say_position

MARKED: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        r"\b(?:our|my|[A-Z]\w+(?:ese|an|'s)) (?:territorial (?:sea|waters)|waters|airspace|territory|islands?)\b",
        r"\bterritorial (?:sea|waters)\b", r"\b(?:leave|withdraw|get out|expel|drive away|intrud\w+|trespass\w*)\b",
        r"\b(?:illegal|unlawful|violat\w+)\b",
    ),
    "ja": (r"(?:(?:我が国|わが国|我が|わが)の?)?領(?:海|空|土)", r"退去|立ち去|出ていけ|排除", r"侵入|不法|違法|侵犯"),
    "zh": (r"(?:我国|我方|我)?领(?:海|空|土)", r"离开|驱离|撤离|滚", r"侵入|非法|侵犯|闯入"),
}  # fmt: skip
"""What is marked, by language: whose waters these are said to be, orders to leave, and verdicts."""
_TEXTS: Final = frozenset({"text", "words"})


@dataclass(frozen=True, slots=True)
class Marked:
    """One word that is marked: where it stands in the text, the word, and the sentence with the offer."""

    start: int
    end: int
    word: str
    offer: str
    sentence: str


def marks(text: str, lang: str, agreement: Agreement) -> tuple[Marked, ...]:
    """Return the words of `text` that say more than safety needs, in their order; nothing marked is an empty tuple.

    Names of the agreement's zones are marked in every language, with the coordinates that can stand for them.
    """
    found = [*_names(text, agreement), *_words(text, lang)]
    kept: list[Marked] = []
    for mark in sorted(found, key=lambda mark: (mark.start, -mark.end)):
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return tuple(kept)


def advise(filled: Filled, form: Form, agreement: Agreement) -> tuple[Finding, ...]:
    """Return what is marked in the texts of a form that leaves, each as advice about its field; it stops nobody."""
    if form.visibility != "shared":
        return ()
    texts = [(each.name, filled.fields.get(each.name)) for each in form.fields if each.kind in _TEXTS]
    return tuple(
        Finding(name, mark.sentence)
        for name, text in texts
        if isinstance(text, str)
        for mark in marks(text, filled.lang, agreement)
    )


def _words(text: str, lang: str) -> Iterator[Marked]:
    for pattern in MARKED[lang]:
        for match in re.finditer(pattern, text, re.IGNORECASE):
            yield _mark(match.start(), match.group(), Sentence("lint.bare"))


def _names(text: str, agreement: Agreement) -> Iterator[Marked]:
    for zone in agreement.head.zones.values():
        place = ", ".join(say_position(*corner) for corner in zone.corners)
        for word in {word for names in zone.names.values() for word in names.values()}:
            for match in re.finditer(re.escape(word), text, re.IGNORECASE):
                yield _mark(match.start(), match.group(), Sentence("lint.coordinates", place=place))


def _mark(start: int, word: str, offer: str) -> Marked:
    return Marked(start, start + len(word), word, offer, Sentence("lint.sovereignty", word=word, offer=offer))
