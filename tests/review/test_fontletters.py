"""Tests of the letters that the shipped fonts have: what is drawn is drawn, and what is not is written as its code."""

import struct
import tomllib

import pytest

from review.year import made
from searoom.errors import NotAllowed
from searoom.review import yearlypdf
from searoom.review.fontletters import codes, everywhere, letters, written
from searoom.review.yearlypdf import FAMILIES, pdf
from searoom.signals.tables import packaged
from told import BOOK, DEMO
from tools.vendor_fonts import SENTENCES

LETTERS = "Aé骨髙龘遇评ǎ☃ΩЖ🚢﨑鷗①→ﾊ한○"


def drawn(char):
    """Return the picture that typst draws of a letter, with the shipped fonts and no other."""
    source = f"#set page(width: 40pt, height: 30pt)\n#set text(font: {FAMILIES['ja']!r}.map(x => x), fallback: false)\n"
    source = source.replace("'", '"') + f'#"{char}"'
    return yearlypdf._typst().compile(source.encode(), format="png", **yearlypdf._fonts())


@pytest.mark.parametrize("char", LETTERS)
def test_a_letter_is_there_when_typst_draws_it(char):
    """The table that is read here says of each letter what the fonts themselves do: a shape, or the empty box."""
    box = drawn("\U0001f6a2")
    assert (drawn(char) != box) == (ord(char) in letters())


def test_what_the_fonts_lack_is_written_as_its_code():
    """Nothing becomes a box: the ship, a rare letter of a name, an arrow; spaces that look alike stay spaces."""
    assert "Port [U+1F6A2] [U+FA11] [U+2192]" == written("Port 🚢 﨑 →")
    assert "12\u00a0345 A-B\n骨" == written("12\u202f345 A\u2011B\n骨")
    assert {"a": ["[U+2603]", 3, None, {"b": "x"}]} == everywhere({"a": ("☃", 3, None, {"b": "x"})})


def test_the_pdf_has_the_code_and_no_box():
    """A place that was written with a ship is set as one that was written with its code, and not as another letter."""
    review = made()

    def with_place(place):
        data = review.data | {
            "faults": review.data["faults"] | {"list": [review.data["faults"]["list"][0] | {"line": place}]}
        }
        return pdf(type(review)(data, review.file, review.digest), DEMO, BOOK, "en")

    assert with_place("Quay 🚢") == with_place("Quay [U+1F6A2]")
    assert with_place("Quay 🚢") != with_place("Quay 🚣")


def test_every_fixed_sentence_can_be_drawn():
    """Whatever stands in the tables that a review prints needs no code."""

    def lacking(value):
        words = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        found = set(map(chr, {ord(char) for char in value} - letters())) if isinstance(value, str) else set()
        return found.union(*map(lacking, words)) if words else found

    tables = [tomllib.loads(file.read_text(encoding="utf-8")) for file in SENTENCES]
    tables += [tomllib.loads(packaged(f"forms/{form.name}.toml")) for form in BOOK.forms]
    assert set() == lacking(tables) - {"\n", "\u202f", "●", "○", "≠"}


def test_refuses_a_font_without_a_table_of_letters():
    """A face that cannot be read is a fault of the package, and is said."""
    head = struct.pack(">4sHHHH", b"\x00\x01\x00\x00", 1, 0, 0, 0)
    with pytest.raises(NotAllowed, match="no table of its letters"):
        list(codes(head + struct.pack(">4sIII", b"glyf", 0, 28, 4) + b"\x00" * 4))
    strange = struct.pack(">HHHHI", 0, 1, 3, 1, 12) + struct.pack(">HH", 2, 4)
    with pytest.raises(NotAllowed, match="known here"):
        list(codes(head + struct.pack(">4sIII", b"cmap", 0, 28, len(strange)) + strange))


def test_reads_both_formats_of_the_table():
    """Segments with a delta and with an array, and groups: each letter with a glyph, and none without."""
    segments = struct.pack(
        ">HHHHHHH HHH H HHH HHH HHH HH",
        4,
        0,
        0,
        6,
        0,
        0,
        0,
        0x41,
        0x62,
        0xFFFF,
        0,
        0x40,
        0x61,
        0xFFFF,
        1,
        0,
        1,
        0,
        4,
        0,
        7,
        0,
    )
    groups = struct.pack(">HHIII", 12, 0, 0, 0, 2) + struct.pack(">IIIIII", 0x41, 0x42, 0, 0x1F600, 0x1F601, 9)
    for table, wanted in ((segments, {0x40, 0x41, 0x61}), (groups, {0x42, 0x1F600, 0x1F601})):
        cmap = struct.pack(">HHHHI", 0, 1, 3, 10, 12) + table
        face = struct.pack(">4sHHHH", b"\x00\x01\x00\x00", 1, 0, 0, 0) + struct.pack(
            ">4sIII", b"cmap", 0, 28, len(cmap)
        )
        assert wanted == set(codes(face + cmap))
