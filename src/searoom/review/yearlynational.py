"""The national part of a yearly review: encounters as one party's own sensors saw them; it never leaves its node."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol, cast

from searoom.review.yearlyscene import Period, months, square
from searoom.signals.forms import Filled
from searoom.units import MICROSECONDS

APART_US: Final = 3600 * MICROSECONDS
"""Notes of one pair that lie an hour apart or less are of one encounter."""
NEAR_US: Final = 600 * MICROSECONDS
"""A position that was noted so long before or after tells in which square an encounter began."""
COUNTED: Final = ("bell-note", "company-note", "encounter-note", "sighting", "track-note", "zone-note")
"""The notes that are counted; what else stands in a national log is no matter of a review."""
RISING: Final = ("advise", "warn", "urgent")
NOWHERE: Final = "not noted"


class Noted(Protocol):
    """One note of the national log."""

    @property
    def at_us(self) -> int:
        """When the station placed it."""

    @property
    def filled(self) -> Filled:
        """What it says."""


def national(notes: Sequence[Noted], party: str, period: Period) -> dict[str, Any]:
    """Return what a party's own notes of the period hold: encounters by geometry, grade, square and month."""
    within = [note.filled for note in notes if note.filled.form in COUNTED and period.holds(note.at_us)]
    by_form = Counter(filled.form for filled in within)
    met = _encounters([filled.fields for filled in within if filled.form == "encounter-note"])
    where = _positions([filled.fields for filled in within if filled.form == "track-note"])
    areas = Counter(_area(where, first) for first, _ in met)
    return {
        "party": party,
        "notes": dict(sorted(by_form.items())),
        "encounters": len(met),
        "by_geometry": dict(sorted(Counter(str(worst["geometry"]) for _, worst in met).items())),
        "by_grade": dict(sorted(Counter(str(worst["grade"]) for _, worst in met).items())),
        "by_area": dict(sorted(areas.items())),
        "by_month": months([_at(first) for first, _ in met]),
    }


def _encounters(rows: Sequence[Mapping[str, object]]) -> list[tuple[Mapping[str, object], Mapping[str, object]]]:
    """Return of each encounter its first note of a grade, and the note of its highest."""
    last: dict[tuple[str, ...], tuple[int, int]] = {}
    found: list[tuple[Mapping[str, object], Mapping[str, object]]] = []
    for row in sorted((row for row in rows if row["grade"] in RISING), key=_at):
        pair = tuple(sorted((str(row["a"]), str(row["b"]))))
        before = last.get(pair)
        if before is None or _at(row) - before[1] > APART_US:
            found.append((row, row))
            last[pair] = (len(found) - 1, _at(row))
            continue
        first, worst = found[before[0]]
        if RISING.index(str(row["grade"])) > RISING.index(str(worst["grade"])):
            found[before[0]] = (first, row)
        last[pair] = (before[0], _at(row))
    return found


def _positions(rows: Sequence[Mapping[str, object]]) -> Mapping[str, list[tuple[int, str]]]:
    found: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for row in rows:
        found[str(row["craft"])].append((_at(row), square(row["where"])))
    return {craft: sorted(each) for craft, each in found.items()}


def _area(where: Mapping[str, list[tuple[int, str]]], first: Mapping[str, object]) -> str:
    """Return the square of the position of either craft that was noted nearest in time; 'not noted' for none near."""
    near: list[tuple[int, str]] = []
    for craft in (str(first["a"]), str(first["b"])):
        rows = where.get(craft, [])
        at = bisect_left(rows, (_at(first), ""))
        near += [(abs(time_us - _at(first)), place) for time_us, place in rows[max(0, at - 1) : at + 1]]
    best = min(near, default=(NEAR_US + 1, ""))
    return best[1] if best[0] <= NEAR_US else NOWHERE


def _at(row: Mapping[str, object]) -> int:
    return cast("int", row["at"])
