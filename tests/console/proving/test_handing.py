"""Copies to take away: each proves itself, is noted before it leaves, and leaves nothing behind."""

import http.client
import io
import json
import zipfile
from urllib.parse import urlencode

import pytest

from console_at_work import Browser, wait_for
from deskside import key, run
from searoom import cbor
from searoom.console.proving.handing import PART, WHAT, proves_fork
from searoom.record.entry import place

FORKED = 7  # what `searoom verify` ends with where a fork is proven


@pytest.fixture
def auditor(address):
    """An auditor who sits there, once the console has read the record."""
    found = Browser(address).sign_in("audit-1")
    wait_for(lambda: 'href="/record/amber/2"' in found.get("/record")[2])
    return found


def taken(browser, path, fields, page="/record/take"):
    """Post a form and return status, headers and the bytes that came."""
    mark = browser.hidden(page)["mark"]
    line = http.client.HTTPConnection(browser.address, timeout=60)
    line.request(
        "POST", path, urlencode({**fields, "mark": mark}),
        {
            "Origin": f"http://{browser.address}", "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items()),
        },
    )  # fmt: skip
    answer = line.getresponse()
    data = answer.read()
    line.close()
    return answer.status, dict(answer.getheaders()), data


def noted(nodes):
    """Return the notes of the national log about the console: (deed, about)."""
    notes = nodes["amber"].node.notebook.notes("console-note")
    return [(each.fields["deed"], each.fields.get("about", "")) for _, each in notes]


def test_everything_is_a_record_that_proves_itself(auditor, tmp_path, capsys):
    """`searoom verify` accepts the folder in the file, and each transcript has every word."""
    status, headers, data = taken(auditor, "/record/take", {"what": "everything"})
    zipfile.ZipFile(io.BytesIO(data)).extractall(tmp_path)

    assert (200, "application/zip") == (status, headers["content-type"])
    assert 0 == run(capsys, "verify", tmp_path / "amber-record")[0]
    for lang in ("en", "ja", "zh"):
        text = (tmp_path / f"transcript-{lang}.txt").read_text(encoding="utf-8")
        assert "貴艦の針路を確認したい。" in text
        assert "请确认贵舰的航向。" in text
    assert 3 < len(json.loads((tmp_path / "transcript.json").read_text(encoding="utf-8"))["entries"])


def test_a_closed_copy_proves_itself_and_shows_no_words(auditor, tmp_path, capsys):
    """Who verifies and may not read gets no word of it."""
    data = taken(auditor, "/record/take", {"what": "closed"})[2]
    zipfile.ZipFile(io.BytesIO(data)).extractall(tmp_path)

    code, out, _ = run(capsys, "verify", tmp_path / "amber-record")
    assert 0 == code
    assert "0 of" in out
    assert "貴艦".encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


@pytest.mark.parametrize("what", [each for each in WHAT if each not in ("everything", "closed")])
def test_a_transcript_comes_as_one_file(auditor, what):
    """A browser saves it, and does not open it."""
    status, headers, data = taken(auditor, "/record/take", {"what": what})

    assert 200 == status
    assert headers["content-disposition"].startswith("attachment; ")
    assert "Please confirm your course." in data.decode()


def test_each_copy_is_noted_and_leaves_nothing_behind(auditor, nodes, talked):
    """The national log says who took what; the folder in which it was made is gone."""
    taken(auditor, "/record/take", {"what": "json"})
    taken(auditor, "/record/amber/0/proof", {})

    wait_for(lambda: ("proof-taken", "amber/0") in noted(nodes))
    assert ("exported", "json") in {(deed, about.partition(",")[0]) for deed, about in noted(nodes)}
    assert [] == list(talked.folder("amber").glob(f"{PART}*"))


def test_what_a_killed_console_left_is_swept(auditor, talked):
    """A copy with open words does not lie about for long."""
    left = talked.folder("amber") / f"{PART}old"
    left.mkdir()
    (left / "words").write_text("open", encoding="utf-8")

    taken(auditor, "/record/take", {"what": "json"})

    assert not left.exists()


@pytest.mark.parametrize(("fields", "opened"), [({}, False), ({"open": "1"}, True)])
def test_a_proof_is_accepted_by_the_command_that_others_use(auditor, tmp_path, capsys, fields, opened):
    """One file, with words only where the box was ticked."""
    status, headers, data = taken(auditor, "/record/amber/1/proof", fields)
    (tmp_path / "amber-1.tlog-proof").write_bytes(data)

    code, out, _ = run(capsys, "verify", tmp_path / "amber-1.tlog-proof")

    assert (200, 0) == (status, code)
    assert 'filename="amber-1.tlog-proof"' in headers["content-disposition"]
    assert opened == ("貴艦の針路を確認したい。" in out)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/record/take", {"what": "the crown jewels"}),
        ("/record/take", {}),
        ("/record/amber/99999/proof", {}),
        ("/record/teal/0/proof", {}),
        ("/record/standing/evidence/99", {}),
        ("/record/standing/evidence/0", {"as": "fork"}),
    ],
)
def test_what_is_not_there_is_refused_with_a_sentence(auditor, path, fields):
    """No file is made of nothing."""
    status, headers, _ = taken(auditor, path, fields)

    assert 404 == status
    assert "content-disposition" not in headers


def test_a_copy_is_not_handed_out_without_the_mark_of_the_session(auditor):
    """No page of another site makes a browser take the record away."""
    assert 404 == auditor.post("/record/take", {"what": "json", "mark": "0" * 64})[0]


def test_evidence_is_taken_as_it_was_kept(auditor, nodes):
    """What was kept comes byte for byte; what proves no fork is not handed out as one."""
    record = nodes["amber"].node.record
    entry = next(record.entries("coral"))[0].to_bytes()
    record.keep_evidence("refused", cbor.encode(["a sentence", entry]))
    number = len(record.evidence())

    status, _, data = taken(auditor, f"/record/standing/evidence/{number}", {"as": "piece"})
    refused, _, _ = taken(auditor, f"/record/standing/evidence/{number}", {"as": "fork"})

    assert (200, record.evidence()[number - 1].detail) == (status, data)
    assert 404 == refused
    assert "a sentence" in auditor.get("/record/standing")[2]


def test_a_proven_fork_is_downloaded_and_proves_itself(auditor, nodes, talked, tmp_path, capsys):
    """Two entries of one place, each placed by coral's station: the file and the card beside it are all that one needs."""
    one = next(nodes["coral"].node.record.entries("coral"))[0]
    other = forked(talked, one)
    record = nodes["amber"].node.record
    record.keep_evidence("fork", cbor.encode(["two entries", "coral", one.to_bytes(), other.to_bytes()]))

    status, _, data = taken(auditor, f"/record/standing/evidence/{len(record.evidence())}", {"as": "fork"})
    zipfile.ZipFile(io.BytesIO(data)).extractall(tmp_path)
    (proof,) = tmp_path.glob("*.fork-proof")
    code, out, _ = run(capsys, "verify", proof, "--card", tmp_path / "coral.card")

    assert 200 == status
    assert "signed two different entries for one place" in out
    assert FORKED == code


def forked(stage, one):
    """Return another entry of the same place, which coral's station signed too."""
    return place(
        one.released, log=one.log, index=one.index, height=one.height, heard=one.heard, placed_us=one.placed_us + 1,
        station_key=key(stage, "coral-station"),
    )  # fmt: skip


def test_what_proves_no_fork_is_not_offered_as_one():
    """Evidence that speaks of a fork and cannot prove it stays evidence."""
    assert not proves_fork("fork", cbor.encode(["a sentence", b"", b"x"]))
    assert not proves_fork("fork", b"\xff")
    assert not proves_fork("refused", cbor.encode(["a sentence"]))
