"""Content keys of what stands in the logs, kept by the run under the storage key: what was opened needs no KEM again.

Derived, and never believed alone: a key that is kept here opens a body to the words whose hash was signed, or it is
none, and the body is opened as if nothing were kept. It says nothing of cards, rules or versions, and so it holds
where a block of the account (`folds`) does not.
"""

import contextlib
import hmac
from dataclasses import dataclass, field
from typing import Final

from searoom import cbor
from searoom.errors import NotAllowed, StateUnknown, Tampered
from searoom.record.log import Store
from searoom.record.seal import KEY_SIZE
from searoom.record.storage import StorageKey
from searoom.statements import folded

KIND: Final = "content-keys"
_LABEL: Final = "searoom/content-keys/v1"
_SALT: Final = 32
_NONE: Final = bytes(KEY_SIZE)


@dataclass(slots=True)
class Run:
    """The keys of one run, as many entries as a block has, by place; `fresh` where some are not kept yet."""

    number: int
    keys: bytearray = field(repr=False)
    fresh: bool = False

    def key(self, index: int) -> bytes | None:
        """Return the key of the entry of this index, or None where it is not known."""
        at = index % folded.ENTRIES * KEY_SIZE
        key = bytes(self.keys[at : at + KEY_SIZE])
        return None if key == _NONE else key

    def put(self, index: int, key: bytes) -> None:
        """Remember the key of the entry of this index."""
        at = index % folded.ENTRIES * KEY_SIZE
        self.keys[at : at + KEY_SIZE], self.fresh = key, True


class Runs:
    """The content keys that one node has found, by log and index; of each log one run lies in memory."""

    def __init__(self, store: Store, storage: StorageKey) -> None:
        self._store, self._storage = store, storage.of_runs()
        self._salting = hmac.digest(self._storage.seed, b"salts", "sha256")
        self._runs: dict[str, Run] = {}

    def key(self, log: str, index: int) -> bytes | None:
        """Return the key that was found for the body of an entry, or None where none is kept."""
        return self.run(log, index // folded.ENTRIES).key(index)

    def found(self, log: str, index: int, key: bytes) -> None:
        """Remember the key of an entry's body; a run is kept when its last entry comes, or one of another run."""
        run = self.run(log, index // folded.ENTRIES)
        run.put(index, key)
        if index % folded.ENTRIES == folded.ENTRIES - 1:
            self._keep(log, run)

    def run(self, log: str, number: int) -> Run:
        """Return the run of this number of a log; what was found of the one before is kept."""
        held = self._runs.get(log)
        if held is None or held.number != number:
            if held is not None:
                self._keep(log, held)
            held = self._runs[log] = Run(number, self._kept(log, number))
        return held

    def take(self, log: str, number: int, keys: bytes) -> None:
        """Keep a whole run that was found elsewhere, where it says more than what is kept."""
        if keys != self._kept(log, number):
            self._keep(log, Run(number, bytearray(keys), fresh=True))

    def _kept(self, log: str, number: int) -> bytearray:
        kept = self._store.get(KIND, cbor.encode([log, number])) or b""
        salt, sealed = kept[:_SALT], kept[_SALT:]
        with contextlib.suppress(Tampered):
            keys = self._storage.unwrap(sealed, self._name(salt, log, number))
            if len(keys) == folded.ENTRIES * KEY_SIZE:
                return bytearray(keys)
        return bytearray(folded.ENTRIES * KEY_SIZE)

    def _keep(self, log: str, run: Run) -> None:
        """Keep a run; where the store cannot, or is read as one state now, its bodies are opened anew some day."""
        if not run.fresh:
            return
        data, run.fresh = bytes(run.keys), False
        salt = hmac.digest(self._salting, data, "sha256")
        sealed = self._storage.wrap(data, self._name(salt, log, run.number))
        with contextlib.suppress(StateUnknown, NotAllowed):
            self._store.put(KIND, cbor.encode([log, run.number]), salt + sealed)

    def _name(self, salt: bytes, log: str, number: int) -> bytes:
        """Return the name that a run is sealed under; by the salt no two different runs have one nonce."""
        return hmac.digest(salt, cbor.encode([_LABEL, log, number]), "sha256")
