"""Two nodes come into step, over any broken line, and nothing is lost or doubled."""

import asyncio

import pytest

from builders import NOW_US, parties
from linked import RECEIPT, TEXT, Line, LinkedNode, Scripted, two_nodes
from searoom.errors import NotAllowed, PeerFault, StateUnknown
from searoom.link.answerer import Answerer
from searoom.link.courier import Courier
from searoom.link.frames import Cosigned, End, Entries, Event, Fault, Hello, Witness
from searoom.link.progress import Progress
from searoom.link.session import Role, Session


def events_of(message: bytes) -> list[type[Event]]:
    """The kinds of event in a client's message of amber's."""
    session = Session(Role.SERVER, "demo-2026", "coral", "amber")
    return [type(event) for event in session.receive_message(message)]


def assert_in_step(amber: LinkedNode, coral: LinkedNode) -> None:
    for owner, holder in ((amber, coral), (coral, amber)):
        name, by = owner.party.name, holder.party.name
        size = owner.record.size(name)
        assert holder.record.size(name) == size
        assert holder.record.root(name) == owner.record.root(name)
        assert owner.record.recorded(name, by) == size
        assert holder.record.recorded(name, by) == size


def test_brings_two_nodes_into_step() -> None:
    """Entries of both sides, their receipts and their countersignatures go over in one meeting."""
    amber, coral = two_nodes()
    amber.say(b"from amber")
    coral.say(b"from coral")
    coral.say(b"more from coral")
    progress = asyncio.run(amber.calling(coral).meet())
    assert progress == Progress(in_step=True, rounds=progress.rounds, sent=2, received=3, fault="")
    assert coral.heard("amber") == [b"from amber", RECEIPT]
    assert amber.heard("coral") == [b"from coral", b"more from coral", RECEIPT]
    assert_in_step(amber, coral)


def test_delivers_in_one_exchange_and_records_in_the_next() -> None:
    """The receipt comes with the exchange that delivers; the countersignature with the one after it."""
    amber, coral = two_nodes()
    amber.say(b"words")
    courier = amber.calling(coral)
    line = courier._carrier
    assert isinstance(line, Line)
    seen: list[tuple[int, int, int]] = []

    def look(_: int) -> None:
        seen.append((coral.record.size("amber"), coral.record.size("coral"), coral.record.recorded("amber", "coral")))

    line.after = look
    assert asyncio.run(courier.meet()).in_step
    assert seen == [(0, 0, 0), (1, 1, 0), (1, 1, 1), (1, 1, 1)]
    assert [events_of(message) for message in line.messages] == [
        [Hello, End],
        [Hello, Entries, End],
        [Hello, Witness, End],
        [Hello, Cosigned, End],
    ]


def test_a_meeting_is_not_over_before_what_came_is_countersigned() -> None:
    """Who only receives goes on until the sender has its countersignature."""
    amber, coral = two_nodes(receipts=False)
    coral.say(b"words")
    assert asyncio.run(amber.calling(coral).meet()).in_step
    assert coral.record.recorded("coral", "amber") == 1


def test_asks_no_second_time_what_they_hold() -> None:
    """After a good meeting the first exchange of the next one carries the new entry."""
    amber, coral = two_nodes()
    courier = amber.calling(coral)

    async def scene() -> None:
        assert (await courier.meet()).in_step
        amber.say(b"words")
        assert (await courier.meet()).in_step

    asyncio.run(scene())
    assert events_of(courier._carrier.messages[1]) == [Hello, Entries, End]  # type: ignore[attr-defined]
    assert_in_step(amber, coral)


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("who", ["amber", "coral"])
def test_what_is_said_while_an_exchange_is_under_way_ends_no_meeting(who: str, number: int) -> None:
    """Either side may speak while an answer is on its way, at each of the first exchanges: no fault, and then in step."""
    amber, coral = two_nodes()
    courier = amber.calling(coral)
    line = courier._carrier
    exchange, speaker = line.exchange, {"amber": amber, "coral": coral}[who]

    async def says(data: bytes, *, urgent: bool = False) -> bytes:
        answer = await exchange(data, urgent=urgent)
        if len(line.messages) == number + 1:  # type: ignore[attr-defined]
            speaker.say(b"meanwhile")
        return answer

    async def scene() -> list[Progress]:
        await courier.meet()
        line.messages.clear()  # type: ignore[attr-defined]
        line.exchange = says  # type: ignore[method-assign]
        met = [await courier.meet() for _ in range(3)]
        line.exchange = exchange  # type: ignore[method-assign]
        return [*met, await courier.meet()]

    met = asyncio.run(scene())
    assert [""] * 4 == [each.fault for each in met]
    assert met[-1].in_step
    assert_in_step(amber, coral)
    assert speaker.record.size(who) > 0


def test_idle_nodes_exchange_no_entries() -> None:
    """Nothing is said, so nothing is sent: no receipt for a receipt, no countersignature twice."""
    amber, coral = two_nodes()
    amber.say(b"words")
    here, there = amber.calling(coral), coral.calling(amber)

    async def scene() -> None:
        assert (await here.meet()).in_step
        assert (await there.meet()).in_step
        before = amber.state(), coral.state()
        for _ in range(5):
            for courier in (here, there):
                assert await courier.meet() == Progress(in_step=True, rounds=1, sent=0, received=0, fault="")
        assert before == (amber.state(), coral.state())

    asyncio.run(scene())
    messages = here._carrier.messages[-5:]  # type: ignore[attr-defined]
    assert [[Hello, End]] * 5 == [events_of(message) for message in messages]
    assert amber.record.size("amber") == 1
    assert coral.record.size("coral") == 1


@pytest.mark.parametrize("lost", ["lose_request_at", "lose_answer_at"])
@pytest.mark.parametrize("number", range(7))
def test_resumes_where_the_line_broke(lost: str, number: int) -> None:
    """Whichever request or answer is lost, the next meeting goes on from there; nothing is doubled."""
    amber, coral = two_nodes()
    for n in range(5):
        amber.say(b"words %d" % n)
    coral.say(b"theirs")
    courier = amber.calling(coral, batch_bytes=3000)
    setattr(courier._carrier, lost, number)

    async def scene() -> None:
        first = await courier.meet()
        assert "was lost" in first.fault
        assert not first.in_step
        assert first.fault == courier.last_fault
        second = await courier.meet()
        assert (second.in_step, second.fault) == (True, "")
        assert courier.last_fault == ""

    asyncio.run(scene())
    said = [word for word in coral.heard("amber") if word != RECEIPT]
    assert said == [b"words %d" % n for n in range(5)]
    assert amber.heard("coral").count(b"theirs") == 1
    assert_in_step(amber, coral)


def test_sends_a_long_log_in_batches() -> None:
    """No message is longer than a batch and its frames; their sizes add up to the log."""
    amber, coral = two_nodes()
    for n in range(12):
        amber.say(b"%d" % n * 500)
    courier = amber.calling(coral, batch_bytes=8000)
    progress = asyncio.run(courier.meet())
    assert progress.in_step
    assert progress.sent == 12
    messages = courier._carrier.messages  # type: ignore[attr-defined]
    assert sum(Entries in events_of(message) for message in messages) > 3
    assert max(len(message) for message in messages) < 9000
    assert_in_step(amber, coral)


def test_a_long_backlog_goes_on_in_the_next_meeting() -> None:
    """A meeting ends after its rounds, without fault and not in step; none of it is done again."""
    amber, coral = two_nodes()
    for n in range(6):
        amber.say(b"%d" % n)
    courier = amber.calling(coral, batch_bytes=1, max_rounds=3)

    async def scene() -> None:
        assert await courier.meet() == Progress(in_step=False, rounds=3, sent=2, received=1 + 1, fault="")
        meetings = 1
        while not (await courier.meet()).in_step:
            meetings += 1
        assert meetings < 5

    asyncio.run(scene())
    assert_in_step(amber, coral)


def test_a_message_sent_twice_is_harmless() -> None:
    """The same bytes again, at once or after more was said, change nothing and tell nobody anything."""
    amber, coral = two_nodes()
    amber.say(b"words")
    courier = amber.calling(coral)

    async def scene() -> None:
        await courier.meet()
        before, told = coral.state(), list(coral.told)
        for message in list(courier._carrier.messages):  # type: ignore[attr-defined]
            await coral.answerer.handle("amber", message)
        assert before == coral.state()
        assert told == coral.told
        assert (await courier.meet()).in_step

    asyncio.run(scene())
    assert_in_step(amber, coral)


def test_both_may_call_at_once() -> None:
    """Two meetings, one from each side, run through each other and end in step."""
    amber, coral = two_nodes()
    here, there = amber.calling(coral, batch_bytes=1), coral.calling(amber, batch_bytes=1)
    for courier in (here, there):
        handler = courier._carrier.exchange

        async def slowly(data: bytes, handler=handler) -> bytes:  # type: ignore[no-untyped-def]
            await asyncio.sleep(0)
            answer: bytes = await handler(data)
            await asyncio.sleep(0)
            return answer

        courier._carrier = type("Slow", (), {"exchange": staticmethod(slowly)})()

    async def scene() -> None:
        for n in range(6):
            amber.say(b"a%d" % n)
            coral.say(b"c%d" % n)
            results = await asyncio.gather(here.meet(), there.meet(), here.meet())
            assert [""] * 3 == [result.fault for result in results]
        assert (await here.meet()).in_step
        assert (await there.meet()).in_step

    asyncio.run(scene())
    assert_in_step(amber, coral)


def test_meets_one_at_a_time() -> None:
    """A second call while a meeting goes on waits for it: exchanges of one courier never overlap."""
    amber, coral = two_nodes()
    answers = coral.answers_to("amber")
    under_way: list[bytes] = []
    most = 0

    async def exchange(data: bytes) -> bytes:
        nonlocal most
        under_way.append(data)
        most = max(most, len(under_way))
        await asyncio.sleep(0)
        answer = await answers(data)
        under_way.remove(data)
        return answer

    async def scene() -> None:
        amber.say(b"words")
        courier = amber.courier("coral", Line(exchange))
        results = await asyncio.gather(*(courier.meet() for _ in range(3)))
        assert [result.rounds for result in results] == [4, 1, 1]

    asyncio.run(scene())
    assert most == 1


def test_tells_a_long_reason_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """What our own refusal says is cut to what a fault may carry; the other watch still reads its beginning."""
    amber, coral = two_nodes()
    amber.say(b"words")

    def refuse(*_: object, **__: object) -> int:
        raise NotAllowed("a long\nreason " * 100)

    monkeypatch.setattr(type(coral.record), "admit", refuse)
    fault = asyncio.run(amber.calling(coral).meet()).fault
    assert fault.startswith("they say: the entries were refused: a long reason a long reason")
    assert len(fault) == len("they say: ") + 500


def test_resumes_from_what_they_say_they_hold() -> None:
    """A counterpart that lost our entries, but said nothing of its own yet, gets them again from where it stands."""
    members = parties()
    amber, coral = (LinkedNode(member, members, receipts=False) for member in members)
    amber.say(b"one")
    amber.say(b"two")
    courier = amber.calling(coral)
    fresh = LinkedNode(members[1], members, receipts=False)

    async def scene() -> None:
        assert (await courier.meet()).in_step
        courier._carrier = Line(fresh.answers_to("amber"))
        amber.say(b"three")  # sent on the old idea of what they hold: let lie there, then all is sent
        assert (await courier.meet()).fault == ""

    asyncio.run(scene())
    assert fresh.heard("amber") == [b"one", b"two", b"three"]


def test_names_who_holds_another_log_of_ours() -> None:
    """As many entries but another root: somebody speaks under our name, and we do not go on."""
    members = parties()
    amber, other, coral = (LinkedNode(member, members) for member in (members[0], members[0], members[1]))
    other.say(b"what another amber said")
    amber.say(b"what amber said")

    async def scene() -> None:
        assert (await other.calling(coral).meet()).in_step
        before = amber.state()
        fault = (await amber.calling(coral).meet()).fault
        assert fault == "they hold another log under our name than ours (at 1 entries)"
        assert before == amber.state()
        assert [piece.kind for piece in amber.record.evidence()] == ["hello"]

    asyncio.run(scene())


def test_remembers_when_they_last_answered() -> None:
    """Contact is a whole answer of the counterpart's, not a connection; each side keeps its own time."""
    amber, coral = two_nodes()
    courier = amber.calling(coral)
    amber.now_us, coral.now_us = NOW_US + 5, NOW_US + 7

    async def scene() -> None:
        assert courier.last_contact_us == 0
        courier._carrier.lose_answer_at = 0  # type: ignore[attr-defined]
        await courier.meet()
        assert courier.last_contact_us == 0
        await courier.meet()

    asyncio.run(scene())
    assert courier.last_contact_us == NOW_US + 5
    assert coral.answerer.last_contact_us == {"amber": NOW_US + 7}


def test_our_own_failures_are_raised() -> None:
    """A full disk and a bug in our receipt are not laid at the counterpart's door."""
    amber, coral = two_nodes()
    coral.say(b"words")
    amber.say(b"words")

    def fails(_: str) -> None:
        raise StateUnknown("the disk is full")

    async def scene() -> None:
        line = Line(coral.answers_to("amber"))
        courier = Courier(amber.record, "coral", line, agreement=TEXT, now=amber.now, on_admitted=fails)
        with pytest.raises(StateUnknown):
            await courier.meet()
        broken = Answerer(coral.record, agreement=TEXT, now=coral.now, on_admitted=fails)
        with pytest.raises(StateUnknown):
            await amber.courier("coral", Line(lambda data: broken.handle("amber", data))).meet()

    asyncio.run(scene())


def test_refuses_a_caller_who_is_no_counterpart() -> None:
    """Neither a stranger nor we ourselves are answered."""
    _, coral = two_nodes()
    for party in ("jade", "coral", ""):
        with pytest.raises(PeerFault, match="is no counterpart"):
            asyncio.run(coral.answerer.handle(party, b""))


@pytest.mark.parametrize("data", [b"", b"\x00", b"garbage", b"\x00\x00\x00\x01\x80", bytes(5000)])
def test_refuses_garbage_and_says_where_it_came_from(data: bytes) -> None:
    """Foreign bytes end as `PeerFault` with the reason below it; the record is untouched."""
    amber, coral = two_nodes()
    before = coral.state()
    with pytest.raises(PeerFault, match="no message of the exchange") as caught:
        asyncio.run(coral.answerer.handle("amber", data))
    assert isinstance(caught.value.__cause__, NotAllowed)
    assert caught.value.sentence == coral.answerer.last_fault["amber"]
    assert before == coral.state()
    assert asyncio.run(amber.calling(coral).meet()).in_step
    assert coral.answerer.last_fault["amber"] == ""


def test_reads_a_fault_of_a_caller() -> None:
    """A caller that stops with a reason is not sent anything, and the reason is kept for our watch."""
    amber, coral = two_nodes()
    coral.say(b"words")
    session = Session(Role.CLIENT, "demo-2026", "amber", "coral")
    hello = Hello("demo-2026", TEXT, "amber", "amber", 0, "coral", 0, amber.record.root("coral"))
    message = b"".join(session.send(event) for event in (hello, Fault("restored", "we restore a backup"), End()))
    answer = asyncio.run(coral.answerer.handle("amber", message))
    assert [type(event) for event in session.receive_message(answer)] == [Hello, End]
    assert coral.answerer.last_fault["amber"] == "they say: we restore a backup"


def test_tells_a_carrier_s_fault_as_it_is() -> None:
    """An absent counterpart is the carrier's sentence, and no error."""
    amber, _ = two_nodes()

    def absent(_: bytes) -> bytes:
        raise PeerFault("nobody answers at 192.0.2.1:4443")

    progress = asyncio.run(amber.courier("coral", Scripted(absent)).meet())
    assert progress == Progress(in_step=False, rounds=1, sent=0, received=0, fault="nobody answers at 192.0.2.1:4443")
