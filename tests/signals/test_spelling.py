"""Spelling by voice, and the words back to what they stand for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed
from searoom.signals.spelling import ALPHABET, CODE_FIGURES, FIGURES, MAX_HEARD, spell, tokens


def test_spells_letters_and_figures():
    """Each letter has its word; figures are spoken plainly, or with the Code's words on a bad line."""
    assert spell("yx1") == "YANKEE X-RAY ONE"
    assert spell("0.9") == "ZERO DECIMAL NINE"
    assert spell("RT-1") == "ROMEO TANGO ONE"
    assert spell("10", code_figures=True) == "UNAONE NADAZERO"
    assert (26, 10, 10) == (len(ALPHABET), len(FIGURES), len(CODE_FIGURES))


@pytest.mark.parametrize("text", ["é", "艦", "A_B", "½"])
def test_refuses_what_has_no_word(text):
    """A character without a spelling word is refused, not skipped."""
    with pytest.raises(NotAllowed, match="spelled"):
        spell(text)


@given(st.from_regex(r"[A-Z]{2}[0-9]{0,2}", fullmatch=True))
def test_a_spelled_group_reads_back(code):
    """What was spelled as a group is that group again, with plain figures and with the Code's."""
    assert (code,) == tokens(spell(code))
    assert (code,) == tokens(spell(code, code_figures=True))


@given(st.from_regex(r"[0-9]{1,4}(\.[0-9]{1,2})?", fullmatch=True))
def test_spelled_figures_read_back(number):
    """What was spoken figure by figure is that number again, zeros in front included."""
    assert ("course", number) == tokens(f"course {spell(number)}")


def test_words_are_one_whoever_wrote_them():
    """Capitals, stops, width and two ways of spelling make no difference."""
    assert tokens("What MANEUVERS, do you intend?") == tokens("what manoeuvres do you intend")
    assert tokens("０４５") == ("045",)
    assert tokens("I can't") == ("i", "cannot")
    assert tokens("I won't") == ("i", "will", "not")
    assert tokens("32-10.5N 165-20.0W") == tokens(
        "THREE TWO DEGREES ONE ZERO DECIMAL FIVE MINUTES NORTH, ONE SIX FIVE DEGREES TWO ZERO DECIMAL ZERO MINUTES WEST"
    )
    assert tokens("0405Z") == tokens("zero four zero five zulu") == ("0405", "zulu")
    assert tokens("本船、右") == ("本", "船", "右")


def test_a_word_is_not_taken_for_a_letter():
    """A hotel is a hotel, unless a group is announced."""
    assert tokens("the hotel is here") == ("the", "hotel", "is", "here")
    assert tokens("interco uniform now") == ("interco", "U", "now")
    assert tokens("kilo") == ("K",)


def test_refuses_more_than_anybody_says():
    """A text of any length is either read or refused, never searched without end."""
    with pytest.raises(NotAllowed, match="turn"):
        tokens("x" * (MAX_HEARD + 1))


@given(st.text(max_size=200))
def test_reads_anything(text):
    """Whatever was typed, there are words or none, and nothing breaks."""
    assert all(isinstance(word, str) and word for word in tokens(text))
