"""Who says what of an event, each line a claim with its source, and which fields of a notice the heard words fill.

The machine settles nothing. It says one thing by itself: which fields of a form the words fill as the form asks, which
are touched by words that do not, and of which nothing was said.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from searoom.errors import NotAllowed
from searoom.obligations.pack import Table
from searoom.signals.forms import FIELD_KINDS, FormBook
from searoom.signals.kinds import Context

FILLED, OTHERWISE, NOT_SAID = "filled", "said otherwise", "not said"
MAX_CLAIMS: Final = 1000


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim: whose account it is, of what, when by that account, in every language, where it was published.

    `named` is false where the source names nobody ('government sources').
    """

    id: str
    by: str
    about: str
    at: str
    text: Mapping[str, str]
    source: str
    named: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One matter of the event: what each chair says of it, side by side; '' where it has said nothing."""

    about: str
    columns: tuple[tuple[Claim, ...], ...]


@dataclass(frozen=True, slots=True)
class Case:
    """An event as claims, and the words that were heard for a notice, by field of its form."""

    id: str
    form: str
    heard: Mapping[str, str]
    claims: tuple[Claim, ...]


def read_case(text: str, place: str) -> Case:
    """Return a case from TOML; a claim without a source, or of nobody, is refused with its place."""
    try:
        table = Table(tomllib.loads(text), place)
    except ValueError as error:
        raise NotAllowed(f"{place}: this is not TOML: {error}") from None
    heard = table.table("heard")
    case = Case(
        id=table.text("id"),
        form=table.text("form"),
        heard={name: heard.text(name) for name in heard.names()},
        claims=tuple(_claim(row) for row in table.tables("claims")[:MAX_CLAIMS]),
    )
    table.done()
    return case


def _claim(row: Table) -> Claim:
    claim = Claim(
        row.text("id"), row.text("by"), row.text("about"), row.text("at", ""), row.texts("text"), row.text("source"),
        row.flag("named") if row.has("named") else True,
    )  # fmt: skip
    row.done()
    return claim


def side_by_side(case: Case, chairs: Sequence[str]) -> tuple[Line, ...]:
    """Return the claims matter by matter, one column a chair in the order given; every claim stands in one column."""
    if strange := sorted({claim.by for claim in case.claims} - set(chairs)):
        raise NotAllowed(f"the case '{case.id}' has a claim of '{strange[0]}', who has no chair")
    matters = dict.fromkeys(claim.about for claim in case.claims)
    return tuple(
        Line(
            about,
            tuple(tuple(c for c in case.claims if c.about == about and c.by == chair) for chair in chairs),
        )
        for about in sorted(matters)
    )


def against_form(case: Case, book: FormBook) -> tuple[tuple[str, str, str], ...]:
    """Return each field of the form with how the heard words fill it, and the words; in the form's order."""
    form = book.form(case.form)
    if strange := sorted(set(case.heard) - {field.name for field in form.fields}):
        raise NotAllowed(f"the form '{form.name}' has no field '{strange[0]}'")
    rows: list[tuple[str, str, str]] = []
    for field in form.fields:
        words = case.heard.get(field.name, "")
        state = NOT_SAID
        if words:
            try:
                FIELD_KINDS[field.kind].parse(words, Context(field.choices))
                state = FILLED
            except NotAllowed:
                state = OTHERWISE
        rows.append((field.name, state, words))
    return tuple(rows)
