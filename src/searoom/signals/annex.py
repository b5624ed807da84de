"""A book that a party brings itself: the vocabulary annex of CUES, which is not public, from a table to a codebook.

The template is empty on purpose: no group of that annex is known here, and none is made up.

Rule 1: what is brought obeys the same rules as what is shipped: an order is recognised and never offered.
Rule 2: a row is offered only where its maker says so; words that are missing stand in English and say so.
"""

import json
import unicodedata
from typing import Final

from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals.bookreading import read_book
from searoom.signals.codebook import OWN_BOOKS
from searoom.signals.parameters import read_parameters
from searoom.signals.tables import packaged

COLUMNS: Final = ("code", "marker", "offered", "intention", "parameters", "situations", "en", "ja", "zh")
MAX_TABLE: Final = 2_000_000
_MISSING: Final = {"ja": "（未訳）", "zh": "（未译）"}
_OWN_REASON: Final = """
[why_not.own]
en = "The party that brought this book has not marked the row as one to be offered."
ja = "本書を持ち込んだ当事者が、この行を提示対象としていません。"
zh = "提供本书的一方未将此条标记为可提示。"
"""


def template() -> str:
    """Return an empty table, with what belongs into each column; columns are divided by tabs."""
    return "\n".join((
        "# The vocabulary annex of CUES is not public. Fill in its groups from your own copy; tabs divide the columns.",
        "# code: the group as it is sent (CM1). marker: QUESTION, INFORMATION, INTENTION, REQUEST, WARNING or ANSWER.",
        "# offered: yes or no (an order to another ship can never be). intention: only where our own is announced.",
        "# parameters, situations: divided by blanks (course speed); a value stands in the words as {course}.",
        "# en, ja, zh: the words; ja and zh may be left empty and are then marked as not translated.",
        "\t".join(COLUMNS),
    )) + "\n"  # fmt: skip


def to_book(table: str, *, name: str, version: int, source: str) -> str:
    """Return the table as a book in TOML, checked by the same reader as all books; a fault is named with its line."""
    if name not in OWN_BOOKS:
        raise NotAllowed(Sentence("annex.no_book", name=name, known=", ".join(OWN_BOOKS)))
    if not source.strip() or version < 1:
        raise NotAllowed(Sentence("annex.no_source"))
    if len(table) > MAX_TABLE:
        raise NotAllowed(Sentence("annex.too_long"))
    rows = [_row(line, number) for number, line in _lines(table)]
    if not rows:
        raise NotAllowed(Sentence("annex.no_rows"))
    title = json.dumps(f"{name.upper()}, brought by this party", ensure_ascii=False)
    head = (
        f"# Made by `searoom codebook import`; not public, not to be passed on with the program.\n\n[book]\n"
        f'name = "{name}"\nversion = {version}\ntitle = {{ en = {title}, ja = {title}, zh = {title} }}\n'
        'source = "own"\n'
        f'state = "seen"\nreview = {{ en = "source", ja = "unreviewed", zh = "unreviewed" }}\n\n'
        f"[sources]\nown = {json.dumps(source.strip(), ensure_ascii=False)}\n{_OWN_REASON}"
    )
    text = "\n".join((head, *rows))
    read_book(text, f"codebook-{name}.toml", read_parameters(packaged("parameters.toml"), "parameters.toml"))
    return text


def _lines(table: str) -> list[tuple[int, str]]:
    lines = [(n, line) for n, line in enumerate(table.splitlines(), 1) if line.strip() and not line.startswith("#")]
    if not lines or tuple(lines[0][1].split("\t")) != COLUMNS:
        raise NotAllowed(Sentence("annex.no_columns", columns=", ".join(COLUMNS)))
    return lines[1:]


def _row(line: str, number: int) -> str:
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) != len(COLUMNS):
        raise NotAllowed(Sentence("annex.columns", line=number, found=len(cells), wanted=len(COLUMNS)))
    if any(unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs") for cell in cells for char in cell):
        raise NotAllowed(Sentence("annex.hidden", line=number))
    row = dict(zip(COLUMNS, cells, strict=True))
    if row["offered"] not in ("yes", "no"):
        raise NotAllowed(Sentence("annex.offered", line=number))
    words = {lang: row[lang] or f"{_MISSING.get(lang, '')}{row['en']}" for lang in ("en", "ja", "zh")}
    out = ["[[row]]", f"code = {_quoted(row['code'])}"]
    out += [f"{key} = {_quoted(row[key])}" for key in ("marker", "intention") if row[key]]
    out += [f"{key} = {json.dumps(row[key].split())}" for key in ("parameters", "situations") if row[key]]
    if row["offered"] == "no":
        out += ["offered = false", 'why_not = "own"']
    out += [f"{lang} = {_quoted(text)}" for lang, text in words.items()]
    return "\n".join(out) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
