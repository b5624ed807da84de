"""Sentences to be listened for: each row fits itself with its values, and nothing that only resembles it."""

import pytest

from searoom.signals import codebook
from searoom.signals.patterns import ear, read, units
from searoom.signals.tables import LANGUAGES
from signals.test_render import values

BOOK = codebook.load(codebook.SHIPPED)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_row_fits_itself(lang):
    """The words of each row, with values, are that row again, with the same values."""
    listening = ear(BOOK, lang)
    for row in BOOK.signals:
        found = {p.signal.code: params for p, params in listening.fits(read(row.filled(values(row), lang)))}
        assert row.code in found, row.code
        if not any(p.kind == "name" for p in row.parameters):
            assert found[row.code] == values(row), row.code


def test_only_rows_with_names_are_open_ended():
    """Where any words could stand for a value, the row says so."""
    open_ended = {p.signal.code for p in ear(BOOK, "en").patterns if p.open_ended}
    assert {"UU", "HZ", "AA"} < open_ended
    assert not {"MD", "EV", "V-W1", "YV1 NB1"} & open_ended


def test_a_value_of_another_kind_does_not_fit():
    """A course of 400 degrees or a time of 25 o'clock is not heard as a value."""
    listening = ear(BOOK, "en")
    assert [] == listening.fits(read("Our course is 400 degrees."))
    assert [] == listening.fits(read("My exercise will end at 2560Z."))


def test_units_that_differ_behind_a_one_are_known():
    """One minute and four minutes are one unit."""
    assert (("minute",), ("minutes",)) in units(BOOK)
