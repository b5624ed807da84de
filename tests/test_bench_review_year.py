"""The benchmark of the yearly review at tiny size: it makes the year that it says it makes, and measures every part."""

from bench import review_year
from bench.frame import Options
from searoom.obligations.agreement import load
from searoom.review import yearly
from searoom.signals import forms


def test_the_made_year_is_as_long_as_asked_and_as_busy_as_said():
    """Calls are heard, questions are read and answered, some tests are missed: nothing that is measured is empty."""
    book = forms.load()
    agreement = load("demo", book)
    account = review_year.busy_year(agreement, book, 1_500)
    data = yearly.make(account, agreement, book, review_year.YEAR).data
    assert 1_500 == len(account.items)
    assert data["answers"]["amber"]["answered"]["done"]
    assert data["calls"]["by_caller"]["coral"]["heard"]["heard as sent"]
    assert data["lines"]["coral"]["silences"]["missed"]
    assert data["faults"]["count"]


def test_every_part_is_measured(capsys):
    """Data, page and PDF in each language; a quick run writes no file."""
    review_year.main(Options(quick=True, runs=1, entries=(1_500,)))
    said = capsys.readouterr().out
    assert all(part in said for part in ("data file |", "page, ja", "PDF, zh", "data file and page together", "floor"))
