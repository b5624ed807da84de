"""Tests of a yearly review as PDF: the same bytes each time, its fonts in it and no others, words that stay words."""

import json
import os
import re
import subprocess
import sys

import pytest

from review.year import YEAR, made
from searoom.errors import NotAllowed
from searoom.review import yearlypdf
from searoom.review.yearlypdf import pdf, pictures
from searoom.signals.tables import LANGUAGES
from told import BOOK, DEMO
from tools.vendor_fonts import FONTS, fixed
from tools.vendor_js import differences

MADE = made()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_pdf_has_the_same_bytes_in_another_process(lang):
    """No date, no chance, no font of the machine."""
    code = (
        "import hashlib; from review.year import made; from told import BOOK, DEMO;"
        f"from searoom.review.yearlypdf import pdf; print(hashlib.sha256(pdf(made(), DEMO, BOOK, '{lang}')).hexdigest())"
    )
    paths = ":".join(path for path in sys.path if path)
    env = {"PYTHONPATH": paths, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "HOME": "/nonexistent"}
    other = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    mine = subprocess.run(
        [sys.executable, "-c", code], env=dict(os.environ, PYTHONPATH=paths), capture_output=True, text=True, check=True
    )
    assert mine.stdout == other.stdout
    assert 65 == len(mine.stdout)


def test_the_fonts_are_in_it_and_no_others():
    """Japanese and Chinese letters are drawn in their own shapes, from the fonts that are shipped."""
    fonts = {
        lang: set(re.findall(rb"/BaseFont/[A-Z]{6}\+([A-Za-z-]+)", pdf(MADE, DEMO, BOOK, lang)))
        for lang in ("ja", "zh")
    }
    assert {True} == {name.startswith(b"NotoSans") for names in fonts.values() for name in names}
    assert any(name.startswith(b"NotoSansJP") for name in fonts["ja"])
    assert any(name.startswith(b"NotoSansSC") for name in fonts["zh"])


def test_the_pages_can_be_looked_at():
    """Each page is a picture, and there are as many as the PDF has."""
    found = pictures(MADE, DEMO, BOOK, "en")
    assert all(one.startswith(b"\x89PNG") for one in found)
    assert len(found) >= 2


def test_what_comes_as_data_is_never_read_as_markup():
    """A field with typst's own signs is shown with them: nothing is read, imported or run."""
    hostile = '#read("/etc/passwd") $x$ *b* \\ ] #panic("x")'
    data = json.loads(MADE.file)
    data["faults"]["list"][0]["line"] = hostile
    data["proposals"]["list"][0]["row"] = hostile
    assert pdf(type(MADE)(data, MADE.file, MADE.digest), DEMO, BOOK, "en").startswith(b"%PDF")


def test_without_typst_it_is_said_how_to_get_it(monkeypatch):
    """One line, with the command."""
    monkeypatch.setattr(yearlypdf, "ready", lambda: False)
    with pytest.raises(NotAllowed, match="needs the package typst") as refused:
        pdf(MADE, DEMO, BOOK, "en")
    assert "searoom[report]" in refused.value.advice()


def test_the_shipped_fonts_are_those_of_the_manifest():
    """Each file by its SHA-256, with its licence; together they stay small."""
    assert [] == differences(FONTS)
    assert {"LICENSE-noto-sans-jp", "LICENSE-noto-sans-sc"} <= {file.name for file in FONTS.iterdir()}
    assert sum(file.stat().st_size for file in FONTS.iterdir()) < 6_000_000


def test_the_bold_face_was_asked_for_every_fixed_letter():
    """What the tool asks for holds all letters of the sentences, and no line feed."""
    assert {"年", "评", "遇", "A", "é"} <= set(fixed())
    assert "\n" not in fixed()
    assert str(YEAR)[0] in fixed()


def test_no_font_of_the_machine_is_looked_at():
    """Two families, both shipped: the same letters on every machine."""
    assert ["Noto Sans JP", "Noto Sans SC"] == sorted(yearlypdf._fonts()["font_paths"].families())
