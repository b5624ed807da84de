"""What counts as near: one party's own levels and angles, settable, with the reason for each default.

No two navies have agreed on a number, so these are "our rule" wherever they are shown. They were
chosen from practice at sea before any real track was run through them.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from itertools import pairwise

from searoom.errors import NotAllowed
from searoom.units import METRES_PER_FOOT, METRES_PER_NAUTICAL_MILE, METRES_PER_SECOND_PER_KNOT

MAX_LEVELS = 3


class Grade(StrEnum):
    """How pressing; CLEAR ends an encounter."""

    CLEAR = "clear"
    ADVISE = "advise"
    WARN = "warn"
    URGENT = "urgent"


RISING = (Grade.CLEAR, Grade.ADVISE, Grade.WARN, Grade.URGENT)


@dataclass(frozen=True, slots=True)
class Level:
    """A grade is raised where the closest approach is within `cpa_m` and no more than `tcpa_s` ahead.

    Where one of the two flies: where both limits, `cpa_m` and `height_m`, are met at once within that time.
    """

    name: Grade
    cpa_m: float
    tcpa_s: float
    height_m: float = math.inf


# Distance: merchant masters keep 2 nm in open sea and 1 nm near coasts, and stand by the helm within
# 1 nm; two warships that watch each other sail closer than that on purpose, so half a nautical mile,
# still seven times the 137 m that was reported as unsafe. Time: standing orders in one fleet call the
# captain at 18 min; 20 leaves room for a call that is answered, 10 for a second one and a manoeuvre
# in good time, at 5 there is time for the manoeuvre alone. One distance for all three: the grade then
# says one thing, how much time is left.
DEFAULT_LEVELS = (
    Level(Grade.ADVISE, 0.5 * METRES_PER_NAUTICAL_MILE, 20 * 60.0),
    Level(Grade.WARN, 0.5 * METRES_PER_NAUTICAL_MILE, 10 * 60.0),
    Level(Grade.URGENT, 0.5 * METRES_PER_NAUTICAL_MILE, 5 * 60.0),
)

# Between aircraft: 5 nm and 1,000 ft are what controllers keep apart en route (ICAO Doc 4444), 5 minutes what conflict
# detection looks ahead in the literature, 2 minutes what a controller's short-term alert does; at 1 minute there is
# time for one manoeuvre. An airborne collision avoidance system warns later still, and is not replaced.
DEFAULT_AIR_LEVELS = (
    Level(Grade.ADVISE, 5.0 * METRES_PER_NAUTICAL_MILE, 5 * 60.0, 1_000 * METRES_PER_FOOT),
    Level(Grade.WARN, 5.0 * METRES_PER_NAUTICAL_MILE, 2 * 60.0, 1_000 * METRES_PER_FOOT),
    Level(Grade.URGENT, 5.0 * METRES_PER_NAUTICAL_MILE, 60.0, 1_000 * METRES_PER_FOOT),
)

# Between an aircraft and a ship: one navy keeps its patrol aircraft 500 m off foreign ships and 150 m above them. A
# height by pressure may be 250 m off (30 hPa), so 500 m of height; 1,000 m of range leaves as much again for the turn
# away. At 100 m/s 3 minutes are 18 km.
DEFAULT_MIXED_LEVELS = (
    Level(Grade.ADVISE, 1_000.0, 3 * 60.0, 500.0),
    Level(Grade.WARN, 1_000.0, 90.0, 500.0),
    Level(Grade.URGENT, 1_000.0, 30.0, 500.0),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one detector; SI units, degrees for angles."""

    levels: tuple[Level, ...] = DEFAULT_LEVELS  # between two ships
    air_levels: tuple[Level, ...] = DEFAULT_AIR_LEVELS  # between two aircraft
    mixed_levels: tuple[Level, ...] = DEFAULT_MIXED_LEVELS  # between an aircraft and a ship
    aircraft: frozenset[str] = frozenset()  # craft that fly, though neither name nor source nor height says so
    cpa_factor: float = 1.2  # hysteresis: a grade is held to this many times its distance
    tcpa_factor: float = 1.2  # and this many times its time
    hold_s: float = 60.0  # a grade falls only after it was not met for so long: one noisy course is no all-clear
    speed_floor_mps: float = 0.5  # about 1 kn: below it a GNSS course is noise, and an anchored ship swings so fast
    still_cpa_m: float = METRES_PER_NAUTICAL_MILE / 10.0  # against one that says it lies still: a cable
    still_tcpa_s: float = 360.0  # and no longer ahead: only one of the two can do anything, and needs the time for that
    slow_mps: float = 5.0 * METRES_PER_SECOND_PER_KNOT  # neither faster, as in a harbour: either can stop in time
    slow_cpa_m: float = METRES_PER_NAUTICAL_MILE / 10.0  # then a cable
    slow_tcpa_s: float = 120.0  # and two minutes: at 5 kn no more than 300 m each
    company_mps: float = 1.0 * METRES_PER_SECOND_PER_KNOT  # slower against each other: alongside, in tow, in company
    company_range_m: float = 3.0 * METRES_PER_NAUTICAL_MILE  # within it two ships that keep together are in company
    company_after_s: float = 300.0  # for so long: an overtaking at 6 kn more is past by then
    company_relative_mps: float = 3.0 * METRES_PER_SECOND_PER_KNOT  # and no faster against each other
    company_cpa_m: float = METRES_PER_NAUTICAL_MILE / 10.0  # a nearer passage is told even in company; 137 m was unsafe
    overtaking_cpa_m: float = METRES_PER_NAUTICAL_MILE / 5.0  # nor a plot within two: antennas of two ships that touch
    plot_s: float = 120.0  # lie up to 300 m apart; a plot is of places so long apart
    closing_mps: float = 2.0 * METRES_PER_SECOND_PER_KNOT  # closing faster than this in company is an event
    air_company_range_m: float = 2.0 * METRES_PER_NAUTICAL_MILE  # the same of two aircraft
    air_company_after_s: float = 60.0
    air_company_relative_mps: float = 30.0 * METRES_PER_SECOND_PER_KNOT
    air_company_height_m: float = 600.0  # nearer in height: interceptors come up level, or a little below
    air_closing_mps: float = 20.0 * METRES_PER_SECOND_PER_KNOT
    over_m: float = 500.0  # an aircraft that comes so near in the plane passes above, below or beside the other
    away_s: float = 1800.0  # who opens further than the range and is here again in so long came back
    max_age_s: float = 360.0  # twice the 3 min between reports of an anchored class A ship: one may be lost
    max_ahead_s: float = 10.0  # a stamp later than now by more than this is a wrong clock
    watched: frozenset[str] | None = None  # only pairs with at least one of these craft; None: every pair
    head_on_deg: float = 6.0  # COLREGS 14 names no angle; courses this near to opposite, each seen this near ahead
    overtaking_deg: float = 112.5  # COLREGS 13(b): more than 22.5 degrees abaft the beam of the craft ahead
    sigmas: float = 2.0  # errors are given as this many standard deviations: 19 cases of 20
    speed_error_mps: float = 0.5 * METRES_PER_SECOND_PER_KNOT  # one standard deviation of a reported speed
    course_error_deg: float = 2.0  # and of a reported course
    turn_for_s: float = 20.0  # a turn widens the error as if it went on so long; measured, see decision 0027
    unknown_speed_mps: float = 5.0  # what a craft that tells no speed may be doing
    manoeuvre_mps2: float = 0.01  # how fast a craft may leave its course: 18 m in 1 min, 650 m in 6 min
    derive_over_s: float = 60.0  # where speed is not told it is taken from two fixes this far apart
    jump_mps: float = 60.0  # faster than any ship: a jump of the receiver, or two ships with one number
    air_max_age_s: float = 60.0  # as the readers of aircraft keep it: at 450 knots an older one is 14 km behind
    air_manoeuvre_mps2: float = 2.0  # a turn of 3 degrees a second at 80 kn, half of one at 150 kn
    air_jump_mps: float = 700.0  # faster than any aircraft that reports
    alt_error_m: float = (
        25.0  # one standard deviation of a reported height: altimeters keep 245 ft in 997 of 1,000 cases
    )
    pressure_error_m: float = 100.0  # the same for the height of the sea by pressure: 12 hPa off the standard
    jump_slack_m: float = 2_000.0  # room for old fixes and coarse positions before it counts as a jump
    escalate_s: float = 60.0  # an alarm that nobody answers goes up a step so often; watch alarms wait 15 to 90 s
    step_s: float = 10.0  # an archive is looked at this often: class A ships under way report as often

    def __post_init__(self) -> None:
        for levels in (self.levels, self.mixed_levels, self.air_levels):
            _check_levels(levels)
        for name in _NUMBERS:
            if not 0.0 <= getattr(self, name) < float("inf"):
                raise NotAllowed(f"the setting '{name}' must be a number not below zero")
        if self.cpa_factor < 1.0 or self.tcpa_factor < 1.0:
            raise NotAllowed("a hysteresis factor below 1 would drop a grade that is still met")
        if min(self.step_s, self.escalate_s) <= 0.0 or self.overtaking_deg > 180.0 or self.head_on_deg > 180.0:
            raise NotAllowed("step_s and escalate_s must be above zero, and angles not above 180")

    @property
    def rules(self) -> tuple[tuple[Level, ...], tuple[Level, ...], tuple[Level, ...]]:
        """Return the levels of a pair by how many of the two fly: none, one, both."""
        return self.levels, self.mixed_levels, self.air_levels

    @classmethod
    def from_table(cls, table: Mapping[str, object]) -> "Settings":
        """Return settings from a table of a TOML file; what it does not name keeps its default.

        Levels are tables `[[levels]]` with `name`, `cpa_nm` or `cpa_m`, and `tcpa_min` or `tcpa_s`;
        `[[air_levels]]` and `[[mixed_levels]]` also have `height_ft` or `height_m`.
        """
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(table) - known)
        if unknown:
            raise NotAllowed(f"no setting is called '{unknown[0]}'", advice=f"Known are: {', '.join(sorted(known))}.")
        values: dict[str, object] = {name: _number(name, table[name]) for name in _NUMBERS if name in table}
        values |= {name: _levels(name, table[name]) for name in _LEVELS if name in table}
        values |= {name: _names(name, table[name]) for name in _NAMES if name in table}
        return cls(**values)  # type: ignore[arg-type]  # each value was made by the kind of its name


_LEVELS = ("levels", "air_levels", "mixed_levels")
_NAMES = ("watched", "aircraft")
_NUMBERS = tuple(field.name for field in fields(Settings) if field.name not in {*_LEVELS, *_NAMES})


def _check_levels(levels: tuple[Level, ...]) -> None:
    names = [level.name for level in levels]
    if not names or len(names) > MAX_LEVELS or names != [grade for grade in RISING[1:] if grade in names]:
        raise NotAllowed("levels are one or more of advise, warn, urgent, each once and in this order")
    for level in levels:
        if not (level.cpa_m > 0.0 and level.tcpa_s > 0.0 and level.height_m > 0.0):
            raise NotAllowed(f"the level '{level.name}' needs a distance and a time above zero")
    for low, high in pairwise(levels):
        if high.cpa_m > low.cpa_m or high.tcpa_s > low.tcpa_s or high.height_m > low.height_m:
            raise NotAllowed(f"'{high.name}' must not be wider than '{low.name}'")


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotAllowed(f"the setting '{name}' must be a number")
    return float(value)


def _names(name: str, value: object) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise NotAllowed(f"the setting '{name}' must be a list of names")
    return frozenset(value)


def _levels(name: str, value: object) -> tuple[Level, ...]:
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise NotAllowed(f"the setting '{name}' must be a list of tables")
    return tuple(_level(row, heights=name != "levels") for row in value)


def _level(row: Mapping[str, object], *, heights: bool) -> Level:
    cells = dict(row)
    name = cells.pop("name", None)
    grade = next((grade for grade in RISING[1:] if grade == name), None)
    if grade is None:
        raise NotAllowed(f"'{name}' is no grade", advice="Grades are advise, warn and urgent.")
    found: dict[str, float] = {}
    for key, quantity, factor in _LEVEL_COLUMNS:
        if key in cells and (heights or quantity != "height"):
            if quantity in found:
                raise NotAllowed(f"the level '{grade}' says its {quantity} twice")
            found[quantity] = _number(key, cells.pop(key)) * factor
    if cells or len(found) != 2 + heights:
        wanted = "cpa_nm or cpa_m, height_ft or height_m, and" if heights else "cpa_nm or cpa_m, and"
        raise NotAllowed(f"the level '{grade}' needs name, {wanted} tcpa_min or tcpa_s, and nothing else")
    return Level(grade, found["cpa"], found["tcpa"], found.get("height", math.inf))


_LEVEL_COLUMNS = (
    ("cpa_nm", "cpa", METRES_PER_NAUTICAL_MILE),
    ("cpa_m", "cpa", 1.0),
    ("tcpa_min", "tcpa", 60.0),
    ("tcpa_s", "tcpa", 1.0),
    ("height_ft", "height", METRES_PER_FOOT),
    ("height_m", "height", 1.0),
)
