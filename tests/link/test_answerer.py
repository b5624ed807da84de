"""The server's side: nothing is acted on before it was read whole, what is refused costs little, who waits is woken."""

import asyncio

import pytest

from builders import parties
from linked import TEXT, LinkedNode, nodes, spoken, two_nodes
from searoom.errors import PeerFault
from searoom.link.counterpart import ANOTHER_TEXT
from searoom.link.frames import Cosigned, End, Entries, Event, Fault, Hello, Want, Witness
from searoom.link.progress import Message, Verdict
from searoom.link.quota import HOUR_US, SECOND_US, Limits
from searoom.link.session import Role, Session
from searoom.record.entry import Kind, clear_statement, release
from searoom.record.seal import reason

OTHER_TEXT = b"\x08" * 32


def hello_of(node: LinkedNode, peer: LinkedNode, **changes: object) -> Hello:
    record = node.record
    fields: dict[str, object] = {
        "mechanism": "demo-2026",
        "agreement": node.agreement,
        "party": node.name,
        "own_log": record.own,
        "own_size": record.size(record.own),
        "held_log": peer.name,
        "held_size": record.size(peer.name),
        "held_root": record.root(peer.name),
    }
    return Hello(**(fields | changes))  # type: ignore[arg-type]  # as above


def ask(node: LinkedNode, caller: LinkedNode, *events: Event) -> Message:
    session = Session(Role.CLIENT, "demo-2026", caller.name, node.name)
    said = (hello_of(caller, node), *events, End())
    message = b"".join(session.send(event) for event in said)
    return Message.read(session, asyncio.run(node.answerer.handle(caller.name, message)))


@pytest.mark.parametrize("caller", ["amber", "coral"])
def test_two_texts_of_the_agreement_exchange_nothing(caller: str) -> None:
    """Whoever calls, both watches read why, and nothing of either log goes over."""
    people = parties()
    amber = LinkedNode(people[0], people, agreement=TEXT)
    coral = LinkedNode(people[1], people, agreement=OTHER_TEXT)
    amber.say(b"words")
    coral.say(b"words")
    here, there = (amber, coral) if caller == "amber" else (coral, amber)
    before = amber.state(), coral.state()
    progress = asyncio.run(here.calling(there).meet())
    assert progress.fault.startswith(ANOTHER_TEXT)
    assert there.answerer.last_fault[caller].startswith(ANOTHER_TEXT)
    assert (progress.in_step, progress.rounds) == (False, 1)
    assert before == (amber.state(), coral.state())


def test_a_refused_message_says_why_and_changes_nothing() -> None:
    """A countersignature that is none: a fault in the answer, and the next honest message passes."""
    amber, coral = two_nodes()
    amber.say(b"words")
    before = coral.state()
    answer = ask(coral, amber, Cosigned(b"garbage"))
    assert isinstance(answer.events[0], Fault)
    assert answer.fault.startswith("the countersignature was refused: ")
    assert before == coral.state()
    assert asyncio.run(amber.calling(coral).meet()).in_step


def test_who_sends_refused_messages_is_read_ever_more_rarely() -> None:
    """Each refusal costs more time; what only asks is answered all the same, and an honest message afterwards passes."""
    amber, coral = two_nodes()
    amber.say(b"words")
    coral.say(b"theirs")
    for _ in range(8):
        assert "refused" in ask(coral, amber, Cosigned(b"garbage")).fault
        coral.now_us += 600 * SECOND_US
    for _ in range(3):
        ask(coral, amber, Cosigned(b"garbage"))
    kept = len(coral.record.evidence())
    later = ask(coral, amber, Cosigned(b"garbage"))
    assert later.fault.startswith("messages were refused before this one; the next is acted on in ")
    assert kept == len(coral.record.evidence())
    assert [type(event).__name__ for event in ask(coral, amber).events] == ["Entries", "End"]

    async def scene() -> None:
        courier = amber.calling(coral)
        for _ in range(2):
            progress = await courier.meet()
            assert progress.fault.startswith("they say: messages were refused before this one")
            assert progress.received == 1  # what coral has to say arrives before the refusal, each time
            coral.say(b"more of theirs")

    asyncio.run(scene())
    assert asyncio.run(amber.calling(coral).send_ahead(0)).fault == ""  # a flash is not held up by it
    coral.now_us += 600 * SECOND_US
    assert asyncio.run(amber.calling(coral).meet()).in_step


def test_one_counterpart_s_quota_is_not_another_s() -> None:
    """Teal is read at once while amber waits."""
    amber, coral, teal = nodes("amber", "coral", "teal")
    teal.say(b"words")
    for _ in range(9):
        ask(coral, amber, Cosigned(b"garbage"))
    assert "acted on in" in ask(coral, amber, Cosigned(b"garbage")).fault
    assert asyncio.run(teal.calling(coral).meet()).in_step


def test_bytes_that_bring_nothing_are_read_up_to_a_limit() -> None:
    """Megabytes of nothing are soon not read at all; a hello still is, and an hour later all is as before."""
    people = parties()
    amber = LinkedNode(people[0], people)
    coral = LinkedNode(people[1], people, limits=Limits(idle_bytes=100_000))
    noise = bytes(60_000)
    for _ in range(2):
        with pytest.raises(PeerFault, match="no message of the exchange"):
            asyncio.run(coral.answerer.handle("amber", noise))
    with pytest.raises(PeerFault, match="more that brings nothing new"):
        asyncio.run(coral.answerer.handle("amber", noise))
    assert "more that brings nothing new" in coral.answerer.last_fault["amber"]
    assert asyncio.run(amber.calling(coral).meet()).in_step
    coral.now_us += 2 * HOUR_US
    with pytest.raises(PeerFault, match="no message of the exchange"):
        asyncio.run(coral.answerer.handle("amber", noise))


def test_the_same_message_again_and_again_brings_nothing() -> None:
    """True entries that are held already count as nothing new, whole messages of them."""
    people = parties()
    amber = LinkedNode(people[0], people, receipts=False)
    coral = LinkedNode(people[1], people, receipts=False, limits=Limits(idle_bytes=100_000))
    for n in range(20):
        amber.say(b"%d" % n * 1000)
    courier = amber.calling(coral)
    assert asyncio.run(courier.meet()).in_step
    large = max(courier._carrier.messages, key=len)  # type: ignore[attr-defined]
    assert len(large) > 20_000
    for _ in range(100_000 // len(large) + 1):
        asyncio.run(coral.answerer.handle("amber", large))
    with pytest.raises(PeerFault, match="more that brings nothing new"):
        asyncio.run(coral.answerer.handle("amber", large))
    amber.say(b"news")
    assert asyncio.run(amber.calling(coral).meet()).in_step


def test_bytes_that_bring_something_cost_nothing() -> None:
    """A long backlog is taken whole, however small the quota for what brings nothing."""
    people = parties()
    amber = LinkedNode(people[0], people, receipts=False)
    coral = LinkedNode(people[1], people, receipts=False, limits=Limits(idle_bytes=20_000))
    for n in range(60):
        amber.say(b"%d" % n * 300)
    progress = asyncio.run(amber.calling(coral, batch_bytes=30_000).meet())
    assert (progress.in_step, progress.sent, progress.fault) == (True, 60, "")


def test_a_node_that_asks_for_its_own_is_told_apart_from_a_fork() -> None:
    """What the last message of a counterpart has shown stands beside its faults."""
    amber, coral = two_nodes()
    coral.say(b"words")

    async def scene() -> None:
        assert (await amber.calling(coral).meet()).in_step
        fresh = LinkedNode(coral.party, (amber.party, coral.party))
        for _ in range(2):
            assert (await fresh.calling(amber).meet()).in_step

    asyncio.run(scene())
    assert amber.answerer.verdict["coral"] is Verdict.CLEAR  # by its last message it was whole again


def test_wakes_who_waits_when_there_is_news() -> None:
    """The first wait returns at once; then only when something new is here for the one who waits."""
    amber, coral = two_nodes()

    async def scene() -> None:
        courier = amber.calling(coral)
        assert await courier.wait() is True
        assert (await courier.meet()).in_step
        assert await courier.wait(0.01) is False
        waiting = asyncio.create_task(courier.wait())
        for _ in range(5):
            await asyncio.sleep(0)
        assert not waiting.done()
        coral.say(b"news")
        assert await waiting is True
        assert (await courier.meet()).received == 1
        waiting = asyncio.create_task(courier.wait())
        amber.say(b"ours is no news to us")
        assert (await courier.meet()).in_step
        assert await waiting is True  # the receipt

    asyncio.run(scene())


def test_our_own_words_are_no_news_to_us() -> None:
    """What amber has brought itself does not wake amber."""
    amber, coral = two_nodes(receipts=False)

    async def scene() -> None:
        courier = amber.calling(coral)
        assert await courier.wait() is True
        waiting = asyncio.create_task(courier.wait())
        amber.say(b"words")
        assert (await courier.meet()).in_step
        for _ in range(5):
            await asyncio.sleep(0)
        assert not waiting.done()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    asyncio.run(scene())


def test_what_was_heard_before_is_no_news() -> None:
    """A server that answers a wait with what we told it ourselves wakes nobody."""
    amber, coral = two_nodes()

    async def same(_token: bytes, _limit_s: float) -> bytes:
        return b"mark"

    async def scene() -> None:
        courier = amber.calling(coral)
        courier._carrier.wait = same  # type: ignore[attr-defined, method-assign]
        assert await courier.wait() is True
        assert await courier.wait() is False

    asyncio.run(scene())


def test_wakes_who_waits_when_a_third_party_was_heard() -> None:
    """What came in from teal is news for amber."""
    amber, coral, teal = nodes("amber", "coral", "teal", receipts=False)

    async def scene() -> None:
        courier = amber.calling(coral)
        assert await courier.wait() is True
        waiting = asyncio.create_task(courier.wait())
        teal.say(b"words")
        assert (await teal.calling(coral).meet()).in_step
        assert await waiting is True
        assert (await courier.meet()).received == 1

    asyncio.run(scene())
    assert amber.heard("teal") == [b"words"]


def test_a_server_that_cries_news_is_asked_ever_more_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who says each time that there is something, and has nothing, does not keep us busy; news ends the pause."""
    amber, coral = two_nodes()
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def note(seconds: float) -> None:
        pauses.append(seconds)
        await sleep(0)

    async def scene() -> None:
        courier = amber.calling(coral)
        marks = iter(range(1000))

        async def cry(_token: bytes, _limit_s: float) -> bytes:
            return b"%d" % next(marks)

        courier._carrier.wait = cry  # type: ignore[attr-defined, method-assign]
        monkeypatch.setattr("searoom.link.courier.asyncio.sleep", note)
        for _ in range(14):
            assert await courier.wait() is True
            await courier.meet()
        coral.say(b"news")
        await courier.meet()
        before = len(pauses)
        await courier.wait()
        assert before == len(pauses)

    asyncio.run(scene())
    assert pauses[:3] == [0.2, 0.4, 0.8]
    assert max(pauses) == 15.0


def test_remembers_only_so_many_flashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was said to flashes is kept for their repetition, and no more of it than is set."""
    monkeypatch.setattr("searoom.link.answerer._REMEMBERED", 2)
    amber, coral = two_nodes()

    async def scene() -> None:
        courier = amber.calling(coral)
        for n in range(5):
            amber.say(b"flash")
            assert (await courier.send_ahead(n)).received == 1
        assert (await courier.send_ahead(4)).fault == ""
        assert (await courier.meet()).in_step

    asyncio.run(scene())
    assert len(coral.answerer._said_to) <= 2


def test_witnesses_only_a_log_of_the_one_who_asks() -> None:
    """A note of our own log, of a third party's or of another mechanism's is not countersigned for anybody."""
    amber, coral, teal = nodes("amber", "coral", "teal")
    coral.say(b"words")
    teal.say(b"words")
    assert asyncio.run(coral.calling(teal).meet()).fault == ""
    before = coral.state()
    foreign = b"elsewhere/amber\n0\n" + b"A" * 43 + b"=\n"
    for note in (coral.record.offer(now_us=1), teal.record.offer(now_us=1), foreign):
        assert "the request to countersign cannot be met" in ask(coral, amber, Witness(note)).fault
    assert before == coral.state()


def test_a_message_of_another_party_is_refused() -> None:
    """The carrier has made sure of who calls; a hello in another name is no message of it."""
    amber, coral, teal = nodes("amber", "coral", "teal")
    message = spoken("coral", "teal", [hello_of(teal, coral), End()])
    with pytest.raises(PeerFault, match="'teal' of 'demo-2026' speaks where 'amber'"):
        asyncio.run(coral.answerer.handle("amber", message))
    assert amber.name == "amber"


def test_who_asks_for_the_same_again_and_again_gets_small_pieces() -> None:
    """A counterpart that never keeps what it asked for costs ever less to answer, and still gets all it needs."""
    people = parties()
    amber = LinkedNode(people[0], people, receipts=False)
    coral = LinkedNode(people[1], people, receipts=False, limits=Limits(answered_bytes=300_000))
    for n in range(40):
        coral.say(b"%d" % n * 3000)
    sizes = [sum(len(e.items) for e in ask(coral, amber).events if isinstance(e, Entries)) for _ in range(6)]
    assert sizes[0] == 40
    assert max(sizes[-2:]) < 10
    assert asyncio.run(amber.calling(coral).meet()).in_step
    assert amber.record.size("coral") == 40


def test_names_a_claim_on_our_log_and_asks_for_it() -> None:
    """Who says it holds more of our log is answered with what we hold, our watch reads it, and nothing of ours is said."""
    amber, coral = two_nodes(receipts=False)
    coral.say(b"words")
    claim = hello_of(amber, coral, held_size=5)
    session = Session(Role.CLIENT, "demo-2026", "amber", "coral")
    message = b"".join(session.send(event) for event in (claim, End()))
    answer = Message.read(session, asyncio.run(coral.answerer.handle("amber", message)))
    assert answer.events == (Want("coral", 1), End())
    assert coral.answerer.last_fault["amber"] == "they hold more of our log than we do (5 entries against 1)"
    assert coral.answerer.verdict["amber"] is Verdict.NOT_YET


def test_asks_for_no_signature_while_it_may_not_speak() -> None:
    """A node that is being filled again wants its own log back, and no countersignature of what it has of it."""
    amber, coral, _ = nodes("amber", "coral", "teal", receipts=False)
    coral.say(b"words")
    batch = coral.record.batch("coral", 0)
    assert batch is not None
    amber.record.admit(batch, now_us=1)
    assert Witness in [type(event) for event in ask(coral, amber).events]
    coral.record.mark_restored(now_us=1)
    assert ask(coral, amber).events == (Want("coral", 1), Want("teal", 0), End())


def test_asks_for_no_signature_who_is_being_filled_again() -> None:
    """Who asks for its own log back signs nothing before it is whole: it is not asked to."""
    amber, coral = two_nodes(receipts=False)
    coral.say(b"words")
    batch = coral.record.batch("coral", 0)
    assert batch is not None
    amber.record.admit(batch, now_us=1)
    assert ask(coral, amber, Want("amber", 0)).events == (End(),)
    assert coral.answerer.verdict["amber"] is Verdict.THEY_RESTORED


def test_a_flash_that_comes_again_after_a_new_log_began() -> None:
    """What was said to it stands in the log before: nothing of the new one is taken for it."""
    amber, coral = two_nodes()
    amber.say(b"flash")
    why = reason("coral.2", "backup")
    statement = clear_statement(
        Kind.EPOCH, why, mechanism="demo-2026", exercise=True, author="coral", claimed_us=coral.now()
    )

    async def scene() -> None:
        courier = amber.calling(coral)
        assert (await courier.send_ahead(0)).received == 1
        coral.record.open_log(release(statement, *coral.party.officers), why, now_us=coral.now())
        again = await courier.send_ahead(0)
        assert (again.fault, again.received) == ("", 0)

    asyncio.run(scene())
