"""Two officers open a new log of their party; nobody alone."""

import json

import pytest

from deskside import at_work, fill, key, key_file, meet, run, signed
from searoom import cbor
from searoom.desk import asking as desk
from searoom.record.entry import Released, release
from searoom.record.seal import reason

CONTACT = fill("hotline-contact", {"phrase": "message-follows"})


@pytest.fixture
def nodes(stage):
    """Both nodes, one entry said and exchanged; then amber's store is as if it was put back."""
    with at_work(stage) as services:
        services["amber"].node.submit(*signed(stage, services["amber"].node, CONTACT, "amber-1"))
        meet(services)
        services["amber"].node.record.mark_restored(now_us=services["amber"].node.now())
        yield services


def draft(stage, capsys, path, person="amber-1", why="our store is lost"):
    """Draft a new log."""
    return run(
        capsys, "new-log", stage.folder("amber"), "--key", key_file(stage, person), "--reason", why, "--out", path
    )


def open_it(stage, capsys, path, person="amber-2", *more):
    """Open what was drafted."""
    return run(
        capsys, "new-log", stage.folder("amber"), "--key", key_file(stage, person), "--release", path, "--yes", *more
    )


def test_two_persons_open_a_new_log_and_the_counterpart_reads_why(stage, nodes, capsys, tmp_path):
    """The draft says nothing; the release opens `amber.2`, the node speaks again, and coral reads the reason."""
    code, out, _ = draft(stage, capsys, tmp_path / "d")
    assert (0, True) == (code, "another officer opens the log" in out)
    assert nodes["amber"].node.record.healing
    code, out, _ = open_it(stage, capsys, tmp_path / "d")
    assert (0, True, True) == (code, "our store is lost" in out, "opened the log amber.2" in out)
    node = nodes["amber"].node
    assert ("amber.2", False) == (node.record.own, node.record.healing)
    node.submit(*signed(stage, node, CONTACT, "amber-1"))
    meet(nodes)
    notices = [item for item in nodes["coral"].node.account().items if getattr(item, "reason", "")]
    assert ["our store is lost"] == [item.reason for item in notices]
    assert ("amber.2", 0) == notices[0].ref


def test_one_person_alone_opens_nothing(stage, nodes, capsys, tmp_path):
    """The same key twice is one person; so is a draft that says it has two signatures and has not."""
    draft(stage, capsys, tmp_path / "d")
    code, _, err = open_it(stage, capsys, tmp_path / "d", "amber-1")
    assert (3, True) == (code, "has drafted this" in err)
    released = json_free(tmp_path / "d")[0]
    with pytest.raises(Exception, match="it takes two"):
        desk.ask(stage.folder("amber"), {"do": "open-log", "released": released, "body": json_free(tmp_path / "d")[1]})
    assert "amber" == nodes["amber"].node.record.own


def json_free(path):
    """Return what was signed, and the reason, of a draft."""
    return cbor.decode(path.read_bytes())


def test_a_reason_that_was_changed_is_refused(stage, nodes, capsys, tmp_path):
    """What the second person reads is what the first one signed."""
    draft(stage, capsys, tmp_path / "d")
    released, _ = json_free(tmp_path / "d")
    (tmp_path / "d2").write_bytes(cbor.encode([released, reason("amber.2", "another reason")]))
    code, _, err = open_it(stage, capsys, tmp_path / "d2")
    assert (3, True) == (code, "its reason was changed" in err)


def test_a_draft_opens_the_log_that_it_names(stage, nodes, capsys, tmp_path):
    """Where another was opened since, it is drafted once more; the command says so before anything is signed."""
    for name in ("d", "e"):
        draft(stage, capsys, tmp_path / name)
    code, out, _ = open_it(stage, capsys, tmp_path / "d")
    assert (0, True) == (code, "opens its new log amber.2." in out)
    code, _, err = open_it(stage, capsys, tmp_path / "e")
    assert (3, True) == (code, "opens the log amber.2, and the next one of amber is amber.3" in err)
    assert "amber.2" == nodes["amber"].node.record.own


def test_a_draft_of_another_party_or_of_nothing_is_refused(stage, nodes, capsys, tmp_path):
    """Coral's draft at amber's desk; a file of garbage; no file."""
    code, _, _ = run(
        capsys, "new-log", stage.folder("coral"), "--key", key_file(stage, "coral-1"), "--reason", "x", "--out",
        tmp_path / "c", "--json",
    )  # fmt: skip
    assert 0 == code
    assert 3 == open_it(stage, capsys, tmp_path / "c")[0]
    (tmp_path / "g").write_bytes(b"garbage")
    assert 3 == open_it(stage, capsys, tmp_path / "g")[0]
    assert 3 == open_it(stage, capsys, tmp_path / "none")[0]


def test_a_signature_of_a_stranger_opens_nothing(stage, nodes, capsys, tmp_path):
    """Coral's officer signed amber's draft: shown as nobody of ours, and refused when it is opened."""
    draft(stage, capsys, tmp_path / "d")
    released, body = json_free(tmp_path / "d")
    forged = release(Released.from_bytes(released).statement, key(stage, "coral-1"))
    (tmp_path / "f").write_bytes(cbor.encode([forged.to_bytes(), body]))
    code, out, _ = open_it(stage, capsys, tmp_path / "f")
    assert (3, True) == (code, "somebody who is not on our card" in out)
    assert "amber" == nodes["amber"].node.record.own


def test_a_program_reads_json_and_a_wrong_call_is_exit_code_2(stage, nodes, capsys, tmp_path):
    """Log and index; neither or both of the two ways is no way."""
    draft(stage, capsys, tmp_path / "d")
    code, out, _ = open_it(stage, capsys, tmp_path / "d", "amber-2", "--json")
    assert (0, {"log": "amber.2", "index": 0}) == (code, json.loads(out))
    for words in ([], ["--reason", "x"], ["--reason", "x", "--out", "d", "--release", "d"]):
        with pytest.raises(SystemExit) as ended:
            run(capsys, "new-log", stage.folder("amber"), "--key", key_file(stage, "amber-1"), *words)
        assert 2 == ended.value.code


def test_a_draft_is_never_written_over_another(stage, nodes, capsys, tmp_path):
    """The name is taken."""
    draft(stage, capsys, tmp_path / "d")
    before = (tmp_path / "d").read_bytes()
    assert 0 != draft(stage, capsys, tmp_path / "d")[0]
    assert before == (tmp_path / "d").read_bytes()


def test_receipts_that_were_owed_are_written_into_the_new_log(stage, nodes, capsys, tmp_path):
    """What came while nothing could be said is answered as soon as it can be."""
    coral = nodes["coral"].node
    coral.submit(*signed(stage, coral, CONTACT, "coral-1"))
    stick = desk.ask(stage.folder("coral"), {"do": "bundle-write", "to": "amber"})
    desk.ask(stage.folder("amber"), {"do": "bundle-read", "part": stick["parts"][0][1]})
    draft(stage, capsys, tmp_path / "d")
    open_it(stage, capsys, tmp_path / "d")
    record = nodes["amber"].node.record
    assert 2 == record.size("amber.2")
