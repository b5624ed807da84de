"""A later version of an agreement on two nodes: nothing changes for anybody before both have said its hash."""

import json
from importlib.resources import files
from types import SimpleNamespace

import pytest

from console_at_work import Browser, console
from deskside import BOOK, CONTACT, at_work, change_settings, exchange, fill, forms_of, meet, run, signed
from searoom.account import Closed, Message
from searoom.desk import asking as desk
from searoom.errors import NotAllowed
from searoom.node.node import Node
from searoom.obligations.agreement import load

_BEGUN = (files("searoom.obligations") / "data" / "agreements" / "demo.toml").read_text(encoding="utf-8")
RULE = '[[release]]\nforms = ["hotline-message"]\npersons = 3\n'
QUESTION = fill("hotline-message", {"text": "We ask for your course at 02:16Z."})


@pytest.fixture
def later(tmp_path):
    """A later version of the demonstration's agreement: three persons sign a message, and the line is tested twice."""
    path = tmp_path / "later.toml"
    text = _BEGUN.replace('id = "demo-2026"', 'id = "demo-2027"').replace('every = "24 h"', 'every = "12 h"')
    path.write_text(text + RULE, encoding="utf-8")
    digest = load(path, BOOK).hash
    return SimpleNamespace(path=path, hash=digest, adoption=fill("agreement-adopted", {"hash": digest.hex()}))


def started(stage, party, pack=None, **options):
    """Start the node of a party again, with another pack in its settings where one is given."""
    if pack is not None:
        change_settings(stage.folder(party), agreement=str(pack))
    return Node.open(stage.folder(party), **options)


def begun(stage):
    """Let both parties work by the first text: something was said, and both hold it."""
    nodes = [started(stage, party) for party in stage.parties]
    say(stage, nodes[0], CONTACT, 1)
    exchange(*nodes)
    for node in nodes:
        node.close()


def say(stage, node, filled, persons=2):
    """Let so many officers of a node's party sign this, and the node place it; return its item in its own account."""
    entry = node.submit(*signed(stage, node, filled, *(f"{node.party}-{n + 1}" for n in range(persons))))
    return node.account().message((entry.log, entry.index))


def test_one_side_alone_changes_nothing_until_the_other_signs(stage, later):
    """Amber changes its files, adopts, and still both go by the first text; with coral's word both go by the new one.

    The same words of two officers are good before, too few after, and what was said before stays as good as it was.
    """
    begun(stage)
    coral, amber = started(stage, "coral"), started(stage, "amber", later.path)
    assert ["demo-2026"] * 2 == [node.agreement.id for node in (amber, coral)]
    first = say(stage, amber, QUESTION)
    exchange(amber, coral)
    assert isinstance(coral.account().message(first.ref), Message)

    say(stage, amber, later.adoption)
    exchange(amber, coral)
    assert ["demo-2026"] * 2 == [node.agreement.id for node in (amber, coral)]
    assert isinstance(say(stage, amber, QUESTION), Message)

    coral.close()
    coral = started(stage, "coral", later.path)
    say(stage, coral, later.adoption)
    assert ["demo-2026", "demo-2027"] == [node.agreement.id for node in (amber, coral)]
    unaware = say(stage, amber, QUESTION)  # it had not heard of coral's word
    exchange(amber, coral)
    for node in (amber, coral):
        with pytest.raises(NotAllowed, match="takes 3 officers and 2 signed it"):
            say(stage, node, QUESTION)
        assert isinstance(node.account().message(first.ref), Message)
        assert isinstance(node.account().message(unaware.ref), Message)
    assert ["demo-2027"] * 2 == [node.agreement.id for node in (amber, coral)]
    assert amber.account().items == coral.account().items
    assert {"12 h"} == {_rhythm(node) for node in (amber, coral)}
    amber.close()
    coral.close()


def _rhythm(node):
    every_us = node.agreement.clause("line-test").trigger.every_us
    return f"{every_us // 3_600_000_000} h"


def test_who_places_too_few_signatures_after_it_is_closed_by_the_receiver(stage, later, monkeypatch):
    """A node that goes on by the old text, though it heard all adopt the new one, is not believed: the place decides."""
    begun(stage)
    amber, coral = (started(stage, party, later.path) for party in stage.parties)
    for node in (amber, coral):
        say(stage, node, later.adoption)
    exchange(amber, coral)
    monkeypatch.setattr(amber, "_check_release", lambda *_given: None)

    said = say(stage, amber, QUESTION)
    exchange(amber, coral)

    assert "the form 'hotline-message' takes 3 officers and 2 signed it" == said.why
    assert isinstance(coral.account().message(said.ref), Closed)
    amber.close()
    coral.close()


def test_after_a_restart_it_is_the_same(stage, later):
    """Read at once, in slices, or by who only looks: the same version is in force, whatever the settings name."""
    begun(stage)
    amber, coral = (started(stage, party, later.path) for party in stage.parties)
    for node in (amber, coral):
        say(stage, node, QUESTION)
        say(stage, node, later.adoption)
    exchange(amber, coral)
    wanted = amber.account().items
    amber.close()
    coral.close()

    for named in (later.path, "demo"):
        for options in ({}, {"slices": True}, {"to_read": True}):
            node = started(stage, "amber", named, **options)
            while not node.read_on(2):
                pass
            assert ("demo-2027", wanted) == (node.agreement.id, node.account().items)
            node.close()


def test_an_edited_file_changes_no_agreement(stage, later):
    """The text with which a node began is kept: edited in place, the file is another version, which waits."""
    own = stage.folder("amber") / "ours.toml"
    own.write_text(_BEGUN, encoding="utf-8")
    change_settings(stage.folder("amber"), agreement=own.name)
    begun(stage)
    own.write_text(_BEGUN + RULE, encoding="utf-8")

    looked = started(stage, "amber", to_read=True)
    looked.close()
    node = started(stage, "amber")

    assert load("demo", BOOK).hash == node.agreement.hash
    assert (2, 2) == (len(looked.versions.texts), len(node.versions.texts))
    ((waiting, wanted),) = node.versions.waiting(node.account())
    assert (load(own, BOOK).hash, ("amber", "coral")) == (waiting.hash, wanted)
    node.close()


def test_a_draft_that_was_given_up_asks_nobody(stage, later, tmp_path):
    """Named once and adopted by nobody, then another is named: only that one waits."""
    other = tmp_path / "other.toml"
    other.write_text(_BEGUN.replace("demo-2026", "demo-2028"), encoding="utf-8")
    begun(stage)
    for pack in (later.path, other):
        node = started(stage, "amber", pack)
        waiting = [text.id for text, _ in node.versions.waiting(node.account())]
        node.close()

    assert ["demo-2028"] == waiting


def test_who_begins_later_names_the_earlier_texts(stage, later):
    """With nothing said and the newer text named alone the lines refuse each other; with the earlier one they meet."""
    change_settings(stage.folder("amber"), agreement=str(later.path))
    with at_work(stage):
        faults = [desk.ask(stage.folder(party), {"do": "meet"})["faults"] for party in stage.parties]
        assert all("work by two texts of the agreement" in str(fault) for fault in faults), faults
    change_settings(stage.folder("amber"), earlier=("demo",))
    with at_work(stage) as nodes:
        meet(nodes)
        assert ["demo-2026", "demo-2027"] == [text.id for text in nodes["amber"].node.versions.texts]


def test_nobody_adopts_what_their_node_does_not_hold(stage, later):
    """The hash of a text that is not there is refused, with what to do; in the record nothing is changed."""
    node = started(stage, "coral")
    with pytest.raises(NotAllowed, match="no text with the hash [0-9a-f]{16}… is held here") as refused:
        say(stage, node, later.adoption)
    assert "Name its pack in node.toml and start the node again, then adopt it." == refused.value.advice()
    assert [] == forms_of(node.account().items)
    node.close()


def test_while_nobody_has_spoken_the_settings_alone_count(stage, later):
    """A wrong pack at the very first start is put right by naming another."""
    for pack in (later.path, "demo", later.path):
        node = started(stage, "amber", pack)
        named = [text.id for text in node.versions.texts]
        node.close()

    assert ["demo-2027"] == named


def test_status_doctor_and_first_screen_say_what_is_in_force(stage, later, capsys):
    """Begun on paper; one version waits, for whom; in force by which entries: at the terminal and on the page."""
    folder = stage.folder("amber")
    begun(stage)
    with at_work(stage):
        assert "demo-2026 (hash " in run(capsys, "status", folder)[1]
        assert "no version was adopted on this record yet" in run(capsys, "status", folder)[1]
    change_settings(folder, agreement=str(later.path))
    with at_work(stage) as nodes:
        meet(nodes)  # the nodes are one text apart in their files, and in step
        told = run(capsys, "status", folder)[1]
        assert "version demo-2027 (hash " in told
        assert "is not in force: its hash has not been said by amber, coral" in told
        with console(folder) as page:
            assert "demo-2027" in Browser(page).sign_in("duty-1").get("/")[2]
        assert 1 == run(capsys, "doctor", folder, "--json")[0]
    change_settings(stage.folder("coral"), agreement=str(later.path))
    with at_work(stage) as nodes:
        for party, service in nodes.items():
            service.node.submit(*signed(stage, service.node, later.adoption, f"{party}-1", f"{party}-2"))
        meet(nodes)
        agreed = json.loads(run(capsys, "status", folder, "--json")[1])["agreement"]
        assert ("demo-2027", later.hash.hex(), []) == (agreed["id"], agreed["hash"], agreed["waiting"])
        assert {"amber", "coral"} == {ref.partition("/")[0] for ref in agreed["since"]}
        assert "demo-2027" == desk.ask(stage.folder("coral"), {"do": "status"})["agreement"]["id"]
