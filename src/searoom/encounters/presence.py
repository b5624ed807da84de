"""How many craft were in a zone, day by day, by party and kind, and how far that count can be trusted.

A craft's party and kind are what a registry says of it, and nothing else: not a flag, not a name. Who is in no registry
is `unknown`. Hours are craft-hours that were seen, so a lower bound; two names of one unit are one craft.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np

from searoom.encounters.stays import LONGEST_GAP_S, Stay, Stays, stays
from searoom.encounters.zones import Zone
from searoom.errors import NotAllowed
from searoom.tracks.fixes import Fixes, Times
from searoom.tracks.registry import NOBODY, Registry
from searoom.units import MICROSECONDS

UNKNOWN = "unknown"
TRACKS = "tracks"  # the basis of what was counted from fixes
GAPS_TOLD = 5
_HOUR_US = 3600 * MICROSECONDS
_DAY_US = 24 * _HOUR_US
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Count:
    """How many craft of a party and kind were in the zone on a day, and for how many craft-hours (None: not told)."""

    day: date
    party: str
    kind: str
    craft: int
    hours: float | None


@dataclass(frozen=True, slots=True)
class Total:
    """What the days of one party and kind add up to: days with a craft, craft by day, different craft, craft-hours.

    `craft` and `hours` are None where the basis does not tell them: a daily table does not say who came back.
    """

    party: str
    kind: str
    days: int
    craft_days: int
    craft: int | None
    hours: float | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far a count from tracks can be trusted: absence of reports is not absence of craft.

    `heard_hours` of `hours` (whole hours of the clock in the period) have a report from the zone; `gaps` are the
    longest times without one. `silent` of `stays` end without the craft being seen to leave, and `hidden_hours` lie
    between two reports of one craft from the zone, too far apart to be counted. `fixes` from the zone by source.
    `listed` and `heard`: the units of each party in the registry, and those with any report in the period, from
    anywhere. `jumps`: ways that no craft goes so fast.
    """

    hours: int
    heard_hours: int
    heard_by_day: Mapping[date, int]
    gaps: tuple[tuple[int, int], ...]
    stays: int
    silent: int
    hidden_hours: float
    fixes: Mapping[str, int]
    listed: Mapping[str, int]
    heard: Mapping[str, int]
    jumps: int


@dataclass(frozen=True, slots=True)
class Part:
    """What one basis says: `tracks`, or the source of a daily table; counts in order of day, party and kind.

    `days` are those that the basis speaks of: all of the period, or the days of a table's rows. `coverage` is None for
    a table: how its publisher counted is not known here.
    """

    basis: str
    first: date
    last: date
    days: frozenset[date]
    counts: tuple[Count, ...]
    totals: tuple[Total, ...]
    coverage: Coverage | None


@dataclass(frozen=True, slots=True)
class _Seen:
    """One unit, or one craft that nobody has listed, in the zone for a time."""

    who: str
    party: str
    kind: str
    begin_us: int
    end_us: int


def of_fixes(
    fixes: Fixes, zone: Zone, registry: Registry = NOBODY, *, longest_gap_s: float = LONGEST_GAP_S,
    day_begins: timedelta = timedelta(0),
) -> Part:  # fmt: skip
    """Return who was in `zone` by what fixes tell; a day begins `day_begins` before that of UTC, as an offset of time.

    Raises NotAllowed where there is not one fix, or the gap that is bridged is none.
    """
    if not len(fixes):
        raise NotAllowed("there is not one fix to count from")
    if not 0.0 < longest_gap_s <= 24 * 3600.0:
        raise NotAllowed("the longest gap that is bridged is above zero and at most a day")
    found = stays(fixes, zone, longest_gap_s)
    seen = [one for stay in found.stays for one in _whose(stay, fixes.names[stay.craft], registry)]
    order = parties_of(registry)
    shift = round(day_begins.total_seconds()) * MICROSECONDS
    first_us, last_us = int(fixes.time_us[0]), int(fixes.time_us[-1])
    first, last = _day(first_us + shift), _day(last_us + shift)
    by_day = _by_day(seen, shift)
    counts = [Count(day, party, kind, len(hours), sum(hours.values())) for (day, party, kind), hours in by_day.items()]
    return Part(
        TRACKS, first, last, frozenset(_days(first, last)), _in_order(counts, order),
        _totals(counts, order, {(one.party, one.kind, one.who) for one in seen}),
        _coverage(fixes, found, registry, longest_gap_s, shift),
    )  # fmt: skip


def of_counts(basis: str, counts: Sequence[Count], order: Sequence[str] = ()) -> Part:
    """Return what a publisher's daily rows say; a day without a row was not told, which is not the same as empty."""
    if not counts:
        raise NotAllowed(f"'{basis}' has not one day")
    days = frozenset(count.day for count in counts)
    whole = tuple(dict.fromkeys([*order, *(count.party for count in counts)]))
    return Part(basis, min(days), max(days), days, _in_order(counts, whole), _totals(counts, whole, None), None)


def parties_of(registry: Registry) -> tuple[str, ...]:
    """Return the parties in the order in which the registry names them."""
    return tuple(dict.fromkeys(unit.party for unit in registry.units.values()))


def _whose(stay: Stay, name: str, registry: Registry) -> Iterator[_Seen]:
    """Yield a stay by whose it is; where a person's tag begins or ends in it, it is cut there."""
    ends = {edge for tag in registry.tags if tag.track == name for edge in (tag.begin_us, tag.end_us)}
    edges = sorted({stay.begin_us, stay.end_us} | {edge for edge in ends if stay.begin_us < edge < stay.end_us})
    for begin_us, end_us in pairwise(edges) if len(edges) > 1 else [(stay.begin_us, stay.end_us)]:
        unit = registry.unit(name, begin_us)
        if unit is None:
            yield _Seen(name, UNKNOWN, UNKNOWN, begin_us, end_us)
        else:
            yield _Seen(unit.name, unit.party, unit.kind, begin_us, end_us)


def _by_day(seen: Iterable[_Seen], shift: int) -> dict[tuple[date, str, str], dict[str, float]]:
    """Return the hours of each craft by day, party and kind; where two names of one unit overlap, once."""
    times: dict[tuple[str, str, str], list[tuple[int, int]]] = {}
    for one in seen:
        times.setdefault((one.who, one.party, one.kind), []).append((one.begin_us + shift, one.end_us + shift))
    hours: dict[tuple[date, str, str], dict[str, float]] = {}
    for (who, party, kind), spans in times.items():
        for begin, end in _joined(spans):
            for number in range(begin // _DAY_US, end // _DAY_US + 1):
                inside = min(end, (number + 1) * _DAY_US) - max(begin, number * _DAY_US)
                if inside == 0 and begin < end:  # it ends at midnight: nothing of it lies in the new day
                    continue
                day = hours.setdefault((_day(number * _DAY_US), party, kind), {})
                day[who] = day.get(who, 0.0) + inside / _HOUR_US
    return hours


def _joined(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield spans that do not overlap, in order."""
    ordered = sorted(spans)
    begin, end = ordered[0]
    for later_begin, later_end in ordered[1:]:
        if later_begin > end:
            yield begin, end
            begin, end = later_begin, later_end
        end = max(end, later_end)
    yield begin, end


def _in_order(counts: Iterable[Count], order: Sequence[str]) -> tuple[Count, ...]:
    rank = {party: place for place, party in enumerate(order)}
    return tuple(sorted(counts, key=lambda one: (one.day, rank.get(one.party, len(rank)), one.party, one.kind)))


def _totals(
    counts: Sequence[Count], order: Sequence[str], who: set[tuple[str, str, str]] | None
) -> tuple[Total, ...]:  # fmt: skip
    """Return the sum of each party and kind, the parties in `order`, who is unknown last."""
    rank = {party: place for place, party in enumerate(order)}
    both = {(one.party, one.kind) for one in counts}
    made = []
    for party, kind in sorted(both, key=lambda one: (rank.get(one[0], len(rank)), one[0], one[1])):
        mine = [one for one in counts if (one.party, one.kind) == (party, kind)]
        hours = [one.hours for one in mine if one.hours is not None]
        made.append(
            Total(
                party,
                kind,
                sum(one.craft > 0 for one in mine),
                sum(one.craft for one in mine),
                None if who is None else sum(one[:2] == (party, kind) for one in who),
                sum(hours) if len(hours) == len(mine) else None,
            )
        )
    return tuple(made)


def _coverage(fixes: Fixes, found: Stays, registry: Registry, longest_gap_s: float, shift: int) -> Coverage:
    inside = fixes.time_us[found.inside] + shift
    first, last = int(fixes.time_us[0]) + shift, int(fixes.time_us[-1]) + shift
    heard = np.unique(inside // _HOUR_US)
    by_day: dict[date, int] = {}
    for hour in heard.tolist():
        day = _day(hour * _HOUR_US)
        by_day[day] = by_day.get(day, 0) + 1
    numbers = np.bincount(fixes.source[found.inside], minlength=len(fixes.sources)).tolist()
    units = _units_heard(fixes, registry)
    hidden = sum(
        b.begin_us - a.end_us for a, b in pairwise(found.stays) if a.craft == b.craft and not a.left and not b.entered
    )
    return Coverage(
        hours=last // _HOUR_US - first // _HOUR_US + 1, heard_hours=len(heard), heard_by_day=by_day,
        gaps=_gaps(inside, first, last, longest_gap_s, shift), stays=len(found.stays),
        silent=sum(not stay.left for stay in found.stays), hidden_hours=hidden / _HOUR_US,
        fixes={name: count for name, count in zip(fixes.sources, numbers, strict=True) if count},
        listed={p: sum(unit.party == p for unit in registry.units.values()) for p in parties_of(registry)},
        heard={p: sum(registry.units[name].party == p for name in units) for p in parties_of(registry)},
        jumps=found.jumps,
    )  # fmt: skip


def _units_heard(fixes: Fixes, registry: Registry) -> frozenset[str]:
    """Return the units of the registry that any fix is of, by number or by a tag that holds at its time."""
    names = {fixes.names[place] for place in np.unique(fixes.craft).tolist()}
    tagged = {
        tag.unit
        for tag in registry.tags
        if tag.stands and tag.track in names and len(fixes.of(tag.track).between(tag.begin_us - 1, tag.end_us - 1))
    }
    return frozenset(tagged | {unit.name for unit in registry.units.values() if unit.known_as & names})


def _gaps(
    inside: Times, first: int, last: int, longest_gap_s: float, shift: int
) -> tuple[tuple[int, int], ...]:  # fmt: skip
    """Return the longest times without a report from the zone, the longest first; the period's ends bound them."""
    edges = np.concatenate([[first], np.unique(inside), [last]])
    long = np.flatnonzero(np.diff(edges) > longest_gap_s * MICROSECONDS)
    ranked = sorted(long.tolist(), key=lambda place: int(edges[place] - edges[place + 1]))[:GAPS_TOLD]
    return tuple((int(edges[place]) - shift, int(edges[place + 1]) - shift) for place in ranked)


def _day(time_us: int) -> date:
    return (_EPOCH + timedelta(microseconds=time_us)).date()


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
