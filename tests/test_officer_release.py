"""What an officer's hand does under a policy: how many sign, for whom, what is set apart, and what is told at home."""

from dataclasses import replace

import pytest

import builders
from builders import make_party
from fake_desk import FakeDesk
from searoom import officer
from searoom.errors import NotAllowed
from searoom.keys.openings import Openings
from searoom.keys.passphrases import FLOOR_KIB, FLOOR_PASSES, Cost
from searoom.record.entry import Released
from searoom.record.store import SqliteStore
from searoom.signals import forms
from searoom.signals.forms import Filled
from searoom.statements import annexes
from searoom.statements.release import ANY, Policy, Rule
from told import BOOK

MESSAGE = forms.from_text(BOOK, "hotline-message", {"text": "Your course?"})
CONTACT = forms.from_text(BOOK, "hotline-contact", {"phrase": "we-are-here"})
THREE = Policy((Rule(ANY, ANY, ("*",), 3),), frozenset())


@pytest.fixture
def sit(monkeypatch, tmp_path):
    """Return what seats a party's officers at a desk of its own: sit(party, *others, policy=...)."""

    def seat(*members, **more):
        desk = FakeDesk(*members, **more)
        monkeypatch.setattr(officer, "ask", desk)
        desk.say = lambda number, filled, **how: officer.say(tmp_path, desk.key(tmp_path, number), filled, BOOK, **how)
        desk.release = lambda number, draft: officer.release(
            tmp_path, desk.key(tmp_path, number), officer.look(tmp_path, draft, BOOK)
        )
        return desk

    return seat


def test_a_policy_of_three_takes_three_persons(sit):
    """One drafts, the second signs and it still waits, the third places it; nobody signs twice."""
    desk = sit(make_party("amber", officers=3), make_party("coral"), policy=THREE)
    assert 0 == desk.say(1, MESSAGE).draft
    with pytest.raises(NotAllowed, match="has signed draft 0 already"):
        desk.release(1, 0)
    second = desk.release(2, 0)
    assert (None, 1) == (second.index, second.draft)
    with pytest.raises(NotAllowed, match="has signed draft 1 already"):
        desk.release(1, 1)
    assert desk.release(3, 1).index is not None
    assert ["draft", "look", "look", "draft", "look", "look", "submit"] == desk.verbs()
    assert 3 == len(Released.from_bytes(desk.said[-1]["released"]).signatures)


def test_contact_is_opened_at_once_under_any_policy(sit):
    """Three persons for everything: one officer's agreed phrase is placed all the same."""
    desk = sit(make_party("amber"), make_party("coral"), policy=THREE)
    assert desk.say(1, CONTACT).draft is None
    assert ["submit"] == desk.verbs()


def test_a_policy_of_one_is_placed_at_once(sit):
    """Where an agreement lets one person send flash messages, nothing waits."""
    policy = Policy((Rule("hotline", "flash", ("*",), 1),), frozenset())
    desk = sit(make_party("amber"), make_party("coral"), policy=policy)
    flash = forms.from_text(BOOK, "hotline-message", {"text": "Stop."}, precedence="flash")
    assert [None, 0] == [desk.say(1, flash).draft, desk.say(1, MESSAGE).draft]


def test_an_alliance_waits_for_its_other_member(sit):
    """Two officers of the north do not speak for jade; with one of the south it is placed, in one voice."""
    jade = make_party("jade", officers=3, members=("north", "south"), member_need=2)
    desk = sit(jade, make_party("coral"))
    assert 0 == desk.say(1, MESSAGE).draft
    assert (None, 1) == (desk.release(3, 0).index, 1)
    assert desk.release(2, 1).index is not None
    assert {"jade"} == {desk.statement(at).author for at, verb in enumerate(desk.verbs()) if verb != "look"}


def test_a_key_that_is_not_on_the_card_in_force_is_nobodys(sit, tmp_path):
    """Who was taken off the card cannot sign, whatever file they hold."""
    amber, coral = builders.parties()
    desk = sit(amber, coral)
    material = desk.material
    desk.material = lambda: material() | {"later": [("amber", 4, next_card(amber))]}
    assert desk.say(1, CONTACT).draft is None
    with pytest.raises(NotAllowed, match="is not the key of an officer of amber"):
        desk.say(2, CONTACT)


def next_card(amber):
    """Return amber's next card, without its second officer."""
    gone = amber.officers[1].public
    keys = tuple(key for key in amber.card.keys if key.public != gone)
    return replace(amber.card, keys=keys, serial=1).signed(*amber.roots)


def test_a_second_key_in_the_same_hand_releases_nothing(sit):
    """Who drafted with one key and signs with another is the same person, and is told so."""
    amber = make_party("amber")
    keys = tuple(replace(key, holder="amber-1") if key.holder == "amber-2" else key for key in amber.card.keys)
    card = replace(amber.card, keys=keys)
    desk = sit(replace(amber, card=card, card_bytes=card.signed(*amber.roots)), make_party("coral"))
    assert 0 == desk.say(1, MESSAGE).draft
    with pytest.raises(NotAllowed, match="has signed draft 0 already"):
        desk.release(2, 0)


# -- for whom --------------------------------------------------------------------------------------


def test_alone_it_is_sealed_to_ourselves(sit):
    """Without any counterpart's card, words are placed all the same: for nobody else, and ours to read."""
    desk = sit(make_party("amber"))
    desk.say(1, CONTACT)
    assert () == desk.statement(0).recipients
    assert CONTACT == forms.decode(desk.content(0), BOOK)


def test_an_observer_is_no_recipient(sit):
    """Pearl stores and verifies; nothing is sealed to it."""
    desk = sit(make_party("amber"), make_party("coral"), make_party("pearl", observer=True))
    desk.say(1, CONTACT)
    assert ("coral",) == desk.statement(0).recipients


def test_words_for_one_of_three_are_sealed_to_that_one(sit):
    """Named once or twice, in whatever order; the second person signs for the same readers, and all others none."""
    desk = sit(make_party("amber"), make_party("coral"), make_party("teal"), make_party("jade"))
    draft = desk.say(1, MESSAGE, to=["teal"]).draft
    assert ("teal",) == desk.statement(0).recipients
    assert desk.release(2, draft).index is not None
    assert ("teal",) == Released.from_bytes(desk.said[-1]["released"]).statement.recipients
    desk.say(1, CONTACT, to=["teal", "coral", "teal"])
    assert ("coral", "teal") == desk.statement(len(desk.said) - 1).recipients


@pytest.mark.parametrize("name", ["pearl", "opal", "amber"])
def test_who_reads_nothing_here_is_refused(sit, name):
    """An observer, who has no card, and we ourselves: nothing is signed."""
    desk = sit(make_party("amber"), make_party("coral"), make_party("pearl", observer=True))
    with pytest.raises(NotAllowed, match=f"'{name}' reads nothing of ours here"):
        desk.say(1, CONTACT, to=["coral", name])
    assert [] == desk.said


def test_an_off_record_channel_is_sealed_to_the_other_alone(sit):
    """The half of the key is drawn fresh, takes two persons and leave, and no third party reads it."""
    leave = Policy((), frozenset({"off_record"}))
    desk = sit(make_party("amber"), make_party("coral"), make_party("teal"), policy=leave)
    opening = forms.from_text(BOOK, "off-record-open", {"with": "coral"})
    drafts = [desk.say(1, opening).draft for _ in range(2)]
    halves = {forms.decode(desk.content(draft), BOOK).fields["contribution"] for draft in drafts}

    assert ([0, 1], 2, {32}) == (drafts, len(halves), {len(half) for half in halves})
    assert ("coral",) == desk.statement(0).recipients
    assert desk.release(2, 0).index is not None
    closing = forms.from_text(BOOK, "off-record-close", {"with": "coral"}, reply_to=("amber", 0))
    desk.say(1, closing)
    assert ("coral",) == desk.statement(len(desk.said) - 1).recipients
    with pytest.raises(NotAllowed, match="'teal' reads nothing of ours here"):
        desk.say(1, opening, to=["teal"])


def test_without_leave_nothing_is_signed(sit):
    """No draft, no entry: the agreement gives no leave."""
    desk = sit(make_party("amber"), make_party("coral"), policy=Policy((), frozenset()))
    with pytest.raises(NotAllowed, match="needs the agreement's leave 'off_record'"):
        desk.say(1, forms.from_text(BOOK, "off-record-open", {"with": "coral"}))
    assert [] == desk.verbs()


# -- set apart, and told at home -------------------------------------------------------------------

NAMES = "Cdr A. Vale, passport X123"
VISIT = {"visit": "v", "host": "coral", "from": "2026-09-01", "to": "2026-09-05", "size": "1", "persons": NAMES}


def test_personal_data_go_to_the_store_before_the_words(sit, tmp_path):
    """The value is handed in sealed to the readers, first; what is signed holds its hash; the second person reads it."""
    amber, coral = builders.parties()
    desk = sit(amber, coral)
    desk.say(1, forms.from_text(BOOK, "visit-delegation", VISIT))

    assert ["annexes", "draft"] == desk.verbs()
    ((reference, data),) = desk.said[0]["annexes"]
    assert b"Vale" not in data
    assert b"Vale" not in desk.content(1)
    for reader in (amber, coral):
        own = Openings(SqliteStore(":memory:"), builders.MECHANISM, reader.name, (reader.kem,), reader.storage)
        opening = own.annex(data, reference, "amber", ("coral",))
        assert NAMES == annexes.value_of(reference, opening)
    desk.annexes.append((reference, opening))
    looked = officer.look(tmp_path, 0, BOOK)
    assert (NAMES, reference) == (looked.shown.fields["persons"], looked.filled.fields["persons"])


def test_a_second_person_sees_other_names_refused(sit, tmp_path):
    """A node that shows the second person another list than the one that was signed is found out."""
    desk = sit(make_party("amber"), make_party("coral"))
    desk.say(1, forms.from_text(BOOK, "visit-delegation", VISIT))
    _, others = annexes.detach(forms.from_text(BOOK, "visit-delegation", VISIT | {"persons": "Nobody"}), BOOK)
    desk.annexes.append((desk.said[0]["annexes"][0][0], *others.values()))
    with pytest.raises(Exception, match="not those that were signed for"):
        officer.look(tmp_path, 0, BOOK)


def test_duress_is_told_at_home_and_nowhere_else(sit, tmp_path):
    """The passphrase for duress does what was asked, and a national note says so; the words are the same."""
    desk = sit(make_party("amber"), make_party("coral"))
    key = desk.key(
        tmp_path,
        1,
        passphrase=b"an ordinary day at sea",
        duress=b"the kettle is on again",
        cost=Cost(FLOOR_KIB, FLOOR_PASSES, 1),
    )
    for passphrase, verbs in ((b"an ordinary day at sea", ["submit"]), (b"the kettle is on again", ["note", "submit"])):
        desk.said.clear()
        placed = officer.say(tmp_path, key, CONTACT, BOOK, passphrase=lambda _what, given=passphrase: given)
        assert verbs == desk.verbs()
        assert CONTACT == forms.decode(desk.content(len(verbs) - 1), BOOK)
        assert placed.draft is None
    note = forms.decode(desk.said[0]["content"], BOOK)
    assert ("duress", "national", "amber-1") == (note.form, note.channel, note.fields["person"])


def test_a_transcript_is_made_with_what_was_understood():
    """Words, the form that they were understood to be, and the rest that is known; it passes the check."""
    made = officer.transcript(
        BOOK,
        said_by="coral",
        medium="fax",
        heard_by="Lt Reed",
        at_us=builders.NOW_US,
        words="hai",
        understood=CONTACT,
        more={"source": "line 4"},
        reply_to=("amber", 3),
    )
    assert isinstance(made, Filled)
    assert () == forms.check(made, BOOK)
    assert CONTACT == forms.decode(made.fields["understood"], BOOK, inside=True)
    assert ("hotline", ("amber", 3), "line 4") == (made.channel, made.reply_to, made.fields["source"])
