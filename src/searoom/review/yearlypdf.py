"""A yearly review as PDF (and, to be looked at, as pictures): typst sets the same sheet, with fonts that are shipped.

A letter that these fonts lack is written as its code, such as `[U+1F6A2]`; the page and the data file have it itself.

The same sheet gives the same bytes, each time and on each node with the same version of typst: no date stands in it.
"""

import importlib.util
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

from searoom import lazily
from searoom.errors import NotAllowed
from searoom.obligations.agreement import Agreement
from searoom.review.fontletters import everywhere
from searoom.review.svg import visible
from searoom.review.texts import Texts
from searoom.review.yearly import Made
from searoom.review.yearlypage import drawn, versions
from searoom.review.yearlysections import sheet
from searoom.review.yearlysheet import Cell, Section, Sheet, Table
from searoom.signals.forms import FormBook

HOW_TO_GET: Final = "pip install 'searoom[report]'"
FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("Noto Sans JP", "Noto Sans SC"),
    "ja": ("Noto Sans JP", "Noto Sans SC"),
    "zh": ("Noto Sans SC", "Noto Sans JP"),
}


def ready() -> bool:
    """Whether what sets a PDF is installed."""
    return importlib.util.find_spec("typst") is not None


def pdf(made: Made, agreement: Agreement, book: FormBook, lang: str) -> bytes:
    """Return a review as PDF in `lang` (en, ja, zh), with its fonts in it; `NotAllowed` without typst."""
    return _set(made, agreement, book, lang, "pdf")[0]


def pictures(made: Made, agreement: Agreement, book: FormBook, lang: str) -> tuple[bytes, ...]:
    """Return the pages of a review as PNG, one each."""
    return _set(made, agreement, book, lang, "png")


def _set(made: Made, agreement: Agreement, book: FormBook, lang: str, form: str) -> tuple[bytes, ...]:
    if not ready():
        raise NotAllowed("a PDF needs the package typst, which is not installed here", advice=HOW_TO_GET)
    texts = Texts(lang)
    laid = sheet(made.data, made.digest, agreement, book, texts)
    source = resources.files("searoom.review").joinpath("templates", "yearly.typ").read_bytes()
    told = json.dumps(everywhere(_told(laid, texts)), ensure_ascii=False)
    found: Any = _typst().compile(source, format=form, sys_inputs={"sheet": told}, **_fonts())
    return tuple(found) if isinstance(found, list) else (found,)


def _typst() -> Any:
    return lazily.module("typst")


@cache
def _fonts() -> Mapping[str, Any]:
    """Return the shipped fonts, read once: no font of the machine has a part in it."""
    folder = str(resources.files("searoom.review").joinpath("fonts"))
    fonts = _typst().Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    return {"font_paths": fonts}


def _told(laid: Sheet, texts: Texts) -> dict[str, Any]:
    """Return a sheet as the template reads it."""
    figures = {key: pair[0] for key, pair in drawn(laid, texts).items()}
    family = FAMILIES[laid.lang][0]
    return {
        "title": visible(laid.title),
        "edition": visible(laid.edition),
        "note": f"{laid.note} {texts('yearly.no_judgement')}",
        "period": laid.period,
        "mechanism": visible(laid.mechanism),
        "banner": " · ".join(words for _, words in texts.each("banner.exercise")) if laid.exercise else "",
        "lang": laid.lang,
        "fonts": list(FAMILIES[laid.lang]),
        "none": texts("page.none"),
        "facts": [list(fact) for fact in laid.facts],
        "sections": [
            _section(section, laid, figures.get(section.key, "").replace('"inherit"', f'"{family}"'))
            for section in laid.sections
        ],
        "closing": [
            texts("page.own_words"),
            texts("yearly.order"),
            texts("page.times"),
            texts("yearly.renderer", versions=versions("searoom", "typst")),
        ],
    }


def _section(section: Section, laid: Sheet, figure: str) -> dict[str, Any]:
    return {
        "title": section.title,
        "note": section.note,
        "figure": figure,
        "alt": section.figure.title if section.figure else "",
        "tables": [_table(table, laid) for table in section.tables],
    }


def _table(table: Table, laid: Sheet) -> dict[str, Any]:
    return {
        "caption": table.caption,
        "heads": [_cell(head, laid) for head in table.heads],
        "rows": [[_cell(cell, laid) for cell in row] for row in table.rows],
        "remark": table.remark,
    }


def _cell(cell: Cell, laid: Sheet) -> dict[str, Any]:
    return {"text": visible(cell.text), "figure": cell.figure, "style": laid.styles.get(cell.party, -1)}
