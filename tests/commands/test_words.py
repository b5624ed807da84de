"""The command `signal`: meaning in three languages, what is never offered, and how to say it by voice."""

import json

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
    code, out, _ = run(capsys, "signal", "V-N1", "--to", "CORAL 34", "--from", "AMBER 21", "--lang", lang)

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
        (("V-N8", "--to", "A", "--from", "B"), "speed"),
        (("V-N8", "--to", "A", "--from", "B", "--set", "speed"), "NAME=VALUE"),
        (("V-N8", "--to", "A", "--from", "B", "--set", "speed=10", "--set", "colour=red"), "colour"),
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
