"""Who speaks and who is spoken to, in three languages, and whether they changed places."""

import pytest

from searoom.signals.persons import changed, plain, turned
from searoom.signals.spelling import tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("i will overtake you on your port side", "you will overtake me on my port side"),
        ("we are astern of you", "you are astern of us"),
        ("貴船は本船の左舷", "本船は貴船の左舷"),
        ("我船将从你船左舷追越", "你船将从我船左舷追越"),
    ],
)
def test_turned_words_are_the_plain_ones_of_the_other_side(one, other):
    """What one ship says, turned round, is what the other says; turned twice it is itself."""
    assert turned(tokens(one)) == plain(tokens(other))
    assert turned(turned(tokens(one))) == plain(tokens(one))


def test_a_ship_of_japan_is_nobody():
    """The character before "ship" in 日本船 is the end of a name, and a mine is a mine."""
    assert tuple("日本船") == plain(tokens("日本船"))
    assert ("mine",) == plain(("mine",))


def test_changed_names_the_places_and_refuses_what_is_half_turned():
    """All turned: their places; none: nothing; one of two, or the owner of a side alone: not clear."""
    sent = ("you", "pass", "me")
    assert (0, 2) == changed(sent, ("i", "pass", "you"))
    assert () == changed(sent, sent)
    assert changed(sent, ("i", "pass", "me")) is None
    assert changed(("my", "port", "side"), ("your", "port", "side")) is None
    assert (0,) == changed(("my", "course"), ("your", "course"))
