"""Story: two nodes as processes that never have a line; what they say goes by stick, and nothing is missing in the end."""

import shutil

from searoom.record.verify import verify_many
from stage import ask, make_stage, open_line, sizes, tick


def write(stage, giver, taker, folder):
    """Write a stick, as an operator does; return its files."""
    out = stage.command(["bundle", "write", str(stage.folder(giver)), "--to", taker, "--out", str(folder)])
    return out["files"]


def read(stage, party, files, answer):
    """Read a stick and write the answer; return the answer's files."""
    out = stage.command(["bundle", "read", str(stage.folder(party)), *files, "--answer", str(answer)])
    assert {} == out["refused"]
    return [name for made in out["answers"] for name in made["files"]]


def test_two_nodes_that_never_have_a_line_reach_delivered_recorded_and_read_by_sticks_alone(tmp_path):
    """There and back, twice; one stick is lost, one is read twice; a node is killed between: one record on both sides."""
    stage = make_stage(tmp_path)
    try:
        for party in stage.parties:
            stage.start(party)
        tick(stage, 10)
        author, index = open_line(stage, "amber")
        write(stage, "amber", "coral", tmp_path / "lost")
        there = write(stage, "amber", "coral", tmp_path / "1")
        back = read(stage, "coral", there, tmp_path / "2")
        assert read(stage, "coral", [*there, *there], tmp_path / "2-again")
        stage.processes["coral"].kill()
        stage.processes["coral"].wait()
        stage.start("coral")
        again = read(stage, "amber", back, tmp_path / "3")
        reached = ask(stage, "amber", do="message", author=author, index=index)["reached"]
        assert {"handed over": True, "delivered": True, "recorded": True, "read": False} == reached

        key = stage.folder("coral") / "officers" / f"{stage.side('coral').persons[0].id}.key"
        read(stage, "coral", again, tmp_path / "4")
        stage.command(["read", str(stage.folder("coral")), f"{author}/{index}", "--key", str(key), "--yes"])
        for step in range(3):
            there = write(stage, "coral", "amber", tmp_path / f"coral-{step}")
            back = read(stage, "amber", there, tmp_path / f"amber-{step}")
            read(stage, "coral", back, tmp_path / f"coral-{step}-answer")
        reached = ask(stage, "amber", do="message", author=author, index=index)["reached"]
        assert {"handed over": True, "delivered": True, "recorded": True, "read": True} == reached

        assert sizes(stage, "amber") == sizes(stage, "coral")
        folders = [tmp_path / party / "record" for party in stage.parties]
        for party, folder in zip(stage.parties, folders, strict=True):
            said = ask(stage, party, do="status")
            assert said["recorded"] == {
                "amber by coral": said["sizes"]["amber"],
                "coral by amber": said["sizes"]["coral"],
            }
            assert all(line["last_contact"] is None for line in said["lines"].values())
            assert {} == said["evidence"]
            ask(stage, party, do="export", folder=str(folder))
        one, other = verify_many(folders)
        assert one.roots == other.roots
    finally:
        stage.stop()
    shutil.rmtree(tmp_path)
