"""Personal data over the real line of two nodes, and their erasure: here, for good, and everything still verifies."""

import io
import json
import sys

import pytest

from deskside import BOOK, at_work, fill, key_file, meet, run
from searoom import officer
from searoom.record.verify import verify_folder

VISIT = {
    "visit": "A",
    "host": "coral",
    "from": "2026-07-01",
    "to": "2026-07-05",
    "size": "2",
    "persons": "A. Arden; Z. Quill",
}


@pytest.fixture
def nodes(stage):
    """Both nodes; amber's two officers have named who comes, and both hold the names, sealed and apart."""
    with at_work(stage) as services:
        folder = stage.folder("amber")
        draft = officer.say(folder, key_file(stage, "amber-1"), fill("visit-delegation", VISIT), BOOK).draft
        officer.release(folder, key_file(stage, "amber-2"), officer.look(folder, draft, BOOK))
        meet(services)
        meet(services)
        yield services


def shown(stage, capsys, party):
    """Return what a person of this party reads of the message."""
    return run(capsys, "show", stage.folder(party), "amber/0")[1]


def erase(stage, capsys, *more, party="amber", field="persons", person="amber-1"):
    """Erase the names."""
    return run(capsys, "erase", stage.folder(party), "amber/0", field, "--key", key_file(stage, person), *more)


def test_names_go_over_the_line_and_are_opened_there(stage, nodes, capsys):
    """What the other node asks for by the hash in the record it opens, compares, keeps and shows."""
    assert "Z. Quill" in shown(stage, capsys, "amber")
    assert "Z. Quill" in shown(stage, capsys, "coral")


def test_annexes_of_other_bytes_are_not_kept(stage, nodes, capsys):
    """A mail that hands over something else than the hash names is refused by whoever opens it."""
    coral, amber = nodes["coral"].node.postbox, nodes["amber"].node.postbox
    reference = nodes["amber"].node.account().message(("amber", 0)).filled.fields["persons"]
    data = amber.annex("coral", reference)
    nodes["coral"].node.stores()[0].drop("annex", reference)
    with pytest.raises(Exception, match="."):
        coral.got_annex("amber", reference, data[:-1] + bytes([data[-1] ^ 1]))
    assert "Z. Quill" not in shown(stage, capsys, "coral")
    meet(nodes)
    assert "Z. Quill" in shown(stage, capsys, "coral")


def test_what_was_erased_is_gone_and_everything_still_verifies(stage, nodes, capsys, tmp_path):
    """It reads [erased] here, stays readable there, is not fetched again, and the export proves itself as before."""
    code, out, _ = erase(stage, capsys, "--yes")
    assert (0, True) == (code, "erased 'persons' of amber/0" in out)
    meet(nodes)
    said = shown(stage, capsys, "amber")
    assert ("[erased]" in said, "Quill" in said) == (True, False)
    assert "Z. Quill" in shown(stage, capsys, "coral")
    run(capsys, "export", stage.folder("amber"), tmp_path / "record")
    assert 2 == verify_folder(tmp_path / "record").entries
    assert not any(b"Quill" in path.read_bytes() for path in (tmp_path / "record").rglob("*") if path.is_file())


def test_the_national_log_says_who_erased_what_and_when(stage, nodes, capsys):
    """Entry, field, person and time; it never leaves the node."""
    code, out, _ = erase(stage, capsys, "--yes", "--json", person="amber-2")
    assert {"erased": "persons", "entry": "amber/0", "by": "amber-2"} == json.loads(out)
    node = nodes["amber"].node
    ((_, note),) = node.notebook.notes("erased")
    assert (("amber", 0), "persons", "amber-2", node.now()) == tuple(note.fields.values())
    assert 0 == code


@pytest.mark.parametrize("field", ["size", "none"])
def test_only_what_stands_apart_can_be_erased(stage, nodes, capsys, field):
    """What was signed stays; nothing is noted."""
    code, _, err = erase(stage, capsys, "--yes", field=field)
    assert (3, True) == (code, "stands apart from what was signed" in err)
    assert [] == list(nodes["amber"].node.notebook.notes("erased"))


def test_it_asks_before_it_erases(stage, nodes, capsys, monkeypatch):
    """No erases nothing; yes does; where nobody can be asked, --yes is needed."""

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    code, _, err = erase(stage, capsys)
    assert (3, True) == (code, "--yes" in err)
    for answer, expected in (("n\n", 1), ("\n", 1), ("y\n", 0)):
        assert "Z. Quill" in shown(stage, capsys, "amber")
        monkeypatch.setattr(sys, "stdin", Terminal(answer))
        assert expected == erase(stage, capsys)[0]
    assert "[erased]" in shown(stage, capsys, "amber")


def test_a_stranger_s_key_erases_nothing(stage, nodes, capsys):
    """Only an officer of ours."""
    assert 3 == erase(stage, capsys, "--yes", person="coral-1")[0]
    assert "Z. Quill" in shown(stage, capsys, "amber")


def test_a_backup_from_before_still_holds_it(stage, nodes, capsys, tmp_path):
    """As its help says: the sealed data are in the backup, and no longer in the store."""
    reference = nodes["amber"].node.account().message(("amber", 0)).filled.fields["persons"]
    data = nodes["amber"].node.stores()[0].get("annex", reference)
    run(capsys, "backup", stage.folder("amber"), tmp_path / "old")
    erase(stage, capsys, "--yes")
    assert data in (tmp_path / "old" / "shared.db").read_bytes()
    assert data not in (stage.folder("amber") / "shared.db").read_bytes()
