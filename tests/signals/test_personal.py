"""Personal data as a field: a text that was typed, a hash in the bytes, or why it is not here."""

import pytest

from searoom.errors import NotAllowed
from searoom.signals.personal import (
    ABSENT_WORDS,
    KEPT_APART,
    MAX_PERSONAL,
    Absent,
    check_personal,
    parse_personal,
    personal_reference,
    say_personal,
)


def test_a_list_is_typed_on_one_line():
    """A semicolon begins a new line, and empty ones are left out."""
    assert "A. Vale\nB. Reed" == parse_personal(" A. Vale ;; B. Reed; ")


@pytest.mark.parametrize("typed", ["", " ; ", "x" * (MAX_PERSONAL + 1), "a\u202eb"])
def test_refuses_what_is_no_value(typed):
    """Nothing, too much, and characters that turn the reading round."""
    with pytest.raises(NotAllowed):
        parse_personal(typed)


@pytest.mark.parametrize("value", ["A. Vale", b"", bytes(31), bytes(33), None, 1, Absent.ERASED])
def test_only_a_hash_has_bytes(value):
    """A value in clear never reaches what is signed, and neither does a mark for showing."""
    with pytest.raises(NotAllowed):
        personal_reference(value)
    assert bytes(32) == personal_reference(bytes(32))


def test_a_value_in_clear_is_found():
    """The check says that it is still to be set apart."""
    assert check_personal("A. Vale")
    assert not check_personal(bytes(32))


@pytest.mark.parametrize("lang", ["en", "ja", "zh"])
def test_is_said_in_each_language(lang):
    """The value, that it is erased, that it is not held, or that it is kept apart."""
    assert "A; B" == say_personal("A\nB", lang)
    assert {ABSENT_WORDS[why][lang] for why in Absent} == {say_personal(why, lang) for why in Absent}
    assert KEPT_APART[lang].format(ref="0000abcd"[:8]) == say_personal(bytes.fromhex("0000abcd") + bytes(28), lang)
