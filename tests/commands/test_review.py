"""Tests of the command `review`: the same hash on both nodes, files by their endings, and refusals in a sentence."""

import json

import pytest

from deskside import at_work, fill, meet, run, signed


@pytest.fixture
def met(stage):
    """Both nodes' folders with the same record; neither runs."""
    with at_work(stage) as nodes:
        node = nodes["amber"].node
        node.submit(*signed(stage, node, fill("hotline-message", {"text": "Your course?"}), "amber-1", "amber-2"))
        meet(nodes)
    return stage


def test_both_folders_give_the_same_file(met, capsys, tmp_path):
    """Two nodes that do not run, each by its own store and keys."""
    said = set()
    for party in ("amber", "coral"):
        code, out, _ = run(capsys, "review", met.folder(party), "--year", "2026", "--out", tmp_path / f"{party}.json")
        said.add(out.splitlines()[-1])
        assert 0 == code
    assert (tmp_path / "amber.json").read_bytes() == (tmp_path / "coral.json").read_bytes()
    assert 1 == len(said)


def test_files_are_what_their_endings_say(met, capsys, tmp_path):
    """Page, tables, data and PDF, in the language that is asked for."""
    names = ["r.json", "r.html", "r.csv"]
    outs = [word for name in names for word in ("--out", tmp_path / name)]
    code, out, _ = run(
        capsys, "review", met.folder("amber"), "--year", "2026", "--lang", "ja", *outs, "--pdf", tmp_path / "r.pdf"
    )
    assert (0, 4) == (code, out.count("wrote "))
    assert "年次レビュー" in (tmp_path / "r.html").read_text()
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "r.csv").read_text().startswith("section,")
    assert "joint" == json.loads((tmp_path / "r.json").read_text())["edition"]


def test_the_national_edition_has_its_key(met, capsys, tmp_path):
    """It says whose it is."""
    code, _, _ = run(
        capsys, "review", met.folder("coral"), "--year", "2026", "--edition", "national", "--out", tmp_path / "r.json"
    )
    assert (0, "coral") == (code, json.loads((tmp_path / "r.json").read_text())["national"]["party"])


def test_earlier_heads_are_asked_for_by_name(met, capsys):
    """What it is made of stands in what is printed."""
    _, out, _ = run(capsys, "review", met.folder("amber"), "--year", "2026", "--heads", "amber/1")
    assert "made of  amber/1\n" in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--year", "1999"], "has years from 2026"), (["--year", "2026", "--out", "x.doc"], "none of the endings"),
        (["--year", "2026", "--heads", "amber/99999"], "this record holds"), (["--year", "2026", "--heads", "x"], "write it like"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence(met, capsys, words, sentence):
    """Exit code 3, and nothing written."""
    code, _, err = run(capsys, "review", met.folder("amber"), *words)
    assert 3 == code
    assert sentence in err
