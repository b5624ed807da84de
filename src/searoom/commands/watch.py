"""The command `screen`: encounters in track files, to the terminal, as CSV or as JSON."""

import json
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from searoom import clock
from searoom.commands.arguments import parser
from searoom.encounters import screen as screens
from searoom.encounters.settings import Settings
from searoom.errors import NotAllowed
from searoom.tracks import sources
from searoom.tracks.fixes import no_fixes
from searoom.tracks.sources import Reading

_SHOW_AFTER_S = 1.0
_SHOW_EVERY_S = 0.2


def screen(argv: Sequence[str]) -> int:
    """Print the encounters in track files; exit with 1 where there is none."""
    command = parser(
        "screen",
        "Encounters (CPA, TCPA, range, relative aspect, geometry, grade) in AIS and track files, read as one picture.",
        [
            "searoom screen tracks.csv",
            "searoom screen AIS_2022_01_03.csv.gz --json > encounters.json",
            "searoom screen stream.nmea --watch 219000123 --settings watch.toml",
        ],
    )
    command.add_argument("files", nargs="+", type=Path, metavar="FILE")
    form = command.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="one row for each change of grade")
    form.add_argument("--json", action="store_true", help="alerts, encounters and what was refused")
    command.add_argument("--watch", action="append", default=[], metavar="CRAFT", help="only pairs with this craft")
    command.add_argument("--settings", type=Path, metavar="FILE", help="a TOML file with levels and angles")
    command.add_argument("--limit", type=int, default=screens.TABLE_ROWS, help="rows of the table")
    command.add_argument("--stats", action="store_true", help="also what was read and refused, by source and cause")
    given = command.parse_args(argv)
    readings = [sources.read(path) for path in given.files]
    _say_refused(given.files, readings, in_full=given.stats)
    fixes = no_fixes().concat(*(reading.fixes for reading in readings))
    labels = {name: label for reading in readings for name, label in reading.labels.items()}
    detection = screens.screen(fixes, _settings(given.settings, given.watch), _progress())
    if given.csv:
        sys.stdout.write(screens.to_csv(detection))
    elif given.json:
        refused = {str(p): dict(r.refused) for p, r in zip(given.files, readings, strict=True)}
        told = {**screens.to_json(detection), "refused": refused}
        if given.stats:
            told["stats"] = {str(p): _stats(r) for p, r in zip(given.files, readings, strict=True)}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(screens.to_table(detection, labels, limit=given.limit))
    return 0 if detection.encounters else 1


def _settings(path: Path | None, watched: Sequence[str]) -> Settings:
    table: dict[str, object] = {}
    if path is not None:
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
            raise NotAllowed(f"the settings in {path} cannot be read: {problem}") from None
    if watched:
        table["watched"] = list(watched)
    return Settings.from_table(table)


def _by_source(reading: Reading) -> dict[str, dict[str, int]]:
    """Return how many fixes of how many craft each source has in a file."""
    fixes = reading.fixes
    return {
        name: {"fixes": int(mine.sum()), "craft": int(np.unique(fixes.craft[mine]).size)}
        for place, name in enumerate(fixes.sources)
        if (mine := fixes.source == place).any()
    }


def _stats(reading: Reading) -> dict[str, object]:
    """Return what one file held: fixes and craft by source, rows refused by cause, and what else is to be known."""
    findings = [finding.sentence for finding in reading.findings]
    return {
        "kind": reading.kind, "sources": _by_source(reading), "refused": dict(reading.refused), "findings": findings,
    }  # fmt: skip


def _say_refused(paths: Sequence[Path], readings: Sequence[Reading], *, in_full: bool) -> None:
    for path, reading in zip(paths, readings, strict=True):
        refused = "; ".join(f"{count} {cause}" for cause, count in sorted(reading.refused.items()))
        tail = f"; refused: {refused}" if refused else ""
        sys.stderr.write(f"{path}: {reading.kind}, {len(reading.fixes.time_us)} fixes{tail}\n")
        if in_full:
            _say_stats(reading)


def _say_stats(reading: Reading) -> None:
    """Write the counts of one file as a table."""
    for name, counts in _by_source(reading).items():
        sys.stderr.writelines(f"  {count:>12,}  {name}: {what}\n" for what, count in counts.items())
    sys.stderr.writelines(f"  {count:>12,}  refused: {cause}\n" for cause, count in sorted(reading.refused.items()))
    sys.stderr.writelines(f"                {finding.sentence}\n" for finding in reading.findings)


def _progress() -> Callable[[int, int], None]:
    """Return what shows progress on a terminal once the work takes longer than a second."""
    started = shown = clock.monotonic()

    def show(done: int, total: int) -> None:
        nonlocal shown
        now = clock.monotonic()
        if not sys.stderr.isatty() or now - started < _SHOW_AFTER_S:
            return
        if done == total:
            sys.stderr.write("\r" + " " * 40 + "\r")
        elif now - shown >= _SHOW_EVERY_S:
            shown = now
            sys.stderr.write(f"\r  {100 * done // max(total, 1):3d} % of {total} fixes")
            sys.stderr.flush()

    return show
