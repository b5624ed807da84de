"""The exchange carried by hand, by the command that a person types: two nodes that never have a line."""

import json

import pytest

from deskside import at_work, fill, key_file, run, signed
from searoom import officer
from searoom.signals import forms

BOOK = forms.load()


@pytest.fixture
def nodes(stage):
    """Both nodes; amber has said something with two officers, and no line works."""
    with at_work(stage) as services:
        node = services["amber"].node
        node.submit(*signed(stage, node, fill("hotline-message", {"text": "Your course?"}), "amber-1", "amber-2"))
        yield services


def write(stage, capsys, giver, taker, folder, *more):
    """Write a stick; return its files."""
    code, out, err = run(
        capsys, "bundle", "write", stage.folder(giver), "--to", taker, "--out", folder, "--json", *more
    )
    assert (0, "") == (code, err)
    return json.loads(out)["files"]


def read(stage, capsys, party, files, *more):
    """Read files; return the exit code and what came of it."""
    code, out, _ = run(capsys, "bundle", "read", stage.folder(party), *files, "--json", *more)
    return code, json.loads(out)


def test_words_are_delivered_recorded_and_answered_by_hand_alone(stage, nodes, capsys, tmp_path):
    """There, back, there, back: receipt, countersignatures, a reading; and handed over is noted as by hand."""
    files = write(stage, capsys, "amber", "coral", tmp_path / "1")
    code, came = read(stage, capsys, "coral", files, "--answer", tmp_path / "2")
    assert (0, {"amber": 1, "coral": 1}) == (code, came["gained"])
    code, came = read(stage, capsys, "amber", came["answers"][0]["files"], "--answer", tmp_path / "3")
    assert (0, {"coral": 1}) == (code, came["gained"])
    said = json.loads(run(capsys, "status", stage.folder("amber"), "--json")[1])
    assert 1 == said["recorded"]["amber by coral"]
    _, out, _ = run(capsys, "show", stage.folder("amber"), "amber/0")
    assert "Handed over" in out
    assert "by hand" in [filled.fields["carrier"] for _, filled in nodes["amber"].node.notebook.notes("handed-over")]
    read(stage, capsys, "coral", came["answers"][0]["files"])
    officer.say(
        stage.folder("coral"),
        key_file(stage, "coral-1"),
        fill("read", {}, channel="hotline", reply_to=("amber", 0)),
        BOOK,
    )
    read(stage, capsys, "amber", write(stage, capsys, "coral", "amber", tmp_path / "4"))
    reached = nodes["amber"].node.account().message(("amber", 0))
    assert reached.ref == ("amber", 0)
    _, out, _ = run(capsys, "show", stage.folder("amber"), "amber/0")
    assert "Read" in out


def test_small_parts_in_any_order_are_one_command(stage, nodes, capsys, tmp_path):
    """Files of a few kilobytes, named backwards and twice: all of it is there after one reading."""
    node = nodes["amber"].node
    for number in range(6):
        filled = fill("hotline-message", {"text": f"{number} " + "x" * 3000})
        node.submit(*signed(stage, node, filled, "amber-1", "amber-2"))
    files = write(stage, capsys, "amber", "coral", tmp_path / "1", "--part-bytes", "20000")
    assert len(files) >= 3
    code, came = read(stage, capsys, "coral", [*reversed(files), *files])
    assert (0, 7, [], {}) == (code, came["gained"]["amber"], came["waiting"], came["refused"])
    assert 7 == nodes["coral"].node.record.recorded("amber", "coral")


def test_a_person_reads_what_came_and_what_is_missing(stage, nodes, capsys, tmp_path):
    """In words: new entries, what waits for another part, and the files of the answer."""
    node = nodes["amber"].node
    for number in range(4):
        filled = fill("hotline-message", {"text": f"{number} " + "x" * 3000})
        node.submit(*signed(stage, node, filled, "amber-1", "amber-2"))
    files = write(stage, capsys, "amber", "coral", tmp_path / "1", "--part-bytes", "20000")
    code, out, _ = run(capsys, "bundle", "read", stage.folder("coral"), files[-1])
    assert 0 == code
    assert "nothing new" in out
    assert "read it again with the other parts" in out
    code, out, _ = run(capsys, "bundle", "read", stage.folder("coral"), *files, "--answer", tmp_path / "2")
    assert 0 == code
    assert "log of amber: 5 new entries" in out
    assert "wrote " in out
    assert "for amber: " in out
    code, out, _ = run(capsys, "bundle", "write", stage.folder("amber"), "--to", "coral", "--out", tmp_path / "3")
    assert 0 == code
    assert "for coral: 5 entries" in out


def test_a_file_that_is_no_part_is_refused_with_exit_code_3(stage, nodes, capsys, tmp_path):
    """Nothing is changed; among others it is named, and the others are read."""
    bad = tmp_path / "bad.bundle"
    bad.write_bytes(b"nonsense")
    code, _, err = run(capsys, "bundle", "read", stage.folder("coral"), bad)
    assert 3 == code
    assert "Traceback" not in err
    files = write(stage, capsys, "amber", "coral", tmp_path / "1")
    code, came = read(stage, capsys, "coral", [bad, *files])
    assert (6, {str(bad)}, 1) == (code, set(came["refused"]), came["gained"]["amber"])
    assert 3 == run(capsys, "bundle", "read", stage.folder("coral"), tmp_path / "none")[0]
    with bad.open("wb") as file:
        file.truncate(9 << 20)
    code, _, err = run(capsys, "bundle", "read", stage.folder("coral"), bad)
    assert (3, True) == (code, "longer than any part" in err)


def test_a_stick_for_somebody_else_is_refused(stage, nodes, capsys, tmp_path):
    """Amber's own stick for coral, given to amber."""
    files = write(stage, capsys, "amber", "coral", tmp_path / "1")
    code, _, err = run(capsys, "bundle", "read", stage.folder("amber"), *files)
    assert 3 == code
    assert "is for 'coral'" in err


def test_nobody_writes_for_a_stranger(stage, nodes, capsys, tmp_path):
    """One sentence, and no file."""
    code, _, err = run(capsys, "bundle", "write", stage.folder("amber"), "--to", "pearl", "--out", tmp_path / "1")
    assert 3 == code
    assert "no counterpart" in err
    assert [] == list((tmp_path / "1").iterdir())


def test_help_shows_examples(capsys):
    """How to write and how to read."""
    with pytest.raises(SystemExit) as ended:
        run(capsys, "bundle", "--help")
    assert 0 == ended.value.code
    out = capsys.readouterr().out
    assert "searoom bundle write" in out
    assert "searoom bundle read" in out
