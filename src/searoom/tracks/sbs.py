"""SBS lines (BaseStation, port 30003) to fixes: positions from messages 2 and 3, velocities from 4, names from 1.

The times in a line are of the clock, and often of the zone, of the machine that wrote it, and say no zone: they are
taken as UTC, and only where the line has no time of reception before it.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from searoom.tracks import stamps
from searoom.tracks.aircraft import EPU_MLAT_M, EPU_UNTOLD_M, MPS_PER_FPM, R95, craft_name, north
from searoom.tracks.fixes import Rows
from searoom.tracks.nmea import Unusable, midnight
from searoom.units import METRES_PER_FOOT, METRES_PER_SECOND_PER_KNOT, MICROSECONDS

MAX_LINE_BYTES = 512
MAX_AIRCRAFT = 50_000  # of which a velocity is remembered
VELOCITY_US = 10 * MICROSECONDS  # how old a velocity may be to go with a position; both are sent twice a second
CLOCKS_APART_US = 10 * MICROSECONDS
_KINDS = ("SEL", "ID", "AIR", "STA", "CLK")  # what BaseStation says besides
_CELLS = 22
_NUMBER = re.compile(r"-?\d{1,7}(\.\d{0,12})?\Z", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?\Z", re.ASCII)
_DATE = re.compile(r"(\d{4})/(\d\d)/(\d\d)\Z", re.ASCII)


@dataclass(slots=True)
class Messages:
    """Reads lines into `rows`; `labels` gathers the call signs that aircraft send."""

    rows: Rows = field(default_factory=Rows)
    labels: dict[str, str] = field(default_factory=dict)
    other: int = 0  # lines that tell no position and no velocity
    _heard_us: int | None = None
    _velocity: dict[str, tuple[int, float, float, float]] = field(default_factory=dict)

    def feed(self, lines: Iterable[bytes]) -> None:
        """Take lines in the order in which they were received."""
        for raw in lines:
            told, line, wrong = stamps.split(raw.strip())
            if told is not None or wrong:
                self._heard_us = told
            if wrong:
                self.rows.refuse(wrong)
            try:
                self._line(line)
            except Unusable as cause:
                self.rows.refuse(str(cause))

    def close(self) -> None:
        """Do nothing: each line is whole."""

    def _line(self, line: bytes) -> None:
        if len(line) > MAX_LINE_BYTES:
            raise Unusable("line too long")
        try:
            cells = line.decode("ascii").split(",")
        except UnicodeDecodeError:
            raise Unusable("line is not text") from None
        if cells[0] not in ("MSG", "MLAT"):
            if line and cells[0] not in _KINDS:
                raise Unusable("line is no SBS message")
            self.other += bool(line)
            return
        if len(cells) != _CELLS:
            raise Unusable("wrong number of columns")
        name = craft_name(cells[4])
        if not name:
            raise Unusable("no usable address")
        self._message(name, cells)

    def _message(self, name: str, cells: list[str]) -> None:
        time_us = self._time_us(cells)
        if cells[10].strip() and cells[10].isprintable():
            self.labels[name] = cells[10].strip()[:16]
        speed, track, climb = _number(cells[12]), north(_number(cells[13])), _number(cells[16])
        if not math.isnan(speed) or not math.isnan(track):
            self._remember(name, (time_us, speed * METRES_PER_SECOND_PER_KNOT, track, climb * MPS_PER_FPM))
        if not (cells[14] or cells[15]):
            self.other += 1
            return
        told_us, mps, course, climb_mps = self._velocity.get(name, (0, math.nan, math.nan, math.nan))
        if abs(time_us - told_us) > VELOCITY_US:
            mps = course = climb_mps = math.nan
        source = "MLAT" if cells[0] == "MLAT" else "SBS"
        grounded = cells[1] == "2" or cells[21].strip() in ("-1", "1")
        self.rows.add(
            name, time_us, _place(cells[14]), _place(cells[15]), source=source, ground=grounded,
            sigma_m=(EPU_MLAT_M if source == "MLAT" else EPU_UNTOLD_M) / R95,
            speed_mps=mps, course_deg=course, climb_mps=climb_mps,
            alt_m=math.nan if grounded else _number(cells[11]) * METRES_PER_FOOT,
        )  # fmt: skip

    def _remember(self, name: str, velocity: tuple[int, float, float, float]) -> None:
        self._velocity.pop(name, None)
        self._velocity[name] = velocity
        if len(self._velocity) > MAX_AIRCRAFT:
            del self._velocity[next(iter(self._velocity))]

    def _time_us(self, cells: list[str]) -> int:
        """Return the time of reception before the line, else that of generation in it, else that of logging."""
        written = _moment(cells[6], cells[7])
        if written is None:
            written = _moment(cells[8], cells[9])
        if self._heard_us is None:
            if written is None:
                raise Unusable("time cannot be read")
            return written
        if written is not None and abs(written - self._heard_us) > CLOCKS_APART_US:
            self.rows.doubt("line's time is not the time of reception")
        return self._heard_us


def _moment(date: str, time: str) -> int | None:
    day, clock = _DATE.match(date.strip()), _TIME.match(time.strip())
    if not day or not clock:
        return None
    hours, minutes, seconds = (int(clock[place]) for place in (1, 2, 3))
    if hours > 23 or minutes > 59 or seconds > 60:
        return None
    try:
        first = midnight(day[3], day[2], day[1])
    except Unusable:
        return None
    return first + (hours * 3600 + minutes * 60 + seconds) * MICROSECONDS + int((clock[4] or "0").ljust(6, "0"))


def _place(cell: str) -> float:
    value = _number(cell)
    if math.isnan(value):
        raise Unusable("position not available")
    return value


def _number(cell: str) -> float:
    told = cell.strip(" ")
    if not told:
        return math.nan
    if not _NUMBER.match(told):
        raise Unusable("not a number")
    return float(told)
