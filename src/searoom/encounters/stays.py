"""Who was inside a zone, and from when until when: the ways between fixes, cut where they cross the zone's edge.

Between two fixes of a craft no more than `longest_gap_s` apart it is taken to have gone straight and evenly. How far a
place is outside a zone cannot change by more than the way that is gone: a way whose two ends are far enough outside, or
inside, is settled at once, and the others are halved until they are or are shorter than `FINEST_M`. A longer gap, or
a way that no craft goes so fast, is no time in the zone: only the two fixes themselves are.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from searoom.encounters import kernels
from searoom.encounters.craft import flies
from searoom.encounters.zones import Zone
from searoom.tracks.fixes import Fixes, Flags, Floats, Indices, Times
from searoom.units import MICROSECONDS

LONGEST_GAP_S = 1800.0  # class A at anchor says its place every 3 min, by satellite a ship is heard every hour or less
FINEST_M = 20.0  # the zone's own distances are right within 10 m, a position within 10 to 30
SHIP_MPS, AIRCRAFT_MPS = 60.0, 700.0  # what goes faster is a jump, as in the detector's settings
_ROUND = 1.01  # distances far from a line are rough
_EARTH_M = 6_356_000.0  # its least radius: a distance is never said too large
_CELLS = 2_000_000  # places times edges that are looked at in one go


@dataclass(frozen=True, slots=True)
class Stay:
    """One craft inside the zone, from `begin_us` to `end_us`; both are one moment where a single fix tells of it.

    `entered` and `left`: it was seen to cross the edge; else it was first, or last, heard inside.
    """

    craft: int
    begin_us: int
    end_us: int
    entered: bool
    left: bool


class Stays(NamedTuple):
    """The stays in order of craft and time; which fixes lie inside; and the ways that were no craft's way."""

    stays: tuple[Stay, ...]
    inside: Flags
    jumps: int


def stays(fixes: Fixes, zone: Zone, longest_gap_s: float = LONGEST_GAP_S) -> Stays:
    """Return who was inside `zone` and when; fixes of one craft at one time are told once."""
    order = np.lexsort((fixes.time_us, fixes.craft))
    mine = fixes.craft[order]
    lat, lon, when = fixes.lat_deg[order], fixes.lon_deg[order], fixes.time_us[order]
    outside = outside_m(zone, lat, lon)
    first = np.flatnonzero(mine[1:] == mine[:-1])
    seconds = (when[first + 1] - when[first]) / MICROSECONDS
    way_m = kernels.travelled(lat[first], lon[first], lat[first + 1], lon[first + 1])[0]
    fast = way_m > _fastest(fixes, mine[first]) * seconds + 2_000.0
    joined = (seconds <= longest_gap_s) & ~fast
    pieces = _inside(zone, _Ways(lat, lon, outside, first[joined], way_m[joined]))
    inside = outside <= 0.0
    flags = np.zeros(len(inside), dtype=np.bool_)
    flags[order] = inside
    touched = fast & (inside[first] | inside[first + 1])
    return Stays(_merged(mine, when, inside, pieces), flags, int(np.count_nonzero(touched)))


def outside_m(zone: Zone, lat_deg: Floats, lon_deg: Floats) -> Floats:
    """Return how far each place is outside a zone, for any number of places; far from the zone: no more than it is."""
    corners = _unit(zone.line[:, 0], zone.line[:, 1])
    middle = corners.mean(axis=0)
    length = float(np.linalg.norm(middle))
    result = np.full(len(lat_deg), -np.inf)
    if length > 0.2:  # else the zone goes half round the Earth
        middle /= length
        radius = float(np.arccos(np.clip(corners @ middle, -1.0, 1.0)).max())
        apart = np.arccos(np.clip(_unit(lat_deg, lon_deg) @ middle, -1.0, 1.0))
        result = (apart - radius) * _EARTH_M / _ROUND - zone.reach_m
    near = np.flatnonzero(result < 20_000.0)
    for part in np.array_split(near, max(1, len(near) * len(zone.line) // _CELLS)):
        result[part] = zone.outside_m(lat_deg[part], lon_deg[part])
    return result


class _Ways(NamedTuple):
    """Places in order of craft and time, and the ways among them that are gone: the place where each begins."""

    lat_deg: Floats
    lon_deg: Floats
    outside_m: Floats
    first: Indices
    way_m: Floats


class _Pieces(NamedTuple):
    """Parts of ways that lie inside: which place the way begins at, and from which share of it to which."""

    first: Indices
    begin: Floats
    end: Floats


def _inside(zone: Zone, ways: _Ways) -> _Pieces:
    """Return the parts of the ways that lie inside: halved where the two ends do not settle it.

    0 ---------- 1/2 ---------- 1      outside at both ends by more than the way between them: no part is inside
    """
    which = np.arange(len(ways.first))
    begin, end = np.zeros(len(which)), np.ones(len(which))
    at_begin, at_end = ways.outside_m[ways.first], ways.outside_m[ways.first + 1]
    found: list[tuple[Indices, Floats, Floats]] = []
    while len(which):
        way_m = ways.way_m[which] * (end - begin) * _ROUND
        out, within = at_begin + at_end > way_m, at_begin + at_end < -way_m
        short = ~out & ~within & (way_m <= FINEST_M)
        found.append((ways.first[which[within]], begin[within], end[within]))
        found.append(_cut(ways.first[which[short]], begin[short], end[short], at_begin[short], at_end[short]))
        open_ = np.flatnonzero(~(out | within | short))
        which, begin, end = which[open_], begin[open_], end[open_]
        middle = (begin + end) / 2.0
        at_middle = outside_m(zone, *_between(ways, which, middle))
        at_begin, at_end = np.append(at_begin[open_], at_middle), np.append(at_middle, at_end[open_])
        which, begin, end = np.tile(which, 2), np.append(begin, middle), np.append(middle, end)
    return _Pieces(*(np.concatenate(column) for column in zip(*found, strict=True))) if found else _no_pieces()


def _no_pieces() -> _Pieces:
    return _Pieces(np.zeros(0, np.intp), np.zeros(0), np.zeros(0))


def _cut(
    first: Indices, begin: Floats, end: Floats, at_begin: Floats, at_end: Floats
) -> tuple[Indices, Floats, Floats]:  # fmt: skip
    """Return the inner part of short pieces, cut where the distance from the edge would be nothing."""
    span = at_begin - at_end
    share = np.clip(np.divide(at_begin, span, out=np.zeros_like(span), where=span != 0.0), 0.0, 1.0)
    cut = begin + share * (end - begin)
    low = np.where(at_begin <= 0.0, begin, cut)
    high = np.where(at_end <= 0.0, end, cut)
    kept = (at_begin <= 0.0) | (at_end <= 0.0)
    return first[kept], low[kept], high[kept]


def _between(ways: _Ways, which: Indices, share: Floats) -> tuple[Floats, Floats]:
    """Return the places at a share of ways."""
    first = ways.first[which]
    begin = _unit(ways.lat_deg[first], ways.lon_deg[first])
    end = _unit(ways.lat_deg[first + 1], ways.lon_deg[first + 1])
    x, y, z = (begin + share[:, None] * (end - begin)).T
    return np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))


def _merged(
    craft: npt.NDArray[np.int32], when: Times, inside: Flags, pieces: _Pieces
) -> tuple[Stay, ...]:  # fmt: skip
    """Return stays of pieces that touch, and of fixes that no piece reaches."""
    span = (when[pieces.first + 1] - when[pieces.first]).astype(np.float64)
    begin = when[pieces.first] + np.rint(pieces.begin * span).astype(np.int64)
    end = when[pieces.first] + np.rint(pieces.end * span).astype(np.int64)
    alone = np.flatnonzero(inside)
    who = np.append(craft[pieces.first], craft[alone])
    begin, end = np.append(begin, when[alone]), np.append(end, when[alone])
    crosses_in = np.append(pieces.begin > 0.0, np.zeros(len(alone), np.bool_))
    crosses_out = np.append(pieces.end < 1.0, np.zeros(len(alone), np.bool_))
    order = np.lexsort((end, begin, who))
    made: list[Stay] = []
    for row in order.tolist():
        one = Stay(int(who[row]), int(begin[row]), int(end[row]), bool(crosses_in[row]), bool(crosses_out[row]))
        last = made[-1] if made else None
        if last is None or last.craft != one.craft or one.begin_us > last.end_us:
            made.append(one)
        elif one.end_us > last.end_us or (one.end_us == last.end_us and one.begin_us < one.end_us):
            made[-1] = Stay(last.craft, last.begin_us, one.end_us, last.entered, one.left)
    return tuple(made)


def _fastest(fixes: Fixes, craft: npt.NDArray[np.int32]) -> Floats:
    """Return what no craft goes faster than, by what each is."""
    source = np.zeros(len(fixes.names), np.int8)
    source[fixes.craft] = fixes.source
    flying = [
        flies(name, fixes.sources[source[place]] if fixes.sources else "") for place, name in enumerate(fixes.names)
    ]
    return np.where(np.array(flying, np.bool_)[craft], AIRCRAFT_MPS, SHIP_MPS)


def _unit(lat_deg: Floats, lon_deg: Floats) -> npt.NDArray[np.float64]:
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
