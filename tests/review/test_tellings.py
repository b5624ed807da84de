"""Tests of both sides' tellings laid side by side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.samples import measurement
from review.tales import call, told
from searoom.review.sections import Token
from searoom.review.tellings import contact_rows, dossier_rows, quantity, tokens
from searoom.review.texts import LANGUAGES, Texts
from searoom.signals import codebook
from told import BOOK, DEMO, Tale

EN = Texts("en")
SIGNALS = codebook.load()
TEXT = st.text("abc ,.", max_size=40)


def rows(tale):
    tale.meet()
    return contact_rows(tale.account(), BOOK, EN, SIGNALS)


def marked(words, kind):
    return [token.text for token in words if token.kind == kind]


def test_marks_what_was_lost_and_what_was_added():
    """Word by word, without minding capitals and full stops."""
    left, right = tokens("I am keeping my course.", "i am KEEPING your course", "en")

    assert ["my"] == marked(left, "lost")
    assert ["your"] == marked(right, "added")


def test_compares_japanese_and_chinese_by_character():
    """There are no spaces to part the words."""
    left, right = tokens("我舰保持航向", "我舰改变航向", "zh")

    assert ["保", "持"] == marked(left, "lost")
    assert ["改", "变"] == marked(right, "added")


@given(TEXT, TEXT)
def test_no_word_of_either_side_is_lost_from_the_page(sent, heard):
    """Marks are laid over the words; the words themselves stand as they were written."""
    left, right = tokens(sent, heard, "en")

    assert sent.split() == [token.text for token in left]
    assert heard.split() == [token.text for token in right]


@given(TEXT)
def test_equal_words_bear_no_mark(text):
    """Heard as sent shows no difference."""
    assert all(token.kind == "same" for side in tokens(text, text, "en") for token in side)


def test_shows_the_three_cases_apart():
    """Right, garbled, and not at all."""
    found = contact_rows(told().account(), BOOK, EN, SIGNALS)

    assert ["heard_as_sent", "heard_garbled", "not_heard"] == [row.verdict for row in found]
    assert ["AMBER 21"] * 3 == [row.sender for row in found]
    assert found[2].heard is None


def test_marks_only_what_the_comparison_calls_missing():
    """The call and the OVER belong to no message: nobody missed them."""
    garbled = contact_rows(told().account(), BOOK, EN, SIGNALS)[1]

    assert ["COURSE", "AND"] == marked(garbled.sent.tokens, "lost")
    assert not {"THIS", "OVER."} & set(marked(garbled.sent.tokens, "lost"))
    assert "course and" == garbled.lost


def test_what_nobody_heard_is_not_struck_through():
    """A call without a hearing says that no entry says so, and marks no word as lost."""
    assert not marked(contact_rows(told().account(), BOOK, EN, SIGNALS)[2].sent.tokens, "lost")


def test_says_whether_the_hearing_was_written_before_the_call_arrived():
    """Independent is proven by what the station had signed as heard."""
    tale, late = Tale(), Tale()
    call(tale, 10, "KEEPING MY COURSE")
    sent, _ = call(late, 10)
    late.meet()
    late.say(
        "coral",
        "contact-heard",
        at_us=late.logs["amber"][0].claimed_us,
        unit_from="AMBER 21",
        unit_to="CORAL 34",
        words="KEEPING MY COURSE",
        quality="weak",
        at=late.logs["amber"][0].claimed_us,
    )

    assert [True] == [row.independent for row in rows(tale)]
    assert [False] == [row.independent for row in rows(late)]


@pytest.mark.parametrize(
    ("code", "lang", "told"),
    [
        ("V-N1", "ja", "意図。本船は針路と速力を保持します。"),
        ("V-N1", "zh", "意图。我船将保向保速。"),
        ("V-N1", "en", ""),
        ("YX1", "ja", ""),
        ("V-N8", "ja", ""),
    ],
)
def test_a_reader_of_another_language_has_the_codebooks_words(code, lang, told):
    """Beside the English words; not beside English for the English, nor for a code or values that do not fit."""
    tale = Tale()
    call(tale, 10, code=code)
    (row,) = contact_rows(tale.account(), BOOK, Texts(lang), SIGNALS)

    assert (told, False) == (row.told, row.reviewed)


def test_an_answer_says_what_it_does_not_mean():
    """Understood is no promise."""
    answer = contact_rows(told().account(), BOOK, EN, SIGNALS)[0].answers[0]

    assert ("coral", "understood", "not: a promise to act on it") == (answer.party, answer.words, answer.not_means)


def test_every_answer_of_the_form_has_its_words():
    """The four answers of the form are the four of the table, in each language."""
    choices = BOOK.form("contact-answer").field("answer").choices

    assert all(
        Texts(lang).has(f"{group}.{choice.replace('-', '_')}")
        for choice in choices
        for group in ("answer", "answer_not")
        for lang in LANGUAGES
    )


def test_a_dossier_has_both_accounts_and_the_gap():
    """112 m to 162 m and 186 m to 274 m do not meet, and it says so in tens of metres."""
    dossier = dossier_rows(told().account(), DEMO, BOOK, EN)[0]

    assert ["amber", "coral"] == [one.party for one in dossier.accounts]
    assert [("amber", "140 m ± 30 m"), ("coral", "230 m ± 50 m")] == [
        (m.party, m.value) for m in dossier.quantities[0].measured
    ]
    assert dossier.quantities[0].agree is False
    assert dossier.quantities[0].sentence.startswith("Between them: 160 m to 190 m.")
    assert "facts not agreed, prevention agreed" == dossier.closed


def test_swapped_chairs_swap_columns_and_nothing_else():
    """The measurements and their comparison are the same from either chair."""
    plain = dossier_rows(told().account(), DEMO, BOOK, EN)[0]
    swapped = dossier_rows(told().account("coral", "amber"), DEMO, BOOK, EN)[0]

    assert plain.quantities[0].sentence == swapped.quantities[0].sentence
    assert plain.quantities[0].measured == swapped.quantities[0].measured[::-1]


def test_one_side_alone_is_compared_with_nothing():
    """No agreement and no disagreement is made of one measurement."""
    alone = quantity("range", [measurement("amber", 137_000, 25_000)], "Only one side.", EN)

    assert (None, "Only one side.") == (alone.agree, alone.sentence)


def test_common_ground_is_said_with_its_edges():
    """What lies in both intervals, outward to the coarser step."""
    both = quantity(
        "range", [measurement("amber", 137_000, 25_000), measurement("coral", 160_000, 8_000)], "Both stand.", EN
    )

    assert (True, "Common to both: 150 m to 170 m. Both stand.") == (both.agree, both.sentence)


def test_tokens_of_nothing_are_none():
    """Silence has no words."""
    assert ((), (Token("a", "added"),)) == tokens("", "a", "en")
