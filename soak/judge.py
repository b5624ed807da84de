"""Sees every disk and every message, and says at once when one of the promises of the record is broken.

It trusts nothing that it judges: trees are its own, and what a node says is held against what lies durably on that
node's disk at that moment. Liars are not judged; what honest nodes make of their lies is.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from searoom import cbor
from searoom.record.ahead import KIND as AHEAD
from searoom.record.entry import Entry
from searoom.record.roster import author_of
from searoom.record.store import SqliteStore
from soak.ledger import Column, Holding, brings_card, card_keys, head_of, leaf_ahead, leaf_of, signers_of
from soak.people import party
from soak.speech import Frame, read_frames

INVARIANTS: Final[Mapping[str, str]] = {
    "receipt": "a receipt, or any claim to hold something, implies that it is committed where it is made",
    "order": "nothing signed leaves before what it signs is on the platter",
    "grows": "the size that a party has cosigned never decreases",
    "one-root": "no two roots of one size are ever signed or cosigned by one honest party",
    "one-place": "nothing is signed twice at one place",
    "recorded": "what is recorded, both logs can prove",
    "revoked": "no entry is taken that bears a signature by a key after its end",
    "encoding": "every byte string that is taken encodes to itself",
    "place": "every entry that is taken fits its place: index, height, what was heard, said once, body by its hash",
    "whole": "what is taken gives exactly the root that its log has signed",
    "kept": "nothing that was acknowledged is lost",
    "same": "both accounts are equal on what is settled for both",
    "memory": "what a node believes to hold is what its disk holds",
    "in-step": "after the faults stop, all honest nodes come in step within a bounded number of exchanges",
    "flash": "a flash arrives within a bounded number of exchanges, whatever waits before it",
    "healed": "an honest restore is healed, and nobody calls it a fork",
    "evidence": "a lie that proves itself is kept as evidence",
    "no-crash": "whatever comes in, a node answers in one of the four ways of the house",
}


Carried = tuple[tuple[int, int], frozenset[bytes]]  # where a card stands (epoch and index), and the keys on it


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that was broken: which, and how."""

    invariant: str
    sentence: str


class Judge:
    """Told of every durable write, every reboot and every message that leaves an honest node."""

    def __init__(self, honest: Sequence[str]) -> None:
        self.honest = tuple(honest)
        self.breaches: list[Breach] = []
        self.holdings = {name: Holding(name) for name in honest}
        self._left: dict[tuple[str, int], bytes] = {}  # (log of an honest party, index) -> the leaf that left it
        self._heads: dict[tuple[str, str, int], bytes] = {}  # (signer, log, size) -> root that left signed
        self._receipts: dict[tuple[str, int], tuple[str, int]] = {}  # place of a receipt -> what it acknowledges
        self._keys: dict[tuple[str, str], list[Carried]] = {}  # (holder, author) -> cards

    def breach(self, invariant: str, sentence: str) -> None:
        """Write down a broken promise."""
        assert invariant in INVARIANTS, invariant
        self.breaches.append(Breach(invariant, sentence))

    # -- writes ----------------------------------------------------------------------------------

    def wrote(self, name: str, write: str, arguments: tuple[Any, ...]) -> None:
        """Take note of a write that is on the platter of `name`."""
        if name not in self.honest:
            return
        if write == "append":
            log, start, items, note = arguments
            self._appended(self.holdings[name], log, start, items, note)
        elif write == "cosign":
            log, by, size, _ = arguments
            self._cosigned(self.holdings[name], log, by, size)
        elif write in {"put", "drop"} and arguments[0] == AHEAD:
            place: Any = tuple(cbor.decode(arguments[1]))  # type: ignore[arg-type]  # [log, index]
            self.holdings[name].aheads.pop(place, None)
            if write == "put":
                self.holdings[name].aheads[place] = leaf_ahead(arguments[2])

    def _appended(self, held: Holding, log: str, start: int, items: Sequence[tuple[bytes, bytes]], note: bytes) -> None:
        column = held.column(log)
        if start != column.size:
            self.breach("place", f"{held.name} stores {log} from {start} on, but {column.size} entries lie there")
            return
        for data, body in items:
            self._taken(held, log, column, data, body)
        if note:
            self._note_held(held, log, note)

    def _taken(self, held: Holding, log: str, column: Column, data: bytes, body: bytes) -> None:
        """Judge one entry that a node has stored, against everything that stands before it there."""
        where = f"{held.name} took {log}/{column.size}"
        try:
            entry = Entry.from_bytes(data)
        except Exception as fault:  # noqa: BLE001  # whatever it is, it was stored
            self.breach("encoding", f"{where}, which is no entry: {fault}")
            return
        if entry.to_bytes() != data:
            self.breach("encoding", f"{where}, and its bytes are not the encoding of what they say")
        if (entry.log, entry.index, entry.statement.author) != (log, column.size, author_of(log)):
            self.breach("place", f"{where}, but it says that it is {entry.log}/{entry.index}")
        if hashlib.sha256(body).digest() != entry.statement.body_hash:
            self.breach("place", f"{where} with a body that is not the one it names")
        self._check_heard(held, column, entry, where)
        if entry.statement.plain_hash in column.said:
            self.breach("place", f"{where}, and the same was said before in that log")
        self._check_signers(held, entry, body, where)
        if (leaf := self._left.get((log, column.size))) is not None and leaf != leaf_of(data):
            self.breach("one-place", f"{where}, and it is not what {author_of(log)} said there")
        column.add(data, entry)

    def _check_heard(self, held: Holding, column: Column, entry: Entry, where: str) -> None:
        heard = {item.log: item for item in entry.heard}
        heights = [column.heights[-1]] if column.heights else []
        for log, size in column.heard.items():
            if log not in heard or heard[log].size < size:
                self.breach("place", f"{where}, which has heard less of {log} than the entry before it")
        for log, item in heard.items():
            other = held.column(log)
            if item.size > other.size or other.roots[item.size] != item.root:
                self.breach("place", f"{where}, which has heard {log} to {item.size}, and that does not lie there so")
            else:
                heights.append(other.heights[item.size - 1])
        if entry.height != 1 + max(heights, default=0):
            self.breach("place", f"{where} at height {entry.height}")

    def _check_signers(self, held: Holding, entry: Entry, body: bytes, where: str) -> None:
        """Judge who signed by the cards that stand before the entry in the same log on the same disk."""
        author, place = entry.statement.author, (_epoch(entry.log), entry.index)
        known = self._cards(held.name, author)
        known[:] = [row for row in known if row[0] < place]  # a restore took the later ones away
        if brings_card(entry):
            known.append((place, card_keys(body)))
        if not signers_of(entry) <= known[-1][1]:
            self.breach("revoked", f"{where}, signed by a key that is not on the card of {author} in force there")

    def _note_held(self, held: Holding, log: str, note: bytes) -> None:
        origin, size, root = head_of(note)
        column = held.column(log)
        if size <= column.size and column.roots[size] != root:
            self.breach("whole", f"{held.name} keeps a note of {origin} at {size} that its entries do not give")

    def _cosigned(self, held: Holding, log: str, by: str, size: int) -> None:
        before = held.cosigned.get((log, by), 0)
        if size < before:
            self.breach("grows", f"{held.name} keeps a cosignature of {by} on {log} at {size}, after one at {before}")
        held.cosigned[log, by] = size
        if size > held.size(log):
            self.breach("recorded", f"{held.name} keeps a cosignature on {log} at {size} and holds {held.size(log)}")
        other = self.holdings.get(by)
        if other is not None and by != held.name and other.size(log) < size:
            self.breach("recorded", f"{by} is said to have {log} to {size}, and has it to {other.size(log)}")

    # -- reboots ---------------------------------------------------------------------------------

    def rebooted(self, name: str, store: SqliteStore, *, restored: bool) -> None:
        """Compare what lies in a node's store after a start with what it had acknowledged; then believe the store."""
        if name not in self.honest:
            return
        before, held = self.holdings[name], Holding(name, said_cosigned=dict(self.holdings[name].said_cosigned))
        self.holdings[name] = held
        for log in sorted(store.logs(), key=lambda log: (_epoch(log), log)):
            for data, _ in _items(store, log):
                held.column(log).add(data, Entry.from_bytes(data))
        for log, column in before.columns.items():
            if not restored and held.column(log).leaves[: column.size] != column.leaves:
                self.breach("kept", f"{name} had {log} to {column.size} and has {held.size(log)} after a start")
        held.aheads = {
            tuple(cbor.decode(key)): leaf_ahead(value)  # type: ignore[arg-type,misc]  # [log, index]
            for key, value in store.each(AHEAD)
        }
        self._keys = {holder: rows for holder, rows in self._keys.items() if holder[0] != name}
        for log in sorted(store.logs(), key=lambda log: (_epoch(log), log)):
            self._read_cards(name, log, store)
        if restored:
            self._forget()
        elif lost := [place for place in before.aheads.keys() - held.aheads.keys() if held.size(place[0]) <= place[1]]:
            self.breach("kept", f"{name} had {min(lost)} ahead of its place, and has it no more after a start")
        for log in held.columns:
            for by, note in store.cosigned(log):
                held.cosigned[log, by] = head_of(note)[1]
                if not restored and held.cosigned[log, by] < before.cosigned.get((log, by), 0):
                    self.breach("kept", f"{name} has lost a cosignature of {by} on {log}")
        if restored:
            held.said_cosigned = {log: held.cosigned.get((log, name), 0) for log in held.columns}

    def _forget(self) -> None:
        """Let go of what a restore took from the last honest disk: no power on earth can tell that it was said."""
        kept: dict[str, int] = {}
        for held in self.holdings.values():
            for log in held.columns:
                kept[log] = max(kept.get(log, 0), held.size(log))
            for log, index in held.aheads:
                kept[log] = max(kept.get(log, 0), index + 1)
        for place in [place for place in self._left if place[1] >= kept.get(place[0], 0)]:
            del self._left[place]
            self._receipts.pop(place, None)
        for head in [head for head in self._heads if head[2] > kept.get(head[1], 0)]:
            del self._heads[head]

    def _read_cards(self, name: str, log: str, store: SqliteStore) -> None:
        for index, (data, body) in enumerate(store.items(log, 0, store.size(log))):
            if brings_card(Entry.from_bytes(data)):
                self._cards(name, author_of(log)).append(((_epoch(log), index), card_keys(body)))

    def _cards(self, holder: str, author: str) -> list[Carried]:
        return self._keys.setdefault((holder, author), [((0, 0), _first_keys(author))])

    def cards(self, holder: str, author: str) -> int:
        """Return how many cards of an author lie on an honest node's disk, the first included."""
        return len(self._cards(holder, author))

    # -- messages --------------------------------------------------------------------------------

    def receipt_said(self, author: str, place: tuple[str, int], log: str, size: int) -> None:
        """Remember what the receipt at `place` acknowledges, and see that it lies there already."""
        self._receipts[place] = log, size
        if author in self.honest and self.holdings[author].size(log) < size:
            self.breach("receipt", f"{author} signs a receipt for {log} to {size} before it is committed")

    def leaves(self, name: str, data: bytes) -> None:
        """Judge a message at the moment in which it leaves the node `name`."""
        if name not in self.honest:
            return
        held = self.holdings[name]
        for frame in read_frames(data):
            check = _CHECKS.get(frame.name)
            if check is not None:
                check(self, held, frame)

    def _hello_leaves(self, held: Holding, frame: Frame) -> None:
        own, own_size, log, size, root = (
            frame[key] for key in ("own_log", "own_size", "held_log", "held_size", "held_root")
        )
        if own_size > held.size(own):
            self.breach(
                "order", f"{held.name} says that its log {own} has {own_size} entries; {held.size(own)} are on disk"
            )
        if size > held.size(log) or held.column(log).roots[size] != root:
            self.breach("receipt", f"{held.name} says that it holds {log} to {size}; {held.size(log)} are on disk")

    def _entries_leave(self, held: Holding, frame: Frame) -> None:
        log, start = frame["log"], frame["start"]
        column = held.column(log)
        for index, (data, _) in enumerate(frame["items"], start):
            if index >= column.size or column.leaves[index] != leaf_of(data):
                self.breach("order", f"{held.name} hands over {log}/{index}, which does not lie on its disk so")
            elif author_of(log) == held.name:
                self._one_leaf(held.name, log, index, leaf_of(data))
        self._note_leaves(held, frame["note"])

    def _ahead_leaves(self, held: Holding, frame: Frame) -> None:
        log, index, leaf = frame["log"], frame["index"], leaf_of(frame["entry"])
        column = held.column(log)
        on_disk = column.leaves[index] if index < column.size else held.aheads.get((log, index))
        if on_disk != leaf:
            self.breach("order", f"{held.name} sends {log}/{index} ahead, and it does not lie on its disk so")
        if author_of(log) == held.name:
            self._one_leaf(held.name, log, index, leaf)
        self._note_leaves(held, frame["note"])

    def _one_leaf(self, name: str, log: str, index: int, leaf: bytes) -> None:
        if self._left.setdefault((log, index), leaf) != leaf:
            self.breach("one-place", f"{name} signs a second entry at {log}/{index}")
        if (what := self._receipts.get((log, index))) is not None and self.holdings[name].size(what[0]) < what[1]:
            self.breach("receipt", f"{name} sends a receipt for {what[0]} to {what[1]}, which is not on its disk")

    def _witness_leaves(self, held: Holding, frame: Frame) -> None:
        self._note_leaves(held, frame["note"])

    def _note_leaves(self, held: Holding, note: bytes) -> None:
        origin, size, root = head_of(note)
        log = origin.rpartition("/")[2]
        column, ours = held.column(log), author_of(log) == held.name
        # another's note may be over more than is held here: then a proof leads from what is held to it
        if (ours and size > column.size) or (size <= column.size and column.roots[size] != root):
            self.breach("order", f"{held.name} lets out a note of {log} at {size} that its disk does not bear out")
        if ours:
            self._one_head(held.name, log, size, root)

    def _cosigned_leaves(self, held: Holding, frame: Frame) -> None:
        origin, size, root = head_of(frame["note"])
        log = origin.rpartition("/")[2]
        column = held.column(log)
        if size > column.size or column.roots[size] != root:
            self.breach("receipt", f"{held.name} cosigns {log} at {size}, and does not hold that")
        if size < held.said_cosigned.get(log, 0):
            self.breach("grows", f"{held.name} cosigns {log} at {size} after {held.said_cosigned[log]}")
        held.said_cosigned[log] = max(size, held.said_cosigned.get(log, 0))
        self._one_head(f"{held.name}/mirror", log, size, root)

    def _one_head(self, signer: str, log: str, size: int, root: bytes) -> None:
        if self._heads.setdefault((signer, log, size), root) != root:
            self.breach("one-root", f"{signer} signs two roots of {log} at size {size}")


_CHECKS: Final[Mapping[str, Callable[[Judge, Holding, Frame], None]]] = {
    "hello": Judge._hello_leaves,  # noqa: SLF001  # a table of its own methods
    "entries": Judge._entries_leave,  # noqa: SLF001  # the same
    "ahead": Judge._ahead_leaves,  # noqa: SLF001  # the same
    "witness": Judge._witness_leaves,  # noqa: SLF001  # the same
    "cosigned": Judge._cosigned_leaves,  # noqa: SLF001  # the same
}


def _epoch(log: str) -> int:
    return int(log.partition(".")[2] or 1)


def _first_keys(name: str) -> frozenset[bytes]:
    return frozenset(key.key_id for key in party(name).card.keys)


def _items(store: SqliteStore, log: str) -> Iterator[tuple[bytes, bytes]]:
    yield from store.items(log, 0, store.size(log))
