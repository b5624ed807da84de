"""A store that was put back to an older state is filled again from the others' copies before anything is signed."""

import asyncio
from pathlib import Path

import pytest

from builders import parties, say
from linked import TEXT, LinkedNode, Scripted, nodes, spoken
from searoom import cbor
from searoom.errors import NotAllowed
from searoom.link.frames import Cosigned, End, Entries, Hello, Want, Witness
from searoom.link.progress import Message, Verdict
from searoom.link.session import Role, Session
from searoom.record.log import Store
from searoom.record.shared import SharedRecord
from searoom.record.store import SqliteStore


class Backup:
    """Amber's store, of which a copy was made after some words and put back after some more."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.members = parties(*names or ("amber", "coral"))
        self.path, self.copy = folder / "amber.searoom", folder / "copy.searoom"
        self.store: Store = SqliteStore(self.path)
        self.amber = LinkedNode(self.members[0], self.members, self.store)
        self.others = tuple(LinkedNode(member, self.members) for member in self.members[1:])
        self.coral = self.others[0]

    def save(self) -> None:
        self.store.close()
        self.copy.write_bytes(self.path.read_bytes())
        self.store = SqliteStore(self.path)
        self.amber = LinkedNode(self.members[0], self.members, self.store)

    def put_back(self) -> LinkedNode:
        self.store.close()
        self.store = SqliteStore(self.copy)
        self.amber = LinkedNode(self.members[0], self.members, self.store)
        return self.amber


@pytest.fixture
def backup(tmp_path: Path) -> Backup:
    """Amber lost three of its own entries, two of coral's and one countersignature."""
    made = Backup(tmp_path)

    async def scene() -> None:
        made.amber.say(b"one")
        await made.amber.calling(made.coral).meet()
        made.save()
        for words in (b"two", b"three"):
            made.amber.say(words)
            assert (await made.amber.calling(made.coral).meet()).in_step
        made.coral.say(b"theirs")
        assert (await made.amber.calling(made.coral).meet()).in_step

    asyncio.run(scene())
    return made


def sizes(node: LinkedNode) -> list[int]:
    return [node.record.size(log) for log in node.record.logs()]


def test_takes_its_own_entries_back_before_it_signs(backup: Backup) -> None:
    """What coral holds of amber's log comes back, and amber speaks on from its end; coral sees why."""
    whole = backup.coral.state()
    assert sizes(backup.coral) == [4, 4]
    amber = backup.put_back()
    assert sizes(amber) == [1, 1]

    async def scene() -> None:
        courier = amber.calling(backup.coral)
        progress = await courier.meet()
        assert (progress.in_step, progress.fault) == (True, "")
        assert (progress.healed, progress.received, progress.sent) == (3, 3, 0)
        assert progress.verdict is courier.verdict is Verdict.WE_RESTORED
        again = await courier.meet()
        assert (again.in_step, again.healed, again.verdict) == (True, 0, Verdict.CLEAR)

    asyncio.run(scene())
    assert not amber.record.healing
    assert whole[:2] == backup.coral.state()[:2]
    assert amber.heard("amber")[:3] == [b"one", b"two", b"three"]
    amber.say(b"four")
    assert asyncio.run(amber.calling(backup.coral).meet()).in_step
    assert backup.coral.heard("amber")[-1] == b"four"
    assert backup.coral.record.evidence() == []
    assert [piece.kind for piece in amber.record.evidence()] == ["hello"]


def test_is_filled_again_by_who_calls(backup: Backup) -> None:
    """Coral calls the node that was put back: it asks for its own in its answers, and coral tells its watch so."""
    amber = backup.put_back()

    async def scene() -> None:
        courier = backup.coral.calling(amber, batch_bytes=1)
        progress = await courier.meet()
        assert (progress.in_step, progress.fault) == (True, "")
        assert progress.verdict is Verdict.THEY_RESTORED
        assert len(backup.coral.record.evidence()) == 1  # once a meeting, however many exchanges it takes
        assert (await courier.meet()).verdict is Verdict.CLEAR

    asyncio.run(scene())
    assert sizes(amber) == sizes(backup.coral) == [4, 4]
    assert not amber.record.healing
    detail = cbor.decode(backup.coral.record.evidence()[0].detail)
    assert isinstance(detail, list)
    assert detail[0] == (
        "we hold more of their log than they do (4 entries against 1): "
        "their node was put back to an older state and asks for it"
    )


def test_signs_nothing_until_it_is_whole(backup: Backup) -> None:
    """Between the proof and the last entry back nothing of amber's is signed, and nothing new of it is said."""
    amber = backup.put_back()
    seen: list[tuple[bool, int]] = []

    async def scene() -> None:
        courier = amber.calling(backup.coral, batch_bytes=1)
        batch = SharedRecord.batch

        def one(self: SharedRecord, log: str, start: int, *, max_bytes: int = 1, most: int = 1) -> object:
            del max_bytes, most
            return batch(self, log, start, max_bytes=1, most=1)

        courier._carrier.after = lambda _: seen.append((amber.record.healing, amber.record.size("amber")))  # type: ignore[attr-defined]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SharedRecord, "batch", one)
            patch.setattr("searoom.link.counterpart.MOST", {Entries: 1, Want: 64, Witness: 8})
            assert (await courier.meet()).in_step
        for message in courier._carrier.messages[:3]:  # type: ignore[attr-defined]
            session = Session(Role.SERVER, "demo-2026", "coral", "amber")
            assert {type(event) for event in session.receive_message(message)} <= {Hello, Want, End}

    asyncio.run(scene())
    assert (True, 2) in seen
    assert (True, 3) in seen
    assert sizes(amber) == [4, 4]


def test_refuses_to_speak_while_it_is_being_filled(backup: Backup) -> None:
    """A meeting that is cut in the middle leaves the mark, over a restart: no word is placed before the rest is back."""
    amber = backup.put_back()
    courier = amber.calling(backup.coral)
    courier._carrier.lose_answer_at = 2  # type: ignore[attr-defined]

    async def cut() -> None:
        batch = SharedRecord.batch
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SharedRecord, "batch", lambda self, log, start, **_: batch(self, log, start, most=1))
            patch.setattr("searoom.link.counterpart.MOST", {Entries: 1, Want: 64, Witness: 8})
            assert (await courier.meet()).fault == "the answer was lost"

    asyncio.run(cut())
    assert sizes(amber)[0] == 2
    backup.store.close()
    backup.store = SqliteStore(backup.copy)
    amber = LinkedNode(backup.members[0], backup.members, backup.store)
    assert amber.record.healing
    with pytest.raises(NotAllowed, match="put back to an older state"):
        say(amber.record, amber.party, b"too early")
    hurried = asyncio.run(amber.calling(backup.coral).send_ahead(0))
    assert "nothing is sent before our log has been compared" in hurried.fault
    assert asyncio.run(amber.calling(backup.coral).meet()).in_step
    say(amber.record, amber.party, b"now")
    assert sizes(amber)[0] == 5


def test_a_claim_without_proof_gags_nobody() -> None:
    """Who merely says that it holds more of our log is asked for it, and told about; we go on speaking to others."""
    amber, coral = nodes()
    amber.say(b"words")

    def answer(message: bytes) -> bytes:
        session = Session(Role.SERVER, "demo-2026", "coral", "amber")
        session.receive_message(message)
        hello = Hello("demo-2026", TEXT, "coral", "coral", 0, "amber", 7, bytes(32))
        return b"".join(session.send(event) for event in (hello, End()))

    courier = amber.courier("coral", Scripted(answer))
    progress = asyncio.run(courier.meet())
    assert progress.fault == "they hold more of our log than we do (7 entries against 1), and do not hand it back"
    assert progress.verdict is Verdict.NOT_YET
    assert not amber.record.healing
    amber.say(b"more words")
    asked = Message.read(Session(Role.SERVER, "demo-2026", "coral", "amber"), courier._carrier.messages[-1])  # type: ignore[attr-defined]
    assert asked.events == (Want("amber", 1), End())


def test_takes_back_only_what_its_own_log_has_signed(backup: Backup) -> None:
    """Entries under another note than our log's do not pass for ours, and set no mark."""
    amber = backup.put_back()
    before = amber.state()
    batch = backup.coral.record.batch("amber", 1)
    other = backup.coral.record.note("coral")
    assert batch is not None
    hello = Hello("demo-2026", TEXT, "coral", "coral", 1, "amber", 4, backup.coral.record.root("amber"))
    forged = Entries("amber", 1, batch.items, other, batch.proof)
    answer = asyncio.run(amber.answerer.handle("coral", spoken("amber", "coral", [hello, forged, End()])))
    assert "the entries were refused: " in amber.answerer.last_fault["coral"]
    assert before == amber.state()
    assert answer
    unasked = Hello("demo-2026", TEXT, "coral", "coral", 1, "amber", 1, amber.record.root("amber"))
    true = Entries("amber", 1, batch.items, batch.note, batch.proof)
    asyncio.run(amber.answerer.handle("coral", spoken("amber", "coral", [unasked, true, End()])))
    assert before == amber.state()  # they do not even claim to hold it: let lie


def test_a_node_that_lost_all_is_filled_by_who_holds_all(backup: Backup) -> None:
    """Coral begins with an empty store: before it has its own log back it writes nothing, no receipt either."""
    empty = LinkedNode(backup.members[1], backup.members)
    whole = sizes(backup.amber)
    progress = asyncio.run(backup.amber.calling(empty).meet())
    assert (progress.fault, progress.in_step, progress.verdict) == ("", True, Verdict.THEY_RESTORED)
    assert sizes(empty) == sizes(backup.amber) == whole
    assert not empty.record.healing
    assert empty.record.root("coral") == backup.coral.record.root("coral")


@pytest.mark.parametrize("caller", ["amber", "coral"])
def test_two_nodes_that_were_both_put_back_fill_each_other(caller: str) -> None:
    """Each has lost of its own what the other holds; neither signs before both are whole."""
    people = parties()
    before = {person.name: LinkedNode(person, people, receipts=False) for person in people}
    for node in before.values():
        for n in range(3):
            node.say(b"%d" % n)
    after = {person.name: LinkedNode(person, people, receipts=False) for person in people}
    for name, node in after.items():
        node.record.mark_restored(now_us=1)
        for log, count in ((name, 1), (next(other for other in after if other != name), 3)):
            batch = before[log].record.batch(log, 0, most=count)
            assert batch is not None
            node.record.admit(batch, now_us=1)
    assert [sizes(node) for node in after.values()] == [[1, 3], [3, 1]]
    here = after[caller]
    there = next(node for name, node in after.items() if name != caller)

    async def scene() -> None:
        courier = here.calling(there)
        await courier.meet()
        progress = await courier.meet()
        assert (progress.in_step, progress.fault) == (True, "")

    asyncio.run(scene())
    for name, node in after.items():
        assert sizes(node) == [3, 3]
        assert node.record.root(name) == before[name].record.root(name)
        assert not node.record.healing
        assert {piece.kind for piece in node.record.evidence()} <= {"hello"}


def test_countersigns_nothing_while_it_is_being_filled(backup: Backup) -> None:
    """A head that a peer offers meanwhile stays as it was; it asks again and gets it."""
    amber = backup.put_back()
    amber.record.mark_restored(now_us=amber.now())
    coral = backup.coral.record
    hello = Hello("demo-2026", TEXT, "coral", "coral", 1, "amber", 4, coral.root("amber"))
    offered = Witness(coral.offer(now_us=amber.now()))
    cosigned = coral.cosigned("amber", "coral")
    assert cosigned is not None
    before = amber.state()
    asyncio.run(amber.answerer.handle("coral", spoken("amber", "coral", [hello, offered, Cosigned(cosigned), End()])))
    assert before == amber.state()


def test_three_parties_settle_one_by_one(tmp_path: Path) -> None:
    """Coral knows less of amber than teal does: amber speaks again only when it has been compared with both."""
    made = Backup(tmp_path, "amber", "coral", "teal")
    coral, teal = made.others

    async def scene() -> None:
        made.amber.say(b"one")
        for other in made.others:
            assert (await made.amber.calling(other).meet()).fault == ""
        made.save()
        made.amber.say(b"two")
        assert (await made.amber.calling(coral).meet()).fault == ""
        made.amber.say(b"three, to teal alone")
        assert (await made.amber.calling(teal).meet()).fault == ""
        held = teal.record.size("amber")
        assert coral.record.size("amber") < held
        amber = made.put_back()
        first = await amber.calling(coral).meet()
        assert (first.verdict, first.fault, first.in_step) == (Verdict.WE_RESTORED, "", False)
        assert amber.record.healing
        with pytest.raises(NotAllowed, match="the copy at teal"):
            say(amber.record, amber.party, b"too early")
        second = await amber.calling(teal).meet()
        assert (second.verdict, second.fault) == (Verdict.WE_RESTORED, "")
        assert held <= amber.record.size("amber")
        assert not amber.record.healing
        say(amber.record, amber.party, b"now")
        assert (await amber.calling(coral).meet()).in_step

    asyncio.run(scene())


def test_who_meets_a_node_that_is_still_being_filled_is_told_so() -> None:
    """Amber has been compared with coral and waits for teal: coral's words arrive, and are countersigned later."""
    amber, coral, teal = nodes("amber", "coral", "teal", receipts=False)
    amber.record.mark_restored(now_us=1)

    async def scene() -> None:
        coral.say(b"words")
        progress = await coral.calling(amber).meet()
        assert progress.fault == "their node is being filled again from others' copies, and signs nothing before it is"
        assert (progress.sent, progress.verdict) == (1, Verdict.THEY_RESTORED)
        assert coral.record.recorded("coral", "amber") == 0
        assert amber.told == []  # nothing of it may be answered yet
        assert (await teal.calling(amber).meet()).fault == ""
        assert amber.told == ["coral", "teal"]
        assert (await coral.calling(amber).meet()).in_step
        assert coral.record.recorded("coral", "amber") == 1

    asyncio.run(scene())
    assert amber.heard("coral") == [b"words"]


def test_takes_all_that_one_counterpart_has_while_it_waits_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not compared with teal yet, amber still hears all of coral's words in one meeting, and says why it is silent."""
    monkeypatch.setattr("searoom.link.answerer.BATCH_BYTES", 1)
    amber, coral, _ = nodes("amber", "coral", "teal", receipts=False)
    amber.record.mark_restored(now_us=1)
    for n in range(3):
        coral.say(b"%d" % n)
    courier = amber.calling(coral)

    async def scene() -> None:
        progress = await courier.meet()
        assert (progress.in_step, progress.received, progress.fault) == (False, 3, "")
        assert progress.verdict is Verdict.WE_RESTORED
        again = await courier.meet()
        assert (again.in_step, again.rounds, again.fault, again.verdict) == (False, 1, "", Verdict.WE_RESTORED)

    asyncio.run(scene())


def test_gives_back_all_that_it_holds_while_it_waits_for_another() -> None:
    """Itself not compared with teal yet, amber fills coral again to the end, in one meeting."""
    people = parties("amber", "coral", "teal")
    amber, coral = (LinkedNode(person, people, receipts=False) for person in people[:2])
    for n in range(4):
        coral.say(b"%d" % n)
    assert asyncio.run(amber.calling(coral).meet()).in_step
    amber.record.mark_restored(now_us=1)
    empty = LinkedNode(people[1], people, receipts=False)
    progress = asyncio.run(amber.calling(empty, batch_bytes=1).meet())
    assert (progress.in_step, progress.fault) == (False, "")
    assert empty.record.size("coral") == 4


def test_is_filled_from_a_copy_that_is_itself_unfinished() -> None:
    """Coral has taken a part of amber's log, under a note over more, when amber loses that part: it comes back."""
    people = parties()
    before, coral = (LinkedNode(person, people, receipts=False) for person in people)
    for n in range(5):
        before.say(b"%d" % n)
    batch = before.record.batch("amber", 0, most=3)
    assert batch is not None
    coral.record.admit(batch, now_us=1)
    amber = LinkedNode(people[0], people, receipts=False)
    progress = asyncio.run(amber.calling(coral).meet())
    assert (progress.fault, progress.healed, progress.in_step) == ("", 3, True)
    assert amber.record.root("amber") == before.record.root("amber", 3)
