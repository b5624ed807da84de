"""Blocks of the account in a node's own store, sealed under its storage key, so that nothing is opened twice.

Derived and never believed alone. A block opens only under what it was made from: the root of its log as far as it goes
(which the record has compared with the signed note), all cards as they are known now, the rules and forms in force, the
keys that open, and this version of the program. Where anything of that differs, or a block is missing or damaged, the
entries are read.
"""

import contextlib
import hashlib
import hmac
from collections.abc import Iterable
from importlib.metadata import version
from typing import Final

from searoom import cbor
from searoom.errors import StateUnknown, Tampered
from searoom.record.log import Store
from searoom.record.roster import Roster
from searoom.record.shared import SharedRecord
from searoom.record.storage import StorageKey
from searoom.statements import folded
from searoom.statements.folded import Block

KIND: Final = "account"
_LABEL: Final = "searoom/account-block/v1"
_SALT: Final = 32


class Folds:
    """The blocks of one node; `rules` is the hash of agreement and forms, `opens` are the ids of the keys that open."""

    def __init__(
        self, store: Store, record: SharedRecord, storage: StorageKey, rules: bytes, opens: Iterable[bytes]
    ) -> None:
        self._store, self._record, self._storage = store, record, storage.of_account()
        self._salting = hmac.digest(self._storage.seed, b"salts", "sha256")
        self._rules = cbor.encode([_LABEL, version("searoom"), record.party, rules, sorted(opens)])
        self._known: tuple[Roster, bytes] | None = None

    def get(self, log: str, number: int, roster: Roster) -> Block | None:
        """Return a block of a log, or None where there is none that still holds."""
        kept = self._store.get(KIND, cbor.encode([log, number])) or b""
        salt, sealed = kept[:_SALT], kept[_SALT:]
        try:
            return Block.from_bytes(self._storage.unwrap(sealed, self._name(salt, log, number, roster)))
        except Tampered:
            return None

    def put(self, log: str, number: int, roster: Roster, block: Block) -> None:
        """Keep a block; where the store cannot, the entries are read at the next start."""
        data = block.to_bytes()
        salt = hmac.digest(self._salting, data, "sha256")
        sealed = self._storage.wrap(data, self._name(salt, log, number, roster))
        with contextlib.suppress(StateUnknown):
            self._store.put(KIND, cbor.encode([log, number]), salt + sealed)

    def _name(self, salt: bytes, log: str, number: int, roster: Roster) -> bytes:
        """Return the hash of all that a block is made from; by the salt no two different blocks have one nonce."""
        if self._known is None or self._known[0] is not roster:
            cards: list[cbor.Value] = [
                [party, [[at, index, card.payload()] for at, index, card in roster.issued(party)]]
                for party in roster.parties
            ]
            self._known = roster, hashlib.sha256(cbor.encode(cards)).digest()
        root = self._record.root(log, (number + 1) * folded.ENTRIES)
        return hashlib.sha256(cbor.encode([salt, self._rules, self._known[1], log, number, root])).digest()
