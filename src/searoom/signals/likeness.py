"""How alike two words or two lines of words are: small counts, no guesses."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Final

LONG_WORD: Final = 4
"""A word of this many letters is still itself with one letter wrong (shorter ones turn into other words)."""
VERY_LONG_WORD: Final = 7
"""And one of this many with two."""


def distance(a: str, b: str) -> int:
    """Return how many letters must be put in, left out or changed to make `a` into `b` (Levenshtein, 1965)."""
    if a == b:
        return 0
    above = list(range(len(b) + 1))
    for at, letter in enumerate(a, 1):
        row = [at]
        for to, other in enumerate(b, 1):
            row.append(min(above[to] + 1, row[to - 1] + 1, above[to - 1] + (letter != other)))
        above = row
    return above[-1]


@lru_cache(maxsize=8192)
def same_sound(a: str, b: str) -> bool:
    """Tell whether one of two words may be a garbled form of the other; figures are never alike."""
    if a == b:
        return True
    if not (a.isalpha() and b.isalpha()):
        return False
    short = min(len(a), len(b))
    allowed = 2 if short >= VERY_LONG_WORD else 1 if short >= LONG_WORD else 0
    if not allowed or abs(len(a) - len(b)) > allowed or len(set(a) ^ set(b)) > 2 * allowed:
        return False  # each wrong letter makes two letters differ at most
    return distance(a, b) <= allowed


def mended(words: Sequence[str], known: AbstractSet[str]) -> list[str]:
    """Return the words, each that is not known replaced by the first known one (by letters) that it may stand for."""
    order = sorted(known)
    return [word if word in known else next((k for k in order if same_sound(k, word)), word) for word in words]


def pairs(a: Sequence[str], b: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Return the longest row of places (in `a`, in `b`), growing in both, where the words are the same."""
    best = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) - 1, -1, -1):
        for j in range(len(b) - 1, -1, -1):
            best[i][j] = best[i + 1][j + 1] + 1 if a[i] == b[j] else max(best[i + 1][j], best[i][j + 1])
    found = []
    i = j = 0
    while i < len(a) and j < len(b):
        if a[i] == b[j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def marks(heard: Sequence[str]) -> dict[str, int]:
    """Return for each word a number whose bits are the places where it stands, for `shared`."""
    found: dict[str, int] = {}
    for at, word in enumerate(heard):
        found[word] = found.get(word, 0) | 1 << at
    return found


def shared(words: Sequence[str], heard: Mapping[str, int], length: int) -> int:
    """Return how long the longest row of words is that stands in both, in order: as `pairs` finds it, by bits.

    `heard` are the `marks` of the other words and `length` their number (Crochemore and others, 2001).
    """
    full = (1 << length) - 1
    rest = full
    for word in words:
        both = rest & heard.get(word, 0)
        rest = ((rest + both) | (rest - both)) & full
    return length - rest.bit_count()


def within(short: Sequence[str], long: Sequence[str]) -> bool:
    """Tell whether `short` is what is left of `long` when some words (or none) are lost."""
    rest = iter(long)
    return all(any(word == other for other in rest) for word in short)
