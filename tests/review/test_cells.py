"""A cell is text: nothing that was said becomes a formula in somebody's table."""

import pytest

from searoom.review.cells import no_formula


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=", "--"])
def test_what_would_begin_a_formula_is_text(text):
    """An apostrophe stands before it, and the words stay as they were."""
    assert "'" + text == no_formula(text)


@pytest.mark.parametrize("text", ["", "-", "a=b", "海空", "12"])
def test_other_words_stay_as_they_are(text):
    """A dash alone says that there is nothing."""
    assert text == no_formula(text)
