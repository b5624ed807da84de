r"""AIS sentences to fixes and to what ships say of themselves; what is not used is counted by its cause.

A receiver hears a position but writes down the time of reception itself, in one of three ways that
are all read here: a `$PGHP` line before the sentence, an NMEA 4 tag block (`\c:...\!AIVDM`), or Unix
seconds after the checksum. The time last seen holds until the next. A sentence for which no time of
reception is known cannot be placed and is refused: the second inside the message names no hour.
Parts of one message are kept until the last arrives, whatever lies between them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from searoom.tracks import aislayout, aisrest, bulk, ships
from searoom.tracks.aisdecoder import Decoder
from searoom.tracks.aisfields import ABSENT, CALL_SIGN, DESTINATION, NAME
from searoom.tracks.aiskernel import NO_TIME
from searoom.tracks.aislayout import AIRCRAFT, COLUMNS, LONG_RANGE, Letters, Messages, Table
from searoom.tracks.fixes import Flags, Floats, Indices, Rows
from searoom.tracks.ships import Ship
from searoom.units import METRES_PER_SECOND_PER_KNOT

MAX_SHIPS = 1_000_000  # of which it is remembered what they say of themselves
SPEED_UNKNOWN_KN = 102.3  # 1023 in tenths, ITU-R M.1371 table 48

# Position accuracy flag, ITU-R M.1371: high is 10 m or better, low is worse than 10 m. The bounds are
# read as 95 %, so half of them is one standard deviation; "worse" is taken as 30 m, an unaided GNSS
# with a poor sky. The antenna stands some way from the hull's middle: that is not in this figure.
SIGMA_HIGH_M = 5.0
SIGMA_LOW_M = 15.0
SIGMA_LONG_RANGE_M = 100.0  # message 27 says tenths of a minute: 185 m steps
SOURCES = ("AIS", "OWN")  # what was heard (VDM), and what our own transponder sent (VDO)
SOURCE = SOURCES[0]

# ITU-R M.1371: rate of turn is (value / 4.733)^2 degrees a minute; 127 says only "turning, no turn indicator".
_TURN_SCALE, _TURN_MOST = 4.733, 126
_ALT_UNKNOWN = 4095


@dataclass(slots=True)
class Sentences:
    """Reads AIS sentences into `rows`; `ships` gathers what ships say of themselves."""

    rows: Rows = field(default_factory=Rows)
    ships: dict[str, Ship] = field(default_factory=dict)
    base_stations: int = 0  # their reports; they are no craft
    decoder: Decoder = field(default_factory=Decoder)
    rest: aisrest.Rest = field(default_factory=aisrest.Rest)  # safety texts and aids to navigation
    _counted: Mapping[str, int] = field(default_factory=dict)
    _words: dict[int, bytes] = field(default_factory=dict)

    @property
    def labels(self) -> dict[str, str]:
        """The names that ships send."""
        return ships.names(self.ships)

    @property
    def other(self) -> int:
        """How many lines and messages tell neither a craft's position nor what it is."""
        others = (self.decoder.other_messages, self.rest.heard)
        return self.decoder.other_lines + self.base_stations + sum(sum(counts.values()) for counts in others)

    def feed(self, lines: Iterable[bytes]) -> None:
        """Take whole lines in the order in which they were received."""
        self.read(b"\n".join(lines) + b"\n")

    def read(self, data: bytes) -> None:
        """Take bytes in the order in which they were received; a line may be cut by their end."""
        self._take(self.decoder.read(data))

    def close(self) -> None:
        """Take the last line, and count the messages of which a part never came; to be called once, at the end."""
        self._take(self.decoder.close())

    def _take(self, messages: Messages) -> None:
        for whole in self.decoder.whole:
            self.rest.take(whole)
        self.decoder.whole.clear()
        counted, self._counted = self._counted, self._all_refused()
        for cause, count in self._counted.items():
            if count > counted.get(cause, 0):
                self.rows.refuse(cause, count - counted.get(cause, 0))
        if not len(messages):
            return
        self.base_stations += len(messages.of(*aislayout.BASE_STATIONS))
        if len(positions := messages.of(*aislayout.POSITIONS)):
            self._positions(positions)
        for craft, ship in said(messages.of(*aislayout.STATIC), self._words):
            known = self.ships.get(craft)
            if known is not None or len(self.ships) < MAX_SHIPS:
                self.ships[craft] = known.later(ship) if known else ship

    def _all_refused(self) -> Mapping[str, int]:
        counts = dict(self.decoder.refused)
        for cause, count in self.rest.refused.items():
            counts[cause] = counts.get(cause, 0) + count
        return counts

    def _positions(self, messages: Messages) -> None:
        timed = messages.time_us != NO_TIME
        if not timed.all():
            self.rows.refuse("no time of reception", int(np.count_nonzero(~timed)))
            messages = messages.where(timed)
        mmsi, craft = np.unique(messages.column("mmsi"), return_inverse=True)
        kind = messages.column("kind")
        bulk.take(
            self.rows,
            [name_of(one) for one in mmsi.tolist()],
            craft,
            messages.time_us,
            _degrees(messages.column("lat"), kind),
            _degrees(messages.column("lon"), kind),
            speed_mps=_knots(messages.column("speed"), kind) * METRES_PER_SECOND_PER_KNOT,
            course_deg=_course(messages.column("course"), kind),
            sigma_m=_sigma(messages.column("accuracy"), kind),
            sources=SOURCES,
            source=messages.column("own"),
            alt_m=_known(messages.column("alt"), _ALT_UNKNOWN),
            turn_dps=turn_dps(messages.column("turn")),
        )


def name_of(mmsi: int) -> str:
    """Return the name of a craft in fixes: the nine digits of its MMSI."""
    return f"{mmsi:09d}"


def said(messages: Messages, words: dict[int, bytes]) -> Iterator[tuple[str, Ship]]:
    """Yield what each ship says of itself in static messages, of each thing the last; `words` remembers its bytes.

    Ships say the same every six minutes: who said no other words in the messages before is passed over.
    """
    mmsi, ship = np.unique(messages.column("mmsi"), return_inverse=True)
    given = messages.table[:, COLUMNS.index("imo") :]  # IMO number, type and the four sizes
    numbers = np.zeros((len(mmsi), given.shape[1]), np.int32)
    for place in range(given.shape[1]):
        ships_, rows = _last(ship, given[:, place] > 0)
        numbers[ships_, place] = given[rows, place]
    sent = messages.letters[messages.column("text")]
    letters = np.full((len(mmsi), sent.shape[1]), ord("@"), np.uint8)
    for part in (NAME, CALL_SIGN, DESTINATION):
        ships_, rows = _last(ship, _is_said(sent[:, part]))
        letters[ships_, part] = sent[rows, part]
    told = np.concatenate([numbers.view(np.uint8), letters], axis=1)
    for place, one in enumerate(mmsi.tolist()):
        if words.get(one) == (now := told[place].tobytes()):
            continue
        if one in words or len(words) < MAX_SHIPS:
            words[one] = now
        imo, ship_type, bow, stern, port, starboard = (value or None for value in numbers[place].tolist())
        name, call_sign, destination = (text_of(letters[place, part]) for part in (NAME, CALL_SIGN, DESTINATION))
        yield name_of(one), Ship(name, call_sign, imo, ship_type, bow, stern, port, starboard, destination)


def text_of(letters: Letters) -> str:
    """Return a text of a message: what stands before the first @, without spaces around it."""
    return letters.tobytes().partition(b"@")[0].decode("ascii").strip()


def _is_said(letters: Letters) -> Flags:
    """Return which texts have a letter before their first @."""
    open_ = np.logical_and.accumulate(letters != ord("@"), axis=1)
    return np.asarray((open_ & (letters != ord(" "))).any(axis=1))


def _last(ship: Indices, given: Flags) -> tuple[Indices, Indices]:
    """Return the ships of which something is given, and the last row in which it is."""
    rows = np.flatnonzero(given)[::-1]
    ships_, first = np.unique(ship[rows], return_index=True)
    return ships_, rows[first]


def _known(column: Table, unknown: int) -> Floats:
    """Return a column as numbers, not known where the message says so or has no such field."""
    return np.where((column == ABSENT) | (column == unknown), np.nan, column)


def _degrees(column: Table, kind: Table) -> Floats:
    """Return degrees of ten-thousandths of a minute, in message 27 of tenths."""
    return column / np.where(kind == LONG_RANGE, 600.0, 600_000.0)


def _knots(column: Table, kind: Table) -> Floats:
    """Return knots of tenths, in messages 9 and 27 of whole ones; 1023, in message 27 63, is not known."""
    whole = (kind == LONG_RANGE) | (kind == AIRCRAFT)
    unknown = column == np.where(kind == LONG_RANGE, 63, 1023)
    return np.where(unknown, np.nan, column / np.where(whole, 1.0, 10.0))


def _course(column: Table, kind: Table) -> Floats:
    """Return degrees of tenths, in message 27 of whole ones; 3600, in message 27 511, is not known."""
    long_range = kind == LONG_RANGE
    return np.where(column == np.where(long_range, 511, 3600), np.nan, column / np.where(long_range, 1.0, 10.0))


def _sigma(accuracy: Table, kind: Table) -> Floats:
    high_or_low = np.where(accuracy == 1, SIGMA_HIGH_M, SIGMA_LOW_M)
    return np.where(kind == LONG_RANGE, SIGMA_LONG_RANGE_M, high_or_low)


def turn_dps(column: Table) -> Floats:
    """Return degrees a second to starboard; not known where there is no turn indicator, also where it turns."""
    turn = np.where(np.abs(column.astype(np.int64)) > _TURN_MOST, np.nan, column)
    return np.sign(turn) * (turn / _TURN_SCALE) ** 2 / 60.0


def speed_mps(knots: float) -> float:
    """Return metres a second of a speed in an AIS field; 102.3 means not known and becomes `nan`."""
    return float("nan") if knots == SPEED_UNKNOWN_KN else knots * METRES_PER_SECOND_PER_KNOT


def course_deg(course: float) -> float:
    """Return the course of an AIS field; 360 means not known and becomes `nan`."""
    return float("nan") if course == 360.0 else course
