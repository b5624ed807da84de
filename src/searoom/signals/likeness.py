"""How alike two words or two lines of words are: small counts, no guesses."""

from collections.abc import Sequence
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
    return allowed > 0 and abs(len(a) - len(b)) <= allowed and distance(a, b) <= allowed


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


def within(short: Sequence[str], long: Sequence[str]) -> bool:
    """Tell whether `short` is what is left of `long` when some words (or none) are lost."""
    rest = iter(long)
    return all(any(word == other for other in rest) for word in short)
