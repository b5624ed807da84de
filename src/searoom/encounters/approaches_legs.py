"""The legs of raw tracks, from fix to fix on a straight way, and how near two legs come to each other.

A leg is a straight line in Earth-fixed coordinates, sailed at one speed. Of two legs the stretch of time that
they have in common is compared, in the plane that touches the Earth where they are nearest: what the two lie
under the round Earth is taken out. Stated accuracy: within 1 m for legs of up to 60 km.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from searoom.encounters.craft import AIR_SOURCES, flies
from searoom.encounters.kernels import SAME_VELOCITY_MPS, Vectors
from searoom.tracks.ellipsoid import WGS84_A_M, WGS84_F
from searoom.tracks.fixes import MAX_SPEED_MPS, Fixes, Floats, Indices, Times

E2 = WGS84_F * (2.0 - WGS84_F)
UPRIGHT = 1.0 / (1.0 - E2)  # the vertical of a place (x, y, z) is along (x, y, z / (1 - e2))
FASTEST_SHIP_MPS = 52.6  # 102.2 kn, the most that AIS can say (ITU-R M.1371)
JUMP_M = 50.0  # error of two fixes: what a leg may be too long by
US = 1_000_000


class Legs(NamedTuple):
    """n legs in order of craft, then time; columns of shape (n,), place and step (to its end) of shape (n, 3)."""

    craft: npt.NDArray[np.int32]
    begin_us: Times
    end_us: Times
    place_m: Vectors
    step_m: Vectors

    def speed(self) -> Floats:
        """Return the speed along each, m/s."""
        return np.asarray(np.linalg.norm(self.step_m, axis=1) / (self.end_us - self.begin_us) * US)

    def at(self, leg: Indices, time_us: Times) -> Vectors:
        """Return where the craft of some legs are at some times."""
        share = (time_us - self.begin_us[leg]) / (self.end_us[leg] - self.begin_us[leg])
        return self.place_m[leg] + self.step_m[leg] * share[:, None]


class Near(NamedTuple):
    """Pairs of legs that come within the radius, craft a < b; columns of shape (n,)."""

    leg_a: Indices
    leg_b: Indices
    time_us: Times
    cpa_m: Floats
    first_us: Times
    last_us: Times


def earth_fixed(lat_deg: Floats, lon_deg: Floats) -> Vectors:
    """Return places on the WGS84 ellipsoid, metres, of shape (n, 3)."""
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    prime_vertical = WGS84_A_M / np.sqrt(1.0 - E2 * np.sin(lat) ** 2)
    across = prime_vertical * np.cos(lat)
    return np.stack([across * np.cos(lon), across * np.sin(lon), prime_vertical * (1.0 - E2) * np.sin(lat)], axis=-1)


def degrees(place_m: Vectors) -> tuple[Floats, Floats]:
    """Return latitude and longitude of places on the ellipsoid, or a little under it."""
    x, y, z = place_m[:, 0], place_m[:, 1], place_m[:, 2]
    return np.degrees(np.arctan2(z * UPRIGHT, np.hypot(x, y))), np.degrees(np.arctan2(y, x))


def by_name(names: tuple[str, ...]) -> Indices:
    """Return the rank of each name among all: craft are told apart by it, in whatever part of an archive they are."""
    rank = np.empty(len(names), np.intp)
    rank[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    return rank


def fastest(fixes: Fixes) -> Floats:
    """Return the speed that no craft of the table exceeds: of a ship, or of whatever flies."""
    flying = np.array([flies(name, "") for name in fixes.names], np.bool_)
    seen = np.array([name in AIR_SOURCES for name in fixes.sources], np.bool_)
    if seen.any():
        flying[np.unique(fixes.craft[seen[fixes.source]])] = True
    return np.where(flying, MAX_SPEED_MPS, FASTEST_SHIP_MPS)


def legs(
    fixes: Fixes, *, max_gap_s: float, after_us: int, until_us: int
) -> tuple[Legs, dict[str, int]]:  # fmt: skip
    """Return the legs that reach into the time (after, until], their craft ranked by name; and what made none.

    Over a silence longer than `max_gap_s` there is none. What else is left out is counted by its cause: a fix of
    the same instant as the one before ("repeated"), a jump that no such craft sails or flies ("impossible speed").
    """
    rank, limit = by_name(fixes.names), np.empty(len(fixes.names))
    limit[rank] = fastest(fixes)
    craft = rank.astype(np.int32)[fixes.craft]
    order = np.argsort(craft, kind="stable")
    craft, time = craft[order], fixes.time_us[order]
    again = np.zeros(len(order), np.bool_)
    again[1:] = (craft[1:] == craft[:-1]) & (time[1:] == time[:-1])
    order, repeated = order[~again], _within(time[again], after_us, until_us)
    craft, time = craft[~again], time[~again]
    follows = craft[1:] == craft[:-1]
    lasts = time[1:] - time[:-1]
    follows &= lasts <= max_gap_s * US
    asked = np.flatnonzero(follows & (time[1:] > after_us) & (time[:-1] <= until_us))
    place = earth_fixed(fixes.lat_deg[order], fixes.lon_deg[order])
    step = place[asked + 1] - place[asked]
    jump = np.linalg.norm(step, axis=1) > limit[craft[asked]] * (lasts[asked] / US) + JUMP_M
    left_out = {
        "repeated": repeated,
        "impossible speed": _within(time[asked[jump]], after_us, until_us),
    }
    made = asked[~jump]
    return Legs(craft[made], time[made], time[made + 1], place[made], step[~jump]), left_out


def _within(time_us: Times, after_us: int, until_us: int) -> int:
    return int(np.count_nonzero((time_us > after_us) & (time_us <= until_us)))


def compare(all_legs: Legs, a: Indices, b: Indices, radius_m: float) -> Near:
    """Return those of the pairs of legs (a, b) that come within the radius while both last."""
    begin = np.maximum(all_legs.begin_us[a], all_legs.begin_us[b])
    lasts = (np.minimum(all_legs.end_us[a], all_legs.end_us[b]) - begin) / US
    one, other = all_legs.at(a, begin), all_legs.at(b, begin)
    drift_a = all_legs.step_m[a] / ((all_legs.end_us[a] - all_legs.begin_us[a]) / US)[:, None]
    drift_b = all_legs.step_m[b] / ((all_legs.end_us[b] - all_legs.begin_us[b]) / US)[:, None]
    sums, together = one + other, drift_a + drift_b
    offset, drift = other - one, drift_b - drift_a
    moment, _, _, _ = _closest(offset, drift, sums + together * (lasts / 2.0)[:, None], lasts)
    moment, oo, ow, ww = _closest(offset, drift, sums + together * moment[:, None], lasts)
    cpa = np.sqrt(np.maximum(oo + 2.0 * ow * moment + ww * moment * moment, 0.0))
    kept = np.flatnonzero(cpa <= radius_m)
    a, b, begin, lasts, moment, cpa = a[kept], b[kept], begin[kept], lasts[kept], moment[kept], cpa[kept]
    oo, ow, ww = oo[kept], ow[kept], ww[kept]
    moving = ww > SAME_VELOCITY_MPS**2
    rate = np.where(moving, ww, 1.0)
    half = np.sqrt(np.maximum(ow * ow - ww * (oo - radius_m**2), 0.0)) / rate
    first = np.where(moving, np.clip(-ow / rate - half, 0.0, lasts), 0.0)
    last = np.where(moving, np.clip(-ow / rate + half, 0.0, lasts), lasts)
    return Near(a, b, begin + _us(moment), np.floor(cpa * 1e3 + 0.5) / 1e3, begin + _us(first), begin + _us(last))


def _us(seconds: Floats) -> Times:
    return np.floor(seconds * US + 0.5).astype(np.int64)


def _closest(offset: Vectors, drift: Vectors, upward: Vectors, lasts: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the closest moment, offset squared, offset times drift, drift squared, in the plane across `upward`."""
    up = upward * np.array([1.0, 1.0, UPRIGHT])
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    offset = offset - (offset * up).sum(axis=1)[:, None] * up
    drift = drift - (drift * up).sum(axis=1)[:, None] * up
    oo, ow, ww = (offset * offset).sum(axis=1), (offset * drift).sum(axis=1), (drift * drift).sum(axis=1)
    moving = ww > SAME_VELOCITY_MPS**2
    moment = np.where(moving, np.clip(-ow / np.where(moving, ww, 1.0), 0.0, lasts), 0.0)
    return moment, oo, ow, ww
