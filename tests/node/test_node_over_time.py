"""One establishment's node over time: its keys change, its store is put back, its counterpart's card comes later."""

import shutil

import pytest

from builders import seed
from deskside import BOOK, CONTACT, MESSAGE, draft_form, exchange, forms_of, next_card, signed
from searoom import clock
from searoom.account import Closed
from searoom.errors import NotAllowed, Tampered
from searoom.keys.enrol import accept_card, make_party
from searoom.keys.keyfiles import write_key
from searoom.node.node import Node
from searoom.record.keys import Role
from searoom.signals import forms

# -- keys and cards ----------------------------------------------------------------------------------


def open_both(stage):
    return Node.open(stage.folder("amber")), Node.open(stage.folder("coral"))


def test_new_keys_are_in_force_from_the_card_on(stage):
    """Station, log, mirror and KEM change with one entry; both sides go on, and a restart reads the new folder."""
    card = next_card(stage, "amber")
    amber, coral = open_both(stage)
    coral.submit(*signed(stage, coral, CONTACT, "coral-1"))
    exchange(coral, amber)
    before = amber.station
    place = amber.issue_card(card)
    assert ("amber", 1) == (place.log, place.index)
    assert before.public != amber.station.public
    amber.submit(*signed(stage, amber, CONTACT, "amber-1"))
    exchange(amber, coral)
    coral.submit(*signed(stage, coral, MESSAGE, "coral-1", "coral-2"))
    exchange(coral, amber)
    amber.notebook.note(draft_form())
    said = forms_of(amber.account().items)
    for node in (amber, coral):
        node.close()

    amber, coral = open_both(stage)
    assert said == forms_of(amber.account().items)
    assert amber.record.roster.card("amber").key(Role.STATION).public == amber.station.public
    amber.submit(*signed(stage, amber, CONTACT, "amber-1"))
    exchange(amber, coral)
    assert forms_of(amber.account().items) == forms_of(coral.account().items)
    assert 1 == len(list(amber.notebook.notes("draft")))
    for node in (amber, coral):
        node.close()


def test_older_kem_keys_are_destroyed_and_nothing_becomes_unreadable(stage):
    """What was said, drafted and handed in before stays readable after the old key file is gone, also after a restart."""
    card = next_card(stage, "amber")
    amber, coral = open_both(stage)
    coral.submit(*signed(stage, coral, MESSAGE, "coral-1", "coral-2"))
    exchange(coral, amber)
    number = amber.notebook.draft(*signed(stage, amber, MESSAGE, "amber-1"))
    amber.issue_card(card)
    with pytest.raises(NotAllowed, match="coral may still send"):
        amber.retire_keys()
    exchange(amber, coral)
    assert 1 == amber.retire_keys()[1]
    amber.close()
    assert not (stage.folder("amber") / "keys" / "kem.key").exists()

    amber = Node.open(stage.folder("amber"))
    assert MESSAGE == amber.account().message(("coral", 0)).filled
    assert MESSAGE == forms.decode(amber.notebook.look(number)[2].content, BOOK)
    assert [number] == [row[0] for row in amber.notebook.waiting()]
    amber.close()
    coral.close()


def test_a_draft_from_before_a_new_card_is_written_once_more(stage):
    """It is sealed to a key that its reader may have destroyed: it is refused with what to do, whoever's card it was."""
    card = next_card(stage, "coral")
    amber, coral = open_both(stage)
    old = signed(stage, amber, CONTACT, "amber-1")
    coral.issue_card(card)
    exchange(coral, amber)

    with pytest.raises(NotAllowed, match="sealed before coral changed its keys") as caught:
        amber.submit(*old)
    assert "once more" in caught.value.advice()
    amber.submit(*signed(stage, amber, CONTACT, "amber-1"))
    for node in (amber, coral):
        node.close()


def test_a_card_that_is_refused_changes_no_key(stage):
    """A card whose signature is spoiled, or that came before: the node goes on with the keys in force."""
    card = next_card(stage, "amber")
    amber = Node.open(stage.folder("amber"))
    station = amber.station
    with pytest.raises((NotAllowed, Tampered)):
        amber.issue_card(card[:-1] + bytes([card[-1] ^ 1]))
    amber.say_automatic("line-test", {})
    assert station == amber.station
    amber.issue_card(card)
    with pytest.raises(NotAllowed):
        amber.issue_card(card)
    amber.say_automatic("line-test", {})

    assert ["line-test", "Notice", "line-test"] == forms_of(amber.account().items)
    amber.close()


def test_keys_that_are_not_those_of_the_card_are_not_taken(stage):
    """The folder of the new keys was lost or mixed up: the card is not said."""
    card = next_card(stage, "amber")
    (stage.folder("amber") / "keys-1" / "kem.key").unlink()
    write_key(stage.folder("amber") / "keys-1" / "kem.key", "kem amber", seed("other"), None, algorithm="x-wing")
    amber = Node.open(stage.folder("amber"))

    with pytest.raises(NotAllowed, match="KEM key at hand is not the one on the new card"):
        amber.issue_card(card)
    amber.say_automatic("line-test", {})
    assert ["line-test"] == forms_of(amber.account().items)
    amber.close()


def test_the_card_and_the_agreement_agree_on_who_observes(stage):
    """A card that makes a party an observer, which the agreement does not, is found at the start."""
    folder = stage.folder("coral")
    (folder / "cards" / "coral.card").unlink()
    for name in ("keys", "officers", "root"):
        shutil.rmtree(folder / name)
    make_party(folder, party="coral", mechanism=stage.agreement.id, names={"en": "C"}, officers=[], observer=True)

    with pytest.raises(NotAllowed, match="differ on whether it is an observer"):
        Node.open(folder)


def test_a_node_is_alone_until_the_counterparts_card_comes(stage):
    """It says what it says, and nobody can read it; after the card came, both read what is said from then on."""
    card = stage.folder("amber") / "cards" / "coral.card"
    data = card.read_bytes()
    card.unlink()
    amber = Node.open(stage.folder("amber"))
    amber.say_automatic("line-test", {})
    assert (("coral",), ("amber",)) == (amber.account().without_node, amber.record.roster.parties)
    amber.close()
    accept_card(stage.folder("amber"), data)

    amber, coral = open_both(stage)
    amber.submit(*signed(stage, amber, CONTACT, "amber-1"))
    exchange(amber, coral)
    first, second, receipt = coral.account().items
    assert isinstance(first, Closed)
    assert ("hotline-contact", "receipt") == (second.filled.form, receipt.filled.form)
    assert ["line-test", "hotline-contact", "receipt"] == forms_of(amber.account().items)
    for node in (amber, coral):
        node.close()


# -- a store that was put back -----------------------------------------------------------------------


def put_back(stage, amber, deed):
    """Do something on amber's node, then put its shared store back to where it was before; return it, opened again."""
    folder = stage.folder("amber")
    amber.close()
    shutil.copy(folder / "shared.db", folder.parent / "older.db")
    amber = Node.open(folder)
    deed(amber)
    amber.close()
    for path in folder.glob("shared.db*"):
        path.unlink()
    shutil.copy(folder.parent / "older.db", folder / "shared.db")
    return Node.open(folder)


def test_a_store_that_was_put_back_is_noticed_and_says_nothing(stage, coral):
    """Neither officers nor the station: no receipt, no test of the line, although both are due; and nothing falls over."""
    amber = Node.open(stage.folder("amber"))
    coral.submit(*signed(stage, coral, CONTACT, "coral-1"))
    amber = put_back(stage, amber, lambda node: node.submit(*signed(stage, node, CONTACT, "amber-1")))
    amber.record.admit(coral.record.batch("coral", 0), now_us=amber.now())
    amber.tick(clock.from_text("2026-06-03T02:30:00Z"))

    assert amber.record.healing
    amber.acknowledge()
    amber.test_lines()
    with pytest.raises(NotAllowed, match="put back to an older state"):
        amber.submit(*signed(stage, amber, CONTACT, "amber-1"))
    assert 0 == amber.record.size("amber")
    amber.close()


def test_once_compared_it_speaks_again_also_after_a_restart(stage, coral):
    """What it had signed beyond the copy of the other side was heard by nobody: a restart does not ask again."""
    amber = Node.open(stage.folder("amber"))
    amber = put_back(stage, amber, lambda node: node.submit(*signed(stage, node, CONTACT, "amber-1")))
    amber.record.settle("coral", 0, amber.record.root("amber", 0))
    amber.acknowledge()
    amber.close()

    amber = Node.open(stage.folder("amber"))
    assert not amber.record.healing
    amber.submit(*signed(stage, amber, CONTACT, "amber-1"))
    amber.close()


def test_a_whole_store_is_not_taken_for_an_older_one(stage, amber):
    """Restart after restart, with words in between: nothing is to be compared."""
    amber.submit(*signed(stage, amber, CONTACT, "amber-1"))
    amber.close()
    for _ in range(2):
        again = Node.open(stage.folder("amber"))
        assert not again.record.healing
        again.say_automatic("line-test", {})
        again.close()
