"""Terms of both sides while a person types: how the other languages say it, and what is taken for it and is not.

Three sources, each named beside its terms: the table of this house, the agreement's own glossary (what each party means
by a word), and a party's own `glossary.toml` in its node's folder. Nothing is replaced: whoever writes decides.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from searoom.errors import NotAllowed
from searoom.obligations.agreement import Agreement
from searoom.sentences import Sentence
from searoom.signals.tables import LANGUAGES, Table, read_table

FILE: Final = "glossary.toml"
"""The packaged terms, and by the same name a party's own in its node's folder."""
MAX_TERMS: Final = 2_000
MOST: Final = 8
"""How many terms are suggested at once: those that stand last in the text."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term: its words by language, the usual one first; a caution by language, or none; its source; its review.

    `means` is what each party means by it, by party and language, where an agreement says so. One that is for
    `outside_exercises` says nothing where the mechanism itself is an exercise, and every text calls itself so.
    """

    id: str
    words: Mapping[str, tuple[str, ...]]
    caution: Mapping[str, str]
    source: str
    review: Mapping[str, str]
    means: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    outside_exercises: bool = False


@cache
def packaged() -> tuple[Term, ...]:
    """Return the terms of this house."""
    return read(resources.files("searoom.console.hotline").joinpath(FILE).read_text(encoding="utf-8"), FILE)


def read(text: str, file: str) -> tuple[Term, ...]:
    """Return the terms of a table; raise `NotAllowed` with its row for what is no such table."""
    table = read_table(text, file)
    review = table.languages("review")
    rows = table.named_tables("term")
    if len(rows) > MAX_TERMS:
        raise NotAllowed(Sentence("glossary.too_many", file=file, count=len(rows), most=MAX_TERMS))
    found = tuple(_term(name, row, review) for name, row in rows.items())
    table.done()
    return found


def _term(name: str, row: Table, review: Mapping[str, str]) -> Term:
    words = {lang: row.texts(lang) for lang in LANGUAGES}
    if not all(words.values()):
        raise row.fault("a term has a word in each language")
    caution = row.languages("caution") if row.has("caution") else MappingProxyType({})
    outside = row.flag("outside_exercises", default=False)
    found = Term(name, MappingProxyType(words), caution, row.text("source"), review, outside_exercises=outside)
    row.done()
    return found


def of_agreement(agreement: Agreement) -> tuple[Term, ...]:
    """Return what each party means by the words of an agreement's own glossary."""
    return tuple(
        Term(word.id, MappingProxyType({lang: (word.words[lang],) for lang in LANGUAGES}), MappingProxyType({}),
             word.source, agreement.review, word.means)
        for word in agreement.head.glossary.values()
    )  # fmt: skip


def fitting(terms: Sequence[Term], agreement: Agreement) -> tuple[Term, ...]:
    """Return the terms that say something under this agreement: some say nothing inside an exercise."""
    return tuple(term for term in terms if not (term.outside_exercises and agreement.exercise))


def suggest(text: str, lang: str, terms: Sequence[Term], most: int = MOST) -> tuple[Term, ...]:
    """Return the terms that stand in a text of `lang`, the one typed last first; nothing that stands in none."""
    found = [(at, term) for term in terms if (at := _last(text, lang, term)) >= 0]
    return tuple(term for _, term in sorted(found, key=lambda pair: (-pair[0], pair[1].id))[:most])


def _last(text: str, lang: str, term: Term) -> int:
    """Return where a term stands last in a text, as the place behind it; -1 where it does not."""
    ends = [-1]
    for word in term.words.get(lang, ()):
        pattern = rf"\b{re.escape(word)}\b" if lang == "en" else re.escape(word)
        ends += [match.end() for match in re.finditer(pattern, text, re.IGNORECASE)]
    return max(ends)
