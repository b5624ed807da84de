"""The audit: what people did at the console besides speaking, as the national log has it, to look through and take."""

import csv
import io
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from searoom import clock
from searoom.console.asked import Asked
from searoom.console.audit import FORM, Deed, deed_of
from searoom.console.proving.handing import attached, note
from searoom.console.searching import fold
from searoom.console.view import View
from searoom.errors import NotAllowed
from searoom.review.cells import no_formula
from searoom.sentences import Sentence

PAGE: Final = 100
MAX_DIGITS: Final = 6
_HEAD: Final = ("time", "deed", "account", "by", "about", "note")


@dataclass(frozen=True, slots=True)
class Noted:
    """One deed, and which note of the national log tells it; None while the node has not noted it."""

    deed: Deed
    note: int | None


def noted(view: View, waiting: tuple[Deed, ...]) -> tuple[Noted, ...]:
    """Return all deeds, the newest first; what was noted twice, for an answer was lost, is one."""
    found: dict[Deed, Noted] = {}
    for index, each in enumerate(view.notes):
        if each.filled.form == FORM:
            deed = deed_of(each.filled)
            found.setdefault(deed, Noted(deed, index))
    for deed in waiting:
        found.setdefault(deed, Noted(deed, None))
    return tuple(sorted(found.values(), key=lambda one: (one.deed.at_us, one.deed.number), reverse=True))


def fitting(rows: tuple[Noted, ...], kind: str, words: str) -> tuple[Noted, ...]:
    """Return the deeds of a kind in which all these words stand."""
    needles = fold(words).split()
    return tuple(
        row
        for row in rows
        if (not kind or row.deed.kind == kind)
        and all(needle in fold(f"{row.deed.account} {row.deed.by} {row.deed.about}") for needle in needles)
    )


def _asked_for(asked: Asked, kind: str, words: str) -> tuple[Noted, ...]:
    kinds = dict(_kinds(asked))
    if kind and kind not in kinds:
        raise NotAllowed(Sentence("audit.no_deed", kind=f"{kind:.20}"))
    return fitting(noted(asked.view, asked.house.people.audit.waiting()), kind, words[:200])


def _kinds(asked: Asked) -> list[tuple[str, str]]:
    choices = asked.view.book.form(FORM).field("deed").choices or {}
    return [(name, words[asked.lang]) for name, words in choices.items()]


def show(asked: Asked) -> Response:
    """Show the deeds that fit, a page of them."""
    query = asked.request.query_params
    kind, words, page = query.get("deed", ""), query.get("words", ""), query.get("page", "1")
    rows = _asked_for(asked, kind, words)
    pages = max(1, -(-len(rows) // PAGE))
    number = int(page) if page.isascii() and page.isdecimal() and len(page) <= MAX_DIGITS else 1
    number = min(max(number, 1), pages)
    return asked.page(
        "accounts/audit.html",
        rows=rows[(number - 1) * PAGE : number * PAGE],
        count=len(rows),
        kinds=_kinds(asked),
        called=dict(_kinds(asked)),
        kind=kind,
        words=words,
        here=number,
        pages=pages,
        link=lambda page: "/audit?" + urlencode({"deed": kind, "words": words, "page": page}),
    )


async def take(asked: Asked) -> Response:
    """Hand over the deeds that fit as a table (CSV)."""
    if asked.request.method != "POST":
        return asked.to("/audit")
    form = await asked.posted()
    rows = _asked_for(asked, form.get("deed", ""), form.get("words", ""))
    note(asked, "exported", f"audit, {len(rows)}")
    return attached(_table(rows).encode("utf-8-sig"), f"{asked.view.party}-audit.csv", "text/csv; charset=utf-8")


def _table(rows: tuple[Noted, ...]) -> str:
    held = io.StringIO()
    writer = csv.writer(held)
    writer.writerow(_HEAD)
    for row in rows:
        deed = row.deed
        cells = (deed.kind, deed.account, deed.by, deed.about, "" if row.note is None else str(row.note))
        writer.writerow([clock.to_text(deed.at_us), *map(no_formula, cells)])
    return held.getvalue()
