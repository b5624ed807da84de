"""The newest fix of every craft that is heard of, as columns, and what of them has changed since somebody last asked.

A chart shows where each craft was when it was last told of, with the age of that; nothing is reckoned here.
"""

from collections import deque
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from searoom.encounters.craft import AIR_SOURCES, flies
from searoom.tracks.fixes import Fixes, Flags, Floats, Times
from searoom.units import MICROSECONDS

FORGOTTEN_US: Final = 3_600 * MICROSECONDS
MOST: Final = 100_000  # craft held at once; the one silent for longest goes first
GONE_KEPT: Final = 10_000
SWEEP_US: Final = 60 * MICROSECONDS
Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Craft:
    """Craft as columns of shape (n,), in the order in which they were first heard of.

    `ids` rise and are never given twice. Degrees, metres, metres a second; what is not known is `nan`. `sigma_m` is one
    standard deviation along any direction when the fix was made. `sources` is the table that `source` indexes.
    """

    ids: Ids
    names: tuple[str, ...]
    time_us: Times
    lat_deg: Floats
    lon_deg: Floats
    speed_mps: Floats
    course_deg: Floats
    alt_m: Floats
    sigma_m: Floats
    source: npt.NDArray[np.int64]
    flying: Flags
    sources: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, chosen: Flags | Ids) -> "Craft":
        """Return the chosen craft, by mask or rising places."""
        places = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen
        columns = {name: getattr(self, name)[places] for name in COLUMNS}
        return replace(self, names=tuple(self.names[place] for place in places.tolist()), **columns)


COLUMNS: Final = tuple(one.name for one in fields(Craft) if one.name not in ("names", "sources"))
_MADE: Final = {"ids": np.int64, "time_us": np.int64, "source": np.int64, "flying": np.bool_}


def nobody(room: int = 0) -> Craft:
    """Return no craft, in columns with so much room."""
    columns: dict[str, Any] = {name: np.zeros(room, dtype=_MADE.get(name, np.float64)) for name in COLUMNS}
    return Craft(names=(), **columns)


@dataclass(frozen=True, slots=True)
class Change:
    """What changed: up to which number, whether it is everything, who is new or moved, and whose ids are gone."""

    number: int
    whole: bool
    craft: Craft
    gone: tuple[int, ...]


class Present:
    """Who is there; `number` rises with every change."""

    def __init__(self) -> None:
        self.number = 0
        self._room = nobody(1024)
        self._changed = np.zeros(1024, dtype=np.int64)
        self._names: list[str] = []
        self._place: dict[str, int] = {}
        self._sources: list[str] = []
        self._next_id = 1
        self._gone: deque[tuple[int, int]] = deque(maxlen=GONE_KEPT)
        self._told_from = 0  # since which number it is known who has gone
        self._swept_us = 0

    def __len__(self) -> int:
        return len(self._names)

    def take(self, fixes: Fixes) -> None:
        """Take in what was reported: of each craft the newest fix, unless a newer one is held."""
        if not len(fixes):
            return
        self.number += 1
        craft, back = np.unique(fixes.craft[::-1], return_index=True)
        rows = len(fixes) - 1 - back
        places = np.array([self._placed(fixes.names[index]) for index in craft.tolist()], dtype=np.int64)
        newer = fixes.time_us[rows] >= self._room.time_us[places]
        rows, places = rows[newer], places[newer]
        for name in ("time_us", "lat_deg", "lon_deg", "speed_mps", "course_deg", "alt_m", "sigma_m"):
            getattr(self._room, name)[places] = getattr(fixes, name)[rows]
        self._room.source[places] = np.array([self._source(one) for one in fixes.sources], dtype=np.int64)[
            fixes.source[rows]
        ]
        aloft = np.array([one in AIR_SOURCES for one in fixes.sources], dtype=np.bool_)[fixes.source[rows]]
        self._room.flying[places] |= aloft | np.isfinite(fixes.alt_m[rows])
        self._changed[places] = self.number
        self._sweep(int(fixes.time_us[-1]))

    def since(self, number: int) -> Change:
        """Return what changed after a number that was given before; everything, where that cannot be told any more."""
        held = replace(self._room, names=tuple(self._names), sources=tuple(self._sources))
        count = len(self._names)
        if number > self.number or number < self._told_from or number <= 0:
            return Change(self.number, whole=True, craft=held.take(np.arange(count)), gone=())
        gone = tuple(one for at, one in self._gone if at > number)
        return Change(
            self.number, whole=False, craft=held.take(np.flatnonzero(self._changed[:count] > number)), gone=gone
        )

    def _placed(self, name: str) -> int:
        place = self._place.get(name)
        if place is None:
            place = self._place[name] = len(self._names)
            self._names.append(name)
            if place >= len(self._changed):
                self._grow()
            self._room.ids[place], self._next_id = self._next_id, self._next_id + 1
            self._room.time_us[place] = -1
            self._room.flying[place] = flies(name, "")
        return place

    def _grow(self) -> None:
        room = 2 * len(self._changed)
        columns: dict[str, Any] = {name: np.resize(getattr(self._room, name), room) for name in COLUMNS}
        self._room = replace(self._room, **columns)
        self._changed = np.resize(self._changed, room)

    def _source(self, name: str) -> int:
        if name not in self._sources:
            self._sources.append(name)
        return self._sources.index(name)

    def _sweep(self, now_us: int) -> None:
        """Let go of who has been silent for an hour, once a minute; and of the most silent where there are too many."""
        count = len(self._names)
        if now_us < self._swept_us + SWEEP_US and count <= MOST:
            return
        self._swept_us = now_us
        times = self._room.time_us[:count]
        stays = times >= now_us - FORGOTTEN_US
        if np.count_nonzero(stays) > MOST:
            stays &= times >= np.partition(times, count - MOST)[count - MOST]
        if stays.all():
            return
        self._gone.extend((self.number, one) for one in self._room.ids[:count][~stays].tolist())
        if len(self._gone) == GONE_KEPT:
            self._told_from = self._gone[0][0]
        kept = np.flatnonzero(stays)
        for name in COLUMNS:
            getattr(self._room, name)[: len(kept)] = getattr(self._room, name)[kept]
        self._changed[: len(kept)] = self._changed[kept]
        self._names = [self._names[place] for place in kept.tolist()]
        self._place = {name: place for place, name in enumerate(self._names)}
