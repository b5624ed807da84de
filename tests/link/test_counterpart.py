"""One counterpart over our record: what is said of us, and what is made of what it says it holds."""

import pytest

from builders import NOW_US
from linked import TEXT, LinkedNode, nodes
from searoom.errors import PeerFault, StateUnknown
from searoom.link.claims import Claim
from searoom.link.counterpart import Counterpart, one_line
from searoom.link.frames import Cosigned, End, Entries, Fault, Hello, Want, Witness
from searoom.link.mail import Errands, NoMail
from searoom.link.progress import Message, Verdict
from searoom.record.entry import Kind, clear_statement, release
from searoom.record.seal import reason


def side(node: LinkedNode, peer: str) -> Counterpart:
    return Counterpart(
        node.record,
        peer,
        agreement=TEXT,
        now=node.now,
        on_admitted=node.on_admitted,
        on_ahead=node.on_ahead,
        whose="their",
    )


def hello(node: LinkedNode, held: int, root: bytes | None = None, log: str = "amber") -> Hello:
    """Coral's hello, which says that it holds so much of amber's log."""
    held_root = node.record.root("amber", min(held, node.record.size("amber"))) if root is None else root
    return Hello("demo-2026", TEXT, "coral", "coral", 0, log, held, held_root)


def test_says_who_we_are_and_how_far_we_hold_theirs() -> None:
    """The hello has our newest log and theirs; `want` the others, and of our own only what they hold more of."""
    amber, coral, teal = nodes("amber", "coral", "teal", receipts=False)
    for node in (amber, coral, teal):
        node.say(b"words")
    batch = teal.record.batch("teal", 0)
    assert batch is not None
    amber.record.admit(batch, now_us=NOW_US)
    here = side(amber, "coral")
    assert here.hello() == Hello("demo-2026", TEXT, "amber", "amber", 1, "coral", 0, coral.record.root("coral", 0))
    assert here.wants(None) == here.wants(hello(amber, 1)) == [Want("teal", 1)]
    assert here.wants(hello(amber, 7)) == [Want("amber", 1), Want("teal", 1)]
    assert here.wants(hello(amber, 7, log="amber.5")) == [Want("teal", 1), Want("amber", 1)]
    amber.record.mark_restored(now_us=NOW_US)
    assert here.wants(hello(amber, 1)) == [Want("amber", 1), Want("teal", 1)]


def test_tells_what_they_claim_of_our_log() -> None:
    """As much as we hold or less is fine, more is a loss or a lie, another root is another log."""
    amber, _ = nodes()
    amber.say(b"words")
    here = side(amber, "coral")
    told = {
        hello(amber, 0): (Claim.FITS, ""),
        hello(amber, 1): (Claim.FITS, ""),
        hello(amber, 2): (Claim.MORE, "hold more of our log than we do (2 entries against 1)"),
        hello(amber, 1, bytes(32)): (Claim.OTHER, "hold another log under our name than ours (at 1 entries)"),
        hello(amber, 0, bytes(32)): (Claim.OTHER, "hold another log under our name than ours (at 0 entries)"),
        hello(amber, 3, log="amber.2"): (
            Claim.MORE,
            "hold more of our log 'amber.2' than we do (3 entries against 0)",
        ),
    }
    assert told == {each: (here.claim(each), here.tell(each)) for each in told}
    assert here.judge(hello(amber, 1)) is Claim.FITS
    assert amber.record.evidence() == []
    assert here.judge(hello(amber, 2)) is Claim.MORE
    assert here.verdict is Verdict.NOT_YET
    with pytest.raises(PeerFault, match="another log under our name"):
        here.judge(hello(amber, 1, bytes(32)))
    assert [piece.kind for piece in amber.record.evidence()] == ["hello", "hello"]


def test_hands_over_nothing_of_ours_to_who_holds_what_we_lost() -> None:
    """Their own log and third ones still go over; ours only where the claim fits."""
    amber, coral = nodes(receipts=False)
    for n in range(3):
        amber.say(b"%d" % n)
        coral.say(b"%d" % n)
    batch = coral.record.batch("coral", 0)
    assert batch is not None
    amber.record.admit(batch, now_us=NOW_US)
    here = side(amber, "coral")
    back = [Want("coral", 1)]
    assert [each.log for each in here.entries(hello(amber, 1), [], 1 << 20)] == ["amber"]
    assert [each.log for each in here.entries(hello(amber, 9), [], 1 << 20)] == []
    assert [each.log for each in here.entries(hello(amber, 9), back, 1 << 20)] == ["coral"]
    amber.record.mark_restored(now_us=NOW_US)
    assert [each.log for each in here.entries(hello(amber, 1), [], 1 << 20)] == []
    assert {each.log for each in here.entries(hello(amber, 1), back, 1 << 20)} == {"amber", "coral"}


def test_our_own_failure_is_not_theirs() -> None:
    """A full disk while their words are stored is raised as it is."""
    amber, coral = nodes(receipts=False)
    coral.say(b"words")
    batch = coral.record.batch("coral", 0)
    assert batch is not None

    def fails(_author: str) -> None:
        raise StateUnknown("the disk is full")

    here = Counterpart(
        amber.record,
        "coral",
        agreement=TEXT,
        now=amber.now,
        on_admitted=fails,
        on_ahead=fails,
        whose="their",
    )
    opening = hello(amber, 0)
    entries = Entries("coral", 0, batch.items, batch.note, batch.proof)
    with pytest.raises(StateUnknown):
        here.act(Message(opening, (), (entries, End())), Errands(NoMail(), "coral"))


def test_what_was_refused_is_theirs_and_names_it() -> None:
    """The sentence opens with whose piece it is; the cause stands below it."""
    amber, _ = nodes()
    message = Message(hello(amber, 0), (), (Cosigned(b"garbage"), End()))
    with pytest.raises(PeerFault, match="^their countersignature was refused: ") as caught:
        side(amber, "coral").act(message, Errands(NoMail(), "coral"))
    assert caught.value.__cause__ is not None


def test_a_fault_is_said_in_one_line() -> None:
    """However long and broken the reason is."""
    said = one_line(Fault("refused", "a long\nreason\t " * 200))
    assert said.sentence.startswith("a long reason a long reason")
    assert (len(said.sentence), "\n" in said.sentence) == (500, False)


def test_says_no_more_wants_than_a_message_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """With more logs than `want` frames, the message stays one that the other side takes."""
    amber, *_ = nodes("amber", "coral", "teal", "jade")
    here = side(amber, "coral")
    assert len(here.wants(None)) == 2
    monkeypatch.setattr("searoom.link.counterpart.MOST", {Want: 1})
    assert len(here.wants(None)) == 1


def test_keeps_no_evidence_of_each_step_of_a_healing() -> None:
    """That a store was put back is kept once, when it is found; not with every exchange that fills it again."""
    amber, _ = nodes()
    amber.say(b"words")
    amber.record.mark_restored(now_us=NOW_US)
    for held in (5, 6):
        assert side(amber, "coral").judge(hello(amber, held)) is Claim.MORE
    assert amber.record.evidence() == []


def test_settles_with_who_holds_only_an_older_log() -> None:
    """Three entries of our first log are there, our second has two: nothing of the second is lost, it is settled."""
    amber, _ = nodes()
    for n in range(3):
        amber.say(b"%d" % n)
    why = reason("amber.2", "backup")
    statement = clear_statement(
        Kind.EPOCH, why, mechanism="demo-2026", exercise=True, author="amber", claimed_us=NOW_US
    )
    amber.record.open_log(release(statement, *amber.party.officers), why, now_us=NOW_US)
    amber.say(b"in the second")
    amber.record.mark_restored(now_us=NOW_US)
    here, errands = side(amber, "coral"), Errands(NoMail(), "coral")
    for healing in (True, False):  # the first hello was said before they knew how far our log reaches
        here.act(Message(hello(amber, 3), (), (End(),)), errands)
        assert amber.record.healing is healing
        here.wants(hello(amber, 3))


def coral_entries(coral: LinkedNode) -> Entries:
    batch = coral.record.batch("coral", 0)
    assert batch is not None
    return Entries("coral", 0, batch.items, batch.note, batch.proof)


def test_tells_the_node_of_entries_only_when_a_receipt_cannot_fork_our_log() -> None:
    """While they claim more of our log, what came is kept and not answered; where they show nothing, it is told."""
    amber, coral = nodes(receipts=False)
    coral.say(b"words")
    here, errands = side(amber, "coral"), Errands(NoMail(), "coral")
    claim = hello(amber, 5)
    assert here.act(Message(claim, (), (coral_entries(coral), End())), errands).received == 1
    assert amber.told == []
    here.act(Message(claim, (), (End(),)), errands)
    assert amber.told == ["coral"]


def test_tells_at_once_where_all_is_well() -> None:
    """And where the claim fits in the next message, what was held back is told then."""
    amber, coral = nodes(receipts=False)
    coral.say(b"words")
    here, errands = side(amber, "coral"), Errands(NoMail(), "coral")
    here.act(Message(hello(amber, 0), (), (coral_entries(coral), End())), errands)
    assert amber.told == ["coral"]
    coral.say(b"more")
    here.act(Message(hello(amber, 5), (), (coral_entries(coral), End())), errands)
    assert amber.told == ["coral"]
    here.act(Message(hello(amber, 0), (), (End(),)), errands)
    assert amber.told == ["coral", "coral"]


def test_signs_nothing_while_our_log_may_not_be_whole() -> None:
    """Neither with the mark, nor while they claim more of it: they ask again, and get it then."""
    amber, coral, _ = nodes("amber", "coral", "teal", receipts=False)
    coral.say(b"words")
    here, errands = side(amber, "coral"), Errands(NoMail(), "coral")
    asked = Witness(coral.record.offer(now_us=NOW_US))
    here.act(Message(hello(amber, 0), (), (coral_entries(coral), End())), errands)
    assert here.act(Message(hello(amber, 5), (), (asked, End())), errands).to_say == []
    amber.record.mark_restored(now_us=NOW_US)
    assert here.act(Message(hello(amber, 0), (), (asked, End())), errands).to_say == []
    assert amber.record.recorded("coral", "amber") == 0


def test_takes_no_old_note_of_ours_for_a_proof_that_we_lost_anything() -> None:
    """Entries that we hold, under a note that we hold, show no loss, whatever they claim beside them."""
    amber, _ = nodes()
    amber.say(b"words")
    batch = amber.record.batch("amber", 0)
    assert batch is not None
    old = Entries("amber", 0, batch.items, batch.note, batch.proof)
    outcome = side(amber, "coral").act(Message(hello(amber, 9), (), (old, End())), Errands(NoMail(), "coral"))
    assert outcome.healed == 0
    assert not amber.record.healing
