"""The command `presence`: who was in a zone, day by day, by party and kind, and how far that can be trusted."""

import argparse
import hashlib
import importlib.metadata
import importlib.util
import sys
import tomllib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from searoom import lazily
from searoom.commands.arguments import parser, print_json
from searoom.encounters import dailytable, presence, stays, zones
from searoom.encounters.zones import Zone
from searoom.errors import NotAllowed
from searoom.review import presence as telling
from searoom.review import presenceplot
from searoom.review.presence import File, Told, Words
from searoom.signals.tables import LANGUAGES
from searoom.tracks import sources
from searoom.tracks.fixes import MAX_FIXES, Fixes, no_fixes
from searoom.tracks.layouts import Layout, zone_of
from searoom.tracks.registry import NOBODY, Registry

_PARQUET = b"PAR1"
_inputs: Any = lazily.module("searoom.archive.inputs")  # these load Arrow, which few commands need
_pieces: Any = lazily.module("searoom.archive.pieces")
_tables: Any = lazily.module("searoom.tracks.tables")
_BLOCK_BYTES = 1024 * 1024
_MAX_TABLE_BYTES = 64 * 1024 * 1024


def show(argv: Sequence[str]) -> int:
    """Print the presence in a zone; exit with 1 where nobody was told to be there."""
    command = parser(
        "presence",
        "Days, hours and craft in a zone by party and kind, from track files and from daily tables, with its coverage.",
        [
            "searoom presence zones.toml tracks.csv --registry units.toml",
            "searoom presence zones.toml aisdk-2026-06-01.csv published.csv --zone 'firing area' --plot presence.svg",
            "searoom presence zones.toml stream.nmea --json --day +09:00",
        ],
    )
    command.add_argument("zone_file", type=Path, metavar="ZONE", help="a TOML file of zones: docs/formats/zones.md")
    command.add_argument("files", nargs="+", type=Path, metavar="FILE", help="track files and daily tables")
    command.add_argument("--zone", metavar="NAME", help="which zone of the file, where it has several")
    command.add_argument("--registry", type=Path, metavar="FILE", help="whose the craft are; else all are unknown")
    command.add_argument("--columns", type=Path, metavar="FILE", help="a TOML file: which column of a csv means what")
    command.add_argument("--gap", type=float, default=stays.LONGEST_GAP_S / 60, metavar="MIN", help="bridged at most")
    command.add_argument("--day", default="Z", metavar="ZONE", help="whose days: Z, or an offset such as +09:00")
    command.add_argument("--lang", choices=LANGUAGES, default="en", help="of headings and sentences")
    command.add_argument("--plot", type=Path, metavar="FILE", help="also write a picture, as SVG")
    form = command.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="one row a day, party and kind")
    form.add_argument("--json", action="store_true", help="days, totals, coverage, files and citation")
    given = command.parse_args(argv)
    told = _told(given)
    words = Words(given.lang)
    if given.plot:
        given.plot.write_text(presenceplot.plot(told, words), encoding="utf-8")
    if given.csv:
        sys.stdout.write(telling.to_csv(told))
    elif given.json:
        print_json(telling.to_json(told))
    else:
        sys.stdout.write(telling.to_table(told, words))
    return 0 if any(total.craft_days for part in told.parts for total in part.totals) else 1


def _told(given: argparse.Namespace) -> Told:
    """Return what the files tell; standard error says what was refused in each."""
    zone = _zone(zones.from_table(_table(given.zone_file, "zones")), given.zone)
    registry = Registry.from_table(_table(given.registry, "registry")) if given.registry else NOBODY
    columns = sources.layout_in(given.columns) if given.columns else None
    day_begins = zone_of(given.day).utcoffset(None)
    fixes, files, parts = [no_fixes()], [], []
    for path in given.files:
        daily = _daily(path)
        if daily is not None:
            order = presence.parties_of(registry)
            parts += [presence.of_counts(source, counts, order) for source, counts in daily.by_source.items()]
            files.append(File(path.name, _sha256(path)))
        else:
            mine = _fixes(path, columns)
            inside = stays.outside_m(zone, mine.lat_deg, mine.lon_deg) <= 0.0
            files.append(File(path.name, _sha256(path), int(np.count_nonzero(inside))))
            fixes.append(mine)
    if len(fixes) > 1:
        whole = fixes[0].concat(*fixes[1:])
        tracks = presence.of_fixes(whole, zone, registry, longest_gap_s=given.gap * 60.0, day_begins=day_begins)
        parts.insert(0, tracks)
    by = f"{registry.source} (SHA-256 {_sha256(given.registry)})" if given.registry else ""
    zone_file = File(given.zone_file.name, _sha256(given.zone_file))
    version = importlib.metadata.version("searoom")
    return Told(zone, tuple(parts), tuple(files), zone_file, by, given.gap * 60.0, day_begins or timedelta(0), version)


def _fixes(path: Path, columns: Layout | None) -> Fixes:
    if _is_parquet(path):
        return _of_parquet(path, columns)
    reading = sources.read(path, columns)
    _say(path, f"{reading.kind}, {len(reading.fixes):,} fixes", reading.refused)
    return reading.fixes


def _is_parquet(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_PARQUET)) == _PARQUET
    except OSError:
        return False  # `sources` says it better


def _of_parquet(path: Path, columns: Layout | None) -> Fixes:
    """Return the fixes of a Parquet file, read some rows at a time."""
    if importlib.util.find_spec("pyarrow") is None or importlib.util.find_spec("fsspec") is None:
        raise NotAllowed("archives need the packages pyarrow and fsspec", advice="pip install 'searoom[archive]'")
    (source,) = _inputs.inputs([str(path)])
    counts, parts = _tables.Counts(), list[Fixes]()
    for layout, table in _pieces.batches(source, columns):
        fixes, told = _tables.taken(table, layout)
        counts.add(told)
        parts.append(fixes)
        if sum(map(len, parts)) > MAX_FIXES:
            raise NotAllowed(f"{path.name} holds more than {MAX_FIXES:,} fixes", advice="Split it by time.")
    whole = no_fixes().concat(*parts)
    _say(path, f"Parquet, {len(whole):,} fixes", counts.refused)
    return whole


def _daily(path: Path) -> dailytable.DailyTable | None:
    """Return the daily table that a file is, or None where it is something else."""
    try:
        with path.open("rb") as file:
            header = file.readline(_BLOCK_BYTES).decode("utf-8", "replace").rstrip("\r\n")
            if not dailytable.knows(header):
                return None
            data = file.read(_MAX_TABLE_BYTES + 1)
    except OSError:
        return None  # `sources` says it better
    if len(data) > _MAX_TABLE_BYTES:
        raise NotAllowed(f"{path.name} is too large for a daily table")
    table = dailytable.read(header, data.decode("utf-8", "replace").splitlines())
    rows = sum(len(counts) for counts in table.by_source.values())
    _say(path, f"daily table, {rows:,} rows", table.refused)
    if not rows:
        raise NotAllowed(f"{path.name} (daily table) holds not one usable row")
    return table


def _say(path: Path, what: str, refused: Mapping[str, int]) -> None:
    causes = "; ".join(f"{count} {cause}" for cause, count in sorted(refused.items()))
    sys.stderr.write(f"{path}: {what}{f'; refused: {causes}' if causes else ''}\n")


def _zone(found: Sequence[Zone], name: str | None) -> Zone:
    """Return the zone that is meant: the one of that name, or the only one."""
    chosen = [zone for zone in found if name in (None, zone.name)]
    if len(chosen) != 1:
        names = ", ".join(f"'{zone.name}'" for zone in found) or "none"
        raise NotAllowed(
            f"the file has {len(found)} zones" if name is None else f"no zone is called '{name}'",
            advice=f"Choose one with --zone: {names}.",
        )
    return chosen[0]


def _table(path: Path, what: str) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise NotAllowed(f"the {what} in {path} cannot be read: {problem}") from None


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
