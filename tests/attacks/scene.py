"""Two honest nodes in step, and the four things that every attack on one of them must end in.

Refused with a sentence; the store unchanged (all of it but the evidence); the evidence kept; and the next
honest message of each side delivered and recorded, also after the attacked node starts again.

    scene = Scene()                                  # amber is attacked; coral lies, and owns all keys of coral
    scene.refused(deed, Tampered, "is forked", ["fork"])
    scene.refused(scene.meeting(events), PeerFault, "were refused", ["refused"])   # over the link, as a server
    scene.refused(scene.calling(events), PeerFault, "were refused")                # over the link, as a client
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from builders import MECHANISM, NOW_US, Party, make_record, make_released, parties, roster
from linked import TEXT, LinkedNode, Scripted
from searoom import cbor
from searoom.errors import PeerFault, SearoomError
from searoom.link.frames import Ahead, End, Entries, Event, Fault, Hello
from searoom.link.session import Role, Session
from searoom.record import checkpoint, heads
from searoom.record.algorithms import SigningKey
from searoom.record.batch import Batch
from searoom.record.entry import Entry, Released, place
from searoom.record.log import Item
from searoom.record.merkle import Tree, leaf_hash
from searoom.record.shared import SharedRecord
from searoom.record.store import SqliteStore
from searoom.record.tables import TABLES, TableStore

AMBER, CORAL = parties()
RING = roster(AMBER, CORAL)
HOUR_US = 3_600_000_000


def digest(store: TableStore) -> str:
    """Return a hash of everything in the store but the evidence."""
    hasher = hashlib.sha256()
    for name in TABLES:
        if name != "evidence":
            for row in store.table(name):
                hasher.update(repr((name, row)).encode())
    return hasher.hexdigest()


class Scene:
    """Amber's node and coral's, two messages in each log, in step and cosigned by both."""

    def __init__(self, *, receipts: bool = False, where: str = ":memory:") -> None:
        self.store = SqliteStore(where)
        self.amber = LinkedNode(AMBER, (AMBER, CORAL), self.store, receipts=receipts)
        self.coral = LinkedNode(CORAL, (AMBER, CORAL), receipts=receipts)
        self.now_us = NOW_US
        for number in range(2):
            self.amber.say(b"amber %d" % number)
            self.coral.say(b"coral %d" % number)
            self.in_step()

    @property
    def ours(self) -> SharedRecord:
        """The record of amber, who is attacked."""
        return self.amber.record

    @property
    def theirs(self) -> SharedRecord:
        """The honest copy of coral, who lies."""
        return self.coral.record

    def in_step(self) -> None:
        """Let both call each other until neither has anything left for the other."""
        for caller, called in ((self.amber, self.coral), (self.coral, self.amber)):
            progress = asyncio.run(caller.calling(called).meet())
            assert (True, "") == (progress.in_step, progress.fault)

    def honest(self) -> None:
        """The next honest message of each side is delivered and recorded."""
        for node in (self.amber, self.coral):  # what was refused may have cost a wait: an hour later it is forgotten
            node.now_us += HOUR_US
        self.coral.say(b"honest")
        self.amber.say(b"honest too")
        self.in_step()
        for one, other in ((self.ours, self.theirs), (self.theirs, self.ours)):
            log = one.own
            assert (
                one.size(log) == other.size(log) == one.recorded(log, other.party) == other.recorded(log, other.party)
            )
            assert one.root(log) == other.root(log)

    def refused(
        self, deed: Callable[[], object], error: type[SearoomError], said: str, evidence: Sequence[str] = ()
    ) -> SearoomError:
        """Run the attack, assert the four things that must follow, and return the refusal."""
        before, kept = digest(self.store), len(self.ours.evidence())
        with pytest.raises(error, match=said) as caught:
            deed()
        assert "\n" not in caught.value.sentence
        assert before == digest(self.store)
        assert [*evidence] == [piece.kind for piece in self.ours.evidence()[kept:]]
        self.honest()
        again = make_record(self.amber.party, RING, self.store)
        assert again.root("coral") == self.theirs.root("coral")
        return caught.value

    def last_evidence(self) -> list[cbor.Value]:
        """Return the parts of the piece that was kept last: it opens with the sentence of the refusal."""
        detail = cbor.decode(self.ours.evidence()[-1].detail)
        assert isinstance(detail, list)
        return detail

    # -- over the link -------------------------------------------------------------------------------

    def hello(self, **changes: object) -> Hello:
        """Return coral's true hello, changed to the liar's taste."""
        record = self.theirs
        held = record.log_of("amber")
        true = Hello(
            MECHANISM, TEXT, "coral", record.own, record.size(record.own), held, record.size(held), record.root(held)
        )
        return replace(true, **changes)  # type: ignore[arg-type]  # fields of a hello

    def answer(self, *events: Event, **hello: object) -> Callable[[bytes], bytes]:
        """Return what makes coral's answers: its hello, then these events."""

        def answer(message: bytes) -> bytes:
            session = Session(Role.SERVER, MECHANISM, "coral", "amber")
            session.receive_message(message)
            return b"".join(session.send(event) for event in (self.hello(**hello), *events, End()))

        return answer

    def meeting(self, *events: Event, **hello: object) -> Callable[[], object]:
        """Return amber's meeting with a coral that answers so; it raises what ended it."""
        return lambda: self.meet(self.answer(*events, **hello))

    def meet(self, answer: Callable[[bytes], bytes]) -> None:
        """Let amber meet a coral that answers so; raise what ended it."""
        progress = asyncio.run(self.amber.courier("coral", Scripted(answer)).meet())
        if progress.fault:
            raise PeerFault(progress.fault)

    def message(self, *events: Event, **hello: object) -> bytes:
        """Return a whole message of coral, as a client."""
        session = Session(Role.CLIENT, MECHANISM, "coral", "amber")
        return b"".join(session.send(event) for event in (self.hello(**hello), *events, End()))

    def calling(self, *events: Event, **hello: object) -> Callable[[], object]:
        """Return coral's call with these events; it raises what amber's node answers as a fault."""
        return lambda: self.call(self.message(*events, **hello))

    def call(self, message: bytes) -> tuple[Event, ...]:
        """Let coral call amber with these bytes; return what is answered, or raise its fault."""
        answer = asyncio.run(self.amber.answerer.handle("coral", message))
        session = Session(Role.CLIENT, MECHANISM, "coral", "amber")
        session.send(self.hello())
        session.send(End())
        events = session.receive_message(answer)
        for event in events:
            if isinstance(event, Fault):
                raise PeerFault(event.sentence)
        return events

    # -- what coral can make with its keys -------------------------------------------------------------

    def admit(self, batch: Batch) -> Callable[[], object]:
        """Return the attempt to hand amber a batch."""
        return lambda: self.ours.admit(batch, now_us=NOW_US)

    def placed(self, released: Released, *, signer: SigningKey = CORAL.station, **change: object) -> Entry:
        """Return the entry that coral's station would place next, with fields changed to the liar's taste."""
        own = list(self.theirs.entries("coral"))
        last = own[-1][0]
        fields: dict[str, object] = {
            "log": "coral",
            "index": len(own),
            "height": 1 + max(last.height, *(entry.height for entry, _ in self.theirs.entries("amber"))),
            "heard": self.theirs.heard(),
            "placed_us": NOW_US,
            **change,
        }
        return place(released, station_key=signer, **fields)  # type: ignore[arg-type]  # fields of an entry

    def batch(self, items: Sequence[Item], *, start: int | None = None) -> Batch:
        """Return a batch of coral's log with a note that coral's log key signs over it."""
        start = self.theirs.size("coral") if start is None else start
        held = [leaf_hash(entry.to_bytes()) for entry, _ in self.theirs.entries("coral")][:start]
        tree = Tree([*held, *(leaf_hash(data) for data, _ in items)])
        return Batch("coral", start, tuple(items), note(tree.size, tree.root()))

    def lie(self, released: Released, body: bytes, **change: object) -> Batch:
        """Return a batch with one entry that coral's station places next, and the note over it."""
        return self.batch([(self.placed(released, **change).to_bytes(), body)])  # type: ignore[arg-type]  # as `placed`

    def next_batch(self) -> Batch:
        """Return the last entry of coral's log as its node sends it."""
        batch = self.theirs.batch("coral", self.theirs.size("coral") - 1)
        assert batch is not None
        return batch


def note(size: int, root: bytes, *, party: Party = CORAL, origin: str = "", key: SigningKey | None = None) -> bytes:
    """Return a checkpoint of a party's log, signed with its log key."""
    origin = origin or checkpoint.origin(MECHANISM, party.name)
    head = checkpoint.Checkpoint(origin, size, root)
    return checkpoint.sign(head, origin, key or party.log).to_bytes()


def offered(signed: bytes, *, party: Party = CORAL, key: SigningKey | None = None) -> bytes:
    """Return a signed head with its second line, as it is offered to be cosigned."""
    return heads.offer(signed, key or party.keys.log_pq, NOW_US)  # type: ignore[arg-type]  # a key


def words(text: bytes = b"a lie", *, party: Party = CORAL, **change: object) -> tuple[Released, bytes]:
    """Return what an officer of a party released, and its body."""
    return make_released(RING, party, text, **change)  # type: ignore[arg-type]  # as `make_released`


def frame(batch: Batch) -> Entries:
    """Return a batch as it is said over the link."""
    return Entries(batch.log, batch.start, batch.items, batch.note, batch.proof)


def ahead(record: SharedRecord, index: int) -> Ahead:
    """Return an entry of a record's own log as it goes ahead of its place over the link."""
    piece = record.ahead(index)
    return Ahead(piece.log, piece.index, piece.entry, piece.body, piece.proof, piece.note)
