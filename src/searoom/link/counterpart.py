"""One counterpart as the record knows it: what we say of us, what we make of what it says, at both ends alike.

Every message opens with who holds how much. That alone tells three things apart: nothing is wrong, one
of the two was put back to an older state and is filled again from the other's copy, or there are two
logs under one name. What follows is taken piece by piece: verified, stored, and only then acted on.

Rule 1: what they send wrongly ends as `PeerFault`; what fails here (`StateUnknown`) passes.
Rule 2: a claim to hold more of our log than we do is believed when our own log's signature shows it, not before;
then nothing is signed here until our log is whole again.
Rule 3: an entry that has heard what we do not hold is no fault of theirs: it is let lie, and what it lacks is wanted.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from searoom import cbor
from searoom.clock import Now
from searoom.errors import NotAllowed, PeerFault, Tampered
from searoom.link import claims, offer
from searoom.link.claims import Claim
from searoom.link.frames import (
    MAX_SENTENCE,
    Ahead,
    Annex,
    Aside,
    AsideHeld,
    Cosigned,
    Entries,
    Fault,
    Hello,
    Want,
    WantAnnex,
    Witness,
)
from searoom.link.mail import Errands
from searoom.link.progress import Message, Outcome, Verdict
from searoom.link.session import MOST
from searoom.record import ahead, checkpoint, heads
from searoom.record.batch import Batch
from searoom.record.entry import Entry
from searoom.record.roster import author_of, epoch_of
from searoom.record.shared import SharedRecord

OnAdmitted = Callable[[str], None]
MOST_BACK: Final = 4  # of what came ahead, in one message
ANOTHER_TEXT: Final = "the two nodes work by two texts of the agreement"


class Counterpart:
    """One peer, over our record; `whose` opens the sentences about what it sent: "their" or "the"."""

    def __init__(
        self,
        record: SharedRecord,
        peer: str,
        *,
        agreement: bytes,
        now: Now,
        on_admitted: OnAdmitted,
        on_ahead: OnAdmitted,
        whose: str,
    ) -> None:
        self._record, self._peer, self._agreement, self._now = record, peer, agreement, now
        self._on_admitted, self._on_ahead, self._whose = on_admitted, on_ahead, whose
        self._untold: set[tuple[str, bool]] = set()  # what came while it was not known whether our log is whole
        self._shown: dict[str, int] = {}  # how far our own log once reached, by what came ahead there
        self._asked: tuple[str, int] | None = None  # of our log, while it is filled again: what we said is here
        self._unproven = 0  # messages in a row that claimed more of our log than we hold and showed nothing of it
        self.settled = False  # whether our log was compared with their copy, since it is being filled again
        self.verdict = Verdict.CLEAR

    def hello(self) -> Hello:
        """Return who we are and what both sides hold, as it stands now."""
        record, held = self._record, self._record.log_of(self._peer)
        return Hello(
            record.mechanism,
            self._agreement,
            record.party,
            record.own,
            record.size(record.own),
            held,
            record.size(held),
            record.root(held),
            claims.seen(record, held),
        )

    def wants(self, theirs: Hello | None) -> list[Want]:
        """Return how much we hold of the logs that our hello does not tell of; of ours where they hold more."""
        record, found = self._record, list[Want]()
        lost = None if theirs is None or self.claim(theirs) is not Claim.MORE else theirs.held_log
        for log in record.logs():
            ours = author_of(log) == record.party
            if log == record.log_of(self._peer) or (ours and log != lost and not record.healing):
                continue
            found.append(Want(log, record.size(log)))
        if lost is not None and lost not in record.logs():
            found.append(Want(record.own, record.size(record.own)))  # what comes after it comes too
        self._asked = (record.own, record.size(record.own)) if record.healing else None
        return found[-MOST[Want] :]

    def hand_back(self, hello: Hello) -> list[Ahead]:
        """Return entries of theirs that came ahead here and that their log, by this hello, does not reach."""
        found = []
        for log in self._record.logs():
            if author_of(log) == self._peer and epoch_of(log) >= epoch_of(hello.own_log):
                reached = hello.own_size if log == hello.own_log else 0
                found += [piece for piece in self._record.aheads(log) if piece.index >= reached]
        return [Ahead(one.log, one.index, one.entry, one.body, one.proof, one.note) for one in found[:MOST_BACK]]

    def asks_back(self, wants: Sequence[Want]) -> bool:
        """Return whether they ask for entries of their own: their store is being filled again."""
        return any(author_of(want.log) == self._peer for want in wants)

    def entries(self, hello: Hello, wants: Sequence[Want], max_bytes: int) -> list[Entries]:
        """Return what they lack, as they can take it.

        Nothing while this store is being filled again, unless theirs is too, which cannot verify its own
        words without ours; and of our own nothing, where they hold of it what we do not.
        """
        record = self._record
        if record.healing and not self.asks_back(wants):
            return []
        lacks = offer.lacking(record, hello, wants)
        if self.claim(hello) is not Claim.FITS:
            lacks = {log: start for log, start in lacks.items() if author_of(log) != record.party}
        found = offer.batches(record, lacks, max_bytes=max_bytes, most=MOST[Entries])
        return [Entries(each.log, each.start, each.items, each.note, each.proof) for each in found]

    def owed_witness(self, hello: Hello, wants: Sequence[Want]) -> dict[str, Witness]:
        """Return the heads, by log, of ours that they hold whole and have not countersigned yet."""
        record = self._record
        lacks = offer.lacking(record, hello, wants)
        logs = [log for log in record.logs() if author_of(log) == record.party and log not in lacks]
        owing = [log for log in logs if record.recorded(log, self._peer) < record.size(log)]
        return {log: Witness(record.offer(now_us=self._now(), log=log)) for log in owing[-MOST[Witness] :]}

    def recorded(self) -> bool:
        """Return whether they have countersigned all that we said; what they said is theirs to have countersigned."""
        record = self._record
        logs = [log for log in record.logs() if author_of(log) == record.party]
        return all(record.recorded(log, self._peer) == record.size(log) for log in logs)

    def check_agreement(self, hello: Hello) -> None:
        """Refuse who works by another text: the same words would bind the two to different things."""
        if hello.agreement != self._agreement:
            raise PeerFault(
                f"{ANOTHER_TEXT}, or one of them is in an exercise",
                advice="Compare the agreement's hash on both nodes; nothing is exchanged until they are equal.",
            )

    def claim(self, hello: Hello) -> Claim:
        """Return how what they say they hold of our log fits what we hold of it."""
        return claims.claim(self._record, hello)

    def tell(self, hello: Hello) -> str:
        """Return what is wrong with what they hold of our log, after "they" or "you"; empty where it fits."""
        return claims.tell(self._record, hello)

    def keep(self, hello: Hello, sentence: str) -> None:
        """Keep a hello that contradicts what we hold."""
        claims.keep(self._record, self._peer, hello, sentence)

    def judge(self, hello: Hello) -> Claim:
        """Return the claim, after an unfit one was kept; raise `PeerFault` for another log under our name."""
        record, claim = self._record, self.claim(hello)
        if claim is not Claim.FITS and not record.healing:
            self.keep(hello, f"they {self.tell(hello)}")
        if claim is Claim.OTHER:
            raise PeerFault(f"they {self.tell(hello)}")
        if claim is Claim.MORE:
            self.verdict = Verdict.WE_RESTORED if record.healing else Verdict.NOT_YET
        return claim

    def _settle(self, hello: Hello) -> None:
        """Take the mark off for them, where they have heard how far our log reaches, and show no more of it."""
        record, own = self._record, self._record.own
        size, seen = (hello.held_size, hello.held_seen) if hello.held_log == own else (0, 0)
        reached = max(self._shown.get(own, 0), seen)  # what once went ahead, and we have no more, has taken its place
        self.settled = self._asked == (own, record.size(own)) and reached <= record.size(own)
        if not self.settled:
            return
        record.settle(self._peer, size, record.root(own, size))
        if not record.healing:
            for party in record.roster.others(record.party):  # what came while nothing could be said is answered now
                self._on_admitted(party)
                self._on_ahead(party)

    def act(self, message: Message, errands: Errands) -> Outcome:
        """Verify, store and act on a message that was read whole, in order; `PeerFault` where a piece is refused."""
        outcome, hello = Outcome(), message.hello
        for event in message.events:
            match event:
                case Entries():
                    self._entries(hello, event, outcome)
                case Ahead():
                    self._ahead(hello, event, outcome)
                case Cosigned() | Witness():
                    if not self._filling(hello):  # nothing is signed; they will ask again
                        self._cosign(event, outcome)
                case Aside() | AsideHeld() | WantAnnex() | Annex():
                    errands.take(event)
        if outcome.received:
            errands.refresh()
        fits = self.claim(hello) is Claim.FITS
        before, self.settled = self.settled, False
        if self._record.healing and fits:
            self._settle(hello)
        outcome.settled = self.settled and not before
        self._unproven = 0 if fits or outcome.healed else self._unproven + 1
        if not self._record.healing and (fits or self._unproven > 1):
            untold, self._untold = self._untold, set()
            for party, ahead_of_place in sorted(untold):
                self._tell(party, ahead_of_place=ahead_of_place, wait=False)
        return outcome

    @contextlib.contextmanager
    def foreign(self, what: str) -> Iterator[None]:
        """Turn what is refused of foreign bytes into a `PeerFault`; `StateUnknown` is ours and passes."""
        try:
            yield
        except (NotAllowed, Tampered) as error:
            if isinstance(error, Tampered) and self._proves_fork(error.sentence):
                self.verdict = Verdict.FORK
            raise PeerFault(f"{self._whose} {what}: {error.sentence}") from error

    def _proves_fork(self, sentence: str) -> bool:
        """Return whether what was refused was kept as the proof of a fork: two things signed by one key."""
        for piece in self._record.evidence():
            if piece.kind == "fork":
                detail = cbor.decode(piece.detail, max_bytes=len(piece.detail))
                if isinstance(detail, list) and isinstance(detail[0], str) and detail[0] in sentence:
                    return True
        return False

    def _cosign(self, event: Cosigned | Witness, outcome: Outcome) -> None:
        if isinstance(event, Cosigned):
            with self.foreign("countersignature was refused"):
                self._record.accept_cosignature(self._peer, event.note)
        else:
            with self.foreign("request to countersign cannot be met"):
                log = self._log_of_note(event.note)
                outcome.to_say.append(Cosigned(self._record.witness(log, event.note, now_us=self._now())))

    def _entries(self, hello: Hello, event: Entries, outcome: Outcome) -> None:
        record, writer = self._record, author_of(event.log)
        ours, filling = writer == record.party, self._filling(hello)
        with self.foreign("entries were refused"):
            before = record.size(event.log)
            if event.start > before or (ours and not (filling and self._refills(event))):
                return  # sent on an old idea of what we hold: our hello says from where
            if filling and self._lacks(event, outcome, ours_too=True):
                return
            batch = Batch(event.log, event.start, event.items, event.note, event.proof)
            try:
                gained = record.admit(batch, now_us=self._now()) - before
            except NotAllowed:
                if not self._lacks(event, outcome, ours_too=filling):
                    raise
                return
        if ours:
            outcome.healed += gained
            self.verdict = Verdict.WE_RESTORED
        elif gained:
            outcome.received += gained
            self._tell(writer, ahead_of_place=False, wait=filling)

    def _refills(self, event: Entries) -> bool:
        """Return whether entries of our own are to be taken back: only where our own log has signed more than is here.

        That proves that this store was put back; from then on, durably, nothing is signed here. An
        older log of ours is only read: to fill it needs no such mark.
        """
        record = self._record
        if record.healing or epoch_of(event.log) < epoch_of(record.own):
            return True
        if heads.read_head(event.note, event.log, record.roster).size <= record.size(event.log):
            return False
        record.mark_restored(now_us=self._now())
        return True

    def _filling(self, hello: Hello) -> bool:
        """Return whether our own log may not be whole."""
        return self._record.healing or self.claim(hello) is Claim.MORE

    def _lacks(self, event: Entries, outcome: Outcome, *, ours_too: bool) -> bool:
        """Note which logs these entries have heard further than we hold them; they wait until we do.

        Who has heard more of our own log than there is lies, unless our store may have been put back.
        """
        known = set(self._record.logs())
        lacking: dict[str, int] = {}
        for data, _ in event.items:
            for heard in Entry.from_bytes(data).heard:
                if author_of(heard.log) == self._record.party and not ours_too:
                    continue
                held = self._record.size(heard.log) if heard.log in known else 0
                if heard.size > max(held, lacking.get(heard.log, 0)):
                    lacking[heard.log] = heard.size
        outcome.lacking |= lacking
        return bool(lacking)

    def _ahead(self, hello: Hello, event: Ahead, outcome: Outcome) -> None:
        filling = self._filling(hello)
        piece = ahead.Ahead(event.log, event.index, event.entry, event.body, event.proof, event.note)
        if author_of(event.log) == self._record.party:
            self._ahead_back(piece, outcome)
            return
        with self.foreign("entry ahead of its place was refused"):
            outcome.ahead += self._record.take_ahead(piece, now_us=self._now())
        self._tell(self._peer, ahead_of_place=True, wait=filling)

    def _ahead_back(self, piece: ahead.Ahead, outcome: Outcome) -> None:
        """Take notice of an entry of ours that went ahead and that our log does not reach: our store was put back.

        Where it stands next, it is taken back; else what lies between must come from others first.
        """
        record = self._record
        with self.foreign("entry of ours was refused"):
            held = record.size(piece.log)
            if piece.index < held or epoch_of(piece.log) < epoch_of(record.own):
                return
            ahead.check_ahead(piece, record.roster)  # under the signature of our own log
            if not record.healing:
                record.mark_restored(now_us=self._now())
            self.verdict = Verdict.WE_RESTORED
            self._shown[piece.log] = max(self._shown.get(piece.log, 0), piece.index + 1)
            size = heads.read_head(piece.note, piece.log, record.roster).size
            if piece.index == held == size - 1:
                batch = Batch(piece.log, held, ((piece.entry, piece.body),), piece.note, ())
                outcome.healed += record.admit(batch, now_us=self._now()) - held

    def _tell(self, party: str, *, ahead_of_place: bool, wait: bool) -> None:
        """Tell the node what came, or keep it until our log is known to be whole: a receipt could fork it."""
        if wait:
            self._untold.add((party, ahead_of_place))
        else:
            (self._on_ahead if ahead_of_place else self._on_admitted)(party)

    def _log_of_note(self, note: bytes) -> str:
        origin = checkpoint.SignedNote.from_bytes(note).checkpoint.origin
        for log in self._record.logs():
            if author_of(log) == self._peer and checkpoint.origin(self._record.mechanism, log) == origin:
                return log
        raise NotAllowed(f"the note is of '{origin}', which is no log of '{self._peer}' that is held here")


def one_line(fault: Fault) -> Fault:
    """Return a fault as it can be said: in one line, and no longer than a sentence may be."""
    return Fault(fault.code, " ".join(fault.sentence.split())[:MAX_SENTENCE])
