"""The marks of a drawing: a shape for each state, words that stay words, and texts that keep within their room."""

import re

from searoom.console.duties import marks
from searoom.obligations.standing import STATES
from searoom.review.svg import text_width


def test_a_state_is_told_by_its_shape():
    """No two states have the same shape: who sees no colours reads the same."""
    shapes = {state: re.sub(r"s-\w+", "", str(drawing)) for state, drawing in marks.legend().items()}

    assert set(STATES) == set(shapes)
    assert len(STATES) == len(set(shapes.values()))


def test_a_text_keeps_within_its_room_and_says_that_it_was_cut():
    """What is too long is cut with an ellipsis, and the whole is there for who asks."""
    long = "a visit of very many officers to very many ships"

    assert text_width(marks.fitted(long, 120), marks.SIZE) <= 120
    assert marks.fitted(long, 120).endswith("…")
    assert f"<title>{long}</title>" in marks.words(long, 0, 0, most=120)
    assert "title" not in marks.words("short", 0, 0, most=120)


def test_words_in_a_drawing_are_never_markup():
    """Markup and direction characters of the other side are shown as they are written."""
    text = marks.words("<script>\u202e", 0, 0) + marks.mark("met", 0, 0, "</title><b>")

    assert "<script>" not in text
    assert "<b>" not in text
    assert "[U+202E]" in text
