"""The command `hadr`: an alert is shown with what is to be known of it, and becomes a draft that another releases."""

import json
from pathlib import Path

import pytest

from deskside import at_work, forms_of, key_file, meet, run

DATA = Path(__file__).parent.parent / "data" / "cap"
TSUNAMI, TYPHOON = DATA / "tsunami-information.xml", DATA / "typhoon-warning.xml"
DURING, AFTER = "2026-05-04T00:30:00Z", "2026-05-04T02:00:00Z"


@pytest.mark.parametrize(
    ("at", "code", "said"), [(DURING, 0, "a signature stands in it"), (AFTER, 1, "it has expired, 54 minutes ago")]
)
def test_shows_an_alert_and_what_is_to_be_known_of_it(capsys, at, code, said):
    """0 while it warns of something, 1 when it has expired; either way with the reason."""
    found, out, _ = run(capsys, "hadr", "read", TSUNAMI, "--at", at)

    assert code == found
    assert "identifier of the alert: MADE-1-e0001" in out
    assert said in out


@pytest.mark.parametrize(("lang", "label"), [("ja", "警報の識別子"), ("zh", "警报标识")])
def test_labels_stand_in_the_officers_language(capsys, lang, label):
    """The alert's own words stay as they are."""
    _, out, _ = run(capsys, "hadr", "read", TSUNAMI, "--at", DURING, "--lang", lang)

    assert label in out
    assert "an earthquake has occurred" in out


def test_for_a_program(capsys):
    """The form as its schema has it, and the findings."""
    code, out, _ = run(capsys, "hadr", "read", TYPHOON, "--at", "2026-08-26T12:00:00Z", "--json")
    told = json.loads(out)

    assert (0, "hadr-alert", "extreme") == (code, told["form"]["form"], told["form"]["fields"]["severity"])
    assert ["references"] == [each["where"] for each in told["findings"]]


def test_what_is_no_alert_is_refused(capsys, tmp_path):
    """Exit code 3, one sentence, and nothing fetched."""
    (tmp_path / "a.xml").write_text('<!DOCTYPE a SYSTEM "http://192.0.2.1/x"><a/>', encoding="utf-8")
    code, _, told = run(capsys, "hadr", "read", tmp_path / "a.xml")

    assert (3, True) == (code, "a document type or an entity" in told)


def test_a_draft_needs_a_node_and_a_key(capsys, tmp_path):
    """One without the other says so."""
    code, _, told = run(capsys, "hadr", "read", TSUNAMI, "--node", tmp_path)

    assert (3, True) == (code, "needs --node and --key" in told)


def test_an_alert_becomes_a_draft_and_another_person_releases_it(capsys, stage):
    """Nothing leaves by one person's hand; what the other side has then is the form, word for word."""
    with at_work(stage) as nodes:
        folder = stage.folder("amber")
        code, out, _ = run(
            capsys, "hadr", "read", TSUNAMI, "--node", folder, "--key", key_file(stage, "amber-1"), "--json"
        )
        draft = json.loads(out)
        assert (0, None) == (code, draft["index"])
        meet(nodes)
        assert "hadr-alert" not in forms_of(nodes["coral"].node.account().messages())

        run(capsys, "release", folder, draft["draft"], "--key", key_file(stage, "amber-2"), "--yes")
        meet(nodes)
        (held,) = nodes["coral"].node.account().messages("hadr-alert")

    assert "MADE-1-e0001" == held.filled.fields["identifier"]
    assert 2 == len(held.signers)
