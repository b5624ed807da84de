"""Keeps one counterpart in step, over whichever carrier works; and answers one that calls.

An exchange brings entries one way and the other, and tells each side what the other holds. What
was delivered in one exchange is countersigned in a later one: *delivered* and *recorded* are two
states, and a node may die between them. Nothing is remembered that the record does not hold, but
what the counterpart last said it holds, and that only saves an exchange.

Rule 1: their whole message is read before any of it is acted on; then verify, store, act.
Rule 2: what they send wrongly ends as a sentence in `Progress.fault`; what fails here is raised.
Rule 3: where they hold of our own log what we do not, nothing is signed and nothing is sent.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from searoom import cbor
from searoom.clock import Now
from searoom.errors import NotAllowed, PeerFault, Tampered
from searoom.link.carriers import Carrier
from searoom.link.session import (
    MAX_SENTENCE,
    Cosigned,
    End,
    Entries,
    Event,
    Fault,
    Hello,
    Role,
    Session,
    Witness,
)
from searoom.record.shared import Batch, SharedRecord

MAX_ROUNDS: Final = 64  # exchanges in one meeting; a longer backlog goes on in the next
BATCH_BYTES: Final = 1 << 20  # of entries and bodies in one exchange, each way

OnAdmitted = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Progress:
    """What came of one meeting.

    `in_step`: neither has anything left for the other. `rounds` exchanges were begun; `sent` of our
    entries are new to them, `received` of theirs new to us. `fault` says in a sentence what ended
    the meeting early; it is empty where nothing did.
    """

    in_step: bool
    rounds: int
    sent: int
    received: int
    fault: str


@dataclass(slots=True)
class _Tally:
    rounds: int = 0
    sent: int = 0
    received: int = 0


@dataclass(frozen=True, slots=True)
class _Question:
    """What one exchange asked, and what stood here when it was asked: the answer is judged against that."""

    session: Session
    message: bytes
    batch: Batch | None
    asked_for: int  # the size of our log that they were asked to countersign, or 0
    held: int  # of their log, here


class Courier:
    """Meets one counterpart: sends what it does not hold, takes what we do not, countersigns and is countersigned.

    `on_admitted` is called with the counterpart's name when new entries of it are down on disk: the
    node may write its receipt there. `last_contact_us` is 0 until the first whole answer came; `taken` is the
    most of our log that they have said they hold since the start.
    """

    def __init__(
        self,
        record: SharedRecord,
        peer: str,
        carrier: Carrier,
        *,
        now: Now,
        on_admitted: OnAdmitted,
        max_rounds: int = MAX_ROUNDS,
        batch_bytes: int = BATCH_BYTES,
    ) -> None:
        self._record, self._peer, self._carrier = record, peer, carrier
        self._now, self._on_admitted = now, on_admitted
        self._max_rounds, self._batch_bytes = max_rounds, batch_bytes
        self._they_hold: int | None = None  # of our log, as they last said; None: ask before sending
        self._to_cosign: bytes | None = None
        self._meeting = asyncio.Lock()
        self.taken = 0
        self.last_contact_us = 0
        self.last_fault = ""

    async def meet(self) -> Progress:
        """Repeat exchanges until both are in step, at most `max_rounds`; a fault of theirs or of the line ends it.

        Raises only what is our own: `StateUnknown` for our disk, and errors of `on_admitted`.
        """
        async with self._meeting:  # one meeting at a time: a second caller waits and then finds all in step
            tally, in_step, self.last_fault = _Tally(), False, ""
            try:
                while not in_step and tally.rounds < self._max_rounds:
                    tally.rounds += 1
                    in_step = await self._round(tally)
            except PeerFault as fault:
                self._they_hold = self._to_cosign = None
                self.last_fault = fault.sentence
            return Progress(in_step, tally.rounds, tally.sent, tally.received, self.last_fault)

    async def _round(self, tally: _Tally) -> bool:
        question = self._ask()
        answer = await self._carrier.exchange(question.message)
        try:
            hello, events = _read(question.session, answer)
        except NotAllowed as error:
            raise PeerFault(f"what they answered is no message of the exchange: {error.sentence}") from error
        self.last_contact_us = self._now()
        self._check_hello(hello, question.held)
        for event in events:
            if isinstance(event, Fault):
                raise PeerFault(f"they say: {event.sentence}")
        self._they_hold = hello.held_size
        self.taken = max(self.taken, hello.held_size)
        if question.batch is not None:
            tally.sent += max(hello.held_size - question.batch.start, 0)
        tally.received += self._take(events)
        self._check_headway(hello, question, events)
        return self._in_step(hello)

    def _ask(self) -> _Question:
        record, me, peer = self._record, self._record.party, self._peer
        session = Session(Role.CLIENT, record.mechanism, me, peer)
        message = session.send(_hello(record, peer))
        batch, asked_for = None, 0
        if self._to_cosign is not None:
            with _foreign("their request to countersign cannot be met"):
                note = record.witness(peer, self._to_cosign, now_us=self._now())
            message += session.send(Cosigned(note))
            self._to_cosign = None
        if self._they_hold is not None:
            batch = record.batch(me, self._they_hold, max_bytes=self._batch_bytes)
            if batch is not None:
                message += session.send(_entries(batch))
            elif record.recorded(me, peer) < record.size(me):
                asked_for = record.size(me)
                message += session.send(Witness(record.note(me)))
        message += session.send(End())
        return _Question(session, message, batch, asked_for, record.size(peer))

    def _check_hello(self, hello: Hello, held: int) -> None:
        record, peer = self._record, self._peer
        claim = _claim_on_our_log(record, hello)
        sentence = f"they {claim}" if claim else ""
        if not claim and hello.own_size < held:
            # judged by what we held when we asked: they cannot have had less then, unless they lost it
            sentence = (
                f"we hold more of their log than they do ({held} entries against {hello.own_size}): "
                "their node was put back to an older state, or disowns what it said"
            )
        if sentence:
            _keep_claim(record, peer, hello, sentence)
            raise PeerFault(sentence)

    def _take(self, events: Sequence[Event]) -> int:
        received = 0
        for event in events:
            match event:
                case Entries():
                    received += self._admit(event)
                case Cosigned(note):
                    with _foreign("their countersignature was refused"):
                        self._record.accept_cosignature(self._peer, note)
                case Witness(note):
                    self._to_cosign = note
        return received

    def _admit(self, event: Entries) -> int:
        with _foreign("their entries were refused"):
            received = _admit(self._record, event, self._now())
        if received:
            self._on_admitted(self._peer)
        return received

    def _check_headway(self, hello: Hello, question: _Question, events: Sequence[Event]) -> None:
        """End a meeting in which the counterpart only goes through the motions: each round must change something."""
        record, me, peer = self._record, self._record.party, self._peer
        if question.batch is not None and hello.held_size == question.batch.start:
            raise PeerFault("they did not store the entries that we sent, and give no reason")
        if question.asked_for > record.recorded(me, peer):
            raise PeerFault("they hold our entries but do not countersign them, and give no reason")
        if hello.own_size > question.held and not any(isinstance(event, Entries) for event in events):
            raise PeerFault("they have entries that we do not hold, and hand over none")

    def _in_step(self, hello: Hello) -> bool:
        record, me, peer = self._record, self._record.party, self._peer
        they_have_ours = hello.held_size == record.size(me) == record.recorded(me, peer)
        we_have_theirs = hello.own_size <= record.size(peer) == record.recorded(peer, me)
        return they_have_ours and we_have_theirs and self._to_cosign is None


class Answerer:
    """The server's side of every exchange: takes what a counterpart sends, answers with what it lacks.

    `last_contact_us` and `last_fault` are by party, as far as one has called since the start.
    """

    def __init__(self, record: SharedRecord, *, now: Now, on_admitted: OnAdmitted) -> None:
        self._record, self._now, self._on_admitted = record, now, on_admitted
        self.last_contact_us: dict[str, int] = {}
        self.last_fault: dict[str, str] = {}

    async def handle(self, party: str, data: bytes) -> bytes:
        """Return the answer to the message `data` of `party`, whom the carrier has made sure of.

        Raises `PeerFault` for bytes that are no message; what is one but is refused is answered
        with a `Fault`. Raises `StateUnknown` and errors of `on_admitted`, which are our own.
        """
        record = self._record
        if party not in record.keyring.others(record.party):
            raise PeerFault(f"'{party}' is no counterpart of this node")
        session = Session(Role.SERVER, record.mechanism, record.party, party)
        try:
            hello, events = _read(session, data)
        except NotAllowed as error:
            self.last_fault[party] = f"what they sent is no message of the exchange: {error.sentence}"
            raise PeerFault(self.last_fault[party]) from error
        self.last_contact_us[party] = self._now()
        self.last_fault[party] = ""
        return self._answer(session, party, hello, events)

    def _answer(self, session: Session, party: str, hello: Hello, events: Sequence[Event]) -> bytes:
        record = self._record
        claim = _claim_on_our_log(record, hello)
        if claim:
            _keep_claim(record, party, hello, f"they {claim}")
            return self._stop(session, party, Fault("our-log", f"you {claim}"), f"they {claim}")
        for event in events:
            if isinstance(event, Fault):
                self.last_fault[party] = f"they say: {event.sentence}"
                return session.send(_hello(record, party)) + session.send(End())
        try:
            said = self._take(party, events)
        except PeerFault as refusal:
            return self._stop(session, party, Fault("refused", refusal.sentence), refusal.sentence)
        # only now: what was admitted and what the receipt added are part of the answer
        message = session.send(_hello(record, party))
        batch = record.batch(record.party, hello.held_size, max_bytes=BATCH_BYTES)
        if batch is not None:
            message += session.send(_entries(batch))
        elif record.recorded(record.party, party) < record.size(record.party):
            message += session.send(Witness(record.note(record.party)))
        return message + b"".join(session.send(event) for event in said) + session.send(End())

    def _stop(self, session: Session, party: str, fault: Fault, sentence: str) -> bytes:
        self.last_fault[party] = sentence
        cut = Fault(fault.code, " ".join(fault.sentence.split())[:MAX_SENTENCE])
        return session.send(_hello(self._record, party)) + session.send(cut) + session.send(End())

    def _take(self, party: str, events: Sequence[Event]) -> list[Event]:
        """Act on a message that was read whole; return what is to be said about it."""
        said: list[Event] = []
        for event in events:
            match event:
                case Entries():
                    with _foreign("the entries were refused"):
                        received = _admit(self._record, event, self._now())
                    if received:
                        self._on_admitted(party)
                case Cosigned(note):
                    with _foreign("the countersignature was refused"):
                        self._record.accept_cosignature(party, note)
                case Witness(note):
                    with _foreign("the request to countersign cannot be met"):
                        said.append(Cosigned(self._record.witness(party, note, now_us=self._now())))
        return said


@contextlib.contextmanager
def _foreign(what: str) -> Iterator[None]:
    """Turn what the record refuses of foreign bytes into a `PeerFault`; `StateUnknown` is ours and passes."""
    try:
        yield
    except (NotAllowed, Tampered) as error:
        raise PeerFault(f"{what}: {error.sentence}") from error


def _read(session: Session, data: bytes) -> tuple[Hello, tuple[Event, ...]]:
    """Return the hello of their whole message and what follows it; `NotAllowed` where it is no whole message."""
    events = session.receive_message(data)
    return next(event for event in events if isinstance(event, Hello)), events[1:]


def _hello(record: SharedRecord, peer: str) -> Hello:
    return Hello(record.mechanism, record.party, record.size(record.party), record.size(peer), record.root(peer))


def _entries(batch: Batch) -> Entries:
    return Entries(batch.log, batch.start, batch.items, batch.note)


def _admit(record: SharedRecord, event: Entries, now_us: int) -> int:
    """Admit a batch and return how many of its entries are new.

    One that starts past what we hold was sent on an old idea of it: it is let lie, and our hello says from where.
    """
    before = record.size(event.log)
    if event.start > before:
        return 0
    return record.admit(Batch(event.log, event.start, event.items, event.note), now_us=now_us) - before


def _claim_on_our_log(record: SharedRecord, hello: Hello) -> str:
    """Return what is wrong with what they say they hold of our log (after "they" or "you"), or an empty string.

    They can hold no more than we ever sent: if they do, this node's store was put back to an older
    state, and another word under our name would be a fork.
    """
    size = record.size(record.party)
    if hello.held_size > size:
        return f"hold more of our log than we do ({hello.held_size} entries against {size})"
    if hello.held_root != record.root(record.party, hello.held_size):
        return f"hold another log under our name than ours (at {hello.held_size} entries)"
    return ""


def _keep_claim(record: SharedRecord, peer: str, hello: Hello, sentence: str) -> None:
    """Keep a hello that contradicts what we hold; it is not signed, so it is evidence for our own officers only."""
    theirs: list[cbor.Value] = [hello.own_size, hello.held_size, hello.held_root]
    ours: list[cbor.Value] = [record.note(record.party), record.note(peer)]
    record.keep_evidence("hello", cbor.encode([sentence, peer, theirs, ours]))
