"""All logs of the record as one party holds them, in memory, with the roster that their cards give.

A party's first log bears its id; where it had to begin anew, the next is `<id>.2`. All of them stay.
"""

import itertools
from collections.abc import Iterator
from typing import Final

from searoom.errors import NotAllowed, SearoomError, Tampered
from searoom.record import shape
from searoom.record.entry import MAX_LOGS, Kind
from searoom.record.heads import read_head
from searoom.record.log import Log, Progress, Store
from searoom.record.roster import Roster, author_of, epoch_of, log_name

NATIONAL: Final = "/"  # what the name of a national log has, and no other


class Logs:
    """The logs by name, the roster, and what `rules` asks of them; made by `load`."""

    def __init__(self, store: Store, roster: Roster) -> None:
        self.roster = roster
        self._store = store
        self._logs = {party: Log(store, party) for party in roster.parties}
        self._by_party: dict[str, tuple[Log, ...]] = {party: (log,) for party, log in self._logs.items()}

    @classmethod
    def load(cls, store: Store, roster: Roster, *, progress: Progress | None = None) -> "Logs":
        """Return the logs as the store has them; `roster` holds the first cards.

        Raises `Tampered` where the stored entries do not give the signed roots: they are read one by
        one where the blocks of the snapshot do not give them.
        """
        try:
            return cls._load(store, roster, progress, blocks=True)
        except Tampered:
            return cls._load(store, roster, progress, blocks=False)

    @classmethod
    def _load(cls, store: Store, roster: Roster, progress: Progress | None, *, blocks: bool) -> "Logs":
        logs = cls(store, roster)
        names = [shape.log_id(name, "a log in the store") for name in store.logs() if NATIONAL not in name]
        for name in sorted(names, key=lambda name: (author_of(name), epoch_of(name))):
            if author_of(name) not in roster.parties:
                raise NotAllowed(
                    f"the store holds a log of '{author_of(name)}', whose card is not at hand",
                    advice="Put the card beside the others, or use the store that belongs to these cards.",
                )
            log = Log.load(store, name, blocks=blocks, progress=progress)
            logs.add(log)
            logs._take_cards(log)
            logs._check_note(log)
        return logs

    def _take_cards(self, log: Log) -> None:
        for place in log.clear:
            for entry, _, body in log.items(place, place + 1):
                if entry.statement.kind is Kind.CARD:
                    self.roster = self.roster.with_card(body, log.name, place)

    def _check_note(self, log: Log) -> None:
        if not log.note:
            return
        try:
            head = read_head(log.note, log.name, self.roster)
        except SearoomError as fault:
            raise Tampered(f"the signed note of the log of {log.name} was changed in the store: {fault}") from fault
        if head.size > log.size or head.root != log.root(head.size):
            raise Tampered(
                f"the store holds {log.size} entries of the log of {log.name}; they do not give the root that its "
                f"signed note of size {head.size} names"
            )

    def __iter__(self) -> Iterator[Log]:
        return itertools.chain.from_iterable(self._by_party.values())

    def __contains__(self, name: str) -> bool:
        return name in self._logs

    def get(self, name: str) -> Log:
        """Return a log that is held; raise `NotAllowed` for one that is not."""
        if name not in self._logs:
            self.roster.issued(author_of(name))  # a stranger's log is refused as such
            raise NotAllowed(f"nothing of the log '{name}' is held here")
        return self._logs[name]

    def get_or_next(self, name: str) -> Log:
        """Return a log that is held, or an empty one for the log that its party may open next; `add` keeps it."""
        if name in self._logs:
            return self._logs[name]
        party = author_of(shape.log_id(name, "the log of a batch"))
        self.roster.issued(party)
        if name != log_name(party, epoch_of(self.newest(party).name) + 1):
            return self.get(name)
        most = MAX_LOGS // len(self.roster.parties)  # so that an entry has room for all that its author has heard
        if epoch_of(name) > most:
            raise NotAllowed(
                f"{party} has {most} logs already, and none of {len(self.roster.parties)} parties has more"
            )
        return Log(self._store, name)

    def add(self, log: Log) -> None:
        """Keep a log that is not empty any more."""
        if self._logs.get(log.name) is not log:
            self._logs[log.name] = log
            party = author_of(log.name)
            of_party = (one for name, one in self._logs.items() if author_of(name) == party)
            self._by_party[party] = tuple(sorted(of_party, key=lambda one: epoch_of(one.name)))

    def of(self, party: str) -> tuple[Log, ...]:
        """Return the logs of a party, oldest first."""
        return self._by_party.get(party, ())

    def newest(self, party: str) -> Log:
        """Return the newest log of a party; raise `NotAllowed` for a stranger."""
        self.roster.issued(party)
        return self._by_party[party][-1]

    def head_height(self, log: str, size: int) -> int:
        """Return the height of the last entry under the head of `log` at `size`."""
        return self.get(log).height(size)

    def root_of(self, log: str, size: int) -> bytes | None:
        """Return the tree head of `log` at `size`, or None where less of it is held."""
        held = self._logs.get(log)
        return held.root(size) if held is not None and size <= held.size else None

    def said_before(self, author: str, plain_hash: bytes) -> bool:
        """Return whether a statement with this salted hash stands in any log of the author."""
        return any(log.said(plain_hash) for log in self.of(author))
