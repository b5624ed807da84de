"""Tests of the sections of a yearly review: all there in each language, figures equal to the data, the national one apart."""

import re

import pytest

from review.year import CHAIRS, YEAR, made, told
from searoom.console.view import Note
from searoom.review.texts import Texts
from searoom.review.yearly import make
from searoom.review.yearlysections import sheet
from searoom.review.yearlysheet import Bars, Spans
from searoom.signals.tables import LANGUAGES
from told import BOOK, DEMO, START_US

MADE = made()
KEYS = [
    "meetings",
    "encounters",
    "calls",
    "messages",
    "answers",
    "lines",
    "notices",
    "overdue",
    "faults",
    "proposals",
    "made",
]


def laid(lang="en", agreement=DEMO, of=MADE):
    """Return the sheet of the tale's year."""
    return sheet(of.data, of.digest, agreement, BOOK, Texts(lang))


def section(key, lang="en"):
    """Return one section of the sheet."""
    return next(one for one in laid(lang).sections if one.key == key)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_language_has_every_section_and_every_figure(lang):
    """The same tables with the same numbers; only words differ."""
    found = laid(lang)
    assert KEYS == [one.key for one in found.sections]
    numbers = [
        [c.text for row in t.rows for c in row if c.figure and c.text.isdecimal()]
        for s in found.sections
        for t in s.tables
    ]
    english = [
        [c.text for row in t.rows for c in row if c.figure and c.text.isdecimal()]
        for s in laid().sections
        for t in s.tables
    ]
    assert list(map(sorted, english)) == list(map(sorted, numbers))
    assert MADE.digest in {value for _, value in found.facts}


def test_every_row_has_a_cell_for_every_head():
    """No table is ragged: a screen reader would read the wrong head."""
    for one in laid().sections:
        for table in one.tables:
            assert {len(table.heads)} >= {len(row) for row in table.rows}


def test_figures_that_are_drawn_are_those_of_the_data():
    """Bars by month, spans of the time to answer."""
    bars, spans = section("messages").figure, section("answers").figure
    assert isinstance(bars, Bars)
    assert MADE.data["messages"]["amber"]["by_month"] == bars.values["amber"]
    assert isinstance(spans, Spans)
    assert ("coral", (60, 120, 180, 180)) == (spans.rows[-1][0], spans.rows[-1][2])


def test_nothing_is_drawn_where_there_is_nothing():
    """An empty year has tables with zeros and no empty frame."""
    empty = make(told().account(), DEMO, BOOK, YEAR - 1)
    assert [None] * len(KEYS) == [one.figure for one in laid(of=empty).sections]


def words_of(table):
    """Return the words of each row of a table, in no order."""
    return sorted(sorted(word for cell in row for word in re.findall(r"\w+", cell.text)) for row in table.rows)


def test_swapping_the_chairs_swaps_columns_and_changes_no_other_cell():
    """Every head and cell of the one sheet stands in the other, in the other column."""
    one, other = laid(), laid(agreement=CHAIRS)
    assert one.parties == other.parties[::-1]
    for left, right in zip(one.sections, other.sections, strict=True):
        for a, b in zip(left.tables, right.tables, strict=True):
            assert sorted(c.text for c in a.heads) == sorted(c.text for c in b.heads)
            assert words_of(a) == words_of(b)
    assert one.styles == other.styles


def test_the_national_section_stands_in_the_national_edition_alone():
    """Its title and its edition say so."""
    note = Note(START_US, told().logs["amber"][0].filled)
    own = laid(of=make(told().account(), DEMO, BOOK, YEAR, party="amber", notes=[note]))
    assert "national" in [one.key for one in own.sections]
    assert "not for the other side" in own.edition
    assert "national" not in [one.key for one in laid().sections]


def test_acts_and_answers_are_called_as_their_forms_call_them():
    """No key of a table is shown where there is a word for it."""
    words = {cell.text for one in laid("ja").sections for table in one.tables for row in table.rows for cell in row}
    assert not words & {"laser", "heard garbled", "no answer", "meeting-experts", "tested", "bracketed", "sufficient"}
