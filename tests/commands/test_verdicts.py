"""Single files are judged with an exit code per outcome, and each verdict says in one sentence what is not proven."""

import functools
import json
import shutil
from pathlib import Path

import pytest

from builders import EXERCISE, MECHANISM, NOW_US, make_released, parties, records, say
from searoom import cbor, cli
from searoom.commands import verdicts
from searoom.link import frames
from searoom.link.bundle import make_parts
from searoom.link.frames import Entries
from searoom.record.entry import place
from searoom.record.forks import EntryFork
from searoom.signals import fingerprints
from searoom.statements.offrecord import COPY, PROVES_NOTHING
from small_record import put, small_files

AMBER, CORAL = parties()
HEX = {party.name: party.card.fingerprint() for party in (AMBER, CORAL)}
FIGURES = {party.name: " ".join(fingerprints.groups(party.card.root.fingerprint())) for party in (AMBER, CORAL)}
BOTH = [f"--fingerprint={party}={text}" for party, text in FIGURES.items()]


def run(capsys, *words):
    """Run a command; return its exit code and what it wrote."""
    code = cli.main([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture(scope="module")
def proofs(tmp_path_factory):
    """A folder with the record and the proofs of two of its entries, one of them opened; not to be changed."""
    folder = tmp_path_factory.mktemp("proofs")
    put(folder / "record", small_files())
    for words in (("amber/1", "--out", "closed"), ("amber/0", "--open", "--out", "opened")):
        assert 0 == cli.main(["proof", str(folder / "record"), *words[:-1], str(folder / words[-1])])
    return folder


@functools.cache
def fork():
    """Two entries of one place that amber's station signed."""
    a, _ = records()
    made = []
    for words in (b"yes", b"no"):
        released, _ = make_released(a.roster, AMBER, words)
        given = {"log": "amber", "index": 0, "height": 1, "heard": (), "placed_us": NOW_US}
        made.append(place(released, **given, station_key=AMBER.station).to_bytes())
    return EntryFork.of(*made).to_bytes()


def parts(folder):
    """Write a bundle of two parts and the cards beside it; return the parts' paths."""
    a, _ = records()
    messages = []
    for number in range(2):
        say(a, AMBER, b"%d" % number)
        batch = a.batch("amber", number)
        messages.append(frames.write(Entries("amber", number, tuple(batch.items), batch.note, tuple(batch.proof))))
    names = {"mechanism": MECHANISM, "exercise": EXERCISE, "sender": "amber", "receiver": "coral"}
    made = make_parts(messages, **names, bundle_id=bytes(16), station=AMBER.station, max_bytes=4096)
    paths = [folder / f"{number}.bundle" for number in range(len(made))]
    for path, data in zip(paths, made, strict=True):
        path.write_bytes(data)
    for party in (AMBER, CORAL):
        (folder / f"{party.name}.card").write_bytes(party.card_bytes)
    return paths


def test_a_proof_is_proven(proofs, capsys):
    """Exit code 0: who said it, where it stands, who stored it; stored is never agreed; its words are not shown."""
    code, out, _ = run(capsys, "verify", proofs / "closed.tlog-proof")

    assert 0 == code
    assert "entry 1 of the log amber: demo-2026 (EXERCISE), to coral" in out
    assert "said by Amber officer 1 (officer)" in out
    assert "Proven: the persons above signed this" in out
    assert "Not proven: what was said (its words are not opened here)" in out
    assert verdicts.STORED in out
    assert verdicts.UNPINNED in out


def test_an_opened_proof_shows_its_words_and_no_others(proofs, capsys):
    """One message is shown to an arbiter without any other."""
    code, out, _ = run(capsys, "verify", proofs / "opened.tlog-proof", *BOTH)

    assert 0 == code
    assert b"meeting at 0400Z?".hex() in out  # in no form of ours: its bytes are shown
    assert "Not proven: that it is true" in out
    assert verdicts.UNPINNED not in out


def test_json_holds_the_same_facts(proofs, capsys):
    """A program reads outcome, place, signers and who stored it."""
    code, out, _ = run(capsys, "verify", proofs / "opened.tlog-proof", "--json", BOTH[0])
    facts = json.loads(out)

    assert 0 == code
    assert ("proven", "amber", 0, True) == tuple(facts[key] for key in ("outcome", "log", "index", "opened"))
    assert ["amber"] == facts["fingerprints_compared"]
    assert {"amber-1", "amber-2"} == {one["holder"] for one in facts["signers"]}


@pytest.mark.parametrize("name", ["closed", "opened"])
def test_a_proof_is_one_for_other_readers_too(proofs, capsys, name):
    """By the policy beside it, as c2sp.org/tlog-proof has it: no card is asked for."""
    path = proofs / f"{name}.tlog-proof"
    code, out, _ = run(capsys, "verify", path, "--policy", proofs / f"{name}.policy")

    assert 0 == code
    assert "its head fulfils the policy" in out
    other = {"closed": "opened", "opened": "closed"}[name]
    words = ("--policy", proofs / f"{name}.policy", "--entry", proofs / f"{other}.entry")
    assert 4 == run(capsys, "verify", path, *words)[0]


def test_a_changed_proof_does_not_check(proofs, tmp_path, capsys):
    """Exit code 4 for a hash or a signature, 3 for a form."""
    data = (proofs / "closed.tlog-proof").read_bytes()
    lines = data.split(b"\n")
    at = next(number for number, line in enumerate(lines) if line.startswith(b"index ")) + 1
    lines[at] = b"A" * 43 + b"="
    (tmp_path / "hash.tlog-proof").write_bytes(b"\n".join(lines))
    (tmp_path / "form.tlog-proof").write_bytes(data + b"\n")

    assert (4, "") == run(capsys, "verify", tmp_path / "hash.tlog-proof")[:2]
    assert (3, "") == run(capsys, "verify", tmp_path / "form.tlog-proof")[:2]


def test_what_does_not_fit_inside_is_found_beside(proofs, tmp_path, capsys, monkeypatch):
    """Body and opening of a long message lie in files of their own; of another entry they do not check."""
    monkeypatch.setattr("searoom.commands.evidence.MAX_EXTRA_BYTES", 1000)
    words = ("proof", proofs / "record", "amber/0", "--open", "--out", tmp_path / "long.tlog-proof")
    assert 0 == run(capsys, *words)[0]

    assert {".tlog-proof", ".entry", ".policy", ".body", ".opening"} == {path.suffix for path in tmp_path.iterdir()}
    assert b"meeting at 0400Z?".hex() in run(capsys, "verify", tmp_path / "long.tlog-proof")[1]
    (tmp_path / "long.body").write_bytes(b"another")
    assert 4 == run(capsys, "verify", tmp_path / "long.tlog-proof")[0]


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (f"amber={HEX['amber']}", 0, "Proven"),
        (f"amber={HEX['amber'].upper().replace(' ', '')}", 0, "Proven"),
        (f"amber={FIGURES['amber']}", 0, "Proven"),
        (f"amber={FIGURES['coral']}", 4, "group 1 of 12 differs"),
        (f"amber={HEX['coral']}", 4, "not the one that was named"),
        ("amber=12345", 3, "5 figures were given"),
        ("jade=" + "0" * 60, 3, "no card of 'jade'"),
        ("amber", 3, "NAME=VALUE"),
    ],
)
def test_a_fingerprint_is_compared_as_figures_or_hex(proofs, capsys, given, code, said):
    """12 groups of 5 figures, or 64 hex digits; another one is tampering; what compares nothing is refused."""
    for what in ("closed.tlog-proof", "record"):
        found, out, err = run(capsys, "verify", proofs / what, "--fingerprint", given)
        assert code == found
        assert said in out + err


def test_a_fork_is_proven_with_a_code_of_its_own(tmp_path, capsys):
    """Exit code 7, by the card beside the file or one that is named; without a card nothing is judged."""
    path = tmp_path / "amber.fork-proof"
    path.write_bytes(fork())
    assert 3 == run(capsys, "verify", path)[0]
    card = tmp_path / "cards" / "amber.card"
    card.parent.mkdir()
    card.write_bytes(AMBER.card_bytes)

    code, out, _ = run(capsys, "verify", path)
    assert 7 == code
    assert out.startswith("FORK: Proven: the station of 'amber' signed two different entries for one place, 0")
    assert verdicts.UNPINNED in out
    code, out, _ = run(capsys, "verify", path, "--card", card, BOTH[0], "--json")
    assert (7, "fork proven", ["amber"]) == (
        code, json.loads(out)["outcome"], json.loads(out)["fingerprints_compared"]
    )  # fmt: skip
    assert 4 == run(capsys, "verify", path, f"--fingerprint=amber={FIGURES['coral']}")[0]


def test_a_fork_proof_that_proves_nothing_is_tampering(tmp_path, capsys):
    """A byte of a signature turned: exit code 4, and no fork."""
    path = tmp_path / "amber.fork-proof"
    path.write_bytes(fork()[:-1] + bytes((fork()[-1] ^ 1,)))
    (tmp_path / "amber.card").write_bytes(AMBER.card_bytes)

    assert (4, "") == run(capsys, "verify", path)[:2]


def test_an_off_record_copy_proves_nothing(tmp_path, capsys):
    """Exit code 1: either side could have made it, and verify says so and no more."""
    path = tmp_path / "copy"
    path.write_bytes(cbor.encode({0: COPY, 1: "amber/7", 2: 1, 3: "coral", 4: "words", 5: b"sealed"}))

    assert (1, PROVES_NOTHING["en"] + "\n", "") == run(capsys, "verify", path)
    assert "proves nothing" == json.loads(run(capsys, "verify", path, "--json")[1])["outcome"]


def test_what_only_begins_like_an_off_record_copy_is_refused(tmp_path, capsys):
    """A label is no copy: nothing is said of it but that it is none."""
    path = tmp_path / "copy"
    path.write_bytes(cbor.encode({0: COPY, 1: "amber/7"}))
    code, out, said = run(capsys, "verify", path)

    assert (3, "") == (code, out)
    assert "is not written as one" in said


def test_parts_of_a_bundle_are_told(tmp_path, capsys):
    """What each holds, which are not here, and that only a record shows more."""
    paths = parts(tmp_path)
    code, out, _ = run(capsys, "verify", *paths, *BOTH)

    assert 2 <= len(paths)
    assert 0 == code
    assert f"{paths[0]}: demo-2026 (EXERCISE), part 1 of {len(paths)} from amber to coral" in out
    assert "  amber: entries 0 to 0" in out
    assert "Only a record shows that." in out
    assert "not here" not in out
    assert verdicts.UNPINNED not in out
    code, out, _ = run(capsys, "verify", paths[0])
    assert "these parts are not here: 2" in out
    assert verdicts.UNPINNED in out


def test_a_changed_part_is_named(tmp_path, capsys):
    """Exit code 4, with the file; without any card nothing is judged."""
    paths = parts(tmp_path)
    data = paths[1].read_bytes()
    paths[1].write_bytes(data[:-1] + bytes((data[-1] ^ 1,)))
    code, _, err = run(capsys, "verify", *paths)
    assert (4, True) == (code, paths[1].name in err)
    for card in tmp_path.glob("*.card"):
        card.unlink()
    code, _, err = run(capsys, "verify", paths[0])
    assert (3, True) == (code, "cards of the parties are needed" in err)


@pytest.mark.parametrize("data", [b"", b"words", cbor.encode({0: 1, 1: "searoom/other"}), cbor.encode([1, 2, 3])])
def test_other_files_are_refused(tmp_path, capsys, data):
    """The sentence says what can be proven."""
    (tmp_path / "file").write_bytes(data)
    code, _, err = run(capsys, "verify", tmp_path / "file")
    assert (3, True) == (code, "no file that can be proven" in err)


def test_a_file_that_cannot_be_read_or_is_too_long_is_named(tmp_path, capsys, monkeypatch):
    """Before more than a byte too many of it is read."""
    monkeypatch.setattr(verdicts, "_MAX_FILE", 10)
    (tmp_path / "file").write_bytes(bytes(11))
    assert "longer than 10 bytes" in run(capsys, "verify", tmp_path / "file")[2]
    assert 3 == run(capsys, "verify", tmp_path / "file", tmp_path / "none")[0]


def test_a_proof_without_its_entry_asks_for_it(proofs, tmp_path, capsys):
    """What other tools wrote has no excerpt in it."""
    golden = Path(__file__).parents[1] / "vectors"
    shutil.copy(golden / "entry-3.tlog-proof", tmp_path)
    plain = tmp_path / "plain.tlog-proof"
    data = (proofs / "closed.tlog-proof").read_bytes()
    plain.write_bytes(data.replace(data[data.index(b"extra ") : data.index(b"index ")], b""))
    code, _, err = run(capsys, "verify", plain)
    assert (3, True) == (code, "--policy" in err)
    assert 3 == run(capsys, "verify", tmp_path / "entry-3.tlog-proof")[0]
    (tmp_path / "entry").write_bytes(b"entry 3")
    words = ("--policy", golden / "entry-3.policy", "--entry", tmp_path / "entry")
    assert 0 == run(capsys, "verify", tmp_path / "entry-3.tlog-proof", *words)[0]
