"""A CAP 1.2 alert, as the OASIS standard has it: what is warned of, where, from when until when, in which languages.

Rule 1: what the standard asks for must be there and be what it may be; else there is no alert, and the line is named.
Rule 2: what can be and matters to whoever passes it on is a finding: it has expired, it is a test, a later one ends it,
its signature was not checked, a part of it does not fit. Nothing is guessed and nothing left out in silence.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from searoom.cbor import check_text
from searoom.errors import Finding, NotAllowed
from searoom.signals.capxml import CAP, SIGNATURE, Element, parse, refuse
from searoom.signals.quantities import check_position

STATUSES: Final = ("Actual", "Exercise", "System", "Test", "Draft")
KINDS: Final = ("Alert", "Update", "Cancel", "Ack", "Error")
SCOPES: Final = ("Public", "Restricted", "Private")
URGENCIES: Final = ("Immediate", "Expected", "Future", "Past", "Unknown")
SEVERITIES: Final = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
CERTAINTIES: Final = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")
CATEGORIES: Final = (
    "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other",
)  # fmt: skip
DEFAULT_LANGUAGE: Final = "en-US"
"""What the standard says of an info block that names no language."""
_OF_ALERT: Final = {
    "identifier": 1, "sender": 1, "sent": 1, "status": 1, "msgType": 1, "source": 0, "scope": 1, "restriction": 0,
    "addresses": 0, "code": -1, "note": 0, "references": 0, "incidents": 0, "info": -1,
}  # fmt: skip
_OF_INFO: Final = {
    "language": 0, "category": -2, "event": 1, "responseType": -1, "urgency": 1, "severity": 1, "certainty": 1,
    "audience": 0, "eventCode": -1, "effective": 0, "onset": 0, "expires": 0, "senderName": 0, "headline": 0,
    "description": 0, "instruction": 0, "web": 0, "contact": 0, "parameter": -1, "resource": -1, "area": -1,
}  # fmt: skip
_OF_AREA: Final = {"areaDesc": 1, "polygon": -1, "circle": -1, "geocode": -1, "altitude": 0, "ceiling": 0}
"""How often each element stands in its own: 1 once, 0 at most once, -1 any number of times, -2 once or more."""
_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:([+-])(\d\d):(\d\d)|(Z))", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?\d{1,5}(?:\.\d{1,20})?", re.ASCII)
_TAG: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}", re.ASCII)
_NAMED: Final = re.compile(r"[^\s,<&]{1,500}")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in microseconds of Unix time, and the minutes east of UTC in which its sender wrote it."""

    at_us: int
    offset_min: int


@dataclass(frozen=True, slots=True)
class Place:
    """An area: its words, its polygons (corners in 1e-7 degrees, the first not said again) and circles (centre, mm)."""

    words: str
    polygons: tuple[tuple[Point, ...], ...]
    circles: tuple[tuple[Point, int], ...]


@dataclass(frozen=True, slots=True)
class Info:
    """What is said in one language, with the urgency, severity and certainty that it says."""

    language: str
    categories: tuple[str, ...]
    event: str
    urgency: str
    severity: str
    certainty: str
    times: Mapping[str, Moment]
    words: Mapping[str, str]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """An alert that another one refers to: who sent it, what it is called, when it was sent."""

    sender: str
    identifier: str
    sent: Moment


@dataclass(frozen=True, slots=True)
class Alert:
    """A whole alert; `digest` is SHA-256 of the file's bytes, `signed` whether a signature stands in it (unchecked)."""

    identifier: str
    sender: str
    sent: Moment
    status: str
    kind: str
    scope: str
    earlier: tuple[Earlier, ...]
    infos: tuple[Info, ...]
    digest: bytes
    signed: bool
    foreign: tuple[str, ...]


def read(data: bytes) -> Alert:
    """Return the alert that a file holds; raise `NotAllowed` with the line for what CAP 1.2 does not allow."""
    top = parse(data)
    if (top.space, top.name) != (CAP, "alert"):
        known = top.space.startswith(CAP[:-3])
        raise refuse(
            f"this is CAP {top.space[len(CAP) - 3 :]:.8}, and 1.2 is read" if known else "this is no CAP alert"
        )
    foreign = _counted(top, _OF_ALERT)
    kind, earlier = _choice(top, "msgType", KINDS), tuple(_earlier(top))
    if kind != "Alert" and not earlier:
        raise refuse(f"line {top.line}: an alert of the kind {kind} says to which one it refers, and this says nothing")
    return Alert(
        identifier=_name(top, "identifier"),
        sender=_name(top, "sender"),
        sent=_moment(top.all("sent")[0]),
        status=_choice(top, "status", STATUSES),
        kind=kind,
        scope=_choice(top, "scope", SCOPES),
        earlier=earlier,
        infos=tuple(map(_info, top.all("info"))),
        digest=hashlib.sha256(data).digest(),
        signed=any(one.space == SIGNATURE for one in top.inside),
        foreign=tuple(name for name in foreign if name != "Signature"),
    )


def _counted(one: Element, known: Mapping[str, int]) -> tuple[str, ...]:
    """Return the names of foreign elements; refuse a CAP element that is unknown here, missing, or there too often."""
    for inner in one.inside:
        if inner.space == CAP and inner.name not in known:
            raise refuse(f"line {inner.line}: '{inner.name:.40}' has no place in '{one.name}'")
    for name, times in known.items():
        found = one.all(name)
        if not found and times in (1, -2):
            raise refuse(f"line {one.line}: '{name}' is missing in '{one.name}'")
        if len(found) > 1 and times >= 0:
            raise refuse(f"line {found[1].line}: '{name}' stands twice in '{one.name}'")
    return tuple(inner.name for inner in one.inside if inner.space != CAP)


def _words(one: Element, name: str) -> str:
    found = one.all(name)
    if not found:
        return ""
    try:
        return check_text(found[0].text)
    except NotAllowed as fault:
        raise refuse(f"line {found[0].line}: {name}: {fault.sentence}") from None


def _asked(one: Element, name: str) -> str:
    text = _words(one, name)
    if not text:
        raise refuse(f"line {one.all(name)[0].line}: '{name}' says nothing")
    return text


def _choice(one: Element, name: str, allowed: tuple[str, ...]) -> str:
    text = _asked(one, name)
    if text not in allowed:
        raise refuse(f"line {one.all(name)[0].line}: '{text:.40}' is no {name}; there are {', '.join(allowed)}")
    return text


def _name(one: Element, name: str) -> str:
    text = _asked(one, name)
    if not _NAMED.fullmatch(text):
        raise refuse(f"line {one.all(name)[0].line}: a space, a comma, < or & stands in '{name}', or it is too long")
    return text


def _moment(one: Element) -> Moment:
    try:
        return moment(one.text)
    except NotAllowed as fault:
        raise refuse(f"line {one.line}: {one.name}: {fault.sentence}") from None


def moment(text: str) -> Moment:
    """Return the time that a text of CAP says: `2022-06-05T00:05:50-00:00`, always with its zone, no leap second."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise NotAllowed(f"'{text:.40}' is no time with its zone, such as 2026-06-03T13:05:00+09:00")
    offset = 0 if found[5] else (int(found[3]) * 60 + int(found[4])) * (-1 if found[2] == "-" else 1)
    try:
        written = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    except ValueError:
        raise NotAllowed(f"'{text:.40}' is no moment that there is") from None
    if abs(offset) > 14 * 60 or (found[4] or "0") >= "60" or not 2000 <= written.year < 2100:
        raise NotAllowed(f"'{text:.40}' is no moment in a zone that there is, of the years 2000 to 2099")
    return Moment((written - _EPOCH) // timedelta(microseconds=1) - offset * 60_000_000, offset)


def _earlier(top: Element) -> Iterator[Earlier]:
    for text in _words(top, "references").split():
        sender, _, rest = text.partition(",")
        identifier, _, sent = rest.partition(",")
        line = top.all("references")[0].line
        if not _NAMED.fullmatch(sender) or not _NAMED.fullmatch(identifier):
            raise refuse(f"line {line}: '{text:.60}' is no reference: sender, identifier and time with commas between")
        try:
            yield Earlier(sender, identifier, moment(sent))
        except NotAllowed as fault:
            raise refuse(f"line {line}: references: {fault.sentence}") from None


def _info(one: Element) -> Info:
    _counted(one, _OF_INFO)
    language = _words(one, "language") or DEFAULT_LANGUAGE
    if not _TAG.fullmatch(language):
        raise refuse(f"line {one.all('language')[0].line}: '{language:.40}' is no language")
    for each in one.all("category"):
        if each.text not in CATEGORIES:
            raise refuse(f"line {each.line}: '{each.text:.40}' is no category; there are {', '.join(CATEGORIES)}")
    spoken = ("senderName", "headline", "description", "instruction", "web", "contact")
    return Info(
        language=language,
        categories=tuple(each.text for each in one.all("category")),
        event=_asked(one, "event"),
        urgency=_choice(one, "urgency", URGENCIES),
        severity=_choice(one, "severity", SEVERITIES),
        certainty=_choice(one, "certainty", CERTAINTIES),
        times={name: _moment(found[0]) for name in ("effective", "onset", "expires") if (found := one.all(name))},
        words={name: text for name in spoken if (text := _words(one, name))},
        places=tuple(map(_place, one.all("area"))),
    )


def _place(one: Element) -> Place:
    _counted(one, _OF_AREA)
    return Place(
        _asked(one, "areaDesc"),
        tuple(_polygon(each) for each in one.all("polygon") if each.text),
        tuple(_circle(each) for each in one.all("circle") if each.text),
    )


def _polygon(one: Element) -> tuple[Point, ...]:
    corners = tuple(_point(text, one) for text in one.text.split())
    if len(corners) < 4 or corners[0] != corners[-1]:
        raise refuse(f"line {one.line}: a polygon has four places or more, of which the last is the first again")
    return corners[:-1]


def _circle(one: Element) -> tuple[Point, int]:
    at, _, radius = one.text.partition(" ")
    if not _NUMBER.fullmatch(radius) or Decimal(radius) < 0:
        raise refuse(f"line {one.line}: '{one.text:.60}' is no circle: a place, a space and a radius in kilometres")
    return _point(at, one), int((Decimal(radius) * 1_000_000).to_integral_value())


def _point(text: str, one: Element) -> Point:
    sides = text.split(",")
    if len(sides) != 2 or not all(map(_NUMBER.fullmatch, sides)):
        raise refuse(f"line {one.line}: '{text:.40}' is no place: latitude and longitude in degrees, a comma between")
    lat, lon = (int((Decimal(side) * 10_000_000).to_integral_value()) for side in sides)
    try:
        return check_position(lat, -lon if lon == 1_800_000_000 else lon)
    except NotAllowed as fault:
        raise refuse(f"line {one.line}: '{text:.40}': {fault.sentence}") from None


def expires(alert: Alert) -> Moment | None:
    """Return when the last of what an alert says expires, or None where an info block does not say."""
    ends = [info.times.get("expires") for info in alert.infos]
    known = [end for end in ends if end is not None]
    return max(known, key=lambda end: end.at_us) if known and len(known) == len(ends) else None


def stands(alert: Alert, now_us: int) -> bool:
    """Whether an alert warns of anything at a moment: it has words, is no cancellation, and has not expired."""
    end = expires(alert)
    return bool(alert.infos) and alert.kind in ("Alert", "Update") and (end is None or end.at_us > now_us)


def findings(alert: Alert, now_us: int, *, exercise: bool | None = None) -> tuple[Finding, ...]:
    """Return what is to be known before an alert is passed on, at a moment; `exercise` where the mechanism is known."""
    found = list(_standing(alert, now_us))
    if exercise is not None and exercise != (alert.status in ("Exercise", "Test")):
        kind = "an exercise" if exercise else "no exercise"
        found.append(Finding("status", f"the alert says {alert.status}, and this mechanism is {kind}"))
    found += [Finding("alert", f"'{name:.40}' is of another format and was not read") for name in alert.foreign]
    if alert.signed:
        found.append(Finding("signature", "a signature stands in it and was not checked: who sent it is not proven"))
    return tuple(found)


def _standing(alert: Alert, now_us: int) -> Iterator[Finding]:
    end = expires(alert)
    if end is None:
        yield Finding("expires", "it does not say when it expires")
    elif end.at_us <= now_us:
        yield Finding("expires", f"it has expired, {(now_us - end.at_us) // 60_000_000} minutes ago")
    if alert.sent.at_us > now_us:
        yield Finding("sent", "by its own time it was sent after now")
    if alert.status != "Actual":
        yield Finding("status", f"it is no actual alert: {alert.status}")
    if alert.kind in ("Update", "Cancel"):
        what = "ends" if alert.kind == "Cancel" else "takes the place of"
        yield Finding("references", f"it {what} {', '.join(each.identifier for each in alert.earlier)}")
    if alert.kind in ("Ack", "Error"):
        yield Finding("msgType", f"it is about another alert and warns of nothing: {alert.kind}")
    if not alert.infos:
        yield Finding("info", "it has no words: nothing is warned of")
