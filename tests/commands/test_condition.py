"""How a node is, for a person and for a program; and what it keeps of failed proofs."""

import json

from deskside import CONTACT, at_work, meet, run, signed, tick
from searoom import cbor
from searoom.units import MICROSECONDS


def facts(stage, capsys, party="amber"):
    """Return the status as a program reads it."""
    code, out, _ = run(capsys, "status", stage.folder(party), "--json")
    assert 0 == code
    return json.loads(out)


def test_status_tells_sizes_copies_disk_and_versions(stage, capsys):
    """How much is held and signed as stored; room on the disk; which libraries."""
    with at_work(stage) as nodes:
        nodes["amber"].node.submit(*signed(stage, nodes["amber"].node, CONTACT, "amber-1"))
        meet(nodes)
        said = facts(stage, capsys)
        _, out, _ = run(capsys, "status", stage.folder("amber"))
    assert ({"amber": 1, "coral": 1}, {}) == (said["sizes"], said["evidence"])
    assert said["disk"]["free_bytes"] > 0
    assert {"national.db", "shared.db"} == set(said["disk"]["stores"])
    assert {"searoom", "python", "sqlite", "cryptography", "openssl"} == set(said["versions"])
    for words in ("signed as stored by coral 1", "disk: ", "versions: ", ", searoom ", "root fingerprint "):
        assert words in out


def test_status_says_how_far_the_account_is_read(stage, capsys):
    """While it is read, the number and what waits for it; nothing once all is read."""
    with at_work(stage, "amber") as nodes:
        assert {"read": 0, "of": 0} == facts(stage, capsys)["account"]
        assert "account read" not in run(capsys, "status", stage.folder("amber"))[1]
        nodes["amber"].node.say_automatic("line-test", {})
        assert "  account read up to entry 0 of 1; " in run(capsys, "status", stage.folder("amber"))[1]


def test_status_says_since_when_a_counterpart_is_silent(stage, capsys):
    """After a minute without an answer; not at the first fault, and not before anything was tried."""
    with at_work(stage) as nodes:
        meet(nodes)
        courier = nodes["amber"]._couriers["coral"]
        courier.last_fault = "nobody answers"
        assert facts(stage, capsys)["lines"]["coral"]["silent_since"] is None
        nodes["amber"].node.tick(stage.scenario.start_us + 61 * MICROSECONDS)
        assert "2026-06-03T02:00:00Z" == facts(stage, capsys)["lines"]["coral"]["silent_since"]
        _, out, _ = run(capsys, "status", stage.folder("amber"))
        assert "SILENT since 2026-06-03T02:00:00Z" in out
        courier.last_fault = ""
        assert facts(stage, capsys)["lines"]["coral"]["silent_since"] is None


def test_status_says_that_nobody_ever_answered(stage, capsys):
    """Since the start."""
    with at_work(stage) as nodes:
        nodes["amber"]._couriers["coral"].last_fault = "nobody answers"
        assert "the start" == facts(stage, capsys)["lines"]["coral"]["silent_since"]


def test_status_tells_the_verdict_of_each_line(stage, capsys):
    """A node that was put back is called that, on both sides."""
    with at_work(stage) as nodes:
        nodes["amber"].node.submit(*signed(stage, nodes["amber"].node, CONTACT, "amber-1"))
        meet(nodes)
        nodes["amber"].node.record.mark_restored(now_us=1)
        assert facts(stage, capsys)["healing"] is True
        nodes["coral"]._couriers["amber"].verdict = "their node was restored"
        _, out, _ = run(capsys, "status", stage.folder("coral"))
        assert "THEIR NODE WAS RESTORED" in out
        nodes["coral"]._answerer.last_fault["amber"] = "they say: no"
        assert "when they called: they say: no" in run(capsys, "status", stage.folder("coral"))[1]


def test_status_counts_evidence_by_kind_and_evidence_lists_it(stage, capsys, tmp_path):
    """Each piece with its sentence; written as files of its own bytes, which are never replaced."""
    details = [cbor.encode(["the log of coral is forked", b"note"]), cbor.encode([b"no sentence"]), b"\xff"]
    with at_work(stage, "amber") as nodes:
        record = nodes["amber"].node.record
        for kind, detail in zip(("fork", "note", "note"), details, strict=True):
            record.keep_evidence(kind, detail)
        assert {"fork": 1, "note": 2} == facts(stage, capsys)["evidence"]
        assert "evidence: 2 of the kind 'note'" in run(capsys, "status", stage.folder("amber"))[1]
        code, out, _ = run(capsys, "evidence", stage.folder("amber"), "--out", tmp_path / "e")
        assert (0, True) == (code, "the log of coral is forked" in out)
        files = sorted((tmp_path / "e").iterdir())
        assert ["0001-fork.cbor", "0002-note.cbor", "0003-note.cbor"] == [path.name for path in files]
        assert details == [path.read_bytes() for path in files]
        assert 0 != run(capsys, "evidence", stage.folder("amber"), "--out", tmp_path / "e")[0]
        _, out, _ = run(capsys, "evidence", stage.folder("amber"), "--json")
        assert ["fork", "note", "note"] == [row["kind"] for row in json.loads(out)["evidence"]]


def test_no_evidence_is_exit_code_1(stage, capsys):
    """Done, and the answer is no."""
    with at_work(stage, "amber"):
        code, out, _ = run(capsys, "evidence", stage.folder("amber"))
    assert (1, "  none\n") == (code, out)


def test_a_blind_sensor_is_told(stage, capsys):
    """Which, and why."""
    (stage.folder("amber") / "sensors.csv").write_bytes(b"\x00nonsense")
    with at_work(stage, "amber"):
        tick(stage, "amber", 0)
        _, out, _ = run(capsys, "status", stage.folder("amber"))
    assert "sensor sensors.csv is blind: " in out
