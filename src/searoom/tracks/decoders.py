"""What a feed brings, as fixes: the reader of each kind of line, and the state that it keeps from batch to batch."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from searoom.tracks import stamps
from searoom.tracks.addresses import Address
from searoom.tracks.aircraft import Documents
from searoom.tracks.cot import Events
from searoom.tracks.fixes import Fixes, Rows, no_fixes
from searoom.tracks.instruments import Instruments
from searoom.tracks.radar import Sensor
from searoom.tracks.sbs import Messages


class Reader(Protocol):
    """What all readers of lines have in common; `other` counts what tells no craft's position."""

    @property
    def labels(self) -> Mapping[str, str]:
        """The names that craft send."""
        ...

    @property
    def other(self) -> int:
        """How many lines and messages tell no craft's position."""
        ...

    def feed(self, lines: Iterable[bytes]) -> None:
        """Take lines in the order in which they were received."""
        ...

    def close(self) -> None:
        """Count what never came whole; to be called once after the last line."""
        ...


def reader_of(
    content: str, sensor: str, rows: Rows, *, own: str = "", radar_errors: Sensor | None = None,
    compiled: bool | None = None,
) -> Reader:  # fmt: skip
    """Return the reader of what a feed says: nmea, sbs, aircraft or cot; `compiled` as in `Instruments`."""
    if content == "sbs":
        return Messages(rows)
    if content == "aircraft":
        return Documents(rows)
    if content == "cot":
        return Events(rows)
    return Instruments(rows, sensor, own, radar_errors or Sensor(), compiled)


def content_of(line: bytes) -> str:
    """Return what a line is of, with its tag block or without: the kind of a whole feed is told from its first line."""
    rest = stamps.split(line.strip())[1].lstrip()
    if rest[:1] == b"{":
        return "aircraft"
    if rest[:1] == b"<":
        return "cot"
    return "sbs" if rest.startswith((b"MSG,", b"MLAT,", b"SEL,", b"AIR,", b"STA,", b"CLK,")) else "nmea"


@dataclass(slots=True)
class Decoder:
    """Turns one sensor's stamped lines into fixes, batch by batch; what is not used is counted by its cause."""

    address: Address
    own: str = ""
    radar_errors: Sensor = field(default_factory=Sensor)
    rows: Rows = field(default_factory=Rows)
    reader: Reader | None = None
    compiled: bool | None = None

    def feed(self, lines: Iterable[bytes]) -> Fixes:
        """Return the fixes in these lines, in order of time."""
        given = list(lines)
        if not given:
            return no_fixes()
        if self.reader is None:
            content = content_of(given[0]) if self.address.content == "any" else self.address.content
            self.reader = reader_of(
                content, self.address.name, self.rows, own=self.own, radar_errors=self.radar_errors,
                compiled=self.compiled,
            )  # fmt: skip
        if isinstance(self.reader, Instruments):
            self.reader.feed_stamped(given)
        else:
            self.reader.feed(given)
        fixes, backwards = self.rows.fixes()
        if backwards:
            self.rows.doubt("time goes backwards, put in order", backwards)
        self.rows.clear()
        return fixes

    @property
    def labels(self) -> Mapping[str, str]:
        """The names that craft send."""
        return self.reader.labels if self.reader is not None else {}

    @property
    def counts(self) -> dict[str, int]:
        """What was turned away or doubted so far, by cause."""
        return {**self.rows.refused, **self.rows.doubtful}
