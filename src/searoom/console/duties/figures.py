"""Where a programme stands, drawn as its own kind: ladder, time line, requests by age, grid of years, what is counted.

Which of the drawings there are is decided by the clauses alone: what arises once stands on a ladder, what every year or
on a schedule in a grid, what an entry starts by its age, what begins with a visit on a time line.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from searoom.account import Account
from searoom.console.duties import ages, cohorts, counted, grid, ladder
from searoom.console.duties.marks import Figure
from searoom.console.duties.scene import Scene
from searoom.obligations.agreement import Agreement
from searoom.obligations.clauses import Clause
from searoom.obligations.reckoning import Reckoning
from searoom.review.texts import Texts

KINDS: Final[Mapping[str, Callable[[Scene], Figure | None]]] = {
    "ladder": ladder.draw,
    "cohorts": cohorts.draw,
    "grid": grid.draw,
    "ages": ages.draw,
    "counted": counted.draw,
}
"""Every kind of drawing, by the row of the texts that names it."""


def drawn(
    agreement: Agreement, account: Account, reckoning: Reckoning, now_us: int, t: Texts, lang: str
) -> tuple[Figure, ...]:
    """Return the drawings of a programme, that of its own kind first; none where nothing has arisen."""
    scene = Scene(agreement, account, reckoning, now_us, t, lang)
    found = {kind: figure for kind, draw in KINDS.items() if (figure := draw(scene)) is not None}
    own = own_kind(agreement.in_force())
    return tuple(found[kind] for kind in sorted(found, key=lambda kind: (kind != own, list(KINDS).index(kind))))


def own_kind(clauses: Sequence[Clause]) -> str:
    """Return the kind of drawing that most clauses ask for; of equals, the one that stands first in `KINDS`."""
    asked = [kind_of(clause) for clause in clauses]
    return max(KINDS, key=asked.count)


def kind_of(clause: Clause) -> str:
    """Return where the duties of a clause are drawn; '' for a clause that makes none and counts nothing."""
    if clause.rule is not None:
        return "ladder" if clause.about == "pair" else "counted"
    if clause.about == "exchange":
        return "cohorts"
    return {"once": "ladder", "after": "ladder", "pledge": "ladder", "yearly": "grid", "schedule": "grid",
            "on-entry": "ages"}.get(clause.trigger.kind, "")  # fmt: skip
