"""A yearly review as HTML, whole or as the part that a page of the console has, and as a table file; text out alone."""

import csv
from collections.abc import Mapping
from importlib import metadata

from markupsafe import Markup

from searoom.obligations.agreement import Agreement
from searoom.review.barplots import bars, spans
from searoom.review.cells import no_formula
from searoom.review.frame import NARROW, WIDE
from searoom.review.render import party_mark
from searoom.review.templating import environment
from searoom.review.texts import HTML_LANGUAGES, Texts
from searoom.review.yearly import Made
from searoom.review.yearlysections import sheet
from searoom.review.yearlysheet import Bars, Sheet
from searoom.signals.forms import FormBook

COLUMNS = ("section", "table", "row", "column", "value")


def page(made: Made, agreement: Agreement, book: FormBook, lang: str) -> str:
    """Return a review as one self-contained HTML page in `lang` (en, ja, zh)."""
    texts = Texts(lang)
    laid = sheet(made.data, made.digest, agreement, book, texts)
    template, made_with = environment("searoom.review").get_template("yearly.html"), versions("searoom")
    return template.render(s=laid, t=texts, lang=HTML_LANGUAGES[lang], body=body(laid, texts), versions=made_with)


def versions(*packages: str) -> str:
    """Return with which versions a page is made: two nodes compare its bytes only where these are the same."""
    return ", ".join(f"{name} {metadata.version(name)}" for name in packages)


def body(laid: Sheet, texts: Texts) -> Markup:
    """Return the sections of a review as markup for a page: every word in it is escaped here."""
    template = environment("searoom.review").get_template("yearlybody.html")
    plots = {key: tuple(map(Markup, pair)) for key, pair in drawn(laid, texts).items()}
    return Markup(template.render(s=laid, t=texts, mark=party_mark, plots=plots))  # noqa: S704  # escaped there


def drawn(laid: Sheet, texts: Texts) -> Mapping[str, tuple[str, str]]:
    """Return the figures of a review as SVG by section: for a wide page and for a narrow one."""
    found: dict[str, tuple[str, str]] = {}
    for section in laid.sections:
        figure = section.figure
        if figure is None:
            continue
        if isinstance(figure, Bars):
            wide, narrow = (bars(figure, laid.parties, laid.names, laid.styles, texts, how) for how in (WIDE, NARROW))
        else:
            wide, narrow = (spans(figure, laid.names, laid.styles, texts, how) for how in (WIDE, NARROW))
        found[section.key] = (wide, narrow)
    return found


def to_csv(laid: Sheet) -> str:
    """Return every cell of every table of a review as a row of CSV, with a header; formulas are written as words."""
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(COLUMNS)
    for section in laid.sections:
        for at, table in enumerate(section.tables, 1):
            for row in table.rows:
                for head, cell in zip(table.heads[1:], row[1:], strict=True):
                    words = (section.title, table.caption or str(at), row[0].text, head.text)
                    value = cell.text.replace("\u202f", "") if cell.figure else no_formula(cell.text)
                    writer.writerow((*map(no_formula, words), value))
    return "".join(lines)


class _Lines(list[str]):
    """What the csv writer writes to, in a room without files."""

    write = list.append
