"""What our radar tracks (ARPA): TTM and TLL to fixes, placed from our own ship by range and bearing.

A number is one target only until the radar says that it is lost (`L`), or is silent about it for five minutes: then
the number is free, and what comes under it is another craft, `radar:bridge:7#2`. Else a name that a person gave to
the first target would pass on to the next ship.
"""

import math
from dataclasses import dataclass, field

from searoom.errors import NotAllowed
from searoom.tracks.ellipsoid import destination
from searoom.tracks.fixes import Rows
from searoom.tracks.nmea import (
    METRES_BY_UNIT,
    MPS_BY_UNIT,
    NAN,
    Sentence,
    Unusable,
    nearest_day,
    number,
    place,
    time_of_day,
)
from searoom.tracks.ownship import OwnShip, Place
from searoom.units import METRES_PER_NAUTICAL_MILE, MICROSECONDS

SOURCE = "RADAR"
MAX_RANGE_M = 100 * METRES_PER_NAUTICAL_MILE  # the longest scale of a ship's radar is 96 nm
MAX_NUMBER = 9999
SILENT_US = 300 * MICROSECONDS
TTM_GOES_BEFORE_US = 30 * MICROSECONDS  # a TLL of a target has no speed; where a TTM is as young, it is not needed
STALE_US = 10 * MICROSECONDS  # how far the radar's own time of a target may be from our time
MAX_LOST = 1000  # of these the newest are remembered
_RELATIVE = "target's course is relative to our ship"


@dataclass(frozen=True, slots=True)
class Sensor:
    """How well a radar measures, and how old our own place and heading may be to place its targets.

    IMO MSC.192(79) 5.25.4.7.1: a tracked target within 50 m or 1 % of its range, and 2 degrees, 19 cases of 20; so
    half of each is one standard deviation. A gyro is within 1 degree (IMO A.424(XI)), half of which goes in where
    the bearing is relative. At 5 m/s our ship makes 50 m in 10 s and is reckoned on; in a turn of 1 degree a second,
    a heading of 3 s ago is wrong by more than the radar itself.
    """

    range_m: float = 25.0
    range_part: float = 0.005
    bearing_deg: float = 1.0
    heading_deg: float = 0.5
    place_age_s: float = 10.0
    heading_age_s: float = 3.0
    tll_range_m: float = 12 * METRES_PER_NAUTICAL_MILE  # how far a TLL is taken to be: to 12 nm each radar must track

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if not 0.0 < getattr(self, name) < math.inf:
                raise NotAllowed(f"{name} of a radar is {getattr(self, name)}; it must be above 0")

    def sigma_m(self, range_m: float, own_m: float, *, by_heading: bool) -> float:
        """Return one standard deviation of a target's place: the wider of along and across, with that of our own."""
        along = max(self.range_m, self.range_part * range_m)
        turned = math.hypot(self.bearing_deg, self.heading_deg) if by_heading else self.bearing_deg
        return math.hypot(max(along, range_m * math.radians(turned)), own_m)


@dataclass(frozen=True, slots=True)
class Target:
    """What the radar said last of one target; its CPA and TCPA are the radar's own, not ours."""

    name: str
    time_us: int
    status: str  # T tracked, Q being acquired
    range_m: float
    bearing_deg: float
    cpa_m: float
    tcpa_s: float
    called: str
    acquired: str  # A by the radar itself, M by hand, R reported from elsewhere


@dataclass(slots=True)
class Radar:
    """Reads one radar's targets into `rows`; `targets` holds those that it tracks now, `lost` when others ended."""

    rows: Rows
    own: OwnShip
    name: str
    sensor: Sensor = field(default_factory=Sensor)
    targets: dict[str, Target] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    _lives: dict[int, tuple[int, int, bool]] = field(default_factory=dict)  # which target of the number, when, alive
    _ttm_us: dict[int, int] = field(default_factory=dict)

    def take(self, told: Sentence, heard_us: int | None) -> bool:
        """Take a sentence in; False where it is of a kind that is not read here."""
        if told.kind == "TTM":
            self._ttm(told, heard_us)
        elif told.kind == "TLL":
            self._tll(told, heard_us)
        else:
            return False
        return True

    def _ttm(self, told: Sentence, heard_us: int | None) -> None:
        count, moment = _count(told[1]), self._moment(told[14], heard_us)
        name = self._target(count, moment, told[12])
        if not name:
            return
        if told[10] not in METRES_BY_UNIT:
            raise Unusable("target's units not known")
        range_m = number(told[2]) * METRES_BY_UNIT[told[10]]
        if not 0.0 <= range_m <= MAX_RANGE_M:
            raise Unusable("target's range out of range")
        own = self._own(moment)
        bearing, by_heading = self._bearing(number(told[3]), told[4], moment)
        speed, course = number(told[5]) * MPS_BY_UNIT[told[10]], number(told[6])
        if told[7] == "R":
            self.rows.doubt(_RELATIVE)
        if told[7] != "T" or told[12] == "Q":  # while it is being acquired, its vector is not yet one
            speed = course = NAN
        lat, lon = destination(own.lat_deg, own.lon_deg, bearing, range_m)
        sigma = self.sensor.sigma_m(range_m, own.sigma_m, by_heading=by_heading)
        self._add(name, moment, (lat, lon), speed, course, sigma)
        self._ttm_us[count] = moment
        cpa, tcpa = number(told[8]) * METRES_BY_UNIT[told[10]], number(told[9]) * 60.0
        self.targets[name] = Target(name, moment, told[12], range_m, bearing, cpa, tcpa, told[11], told[15])

    def _tll(self, told: Sentence, heard_us: int | None) -> None:
        count, moment = _count(told[1]), self._moment(told[7], heard_us)
        name = self._target(count, moment, told[8])
        if not name or abs(moment - self._ttm_us.get(count, -SILENT_US)) <= TTM_GOES_BEFORE_US:
            return
        where = place(told[2], told[3], told[4], told[5])
        sigma = self.sensor.sigma_m(self.sensor.tll_range_m, 0.0, by_heading=True)
        self._add(name, moment, where, NAN, NAN, sigma)

    def _add(
        self, name: str, moment: int, where: tuple[float, float], speed: float, course: float, sigma: float
    ) -> None:
        course = 0.0 if course == 360.0 else course
        self.rows.add(name, moment, *where, speed_mps=speed, course_deg=course, sigma_m=sigma, source=SOURCE)

    def _moment(self, cell: str, heard_us: int | None) -> int:
        """Return the radar's own time of a target where it tells one that fits ours, else ours."""
        now = self.own.moment(heard_us)
        of_day = time_of_day(cell)
        if of_day is None:
            return now
        told = nearest_day(of_day, now)
        if abs(told - now) > STALE_US:
            self.rows.doubt("radar's time is not ours")
            return now
        return told

    def _own(self, moment: int) -> Place:
        own = self.own.place(moment, self.sensor.place_age_s)
        if own is None:
            raise Unusable("target without a fresh place of our own ship")
        return own

    def _bearing(self, bearing: float, kind: str, moment: int) -> tuple[float, bool]:
        if not 0.0 <= bearing <= 360.0:
            raise Unusable("target's bearing out of range")
        if kind == "T":
            return bearing, False
        if kind != "R":
            raise Unusable("target's bearing is neither true nor relative")
        heading = self.own.heading(moment, self.sensor.heading_age_s)
        if heading is None:
            raise Unusable("relative bearing without a fresh heading")
        return (heading + bearing) % 360.0, True

    def _target(self, count: int, moment: int, status: str) -> str:
        """Return the name of the target that has a number now; nothing where the radar says that it is lost."""
        if status not in ("T", "Q", "L"):
            raise Unusable("target's status not known")
        life, seen_us, alive = self._lives.get(count, (0, 0, False))
        if status == "L":
            if alive:
                self._end(self._called(count, life), moment)
            self._lives[count] = life, moment, False
            return ""
        if alive and abs(moment - seen_us) > SILENT_US:
            self._end(self._called(count, life), seen_us)
            alive = False
        if not alive:
            life += 1
        self._lives[count] = life, moment, True
        return self._called(count, life)

    def _called(self, count: int, life: int) -> str:
        return f"radar:{self.name}:{count}" + (f"#{life}" if life > 1 else "")

    def _end(self, name: str, moment: int) -> None:
        self.targets.pop(name, None)
        self.lost[name] = moment
        while len(self.lost) > MAX_LOST:
            del self.lost[next(iter(self.lost))]


def _count(cell: str) -> int:
    if not (cell.isascii() and cell.isdigit() and int(cell[:5]) <= MAX_NUMBER):
        raise Unusable("target has no number")
    return int(cell[:5])
