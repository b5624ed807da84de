"""Backup and restore, as an operator types them; the node runs, or does not."""

import json
import shutil

import pytest

from deskside import CONTACT, at_work, change_settings, meet, run, signed
from searoom.desk import asking as desk
from searoom.node.node import Node


def say(stage, node, times=1):
    """Let amber say something."""
    for _ in range(times):
        node.submit(*signed(stage, node, CONTACT, "amber-1"))


def away(stage, party):
    """Move a node's stores away, as an operator does before a restore."""
    for path in stage.folder(party).glob("*.db*"):
        path.unlink()


@pytest.fixture
def old(stage, capsys, tmp_path):
    """A backup of amber with one entry, made while it ran; afterwards it said two more, which coral holds."""
    with at_work(stage) as nodes:
        say(stage, nodes["amber"].node)
        meet(nodes)
        code, out, _ = run(capsys, "backup", stage.folder("amber"), tmp_path / "old")
        assert (0, True) == (code, "log of amber: 1 entries" in out)
        say(stage, nodes["amber"].node, 2)
        meet(nodes)
    return tmp_path / "old"


def test_a_backup_holds_both_stores_settings_and_cards_and_no_key(stage, old):
    """Readable by its owner alone; nothing of keys/ is in it."""
    names = sorted(path.relative_to(old).as_posix() for path in old.rglob("*") if path.is_file())
    assert ["cards/amber.card", "cards/coral.card", "national.db", "node.toml", "shared.db"] == names
    assert 0o700 == old.stat().st_mode & 0o777
    assert {0o600} == {path.stat().st_mode & 0o777 for path in old.glob("*.db")}


def test_a_backup_is_never_written_over_another(stage, old, capsys):
    """The name is taken: refused, and nothing is changed."""
    before = (old / "shared.db").read_bytes()
    code, _, err = run(capsys, "backup", stage.folder("amber"), old)
    assert (3, True) == (code, "nothing is overwritten" in err)
    assert before == (old / "shared.db").read_bytes()


def test_a_node_that_does_not_run_is_backed_up_too(stage, capsys, tmp_path):
    """The same command, without a desk."""
    with at_work(stage, "amber") as nodes:
        say(stage, nodes["amber"].node, 2)
    code, out, _ = run(capsys, "backup", stage.folder("amber"), tmp_path / "idle", "--json")
    assert (0, 2) == (code, json.loads(out)["sizes"]["amber"])


def test_a_backup_that_breaks_off_leaves_no_trace(stage, capsys, tmp_path):
    """A folder that is missing: one sentence, exit code 5."""
    with at_work(stage, "amber"):
        code, _, err = run(capsys, "backup", stage.folder("amber"), tmp_path / "none" / "b")
    assert (5, False) == (code, "Traceback" in err)
    assert not (tmp_path / "none").exists()


def test_a_restored_node_says_nothing_until_it_was_compared_and_heals(stage, old, capsys):
    """Marked, silent, filled from coral's copy, and then it goes on; nothing is lost and nothing forks."""
    away(stage, "amber")
    code, out, _ = run(capsys, "restore", old, stage.folder("amber"))
    assert (0, True, True) == (code, "log of amber: 1 entries" in out, "marked as put back" in out)
    with at_work(stage) as nodes:
        amber = nodes["amber"].node
        assert amber.record.healing
        code, out, _ = run(capsys, "status", stage.folder("amber"))
        assert "THIS STORE WAS PUT BACK" in out
        with pytest.raises(Exception, match="put back to an older state"):
            say(stage, amber)
        for _ in range(4):
            desk.ask(stage.folder("amber"), {"do": "meet"})
        assert (False, 3) == (amber.record.healing, amber.record.size("amber"))
        say(stage, amber)
        meet(nodes)
        assert 4 == nodes["coral"].node.record.size("amber")
        assert [] == [each for each in nodes["coral"].node.record.evidence() if each.kind == "fork"]


def test_a_restore_overwrites_nothing(stage, old, capsys):
    """Where a store is there, or the node runs, it is refused."""
    code, _, err = run(capsys, "restore", old, stage.folder("amber"))
    assert (3, True) == (code, "nothing is overwritten" in err)
    with at_work(stage, "amber"):
        code, _, err = run(capsys, "restore", old, stage.folder("amber"))
        assert (3, True) == (code, "a node runs" in err)


def test_a_restore_to_an_empty_folder_names_the_keys_that_are_missing(stage, old, capsys, tmp_path):
    """Settings and cards come from the backup; keys never."""
    fresh = tmp_path / "fresh"
    code, out, _ = run(capsys, "restore", old, fresh)
    assert (0, True) == (code, "put the node's keys there" in out)
    shutil.copytree(stage.folder("amber") / "keys", fresh / "keys")
    node = Node.open(fresh)
    assert (True, 1) == (node.record.healing, node.record.size("amber"))
    assert [] == list(node.stores()[1].each("sealed-in"))
    node.close()


def test_what_is_no_backup_is_refused(stage, old, capsys, tmp_path):
    """A folder that lacks a store, another party's backup, a damaged file: refused, and no half node is left."""
    fresh = tmp_path / "fresh"
    assert 3 == run(capsys, "restore", tmp_path, fresh)[0]
    away(stage, "coral")
    code, _, err = run(capsys, "restore", old, stage.folder("coral"))
    assert (3, True) == (code, "is a backup of amber" in err)
    (old / "shared.db").write_bytes(b"x" * 4096)
    assert 3 == run(capsys, "restore", old, fresh, "--json")[0]
    assert [] == list(fresh.glob("*.db"))


def test_a_killed_node_s_pointer_does_not_stop_a_restore(stage, old, capsys):
    """Nobody answers there any more."""
    away(stage, "amber")
    (stage.folder("amber") / "desk").write_text("/nowhere/desk", encoding="utf-8")
    code, out, _ = run(capsys, "restore", old, stage.folder("amber"), "--json")
    assert (0, 1) == (code, json.loads(out)["sizes"]["amber"])


def test_a_backup_before_an_erasure_still_holds_it_and_help_says_so(capsys):
    """Nobody is left in doubt."""
    with pytest.raises(SystemExit):
        run(capsys, "backup", "--help")
    assert "erased later stays in it" in " ".join(capsys.readouterr().out.split())


def test_the_settings_that_stand_there_stay(stage, old, capsys):
    """Only what is missing is put back."""
    away(stage, "amber")
    change_settings(stage.folder("amber"), unit="AMBER 99")
    run(capsys, "restore", old, stage.folder("amber"))
    assert "AMBER 99" in (stage.folder("amber") / "node.toml").read_text(encoding="utf-8")
