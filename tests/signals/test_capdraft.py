"""A CAP alert as a draft: its own words, its areas, and in a note whatever did not fit."""

import math
from pathlib import Path

import pytest

from searoom.signals import forms
from searoom.signals.capalert import read
from searoom.signals.capdraft import AREAS, CUT, NOTES, draft, thinned
from searoom.signals.namekinds import MAX_TEXT
from searoom.signals.placekinds import MAX_CORNERS
from searoom.signals.tables import LANGUAGES
from told import BOOK

DATA = Path(__file__).parent.parent / "data" / "cap"
TSUNAMI = (DATA / "tsunami-information.xml").read_bytes()
TYPHOON = (DATA / "typhoon-warning.xml").read_bytes()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("data", [TSUNAMI, TYPHOON], ids=["tsunami", "typhoon"])
def test_an_alert_is_a_form_that_can_be_sent(data, lang):
    """Nothing is found against it, it has bytes, and what is decoded encodes to them again."""
    filled = draft(read(data), lang, BOOK)

    assert () == forms.check(filled, BOOK)
    content = forms.encode(filled, BOOK)
    assert content == forms.encode(forms.decode(content, BOOK), BOOK)


def test_a_place_is_no_area():
    """A circle without a radius, as the tsunami centre writes the place of an earthquake."""
    fields = draft(read(TSUNAMI), "en", BOOK).fields

    assert (312_500_000, 1_285_000_000) == fields["at"]
    assert not set(AREAS) & set(fields)
    assert ("unchecked", "minor", "alert") == (fields["signature"], fields["severity"], fields["kind"])
    assert "note" not in fields


def test_what_was_cut_and_thinned_is_told():
    """The typhoon's words are longer and its area has more corners than a form holds; both are said, none guessed."""
    fields = draft(read(TYPHOON), "en", BOOK).fields
    tag, words = fields["words"]

    assert ("en-US", MAX_TEXT, True) == (tag, len(words), words.endswith(CUT))
    assert words.startswith("Typhoon Warning\nWeather Desk, made for tests\n")
    assert ["polygon", "polygon"] == [fields[name][0] for name in AREAS[:2]]
    assert (MAX_CORNERS, 3) == tuple(len(fields[name][1]) for name in AREAS[:2])
    assert "An area of 67 corners was thinned to 64" in fields["note"]
    assert "Words were cut (en-US)" in fields["note"]
    assert "MADE-7008" in fields["refers"]


def test_the_officers_language_stands_first():
    """Where the alert has it; the others follow in their own words, nothing is translated."""
    text = TSUNAMI.decode()
    block = text[text.index("<info>") : text.index("</info>") + len("</info>")]
    more = [block.replace("<info>", f"<info><language>{tag}</language>") for tag in ("ja", "zh-Hant-TW", "es-419")]
    alert = read(text.replace(block, "".join([block, *more])).encode())
    fields = draft(alert, "zh", BOOK).fields

    assert ["zh-Hant-TW", "en-US", "ja"] == [fields[name][0] for name in ("words", "words_2", "words_3")]
    assert NOTES["languages"]["zh"].format(count=4, most=3, where="zh-Hant-TW, en-US, ja") == fields["note"]
    assert () == forms.check(draft(alert, "zh", BOOK), BOOK)


def test_languages_that_say_different_things_are_told():
    """One block says severe and the other minor: the note names the one that differs."""
    text = TSUNAMI.decode()
    block = text[text.index("<info>") : text.index("</info>") + len("</info>")]
    other = block.replace("<info>", "<info><language>ja</language>").replace("Minor", "Severe")
    fields = draft(read(text.replace(block, block + other).encode()), "en", BOOK).fields

    assert ("minor", NOTES["differ"]["en"].format(where="ja")) == (fields["severity"], fields["note"])


def test_more_areas_than_a_form_holds_are_counted():
    """Five circles: four are here, and it is said that one is not."""
    circles = "".join(f"<circle>{n},1 20</circle>" for n in range(1, 6))
    fields = draft(read(TSUNAMI.replace(b"<circle>31.250,128.500 0.0</circle>", circles.encode())), "en", BOOK).fields

    assert ("circle", (10_000_000, 10_000_000), 20_000_000) == fields["area"]
    assert NOTES["areas"]["en"].format(count=5, most=4) == fields["note"]


def test_an_alert_without_words_is_a_form_that_cannot_be_sent():
    """A cancellation may have no info block; the check names what is missing."""
    text = TYPHOON.decode()
    block = text[text.index("<info>") : text.index("</info>") + len("</info>")]
    found = forms.check(draft(read(text.replace(block, "").encode()), "en", BOOK), BOOK)

    assert {"event", "words", "where"} <= {one.where for one in found}


def test_thinning_moves_no_corner_and_tells_how_far_off_it_is():
    """Of a circle of 360 corners, a degree across, 64 are kept; what is left out lies within the sagitta of an arc."""
    ring = tuple(
        (350_000_000 + round(5e6 * math.cos(math.radians(n))), round(5e6 * math.sin(math.radians(n)) / math.cos(math.radians(35.0)))) for n in range(360)
    )  # fmt: skip
    kept, off = thinned(ring, 64)

    assert 64 == len(kept)
    assert [corner for corner in ring if corner in kept] == list(kept)
    assert 0 < off < 400
    assert (ring, 0.0) == thinned(ring, 360)


def test_thinning_knows_the_date_line():
    """An area across 180 degrees is as small as any other."""
    shift = [
        (lat, 1_799_500_000 + lon) for lat, lon in ((0, 0), (0, 1_000_000), (500, 1_000_000), (1_000_000, 500_000))
    ]
    ring = tuple((lat, lon - 3_600_000_000 if lon >= 1_800_000_000 else lon) for lat, lon in shift)

    kept, off = thinned(ring, 3)
    assert (3, True) == (len(kept), off < 10)
