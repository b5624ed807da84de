"""Tests of when a joint review is agreed: all signed the same hash of the same heads; a difference is a finding."""

import pytest

from searoom.review.agreeing import AGREED, DIFFERS, NOBODY, OTHER_HEADS, STATES, WAITS, signed, state, years
from searoom.review.texts import Texts
from told import DEMO, START_US, Tale

ONE, OTHER = "a" * 64, "b" * 64


def told(*said):
    """Return what stands after (party, heads, hash) were said of 2026."""
    tale = Tale()
    for n, (party, heads, digest) in enumerate(said):
        tale.say(party, "review-agreed", at_us=START_US + n, year=2026, heads=heads, hash=digest)
    return tale.account()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([], NOBODY), ([("amber", "amber/1", ONE)], WAITS),
        ([("amber", "amber/1", ONE), ("coral", "amber/1", ONE)], AGREED),
        ([("amber", "amber/1", ONE), ("coral", "amber/1", ONE.upper() + " ")], AGREED),
        ([("amber", "amber/1 coral/2", ONE), ("coral", "coral/2 amber/1", ONE)], AGREED),
        ([("amber", "amber/1", ONE), ("coral", "amber/1", OTHER)], DIFFERS),
        ([("amber", "amber/1", ONE), ("coral", "amber/2", ONE)], OTHER_HEADS),
        ([("amber", "amber/1", OTHER), ("coral", "amber/1", ONE), ("amber", "amber/1", ONE)], AGREED),
        ([("amber", "amber/1", ONE), ("coral", "amber/1", ONE), ("amber", "amber/1", OTHER)], DIFFERS),
        ([("amber", "no heads", ONE)], NOBODY),
    ],
)  # fmt: skip
def test_how_a_review_stands(said, expected):
    """The newest word of each counts; what cannot be read is no word."""
    assert expected == state(signed(told(*said), 2026), DEMO.parties)


def test_another_year_is_another_review():
    """A word on 2026 says nothing of 2025."""
    account = told(("amber", "amber/1", ONE))
    assert (NOBODY, (2026,)) == (state(signed(account, 2025), DEMO.parties), years(account))


def test_every_state_has_its_sentence_for_people():
    """In the console's table, in each language."""
    assert all(Texts(lang, "searoom.console").has(f"reviews.{name}") for lang in ("en", "ja", "zh") for name in STATES)
