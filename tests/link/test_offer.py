"""More than two parties: logs go on to who never meets their author, in an order in which they can be taken."""

import asyncio
from dataclasses import replace

import pytest

from builders import card_keys, node_keys, parties, records, say
from linked import RECEIPT, TEXT, LinkedNode, Scripted, nodes, spoken
from searoom.errors import PeerFault
from searoom.link import offer
from searoom.link.frames import End, Entries, Hello, Want
from searoom.link.progress import Message, Verdict
from searoom.link.session import Role, Session
from searoom.record.entry import Kind, clear_statement, release
from searoom.record.keys import Role as KeyRole
from searoom.record.seal import reason


def sizes(node: LinkedNode) -> list[int]:
    return [node.record.size(log) for log in node.record.logs()]


def words(node: LinkedNode, peer: str) -> list[bytes | None]:
    return [word for word in node.heard(peer) if word != RECEIPT]


@pytest.mark.parametrize("calls", ["outwards", "inwards"])
def test_two_who_never_meet_hear_each_other(calls: str) -> None:
    """Amber and teal meet coral alone, as client or as server; each holds the other's whole log in the end."""
    amber, coral, teal = nodes("amber", "coral", "teal")
    pairs = [(coral, amber), (coral, teal)] if calls == "outwards" else [(amber, coral), (teal, coral)]

    async def scene() -> None:
        for n in range(4):
            amber.say(b"amber %d" % n)
            teal.say(b"teal %d" % n)
            for caller, called in pairs:
                assert (await caller.calling(called).meet()).fault == ""
        for _ in range(2):
            for caller, called in pairs:
                progress = await caller.calling(called).meet()
                assert (progress.in_step, progress.fault, progress.verdict) == (True, "", Verdict.CLEAR)

    asyncio.run(scene())
    assert sizes(amber) == sizes(coral) == sizes(teal)
    assert words(teal, "amber") == [b"amber %d" % n for n in range(4)]
    assert words(amber, "teal") == [b"teal %d" % n for n in range(4)]
    assert [] == amber.record.evidence() + coral.record.evidence() + teal.record.evidence()


@pytest.mark.parametrize("calls", ["the one who lacks", "the one who holds"])
def test_a_long_alternating_backlog_of_two_logs_reaches_a_third(calls: str) -> None:
    """Entries that have heard each other, one for one: no whole log can go first, and all of it arrives."""
    amber, coral, teal = nodes("amber", "coral", "teal")

    async def scene() -> None:
        line = amber.calling(coral)
        for n in range(90):
            amber.say(b"%d" % n)
            assert (await line.meet()).in_step
        caller, called = (teal, coral) if calls == "the one who lacks" else (coral, teal)
        progress = await caller.calling(called).meet()
        assert (progress.in_step, progress.fault) == (True, "")

    asyncio.run(scene())
    assert sizes(teal)[:2] == sizes(coral)[:2] == [90, 90]
    assert words(teal, "amber") == [b"%d" % n for n in range(90)]


def test_says_no_more_than_is_lacking() -> None:
    """What the other holds of third logs is told in `want`, and nothing of it comes again."""
    amber, coral, teal = nodes("amber", "coral", "teal")

    async def scene() -> None:
        amber.say(b"words")
        assert (await amber.calling(coral).meet()).fault == ""
        assert (await amber.calling(teal).meet()).fault == ""
        courier = teal.calling(coral)
        assert (await courier.meet()).in_step
        idle = await courier.meet()
        assert (idle.rounds, idle.in_step) == (1, True)
        last = courier._carrier.messages[-1]  # type: ignore[attr-defined]
        message = Message.read(Session(Role.SERVER, "demo-2026", "coral", "teal"), last)
        assert message.events == (Want("amber", 1), End())

    asyncio.run(scene())


def test_an_entry_that_cannot_be_verified_yet_is_no_fault_of_theirs() -> None:
    """Who hands over words that have heard a log nobody here has, and not that log, is told what is missing."""
    amber, coral, teal = nodes("amber", "coral", "teal", receipts=False)
    amber.say(b"first")

    async def scene() -> None:
        assert (await amber.calling(coral).meet()).fault == ""
        coral.say(b"after amber's")
        batch = coral.record.batch("coral", 0)
        assert batch is not None

        def answer(message: bytes) -> bytes:
            session = Session(Role.SERVER, "demo-2026", "coral", "teal")
            session.receive_message(message)
            hello = Hello("demo-2026", TEXT, "coral", "coral", 1, "teal", 0, teal.record.root("teal"))
            entries = Entries("coral", 0, batch.items, batch.note, batch.proof)
            return b"".join(session.send(event) for event in (hello, entries, End()))

        before = teal.state()
        progress = await teal.courier("coral", Scripted(answer)).meet()
        assert progress.verdict is Verdict.NOT_YET
        assert progress.fault == "their entries cannot be verified yet: they have heard 1 entries of 'amber'"
        assert (before, []) == (teal.state(), teal.record.evidence())
        assert (await teal.calling(coral).meet()).in_step

    asyncio.run(scene())
    assert sizes(teal) == [1, 1, 0]


def test_a_server_asks_for_what_it_cannot_verify() -> None:
    """Coral calls teal, which lacks amber's log: teal's answer wants it, and coral's next message brings both."""
    amber, coral, teal = nodes("amber", "coral", "teal", receipts=False)
    amber.say(b"first")

    async def scene() -> None:
        assert (await amber.calling(coral).meet()).fault == ""
        coral.say(b"after amber's")
        batch = coral.record.batch("coral", 0)
        assert batch is not None
        hello = Hello("demo-2026", TEXT, "coral", "coral", 1, "teal", 0, teal.record.root("teal"))
        entries = Entries("coral", 0, batch.items, batch.note, batch.proof)
        message = spoken("teal", "coral", [hello, entries, End()])
        session = Session(Role.CLIENT, "demo-2026", "coral", "teal")
        for event in (hello, entries, End()):
            session.send(event)
        answer = Message.read(session, await teal.answerer.handle("coral", message))
        assert answer.wants == (Want("amber", 0),)
        assert teal.answerer.last_fault["coral"] == ""
        progress = await coral.calling(teal).meet()
        assert (progress.in_step, progress.fault) == (True, "")

    asyncio.run(scene())
    assert sizes(teal) == [1, 1, 0]


def test_a_stranger_s_log_is_refused() -> None:
    """Entries of a party whose card is not at hand are refused, not kept for later."""
    amber, coral = nodes()
    jade, pearl = nodes("jade", "pearl")
    jade.say(b"words")
    batch = jade.record.batch("jade", 0)
    assert batch is not None
    hello = Hello("demo-2026", TEXT, "coral", "coral", 0, "amber", 0, amber.record.root("amber"))
    foreign = Entries("jade", 0, batch.items, batch.note, batch.proof)
    before = amber.state()
    asyncio.run(amber.answerer.handle("coral", spoken("amber", "coral", [hello, foreign, End()])))
    assert "'jade' is no party" in amber.answerer.last_fault["coral"]
    assert before == amber.state()
    assert asyncio.run(amber.calling(coral).meet()).in_step
    with pytest.raises(PeerFault, match="is no counterpart"):
        asyncio.run(amber.answerer.handle("pearl", b""))
    assert pearl.name == "pearl"


def test_a_later_log_follows_the_one_before_it() -> None:
    """Amber opens a second log: who holds the first gets the rest of it and the second, also through a third."""
    amber, coral, teal = nodes("amber", "coral", "teal", receipts=False)
    amber.say(b"in the first")

    async def scene() -> None:
        assert (await amber.calling(coral).meet()).fault == ""
        amber.say(b"in the first, later")
        amber.say(b"in the first, last")
        why = reason("amber.2", "backup")
        statement = clear_statement(
            Kind.EPOCH, why, mechanism="demo-2026", exercise=True, author="amber", claimed_us=amber.now()
        )
        amber.record.open_log(release(statement, *amber.party.officers), why, now_us=amber.now())
        amber.say(b"in the second")
        for caller, called in ((amber, coral), (teal, coral)):
            courier = caller.calling(called, batch_bytes=1)
            progress = await courier.meet()
            assert (progress.fault, progress.in_step) == ("", True)
            assert courier.taken == (2 if caller is amber else 0)  # of the log that is written now

    asyncio.run(scene())
    for node in (coral, teal):
        assert [node.record.size(log) for log in ("amber", "amber.2")] == [3, 2]
    assert amber.record.recorded("amber.2", "coral") == 2
    assert amber.record.recorded("amber", "coral") == 3


def test_lacking_is_read_from_hello_and_wants() -> None:
    """Only what is told is offered; a party's own log is offered to it only where it asks for it back."""
    amber, coral, teal = records(None, "amber", "coral", "teal")
    people = parties("amber", "coral", "teal")
    say(amber, people[0], b"one")
    say(coral, people[1], b"one")
    say(teal, people[2], b"one")
    for source in (amber, teal):
        batch = source.batch(source.party, 0)
        assert batch is not None
        coral.admit(batch, now_us=1)
    hello = Hello("demo-2026", TEXT, "amber", "amber", 1, "coral", 0, bytes(32))
    assert offer.lacking(coral, hello, ()) == {"coral": 0}
    assert offer.lacking(coral, hello, (Want("teal", 0),)) == {"coral": 0, "teal": 0}
    assert offer.lacking(coral, hello, (Want("teal", 7), Want("amber", 0))) == {"amber": 0, "coral": 0}
    assert offer.lacking(coral, hello, (Want("jade", 0), Want("teal.2", 0))) == {"coral": 0}


def test_batches_stay_within_their_bounds() -> None:
    """Never more frames than allowed, and about as many bytes: the rest comes in the next message."""
    amber, coral = records()
    people = parties()
    for n in range(6):
        say(amber, people[0], b"%d" % n * 400)
        batch = amber.batch("amber", n)
        assert batch is not None
        coral.admit(batch, now_us=1)
        say(coral, people[1], b"%d" % n * 400)
    found = offer.batches(coral, {"amber": 0, "coral": 0}, max_bytes=1 << 20, most=5)
    assert [(batch.log, batch.start, len(batch.items)) for batch in found] == [
        ("amber", 0, 6),
        ("coral", 0, 6),
    ]
    assert len(offer.batches(coral, {"amber": 0, "coral": 0}, max_bytes=1, most=5)) == 1
    assert offer.batches(coral, {}, max_bytes=1 << 20, most=5) == []


@pytest.mark.parametrize("relay", ["heard as it came", "heard in one go"])
def test_a_log_that_changed_its_keys_goes_on_through_a_third(relay: str) -> None:
    """Amber's log and station keys change between two words; teal, who meets coral alone, can check all of it."""
    amber, coral, teal = nodes("amber", "coral", "teal", receipts=False)
    fresh = node_keys("amber", "second")
    officers = [key for key in amber.party.card.keys if key.role is KeyRole.OFFICER]
    card = replace(amber.party.card, serial=1, keys=card_keys("amber", fresh, officers))

    async def scene() -> None:
        amber.say(b"before")
        if relay == "heard as it came":
            assert (await amber.calling(coral).meet()).in_step
            coral.say(b"between")
            assert (await amber.calling(coral).meet()).in_step
        amber.record.issue_card(card.signed(*amber.party.roots), fresh, now_us=amber.now())
        amber.say(b"after")
        assert (await amber.calling(coral).meet()).fault == ""
        progress = await teal.calling(coral).meet()
        assert (progress.fault, progress.in_step) == ("", True)

    asyncio.run(scene())
    assert teal.record.size("amber") == coral.record.size("amber") == 3
    assert teal.record.root("amber") == amber.record.root("amber")
    assert teal.record.roster.card("amber").serial == 1
    assert amber.record.recorded("amber", "coral") == 3


def test_what_fits_into_no_frame_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that cannot be cut (up to a card that its note needs) and is longer than a frame ends nobody's meeting."""
    amber, _ = records()
    say(amber, parties()[0], b"words")
    assert len(offer.batches(amber, {"amber": 0}, max_bytes=1 << 20, most=5)) == 1
    monkeypatch.setattr(offer, "MOST_BYTES", 100)
    assert offer.batches(amber, {"amber": 0}, max_bytes=1 << 20, most=5) == []


def test_a_run_is_looked_for_no_further_than_it_can_be_sent() -> None:
    """However long the log behind it, only about as many bytes of it are read as go into the message."""
    amber, _ = records()
    for n in range(5):
        say(amber, parties()[0], b"%d" % n)
    assert offer._run(amber, "amber", {"amber": 0}, 1) == 1
    assert offer._run(amber, "amber", {"amber": 0}, 1 << 20) == 5
