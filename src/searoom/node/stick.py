"""Sticks: the exchange carried by hand, for two nodes between which no line works: what is written, and what came.

A stick holds messages as a line would carry them, in parts that our station signs. Nobody answers while it is
written, so it is written for what is known of the other side: what it said last on a stick of its own, or else what
it has countersigned and heard. Whoever reads one answers with another, until neither has anything left to say.

Rule 1: writing says nothing new and may be done again: what is lost, late, twice or out of order does no harm.
Rule 2: what comes is the answerer's, as if a line had brought it; its answer is made anew when a stick is written.
Rule 3: a store that was put back speaks again after a stick that answers one of its own, and after no older one.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from secrets import token_bytes
from typing import Final

from searoom import cbor
from searoom.clock import Now
from searoom.errors import NotAllowed, PeerFault, Tampered
from searoom.link import bundle, frames, offer
from searoom.link.answerer import Answerer
from searoom.link.bundle import Manifest
from searoom.link.claims import Claim
from searoom.link.counterpart import Counterpart, OnAdmitted
from searoom.link.frames import AsideHeld, Cosigned, Entries, Event, Hello, Want, WantAnnex, Witness
from searoom.link.lastwords import HALF, LastWords, Told
from searoom.link.mail import Errands, Mail
from searoom.link.pages import Pages
from searoom.link.progress import Message
from searoom.link.quota import Limits
from searoom.link.session import MAX_MESSAGE_BYTES, MOST, Role, Session
from searoom.record.algorithms import PrivateKey
from searoom.record.keys import Role as KeyRole
from searoom.record.log import Store
from searoom.record.roster import author_of, epoch_of
from searoom.record.shared import SharedRecord

PART_BYTES: Final = 1 << 20
MOST_BYTES: Final = 32 << 20  # of entries on one stick: what is left goes on the next
RUN_BYTES: Final = 1 << 20
MAX_KEPT: Final = 64 << 10  # of a part that was tampered with, as evidence
_AROUND: Final = 1 << 10  # of a part, for its manifest and the lengths of its messages
_BY_HAND: Final = Limits(idle_bytes=1 << 40, free_refusals=1 << 20, most_refusals=1 << 21)  # a person carries it


@dataclass(frozen=True, slots=True)
class Written:
    """One stick: its files by name, how many entries they bring, and from where in which log the next one goes on."""

    parts: tuple[tuple[str, bytes], ...]
    entries: int
    left: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one part: how many entries of each log are new, what was refused, and whether some came early."""

    manifest: Manifest
    gained: Mapping[str, int]
    early: bool
    refused: tuple[str, ...]


class Sticks:
    """The sticks of one node; `store` remembers what each party said last on one."""

    def __init__(
        self,
        record: SharedRecord,
        store: Store,
        mail: Mail,
        *,
        agreement: bytes,
        now: Now,
        on_admitted: OnAdmitted,
    ) -> None:
        self._record, self._mail, self._agreement, self._now = record, mail, agreement, now
        self._words = LastWords(store, record.mechanism, record.party)
        self._on_admitted = on_admitted
        self._answerer = self._answers()

    def _answers(self) -> Answerer:
        return Answerer(
            self._record,
            agreement=self._agreement,
            now=self._now,
            on_admitted=self._on_admitted,
            on_ahead=self._on_admitted,
            mail=self._mail,
            limits=_BY_HAND,
        )

    # -- writing -----------------------------------------------------------------------------------

    def write(
        self,
        peer: str,
        *,
        station: PrivateKey,
        part_bytes: int = PART_BYTES,
        goes_on: Mapping[str, int] | None = None,
        most_bytes: int = MOST_BYTES,
    ) -> Written:
        """Return a stick for `peer`: all that it lacks as far as we know, our answers, and what it is asked for.

        `goes_on` is what `left` said of the stick before, where one was too small. Nothing changes by it.
        """
        record = self._record
        if peer not in record.roster.others(record.party):
            raise NotAllowed(f"'{peer}' is no counterpart of this node", advice="`searoom status` lists the parties.")
        side, told = self._side(peer), self._words.last(peer) or self._assumed(peer)
        lacks = dict(goes_on) if goes_on else self._lacks(side, told)
        room = min(part_bytes - _AROUND, MAX_MESSAGE_BYTES)
        pages = Pages(lambda: self._session(peer), [side.hello(), *side.wants(told.hello)], room)
        entries = 0
        for run in self._runs(lacks, pages.space, most_bytes):
            pages.say(run)
            entries += len(run.items)
        left = {log: at for log, at in lacks.items() if at < record.size(log)}
        fits = side.claim(told.hello) is Claim.FITS
        if fits and not record.healing:
            for event in self._beside(peer, side, told, whole=not left):
                pages.say(event)
            pages.say_errands(self._errands(peer, told))
        return Written(self._files(peer, pages.done(), station, part_bytes), entries, left)

    def _files(
        self, peer: str, messages: Sequence[bytes], station: PrivateKey, part_bytes: int
    ) -> tuple[tuple[str, bytes], ...]:
        record = self._record
        name = token_bytes(HALF) + self._words.read(peer)  # which stick is answered by this one
        if record.healing:
            self._words.ask(peer, name[:HALF], record.own, record.size(record.own))
        files = bundle.make_parts(
            messages,
            mechanism=record.mechanism,
            exercise=record.exercise,
            sender=record.party,
            receiver=peer,
            bundle_id=name,
            station=station,
            max_bytes=part_bytes,
        )
        about = (record.mechanism, record.exercise, record.party, peer, name)
        parts = [Manifest(*about, number, len(files), b"") for number in range(1, len(files) + 1)]
        return tuple((bundle.file_name(part), data) for part, data in zip(parts, files, strict=True))

    def _side(self, peer: str) -> Counterpart:
        def nobody(_party: str) -> None:
            """Tell nobody: writing takes nothing in."""

        return Counterpart(
            self._record,
            peer,
            agreement=self._agreement,
            now=self._now,
            on_admitted=nobody,
            on_ahead=nobody,
            whose="their",
        )

    def _session(self, peer: str) -> Session:
        return Session(Role.CLIENT, self._record.mechanism, self._record.party, peer)

    def _assumed(self, peer: str) -> Told:
        """Return what `peer` is known to hold where it never said so by hand: what it countersigned, or had heard."""
        record, theirs = self._record, self._record.log_of(peer)
        heard: dict[str, int] = {}
        for entry, _ in record.entries(theirs, record.size(theirs) - 1) if record.size(theirs) else ():
            heard = {each.log: each.size for each in entry.heard}
        held = {
            log: min(max(heard.get(log, 0), record.recorded(log, peer)), record.size(log))
            for log in record.logs()
            if author_of(log) != peer
        }
        ours = max(
            (log for log in held if author_of(log) == record.party and held[log]), default=record.own, key=epoch_of
        )
        names = (record.mechanism, self._agreement, peer, theirs, record.size(theirs))
        hello = Hello(*names, ours, held[ours], record.root(ours, held[ours]))
        return Told(hello, tuple(Want(log, size) for log, size in held.items() if log != ours))

    def _lacks(self, side: Counterpart, told: Told) -> dict[str, int]:
        """Return what they lack, by the rules of a line (`Counterpart.entries`)."""
        record = self._record
        if record.healing and not side.asks_back(told.wants):
            return {}
        lacks = offer.lacking(record, told.hello, told.wants)
        if side.claim(told.hello) is not Claim.FITS:
            lacks = {log: start for log, start in lacks.items() if author_of(log) != record.party}
        return lacks

    def _runs(self, lacks: dict[str, int], space: int, most_bytes: int) -> Iterator[Entries]:
        """Yield what they lack in an order in which it can be taken, and move `lacks` on with it."""
        used = 0
        while used < most_bytes and (run := self._run(lacks, space)) is not None:
            used += sum(len(entry) + len(body) for entry, body in run.items)
            lacks[run.log] = run.start + len(run.items)
            yield run

    def _run(self, lacks: Mapping[str, int], space: int) -> Entries | None:
        """Return the next run, as long as a message may be; a single entry may be longer than that."""
        most = min(space, RUN_BYTES)
        while found := offer.batches(self._record, lacks, max_bytes=most, most=1):
            each = found[0]
            run = Entries(each.log, each.start, each.items, each.note, each.proof)
            if len(run.items) == 1 or len(frames.write(run)) <= space:
                return run
            most //= 2
        return None

    def _beside(self, peer: str, side: Counterpart, told: Told, *, whole: bool) -> list[Event]:
        """Return what follows the entries: heads to be countersigned, countersignatures, words that arrived."""
        record = self._record
        then = replace(  # when they have read what stands before
            told.hello, held_log=record.own, held_size=record.size(record.own), held_root=record.root(record.own)
        )
        asked = side.owed_witness(then, ()) if whole and not side.asks_back(told.wants) else {}
        logs = [log for log in record.logs() if author_of(log) == peer]
        notes = [note for log in logs if (note := record.cosigned(log, record.party)) is not None]
        held = [AsideHeld(channel, number) for channel, number in told.asides]
        return [*asked.values(), *(Cosigned(note) for note in notes[-MOST[Cosigned] :]), *held]

    def _errands(self, peer: str, told: Told) -> Errands:
        errands = Errands(self._mail, peer)
        if told.annexes:
            errands.take(WantAnnex(told.annexes))
        return errands

    # -- reading -----------------------------------------------------------------------------------

    async def read(self, data: bytes) -> Taken:
        """Verify one part and act on its messages; the same part again changes nothing.

        Raises `NotAllowed` for what is no part for us, `Tampered` for one that was changed; evidence is kept of it.
        """
        record = self._record
        try:
            part = bundle.read_part(
                data,
                mechanism=record.mechanism,
                exercise=record.exercise,
                receiver=record.party,
                stations=self._stations(),
            )
        except Tampered as fault:
            digest = hashlib.sha256(data).digest()
            record.keep_evidence("stick", cbor.encode([fault.sentence, digest, data[:MAX_KEPT]]))
            raise
        sender, before = part.manifest.sender, self._sizes()
        early, refused = False, list[str]()
        for message in part.messages:
            sentence, late = await self._take(sender, message, part.manifest.bundle_id)
            early, refused = early or late, [*refused, *([sentence] if sentence else [])]
        gained = {log: size - before.get(log, 0) for log, size in self._sizes().items() if size != before.get(log, 0)}
        return Taken(part.manifest, gained, early, tuple(dict.fromkeys(refused)))

    def _sizes(self) -> dict[str, int]:
        return {log: self._record.size(log) for log in self._record.logs()}

    def _stations(self) -> dict[str, list[bytes]]:
        """Return every station key that a counterpart ever had: a stick may be older than its newest card."""
        record = self._record
        return {
            party: [card.key(KeyRole.STATION).public for _, _, card in record.roster.issued(party)]
            for party in record.roster.others(record.party)
        }

    async def _take(self, sender: str, data: bytes, bundle_id: bytes) -> tuple[str, bool]:
        """Hand one message to the answerer; return why it was refused, and whether entries came before their time."""
        try:
            message = Message.read(Session(Role.SERVER, self._record.mechanism, self._record.party, sender), data)
            if not self._reaches(message):  # heads over what stands in a part that was not read yet
                data = self._without_witness(sender, message)
            sentence = await self._answer(sender, data, bundle_id)
        except NotAllowed as fault:
            return f"what {sender} wrote is no message of the exchange: {fault.sentence}", False
        except PeerFault as fault:
            return fault.sentence, False
        if self._side(sender).claim(message.hello) is not Claim.OTHER and not message.fault:
            self._words.keep(sender, message, bundle_id)
        return sentence, any(run.start > self._size(run.log) for run in message.events if isinstance(run, Entries))

    async def _answer(self, sender: str, data: bytes, bundle_id: bytes) -> str:
        record, answerer = self._record, self._answerer
        if record.healing:  # one message of it may be old: alone it fills, and settles nothing
            answerer = self._answers()
            await answerer.handle(sender, data)
            if not self._words.answers(sender, bundle_id[HALF:], record.own, record.size(record.own)):
                return answerer.last_fault[sender]
        await answerer.handle(sender, data)
        return answerer.last_fault[sender]

    def _size(self, log: str) -> int:
        return self._record.size(log) if log in self._record.logs() else 0

    def _reaches(self, message: Message) -> bool:
        """Return whether with this message all is held that its writer had said."""
        own = message.hello.own_log
        reached = self._size(own)
        for run in message.events:
            if isinstance(run, Entries) and run.log == own and run.start <= reached:
                reached = max(reached, run.start + len(run.items))
        return reached >= message.hello.own_size

    def _without_witness(self, sender: str, message: Message) -> bytes:
        session = Session(Role.CLIENT, self._record.mechanism, sender, self._record.party)
        events = [message.hello, *(event for event in message.events if not isinstance(event, Witness))]
        return b"".join(session.send(event) for event in events)

    def held(self, peer: str) -> tuple[str, int]:
        """Return how much of which log of ours `peer` said last that it holds; of none where it never did."""
        told = self._words.last(peer)
        return ("", 0) if told is None else (told.hello.held_log, told.hello.held_size)

    def forget(self, peer: str) -> None:
        """Forget what `peer` said by hand: a line works again, and each end asks the other."""
        self._words.forget(peer)
