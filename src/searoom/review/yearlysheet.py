"""What a yearly review is laid out in: sections with tables and figures in one language.

The page, the PDF and the table file are three renderings of this one sheet, so none can say what another does not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from searoom.obligations.agreement import Agreement
from searoom.review.texts import Texts
from searoom.review.yearly import Data
from searoom.signals.forms import FormBook


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, whether it is a figure, and whose colour and mark it bears ('' for nobody's)."""

    text: str
    figure: bool = False
    party: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its caption ('' where the section's title says it), heads of columns, rows, and a last remark."""

    caption: str
    heads: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Bars:
    """Counts by month: of each party those that are drawn, and beside each the count that it is of (or nothing)."""

    title: str
    values: Mapping[str, Sequence[int]]
    of: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans of time in seconds: (party, label, quarter, half, three quarters, longest) a row."""

    title: str
    rows: tuple[tuple[str, str, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the review: its key, title, what its figures are, its figures drawn, and its tables."""

    key: str
    title: str
    note: str
    tables: tuple[Table, ...]
    figure: Bars | Spans | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole review in one language: `parties` in the order of this edition, with their names and styles."""

    lang: str
    title: str
    edition: str
    note: str
    period: str
    mechanism: str
    exercise: bool
    parties: tuple[str, ...]
    names: Mapping[str, str]
    styles: Mapping[str, int]
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def in_order(data: Data, parties: Sequence[str], lang: str) -> tuple[str, ...]:
    """Return the parties as an edition in `lang` names them: first those that write in it, then as in the agreement."""
    return tuple(sorted(parties, key=lambda party: data["languages"].get(party) != lang))


@dataclass(frozen=True, slots=True)
class Telling:
    """What sections are told from: the data, the words, and the parties in the order of this edition."""

    data: Data
    agreement: Agreement
    book: FormBook
    t: Texts
    parties: tuple[str, ...]
    names: Mapping[str, str]

    def heads(self, *keys: str) -> tuple[Cell, ...]:
        """Return the heads of columns of words."""
        return tuple(Cell(self.t(key)) for key in keys)

    def columns(self, first: str) -> tuple[Cell, ...]:
        """Return the heads of a table with a column for each party."""
        return (Cell(self.t(first)), *(Cell(self.names[party], figure=True, party=party) for party in self.parties))

    def party(self, party: str) -> Cell:
        """Return a party as a cell, in its colour."""
        return Cell(self.names.get(party, party), party=party if party in self.names else "")

    def people(self, parties: Iterable[str]) -> Cell:
        """Return several parties as one cell."""
        named = [self.names.get(party, party) for party in sorted(parties, key=self.place)]
        return Cell(self.t("mark.list").join(named) or self.t("yearly.none_said"))

    def place(self, party: str) -> tuple[int, str]:
        """Return where a party stands in this edition; strangers stand behind."""
        return (self.parties.index(party) if party in self.parties else len(self.parties), party)

    def clause(self, name: str) -> str:
        """Return what a clause is called."""
        known = {clause.id: clause.title[self.t.lang] for clause in self.agreement.clauses}
        return known.get(name, name)

    def form(self, name: str) -> str:
        """Return what a form is called."""
        return self.book.form(name).title[self.t.lang]

    def choice(self, form: str, field: str, value: str) -> str:
        """Return what a choice of a form is called; a strange one keeps its key."""
        choices = self.book.form(form).field(field).choices
        return choices[value][self.t.lang] if value in choices else value

    def crossed(
        self, caption: str, first: str, rows: Mapping[str, Mapping[str, int]], named: Mapping[str, str]
    ) -> Table:
        """Return a table of counts: a row a key, a column a party; rows in the order of their keys."""
        return Table(
            caption,
            self.columns(first),
            tuple(
                (Cell(named.get(key, key)), *(number(by.get(party, 0)) for party in self.parties))
                for key, by in sorted(rows.items())
            ),
        )

    def turned(self, by_party: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
        """Return counts by party and key as counts by key and party."""
        keys = sorted({key for counts in by_party.values() for key in counts})
        return {key: {party: counts.get(key, 0) for party, counts in by_party.items()} for key in keys}

    def counted(self, caption: str, first: str, counts: Mapping[str, int], named: Mapping[str, str]) -> Table:
        """Return a table of counts: a row a key."""
        heads = (Cell(self.t(first)), Cell(self.t("yearly.count"), figure=True))
        return Table(caption, heads, tuple((Cell(named.get(k, k)), number(n)) for k, n in sorted(counts.items())))


def number(value: int) -> Cell:
    """Return a count as a cell; thousands are parted by a thin space that does not break."""
    return Cell(f"{value:,}".replace(",", "\u202f"), figure=True)
