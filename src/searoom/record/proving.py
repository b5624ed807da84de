"""The second pass over a record's files: every entry of every bundle is checked, by several processes where there are.

Bundles are checked independently of each other; what a bundle needs of the rest (trees, heights, cards) was
computed from the files before (`reading`). That the files are still those is asked again.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any, Final, TypeVar, cast

from searoom.errors import NotAllowed, Tampered
from searoom.record import layout, rules, tiles
from searoom.record.cards import Card
from searoom.record.entry import Entry, verify_entry
from searoom.record.keys import Signer
from searoom.record.layout import Manifest
from searoom.record.merkle import leaf_hash
from searoom.record.reading import LogRead, at, read_file, said_prefix
from searoom.record.roster import Roster, author_of
from searoom.record.seal import Opening, check_key_ids, check_placed, heard_of
from searoom.record.swift import Seen, Swift, body_keys

FEW: Final = 8  # bundles that one process checks sooner than others could be started

Checked = tuple[Entry, bytes, tuple[Signer, ...], Opening | None]
_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Context:
    """All that a bundle is checked against."""

    files: Mapping[str, bytes]
    manifest: Manifest
    roster: Roster
    logs: Mapping[str, LogRead]
    _provers: "dict[str, _Prover]" = field(default_factory=dict, repr=False, compare=False)
    _roots: dict[str, tuple[int, bytes]] = field(default_factory=dict, repr=False, compare=False)

    def head_height(self, log: str, size: int) -> int:
        """Return the height of the last entry under the head of `log` at `size`."""
        return self.logs[log].heights[size - 1]

    def root_of(self, log: str, size: int) -> bytes | None:
        """Return the tree head of `log` at `size`, or None where less of it is exported."""
        known = self._roots.get(log)  # what one entry has heard, the next has often heard too
        if known is not None and known[0] == size:
            return known[1]
        held = self.logs.get(log)
        if held is None or size > held.tree.size:
            return None
        root = held.tree.root(size)
        self._roots[log] = size, root
        return root

    def said_before(self, _log: str, _plain_hash: bytes) -> bool:
        """Return False: that nothing is said twice in a log, `said_again` has found for each log whole."""
        return False

    def prover(self, log: str) -> "_Prover":
        """Return what checks the entries of `log`; it remembers the shapes that it has met."""
        if log not in self._provers:
            self._provers[log] = _Prover(self, log)
        return self._provers[log]


class _Prover:
    """Checks the entries of one log: swiftly those of a shape that was checked in full before, in full all others."""

    def __init__(self, context: Context, log: str) -> None:
        self._context, self._log, self._author = context, log, author_of(log)
        self._roster = context.roster
        self._record = rules.Record(context.manifest.mechanism, context.manifest.exercise, context.roster)
        issued = {party: context.roster.issued(party) for party in context.roster.parties}
        # The KEM keys of a party with one card are the same at every place.
        self._kems = {party: self._roster.kems(party, party, 0) for party, cards in issued.items() if len(cards) == 1}
        self._card: Card | None = None
        self._swift = Swift(log, ())

    def swiftly(self, place: int, leaf: bytes, body: bytes, previous: rules.Standing | None) -> Seen | None:
        """Return what was seen of an entry that passes every check but that of its signatures (`signed_by_all`).

        None leaves it to the full way and its words.
        """
        card = self._roster.card_at(self._author, self._log, place)
        if card is not self._card:
            self._card, self._swift = card, Swift(self._log, tuple(self._context.logs))
        seen = self._swift.read(leaf) if place else None
        kids = body_keys(body, seen) if seen is not None else None
        if seen is None or kids is None:
            return None
        for (party, _), kid in zip(seen.shape.readers, kids, strict=True):
            if kid not in (self._kems.get(party) or self._kems_for(party, seen)):
                return None
        try:
            rules.check_standing(seen, log=self._log, index=place, previous=previous, held=self._context)
        except (NotAllowed, Tampered):
            return None
        return seen

    @staticmethod
    def signed_by_all(seen: Seen) -> bool:
        """Tell whether the signatures of what was seen hold."""
        try:
            for key, message, signature in seen.signed:
                key.check(message, signature)
        except (NotAllowed, Tampered):
            return False
        return True

    def _kems_for(self, party: str, seen: Seen) -> frozenset[bytes]:
        log, index = (seen.log, seen.index) if party == self._author else heard_of(seen.heard, party)
        return self._roster.kems(party, log, index)

    def in_full(self, place: int, leaf: bytes, previous: rules.Standing | None) -> tuple[Entry, tuple[Signer, ...]]:
        """Return the entry that a leaf is, and who released it; raise what is wrong with it."""
        entry = Entry.from_bytes(leaf)
        rules.check_entry(entry, record=self._record, log=self._log, index=place, previous=previous, held=self._context)
        return entry, verify_entry(entry, self._roster.card_at(self._author, self._log, place))

    def body_in_full(self, entry: Entry, who: tuple[Signer, ...], body: bytes) -> None:
        """Raise what is wrong with the body of an entry; remember the shape of one of which nothing is wrong."""
        parsed = check_placed(body, entry)
        if parsed is None or self._card is None:
            return
        check_key_ids(parsed, entry, self._roster)
        station = self._card.by_key_id(entry.station.key_id)
        releasing = [self._card.by_key_id(one.key_id) for one in entry.released.signatures]
        self._swift.learn(entry, parsed, station, releasing, who)


Found = tuple[bytes, bytes, "Entry | Seen", tuple[Signer, ...], Opening | None]


def _check(context: Context, log: str, index: int) -> list[Found]:
    """Return leaf, body, entry as far as it was read, signers and opening of each entry of a bundle, all checked.

    Signatures of what was read swiftly come last: one after the other they are checked faster than between other work.
    """
    width, prover = _width(context, log, index), context.prover(log)
    path = layout.entries_path(log, index, width)
    found: list[Found] = []
    previous: Entry | Seen | None = _previous(context, log, index)
    fault: NotAllowed | Tampered | None = None
    try:
        for one in _check_unsigned(context, log, index, previous):
            found.append(one)  # noqa: PERF402  # what was found before a fault is looked at, too
    except (NotAllowed, Tampered) as later:
        fault = later  # unless there is one before it
    for place, (leaf, _, entry, *_) in enumerate(found, index * tiles.TILE_WIDTH):
        if isinstance(entry, Seen) and not prover.signed_by_all(entry):
            with at(f"{path}, entry {place}"):
                prover.in_full(place, leaf, previous)
        previous = entry
    if fault is not None:
        raise fault
    return found


def _check_unsigned(context: Context, log: str, index: int, previous: "Entry | Seen | None") -> Iterator[Found]:
    width, held, prover = _width(context, log, index), context.logs[log], context.prover(log)
    first = index * tiles.TILE_WIDTH
    path, bodies_path = layout.entries_path(log, index, width), layout.bodies_path(log, index, width)
    openings_path = layout.openings_path(log, index, width)
    with at(path):
        leaves = tiles.read_bundle(read_file(context.files, path), width)
        if b"".join(map(leaf_hash, leaves)) != tiles.tile(held.tree, 0, index, width):
            raise Tampered("the file changed while the record was read")
    with at(bodies_path):
        bodies = layout.read_long(read_file(context.files, bodies_path), width)
    openings = _openings(context.files, openings_path, width)
    for place, leaf, body, opened in zip(range(first, first + width), leaves, bodies, openings, strict=True):
        seen = prover.swiftly(place, leaf, body, previous)
        if seen is not None:
            entry: Entry | Seen = seen
            plain_hash, who = seen.plain_hash, seen.shape.who
        else:
            with at(f"{path}, entry {place}"):
                full, who = prover.in_full(place, leaf, previous)
                entry, plain_hash = full, full.statement.plain_hash
            with at(f"{bodies_path}, entry {place}"):
                prover.body_in_full(full, who, body)
        if entry.height != held.heights[place] or said_prefix(plain_hash) != held.said[place]:
            raise Tampered(f"{layout.shown(path)}, entry {place}: it was read in two ways")
        opening = None
        if opened:
            with at(f"{openings_path}, entry {place}"):
                opening = _opening(opened, plain_hash)
        yield leaf, body, entry, who, opening
        previous = entry


def _openings(files: Mapping[str, bytes], path: str, width: int) -> Sequence[bytes]:
    if path not in files:
        return (b"",) * width
    with at(path):
        openings = layout.read_long(files[path], width)
        if not any(openings):
            raise NotAllowed("a bundle of openings opens nothing")
    return openings


def _opening(data: bytes, plain_hash: bytes) -> Opening:
    opening = Opening.from_bytes(data)
    if opening.plain_hash() != plain_hash:
        raise Tampered("the opening does not have the salted hash that its author signed")
    return opening


def prove_bundle(context: Context, log: str, index: int) -> Iterator[Checked]:
    """Yield the entries of one bundle with body, signers and opening, after checking all of each."""
    for leaf, body, entry, who, opening in _check(context, log, index):
        yield entry if isinstance(entry, Entry) else Entry.from_bytes(leaf), body, who, opening


def _width(context: Context, log: str, index: int) -> int:
    return min(tiles.TILE_WIDTH, context.logs[log].tree.size - index * tiles.TILE_WIDTH)


def _previous(context: Context, log: str, index: int) -> Entry | None:
    """Return the entry before a bundle; its own bundle is where it is checked."""
    if index == 0:
        return None
    path = layout.entries_path(log, index - 1, tiles.TILE_WIDTH)
    with at(path):
        return Entry.from_bytes(tiles.read_bundle(read_file(context.files, path), tiles.TILE_WIDTH)[-1])


def prove_bundles(
    context: Context, progress: Callable[[int, int], None] | None, workers: int | None
) -> tuple[int, int]:
    """Check every bundle of every log; return how many signatures held, and how many openings there were.

    The first fault of a log, in order, is raised. `progress` is told of entries done and in all.
    """
    tasks = [(log, index) for log, held in context.logs.items() for index, _ in tiles.widths(held.tree.size)]
    total = sum(held.tree.size for held in context.logs.values())
    signatures = openings = done = 0

    def count(task: tuple[str, int]) -> tuple[int, int]:
        found = held = 0
        for *_, who, opening in _check(context, *task):
            found += 1 + len(who)
            held += opening is not None
        return found, held

    for (log, index), (found, opened) in zip(tasks, spread(count, tasks, workers), strict=True):
        signatures, openings, done = signatures + found, openings + opened, done + _width(context, log, index)
        if progress is not None:
            progress(done, total)
    return signatures, openings


_job: Callable[[Any], Any] | None = None  # what the processes that share the work inherit


def _do(task: object) -> object:
    if _job is None:
        raise NotAllowed("a process that shares the work of a proof was given none")
    return _job(task)


def spread(job: Callable[[_Task], _Result], tasks: Sequence[_Task], workers: int | None) -> Iterator[_Result]:
    """Yield what `job` gives for each of the tasks, in their order, worked off by `workers` processes.

    None is one for each processor. The first failure, in order, is raised. The processes inherit what `job` knows as
    it is now: what they learn, others do not.
    """
    global _job  # noqa: PLW0603  # inherited by the processes: a copy for each task would cost more than its work
    count = os.cpu_count() or 1 if workers is None else workers
    if count < 2 or len(tasks) <= FEW:
        yield from map(job, tasks)
        return
    _job = job
    try:
        with ProcessPoolExecutor(count, mp_context=get_context("fork")) as pool:
            yield from cast("Iterator[_Result]", pool.map(_do, tasks, chunksize=1))
    finally:
        _job = None
