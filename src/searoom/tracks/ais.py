r"""AIS sentences to fixes: each line is used, or counted by the cause that spoke against it.

A receiver hears a position but writes down the time of reception itself, in one of three ways that
are all read here: a `$PGHP` line before the sentence, an NMEA 4 tag block (`\c:...\!AIVDM`), or Unix
seconds after the checksum. The time last seen holds until the next. A sentence for which no time of
reception is known cannot be placed and is refused: the second inside the message names no hour.
Parts of one message are kept until the last arrives, whatever lies between them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import reduce
from operator import xor

from pyais import decode
from pyais.exceptions import AISBaseException

from searoom.tracks.fixes import Rows
from searoom.units import METRES_PER_SECOND_PER_KNOT, MICROSECONDS

MAX_LINE_BYTES = 1024  # NMEA 0183 allows 82; tag blocks and receivers' own tails make it longer
MAX_PARTS = 9  # one digit in the sentence
MAX_OPEN_MESSAGES = 256  # messages still waiting for a part; the oldest is given up
MAX_NAMED = 1_000_000  # ships whose name is remembered

POSITIONS = frozenset({1, 2, 3, 18, 19, 27})
STATIC = frozenset({5, 24})
SPEED_UNKNOWN_KN = 102.3  # 1023 in tenths, ITU-R M.1371 table 48
SPEED_UNKNOWN_LONG_RANGE_KN = 63.0  # message 27
COURSE_UNKNOWN_LONG_RANGE_DEG = 511.0  # message 27

# Position accuracy flag, ITU-R M.1371: high is 10 m or better, low is worse than 10 m. The bounds are
# read as 95 %, so half of them is one standard deviation; "worse" is taken as 30 m, an unaided GNSS
# with a poor sky. The antenna stands some way from the hull's middle: that is not in this figure.
SIGMA_HIGH_M = 5.0
SIGMA_LOW_M = 15.0
SIGMA_LONG_RANGE_M = 100.0  # message 27 says tenths of a minute: 185 m steps
SOURCE = "AIS"

_PAYLOAD_BAD = "message cannot be decoded"


@dataclass(slots=True)
class Sentences:
    """Reads AIS sentences line by line into `rows`; `labels` gathers the names that ships send."""

    rows: Rows = field(default_factory=Rows)
    labels: dict[str, str] = field(default_factory=dict)
    other: int = 0  # lines that are no AIS: other instruments, comments
    _time_us: int | None = None
    _open: dict[tuple[bytes, ...], dict[int, bytes]] = field(default_factory=dict)

    def feed(self, lines: Iterable[bytes]) -> None:
        """Take lines in the order in which they were received."""
        for line in lines:
            self._line(line.strip())

    def close(self) -> None:
        """Count the messages of which a part never came; to be called once after the last line."""
        if self._open:
            self.rows.refuse("part of a message missing", len(self._open))
            self._open.clear()

    def _line(self, line: bytes) -> None:
        if line.startswith(b"$PGHP,"):
            self._hold(_pghp_time(line), "time line cannot be read")
            return
        if line.startswith(b"\\"):
            line = self._past_tag_block(line)
        if line[3:6] not in (b"VDM", b"VDO") or line[:1] != b"!":
            self.other += bool(line)
            return
        if len(line) > MAX_LINE_BYTES:
            self.rows.refuse("line too long")
            return
        sentence, star, tail = line.partition(b"*")
        if not star or not _checksum_holds(sentence, tail[:2]):
            self.rows.refuse("checksum wrong" if star else "checksum missing")
            return
        if b"," in tail:
            self._hold(_unix_time(tail.rsplit(b",", 1)[1]), "time cannot be read")
        self._part(sentence, line[: len(sentence) + 3])

    def _hold(self, time_us: int | None, cause: str) -> None:
        """Keep a time of reception until the next; an unreadable one leaves no time, not the old one."""
        self._time_us = time_us
        if time_us is None:
            self.rows.refuse(cause)

    def _past_tag_block(self, line: bytes) -> bytes:
        block, _, rest = line[1:].partition(b"\\")
        fields, _, check = block.partition(b"*")
        if not _checksum_holds(b"!" + fields, check[:2]):
            self.rows.refuse("tag block's checksum wrong")
            self._time_us = None
            return rest
        for entry in fields.split(b","):
            if entry.startswith(b"c:"):
                self._hold(_unix_time(entry[2:]), "time cannot be read")
        return rest

    def _part(self, sentence: bytes, raw: bytes) -> None:
        """Decode a whole message, or keep a part of one."""
        cells = sentence.split(b",")
        if len(cells) != 7 or not (cells[1].isdigit() and cells[2].isdigit()):
            self.rows.refuse("sentence has the wrong fields")
            return
        total, number = int(cells[1]), int(cells[2])
        if not 1 <= number <= total <= MAX_PARTS:
            self.rows.refuse("sentence has the wrong fields")
            return
        if total == 1:
            self._message(cells[5], raw)
            return
        key = (cells[0], cells[1], cells[3], cells[4])
        if number == 1:
            if self._open.pop(key, None):
                self.rows.refuse("part of a message missing")
            self._open[key] = {}
        parts = self._open.get(key)
        if parts is None:
            self.rows.refuse("first part of a message missing")
            return
        parts[number] = raw
        if len(parts) == total:
            del self._open[key]
            first = parts[1].split(b",")[5]
            self._message(first, *(parts[place] for place in sorted(parts)))
        elif len(self._open) > MAX_OPEN_MESSAGES:
            self._open.pop(next(iter(self._open)))
            self.rows.refuse("part of a message missing")

    def _message(self, payload: bytes, *raw: bytes) -> None:
        kind = _message_type(payload)
        if kind not in POSITIONS and kind not in STATIC:
            self.other += 1
            return
        try:
            message = decode(*raw)
            told = message.asdict()
            mmsi = f"{int(str(told['mmsi'])):09d}"
            if kind in POSITIONS:
                self._position(kind, mmsi, told)
            if kind not in POSITIONS or kind == 19:
                self._name(mmsi, told)
        except (AISBaseException, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            # pyais lets several kinds of error out of damaged payloads; all of them mean this
            self.rows.refuse(_PAYLOAD_BAD)

    def _position(self, kind: int, mmsi: str, told: Mapping[str, object]) -> None:
        if self._time_us is None:
            self.rows.refuse("no time of reception")
            return
        knots, course = float(str(told["speed"])), float(str(told["course"]))
        sigma = SIGMA_HIGH_M if told["accuracy"] else SIGMA_LOW_M
        if kind == 27:
            sigma = SIGMA_LONG_RANGE_M
            knots = float("nan") if knots >= SPEED_UNKNOWN_LONG_RANGE_KN else knots
            course = float("nan") if course >= COURSE_UNKNOWN_LONG_RANGE_DEG else course
        self.rows.add(
            mmsi,
            self._time_us,
            float(str(told["lat"])),
            float(str(told["lon"])),
            speed_mps=speed_mps(knots),
            course_deg=course_deg(course),
            sigma_m=sigma,
            source=SOURCE,
        )

    def _name(self, mmsi: str, told: Mapping[str, object]) -> None:
        name = str(told.get("shipname") or "").strip(" @")
        if name and name.isprintable() and len(self.labels) < MAX_NAMED:
            self.labels[mmsi] = name


def speed_mps(knots: float) -> float:
    """Return metres a second of a speed in an AIS field; 102.3 means not known and becomes `nan`."""
    return float("nan") if knots == SPEED_UNKNOWN_KN else knots * METRES_PER_SECOND_PER_KNOT


def course_deg(course: float) -> float:
    """Return the course of an AIS field; 360 means not known and becomes `nan`."""
    return float("nan") if course == 360.0 else course


def _message_type(payload: bytes) -> int:
    """Return the message type: the first six bits of the armoured payload (ITU-R M.1371, NMEA armour)."""
    if not payload:
        return -1
    value = payload[0] - 48
    return value - 8 if value > 40 else value


def _checksum_holds(sentence: bytes, told: bytes) -> bool:
    """Return whether the XOR of all between the first character and the star is what is told."""
    try:
        return reduce(xor, sentence[1:], 0) == int(told, 16)
    except ValueError:
        return False


def _pghp_time(line: bytes) -> int | None:
    """Return the time of `$PGHP,1,year,month,day,hour,minute,second,millisecond,...` (Gatehouse)."""
    try:
        year, month, day, hour, minute, second, millisecond = (int(cell) for cell in line.split(b",")[2:9])
        moment = datetime(year, month, day, hour, minute, second, millisecond * 1000, tzinfo=UTC)
    except ValueError:
        return None
    whole = int(moment.replace(microsecond=0).timestamp())
    return whole * MICROSECONDS + moment.microsecond


def _unix_time(cell: bytes) -> int | None:
    """Return the time of Unix seconds, or milliseconds where there are that many digits."""
    if not cell.isdigit() or len(cell) > 13:
        return None
    return int(cell) * 1000 if len(cell) > 10 else int(cell) * MICROSECONDS
