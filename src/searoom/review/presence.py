"""Presence in a zone told as a table, as CSV, as JSON and as one line to cite; pure, returns text."""

import csv
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib import resources

from searoom.clock import to_text
from searoom.encounters.presence import TRACKS, UNKNOWN, Coverage, Part, Total
from searoom.encounters.zones import Zone
from searoom.errors import NotAllowed
from searoom.review.texts import check
from searoom.signals.tables import LANGUAGES

_TABLE = "presence.toml"
COLUMNS = ("date", "party", "kind", "craft", "hours", "basis")


@dataclass(frozen=True, slots=True)
class File:
    """A file that was read: its name, the SHA-256 of its bytes, and how many fixes it has from the zone, if any."""

    name: str
    sha256: str
    fixes: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """Presence as it is told: the zone, what each basis says, how it was counted, and from which files."""

    zone: Zone
    parts: tuple[Part, ...]
    files: tuple[File, ...]
    zone_file: File
    registry: str  # its own source line, and its file's SHA-256; empty: none was given
    longest_gap_s: float
    day_begins: timedelta
    version: str

    @property
    def clock(self) -> str:
        """Whose days these are: `UTC`, or the offset."""
        minutes = round(self.day_begins.total_seconds() / 60.0)
        hours, rest = divmod(abs(minutes), 60)
        return f"UTC{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}" if minutes else "UTC"


@cache
def _rows() -> Mapping[str, Mapping[str, str]]:
    return check(tomllib.loads(resources.files("searoom.review").joinpath(_TABLE).read_text(encoding="utf-8")))


class Words:
    """The sentences of one language."""

    def __init__(self, lang: str) -> None:
        if lang not in LANGUAGES:
            raise NotAllowed(f"there are no texts in '{lang}'", advice=f"Choose one of {', '.join(LANGUAGES)}.")
        self.lang = lang

    def __call__(self, key: str, /, **values: object) -> str:
        """Return a sentence with its values filled in."""
        return _rows()[key][self.lang].format(**values)

    def party(self, name: str) -> str:
        """Return a party's name as it is, or the word for unknown."""
        return self("kind.unknown") if name == UNKNOWN else name

    def heading(self, told: Told, part: Part) -> str:
        """Return what a basis is called above its rows."""
        if part.basis == TRACKS:
            return self("title.tracks", first=part.first, last=part.last, clock=told.clock)
        return self("title.table", basis=part.basis, first=part.first, last=part.last)


def to_table(told: Told, words: Words) -> str:
    """Return the totals of each basis, with what is to be known of them, for a terminal."""
    zone = told.zone
    lines = [
        words("title.page", zone=zone.name),
        words("title.claimed", party=zone.claimed_by, source=zone.source, date=zone.dated),
    ]
    for part in told.parts:
        lines += ["", words.heading(told, part), *_grid(part, words)]
        lines += [f"  {sentence}" for sentence in sentences(told, part, words)]
    return "\n".join([*lines, "", citation(told)]) + "\n"


def sentences(told: Told, part: Part, words: Words) -> list[str]:
    """Return how far a basis can be trusted."""
    if part.coverage is None:
        days = (part.last - part.first).days + 1
        return [words("coverage.days", told=len(part.days), days=days), words("coverage.absence")]
    known = part.coverage
    said = [
        words("coverage.heard", heard=known.heard_hours, hours=known.hours),
        *(words("coverage.gap", begin=to_text(begin), end=to_text(end)) for begin, end in known.gaps),
        words("coverage.silent", silent=known.silent, stays=known.stays),
        words("coverage.bridged", minutes=f"{told.longest_gap_s / 60:g}", hidden=f"{known.hidden_hours:.1f}"),
    ]
    counts = {**known.fixes, **{file.name: file.fixes for file in told.files if file.fixes is not None}}
    if known.fixes:
        said.append(words("coverage.sources", counts=", ".join(f"{name} {count:,}" for name, count in counts.items())))
    said += [
        words("coverage.units", party=party, heard=known.heard[party], listed=count)
        for party, count in known.listed.items()
    ]
    if known.jumps:
        said.append(words("coverage.jumps", count=known.jumps))
    return [*said, words("coverage.absence")]


def to_csv(told: Told) -> str:
    """Return one row a day, party and kind as CSV text with a header; hours that are not told are an empty cell."""
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(COLUMNS)
    for part in told.parts:
        for one in part.counts:
            hours = "" if one.hours is None else f"{one.hours:.2f}"
            writer.writerow((one.day, one.party, one.kind, one.craft, hours, part.basis))
    return "".join(lines)


class _Lines(list[str]):
    """What the csv writer writes to, in a room without files."""

    write = list.append


def to_json(told: Told) -> dict[str, object]:
    """Return what `json.dumps` can write: the zone, each basis with days, totals and coverage, files and citation."""
    zone = told.zone
    return {
        "zone": {"name": zone.name, "claimed_by": zone.claimed_by, "source": zone.source, "date": str(zone.dated)},
        "days_of": told.clock,
        "longest_gap_s": told.longest_gap_s,
        "registry": told.registry or None,
        "files": [_file(one) for one in (*told.files, told.zone_file)],
        "parts": [_part(part) for part in told.parts],
        "citation": citation(told),
    }


def citation(told: Told) -> str:
    """Return one line that says from what, with what and how this was counted, in English wherever it is quoted."""
    zone = told.zone
    first, last = min(part.first for part in told.parts), max(part.last for part in told.parts)
    files = ", ".join(f"{one.name} (SHA-256 {one.sha256})" for one in told.files)
    known = next((part.coverage for part in told.parts if part.coverage is not None), None)
    covered = "" if known is None else f" reports from the zone in {known.heard_hours} of {known.hours} hours;"
    bridged = "" if known is None else f" gaps over {told.longest_gap_s / 60:g} min not counted;"
    registry = f" units by {told.registry};" if told.registry else ""
    return (
        f"searoom {told.version}, presence in '{zone.name}', claimed by {zone.claimed_by} ({zone.source}, {zone.dated}"
        f"; {told.zone_file.name}, SHA-256 {told.zone_file.sha256}); {first} to {last} {told.clock}; {files};{registry}"
        f"{bridged}{covered} absence of reports is not absence of craft."
    )


def _grid(part: Part, words: Words) -> list[str]:
    names = ("party", "kind", "days", "craft", "craft_days", "hours")
    if not part.totals:
        return [f"  {words('coverage.none')}"]
    rows = [tuple(words(f"column.{name}") for name in names), *(_cells(total, words) for total in part.totals)]
    widths = [max(_wide(row[place]) for row in rows) for place in range(len(names))]
    return ["  " + "  ".join(_padded(cell, widths[place], place) for place, cell in enumerate(row)) for row in rows]


def _cells(total: Total, words: Words) -> tuple[str, ...]:
    return (
        words.party(total.party), words(f"kind.{total.kind}"), f"{total.days:,}",
        "" if total.craft is None else f"{total.craft:,}", f"{total.craft_days:,}",
        "" if total.hours is None else f"{total.hours:,.1f}",
    )  # fmt: skip


def _padded(cell: str, width: int, place: int) -> str:
    """Return a cell as wide as its column: words from the left, numbers from the right."""
    room = " " * (width - _wide(cell))
    return cell + room if place < 2 else room + cell


def _wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _file(file: File) -> dict[str, object]:
    return {"name": file.name, "sha256": file.sha256, "fixes_in_zone": file.fixes}


def _part(part: Part) -> dict[str, object]:
    return {
        "basis": part.basis, "first": str(part.first), "last": str(part.last), "days_told": len(part.days),
        "days": [
            {"date": str(one.day), "party": one.party, "kind": one.kind, "craft": one.craft, "hours": _hours(one.hours)}
            for one in part.counts
        ],
        "totals": [
            {"party": one.party, "kind": one.kind, "days": one.days, "craft": one.craft, "craft_days": one.craft_days,
             "hours": _hours(one.hours)}
            for one in part.totals
        ],
        "coverage": None if part.coverage is None else _coverage(part.coverage),
    }  # fmt: skip


def _coverage(known: Coverage) -> dict[str, object]:
    return {
        "hours": known.hours, "heard_hours": known.heard_hours, "stays": known.stays, "silent": known.silent,
        "hidden_hours": _hours(known.hidden_hours), "fixes": dict(known.fixes), "units_listed": dict(known.listed),
        "units_heard": dict(known.heard), "jumps": known.jumps,
        "gaps": [{"begin_utc": to_text(begin), "end_utc": to_text(end)} for begin, end in known.gaps],
        "heard_hours_by_day": {str(day): hours for day, hours in known.heard_by_day.items()},
        "statement": "Absence of reports is not absence of craft.",
    }  # fmt: skip


def _hours(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
