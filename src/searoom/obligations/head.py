"""What stands at the head of a pack beside its parties: channels, levels, zones, calendars, glossary, ladder, purpose.

None of it makes anybody owe anything. Zones are *claimed by* somebody, in bare coordinates, and called differently by
each party; a glossary says what each party means by a word, since one translation for all would hide a difference.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from searoom.errors import NotAllowed
from searoom.obligations.calendars import Calendar, read_calendar
from searoom.obligations.pack import Table, refuse
from searoom.signals.formbook import CHANNELS
from searoom.signals.quantities import parse_position
from searoom.statements.release import MAX_PERSONS

ID: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
SOURCE_HASH: Final = re.compile(r"[0-9a-f]{64}")
KINDS: Final = {
    "provable": "signed and in the record of both sides",
    "off-record": "nothing of it is kept but that it was open",
    "spoken": "by voice, light or flags; each side logs what it sent and heard",
    "other": "telephone, fax or a person: transcripts only",
}
TRACKS: Final = {
    "1": "governments: their officers sign and it binds them",
    "1.5": "officials and others together, in their own names: nothing binds",
    "2": "persons speak for themselves: nothing binds and nobody is quoted by name",
}
ZONE_KINDS: Final = ("claimed", "agreed", "notified")
MAX_CORNERS: Final = 64
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel: its kind, what it is called, which roles may release on it, and what to try when it is silent."""

    id: str
    kind: str
    names: Mapping[str, str]
    release: Mapping[str, str]
    persons: int
    fallback: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Zone:
    """An area in bare coordinates (1e-7 degrees): its corners, or a centre and a radius; what each party calls it.

    `claimed_by` says who claims it, which is all that this says about whose it is.
    """

    id: str
    kind: str
    claimed_by: tuple[str, ...]
    names: Mapping[str, Mapping[str, str]]
    corners: tuple[tuple[int, int], ...]
    radius_m: int
    source: str


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the glossary and what each party means by it, in every language."""

    id: str
    words: Mapping[str, str]
    means: Mapping[str, Mapping[str, str]]
    source: str


@dataclass(frozen=True, slots=True)
class Head:
    """All of it, as the pack has it; where an instance has none of a kind, its base's stands.

    `promoted_from` is the source hash of a proposal that persons agreed on without a government (`promoting`).
    `members` says of whom a composite party consists. `former` are the parties of earlier versions: what they said
    stays in the record and is read by whom it was for; nothing new is sealed to them, and they owe nothing.
    """

    purpose: Mapping[str, str] = field(default_factory=dict)
    track: str = "1"
    attribution: bool = True
    channels: Mapping[str, Channel] = field(default_factory=dict)
    levels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    zones: Mapping[str, Zone] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    glossary: Mapping[str, Word] = field(default_factory=dict)
    members: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    former: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    promoted_from: str = ""

    @property
    def binds(self) -> bool:
        """Whether what is said under it binds anybody: on track 2 and 1.5 nothing does."""
        return self.track == "1"


def read_id(table: Table) -> str:
    """Return the id of a pack, a party or a clause: small letters, digits and hyphens."""
    name = table.text("id")
    if not ID.fullmatch(name):
        raise refuse(table.at("id"), f"'{name}' is no id: small letters, digits and hyphens, a letter first")
    return name


def read_head(table: Table, base: Head | None, members: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Head:
    """Return the head of a pack; what an instance leaves out is its base's."""
    below = Head() if base is None else base
    track = table.choice("track", TRACKS, below.track)
    return Head(
        purpose=table.texts("purpose") if table.has("purpose") else below.purpose,
        track=track,
        attribution=table.flag("attribution") if table.has("attribution") else track != "2",
        channels=_by_id(table, "channels", _channel) or below.channels,
        levels=_by_id(table, "levels", _level) or below.levels,
        zones=_by_id(table, "zones", _zone) or below.zones,
        calendars=_by_id(table, "calendars", read_calendar) or below.calendars,
        glossary=_by_id(table, "glossary", _word) or below.glossary,
        members=members,
        former=_by_id(table, "former", _level),
        promoted_from=_source_hash(table),
    )


def _source_hash(table: Table) -> str:
    found = table.text("promoted_from", "") if table.has("promoted_from") else ""
    if found and not SOURCE_HASH.fullmatch(found):
        raise refuse(table.at("promoted_from"), "this must be a hash: 64 small hexadecimal digits")
    return found


def _by_id(table: Table, name: str, read: Callable[[Table, str], _T]) -> Mapping[str, _T]:
    found: dict[str, _T] = {}
    for row in table.tables(name, optional=True):
        known = read_id(row)
        if known in found:
            raise refuse(row.place, f"'{known}' stands here twice")
        found[known] = read(row, known)
    return found


def _level(row: Table, _name: str) -> Mapping[str, str]:
    names = row.texts("names")
    row.done()
    return names


def _channel(row: Table, name: str) -> Channel:
    if name not in CHANNELS:
        raise refuse(row.at("id"), f"'{name}' is no channel; there are {', '.join(CHANNELS)}")
    fallback = row.list("fallback") if row.has("fallback") else ()
    if strange := [other for other in fallback if other not in CHANNELS or other == name]:
        raise refuse(row.at("fallback"), f"'{strange[0]}' is no other channel; there are {', '.join(CHANNELS)}")
    persons = row.whole("persons", 1, MAX_PERSONS)
    channel = Channel(name, row.choice("kind", KINDS), row.texts("names"), row.texts("release"), persons, fallback)
    row.done()
    return channel


def _zone(row: Table, name: str) -> Zone:
    corners = tuple(_corner(row, text) for text in row.list("corners"))
    radius = row.whole("radius_m", 1, 1_000_000) if row.has("radius_m") else 0
    if len(corners) > MAX_CORNERS or (len(corners) != 1 if radius else len(corners) < 3):
        raise refuse(row.at("corners"), f"a zone has 3 to {MAX_CORNERS} corners, or one centre and a radius_m")
    inner = row.table("names")
    names = {party: inner.texts(party) for party in inner.names()}
    kind = row.choice("kind", ZONE_KINDS)
    claimed = row.list("claimed_by") if row.has("claimed_by") else ()
    if (kind == "claimed") != bool(claimed):
        raise refuse(row.at("claimed_by"), "a claimed zone says by whom, and no other does")
    zone = Zone(name, kind, claimed, names, corners, radius, row.text("source"))
    row.done()
    return zone


def _corner(row: Table, text: str) -> tuple[int, int]:
    try:
        return parse_position(text)
    except NotAllowed as fault:
        raise refuse(row.at("corners"), f"'{text}' is no position: {fault.sentence}") from None


def _word(row: Table, name: str) -> Word:
    inner = row.table("means")
    means = {party: inner.texts(party) for party in inner.names()}
    if len(means) < 2:
        raise refuse(row.at("means"), "a glossary says what each of two parties or more means by the word")
    word = Word(name, row.texts("word"), means, row.text("source"))
    row.done()
    return word
