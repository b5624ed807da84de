"""Fingerprints to be read aloud: 12 groups of 5 figures, which each language speaks with its own radio words.

A fingerprint is SHA-256 of what is compared. As figures it is that number modulo 10^60, written with
leading zeros: 199 bits are left of 256. To make another key with given figures takes 2^199 trials, to
make two of one's own that agree takes 2^99. Figures are compared, never letters: the letters a to f
have no spoken form that three languages share.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from searoom.errors import NotAllowed
from searoom.signals.tables import LANGUAGES, Table, packaged, read_table

GROUPS: Final = 12
GROUP_FIGURES: Final = 5
DIGEST_SIZE: Final = 32
MAX_HEARD: Final = 2000
_FIGURES: Final = GROUPS * GROUP_FIGURES
_FILE: Final = "figures.toml"
_REVIEWS: Final = ("source", "unreviewed", "signed")
_BETWEEN: Final = re.compile(r"[\s\-‐‑–—,.;:/|·・、。，]+")
_HEX: Final = re.compile(r"[0-9a-f]{64}")
# Katakana are written as hiragana before words are looked up.
_HIRAGANA: Final = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}


@dataclass(frozen=True, slots=True)
class Figures:
    """How one language speaks figures: its ten words, what stands between two, and who has looked at them."""

    words: tuple[str, ...]
    between: str
    source: str
    review: str
    heard: Mapping[str, str]


def groups(digest: bytes) -> tuple[str, ...]:
    """Return a fingerprint as 12 groups of 5 figures."""
    if len(digest) != DIGEST_SIZE:
        raise NotAllowed(f"a fingerprint has {DIGEST_SIZE} bytes, not {len(digest)}")
    figures = f"{int.from_bytes(digest, 'big') % 10**_FIGURES:0{_FIGURES}d}"
    return tuple(figures[at : at + GROUP_FIGURES] for at in range(0, _FIGURES, GROUP_FIGURES))


def spoken(said: Sequence[str], lang: str) -> tuple[str, ...]:
    """Return each group of figures in the radio words of a language."""
    if lang not in LANGUAGES:
        raise NotAllowed(f"figures are spoken in {', '.join(LANGUAGES)}, not in '{lang}'")
    table = tables()[lang]
    return tuple(table.between.join(table.words[int(figure)] for figure in group) for group in said)


def compare(heard: str, digest: bytes) -> tuple[int, ...]:
    """Return the numbers, from 1, of the groups in which what was heard differs; none where all agree.

    Figures may be typed as figures or as spoken words of any of the languages; 64 hex digits are compared too.
    """
    own = groups(digest)
    plain = unicodedata.normalize("NFKC", heard[: MAX_HEARD + 1]).lower().translate(_HIRAGANA)
    if len(plain) > MAX_HEARD:
        raise NotAllowed(f"more than {MAX_HEARD} characters are no fingerprint")
    if _HEX.fullmatch(run := _BETWEEN.sub("", plain)):
        return () if bytes.fromhex(run) == digest else tuple(range(1, GROUPS + 1))
    figures = _read(plain)
    if len(figures) != _FIGURES:
        raise NotAllowed(
            f"{len(figures)} figures were given, and a fingerprint has {_FIGURES}",
            advice=f"Let them be read again: {GROUPS} groups of {GROUP_FIGURES}.",
        )
    return tuple(
        number
        for number, group in enumerate(own, 1)
        if group != figures[(number - 1) * GROUP_FIGURES : number * GROUP_FIGURES]
    )


def _read(plain: str) -> str:
    words = _words()
    longest = max(len(word) for word in words)
    found, at = [], 0
    while at < len(plain):
        if between := _BETWEEN.match(plain, at):
            at = between.end()
            continue
        for size in range(min(longest, len(plain) - at), 0, -1):
            figure = words.get(plain[at : at + size])
            if figure is not None:
                found.append(figure)
                at += size
                break
        else:
            raise NotAllowed(f"'{plain[at : at + 12]}' is no figure, in any of {', '.join(LANGUAGES)}")
    return "".join(found)


@lru_cache(maxsize=1)
def tables() -> Mapping[str, Figures]:
    """Return how each language speaks figures."""
    whole = read_table(packaged(_FILE), _FILE)
    sources = whole.table("sources").all_texts()
    found = {lang: _read_language(whole.table(lang), sources) for lang in LANGUAGES}
    whole.done()
    return found


def _read_language(table: Table, sources: Mapping[str, str]) -> Figures:
    words = table.texts("figures")
    if len(words) != 10:
        raise table.fault(f"there are ten figures, and {len(words)} words")
    heard = {_plain(word): str(figure) for figure, word in enumerate(words)}
    heard |= dict.fromkeys(map(_plain, table.texts("left_out")), "")
    for figure, more in table.table("also").all_texts().items():
        for word in more.split():
            if figure not in "0123456789" or heard.setdefault(_plain(word), figure) != figure:
                raise table.fault(f"the word '{word}' stands for two figures, or for none")
    between = table.text_or_nothing("between")
    if not _BETWEEN.fullmatch(between):
        raise table.fault("what stands between two figures must be a stop or a blank")
    source, review = sources[table.choice("source", tuple(sources))], table.choice("review", _REVIEWS)
    table.done()
    return Figures(words, between, source, review, heard)


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).lower().translate(_HIRAGANA)


@lru_cache(maxsize=1)
def _words() -> Mapping[str, str]:
    words = {str(figure): str(figure) for figure in range(10)}
    for lang, table in tables().items():
        for word, figure in table.heard.items():
            if words.setdefault(word, figure) != figure:
                raise NotAllowed(f"{_FILE}, {lang}: the word '{word}' stands for another figure in another language")
    return words
