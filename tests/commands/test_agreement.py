"""The command `agreement`: each verb in words and for a program, with exit codes that say yes or no."""

import json
import sys

import pytest

from searoom.cli import main

FAULT = """format = 1
id = "ours"
base = "macm"
wording = "model"
exercise = true
signed = 2026-02-01
starts_after_days = 0
books = ["ics", "incsea"]
title = { en = "x", ja = "か" }
"""


def run(capsys, *argv):
    """Return the exit code and what was printed."""
    code = main(["agreement", *argv])
    return code, capsys.readouterr().out


def test_checks_what_ships_and_names_its_sources(capsys):
    """Nothing is wrong with it; each clause and field has its source row."""
    code, out = run(capsys, "check", "roadmap", "--sources")

    assert 0 == code
    assert "nothing is wrong with it" in out
    assert "roadmap-step.item" in out


def test_tells_every_fault_of_a_file_with_its_line(capsys, tmp_path):
    """A book that cannot be in force, a missing language, missing parties: all at once, exit code 1."""
    (tmp_path / "ours.toml").write_text(FAULT, encoding="utf-8")
    code, out = run(capsys, "check", str(tmp_path / "ours.toml"))

    assert 1 == code
    for place in (
        "ours.toml:8: books: 'incsea' cannot be put in force",
        "ours.toml:9: title: 'zh' is missing",
        "parties' is missing",
    ):
        assert place in out
    found = json.loads(run(capsys, "check", str(tmp_path / "ours.toml"), "--json")[1])
    assert 4 <= len(found["findings"])
    assert 3 == main(["agreement", "check", str(tmp_path / "nothing.toml")])


@pytest.mark.parametrize(("lang", "words"), [("en", "Silence:"), ("ja", "沈黙："), ("zh", "沉默：")])
def test_explains_a_pack_in_each_language(capsys, lang, words):
    """As prose, and for a program."""
    code, out = run(capsys, "explain", "contested-waters", "--lang", lang)

    assert 0 == code
    assert words in out
    assert lang == json.loads(run(capsys, "explain", "escort", "--lang", lang, "--json")[1])["lang"]


def test_compares_two_versions(capsys):
    """1 where they differ, 0 where they say the same."""
    assert (0, "They say the same.\n") == run(capsys, "diff", "macm", "macm")
    code, out = run(capsys, "diff", "macm", "demo")
    assert 1 == code
    assert "clause line-test, trigger, start" in out
    assert "id" == json.loads(run(capsys, "diff", "macm", "demo", "--json")[1])[0]["where"]


def test_prints_the_coverage_of_stories(capsys, tmp_path):
    """100 % for what ships; a story of one's own that is wrong is told by file and line."""
    code, out = run(capsys, "coverage", "escort")
    assert (0, True) == (code, "100 % of 3 clauses" in out)
    (tmp_path / "s.txt").write_text(
        "Story: s\nAgreement: escort\nAt 2026-01-20\nThen schedules of amber is met\n", encoding="utf-8"
    )
    code, out = run(capsys, "coverage", "escort", str(tmp_path / "s.txt"))
    assert 1 == code
    assert "4: schedules: the story says 'met', it is 'missed'" in out
    assert 0 == json.loads(run(capsys, "coverage", "escort", str(tmp_path / "s.txt"), "--json")[1])["percent"]
    assert 3 == main(["agreement", "coverage", "demo"])


def test_tells_stories_on_nodes(capsys):
    """With keys, stores and lines the table is the one of the accounts made by hand."""
    assert run(capsys, "coverage", "issues") == run(capsys, "coverage", "issues", "--nodes")


def test_makes_rows_and_marks_words(capsys):
    """Rows with their hashes to take to the table; words of sovereignty, whose sender decides."""
    assert "yearly-look" in run(capsys, "propose", "issues")[1]
    assert 5 == len(json.loads(run(capsys, "propose", "issues", "--json")[1]))
    assert "You decide." in run(capsys, "words", "contested-waters", "Leave our waters.")[1]
    assert (0, "nothing is marked\n") == run(capsys, "words", "contested-waters", "My course is 045.")
    assert [0, 6] == [
        mark["at"] for mark in json.loads(run(capsys, "words", "contested-waters", "Leave our waters.", "--json")[1])
    ]


def test_what_is_due_as_a_calendar(capsys):
    """For an agreement that is meant; never for an exercise."""
    assert 0 == main(["due", "--agreement", "macm", "--ics", "--at", "2026-11-01T00:00:00Z"])
    assert capsys.readouterr().out.startswith("BEGIN:VCALENDAR\r\n")
    assert 3 == main(["due", "--agreement", "demo", "--ics"])
    assert "searoom.commands.agreement" in sys.modules


def test_shows_how_each_row_stands_by_a_record(capsys, amber):
    """While nobody has said anything each row stands nowhere, in words and for a program."""
    amber.close()
    folder = str(amber.folder)
    code, out = run(capsys, "proposals", folder, "contested-waters")
    _, told = run(capsys, "proposals", folder, "--json")

    assert 0 == code
    assert "not all have said" in out
    assert "adopted by its hash: nobody" in out
    assert {""} == {row["stands"] for row in json.loads(told)["rows"]}
