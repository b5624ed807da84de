"""Where entries that came ahead of their place wait, durably, until the log reaches them and they are compared."""

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.record import rules
from searoom.record.ahead import KIND, MAX_AHEAD, Ahead, check_ahead
from searoom.record.evidence import keeping
from searoom.record.log import Log, Store
from searoom.record.merkle import leaf_hash
from searoom.record.witnesses import Keep, fork


class Shelf:
    """The entries of other parties' logs that came ahead and are not reached yet, over what the store holds."""

    def __init__(self, store: Store, keep: Keep) -> None:
        self._store, self._keep = store, keep
        held = (Ahead.from_bytes(value) for _, value in store.each(KIND))
        self._held = {(item.log, item.index): item for item in held}

    def take(self, ahead: Ahead, log: Log, record: rules.Record) -> bool:
        """Verify an entry and keep it, durably on return; return whether it is new.

        Raises `NotAllowed` or `Tampered`; what contradicts the log or what came ahead before is kept as evidence.
        """
        with keeping(self._keep, "refused", [ahead.log, ahead.entry, ahead.note]):
            entry = check_ahead(ahead, record.roster)
        rules.check_place(entry.statement, record)
        if ahead.index < log.size:
            if leaf_hash(ahead.entry) != log.leaf(ahead.index):
                ours = next(data for _, data, _ in log.items(ahead.index, ahead.index + 1))
                sentence = f"entry {ahead.index} of {log.name} comes ahead in other bytes than are held"
                fork(self._keep, log, sentence, [ours, ahead.entry, ahead.note])
            return False
        if (ahead.log, ahead.index) in self._held:
            self.compare(log, ahead.index, ahead.entry, ahead.note)
            return False
        if log.said(entry.statement.plain_hash):
            raise NotAllowed(f"the entry ahead says again what stands in {log.name} already: it can never stand there")
        if len(self.waiting(ahead.log)) >= MAX_AHEAD:
            raise NotAllowed(f"{MAX_AHEAD} entries of {ahead.log} came ahead already: send those before them")
        self._store.put(KIND, _key(ahead.log, ahead.index), ahead.to_bytes())
        self._held[ahead.log, ahead.index] = ahead
        return True

    def waiting(self, log: str) -> tuple[Ahead, ...]:
        """Return what came ahead in a log and has not been reached yet, in order."""
        return tuple(self._held[key] for key in sorted(self._held) if key[0] == log)

    def compare(self, log: Log, index: int, data: bytes, note: bytes) -> None:
        """Refuse an entry that came ahead in other bytes than these: its author wrote two of one place."""
        sent = self._held.get((log.name, index))
        if sent is not None and sent.entry != data:
            sentence = f"entry {index} of {log.name} came ahead in other bytes"
            fork(self._keep, log, sentence, [sent.entry, data, sent.note, note])

    def clear_to(self, log: Log) -> None:
        """Forget what the log has reached: it stands there now."""
        for key in [key for key in self._held if key[0] == log.name and key[1] < log.size]:
            self._store.drop(KIND, _key(*key))
            del self._held[key]


def _key(log: str, index: int) -> bytes:
    return cbor.encode([log, index])
