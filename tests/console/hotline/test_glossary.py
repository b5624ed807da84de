"""Terms while one types: three languages of equal rank, cautions in each, and nothing suggested that is not there."""

import pytest

from searoom.console.hotline import glossary
from searoom.console.hotline.glossary import MOST, fitting, of_agreement, packaged, read, suggest
from searoom.errors import NotAllowed
from searoom.obligations.agreement import load
from searoom.signals.tables import LANGUAGES

OWN = """
review = { en = "ours", ja = "unreviewed", zh = "unreviewed" }
[term.island]
en = ["the outer rock"]
ja = ["外岩"]
zh = ["外礁"]
source = "our own chart"
"""


def test_every_term_has_each_language_a_source_and_its_review():
    """ja and zh say that nobody reviewed them; a caution stands in all languages."""
    for term in packaged():
        assert set(LANGUAGES) == set(term.words)
        assert all(word.strip() == word and word for words in term.words.values() for word in words)
        assert term.source
        assert set(term.caution) in (set(), set(LANGUAGES))
        assert ("unreviewed", "unreviewed") == (term.review["ja"], term.review["zh"])
    assert 40 <= len(packaged())


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "We request that the warship hold off.", ["warship", "request"]),
        ("en", "The WARSHIPS and the newarship are none.", []),
        ("ja", "護衛艦は訓練中です。", ["drill", "escort-ship"]),
        ("zh", "我方表示遗憾，交涉如下", ["protest", "regret"]),
        ("en", "", []),
        ("fr", "exercise", []),
    ],
)
def test_what_stands_in_the_text_is_suggested_the_last_first(lang, text, expected):
    """A word inside another is none in English; the term typed last stands first."""
    assert expected == [term.id for term in suggest(text, lang, packaged())]


def test_each_word_of_each_term_finds_its_term():
    """No word of the table is one that is never found."""
    for term in packaged():
        for lang in LANGUAGES:
            for word in term.words[lang]:
                assert term in suggest(f"… {word}.", lang, packaged(), most=100), (term.id, word)


def test_a_long_text_gives_so_many_and_no_more():
    """The page is not filled with terms."""
    text = " ".join(term.words["en"][0] for term in packaged())
    assert MOST == len(suggest(text, "en", packaged()))


def test_a_party_brings_its_own_and_an_agreement_says_what_each_means():
    """A table in the node's folder is read like ours; the agreement's words say what each party means by them."""
    (term,) = read(OWN, "glossary.toml")
    assert ("island", "our own chart") == (term.id, term.source)

    for name in ("macm", "contested-waters", "exercise-notice", "incsea"):
        for word in of_agreement(load(name)):
            assert 2 <= len(word.means)


@pytest.mark.parametrize(
    "text", ["", "review = 1", OWN.replace('zh = ["外礁"]\n', ""), OWN + "x = 1\n", OWN.replace('["外岩"]', "[]")]
)
def test_a_table_that_is_none_is_refused_with_its_place(text):
    """Nothing is read from half a table."""
    with pytest.raises(NotAllowed, match=r"glossary\.toml"):
        read(text, glossary.FILE)


@pytest.mark.parametrize(("name", "marked"), [("macm", ["exercise"]), ("demo", [])])
def test_an_exercise_is_not_told_that_it_is_one(name, marked):
    """Between real parties the word has its caution; where the whole mechanism is an exercise, every text has it."""
    terms = fitting(packaged(), load(name))

    assert marked == [term.id for term in suggest("EXERCISE EXERCISE. This is an exercise.", "en", terms)]
    assert ["drill"] == [term.id for term in suggest("EXERCISE. A drill.", "en", fitting(packaged(), load("demo")))]
