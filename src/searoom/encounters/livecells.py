"""Which craft a craft that moved comes near to: an index of where each is, moved in one by one.

The index is made anew by each full look, in a thread beside the old one, and takes over when that look is settled. It
asks for too much rather than too little: whoever gets the pairs looks at them closely. Without Numba the grid of
`pairing` is asked about the craft that moved: the same pairs, and the judge of the loops in tests.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from searoom import compiling
from searoom.encounters import engine, livekernels
from searoom.encounters.craft import Pair
from searoom.encounters.duetimes import AHEAD_S
from searoom.encounters.kernels import Motion
from searoom.encounters.livekernels import (
    FLIES,
    OUT,
    SLOW,
    STILL,
    WATCHED,
    Bounds,
    Limits,
    Marks,
    Numbers,
    Pages,
    Rows,
)
from searoom.encounters.looks import Keys, distinct, numbers_of
from searoom.encounters.picture import Instant
from searoom.encounters.settings import RISING, Settings
from searoom.tracks.fixes import MAX_SPEED_MPS, Indices
from searoom.units import MICROSECONDS

LIFE_S = 30.0  # how long an index is asked at most before it is made anew
SLACK_M = 25.0  # a craft reckoned back to the epoch, and on from it, is off by less
_SLACK_S = 5.0  # and the time to the closest approach, at the least drift that is told of
_SHIP_SLACK_M = 5.0
_USUAL_MPS = (40.0, 250.0, 250.0)  # by kind of pair: a cell is as wide as the way of one so fast, up to the horizon
_SHIP_MPS = 30.0  # what is faster among ships is none, and may be missed until the next full look
_ROOM = 1 << 10  # pages
_MANY = 10_000
Grades = Callable[[Keys], Indices] | None


class _Part(NamedTuple):
    """The pages of one kind of pair: of all craft, and of the watched alone."""

    limits: Limits
    every: "_Growing"
    watched: "_Growing"


class _Growing:
    """Pages that grow; to be filled by one."""

    def __init__(self, craft: int) -> None:
        places = 1 << max(10, (craft // 2).bit_length())
        heads, where = np.full(places, -1, np.int32), np.full(craft, -1, np.int32)
        self.pages, self.used = _room(max(_ROOM, craft // 3), heads, where), 0

    def enter(self, rows: Rows, slots: Indices, limits: Limits) -> None:
        """Put craft where they are."""
        if len(rows) > len(self.pages.where):
            more = np.full(len(rows) - len(self.pages.where), -1, np.int32)
            self.pages = self.pages._replace(where=np.concatenate([self.pages.where, more]))
        if len(slots) > _MANY:  # neighbours side by side: who reads one has the next at hand
            x, y, z = np.floor(rows[slots, :3].T / limits.cell_m).astype(np.int64)
            slots = slots[np.argsort((x << 42) + (y << 21) + z)]
        done = 0
        while done < len(slots):
            done, self.used = livekernels.enter(rows, slots, done, limits, self.pages, self.used)
            if done < len(slots):
                old = self.pages
                self.pages = _room(2 * len(old.cell), old.heads, old.where)
                for name in ("cell", "follow", "many", "craft", "rough"):
                    getattr(self.pages, name)[: self.used] = getattr(old, name)[: self.used]


class _Index:
    """The craft as rows by slot, reckoned to an epoch, and the pages of all three kinds of pairs."""

    def __init__(self, settings: Settings, epoch_us: int, known: int) -> None:
        self.epoch_us = epoch_us
        self.some_watched = settings.watched is not None
        self.rows: Rows = np.zeros((0, 10))
        self.marks: Marks = np.zeros(0, np.int8)
        self._room_for(known)
        self._settings, self._bounds = settings, _bounds(settings)
        self._parts: dict[Pair, _Part] = {}
        self._known = self._fresh = 0  # craft and pages when it was made of all

    def _room_for(self, known: int) -> None:
        more = known - len(self.rows)
        if more > 0:
            more = max(more, len(self.rows) // 4)
            self.rows = np.concatenate([self.rows, np.zeros((more, 10))])
            self.marks = np.concatenate([self.marks, np.full(more, OUT, np.int8)])

    def worn(self, now_us: int) -> bool:
        """Whether it should be made anew: old, or with many pages more, or made for fewer craft."""
        used = sum(part.every.used for part in self._parts.values())
        old = now_us - self.epoch_us > LIFE_S / 2.0 * MICROSECONDS
        return old or self._fresh == 0 or used > 2 * self._fresh or len(self.rows) > 2 * self._known

    def made(self) -> None:
        """Note that all craft are in it."""
        self._known, self._fresh = len(self.rows), sum(part.every.used for part in self._parts.values())

    def move(self, instant: Instant, now_us: int) -> None:
        """Put craft where they are now."""
        self._room_for(len(instant.row))
        slots, since_s = instant.slot, (now_us - self.epoch_us) / MICROSECONDS
        place, velocity, up, _, _ = instant.motion
        self.rows[slots, :3], self.rows[slots, 3:6] = place - velocity * since_s, velocity
        self.rows[slots, 6:9], self.rows[slots, 9] = up, instant.speed_mps
        slow = instant.still | (instant.moving & (instant.speed_mps <= self._settings.slow_mps))
        self.marks[slots] = (
            FLIES * instant.flying + WATCHED * instant.watched + OUT * (instant.flying & instant.grounded)
            + STILL * instant.still + SLOW * slow
        )  # fmt: skip
        if not compiling.COMPILED:
            return
        flying = bool(((self.marks & (FLIES | OUT)) == FLIES).any())
        for pair in Pair if flying else (Pair.SHIPS,):
            fresh = pair not in self._parts
            part = self._part(pair)
            inside = self._of(pair, np.flatnonzero((self.marks & OUT) == 0) if fresh else slots)
            part.every.enter(self.rows, inside, part.limits)
            if self.some_watched:
                watched = inside[(self.marks[inside] & WATCHED) > 0]
                part.watched.enter(self.rows, watched, part.limits)

    def _part(self, pair: Pair) -> _Part:
        if pair not in self._parts:
            known = len(self.rows)
            self._parts[pair] = _Part(_limits(self._settings, pair), _Growing(known), _Growing(known // 8))
        return self._parts[pair]

    def _of(self, pair: Pair, slots: Indices) -> Indices:
        """Return those of the craft that can be in a pair of this kind."""
        marks = self.marks[slots]
        fit = (marks & OUT) == 0
        if pair is not Pair.MIXED:
            fit &= ((marks & FLIES) > 0) == (pair is Pair.AIRCRAFT)
        return np.asarray(slots[fit])

    def near(self, slots: Indices, now_us: int, only_watched: bool, told: Grades) -> Iterator[Keys]:
        """Yield the pairs of these craft of which more may be told than was, kind by kind; some more than once."""
        after_s = (now_us - self.epoch_us) / MICROSECONDS
        for pair in Pair:
            asking = self._of(pair, slots)
            if not compiling.COMPILED:
                yield self._on_grid(pair, asking, after_s, only_watched)
            elif pair in self._parts:
                part, watched = self._parts[pair], (self.marks[asking] & WATCHED) > 0
                among = part.watched if only_watched else part.every
                yield self._searched(asking[watched], after_s, part.limits, part.every.pages, only_watched, told)
                yield self._searched(asking[~watched], after_s, part.limits, among.pages, only_watched, told)

    def _searched(
        self, slots: Indices, after_s: float, limits: Limits, pages: Pages, only_watched: bool, told: Grades
    ) -> Keys:
        out = np.empty((max(256, 16 * len(slots)), 3), np.intp)
        while True:
            many = livekernels.search(
                self.rows, self.marks, slots, after_s, limits, self._bounds, pages, only_watched, out
            )  # fmt: skip
            if many <= len(out):
                break
            out = np.empty((many, 3), np.intp)
        found = out[:many] if told is None else out[:many][out[:many, 2] > 0]
        keys = numbers_of(found[:, 0], found[:, 1])
        return keys if told is None else keys[found[:, 2] > told(keys)]

    def _on_grid(self, pair: Pair, asking: Indices, after_s: float, only_watched: bool) -> Keys:
        """Return the same pairs by the grid in NumPy; each once."""
        limits, slots = _limits(self._settings, pair), self._of(pair, np.arange(len(self.rows)))
        rows = self.rows[slots]
        place = rows[:, :3] + rows[:, 3:6] * after_s
        motion = Motion(place, rows[:, 3:6], rows[:, 6:9], rows[:, 6:9], rows[:, 6:9])  # no bearing is asked for
        met = engine.on_grid(
            motion, rows[:, 9], radius_m=limits.radius_m, horizon_s=limits.horizon_s - after_s,
            wanted=np.isin(slots, asking),
        )  # fmt: skip
        a, b = slots[met.a], slots[met.b]
        flying = (self.marks[a] & FLIES) + (self.marks[b] & FLIES) == int(pair)
        watched = ((self.marks[a] | self.marks[b]) & WATCHED) > 0
        kept = flying & (watched if only_watched else True)
        return numbers_of(a[kept], b[kept])


class Cells:
    """The index in use, and the next one."""

    def __init__(self, settings: Settings) -> None:
        """Make one without craft; what two threads will use is compiled now."""
        compiling.ready(livekernels.__name__)
        self._settings = settings
        self._index: _Index | None = None
        self._next: _Index | None = None

    def move(self, instant: Instant, now_us: int) -> None:
        """Put craft where they are now."""
        if self._index is None:
            self._index = _Index(self._settings, now_us, len(instant.row))
        self._index.move(instant, now_us)

    def near(self, slots: Indices, now_us: int, *, only_watched: bool, told: Grades = None) -> Keys:
        """Return the pairs of these craft, all or those with a watched one, of which more may soon be told than was.

        `told` returns the grades of pairs that were told of, 0 where none was; without it, all that come near are
        returned. Rising, none twice.
        """
        found = [] if self._index is None else list(self._index.near(slots, now_us, only_watched, told))
        return distinct(np.concatenate([np.zeros(0, np.int64), *found]))

    def rebuild(self, instant: Instant, now_us: int) -> None:
        """Make the next index of all craft, where the one in use is old or too long; it is not asked yet."""
        if self._index is not None and not self._index.worn(now_us):
            return
        self._next = _Index(self._settings, now_us, len(instant.row))
        self._next.move(instant, now_us)
        self._next.made()

    @property
    def renewed(self) -> bool:
        """Whether a next index is there, to be asked once all is in it."""
        return self._next is not None

    def catch_up(self, moved: Instant, now_us: int) -> None:
        """Put craft that moved since it was begun into the next index, which is not asked yet."""
        if self._next is not None:
            self._next.move(moved, now_us)

    def take_over(self, moved: Instant, now_us: int) -> None:
        """Ask the next index from now on, after the craft that moved since it was begun are put into it."""
        if self._next is not None:
            self._index, self._next = self._next, None
            self._index.move(moved, now_us)


def _limits(settings: Settings, pair: Pair) -> Limits:
    """Return what near means for the widest grade of this kind: it is asked who is to be told, not who is held."""
    level = settings.rules[pair][0]
    radius, horizon = level.cpa_m * 1.01 + SLACK_M, level.tcpa_s + LIFE_S
    fastest = _SHIP_MPS if pair is Pair.SHIPS else MAX_SPEED_MPS
    return Limits(int(pair), radius, horizon, _USUAL_MPS[pair] * horizon, fastest)


def _bounds(settings: Settings) -> Bounds:
    """Return what may soon be told of two ships, with room for what the index does not know as well as the picture."""
    levels, later_s = settings.levels, AHEAD_S + _SLACK_S
    return Bounds(
        np.array([RISING.index(level.name) for level in levels], np.int32),
        np.array([level.cpa_m + _SHIP_SLACK_M for level in levels]),
        np.array([level.tcpa_s + later_s for level in levels]),
        settings.still_cpa_m + _SHIP_SLACK_M, settings.still_tcpa_s + later_s,
        settings.slow_cpa_m + _SHIP_SLACK_M, settings.slow_tcpa_s + later_s, 0.9 * settings.company_mps,
    )  # fmt: skip


def _room(pages: int, heads: Numbers, where: Numbers) -> Pages:
    """Return room for so many pages."""
    size = livekernels.PAGE
    return Pages(
        heads, np.empty(pages, np.intp), np.empty(pages, np.int32), np.zeros(pages, np.int32),
        np.empty((pages, size), np.int32), np.empty((pages, 6, size), np.float32), where,
    )  # fmt: skip
