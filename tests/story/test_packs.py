"""Stories of the packs on real records, and from both chairs: the account made by hand is no other than the real one."""

import contextlib
import re
import tomllib
from importlib import resources

import pytest

import builders
from packs import told_of
from searoom.account import read
from searoom.errors import NotAllowed
from searoom.items import Transcribed
from searoom.obligations import coverage
from searoom.obligations.reckoning import reckon
from searoom.signals import forms
from told import BOOK

ON_RECORDS = [
    ("contested-waters", 0),
    ("contested-waters", 4),
    ("incsea", 0),
    ("exercise-notice", 1),
    ("issues", 1),
    ("macm", 5),
]


def hand_all(records, taker, *, now_us):
    """Hand one party all that the others hold of their own; what one of them heard of another comes before it."""
    for giver in tuple(records) * 5:
        with contextlib.suppress(NotAllowed):
            if giver != taker:
                builders.hand_over(records[giver], records[taker], now_us=now_us, max_bytes=1)


def on_records(told):
    """Say everything again on one real record a party: sealed, signed, handed over as often as the story says."""
    names = told.agreement.parties
    members = dict(zip(names, builders.parties(*names), strict=True))
    records = dict(zip(names, builders.records(None, *names), strict=True))
    for log, index in told.teller.told:
        item = told.teller.logs[log][index]
        if item.filled.form == "receipt":
            hand_all(records, log, now_us=item.claimed_us)
        known = BOOK.form(item.filled.form)
        signers = (members[log].station,) if known.automatic else members[log].officers[: known.release_persons]
        builders.say(
            records[log],
            members[log],
            forms.encode(item.filled, BOOK),
            signers=signers,
            to=item.recipients,
            now_us=item.claimed_us,
        )
    for name in (*names, *names):
        hand_all(records, name, now_us=told.now_us)
    return {name: read(records[name], BOOK, builders.opener(members[name]), parties=names) for name in names}


def row(duty):
    """Return what a duty says, without the places that a card at the head of a log moves."""
    return (duty.clause.id, duty.owed_by, duty.state, duty.due_us, duty.verified, duty.progress)


@pytest.mark.parametrize(("name", "which"), ON_RECORDS)
def test_a_story_on_real_records_stands_as_it_was_told(name, which):
    """Sealed and signed, handed over and read by each party: every node reckons what the story's own account says."""
    told = told_of(name)[which]
    assert not any(isinstance(item, Transcribed) for log in told.teller.logs.values() for item in log)
    wanted = reckon(told.agreement, told.teller.account(), told.now_us, BOOK)

    for party, account in on_records(told).items():
        there = reckon(told.agreement, account, told.now_us, BOOK)
        assert [row(duty) for duty in wanted.duties] == [row(duty) for duty in there.duties], party
        assert [(f.clause, f.parties, f.state) for f in wanted.facts] == [
            (f.clause, f.parties, f.state) for f in there.facts
        ], party


@pytest.mark.parametrize("name", ["contested-waters", "weekly-call", "transparency", "exchange", "issues"])
def test_from_the_other_chair_every_line_comes_out_as_well(name):
    """Swapping the parties in the words of a story swaps the parties in the answers, and changes nothing else."""
    text = coverage.stories_of(name)
    other = {"amber": "coral", "coral": "amber"}
    swapped = re.sub(r"\b(amber|coral)\b", lambda found: other[found[1]], text)
    told, mirrored = (coverage.tell_all(words, name, BOOK) for words in (text, swapped))

    for one, two in zip(told, mirrored, strict=True):
        assert [(c.clause, c.found.split(",")[0]) for c in one.checked] == [
            (c.clause, c.found.split(",")[0]) for c in two.checked
        ]
        rows = reckon(one.agreement, one.teller.account(), one.now_us, BOOK).duties
        turned = reckon(two.agreement, two.teller.account(), two.now_us, BOOK).duties
        assert sorted((d.clause.id, tuple(sorted(d.owed_by)), d.state) for d in rows) == sorted(
            (d.clause.id, tuple(sorted(other[p] for p in d.owed_by)), d.state) for d in turned
        ), one.title


def test_the_two_chairs_of_one_event_are_two_stories():
    """What each side can say of June and of January 2018 is told by itself; both stand beside each other."""
    titles = [told.title for told in told_of("contested-waters")]

    assert 2 == sum("from coral's chair" in title for title in titles)
    assert 2 == sum("from amber's chair" in title for title in titles)


def test_a_trilateral_story_outvotes_nobody():
    """What two of three have said together is not done: each of them says so for itself."""
    text = (
        "Story: s\nAgreement: exercise-notice\nAt 2026-02-01\namber says exercise-meeting-request as M: text = x\n"
        "everybody receives everything\nAt 2026-02-02\n{}everybody receives everything\nThen meeting-48h of all for M is {}"
    )
    says = [
        f"{who} says exercise-meeting in reply to M: host = jade; date = 2026-02-02; outcome = x\n"
        for who in ("amber", "coral", "jade")
    ]
    for count, state in ((2, "due"), (3, "met")):
        (told,) = coverage.tell_all(text.format("".join(says[:count]), state), "x", BOOK)
        assert () == told.findings("x")


def test_the_sample_series_of_visits_is_as_published():
    """Each point has its source, cumulative figures never fall, and an interruption is a point of its own."""
    text = (resources.files("searoom.obligations") / "data" / "samples" / "sasakawa.toml").read_text(encoding="utf-8")
    points = tomllib.loads(text)["point"]
    figures = [(point["to_china"], point["to_japan"]) for point in points if "to_china" in point]

    assert all(point["source"] for point in points)
    assert [(116, 187), (130, 200), (152, 228), (165, 268)] == sorted(figures) == figures
    assert [point["when"] for point in points] == sorted(point["when"] for point in points)
    assert [False] == [point["exact"] for point in points if not point.get("exact", True)]
    assert 2 == sum("suspended" in point.get("note", "") or "cancelled" in point.get("note", "") for point in points)
