"""Commands on a node: how it is, what an entry says and how far it came, the joint page, the record."""

import json

import pytest

from deskside import at_work, change_settings, fill, key_file, meet, run, signed
from searoom.desk import asking as desk
from searoom.record.verify import verify_folder


@pytest.fixture
def nodes(stage):
    """Both nodes, with one hotline contact of amber delivered and recorded."""
    with at_work(stage) as services:
        filled = fill("hotline-contact", {"phrase": "message-follows"})
        services["amber"].node.submit(*signed(stage, services["amber"].node, filled, "amber-1"))
        meet(services)
        yield services


def test_status_for_a_person(stage, nodes, capsys):
    """Who, when, how much is held of each log, and when the line last worked."""
    code, out, _ = run(capsys, "status", stage.folder("amber"))

    assert 0 == code
    assert out.startswith("amber  2026-06-03T02:00:00Z  process ")
    assert "  log of coral: 1 entries held\n" in out
    assert "  line to coral: last contact 2026-06-03T02:00:00Z\n" in out


def test_status_says_that_a_line_never_worked_and_why(stage, capsys):
    """Nobody answers: 'never', and the reason."""
    change_settings(stage.folder("amber"))
    with at_work(stage, "amber") as nodes:
        nodes["amber"]._couriers["coral"].last_fault = "nobody is there"
        _, out, _ = run(capsys, "status", stage.folder("amber"))

    assert "last contact never; no contact since, because nobody is there" in out


def test_status_for_a_program(stage, nodes, capsys):
    """The same as JSON."""
    _, out, _ = run(capsys, "status", stage.folder("amber"), "--json")

    assert {"amber": 1, "coral": 1} == json.loads(out)["sizes"]


@pytest.mark.parametrize(("lang", "word"), [("en", "Handed over"), ("ja", "引き渡し済み"), ("zh", "已交付传送")])
def test_show_says_the_words_and_the_states(stage, nodes, capsys, lang, word):
    """Labels and states in the reader's language; handed over is among them, once."""
    code, out, _ = run(capsys, "show", stage.folder("amber"), "amber/0", "--lang", lang)

    assert 0 == code
    assert 1 == out.count(word)


def test_show_of_nothing_is_told(stage, nodes, capsys):
    """No entry there."""
    code, _, err = run(capsys, "show", stage.folder("amber"), "coral/9")

    assert 3 == code
    assert "there is no entry coral/9" in err


def test_joint_page_is_written_alike_by_both(stage, nodes, capsys, tmp_path):
    """Two commands, two files, the same bytes."""
    pages = []
    for party in stage.parties:
        code, out, _ = run(capsys, "joint", stage.folder(party), "--lang", "ja", "--out", tmp_path / f"{party}.html")
        assert 0 == code
        assert f"wrote {tmp_path / party}.html" in out
        pages.append((tmp_path / f"{party}.html").read_bytes())

    assert pages[0] == pages[1]
    assert "琥珀".encode() in pages[0]


def test_a_page_that_cannot_be_written_is_one_sentence(stage, nodes, capsys, tmp_path):
    """A folder that is not there: the place, exit code 5, and no traceback."""
    code, _, err = run(capsys, "joint", stage.folder("amber"), "--out", tmp_path / "none" / "joint.html")

    assert 5 == code
    assert "joint.html" in err
    assert "Traceback" not in err


def test_export_writes_a_record_that_proves_itself(stage, nodes, capsys, tmp_path, monkeypatch):
    """A path is meant from where the person stands, not from where the node runs."""
    monkeypatch.chdir(tmp_path)
    code, out, _ = run(capsys, "export", stage.folder("amber"), "record")

    assert (0, "wrote 2 entries to record\n") == (code, out)
    assert 2 == verify_folder(tmp_path / "record").entries


def test_export_never_overwrites(stage, nodes, capsys, tmp_path):
    """The second export into one folder is refused and changes nothing."""
    run(capsys, "export", stage.folder("amber"), tmp_path / "record")
    before = sorted(path.name for path in (tmp_path / "record").iterdir())
    code, _, err = run(capsys, "export", stage.folder("amber"), tmp_path / "record")

    assert 3 == code
    assert "is there already" in err
    assert before == sorted(path.name for path in (tmp_path / "record").iterdir())


@pytest.mark.parametrize("name", ["status", "show", "joint", "export"])
def test_without_a_node_each_says_so(tmp_path, capsys, name):
    """No node runs there: one sentence and how to start it."""
    more = {"show": ["amber/0"], "joint": ["--out", tmp_path / "x"], "export": [tmp_path / "x"]}.get(name, [])
    code, _, err = run(capsys, name, tmp_path, *more)

    assert 3 == code
    assert "no node is running" in err
    assert "searoom node" in err


def test_watch_shows_what_is_open_and_only_here(stage, nodes, capsys):
    """The encounters that our own sensors have open now, for a person at this desk."""
    desk.ask(stage.folder("amber"), {"do": "tick", "now_us": stage.scenario.start_us})
    code, out, _ = run(capsys, "watch", stage.folder("amber"))

    assert 0 == code
    assert "CORAL 34" in out
    assert "advise" in out


def test_drafts_lists_what_waits_until_it_is_released(stage, nodes, capsys):
    """A draft is listed with its form and who signed it, and no longer once a second person released it."""
    folder = stage.folder("amber")
    said = ["say", folder, "--key", key_file(stage, "amber-1"), "--form", "hotline-message", "--set", "text=Draft."]
    run(capsys, *said)
    waiting = json.loads(run(capsys, "drafts", folder, "--json")[1])
    _, shown, _ = run(capsys, "drafts", folder)
    run(capsys, "release", folder, waiting[0]["draft"], "--key", key_file(stage, "amber-2"), "--yes")
    _, after, _ = run(capsys, "drafts", folder)

    assert [("hotline-message", ["Lt Cdr Arden (Amber)"])] == [(row["form"], row["by"]) for row in waiting]
    assert "signed by Lt Cdr Arden (Amber)" in shown
    assert "  none\n" == after
