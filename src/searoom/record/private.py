"""The national log: what one party saw, drafted or judged, kept like the shared record and never handed over.

The same `Log` and `Entry` code under another origin, `<mechanism>/<party>/national`, and under
another mechanism id, `<mechanism>/national`: a national entry would not verify in the shared
record even if somebody put it there. It has no recipients, no cosignature and no `batch`: there
is no method here that a session could call.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from searoom.errors import NotAllowed, SearoomError, Tampered
from searoom.record import checkpoint as notes
from searoom.record import rules
from searoom.record.algorithms import PrivateKey
from searoom.record.checkpoint import Checkpoint, SignedNote, Verifier
from searoom.record.entry import Entry, Statement, place, release, verify_entry
from searoom.record.keys import Key, Role
from searoom.record.log import Log, Progress, Store
from searoom.record.roster import Roster
from searoom.record.seal import KemKey, open_body, seal
from searoom.record.storage import StorageKey

NATIONAL: Final = "national"


class _Nobody:
    """What a national log has heard of others: nothing."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def head_height(self, log: str, size: int) -> int:
        raise NotAllowed(f"a national log hears nobody, not {size} entries of '{log}'")

    def root_of(self, _log: str, _size: int) -> bytes | None:
        return None

    def said_before(self, _log: str, plain_hash: bytes) -> bool:
        return self._log.said(plain_hash)


class PrivateLog:
    """One party's national log; made by `open`."""

    def __init__(
        self,
        store: Store,
        roster: Roster,
        party: str,
        *,
        exercise: bool,
        station_key: PrivateKey,
        log_key: PrivateKey,
        storage: StorageKey,
        progress: Progress | None = None,
    ) -> None:
        self.party, self.exercise = party, exercise
        self.mechanism = f"{roster.mechanism}/{NATIONAL}"
        self._roster = roster
        self._station_key, self._log_key = station_key, log_key
        self._kem = KemKey(storage.national_seed())
        self._origin = f"{notes.origin(roster.mechanism, party)}/{NATIONAL}"
        self._log = self._load(store, progress)

    @classmethod
    def open(
        cls,
        store: Store,
        roster: Roster,
        party: str,
        *,
        exercise: bool,
        station_key: PrivateKey,
        log_key: PrivateKey,
        storage: StorageKey,
        progress: Progress | None = None,
    ) -> "PrivateLog":
        """Return the log rebuilt from `store`; `Tampered` where its entries do not give its signed root."""
        for role, key in ((Role.STATION, station_key), (Role.LOG, log_key)):
            if roster.card(party).key(role).public != key.public:
                raise NotAllowed(f"the {role.value} key at hand is not the one on the card of {party}")
        return cls(
            store,
            roster,
            party,
            exercise=exercise,
            station_key=station_key,
            log_key=log_key,
            storage=storage,
            progress=progress,
        )

    def _load(self, store: Store, progress: Progress | None) -> Log:
        name = f"{self.party}/{NATIONAL}"
        for blocks in (True, False):
            log = Log.load(store, name, blocks=blocks, progress=progress)
            if not log.note and not log.size:
                return log
            try:
                head = self._read_head(log.note)
            except SearoomError as fault:
                raise Tampered(f"the signed note of the national log was changed in the store: {fault}") from fault
            if head.size == log.size and head.root == log.root():
                return log
        raise Tampered(f"the store holds {log.size} national entries that do not give their signed root")

    def _read_head(self, note: bytes) -> Checkpoint:
        """Return the head of a note by any log key that our cards ever named: nobody else's copy can differ."""
        signed = SignedNote.from_bytes(note)
        cards = [card for _, _, card in self._roster.issued(self.party)]
        keys = [Verifier(self._origin, notes.NOTE_TYPE, card.key(Role.LOG).public) for card in cards]
        if notes.check(signed, keys) != (self._origin,) or signed.checkpoint.origin != self._origin:
            raise Tampered(f"the note is not that of {self._origin}")
        return signed.checkpoint

    def use(self, roster: Roster, *, station_key: PrivateKey, log_key: PrivateKey) -> None:
        """Sign with the keys of our newest card from now on."""
        self._roster, self._station_key, self._log_key = roster, station_key, log_key

    @property
    def size(self) -> int:
        """The number of entries."""
        return self._log.size

    def root(self) -> bytes:
        """Return the tree head."""
        return self._log.root()

    def write(self, content: bytes, *, signer: PrivateKey, now_us: int) -> Entry:
        """Seal `content` to ourselves and place it; on return it is durable. `signer`: an officer or the station."""
        (entry,) = self.write_all((content,), signer=signer, now_us=now_us)
        return entry

    def write_all(self, contents: Iterable[bytes], *, signer: PrivateKey, now_us: int) -> tuple[Entry, ...]:
        """Write several at once: under one head and in one transaction, all of them or none."""
        log, placed = self._log, list[Entry]()
        with log.staging():
            items = []
            for content in contents:
                entry, body = self._placed(content, signer, now_us)
                self._check(entry)
                data = entry.to_bytes()
                log.stage(entry, data)
                placed.append(entry)
                items.append((data, body))
            if items:
                head = Checkpoint(self._origin, log.staged_size, log.staged_root())
                note = notes.sign(head, self._origin, self._log_key).to_bytes()
                log.commit(items, note, now_us=now_us)
        return tuple(placed)

    def _placed(self, content: bytes, signer: PrivateKey, now_us: int) -> tuple[Entry, bytes]:
        """Return the entry that stands next, with its sealed body."""
        sealed = seal(
            content,
            mechanism=self.mechanism,
            author=self.party,
            recipients=(),
            readers={self.party: self._kem.public},
        )
        statement = Statement(
            mechanism=self.mechanism,
            exercise=self.exercise,
            author=self.party,
            recipients=(),
            body_hash=sealed.body_hash,
            plain_hash=sealed.plain_hash,
            claimed_us=now_us,
            until_us=None,
        )
        entry = place(
            release(statement, signer),
            log=self.party,
            index=self._log.staged_size,
            height=rules.next_height(self._log.last, (), _Nobody(self._log).head_height),
            heard=(),
            placed_us=now_us,
            station_key=self._station_key,
        )
        return entry, sealed.body

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[Entry, bytes]]:
        """Yield each entry from `start` to before `stop` with its content; `Tampered` where the store was changed."""
        for entry, _, body in self._log.items(start, self._log.size if stop is None else stop):
            yield entry, open_body(body, statement=entry.statement, reader=self.party, kem=self._kem).content

    def signer(self, entry: Entry) -> Key:
        """Return the key that signed what an entry says."""
        return self._roster.by_key_id(self.party, entry.released.signatures[0].key_id)

    def _check(self, entry: Entry) -> None:
        verify_entry(entry, self._roster.card(self.party))
        rules.check_entry(
            entry,
            record=rules.Record(self.mechanism, self.exercise, self._roster),
            log=self.party,
            index=self._log.staged_size,
            previous=self._log.last,
            held=_Nobody(self._log),
        )
