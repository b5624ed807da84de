"""The kinds of rule that a clause may count by, one row each: how it is read from a pack, and what it tells."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from searoom.obligations.calls import Calls, read_calls, tell_calls
from searoom.obligations.comparing import Crosscheck, Reveal, read_crosscheck, read_reveal, tell_crosscheck, tell_reveal
from searoom.obligations.disputes import Dispute, read_dispute, tell_dispute
from searoom.obligations.facts import Fact, Scene
from searoom.obligations.frameworks import Frameworks, read_frameworks, tell_frameworks
from searoom.obligations.pack import Table
from searoom.obligations.pairing import Pair, read_pair, tell_pair
from searoom.obligations.quotas import Limit, Quota, read_limit, read_quota, tell_limit, tell_quota
from searoom.obligations.thresholds import Threshold, read_threshold, tell_threshold
from searoom.signals.forms import FormBook

Numbers = Quota | Limit | Threshold | Pair | Dispute | Calls | Crosscheck | Reveal | Frameworks


@dataclass(frozen=True, slots=True)
class RuleKind:
    """A row of RULES: what it means, how it is read, what it tells of a scene."""

    meaning: str
    read: Callable[[Table, FormBook], Numbers]
    tell: Callable[[Any, Scene], Iterator[Fact]]


RULES: Final[Mapping[str, RuleKind]] = {
    "quota": RuleKind("how many requests a party accepts; refused ones count for nothing", read_quota, tell_quota),
    "limit": RuleKind("a ceiling, how it is counted, and the balance", read_limit, tell_limit),
    "threshold": RuleKind("from which figure on notice is owed and observers invited", read_threshold, tell_threshold),
    "pair": RuleKind(
        "commitments that belong together: at once, after each other, or side by side", read_pair, tell_pair
    ),
    "dispute": RuleKind("stages with clocks, and what holds when they have run out", read_dispute, tell_dispute),
    "calls": RuleKind("calls attempted, answered, unanswered, declined, with a fault", read_calls, tell_calls),
    "crosscheck": RuleKind("the figures of two parties about the same thing", read_crosscheck, tell_crosscheck),
    "reveal": RuleKind("a hash first, the words later: do they fit", read_reveal, tell_reveal),
    "frameworks": RuleKind(
        "which security framework each party's view of a threat asks for", read_frameworks, tell_frameworks
    ),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a clause counts by: its kind and its numbers."""

    kind: str
    numbers: Numbers

    def tell(self, scene: Scene) -> tuple[Fact, ...]:
        """Return what there is to tell under it."""
        return tuple(RULES[self.kind].tell(self.numbers, scene))


def read_rule(table: Table, book: FormBook) -> Rule:
    """Return the rule of a clause; what its kind does not know is refused."""
    kind = table.choice("kind", RULES)
    rule = Rule(kind, RULES[kind].read(table, book))
    table.done()
    return rule
