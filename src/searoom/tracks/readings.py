"""What was read of a file or a table: its fixes, and what was turned away and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from searoom.errors import Finding, NotAllowed
from searoom.tracks.aisrest import Aid, Text
from searoom.tracks.fixes import Fixes
from searoom.tracks.ships import Ship, names

BACKWARDS = "time goes backwards, put in order"  # of what is counted the one thing that costs nothing


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from one file or table: its fixes, its kind, and what was turned away and why.

    `refused` counts rows by cause; `findings` say in a sentence what a reader of the result should
    know (values set to unknown, rows out of time order); `ships` are what craft say of themselves; `texts` and `aids`
    are the safety texts and the aids to navigation that were heard by AIS.
    """

    fixes: Fixes
    kind: str
    refused: Mapping[str, int]
    findings: tuple[Finding, ...]
    ships: Mapping[str, Ship]
    texts: tuple[Text, ...] = ()
    aids: tuple[Aid, ...] = ()

    @property
    def labels(self) -> Mapping[str, str]:
        """The names that craft send."""
        return names(self.ships)


def reading_of(
    fixes: Fixes, backwards: int, kind: str, ships: Mapping[str, Ship], refused: Mapping[str, int],
    told: Mapping[str, int], name: str,
) -> Reading:  # fmt: skip
    """Return what was read of `name`; NotAllowed where not one row could be used, with the causes."""
    if not len(fixes):
        causes = ", ".join(f"{count} x {cause}" for cause, count in sorted(refused.items())) or "it has no rows"
        raise NotAllowed(f"{name} ({kind}) holds not one usable fix: {causes}")
    counted = dict(told)
    if backwards:
        counted[BACKWARDS] = backwards
    findings = tuple(Finding(name, f"{what}: {count}") for what, count in sorted(counted.items()))
    return Reading(fixes=fixes, kind=kind, refused=dict(refused), findings=findings, ships=ships)
