"""Tests of how long something took, in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.review.yearlylasting import lasting
from searoom.signals.tables import LANGUAGES


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (95, "95 s"), (121, "3 min"), (3600, "1 h"), (3601, "61 min"),
     (10_801, "4 h"), (86_400, "1 d"), (260_000, "4 d")],
)  # fmt: skip
def test_a_time_is_said_in_what_people_count_it_in(seconds, expected):
    """Rounded up to what is named, never down."""
    assert expected == lasting(seconds, "en")


@given(st.integers(0, 10**8), st.sampled_from(LANGUAGES))
def test_every_time_is_said_in_every_language_with_a_whole_number(seconds, lang):
    """No fraction of a second is claimed."""
    words = lasting(seconds, lang)
    assert words[0].isdecimal()
    assert "." not in words
