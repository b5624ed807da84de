"""Twenty situations: the fitting row is two keys away, alike in every language, and an intention is entered first."""

from dataclasses import replace

import pytest

from searoom.errors import NotAllowed
from searoom.signals import codebook
from searoom.signals.codebook import join
from searoom.signals.rows import INTENTIONS
from searoom.signals.situations import choices, intention_words, press, read, situation, situations
from searoom.signals.tables import LANGUAGES, packaged

BOOK = codebook.load()
TEXT = packaged("situations.toml")


def test_there_are_twenty():
    """Twenty situations, each with a key of its own and words of its own in every language."""
    listed = situations()
    assert 20 == len(listed) == len({each.key for each in listed})
    for lang in LANGUAGES:
        assert 20 == len({each.words[lang] for each in listed})


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("each", situations(), ids=lambda each: each.name)
def test_the_fitting_row_is_two_keys_away(each, lang):
    """Who reads only this language finds situation and row by their words, and presses at most two keys."""
    row = BOOK.row(each.fits)
    shown = [choice for choice in choices(BOOK, each.key) if choice.words[lang] in _what_fits(row, lang)]
    keys = [each.key, shown[0].key]
    assert len(keys) <= 2
    assert row is press(BOOK, "".join(keys))[0]
    assert row.offered


def _what_fits(row, lang):
    return (intention_words(row.intention) if row.announces_intention else row.meaning)[lang]


@pytest.mark.parametrize("each", situations(), ids=lambda each: each.name)
def test_every_row_of_a_list_belongs_into_its_situation(each):
    """Each line is offered in that situation; an intention is offered once its key has entered it, and not before."""
    for choice in choices(BOOK, each.key):
        row, entered = press(BOOK, each.key + choice.key)
        assert choice.code == row.code
        assert row in BOOK.for_situation(each.tag, intention=entered or None)
        assert bool(entered) == (row not in BOOK.for_situation(each.tag))


def test_keys_stay_where_they_are():
    """A book that is not in force takes its lines out of the list, and moves no key."""
    less = codebook.load(("plain",))
    whole = {choice.code: choice.key for choice in choices(BOOK, "a")}
    assert {choice.code: choice.key for choice in choices(less, "a")}.items() < whole.items()
    assert "RT1" not in {choice.code for choice in choices(less, "a")}


def test_what_is_not_offered_is_in_no_list():
    """A row that a later version of a book no longer offers leaves its place empty."""
    rows = tuple(replace(row, offered=row.code != "RT1") for row in BOOK.signals)
    less = join(BOOK.books, rows)
    assert "RT1" not in {choice.code for choice in choices(less, "a")}
    with pytest.raises(NotAllowed):
        press(less, "a2")


def test_each_intention_can_be_asked_for():
    """Whatever an officer can enter has words in every language."""
    for intention in INTENTIONS:
        assert set(LANGUAGES) == set(intention_words(intention))


@pytest.mark.parametrize("keys", ["", "a", "z1", "s9", "a12", "aa"])
def test_a_key_that_leads_nowhere_is_refused(keys):
    """What stands at no key is not guessed."""
    with pytest.raises(NotAllowed):
        press(BOOK, keys)
    with pytest.raises(NotAllowed, match="no listed situation"):
        situation("?")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('key = "b"', 'key = "a"', "one key"),
        ('key = "b"', 'key = "bb"', "one key"),
        ('fits = "V-Q1"', 'fits = "V-Q2"', "the fitting one"),
        ('tag = "crossing"', 'tag = "tea"', "tea"),
        ("anchor = {", "anchors = {", "anchor"),
        ('ja = "横切り船の意図が不明"', "", "'ja'"),
    ],
)
def test_refuses_a_faulty_table(old, new, named):
    """A doubled key, a row that is not in its list, an unknown tag, a missing language or intention is named."""
    assert old in TEXT
    with pytest.raises(NotAllowed, match=r"situations\.toml") as refused:
        read(TEXT.replace(old, new, 1), "situations.toml")
    assert named in refused.value.sentence
