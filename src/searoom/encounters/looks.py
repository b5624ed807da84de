"""One look at all pairs at one instant: which come near, by the rules of their kind, and how near by each grade.

Ships among ships are graded by closest approach and its time. Where one flies, by when both limits, in the plane and
in height, are first met at once; a height that is not known counts as met.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from searoom.encounters import engine, kernels
from searoom.encounters.craft import Pair
from searoom.encounters.kernels import Met
from searoom.encounters.picture import Instant
from searoom.encounters.settings import RISING, Level, Settings
from searoom.tracks.fixes import Flags, Floats, Indices

Keys = npt.NDArray[np.int64]  # a pair of slots as one number, the lower slot in the upper half
_HALF = 32
_PAIRS_AT_ONCE = 65_536


class Look(NamedTuple):
    """The pairs of one instant; columns of shape (n,). `met` names places in the instant's columns.

    `pair` is a `Pair`; `apart_m` is how much higher b is, 0 between ships, nan where not known; `raised` and `holding`
    are places in RISING: what the limits give, and what the widened limits still hold.
    """

    now_us: int
    instant: Instant
    key: Keys
    met: Met
    pair: Indices
    apart_m: Floats
    raised: Indices
    holding: Indices


def keys_of(instant: Instant, a: Indices, b: Indices) -> Keys:
    """Return the numbers of pairs given by their places in the instant's columns."""
    return numbers_of(instant.slot[a], instant.slot[b])


def numbers_of(low: Indices, high: Indices) -> Keys:
    """Return the numbers of pairs given by their slots, the lower one first."""
    return np.asarray((low << _HALF) | high, dtype=np.int64)


def distinct(keys: Keys) -> Keys:
    """Return numbers rising, none twice; for few far faster than `np.unique`, which makes a table first."""
    rising: Keys = np.sort(keys)
    first = np.ones(len(rising), dtype=np.bool_)
    np.not_equal(rising[1:], rising[:-1], out=first[1:])
    return rising[first]


def without(keys: Keys, others: Keys) -> Keys:
    """Return those numbers, rising and none twice, that are not among the others."""
    if not len(keys) or not len(others):
        return keys
    rising: Keys = np.sort(others, kind="stable")
    at = np.minimum(np.searchsorted(rising, keys), len(rising) - 1)
    kept: Keys = keys[rising[at] != keys]
    return kept


def among(keys: Keys, rising: Keys) -> Flags:
    """Return which numbers are among others that rise."""
    if not len(rising):
        return np.zeros(len(keys), dtype=np.bool_)
    return np.asarray(rising[np.minimum(np.searchsorted(rising, keys), len(rising) - 1)] == keys)


def slots_of(keys: Keys) -> tuple[Indices, Indices]:
    """Return the two slots of each pair."""
    return keys >> _HALF, keys & ((1 << _HALF) - 1)


def rows_of(instant: Instant, keys: Keys) -> tuple[Indices, Indices]:
    """Return the two places of each pair in the instant's columns, -1 where a craft has none."""
    a, b = slots_of(keys)
    return instant.row[a], instant.row[b]


def look(instant: Instant, settings: Settings, held: Keys, now_us: int) -> Look:
    """Return every pair that comes near by its own rules, and those of `held` too."""
    met = found(instant, settings)
    known = keys_of(instant, met.a, met.b)
    unseen = without(held, known)  # opening, or now in company: still to be judged
    if len(unseen):
        added = between(instant, *rows_of(instant, unseen))
        met = Met(*(np.concatenate(columns) for columns in zip(met, added, strict=True)))
        known = np.concatenate([known, unseen])
    return graded(instant, settings, known, met, now_us)


def graded(instant: Instant, settings: Settings, known: Keys, met: Met, now_us: int) -> Look:
    """Return the look at these pairs alone; `known` are their numbers."""
    pair, raised, holding = np.zeros((3, len(known)), dtype=np.intp)
    apart_m = np.zeros(len(known))
    for first in range(0, len(known), _PAIRS_AT_ONCE):  # so that what lies between is as small as a part
        part = slice(first, first + _PAIRS_AT_ONCE)
        pair[part], apart_m[part], raised[part], holding[part] = _graded(instant, settings, met.take(part))
    return Look(now_us, instant, known, met, pair, apart_m, raised, holding)


def _graded(instant: Instant, settings: Settings, met: Met) -> tuple[Indices, Floats, Indices, Indices]:
    """Return of pairs which kind they are, how far apart in height, and the grades that they reach and hold."""
    pair = instant.flying[met.a].astype(np.intp) + instant.flying[met.b]
    apart = instant.alt_m[met.b] - instant.alt_m[met.a]
    climb = np.nan_to_num(instant.climb_mps[met.b] - instant.climb_mps[met.a])
    still = (pair == Pair.SHIPS) & (instant.still[met.a] | instant.still[met.b])
    slow = instant.still | (instant.moving & (instant.speed_mps <= settings.slow_mps))
    asked = Asked(met, pair, still, (pair == Pair.SHIPS) & slow[met.a] & slow[met.b], apart, climb)
    raised = grades(settings, asked, 1.0, 1.0)
    raised[met.relative_mps <= settings.company_mps] = 0  # two that stand still do not move against each other
    holding = grades(settings, asked, settings.cpa_factor, settings.tcpa_factor)
    widest = np.array([levels[0].cpa_m for levels in settings.rules])[pair] * settings.cpa_factor
    holding[(met.relative_mps <= settings.company_mps) & (met.range_m <= widest)] = len(RISING) - 1
    return pair, apart, raised, holding


def between(instant: Instant, a: Indices, b: Indices) -> Met:
    """Return what `engine.near` tells of near pairs, of any."""
    met = kernels.approach(instant.motion, a, b)
    return Met(a, b, met.range_m, met.tcpa_s, met.cpa_m, met.relative_mps)


def found(instant: Instant, settings: Settings) -> Met:
    """Return the pairs within the widest limits of their kind; who stands on the ground is no aircraft to meet."""
    ships, aircraft = ~instant.flying, instant.flying & ~instant.grounded
    parts = [_near(instant, settings, Pair.SHIPS, ships)]
    if aircraft.any():
        parts.append(_near(instant, settings, Pair.AIRCRAFT, aircraft))
        mixed = _near(instant, settings, Pair.MIXED, ships | aircraft)
        parts.append(mixed.take(instant.flying[mixed.a] != instant.flying[mixed.b]))
    return Met(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _near(instant: Instant, settings: Settings, pair: Pair, which: Flags) -> Met:
    rows, motion, heights = instant.chosen(which)
    widest = settings.rules[pair][0]
    wanted = None if settings.watched is None else instant.watched[rows]
    if pair is Pair.MIXED:  # asking for the few that fly is cheaper than asking for all
        wanted = instant.flying[rows] if wanted is None else wanted
    met = engine.near(
        motion, instant.speed_mps[rows], radius_m=widest.cpa_m * settings.cpa_factor,
        horizon_s=widest.tcpa_s * settings.tcpa_factor, wanted=wanted,
        heights=None if pair is Pair.SHIPS else heights._replace(near_m=widest.height_m * settings.cpa_factor),
    )  # fmt: skip
    return met._replace(a=rows[met.a], b=rows[met.b])


class Asked(NamedTuple):
    """The pairs that are graded; columns of shape (n,).

    Of two ships: `still`, one says that it lies still; `slow`, neither is faster than in a harbour.
    """

    met: Met
    pair: Indices
    still: Flags
    slow: Flags
    apart_m: Floats
    climb_mps: Floats

    def chosen(self, which: Flags) -> "Asked":
        """Return some of the pairs."""
        return Asked(
            self.met.take(which), self.pair[which], self.still[which], self.slow[which], self.apart_m[which],
            self.climb_mps[which],
        )  # fmt: skip


def grades(settings: Settings, asked: Asked, factor: float, time_factor: float) -> Indices:
    """Return for each pair the highest grade whose limits, times the factors, are met; 0 for none."""
    graded = np.zeros(len(asked.pair), dtype=np.intp)
    for pair, levels in enumerate(settings.rules):
        rows = np.flatnonzero(asked.pair == pair)
        one = asked.chosen(asked.pair == pair)
        for level in levels if len(rows) else ():
            judge = _ships_within if pair == Pair.SHIPS else _flying_within
            graded[rows[judge(settings, one, level, factor, time_factor)]] = RISING.index(level.name)
    return graded


def _ships_within(settings: Settings, one: Asked, level: Level, factor: float, time_factor: float) -> Flags:
    cpa_m, tcpa_s = np.full(len(one.pair), level.cpa_m), np.full(len(one.pair), level.tcpa_s)
    for which, nearest_m, ahead_s in (
        (one.still, settings.still_cpa_m, settings.still_tcpa_s), (one.slow, settings.slow_cpa_m, settings.slow_tcpa_s)
    ):  # fmt: skip
        cpa_m[which] = np.minimum(cpa_m[which], nearest_m)
        tcpa_s[which] = np.minimum(tcpa_s[which], ahead_s)
    near = (one.met.cpa_m <= cpa_m * factor) & (one.met.tcpa_s <= tcpa_s * time_factor)
    return (one.met.tcpa_s >= 0.0) & near


def _flying_within(_settings: Settings, one: Asked, level: Level, factor: float, time_factor: float) -> Flags:
    height_m = level.height_m * factor
    first_s = kernels.first_within(one.met, one.apart_m, one.climb_mps, level.cpa_m * factor, height_m)
    nearing = (one.met.tcpa_s >= 0.0) | (one.apart_m * one.climb_mps < 0.0)
    return nearing & (first_s <= level.tcpa_s * time_factor)
