"""The 40 flags as data: whole, distinct, within their outline, in colours that a signalman knows."""

import pytest

from searoom.signals.flags import ALL, COLOURS, LETTERS, NUMERALS, OUTLINES, SUBSTITUTES
from searoom.signals.spelling import ALPHABET


def test_the_set_is_whole():
    """26 letters, 10 pennants, 3 substitutes and the answering pennant: 40 flags that no two share a picture."""
    assert 40 == len(ALL) == len({flag.name for flag in ALL}) == len({(flag.kind, flag.fields) for flag in ALL})
    assert [flag.name for flag in LETTERS.values()] == list(ALPHABET.values())
    assert "0123456789" == "".join(sorted(NUMERALS))
    for flag in ALL:
        assert flag.kind in OUTLINES
        assert {colour for colour, _ in flag.fields} <= set(COLOURS)


@pytest.mark.parametrize(
    ("letter", "colours"),
    [
        ("A", "bw"),
        ("B", "r"),
        ("C", "bwr"),
        ("H", "wr"),
        ("L", "yk"),
        ("O", "ry"),
        ("R", "ry"),
        ("Z", "ybrk"),
        ("Q", "y"),
    ],
)
def test_flags_have_their_colours(letter, colours):
    """A few that a signalman would see at once."""
    assert set(colours) == {colour for colour, _ in LETTERS[letter].fields}


def test_every_field_lies_within_its_flag():
    """No shape is drawn beyond the edge of its kind of flag."""
    for flag in ALL:
        wide, high, _ = OUTLINES[flag.kind]
        for _, shape in flag.fields:
            if len(shape) == 4:
                x, y, along, down = shape
                assert 0 <= x <= x + along <= wide + 0.1, flag.name
                assert 0 <= y <= y + down <= high + 0.1, flag.name


def test_letters_are_square_and_figures_are_pennants():
    """Two are swallowtails; the substitutes are triangles: the kind of a flag is seen before its colours."""
    assert {"A", "B"} == {letter for letter, flag in LETTERS.items() if flag.kind == "swallowtail"}
    assert {"pennant"} == {flag.kind for flag in NUMERALS.values()}
    assert {"triangle"} == {flag.kind for flag in SUBSTITUTES}
