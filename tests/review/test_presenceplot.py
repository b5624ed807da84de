"""The picture of presence: bars on one scale, days that nobody told hatched, in each language, safe to open."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from in_zone import fortnight, made
from searoom.encounters import presence
from searoom.encounters.presence import Count
from searoom.review.presence import Words
from searoom.review.presenceplot import plot

SVG = "{http://www.w3.org/2000/svg}"
PICTURE = Path(__file__).parent.parent.parent / "docs" / "pictures" / "presence.svg"


def texts(picture):
    """Return what is written in a picture."""
    return [element.text for element in ET.fromstring(picture).iter(f"{SVG}text")]


def test_draws_a_row_for_each_party_and_kind():
    """The row of the tracks, the hours with a report, the rows of the table, the words that silence is no absence."""
    written = texts(plot(made(), Words("en")))

    assert {"unknown", "hours with a report", "coral, coast guard", "coral, navy", "not told"} < set(written)
    assert "Absence of reports is not absence of craft." in written


def test_a_bar_is_as_high_as_its_number():
    """Two days of one party: the second has half the craft of the first, and half the height."""
    counts = [Count(date(2026, 6, 1), "coral", "navy", 4, None), Count(date(2026, 6, 2), "coral", "navy", 2, None)]
    picture = ET.fromstring(plot(made(parts=(presence.of_counts("notice", counts),)), Words("en")))
    bars = [float(one.get("height")) for one in picture.iter(f"{SVG}rect") if one.get("fill-opacity") == "0.85"]

    assert [44.0, 22.0] == bars


def test_days_that_nobody_told_are_hatched():
    """The second of three days is hatched; a picture without such a day has no hatching and no word for it."""
    hatched = plot(made(), Words("en"))
    whole = plot(made(parts=made().parts[:1]), Words("en"))

    assert hatched.count('fill="url(#untold)"') == 2 + 1  # two rows, and the sample beside the word
    assert 'fill="url(#untold)"' not in whole
    assert "not told" not in texts(whole)


@pytest.mark.parametrize("lang", ["en", "ja", "zh"])
def test_is_drawn_in_each_language(lang):
    """The page's language is marked, and nothing is left in another."""
    picture = ET.fromstring(plot(made(), Words(lang)))

    assert {"en": "en", "ja": "ja", "zh": "zh-Hans"}[lang] == picture.get("lang")
    assert "sans-serif" == picture.get("font-family")


def test_a_name_is_written_and_never_run():
    """What a zone, a party or a source is called cannot become markup."""
    evil = '<script>alert("1")</script>'
    told = made(
        zone=replace(made().zone, name=evil),
        parts=(presence.of_counts(evil, [Count(date(2026, 6, 1), evil, "navy", 1, None)]),),
    )
    picture = plot(told, Words("en"))

    assert "<script" not in picture
    assert f"Presence in {evil}" in texts(picture)


def test_nobody_there_is_drawn_too():
    """No bar, but the row of hours and the words."""
    told = made()
    empty = replace(told.parts[0], counts=(), totals=())

    assert "Nobody was told to be in the zone." in texts(plot(made(parts=(empty,)), Words("en")))


def test_the_picture_of_the_page_is_what_is_drawn():
    """The analyst's page shows a fortnight that is made up, as it is drawn now."""
    assert PICTURE.read_text(encoding="utf-8") == plot(fortnight(), Words("en")) + "\n"
