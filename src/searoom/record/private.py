"""The national log: what one party saw, drafted or judged, kept like the shared record and never handed over.

The same `Log` and `Entry` code under another origin, `<mechanism>/<party>/national`, and under
another mechanism id, `<mechanism>/national`: a national entry would not verify in the shared
record even if somebody put it there. It has no recipients, no cosignature and no `batch`: there
is no method here that a session could call.
"""

from collections.abc import Iterator
from typing import Final

from searoom.errors import NotAllowed
from searoom.record import checkpoint, rules
from searoom.record.entry import Entry, Statement, place, release, verify_entry
from searoom.record.keys import Card, Key, Keyring, Role, SigningKey
from searoom.record.log import Log, Store
from searoom.record.seal import KemKey, open_body, seal

NATIONAL: Final = "national"


def _no_height(party: str, size: int) -> int:
    raise NotAllowed(f"a national log hears nobody, not {size} entries of '{party}'")


def _no_root(_party: str, _size: int) -> bytes | None:
    return None


class PrivateLog:
    """One party's national log; made by `open`."""

    def __init__(
        self, store: Store, card: Card, *, exercise: bool, station_key: SigningKey, log_key: SigningKey, kem: KemKey
    ) -> None:
        self.party, self.exercise = card.party, exercise
        self.mechanism = f"{card.mechanism}/{NATIONAL}"
        self._keyring = Keyring([card])
        self._station_key, self._log_key, self._kem = station_key, log_key, kem
        self._origin = f"{checkpoint.origin(card.mechanism, card.party)}/{NATIONAL}"
        public = card.key(Role.LOG).public
        verifier = checkpoint.Verifier(self._origin, checkpoint.NOTE_TYPE, public)
        self._log = Log.open(store, f"{card.party}/{NATIONAL}", verifier)

    @classmethod
    def open(
        cls, store: Store, card: Card, *, exercise: bool, station_key: SigningKey, log_key: SigningKey, kem: KemKey
    ) -> "PrivateLog":
        """Return the log rebuilt from `store`; `Tampered` where its entries do not give its signed root."""
        for role, key in ((Role.STATION, station_key), (Role.LOG, log_key)):
            if card.key(role).public != key.public:
                raise NotAllowed(f"the {role.value} key at hand is not the one on the card of {card.party}")
        if card.kem != kem.public:
            raise NotAllowed(f"the KEM key at hand is not the one on the card of {card.party}")
        return cls(store, card, exercise=exercise, station_key=station_key, log_key=log_key, kem=kem)

    @property
    def size(self) -> int:
        """The number of entries."""
        return self._log.size

    def root(self) -> bytes:
        """Return the tree head."""
        return self._log.root()

    def write(self, content: bytes, *, signer: SigningKey, now_us: int) -> Entry:
        """Seal `content` to ourselves and place it; on return it is durable. `signer`: an officer or the station."""
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
        log = self._log
        entry = place(
            release(statement, signer),
            index=log.size,
            height=rules.next_height(log.last, (), _no_height),
            heard=(),
            placed_us=now_us,
            station_key=self._station_key,
        )
        data = entry.to_bytes()
        with log.staging():
            self._check(entry)
            log.stage(entry, data)
            head = checkpoint.Checkpoint(self._origin, log.staged_size, log.staged_root())
            note = checkpoint.sign(head, self._origin, self._log_key).to_bytes()
            log.commit([(data, sealed.body)], note, now_us=now_us)
        return entry

    def read(self, start: int = 0) -> Iterator[tuple[Entry, bytes]]:
        """Yield each entry from `start` on with its content; `Tampered` where the store was changed."""
        for entry, _, body in self._log.items(start, self._log.size):
            yield entry, open_body(body, statement=entry.statement, reader=self.party, kem=self._kem).content

    def signer(self, entry: Entry) -> Key:
        """Return the key that signed what an entry says."""
        return self._keyring.by_key_id(entry.released.signatures[0].key_id)[1]

    def _check(self, entry: Entry) -> None:
        verify_entry(entry, self._keyring)
        rules.check_entry(
            entry,
            previous=self._log.last,
            index=self._log.staged_size,
            mechanism=self.mechanism,
            exercise=self.exercise,
            author=self.party,
            order_of_parties=(self.party,),
            head_height=_no_height,
            root_of=_no_root,
            said_before=self._log.said,
        )
