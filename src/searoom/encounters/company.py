"""Which craft keep together, how, and what they do meanwhile: states and events in place of alarms.

    near, slow against each other for a while  ->  a state      near, but faster, or on the way  ->  none yet
    in a state: no alarm for a wide pass, but an event for each deed; a pass within a cable, one within two cables by
    the plot of the last minutes, and any pair that is faster against each other than the limit, is told as always

Who was first fast and then took the other's speed came up to it; which of the two, the distance that each has closed
tells. All pairs are rows of one table; only what happened is looked at one by one.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from searoom.encounters import engine, kernels
from searoom.encounters.alerts import Deed, State
from searoom.encounters.kernels import Met
from searoom.encounters.looks import Keys, between, keys_of, rows_of
from searoom.encounters.picture import Instant
from searoom.encounters.settings import Settings
from searoom.tracks.fixes import Flags, Floats, Indices
from searoom.units import MICROSECONDS

_STATES = tuple(State)
_HORIZON_S = 1.0  # who is near now is asked, not who will be
_BEAM_DEG = 67.5  # from here to 112.5 degrees on either side is abeam; astern as in COLREGS 13(b)
_ROW = np.dtype([
    ("key", np.int64), ("since_us", np.int64), ("loose_us", np.int64), ("away_us", np.int64),
    ("closed_a_m", np.float64), ("closed_b_m", np.float64), ("closing_mps", np.float64), ("state", np.int8),
    ("fast", np.bool_), ("told", np.bool_), ("over", np.bool_), ("came", np.int8),
    ("side_a", np.int8), ("side_b", np.int8),
    ("plot_us", np.int64), ("east_m", np.float64), ("north_m", np.float64),
    ("miss_m", np.float64), ("miss_s", np.float64),
])  # fmt: skip
_NEVER = np.iinfo(np.int64).min
Table = npt.NDArray[np.void]


class Told(NamedTuple):
    """Something that happened: the pair, by places in the instant; who did it: 0 for a, 1 for b, -1 for neither."""

    key: int
    state: State
    deed: Deed
    by: int


class _Now(NamedTuple):
    """What the pairs of the table are doing; columns of shape (n,) or, of a seen from b and b from a, (2, n)."""

    a: Indices
    b: Indices
    met: Met
    air: Flags
    closing_mps: Floats  # shape (2, n): what each adds to it
    ahead_m: Floats
    right_m: Floats
    error_m: Floats
    apart_m: Floats
    east_m: Floats  # of b from a
    north_m: Floats


class Company:
    """The pairs that are near each other and move, and the states of those that keep together."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._table: Table = np.zeros(0, dtype=_ROW)
        self._before_us: int | None = None

    def step(self, instant: Instant, now_us: int) -> list[Told]:
        """Look at all pairs once more; return what happened since the last look."""
        seconds = 0.0 if self._before_us is None else (now_us - self._before_us) / MICROSECONDS
        self._before_us = now_us
        told = self._meet(instant)
        if not len(self._table):
            return told
        table, now = self._table, self._now(instant)
        limits = self._limits(now.air)
        slow = now.met.relative_mps <= limits.relative_mps
        self._plot(now, now_us)
        table["closed_a_m"] += now.closing_mps[0] * seconds
        table["closed_b_m"] += now.closing_mps[1] * seconds
        table["fast"] |= (table["state"] == 0) & ~slow & (now.closing_mps.sum(axis=0) > 0.0)
        near = (now.met.range_m <= limits.range_m) & ~(np.abs(now.apart_m) > limits.height_m)
        told += self._deeds(now, limits, near, now_us)
        table["since_us"][~(slow & near) & (table["state"] == 0)] = now_us
        begun = (table["state"] == 0) & (now_us - table["since_us"] >= limits.after_s * MICROSECONDS)
        for row in np.flatnonzero(begun):
            state, by = self._name(now, int(row))
            table["state"][row], table["came"][row] = 1 + _STATES.index(state), by
            told.append(Told(int(table["key"][row]), state, Deed.BEGAN, by))
        return told + self._end(slow, near, now_us)

    def quiet(self, keys: Keys, met: Met, air: Flags) -> Flags:
        """Return for which pairs a state stands in place of an alarm now."""
        table, settings = self._table, self._settings
        meeting = (table["miss_m"] <= settings.overtaking_cpa_m) & (table["miss_s"] > 0.0)
        meeting &= table["miss_s"] <= settings.levels[0].tcpa_s
        held = np.isin(keys, table[(table["state"] > 0) & ~meeting]["key"])
        held |= air & np.isin(keys, table[table["state"] > 0]["key"])
        return held & (met.relative_mps <= self._limits(air).relative_mps) & (met.cpa_m > settings.company_cpa_m)

    def states(self) -> dict[int, State]:
        """Return the pairs that keep together now, and how."""
        rows = self._table[self._table["state"] > 0]
        return {int(row["key"]): _STATES[row["state"] - 1] for row in rows}

    def _limits(self, air: Flags) -> "_Limits":
        one = self._settings
        return _Limits(
            np.where(air, one.air_company_range_m, one.company_range_m),
            np.where(air, one.air_company_after_s, one.company_after_s),
            np.where(air, one.air_company_relative_mps, one.company_relative_mps),
            np.where(air, one.air_closing_mps, one.closing_mps),
            np.where(air, one.air_company_height_m, np.inf),
        )

    def _meet(self, instant: Instant) -> list[Told]:
        """Take in pairs that are near now; let go of those in no state that are not, and of those no longer seen."""
        keys = np.concatenate([self._near(instant, air) for air in (False, True)])
        table = self._table
        a, b = rows_of(instant, table["key"])
        seen = (a >= 0) & (b >= 0)
        gone = table[~seen & (table["state"] > 0)]
        kept = table[seen & ((table["state"] > 0) | np.isin(table["key"], keys))]
        fresh = np.zeros(len(keys) - int(np.isin(keys, kept["key"]).sum()), dtype=_ROW)
        fresh["key"] = np.setdiff1d(keys, kept["key"])
        fresh["since_us"], fresh["loose_us"], fresh["away_us"] = self._before_us or 0, _NEVER, _NEVER
        fresh["plot_us"], fresh["miss_m"] = _NEVER, np.inf
        merged = np.concatenate([kept, fresh])
        self._table = merged[np.argsort(merged["key"])]
        return [Told(int(row["key"]), _STATES[row["state"] - 1], Deed.ENDED, -1) for row in gone]

    def _near(self, instant: Instant, air: bool) -> Keys:
        rows, motion, _ = instant.chosen(instant.moving & (instant.flying == air) & ~instant.grounded)
        if len(rows) < 2:
            return np.zeros(0, dtype=np.int64)
        settings = self._settings
        radius = settings.air_company_range_m if air else settings.company_range_m
        wanted = None if settings.watched is None else instant.watched[rows]
        met = engine.near(motion, instant.speed_mps[rows], radius_m=radius, horizon_s=_HORIZON_S, wanted=wanted)
        return keys_of(instant, rows[met.a], rows[met.b])

    def _now(self, instant: Instant) -> _Now:
        a, b = rows_of(instant, self._table["key"])
        met, motion = between(instant, a, b), instant.motion
        offset = motion.place_m[b] - motion.place_m[a]
        along = offset / np.maximum(met.range_m, kernels.SAME_PLACE_M)[:, None]
        closing = np.stack([
            (motion.velocity_mps[a] * along).sum(axis=-1), -(motion.velocity_mps[b] * along).sum(axis=-1)
        ])  # fmt: skip
        ahead, right = zip(_seen(instant, a, offset), _seen(instant, b, -offset), strict=True)
        error = self._settings.sigmas * np.hypot(instant.place_sigma_m[a], instant.place_sigma_m[b])
        air = instant.flying[a]
        apart = np.where(air, instant.alt_m[b] - instant.alt_m[a], 0.0)
        east, north = (offset * motion.east[a]).sum(axis=-1), (offset * motion.north[a]).sum(axis=-1)
        return _Now(a, b, met, air, closing, np.stack(ahead), np.stack(right), error, apart, east, north)

    def _plot(self, now: _Now, now_us: int) -> None:
        """Plot how each pair moved against each other since its last mark, as on a radar's screen.

        A course that swings by two degrees moves a closest approach by cables where one overtakes slowly; two places
        that lie minutes apart do not swing.
        """
        table, marked = self._table, self._table["plot_us"] != _NEVER
        seconds = (now_us - np.where(marked, table["plot_us"], now_us)) / MICROSECONDS
        due = seconds >= self._settings.plot_s
        span = np.maximum(seconds, 1.0)
        east, north = (now.east_m - table["east_m"]) / span, (now.north_m - table["north_m"]) / span
        speed = np.maximum(np.hypot(east, north), 1e-6)
        table["miss_m"] = np.where(due, np.abs(now.east_m * north - now.north_m * east) / speed, table["miss_m"])
        table["miss_s"] = np.where(due, -(now.east_m * east + now.north_m * north) / speed**2, table["miss_s"])
        for column, value in (("plot_us", now_us), ("east_m", now.east_m), ("north_m", now.north_m)):
            table[column] = np.where(due | ~marked, value, table[column])

    def _deeds(self, now: _Now, limits: "_Limits", near: Flags, now_us: int) -> list[Told]:
        """Return what the pairs in a state have done; their rows of the table remember it."""
        table, told = self._table, list[Told]()
        held = table["state"] > 0
        for seer, column in enumerate(("side_a", "side_b")):  # whose bow: the other crosses it
            side = np.where(np.abs(now.right_m[seer]) > now.error_m, np.sign(now.right_m[seer]), table[column])
            crossed = held & (side * table[column] < 0) & (now.ahead_m[seer] > now.error_m)
            table[column] = side
            told += self._tell(crossed, Deed.CROSSED_AHEAD, np.full(len(table), 1 - seer))
        closing = now.closing_mps.sum(axis=0)
        closer = np.argmax(now.closing_mps, axis=0)
        told += self._tell(held & (closing > limits.closing_mps) & ~table["told"], Deed.CLOSED_FASTER, closer)
        table["told"] = (closing > limits.closing_mps) | (table["told"] & (closing > limits.closing_mps / 2.0))
        back = held & near & (table["away_us"] != _NEVER)
        told += self._tell(back, Deed.CAME_BACK, closer)
        table["away_us"] = np.where(near, _NEVER, np.where(table["away_us"] == _NEVER, now_us, table["away_us"]))
        told += self._over(held, now, closing)
        table["closing_mps"] = closing
        return told

    def _over(self, held: Flags, now: _Now, closing: Floats) -> list[Told]:
        """Return which aircraft passed above or below: once as they are nearest, and again only after they opened."""
        table, over_m = self._table, self._settings.over_m
        passed = held & now.air & (now.met.range_m <= over_m) & (closing <= 0.0) & (table["closing_mps"] > 0.0)
        passed &= ~table["over"]
        table["over"] = (table["over"] | passed) & (now.met.range_m <= 2.0 * over_m)
        mover = np.where(table["came"] < 0, np.argmax(now.closing_mps, axis=0), table["came"])
        above = np.where(mover == 1, now.apart_m, -now.apart_m)
        return [
            *self._tell(passed & (above > 0.0), Deed.PASSED_ABOVE, mover),
            *self._tell(passed & (above <= 0.0), Deed.PASSED_BELOW, mover),
            *self._tell(passed & np.isnan(above), Deed.PASSED, mover),
        ]

    def _tell(self, which: Flags, deed: Deed, by: Indices) -> list[Told]:
        rows = np.flatnonzero(which)
        table = self._table
        return [Told(int(table["key"][row]), _STATES[table["state"][row] - 1], deed, int(by[row])) for row in rows]

    def _name(self, now: _Now, row: int) -> tuple[State, int]:
        """Return the state of a pair that keeps together from now on, and who came up to the other."""
        one = self._table[row]
        came = -1 if not one["fast"] else int(one["closed_b_m"] > one["closed_a_m"])
        bearings = np.degrees(np.arctan2(now.right_m[:, row], now.ahead_m[:, row])) % 360.0
        off = np.abs((bearings + 180.0) % 360.0 - 180.0)  # of b from a's bow, of a from b's bow
        if came < 0:
            return (State.FORMATION if _BEAM_DEG <= off[0] <= 180.0 - _BEAM_DEG else State.CONVOY), -1
        if now.air[row]:
            return State.INTERCEPTION, came
        return (State.SHADOWING if off[1 - came] > 180.0 - _BEAM_DEG else State.ESCORT), came

    def _end(self, slow: Flags, near: Flags, now_us: int) -> list[Told]:
        """End what was too fast for as long as a grade is held, or away for too long."""
        table, settings = self._table, self._settings
        table["loose_us"] = np.where(
            slow | ~near, _NEVER, np.where(table["loose_us"] == _NEVER, now_us, table["loose_us"])
        )
        held = table["state"] > 0
        loose, away = table["loose_us"], table["away_us"]
        over = (loose != _NEVER) & (now_us - np.maximum(loose, 0) >= settings.hold_s * MICROSECONDS)
        over |= (away != _NEVER) & (now_us - np.maximum(away, 0) >= settings.away_s * MICROSECONDS)
        told = self._tell(held & over, Deed.ENDED, np.full(len(table), -1))
        self._table = table[~(held & over)]
        return told


class _Limits(NamedTuple):
    """The settings of each pair, by whether it flies; columns of shape (n,)."""

    range_m: Floats
    after_s: Floats
    relative_mps: Floats
    closing_mps: Floats
    height_m: Floats


def _seen(instant: Instant, by: Indices, offset: npt.NDArray[np.float64]) -> tuple[Floats, Floats]:
    """Return how far ahead and how far to the right an offset lies, as seen from craft on their courses."""
    course = np.radians(instant.course_deg[by])
    east, north = (offset * instant.motion.east[by]).sum(axis=-1), (offset * instant.motion.north[by]).sum(axis=-1)
    return north * np.cos(course) + east * np.sin(course), east * np.cos(course) - north * np.sin(course)
