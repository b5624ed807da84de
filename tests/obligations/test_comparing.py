"""Figures side by side, and words that were committed to first."""

import pytest

from packs import rule, small, tell
from searoom.errors import NotAllowed
from searoom.obligations.comparing import commitment

CHECK = 'kind = "crosscheck"\nform = "transparency-figure"\nitem = "item"\nother = "other"\nfield = "number"'
REVEAL = 'kind = "reveal"\ncommit = "transparency-commit"\ndigest = "digest"\nreveal = "transparency-reveal"\nwords = "words"\nsalt = "salt"'
SAYS = "{} says transparency-figure: item = boats; other = {}; number = {}"


def test_a_later_figure_supplements_an_earlier():
    """The last word of each side is compared; two that agree at last agree."""
    tell(
        small(rule("c", CHECK)), "At 2026-02-01",
        SAYS.format("amber", "coral", 5), "everybody receives everything", "Then c for 2026 boats is alone",
        SAYS.format("coral", "amber", 7), "everybody receives everything", "Then c for 2026 boats is differ, first 5",
        SAYS.format("coral", "amber", 5), "everybody receives everything", "Then c for 2026 boats is agree",
    )  # fmt: skip


def test_words_fit_only_their_own_hash():
    """Another word or another salt does not fit, and nobody reveals for another."""
    digest = commitment("three sites", "salt")

    assert digest != commitment("three sites", "pepper")
    assert digest != commitment("four sites", "salt")
    assert commitment("a\nb", "c") != commitment("b", "c\na")
    assert commitment("ab", "c") != commitment("b", "ca")
    tell(
        small(rule("r", REVEAL)), "At 2026-02-01",
        f"amber says transparency-commit as A: about = x; digest = {digest}",
        f"amber says transparency-commit as B: about = y; digest = {digest}", "everybody receives everything",
        "Then r of amber for A is open",
        "coral says transparency-reveal in reply to A: words = three sites; salt = salt",
        "amber says transparency-reveal in reply to B: words = three sites; salt = pepper", "everybody receives everything",
        "Then r of amber for A is open", "Then r of amber for B is does-not-fit",
        "amber says transparency-reveal in reply to A: words = three sites; salt = salt", "everybody receives everything",
        "Then r of amber for A is fits",
    )  # fmt: skip


def test_refuses_a_reveal_that_answers_nothing():
    """What reveals must say which hash it belongs to."""
    with pytest.raises(NotAllowed, match="answers no entry"):
        small(rule("r", REVEAL.replace('reveal = "transparency-reveal"\nwords = "words"\nsalt = "salt"',
                                       'reveal = "transparency-commit"\nwords = "about"\nsalt = "digest"')))  # fmt: skip
