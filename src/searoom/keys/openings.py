"""What a party can read: its KEM keys, old and new, and what they opened before they were destroyed.

A content key that was found once may be kept in the store under the party's storage key; then the KEM key with which
it was found can be destroyed when it rotates, and the words stay readable here, and only here.

Rule 1: what is remembered is of one body as one author sealed it: who signs another's hashes gains nothing by it.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final

from searoom.errors import NotAllowed, SearoomError, Tampered
from searoom.keys.folds import Folds
from searoom.keys.pieces import Hands
from searoom.keys.runs import Runs
from searoom.record import unsealing
from searoom.record.entry import Entry, Kind, Statement
from searoom.record.log import Store
from searoom.record.seal import KemKey, Opening, content_key, open_with
from searoom.record.shared import SharedRecord
from searoom.record.storage import StorageKey
from searoom.statements.annexes import parts_of, value_of

KIND: Final = "content-key"
HELD: Final = 4096  # openings kept in memory; the rest are opened again when they are asked for
_TOGETHER: Final = 256


class Openings:
    """Opens bodies for one party."""

    def __init__(self, store: Store, mechanism: str, party: str, kems: Sequence[KemKey], storage: StorageKey) -> None:
        self._store, self._mechanism, self._party, self._storage = store, mechanism, party, storage
        self._kems = list(kems)
        self._runs = Runs(store, storage)
        self._held: OrderedDict[tuple[object, ...], Opening] = OrderedDict()

    def use(self, kem: KemKey) -> None:
        """Open what is sealed to this key, too."""
        self._kems.insert(0, kem)

    def folds(self, record: SharedRecord, rules: bytes, *, hands: Hands | None = None) -> Folds:
        """Return where blocks of the account are kept, under `rules` and for the keys that open here now.

        With `hands`, many of them are read at once.
        """
        opens = [kem.key_id for kem in self._kems]
        return Folds(self._store, record, self._storage, rules, opens, kems=self._kems, runs=self._runs, hands=hands)

    def require(self, statement: Statement, body: bytes, *, place: tuple[str, int] | None = None) -> Opening:
        """Return what is in a body; raise `NotAllowed` or `Tampered` where it is not for us or does not fit.

        With its `place`, log and index, the content key of an entry is looked for among those that are kept by the run.
        """
        name = (statement.author, statement.recipients, statement.plain_hash, hashlib.sha256(body).digest())
        held = self._held.get(name) if name[-1] == statement.body_hash else None
        if held is None:
            held = self._open(statement, body, place) if name[-1] == statement.body_hash else None
            if held is None:  # whoever judges it says what is wrong
                held = open_with(self._content_key(statement, body), body, statement)
            self._held[name] = held
            if len(self._held) > HELD:
                self._held.popitem(last=False)
        self._held.move_to_end(name)
        return held

    def _open(self, statement: Statement, body: bytes, place: tuple[str, int] | None) -> Opening | None:
        """Return what is in a body of the usual form, whose hash was compared; None for any other."""
        kept = None if place is None else self._runs.key(*place)
        held = None if kept is None else unsealing.opened(kept, body, statement)
        if held is not None:
            return held
        key = next((key for kem in self._kems if (key := unsealing.find(body, statement, self._party, kem))), None)
        held = None if key is None else unsealing.opened(key, body, statement)
        if place is not None and key is not None and held is not None:
            self._runs.found(*place, key)
        return held

    def opening(self, statement: Statement, body: bytes, *, place: tuple[str, int] | None = None) -> Opening | None:
        """Return what is in a body, or None where it is not for us or does not fit its statement."""
        try:
            return self.require(statement, body, place=place)
        except (NotAllowed, Tampered):
            return None

    def content(self, entry: Entry, body: bytes) -> bytes | None:
        """Return the words of an entry, or None where they are not for us."""
        found = self.opening(entry.statement, body, place=(entry.log, entry.index))
        return None if found is None else found.content

    def annex(self, data: bytes, reference: bytes, author: str, recipients: tuple[str, ...]) -> bytes:
        """Return the opening of a message's personal data; `NotAllowed` or `Tampered` where they are not its.

        It is held nowhere in memory, so that what is erased is gone.
        """
        inside, body = self.annex_parts(data, author, recipients)
        opening = open_with(self._content_key(inside, body), body, inside).content
        value_of(reference, opening)
        return opening

    def annex_parts(self, data: bytes, author: str, recipients: tuple[str, ...]) -> tuple[Statement, bytes]:
        """Return the sealed personal data of a message as a statement and its body."""
        none = bytes(32)
        return parts_of(data, Statement(self._mechanism, False, author, recipients, none, none, 0, None))

    def forget(self, body: bytes) -> None:
        """Drop the content key of a body that is erased, where one was kept."""
        self._store.drop(KIND, hashlib.sha256(body).digest())

    def _content_key(self, statement: Statement, body: bytes) -> bytes:
        kept = self._store.get(KIND, statement.body_hash)
        if kept is not None:
            return self._storage.unwrap(kept, statement.body_hash)
        refusal: SearoomError = NotAllowed("this node has no key that opens a body")
        for kem in self._kems:
            try:
                return content_key(body, statement=statement, reader=self._party, kem=kem)
            except NotAllowed as fault:
                refusal = fault
        raise refusal

    def keep_all(self, bodies: Iterable[tuple[Statement, bytes]]) -> int:
        """Keep the content key of each body that we can open, under the storage key; return how many were new.

        After this, KEM keys that are on no card any more can be destroyed and nothing here becomes unreadable.
        """
        fresh: list[tuple[bytes, bytes]] = []
        count = 0
        for statement, body in bodies:
            name = statement.body_hash
            if statement.kind is not Kind.WORDS or self._store.get(KIND, name) is not None:
                continue
            try:
                key = self._content_key(statement, body)
                open_with(key, body, statement)  # a key that opens nothing is none to keep
            except (NotAllowed, Tampered):
                continue
            fresh.append((name, self._storage.wrap(key, name)))
            count += 1
            if len(fresh) == _TOGETHER:
                self._write(fresh)
        self._write(fresh)
        return count

    def _write(self, fresh: list[tuple[bytes, bytes]]) -> None:
        with self._store.together():
            for name, wrapped in fresh:
                self._store.put(KIND, name, wrapped)
        fresh.clear()
