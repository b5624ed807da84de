"""An account begun with kept blocks: blocks and the rest are the whole, and nothing is opened twice."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import builders
from folding_made import SMALL, begun, kept, same, spoken
from searoom.account import Reading, read
from searoom.node.accounting import Accounting
from searoom.obligations.standing import due, standing
from searoom.record.store import SqliteStore
from searoom.signals import forms
from talk import AMBER, CORAL, HELLO, PEOPLE, WORDS, Talk, next_card
from told import BOOK, DEMO

DAY_US = 24 * 3600 * 1_000_000


pytestmark = pytest.mark.usefixtures("small_blocks")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**9))
def test_blocks_and_the_rest_are_the_whole(seed):
    """At any cut, whatever came in which order, over cards, second logs and a lost store: as read from the first entry on."""
    talk = Talk(random.Random(seed))
    stores = {name: SqliteStore(":memory:") for name in PEOPLE}
    opens = {name: builders.opener(party) for name, party in PEOPLE.items()}
    readings = {}
    for _ in range(28):
        before = talk.sides["amber"]
        talk.step()
        if talk.sides["amber"] is not before:
            readings.pop("amber", None)
        name = talk.chance.choice(("amber", "coral"))
        record = talk.sides[name]
        if name not in readings or talk.chance.random() < 0.3:
            folds = kept(record, stores[name], party=PEOPLE[name])
            readings[name] = Reading(record, BOOK, opens[name], folds=folds)
        readings[name].go_on(talk.chance.choice((1, 5, None)))
        if not readings[name].unread and talk.chance.random() < 0.5:
            same(read(record, BOOK, opens[name]), readings[name].account())
    for name, record in talk.sides.items():
        again = Reading(record, BOOK, opens[name], folds=kept(record, stores[name], party=PEOPLE[name]))
        again.go_on()
        same(read(record, BOOK, opens[name]), again.account())


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**9))
def test_what_is_owed_by_a_node_is_the_whole_computation(seed):
    """After each thing that happens, with the clock going on or back, by a node that goes on and by one that starts anew."""
    talk, store = Talk(random.Random(seed)), SqliteStore(":memory:")
    opened = builders.opener(CORAL)

    def started():
        folds = kept(talk.sides["coral"], store, party=CORAL)
        return Accounting(talk.sides["coral"], BOOK, opened, DEMO, slices=False, folds=folds)

    node = started()
    for _ in range(16):
        talk.step()
        if talk.chance.random() < 0.2:
            node = started()
        now_us = builders.NOW_US + talk.chance.randrange(-DAY_US, 40 * DAY_US)
        account = read(talk.sides["coral"], BOOK, opened, parties=DEMO.parties, policy=DEMO.policy)
        assert standing(DEMO, account, now_us) == node.standing(now_us)
        assert due(DEMO, account, now_us) == node.due(now_us)


def test_what_was_opened_is_not_opened_again():
    """A second start opens the entries behind the last block, and none when the others are asked for."""
    record, opened, opener = spoken()
    folds = kept(record, SqliteStore(":memory:"))
    first = begun(record, opener, folds)
    assert [*range(2 * SMALL + 1)] == opened
    again = begun(record, opener, folds)
    assert 2 * SMALL == opened[-1]
    same(first.account(), again.account())
    assert 2 * SMALL + 2 == len(opened)


def test_an_entry_is_made_when_somebody_asks_for_it(monkeypatch):
    """Of a block, only what is looked at becomes an item."""
    record, _, opener = spoken()
    folds, made = kept(record, SqliteStore(":memory:")), []
    begun(record, opener, folds)
    again, decode = begun(record, opener, folds).account(), forms.decode
    monkeypatch.setattr(forms, "decode", lambda content, *more: made.append(content) or decode(content, *more))
    assert "hotline-message" == again.message(("amber", 3)).filled.form
    assert [WORDS] == made


def test_a_later_revocation_marks_what_was_begun_with_folded():
    """Keys that are withdrawn after the start make doubtful what they signed, in this account and in no earlier one."""
    record, _, opener = spoken()
    folds = kept(record, SqliteStore(":memory:"))
    begun(record, opener, folds)
    again = begun(record, opener, folds)
    before = again.account()
    next_card(record, "lost at sea")
    again.go_on()
    same(read(record, BOOK, opener), again.account())
    assert not any(item.doubtful for item in before.items)
    assert [False, True] == [bool(again.account().message(("amber", index)).doubtful) for index in (1, 3)]


def test_a_statement_in_two_logs_counts_once_after_a_start():
    """What was said again in a second log is kept in no block, so the next start counts it where it counted."""
    talk, store = Talk(random.Random(1)), SqliteStore(":memory:")
    for _ in range(SMALL):
        released, body = builders.make_released(talk.sides["amber"].roster, AMBER, HELLO, signers=AMBER.officers[:1])
        talk.sides["amber"].say(released, body, now_us=builders.NOW_US)
        talk.again.append((released, body))
    builders.exchange(*talk.sides.values())
    talk.lose()
    for released, body in talk.again:
        talk.sides["amber"].say(released, body, now_us=builders.NOW_US)
    builders.exchange(*talk.sides.values())
    record, opener = talk.sides["coral"], builders.opener(CORAL)
    for _ in range(2):
        account = begun(record, opener, kept(record, store, party=CORAL)).account()
        same(read(record, BOOK, opener), account)
        assert SMALL == len(account.messages("hotline-contact"))


def test_duties_that_nothing_has_touched_are_not_computed_again():
    """The node keeps them from one question to the next: they are the same objects."""
    amber, coral = builders.records()
    builders.say(amber, AMBER, WORDS, signers=AMBER.officers[:2])
    builders.exchange(amber, coral)
    builders.say(coral, CORAL, HELLO)
    builders.exchange(amber, coral)
    node = Accounting(amber, BOOK, builders.opener(AMBER), DEMO, slices=False)
    now_us = builders.NOW_US + 60 * 1_000_000
    first, second = (
        [duty for duty in node.standing(at) if duty.clause.id == "hotline-read"] for at in (now_us, now_us + 1)
    )
    assert [True] == [one is other for one, other in zip(first, second, strict=True)]
