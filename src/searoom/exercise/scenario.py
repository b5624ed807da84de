"""A scenario: made tracks of units that keep to their legs, what their sensors see of them, and what officers do when.

Two chairs, `first` and `second`, stand for whichever party sits in them: swap the parties and the
words change owner, and nothing else. The noise of a sensor is drawn from SHA-256 of the scenario's
seed, so that every machine and every version makes the same fixes.
"""

import hashlib
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from searoom import clock
from searoom.errors import NotAllowed
from searoom.signals.tables import LANGUAGES
from searoom.units import METRES_PER_SECOND_PER_KNOT, MICROSECONDS

CHAIRS = ("first", "second")
CSV_HEAD = "name,source_kind,party,time_utc,lat,lon,sog_kn,cog_deg,heading_deg,sigma_m"

_EQUATORIAL_RADIUS_M = 6378137.0  # WGS 84
_ECCENTRICITY_SQUARED = 6.69437999014e-3  # WGS 84


@dataclass(frozen=True, slots=True)
class Leg:
    """From `from_s` on, the course and speed that the unit turns and changes to."""

    from_s: int
    course_deg: float
    speed_mps: float


@dataclass(frozen=True, slots=True)
class Radar:
    """A radar's own error: noise of range and bearing (1 sigma), and a range scale that is wrong by a factor."""

    range_sigma_m: float
    bearing_sigma_deg: float
    range_factor: float


@dataclass(frozen=True, slots=True)
class Unit:
    """One chair's ship: where it starts, how it turns, its legs, and the error of its own position and radar."""

    chair: str
    east_m: float
    north_m: float
    turn_dps: float
    change_mps2: float
    legs: tuple[Leg, ...]
    fix_sigma_m: float
    radar: Radar


@dataclass(frozen=True, slots=True)
class Person:
    """A named person of a party, with a key of their own."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Side:
    """What the scenario knows of a party: its language, its unit's name, its two persons."""

    party: str
    language: str
    unit: str
    persons: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """What one officer does at one time: a command with its words, by chair so that chairs can be swapped."""

    id: str
    at_s: int
    chair: str
    person: int
    do: str
    arguments: Mapping[str, object]
    say: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole scenario as read from its file."""

    id: str
    title: Mapping[str, str]
    source: Mapping[str, str]
    seed: str
    start_us: int
    tick_s: int
    meet_every_s: int
    watch_until_s: int
    later_ticks_s: tuple[int, ...]
    origin_deg: tuple[float, float]
    units: tuple[Unit, ...]
    sides: tuple[Side, ...]
    acts: tuple[Act, ...]

    def ticks(self) -> Iterator[int]:
        """Yield each tick in seconds after the start: evenly while units are watched, then the later ones."""
        yield from range(0, self.watch_until_s + 1, self.tick_s)
        yield from self.later_ticks_s

    def meets_at(self, tick_s: int) -> bool:
        """Whether the two nodes are in contact at the end of this tick."""
        return tick_s > self.watch_until_s or tick_s % self.meet_every_s == 0


def load(name: str) -> Scenario:
    """Return the packaged scenario `name`; raise `NotAllowed` with the place of what is wrong in it."""
    file = resources.files("searoom.exercise") / "data" / f"{name}.toml"
    try:
        return parse(tomllib.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise NotAllowed(f"there is no scenario '{name}'") from None
    except (KeyError, TypeError, ValueError) as problem:
        raise NotAllowed(f"scenario '{name}': {problem!r} is missing or has the wrong kind") from problem


def parse(raw: Mapping[str, object]) -> Scenario:
    """Return the scenario that the tables of a file describe."""
    table: dict[str, object] = dict(raw)
    origin = table["origin"]
    if not isinstance(origin, Mapping):
        raise NotAllowed("[origin] must have lat_deg and lon_deg")
    units = tuple(_unit(item) for item in _tables(table, "unit"))
    if [unit.chair for unit in units] != list(CHAIRS):
        raise NotAllowed("a scenario has one [[unit]] for the chair 'first', then one for 'second'")
    acts = tuple(_act(item) for item in _tables(table, "act"))
    if [act.at_s for act in acts] != sorted(act.at_s for act in acts):
        raise NotAllowed("the [[act]] tables must stand in the order of at_s")
    return Scenario(
        id=str(table["id"]),
        title=_languages(table["title"]),
        source=_languages(table["source"]),
        seed=str(table["seed"]),
        start_us=clock.from_text(str(table["start"])),
        tick_s=_whole(table["tick_s"]),
        meet_every_s=_whole(table["meet_every_s"]),
        watch_until_s=_whole(table["watch_until_s"]),
        later_ticks_s=tuple(_whole(item) for item in _list(table["later_ticks_s"])),
        origin_deg=(float(origin["lat_deg"]), float(origin["lon_deg"])),
        units=units,
        sides=tuple(_side(item) for item in _tables(table, "side")),
        acts=acts,
    )


def _languages(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping) or set(value) != set(LANGUAGES):
        raise NotAllowed(f"{value!r} must have a text in each of {', '.join(LANGUAGES)}")
    return {lang: str(value[lang]) for lang in LANGUAGES}


def _list(value: object) -> Sequence[object]:
    if not isinstance(value, list):
        raise NotAllowed(f"{value!r} must be a list")
    return value


def _tables(table: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    return [item for item in _list(table.get(name, [])) if isinstance(item, Mapping)]


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise NotAllowed(f"{value!r} must be a whole number, not negative")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotAllowed(f"{value!r} must be a number")
    return float(value)


def _unit(raw: Mapping[str, object]) -> Unit:
    radar = raw["radar"]
    if not isinstance(radar, Mapping):
        raise NotAllowed("a [[unit]] needs its radar's error")
    legs = tuple(
        Leg(
            _whole(leg["from_s"]),
            _number(leg["course_deg"]),
            _number(leg["speed_kn"]) * METRES_PER_SECOND_PER_KNOT,
        )
        for leg in _tables(raw, "leg")
    )
    return Unit(
        chair=str(raw["chair"]),
        east_m=_number(raw["east_m"]),
        north_m=_number(raw["north_m"]),
        turn_dps=_number(raw["turn_dps"]),
        change_mps2=_number(raw["change_mps2"]),
        legs=legs,
        fix_sigma_m=_number(raw["fix_sigma_m"]),
        radar=Radar(
            _number(radar["range_sigma_m"]), _number(radar["bearing_sigma_deg"]), _number(radar["range_factor"])
        ),
    )


def _side(raw: Mapping[str, object]) -> Side:
    persons = tuple(Person(str(item["id"]), str(item["name"])) for item in _tables(raw, "person"))
    return Side(str(raw["party"]), str(raw["language"]), str(raw["unit"]), persons)


def _act(raw: Mapping[str, object]) -> Act:
    if raw["chair"] not in CHAIRS:
        raise NotAllowed(f"act '{raw.get('id')}': the chair is 'first' or 'second', not {raw['chair']!r}")
    arguments = raw.get("with", {})
    if not isinstance(arguments, Mapping):
        raise NotAllowed(f"act '{raw.get('id')}': 'with' must be a table")
    return Act(
        id=str(raw["id"]),
        at_s=_whole(raw["at_s"]),
        chair=str(raw["chair"]),
        person=_whole(raw["person"]),
        do=str(raw["do"]),
        arguments=dict(arguments),
        say=str(raw.get("say", "")),
    )


@dataclass(frozen=True, slots=True)
class State:
    """Where a unit is at one second: metres east and north of the origin, course and speed made good."""

    east_m: float
    north_m: float
    course_deg: float
    speed_mps: float


def sail(unit: Unit, until_s: int) -> list[State]:
    """Return the unit's state at each second from 0 to `until_s`: it turns and changes speed at its own rates."""
    state = State(unit.east_m, unit.north_m, unit.legs[0].course_deg, unit.legs[0].speed_mps)
    states = []
    for second in range(until_s + 1):
        states.append(state)
        leg = [leg for leg in unit.legs if leg.from_s <= second][-1]
        turn = (leg.course_deg - state.course_deg + 180.0) % 360.0 - 180.0
        course = (state.course_deg + max(-unit.turn_dps, min(unit.turn_dps, turn))) % 360.0
        change = leg.speed_mps - state.speed_mps
        speed = state.speed_mps + max(-unit.change_mps2, min(unit.change_mps2, change))
        angle = math.radians(course)
        state = State(state.east_m + speed * math.sin(angle), state.north_m + speed * math.cos(angle), course, speed)
    return states


def place_deg(origin_deg: tuple[float, float], east_m: float, north_m: float) -> tuple[float, float]:
    """Return latitude and longitude of a place within some 50 km of the origin (WGS 84 radii at the origin)."""
    lat0, lon0 = origin_deg
    waist = 1.0 - _ECCENTRICITY_SQUARED * math.sin(math.radians(lat0)) ** 2
    meridian = _EQUATORIAL_RADIUS_M * (1.0 - _ECCENTRICITY_SQUARED) / waist**1.5
    normal = _EQUATORIAL_RADIUS_M / math.sqrt(waist)
    return (
        lat0 + math.degrees(north_m / meridian),
        lon0 + math.degrees(east_m / (normal * math.cos(math.radians(lat0)))),
    )


def _noise(*key: object) -> float:
    """Return a draw of the standard normal distribution that belongs to `key` (Box and Muller, 1958)."""
    digest = hashlib.sha256("\x1f".join(map(str, key)).encode()).digest()
    first = (int.from_bytes(digest[:8], "big") + 1) / 2.0**64
    second = int.from_bytes(digest[8:16], "big") / 2.0**64
    return math.sqrt(-2.0 * math.log(first)) * math.cos(2.0 * math.pi * second)


def sensor_csv(scenario: Scenario, chair: str, names: Mapping[str, str]) -> str:
    """Return what the sensors of one chair's unit report, as the lines of a track file.

    Its own position carries the error of its own fix; the other unit is a radar target, measured by
    range and bearing from that position. Nothing of the other unit's own knowledge is in it.
    """
    tracks = {unit.chair: sail(unit, scenario.watch_until_s) for unit in scenario.units}
    me = next(unit for unit in scenario.units if unit.chair == chair)
    other = next(unit for unit in scenario.units if unit.chair != chair)
    lines = [CSV_HEAD]
    for second in range(0, scenario.watch_until_s + 1, scenario.tick_s):
        when = clock.to_text(scenario.start_us + second * MICROSECONDS)
        mine, theirs = tracks[chair][second], tracks[other.chair][second]
        key = (scenario.seed, chair, second)
        east = mine.east_m + me.fix_sigma_m * _noise(*key, "east")
        north = mine.north_m + me.fix_sigma_m * _noise(*key, "north")
        lines.append(
            _line(scenario, names[chair], "GPS", when, (east, north), (mine.speed_mps, mine.course_deg), me.fix_sigma_m)
        )
        true_range = math.hypot(theirs.east_m - mine.east_m, theirs.north_m - mine.north_m)
        seen = true_range * me.radar.range_factor + me.radar.range_sigma_m * _noise(*key, "range")
        bearing = math.atan2(theirs.east_m - mine.east_m, theirs.north_m - mine.north_m)
        bearing += math.radians(me.radar.bearing_sigma_deg * _noise(*key, "bearing"))
        place = (east + seen * math.sin(bearing), north + seen * math.cos(bearing))
        sigma = math.hypot(me.radar.range_sigma_m, true_range * math.radians(me.radar.bearing_sigma_deg))
        speed = max(0.0, theirs.speed_mps + 0.15 * _noise(*key, "speed"))
        course = (theirs.course_deg + 0.8 * _noise(*key, "course")) % 360.0
        lines.append(_line(scenario, names[other.chair], "ARPA", when, place, (speed, course), sigma))
    return "\n".join(lines) + "\n"


def _line(
    scenario: Scenario,
    name: str,
    kind: str,
    when: str,
    place: tuple[float, float],
    motion: tuple[float, float],
    sigma_m: float,
) -> str:
    lat, lon = place_deg(scenario.origin_deg, *place)
    speed_kn = motion[0] / METRES_PER_SECOND_PER_KNOT
    return f"{name},{kind},,{when},{lat:.7f},{lon:.7f},{speed_kn:.2f},{motion[1]:.1f},,{sigma_m:.1f}"
