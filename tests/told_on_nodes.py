"""The packs' stories on nodes, beside the same on accounts made by hand."""

from packs import PACKS, told_of
from searoom.exercise.told import Rehearsal
from searoom.obligations import coverage
from told import BOOK

MANY = ("exercise-notice", "roadmap")
"""The packs of three and of six parties, which take the most time: in a file of their own."""

__all__ = ["MANY", "PACKS", "differences"]


def differences(rehearsal: Rehearsal, name: str) -> tuple[str, ...]:
    """Tell a pack's stories on nodes; return each line that is not as it says, or covers otherwise than by hand."""
    on_nodes = coverage.tell_all(coverage.stories_of(name), f"{name}.txt", BOOK, on=rehearsal.nodes)
    by_hand = told_of(name)
    found = [
        f"{told.title}: {finding.where}: {finding.sentence}" for told in on_nodes for finding in told.findings(name)
    ]
    rows = [coverage.covered(told[0].agreement, told) for told in (on_nodes, by_hand)]
    found += [f"{one.clause}: {one.states}, {other.states}" for one, other in zip(*rows, strict=True) if one != other]
    found += [] if 100 == coverage.percent(rows[0]) else ["not every clause is shown both ways"]
    for one, other in zip(on_nodes, by_hand, strict=True):
        assert [each.found for each in one.checked] == [each.found for each in other.checked], one.title
    return tuple(found)
