"""The command `due`: what is owed under an agreement alone, under a pack of one's own, and on a node's record."""

import json
from importlib import resources

import pytest

from deskside import at_work, exchange, fill, run, signed
from searoom.commands import promises
from searoom.node.node import Node

AT = "2026-01-01T00:00:00Z"
PACK = resources.files("searoom.obligations") / "data" / "agreements" / "demo.toml"


@pytest.fixture
def asked(stage):
    """Coral's folder, in whose record a hotline message of amber waits to be read; no node runs."""
    amber, coral = (Node.open(stage.folder(party)) for party in ("amber", "coral"))
    amber.submit(*signed(stage, amber, fill("hotline-message", {"text": "Your course?"}), "amber-1", "amber-2"))
    exchange(amber, coral)
    amber.close()
    coral.close()
    return stage.folder("coral")


def rows(capsys, *words):
    code, out, err = run(capsys, "due", *words, "--json")
    assert (0, "") == (code, err)
    return json.loads(out)


def test_a_node_owes_what_its_record_shows(asked, capsys):
    """Coral owes a reading within half an hour of the delivery, as of the node's own clock."""
    (duty,) = [row for row in rows(capsys, asked) if row["clause"] == "hotline-read"]

    assert (["coral"], "due", "2026-06-03T02:30:00Z", None) == tuple(
        duty[name] for name in ("owed_by", "state", "due", "met_by")
    )


def test_a_time_may_be_named(asked, capsys):
    """An hour later the same reading is missed."""
    found = {row["clause"]: row["state"] for row in rows(capsys, asked, "--at", "2026-06-03T03:00:00Z")}

    assert "missed" == found["hotline-read"]


def test_what_has_been_met_is_shown_when_asked_for(stage, asked, capsys):
    """`--all` names the entry by which it was met; without it what is done is not on the list."""
    amber, coral = (Node.open(stage.folder(party)) for party in ("amber", "coral"))
    coral.submit(*signed(stage, coral, fill("read", {}, channel="hotline", reply_to=("amber", 0)), "coral-1"))
    exchange(coral, amber)
    amber.close()
    coral.close()

    assert [] == [row for row in rows(capsys, asked) if row["clause"] == "hotline-read"]
    (done,) = [row for row in rows(capsys, asked, "--all") if row["clause"] == "hotline-read"]
    assert ("met", "coral/1") == (done["state"], done["met_by"])


def test_the_store_is_let_go(asked, capsys):
    """After the command a node can run on the folder."""
    rows(capsys, asked)
    Node.open(asked).close()


@pytest.mark.parametrize(
    ("lang", "unsaid"), [("en", "No record was named"), ("ja", "記録の指定"), ("zh", "未指定记录")]
)
def test_an_agreement_alone_says_what_it_rests_on(capsys, lang, unsaid):
    """Without a record the first line says so, and nothing is called missed: silence is no evidence of anything."""
    code, out, _ = run(capsys, "due", "--agreement", "macm", "--at", AT, "--lang", lang)

    assert 0 == code
    assert unsaid in out.splitlines()[0]
    assert "no record" in out
    assert not [line for line in out.splitlines() if line.startswith("  missed")]


def test_a_record_is_not_said_to_be_missing(asked, capsys):
    """With a node each line is a duty: its state, its time, who owes it, and the sentence."""
    code, out, _ = run(capsys, "due", asked)

    assert 0 == code
    assert "No record was named" not in out
    assert "  due       2026-06-03T02:30:00Z  coral\n" in out


def test_a_running_node_is_asked_at_its_desk(stage, asked, capsys):
    """The same list whether the node runs or not, in each language, with and without what has been met."""
    for words in (("--lang", "en"), ("--lang", "zh", "--all")):
        still = rows(capsys, asked, *words)
        with at_work(stage, "coral"):
            assert still == rows(capsys, asked, *words)
    assert still


def test_asking_says_nothing(stage, capsys):
    """A query writes no receipt, even where one is owed."""
    amber, coral = (Node.open(stage.folder(party)) for party in ("amber", "coral"))
    amber.submit(*signed(stage, amber, fill("hotline-message", {"text": "Your course?"}), "amber-1", "amber-2"))
    coral.record.admit(amber.record.batch("amber", 0), now_us=coral.now())
    amber.close()
    coral.close()

    rows(capsys, stage.folder("coral"))

    coral = Node.open(stage.folder("coral"), to_read=True)
    assert 0 == coral.record.size("coral")
    coral.close()


def test_nothing_owed_is_said(asked, capsys, monkeypatch):
    """A list without a line would look like a fault."""
    monkeypatch.setattr(promises, "_of_node", lambda _given: [])

    assert (0, "  nothing\n", "") == run(capsys, "due", asked)


def test_a_pack_of_ones_own_is_read_from_its_path(tmp_path, capsys):
    """A copy of a packaged pack gives the same list."""
    path = tmp_path / "ours.toml"
    path.write_text(PACK.read_text(encoding="utf-8"), encoding="utf-8")

    assert rows(capsys, "--agreement", "demo", "--at", AT) == rows(capsys, "--agreement", path, "--at", AT)


FAULTS = [
    ('ja = "琥珀", zh = "琥珀"', 'zh = "琥珀"', "ja"),
    ('ja = "2026年デモンストレーション用メカニズム（演習）", ', "", "ja"),
    ("format = 1", "format = 7", "format"),
    ("exercise = true", 'exercise = "yes"', "exercise"),
    ("exercise = true", "exercise = true\nsurprise = 1", "surprise"),
    ("[adopts.hotline-read]", "[adopts.hotline-dance]", "hotline-dance"),
    ('every = "24 h"', 'every = "often"', "often"),
    ("[[parties]]", "[[parties", "ours.toml"),
]


@pytest.mark.parametrize(("right", "wrong", "said"), FAULTS)
def test_a_fault_in_a_pack_is_named_with_its_place(tmp_path, capsys, right, wrong, said):
    """A missing language, an unknown field, a wrong kind, a dangling name: the file and the place, exit code 3."""
    text = PACK.read_text(encoding="utf-8")
    assert right in text
    path = tmp_path / "ours.toml"
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")

    code, out, err = run(capsys, "due", "--agreement", path)

    assert (3, "") == (code, out)
    assert "ours" in err
    assert said in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--agreement", "nowhere"), "there is no packaged agreement 'nowhere'"),
        (("--agreement", "none/ours.toml"), "ours.toml"),
        (("--at", "yesterday"), "'yesterday' is not a time"),
        (("--at", "2026-01-01T00:00:00"), "has no zone"),
        (("no-such-node",), "is not a node's folder"),
    ],
)
def test_what_is_not_there_is_told(capsys, words, said):
    """An agreement, a pack, a time or a node that is none."""
    code, out, err = run(capsys, "due", *words)

    assert (3, "") == (code, out)
    assert said in err


def test_a_nodes_own_pack_is_found_beside_it(stage, asked, capsys):
    """A setting that names a .toml means one in the node's folder."""
    (asked / "ours.toml").write_text(PACK.read_text(encoding="utf-8"), encoding="utf-8")
    text = (asked / "node.toml").read_text().replace('"demo"', '"ours.toml"')
    (asked / "node.toml").write_text(text)

    assert "hotline-read" in {row["clause"] for row in rows(capsys, asked)}
    with at_work(stage, "coral"):
        pass
