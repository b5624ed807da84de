"""What makes an entry fit its place in the record, written once for the door and for the verifier.

`shared.admit` asks these rules before it stores, `verify` asks them again from bytes alone. They
look at one entry and at what the asker holds; signatures and bodies are checked elsewhere.

Rule 1: an entry stands at its index, in a log of its author, of this mechanism, exercise or not.
Rule 2: it says of each log that it has heard how far, never less than before, and only heads that exist.
Rule 3: its height is one more than the highest entry that its author had before it.
Rule 4: nothing is said twice in one log. In a later log the same statement may stand again: its author's store
was put back, and did not know that it had said it. It is one message all the same (`searoom.statements.repeated`).
Rule 5: a second log of an author begins with the reason why, and no first log does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from searoom.errors import NotAllowed, Tampered
from searoom.record.entry import Entry, Kind, Statement
from searoom.record.roster import Roster, epoch_of


class Held(Protocol):
    """What the asker holds of the logs; asked with names of logs and sizes of 1 or more."""

    def head_height(self, log: str, size: int) -> int:
        """Return the height of the last entry under the head of `log` at `size`, which `root_of` has given."""

    def root_of(self, log: str, size: int) -> bytes | None:
        """Return the tree head of `log` at `size`, or None where less of it is held."""

    def said_before(self, log: str, plain_hash: bytes) -> bool:
        """Return whether an entry before this one in `log` has this statement already."""


class Head(Protocol):
    """The head of another log that an entry says it has heard."""

    @property
    def log(self) -> str:
        """Its log."""

    @property
    def size(self) -> int:
        """How many entries it is over."""

    @property
    def root(self) -> bytes:
        """Its root."""


class Standing(Protocol):
    """Of an entry, what its place in the record depends on; `Entry` has it, and so has who reads no more of it."""

    @property
    def log(self) -> str:
        """The log it says it is in."""

    @property
    def index(self) -> int:
        """The index it says it has there."""

    @property
    def height(self) -> int:
        """The height it says it has."""

    @property
    def heard(self) -> Sequence[Head]:
        """What it has heard, a log once at most."""


@dataclass(frozen=True, slots=True)
class Record:
    """Which record it is: its mechanism, whether it is an exercise, and who takes part."""

    mechanism: str
    exercise: bool
    roster: Roster


def check_entry(entry: Entry, *, record: Record, log: str, index: int, previous: Standing | None, held: Held) -> None:
    """Return where `entry` may stand at `index` of `log`; raise `NotAllowed` or `Tampered` where not.

    `previous` is the entry before it in the same log, `None` at the start. An entry that brings a
    card is asked with a roster that has it.
    """
    statement = entry.statement
    check_place(statement, record)
    if (statement.kind is Kind.EPOCH) != (epoch_of(log) > 1 and index == 0):
        raise NotAllowed(f"a later log begins with the reason why, and with nothing else; entry {index} of {log} errs")
    check_standing(entry, log=log, index=index, previous=previous, held=held)
    if held.said_before(log, statement.plain_hash):
        raise NotAllowed(f"the same statement stands in {log} already")


def check_standing(entry: Standing, *, log: str, index: int, previous: Standing | None, held: Held) -> None:
    """Return where an entry's index, what it has heard and its height fit the place `index` of `log`."""
    if entry.log != log or entry.index != index:
        raise NotAllowed(
            f"the entry says that it is number {entry.index} of the log of {entry.log}, but it stands at {index} of "
            f"{log}"
        )
    _check_heard(entry, previous, held)
    expected = next_height(previous, [(h.log, h.size) for h in entry.heard], held.head_height)
    if entry.height != expected:
        raise NotAllowed(f"the entry has height {entry.height}, but what it had heard makes it {expected}")


def next_height(
    previous: Standing | None, heard: Sequence[tuple[str, int]], head_height: Callable[[str, int], int]
) -> int:
    """Return the height of the entry after `previous` whose author has heard `heard`, as (log, size).

    One more than the larger of the author's own last height and of the last entry of each heard
    prefix; an empty log counts as 0. No clock and no hash decides, so both sides order alike.
    """
    own = previous.height if previous is not None else 0
    return 1 + max([own, *(head_height(log, size) for log, size in heard)])


def check_place(statement: Statement, record: Record) -> None:
    """Refuse words of another mechanism, of an exercise in the real record, of a stranger and of an observer."""
    if statement.mechanism != record.mechanism:
        raise NotAllowed(f"the entry belongs to mechanism '{statement.mechanism}', not to '{record.mechanism}'")
    if statement.exercise != record.exercise:
        kind = {True: "exercise", False: "real"}
        raise NotAllowed(
            f"an entry of the {kind[statement.exercise]} record stands in the {kind[record.exercise]} record"
        )
    author, roster = statement.author, record.roster
    if roster.card(author).observer and statement.kind is Kind.WORDS:
        raise NotAllowed(f"'{author}' is an observer: it stores and verifies, and says nothing")
    for recipient in statement.recipients:
        if recipient not in roster.parties or recipient == author or roster.card(recipient).observer:
            raise NotAllowed(f"'{recipient}' cannot be a recipient of what '{author}' says here")


def _check_heard(entry: Standing, previous: Standing | None, held: Held) -> None:
    now = {heard.log: heard for heard in entry.heard}
    for heard in previous.heard if previous is not None else ():
        if heard.log not in now or now[heard.log].size < heard.size:
            raise NotAllowed(
                f"the entry has heard less of the log of '{heard.log}' than its predecessor, which had heard "
                f"{heard.size} entries already"
            )
    for heard in entry.heard:
        if heard.log == entry.log:
            raise NotAllowed("an entry says of its own log that it has heard it")
        root = held.root_of(heard.log, heard.size)
        if root is None:
            raise NotAllowed(f"the entry has heard {heard.size} entries of '{heard.log}', more than are held here")
        if root != heard.root:
            raise Tampered(f"the entry has heard another log of '{heard.log}' at size {heard.size} than is held here")
