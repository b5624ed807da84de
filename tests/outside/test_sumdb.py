"""The verifier that the Go checksum database is checked with reads our logs: sumdb/note and sumdb/tlog, not our code."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from builders import MECHANISM, cosign, exchange, records, say
from published_log import LOG, NAME, entries, note_of, publish
from searoom.record.checkpoint import origin, sign
from searoom.record.export import write_record
from searoom.record.keys import Role
from searoom.record.note import NOTE_TYPE, Verifier
from small_record import AGREEMENT, AMBER, CORAL, card_bytes, put, small_files

SOURCE = Path(__file__).parent / "sumdb" / "main.go"
GOCODE = "/usr/share/gocode"


@pytest.fixture(scope="module")
def verifier(tmp_path_factory):
    """Build the program once, with Debian's copy of golang.org/x/mod and without a network."""
    folder = tmp_path_factory.mktemp("sumdb")
    where = {
        "GO111MODULE": "off",
        "GOPATH": GOCODE,
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "",
        "GOTOOLCHAIN": "local",
    }
    command = ["go", "build", "-o", str(folder / "verify"), str(SOURCE)]
    done = subprocess.run(command, env={**os.environ, **where}, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    return folder / "verify"


@pytest.mark.parametrize("party", [AMBER, CORAL], ids=lambda party: party.name)
def test_verifies_an_exported_record(verifier, tmp_path, party):
    """What `searoom export` writes is such a log, for each party: the key on the card and the files are enough."""
    record = put(tmp_path, small_files())
    vkey = Verifier(origin(MECHANISM, party.name), NOTE_TYPE, party.card.key(Role.LOG).public).to_text()
    assert (0, "verified 2 entries\n") == run(verifier, record / party.name, vkey)
    bundle = next((record / party.name / "tile" / "entries").rglob("2"))
    data = bundle.read_bytes()
    bundle.write_bytes(data[:-1] + bytes((data[-1] ^ 1,)))
    assert 1 == run(verifier, record / party.name, vkey)[0]


def test_verifies_an_exported_record_of_more_than_one_bundle(verifier, tmp_path):
    """257 entries that two nodes exchanged and cosigned, exported by the one and by the other: the same log."""
    a, b = records()
    for number in range(257):
        say(a, AMBER, b"%d" % number)
    exchange(a, b)
    cosign(a, b)
    vkey = Verifier(origin(MECHANISM, "amber"), NOTE_TYPE, AMBER.card.key(Role.LOG).public).to_text()
    for name, record in (("amber", a), ("coral", b)):
        write_record(record, tmp_path / name, cards=card_bytes(), agreement=AGREEMENT)
        assert (0, "verified 257 entries\n") == run(verifier, tmp_path / name / "amber", vkey)


def run(verifier, folder, vkey, *older):
    done = subprocess.run([verifier, folder, vkey, *older], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 1000])
def test_verifies_every_entry_from_the_files_alone(verifier, tmp_path, size):
    """The checkpoint by its 0x01 line (it passes over the others), and each entry by its proof from the tiles."""
    log = publish(tmp_path, entries(size))
    assert (0, f"verified {size} entries\n") == run(verifier, log.folder, log.vkey)


def test_verifies_a_log_of_three_levels_of_tiles(verifier, tmp_path):
    """66,050 entries: full and partial tiles on three levels, names with x001."""
    log = publish(tmp_path, [number.to_bytes(3, "big") for number in range(66_050)])
    assert (tmp_path / "tile" / "2").is_dir()
    assert (0, "verified 66050 entries\n") == run(verifier, log.folder, log.vkey)


def test_verifies_that_a_log_continues_an_older_note(verifier, tmp_path):
    """Consistency with each earlier head is proven from the tiles; with a head of another history it is not."""
    log = publish(tmp_path / "log", entries(600))
    older = tmp_path / "older"
    for size in (1, 255, 256, 599, 600):
        older.write_bytes(note_of(log.tree, size).to_bytes())
        assert (0, "verified 600 entries\n") == run(verifier, log.folder, log.vkey, older)
    other = publish(tmp_path / "other", [*entries(300), b"another", *entries(600)[301:]])
    older.write_bytes(note_of(other.tree, 400).to_bytes())
    code, said = run(verifier, log.folder, log.vkey, older)
    assert (1, True) == (code, "invalid" in said.lower())


def test_refuses_a_flipped_byte_in_every_file(verifier, tmp_path):
    """Each tile, each bundle, the checkpoint: one byte changed, and the outside verifier refuses, as ours does."""
    log = publish(tmp_path / "log", entries(300))
    files = [path for path in log.folder.rglob("*") if path.is_file()]
    assert 6 == len(files)
    for path in files:
        data = path.read_bytes()
        at = 70 if path.name == "checkpoint" else len(data) // 2
        path.write_bytes(data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :])
        assert 1 == run(verifier, log.folder, log.vkey)[0], path
        path.write_bytes(data)
    assert 0 == run(verifier, log.folder, log.vkey)[0]


def test_refuses_a_missing_tile_and_another_key(verifier, tmp_path):
    """A log key that is not the one, and files that are not there: refused."""
    log = publish(tmp_path / "log", entries(300))
    stranger = Verifier(NAME, NOTE_TYPE, bytes.fromhex("58" + "66" * 31)).to_text()
    assert 1 == run(verifier, log.folder, stranger)[0]
    shutil.rmtree(log.folder / "tile" / "0")
    assert 1 == run(verifier, log.folder, log.vkey)[0]


def test_reads_a_note_with_the_logs_line_alone(verifier, tmp_path):
    """What stands in a batch between two nodes is a checkpoint for others too."""
    log = publish(tmp_path, entries(5))
    (tmp_path / "checkpoint").write_bytes(sign(log.note.checkpoint, NAME, LOG).to_bytes())
    assert (0, "verified 5 entries\n") == run(verifier, log.folder, log.vkey)
