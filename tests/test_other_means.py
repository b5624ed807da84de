"""A party alone from the first day, through its own node and commands; and what becomes of it when the other gets a node."""

import pytest

import builders
from deskside import BOOK, at_work, fill, key_file, run
from searoom import officer
from searoom.account import Closed, Message, Transcribed
from searoom.keys.enrol import accept_card
from searoom.matters.delivery import delivery
from searoom.node.node import Node


@pytest.fixture
def alone(stage):
    """Amber's folder without coral's card; return the stage and the card, to be accepted later."""
    path = stage.folder("amber") / "cards" / "coral.card"
    card = path.read_bytes()
    path.unlink()
    return stage, card


def kinds(node):
    """Return what stands at each place of a node's account."""
    return [
        type(item) for item in node.account().items if not (isinstance(item, Message) and item.filled.form == "receipt")
    ]


def test_one_side_has_full_use_of_its_node_and_old_entries_stay_what_they_were(alone, capsys):
    """Say, release, convey, transcribe and owe without any counterpart's card; then exchange cards and go on."""
    stage, card = alone
    folder, key = stage.folder("amber"), key_file(stage, "amber-1")
    words = fill("hotline-message", {"text": "We ask for your course."})
    with at_work(stage, "amber") as nodes:
        node = nodes["amber"].node
        draft = officer.say(folder, key, words, BOOK).draft
        looked = officer.look(folder, draft, BOOK)
        assert 0 == officer.release(folder, key_file(stage, "amber-2"), looked).index
        told = ("--key", key, "--at", "2026-06-03T02:20Z")
        assert (
            0
            == run(
                capsys, "convey", folder, "amber/0", *told, "--to", "coral", "--medium", "fax", "--readback", "code"
            )[0]
        )
        assert 0 == run(
            capsys, "transcribe", folder, *told, "--from", "coral", "--medium", "telephone", "--heard-by", "Lt Reed",
            "--reply", "amber/0", "--form", "read",
        )[0]  # fmt: skip
        account = node.account()
        assert [Message, Message, Transcribed] == kinds(node)
        assert (("coral",), ("amber", "coral")) == (account.without_node, account.parties)
        states = delivery(account, ("amber", 0)).sentences("en")
        starts = (
            "Stored: ",
            "coral had no node",
            "Handed over to coral (fax)",
            "Read back by coral (fax)",
            "coral is said",
        )
        assert [True] * 5 == [line.startswith(start) for line, start in zip(states, starts, strict=True)]
        (duty,) = (d for d in node.duties(everything=True) if d.clause.id == "hotline-read")
        assert (("coral",), "transcribed", "amber") == (duty.owed_by, duty.state, duty.transcript_by)

    accept_card(folder, card)
    with at_work(stage, "amber"):
        officer.say(folder, key, fill("hotline-contact", {"phrase": "we-are-here"}), BOOK)
    ours, theirs = (Node.open(stage.folder(party), to_read=True) for party in ("amber", "coral"))
    builders.exchange(ours.record, theirs.record)
    assert [Message, Message, Transcribed, Message] == kinds(ours)
    assert [Closed, Closed, Closed, Message] == kinds(theirs)
    assert () == ours.account().without_node
    ours.close()
    theirs.close()
