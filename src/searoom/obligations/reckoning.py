"""All that an agreement says at a moment: the duties, and beside them what its clauses count."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from searoom.account import Account, Ref
from searoom.obligations.agreement import Agreement
from searoom.obligations.clauses import Clause
from searoom.obligations.deadlines import Said
from searoom.obligations.entries import read_said
from searoom.obligations.facts import Done, Fact, Scene
from searoom.obligations.pairing import Pair
from searoom.obligations.standing import Obligation, standing
from searoom.signals.forms import FormBook


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The duties of an agreement at a moment, and the facts that its clauses count."""

    duties: tuple[Obligation, ...]
    facts: tuple[Fact, ...]

    def of(self, clause: str) -> tuple[Obligation, ...]:
        """Return the duties under a clause."""
        return tuple(duty for duty in self.duties if duty.clause.id == clause)

    def counted(self, clause: str) -> tuple[Fact, ...]:
        """Return the facts under a clause."""
        return tuple(fact for fact in self.facts if fact.clause == clause)


def reckon(agreement: Agreement, account: Account, now_us: int, book: FormBook, *, only: str = "") -> Reckoning:
    """Return all of it, or what stands under one clause: pure, of the account, the agreement and the moment."""
    in_force = [clause for clause in agreement.in_force() if only in ("", clause.id)]
    asked = [clause for clause in agreement.in_force() if clause.id in _looked_at(in_force)] if only else None
    duties = standing(agreement, account, now_us, clauses=asked)
    counting = [clause for clause in in_force if clause.rule is not None]
    names = {name for clause in counting for name in _forms(clause, book)}
    pairs, said = read_said(account, names)
    replies: dict[Ref, list[Said]] = defaultdict(list)
    for filled, its in (pair for name in sorted(names) for pair in pairs.get(name, ())):
        answered = account.answered(filled)
        if answered is not None and not its.transcript_by:
            replies[answered].append(its)
    facts = tuple(fact for clause in counting for fact in _of(clause, agreement, said, replies, _done(duties), now_us))
    return Reckoning(duties, facts)


def _looked_at(clauses: Sequence[Clause]) -> frozenset[str]:
    """Return the clauses whose duties these are, or look at: a pair looks at those of others."""
    pairs = [clause.rule.numbers for clause in clauses if clause.rule and isinstance(clause.rule.numbers, Pair)]
    others = [name for pair in pairs for name in (*pair.first, *pair.second)]
    return frozenset((*others, *(clause.id for clause in clauses)))


def _of(
    clause: Clause,
    agreement: Agreement,
    said: Mapping[str, Sequence[Said]],
    replies: Mapping[Ref, Sequence[Said]],
    duties: Mapping[str, Sequence[Done]],
    now_us: int,
) -> Iterator[Fact]:
    scene = Scene(clause.id, agreement.parties, said, replies, duties, agreement.starts_us, now_us)
    yield from clause.rule.tell(scene) if clause.rule is not None else ()


def _done(duties: Sequence[Obligation]) -> Mapping[str, Sequence[Done]]:
    found: dict[str, list[Done]] = defaultdict(list)
    for duty in duties:
        found[duty.clause.id].append(Done(duty.label, duty.owed_by, duty.state, duty.moment_us))
    return found


def _forms(clause: Clause, book: FormBook) -> Iterator[str]:
    """Give the forms that a rule looks at: each of its values that is the name of a form."""
    if clause.rule is not None:
        known = {form.name for form in book.forms}
        for each in fields(clause.rule.numbers):
            value = getattr(clause.rule.numbers, each.name)
            if isinstance(value, str) and value in known:
                yield value
