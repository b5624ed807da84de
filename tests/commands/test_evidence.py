"""One entry, or one fork, becomes a file that proves itself: out of a record, out of a node's folder, never over another."""

import json

import pytest

from builders import NOW_US, parties, records, say
from searoom import cbor, cli
from searoom.commands import evidence
from searoom.keys import enrol
from searoom.record.export import write_record
from searoom.record.forks import EntryFork
from searoom.record.store import SqliteStore
from small_record import AGREEMENT, card_bytes, put, small_files

AMBER, CORAL = parties()


def fork():
    """Return the fork proof of the first of two entries that amber's station signed for one place."""
    a, b = records()[0], records()[0]
    return EntryFork.of(say(a, AMBER, b"yes").to_bytes(), say(b, AMBER, b"no").to_bytes())


def run(capsys, *words):
    """Run a command; return its exit code and what it wrote."""
    code = cli.main([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture
def record(tmp_path):
    """An exported record of four entries, two of them opened."""
    return put(tmp_path / "record", small_files())


@pytest.fixture
def node(tmp_path):
    """A node's folder with its settings and the cards, and no store yet."""
    folder = tmp_path / "node"
    enrol.write_settings(folder, enrol.Settings("amber", "demo", "", "127.0.0.1", 7420, "machine", "", (), {}))
    put(folder / "cards", {f"{name}.card": data for name, data in card_bytes().items()})
    return folder


def test_an_entry_is_written_with_what_proves_it(record, tmp_path, capsys):
    """The proof, the entry, and the policy for other readers; and what it shows is said."""
    code, out, _ = run(capsys, "proof", record, "amber/1", "--out", tmp_path / "one.tlog-proof")

    assert 0 == code
    assert {"one.tlog-proof", "one.entry", "one.policy"} == {path.name for path in tmp_path.glob("one.*")}
    assert "(stored, never agreed), and shows no words; of other entries it shows nothing." in out
    assert 0 == run(capsys, "verify", tmp_path / "one.tlog-proof")[0]


def test_words_are_shown_only_where_that_is_asked_for(record, tmp_path, capsys):
    """And refused where the record does not open them; nothing is written then."""
    assert 0 == run(capsys, "proof", record, "amber/0", "--out", tmp_path / "closed")[0]
    code, out, _ = run(capsys, "proof", record, "amber/0", "--open", "--out", tmp_path / "opened")
    assert (0, True) == (code, "and shows its words" in out)
    shown = [json.loads(run(capsys, "verify", tmp_path / f"{name}.tlog-proof", "--json")[1])["opened"] for name in ("closed", "opened")]  # fmt: skip
    assert [False, True] == shown
    code, _, err = run(capsys, "proof", record, "coral/1", "--open", "--out", tmp_path / "none")
    assert (3, True) == (code, "does not open entry 1" in err)
    assert not list(tmp_path.glob("none*"))


def test_a_running_nodes_folder_will_do(record, node, tmp_path, capsys, monkeypatch):
    """The node is asked for its record; of that only the one entry is left."""
    asked = []

    def ask(folder, request):
        asked.append((folder, request["do"]))
        put(tmp_path.__class__(request["folder"]), small_files())
        return {"entries": 4}

    monkeypatch.setattr(evidence, "ask", ask)
    assert 0 == run(capsys, "proof", node, "coral/1", "--out", tmp_path / "one.tlog-proof")[0]
    assert [(node, "export")] == asked
    assert 0 == run(capsys, "verify", tmp_path / "one.tlog-proof")[0]


@pytest.mark.parametrize("entry", ["amber", "amber/", "amber/x", "amber/-1", "amber/" + "9" * 19, "amber/4", "jade/0"])
def test_what_is_no_entry_is_refused(record, tmp_path, capsys, entry):
    """Written wrongly, or not in the record."""
    assert 3 == run(capsys, "proof", record, entry, "--out", tmp_path / "one")[0]


def test_no_file_is_written_over(record, tmp_path, capsys):
    """Neither the proof nor what lies beside it."""
    (tmp_path / "one.policy").write_text("mine")
    code, _, err = run(capsys, "proof", record, "amber/1", "--out", tmp_path / "one.tlog-proof")

    assert (3, True) == (code, "one.policy is there already" in err)
    assert ["one.policy"] == [path.name for path in tmp_path.glob("one.*")]


def test_a_log_that_nobody_stored_is_proven_by_its_keeper_alone(tmp_path, capsys):
    """Before the first cosignature there is no witness, and none is named."""
    a, _ = records()
    say(a, AMBER, b"anybody there?")
    write_record(a, tmp_path / "record", cards=card_bytes(), agreement=AGREEMENT)
    assert 0 == run(capsys, "proof", tmp_path / "record", "amber/0", "--out", tmp_path / "one")[0]

    code, out, _ = run(capsys, "verify", tmp_path / "one.tlog-proof")
    assert (0, True) == (code, "of a log of 1 entries that it signed." in out)
    assert "quorum none\n" in (tmp_path / "one.policy").read_text()
    assert 0 == run(capsys, "verify", tmp_path / "one.tlog-proof", "--policy", tmp_path / "one.policy")[0]


def keep(node, *details):
    """Let the node's store keep evidence."""
    store = SqliteStore(node / "shared.db")
    for kind, detail in details:
        store.keep(kind, cbor.encode(detail), now_us=NOW_US)
    store.close()


def test_a_fork_that_was_kept_is_written_with_the_card_that_judges_it(node, tmp_path, capsys):
    """Whoever gets the folder can verify it: exit code 7."""
    found = fork()
    keep(
        node,
        ("fork", ["sentence", "amber", b"note", found.first, found.second]),
        ("refused", ["sentence", "amber", b"", b""]),
    )
    code, out, _ = run(capsys, "fork-proof", node, "--out", tmp_path / "out")

    assert 0 == code
    assert "amber-1.fork-proof" in out
    assert {"amber-1.fork-proof", "amber.card"} == {path.name for path in (tmp_path / "out").iterdir()}
    assert found.to_bytes() == (tmp_path / "out" / "amber-1.fork-proof").read_bytes()
    assert 7 == run(capsys, "verify", tmp_path / "out" / "amber-1.fork-proof")[0]
    assert 3 == run(capsys, "fork-proof", node, "--out", tmp_path / "out")[0]  # nothing is written over


def test_where_no_fork_proves_itself_the_answer_is_no(node, tmp_path, capsys):
    """Exit code 1, and how many pieces of evidence speak of one."""
    keep(node, ("fork", ["sentence", "amber", b"note", b"half"]), ("refused", ["sentence", "amber", b"", b""]))
    code, out, _ = run(capsys, "fork-proof", node, "--out", tmp_path / "out")

    assert (1, True) == (code, "1 of 2 pieces of evidence speak of one" in out)
    assert not (tmp_path / "out").exists()


def test_a_folder_without_a_store_or_a_node_is_refused(node, tmp_path, capsys):
    """And no store is made in it."""
    assert 3 == run(capsys, "fork-proof", node, "--out", tmp_path / "out")[0]
    assert not (node / "shared.db").exists()
    assert 3 == run(capsys, "fork-proof", tmp_path, "--out", tmp_path / "out")[0]
