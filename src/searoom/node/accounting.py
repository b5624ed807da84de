"""The account of one node, and what is owed by it: read whole for who asks, or in slices by a node that is at work.

At each start it is read anew from the record, or begun with the blocks that `folds` keeps of it; what is owed is always
computed anew. A node at work does not wait for that. It
takes and hands over entries, says what officers sign and writes its receipts; whatever only the whole account can
answer is refused until it is read, with how far it is.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from searoom import account as accounts
from searoom.account import Account, Again, Item, Reading, Ref, ref_text
from searoom.errors import NotAllowed
from searoom.obligations import standing
from searoom.obligations.agreement import Agreement
from searoom.obligations.clauses import Clause
from searoom.obligations.kept import Kept
from searoom.obligations.standing import Obligation
from searoom.record.shared import SharedRecord
from searoom.sentences import Sentence
from searoom.signals.forms import FormBook
from searoom.statements.folding import Folds
from searoom.statements.interpreting import Opener

AT_ONCE: Final = 1_000  # entries that a node at work reads for whoever asks; more are read in slices


class Accounting:
    """Reads the account of `record`; in `slices`, where the node is at work and no step may take long."""

    def __init__(
        self,
        record: SharedRecord,
        book: FormBook,
        opener: Opener,
        agreement: Agreement,
        *,
        slices: bool,
        folds: Folds | None = None,
    ) -> None:
        self._record, self._book, self._opener, self._policy = record, book, opener, agreement.policy
        self._agreement, self._kept = agreement, Kept[Obligation]()
        self._reading = Reading(record, book, opener, parties=agreement.parties, policy=agreement.policy, folds=folds)
        self._slices = slices

    @property
    def ready(self) -> bool:
        """Whether the account can be asked for: no more is unread than is read at once."""
        return not self._slices or self._reading.unread <= AT_ONCE

    @property
    def at_once(self) -> int | None:
        """How many entries may be looked at in one step; None for as many as there are."""
        return None if self.ready else AT_ONCE

    def progress(self) -> tuple[int, int]:
        """Return how many entries were read, and how many there are."""
        total = self._reading.total
        return total - self._reading.unread, total

    def how_far(self) -> str:
        """Say how much was read."""
        read, total = self.progress()
        return Sentence("node.unread", read=f"{read:,}", total=f"{total:,}")

    def account(self) -> Account:
        """Return the account with all that the record holds; `NotAllowed` while much of it is unread."""
        if not self.ready:
            raise NotAllowed(self.how_far())
        self._reading.go_on()
        return self._reading.account()

    def standing(self, now_us: int, *, clauses: Sequence[Clause] | None = None) -> tuple[Obligation, ...]:
        """Return every duty at a moment, under these clauses or all; what nothing has touched is not computed again."""
        return standing.standing(self._agreement, self.account(), now_us, clauses=clauses, kept=self._kept)

    def due(self, now_us: int) -> tuple[Obligation, ...]:
        """Return what is still to be done at a moment, likewise: the earliest deadline first."""
        return standing.due(self._agreement, self.account(), now_us, kept=self._kept)

    def read_on(self, most: int) -> bool:
        """Read so many entries more; return whether that was all."""
        self._reading.go_on(most)
        return not self._reading.unread

    def items(self, log: str, start: int, most: int) -> Iterator[Item]:
        """Yield so many items of a log from `start` on, read or not, each as it is alone."""
        return self._reading.items(log, start, most)

    def entry(self, ref: Ref) -> Item:
        """Return what stands at a place, read or not: without what others say of it; `NotAllowed` for nothing."""
        log, index = ref
        if log not in self._record.logs() or not 0 <= index < self._record.size(log):
            raise NotAllowed(Sentence("entry.none", ref=ref_text(ref)))
        return next(self.items(log, index, 1))

    def ahead(self) -> tuple[Item | Again, ...]:
        """Return what came ahead of its place, read as the account will read it; it is in no account yet."""
        known = self.account() if self.ready else None
        return accounts.read_ahead(self._record, self._book, self._opener, self._policy, account=known)
