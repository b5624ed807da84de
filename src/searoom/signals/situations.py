"""Twenty situations, and what may be said in each of them: one key for the situation, one more for the row.

Rule 1: the keys are the same in every language, and stay where they are whatever books are in force.
Rule 2: a row that announces our own intention is listed as that intention. Its key enters the decision; only then is
        the row offered. Nothing here follows from the geometry, and no row is ranked above another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals.codebook import Codebook
from searoom.signals.rows import INTENTIONS, SITUATIONS, Signal
from searoom.signals.tables import packaged, read_table

ROW_KEYS: Final = "1234567890"
_FILE: Final = "situations.toml"


@dataclass(frozen=True, slots=True)
class Situation:
    """One situation: its key, its words in every language, the rows in it, and which of them a drill asks for."""

    key: str
    name: str
    tag: str
    words: Mapping[str, str]
    rows: tuple[str, ...]
    fits: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a situation's list: its key, and the row's meaning or the intention's words that stand there."""

    key: str
    code: str
    words: Mapping[str, str]
    intention: str


@dataclass(frozen=True, slots=True)
class _Listed:
    situations: tuple[Situation, ...]
    intentions: Mapping[str, Mapping[str, str]]


def situations() -> tuple[Situation, ...]:
    """Return the listed situations, in the order of their keys."""
    return _listed().situations


def intention_words(intention: str) -> Mapping[str, str]:
    """Return how a screen asks for a decision, in every language."""
    return _listed().intentions[intention]


def situation(key: str) -> Situation:
    """Return the situation of a key or a name, or raise `NotAllowed` with the list."""
    for each in situations():
        if key in (each.key, each.name):
            return each
    raise NotAllowed(
        Sentence("situation.none", key=key[:24], known=", ".join(s.key + " " + s.name for s in situations())),
    )


def choices(book: Codebook, key: str) -> tuple[Choice, ...]:
    """Return the lines of a situation's list: rows of books in force that are offered, and intentions to be decided."""
    chosen = situation(key)
    lines = []
    for at, code in enumerate(chosen.rows):
        row = _offered(book, code)
        if row is not None:
            words = intention_words(row.intention) if row.announces_intention else row.meaning
            lines.append(Choice(ROW_KEYS[at], code, words, row.intention))
    return tuple(lines)


def press(book: Codebook, keys: str) -> tuple[Signal, str]:
    """Return the row that two keys lead to, and the intention that the second has entered (empty: none was needed)."""
    if len(keys) != 2:
        raise NotAllowed(Sentence("situation.keys"))
    for choice in choices(book, keys[0]):
        if choice.key == keys[1]:
            return book.row(choice.code), choice.intention
    raise NotAllowed(Sentence("situation.nothing", keys=keys))


def _offered(book: Codebook, code: str) -> Signal | None:
    return next((row for row in book.signals if row.code == code and row.offered), None)


@lru_cache(maxsize=1)
def _listed() -> _Listed:
    return read(packaged(_FILE), _FILE)


def read(text: str, file: str) -> _Listed:
    """Return what a table of situations says; a doubled key, an unknown tag, row key or intention is refused."""
    whole = read_table(text, file)
    head = whole.table("book")
    head.integer("version")
    head.text("source")
    head.languages("review")
    head.done()
    found: list[Situation] = []
    for table in whole.tables("situation"):
        table.named(table.text("name"))
        one = Situation(
            key=table.text("key"), name=table.row, tag=table.choice("tag", SITUATIONS), words=table.wording(),
            rows=table.texts("rows"), fits=table.text("fits"),
        )  # fmt: skip
        table.done()
        if len(one.key) != 1 or any(one.key == other.key or one.name == other.name for other in found):
            raise table.fault("a situation has one key and one name of its own")
        if one.fits not in one.rows or len(one.rows) > len(ROW_KEYS):
            raise table.fault(f"a situation lists at most {len(ROW_KEYS)} rows, the fitting one among them")
        found.append(one)
    intentions = {name: table.only_wording() for name, table in whole.named_tables("intentions").items()}
    whole.done()
    if lacking := sorted(set(INTENTIONS) ^ set(intentions)):
        raise whole.fault(f"the intention '{lacking[0]}' has no words, or is none")
    return _Listed(tuple(found), MappingProxyType(intentions))
