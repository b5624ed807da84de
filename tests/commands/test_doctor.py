"""`searoom doctor` finds what is wrong, says what to do, changes nothing, and works while the node runs."""

import hashlib
import json
import socket
import sqlite3

import pytest

from deskside import MESSAGE, at_work, change_settings, run, signed
from searoom.desk import asking as desk
from searoom.node.node import Node


@pytest.fixture
def folder(stage):
    """The folder of a node that has said something and stopped."""
    node = Node.open(stage.folder("amber"))
    node.submit(*signed(stage, node, MESSAGE, "amber-1", "amber-2"))
    node.close()
    stage.folder("amber").chmod(0o700)
    return stage.folder("amber")


def found(capsys, folder, *options):
    """Return the exit code, and the findings by check."""
    code, out, _ = run(capsys, "doctor", folder, "--json", *options)
    told = json.loads(out)
    return code, [one for one in told["findings"] if one["weight"] != "sound"]


def bytes_of(folder):
    """Return the hash of every file below a folder."""
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def test_a_sound_node_that_is_stopped(capsys, folder):
    """Of a sound folder it says only that the node does not run, and not a byte is another afterwards."""
    before = bytes_of(folder)
    code, ill = found(capsys, folder, "--deep")

    assert [("node", "doubtful")] == [(one["check"], one["weight"]) for one in ill]
    assert 1 == code
    assert before == bytes_of(folder)


def test_while_the_node_runs(capsys, stage, folder):
    """A running node is examined beside its work, and nothing is wrong."""
    with at_work(stage, "amber") as nodes:
        node = nodes["amber"].node
        code, out, _ = run(capsys, "doctor", folder)
        released, body = signed(stage, node, MESSAGE, "amber-1", "amber-2")
        desk.ask(folder, {"do": "submit", "released": released.to_bytes(), "body": body})
        again, _, _ = run(capsys, "doctor", folder)

    assert (0, 0) == (code, again), out
    assert "shared.db is whole: 1 of amber" in out


def test_keys_that_others_can_read(capsys, folder):
    """A key file that others on the machine can read is bad, and the advice is the command that puts it right."""
    path = folder / "keys" / "station.key"
    path.chmod(0o644)
    code, ill = found(capsys, folder)

    assert 2 == code
    assert f"chmod 600 {path}" in [one["advice"] for one in ill]


def test_a_damaged_key(capsys, folder):
    """One changed letter in a key file is found without its passphrase."""
    path = folder / "keys" / "log.key"
    path.write_bytes(path.read_bytes()[:-3] + b"x\n")
    code, ill = found(capsys, folder)

    assert (2, ["keys"]) == (code, [one["check"] for one in ill if one["weight"] == "bad"])


def test_settings_that_nobody_reads(capsys, folder):
    """A misspelt setting is named, and a table that cannot be read is bad before the node is started with it."""
    settings = folder / "node.toml"
    settings.write_text("sensor = ['x.csv']\n" + settings.read_text(encoding="utf-8"), encoding="utf-8")
    code, ill = found(capsys, folder)
    assert 1 == code
    assert ["node.toml has 'sensor', which nothing reads"] == [
        one["sentence"] for one in ill if one["check"] == "settings"
    ]

    (folder / "watch.toml").write_text("advise = 1\n", encoding="utf-8")
    assert 2 == found(capsys, folder)[0]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("DELETE FROM entry WHERE log = 'amber'", "note over"),
        ("DELETE FROM note", "no signed note"),
        (
            "UPDATE note SET note = CAST(replace(CAST(note AS TEXT), char(10)||'1'||char(10), char(10)||'2'||char(10)) AS BLOB)",
            "over 2 entries",
        ),
        ("UPDATE entry SET entry = CAST(substr(entry, 1, 150) || x'00' || substr(entry, 152) AS BLOB)", "log of amber"),
    ],
)
def test_a_log_that_does_not_fit_its_note(capsys, folder, change, why):
    """Entries that are gone, a note that is gone, and a note over others are bad, with what to restore."""
    with sqlite3.connect(folder / "shared.db") as db:
        db.execute(change)
    db.close()
    code, ill = found(capsys, folder)
    (bad,) = [one for one in ill if one["weight"] == "bad"]

    assert (2, "stores") == (code, bad["check"])
    assert why in bad["sentence"]
    assert "restore" in bad["advice"]


def test_a_store_whose_pages_are_damaged(capsys, folder):
    """A store whose bytes were overwritten is bad."""
    path = folder / "shared.db"
    data = bytearray(path.read_bytes())
    data[4096:12288] = bytes(8192)
    path.write_bytes(data)
    code, ill = found(capsys, folder)

    assert 2 == code
    assert "stores" in [one["check"] for one in ill]


def test_a_port_that_another_program_holds(capsys, folder):
    """While the node is stopped, somebody else on its port is found."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        change_settings(folder, port=door.getsockname()[1])
        code, ill = found(capsys, folder)

    assert 2 == code
    assert ["ports"] == [one["check"] for one in ill if one["weight"] == "bad"]


def test_what_is_no_folder_of_a_node(capsys, tmp_path):
    """An empty folder is refused with what to do."""
    code, _, errors = run(capsys, "doctor", tmp_path)

    assert 3 == code
    assert "Enrol" in errors
