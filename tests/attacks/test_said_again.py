"""A station replays what officers once released: in a later log it stands again and is the same message, nothing more."""

from collections.abc import Callable

import pytest

from attacks.scene import AMBER, CORAL, RING, digest
from builders import NOW_US, SECOND_US, cosign, epoch, epoch_words, exchange, make_record, make_released, opener, say
from searoom.account import Account, Again, Message, State, read, read_ahead
from searoom.errors import NotAllowed
from searoom.obligations import standing
from searoom.obligations.agreement import load
from searoom.record import ahead as aheads
from searoom.record import heads
from searoom.record.batch import Batch
from searoom.record.entry import Entry, Released, place
from searoom.record.evidence import Evidence
from searoom.record.merkle import Tree, leaf_hash
from searoom.record.rules import next_height
from searoom.record.store import SqliteStore
from searoom.signals import forms

BOOK = forms.load()
DEMO = load("demo", BOOK)
MINUTE_US = 60 * SECOND_US


def words(form: str, **fields: str) -> bytes:
    """Return the content of a form; a reply where it says `reply_to`."""
    reply = fields.pop("reply_to", "")
    log, _, index = reply.partition("/")
    return forms.encode(forms.from_text(BOOK, form, fields, reply_to=(log, int(index)) if reply else None), BOOK)


class Replay:
    """Coral asked something long ago, amber read it; then coral's log was lost and two officers opened `coral.2`.

    A thief has the keys of coral's station and log from here on, and every release that coral ever made.
    """

    def __init__(self) -> None:
        self.store = SqliteStore(":memory:")
        self.ours, self.theirs = make_record(AMBER, RING, self.store), make_record(CORAL, RING)
        self.asked = say(self.theirs, CORAL, words("hotline-message", text="Where do you go?"), signers=CORAL.officers)
        self.in_step()
        say(self.ours, AMBER, words("read", reply_to="coral/0"))
        self.in_step()
        epoch(self.theirs, CORAL)
        self.in_step()
        self.now_us = NOW_US + 40 * MINUTE_US

    def in_step(self) -> None:
        exchange(self.ours, self.theirs)
        cosign(self.ours, self.theirs)

    def account(self) -> Account:
        """Return what amber reads."""
        return read(self.ours, BOOK, opener(AMBER), parties=DEMO.parties, policy=DEMO.policy)

    def duties(self) -> list[tuple[str, tuple[str, ...], str]]:
        """Return what is owed in amber's account, but for the yearly meetings and the line test."""
        found = standing.standing(DEMO, self.account(), self.now_us)
        return [(duty.clause.id, duty.owed_by, duty.state) for duty in found if duty.clause.trigger.kind == "on-entry"]

    def placed(self, released: Released, log: str = "coral.2") -> Entry:
        """Return the entry that the thief places next in a log of coral's."""
        last = list(self.theirs.entries(log))[-1][0]
        heard = last.heard
        return place(
            released,
            log=log,
            index=last.index + 1,
            height=next_height(last, [(h.log, h.size) for h in heard], lambda *_: 0),
            heard=heard,
            placed_us=self.now_us,
            station_key=CORAL.station,
        )

    def lie(self, released: Released, body: bytes, log: str = "coral.2") -> Batch:
        """Return the batch with which the thief hands it over."""
        return self._run([(self.placed(released, log).to_bytes(), body)], log)

    def _run(self, items: list[tuple[bytes, bytes]], log: str) -> Batch:
        held = [leaf_hash(entry.to_bytes()) for entry, _ in self.theirs.entries(log)]
        tree = Tree([*held, *(leaf_hash(data) for data, _ in items)])
        note = heads.sign_head(RING.mechanism, log, tree.size, tree.root(), CORAL.log)
        return Batch(log, len(held), tuple(items), note)

    def ahead(self, released: Released, body: bytes, log: str = "coral.2") -> aheads.Ahead:
        """Return the same, sent ahead of its place as a flash is."""
        batch = self.lie(released, body, log)
        tree = Tree(
            [*(leaf_hash(entry.to_bytes()) for entry, _ in self.theirs.entries(log)), leaf_hash(batch.items[0][0])]
        )
        return aheads.prove(log, batch.start, batch.items[0], tree.inclusion(batch.start, tree.size), batch.note)

    def refused(self, deed: Callable[[], object], said: str) -> None:
        """Run an attack: refused, the store unchanged, the evidence kept."""
        before, kept = digest(self.store), len(self.ours.evidence())
        with pytest.raises(NotAllowed, match=said):
            deed()
        assert before == digest(self.store)
        assert ["refused"] == [piece.kind for piece in self._evidence()[kept:]]

    def _evidence(self) -> tuple[Evidence, ...]:
        return tuple(self.ours.evidence())

    def honest(self) -> None:
        """The next honest message of each side is delivered and recorded, also after a start from the store."""
        say(self.ours, AMBER, words("hotline-contact", phrase="we-are-here"))
        say(self.theirs, CORAL, words("hotline-contact", phrase="we-are-here"))
        self.in_step()
        again = make_record(AMBER, RING, self.store)
        for log in self.theirs.logs():
            assert self.theirs.root(log) == again.root(log)
        for one, other in ((self.ours, self.theirs), (self.theirs, self.ours)):
            assert one.size(one.own) == one.recorded(one.own, other.party)


@pytest.fixture
def replay() -> Replay:
    return Replay()


def old(replay: Replay) -> tuple[Released, bytes]:
    """Return what coral's officers released long ago, and its body."""
    entry, body = next(replay.theirs.entries("coral"))
    return entry.released, body


def test_a_replay_in_a_new_log_is_the_message_of_before(replay: Replay) -> None:
    """The line is not stuck by it; it is shown as what it is; no duty, answer, delivery or message is added."""
    before, duties = replay.account(), replay.duties()
    assert [("hotline-read", ("amber",), "met")] == duties
    replay.ours.admit(replay.lie(*old(replay)), now_us=replay.now_us)
    account = replay.account()
    (again,) = [item for item in account.items if isinstance(item, Again)]
    assert (("coral.2", 1), ("coral", 0)) == (again.ref, again.of)
    assert all("coral" in again.sentence(lang) for lang in ("en", "ja", "zh"))
    assert before.messages() == account.messages()
    assert duties == replay.duties()
    assert before.delivered(("coral", 0), "amber") == account.delivered(("coral.2", 1), "amber")
    assert account.message(("coral", 0)) == account.message(("coral.2", 1))
    assert (("coral", 0), ("coral.2", 1)) == account.places(("coral.2", 1)) == account.places(("coral", 0))
    for form in ("hotline-message", "read"):
        assert before.messages(form) == account.messages(form)


def test_a_replay_comes_once_in_a_log_and_the_second_is_refused(replay: Replay) -> None:
    """The rule of one log holds in each of them: how much a thief can repeat ends with what was ever released."""
    for log in ("coral", "coral.2"):
        twice = replay.lie(*old(replay), log=log)
        if log == "coral.2":
            first = twice.items[0]
            entry = Entry.from_bytes(first[0])
            second = place(
                entry.released, log=log, index=2, height=entry.height + 1, heard=entry.heard, placed_us=NOW_US,
                station_key=CORAL.station,
            )  # fmt: skip
            twice = replay._run([first, (second.to_bytes(), first[1])], log)
        replay.refused(lambda batch=twice: replay.ours.admit(batch, now_us=NOW_US), f"stands in {log} already")
    replay.honest()


def test_a_replay_with_fewer_signatures_closes_nothing(replay: Replay) -> None:
    """One of the two releases left out: that place is not believed, and the message of before stays what it was."""
    released, body = old(replay)
    fewer = Released(released.statement, released.signatures[:1])
    replay.ours.admit(replay.lie(fewer, body), now_us=replay.now_us)
    account = replay.account()
    assert isinstance(account.message(("coral", 0)), Message)
    assert account.message(("coral", 0)) is account.message(("coral.2", 1))
    assert [("hotline-read", ("amber",), "met")] == replay.duties()


def test_a_replay_that_comes_ahead_is_no_new_flash(replay: Replay) -> None:
    """In a new log it is shown as said before; in the log in which it stands it is not even kept."""
    piece = replay.ahead(*old(replay))
    assert replay.ours.take_ahead(piece, now_us=replay.now_us)
    (item,) = read_ahead(replay.ours, BOOK, opener(AMBER), DEMO.policy, account=replay.account())
    assert isinstance(item, Again)
    assert ("coral", 0) == item.of
    own = replay.ahead(*old(replay), log="coral")
    with pytest.raises(NotAllowed, match="says again what stands in coral already"):
        replay.ours.take_ahead(own, now_us=replay.now_us)
    assert [piece] == [*replay.ours.aheads("coral.2"), *replay.ours.aheads("coral")]


def test_what_two_officers_signed_to_open_one_log_opens_no_other(replay: Replay) -> None:
    """The reason names its log: neither its release nor one made for another log begins a third one."""
    first, why = next(replay.theirs.entries("coral.2"))
    for released, body in ((first.released, why), epoch_words(replay.theirs, CORAL, log="coral.4")):
        entry = place(
            released, log="coral.3", index=0, height=first.height, heard=first.heard, placed_us=NOW_US,
            station_key=CORAL.station,
        )  # fmt: skip
        root = Tree([leaf_hash(entry.to_bytes())]).root()
        note = heads.sign_head(RING.mechanism, "coral.3", 1, root, CORAL.log)
        batch = Batch("coral.3", 0, ((entry.to_bytes(), body),), note)
        replay.refused(lambda batch=batch: replay.ours.admit(batch, now_us=NOW_US), "and opens no log 'coral.3'")
    replay.honest()


def test_a_restored_party_that_says_it_again_is_not_locked_out(replay: Replay) -> None:
    """Honest, and the reason for the rule: its node did not know that it had said it. Answers to either place count."""
    lost = make_released(RING, CORAL, words("hotline-message", text="Our engine stopped."), signers=CORAL.officers)
    restored = make_record(CORAL, RING)
    a = make_record(AMBER, RING)
    restored.say(*lost, now_us=NOW_US)
    exchange(a, restored)
    say(a, AMBER, words("read", reply_to="coral/0"), now_us=NOW_US + MINUTE_US)
    anew = make_record(CORAL, RING)  # put back to where nothing was said, and amber's node cannot be reached
    epoch(anew, CORAL)
    anew.say(*lost, now_us=NOW_US)
    theirs = read(anew, BOOK, opener(CORAL), parties=DEMO.parties, policy=DEMO.policy)
    assert ("coral.2", 1) == theirs.messages("hotline-message")[0].ref
    anew.admit(a.batch("coral", 0), now_us=NOW_US)  # type: ignore[arg-type]  # it is there
    exchange(a, anew)
    say(a, AMBER, words("hotline-message", text="We come.", reply_to="coral.2/1"), signers=AMBER.officers)
    exchange(a, anew)
    one = read(a, BOOK, opener(AMBER), parties=DEMO.parties, policy=DEMO.policy)
    two = read(anew, BOOK, opener(CORAL), parties=DEMO.parties, policy=DEMO.policy)
    assert one == two
    assert [("coral", 0), ("amber", 1)] == [m.ref for m in one.messages("hotline-message")]
    assert [("amber", 0), ("amber", 1)] == [answer.ref for answer in one.answers(("coral", 0))]
    assert one.answers(("coral", 0)) == one.answers(("coral.2", 1))
    assert State(("amber", 0), NOW_US + MINUTE_US, one.message(("amber", 0)).station) == one.delivered(
        ("coral.2", 1), "amber"
    )
