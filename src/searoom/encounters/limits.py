"""Who is about to cross a claimed limit, who has crossed it: told once each, and nothing is ever blocked by it.

outside, will cross within the time  ->  nearing      nearing, and no longer so for a while  ->  turned away
outside  ->  inside: crossed in, and back: crossed out; an error wider than the way across tells neither
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from searoom.encounters.closeup import Place
from searoom.encounters.zones import Nearing, Zone, warning
from searoom.units import MICROSECONDS

AHEAD_S: Final = 20 * 60.0  # as long as an encounter is looked ahead for
HOLD_US: Final = 60 * MICROSECONDS  # as a grade is held: one noisy course is no turn
EVERY_US: Final = 10 * MICROSECONDS


class Crossing(StrEnum):
    """What is told of a craft and a limit; the words are those of the form `zone-note`."""

    NEARING = "nearing"
    TURNED_AWAY = "turned-away"
    IN = "crossed-in"
    OUT = "crossed-out"


@dataclass(frozen=True, slots=True)
class Warned:
    """One thing told: metres outside the limit (negative: inside) with their error, seconds until it is crossed."""

    time_us: int
    craft: str
    zone: Zone
    deed: Crossing
    outside_m: float
    error_m: float
    crosses_s: float | None


@dataclass(slots=True)
class _Stand:
    """How one craft stands to one zone; `inside` is None until it is sure."""

    inside: bool | None = None
    nearing: bool = False
    clear_since_us: int | None = None
    now: Nearing | None = None


class Limits:
    """Watches craft and the limits of zones; `step` is to be called at each look."""

    def __init__(self, zones: Iterable[Zone]) -> None:
        self._zones = tuple(zones)
        self._stands: dict[tuple[str, str], _Stand] = {}
        self._next_us = 0

    def step(self, places: Mapping[str, Place], now_us: int) -> tuple[Warned, ...]:
        """Return what is new of these craft; no oftener than each ten seconds is it looked at."""
        if not self._zones or now_us < self._next_us:
            return ()
        self._next_us = now_us + EVERY_US
        self._stands = {key: stand for key, stand in self._stands.items() if key[0] in places}
        told = []
        for craft, place in places.items():
            for zone in self._zones:
                stand = self._stands.setdefault((craft, zone.name), _Stand())
                stand.now = _near(zone, place)
                deed = _next(stand, stand.now, now_us)
                if deed is not None:
                    near = stand.now
                    told.append(Warned(now_us, craft, zone, deed, near.outside_m, near.error_m, near.crosses_s))
        return tuple(told)

    @property
    def zones(self) -> tuple[Zone, ...]:
        """The zones that are watched."""
        return self._zones

    def standing(self) -> tuple[tuple[str, Zone, Nearing], ...]:
        """Return which craft are inside a limit or about to cross it inwards."""
        zones = {zone.name: zone for zone in self._zones}
        return tuple(
            (craft, zones[name], stand.now)
            for (craft, name), stand in sorted(self._stands.items(), key=lambda one: one[0])
            if stand.now is not None and (stand.inside or stand.nearing)
        )


def _near(zone: Zone, place: Place) -> Nearing:
    return warning(
        zone, lat_deg=place.lat_deg, lon_deg=place.lon_deg, speed_mps=place.speed_mps, course_deg=place.course_deg,
        error_m=place.error_m, ahead_s=AHEAD_S,
    )  # fmt: skip


def _next(stand: _Stand, near: Nearing, now_us: int) -> Crossing | None:
    """Move one craft and one zone on by one step; return what is to be told."""
    sure = abs(near.outside_m) > near.error_m
    if sure and stand.inside is None:
        stand.inside = near.outside_m < 0.0
    elif sure and stand.inside != (near.outside_m < 0.0):
        stand.inside, stand.nearing = near.outside_m < 0.0, False
        return Crossing.IN if stand.inside else Crossing.OUT
    if not stand.inside and near.crosses_s is not None and near.outside_m > 0.0:
        stand.clear_since_us = None
        if not stand.nearing:
            stand.nearing = True
            return Crossing.NEARING
    elif stand.nearing and not stand.inside and near.outside_m > 0.0:
        stand.clear_since_us = stand.clear_since_us or now_us
        if now_us - stand.clear_since_us >= HOLD_US:
            stand.nearing, stand.clear_since_us = False, None
            return Crossing.TURNED_AWAY
    return None
