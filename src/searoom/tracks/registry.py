"""Which MMSI, ICAO address, call sign, hull number or radar track belongs to whom: each party's own data, from a table.

What a craft sends never says whose it is. A radar track is a number that the radar gives to one craft after another, so
a person tags it, from a time until a time, and signs with a name; the tag is data like the rest.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from searoom import clock
from searoom.errors import NotAllowed
from searoom.tracks.fixes import FIRST_TIME_US, LAST_TIME_US, MAX_NAME_CHARS

KINDS = ("navy", "coast guard", "fishing", "research", "unmanned", "merchant", "state aircraft", "other")

# What a number looks like, and the name that a craft has for it in fixes.
_NUMBERS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "mmsi": (re.compile(r"\d{9}\Z", re.ASCII), ""),
    "icao": (re.compile(r"~?[0-9a-f]{6}\Z", re.ASCII), "icao:"),
    "call_sign": (re.compile(r"[A-Z0-9]{3,7}\Z", re.ASCII), ""),
    "hull": (re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{0,15}\Z", re.ASCII), ""),
    "track": (re.compile(r"\S{1,64}\Z"), ""),
}
_RADAR = re.compile(r"\A(radar:[^:]+:)0+(\d)")
_TAG = frozenset({"track", "unit", "begin", "end", "by", "note"})
_ADVICE = "docs/formats/registry.md shows a whole registry."


@dataclass(frozen=True, slots=True)
class Unit:
    """One ship or aircraft: its name here, its party, what it is, and the names that its fixes may bear."""

    name: str
    party: str
    kind: str
    known_as: frozenset[str]


@dataclass(frozen=True, slots=True)
class Tag:
    """A person's word that a track was a unit, from `begin_us` until before `end_us`.

    It was said at `made_us`, and taken back at `undone_us`.
    """

    track: str
    unit: str
    begin_us: int
    end_us: int
    by: str
    note: str = ""
    made_us: int = FIRST_TIME_US
    undone_us: int = LAST_TIME_US

    @property
    def stands(self) -> bool:
        """Whether nobody has taken it back."""
        return self.undone_us == LAST_TIME_US


@dataclass(frozen=True, slots=True)
class Registry:
    """The units that one party knows, and the tags of its people; made by `from_table`."""

    units: Mapping[str, Unit]
    tags: tuple[Tag, ...]
    source: str
    _owners: Mapping[str, Unit] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        owners = {known: unit for unit in self.units.values() for known in unit.known_as}
        object.__setattr__(self, "_owners", MappingProxyType(owners))

    @classmethod
    def from_table(cls, table: Mapping[str, object]) -> "Registry":
        """Return the registry of a TOML table; NotAllowed says which unit or tag is wrong, and what about it."""
        extra = sorted(set(table) - {"source", "unit", "tag"})
        if extra:
            raise NotAllowed(f"a registry has no '{extra[0]}'", advice=_ADVICE)
        units: dict[str, Unit] = {}
        owners: dict[str, str] = {}
        for row in _rows(table, "unit"):
            unit = _unit(row)
            if unit.name in units:
                raise NotAllowed(f"the unit '{unit.name}' stands in the registry twice", advice=_ADVICE)
            for known in unit.known_as:
                if owners.setdefault(known, unit.name) != unit.name:
                    raise NotAllowed(f"'{known}' is given to '{owners[known]}' and to '{unit.name}'", advice=_ADVICE)
            units[unit.name] = unit
        registry = cls(units, (), _text(table, "source", "the registry"))
        for row in _rows(table, "tag"):
            registry = registry.tagged(_tag(row))
        return registry

    def tagged(self, tag: Tag) -> "Registry":
        """Return the registry with one more tag; two tags of one track may not hold at one time."""
        if tag.unit not in self.units:
            raise NotAllowed(f"the tag of '{tag.track}' names the unit '{tag.unit}', which is not in the registry")
        if not FIRST_TIME_US <= tag.begin_us < tag.end_us < LAST_TIME_US:
            raise NotAllowed(f"the tag of '{tag.track}' must end after it begins", advice=_ADVICE)
        for other in self.tags:
            same = other.stands and other.track == tag.track
            if same and other.begin_us < tag.end_us and tag.begin_us < other.end_us:
                raise NotAllowed(
                    f"'{tag.track}' is already tagged as '{other.unit}' in that time",
                    advice="End the first tag before the second begins.",
                )
        return replace(self, tags=(*self.tags, tag))

    def undone(self, track: str, at_us: int, now_us: int) -> "Registry":
        """Return the registry with the tag of a track that holds at `at_us` taken back; NotAllowed where none does."""
        for number, tag in enumerate(self.tags):
            if tag.stands and tag.track == track and tag.begin_us <= at_us < tag.end_us:
                taken = replace(tag, undone_us=now_us)
                return replace(self, tags=(*self.tags[:number], taken, *self.tags[number + 1 :]))
        raise NotAllowed(
            f"'{track}' is not tagged at that time", advice="`searoom tag NODE` lists the tags that stand."
        )

    def unit(self, name: str, at_us: int) -> Unit | None:
        """Return whose a craft's fix is, at its time; None: nobody has said. A tag of a person goes before a number."""
        for tag in self.tags:
            if tag.stands and tag.track == name and tag.begin_us <= at_us < tag.end_us:
                return self.units[tag.unit]
        return self._owners.get(name)

    def numbered(self, name: str) -> str | None:
        """Return the unit that a number belongs to for good, whatever people have said of a track."""
        unit = self._owners.get(name)
        return None if unit is None else unit.name

    def one_craft(self, a: str, b: str, at_us: int) -> bool:
        """Return whether two tracks are known to be one unit, seen twice."""
        one, other = self.unit(a, at_us), self.unit(b, at_us)
        return one is not None and other is not None and one.name == other.name

    def party(self, name: str, at_us: int) -> str | None:
        """Return whose party's a craft is, where somebody has said."""
        unit = self.unit(name, at_us)
        return None if unit is None else unit.party

    def watched(self, names: Iterable[str], at_us: int) -> frozenset[str]:
        """Return those of the craft that belong to any party: what a detector is asked to watch."""
        return frozenset(name for name in names if self.unit(name, at_us) is not None)

    def across(self, a: str, b: str, at_us: int) -> bool:
        """Return whether two craft belong to two different parties: the only pairs that are a matter between them."""
        one, other = self.party(a, at_us), self.party(b, at_us)
        return one is not None and other is not None and one != other


def track_name(typed: str) -> str:
    """Return a radar track as its fixes are named: what a radar shows as 07 is `radar:bridge:7`."""
    return _RADAR.sub(r"\1\2", typed)


NOBODY = Registry(MappingProxyType({}), (), "none")


def _rows(table: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    rows = table.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise NotAllowed(f"'{name}' in a registry must be a list of tables, [[{name}]]", advice=_ADVICE)
    return rows


def _unit(row: Mapping[str, object]) -> Unit:
    name = _text(row, "name", "a unit")
    where = f"the unit '{name}'"
    extra = sorted(set(row) - {"name", "party", "kind", *_NUMBERS} | ({"track"} & set(row)))
    if extra:
        advice = "A radar track is tagged for a time: [[tag]]." if extra == ["track"] else _ADVICE
        raise NotAllowed(f"{where} has a '{extra[0]}', which no unit has", advice=advice)
    kind = _text(row, "kind", where)
    if kind not in KINDS:
        raise NotAllowed(f"{where} is of the kind '{kind}'", advice=f"Kinds are: {', '.join(KINDS)}.")
    known = {name}
    for key in sorted(set(row) & set(_NUMBERS)):
        numbers = row[key]
        if not isinstance(numbers, list):
            raise NotAllowed(f"{where}: '{key}' must be a list", advice=_ADVICE)
        known |= {_number(where, key, number) for number in numbers}
    return Unit(name, _text(row, "party", where), kind, frozenset(known))


def _number(where: str, key: str, number: object) -> str:
    shape, before = _NUMBERS[key]
    if not isinstance(number, str) or not shape.match(number):
        raise NotAllowed(f"{where}: '{number}' cannot be of the kind {key}", advice=_ADVICE)
    return before + number


def _tag(row: Mapping[str, object]) -> Tag:
    where = f"the tag of '{row.get('track')}'"
    if not set(row) <= _TAG:
        raise NotAllowed(f"{where} has a '{min(set(row) - _TAG)}', which no tag has", advice=_ADVICE)
    track = _number(where, "track", row.get("track"))
    begin, end = (_time(row, key, where) for key in ("begin", "end"))
    note = _text(row, "note", where) if "note" in row else ""
    return Tag(track, _text(row, "unit", where), begin, end, _text(row, "by", where), note)


def _time(row: Mapping[str, object], key: str, where: str) -> int:
    value = row.get(key)
    if isinstance(value, datetime):
        value = value.isoformat()
    if not isinstance(value, str):
        raise NotAllowed(f"{where} needs a time '{key}' with a zone", advice=_ADVICE)
    return clock.from_text(value)


def _text(row: Mapping[str, object], key: str, where: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > MAX_NAME_CHARS:
        raise NotAllowed(f"{where} needs a line '{key}' of at most {MAX_NAME_CHARS} characters", advice=_ADVICE)
    return value
