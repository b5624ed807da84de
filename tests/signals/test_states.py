"""The table of states: every one in every language, with what it does not mean; one source for terminal and pages."""

import re

import pytest

from searoom.errors import NotAllowed
from searoom.review.texts import Texts
from searoom.signals import states
from searoom.signals.tables import packaged

TEXT = packaged("states.toml")
LAYERS = ("delivered", "read", "sufficient", "clarification", "will-comply", "cannot-comply", "answered")


@pytest.mark.parametrize("name", LAYERS)
def test_each_layer_has_its_sentence_and_its_words_for_pages(name):
    """Word, what it says, what it does not mean, and the sentence, in each language."""
    said = states.load()[name]
    assert all(said.sentence[lang] for lang in ("en", "ja", "zh"))
    for group, words in said.pages.items():
        assert all(words[lang] == Texts(lang)(f"{group}.{states.page_key(name)}") for lang in ("en", "ja", "zh"))
    assert {"state", "state_says", "state_not"} == set(said.pages)


def test_the_agreed_sentences_are_there():
    """Receipt accepts nothing; a question refuses nothing; saying nothing means nothing."""
    words = {name: words["en"] for name, words in states.sentences().items()}
    assert words["delivered"].endswith("received; nothing in it is accepted by this.")
    assert "Nothing in it is accepted by this." in words["sufficient"]
    assert "It refuses nothing, and accepts nothing of the rest." in words["clarification"].replace(
        "This is a question. ", ""
    )
    assert "Saying nothing means nothing" in words["nothing further"]


def test_chinese_is_written_simplified():
    """Letters that only Japanese or traditional texts use do not stand in the Chinese column."""
    for name, words in states.sentences().items():
        assert not re.search("[録際対続経込読開関係時間実発]", words["zh"].replace("关系", "")), name


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("{author}の記録にあります", "記録にあります", "name different values"),
        ("[state.stored]\nword", "[state.stored]\ncolour = 1\nword", "unknown field 'colour'"),
        ('not = { en = "That anybody else has it."', 'nor = { en = "That anybody else has it."', "'not' is missing"),
    ],
)
def test_refuses_a_faulty_table(old, new, named):
    """A gap, an odd placeholder and a field that nobody asks for are refused with their row."""
    assert old in TEXT
    with pytest.raises(NotAllowed, match="stored") as refused:
        states.read(TEXT.replace(old, new, 1), "states.toml")
    assert named in refused.value.sentence
