"""Tests of the one table of fixed sentences."""

import re

import pytest

from searoom.errors import NotAllowed
from searoom.matters.contacts import VERDICT_WORDS
from searoom.matters.delivery import STATE_WORDS
from searoom.review.texts import HTML_LANGUAGES, LANGUAGES, Texts, check, placeholders, table
from told import BOOK


def test_every_sentence_stands_in_every_language():
    """No language is a second one: no gap, no empty text."""
    assert all(row[lang].strip() for row in table().values() for lang in LANGUAGES)


def test_japanese_and_chinese_are_no_copies_of_english():
    """Only letters that are the same everywhere may be equal."""
    same = {key for key, row in table().items() if row["en"] in (row["ja"], row["zh"])}

    assert {"chart.north"} == same


def test_chinese_is_written_simplified():
    """Letters that only Japanese or traditional texts use do not stand in the Chinese column."""
    assert [] == [
        key
        for key, row in table().items()
        if re.search("[録際対続経込読開関係時間実発]", row["zh"].replace("关系", ""))
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_thing_has_one_word(lang):
    """The pages, the sentences of the desk and the form call an answer, a verdict and a state alike."""
    texts, choices = Texts(lang), BOOK.form("contact-answer").field("answer").choices
    for answer in choices:
        word = texts(f"answer.{answer.replace('-', '_')}")
        assert word in STATE_WORDS[answer][lang]
        assert word in choices[answer][lang] or answer in ("received", "understood")
    for verdict, words in VERDICT_WORDS.items():
        named = texts(f"verdict.{verdict.replace(', ', '_').replace(' ', '_')}")
        assert words[lang].lower().startswith(named)
    if lang == "zh":
        assert STATE_WORDS["handed over"][lang].startswith(texts("state.handed_over"))


def test_nothing_is_done_as_told_between_equals():
    """Retired words of the Chinese column: "as told", "listen to", and second terms for one thing."""
    assert [] == [key for key, row in table().items() if re.search("照办|收听|相遇|电文|传输|散列", row["zh"])]


@pytest.mark.parametrize(
    "groups",
    [
        {"a": "no table"},
        {"a": {"b": "no row"}},
        {"a": {"b": {"en": "x", "ja": "y"}}},
        {"a": {"b": {"en": "x", "ja": "y", "zh": "z", "fr": "w"}}},
        {"a": {"b": {"en": "{n} x", "ja": "y", "zh": "{n} z"}}},
    ],
)
def test_refuses_a_table_with_a_gap(groups):
    """A language that is missing, one too many, or a value that only some languages name."""
    with pytest.raises(NotAllowed):
        check(groups)


def test_fills_in_values():
    """What stands in braces is replaced."""
    assert "EXERCISE" == Texts("en")("banner.exercise")
    assert "amber: up to 3 of 4" == Texts("en")("proof.up_to", party="amber", size=3, total=4)


def test_refuses_an_unknown_key_and_a_missing_value():
    """A page never shows a hole."""
    for call in (
        lambda t: t("no.such"),
        lambda t: t("proof.up_to", party="amber"),
        lambda t: t("banner.exercise", more=1),
    ):
        with pytest.raises(NotAllowed):
            call(Texts("en"))


def test_refuses_an_unknown_language():
    """With the languages that there are as advice."""
    with pytest.raises(NotAllowed) as refused:
        Texts("fr")

    assert "en, ja, zh" in refused.value.advice()


def test_braces_in_values_are_left_alone():
    """A unit called {0} is no placeholder."""
    assert "{0} to {x}" == Texts("en")("contact.to", sender="{0}", receiver="{x}")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_gives_all_languages_its_own_first(lang):
    """The banner stands in three languages on every page."""
    pieces = Texts(lang).each("banner.exercise")

    assert HTML_LANGUAGES[lang] == pieces[0][0]
    assert {"EXERCISE", "演習", "演习"} == {words for _, words in pieces}


def test_knows_what_it_has():
    """A row that is there, and one that is not."""
    assert (True, False) == (Texts("en").has("grade.warn"), Texts("en").has("grade.panic"))


def test_reads_placeholders():
    """Names in braces, and nothing else."""
    assert frozenset({"a", "b"}) == placeholders("{a} of {b}")
