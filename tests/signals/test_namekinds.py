"""Kinds of words: what hides or turns a text round is refused, what reads otherwise than it is written is doubted."""

import pytest

from searoom.errors import NotAllowed
from searoom.signals.kinds import FIELD_KINDS, Context

EN, JA = Context({}, "en"), Context({}, "ja")
TEXTS = ("text", "words", "unit", "person", "line")


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    "text",
    [
        "a\u202eb", "a\u2066b", "a\u200bb", "a\x00b", "a\x1b[31m", "a\u00adb", "a\ufeffb", "e\u0301", "a\ud800", "a\U000e0041b",
        "a\x85b", "x" * 4001,
    ],
)  # fmt: skip
def test_hostile_text_is_refused_when_typed_and_when_it_comes(name, text):
    """Direction marks, controls, invisible signs, half characters, unnormalised or over-long text: on both ways."""
    kind = FIELD_KINDS[name]
    for turn in (kind.parse, kind.encode, kind.decode):
        with pytest.raises(NotAllowed):
            turn(text, EN)


@pytest.mark.parametrize("name", ["text", "unit", "line", "tagged"])
def test_what_reads_otherwise_is_doubted(name):
    """It can be stored and sent; the officer is told."""
    kind = FIELD_KINDS[name]
    value = ("en", "course ٠45") if name == "tagged" else "course ٠45"
    assert "U+0660" in kind.doubt(value, EN)
    assert "" == kind.check(value, EN)


def test_a_text_is_doubted_in_its_own_language():
    """Full-width figures are at home in Japanese; the tag of a tagged text decides, not the form's language."""
    assert "" == FIELD_KINDS["text"].doubt("速力１０ノット", JA)
    assert "U+FF11" in FIELD_KINDS["text"].doubt("speed １0 knots", EN)
    assert "" == FIELD_KINDS["tagged"].doubt(("ja", "速力１０ノット"), EN)


@pytest.mark.parametrize(
    "text", ["a.vale@example.org", "tel. 03-1234-5678", "+81 90 1234 5678", "旅券 TK1234567", "电话：010-12345678"]
)
def test_personal_data_in_a_signed_line_are_doubted(text):
    """They belong into a field that is kept apart and can be erased."""
    assert "kept apart" in FIELD_KINDS["line"].doubt(text, EN)


@pytest.mark.parametrize(
    "text", ["AMBER 21", "bridge, rangefinder", "+-5 m", "phone line 3", "duty officer, joint staff"]
)
def test_ordinary_lines_are_not_doubted(text):
    """Units, instruments and roles are no personal data."""
    assert "" == FIELD_KINDS["line"].doubt(text, EN)


@pytest.mark.parametrize(
    ("typed", "value"),
    [("ja: 訓練中", ("ja", "訓練中")), ("zh-Hans：训练", ("zh-Hans", "训练")), ("en: a: b", ("en", "a: b"))],
)
def test_a_tagged_text_says_its_language(typed, value):
    """The tag stands before a colon, full-width or not."""
    assert value == FIELD_KINDS["tagged"].parse(typed, EN)


def test_a_tagged_text_is_said_behind_its_language():
    """For a reader of the same language, without it."""
    say = FIELD_KINDS["tagged"].say
    assert ("[ja] 訓練", "訓練") == (say(("ja", "訓練"), EN, "en"), say(("ja", "訓練"), EN, "ja"))


def test_figures_of_another_script_are_no_index():
    """Full-width ones are taken, since that is how one types in Japanese; the index is the same."""
    parse = FIELD_KINDS["ref"].parse
    assert ("amber", 12) == parse("amber/１２", EN)
    with pytest.raises(NotAllowed, match="another script"):
        parse("amber/١٢", EN)
