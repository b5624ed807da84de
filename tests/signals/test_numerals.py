"""Numbers in English, Japanese and Chinese, as people write them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed
from searoom.signals.numerals import MIXED, SPELLED, value_of

FIGURES = "〇一二三四五六七八九"


def han(number):
    """A whole number below 10^8 in Han numerals, as read aloud."""
    if number >= 10_000:
        return han(number // 10_000) + "万" + (han(number % 10_000) if number % 10_000 else "")
    text = ""
    for size, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // size % 10
        if digit:
            text += ("" if digit == 1 and sign else FIGURES[digit]) + sign
    return text or "〇"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,200", 1200), ("12.5", 12.5), ("一万二千", 12_000), ("1万2千", 12_000), ("1.5万", 15_000), ("二〇二六", 2026), ("十", 10),
        ("二十一", 21), ("百五", 105), ("両", None), ("三億", 300_000_000), ("两", 2), ("twenty-one", 21), ("two hundred", 200),
        ("three thousand five hundred", 3500), ("", None), ("x", None), ("1千万", 10_000_000), ("〇", 0),
    ],
)  # fmt: skip
def test_reads_a_number(text, value):
    """Figures, Han numerals by place or by multiple, both mixed, and English words; anything else is no number."""
    if value is None:
        with pytest.raises(NotAllowed):
            value_of(text)
    else:
        assert value == value_of(text)


@given(st.integers(0, 10**8 - 1))
def test_every_han_number_is_read(number):
    """What is read aloud in Han numerals is the number."""
    text = han(number)
    assert re.fullmatch(MIXED, text)
    assert number == value_of(text)


def test_words_are_found_whole():
    """`often` holds no `ten`."""
    assert ["twenty-one", "two"] == re.findall(SPELLED, "often twenty-one or two, weighty")
