"""The sheet on which a native officer looks at the words of a book, and what it says when it comes back.

A sheet is text with one row a line: code, the words, their reading, and two columns for the officer: `ok` (yes or no)
and a correction. A signature below it is checked where keys are known (`commands.codebook`); here is only what it says.

Rule 1: a review holds for exactly the words that were looked at: other words are unreviewed again.
Rule 2: a correction changes nothing by itself: the book gets a new version, and the new words a new review.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals.codebook import Codebook, Reviewed
from searoom.signals.tables import LANGUAGES

TITLE: Final = "searoom wording review 1"
REVIEWABLE: Final = LANGUAGES[1:]
"""The languages that no source had: somebody who speaks them must look at the words."""
COLUMNS: Final = ("code", "words", "reading", "ok", "correction")
SIGNED_BELOW: Final = "-- signed --"
MAX_SHEET: Final = 1_000_000
_HEAD: Final = ("language", "books", "officer", "native speaker")
_ANSWERS: Final = ("", "yes", "no")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that came back: who looked, in which language, what is fine, and what should be said instead."""

    lang: str
    officer: str
    fine: tuple[Reviewed, ...]
    corrections: tuple[tuple[str, str], ...]
    refused: tuple[str, ...]


def sheet(book: Codebook, lang: str, *, officer: str = "") -> str:
    """Return the sheet of all rows whose words in `lang` nobody has signed, to be filled in by a native officer."""
    if lang not in REVIEWABLE:
        raise NotAllowed(Sentence("review.none", lang=lang))
    lines = [
        TITLE,
        f"language: {lang}",
        f"books: {', '.join(book.books)}",
        f"officer: {officer}",
        "native speaker: ",
        "",
        "\t".join(COLUMNS),
    ]
    lines += [
        "\t".join((row.code, row.wording[lang], row.reading.get(lang, ""), "", ""))
        for row in book.signals
        if not row.agreed_words(lang)
    ]
    return "\n".join(lines) + "\n"


def split(text: str) -> tuple[str, str]:
    """Return what was signed and what stands below it (empty: nobody signed)."""
    if len(text) > MAX_SHEET:
        raise NotAllowed(Sentence("review.too_long"))
    body, mark, below = text.partition(f"{SIGNED_BELOW}\n")
    return body, below if mark else ""


def read(body: str) -> Sheet:
    """Return what a filled-in sheet says; a hidden sign, a missing name, a column too many are refused."""
    lines = body.split("\n")
    if lines[0].strip() != TITLE:
        raise NotAllowed(Sentence("review.no_sheet"))
    for number, line in enumerate(lines, 1):
        if any(unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs") and char != "\t" for char in line):
            raise NotAllowed(Sentence("review.hidden", line=number))
    head = dict(_headed(line, at) for at, line in enumerate(lines[1:5], 2))
    lang, officer = head["language"], " ".join(head["officer"].split())
    if lang not in REVIEWABLE:
        raise NotAllowed(Sentence("review.no_language", lang=lang[:12]))
    if not re.fullmatch(r"[^\W_](?:[\w .,'()/-]{0,78}[\w.)])?", officer):
        raise NotAllowed(Sentence("review.no_officer"))
    if head["native speaker"].lower() != "yes":
        raise NotAllowed(Sentence("review.native"))
    return _rows(lines, lang, officer)


def _headed(line: str, at: int) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or name != _HEAD[at - 2]:
        raise NotAllowed(Sentence("review.begins", line=at, wanted=_HEAD[at - 2]))
    return name, value.strip()


def _rows(lines: list[str], lang: str, officer: str) -> Sheet:
    if len(lines) < 7 or tuple(lines[6].split("\t")) != COLUMNS:
        raise NotAllowed(Sentence("review.columns", columns=", ".join(COLUMNS)))
    fine, corrections, refused = [], [], []
    seen: set[str] = set()
    for number, line in enumerate(lines[7:], 8):
        if not line.strip():
            continue
        cells = line.split("\t")
        if len(cells) != len(COLUMNS) or cells[3].strip().lower() not in _ANSWERS or cells[0] in seen:
            raise NotAllowed(Sentence("review.row", line=number, columns=", ".join(COLUMNS)))
        code, words, _, ok, correction = cells
        seen.add(code)
        if correction.strip():
            corrections.append((code, correction.strip()))
        elif ok.strip().lower() == "yes":
            fine.append(Reviewed(code, lang, words, officer))
        if ok.strip().lower() == "no":
            refused.append(code)
    return Sheet(lang, officer, tuple(fine), tuple(corrections), tuple(refused))


def out_of_date(sheet_back: Sheet, book: Codebook) -> tuple[str, ...]:
    """Return the codes whose words have changed since the sheet was made, or that the book no longer has."""
    words = {row.code: row.wording[sheet_back.lang] for row in book.signals}
    return tuple(review.code for review in sheet_back.fine if words.get(review.code) != review.words)
