"""A flash goes ahead of its place: verified, kept and receipted before the backlog before it has come."""

import asyncio
from dataclasses import replace

import pytest

from builders import parties
from linked import RECEIPT, TEXT, Line, LinkedNode, Scripted, nodes, spoken, two_nodes
from searoom.errors import NotAllowed, PeerFault
from searoom.link.frames import Ahead, End, Entries, Fault, Hello
from searoom.link.progress import Message, Verdict
from searoom.link.session import Role, Session
from searoom.record.entry import Entry


def events_of(message: bytes) -> list[type]:
    session = Session(Role.SERVER, "demo-2026", "coral", "amber")
    return [type(event) for event in session.receive_message(message)]


def ahead_of(node: LinkedNode, index: int) -> Ahead:
    piece = node.record.ahead(index)
    return Ahead(piece.log, piece.index, piece.entry, piece.body, piece.proof, piece.note)


def hello_of(node: LinkedNode, peer: LinkedNode) -> Hello:
    held = node.record.size(peer.name)
    root = node.record.root(peer.name, held)
    return Hello("demo-2026", TEXT, node.name, node.name, node.record.size(node.name), peer.name, held, root)


def test_a_flash_is_receipted_before_its_backlog_has_come() -> None:
    """Twenty routine entries stand before it; it is held and receipted at once, and nothing is doubled afterwards."""
    amber, coral = two_nodes()
    for n in range(20):
        amber.say(b"routine %d" % n)
    amber.say(b"flash")

    async def scene() -> None:
        courier = amber.calling(coral)
        progress = await courier.send_ahead(20)
        assert (progress.sent, progress.received, progress.fault, progress.rounds) == (1, 1, "", 1)
        assert courier._carrier.urgent == [True]  # type: ignore[attr-defined]
        assert events_of(courier._carrier.messages[0]) == [Hello, Ahead, End]  # type: ignore[attr-defined]
        assert (coral.record.size("amber"), len(coral.record.aheads("amber"))) == (0, 1)
        assert [Entry.from_bytes(item.entry).index for item in amber.record.aheads("coral")] == [0]
        assert amber.hurried == ["coral"]
        assert coral.record.size("coral") == 1  # the receipt stands in coral's log
        assert (await courier.meet()).in_step
        assert courier._carrier.urgent[1:] == [False] * (len(courier._carrier.urgent) - 1)  # type: ignore[attr-defined]

    asyncio.run(scene())
    assert coral.heard("amber")[-1] == b"flash"
    assert coral.record.aheads("amber") == amber.record.aheads("coral") == ()
    assert amber.heard("coral") == [RECEIPT, RECEIPT]  # for the flash, and for the routine
    assert [] == amber.record.evidence() + coral.record.evidence()


def test_a_flash_sent_again_is_answered_again() -> None:
    """Where the answer was lost, the same flash brings the same receipt, and no second one is written."""
    amber, coral = two_nodes()
    amber.say(b"routine")
    amber.say(b"flash")
    courier = amber.calling(coral)
    courier._carrier.lose_answer_at = 0  # type: ignore[attr-defined]

    async def scene() -> None:
        assert (await courier.send_ahead(1)).fault == courier.last_fault == "the answer was lost"
        assert amber.record.aheads("coral") == ()
        again = await courier.send_ahead(1)
        assert (again.fault, again.sent, again.received) == ("", 1, 1)
        third = await courier.send_ahead(1)
        assert (third.fault, third.received) == ("", 0)
        assert coral.record.size("coral") == 1
        assert (await courier.meet()).in_step

    asyncio.run(scene())


def test_a_flash_goes_while_a_routine_exchange_hangs() -> None:
    """The routine lane waits for an answer that does not come; the flash has its own exchange and is receipted."""
    amber, coral = two_nodes()
    amber.say(b"routine")
    released = asyncio.Event()
    answers = coral.answers_to("amber")

    class Slow(Line):
        async def exchange(self, data: bytes, *, urgent: bool = False) -> bytes:
            if not urgent:
                await released.wait()
            return await super().exchange(data, urgent=urgent)

    async def scene() -> None:
        courier = amber.courier("coral", Slow(answers))
        meeting = asyncio.create_task(courier.meet())
        await asyncio.sleep(0)
        amber.say(b"flash")
        assert (await courier.send_ahead(1)).received == 1
        assert not meeting.done()
        released.set()
        assert (await meeting).in_step

    asyncio.run(scene())
    assert coral.heard("amber") == [b"routine", b"flash"]


def test_a_cancelled_meeting_changes_nothing_half() -> None:
    """Cancelled at each exchange, before or after the other side acted, the next meeting completes it."""
    for number in range(4):
        for when in ("before", "after"):
            amber, coral = two_nodes()
            for n in range(3):
                amber.say(b"%d" % n)
            coral.say(b"theirs")
            answers = coral.answers_to("amber")
            calls = iter(range(100))

            async def hang(
                data: bytes,
                answers=answers,
                calls=calls,
                number=number,
                when=when,  # type: ignore[no-untyped-def]
            ) -> bytes:
                here = next(calls) == number
                if here and when == "before":
                    await asyncio.sleep(60)
                answer: bytes = await answers(data)
                if here:
                    await asyncio.sleep(60)
                return answer

            async def scene(amber=amber, hang=hang) -> None:  # type: ignore[no-untyped-def]
                courier = amber.courier("coral", Line(hang))
                meeting = asyncio.create_task(courier.meet())
                for _ in range(50):
                    await asyncio.sleep(0)
                meeting.cancel()
                await asyncio.gather(meeting, return_exceptions=True)
                progress = await courier.meet()
                assert (progress.in_step, progress.fault) == (True, "")

            asyncio.run(scene())
            assert [word for word in coral.heard("amber") if word != RECEIPT] == [b"0", b"1", b"2"]


def test_a_flash_needs_no_third_log() -> None:
    """Teal takes coral's flash, which has heard amber, of whom teal holds nothing; its place is checked later."""
    amber, coral, teal = nodes("amber", "coral", "teal", receipts=False)
    amber.say(b"words")

    async def scene() -> None:
        assert (await amber.calling(coral).meet()).fault == ""
        coral.say(b"flash")
        courier = coral.calling(teal)
        assert (await courier.send_ahead(0)).fault == ""
        assert (teal.record.size("amber"), len(teal.record.aheads("coral"))) == (0, 1)
        assert (await courier.meet()).in_step

    asyncio.run(scene())
    assert teal.heard("coral") == [b"flash"]
    assert teal.record.aheads("coral") == ()


@pytest.mark.parametrize("what", ["entry", "body", "index", "note", "proof"])
def test_a_forged_flash_is_refused(what: str) -> None:
    """One changed piece of it, and nothing is kept of it but evidence; the true one passes afterwards."""
    amber, coral = two_nodes()
    amber.say(b"routine")
    amber.say(b"flash")
    coral.say(b"theirs")
    true = ahead_of(amber, 1)
    changes = {
        "entry": {"entry": true.entry[:-1] + bytes([true.entry[-1] ^ 1])},
        "body": {"body": true.body[:-1] + bytes([true.body[-1] ^ 1])},
        "index": {"index": 0},
        "note": {"note": coral.record.note("coral")},
        "proof": {"proof": (bytes(32),)},
    }
    piece = {name: getattr(true, name) for name in ("log", "index", "entry", "body", "proof", "note")}
    forged = Ahead(**(piece | changes[what]))  # type: ignore[arg-type]  # as above
    before = coral.state()
    opening = hello_of(amber, coral)
    message = spoken("coral", "amber", [opening, forged, End()])
    session = Session(Role.CLIENT, "demo-2026", "amber", "coral")
    for event in (opening, forged, End()):
        session.send(event)
    answer = Message.read(session, asyncio.run(coral.answerer.handle("amber", message)))
    assert isinstance(answer.events[0], Fault)
    assert answer.fault.startswith("the entry ahead of its place was refused: ")
    assert before == coral.state()
    assert coral.hurried == []
    assert asyncio.run(amber.calling(coral).send_ahead(1)).fault == ""
    assert len(coral.record.aheads("amber")) == 1


def test_two_flashes_of_one_place_prove_a_fork() -> None:
    """Another entry at the place of one that came ahead is refused, kept as proof, and called so."""
    members = parties()
    amber, double, coral = (LinkedNode(member, members) for member in (members[0], members[0], members[1]))
    amber.say(b"to coral")
    double.say(b"to somebody else")

    async def scene() -> None:
        assert (await amber.calling(coral).send_ahead(0)).fault == ""
        progress = await double.calling(coral).send_ahead(0)
        assert "forked" in progress.fault
        assert progress.sent == 0

    asyncio.run(scene())
    assert coral.answerer.verdict["amber"] is Verdict.FORK
    assert [piece.kind for piece in coral.record.evidence()] == ["fork"]
    assert asyncio.run(amber.calling(coral).meet()).in_step


def test_a_flash_to_nobody_is_a_sentence() -> None:
    """An absent counterpart, and one that works by another text: a fault, no error."""
    amber, coral = two_nodes()
    amber.say(b"flash")

    def absent(_: bytes) -> bytes:
        raise PeerFault("nobody answers")

    async def scene() -> None:
        assert (await amber.courier("coral", Scripted(absent)).send_ahead(0)).fault == "nobody answers"
        other = LinkedNode(coral.party, tuple(parties()), agreement=bytes(32))
        assert "two texts of the agreement" in (await amber.calling(other).send_ahead(0)).fault

    asyncio.run(scene())


def test_a_flash_that_its_author_lost_is_handed_back_before_it_says_another() -> None:
    """Amber is put back to before its flash, which coral holds ahead of its place: amber takes it back and goes on."""
    members = parties()
    before, amber, coral = (LinkedNode(member, members) for member in (members[0], members[0], members[1]))
    before.say(b"flash")
    assert asyncio.run(before.calling(coral).send_ahead(0)).received == 1

    async def scene() -> None:
        progress = await amber.calling(coral).meet()
        assert (progress.in_step, progress.fault) == (True, "")
        assert (progress.healed, progress.verdict) == (1, Verdict.WE_RESTORED)

    asyncio.run(scene())
    assert amber.record.root("amber") == before.record.root("amber")
    assert not amber.record.healing
    amber.say(b"more")
    assert asyncio.run(amber.calling(coral).meet()).in_step
    assert [] == coral.record.evidence() + amber.record.evidence()


@pytest.mark.parametrize("caller", ["amber", "coral"])
def test_a_lost_flash_with_a_gap_before_it_keeps_its_author_silent(caller: str) -> None:
    """What stood before the flash reached nobody: amber may not write another entry of that place, two officers may."""
    members = parties()
    before, amber, coral = (LinkedNode(member, members) for member in (members[0], members[0], members[1]))
    before.say(b"routine, told to nobody")
    before.say(b"flash")
    assert asyncio.run(before.calling(coral).send_ahead(1)).received == 1
    here, there = (amber, coral) if caller == "amber" else (coral, amber)

    async def scene() -> None:
        for _ in range(2):
            await here.calling(there).meet()

    asyncio.run(scene())
    assert amber.record.healing
    with pytest.raises(NotAllowed, match="put back to an older state"):
        amber.say(b"another second entry")
    assert "fork" not in [piece.kind for piece in coral.record.evidence()]


def test_an_entry_handed_back_that_is_none_of_ours_is_refused() -> None:
    """Only what our own log has signed sets the mark; what our log has reached is let lie."""
    amber, coral = two_nodes(receipts=False)
    coral.say(b"theirs")
    true = ahead_of(coral, 0)
    forged = replace(true, log="amber")
    before = amber.state()
    asyncio.run(amber.answerer.handle("coral", spoken("amber", "coral", [hello_of(coral, amber), forged, End()])))
    assert "the entry of ours was refused" in amber.answerer.last_fault["coral"]
    assert before == amber.state()
    amber.say(b"ours")
    state = amber.state()
    known = [hello_of(coral, amber), ahead_of(amber, 0), End()]
    asyncio.run(amber.answerer.handle("coral", spoken("amber", "coral", known)))
    assert amber.answerer.last_fault["coral"] == ""
    assert state == amber.state()


def test_what_is_handed_back_is_no_flash_of_the_caller() -> None:
    """An entry of our own beside routine ones hurries nothing: the answer goes on with our entries in their order."""
    amber, coral = two_nodes()
    coral.say(b"theirs")
    amber.say(b"words")
    batch = amber.record.batch("amber", 0)
    assert batch is not None
    routine = Entries("amber", 0, batch.items, batch.note, batch.proof)
    said = [hello_of(amber, coral), routine, ahead_of(coral, 0), End()]
    session = Session(Role.CLIENT, "demo-2026", "amber", "coral")
    message = b"".join(session.send(event) for event in said)
    answer = Message.read(session, asyncio.run(coral.answerer.handle("amber", message)))
    assert [type(event) for event in answer.events] == [Entries, End]
