"""The command `screen`: encounters in track files, to the terminal, as CSV or as JSON."""

import argparse
import importlib.util
import json
import sys
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from searoom import clock, lazily
from searoom.commands.arguments import parser
from searoom.encounters import screen as screens
from searoom.encounters.settings import Settings
from searoom.errors import NotAllowed
from searoom.tracks import sources
from searoom.tracks.fixes import no_fixes
from searoom.tracks.readings import Reading

FINDS = ("alerts", "approaches", "meetings")
PART_ROWS = 2_000_000
_PARQUET = b"PAR1"
_SHOW_AFTER_S = 1.0
_SHOW_EVERY_S = 0.2
_archives: Any = lazily.module("searoom.commands.archives")  # it loads Arrow, which few commands need
_TEXTS_SHOWN = 20  # safety texts; the JSON holds all


def screen(argv: Sequence[str]) -> int:
    """Print the encounters in track files; exit with 1 where there is none."""
    given = _command().parse_args(argv)
    columns = sources.layout_in(given.columns) if given.columns else None
    if _is_archive(given):
        if importlib.util.find_spec("pyarrow") is None or importlib.util.find_spec("fsspec") is None:
            raise NotAllowed("archives need the packages pyarrow and fsspec", advice="pip install 'searoom[archive]'")
        code: int = _archives.run(given, _settings(given.settings, given.watch), columns)
        return code
    given.files = [Path(name) for name in given.files]
    readings = [sources.read(path, columns) for path in given.files]
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


def _command() -> argparse.ArgumentParser:
    command = parser(
        "screen",
        "Encounters (CPA, TCPA, range, relative aspect, geometry, grade) in AIS and track files, read as one picture; "
        "and in archives of any size, read in parts.",
        [
            "searoom screen tracks.csv",
            "searoom screen AIS_2022_01_03.csv.gz --json > encounters.json",
            "searoom screen stream.nmea --watch 219000123 --settings watch.toml",
            "searoom screen 2022/ --find approaches --out near.parquet --work work",
            "searoom screen s3://ais/2022 --find meetings --cluster tcp://10.0.0.5:8786 --out meetings.geojson",
        ],
    )
    command.add_argument("files", nargs="+", metavar="FILE", help="a file; of archives also a folder or an address")
    form = command.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="one row for each change of grade")
    form.add_argument("--json", action="store_true", help="alerts, encounters and what was refused")
    form.add_argument("--out", type=Path, metavar="FILE", help="write .parquet, .csv, .geojson or .kml")
    command.add_argument("--watch", action="append", default=[], metavar="CRAFT", help="only pairs with this craft")
    command.add_argument("--settings", type=Path, metavar="FILE", help="a TOML file with levels and angles")
    command.add_argument("--columns", type=Path, metavar="FILE", help="a TOML file: which column of a table means what")
    command.add_argument("--limit", type=int, default=screens.TABLE_ROWS, help="rows of the table")
    command.add_argument("--stats", action="store_true", help="also what was read and refused, by source and cause")
    _of_archives(command.add_argument_group("archives"))
    return command


def _of_archives(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--find", choices=FINDS, default=FINDS[0], help="what to look for (alerts)")
    group.add_argument("--radius-m", type=float, metavar="M", help="how near (926 for approaches, 500 for meetings)")
    group.add_argument("--max-gap-s", type=float, metavar="S", help="no way is drawn over a longer silence (600; 1200)")
    group.add_argument("--still-kn", type=float, metavar="KN", help="approaches: two slower than this are no pair (0)")
    group.add_argument("--at-least-s", type=float, metavar="S", help="meetings: how long (7200)")
    group.add_argument("--step-s", type=float, metavar="S", help="meetings: time between stamps (600)")
    group.add_argument("--stamps", action="store_true", help="meetings: the fixes stand at such stamps already")
    group.add_argument(
        "--work", type=Path, metavar="DIR", help="keep what is done; a run that was killed goes on from it"
    )
    group.add_argument("--cluster", metavar="ADDRESS", help="let a Dask cluster work: its address, or local:N")
    group.add_argument(
        "--part-rows", type=int, default=PART_ROWS, metavar="N", help="fixes in memory at once (2000000)"
    )


def _is_archive(given: argparse.Namespace) -> bool:
    """Return whether the files are read in parts: an option asks for it, or they can be read in no other way."""
    asked = given.out is not None or given.work is not None or given.cluster is not None or given.find != FINDS[0]
    return asked or any(_needs_parts(name) for name in given.files)


def _needs_parts(name: str) -> bool:
    path = Path(name)
    if "://" in name or path.is_dir() or ("*" in name and not path.exists()):
        return True
    try:
        with path.open("rb") as file:
            return file.read(len(_PARQUET)) == _PARQUET
    except OSError:
        return False  # whoever reads it says why it cannot be read


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
        "texts": [asdict(text) for text in reading.texts], "aids": [asdict(aid) for aid in reading.aids],
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
    for text in reading.texts[-_TEXTS_SHOWN:]:
        when = "no time" if text.time_us is None else clock.to_text(text.time_us)
        sys.stderr.write(f"                {when} {text.sender} to {text.to or 'all'}: {text.words}\n")
    if len(reading.texts) > _TEXTS_SHOWN:
        sys.stderr.write(f"                and {len(reading.texts) - _TEXTS_SHOWN} texts before them: in the JSON\n")


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
