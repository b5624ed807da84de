"""Story: a node loses its disk and is put back from an old backup; it says nothing, heals from the other, and goes on."""

import shutil

import pytest

from searoom.errors import NotAllowed
from searoom.record.verify import verify_many
from stage import ask, make_stage, open_line, sizes, tick


def lose_the_disk(stage, party):
    """Kill a node and take its stores away; keys, cards and settings are kept apart and still there."""
    stage.processes[party].kill()
    stage.processes[party].wait()
    for path in stage.folder(party).glob("*.db*"):
        path.unlink()


def meet(stage, *parties):
    """Let the nodes meet, in this order."""
    return [ask(stage, party, do="meet")["faults"] for party in parties]


def test_a_node_restored_from_an_old_backup_heals_and_nothing_is_lost_and_nothing_forks(tmp_path):
    """What it said since the backup comes back from the other's copy before it says anything again."""
    stage = make_stage(tmp_path)
    try:
        for party in stage.parties:
            stage.start(party)
        tick(stage, 10)
        open_line(stage, "amber")
        assert [{}, {}, {}] == meet(stage, "amber", "coral", "amber")
        stage.command(["backup", str(stage.folder("amber")), str(tmp_path / "backup")])
        said = [open_line(stage, "amber") for _ in range(3)]
        assert [{}, {}, {}] == meet(stage, "amber", "coral", "amber")
        before = sizes(stage, "coral")

        lose_the_disk(stage, "amber")
        stage.command(["restore", str(tmp_path / "backup"), str(stage.folder("amber"))])
        stage.start("amber")
        status = ask(stage, "amber", do="status")
        assert (True, 1) == (status["healing"], status["sizes"]["amber"])
        with pytest.raises(NotAllowed, match="put back to an older state"):
            open_line(stage, "amber")

        for _ in range(3):
            meet(stage, "amber", "coral")
        status = ask(stage, "amber", do="status")
        assert (False, before) == (status["healing"], status["sizes"])
        assert all(ask(stage, "amber", do="message", author=author, index=index)["content"] for author, index in said)

        assert ("amber", before["amber"]) == open_line(stage, "amber")
        for _ in range(2):
            assert [{}, {}] == meet(stage, "amber", "coral")
        folders = [tmp_path / party / "record" for party in stage.parties]
        for party, folder in zip(stage.parties, folders, strict=True):
            assert "fork" not in ask(stage, party, do="status")["evidence"]
            ask(stage, party, do="export", folder=str(folder))
        one, other = verify_many(folders)
        assert one.roots == other.roots
    finally:
        stage.stop()
    shutil.rmtree(tmp_path)


def test_a_restored_node_that_reaches_nobody_goes_on_in_a_new_log_that_two_persons_open(tmp_path):
    """Coral is away for good; one officer drafts, another opens; later coral reads the reason, and there is no fork."""
    stage = make_stage(tmp_path)
    try:
        for party in stage.parties:
            stage.start(party)
        tick(stage, 10)
        open_line(stage, "amber")
        assert [{}, {}, {}] == meet(stage, "amber", "coral", "amber")
        stage.command(["backup", str(stage.folder("amber")), str(tmp_path / "backup")])
        open_line(stage, "amber")
        assert [{}, {}, {}] == meet(stage, "amber", "coral", "amber")
        stage.processes["coral"].kill()
        stage.processes["coral"].wait()

        lose_the_disk(stage, "amber")
        stage.command(["restore", str(tmp_path / "backup"), str(stage.folder("amber"))])
        stage.start("amber")
        keys = [str(stage.folder("amber") / "officers" / f"{one.id}.key") for one in stage.side("amber").persons[:2]]
        draft = str(tmp_path / "new-log.draft")
        new = ["new-log", str(stage.folder("amber")), "--key"]
        stage.command([*new, keys[0], "--reason", "our disk is lost and nobody answers", "--out", draft])
        assert {"log": "amber.2", "index": 0} == stage.command([*new, keys[1], "--release", draft, "--yes"])
        open_line(stage, "amber")

        stage.start("coral")
        for _ in range(4):
            meet(stage, "amber", "coral")
        assert sizes(stage, "amber") == sizes(stage, "coral")
        assert {"amber", "amber.2", "coral"} <= set(sizes(stage, "coral"))
        for party in stage.parties:
            assert "fork" not in ask(stage, party, do="status")["evidence"]
    finally:
        stage.stop()
    shutil.rmtree(tmp_path)
