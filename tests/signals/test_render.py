"""Voice scripts that a person can read aloud."""

import pytest

from bench.garbled import values
from searoom.errors import NotAllowed
from searoom.signals import codebook
from searoom.signals.codebook import Reviewed
from searoom.signals.render import check_decided, voice_script
from searoom.signals.tables import LANGUAGES

BOOK = codebook.load()


def script(code, **more):
    row = BOOK.row(code)
    return voice_script(row, values(row), to="Coral 34", sender="Amber 21", **more)


def drilled(row, lang="en"):
    """Return the script of a row as it is read out in an exercise, in whatever language."""
    return voice_script(row, values(row), to="CORAL 34", sender="AMBER 21", lang=lang, exercise=True)


def test_order_of_the_parts():
    """Call on channel 16, then addressee, originator, group, marker with text, over."""
    assert (
        "CORAL THREE FOUR, CORAL THREE FOUR, THIS IS AMBER TWO ONE, AMBER TWO ONE, CHANNEL ONE SIX, OVER.",
        "CORAL THREE FOUR, THIS IS AMBER TWO ONE.",
        "INTERCO ROMEO TANGO ONE.",
        "QUESTION. What manoeuvres do you intend?",
        "OVER.",
    ) == script("RT1").lines
    assert script("RT1").text == " ".join(script("RT1").lines)
    assert script("RT1").words == "QUESTION. What manoeuvres do you intend?"


def test_ends_with_out_where_no_answer_is_expected():
    """OVER asks for an answer, OUT ends the exchange."""
    assert script("UW1", answer_expected=False).lines[-1] == "OUT."


def test_figures_are_spoken_one_by_one():
    """Every value is spelled, and stays in figures where it is logged."""
    assert "my speed is ONE EIGHT knots" in script("V-F1").text
    assert "ZERO FOUR FIVE degrees" in script("V-F1").text
    assert script("V-F1").words == "INFORMATION. My course is 045 degrees, my speed is 18 knots."
    assert "ONE DECIMAL FIVE nautical miles" in script("V-N6").text
    assert "ZERO FOUR ZERO FIVE ZULU" in script("V-F8").text
    assert (
        "THREE TWO DEGREES ONE ZERO DECIMAL FIVE MINUTES NORTH, ONE SIX FIVE DEGREES TWO ZERO DECIMAL ZERO MINUTES WEST"
    ) in script("EV").text


def test_one_is_not_spoken_as_many():
    """ONE minute, and a language by its name in the language that is spoken."""
    row = BOOK.row("V-W1")
    spoken = voice_script(row, {"distance": "1", "minutes": "1"}, to="CORAL 34", sender="AMBER 21")
    assert "closest approach ONE nautical mile in ONE minute." in spoken.text
    assert "1 nautical mile in 1 minute." in spoken.words
    assert "with me in English?" in script("V-Q5").text
    assert "英語で通話" in script("V-Q5", lang="ja", exercise=True).text


def test_plain_sentences_have_no_group():
    """A plain sentence is spoken as it stands; its number in our book is nobody's code."""
    assert "INTERCO" not in script("V-N1").text
    assert "V-N1" not in script("V-N1").text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_offered_row_can_be_spoken(lang):
    """Each row that is offered has a script in each language, without a blank left in it."""
    for row in BOOK.offered():
        spoken = drilled(row, lang)
        assert "{" not in spoken.text + spoken.words, row.code
        assert set(LANGUAGES) == set(spoken.meaning)
        assert spoken.review == row.review[lang]


def test_other_languages_have_their_own_procedure_words():
    """Japanese and Chinese calls use their own words in the same order, and say that nobody reviewed them."""
    ja = script("RT1", lang="ja", exercise=True)
    assert (ja.lines[2], ja.lines[3], ja.lines[-1]) == (
        "CORAL 34、こちらはAMBER 21。", "質問。貴船はどのような操船をするつもりですか。", "どうぞ。",
    )  # fmt: skip
    zh = script("RT1", lang="zh", exercise=True, answer_expected=False)
    assert (zh.lines[2], zh.lines[-1], zh.review) == ("CORAL 34，这里是AMBER 21。", "通话完毕。", "unreviewed")


@pytest.mark.parametrize("code", ["L", "SNO", "PP7", "YV1"])
def test_refuses_what_is_never_offered(code):
    """No script exists for an order, a threat or a table that is not in force; the advice says why."""
    with pytest.raises(NotAllowed, match="never offered") as refused:
        voice_script(BOOK.row(code), {}, to="CORAL 34", sender="AMBER 21")
    assert refused.value.advice() == BOOK.row(code).why_not["en"]


@pytest.mark.parametrize("name", ["", "  ", "A{to}", "x" * 60, "A\x07B", "-", "\u202eAMBER"])
def test_refuses_a_name_that_cannot_be_called(name):
    """A name is letters, figures and little else; nothing hidden gets into a script."""
    with pytest.raises(NotAllowed, match="no name"):
        voice_script(BOOK.row("RT1"), {}, to=name, sender="AMBER 21")


def test_refuses_bad_values_and_languages():
    """A script is never made with a value missing or in a language that is not there."""
    with pytest.raises(NotAllowed, match="speed"):
        voice_script(BOOK.row("SG"), {}, to="CORAL 34", sender="AMBER 21")
    with pytest.raises(NotAllowed, match="'fr'"):
        voice_script(BOOK.row("RT1"), {}, to="CORAL 34", sender="AMBER 21", lang="fr")


@pytest.mark.parametrize("lang", ["ja", "zh"])
def test_words_that_nobody_signed_are_read_out_in_exercises_alone(lang):
    """Outside an exercise there is no script of them; once a named officer has signed exactly these words, there is."""
    row = BOOK.row("V-Q1")
    with pytest.raises(NotAllowed, match="signed the words of V-Q1"):
        script("V-Q1", lang=lang)
    signed = BOOK.reviewed((Reviewed("V-Q1", lang, row.wording[lang], "Cdr T. Example"),)).row("V-Q1")
    assert row.wording[lang] in voice_script(signed, {}, to="A", sender="B", lang=lang).text


@pytest.mark.parametrize(
    ("lang", "first"),
    [("en", "EXERCISE, EXERCISE, EXERCISE."), ("ja", "訓練、訓練、訓練。"), ("zh", "演习，演习，演习。")],
)
def test_an_exercise_says_so_first(lang, first):
    """Before anybody is called; outside an exercise no such word is spoken."""
    assert first == script("RT1", lang=lang, exercise=True).lines[0]
    assert "EXERCISE" not in script("RT1").text


def test_aircraft_are_called_on_a_guard_frequency():
    """121.5 or 243.0 MHz; an agreed phrase is sent twice, and its values with it."""
    row = codebook.load(("icao",)).row("ICAO-R1")
    spoken = voice_script(row, {"callsign": "SEA 12"}, to="SEA 1", sender="SEA 12", guard="121.5")
    assert "ONE TWO ONE DECIMAL FIVE MEGAHERTZ" in spoken.lines[0]
    assert "CALL SIGN SEA 12, CALL SIGN SEA 12." == spoken.lines[2]
    with pytest.raises(NotAllowed, match="no guard"):
        script("RT1", guard="70")


def test_after_the_call_both_shift():
    """To a VHF channel or a frequency, said before the message; what is neither is refused."""
    assert (
        "CORAL THREE FOUR, THIS IS AMBER TWO ONE, SHIFT TO CHANNEL ZERO SIX, OVER."
        == script("RT1", working="06").lines[1]
    )
    assert "ONE TWO THREE DECIMAL ONE MEGAHERTZ" in script("RT1", working="123.1").lines[1]
    for wrong in ("six", "6-6", "\u0666", "99999"):
        with pytest.raises(NotAllowed, match="no channel"):
            script("RT1", working=wrong)


def test_a_bad_line_takes_the_words_of_the_code():
    """Figures in names, channels, groups and values, all of them."""
    spoken = script("SG", bad_line=True).text
    assert "UNAONE OKTOEIGHT knots" in spoken
    assert "CHANNEL UNAONE SOXISIX" in spoken
    assert not {"ONE", "EIGHT"} & set(spoken.replace(",", "").split())


@pytest.mark.parametrize("code", ["V-N2", "E", "R34A1"])
def test_our_own_intention_is_entered_first(code):
    """No means of sending announces what no person has decided, and another decision is not this one."""
    for entered in ("", "turn-port"):
        with pytest.raises(NotAllowed, match="not entered that intention"):
            check_decided(BOOK.row(code), entered)
    check_decided(BOOK.row(code), "turn-starboard")
    check_decided(BOOK.row("RT1"), "")
