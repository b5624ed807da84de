"""Blocks of the account in a node's own store, sealed under its storage key, so that nothing is opened twice.

Derived and never believed alone. A block opens only under what it was made from: the root of its log as far as it goes
(which the record has compared with the signed note), all cards as they are known now, the rules and forms in force, the
keys that open, and this version of the program. Where anything of that differs, or a block is missing or damaged, the
entries are read.
"""

import contextlib
import hashlib
import hmac
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from typing import Final

from searoom import cbor
from searoom.errors import StateUnknown, Tampered
from searoom.keys.pieces import Hands, Piece, Reader
from searoom.keys.runs import Runs
from searoom.record.log import Store
from searoom.record.roster import Roster
from searoom.record.seal import KemKey
from searoom.record.shared import SharedRecord
from searoom.record.storage import StorageKey
from searoom.statements import folded
from searoom.statements.folded import Block
from searoom.statements.folding import Wanted

KIND: Final = "account"
_LABEL: Final = "searoom/account-block/v1"
_SALT: Final = 32
LEAST: Final = 16  # blocks for which other hands are asked: they take some tens of milliseconds each


class Folds:
    """The blocks of one node; `rules` is the hash of agreement and forms, `opens` are the ids of the keys that open.

    With `hands`, blocks are read by several at once: with the keys `kems`, and what is kept in `runs`.
    """

    def __init__(
        self,
        store: Store,
        record: SharedRecord,
        storage: StorageKey,
        rules: bytes,
        opens: Iterable[bytes],
        *,
        kems: Sequence[KemKey] = (),
        runs: Runs | None = None,
        hands: Hands | None = None,
    ) -> None:
        self._store, self._record, self._storage = store, record, storage.of_account()
        self._salting = hmac.digest(self._storage.seed, b"salts", "sha256")
        self._rules = cbor.encode([_LABEL, version("searoom"), record.party, rules, sorted(opens)])
        self._kems, self._runs, self._hands = tuple(kems), runs, hands
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

    def together(self, wanted: Wanted, places: Sequence[tuple[str, int]]) -> Iterator[tuple[str, int, Block | None]]:
        """Yield the blocks of these logs and numbers, read by several hands at once; nothing where there are none.

        `wanted` makes what reads an entry, with what opens it. A block that takes the long way is None, and what is
        behind it in its log need not come.
        """
        runs, hands, lost = self._runs, self._hands, set[str]()
        if runs is None or hands is None or len(places) < LEAST or not hands.ready():
            return

        def pieces() -> Iterator[Piece]:
            for at, (log, number) in enumerate(places):
                if log not in lost:
                    start = number * folded.ENTRIES
                    batch = self._record.batch(log, start, max_bytes=sys.maxsize, most=folded.ENTRIES)
                    whole = batch is not None and len(batch.items) == folded.ENTRIES
                    yield Piece(at, batch.items if batch and whole else (), bytes(runs.run(log, number).keys))

        reader = Reader(self._record.party, self._kems, wanted)
        for at, found in hands.folded(reader, pieces()):
            log, number = places[at]
            if found is None:
                lost.add(log)
            else:
                runs.take(log, number, found.keys)
            yield log, number, None if found is None else found.block

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
