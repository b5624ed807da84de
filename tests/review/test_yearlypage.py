"""Tests of a yearly review as HTML and CSV: nothing leaves the page, nothing is markup, no formula, swapped chairs."""

import csv
import re
from dataclasses import replace
from itertools import pairwise

import pytest

from review.year import CHAIRS, YEAR, made, told
from searoom.review.texts import Texts
from searoom.review.yearly import make
from searoom.review.yearlypage import page, to_csv
from searoom.review.yearlysections import sheet
from searoom.signals.tables import LANGUAGES
from told import BOOK, DEMO

MADE = made()
HOSTILE = "<script>alert(1)</script>\u202e\x00=1+1"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_whole_and_asks_for_nothing(lang):
    """No script, no address, no image of elsewhere; every expression was filled in."""
    text = page(MADE, DEMO, BOOK, lang)
    assert not re.search(r"<script|https?://(?!www\.w3\.org)|<img|url\(|{{", text)
    assert f'<html lang="{ {"en": "en", "ja": "ja", "zh": "zh-Hans"}[lang] }"' in text
    assert MADE.digest in text


def test_words_of_a_counterpart_stay_words():
    """Markup, direction marks and null bytes in a field are shown, never obeyed."""
    tale = told()
    fault = next(m for m in tale.logs["coral"] if m.filled.form == "macm-fault")
    fields = {**fault.filled.fields, "line": HOSTILE}
    tale.logs["coral"][fault.ref[1]] = replace(fault, filled=replace(fault.filled, fields=fields))
    text = page(make(tale.account(), DEMO, BOOK, YEAR), DEMO, BOOK, "en")
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;[U+202E][U+0000]=1+1" in text


def test_the_page_has_one_table_head_for_each_column_and_row():
    """Every table has heads with a scope, and headings in order."""
    text = page(MADE, DEMO, BOOK, "en")
    assert not re.findall(r"<th(?=[ >])(?! scope=)[^>]*>", text.partition("<main>")[2])
    levels = [int(level) for level in re.findall(r"<h(\d)", text)]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_swapping_the_chairs_swaps_columns_and_keeps_every_word():
    """The same words, in another order."""
    one, other = (page(MADE, agreement, BOOK, "en") for agreement in (DEMO, CHAIRS))
    assert one != other
    words = [sorted(re.findall(r"\w+", re.sub(r"<svg.*?</svg>|<[^>]*>", " ", text))) for text in (one, other)]
    assert words[0] == words[1]


def test_the_tables_are_a_file_of_rows():
    """Each figure of a table is a row with its section, row and column."""
    laid = sheet(MADE.data, MADE.digest, DEMO, BOOK, Texts("en"))
    rows = list(csv.reader(to_csv(laid).splitlines()))
    assert ["section", "table", "row", "column", "value"] == rows[0]
    assert ["Signals between units, and answers", "How it was heard", "heard garbled", "Amber", "1"] in rows


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_no_cell_is_a_formula(text):
    """What a table program would take for one is written as words."""
    laid = sheet(MADE.data, MADE.digest, DEMO, BOOK, Texts("en"))
    first, *others = laid.sections
    rows = list(csv.reader(to_csv(replace(laid, sections=(replace(first, title=text), *others))).splitlines()))

    cells = [cell for row in rows for cell in row]
    assert f"'{text}" in cells
    assert text not in cells
