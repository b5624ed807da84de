"""Where our own ship is and heads, from its GNSS receiver, gyro and clock: RMC, GGA, VTG, HDT, THS, OSD, ZDA.

A fix of our own ship has the time of reception where the line tells one, because all other craft are timed by the
same clock; else the time that the receiver itself sends. Both are compared, and a difference is counted.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from searoom.tracks.ellipsoid import destination
from searoom.tracks.fixes import Rows
from searoom.tracks.nmea import (
    MPS_BY_UNIT,
    NAN,
    Sentence,
    Unusable,
    midnight,
    nearest_day,
    number,
    place,
    time_of_day,
)
from searoom.units import METRES_PER_CABLE, METRES_PER_SECOND_PER_KNOT, MICROSECONDS

SOURCE = "OWN"
FALLBACK_US = 10 * MICROSECONDS  # GGA places us only where RMC, which has speed and course too, is silent so long
VELOCITY_US = 5 * MICROSECONDS  # how old a VTG may be to go with a GGA
CLOCKS_APART_US = 10 * MICROSECONDS  # the detector passes over what is later than now by more

# One standard deviation of the place along any one direction, by the letter of the mode: autonomous, differential,
# precise, RTK, float, estimated, typed in. Autonomous: 5 m, half of the 10 m that AIS calls accurate. What is
# reckoned or typed in by hand: a cable, as for every plotted position here.
SIGMA_BY_MODE_M: Mapping[str, float] = {
    "A": 5.0, "D": 3.0, "P": 3.0, "R": 1.0, "F": 1.0, "E": METRES_PER_CABLE, "M": METRES_PER_CABLE,
}  # fmt: skip
_MODE_OF_QUALITY = {"1": "A", "2": "D", "3": "P", "4": "R", "5": "F", "6": "E", "7": "M", "8": "S"}  # GGA field 6
_OVER_GROUND = ("B", "P")  # OSD: bottom log, positioning system; water, radar and hand are not over ground


class Place(NamedTuple):
    """Our own ship at one instant."""

    time_us: int
    lat_deg: float
    lon_deg: float
    speed_mps: float
    course_deg: float
    sigma_m: float


@dataclass(slots=True)
class OwnShip:
    """Keeps the newest place, heading and time of our own ship; each valid place becomes a fix in `rows`."""

    rows: Rows
    name: str
    clock_us: int | None = None  # the newest UTC that an instrument told, with its date
    at: Place | None = None
    _rmc_us: int | None = None
    _velocity: tuple[int, float, float] = (0, NAN, NAN)
    _heading: tuple[int, float] = (0, NAN)
    _dilution: tuple[int, float] = (0, NAN)

    def take(self, sentence: Sentence, heard_us: int | None) -> bool:
        """Take a sentence in; False where it is of a kind that is not read here."""
        reader = _READERS.get(sentence.kind)
        if reader is None:
            return False
        reader(self, sentence, heard_us)
        return True

    def moment(self, heard_us: int | None) -> int:
        """Return the time of what tells none itself: that of reception, else the newest that our clock told."""
        moment = heard_us if heard_us is not None else self.clock_us
        if moment is None:
            raise Unusable("no time of reception")
        return moment

    def heading(self, moment_us: int, age_s: float) -> float | None:
        """Return the true heading at a moment; None where none was told within `age_s`."""
        told_us, heading = self._heading
        fresh = not math.isnan(heading) and abs(moment_us - told_us) <= age_s * MICROSECONDS
        return heading if fresh else None

    def place(self, moment_us: int, age_s: float) -> Place | None:
        """Return where we are at a moment, reckoned on from the newest place; None where that is older than `age_s`."""
        at = self.at
        if at is None or abs(moment_us - at.time_us) > age_s * MICROSECONDS:
            return None
        seconds = (moment_us - at.time_us) / MICROSECONDS
        if math.isnan(at.speed_mps) or math.isnan(at.course_deg):
            return at
        course = at.course_deg if seconds >= 0 else at.course_deg + 180.0
        lat, lon = destination(at.lat_deg, at.lon_deg, course, at.speed_mps * abs(seconds))
        return at._replace(time_us=moment_us, lat_deg=lat, lon_deg=lon)

    def _rmc(self, told: Sentence, heard_us: int | None) -> None:
        of_day = time_of_day(told[1])
        date = told[9]
        utc = None
        if of_day is not None and date:
            utc = midnight(date[:2], date[2:4], date[4:]) + of_day
        moment = self._dated(utc, of_day, heard_us)
        mode = told[12]
        if told[2] != "A" or mode == "N":
            raise Unusable("own position not valid")
        self._rmc_us = moment
        knots, course = number(told[7]), number(told[8])
        self._fix(moment, place(told[3], told[4], told[5], told[6]), knots * METRES_PER_SECOND_PER_KNOT, course, mode)

    def _gga(self, told: Sentence, heard_us: int | None) -> None:
        moment = self._dated(None, time_of_day(told[1]), heard_us)
        if told[6] in ("", "0"):
            raise Unusable("own position not valid")
        self._dilution = moment, number(told[8])
        if self._rmc_us is not None and abs(moment - self._rmc_us) <= FALLBACK_US:
            return
        told_us, speed, course = self._velocity
        if abs(moment - told_us) > VELOCITY_US:
            speed = course = NAN
        self._fix(moment, place(told[2], told[3], told[4], told[5]), speed, course, _MODE_OF_QUALITY.get(told[6], "S"))

    def _fix(self, moment: int, where: tuple[float, float], speed: float, course: float, mode: str) -> None:
        if mode == "S":
            raise Unusable("own position is simulated")
        told_us, dilution = self._dilution
        sigma = SIGMA_BY_MODE_M.get(mode or "A", METRES_PER_CABLE)
        if abs(moment - told_us) <= FALLBACK_US and dilution > 1.0:
            sigma *= dilution  # of the horizontal place: how much the satellites' places widen the error
        course = 0.0 if course == 360.0 else course
        self.rows.add(
            self.name, moment, *where, speed_mps=speed, course_deg=course, sigma_m=sigma, source=SOURCE
        )  # fmt: skip
        self.at = Place(moment, *where, speed, course, sigma)

    def _dated(self, utc: int | None, of_day: int | None, heard_us: int | None) -> int:
        """Return the time of a fix, and set our clock; a time of day without a date is of the nearest day."""
        near = heard_us if heard_us is not None else self.clock_us
        if utc is None and of_day is not None:
            if near is None:
                raise Unusable("time of day without a date")
            utc = nearest_day(of_day, near)
        if utc is not None:
            if heard_us is None and self.clock_us is not None and utc < self.clock_us - CLOCKS_APART_US:
                self.rows.doubt("own clock went back")
            if heard_us is not None and abs(utc - heard_us) > CLOCKS_APART_US:
                self.rows.doubt("GNSS time is not the time of reception")
            self.clock_us = utc
        return self.moment(heard_us)

    def _zda(self, told: Sentence, heard_us: int | None) -> None:
        of_day = time_of_day(told[1])
        if of_day is not None:
            self._dated(midnight(told[2], told[3], told[4]) + of_day, of_day, heard_us)

    def _vtg(self, told: Sentence, heard_us: int | None) -> None:
        if told[9] == "N":
            raise Unusable("own speed not valid")
        self._velocity = self.moment(heard_us), number(told[5]) * METRES_PER_SECOND_PER_KNOT, number(told[1])

    def _hdt(self, told: Sentence, heard_us: int | None) -> None:
        if told.kind == "THS" and told[2] != "A":  # estimated, by hand, simulated, not valid
            raise Unusable("own heading not valid")
        self._head(number(told[1]), heard_us)

    def _osd(self, told: Sentence, heard_us: int | None) -> None:
        if told[2] != "A":
            raise Unusable("own heading not valid")
        self._head(number(told[1]), heard_us)
        if told[4] in _OVER_GROUND and told[6] in _OVER_GROUND:
            speed = number(told[5]) * MPS_BY_UNIT.get(told[9], NAN)
            self._velocity = self.moment(heard_us), speed, number(told[3])

    def _head(self, heading: float, heard_us: int | None) -> None:
        if not 0.0 <= heading <= 360.0:
            raise Unusable("own heading not valid")
        self._heading = self.moment(heard_us), heading % 360.0


_READERS: Mapping[str, Callable[[OwnShip, Sentence, int | None], None]] = {
    "RMC": OwnShip._rmc,  # noqa: SLF001  # the table of this class, below it
    "GGA": OwnShip._gga,  # noqa: SLF001  # likewise
    "ZDA": OwnShip._zda,  # noqa: SLF001  # likewise
    "VTG": OwnShip._vtg,  # noqa: SLF001  # likewise
    "HDT": OwnShip._hdt,  # noqa: SLF001  # likewise
    "THS": OwnShip._hdt,  # noqa: SLF001  # likewise
    "OSD": OwnShip._osd,  # noqa: SLF001  # likewise
}
