"""Keeps one counterpart in step, over whichever carrier works: the client's side of every exchange.

An exchange brings entries one way and the other, and tells each side what the other holds. What
was delivered in one exchange is countersigned in a later one: *delivered* and *recorded* are two
states, and a node may die between them. Nothing is remembered that the record does not hold, but
what the counterpart last said it holds, and that only saves an exchange.

Rule 1: their whole message is read before any of it is acted on; then verify, store, act.
Rule 2: what they send wrongly ends as a sentence in `Progress.fault`; what fails here is raised.
Rule 3: where they hold of our own log what we do not, it is taken back first; until then nothing is signed or said.
Rule 4: every exchange of a meeting changes something, or the meeting ends and says why.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from searoom.clock import Now
from searoom.errors import NotAllowed, PeerFault
from searoom.link import offer
from searoom.link.carriers import Carrier
from searoom.link.claims import Claim
from searoom.link.counterpart import Counterpart, OnAdmitted
from searoom.link.frames import Ahead, End, Entries, Event, Hello, Want, Witness
from searoom.link.mail import Errands, Mail, NoMail
from searoom.link.progress import Message, Outcome, Progress, Verdict
from searoom.link.session import Role, Session
from searoom.record.roster import author_of, epoch_of
from searoom.record.shared import SharedRecord
from searoom.sentences import Sentence

MAX_ROUNDS: Final = 64  # exchanges in one meeting; a longer backlog goes on in the next
BATCH_BYTES: Final = 1 << 20  # of entries and bodies in one exchange, each way
WAIT_S: Final = 25.0
MAX_PAUSE_S: Final = 15.0  # before asking one for news who keeps saying that there is some, and has none
_HOLLOW: Final = 3  # times that this is taken for chance


@dataclass(slots=True)
class _Tally:
    rounds: int = 0
    sent: int = 0
    received: int = 0
    healed: int = 0


@dataclass(frozen=True, slots=True)
class _Question:
    """What one exchange asked, and what stood here when it was asked: the answer is judged against that."""

    session: Session
    message: bytes
    hello: Hello
    wants: tuple[Want, ...]
    batches: tuple[Entries, ...]
    asked: dict[str, int]  # logs of ours that they were asked to countersign, and how much of them had been
    busy: bool  # whether it brings them anything at all


def _nobody(_party: str) -> None:
    """Tell nobody."""


class Courier:
    """Meets one counterpart: sends what it does not hold, takes what we do not, countersigns and is countersigned.

    `agreement` is the hash of the text that both work by. `on_admitted` is called with the author's name
    when new entries are down on disk: the node may write its receipt there; `on_ahead` likewise when one
    came ahead of its place. `last_contact_us` is 0 until the first whole answer came; `taken` is the most
    of the log we write that they have said they hold since the start.
    """

    def __init__(
        self,
        record: SharedRecord,
        peer: str,
        carrier: Carrier,
        *,
        agreement: bytes,
        now: Now,
        on_admitted: OnAdmitted,
        on_ahead: OnAdmitted = _nobody,
        mail: Mail | None = None,
        max_rounds: int = MAX_ROUNDS,
        batch_bytes: int = BATCH_BYTES,
    ) -> None:
        self._record, self._peer, self._carrier, self._now = record, peer, carrier, now
        self._mail = NoMail() if mail is None else mail
        self._routine, self._urgent = (
            Counterpart(
                record,
                peer,
                agreement=agreement,
                now=now,
                on_admitted=on_admitted,
                on_ahead=on_ahead,
                whose="their",
            )
            for _ in range(2)
        )
        self._max_rounds, self._batch_bytes = max_rounds, batch_bytes
        self._told: Message | None = None  # what they last said; None: ask before sending
        self._to_say: list[Event] = []
        self._meeting = asyncio.Lock()
        self._token = b""
        self._hollow = 0
        self.taken, self._taken_of = 0, ""
        self.last_contact_us = 0
        self.last_fault = ""
        self.verdict = Verdict.CLEAR

    async def meet(self) -> Progress:
        """Repeat exchanges until both are in step, at most `max_rounds`; a fault of theirs or of the line ends it.

        Raises only what is our own: `StateUnknown` for our disk, and errors of the callbacks.
        """
        async with self._meeting:  # one meeting at a time: a second caller waits and then finds all in step
            tally, in_step, self.last_fault = _Tally(), False, ""
            self._routine.verdict = Verdict.CLEAR
            errands = Errands(self._mail, self._peer)
            try:
                while not in_step and tally.rounds < self._max_rounds:
                    tally.rounds += 1
                    in_step = await self._round(tally, errands)
                    if not in_step and self._settled_here():
                        break  # the rest is to be had from others
            except PeerFault as fault:
                self._told, self._to_say = None, []
                self.last_fault = fault.sentence
            if errands.refused and not self.last_fault:
                self.last_fault = Sentence("link.theirs", refused=errands.refused)
            self.verdict = self._routine.verdict
            if self._record.healing and not self.verdict:
                self.verdict = Verdict.WE_RESTORED
            self._hollow = 0 if tally.received or tally.healed else self._hollow
            return Progress(
                in_step, tally.rounds, tally.sent, tally.received, self.last_fault, tally.healed, self.verdict
            )

    async def send_ahead(self, index: int) -> Progress:
        """Send an entry of the log we write ahead of its place, at once, also while a meeting is under way.

        They verify and keep it and answer with their receipt, ahead too. Doing it again is harmless.
        """
        side, fault, received = self._urgent, "", 0
        side.verdict = Verdict.CLEAR
        try:
            received = await self._hurry(side, index)
        except PeerFault as error:
            fault = self.last_fault = error.sentence
        sent = int(not fault)
        return Progress(in_step=False, rounds=1, sent=sent, received=received, fault=fault, verdict=side.verdict)

    async def _hurry(self, side: Counterpart, index: int) -> int:
        if self._record.healing:
            raise PeerFault("nothing is sent before our log has been compared with their copy of it")
        piece, session = self._record.ahead(index), self._session()
        said = Ahead(piece.log, piece.index, piece.entry, piece.body, piece.proof, piece.note)
        message = b"".join(session.send(event) for event in (side.hello(), said, End()))
        answer = _read(session, await self._carrier.exchange(message, urgent=True))
        self._hear(side, answer)
        return side.act(answer, Errands(self._mail, self._peer)).ahead

    async def wait(self, limit_s: float = WAIT_S) -> bool:
        """Return true as soon as they have something that we have not heard of, or false after `limit_s`.

        Raises `PeerFault` where they cannot be asked. The first time it is true at once.
        """
        if self._hollow > _HOLLOW:
            await asyncio.sleep(min(0.1 * 2 ** (self._hollow - _HOLLOW), MAX_PAUSE_S))
        token = await self._carrier.wait(self._token, limit_s)
        if not token or token == self._token:
            return False
        self._token = token
        self._hollow = min(self._hollow + 1, 16)
        return True

    def _session(self) -> Session:
        return Session(Role.CLIENT, self._record.mechanism, self._record.party, self._peer)

    async def _round(self, tally: _Tally, errands: Errands) -> bool:
        question = self._ask(errands)
        answer = _read(question.session, await self._carrier.exchange(question.message))
        claim = self._hear(self._routine, answer, question.hello)
        before, self._told, self._to_say = self._told, answer, []
        if answer.hello.held_log == self._record.own:
            self.taken = max(self.taken if self._taken_of == self._record.own else 0, answer.hello.held_size)
            self._taken_of = self._record.own
        tally.sent += sum(_stored(batch, answer.hello) for batch in question.batches if self._ours(batch.log))
        outcome = self._routine.act(answer, errands)
        tally.received += outcome.received
        tally.healed += outcome.healed
        self._to_say = outcome.to_say
        self._check_headway(question, before, answer, outcome, claim)
        if self._in_step(answer, outcome) or errands.left:
            return not errands.left
        idle = outcome.empty and not question.busy and self._routine.hello() == question.hello  # nothing said meanwhile
        if idle and _same(before, answer) and not self._settled_here():
            self._tell_filling(answer)
            raise PeerFault("the exchanges bring neither side any further, and they give no reason")
        return False

    def _ask(self, errands: Errands) -> _Question:
        side, session, told = self._routine, self._session(), self._told
        hello, batches, witnesses = side.hello(), list[Entries](), dict[str, Witness]()
        wants = side.wants(None if told is None else told.hello)
        may_speak = not self._record.healing and (told is None or side.claim(told.hello) is Claim.FITS)
        if told is not None:
            batches = side.entries(told.hello, told.wants, self._batch_bytes)
            ready = may_speak and not side.asks_back(told.wants)
            if ready and not any(self._ours(batch.log) for batch in batches):
                witnesses = side.owed_witness(told.hello, told.wants)
        answered = self._to_say if may_speak else []
        back = [] if told is None else side.hand_back(told.hello)
        said: list[Event] = [hello, *wants, *answered, *batches, *back, *witnesses.values()]
        message = b"".join(session.send(event) for event in said)
        beside = errands.say(session) if may_speak else b""
        asked = {log: self._record.recorded(log, self._peer) for log in witnesses}
        busy = bool(answered or batches or witnesses or beside)
        message += beside + session.send(End())
        return _Question(session, message, hello, tuple(wants), tuple(batches), asked, busy)

    def _ours(self, log: str) -> bool:
        return author_of(log) == self._record.party

    def _hear(self, side: Counterpart, answer: Message, asked_with: Hello | None = None) -> Claim:
        """Judge an answer by its hello, before anything in it is acted on; raise `PeerFault` where it ends there."""
        self.last_contact_us = self._now()
        side.check_agreement(answer.hello)
        claim = side.judge(answer.hello)
        if asked_with is not None:
            self._judge_theirs(answer, asked_with)
        if answer.fault:
            raise PeerFault(Sentence("link.they_say", said=answer.fault))
        return claim

    def _judge_theirs(self, answer: Message, asked_with: Hello) -> None:
        """Tell a node that was put back from one that disowns: the first asks for what it lacks."""
        hello, held = answer.hello, asked_with.held_size
        if (epoch_of(hello.own_log), hello.own_size) >= (epoch_of(asked_with.held_log), held):
            return  # judged by what we held when we asked: they cannot have had less then, unless they lost it
        known = self._routine.verdict is Verdict.THEY_RESTORED
        self._routine.verdict = Verdict.THEY_RESTORED
        sentence = f"we hold more of their log than they do ({held} entries against {hello.own_size}): "
        sentence += "their node was put back to an older state and "
        if not self._routine.asks_back(answer.wants):
            self._routine.keep(hello, sentence + "does not ask for it, or disowns what it said")
            raise PeerFault(sentence + "does not ask for it, or disowns what it said")
        if not known:  # once a meeting: it grows with every exchange
            self._routine.keep(hello, sentence + "asks for it")

    def _check_headway(
        self, question: _Question, before: Message | None, answer: Message, outcome: Outcome, claim: Claim
    ) -> None:
        """End a meeting in which the counterpart only goes through the motions: each round must change something."""
        hello = answer.hello
        asked_back = claim is Claim.MORE and any(self._ours(want.log) for want in question.wants)
        if asked_back and not outcome.healed and not outcome.received:
            raise PeerFault(f"they {self._routine.tell(hello)}, and do not hand it back")
        if question.batches and _same(before, answer):
            raise PeerFault("they did not store the entries that we sent, and give no reason")
        if any(self._record.recorded(log, self._peer) <= size for log, size in question.asked.items()):
            raise PeerFault("they hold our entries but do not countersign them, and give no reason")
        if claim is Claim.FITS and outcome.lacking and not outcome.received and not outcome.healed:
            self._routine.verdict = Verdict.NOT_YET
            log, size = next(iter(outcome.lacking.items()))
            raise PeerFault(f"their entries cannot be verified yet: they have heard {size} entries of '{log}'")
        theirs = (epoch_of(hello.own_log), hello.own_size)
        handed = any(isinstance(event, Entries) for event in answer.events)
        if theirs > (epoch_of(question.hello.held_log), question.hello.held_size) and not handed:
            self._tell_filling(answer)
            raise PeerFault("they have entries that we do not hold, and hand over none")

    def _tell_filling(self, answer: Message) -> None:
        if self._routine.asks_back(answer.wants):
            self._routine.verdict = Verdict.THEY_RESTORED
            raise PeerFault("their node is being filled again from others' copies, and signs nothing before it is")

    def _in_step(self, answer: Message, outcome: Outcome) -> bool:
        hello, record, side = answer.hello, self._record, self._routine
        if outcome.received or outcome.healed or self._to_say or side.claim(hello) is not Claim.FITS:
            return False
        they_have_ours = not offer.lacking(record, hello, answer.wants) and not side.asks_back(answer.wants)
        held = record.log_of(self._peer)
        we_have_theirs = (epoch_of(hello.own_log), hello.own_size) <= (epoch_of(held), record.size(held))
        return they_have_ours and we_have_theirs and side.recorded() and not record.healing

    def _settled_here(self) -> bool:
        """Whether nothing more can be had here for a store that is being filled again."""
        told = self._told
        if not self._record.healing or told is None or not self._routine.settled:
            return False
        held = self._record.log_of(self._peer)
        theirs = (epoch_of(told.hello.own_log), told.hello.own_size)
        return theirs <= (epoch_of(held), self._record.size(held)) and not self._offers(told)

    def _offers(self, told: Message) -> bool:
        return bool(self._routine.entries(told.hello, told.wants, 1))


def _read(session: Session, data: bytes) -> Message:
    try:
        return Message.read(session, data)
    except NotAllowed as error:
        raise PeerFault(Sentence("link.no_message", what=error.sentence)) from error


def _same(before: Message | None, answer: Message) -> bool:
    """Return whether they say of what both hold just what they said before."""
    return before is not None and (before.hello, before.wants) == (answer.hello, answer.wants)


def _stored(batch: Entries, hello: Hello) -> int:
    """Return how many entries of a batch they have, by their hello afterwards."""
    if epoch_of(hello.held_log) != epoch_of(batch.log):
        return len(batch.items) if epoch_of(hello.held_log) > epoch_of(batch.log) else 0
    return min(max(hello.held_size - batch.start, 0), len(batch.items))
