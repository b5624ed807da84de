"""The shared record, opened, decoded, in one order that both sides compute alike.

Rule 1: the order is (height, place of the author in the agreement, number of its log, index). No clock and no
hash decides.
Rule 2: the account is a fold of the entries alone: the same entries give the same account on every
node, however they arrived. What a node knows of cosignatures beside them is no part of that.
Rule 3: an entry that cannot be opened, read, or accepted as its form and the agreement ask keeps its place as
`Closed`, with the reason; it never stops the fold.
Rule 4: a statement that stands in several logs of its author is one message, at the place that counts (`repeated`).
Its other places keep theirs as `Again`; what answers, has or stores it at any of them does so for the one message.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import Final, Protocol, cast

from searoom.errors import NotAllowed
from searoom.record.ahead import Ahead
from searoom.record.cards import Revoked
from searoom.record.entry import Entry
from searoom.record.keys import Signer
from searoom.record.roster import Roster, author_of, epoch_of
from searoom.sentences import Sentence
from searoom.signals.forms import Filled, FormBook
from searoom.statements.folded import OTHER, Row
from searoom.statements.folding import Folding, Folds, Readable, one_each
from searoom.statements.interpreting import Interpreter, Opener, first_after
from searoom.statements.items import Again, Closed, Item, Message, Notice, Ref, Transcribed, as_item, ref_text
from searoom.statements.ledger import Ledger
from searoom.statements.release import BY_FORM, Policy
from searoom.statements.repeated import alone, repeats

__all__ = [
    "Account", "Again", "Closed", "Item", "Message", "Notice", "Readable", "Ref", "State", "Transcribed", "arrange",
    "read", "ref_text",
]  # fmt: skip

_RUN: Final = 64  # entries read of one log before another is looked at


@dataclass(frozen=True, slots=True)
class State:
    """One step in the life of a message: the entry that shows it, when its station says it placed it, and whose key."""

    ref: Ref
    at_us: int
    signer: Signer


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """All entries of all logs in the joint order.

    `parties` are those that speak, in the agreement's order; `sizes` are by log. `settled_height`: nothing can
    ever be inserted at or before it by a party that goes on in its newest log, since each one's next entry stands
    higher than its last. `recorded` maps (log, by whom) to the size cosigned, and `without_node` names the parties
    of which no card is known: both as this node knows it, and so left out when accounts are compared.

    It looks into a ledger that may grow behind it: what was read later than `sizes` is no part of it.
    """

    parties: tuple[str, ...]
    sizes: Mapping[str, int]
    settled_height: int
    recorded: Mapping[tuple[str, str], int]
    without_node: tuple[str, ...]
    _ledger: Ledger = field(repr=False)

    def __eq__(self, other: object) -> bool:
        """Whether both are the same entries in the same order, read alike."""
        if not isinstance(other, Account):
            return NotImplemented
        mine = (self.parties, self.sizes, self.settled_height)
        return mine == (other.parties, other.sizes, other.settled_height) and self.items == other.items

    __hash__ = None  # type: ignore[assignment]  # as of anything that is compared by what it holds

    @property
    def items(self) -> tuple[Item | Again, ...]:
        """All items, in order."""
        return self._ledger.items(self.sizes)

    def messages(self, *names: str) -> tuple[Message, ...]:
        """Return the messages in order, or only those of these forms; transcripts are no messages."""
        return cast("tuple[Message, ...]", self._ledger.messages(self.sizes, *names))

    def transcripts(self) -> tuple[Transcribed, ...]:
        """Return what officers wrote down of what others are said to have said, in order."""
        return cast("tuple[Transcribed, ...]", self._ledger.transcripts(self.sizes))

    def answers(self, ref: Ref) -> tuple[Message | Transcribed, ...]:
        """Return what answers `ref`, at any of its places, in order: messages and transcripts."""
        return cast("tuple[Message | Transcribed, ...]", self._ledger.answers(ref, self.sizes))

    def message(self, ref: Ref) -> Item:
        """Return what stands at `ref`, from the place where it counts; raise `NotAllowed` where nothing does."""
        if not 0 <= ref[1] < self.sizes.get(ref[0], 0):
            raise NotAllowed(Sentence("entry.none", ref=ref_text(ref)))
        return self._ledger.at(self.places(ref)[0])

    def places(self, ref: Ref) -> tuple[Ref, ...]:
        """Return all places where the statement of `ref` stands, the one that counts first."""
        return self._ledger.places(ref, self.sizes)

    def answered(self, filled: Filled) -> Ref | None:
        """Return which entry these words answer, by the place where it counts; None for none."""
        return None if filled.reply_to is None else self.places(filled.reply_to)[0]

    def same_as(self, item: Item) -> tuple[Item, ...]:
        """Return what has the statement of an item that stands in no log yet, at each place of it."""
        return tuple(self._ledger.at(ref) for ref in self._ledger.same_as(item))

    def added(self, earlier: "Account") -> tuple[Item, ...] | None:
        """Return what this account has beyond an earlier one; None where anything else may have changed."""
        logs = [log for log, size in self.sizes.items() if size]
        shared = self._ledger is earlier._ledger  # noqa: SLF001  # of our own kind
        if not shared or self.parties != earlier.parties or not one_each(logs):
            return None
        if any(size > self.sizes.get(log, 0) for log, size in earlier.sizes.items()):
            return None
        return tuple(
            item for log in logs for item in self._ledger.between(log, earlier.sizes.get(log, 0), self.sizes[log])
        )

    def delivered(self, ref: Ref, to: str) -> State | None:
        """Return the first entry of `to` whose station says that it held `ref`, or None while there is none.

        Of what stands at several places, any of them counts.
        """
        item = self._ledger.first_to_hear(ref, to, self.sizes)
        return None if item is None else State(item.ref, item.placed_us, item.station)

    def stored(self, ref: Ref, by: str) -> bool:
        """Return whether `by` has cosigned what stands at `ref`, at any of its places, as this node knows it."""
        return any(self.recorded.get((log, by), 0) > index for log, index in self.places(ref))


def read(
    record: Readable, book: FormBook, opener: Opener, *, parties: Sequence[str] = (), policy: Policy = BY_FORM
) -> Account:
    """Return the account of a record; `opener` gives the words of an entry, or None where it cannot.

    `parties` and `policy` are the agreement's. Without them the parties are those that have a card and speak, and
    release is judged by the forms alone. Signatures were checked when the entries came in; the roster says here
    whose they are, and which card was in force at each place.
    """
    reading = Reading(record, book, opener, parties=parties, policy=policy)
    reading.go_on()
    return reading.account()


def arrange(
    parties: Sequence[str],
    items: Iterable[Item | Again],
    recorded: Mapping[tuple[str, str], int],
    *,
    without_node: Sequence[str] = (),
) -> Account:
    """Return the account of items in whatever order they come; each log must be whole from its first entry."""
    ledger = Ledger(parties)
    for item in sorted(map(alone, items), key=ledger.order):
        ledger.add(item)
    return _account(ledger, parties, recorded, without_node)


def _account(
    ledger: Ledger, parties: Sequence[str], recorded: Mapping[tuple[str, str], int], without_node: Sequence[str]
) -> Account:
    sizes = {**dict.fromkeys(parties, 0), **ledger.sizes()}
    heights = [max(ledger.height(log) for log in sizes if author_of(log) == party) for party in parties]
    return Account(tuple(parties), sizes, min(heights, default=0), dict(recorded), tuple(without_node), ledger)


class Reading:
    """The account of a record that grows: each entry is opened and read once, some at a time where that is asked for.

    What stands in it follows from the record alone; it may be thrown away and begun again at any time. With `folds` it
    begins with the blocks that are kept there, and keeps what it reads.
    """

    def __init__(
        self,
        record: Readable,
        book: FormBook,
        opener: Opener,
        *,
        parties: Sequence[str] = (),
        policy: Policy = BY_FORM,
        folds: Folds | None = None,
    ) -> None:
        self._record, self._book, self._opener, self._policy, self._folds = record, book, opener, policy, folds
        self._speak = tuple(parties) or record.roster.speakers()
        self._begin(record.roster)

    def _begin(self, roster: Roster) -> None:
        self._roster, self._ledger, self._read = roster, Ledger(self._speak), dict[str, int]()
        self._interpreter = Interpreter(roster, self._book, self._opener, self._policy)
        self._streams: dict[str, Iterator[tuple[Item, bytes]]] = {}
        self._given: Account | None = None
        self._shared = False  # whether an account that was given out looks into this ledger
        self._folding = None if self._folds is None else Folding(self._record, self._folds, roster)
        if self._folding is not None:
            self._read |= self._folding.unfold(self._ledger, self._again)

    def _again(self, row: Row) -> Item:
        if row.kind != OTHER:
            return self._interpreter.again(row)
        entry, body = next(iter(self._record.entries(*row.ref)))
        return replace(self._interpreter.item(entry, body), doubtful=row.who.doubtful)

    @property
    def total(self) -> int:
        """How many entries the record holds."""
        return sum(self._record.size(log) for log in self._record.logs())

    @property
    def unread(self) -> int:
        """How many of them were not read yet."""
        return self.total - sum(self._read.values())

    def go_on(self, most: int | None = None) -> None:
        """Read on: all that is there, or `most` entries of it; where the logs meet, the lowest come first."""
        self._follow(self._record.roster)
        if most is None and self._folding is not None:
            interpreter = partial(Interpreter, self._roster, self._book, policy=self._policy)
            if found := self._folding.together(self._ledger, interpreter, self._again):
                self._read, self._streams, self._given = self._read | found, {}, None
        left = self.unread if most is None else most
        while left > 0 and (behind := [log for log in self._record.logs() if self._at(log) < self._record.size(log)]):
            log = min(behind, key=self._ledger.height)
            wanted, taken = min(left, _RUN), 0
            if log not in self._streams:
                self._streams[log] = self._fresh(log, self._at(log), self._record.size(log) - self._at(log))
            for item, words in islice(self._streams[log], wanted):
                self._put(item, words)
                self._read[log], self._given = item.ref[1] + 1, None
                taken += 1
            if taken < wanted:  # the log has grown since
                del self._streams[log]
            left -= taken

    def _put(self, item: Item, words: bytes) -> None:
        if self._folding is not None and self._folding.gather(self._ledger, item, words, self._again):
            return
        if self._ledger.changes(item):
            self._part()
        self._ledger.add(item)
        if self._folding is not None:
            self._folding.take(self._ledger, item, words)

    def _at(self, log: str) -> int:
        return self._read.get(log, 0)

    def _part(self) -> None:
        """Leave the ledger to the accounts that were given out, before something in it changes."""
        if self._shared:
            self._ledger, self._shared, self._given = self._ledger.copy(), False, None

    def items(self, log: str, start: int, most: int) -> Iterator[Item]:
        """Yield items of a log from `start` on, `most` of them, each as it is alone, read before or not."""
        self._follow(self._record.roster)
        held = self._ledger.between(log, start, start + most)
        yield from held
        if len(held) < most:
            yield from (item for item, _ in self._fresh(log, start + len(held), most - len(held)))

    def _fresh(self, log: str, start: int, most: int) -> Iterator[tuple[Item, bytes]]:
        """Yield items from the entries, each with the words that were opened for it."""
        for entry, body in islice(self._record.entries(log, start), most):
            yield self._interpreter.read(entry, body)

    def account(self) -> Account:
        """Return the account of what was read; it stays what it is, whatever is read later."""
        self._release()
        parties, logs = self._roster.parties, tuple(self._record.logs())
        recorded = {(log, by): self._record.recorded(log, by) for log in logs for by in parties if by != author_of(log)}
        if self._given is None or self._given.recorded != recorded:
            missing = tuple(party for party in self._speak if party not in parties)
            self._given, self._shared = _account(self._ledger, self._speak, recorded, missing), True
        return self._given

    def _release(self) -> None:
        if self._folding is not None:
            self._folding.release(self._ledger)

    def _follow(self, roster: Roster) -> None:
        """Take over a roster with more cards; what a card says of entries that were read before is said of them."""
        if roster is self._roster:
            return
        self._release()
        before, self._roster = self._roster, roster
        self._interpreter = Interpreter(roster, self._book, self._opener, self._policy)
        for party in roster.parties:
            fresh = roster.issued(party)[len(before.issued(party)) :]
            if any(self._came_late(log, index) for log, index, _ in fresh):
                self._begin(roster)
                return
            known = {revoked.key_id for _, _, card in before.issued(party) for revoked in card.revoked}
            self._mark(party, [each for _, _, card in fresh for each in card.revoked if each.key_id not in known])

    def _came_late(self, log: str, index: int) -> bool:
        """Whether entries that a card at this place is asked for were read before it was known."""
        later = [other for other, size in self._read.items() if size and author_of(other) == author_of(log)]
        return index < self._at(log) or any(epoch_of(other) > epoch_of(log) for other in later)

    def _mark(self, party: str, withdrawn: Sequence[Revoked]) -> None:
        """Mark what keys that are withdrawn now have signed beyond their last good entry."""
        for log, size in self._read.items() if withdrawn else ():
            first = min(first_after(revoked, log, size) for revoked in withdrawn) if author_of(log) == party else size
            for item in self._ledger.between(log, first, size):
                doubt = self._interpreter.doubtful(party, item.ref, (item.station, *item.signers))
                if doubt != item.doubtful:
                    self._part()
                    self._ledger.replace(replace(item, doubtful=doubt))


class Waiting(Protocol):
    """What is asked of a record for what came ahead of its place: `searoom.record.shared.SharedRecord` has it."""

    @property
    def roster(self) -> Roster:
        """The cards of the parties."""

    def logs(self) -> Sequence[str]:
        """Return the names of the logs."""

    def aheads(self, log: str) -> Sequence[Ahead]:
        """Return what came ahead of its place in a log, in order."""


def read_ahead(
    record: Waiting, book: FormBook, opener: Opener, policy: Policy = BY_FORM, *, account: Account | None = None
) -> tuple[Item | Again, ...]:
    """Return what came ahead of its place as the account will have it when the logs reach it; it is in none yet.

    What stands in the `account` already, in another log, is no news, however fast it comes.
    """
    interpreter = Interpreter(record.roster, book, opener, policy)
    pieces = [piece for log in record.logs() for piece in record.aheads(log)]
    fresh = [interpreter.item(Entry.from_bytes(piece.entry), piece.body) for piece in pieces]
    known = [] if account is None else [item for each in fresh for item in account.same_as(each)]
    counts = {ref: places[0] for ref, places in repeats([*known, *fresh]).items()}
    return tuple(_counted(item, counts.get(item.ref, item.ref)) for item in fresh)


def _counted(item: Item, at: Ref) -> Item | Again:
    return item if item.ref == at else as_item(Again, item, of=at, alone=item)
