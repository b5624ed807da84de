"""What a drawing of a programme is made from: its clauses, its duties, the account, the moment, and the words."""

from collections.abc import Sequence
from dataclasses import dataclass

from searoom.account import Account
from searoom.obligations.agreement import Agreement
from searoom.obligations.clauses import Clause
from searoom.obligations.reckoning import Reckoning
from searoom.obligations.standing import STATES, Obligation
from searoom.review.texts import Texts


@dataclass(frozen=True, slots=True)
class Scene:
    """One programme at one moment, in one language; `t` has the sentences of the console."""

    agreement: Agreement
    account: Account
    reckoning: Reckoning
    now_us: int
    t: Texts
    lang: str

    def clauses(self, *kinds: str) -> tuple[Clause, ...]:
        """Return the clauses in force whose trigger is of one of these kinds, in their order."""
        return tuple(clause for clause in self.agreement.in_force() if clause.trigger.kind in kinds)

    def called(self, parties: Sequence[str]) -> str:
        """Return what these parties are called; what all owe together says so."""
        if len(parties) > 1 and set(parties) == set(self.agreement.parties):
            return self.t("standing.together")
        return ", ".join(self.agreement.name(party, self.lang) for party in parties)

    def state(self, duty: Obligation) -> str:
        """Return the state of a duty in words, with how far it is and what was found."""
        more = [self.t(f"due.{duty.state}")]
        if duty.progress is not None:
            more.append("{}/{}".format(*duty.progress))
        if duty.verified:
            more.append(self.t("standing.verified", finding=duty.verified))
        if duty.note:
            more.append(self.t(f"standing.{duty.note}"))
        return " · ".join(more)

    def told(self, duty: Obligation) -> str:
        """Return a duty in one line: what, which, whose, and how it stands."""
        return f"{duty.clause.title[self.lang]} ({duty.label}), {self.called(duty.owed_by)}: {self.state(duty)}"


def shown(duties: Sequence[Obligation]) -> tuple[str, ...]:
    """Return the states that stand among duties, in their fixed order."""
    there = {duty.state for duty in duties}
    return tuple(state for state in STATES if state in there)
