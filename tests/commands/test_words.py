"""The command `signal`: meaning in three languages, what is never offered, and how to say it by voice."""

import json
import wave

import pytest

from deskside import run


def test_meaning_review_and_source(capsys):
    """Three languages of equal rank, each with the state of its review, and where the row comes from."""
    code, out, _ = run(capsys, "signal", "EV1")

    lines = out.splitlines()
    assert 0 == code
    assert lines[0].startswith("EV1  (ics, version ")
    assert ["en", "ja", "zh"] == [each[2:4] for each in lines[1:4]]
    assert all("[" in each for each in lines[1:4])
    assert any(each.startswith("  source: ") for each in lines)


def test_an_announcement_says_that_the_officer_decides(capsys):
    """A row that announces our own intention says when it is offered."""
    _, out, _ = run(capsys, "signal", "V-N8")

    assert "announces our own intention (slow-down): offered once the officer has entered it" in out
    assert "needs speed" in out


def test_an_order_is_explained_and_never_offered(capsys):
    """In all three languages."""
    code, out, _ = run(capsys, "signal", "L")

    assert 0 == code
    after = out.split("NEVER OFFERED:")[1].splitlines()[1:4]
    assert ["en", "ja", "zh"] == [each[2:4] for each in after]


@pytest.mark.parametrize("lang", ["en", "ja", "zh"])
def test_a_script_in_each_language(capsys, lang):
    """Who is called comes first, then who calls."""
    code, out, _ = run(capsys, "signal", "V-Q1", "--to", "CORAL 34", "--from", "AMBER 21", "--lang", lang, "--exercise")

    assert 0 == code
    script = out.split("by voice:")[1]
    assert script.index("CORAL") < script.index("AMBER")


@pytest.mark.parametrize("words", [("V-N1", "--to", "A"), ("V-N1", "--from", "A"), ("V-N8", "--set", "speed=10")])
def test_unusable_arguments(capsys, words):
    """A script needs both names."""
    with pytest.raises(SystemExit) as ended:
        run(capsys, "signal", *words)
    assert 2 == ended.value.code


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("V-Q11",), "V-Q1"),
        (("V-F1", "--to", "A", "--from", "B"), "speed"),
        (("V-N8", "--to", "A", "--from", "B", "--set", "speed=10"), "--intention slow-down"),
        (("V-F1", "--to", "A", "--from", "B", "--set", "speed"), "NAME=VALUE"),
        (("V-F1", "--to", "A", "--from", "B", "--set", "speed=10", "--set", "colour=red"), "colour"),
        (("--situation", "at the dentist"), "situation"),
    ],
)
def test_what_is_not_there_is_told(capsys, words, said):
    """A code with near ones, a value that is missing or unknown, a situation that is none."""
    code, out, err = run(capsys, "signal", *words)

    assert (3, "") == (code, out)
    assert said in err


def test_without_a_code_everything_offered_is_listed(capsys):
    """All that may be said, and nothing that is never offered."""
    code, out, _ = run(capsys, "signal", "--json")
    rows = json.loads(out)

    assert 0 == code
    assert all(row["offered"] for row in rows)
    assert {"EV1", "V-Q1"} <= {row["code"] for row in rows}
    assert not {"L", "SO", "PS", "YV1"} & {row["code"] for row in rows}


def test_a_situation_lists_what_is_offered(capsys):
    """No order among it, no announcement without the decision; with it, that announcement too."""
    code, out, _ = run(capsys, "signal", "--situation", "overtaking", "--json")
    decided = json.loads(
        run(capsys, "signal", "--situation", "overtaking", "--intention", "overtake-port", "--json")[1]
    )

    rows = json.loads(out)
    assert 0 == code
    assert all(row["offered"] and not row["intention"] for row in rows)
    assert {"overtake-port"} == {row["intention"] for row in decided if row["intention"]}


def test_a_situation_for_a_person_has_three_languages(capsys):
    """Three lines a row."""
    _, out, _ = run(capsys, "signal", "--situation", "diver")

    assert len(out.splitlines()) % 3 == 0
    assert out.splitlines()[0].split()[0]


def test_nobody_reads_out_what_nobody_reviewed(capsys):
    """Outside an exercise there is no script in words that no native officer signed; English is there."""
    code, out, err = run(capsys, "signal", "V-Q1", "--to", "CORAL 34", "--from", "AMBER 21", "--lang", "zh")
    assert (3, "") == (code, out)
    assert "signed the words" in err


def test_every_means_of_sending(capsys, tmp_path):
    """Voice on another channel, flags as a drawing, the lamp to see and to hear, sentences for the transponder."""
    svg, wav = tmp_path / "hoist.svg", tmp_path / "lamp.wav"
    code, out, _ = run(
        capsys, "signal", "OJ", "--set", "bearing=310", "--set", "distance=1.5", "--to", "CORAL 34", "--from", "AMBER 21",
        "--working", "06", "--bad-line", "--flags", svg, "--light", "--wav", wav, "--ais", "412000001",
    )  # fmt: skip
    assert 0 == code
    assert "SHIFT TO CHANNEL NADAZERO SOXISIX" in out
    assert "ALFA + PENNANT 3 + PENNANT 1 + PENNANT 0" in out
    assert "!AIABM,3,1,0,412000001,0,12," in out
    assert "--- .---" in out
    assert svg.read_text(encoding="utf-8").startswith("<svg ")
    with wave.open(str(wav)) as file:
        assert (1, 2, 8000) == (file.getnchannels(), file.getsampwidth(), file.getframerate())
        assert 47 == file.getnframes() // file.getframerate()


def test_an_aircraft_is_called_on_the_guard_frequency(capsys):
    """121.5 or 243.0 MHz, and an agreed phrase twice."""
    _, out, _ = run(
        capsys, "signal", "ICAO-C1", "--books", "icao", "--to", "SEA 1", "--from", "SEA 2", "--guard", "243.0"
    )
    assert "TWO FOUR THREE DECIMAL ZERO MEGAHERTZ" in out
    assert "CALL SIGN, CALL SIGN." in out


def test_a_sound_signal_shows_its_blasts(capsys):
    """How long, how many, and how soon again."""
    _, out, _ = run(capsys, "signal", "R35C")
    assert "prolonged 5s (1.5s) short 1s (1s) short 1s" in out
    assert "again within 120 s" in out


def test_two_keys_lead_to_a_row(capsys):
    """A situation lists its lines; the second key shows the row, and says what was decided."""
    code, out, _ = run(capsys, "signal", "--keys", "f", "--lang", "ja")
    assert (0, True) == (code, "右に転針する" in out.splitlines()[1])
    code, out, _ = run(capsys, "signal", "--keys", "f1")
    assert (0, "decided: turn to starboard") == (code, out.splitlines()[0])
    assert out.splitlines()[1].startswith("V-N2")
    assert 3 == run(capsys, "signal", "--keys", "f9")[0]


def test_what_was_heard_and_seen_is_shown_in_words(capsys):
    """A garbled line, a group alone, a hoist from the bottom: the candidates with their words, and whether it is certain."""
    code, out, _ = run(capsys, "signal", "--heard", "what manoeuvres do you intend")
    assert (0, True) == (code, out.startswith("IS RT1: "))
    _, out, _ = run(capsys, "signal", "--heard", "ZL")
    assert out.startswith("may be ZL: ")
    assert "NOT understood" in out
    _, out, _ = run(capsys, "signal", "--hoist", "pennant 1, tango, romeo", "--json")
    assert [("RT1", False)] == [(each["code"], each["certain"]) for each in json.loads(out)]
    assert (1, "no signal of the books in force is like this\n") == run(capsys, "signal", "--heard", "lovely weather")[
        :2
    ]


def test_words_are_found_in_every_language(capsys):
    """And what is never offered is found and says so."""
    assert "V-N2" in run(capsys, "signal", "--find", "右 転針")[1]
    assert "NEVER OFFERED" in run(capsys, "signal", "--find", "stop your vessel")[1]
