"""From a table of three persons on one laptop to two governments' nodes: nothing binds before both have adopted it."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from deskside import at_work, exchange, fill, key_file, signed
from packs import HEAD, clause
from searoom.cli import main
from searoom.desk import asking as desk
from searoom.errors import NotAllowed
from searoom.keys.enrol import Settings, make_party, read_settings, write_settings
from searoom.node.node import Node
from searoom.obligations.agreement import load
from searoom.obligations.proposing import in_force, rows
from searoom.statements.interpreting import NAMELESS
from told import BOOK

PERSONS = (
    ("table-quill", "Professor Ada Quillfeather"),
    ("table-bo", "Admiral Bo Nightingall (ret.)"),
    ("table-midori", "鷺沼みどり"),
)
DRAFT = (
    HEAD.replace("exercise = true", 'exercise = true\ntrack = "2"')
    + "# Quillfeather wrote the first row, 鷺沼みどり the second.\n"
    + clause("answer", ful='form = "line-test"')
    + clause("weekly", ful='form = "hotline-message"')
)


@pytest.fixture
def table(tmp_path):
    """One laptop with a node of one party, three persons' keys, and the draft that lies on the table."""
    folder = tmp_path / "table" / "node"
    make_party(
        folder, party="table", mechanism="track-2", names=dict.fromkeys(("en", "ja", "zh"), "t"), officers=PERSONS
    )
    write_settings(folder, Settings("table", "track-2", "", "127.0.0.1", 0, "machine", "", (), {}))
    (tmp_path / "draft.toml").write_text(DRAFT, encoding="utf-8")
    return SimpleNamespace(
        parties=("table",), folder=lambda _party: folder, draft=tmp_path / "draft.toml", out=tmp_path / "proposal.toml"
    )


def run(capsys, *words):
    """Run a command as a person would; return its exit code and what it printed."""
    code = main([str(word) for word in words])
    told = capsys.readouterr()
    return code, told.out + told.err


def say_all(table, steps):
    """Let each person say where they stand: {row: a step for each of them}, with their own key at the table's desk."""
    with at_work(table, "table"):
        for row in rows(load(table.draft, BOOK)):
            for (person, _), step in zip(PERSONS, steps.get(row.id, ()), strict=False):
                words = ["--set", f"row={row.id}", "--set", f"hash={row.digest}", "--set", f"step={step}"]
                key = table.folder("table") / "officers" / f"{person}.key"
                assert 0 == main(["say", str(table.folder("table")), "--key", str(key), "--form", "table-row", *words])


def take_up(node, pack):
    """Name another pack in a node's settings, and start the node again; return it."""
    node.close()
    settings = read_settings(node.folder)
    (node.folder / "node.toml").unlink()
    write_settings(node.folder, replace(settings, agreement=str(pack)))
    return Node.open(node.folder)


def adopt(stage, node, proposal):
    """Let two officers of a government say at their own node that they adopt the hash of the whole."""
    party = node.party
    words = fill("agreement-adopted", {"hash": proposal.hash.hex()})
    node.submit(*signed(stage, node, words, f"{party}-1", f"{party}-2"))


def assert_names_nobody(data):
    """Nothing of the persons stands in these bytes: no name, no word of one, no id."""
    for canary in ("Quillfeather", "Nightingall", "鷺沼", "みどり", "quill", "table-bo", "midori", "Admiral Bo"):
        assert canary.encode() not in data, canary


def test_from_a_laptop_to_two_governments(table, stage, amber, coral, capsys):
    """Agreed at the table: nothing is in force; one government adopts: not yet; both: in force, at both nodes."""
    say_all(table, {"answer": ("agreed", "agreed", "agreed"), "weekly": ("agreed", "bracketed", "agreed")})
    code, told = run(capsys, "agreement", "promote", table.folder("table"), table.draft, "--out", table.out)
    assert (0, True) == (code, "1 rows lifted" in told)
    assert "left out: weekly" in told

    proposal = load(table.out, BOOK)
    assert ("answer",) == tuple(row.id for row in rows(proposal))
    assert ("amber", "coral") == proposal.parties
    assert not in_force(proposal, amber.account())

    with pytest.raises(NotAllowed, match="no text with the hash [0-9a-f]{16}… is held here"):
        adopt(stage, amber, proposal)
    amber, coral = (take_up(node, table.out) for node in (amber, coral))
    adopt(stage, amber, proposal)
    exchange(amber, coral)
    assert (False, False) == tuple(in_force(proposal, node.account()) for node in (amber, coral))

    adopt(stage, coral, proposal)
    assert (False, True) == tuple(in_force(proposal, node.account()) for node in (amber, coral))
    exchange(amber, coral)
    assert in_force(proposal, amber.account())
    assert not in_force(load(table.draft, BOOK), amber.account())
    assert [proposal.hash] * 2 == [node.agreement.hash for node in (amber, coral)]
    amber.close()
    coral.close()


def test_a_node_tells_who_adopted_and_whether_it_is_in_force(table, stage, amber, capsys):
    """`agreement proposals` at a government's node: nobody, then amber alone; in force: no."""
    say_all(table, {"answer": ("agreed",) * 3})
    run(capsys, "agreement", "promote", table.folder("table"), table.draft, "--out", table.out)
    amber = take_up(amber, table.out)
    adopt(stage, amber, load(table.out, BOOK))
    folder = amber.folder
    amber.close()

    assert "adopted by its hash: amber; in force: no" in run(capsys, "agreement", "proposals", folder, table.out)[1]


def test_what_leaves_the_table_names_nobody(table, capsys):
    """The proposal's bytes, and what is printed of the table: no name, no id, no key, though the draft had names in it."""
    say_all(table, {"answer": ("agreed",) * 3})
    folder = table.folder("table")
    capsys.readouterr()
    _, told = run(capsys, "agreement", "promote", folder, table.draft, "--out", table.out)
    _, shown = run(capsys, "agreement", "proposals", folder, table.draft)
    _, counted = run(capsys, "agreement", "proposals", folder, table.draft, "--json")
    with at_work(table, "table"):
        _, entry = run(capsys, "show", folder, "table/0")
        run(capsys, "joint", folder, "--out", table.out.with_name("joint.html"))
    node = Node.open(folder, to_read=True)
    keys = [key for key in node.record.roster.card("table").keys if key.holder != "table"]
    signers = {(signer.name, signer.holder) for message in node.account().messages() for signer in message.signers}
    node.close()

    assert 3 == len(keys)
    data = table.out.read_bytes()
    joint = table.out.with_name("joint.html").read_bytes()
    for text in (data, joint, *(text.encode() for text in (told, shown, counted, entry))):
        assert_names_nobody(text.replace(str(table.out).encode(), b"").replace(str(folder).encode(), b""))
        assert not [key for key in keys if key.key_id.hex().encode() in text or key.key_id in text]
    assert {(NAMELESS, "")} == signers
    assert {"agreed": 3} == json.loads(counted)[0]["counts"]


def test_the_record_of_a_table_does_not_leave_it(table, tmp_path, capsys):
    """An exported record and a proof carry cards and keys: both are refused, and the store stays as sound as any."""
    say_all(table, {"answer": ("agreed",) * 3})
    folder = table.folder("table")
    with at_work(table, "table"):
        code, told = run(capsys, "export", folder, tmp_path / "out")
        assert (3, True) == (code, "this record names nobody" in told), told
        with pytest.raises(NotAllowed, match="this record names nobody"):
            desk.ask(folder, {"do": "proof", "log": "table", "index": 0})
    node = Node.open(folder, to_read=True)
    signers = {key for entry, _ in node.record.entries("table") for key in entry.released.signatures}
    node.close()

    assert 3 == len(signers)


def test_a_name_in_the_draft_itself_stops_the_promotion(table, capsys):
    """What would be lifted is looked through for everybody at the table, and nothing is written."""
    table.draft.write_text(DRAFT.replace('basis = "b"', 'basis = "a paper of Quillfeather"'), encoding="utf-8")
    say_all(table, {"answer": ("agreed",) * 3})
    code, told = run(capsys, "agreement", "promote", table.folder("table"), table.draft, "--out", table.out)

    assert (3, True, False) == (code, "belongs to a person at the table" in told, table.out.exists())


def test_only_a_table_is_promoted_from(table, amber, capsys):
    """A government's node adopts; it has no persons who speak for themselves."""
    folder = amber.folder
    amber.close()
    code, told = run(capsys, "agreement", "promote", folder, table.draft, "--out", table.out)

    assert (3, True) == (code, "is no table" in told)
    assert key_file(SimpleNamespace(folder=lambda _party: folder), "amber-1").exists()
