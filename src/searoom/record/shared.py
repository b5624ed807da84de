"""The joint record as one party holds it: its own logs, a verified copy of every other's, and who stored what.

There is no shared database and no vote: each log has one author, and each party holds them all.
`say` adds to our own log; `admit` adds to our copy of another's, after everything was verified;
`witness` says, under our mirror key, "we have stored this much of yours": stored, never agreed.

Rule 1: verify all, then store, then act, in this order in one visible function.
Rule 2: what contradicts the copy we hold is refused and kept as evidence; the copy never changes.
Rule 3: a store that was put back to an older state says nothing until others' copies have filled it again.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from searoom.errors import NotAllowed, Tampered
from searoom.record import ahead as aheads
from searoom.record import heads, rules
from searoom.record.admission import Admission
from searoom.record.ahead import Ahead
from searoom.record.algorithms import PrivateKey
from searoom.record.batch import Batch
from searoom.record.cards import Card
from searoom.record.entry import Entry, Heard, Kind, Released, clear_statement, place, release
from searoom.record.evidence import Evidence
from searoom.record.heads import NodeKeys
from searoom.record.healing import Healing
from searoom.record.log import MAX_BATCH_ITEMS, Log, Progress, Store
from searoom.record.logs import Logs
from searoom.record.roster import Roster, author_of, epoch_of, log_name
from searoom.record.shelf import Shelf
from searoom.record.witnesses import Witnesses

KeysFor: TypeAlias = Callable[[Card], NodeKeys]
BATCH_BYTES: Final = 1 << 20


class SharedRecord:
    """One party's side of the record; made by `open`, used by one task at a time."""

    def __init__(
        self, store: Store, roster: Roster, party: str, exercise: bool, keys: NodeKeys | KeysFor, now_us: int
    ) -> None:
        self.party, self.mechanism, self.exercise = party, roster.mechanism, exercise
        self._store, self._first, self._now_us = store, roster, now_us
        self._keys_for = (lambda _card: keys) if isinstance(keys, NodeKeys) else keys

    @classmethod
    def open(
        cls,
        store: Store,
        roster: Roster,
        *,
        party: str,
        exercise: bool,
        keys: NodeKeys | KeysFor,
        now_us: int,
        progress: Progress | None = None,
    ) -> "SharedRecord":
        """Return the record rebuilt from `store`; the first time, store the signed note of our empty log.

        `roster` holds the first cards; later ones stand in the logs, so `keys` may be asked for by our newest
        card. Raises `NotAllowed` where the keys are not those of our card, `Tampered` where the stored entries
        do not give the signed roots.
        """
        record = cls(store, roster, party, exercise, keys, now_us)
        record.recover(progress=progress)
        return record

    def recover(self, *, progress: Progress | None = None) -> None:
        """Rebuild everything in memory from the store: at the start, and after a `StateUnknown`."""
        self._logs = Logs.load(self._store, self._first, progress=progress)
        self._keys = self._keys_for(self.roster.card(self.party))
        self._keys.check(self.roster.card(self.party))
        self._healing = Healing(self._store, self.party, self.roster.others(self.party))
        self._witnesses = Witnesses.load(self._store, self._logs, self.party, self.keep_evidence)
        self._shelf = Shelf(self._store, self.keep_evidence)
        own = self._logs.newest(self.party)
        if not own.note:
            own.commit((), self._sign_head(own), now_us=self._now_us)

    @property
    def roster(self) -> Roster:
        """The cards of all parties, each with the place from which it is in force."""
        return self._logs.roster

    @property
    def own(self) -> str:
        """The name of the log that we write now."""
        return self._logs.newest(self.party).name

    @property
    def healing(self) -> bool:
        """Whether this store was put back to an older state and must be filled from others' copies before it speaks."""
        return self._healing.needed

    def logs(self) -> tuple[str, ...]:
        """Return the names of all logs, by the order of the parties; also of those of which nothing is held yet."""
        return tuple(log.name for log in self._logs)

    def log_of(self, party: str) -> str:
        """Return the name of a party's newest log that is known here."""
        return self._logs.newest(party).name

    def size(self, log: str) -> int:
        """Return how many entries of a log are held here; 0 for a log of a party that is not known here yet."""
        return self._logs.get_or_next(log).size

    def root(self, log: str, size: int | None = None) -> bytes:
        """Return the tree head of a log at `size`, or of all that is held."""
        return self._logs.get_or_next(log).root(size)

    def inclusion(self, log: str, index: int, size: int) -> tuple[bytes, ...]:
        """Return the path from an entry to the tree head of a log at `size` (RFC 6962, 2.1.1)."""
        return self._logs.get(log).inclusion(index, size)

    def note(self, log: str) -> bytes:
        """Return the newest signed note of a log; empty where nothing of it was ever held."""
        return self._logs.get_or_next(log).note

    def heard(self) -> tuple[Heard, ...]:
        """Return the heads of all logs but the one we write, as held here: what the next entry will say.

        As far as a signed note covers them: what came without its end cannot be shown to anybody yet.
        """
        own = self._logs.newest(self.party)
        before = {heard.log: heard.size for heard in own.last.heard} if own.last is not None else {}
        sizes = {log: max(log.noted, before.get(log.name, 0)) for log in self._logs if log is not own}
        held = [Heard(log.name, size, log.root(size)) for log, size in sizes.items() if size]
        return tuple(sorted(held, key=lambda heard: heard.log.encode()))

    def entries(self, log: str, start: int = 0) -> Iterator[tuple[Entry, bytes]]:
        """Yield entry and body of a log from `start` on; `Tampered` where the store was changed."""
        held = self._logs.get(log)
        for entry, _, body in held.items(start, held.size):
            yield entry, body

    def said(self, party: str, plain_hash: bytes) -> bool:
        """Return whether a statement with this salted hash stands in a log of a party already."""
        return self._logs.said_before(party, plain_hash)

    # -- our own words ---------------------------------------------------------------------------

    def say(self, released: Released, body: bytes, *, now_us: int) -> Entry:
        """Place released words in our own log; on return they are durable, and only then may they leave.

        `now_us` becomes the entry's placed time.
        """
        return self.say_all([(released, body)], now_us=now_us)[0]

    def say_all(self, words: Sequence[tuple[Released, bytes]], *, now_us: int) -> tuple[Entry, ...]:
        """Place several released words, one behind the other, in one transaction: all of them or none."""
        if any(released.statement.kind is not Kind.WORDS for released, _ in words):
            raise NotAllowed("cards and new logs are said by deeds of their own")
        return self._say(self._logs.newest(self.party), words, self.roster, self._keys, now_us)

    def issue_card(self, card: bytes, keys: NodeKeys, *, now_us: int) -> Entry:
        """Place our next card, signed by the root's keepers, in our log; from that entry on `keys` are in force."""
        own = self._logs.newest(self.party)
        roster = self.roster.with_card(card, own.name, own.size)
        keys.check(roster.card(self.party))
        statement = clear_statement(
            Kind.CARD, card, mechanism=self.mechanism, exercise=self.exercise, author=self.party, claimed_us=now_us
        )
        (entry,) = self._say(own, [(release(statement, keys.station), card)], roster, keys, now_us)
        self._logs.roster, self._keys, self._keys_for = roster, keys, lambda _card: keys
        return entry

    def open_log(self, released: Released, body: bytes, *, now_us: int) -> Entry:
        """Begin a new log of ours, for the reason in `body`; `released` bears the signatures of two officers.

        For a store that was put back and whose counterparts cannot be reached, and after a fork of our own.
        """
        if released.statement.kind is not Kind.EPOCH:
            raise NotAllowed("a new log begins with the reason why, and with nothing else")
        fresh = self._logs.get_or_next(log_name(self.party, epoch_of(self.own) + 1))
        (entry,) = self._say(fresh, [(released, body)], self.roster, self._keys, now_us, healing=True)
        self._logs.add(fresh)
        self._healing.end()
        return entry

    def _say(
        self,
        own: Log,
        words: Sequence[tuple[Released, bytes]],
        roster: Roster,
        keys: NodeKeys,
        now_us: int,
        *,
        healing: bool = False,
    ) -> tuple[Entry, ...]:
        if not healing:
            self._healing.refuse()
        self._now_us, heard = now_us, self.heard()
        if own.name != self.own:
            heard = self._with_older(heard)
        admission, entries, items = self._admission(), [], []
        with own.staging():
            for released, body in words:
                entry = place(
                    released,
                    log=own.name,
                    index=own.staged_size,
                    height=rules.next_height(own.last, [(h.log, h.size) for h in heard], self._logs.head_height),
                    heard=heard,
                    placed_us=now_us,
                    station_key=keys.station,
                )
                admission.check_item(own, entry, entry.to_bytes(), body, roster, ours=True)
                own.stage(entry, entry.to_bytes())
                entries.append(entry)
                items.append((entry.to_bytes(), body))
            note = heads.sign_head(self.mechanism, own.name, own.staged_size, own.staged_root(), keys.log)
            own.commit(items, note, now_us=now_us)
        return tuple(entries)

    def _with_older(self, heard: Sequence[Heard]) -> tuple[Heard, ...]:
        older = self._logs.newest(self.party)
        own = [Heard(older.name, older.size, older.root())] if older.size else []
        return tuple(sorted([*heard, *own], key=lambda item: item.log.encode()))

    # -- others' words ---------------------------------------------------------------------------

    def batch(self, log: str, start: int, *, max_bytes: int = BATCH_BYTES, most: int = MAX_BATCH_ITEMS) -> Batch | None:
        """Return entries of a log from `start` on, about `max_bytes` of them, 1 to `most`; None if there are none."""
        if log not in self._logs:
            return None
        items, note, proof = self._logs.get(log).batch(start, max_bytes, most) if start >= 0 else ((), b"", ())
        return Batch(log, start, items, note, proof) if items else None

    def admit(self, batch: Batch, *, now_us: int) -> int:
        """Verify a batch of another party's log, all of it, then store what is new, in one transaction.

        Returns the size that is held then. What is held already may come again, in the same bytes. Of our own logs
        the older ones may come, and the one that we write only while this store is to be filled again.
        Raises `NotAllowed` for form and for a gap, `Tampered` for a proof; nothing is stored then
        but, where there is some, the evidence.
        """
        if batch.log == self.own and not self.healing:
            raise NotAllowed("our own log is written here and taken from nobody")
        self._now_us = now_us
        return self._admission().admit(batch, now_us=now_us)

    def _admission(self) -> Admission:
        return Admission(self._logs, self._shelf, self.keep_evidence, self.party, self.exercise)

    # -- ahead of their place --------------------------------------------------------------------

    def ahead(self, index: int) -> Ahead:
        """Return an entry of the log that we write, as it goes ahead of those before it."""
        log = self._logs.newest(self.party)
        found = next(((data, body) for _, data, body in log.items(index, index + 1)), None)
        if found is None:
            raise NotAllowed(f"there is no entry {index} in {log.name}")
        return aheads.prove(log.name, index, found, log.inclusion(index, log.size), log.note)

    def take_ahead(self, ahead: Ahead, *, now_us: int) -> bool:
        """Verify an entry that came ahead of its place and keep it, durably; return whether it is new."""
        self._now_us = now_us
        log = self._logs.get_or_next(ahead.log)
        if author_of(ahead.log) == self.party:
            raise NotAllowed("our own log is written here and taken from nobody")
        return self._shelf.take(ahead, log, rules.Record(self.mechanism, self.exercise, self.roster))

    def aheads(self, log: str) -> tuple[Ahead, ...]:
        """Return what came ahead of its place in a log and has not been reached yet, in order."""
        return self._shelf.waiting(log)

    # -- who stored what -------------------------------------------------------------------------

    def offer(self, *, now_us: int, log: str = "") -> bytes:
        """Return the newest head of one of our logs (the one we write) with both our lines, to be cosigned."""
        return heads.offer(self._logs.get(log or self.own).note, self._keys.log_pq, now_us)

    def witness(self, log: str, note: bytes, *, now_us: int) -> bytes:
        """Cosign a head of another party's log that we hold whole: one durable step of its own."""
        self._now_us = now_us
        keys: tuple[PrivateKey, ...] = (self._keys.mirror, self._keys.mirror_pq)
        return self._witnesses.witness(log, note, keys, now_us)

    def accept_cosignature(self, peer: str, note: bytes) -> None:
        """Store another party's cosignature on a head of one of our logs."""
        self._witnesses.accept(peer, note)

    def recorded(self, log: str, by: str) -> int:
        """Return the largest size of a log that `by` has cosigned, as known here; 0 where none is."""
        return self._witnesses.recorded(log, by)

    def cosigned(self, log: str, by: str) -> bytes | None:
        """Return the largest note of a log with the cosignature of `by`: two lines of the log, two of the mirror."""
        return self._witnesses.cosigned(log, by)

    # -- put back, and filled again ----------------------------------------------------------------

    def mark_restored(self, *, now_us: int) -> None:
        """Say nothing more until all counterparts' copies of our log have been compared: durable on return."""
        self._now_us = now_us
        self._healing.begin(now_us)

    @property
    def restored_us(self) -> int:
        """When this store was last found or marked as put back to an older state; 0 for never."""
        return self._healing.last_us

    def settle(self, peer: str, size: int, root: bytes) -> None:
        """Compare our log with what a peer says it holds of it; where it has no more than we, it is settled with it.

        Raises `Tampered` where the peer holds another log under our name.
        """
        own = self._logs.newest(self.party)
        if size <= own.size:
            if own.root(size) != root:
                raise Tampered(f"{peer} holds another log under our name than we do, at {size} entries")
            self._healing.settled(peer)
            if not self.healing and heads.read_head(own.note, own.name, self.roster).size < own.size:
                own.commit((), self._sign_head(own), now_us=self._now_us)

    # -- evidence ----------------------------------------------------------------------------------

    def keep_evidence(self, kind: str, detail: bytes) -> None:
        """Keep bytes of a failed proof, durably; the same bytes twice are kept once."""
        self._store.keep(kind, detail, now_us=self._now_us)

    def evidence(self) -> list[Evidence]:
        """Return the evidence in the order in which it was kept."""
        return list(self._store.kept())

    def _sign_head(self, own: Log) -> bytes:
        return heads.sign_head(self.mechanism, own.name, own.staged_size, own.staged_root(), self._keys.log)
