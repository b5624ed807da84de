"""One author's log, append only: what is in memory is what the store has durably, never more.

The store keeps entries, bodies and signed notes; tree, heights and what was said are rebuilt from
the stored entries at the start, by the same steps that add new ones (`stage`, `check_note`).

Rule 1: verify, then store, then act. Memory grows only after the store said "committed".
Rule 2: nothing signed leaves before that; a signature over what was not stored is forgotten.
"""

import bisect
import contextlib
import hashlib
from array import array
from collections.abc import Iterator, Sequence
from typing import Final, Protocol, TypeAlias

from searoom.errors import NotAllowed, Tampered
from searoom.record import checkpoint
from searoom.record.entry import Entry
from searoom.record.evidence import Evidence
from searoom.record.merkle import Tree, leaf_hash

Item: TypeAlias = tuple[bytes, bytes]  # an entry's bytes and its body's

MAX_BATCH_ITEMS: Final = 4096
NOTE_ROOM: Final = 1024  # bytes of a batch that its note may take


class Store(Protocol):
    """What a log asks of a disk.

    Every method either does the whole of what it says or raises. `StateUnknown` may mean "not
    done" or "done, but the word of it was lost": the caller reads again before it believes either.
    `log` names a log inside the store: a party's id, or `<party>/national`.
    """

    def size(self, log: str) -> int:
        """Return how many entries of `log` are committed."""

    def leaves(self, log: str) -> Iterator[bytes]:
        """Yield the entries of `log` from the first on, without bodies, exactly as they were appended."""

    def items(self, log: str, start: int, stop: int) -> Iterator[Item]:
        """Yield entry and body of the places `start` to `stop` (exclusive) that are committed."""

    def noted(self, log: str) -> Sequence[int]:
        """Return, ascending, the sizes of `log` for which a signed note is stored."""

    def note(self, log: str, size: int) -> bytes:
        """Return the signed note of `log` at `size`; raise `StateUnknown` where there is none."""

    def append(self, log: str, start: int, items: Sequence[Item], note: bytes, *, now_us: int) -> None:
        """Add `items` at `start` and the `note` over all up to their end, in ONE transaction.

        On return all of it survives a loss of power; after a raise all or nothing of it is there.
        Where `log` has not exactly `start` entries, nothing is written and `StateUnknown` is
        raised: two programs that write one log must never both succeed at one place.
        """

    def cosigned(self, log: str) -> Sequence[tuple[str, bytes]]:
        """Return, for each party that has cosigned `log`, its id and its largest cosigned note."""

    def cosign(self, log: str, by: str, size: int, note: bytes) -> None:
        """Replace the cosigned note of `by` over `log`, durably on return; never by one of a smaller size."""

    def keep(self, kind: str, detail: bytes, *, now_us: int) -> None:
        """Keep evidence durably on return; the same bytes twice are kept once, beyond a limit of a kind none are."""

    def kept(self) -> Sequence[Evidence]:
        """Return the evidence in the order in which it was kept."""


class Log:
    """The log of one author in memory, over its stored entries."""

    def __init__(self, store: Store, name: str, verifier: checkpoint.Verifier) -> None:
        self.name = name
        self._store = store
        self._verifier = verifier
        self._tree = Tree()
        self._heights = array("q")
        self._said: dict[bytes, int] = {}
        self._noted = array("q")
        self._size = 0
        self._last: Entry | None = None

    @classmethod
    def open(cls, store: Store, name: str, verifier: checkpoint.Verifier) -> "Log":
        """Return the log rebuilt from the store; raise `Tampered` where its entries do not give its signed note."""
        log = cls(store, name, verifier)
        noted = store.noted(name)
        for data in store.leaves(name):
            try:
                log.stage(Entry.from_bytes(data), data)
            except NotAllowed as fault:
                raise Tampered(
                    f"entry {log.staged_size} of the log of {name} was changed in the store: {fault}"
                ) from fault
        if log.staged_size != (noted[-1] if noted else 0):
            raise Tampered(
                f"the store holds {log.staged_size} entries of the log of {name}, its signed note has another size"
            )
        if noted:
            try:
                log.check_note(store.note(name, noted[-1]))
            except NotAllowed as fault:
                raise Tampered(f"the signed note of the log of {name} was changed in the store: {fault}") from fault
        log._settle(noted)
        return log

    @property
    def size(self) -> int:
        """The number of entries that are committed."""
        return self._size

    @property
    def staged_size(self) -> int:
        """The number of entries with those that are not committed yet."""
        return self._tree.size

    @property
    def last(self) -> Entry | None:
        """The last entry, staged ones included."""
        return self._last

    @property
    def note(self) -> bytes:
        """The latest signed note, or nothing where none was ever stored."""
        return self._store.note(self.name, self._noted[-1]) if self._noted else b""

    def root(self, size: int | None = None) -> bytes:
        """Return the tree head at `size`, or of all that is committed."""
        return self._tree.root(self._within(self._size if size is None else size))

    def staged_root(self) -> bytes:
        """Return the tree head with what is staged."""
        return self._tree.root()

    def leaf(self, index: int) -> bytes:
        """Return the leaf hash of the committed entry `index`."""
        return self._tree.leaf(index)

    def height(self, size: int) -> int:
        """Return the height of the last entry under the head of `size`; 0 for the empty log."""
        return self._heights[self._within(size) - 1] if size else 0

    def said(self, plain_hash: bytes) -> bool:
        """Return whether a statement with this salted hash stands in the log already."""
        return plain_hash in self._said

    def items(self, start: int, stop: int) -> Iterator[tuple[Entry, bytes, bytes]]:
        """Yield entry, its bytes and its body, each compared with the tree; `Tampered` where the store was changed."""
        index = start
        for data, body in self._store.items(self.name, start, min(stop, self._size)):
            if leaf_hash(data) != self._tree.leaf(index):
                raise Tampered(f"entry {index} of the log of {self.name} was changed in the store since the start")
            entry = Entry.from_bytes(data)
            if hashlib.sha256(body).digest() != entry.statement.body_hash:
                raise Tampered(f"the body of entry {index} of the log of {self.name} was changed in the store")
            yield entry, data, body
            index += 1
        if index < min(stop, self._size):
            raise Tampered(f"entry {index} of the log of {self.name} is missing in the store")

    def batch(self, start: int, max_bytes: int) -> tuple[tuple[Item, ...], bytes]:
        """Return entries from `start` on with the signed note over their end.

        As many as fit into `max_bytes` and end where a note is held; where not even those up to
        the first such place fit, exactly those, so that there is always a way forward.
        """
        items: list[Item] = []
        used, ending = NOTE_ROOM, 0
        for _, data, body in self.items(start, start + MAX_BATCH_ITEMS):
            used += len(data) + len(body)
            if ending and used > max_bytes:
                break
            items.append((data, body))
            if self._is_noted(start + len(items)):
                ending = len(items)
        return tuple(items[:ending]), self._store.note(self.name, start + ending)

    @contextlib.contextmanager
    def staging(self) -> Iterator[None]:
        """Forget what was staged inside, unless it was committed."""
        last = self._last
        try:
            yield
        finally:
            if self.staged_size != self._size:
                self._forget(last)

    def stage(self, entry: Entry, data: bytes) -> None:
        """Add an entry to the tree in memory; `commit` makes it part of the log."""
        if entry.index != self.staged_size:
            raise NotAllowed(f"the entry says it is number {entry.index}, but it stands at {self.staged_size}")
        self._tree.append(leaf_hash(data))
        self._heights.append(entry.height)
        self._said.setdefault(entry.statement.plain_hash, entry.index)
        self._last = entry

    def check_note(self, note: bytes) -> checkpoint.Checkpoint:
        """Return the checkpoint of a note that its log signed, alone, over exactly what is staged."""
        head = self.read_note(note)
        if head.size != self.staged_size:
            raise NotAllowed(f"the note is of size {head.size}, the log of {self.name} of size {self.staged_size}")
        if head.root != self.staged_root():
            raise Tampered(f"the entries of {self.name} do not give the root that its note of size {head.size} signs")
        return head

    def read_note(self, note: bytes) -> checkpoint.Checkpoint:
        """Return the checkpoint of a note of this log with the log's own signature and no other line."""
        signed = checkpoint.SignedNote.from_bytes(note)
        head = signed.checkpoint
        if head.origin != self._verifier.name:
            raise NotAllowed(f"the note is of the log '{head.origin}' and not of '{self._verifier.name}'")
        checkpoint.check(signed, [self._verifier])
        return head

    def commit(self, items: Sequence[Item], note: bytes, *, now_us: int) -> None:
        """Store what is staged (`items`, as bytes) with its note in one transaction; then it is part of the log."""
        if self._size + len(items) != self.staged_size:
            raise NotAllowed("what is to be stored is not what was staged")
        self._store.append(self.name, self._size, items, note, now_us=now_us)
        self._settle([*self._noted[-1:], self.staged_size])

    def _settle(self, noted: Sequence[int]) -> None:
        self._size = self.staged_size
        self._noted.extend(size for size in noted if not self._noted or size > self._noted[-1])

    def _forget(self, last: Entry | None) -> None:
        self._tree.truncate(self._size)
        del self._heights[self._size :]
        self._said = {said: index for said, index in self._said.items() if index < self._size}
        self._last = last

    def _is_noted(self, size: int) -> bool:
        at = bisect.bisect_left(self._noted, size)
        return at < len(self._noted) and self._noted[at] == size

    def _within(self, size: int) -> int:
        if not 0 <= size <= self._size:
            raise NotAllowed(f"the log of {self.name} has {self._size} entries here, not {size}")
        return size
