"""The server's side of every exchange: takes what a counterpart sends, answers with what it lacks.

Nothing of a message is acted on before it was read whole; what is refused is answered with a reason.
Between two messages of a counterpart nothing is kept but what the record holds, and how much of
nonsense it has sent.

Rule 1: a counterpart has its quota of bytes that bring nothing and of messages that are refused; what only
asks is always answered.
Rule 2: what came ahead of its place is answered in the same exchange with what our node says to it, ahead too.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Final

from searoom import cbor
from searoom.clock import Now
from searoom.errors import NotAllowed, PeerFault
from searoom.link.claims import Claim
from searoom.link.counterpart import Counterpart, OnAdmitted, one_line
from searoom.link.frames import Ahead, AsideHeld, End, Entries, Event, Fault, Hello, Want, Witness
from searoom.link.mail import Errands, Mail, NoMail
from searoom.link.progress import Message, Outcome, Verdict
from searoom.link.quota import SECOND_US, SMALL_BYTES, Limits, Quota
from searoom.link.session import Role, Session
from searoom.record.roster import author_of
from searoom.record.shared import SharedRecord
from searoom.sentences import Sentence

BATCH_BYTES: Final = 1 << 20
_REMEMBERED: Final = 64  # entries that came ahead, with what was said to them
_ASKS: Final = (Hello, Want, AsideHeld, Fault, End)  # what costs the reader nothing but an answer


def _nobody(_party: str) -> None:
    """Tell nobody."""


class Answerer:
    """Answers all counterparts; `handle` for the messages of an exchange, `wait` for those who wait for news.

    `last_contact_us`, `last_fault` and `verdict` are by party, as far as one has called since the start.
    """

    def __init__(
        self,
        record: SharedRecord,
        *,
        agreement: bytes,
        now: Now,
        on_admitted: OnAdmitted,
        on_ahead: OnAdmitted = _nobody,
        mail: Mail | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._record, self._agreement, self._now = record, agreement, now
        self._on_admitted, self._on_ahead = on_admitted, on_ahead
        self._mail = NoMail() if mail is None else mail
        self._limits = Limits() if limits is None else limits
        self._quotas: dict[str, Quota] = {}
        self._sides: dict[str, Counterpart] = {}
        self._said_to: dict[tuple[str, int], tuple[str, int, int]] = {}
        self._changed = asyncio.Event()
        self.last_contact_us: dict[str, int] = {}
        self.last_fault: dict[str, str] = {}
        self.verdict: dict[str, Verdict] = {}

    async def handle(self, party: str, data: bytes) -> bytes:
        """Return the answer to the message `data` of `party`, whom the carrier has made sure of.

        Raises `PeerFault` for bytes that are no message; what is one but is refused is answered
        with a `Fault`. Raises `StateUnknown` and errors of the callbacks, which are our own.
        """
        record = self._record
        if party not in record.roster.others(record.party):
            raise PeerFault(f"'{party}' is no counterpart of this node")
        quota = self._quotas.setdefault(party, Quota(self._limits))
        if not quota.takes(len(data), self._now()):
            self.last_fault[party] = "they send more that brings nothing new than is read in an hour"
            raise PeerFault(self.last_fault[party])
        session = Session(Role.SERVER, record.mechanism, record.party, party)
        try:
            message = Message.read(session, data)
        except NotAllowed as error:
            quota.brought_nothing(len(data), self._now())
            self.last_fault[party] = f"what they sent is no message of the exchange: {error.sentence}"
            raise PeerFault(self.last_fault[party]) from error
        before = self._state()
        self.last_contact_us[party] = self._now()
        self.last_fault[party] = ""
        answer = self._answer(session, party, message, quota)
        quota.answered(len(answer), self._now())
        if self._state() == before:
            quota.brought_nothing(len(data), self._now())
        else:
            self.changed()
        return answer

    async def wait(self, party: str, heard: bytes) -> bytes:
        """Return a mark of what there is for `party` as soon as it is another than `heard`; nothing is sent by it."""
        while (mark := self._mark(party)) == heard:
            await self._changed.wait()
        return mark

    def changed(self) -> None:
        """Wake those who wait: something was said or came in; the node calls it too."""
        self._changed.set()
        self._changed = asyncio.Event()

    def _state(self) -> tuple[object, ...]:
        record = self._record
        logs = record.logs()
        heads = [(log, record.size(log), len(record.aheads(log))) for log in logs]
        return heads, [record.recorded(log, by) for log in logs for by in record.roster.parties], record.healing

    def _mark(self, party: str) -> bytes:
        record = self._record
        heads: list[cbor.Value] = [[log, record.size(log)] for log in record.logs() if author_of(log) != party]
        asides: list[cbor.Value] = [list(item[:2]) for item in self._mail.pending_asides(party)]
        return hashlib.sha256(cbor.encode([heads, asides])).digest()

    def _answer(self, session: Session, party: str, message: Message, quota: Quota) -> bytes:
        side = self._sides.setdefault(party, self._side(party))
        side.verdict = Verdict.CLEAR
        try:
            return self._act(session, party, side, message, quota)
        finally:
            self.verdict[party] = side.verdict

    def _side(self, party: str) -> Counterpart:
        return Counterpart(
            self._record,
            party,
            agreement=self._agreement,
            now=self._now,
            on_admitted=self._on_admitted,
            on_ahead=self._on_ahead,
            whose="the",
        )

    def _act(self, session: Session, party: str, side: Counterpart, message: Message, quota: Quota) -> bytes:
        hello, errands = message.hello, Errands(self._mail, party)
        urgent = any(isinstance(event, Ahead) and author_of(event.log) == party for event in message.events)
        try:
            side.check_agreement(hello)
        except PeerFault as refusal:
            return self._stop(session, party, side, Fault("agreement", refusal.sentence), refusal.sentence)
        try:
            claim = side.judge(hello)
        except PeerFault as refusal:
            return self._stop(session, party, side, Fault("our-log", f"you {side.tell(hello)}"), refusal.sentence)
        if message.fault:
            self.last_fault[party] = Sentence("link.they_say", said=message.fault)
            return session.send(side.hello()) + session.send(End())
        wait_us = 0 if _only_asks(message) else quota.wait_us(self._now(), urgent=urgent)
        if wait_us:
            sentence = f"messages were refused before this one; the next is acted on in {wait_us // SECOND_US + 1} s"
            return self._stop(session, party, side, Fault("later", sentence), sentence)
        if claim is Claim.MORE:
            self.last_fault[party] = f"they {side.tell(hello)}"
        own, size = self._record.own, self._record.size(self._record.own)
        try:
            outcome = side.act(message, errands)
        except PeerFault as refusal:
            quota.refused(self._now(), urgent=urgent)
            return self._stop(session, party, side, Fault("refused", refusal.sentence), refusal.sentence)
        if errands.refused:
            self.last_fault[party] = f"the {errands.refused}"
        hurried = self._hurried(message.events, own, size)
        most = BATCH_BYTES if quota.answers_whole(self._now()) else SMALL_BYTES
        return self._say(session, side, message, outcome, hurried, errands, most)

    def _say(
        self,
        session: Session,
        side: Counterpart,
        message: Message,
        outcome: Outcome,
        hurried: Sequence[Event],
        errands: Errands,
        most: int,
    ) -> bytes:
        """Return the answer; only now, so that what was admitted and what the receipt added are part of it."""
        hello, record = message.hello, self._record
        may_speak = not record.healing and side.claim(hello) is Claim.FITS
        batches: list[Entries] = []
        if not hurried:
            batches = side.entries(hello, message.wants, most)
        witnesses: dict[str, Witness] = {}
        if may_speak and not side.asks_back(message.wants) and not (batches or hurried):
            witnesses = side.owed_witness(hello, message.wants)
        if side.asks_back(message.wants):
            side.verdict = side.verdict or Verdict.THEY_RESTORED
        back = side.hand_back(hello)
        said: list[Event] = [side.hello(), *side.wants(hello), *outcome.to_say, *hurried, *batches, *back]
        said += witnesses.values()
        answer = b"".join(session.send(event) for event in said)
        answer += errands.say(session) if may_speak else b""
        return answer + session.send(End())

    def _stop(self, session: Session, party: str, side: Counterpart, fault: Fault, sentence: str) -> bytes:
        self.last_fault[party] = sentence
        return session.send(side.hello()) + session.send(one_line(fault)) + session.send(End())

    def _hurried(self, events: Sequence[Event], own: str, size: int) -> list[Event]:
        """Return what our node has just said to what came ahead, or has said when the same came before, ahead too."""
        record, found = self._record, list[tuple[str, int, int]]()
        for event in events:
            if isinstance(event, Ahead) and author_of(event.log) != record.party:
                place = (event.log, event.index)
                if record.own == own and record.size(own) > size:
                    self._said_to[place] = own, size, record.size(own)
                if place in self._said_to:
                    found.append(self._said_to[place])
        while len(self._said_to) > _REMEMBERED:
            self._said_to.pop(next(iter(self._said_to)))
        indexes = sorted({index for log, start, stop in found if log == record.own for index in range(start, stop)})
        pieces = [record.ahead(index) for index in indexes[-8:]]
        return [Ahead(each.log, each.index, each.entry, each.body, each.proof, each.note) for each in pieces]


def _only_asks(message: Message) -> bool:
    return all(isinstance(event, _ASKS) for event in message.events)
