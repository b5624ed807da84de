"""What the detector tells: a change of grade, an encounter from its first alert to its end, a whole screening."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from searoom.encounters.craft import Pair
from searoom.encounters.geometry import Colregs, Geometry
from searoom.encounters.settings import Grade


class Reason(StrEnum):
    """Why the grade changed."""

    NEARER = "the closest approach is within this grade"
    OPENING = "the closest approach has passed and the range opens"
    WIDER = "the closest approach is now outside the grade above"
    COMPANY = "the two keep company now: events are told instead"
    LOST = "no fix young enough of one of the two: this is not an all-clear"


@dataclass(frozen=True, slots=True)
class Alert:
    """One change of grade of one pair at `time_us`; metres, seconds, degrees.

    Range, bearing and course are reckoned from the last fixes to `time_us`. Each error holds in 19 cases
    of 20 at the default settings and grows with the age of the fixes; `cpa_error_m` also with the time
    still to go. `bearing_deg` is true, from a to b; `aspect_deg` is where b sees a from b's own course
    (0 ahead, 90 starboard beam), None where b stands still. `age_s` is the age of the older of both fixes.
    Where one flies, `height_m` is how much higher b is than a; None with `pair` not ships: a height is not known,
    and the alert was raised as if the two were level. `colregs` holds only for ships in sight of one another.
    """

    time_us: int
    a: str
    b: str
    grade: Grade
    range_m: float
    range_error_m: float
    cpa_m: float
    cpa_error_m: float
    tcpa_s: float
    bearing_deg: float | None
    aspect_deg: float | None
    geometry: Geometry
    reason: Reason
    age_s: float
    pair: Pair = Pair.SHIPS
    height_m: float | None = None
    height_error_m: float | None = None
    colregs: Colregs = Colregs.NONE


@dataclass(frozen=True, slots=True)
class Encounter:
    """Two craft from the first alert to the all-clear: every change of grade, and how near they came.

    `cpa_m` is the smallest closest approach predicted while it lasted, `range_m` the smallest range that
    was reckoned at any step, `range_us` when. `cleared_us` is None while it lasts.
    """

    a: str
    b: str
    alerts: tuple[Alert, ...]
    cpa_m: float
    range_m: float
    range_us: int
    cleared_us: int | None

    @property
    def geometry(self) -> Geometry:
        """How they lay to each other when the first alert was raised."""
        return self.alerts[0].geometry

    def first(self, grade: Grade) -> Alert | None:
        """Return the alert that first raised a grade, if it was reached."""
        return next((alert for alert in self.alerts if alert.grade is grade), None)


class State(StrEnum):
    """How two craft keep together, by geometry alone; what they mean by it no track says."""

    SHADOWING = "shadowing"  # one came up fast, took the other's speed, and keeps astern
    ESCORT = "escort"  # the same, abeam or ahead
    INTERCEPTION = "interception"  # an aircraft came up to another
    FORMATION = "formation"  # abeam of each other, and nobody came up
    CONVOY = "convoy"  # in line, and nobody came up


class Deed(StrEnum):
    """What happened while two craft kept together."""

    BEGAN = "began to keep together"
    ENDED = "no longer keep together"
    CROSSED_AHEAD = "crossed ahead"
    CAME_BACK = "came back"
    PASSED_ABOVE = "passed above"
    PASSED_BELOW = "passed below"
    PASSED = "passed close, heights not known"
    CLOSED_FASTER = "closed faster than the limit"


@dataclass(frozen=True, slots=True)
class Event:
    """One deed in company; `by` did it, None where both or neither did. Metres, errors as in `Alert`."""

    time_us: int
    a: str
    b: str
    state: State
    deed: Deed
    by: str | None
    range_m: float
    range_error_m: float
    height_m: float | None
    height_error_m: float | None


@dataclass(frozen=True, slots=True)
class Detection:
    """What a detector made of an archive: alerts and events in order of time, encounters by their first alert.

    `passed_over` counts fixes that were not believed, by cause; `craft` is how many were seen.
    """

    alerts: tuple[Alert, ...]
    encounters: tuple[Encounter, ...]
    passed_over: Mapping[str, int]
    craft: int
    events: tuple[Event, ...] = ()
