"""The command `verify`: one record or several, roots right and wrong, a bit flipped, and who is behind each state."""

import io
import json
import re
import shutil
import sys
from pathlib import Path

import pytest

import builders
from deskside import at_work, fill, forms_of, key, meet, run, signed, told
from searoom.commands import proof
from searoom.errors import NotAllowed
from searoom.record.cards import Card
from searoom.record.export import write_record
from searoom.record.verify import verify_folder
from told import Tale

AMBER, CORAL = builders.parties()


@pytest.fixture(scope="module")
def records(enrolled, tmp_path_factory):
    """Both parties' exports of one short record, at <folder>/<party>/record; not to be changed."""
    out = tmp_path_factory.mktemp("told") / "stage"
    shutil.copytree(enrolled.out, out)
    return told(type(enrolled)(out, enrolled.scenario, enrolled.agreement, enrolled.seats, dict(enrolled.ports)))


@pytest.fixture
def copy(records, tmp_path):
    """A copy of both exports that may be spoiled."""
    for party in ("amber", "coral"):
        shutil.copytree(records / party / "record", tmp_path / party / "record")
    return tmp_path


def shown(records, party):
    return Card.from_bytes((records / "amber" / "record" / "cards" / f"{party}.card").read_bytes()).fingerprint()


def test_one_record_is_proven(records, capsys):
    """Sizes, who stored how much, fingerprints, and what is proven and what not."""
    code, out, _ = run(capsys, "verify", records / "coral" / "record")

    assert 0 == code
    assert "demo-2026 (EXERCISE), exported by coral" in out
    assert "  amber: 2 entries; coral signed that it stored 2\n" in out
    assert Card.from_bytes((records / "amber/record/cards/amber.card").read_bytes()).fingerprint() in out
    assert "Not proven: that what was said is true" in out
    assert proof.UNPINNED in out
    assert "agree with each other" not in out


def test_several_records_are_compared(records, capsys):
    """A folder that holds records as */record: all are proven, and against each other."""
    code, out, _ = run(capsys, "verify", records)

    assert 0 == code
    assert "exported by amber" in out
    assert "exported by coral" in out
    assert "The exports agree with each other." in out


def test_fingerprints_that_were_read_aloud_are_right(records, capsys):
    """With all of them named, with or without gaps, in either case, the warning is gone; with one of two it stays."""
    words = [f"--fingerprint=amber={shown(records, 'amber')}", f"--fingerprint=coral={shown(records, 'coral').upper()}"]
    one_code, one, _ = run(capsys, "verify", records, words[0].replace(" ", ""))
    code, out, _ = run(capsys, "verify", records, words[0].replace(" ", ""), words[1])

    assert (0, 0) == (one_code, code)
    assert proof.UNPINNED in one
    assert proof.UNPINNED not in out


def test_a_fingerprint_that_is_another_is_tampering(records, capsys):
    """A card under another root is somebody else's: exit code 4, with what the record shows."""
    code, out, err = run(capsys, "verify", records, "--fingerprint", f"amber={shown(records, 'coral')}")

    assert (4, "") == (code, out)
    assert shown(records, "amber") in err


@pytest.mark.parametrize(
    ("given", "code", "said"), [("amber", 3, "NAME=VALUE"), ("jade=00", 3, "jade"), ("amber=", 3, "0 figures")]
)
def test_a_fingerprint_that_compares_nothing_is_refused(records, capsys, given, code, said):
    """What would compare nothing is not silently let pass."""
    found, out, err = run(capsys, "verify", records, "--fingerprint", given)

    assert (code, "") == (found, out)
    assert said in err


@pytest.mark.parametrize("name", ["manifest", "cards/amber.card", "amber/checkpoint"])
def test_a_flipped_bit_is_found(copy, capsys, name):
    """One bit in one file of one of the exports: refused, with the file's name."""
    victim = copy / "coral" / "record" / name
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(bytes(data))

    code, out, err = run(capsys, "verify", copy)

    assert code in (3, 4)
    assert "" == out
    assert name.split("/")[0] in err


def test_a_flipped_bit_in_a_body_is_tampering(copy, capsys):
    """What lies beside the log is covered as well: exit code 4."""
    victim = next((copy / "coral" / "record" / "amber" / "bodies").rglob("*.p/*"))
    *kept, last = victim.read_bytes()
    victim.write_bytes(bytes((*kept, last ^ 1)))

    code, _, err = run(capsys, "verify", copy)

    assert 4 == code
    assert "amber/bodies/000.p/2, entry 1: the body is not the one" in err


def test_a_fork_between_two_exports_is_proven(capsys, tmp_path):
    """Amber tells one thing here and another there, both well signed: together they prove it, with a code of its own."""
    for name, words in (("here", b"yes"), ("there", b"no")):
        told_so, _ = builders.records()
        builders.say(told_so, AMBER, words)
        cards = {party.name: party.card_bytes for party in (AMBER, CORAL)}
        write_record(told_so, tmp_path / name / "record", cards=cards, agreement=bytes(32))

    code, _, err = run(capsys, "verify", tmp_path)

    assert 7 == code
    assert "forks: from entry 0 on" in err
    assert 7 == run(capsys, "verify", tmp_path / "here" / "record", tmp_path / "there" / "record")[0]


class Terminal(io.StringIO):
    """A standard error at which somebody watches."""

    def isatty(self):
        return True


def test_long_work_shows_how_far_it_has_come(records, capsys, monkeypatch):
    """On a terminal, and nowhere else; the line is taken away at the end."""
    terminal = Terminal()
    assert "" == run(capsys, "verify", records)[2]
    monkeypatch.setattr(sys, "stderr", terminal)
    assert 0 == run(capsys, "verify", records)[0]

    assert "checked 4 of 4 entries (100 %)" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_json_holds_the_same_facts(records, capsys):
    """A program reads sizes, roots, cosignatures and what was pinned, one object an export."""
    code, out, _ = run(capsys, "verify", records, "--json", "--fingerprint", f"amber={shown(records, 'amber')}")

    one, other = json.loads(out)
    assert 0 == code
    assert ("amber", "coral") == (one["exporter"], other["exporter"])
    assert one["roots"] == other["roots"]
    assert ({"amber": 2, "coral": 2}, 4, 4, ["amber"]) == (
        one["sizes"],
        one["entries"],
        one["opened"],
        one["fingerprints_compared"],
    )


def test_who_names_person_and_key_behind_each_state(records, capsys):
    """Said by two officers, placed and delivered by stations, recorded by a mirror, read by an officer."""
    _, out, _ = run(capsys, "verify", records, "--who")

    block = out.split("hotline-message")[1].split("\ncoral/")[0]
    assert 2 == len(re.findall(r"said by +\S.* \(officer of amber, key [0-9a-f]{16}\)", block))
    assert re.search(r"placed by +amber station \(station of amber, key [0-9a-f]{16}\)", block)
    assert re.search(r"delivered +coral station \(station of coral, key [0-9a-f]{16}\), in coral/0", block)
    assert "recorded      by the mirror key of coral: stored, never agreed" in block
    assert re.search(r"read +Lt Cdr Ostrow \(Coral\) \(officer of coral, key [0-9a-f]{16}\), in coral/1", block)


def test_what_is_said_again_is_counted_and_shown(records, capsys):
    """The golden record has a statement in two logs of amber: the number is told, and `--who` names the first place."""
    golden = Path(__file__).parents[1] / "vectors" / "record"
    code, out, _ = run(capsys, "verify", golden, "--who")
    assert (0, True) == (code, "said again in a later log of their author: 1 " in out)
    lines = out.splitlines()
    (at,) = [at for at, line in enumerate(lines) if line.startswith("amber.2/2 ")]
    assert "Said again: the statement of amber/2" in lines[at]
    assert ["said", "placed", "amber.2/3"] == [
        line.split()[0] for line in lines[at + 1 : at + 4]
    ]  # its states: at the first
    assert [1] == [facts["again"] for facts in json.loads(run(capsys, "verify", golden, "--json")[1])]
    assert "said again" not in run(capsys, "verify", records / "amber" / "record")[1]


def test_what_the_exporter_did_not_open_keeps_its_place(copy, capsys):
    """Without its opening an entry stands in the account, closed."""
    for party in ("amber", "coral"):
        shutil.rmtree(copy / "amber" / "record" / party / "openings")

    account = proof.account_of(verify_folder(copy / "amber" / "record"))
    _, out, _ = run(capsys, "verify", copy / "amber" / "record", "--who")

    assert 4 == len(account.items)
    assert {"its words were not opened to us"} == set(forms_of(account.items))
    assert "0 of 4 bodies opened by the exporter" in out
    assert "closed: its words were not opened to us" in out


def test_a_folder_without_a_record_is_refused(capsys, tmp_path):
    """Empty, missing, or a file where a record should be."""
    (tmp_path / "amber").mkdir()
    (tmp_path / "amber" / "record").write_text("no folder")
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(NotAllowed, match="holds no exported record"):
            proof.records_in(folder)
    code, _, err = run(capsys, "verify", tmp_path)
    assert 3 == code
    assert "holds no exported record" in err


def test_substance_of_one_person_is_closed_in_an_export_too(stage, capsys):
    """An arbiter reads by the same rules as the receiver: one signature under substance is not believed."""
    with at_work(stage) as nodes:
        node = nodes["amber"].node
        released, body = signed(stage, node, fill("hotline-message", {"text": "Alone."}), "amber-1")
        node.record.say(released, body, now_us=node.now())
        meet(nodes)
        node.export(stage.out / "amber" / "record")

    _, out, _ = run(capsys, "verify", stage.out, "--who")

    assert "closed: the form 'hotline-message' takes 2 officers and 1 signed it" in out
    assert key(stage, "amber-1").key_id.hex() in out


def test_who_names_the_layers_that_officers_said():
    """A question and a promise are told apart from a reading, each with the person and the entry."""
    tale = Tale()
    ref = tale.say("amber", "hotline-message", text="Hello.")
    tale.receive("coral")
    tale.say("coral", "clarification", reply_to=ref, fields=("text",))
    tale.say("coral", "comply", reply_to=ref, answer="will-comply")

    lines = list(proof._states(tale.account(), ref))
    assert ["delivered", "clarification", "will-comply"] == [line.split()[0] for line in lines]
    assert all("coral officer 1 (officer of coral" in line for line in lines[1:])
