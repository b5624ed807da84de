"""One author's log, append only: what is in memory is what the store has durably, never more.

The store keeps entries, bodies and the newest signed note; tree, heights and what was said are rebuilt
from the stored entries at the start (from the blocks of a snapshot as far as there are any).

Rule 1: verify, then store, then act. Memory grows only after the store said "committed".
Rule 2: nothing signed leaves before that; a signature over what was not stored is forgotten.
"""

import contextlib
import hashlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Final, Protocol, TypeAlias

from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import checkpoint, snapshot
from searoom.record.cover import KIND as COVER
from searoom.record.cover import Cover, read_cover
from searoom.record.entry import Entry, Kind
from searoom.record.evidence import Evidence
from searoom.record.glance import Glance, glance
from searoom.record.merkle import Tree, leaf_hash
from searoom.record.vouched import vouched

Item: TypeAlias = tuple[bytes, bytes]  # an entry's bytes and its body's
Progress: TypeAlias = Callable[[str, int, int], None]  # log, entries read, entries in all

MAX_BATCH_ITEMS: Final = 4096
NOTE_ROOM: Final = 8192  # bytes of a batch that its note and its proof may take
RETIRED: Final = "retired-note"  # the last note before a log changed its key
_TELL_EVERY: Final = 20_000


class Store(Protocol):
    """What a log asks of a disk.

    Every method either does the whole of what it says or raises. `StateUnknown` may mean "not
    done" or "done, but the word of it was lost": the caller reads again before it believes either.
    `log` names a log inside the store: `amber`, `amber.2`, or `amber/national`.
    """

    def logs(self) -> Sequence[str]:
        """Return, sorted, the names of the logs that have an entry or a note."""

    def size(self, log: str) -> int:
        """Return how many entries of `log` are committed."""

    def leaves(self, log: str, start: int = 0) -> Iterator[bytes]:
        """Yield the entries of `log` from `start` on, without bodies, exactly as they were appended."""

    def items(self, log: str, start: int, stop: int) -> Iterator[Item]:
        """Yield entry and body of the places `start` to `stop` (exclusive) that are committed."""

    def note(self, log: str) -> bytes:
        """Return the newest signed note of `log`, or nothing where none was ever stored."""

    def append(self, log: str, start: int, items: Sequence[Item], note: bytes, *, now_us: int) -> None:
        """Add `items` at `start` and replace the log's note (unless `note` is empty), in ONE transaction.

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

    def put(self, kind: str, key: bytes, value: bytes) -> None:
        """Keep a small thing beside the record under `kind` and `key`, durably on return; it replaces an older one."""

    def get(self, kind: str, key: bytes) -> bytes | None:
        """Return what is kept under `kind` and `key`, or None."""

    def drop(self, kind: str, key: bytes) -> None:
        """Remove what is kept under `kind` and `key`, so that the file does not hold it any more either."""

    def each(self, kind: str) -> Iterator[tuple[bytes, bytes]]:
        """Yield key and value of everything kept under `kind`, in the order of the keys."""

    def together(self) -> contextlib.AbstractContextManager[None]:
        """Make everything that is written inside one transaction: all of it or nothing."""


class Log:
    """The log of one author in memory, over its stored entries; made by `load`."""

    def __init__(self, store: Store, name: str) -> None:
        self.name = name
        self._store = store
        self._tree = Tree()
        self._heights = array("q")
        self._said: set[bytes] = set()
        self._staged: list[bytes] = []
        self._clear: list[int] = []
        self._size = 0
        self._blocks = 0
        self._last: Entry | None = None
        self._note = b""
        self._note_size = 0
        self._cover: Cover | None = None

    @classmethod
    def load(cls, store: Store, name: str, *, blocks: bool = True, progress: Progress | None = None) -> "Log":
        """Return the log as the store has it; whether its note fits, `check_note` tells.

        Raises `Tampered` where an entry cannot be read. Without `blocks` every entry is read.
        """
        log = cls(store, name)
        size = store.size(name)
        if blocks:
            log._load_blocks(size)
        for data in store.leaves(name, log.staged_size):
            try:
                log._take(data, glance(data))
            except NotAllowed as fault:
                raise Tampered(
                    f"entry {log.staged_size} of the log of {name} was changed in the store: {fault}"
                ) from fault
            if progress is not None and log.staged_size % _TELL_EVERY == 0:
                progress(name, log.staged_size, size)
        if log.staged_size != size:
            raise Tampered(f"entry {log.staged_size} of the log of {name} is missing in the store")
        log._settle()
        log._read_last()
        log._note = store.note(name)
        try:
            log._note_size = checkpoint.SignedNote.from_bytes(log._note).checkpoint.size if log._note else 0
        except NotAllowed as fault:
            raise Tampered(f"the signed note of the log of {name} was changed in the store: {fault}") from fault
        log._cover = read_cover(store.get(COVER, name.encode()), size)
        return log

    def _load_blocks(self, size: int) -> None:
        while self.staged_size + snapshot.ENTRIES <= size:
            data = self._store.get(snapshot.KIND, snapshot.key(self.name, self._blocks))
            try:
                block = snapshot.Block.from_bytes(data or b"")
            except NotAllowed:
                return
            self._tree.append_block(block.tree, snapshot.LEVEL)
            self._heights.extend(block.heights)
            self._said.update(block.said)
            self._clear.extend(block.clear)
            self._blocks += 1

    def _read_last(self) -> None:
        for entry, _, _ in self.items(self._size - 1, self._size) if self._size else ():
            self._last = entry

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
        """The newest signed note, or nothing where none was ever stored; of a mirror it may be behind the entries."""
        return self._note

    @property
    def noted(self) -> int:
        """The size that the newest signed note covers."""
        return self._note_size

    @property
    def clear(self) -> Sequence[int]:
        """The places of what was said in clear: cards, and why the log was opened."""
        return tuple(self._clear)

    def root(self, size: int | None = None) -> bytes:
        """Return the tree head at `size`, or of all that is committed."""
        return self._tree.root(self._within(self._size if size is None else size))

    def staged_root(self) -> bytes:
        """Return the tree head with what is staged."""
        return self._tree.root()

    def leaf(self, index: int) -> bytes:
        """Return the leaf hash of the committed entry `index`."""
        return self._tree.leaf(index)

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """Return the audit path of the entry `index` in the head of `size`."""
        return self._tree.inclusion(index, self._within(size))

    def height(self, size: int) -> int:
        """Return the height of the last entry under the head of `size`; 0 for the empty log."""
        return self._heights[self._within(size) - 1] if size else 0

    def said(self, plain_hash: bytes) -> bool:
        """Return whether a statement with this salted hash stands in the log already, staged ones included."""
        return plain_hash in self._said

    def items(self, start: int, stop: int) -> Iterator[tuple[Entry, bytes, bytes]]:
        """Yield entry, its bytes and its body, each compared with the tree; `Tampered` where the store was changed."""
        index = start
        for data, body in self._store.items(self.name, start, min(stop, self._size)):
            if leaf_hash(data) != self._tree.leaf(index):
                raise Tampered(f"entry {index} of the log of {self.name} was changed in the store since the start")
            entry = vouched(data)
            if hashlib.sha256(body).digest() != entry.statement.body_hash:
                raise Tampered(f"the body of entry {index} of the log of {self.name} was changed in the store")
            yield entry, data, body
            index += 1
        if index < min(stop, self._size):
            raise Tampered(f"entry {index} of the log of {self.name} is missing in the store")

    def batch(
        self, start: int, max_bytes: int, most: int = MAX_BATCH_ITEMS
    ) -> tuple[tuple[Item, ...], bytes, tuple[bytes, ...]]:
        """Return entries from `start` on, a signed note that covers them, and the proof from their end to that note.

        About `max_bytes` of them, but at least one, and never more than `most`. No batch goes over the end of a
        key's time: its last note is proven with what the reader holds by then, and is there to be handed on.
        """
        items: list[Item] = []
        note, size = self._note_over(start + 1)
        cover = self._cover if size <= start else None
        if cover is not None:
            note, size = cover.note, cover.held
        used, stop = NOTE_ROOM, min(start + min(most, MAX_BATCH_ITEMS), size)
        for end, (data, body) in enumerate(self._store.items(self.name, start, stop), start):
            if leaf_hash(data) != self._tree.leaf(end):  # who takes the batch compares the body with the entry
                raise Tampered(f"entry {end} of the log of {self.name} was changed in the store since the start")
            used += len(data) + len(body)
            if items and used > max_bytes:
                break
            items.append((data, body))
        if not items:
            return (), b"", ()
        end = start + len(items)
        proof = self._tree.consistency(end, size) if cover is None else cover.consistency(self._tree, end)
        return tuple(items), note, proof

    def _note_over(self, end: int) -> tuple[bytes, int]:
        """Return the last note of the key that signed over the entry before `end`, and its size."""
        for key, note in self._store.each(RETIRED) if self._clear else ():
            log, size = _retired(key)
            if log == self.name and size >= end:
                return note, size
        return self._note, self._note_size

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
        statement = entry.statement
        self._take(data, Glance(entry.index, entry.height, statement.plain_hash, statement.kind))
        self._last = entry

    def _take(self, data: bytes, seen: Glance) -> None:
        if seen.index != self.staged_size:
            raise NotAllowed(f"the entry says it is number {seen.index}, but it stands at {self.staged_size}")
        self._tree.append(leaf_hash(data))
        self._heights.append(seen.height)
        if seen.plain_hash not in self._said:
            self._said.add(seen.plain_hash)
            self._staged.append(seen.plain_hash)
        if seen.kind is not Kind.WORDS:
            self._clear.append(seen.index)

    def commit(self, items: Sequence[Item], note: bytes, *, now_us: int, cover: Cover | None = None) -> None:
        """Store what is staged (`items`, as bytes) in one transaction, with `note` where it is over just this size.

        Else a `cover` may be given: a note over more, so that what is held can be proven to others.
        """
        if self._size + len(items) != self.staged_size:
            raise NotAllowed("what is to be stored is not what was staged")
        with self._store.together():
            if note and self._note and self._clear and _key_id(note) != _key_id(self._note):
                self._store.put(RETIRED, cbor.encode([self.name, self._note_size]), self._note)
            self._store.append(self.name, self._size, items, note, now_us=now_us)
            if cover is not None:
                self._store.put(COVER, self.name.encode(), cover.to_bytes())
        if note:
            self._note, self._note_size = note, self.staged_size
        self._cover = cover
        self._settle()
        while self._size >= (self._blocks + 1) * snapshot.ENTRIES:
            self._write_block()

    def _settle(self) -> None:
        self._size = self.staged_size
        self._staged.clear()

    def _write_block(self) -> None:
        first, stop = self._blocks * snapshot.ENTRIES, (self._blocks + 1) * snapshot.ENTRIES
        said = [glance(data).plain_hash for data in islice(self._store.leaves(self.name, first), snapshot.ENTRIES)]
        clear = [place for place in self._clear if first <= place < stop]
        tree = self._tree.block(self._blocks, snapshot.LEVEL)
        block = snapshot.Block(tree, self._heights[first:stop], said, clear)
        self._store.put(snapshot.KIND, snapshot.key(self.name, self._blocks), block.to_bytes())
        self._blocks += 1

    def _forget(self, last: Entry | None) -> None:
        self._tree.truncate(self._size)
        del self._heights[self._size :]
        self._said.difference_update(self._staged)
        self._staged.clear()
        self._clear = [place for place in self._clear if place < self._size]
        self._last = last

    def _within(self, size: int) -> int:
        if not 0 <= size <= self._size:
            raise NotAllowed(f"the log of {self.name} has {self._size} entries here, not {size}")
        return size


def _retired(key: bytes) -> tuple[str, int]:
    log, size = cbor.decode(key)  # type: ignore[misc]  # written by `commit` alone
    return str(log), int(size)  # type: ignore[arg-type]  # the same


def _key_id(note: bytes) -> bytes:
    return checkpoint.SignedNote.from_bytes(note).signatures[0].key_id
