"""One lie a test: a pinned counterpart whose node does not keep to its word, as server and as client.

Each lie ends as a sentence with nothing half-stored, and an honest meeting afterwards succeeds.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from linked import TEXT, LinkedNode, Scripted, nodes, two_nodes
from searoom.link.frames import (
    Ahead,
    Annex,
    Aside,
    AsideHeld,
    Cosigned,
    End,
    Entries,
    Event,
    Fault,
    Hello,
    Want,
    WantAnnex,
    Witness,
)
from searoom.link.progress import Message, Verdict
from searoom.link.session import Role, Session


def lie(node: LinkedNode, *events: Event, **hello: object) -> Callable[[bytes], bytes]:
    """Answers of coral's that open with its true hello, changed as told, and go on with `events`."""

    def answer(message: bytes) -> bytes:
        session = Session(Role.SERVER, "demo-2026", "coral", "amber")
        session.receive_message(message)
        record = node.record
        opening = Hello(
            "demo-2026",
            TEXT,
            "coral",
            "coral",
            record.size("coral"),
            "amber",
            record.size("amber"),
            record.root("amber"),
        )
        opening = replace(opening, **hello)  # type: ignore[arg-type]  # fields of a hello
        return b"".join(session.send(event) for event in (opening, *events, End()))

    return answer


def tell_a_lie(amber: LinkedNode, coral: LinkedNode, answer: Callable[[bytes], bytes], *, first_honest: int = 0) -> str:
    """Let amber meet a lying coral; check that nothing of amber's changed and that an honest meeting succeeds."""
    calls = iter(range(100))

    async def scene() -> str:
        honest_answers = coral.answers_to("amber")
        lying = True

        class Liar:
            async def exchange(self, data: bytes, *, urgent: bool = False) -> bytes:
                del urgent
                if not lying or next(calls) < first_honest:
                    return await honest_answers(data)
                return answer(data)

        courier = amber.courier("coral", Liar())
        before = amber.state()
        progress = await courier.meet()
        assert not progress.in_step
        assert progress.rounds <= first_honest + 2
        assert before == amber.state()
        lying = False
        after = await courier.meet()
        assert (after.in_step, after.fault) == (True, "")
        return progress.fault

    return asyncio.run(scene())


def batch_of(node: LinkedNode, start: int = 0) -> Entries:
    batch = node.record.batch(node.party.name, start)
    assert batch is not None
    return Entries(batch.log, batch.start, batch.items, batch.note, batch.proof)


def flipped(data: bytes, at: int = -1) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


@pytest.mark.parametrize("what", ["entry", "body", "note", "order", "start", "proof"])
def test_forged_entries_are_refused_whole(what: str) -> None:
    """One changed byte among three entries, and none of the three is stored; the reason is told."""
    amber, coral = two_nodes()
    for n in range(3):
        coral.say(b"%d" % n)
    true = batch_of(coral)
    items = list(true.items)
    match what:
        case "entry":
            items[2] = (flipped(items[2][0]), items[2][1])
        case "body":
            items[2] = (items[2][0], flipped(items[2][1]))
        case "order":
            items[1:] = items[:0:-1]
    forged_batch = Entries(
        "coral",
        0,
        tuple(items[:2] if what == "start" else items),
        flipped(true.note, -3) if what == "note" else true.note,
        (bytes(32),) if what == "proof" else true.proof,
    )
    fault = tell_a_lie(amber, coral, lie(coral, forged_batch))
    assert fault.startswith("their entries were refused: ")
    assert amber.told == ["coral"]  # by the honest meeting alone


def test_a_fork_is_kept_as_evidence() -> None:
    """Two first entries under one name: the second is refused, what proves the fork is kept, messages still flow."""
    amber, coral = two_nodes()
    double = LinkedNode(coral.party, (amber.party, coral.party))
    coral.say(b"to amber")
    double.say(b"to somebody else")
    assert asyncio.run(amber.calling(coral).meet()).in_step
    coral.say(b"more")
    assert "forked" in tell_a_lie(amber, coral, lie(coral, batch_of(double)))
    assert [piece.kind for piece in amber.record.evidence()] == ["fork"]


@pytest.mark.parametrize("extra", [0, 1, 1 << 40, (1 << 63) - 1])
def test_a_claim_to_hold_more_than_we_said(extra: int) -> None:
    """Nothing is signed or sent to who claims more of our log than there is; the claim is kept once."""
    amber, coral = two_nodes()
    amber.say(b"words")
    fault = tell_a_lie(amber, coral, lie(coral, held_size=max(extra, 2)))
    assert "they hold more of our log than we do" in fault
    assert "do not hand it back" in fault
    assert not amber.record.healing
    amber.say(b"still free to speak")
    assert [piece.kind for piece in amber.record.evidence()] == ["hello"]


def test_a_claim_to_hold_another_log_of_ours() -> None:
    """A root that is not ours at a size that we have is no reason to say anything."""
    amber, coral = two_nodes()
    amber.say(b"words")
    fault = tell_a_lie(amber, coral, lie(coral, held_size=1, held_root=bytes(32)))
    assert "they hold another log under our name" in fault


def test_a_log_that_shrinks() -> None:
    """Who disowns entries that we hold is told so; our copy stays."""
    amber, coral = two_nodes()
    coral.say(b"words")
    assert asyncio.run(amber.calling(coral).meet()).in_step
    fault = tell_a_lie(amber, coral, lie(coral, own_size=0))
    assert fault.startswith("we hold more of their log than they do (1 entries against 0)")


def test_entries_that_are_never_stored() -> None:
    """A counterpart that takes what we send and goes on holding nothing does not keep us busy."""
    amber, coral = two_nodes()
    amber.say(b"words")
    assert "did not store" in tell_a_lie(amber, coral, lie(coral))


def test_a_countersignature_that_is_withheld() -> None:
    """Delivered and never recorded: the sentence says so, once a meeting."""
    amber, coral = two_nodes(receipts=False)
    amber.say(b"words")

    async def deliver() -> None:
        amber_line = amber.calling(coral, max_rounds=2)
        assert (await amber_line.meet()).fault == ""

    asyncio.run(deliver())
    assert amber.record.recorded("amber", "coral") == 0
    assert "do not countersign" in tell_a_lie(amber, coral, lie(coral), first_honest=1)


def test_entries_that_are_promised_and_not_sent() -> None:
    """A larger size without the entries is no progress."""
    amber, coral = two_nodes()
    assert "hand over none" in tell_a_lie(amber, coral, lie(coral, own_size=7))


@pytest.mark.parametrize("what", ["garbage", "ours", "another size"])
def test_a_countersignature_that_is_none(what: str) -> None:
    """A note that does not verify under their mirror key is refused and changes nothing."""
    amber, coral = two_nodes()
    amber.say(b"words")
    notes = {"garbage": b"garbage", "ours": amber.record.note("amber"), "another size": coral.record.note("coral")}
    fault = tell_a_lie(amber, coral, lie(coral, Cosigned(notes[what])))
    assert fault.startswith("their countersignature was refused: ")


def test_a_request_to_countersign_what_we_do_not_hold() -> None:
    """Nothing is signed for a checkpoint beyond what is stored here."""
    amber, coral = two_nodes()
    coral.say(b"one")
    assert asyncio.run(amber.calling(coral).meet()).in_step
    coral.say(b"two")
    fault = tell_a_lie(amber, coral, lie(coral, Witness(coral.record.offer(now_us=1)), own_size=1))
    assert fault.startswith("their request to countersign cannot be met: ")


def test_a_countersignature_is_not_coaxed_for_a_fork() -> None:
    """A checkpoint of another root at a size that we hold is evidence, and is not countersigned."""
    amber, coral = two_nodes()
    double = LinkedNode(coral.party, (amber.party, coral.party))
    coral.say(b"to amber")
    double.say(b"to somebody else")
    assert asyncio.run(amber.calling(coral).meet()).in_step
    fault = tell_a_lie(amber, coral, lie(coral, Witness(double.record.offer(now_us=1))))
    assert "cannot be met" in fault
    assert "forked" in fault
    assert [piece.kind for piece in amber.record.evidence()] == ["fork"]


def test_entries_that_come_again() -> None:
    """What we hold already is compared and changes nothing; nobody here is told of news."""
    amber, coral = two_nodes()
    coral.say(b"words")
    assert asyncio.run(amber.calling(coral).meet()).in_step
    before, told = amber.state(), list(amber.told)
    progress = asyncio.run(amber.courier("coral", Scripted(lie(coral, batch_of(coral)))).meet())
    assert (progress.in_step, progress.received) == (True, 0)
    assert (before, told) == (amber.state(), amber.told)


def test_a_fault_is_read_out() -> None:
    """Their reason is shown as theirs, and nothing else of such an answer is acted on."""
    amber, coral = two_nodes()
    coral.say(b"words")
    answer = lie(coral, batch_of(coral), Fault("busy", "our watch changes"))
    assert tell_a_lie(amber, coral, answer) == "they say: our watch changes"


@pytest.mark.parametrize(
    "answer", [b"", b"\x00", b"\xff" * 64, b"\x00\x00\x00\x01\x80", bytes(4 << 20), bytes(5 << 20)], ids=len
)
def test_garbage_for_an_answer(answer: bytes) -> None:
    """Bytes that are no message are a sentence."""
    amber, coral = two_nodes()
    amber.say(b"words")
    fault = tell_a_lie(amber, coral, lambda _: answer)
    assert fault.startswith("what they answered is no message of the exchange: ")


def test_an_answer_cut_at_any_frame() -> None:
    """An answer without its end is not acted on, though its entries were whole."""
    amber, coral = two_nodes()
    coral.say(b"words")
    whole = lie(coral, batch_of(coral))
    fault = tell_a_lie(amber, coral, lambda message: whole(message)[:-8])
    assert "breaks off" in fault


def test_another_mechanism_s_answer() -> None:
    """A node of another mechanism is not spoken with, whatever certificate it shows."""
    amber, coral = two_nodes()

    def answer(message: bytes) -> bytes:
        session = Session(Role.SERVER, "other-2026", "coral", "amber")
        client = Session(Role.CLIENT, "other-2026", "amber", "coral")
        ours = Hello("other-2026", TEXT, "amber", "amber", 0, "coral", 0, bytes(32))
        theirs = Hello("other-2026", TEXT, "coral", "coral", 0, "amber", 0, bytes(32))
        session.receive_message(client.send(ours) + client.send(End()))
        return session.send(theirs) + session.send(End())

    assert "'coral' of 'other-2026' speaks where" in tell_a_lie(amber, coral, answer)


@pytest.mark.parametrize("what", ["entry", "note", "cosigned", "witness"])
def test_a_lying_caller_is_told_why_and_changes_nothing(what: str) -> None:
    """The server's side keeps to the same rules: refused, unchanged, and the next honest caller is served."""
    amber, coral = two_nodes()
    amber.say(b"words")
    coral.say(b"words")
    true = batch_of(amber)
    lies: dict[str, Event] = {
        "entry": Entries("amber", 0, ((flipped(true.items[0][0]), true.items[0][1]),), true.note, ()),
        "note": Entries("amber", 0, true.items, flipped(true.note, -3), ()),
        "cosigned": Cosigned(coral.record.note("coral")),
        "witness": Witness(amber.record.offer(now_us=1)),
    }
    session = Session(Role.CLIENT, "demo-2026", "amber", "coral")
    hello = Hello("demo-2026", TEXT, "amber", "amber", 1, "coral", 0, amber.record.root("coral"))
    message = b"".join(session.send(event) for event in (hello, lies[what], End()))
    before = coral.state()
    answer = session.receive_message(asyncio.run(coral.answerer.handle("amber", message)))
    assert [type(event) for event in answer] == [Hello, Fault, End]
    assert coral.answerer.last_fault["amber"] == answer[1].sentence  # type: ignore[union-attr]
    assert before == coral.state()
    assert coral.told == []
    assert asyncio.run(amber.calling(coral).meet()).in_step


def test_a_carrier_may_not_be_talked_to_for_ever() -> None:
    """A counterpart that always has one thing more does not hold a meeting for ever."""
    amber, coral = two_nodes(receipts=False)
    calls: list[int] = []

    def answer(message: bytes) -> bytes:
        calls.append(len(calls))
        return lie(coral, Witness(coral.record.offer(now_us=1)))(message)

    coral.say(b"words")
    assert asyncio.run(amber.calling(coral).meet()).in_step
    progress = asyncio.run(amber.courier("coral", Scripted(answer)).meet())
    assert (progress.in_step, progress.rounds, progress.fault) == (False, 64, "")


def test_another_text_of_the_agreement() -> None:
    """The hash of their text is compared in each answer, before anything in it is acted on."""
    amber, coral = two_nodes()
    coral.say(b"words")
    fault = tell_a_lie(amber, coral, lie(coral, batch_of(coral), agreement=bytes(32)))
    assert fault.startswith("the two nodes work by two texts of the agreement")


def test_a_third_party_s_entries_forged_on_the_way() -> None:
    """Who hands on another's log cannot change a byte of it, nor leave one out; it is evidence against nobody else."""
    amber, coral, teal = nodes("amber", "coral", "teal", receipts=False)
    for n in range(3):
        teal.say(b"%d" % n)
    assert asyncio.run(coral.calling(teal).meet()).in_step
    true = coral.record.batch("teal", 0)
    assert true is not None
    swapped = (true.items[1], true.items[0], true.items[2])
    for items in (((flipped(true.items[0][0]), true.items[0][1]), *true.items[1:]), swapped):
        forged = Entries("teal", 0, items, true.note, true.proof)
        assert tell_a_lie(amber, coral, lie(coral, forged)).startswith("their entries were refused: ")
    assert amber.heard("teal") == [b"0", b"1", b"2"]


def test_our_own_log_pushed_unasked() -> None:
    """Entries in our name that nobody asked for are let lie, true ones and a double's alike."""
    amber, coral = two_nodes(receipts=False)
    amber.say(b"one")
    assert asyncio.run(amber.calling(coral).meet()).in_step
    double = LinkedNode(amber.party, (amber.party, coral.party), receipts=False)
    for n in range(3):
        double.say(b"%d" % n)
    before = amber.state()
    for source in (double, amber):
        progress = asyncio.run(amber.courier("coral", Scripted(lie(coral, batch_of(source)))).meet())
        assert progress.healed == 0
        assert before == amber.state()
    assert not amber.record.healing


def test_a_double_s_log_for_our_own_that_we_lost() -> None:
    """Who claims to hold more of our log and shows a double's, signed with our keys, is refused; the proof is kept."""
    amber, coral = two_nodes(receipts=False)
    amber.say(b"one")
    double = LinkedNode(amber.party, (amber.party, coral.party), receipts=False)
    for n in range(3):
        double.say(b"%d" % n)
    answer = lie(coral, batch_of(double), held_size=3, held_root=double.record.root("amber"))
    progress = asyncio.run(amber.courier("coral", Scripted(answer)).meet())
    assert "forked" in progress.fault
    assert progress.verdict is Verdict.FORK
    assert "fork" in [piece.kind for piece in amber.record.evidence()]
    assert amber.heard("amber") == [b"one"]


def test_a_fork_is_called_so_and_nothing_else_is() -> None:
    """Two entries of one place are a proven fork; a flipped byte is a refusal; both are told apart for the watch."""
    amber, coral = two_nodes()
    double = LinkedNode(coral.party, (amber.party, coral.party))
    coral.say(b"to amber")
    double.say(b"to somebody else")
    assert asyncio.run(amber.calling(coral).meet()).in_step
    courier = amber.courier("coral", Scripted(lie(coral, batch_of(double))))
    assert asyncio.run(courier.meet()).verdict is courier.verdict is Verdict.FORK
    coral.say(b"more")
    true = batch_of(coral, amber.record.size("coral"))
    forged = replace(true, items=((flipped(true.items[0][0]), true.items[0][1]), *true.items[1:]))
    assert asyncio.run(amber.courier("coral", Scripted(lie(coral, forged))).meet()).verdict is Verdict.CLEAR
    garbage = amber.courier("coral", Scripted(lie(coral, Cosigned(b"garbage"))))
    assert asyncio.run(garbage.meet()).verdict is Verdict.CLEAR
    assert asyncio.run(amber.calling(coral).meet()).in_step


def test_a_message_full_of_every_kind_is_bounded() -> None:
    """As many frames as may stand in one message, all of them nonsense, cost no state and little time."""
    amber, coral = two_nodes()
    amber.say(b"words")
    hello = Hello("demo-2026", TEXT, "amber", "amber", 1, "coral", 0, amber.record.root("coral"))
    wants = [Want("jade" if n % 2 else "amber.7", n) for n in range(64)]
    for junk in (
        [Want("coral", n) for n in range(64)],
        wants,
        [Annex(bytes(32), b"x")] * 4,
        [AsideHeld("table", n) for n in range(16)],
        [WantAnnex(tuple(n.to_bytes(32, "big") for n in range(64)))],
        [Aside("table", 1, b"x")],
        [Ahead("amber", 0, b"e", b"b", (), b"note")] * 16,
        [Entries("amber", 5, ((b"e", b"b"),), b"note", ())] * 64,
    ):
        session = Session(Role.CLIENT, "demo-2026", "amber", "coral")
        message = b"".join(session.send(event) for event in (hello, *junk, End()))
        before = coral.state()
        assert Message.read(session, asyncio.run(coral.answerer.handle("amber", message)))
        assert before == coral.state()
    coral.now_us += 3_600_000_000
    assert asyncio.run(amber.calling(coral).meet()).in_step


def test_an_entry_that_has_heard_more_of_us_than_there_is() -> None:
    """Signed by their own station, it puts words into our log that we never said: refused, and kept as evidence."""
    amber, coral = two_nodes(receipts=False)
    amber.say(b"one")
    double = LinkedNode(amber.party, (amber.party, coral.party), receipts=False)
    for _ in range(2):
        double.say(b"said by a double")
    assert asyncio.run(double.calling(coral).meet()).in_step
    coral.say(b"after what the double said")
    root = amber.record.root("amber")
    answer = lie(coral, batch_of(coral), held_size=1, held_root=root)
    progress = asyncio.run(amber.courier("coral", Scripted(answer)).meet())
    assert progress.fault.startswith("their entries were refused: the entry has heard ")
    assert [piece.kind for piece in amber.record.evidence()] == ["refused"]
    assert amber.record.size("coral") == 0


def test_a_meeting_that_leads_nowhere_ends() -> None:
    """They store what we send, ask for what there is none of, and never say more: two rounds of that are enough."""
    amber, coral = two_nodes(receipts=False)
    amber.say(b"words")
    assert asyncio.run(amber.calling(coral, max_rounds=2).meet()).fault == ""
    progress = asyncio.run(amber.courier("coral", Scripted(lie(coral, Want("coral", 0)))).meet())
    assert "signs nothing before it is" in progress.fault
    assert progress.rounds == 2
    assert asyncio.run(amber.calling(coral).meet()).in_step


def test_entries_that_always_start_too_far_on() -> None:
    """They claim to have more and hand over what we cannot take yet, each time: no step, and no endless meeting."""
    amber, coral = two_nodes(receipts=False)
    for n in range(3):
        coral.say(b"%d" % n)
    progress = asyncio.run(amber.courier("coral", Scripted(lie(coral, batch_of(coral, 1)))).meet())
    assert (progress.in_step, progress.received, progress.rounds) == (False, 0, 2)
    assert "bring neither side any further" in progress.fault
    assert asyncio.run(amber.calling(coral).meet()).in_step
