"""What of a standing still holds when entries are added: duties that an entry started and nothing has touched since.

Rule 1: what is kept is what the whole computation would give; where more has changed than that entries were added, all
is forgotten.
Rule 2: only what is settled is kept: the entry came through to all, so did every answer to it, and until the next
deadline time changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from searoom.account import Account, Ref
from searoom.obligations.clauses import Clause
from searoom.obligations.deadlines import Said
from searoom.obligations.resting import Rest
from searoom.signals.forms import Filled
from searoom.statements.items import Item, Message, Transcribed

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Held(Generic[_T]):
    """The duties of one clause that one entry started, and from when until when they are these (microseconds)."""

    cause: Said
    duties: tuple[_T, ...]
    from_us: int
    until_us: int


class Kept(Generic[_T]):
    """Keeps duties between two looks at an account that grows; whoever looks passes it along."""

    def __init__(self) -> None:
        self._account: Account | None = None
        self._agreed, self._rests = b"", tuple[Rest, ...]()
        self._held: dict[Ref, dict[str, _Held[_T]]] = {}
        self.said: dict[Ref, tuple[Filled, Said]] = {}
        """Entries that came through to all, as they count; none of it can change any more."""

    def look(self, agreed: bytes, account: Account) -> None:
        """Forget what an account has touched since the last look; `agreed` is the hash of the agreement."""
        added = None if self._account is None or agreed != self._agreed else account.added(self._account)
        if added is None:
            self.said, self._held = {}, {}
        for item in added or ():
            self._touch(item, account)
        self._account, self._agreed = account, agreed

    def _touch(self, item: Item, account: Account) -> None:
        """Forget what hangs on all that an entry answers, up to the beginning."""
        seen = set[Ref]()
        above: Item | None = item
        while isinstance(above, Message | Transcribed):
            ref = above.filled.reply_to
            if ref is None or ref in seen or not 0 <= ref[1] < account.sizes.get(ref[0], 0):
                break
            seen.add(ref)
            self._held.pop(ref, None)
            above = account.message(ref)

    def resting(self, rests: Sequence[Rest]) -> None:
        """Forget all duties where other times of rest hold than at the last look."""
        if tuple(rests) != self._rests:
            self._held, self._rests = {}, tuple(rests)

    def duties(self, clause: Clause, cause: Said, now_us: int) -> tuple[_T, ...] | None:
        """Return the duties that an entry started under a clause, as they still are; None where they are not known."""
        held = self._held.get(cause.ref, {}).get(clause.id)
        if held is None or held.cause is not cause or not held.from_us <= now_us < held.until_us:
            return None
        return held.duties

    def hold(self, clause: Clause, cause: Said, duties: tuple[_T, ...], from_us: int, until_us: int) -> None:
        """Keep the duties that an entry started, for so long as nothing touches them."""
        self._held.setdefault(cause.ref, {})[clause.id] = _Held(cause, duties, from_us, until_us)

    def settled(self, said: Sequence[Said]) -> bool:
        """Whether all of these came through to all, so that how they count is final."""
        return all((known := self.said.get(its.ref)) is not None and known[1] is its for its in said)


def lasting(clause: Clause) -> bool:
    """Whether what an entry started under a clause rests on that entry and its answers alone."""
    wanted = clause.fulfilment
    return (
        clause.trigger.kind == "on-entry"
        and not clause.in_turn
        and not clause.needs
        and (wanted is None or wanted.reversed_by is None)
    )
