"""One establishment's node: what it places, what it refuses, what it writes by itself, and what survives a crash."""

from pathlib import Path

import pytest

from builders import seed
from deskside import BOOK, CONTACT, MESSAGE, change_settings, closed, draft_form, exchange, fill, forms_of, key, signed
from searoom import clock
from searoom.account import Closed, Message
from searoom.errors import NotAllowed, SearoomError, StateUnknown, Tampered
from searoom.keys.keyfiles import write_key
from searoom.node.node import Node
from searoom.node.packs import pack
from searoom.record.entry import Released, release
from searoom.record.keys import Role
from searoom.record.verify import verify_folder
from searoom.signals import forms
from searoom.signals.forms import Filled
from searoom.units import MICROSECONDS

# -- say ---------------------------------------------------------------------------------------------


def test_places_what_one_person_may_say_alone(stage, amber):
    """Opening contact takes one officer: it stands in our log under that officer's key."""
    entry = amber.submit(*signed(stage, amber, CONTACT, "amber-1"))

    (message,) = amber.account().messages()
    assert (0, "hotline-contact") == (entry.index, message.filled.form)
    assert [(Role.OFFICER, "amber-1")] == [(signer.role, signer.holder) for signer in message.signers]


def test_places_substance_that_two_persons_signed(stage, amber):
    """A message takes two officers."""
    amber.submit(*signed(stage, amber, MESSAGE, "amber-1", "amber-2"))

    (message,) = amber.account().messages()
    assert {"amber-1", "amber-2"} == {signer.holder for signer in message.signers}


def test_one_person_alone_cannot_release_substance(stage, amber):
    """The sender's own node refuses, says how many it takes, and nothing is placed."""
    with pytest.raises(NotAllowed, match="takes 2 officers and 1 signed it") as caught:
        amber.submit(*signed(stage, amber, MESSAGE, "amber-1"))

    assert "another person" in caught.value.advice()
    assert 0 == amber.record.size("amber")


def test_one_person_signing_twice_is_one_person(stage, amber):
    """The same key twice is no second person."""
    released, body = signed(stage, amber, MESSAGE, "amber-1")
    again = Released.__new__(Released)
    object.__setattr__(again, "statement", released.statement)
    object.__setattr__(again, "signatures", released.signatures * 2)

    with pytest.raises(NotAllowed, match="takes 2 officers and 1 signed it"):
        amber.submit(again, body)


def test_a_receiver_shows_substance_of_one_person_as_closed(stage, amber, coral):
    """A node that lets it out anyway is not believed: the entry keeps its place at the receiver, closed."""
    amber.record.say(*signed(stage, amber, MESSAGE, "amber-1"), now_us=amber.now())
    exchange(amber, coral)

    item = coral.account().message(("amber", 0))
    assert isinstance(item, Closed)
    assert "takes 2 officers and 1 signed it" in item.why


@pytest.mark.parametrize("persons", [("coral-1",), ("amber-1", "coral-1"), ("coral-1", "coral-2")])
def test_a_person_of_the_other_party_releases_nothing_of_ours(stage, amber, persons):
    """Whoever signs what amber says is of amber."""
    with pytest.raises(NotAllowed):
        amber.submit(*signed(stage, amber, MESSAGE, *persons))
    assert 0 == amber.record.size("amber")


def test_a_stranger_releases_nothing(stage, amber):
    """A key that is on no card signs for nobody."""
    statement, body = closed(amber, forms.encode(CONTACT, BOOK))
    stranger = type(key(stage, "amber-1"))(seed("stranger"))

    with pytest.raises(NotAllowed):
        amber.submit(release(statement, stranger), body)


def test_our_log_is_ours(stage, amber, coral):
    """What coral's officers signed does not enter amber's log by amber's desk."""
    with pytest.raises(NotAllowed, match="coral does not speak in the log of amber"):
        amber.submit(*signed(stage, coral, CONTACT, "coral-1"))


@pytest.mark.parametrize("persons", [("amber-1", "amber-2"), ("amber-station",)])
def test_a_national_form_is_refused(stage, amber, persons):
    """What is national never enters the shared record, whoever signs it."""
    with pytest.raises(NotAllowed, match="'draft' is national"):
        amber.submit(*signed(stage, amber, draft_form(), *persons))
    assert 0 == amber.record.size("amber")


@pytest.mark.parametrize("persons", [("amber-1",), ("amber-1", "amber-2")])
@pytest.mark.parametrize("name", ["receipt", "line-test"])
def test_a_person_does_not_say_what_the_station_says(stage, amber, name, persons):
    """A receipt or a test of the line under a person's key is refused."""
    fields = {"party": "coral", "size": 0} if name == "receipt" else {}
    filled = Filled(name, 1, "desk", "routine", "en", fields)

    with pytest.raises(NotAllowed, match="is written by the station alone"):
        amber.submit(*signed(stage, amber, filled, *persons))


def test_a_station_does_not_say_what_a_person_says(stage, amber):
    """The station's key releases no officer's form, by the desk or by the node's own hand."""
    with pytest.raises(NotAllowed, match="takes 1 officers and 0 signed it"):
        amber.submit(*signed(stage, amber, CONTACT, "amber-station"))
    with pytest.raises(NotAllowed, match="'hotline-contact' needs a person"):
        amber.say_automatic("hotline-contact", {"phrase": "message-follows"})
    assert 0 == amber.record.size("amber")


def test_a_receiver_does_not_take_a_station_for_a_person(stage, amber, coral):
    """An officer's form under a station's key is closed at the receiver."""
    amber.record.say(*signed(stage, amber, CONTACT, "amber-station"), now_us=amber.now())
    exchange(amber, coral)

    assert "takes 1 officers and 0 signed it" in coral.account().message(("amber", 0)).why


def test_a_receiver_does_not_take_a_person_for_a_station(stage, amber, coral):
    """An automatic form under a person's key is closed at the receiver."""
    filled = Filled("line-test", 1, "desk", "routine", "en", {})
    amber.record.say(*signed(stage, amber, filled, "amber-1"), now_us=amber.now())
    exchange(amber, coral)

    assert "by its station alone" in coral.account().message(("amber", 0)).why


def test_words_that_the_form_does_not_allow_are_refused(stage, amber):
    """The check that the receiver will make is made first: an answer that answers nothing is not placed."""
    filled = Filled("read", 1, "desk", "routine", "en", {})

    with pytest.raises(NotAllowed, match="reply_to: "):
        amber.submit(*signed(stage, amber, filled, "amber-1"))


def test_a_body_that_is_not_the_signed_one_is_refused(stage, amber):
    """What is placed is what was signed."""
    released, _ = signed(stage, amber, CONTACT, "amber-1")
    _, other = signed(stage, amber, fill("hotline-contact", {"phrase": "we-are-here"}), "amber-1")

    with pytest.raises((NotAllowed, Tampered)):
        amber.submit(released, other)
    assert 0 == amber.record.size("amber")


def test_an_automatic_entry_carries_the_station_and_no_person(amber):
    """A test of the line says whose machine wrote it."""
    amber.say_automatic("line-test", {})

    (message,) = amber.account().messages("line-test")
    assert [Role.STATION] == [signer.role for signer in message.signers]


def test_an_automatic_entry_is_checked_as_well(amber):
    """The station's own words pass the same check."""
    with pytest.raises(NotAllowed, match="size"):
        amber.say_automatic("receipt", {"party": "coral"})


# -- hear --------------------------------------------------------------------------------------------


def test_a_receipt_causes_no_receipt(stage, amber, coral):
    """One entry, one receipt, and silence: however often both acknowledge."""
    amber.submit(*signed(stage, amber, CONTACT, "amber-1"))
    exchange(amber, coral)
    for _ in range(3):
        amber.acknowledge()
        coral.acknowledge()
        exchange(amber, coral)

    assert ["hotline-contact", "receipt"] == forms_of(amber.account().items)
    assert forms_of(amber.account().items) == forms_of(coral.account().items)


def test_a_receipt_says_how_far_we_hold_their_log(stage, amber, coral):
    """The receipt names the party and the size; what comes later gets another."""
    for _ in range(2):
        amber.submit(*signed(stage, amber, CONTACT, "amber-1"))
        exchange(amber, coral)

    receipts = amber.account().messages("receipt")
    assert [("amber", 1), ("amber", 2)] == [(m.filled.fields["party"], m.filled.fields["size"]) for m in receipts]


def test_a_closed_entry_gets_its_receipt(stage, amber, coral):
    """That it came is true, even where it cannot be accepted."""
    amber.record.say(*signed(stage, amber, MESSAGE, "amber-1"), now_us=amber.now())
    exchange(amber, coral)

    assert 1 == len(coral.account().messages("receipt"))


def test_a_crash_between_admission_and_receipt_is_made_good(stage, amber):
    """The node died with the entry stored and no receipt: the next start writes it, the one after writes nothing."""
    amber.submit(*signed(stage, amber, CONTACT, "amber-1"))
    folder = stage.folder("coral")
    coral = Node.open(folder)
    coral.record.admit(amber.record.batch("amber", 0), now_us=coral.now())
    assert 0 == coral.record.size("coral")
    coral.close()

    for _ in range(2):
        coral = Node.open(folder)
        assert ["hotline-contact", "receipt"] == forms_of(coral.account().items)
        coral.close()


# -- time --------------------------------------------------------------------------------------------


def test_a_restart_resumes_at_the_last_tick(stage):
    """The time was written down, to the microsecond."""
    folder = stage.folder("amber")
    node = Node.open(folder)
    later = stage.scenario.start_us + 90 * MICROSECONDS + 7
    assert stage.scenario.start_us == node.now()
    node.tick(later)
    node.close()

    node = Node.open(folder)
    assert later == node.now()
    node.close()


def test_the_clock_does_not_go_back(amber):
    """An earlier tick is refused, and neither the clock nor what is written down moves."""
    amber.tick(amber.now() + MICROSECONDS)
    stands = amber.now(), (amber.folder / "tick").read_text()

    with pytest.raises(NotAllowed, match="cannot go back"):
        amber.tick(amber.now() - 1)
    assert stands == (amber.now(), (amber.folder / "tick").read_text())


def test_the_machines_clock_takes_no_tick(stage, monkeypatch):
    """Only a scenario's clock can be moved; a machine's node has the machine's time."""
    change_settings(stage.folder("amber"), clock="machine")
    monkeypatch.setattr(clock, "machine_now", lambda: 1_800_000_000_000_000)
    node = Node.open(stage.folder("amber"))

    assert 1_800_000_000_000_000 == node.now()
    with pytest.raises(NotAllowed, match="machine's clock"):
        node.tick(node.now() + 1)
    assert not (node.folder / "tick").exists()
    node.close()


def test_a_time_that_cannot_be_written_down_stops_the_node(amber):
    """A tick that would be forgotten is not worked on."""
    (amber.folder / "tick.new").mkdir()

    with pytest.raises(StateUnknown, match="the time cannot be written down"):
        amber.tick(amber.now() + 1)


# -- note --------------------------------------------------------------------------------------------


def test_a_shared_form_is_no_national_note(amber):
    """The two logs do not take each other's forms."""
    with pytest.raises(NotAllowed, match="it is no national note"):
        amber.notebook.note(CONTACT)


def test_a_note_is_checked(amber):
    """A national form that lacks something is refused, too."""
    with pytest.raises(NotAllowed, match="needed and missing"):
        amber.notebook.note(Filled("draft", 1, "national", "routine", "en", {"body": b""}))


def test_handed_over_is_kept_once_for_each_entry(stage, amber):
    """The first carrier that took an entry is the time that counts, and no entry beyond the size is meant."""
    for _ in range(3):
        amber.submit(*signed(stage, amber, CONTACT, "amber-1"))
    first = amber.now()
    amber.notebook.note_handed_over("coral", "HTTPS", "amber", 1)
    assert {("amber", 0): first} == amber.notebook.handed_over()
    amber.tick(first + MICROSECONDS)
    amber.notebook.note_handed_over("coral", "HTTPS", "amber", 2)

    assert {("amber", 0): first, ("amber", 1): first + MICROSECONDS} == amber.notebook.handed_over()


def test_a_draft_waits_in_the_national_log(stage, amber):
    """What one person signed is kept, read back by its number, and not said."""
    released, body = signed(stage, amber, MESSAGE, "amber-1")
    number = amber.notebook.draft(released, body)

    again, same_body, opening = amber.notebook.look(number)
    assert (released, body) == (again, same_body)
    assert MESSAGE == forms.decode(opening.content, BOOK)
    assert 0 == amber.record.size("amber")


def test_a_draft_that_is_not_there_is_named(amber):
    """A wrong number gets one sentence and where to look."""
    with pytest.raises(NotAllowed, match="there is no draft 7"):
        amber.notebook.look(7)


def test_a_draft_must_pass_the_check_as_well(stage, amber):
    """Nobody is asked to release what could not be placed."""
    filled = Filled("read", 1, "desk", "routine", "en", {})

    with pytest.raises(NotAllowed, match="reply_to: "):
        amber.notebook.draft(*signed(stage, amber, filled, "amber-1"))


# -- opening -----------------------------------------------------------------------------------------


def test_a_missing_card_of_ours_is_named(stage):
    """Without our own card there is no node; in version 1 the counterparts' cards may come later."""
    (stage.folder("amber") / "cards" / "amber.card").unlink()

    with pytest.raises(NotAllowed, match="our own card is missing"):
        Node.open(stage.folder("amber"))


@pytest.mark.parametrize("name", ["station", "log", "mirror", "kem"])
def test_a_missing_key_is_named(stage, name):
    """Each key that a node needs is asked for at the start."""
    (stage.folder("amber") / "keys" / f"{name}.key").unlink()

    with pytest.raises(NotAllowed, match=f"there is no key file .*{name}.key"):
        Node.open(stage.folder("amber"))


@pytest.mark.parametrize("name", ["station", "log", "mirror"])
def test_a_foreign_key_is_refused(stage, name):
    """A key that is not the one on our card signs nothing under our name."""
    path = stage.folder("amber") / "keys" / f"{name}.key"
    path.write_bytes((stage.folder("coral") / "keys" / f"{name}.key").read_bytes())

    with pytest.raises(NotAllowed):
        Node.open(stage.folder("amber"))


def test_a_foreign_kem_key_is_refused(stage):
    """A key that opens nothing that is closed for us is found at the start, not at the first message."""
    path = stage.folder("amber") / "keys" / "kem.key"
    path.unlink()
    write_key(path, "kem amber", seed("another kem"), None, algorithm="x-wing")

    with pytest.raises(NotAllowed, match="KEM key at hand is not the one on card 0 of amber"):
        Node.open(stage.folder("amber"))


def test_a_party_of_no_agreement_has_no_node(stage):
    """Who is not in the agreement does not take part."""
    change_settings(stage.folder("amber"), party="jade")

    with pytest.raises(NotAllowed, match="jade is no party of the agreement 'demo'"):
        Node.open(stage.folder("amber"))


def test_a_pack_beside_the_node_is_found_from_its_folder(tmp_path):
    """A setting that names a file means a file of the node's folder; a bare name is a packaged agreement."""
    assert tmp_path / "packs" / "ours.toml" == pack(tmp_path, "packs/ours.toml")
    assert Path("/etc/ours.toml") == pack(tmp_path, "/etc/ours.toml")
    assert "demo" == pack(tmp_path, "demo")


def test_a_damaged_store_is_one_sentence(stage):
    """A file that is no store is refused and left as it is."""
    path = stage.folder("amber") / "shared.db"
    path.write_bytes(b"this is not a database" * 100)

    with pytest.raises(SearoomError, match="shared.db"):
        Node.open(stage.folder("amber"))
    assert path.read_bytes().startswith(b"this is not")


# -- owe, tell ---------------------------------------------------------------------------------------


def test_the_line_is_tested_when_it_is_due_and_once(amber):
    """The scheduled test goes out at its time by itself, and not again."""
    amber.test_lines()
    assert 0 == amber.record.size("amber")

    amber.tick(clock.from_text("2026-06-03T02:30:00Z"))
    for _ in range(3):
        amber.test_lines()

    assert ["line-test"] == forms_of(amber.account().items)


def test_what_is_owed_is_read_from_the_record(stage, amber, coral):
    """A hotline message is owed a reading by coral until an officer of coral has read it, on both nodes alike."""
    amber.submit(*signed(stage, amber, MESSAGE, "amber-1", "amber-2"))
    exchange(amber, coral)
    owed = [(duty.clause.id, duty.owed_by) for duty in coral.duties() if duty.clause.id == "hotline-read"]
    assert [("hotline-read", ("coral",))] == owed
    assert owed == [(duty.clause.id, duty.owed_by) for duty in amber.duties() if duty.clause.id == "hotline-read"]

    coral.submit(*signed(stage, coral, fill("read", {}, channel="hotline", reply_to=("amber", 0)), "coral-1"))
    exchange(coral, amber)

    assert [] == [duty for duty in coral.duties() if duty.clause.id == "hotline-read"]


def test_the_export_proves_itself_and_opens_what_we_can_read(stage, amber, coral, tmp_path):
    """Each side writes both logs with every message that it could open."""
    amber.submit(*signed(stage, amber, MESSAGE, "amber-1", "amber-2"))
    exchange(amber, coral)

    total = coral.export(tmp_path / "record")

    proven = verify_folder(tmp_path / "record")
    assert 2 == total == proven.entries == proven.openings
    assert {"amber": 1, "coral": 1} == dict(proven.sizes)


def test_an_export_never_overwrites(stage, amber, tmp_path):
    """A folder with something in it is somebody's."""
    (tmp_path / "record").mkdir()
    (tmp_path / "record" / "mine.txt").write_text("mine")

    with pytest.raises(NotAllowed, match="is there already"):
        amber.export(tmp_path / "record")
    assert ["mine.txt"] == [path.name for path in (tmp_path / "record").iterdir()]


def test_the_account_is_read_anew_when_the_record_grew(stage, amber):
    """What is kept for speed never hides what came since."""
    assert () == amber.account().items
    kept = amber.account()
    assert kept is amber.account()

    amber.submit(*signed(stage, amber, CONTACT, "amber-1"))

    assert ["hotline-contact"] == forms_of(amber.account().items)
    assert all(isinstance(item, Message) for item in amber.account().items)


def test_nobody_signs_that_they_read_their_own_words(stage, amber, coral):
    """Read is what the other side says; of one's own entry, and of one that is not there, it is refused."""
    amber.submit(*signed(stage, amber, fill("hotline-contact", {"phrase": "message-follows"}), "amber-1"))
    for ref in (("amber", 0), ("coral", 7)):
        with pytest.raises(NotAllowed, match=r"own words|no entry coral/7"):
            amber.submit(*signed(stage, amber, fill("read", {}, channel="hotline", reply_to=ref), "amber-2"))
    assert 1 == amber.record.size("amber")
