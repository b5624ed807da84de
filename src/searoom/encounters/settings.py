"""What counts as near: one party's own levels and angles, settable, with the reason for each default.

No two navies have agreed on a number, so these are "our rule" wherever they are shown. They were
chosen from practice at sea before any real track was run through them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from searoom.errors import NotAllowed
from searoom.units import METRES_PER_NAUTICAL_MILE, METRES_PER_SECOND_PER_KNOT

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
    """A grade is raised where the closest approach is within `cpa_m` and no more than `tcpa_s` ahead."""

    name: Grade
    cpa_m: float
    tcpa_s: float


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


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one detector; SI units, degrees for angles."""

    levels: tuple[Level, ...] = DEFAULT_LEVELS
    cpa_factor: float = 1.2  # hysteresis: a grade is held to this many times its distance
    tcpa_factor: float = 1.2  # and this many times its time
    hold_s: float = 60.0  # a grade falls only after it was not met for so long: one noisy course is no all-clear
    speed_floor_mps: float = 0.5  # about 1 kn: below it a GNSS course is noise, and an anchored ship swings so fast
    company_mps: float = 1.0 * METRES_PER_SECOND_PER_KNOT  # slower against each other: alongside, in tow, in company
    max_age_s: float = 360.0  # twice the 3 min between reports of an anchored class A ship: one may be lost
    max_ahead_s: float = 10.0  # a stamp later than now by more than this is a wrong clock
    watched: frozenset[str] | None = None  # only pairs with at least one of these craft; None: every pair
    head_on_deg: float = 6.0  # COLREGS 14 names no angle; courses this near to opposite, each seen this near ahead
    overtaking_deg: float = 112.5  # COLREGS 13(b): more than 22.5 degrees abaft the beam of the craft ahead
    sigmas: float = 2.0  # errors are given as this many standard deviations: 19 cases of 20
    speed_error_mps: float = 0.5 * METRES_PER_SECOND_PER_KNOT  # one standard deviation of a reported speed
    course_error_deg: float = 2.0  # and of a reported course
    unknown_speed_mps: float = 5.0  # what a craft that tells no speed may be doing
    manoeuvre_mps2: float = 0.01  # how fast a craft may leave its course: 18 m in 1 min, 650 m in 6 min
    derive_over_s: float = 60.0  # where speed is not told it is taken from two fixes this far apart
    jump_mps: float = 60.0  # faster than any ship: a jump of the receiver, or two ships with one number
    jump_slack_m: float = 2_000.0  # room for old fixes and coarse positions before it counts as a jump
    step_s: float = 10.0  # an archive is looked at this often: class A ships under way report as often

    def __post_init__(self) -> None:
        names = [level.name for level in self.levels]
        if not names or len(names) > MAX_LEVELS or names != [grade for grade in RISING[1:] if grade in names]:
            raise NotAllowed("levels are one or more of advise, warn, urgent, each once and in this order")
        for level in self.levels:
            if not (level.cpa_m > 0.0 and level.tcpa_s > 0.0):
                raise NotAllowed(f"the level '{level.name}' needs a distance and a time above zero")
        for low, high in zip(self.levels, self.levels[1:], strict=False):
            if high.cpa_m > low.cpa_m or high.tcpa_s > low.tcpa_s:
                raise NotAllowed(f"'{high.name}' must not be wider than '{low.name}'")
        for name in _NUMBERS:
            if not 0.0 <= getattr(self, name) < float("inf"):
                raise NotAllowed(f"the setting '{name}' must be a number not below zero")
        if self.cpa_factor < 1.0 or self.tcpa_factor < 1.0:
            raise NotAllowed("a hysteresis factor below 1 would drop a grade that is still met")
        if self.step_s <= 0.0 or self.overtaking_deg > 180.0 or self.head_on_deg > 180.0:
            raise NotAllowed("step_s must be above zero, and angles not above 180")

    @classmethod
    def from_table(cls, table: Mapping[str, object]) -> "Settings":
        """Return settings from a table of a TOML file; what it does not name keeps its default.

        Levels are tables `[[levels]]` with `name`, `cpa_nm` or `cpa_m`, and `tcpa_min` or `tcpa_s`.
        """
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(table) - known)
        if unknown:
            raise NotAllowed(f"no setting is called '{unknown[0]}'", advice=f"Known are: {', '.join(sorted(known))}.")
        values: dict[str, object] = {name: _number(name, table[name]) for name in _NUMBERS if name in table}
        if "levels" in table:
            values["levels"] = _levels(table["levels"])
        if "watched" in table:
            values["watched"] = _watched(table["watched"])
        return cls(**values)  # type: ignore[arg-type]  # each value was made by the kind of its name


_NUMBERS = tuple(field.name for field in fields(Settings) if field.name not in {"levels", "watched"})


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotAllowed(f"the setting '{name}' must be a number")
    return float(value)


def _watched(value: object) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise NotAllowed("the setting 'watched' must be a list of names")
    return frozenset(value)


def _levels(value: object) -> tuple[Level, ...]:
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise NotAllowed("the setting 'levels' must be a list of tables")
    return tuple(_level(row) for row in value)


def _level(row: Mapping[str, object]) -> Level:
    cells = dict(row)
    name = cells.pop("name", None)
    grade = next((grade for grade in RISING[1:] if grade == name), None)
    if grade is None:
        raise NotAllowed(f"'{name}' is no grade", advice="Grades are advise, warn and urgent.")
    found: dict[str, float] = {}
    for key, quantity, factor in _LEVEL_COLUMNS:
        if key in cells:
            if quantity in found:
                raise NotAllowed(f"the level '{grade}' says its {quantity} twice")
            found[quantity] = _number(key, cells.pop(key)) * factor
    if cells or len(found) != 2:
        raise NotAllowed(f"the level '{grade}' needs name, cpa_nm or cpa_m, and tcpa_min or tcpa_s, and nothing else")
    return Level(grade, found["cpa"], found["tcpa"])


_LEVEL_COLUMNS = (
    ("cpa_nm", "cpa", METRES_PER_NAUTICAL_MILE),
    ("cpa_m", "cpa", 1.0),
    ("tcpa_min", "tcpa", 60.0),
    ("tcpa_s", "tcpa", 1.0),
)
