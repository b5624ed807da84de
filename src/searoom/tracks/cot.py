"""Cursor on Target events (XML) to fixes: craft at sea, under it and in the air, as other systems report them.

The XML is read with expat under narrow rules: no document type, no entities, a bounded size, depth and number of
attributes. What an event says of friend and foe is another's judgement and is not kept.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.parsers import expat

from searoom import clock
from searoom.errors import NotAllowed
from searoom.tracks import stamps
from searoom.tracks.fixes import Rows

SOURCE = "COT"
MAX_EVENT_BYTES = 64 * 1024
MAX_DEPTH = 32
MAX_ELEMENTS = 1000
MAX_ATTRIBUTES = 64
UNKNOWN = 9_999_999.0  # what `ce`, `le` and `hae` say for "not known"; some senders write 999999
_UNKNOWN_FROM = 999_999.0
SIGMA_UNKNOWN_M = 185.2  # a cable, as for every place here of which nothing is said
END = b"</event>"
_TYPE = re.compile(r"a-[a-zA-Z.]-(?P<where>[A-Z])(-|\Z)")
_NUMBER = re.compile(r"[+-]?\d{1,9}(\.\d{0,24})?([eE][+-]?\d{1,3})?\Z", re.ASCII)
_DIMENSIONS = {"S": "sea", "U": "under the sea", "A": "air"}


@dataclass(frozen=True, slots=True)
class Element:
    """One element of an event: its name, its attributes, and how deep it stands; the event itself stands at 0."""

    name: str
    attributes: dict[str, str]
    depth: int


@dataclass(slots=True)
class Events:
    """Reads events, given as lines or pieces of lines, into `rows`; `labels` gathers the call signs."""

    rows: Rows = field(default_factory=Rows)
    labels: dict[str, str] = field(default_factory=dict)
    other: int = 0  # events that are about no craft: chat, routes, markers, units on land
    _text: bytearray = field(default_factory=bytearray)

    def feed(self, lines: Iterable[bytes]) -> None:
        """Take lines in; an event may fill one line or many, and several may stand on one."""
        for raw in lines:
            line = raw
            if not self._text:
                _, line, wrong = stamps.split(raw.lstrip())
                if wrong:
                    self.rows.refuse(wrong)
            self._text += line
            while (end := self._text.find(END)) >= 0:
                event = bytes(self._text[: end + len(END)])
                del self._text[: end + len(END)]
                self._event(event)
            if len(self._text) > MAX_EVENT_BYTES:
                self.rows.refuse("event too long")
                self._text.clear()
            elif self._text.isspace():
                self._text.clear()

    def close(self) -> None:
        """Count an event that was cut short; to be called once after the last line."""
        if self._text:
            self.rows.refuse("event cut short")
        self._text.clear()

    def _event(self, text: bytes) -> None:
        try:
            elements = parse(text)
            self._craft(elements)
        except NotAllowed as cause:
            self.rows.refuse(cause.sentence)

    def _craft(self, elements: list[Element]) -> None:
        event = elements[0]
        kind = _TYPE.match(event.attributes.get("type", ""))
        if event.name != "event" or not kind or kind["where"] not in _DIMENSIONS:
            self.other += 1
            return
        point = next((one.attributes for one in elements if one.name == "point" and one.depth == 1), None)
        if point is None:
            raise NotAllowed("event without a point")
        track = next((one.attributes for one in elements if one.name == "track"), {})
        contact = next((one.attributes for one in elements if one.name == "contact"), {})
        uid = event.attributes.get("uid", "")
        name = f"cot:{uid}"
        height = _known(_number(point.get("hae", "")))
        course = _number(track.get("course", ""))
        self.rows.add(
            name if uid else "", _time_us(event.attributes), *(_number(point.get(side, "")) for side in ("lat", "lon")),
            source=SOURCE, sigma_m=_sigma_m(_number(point.get("ce", ""))),
            speed_mps=_known(_number(track.get("speed", ""))), course_deg=0.0 if course == 360.0 else course,
            alt_m=height if kind["where"] == "A" else math.nan,
        )  # fmt: skip
        called = contact.get("callsign", "").strip()
        if uid and called and called.isprintable():
            self.labels[name] = called[:64]


def parse(text: bytes) -> list[Element]:
    """Return the elements of one event in their order; NotAllowed names the rule that it breaks."""
    if len(text) > MAX_EVENT_BYTES:
        raise NotAllowed("event too long")
    found: list[Element] = []
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        if depth >= MAX_DEPTH or len(found) >= MAX_ELEMENTS or len(attributes) > MAX_ATTRIBUTES:
            raise NotAllowed("event deeper or wider than is read")
        found.append(Element(name, attributes, depth))
        depth += 1

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_what: object) -> None:
        raise NotAllowed("event with a document type or an entity")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = parser.UnparsedEntityDeclHandler = refuse  # type: ignore[assignment]  # it never returns
    try:
        parser.Parse(text.lstrip(), True)
    except expat.ExpatError:
        raise NotAllowed("event is not XML") from None
    return found


def _time_us(event: dict[str, str]) -> int:
    """Return when the event's point held: `start`, else the time at which it was written."""
    try:
        return clock.from_text(event.get("start") or event.get("time", ""))
    except NotAllowed:
        raise NotAllowed("time cannot be read") from None


def _sigma_m(circular_m: float) -> float:
    """Return one standard deviation along any direction: `ce` is that by the event schema, and is taken as it is."""
    return circular_m if 0.0 < circular_m < _UNKNOWN_FROM else SIGMA_UNKNOWN_M


def _known(value: float) -> float:
    return math.nan if value >= _UNKNOWN_FROM else value


def _number(cell: str) -> float:
    told = cell.strip(" ")
    if not told or told.lower() == "nan":  # what some senders write for "not known"
        return math.nan
    if not _NUMBER.match(told):
        raise NotAllowed("not a number")
    return float(told)
