"""How entries come into the record: everything about a batch is verified, then all of it is stored, or nothing.

Rule: what contradicts the copy held here is refused and kept as evidence; the copy never changes.
"""

from collections.abc import Sequence

from searoom.errors import NotAllowed, SearoomError
from searoom.record import heads, rules
from searoom.record.algorithms import key_id
from searoom.record.batch import Batch, check_batch
from searoom.record.checkpoint import Checkpoint
from searoom.record.cover import Cover
from searoom.record.entry import MAX_ENTRY, Entry, Kind, verify_entry, verify_released
from searoom.record.evidence import keeping
from searoom.record.log import Log
from searoom.record.logs import Logs
from searoom.record.merkle import leaf_hash, verify_consistency
from searoom.record.roster import Roster, author_of, epoch_of
from searoom.record.seal import MAX_BODY, Body, check_body, check_key_ids, check_placed
from searoom.record.shelf import Shelf
from searoom.record.witnesses import Keep, compare_root, fork


class Admission:
    """The door of one party's record."""

    def __init__(self, logs: Logs, shelf: Shelf, keep: Keep, party: str, exercise: bool) -> None:
        self._logs, self._shelf, self._keep = logs, shelf, keep
        self._party, self._exercise = party, exercise

    def admit(self, batch: Batch, *, now_us: int) -> int:
        """Verify a batch, then store what is new of it; return the size of its log that is held then."""
        log, entries = self._logs.get_or_next(batch.log), check_batch(batch)
        if batch.start > log.size:
            raise NotAllowed(f"the batch starts at {batch.start}, but only {log.size} entries of {log.name} are held")
        held = max(log.size - batch.start, 0)
        self._compare_held(log, batch, entries[:held])
        with log.staging():
            roster = self._roster_after(batch, entries[held:], held)
            with keeping(self._keep, "forged", [batch.log, batch.note]):
                head = heads.read_head(batch.note, batch.log, roster)
            if head.size <= log.size:
                compare_root(self._keep, log, head.size, head.root, batch.note)
            for entry, (data, body) in zip(entries[held:], batch.items[held:], strict=True):
                self._stage(log, entry, data, body, batch.note, roster)
            self._check_end(log, batch, head)
            if log.staged_size > log.size:
                whole = head.size == log.staged_size
                cover = None if whole else Cover(log.staged_size, head.size, batch.note, batch.proof)
                log.commit(batch.items[held:], batch.note if whole else b"", now_us=now_us, cover=cover)
        self._logs.roster = roster
        if log.size:
            self._logs.add(log)
        self._shelf.clear_to(log)
        return log.size

    def check_item(
        self, log: Log, entry: Entry, data: bytes, body: bytes, roster: Roster, *, ours: bool = False
    ) -> None:
        """Refuse an entry that may not stand next in `log`, whoever brings it.

        Where it is `ours`, our station has just signed it, with the key of our card: that is not checked again.
        """
        if len(data) > MAX_ENTRY or len(body) > MAX_BODY:
            raise NotAllowed(f"an entry has at most {MAX_ENTRY} bytes and a body at most {MAX_BODY}")
        card = roster.card_at(entry.statement.author, entry.log, entry.index)
        if ours:
            verify_released(entry.released, card)
        else:
            verify_entry(entry, card)
        parsed = check_placed(body, entry)
        record = rules.Record(roster.mechanism, self._exercise, roster)
        held = _Before(self._logs, log)
        rules.check_entry(entry, record=record, log=log.name, index=log.staged_size, previous=log.last, held=held)
        if ours and self._logs.said_before(entry.statement.author, entry.statement.plain_hash):
            raise NotAllowed("the same statement stands in an older log of ours already")
        if parsed is not None:
            check_key_ids(parsed, entry, roster)
        if ours and parsed is not None:
            _check_newest(parsed, roster)

    def _roster_after(self, batch: Batch, fresh: Sequence[Entry], held: int) -> Roster:
        """Return the roster with the cards that are new in a batch: each is signed by its root, wherever it stands."""
        roster = self._logs.roster
        for entry, (data, body) in zip(fresh, batch.items[held:], strict=True):
            if entry.statement.kind is Kind.CARD:
                with keeping(self._keep, "refused", [batch.log, data, batch.note], SearoomError):
                    if epoch_of(batch.log) < epoch_of(self._logs.newest(author_of(batch.log)).name):
                        raise NotAllowed(
                            f"a card comes in {batch.log}, which was left: by it later entries were judged"
                        )
                    check_body(body, entry.statement)
                    roster = roster.with_card(body, batch.log, entry.index)
        return roster

    def _compare_held(self, log: Log, batch: Batch, entries: Sequence[Entry]) -> None:
        """Refuse a batch that brings other bytes for what is held: two entries of one place prove a fork."""
        for at, entry in enumerate(entries):
            index, (data, body) = batch.start + at, batch.items[at]
            if leaf_hash(data) != log.leaf(index):
                self._check_signed(log, entry, index, [data, batch.note])
                ours = next(held for _, held, _ in log.items(index, index + 1))
                sentence = f"entry {index} of {log.name} comes in other bytes than before"
                fork(self._keep, log, sentence, [ours, data, batch.note])
            check_body(body, entry.statement)

    def _check_signed(self, log: Log, entry: Entry, index: int, found: Sequence[bytes]) -> None:
        """Refuse what only looks like another entry of a place: without its author's signatures it proves nothing."""
        with keeping(self._keep, "forged", [log.name, *found], SearoomError):
            if (entry.log, entry.index) != (log.name, index):
                raise NotAllowed(f"entry {entry.index} of {entry.log} comes where number {index} of {log.name} stands")
            verify_entry(entry, self._logs.roster.card_at(author_of(log.name), log.name, index))

    def _stage(self, log: Log, entry: Entry, data: bytes, body: bytes, note: bytes, roster: Roster) -> None:
        for heard in entry.heard:
            if author_of(heard.log) != self._party and self._logs.root_of(heard.log, heard.size) is None:
                raise NotAllowed(f"the entry has heard more of '{heard.log}' than is held here; fetch that first")
        with keeping(self._keep, "refused", [log.name, data, note], SearoomError):
            self.check_item(log, entry, data, body, roster)
        self._shelf.compare(log, entry.index, data, note)
        log.stage(entry, data)

    def _check_end(self, log: Log, batch: Batch, head: Checkpoint) -> None:
        """Refuse a batch whose entries do not give, or do not lead to, the root that its note signs."""
        leaves = b"".join(leaf_hash(data) for data, _ in batch.items)
        end = batch.start + len(batch.items)
        with keeping(self._keep, "note", [log.name, batch.note, batch.start, leaves], SearoomError):
            if head.size < end:
                raise NotAllowed(f"the batch ends at {end}, but its note is of size {head.size}")
            if end == log.staged_size:
                verify_consistency(end, head.size, batch.proof, log.staged_root(), head.root)


def _check_newest(body: Body, roster: Roster) -> None:
    """Refuse words of ours that were sealed before a reader changed its keys: the old ones may be destroyed by now."""
    for reader, wrapped in body.wrapped.items():
        if wrapped.key_id != key_id(roster.card(reader).kem):
            raise NotAllowed(f"this was sealed before {reader} changed its keys", advice="Write it once more.")


class _Before:
    """What `rules` asks, with the entries of one log that are staged but not committed."""

    def __init__(self, logs: Logs, staged: Log) -> None:
        self._logs, self._staged = logs, staged

    def head_height(self, log: str, size: int) -> int:
        return self._logs.head_height(log, size)

    def root_of(self, log: str, size: int) -> bytes | None:
        return self._logs.root_of(log, size)

    def said_before(self, _log: str, plain_hash: bytes) -> bool:
        return self._staged.said(plain_hash)
