"""Words of sovereignty in a safety message are marked, coordinates are offered, and nothing is changed."""

import pytest

from searoom.obligations.agreement import load
from searoom.obligations.sovereignty import MARKED, advise, marks
from searoom.signals.forms import from_text
from told import BOOK, MACM

WATERS = load("contested-waters", BOOK)


@pytest.mark.parametrize(
    ("lang", "text", "words"),
    [
        (
            "en",
            "You are in our territorial sea. Leave the amber islands.",
            ["our territorial sea", "Leave", "the amber islands"],
        ),
        ("en", "My course is 045, speed 12 knots, I keep two miles clear.", []),
        ("en", "You have violated our airspace illegally", ["violated", "our airspace"]),
        ("ja", "ここはわが国の領海である。直ちに退去せよ。", ["わが国の領海", "退去"]),
        ("ja", "本艦の針路は045度、速力12ノット。", []),
        ("zh", "你已进入我国领海，请立即离开。", ["我国领海", "离开"]),
        ("zh", "我舰航向045，航速12节。", []),
        ("zh", "珊瑚群岛附近，请注意", ["珊瑚群岛"]),
    ],
)
def test_marks_words_and_leaves_safety_alone(lang, text, words):
    """Whose it is, orders, verdicts and names of places; course and speed are what safety needs."""
    found = marks(text, lang, WATERS)

    assert words == [mark.word for mark in found]
    assert all(text[mark.start : mark.end] == mark.word for mark in found)
    assert all(mark.word in mark.sentence and mark.offer in mark.sentence for mark in found)


def test_offers_bare_coordinates_for_a_name():
    """Both parties' names of a place get the same coordinates."""
    (one,), (other,) = marks("near the amber islands", "en", WATERS), marks("near the coral islands", "en", WATERS)

    assert one.offer == other.offer
    assert "25-45.000N 123-30.000E" in one.offer
    assert {"en", "ja", "zh"} == set(MARKED)
    assert () == marks("near the amber islands", "en", MACM)


def test_the_words_of_a_form_that_leaves_are_advised_of():
    """Each marked word of a text is advice about its field; a national note and bare coordinates give none."""
    book, form = BOOK, BOOK.form("hotline-message")
    said = from_text(book, form.name, {"text": "Leave our territorial sea."})
    bare = from_text(book, form.name, {"text": "Our unit is at 30-15.0N 125-40.0E."})

    assert [("text", True), ("text", True)] == [
        (one.where, "You decide" in one.sentence) for one in advise(said, form, WATERS)
    ]
    assert () == advise(bare, form, WATERS)
