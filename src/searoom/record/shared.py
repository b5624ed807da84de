"""The joint record as one party holds it: its own log, a verified copy of every other's, and who stored what.

There is no shared database and no vote: each log has one author, and each party holds them all.
`say` adds to our own log; `admit` adds to our copy of another's, after everything was verified;
`witness` says, under our mirror key, "we have stored this much of yours": stored, never agreed.

Rule 1: verify all, then store, then act, in this order in one visible function.
Rule 2: what contradicts the copy we hold is refused and kept as evidence; the copy never changes.
Rule 3: the largest size that we cosigned of a log never decreases.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from searoom import cbor
from searoom.errors import NotAllowed, SearoomError, Tampered
from searoom.record import checkpoint, rules
from searoom.record.entry import MAX_ENTRY, Entry, Heard, Released, place, verify_entry
from searoom.record.evidence import Evidence, keeping
from searoom.record.keys import Keyring, Role, SigningKey
from searoom.record.log import MAX_BATCH_ITEMS, Item, Log, Store
from searoom.record.merkle import leaf_hash
from searoom.record.seal import MAX_BODY, check_body, check_key_ids
from searoom.units import MICROSECONDS

MAX_BATCH: Final = 3 << 20
BATCH_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries of one log from `start` on, with bodies, and the log's signed note over exactly their end."""

    log: str
    start: int
    items: tuple[Item, ...]
    note: bytes


class SharedRecord:
    """One party's side of the record; made by `open`, used by one task at a time."""

    def __init__(
        self, store: Store, keyring: Keyring, party: str, exercise: bool, keys: Mapping[Role, SigningKey], now_us: int
    ) -> None:
        self.party, self.keyring, self.mechanism, self.exercise = party, keyring, keyring.mechanism, exercise
        self._store, self._keys, self._now_us = store, keys, now_us
        self._logs: dict[str, Log] = {}
        self._cosigned: dict[tuple[str, str], tuple[int, bytes]] = {}

    @classmethod
    def open(
        cls,
        store: Store,
        keyring: Keyring,
        *,
        party: str,
        mechanism: str,
        exercise: bool,
        station_key: SigningKey,
        log_key: SigningKey,
        mirror_key: SigningKey,
        now_us: int,
    ) -> "SharedRecord":
        """Return the record rebuilt from `store`; the first time, store the signed note of our empty log.

        Raises `NotAllowed` where keys or mechanism are not those of our card, `Tampered` where the
        stored entries do not give the signed roots.
        """
        if keyring.mechanism != mechanism:
            raise NotAllowed(f"the cards are of the mechanism '{keyring.mechanism}', not of '{mechanism}'")
        keys = {Role.STATION: station_key, Role.LOG: log_key, Role.MIRROR: mirror_key}
        for role, key in keys.items():
            if keyring.card(party).key(role).public != key.public:
                raise NotAllowed(f"the {role.value} key at hand is not the one on the card of {party}")
        record = cls(store, keyring, party, exercise, keys, now_us)
        record.recover()
        return record

    def recover(self) -> None:
        """Rebuild everything in memory from the store: at the start, and after a `StateUnknown`."""
        self._logs = {party: Log.open(self._store, party, self._verifier(party)) for party in self.keyring.parties}
        self._cosigned = {}
        for party, log in self._logs.items():
            for by, note in self._store.cosigned(party):
                head = self._read_cosigned(party, by, note)
                if head.size > log.size or head.root != log.root(head.size):
                    raise Tampered(
                        f"{by} has cosigned {head.size} entries of the log of {party} that the store does not have so: "
                        "it was put back to an older state, or changed",
                        advice="Do not say anything from this store. Restore the newer one, or fetch the log again.",
                    )
                self._cosigned[party, by] = head.size, note
        own = self._logs[self.party]
        if not own.note:
            own.commit((), self._sign_head(own), now_us=self._now_us)

    def size(self, party: str) -> int:
        """Return how many entries of a party's log are held here."""
        return self._log(party).size

    def root(self, party: str, size: int | None = None) -> bytes:
        """Return the tree head of a party's log at `size`, or of all that is held."""
        return self._log(party).root(size)

    def heard(self) -> tuple[Heard, ...]:
        """Return the heads of the other parties' logs as held here, sorted by party: what the next entry will say."""
        return tuple(Heard(party, self.size(party), self.root(party)) for party in self.keyring.others(self.party))

    def note(self, party: str) -> bytes:
        """Return the latest signed note of a party's log; empty where nothing of it was ever held."""
        return self._log(party).note

    def entries(self, party: str, start: int = 0) -> Iterator[tuple[Entry, bytes]]:
        """Yield entry and body of a party's log from `start` on; `Tampered` where the store was changed."""
        log = self._log(party)
        for entry, _, body in log.items(start, log.size):
            yield entry, body

    def said(self, party: str, plain_hash: bytes) -> bool:
        """Return whether a statement with this salted hash stands in a party's log already."""
        return self._log(party).said(plain_hash)

    def say(self, released: Released, body: bytes, *, now_us: int) -> Entry:
        """Place a released statement in our own log; on return it is durable, and only then may it leave.

        `now_us` becomes the entry's placed time.
        """
        self._now_us = now_us
        own, heard = self._logs[self.party], self.heard()
        height = rules.next_height(own.last, [(h.party, h.size) for h in heard], self._height)
        station = self._keys[Role.STATION]
        entry = place(released, index=own.size, height=height, heard=heard, placed_us=now_us, station_key=station)
        data = entry.to_bytes()
        with own.staging():
            self._check_item(self.party, entry, data, body)
            own.stage(entry, data)
            own.commit([(data, body)], self._sign_head(own), now_us=now_us)
        return entry

    def batch(self, party: str, start: int, *, max_bytes: int = BATCH_BYTES) -> Batch | None:
        """Return entries of a party's log from `start` on, about `max_bytes` of them but at least one; None if none."""
        log = self._log(party)
        if not 0 <= start < log.size:
            return None
        items, note = log.batch(start, max_bytes)
        return Batch(party, start, items, note)

    def admit(self, batch: Batch, *, now_us: int) -> int:
        """Verify a batch of another party's log, all of it, then store what is new, in one transaction.

        Returns the size that is held then. What is held already may come again, in the same bytes.
        Raises `NotAllowed` for form and for a gap, `Tampered` for a proof; nothing is stored then
        but, where there is some, the evidence.
        """
        self._now_us = now_us
        log = self._log(batch.log)
        if batch.log == self.party:
            raise NotAllowed("our own log is written here and taken from nobody")
        _check_batch(batch)
        head = self._batch_head(log, batch)
        self._compare_held(log, batch, head)
        fresh = batch.items[max(log.size - batch.start, 0) :]
        with log.staging():
            for data, body in fresh:
                self._admit_item(log, data, body, batch.note)
            if fresh:
                with keeping(
                    self.keep_evidence, "note", [batch.log, batch.note, [data for data, _ in fresh]], SearoomError
                ):
                    log.check_note(batch.note)
                log.commit(fresh, batch.note, now_us=now_us)
        return log.size

    def witness(self, party: str, note: bytes, *, now_us: int) -> bytes:
        """Cosign a checkpoint of another party's log that we hold whole: one durable step of its own.

        Returns the note's text with our cosignature line alone. Where we have cosigned as much or
        more before, that one is returned. `NotAllowed` where we hold less, `Tampered` for a fork.
        """
        self._now_us = now_us
        log = self._log(party)
        if party == self.party:
            raise NotAllowed("a party does not cosign its own log")
        with keeping(self.keep_evidence, "forged", [party, note]):
            head = log.read_note(note)
        if head.size > log.size:
            raise NotAllowed(f"{party} asks to cosign {head.size} entries, but {log.size} of them are held here")
        self._compare_root(log, head, note)
        size, cosigned = self._cosigned.get((party, self.party), (0, b""))
        if cosigned and size >= head.size:
            return cosigned
        name, time_s = checkpoint.mirror_name(self.mechanism, self.party), now_us // MICROSECONDS
        line = checkpoint.cosignature(head, name, self._keys[Role.MIRROR], time_s)
        cosigned = checkpoint.SignedNote(head.to_text(), (line,)).to_bytes()
        self._store.cosign(party, self.party, head.size, cosigned)
        self._cosigned[party, self.party] = head.size, cosigned
        return cosigned

    def accept_cosignature(self, peer: str, note: bytes) -> None:
        """Store another party's cosignature on a checkpoint of our log; a smaller one than we have changes nothing.

        What is kept as evidence here is the peer's signature over a head that we never signed.
        """
        own = self._logs[self.party]
        self.keyring.card(peer)
        with keeping(self.keep_evidence, "forged", [peer, note]):
            head = self._read_cosigned(self.party, peer, note)
        with keeping(self.keep_evidence, "cosignature", [peer, note, own.note], SearoomError):
            if head.size > own.size:
                raise NotAllowed(
                    f"{peer} cosigned {head.size} entries of our log, which has {own.size}: they err, or our store was "
                    "put back to an older state",
                    advice="Compare sizes with their watch before anything more is said from this store.",
                )
            if head.root != own.root(head.size):
                raise Tampered(f"{peer} cosigned another log of ours at size {head.size} than the one that we signed")
        if head.size > self.recorded(self.party, peer) or (self.party, peer) not in self._cosigned:
            self._store.cosign(self.party, peer, head.size, note)
            self._cosigned[self.party, peer] = head.size, note

    def recorded(self, party: str, by: str) -> int:
        """Return the largest size of a party's log that `by` has cosigned, as known here; 0 where none is."""
        return self._cosigned.get((party, by), (0, b""))[0]

    def cosigned(self, party: str, by: str) -> bytes | None:
        """Return the largest cosigned note of `by` over a party's log: its text and that one line."""
        held = self._cosigned.get((party, by))
        return held[1] if held else None

    def keep_evidence(self, kind: str, detail: bytes) -> None:
        """Keep bytes of a failed proof, durably; the same bytes twice are kept once."""
        self._store.keep(kind, detail, now_us=self._now_us)

    def evidence(self) -> list[Evidence]:
        """Return the evidence in the order in which it was kept."""
        return list(self._store.kept())

    def _log(self, party: str) -> Log:
        self.keyring.card(party)
        return self._logs[party]

    def _verifier(self, party: str) -> checkpoint.Verifier:
        public = self.keyring.card(party).key(Role.LOG).public
        return checkpoint.Verifier(checkpoint.origin(self.mechanism, party), checkpoint.NOTE_TYPE, public)

    def _sign_head(self, own: Log) -> bytes:
        origin = checkpoint.origin(self.mechanism, self.party)
        head = checkpoint.Checkpoint(origin, own.staged_size, own.staged_root())
        return checkpoint.sign(head, origin, self._keys[Role.LOG]).to_bytes()

    def _read_cosigned(self, party: str, by: str, note: bytes) -> checkpoint.Checkpoint:
        public = self.keyring.card(by).key(Role.MIRROR).public
        name = checkpoint.mirror_name(self.mechanism, by)
        signed = checkpoint.SignedNote.from_bytes(note)
        checkpoint.check(signed, [checkpoint.Verifier(name, checkpoint.COSIGNATURE_TYPE, public)])
        if signed.checkpoint.origin != checkpoint.origin(self.mechanism, party):
            raise NotAllowed(f"the cosigned note is of the log '{signed.checkpoint.origin}' and not of {party}'s")
        return signed.checkpoint

    def _height(self, party: str, size: int) -> int:
        return self._logs[party].height(size)

    def _root_of(self, party: str, size: int) -> bytes | None:
        log = self._logs[party]
        return log.root(size) if size <= log.size else None

    def _check_item(self, party: str, entry: Entry, data: bytes, body: bytes) -> None:
        """Refuse an entry that may not stand next in the log of `party`, whoever brings it."""
        if len(data) > MAX_ENTRY or len(body) > MAX_BODY:
            raise NotAllowed(f"an entry has at most {MAX_ENTRY} bytes and a body at most {MAX_BODY}")
        log = self._logs[party]
        verify_entry(entry, self.keyring)
        parsed = check_body(body, entry.statement)
        rules.check_entry(
            entry,
            previous=log.last,
            index=log.staged_size,
            mechanism=self.mechanism,
            exercise=self.exercise,
            author=party,
            order_of_parties=self.keyring.parties,
            head_height=self._height,
            root_of=self._root_of,
            said_before=log.said,
        )
        check_key_ids(parsed, self.keyring)

    def _batch_head(self, log: Log, batch: Batch) -> checkpoint.Checkpoint:
        """Return the checkpoint of a batch, signed by its log over exactly its end, and with no gap before it."""
        with keeping(self.keep_evidence, "forged", [batch.log, batch.note]):
            head = log.read_note(batch.note)
        if head.size != batch.start + len(batch.items):
            raise NotAllowed(f"the batch ends at {batch.start + len(batch.items)}, but its note is of size {head.size}")
        if batch.start > log.size:
            raise NotAllowed(f"the batch starts at {batch.start}, but only {log.size} entries of {log.name} are held")
        return head

    def _compare_held(self, log: Log, batch: Batch, head: checkpoint.Checkpoint) -> None:
        """Refuse a batch that brings other bytes for what is held: two entries of one place prove a fork."""
        for index, (data, body) in enumerate(batch.items[: max(log.size - batch.start, 0)], batch.start):
            if leaf_hash(data) != log.leaf(index):
                self._fork(log, f"entry {index} of {log.name} comes in other bytes than before", [data, batch.note])
            check_body(body, Entry.from_bytes(data).statement)
        if head.size <= log.size:
            self._compare_root(log, head, batch.note)

    def _compare_root(self, log: Log, head: checkpoint.Checkpoint, note: bytes) -> None:
        if head.root != log.root(head.size):
            self._fork(log, f"{log.name} signed another root of size {head.size} than the one held here", [note])

    def _fork(self, log: Log, sentence: str, found: Sequence[bytes]) -> None:
        """Keep what proves a fork beside the note that it contradicts, then refuse."""
        self.keep_evidence("fork", cbor.encode([sentence, log.name, log.note, *found]))
        raise Tampered(f"the log of {log.name} is forked: {sentence}")

    def _admit_item(self, log: Log, data: bytes, body: bytes, note: bytes) -> None:
        entry = Entry.from_bytes(data)
        for heard in entry.heard:
            if heard.party in self._logs and heard.party != self.party and heard.size > self.size(heard.party):
                raise NotAllowed(f"the entry has heard more of '{heard.party}' than is held here; fetch that first")
        with keeping(self.keep_evidence, "refused", [log.name, data, note], SearoomError):
            self._check_item(log.name, entry, data, body)
        log.stage(entry, data)


def _check_batch(batch: Batch) -> None:
    """Refuse a batch by its form and sizes, before anything in it is read."""
    if batch.start < 0 or not 1 <= len(batch.items) <= MAX_BATCH_ITEMS:
        raise NotAllowed(f"a batch holds 1 to {MAX_BATCH_ITEMS} entries")
    if sum(len(data) + len(body) for data, body in batch.items) > MAX_BATCH:
        raise NotAllowed(f"a batch has at most {MAX_BATCH} bytes")
    if any(len(data) > MAX_ENTRY or len(body) > MAX_BODY for data, body in batch.items):
        raise NotAllowed(f"an entry has at most {MAX_ENTRY} bytes and a body at most {MAX_BODY}")
