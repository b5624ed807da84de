"""Story: two warships of two fictitious parties meet; what is said, heard, delivered, read, and proven."""

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from searoom.matters.contacts import contacts
from searoom.matters.delivery import delivery
from searoom.record.keys import Role

CALLS = ("V-Q1", "V-N5", "V-W1", "V-N8", "V-R1", "V-R3")


def test_two_nodes_are_two_processes_with_their_own_keys(main_job):
    """Each node has its own process, port and root key."""
    nodes = list(main_job.facts["main_job"]["nodes"].values())

    assert all(len({node[name] for node in nodes}) == 2 for name in ("pid", "port", "fingerprint"))


def test_three_calls_are_told_apart(main_job):
    """Heard right, heard garbled, not heard at all: matching shows each as what it was and edits nothing."""
    told = {call["code"]: call for call in main_job.facts["main_job"]["contacts"]}

    assert set(CALLS) == set(told)
    assert [told[code]["verdict"] for code in CALLS] == [
        "heard as sent", "heard garbled", "not heard", "heard as sent", "heard as sent", "heard as sent",
    ]  # fmt: skip
    assert told["V-N5"]["heard"] == "INTENTION. I will ... you on your port ..."
    assert told["V-N5"]["sent"] == "INTENTION. I will overtake you on your port side."


def test_four_answers_are_four_different_things(main_job):
    """Received, understood, will comply and cannot comply stand as they were said."""
    told = {call["code"]: call["answers"] for call in main_job.facts["main_job"]["contacts"]}

    assert (["understood"], ["received"], [], ["will-comply"], ["cannot-comply"]) == tuple(
        told[code] for code in ("V-Q1", "V-N5", "V-W1", "V-R1", "V-R3")
    )


def test_heard_was_written_before_a_byte_of_sent_came(main_job):
    """What the hearer's station signed as held shows that the sender's entry had not reached it."""
    heard = [call for call in contacts(main_job.account) if call.heard is not None]

    assert len(heard) == 5
    for call in heard:
        assert call.independent
        assert not call.heard.had_heard(call.sent.ref)


def test_sent_heard_read_and_substance_carry_persons_keys(main_job):
    """No person's act was signed by a station; what takes two carries two persons."""
    for message in main_job.account.messages():
        roles = {signer.role for signer in message.signers}
        persons = {signer.holder for signer in message.signers}
        automatic = message.filled.form in ("receipt", "line-test")
        assert roles == ({Role.STATION} if automatic else {Role.OFFICER})
        if message.filled.form in ("hotline-message", "dossier-open", "measurement"):
            assert len(persons) == 2


def test_hotline_message_passes_through_its_states(main_job):
    """Stored, delivered, recorded, read and answered, in the sender's own language, each by a key of the right kind."""
    asked, answered = main_job.account.messages("hotline-message")
    told = delivery(main_job.account, asked.ref)

    assert ("ja", "zh") == (asked.filled.lang, answered.filled.lang)
    assert told.delivered.signer.role is Role.STATION
    assert {"coral": True} == told.recorded
    assert (Role.OFFICER, "coral-1") == (told.read.signer.role, told.read.signer.holder)
    for line in main_job.facts["main_job"]["hotline"]:
        assert all(line[state] for state in ("stored", "handed over", "delivered", "recorded", "read_by"))
    assert (answered.ref,) == tuple(answer.ref for answer in told.answers)


def test_who_names_person_and_key_behind_each_state(main_job):
    """`verify --who` prints, under the hotline message, the officer who read it and the mirror that stored it."""
    block = (main_job.out / "who.txt").read_text().split("hotline-message")[1].split("\namber/")[0]

    assert "Lt Cdr Arden (Amber) (officer of amber, key " in block
    assert re.search(r"delivered +coral station \(station of coral, key [0-9a-f]{16}\)", block)
    assert re.search(r"read +Lt Cdr Ostrow \(Coral\) \(officer of coral, key [0-9a-f]{16}\)", block)
    assert "stored, never agreed" in block


def test_dossier_shows_where_intervals_agree_and_where_not(main_job):
    """At the first crossing both radars agree within their errors, at the second they do not; no digit is finer than the error."""
    first, second = main_job.facts["main_job"]["dossiers"]

    assert ("overlap", "no overlap") == (first["verdict"], second["verdict"])
    for row in (first, second):
        for text in row["said"].values():
            value, error = (int(part.split()[0]) for part in text.split("±"))
            assert error > 0
            assert value % 10 ** (len(str(error)) - 1) == 0


def test_joint_page_is_the_same_bytes_on_both_nodes(main_job):
    """Each node rendered the page from its own store; in each language the two files are equal."""
    for lang in ("en", "ja", "zh"):
        pages = {(main_job.out / party / f"joint-{lang}.html").read_bytes() for party in ("amber", "coral")}
        assert len(pages) == 1


def test_record_is_proven_from_a_copy_without_the_stores(main_job, tmp_path):
    """Only `*/record`, copied elsewhere: `verify` succeeds, the second verifier agrees, and both refuse a changed byte."""
    for party in ("amber", "coral"):
        shutil.copytree(main_job.out / party / "record", tmp_path / party / "record")
    second = [sys.executable, str(Path(__file__).parents[1] / "second_verifier.py")]

    def codes() -> tuple[int, int]:
        ours = subprocess.run(
            [sys.executable, "-m", "searoom", "verify", str(tmp_path)], capture_output=True, check=False
        )
        theirs = subprocess.run([*second, str(tmp_path / "coral" / "record")], capture_output=True, check=False)
        return ours.returncode, theirs.returncode

    assert codes() == (0, 0)
    victim = max(path for path in (tmp_path / "coral" / "record" / "amber" / "bodies").rglob("*") if path.is_file())
    data = bytearray(victim.read_bytes())
    data[-1] ^= 0x10
    victim.write_bytes(bytes(data))
    ours, theirs = codes()
    assert ours == 4
    assert theirs != 0


def test_demo_shows_a_refused_copy(main_job):
    """The run itself shows that one changed byte is refused, with a sentence that names the file."""
    changed = main_job.facts["main_job"]["changed_copy"]

    assert changed["exit_code"] == 4
    assert changed["file"] in main_job.facts["main_job"]["refusal"]


class _Fetches(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [
            f"{tag} {name}={value}"
            for name, value in attrs
            if name in ("src", "href") and not (value or "").startswith("#")
        ]
        self.found += [tag] if tag in ("script", "link", "iframe") else []


@pytest.mark.parametrize("name", ["review.html", "review-ja.html", "review-zh.html"])
def test_review_is_one_page_that_fetches_nothing(main_job, name):
    """The page holds chart, plot, timeline and proof, and asks no host for anything."""
    page = (main_job.out / name).read_text()
    fetches = _Fetches()
    fetches.feed(page)

    assert fetches.found == []
    assert page.count("<svg") >= 3
    assert not re.findall(r"url\((?!#)", page)
    assert "@import" not in page


def test_swapped_chairs_change_owners_and_nothing_else(main_job, swapped):
    """With the parties in each other's chairs every call, verdict and answer is the same, said by the other."""
    swap = {"AMBER 21": "CORAL 34", "CORAL 34": "AMBER 21"}

    def calls(run: object, rename: dict[str, str]) -> list[tuple]:
        found = run.facts["main_job"]["contacts"]
        return sorted((rename.get(c["from"], c["from"]), c["code"], c["verdict"], c["answers"]) for c in found)

    assert calls(main_job, {}) == calls(swapped, swap)
    assert [row["verdict"] for row in main_job.facts["main_job"]["dossiers"]] == [
        row["verdict"] for row in swapped.facts["main_job"]["dossiers"]
    ]


def test_watch_test_gives_the_same_minutes_in_disguise(main_job, swapped):
    """Other names, another day, another sea, mirrored: the same minutes and the same grades."""
    plain, hidden = main_job.facts["watch_test"], swapped.facts["watch_test"]

    assert plain["minutes_before"] == hidden["minutes_before"]
    for alert in (*plain["alerts"], *hidden["alerts"]):
        del alert["aspect_deg"]  # mirrored, and told from whichever of the two comes first under its new name
    assert plain["alerts"] == hidden["alerts"]
    assert plain["pair"] != hidden["pair"]
    assert plain["bystanders_quiet"]
    assert hidden["bystanders_quiet"]


def test_a_second_run_replaces_only_what_a_demo_wrote(tmp_path):
    """A folder with somebody's files is never removed."""
    (tmp_path / "mine.txt").write_text("mine")
    done = subprocess.run(
        [sys.executable, "-m", "searoom", "demo", "--out", str(tmp_path)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 3
    assert "no earlier demo wrote it" in done.stderr
    assert (tmp_path / "mine.txt").read_text() == "mine"
