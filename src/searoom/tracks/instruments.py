"""The lines of one ship's instruments: own ship, radar and AIS mixed on one line, each read by the room that knows it.

A line's time of reception is that of its tag block, and holds until the next. A log without any is timed by our own
ship's clock (RMC, ZDA): so are then the AIS sentences in it, which tell no time themselves.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from searoom.tracks import ais, stamps
from searoom.tracks.aisdecoder import Decoder
from searoom.tracks.aisrest import Rest
from searoom.tracks.fixes import Rows
from searoom.tracks.nmea import Unusable, parse
from searoom.tracks.ownship import OwnShip
from searoom.tracks.radar import Radar, Sensor
from searoom.tracks.ships import Ship, named, names

KINDS = frozenset({"RMC", "GGA", "VTG", "HDT", "THS", "OSD", "ZDA", "TTM", "TLL"})
MAX_LINE_BYTES = 1024  # a sentence with its tag block
LINES_AT_ONCE = 10_000
_STAMPED_AIS = b"\\!"
UNNAMED = "ship"  # the sensor's name where none is given


@dataclass(slots=True)
class Instruments:
    """Reads lines as they were received into `rows`; what is not used is counted there by its cause.

    `sensor` names this line in the names of what it sees (`radar:bridge:7`, `own:bridge`); `own` is our own ship's
    name or MMSI where it is known.
    """

    rows: Rows = field(default_factory=Rows)
    sensor: str = UNNAMED
    own: str = ""
    radar_errors: Sensor = field(default_factory=Sensor)
    compiled: bool | None = None  # whether AIS is read by compiled loops; None: as its decoder sees fit
    ship: OwnShip = field(init=False)
    radar: Radar = field(init=False)
    _ais: ais.Sentences = field(init=False)
    _heard_us: int | None = None
    _passed: int = 0
    _for_ais: list[bytes] = field(default_factory=list)
    _times_its_own: bool = False  # the log times its AIS sentences in a layout that only `ais` reads

    def __post_init__(self) -> None:
        self.ship = OwnShip(self.rows, self.own or f"own:{self.sensor}")
        self.radar = Radar(self.rows, self.ship, self.sensor, self.radar_errors)
        self._ais = ais.Sentences(rows=self.rows, decoder=Decoder(compiled=self.compiled))

    @property
    def ships(self) -> dict[str, Ship]:
        """What craft say of themselves, and the names that the radar's operator gave to targets."""
        called = {target.name: target.called for target in self.radar.targets.values() if target.called}
        return {**self._ais.ships, **named(called)}

    @property
    def rest(self) -> Rest:
        """The safety texts and the aids to navigation that were heard."""
        return self._ais.rest

    @property
    def labels(self) -> dict[str, str]:
        """The names of craft."""
        return names(self.ships)

    @property
    def other(self) -> int:
        """How many lines and messages tell no place, heading or time."""
        return self._passed + self._ais.other

    def feed(self, lines: Iterable[bytes]) -> None:
        """Take lines in the order in which they were received."""
        for raw in lines:
            if line := self._line(raw.strip()):
                self._for_ais.append(line)
            if len(self._for_ais) >= LINES_AT_ONCE:
                self._hand_over()
        self._hand_over()

    def feed_stamped(self, lines: Iterable[bytes]) -> None:
        """Take lines of a feed: each bears its time, so that AIS sentences need not be looked at one by one."""
        for line in lines:
            if _STAMPED_AIS in line:
                self._for_ais.append(line)
            elif other := self._line(line):
                self._for_ais.append(other)
        self._hand_over()

    def close(self) -> None:
        """Count what never came whole; to be called once after the last line."""
        self._ais.close()

    def _hand_over(self) -> None:
        """Have the AIS sentences read that wait: many at once, and before what was received after them."""
        if self._for_ais:
            self._ais.feed(self._for_ais)
            self._for_ais = []

    def _line(self, line: bytes) -> bytes:
        """Take a line in; return it, with its time, where it is for the AIS reader."""
        if line.startswith(b"$PGHP,"):
            self._times_its_own = True
            return line
        told, rest, wrong = stamps.split(line)
        if rest[:1] == b"!" and wrong:
            return line  # counted where it is read
        if wrong:
            self.rows.refuse(wrong)
        if told is not None or wrong:
            self._heard_us = told
        if rest[:1] == b"!":
            return line if told is not None else self._timed(line)
        if rest[:1] != b"$":
            self._passed += bool(rest)
            return b""
        try:
            sentence = parse(rest)
            if sentence is None or sentence.kind not in KINDS:
                self._passed += 1
                return b""
            self._hand_over()
            if not self.ship.take(sentence, self._heard_us):
                self.radar.take(sentence, self._heard_us)
        except Unusable as cause:
            self.rows.refuse(str(cause))
        return b""

    def _timed(self, line: bytes) -> bytes:
        """Return an AIS sentence with the time that holds, unless the log has a layout of time of its own."""
        if b"," in line.rpartition(b"*")[2]:
            self._times_its_own = True
        time_us = self._heard_us if self._heard_us is not None else self.ship.clock_us
        if self._times_its_own or time_us is None:
            return line
        return stamps.stamped(line, time_us)


def speaks(line: str) -> bool:
    """Return whether a line is a sentence of a kind that is read here, AIS apart."""
    if line.startswith("\\"):
        line = line[1:].partition("\\")[2]
    return line.startswith("$") and line[3:6] in KINDS
