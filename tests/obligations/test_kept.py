"""What is kept between two looks is what the whole computation gives: over all stories, in any order of arrival."""

import random
from dataclasses import replace

import pytest

from searoom.account import Account
from searoom.obligations import coverage
from searoom.obligations.agreement import load
from searoom.obligations.conditions import Condition
from searoom.obligations.deadlines import FAR_US
from searoom.obligations.entries import read_said
from searoom.obligations.fulfilling import Event
from searoom.obligations.kept import Kept, lasting
from searoom.obligations.resting import Rest
from searoom.obligations.standing import standing
from searoom.obligations.tellers import Teller
from searoom.signals import forms
from searoom.statements.ledger import Ledger
from searoom.units import MICROSECONDS

BOOK = forms.load()
PACKS = [name for name in coverage.packs() if coverage.stories_of(name) is not None]
STORIES = [
    (f"{name}-{number}", story)
    for name in PACKS
    for number, story in enumerate(coverage.tell_all(coverage.stories_of(name), name, BOOK))
]
DAY_US = 86_400 * MICROSECONDS


class Growing:
    """An account that grows entry by entry, as a node's does: one ledger, into which each account looks."""

    def __init__(self, parties):
        self.parties, self.ledger = tuple(parties), Ledger(parties)

    def add(self, item):
        """Put in the next item of a log."""
        self.ledger.add(item)

    def account(self):
        """Return the account of what is there."""
        sizes = {**dict.fromkeys(self.parties, 0), **self.ledger.sizes()}
        return Account(self.parties, sizes, 0, {}, (), self.ledger)


def arrivals(logs, chance):
    """Yield the items of all logs, each log in its order, the logs mixed as chance has it: late ones, too."""
    waiting = {party: list(items) for party, items in logs.items() if items}
    while waiting:
        party = chance.choice(sorted(waiting))
        for _ in range(chance.randint(1, 4)):
            if party in waiting:
                yield waiting[party].pop(0)
                if not waiting[party]:
                    del waiting[party]


def test_these_are_all_the_stories_there_are():
    """Each packaged story is gone through."""
    assert len(STORIES) >= 44


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("story", [story for _, story in STORIES], ids=[name for name, _ in STORIES])
def test_what_is_kept_equals_the_whole(story, seed):
    """After every arrival, with the clock going on or back as it likes, both ways give the very same duties."""
    chance = random.Random(seed)
    growing, kept = Growing(story.agreement.parties), Kept()
    start, span = story.agreement.starts_us, max(DAY_US, story.now_us - story.agreement.starts_us)
    for item in arrivals(story.teller.logs, chance):
        growing.add(item)
        if chance.random() < 0.6:
            now_us = start + chance.randrange(span + 400 * DAY_US)
            account = growing.account()
            assert standing(story.agreement, account, now_us) == standing(story.agreement, account, now_us, kept=kept)
    for now_us in (story.now_us, story.now_us + 1, story.now_us + 4000 * DAY_US, story.now_us):
        account = growing.account()
        assert standing(story.agreement, account, now_us) == standing(story.agreement, account, now_us, kept=kept)


def busy():
    """Return a growing account with many messages that wait to be read, and what says the next one."""
    agreement = load("demo", BOOK)
    teller = Teller(agreement.parties, BOOK)
    asked = forms.from_text(BOOK, "hotline-message", {"text": "Your course?"})
    for number in range(60):
        at_us = agreement.starts_us + number * MICROSECONDS
        teller.say("amber", asked, at_us=at_us, placed_us=at_us)
    teller.receive("coral", at_us=agreement.starts_us + 61 * MICROSECONDS)
    growing = Growing(agreement.parties)
    for log in teller.logs.values():
        for item in log:
            growing.add(item)
    return agreement, teller, growing


def test_one_more_entry_leaves_the_other_duties_as_they_are():
    """Duties that nothing has touched are not even made anew: they are the same objects."""
    agreement, teller, growing = busy()
    kept = Kept()
    now_us = agreement.starts_us + 100 * MICROSECONDS
    before = standing(agreement, growing.account(), now_us, kept=kept)
    read = forms.from_text(BOOK, "read", {}, channel="hotline", reply_to=("amber", 7))
    teller.say("coral", read, at_us=now_us, placed_us=now_us)
    growing.add(teller.logs["coral"][-1])
    after = standing(agreement, growing.account(), now_us + 1, kept=kept)

    fresh = [duty for duty in after if not any(duty is other for other in before)]
    started = [duty for duty in fresh if duty.clause.trigger.kind == "on-entry"]
    assert ["amber/7"] == [duty.label for duty in started]
    assert standing(agreement, growing.account(), now_us + 1) == after


def test_a_deadline_that_passes_changes_what_was_kept():
    """What was due is missed when its time has passed, though no entry came."""
    agreement, _, growing = busy()
    kept, account = Kept(), growing.account()
    now_us = agreement.starts_us + 100 * MICROSECONDS
    waiting = [duty for duty in standing(agreement, account, now_us, kept=kept) if duty.label == "amber/3"]
    later = [duty for duty in standing(agreement, account, waiting[0].due_us, kept=kept) if duty.label == "amber/3"]

    assert ["due"] == [duty.state for duty in waiting]
    assert ["missed"] == [duty.state for duty in later]


def held():
    """Return what keeps a duty of amber/0, as if computed, and the account that grows."""
    agreement, teller, growing = busy()
    kept = Kept()
    kept.look(agreement.hash, growing.account())
    clause = agreement.clause("hotline-read")
    cause = read_said(growing.account(), {"hotline-message"})[1]["hotline-message"][0]
    kept.hold(clause, cause, ("kept",), 0, FAR_US)
    assert ("kept",) == kept.duties(clause, cause, 1)
    return agreement, teller, growing, kept, clause, cause


def test_an_answer_to_an_answer_touches_the_beginning():
    """Who verifies a deed answers the deed, and changes the duty that began above it."""
    agreement, teller, growing, kept, clause, cause = held()
    for log, form, reply in (
        ("coral", "read", ("amber", 5)),
        ("amber", "read", ("coral", 1)),
        ("coral", "read", ("amber", 0)),
    ):
        at_us = agreement.starts_us + DAY_US
        filled = forms.from_text(BOOK, form, {}, channel="hotline", reply_to=reply)
        ref = teller.say(log, filled, at_us=at_us, placed_us=at_us)
        growing.add(teller.logs[log][ref[1]])
        kept.look(agreement.hash, growing.account())
        if reply != ("amber", 0):
            assert ("kept",) == kept.duties(clause, cause, 1)
    assert kept.duties(clause, cause, 1) is None
    kept.hold(clause, cause, ("kept",), 0, FAR_US)
    filled = forms.from_text(BOOK, "read", {}, channel="hotline", reply_to=ref)
    ref = teller.say("amber", filled, at_us=at_us, placed_us=at_us)
    growing.add(teller.logs["amber"][ref[1]])
    kept.look(agreement.hash, growing.account())

    assert kept.duties(clause, cause, 1) is None


def test_other_times_of_rest_forget_all_duties():
    """A notice of suspension changes what is waived, of whatever began before."""
    _, _, _, kept, clause, cause = held()
    kept.resting(())
    assert ("kept",) == kept.duties(clause, cause, 1)
    kept.resting([Rest(0, FAR_US, ())])

    assert kept.duties(clause, cause, 1) is None


def test_a_notice_of_suspension_puts_what_was_kept_to_rest():
    """Duties that are kept are waived by it, as they are in the whole."""
    agreement, teller, growing = busy()
    kept, now_us = Kept(), agreement.starts_us + 100 * MICROSECONDS
    before = standing(agreement, growing.account(), now_us, kept=kept)
    notice = next(clause for clause in agreement.in_force() if clause.effect == "suspends")
    form = BOOK.form(notice.trigger.form)
    typed = {each.name: next(iter(each.choices), "x") for each in form.fields if each.required}
    times = {each.name: "2020-01-01T00:00:00Z" for each in form.fields if each.required and each.kind == "time"}
    teller.say("amber", forms.from_text(BOOK, form.name, {**typed, **times}), at_us=now_us, placed_us=now_us)
    teller.receive("coral", at_us=now_us)
    for log, items in teller.logs.items():
        for item in items[growing.ledger.sizes().get(log, 0) :]:
            growing.add(item)
    after = standing(agreement, growing.account(), now_us, kept=kept)

    assert {"due"} == {duty.state for duty in before if duty.clause.id == "hotline-read"}
    assert {"waived"} == {duty.state for duty in after if duty.clause.id == "hotline-read"}
    assert standing(agreement, growing.account(), now_us) == after


def test_a_clause_that_can_be_undone_or_waits_for_others_is_not_kept():
    """What rests on more than an entry and its answers is computed each time."""
    clause = load("demo", BOOK).clause("hotline-read")
    undone = replace(clause.fulfilment, reversed_by=Event("read", {}, ""))

    assert lasting(clause)
    assert not lasting(replace(clause, fulfilment=undone))
    assert not lasting(replace(clause, in_turn=True))
    assert not lasting(replace(clause, when=Condition("done['other'] >= 1")))
    assert not any(lasting(each) for each in load("roadmap", BOOK).clauses if each.trigger.kind != "on-entry")


def test_what_came_through_by_its_author_s_word_alone_is_not_settled():
    """A station may still say that it has it: how such an entry counts can change."""
    agreement, teller, growing = busy()
    at_us = agreement.starts_us + DAY_US
    ref = teller.say("amber", forms.from_text(BOOK, "hotline-message", {"text": "?"}), at_us=at_us, placed_us=at_us)
    by_hand = {"party": "coral", "carrier": "telephone", "at": "2026-06-05T00:00:00Z", "readback": "words"}
    form = BOOK.form("conveyed")
    typed = {
        each.name: by_hand.get(each.name) or next(iter(each.choices), "x") for each in form.fields if each.required
    }
    teller.say("amber", forms.from_text(BOOK, "conveyed", typed, reply_to=ref), at_us=at_us, placed_us=at_us)
    for item in teller.logs["amber"][ref[1] :]:
        growing.add(item)
    settled = {}
    said = {its.ref: its for its in read_said(growing.account(), {"hotline-message"}, settled)[1]["hotline-message"]}

    assert said[ref].conveyed
    assert said[ref].delivered_us is not None
    assert ref not in settled
    assert ("amber", 0) in settled


def test_another_ledger_or_agreement_is_computed_whole():
    """What was kept of one account says nothing about another, nor under other rules."""
    agreement, _, growing = busy()
    other, _, second = busy()
    kept = Kept()
    now_us = agreement.starts_us + 100 * MICROSECONDS
    standing(agreement, growing.account(), now_us, kept=kept)

    assert growing.account().added(second.account()) is None
    for rules in (other, load("macm", BOOK)):
        account = second.account()
        assert standing(rules, account, now_us) == standing(rules, account, now_us, kept=kept)
