"""One row of a codebook: its words filled, its choices said, and whose review holds for it."""

from dataclasses import replace

import pytest

from searoom.errors import NotAllowed
from searoom.signals import codebook
from searoom.signals.codebook import Reviewed
from searoom.signals.tables import LANGUAGES

BOOK = codebook.load()


def test_refuses_an_unknown_language():
    """There are words in three languages and no fourth is made up."""
    with pytest.raises(NotAllowed, match="'ru'"):
        BOOK.row("RT1").filled({}, "ru")


def test_a_choice_is_said_in_the_language_of_the_sentence():
    """Each language is named in each language, by one key."""
    row = BOOK.row("V-Q5")
    assert ["Can you speak with me in Chinese?", "中国語で通話できますか。", "你船能用汉语通话吗？"] == [
        row.filled({"language": "zh"}, lang) for lang in LANGUAGES
    ]
    with pytest.raises(NotAllowed) as refused:
        row.filled({"language": "chinese"}, "en")
    assert "one of en, ja, zh" in refused.value.advice()


def test_only_the_words_that_an_officer_signed_are_signed():
    """A review holds for exactly these words in this language, names who signed, and goes with the words."""
    row = BOOK.row("RT1")
    fine = Reviewed("RT1", "ja", row.wording["ja"], "Cdr T. Example")
    signed = BOOK.reviewed((fine,)).row("RT1")
    assert ("signed", "unreviewed") == (signed.review["ja"], signed.review["zh"])
    assert {"ja": "Cdr T. Example"} == signed.reviewers
    assert (False, True, True) == (row.agreed_words("ja"), signed.agreed_words("ja"), row.agreed_words("en"))
    for other in (replace(fine, words="別の文。"), replace(fine, officer=" "), replace(fine, code="SL")):
        assert "unreviewed" == BOOK.reviewed((other,)).row("RT1").review["ja"]
