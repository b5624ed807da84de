"""A signal by every means, and the few presses that lead to it: the library decides what may be said, and its sentence is shown."""

import pytest

from searoom.console.contact import speaking
from searoom.console.contact.speaking import Call
from searoom.errors import NotAllowed
from searoom.signals import codebook, situations
from searoom.signals.tables import LANGUAGES

BOOK = codebook.load()
REAL = Call("CORAL 34", "AMBER 21")
EXERCISE = Call("CORAL 34", "AMBER 21", exercise=True)


def test_outside_exercises_unreviewed_words_are_not_to_be_read_aloud():
    """English is; Japanese and Chinese words that no officer signed are shown with why they are not."""
    said = {one.lang: one for one in speaking.speak(BOOK.row("V-Q1"), {}, REAL).words}

    assert said["en"].script is not None
    assert [None, None] == [said[lang].script for lang in ("ja", "zh")]
    assert all("has signed the words of V-Q1" in said[lang].why for lang in ("ja", "zh"))
    assert {"unreviewed"} == {said[lang].review for lang in ("ja", "zh")}


def test_in_an_exercise_every_script_says_so():
    """Three times, before anything else, in each language; the AIS text too."""
    spoken = speaking.speak(BOOK.row("V-Q1"), {}, EXERCISE)

    assert ["EXERCISE, EXERCISE, EXERCISE.", "訓練、訓練、訓練。", "演习，演习，演习。"] == [
        one.script.lines[0] for one in spoken.words
    ]
    assert spoken.ais[""].lines[0].startswith("EXERCISE EXERCISE. ")


def test_a_value_that_is_lacking_leaves_its_place_in_the_words():
    """The words are there at once, in each language; the script waits for the figure."""
    spoken = speaking.speak(BOOK.row("V-N2"), {}, REAL)

    assert not spoken.ready
    assert ["course"] == [one.name for one in spoken.lacking]
    assert all(one.text and one.script is None for one in spoken.words)


def test_a_value_typed_wrong_is_said_and_not_spoken():
    """The sentence of the library, and no script with a wrong figure."""
    spoken = speaking.speak(BOOK.row("V-N2"), {"course": "400"}, REAL)

    assert "'400' does not fit" in spoken.wrong
    assert not spoken.ready
    assert {None} == {one.script for one in spoken.words}


def test_each_means_is_there_or_says_why_not():
    """Flags, light, sound and AIS of rows that have them; of a sentence, the reason why it has none."""
    hoisted = speaking.speak(BOOK.row("RT1"), {}, REAL)
    blast = speaking.speak(BOOK.row("R34A1"), {}, REAL)
    plain = speaking.speak(BOOK.row("V-Q1"), {}, Call("CORAL 34", "AMBER 21", mmsi="412000001"))

    assert hoisted.flags.picture.startswith("<svg")
    assert hoisted.light.beats
    assert blast.sound.beats
    assert "no flags" in plain.flags.why
    assert "no sound signal" in plain.sound.why
    assert ["412000001", ""] == list(plain.ais)
    assert plain.ais["412000001"].lines[1].startswith("!AIABM,")


def test_what_is_never_offered_carries_the_librarys_reason():
    """The opening of a special table stands in the book to be recognised; no means gives it words."""
    spoken = speaking.speak(BOOK.row("YV1"), {}, EXERCISE)

    assert {None} == {one.script for one in spoken.words}
    assert all("never offered" in one.why for one in spoken.words)
    assert all(way.why for way in (spoken.flags, spoken.light, spoken.sound, *spoken.ais.values()))


@pytest.mark.parametrize("one", situations.situations(), ids=lambda one: one.name)
def test_two_keys_lead_from_a_situation_to_words_in_each_language(one):
    """Counted for each line of all twenty: one key for the situation, one for the row, and the words are there."""
    for choice, row in speaking.menu(BOOK, one.key):
        assert (row, choice.intention) == situations.press(BOOK, one.key + choice.key)
        spoken = speaking.speak(row, {}, EXERCISE)
        assert list(LANGUAGES) == [each.lang for each in spoken.words if each.text]
        assert spoken.ready or row.parameters


def test_values_come_from_the_fields_of_the_page():
    """Only those that the row has, without blanks around them; an empty box is lacking."""
    row = BOOK.row("V-F2")

    assert {"bearing": "310"} == speaking.values_of(row, {"v-bearing": " 310 ", "v-distance": " ", "v-other": "1"})


def test_a_bad_name_is_told_with_the_librarys_sentence():
    """Markup in a name is no name that can be called."""
    spoken = speaking.speak(BOOK.row("V-Q1"), {}, Call("<b>", "AMBER 21"))

    assert "no name that can be called" in spoken.words[0].why
    with pytest.raises(NotAllowed):
        BOOK.row("NO SUCH")
