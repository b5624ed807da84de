"""Words off the record and annexes ride on the meetings: each arrives once, and neither holds up the record."""

import asyncio
import hashlib

import pytest

from linked import TEXT, LinkedNode, Scripted, nodes, spoken
from searoom.errors import NotAllowed, Tampered
from searoom.link.frames import MAX_ASIDE_BYTES, Annex, Aside, AsideHeld, End, Hello, WantAnnex
from searoom.link.mail import NoMail
from searoom.link.progress import Message
from searoom.link.session import MOST, Role, Session


class Box:
    """A mail that keeps everything in memory; an aside that says "forged" does not verify."""

    def __init__(self) -> None:
        self.out: dict[tuple[str, str, int], bytes] = {}
        self.came: dict[tuple[str, str, int], bytes] = {}
        self.annexes: dict[bytes, bytes] = {}
        self.wanted: set[bytes] = set()
        self.times = 0

    def pending_asides(self, peer: str) -> list[tuple[str, int, bytes]]:
        return [(channel, number, data) for (to, channel, number), data in sorted(self.out.items()) if to == peer]

    def taken_aside(self, peer: str, channel: str, number: int) -> None:
        self.out.pop((peer, channel, number), None)

    def got_aside(self, peer: str, channel: str, number: int, data: bytes) -> None:
        if data == b"forged":
            raise Tampered("the aside does not verify under the key that both share")
        self.times += 1
        self.came[peer, channel, number] = data

    def wanted_annexes(self, _peer: str) -> list[bytes]:
        return [wanted for wanted in sorted(self.wanted) if wanted not in self.annexes]

    def annex(self, _peer: str, hash_: bytes) -> bytes | None:
        return self.annexes.get(hash_)

    def got_annex(self, _peer: str, hash_: bytes, data: bytes) -> None:
        if hashlib.sha256(data).digest() != hash_:
            raise Tampered("an annex is not what its hash names")
        self.annexes[hash_] = data


class Pair:
    def __init__(self) -> None:
        self.boxes = Box(), Box()
        self.amber, _ = nodes()
        amber, coral = nodes()
        self.amber = amber
        self.coral = LinkedNode(coral.party, (amber.party, coral.party), mail=self.boxes[1])

    def courier(self):  # type: ignore[no-untyped-def]
        return self.amber.calling(self.coral, mail=self.boxes[0])


@pytest.fixture
def pair() -> Pair:
    return Pair()


def annex(data: bytes) -> tuple[bytes, bytes]:
    return hashlib.sha256(data).digest(), data


def test_asides_go_both_ways_in_one_meeting(pair: Pair) -> None:
    """Each side's are taken, said to be held, and not sent again."""
    amber, coral = pair.boxes
    amber.out = {("coral", "table", n): b"amber %d" % n for n in range(3)}
    coral.out = {("amber", "table", n): b"coral %d" % n for n in range(2)}

    async def scene() -> None:
        courier = pair.courier()
        assert (await courier.meet()).in_step
        assert coral.came == {("amber", "table", n): b"amber %d" % n for n in range(3)}
        assert amber.came == {("coral", "table", n): b"coral %d" % n for n in range(2)}
        assert (amber.out, coral.out) == ({}, {})
        assert (amber.times, coral.times) == (2, 3)
        assert (await courier.meet()).rounds == 1

    asyncio.run(scene())
    assert pair.amber.record.size("amber") == pair.coral.record.size("coral") == 0


def test_more_asides_than_one_message_takes_go_on_in_the_next(pair: Pair) -> None:
    """Their number and their bytes are bounded in a message; all of them arrive, in order, in one meeting."""
    amber, coral = pair.boxes
    amber.out = {("coral", "table", n): bytes([n]) * MAX_ASIDE_BYTES for n in range(3 * MOST[Aside])}
    assert asyncio.run(pair.courier().meet()).in_step
    assert [number for _, _, number in coral.came] == list(range(3 * MOST[Aside]))
    assert amber.out == {}


def test_an_aside_whose_answer_was_lost_comes_again(pair: Pair) -> None:
    """The same bytes twice are the receiver's to know; nothing is lost."""
    amber, coral = pair.boxes
    amber.out = {("coral", "table", 1): b"words"}
    courier = pair.courier()
    courier._carrier.lose_answer_at = 0

    async def scene() -> None:
        assert (await courier.meet()).fault == "the answer was lost"
        assert (len(amber.out), coral.times) == (1, 1)
        assert (await courier.meet()).in_step
        assert (amber.out, coral.times) == ({}, 2)

    asyncio.run(scene())


@pytest.mark.parametrize("sender", [0, 1])
def test_an_aside_that_is_refused_holds_up_nothing(pair: Pair, sender: int) -> None:
    """Who does not take it says nothing of it, its watch reads why, and the record goes over in the same meeting."""
    name, to = (("amber", "coral"), ("coral", "amber"))[sender]
    pair.boxes[sender].out = {(to, "table", 1): b"forged", (to, "table", 2): b"words"}
    pair.amber.say(b"from amber")
    pair.coral.say(b"from coral")
    courier = pair.courier()
    progress = asyncio.run(courier.meet())
    assert progress.in_step
    told = pair.coral.answerer.last_fault["amber"] if name == "amber" else courier.last_fault
    if name == "coral":
        assert (
            told
            == "their words beside the record were refused: the aside does not verify under the key that both share"
        )
        assert progress.fault == told
    assert pair.boxes[1 - sender].came == {(name, "table", 2): b"words"}
    assert list(pair.boxes[sender].out) == [(to, "table", 1)]
    assert pair.coral.record.size("amber") == pair.amber.record.size("amber")


def test_a_refused_aside_is_told_on_the_server_s_side(pair: Pair) -> None:
    """The answer goes on, without the word that it is held; the sentence stands beside the caller's name."""
    hello = Hello("demo-2026", TEXT, "amber", "amber", 0, "coral", 0, pair.coral.record.root("coral"))
    said = [hello, Aside("table", 1, b"forged"), End()]
    session = Session(Role.CLIENT, "demo-2026", "amber", "coral")
    message = b"".join(session.send(event) for event in said)
    answer = Message.read(session, asyncio.run(pair.coral.answerer.handle("amber", message)))
    assert answer.events == (End(),)
    assert pair.coral.answerer.last_fault["amber"].startswith("the words beside the record were refused: ")


def test_an_aside_wakes_who_waits(pair: Pair) -> None:
    """Words off the record are news as well, though no log has grown."""

    async def scene() -> None:
        courier = pair.courier()
        assert await courier.wait() is True
        waiting = asyncio.create_task(courier.wait())
        await asyncio.sleep(0)
        pair.boxes[1].out = {("amber", "table", 1): b"words"}
        pair.coral.answerer.changed()
        assert await waiting is True
        assert (await courier.meet()).in_step

    asyncio.run(scene())
    assert pair.boxes[0].came == {("coral", "table", 1): b"words"}


def test_annexes_are_fetched_by_who_wants_them(pair: Pair) -> None:
    """Each side asks for what its entries name; what the other has is handed over, what it erased is not."""
    amber, coral = pair.boxes
    here, there, gone = annex(b"a name"), annex(b"another name"), annex(b"erased")
    coral.annexes = dict([here])
    amber.annexes = dict([there])
    amber.wanted, coral.wanted = {here[0], gone[0]}, {there[0]}

    async def scene() -> None:
        courier = pair.courier()
        assert (await courier.meet()).in_step
        assert amber.annexes == coral.annexes == dict([here, there])
        assert (await courier.meet()).fault == ""

    asyncio.run(scene())


def test_an_aside_that_is_never_acknowledged_is_said_once_a_meeting(pair: Pair) -> None:
    """Who takes what we say and does not say so keeps no meeting going; it comes again in the next one."""
    box = pair.boxes[0]
    box.out = {("coral", "table", 1): b"words"}

    def answer(message: bytes) -> bytes:
        session = Session(Role.SERVER, "demo-2026", "coral", "amber")
        session.receive_message(message)
        hello = Hello("demo-2026", TEXT, "coral", "coral", 0, "amber", 0, pair.amber.record.root("amber"))
        return b"".join(session.send(event) for event in (hello, End()))

    courier = pair.amber.courier("coral", Scripted(answer), mail=box)

    async def scene() -> None:
        for _ in range(2):
            assert (await courier.meet()).in_step

    asyncio.run(scene())
    sent = [
        Message.read(Session(Role.SERVER, "demo-2026", "coral", "amber"), data) for data in courier._carrier.messages
    ]
    assert [sum(isinstance(event, Aside) for event in message.events) for message in sent] == [1, 1]


def test_an_annex_that_is_not_here_is_looked_for_once_a_meeting(pair: Pair) -> None:
    """Who asks for it in every answer keeps no meeting going; one that comes here later is handed over then."""
    amber, coral = pair.boxes
    late = annex(b"late")
    coral.wanted = {late[0]}

    async def scene() -> None:
        courier = pair.courier()
        first = await courier.meet()
        assert (first.in_step, first.rounds) == (True, 2)
        amber.annexes = dict([late])
        assert (await courier.meet()).in_step
        assert coral.annexes == dict([late])

    asyncio.run(scene())


def test_an_annex_that_new_entries_name_comes_in_the_same_meeting(pair: Pair) -> None:
    """What is wanted is asked anew when entries came in: the first answer brings the words, a later one the annex."""
    amber, coral = pair.boxes
    named = annex(b"a name")
    coral.annexes = dict([named])
    pair.coral.say(b"words that name it")
    pair.amber.receipts = False
    told = pair.amber.on_admitted

    def on_admitted(author: str) -> None:
        told(author)
        amber.wanted.add(named[0])

    pair.amber.on_admitted = on_admitted  # type: ignore[method-assign]
    assert asyncio.run(pair.courier().meet()).in_step
    assert amber.annexes == dict([named])


def test_an_annex_of_other_bytes_is_refused(pair: Pair) -> None:
    """What is not the annex that was asked for is not kept."""
    box = pair.boxes[0]
    wanted = annex(b"a name")[0]
    box.wanted = {wanted}

    def answer(message: bytes) -> bytes:
        session = Session(Role.SERVER, "demo-2026", "coral", "amber")
        session.receive_message(message)
        hello = Hello("demo-2026", TEXT, "coral", "coral", 0, "amber", 0, pair.amber.record.root("amber"))
        return b"".join(session.send(event) for event in (hello, Annex(wanted, b"another"), End()))

    progress = asyncio.run(pair.amber.courier("coral", Scripted(answer), mail=box).meet())
    assert "is not what its hash names" in progress.fault
    assert box.annexes == {}


def test_an_annex_that_nobody_asked_for_is_not_kept(pair: Pair) -> None:
    """A counterpart cannot fill our store with what no entry names."""
    box = pair.boxes[1]
    hello = Hello("demo-2026", TEXT, "amber", "amber", 0, "coral", 0, pair.coral.record.root("coral"))
    unasked = Annex(*annex(b"unasked"))
    asyncio.run(pair.coral.answerer.handle("amber", spoken("coral", "amber", [hello, unasked, End()])))
    assert box.annexes == {}


def test_a_node_without_mail_takes_no_aside_and_has_no_annex() -> None:
    """It says that there is no such channel; asked for annexes it hands over none; and the record goes on."""
    amber, coral = nodes()
    hello = Hello("demo-2026", TEXT, "amber", "amber", 0, "coral", 0, coral.record.root("coral"))
    said = [hello, Aside("table", 1, b"words"), End()]
    session = Session(Role.CLIENT, "demo-2026", "amber", "coral")
    message = b"".join(session.send(event) for event in said)
    answer = Message.read(session, asyncio.run(coral.answerer.handle("amber", message)))
    assert answer.events == (End(),)
    assert "no channel 'table' off the record" in coral.answerer.last_fault["amber"]
    mail = NoMail()
    with pytest.raises(NotAllowed, match="no channel"):
        mail.got_aside("amber", "table", 1, b"words")
    mail.taken_aside("amber", "table", 1)
    mail.got_annex("amber", TEXT, b"")
    assert (mail.annex("amber", TEXT), list(mail.wanted_annexes("amber")), list(mail.pending_asides("amber"))) == (
        None,
        [],
        [],
    )
    asked = spoken("coral", "amber", [hello, WantAnnex((TEXT,)), AsideHeld("table", 1), End()])
    assert asyncio.run(coral.answerer.handle("amber", asked))
    assert asyncio.run(amber.calling(coral).meet()).in_step
