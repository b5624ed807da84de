"""The signals: each with its meaning in every language, its source, its state, and whether it is offered.

Rule 1: a row whose meaning is only recalled, or that orders or threatens another's ship, is loaded
        and recognised, and never offered.
Rule 2: a row that announces what we ourselves will do is offered only for the intention that the officer entered.
Rule 3: the codebook knows situations, never manoeuvres: no row is ranked above another.
Rule 4: which books are in force is a clause of the agreement; a book that it does not name is not even loaded.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals.bookreading import read_book
from searoom.signals.likeness import distance
from searoom.signals.parameters import Parameter, read_parameters
from searoom.signals.rows import INTENTIONS, SIGNED, SITUATIONS, Signal
from searoom.signals.tables import packaged

SHIPPED: Final = ("ics", "plain", "colregs", "icao", "incsea", "cues")
"""The books inside the program. `incsea` is the table behind YV1: it binds its own parties alone."""

BOOKS: Final = ("ics", "plain", "colregs")
"""The books that are in force where an agreement names no others."""

OWN_BOOKS: Final = ("cues",)
"""The books whose text is not public: what is shipped of them are a few words, and a party brings the rest itself."""


_TONES: Final = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü", "aaaaeeeeiiiioooouuuuuuuuu")


@dataclass(frozen=True, slots=True)
class Reviewed:
    """That a named officer looked at exactly these words of one row in one language, and signed for them."""

    code: str
    lang: str
    words: str
    officer: str


@dataclass(frozen=True, slots=True, eq=False)
class Codebook:
    """All rows of the books in force, in the order of the files."""

    books: tuple[str, ...]
    signals: tuple[Signal, ...]

    def row(self, code: str) -> Signal:
        """Return the row of `code`, or raise `NotAllowed` that names the codes near it."""
        wanted = " ".join(code.upper().split())
        for signal in self.signals:
            if signal.code == wanted:
                return signal
        near = [s.code for s in self.signals if distance(s.code, wanted) == 1 or (wanted and s.code[:2] == wanted[:2])]
        advice = Sentence("signal.near", codes=", ".join(near[:12])) if near else Sentence("signal.list")
        raise NotAllowed(Sentence("signal.none", books=", ".join(self.books), code=wanted[:24]), advice=advice)

    def offered(self) -> tuple[Signal, ...]:
        """Return the rows that may be put before an officer."""
        return tuple(signal for signal in self.signals if signal.offered)

    def for_situation(self, situation: str, *, intention: str | None = None) -> tuple[Signal, ...]:
        """Return what may be said in a situation (`SITUATIONS`), in file order.

        Rows that announce our own intention are among them only where they announce exactly
        `intention`, which the officer has entered (`INTENTIONS`).
        """
        if situation not in SITUATIONS:
            raise NotAllowed(Sentence("signal.no_situation", given=situation, known=", ".join(SITUATIONS)))
        if intention is not None and intention not in INTENTIONS:
            raise NotAllowed(Sentence("signal.no_intention", given=intention, known=", ".join(INTENTIONS)))
        return tuple(s for s in self.offered() if situation in s.situations and s.intention in ("", intention))

    def search(self, text: str) -> tuple[Signal, ...]:
        """Return the rows in which every word of `text` stands: code, words of any language, kana or pinyin, source.

        Rows that are never offered are found too and say so; capitals and tone marks make no difference.
        """
        wanted = _plain(unicodedata.normalize("NFKC", text[:200])).split()
        if not wanted:
            return ()
        found = [row for row, hay in _haystacks(self) if all(word in hay for word in wanted)]
        return tuple(sorted(found, key=lambda row: not _plain(row.code).startswith(wanted[0])))

    def reviewed(self, reviews: Sequence[Reviewed]) -> "Codebook":
        """Return the same book, the words that officers signed marked so; a review of other words counts nothing."""
        by_code: dict[str, list[Reviewed]] = {}
        for review in reviews:
            by_code.setdefault(review.code, []).append(review)
        return Codebook(self.books, tuple(_with(row, by_code.get(row.code, ())) for row in self.signals))


def _with(row: Signal, reviews: Sequence[Reviewed]) -> Signal:
    signed = {r.lang: r.officer for r in reviews if row.wording.get(r.lang) == r.words and r.officer.strip()}
    if not signed:
        return row
    review = MappingProxyType({lang: SIGNED if lang in signed else state for lang, state in row.review.items()})
    return replace(row, review=review, reviewers=MappingProxyType({**row.reviewers, **signed}))


def _plain(text: str) -> str:
    """Return text without capitals and without the tone marks of pinyin, as it is searched."""
    return text.casefold().translate(_TONES)


@lru_cache(maxsize=4)
def _haystacks(book: Codebook) -> tuple[tuple[Signal, str], ...]:
    return tuple(
        (row, _plain("\n".join((row.code, *row.meaning.values(), *row.reading.values(), row.phrase, row.marker))))
        for row in book.signals
    )


def load(names: Sequence[str] = BOOKS, own: Mapping[str, str] | None = None) -> Codebook:
    """Return the books `names` as one codebook, in that order; any fault raises `NotAllowed`.

    `own` are tables that a party brought itself, name -> text (`OWN_BOOKS`): they stand behind what is shipped of
    that book, and only where the book is named.
    """
    brought = own or {}
    signals: list[Signal] = []
    for name in names:
        signals += _shipped(name)
        if name in OWN_BOOKS and name in brought:
            signals += read_book(brought[name], f"codebook-{name}.toml", _parameters())
    return join(names, signals)


@lru_cache(maxsize=len(SHIPPED))
def _shipped(name: str) -> tuple[Signal, ...]:
    file = f"codebook-{name}.toml"
    return read_book(packaged(file), file, _parameters())


@lru_cache(maxsize=1)
def _parameters() -> Mapping[str, Parameter]:
    return MappingProxyType(read_parameters(packaged("parameters.toml"), "parameters.toml"))


def join(names: Sequence[str], signals: Sequence[Signal]) -> Codebook:
    """Return one codebook of rows from several books; a code that stands twice is refused."""
    seen: dict[str, str] = {}
    for signal in signals:
        if signal.code in seen:
            file = f"codebook-{signal.book}.toml"
            raise NotAllowed(f"{file}, {signal.code}: the code is already in '{seen[signal.code]}'")
        seen[signal.code] = signal.book
    return Codebook(tuple(names), tuple(signals))
