"""What `searoom screen` does with an archive: files of any size read in parts, a file written as its ending says."""

import heapq
import importlib.util
import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]  # it says no types
import pyarrow.compute as pc  # type: ignore[import-untyped]  # it says no types

from searoom import clock, lazily
from searoom.archive import alerting, writing
from searoom.archive.engines import Engine, one_process
from searoom.archive.finds import Find, FindApproaches, FindMeetings
from searoom.archive.runs import Screened, screening
from searoom.encounters import screen as screens
from searoom.encounters.alerts import Alert
from searoom.encounters.settings import Settings
from searoom.errors import NotAllowed
from searoom.tracks.layouts import Layout
from searoom.units import METRES_PER_SECOND_PER_KNOT

_cluster: Any = lazily.module("searoom.archive.cluster")
_SHOW_EVERY_S = 0.2
_WIDTH = 60
_EXTRA = "Install the extra: pip install 'searoom[cluster]'."
_COLUMNS = {"approaches": ("time_utc", "a", "b", "cpa_m", "relative_mps", "first_utc", "last_utc"),
            "meetings": ("first_utc", "last_utc", "a", "b", "stamps", "cpa_m", "time_utc")}  # fmt: skip


def run(given: Namespace, settings: Settings, layout: Layout | None) -> int:
    """Look for what is asked for; exit with 1 where there is none of it."""
    if given.out is not None:
        writing.check_ending(given.out)
    if given.find == "alerts":
        return _alerts(given, settings, layout)
    find = _find(given)
    with ExitStack() as stack:
        engine = _engine(given.cluster, stack)
        screened = stack.enter_context(
            screening(
                given.files, find, given=layout, engine=engine, folder=given.work, part_rows=given.part_rows,
                progress=_progress(),
            )
        )  # fmt: skip
        _say(screened.fixes, screened.counts.refused, screened.counts.doubtful, screened.left_out)
        screened.rows = _watched(screened.rows, given.watch)
        return _given_out(given, find.kind, screened)


def _watched(tables: Iterator[Any], names: Sequence[str]) -> Iterator[Any]:
    """Yield the rows with one of these craft, or all where none is named."""
    wanted = pa.array(names, pa.string())
    for table in tables:
        mine = [pc.is_in(table.column(side), value_set=wanted) for side in ("a", "b")]
        yield table.filter(pc.or_(*mine)) if names else table


def _find(given: Namespace) -> Find:
    asked = {
        "radius_m": given.radius_m, "max_gap_s": given.max_gap_s, "at_least_s": given.at_least_s,
        "step_s": given.step_s,
        "still_mps": None if given.still_kn is None else given.still_kn * METRES_PER_SECOND_PER_KNOT,
        "stands": True if given.stamps else None,
    }  # fmt: skip
    kind: Any = {"approaches": FindApproaches, "meetings": FindMeetings}[given.find]
    chosen = {name: value for name, value in asked.items() if value is not None}
    strange = sorted(set(chosen) - set(kind.__dataclass_fields__))
    if strange:
        raise NotAllowed(f"{_OPTIONS[strange[0]]} is of no use for {given.find}", advice="Leave it out.")
    find: Find = kind(**chosen)
    return find


_OPTIONS = {"at_least_s": "--at-least-s", "step_s": "--step-s", "still_mps": "--still-kn", "stands": "--stamps"}


def _engine(address: str | None, stack: ExitStack) -> Engine:
    if address is None:
        return one_process
    if importlib.util.find_spec("distributed") is None:
        raise NotAllowed("--cluster needs Dask's package 'distributed'", advice=_EXTRA)
    engine: Engine = stack.enter_context(_cluster.dask(address))
    return engine


def _given_out(given: Namespace, kind: str, screened: Screened) -> int:
    if given.out is not None:
        return _written(given.out, screened.rows)
    rows = (row for table in screened.rows for row in writing.presented(table).to_pylist())
    if given.json or given.csv:
        found = list(rows)
        told = {kind: found, "refused": screened.counts.refused, "left_out": screened.left_out}
        sys.stdout.write(_csv(found) if given.csv else json.dumps(told, ensure_ascii=False, default=_text) + "\n")
        return 0 if found else 1
    return _table(rows, kind, given.limit)


def _csv(rows: list[dict[str, Any]]) -> str:
    names = list(rows[0]) if rows else []
    return "".join(",".join(_cell(cell) for cell in line) + "\n" for line in (names, *(row.values() for row in rows)))


def _cell(value: object) -> str:
    text = "" if value is None else value if isinstance(value, str) else _text(value)
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\r\n') else text


def _text(value: object) -> str:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)


def _written(path: Path, rows: Iterator[Any]) -> int:
    first = next(rows)
    found = len(first)
    with writing.writing(path, first.schema) as writer:
        writer.write(writing.presented(first))
        for table in rows:
            writer.write(writing.presented(table))
            found += len(table)
    sys.stderr.write(f"{path}: {found:,} rows\n")
    return 0 if found else 1


def _table(rows: Iterator[dict[str, Any]], kind: str, limit: int) -> int:
    """Show the nearest; `--out` writes all."""
    names, count = _COLUMNS[kind], 0

    def counted() -> Iterator[tuple[float, int, dict[str, Any]]]:
        nonlocal count
        for row in rows:
            count += 1
            yield row["cpa_m"], count, row

    nearest = [row for _, _, row in heapq.nsmallest(limit, counted())]
    lines = [names, *(tuple(_shown(row[name]) for name in names) for row in nearest)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(names))]
    for line in lines if nearest else ():
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n")
    if count > limit:
        sys.stdout.write(f"... and {count - limit:,} more; --out FILE writes all of them\n")
    sys.stdout.write(f"{count:,} {kind}\n")
    return 0 if count else 1


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}"
    return _text(value.replace(microsecond=0)) if isinstance(value, datetime) else str(value)


def _alerts(given: Namespace, settings: Settings, layout: Layout | None) -> int:
    if given.cluster is not None or given.work is not None:
        raise NotAllowed(
            "alerts hang together from the first fix to the last, so one process tells them, in one go",
            advice="Leave --cluster and --work out, or look for approaches or meetings.",
        )
    with alerting.watching(
        given.files, settings, given=layout, part_rows=given.part_rows, progress=_progress()
    ) as watched:  # fmt: skip
        if given.out is not None:
            code = _written(given.out, _forgetting(watched))
            _say(watched.fixes, watched.counts.refused, watched.counts.doubtful, watched.detector.passed_over)
            return code
        alerts: list[Alert] = [alert for told in watched.told for alert in told.alerts]
        _say(watched.fixes, watched.counts.refused, watched.counts.doubtful, watched.detector.passed_over)
        detection = watched.detection(alerts)
    if given.csv:
        sys.stdout.write(screens.to_csv(detection))
    elif given.json:
        told = {**screens.to_json(detection), "refused": watched.counts.refused}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(screens.to_table(detection, watched.counts.labels, limit=given.limit))
    return 0 if detection.encounters else 1


def _forgetting(watched: alerting.Watched) -> Iterator[Any]:
    """Yield the alerts as tables; what is written is let go."""
    for told in watched.told:
        yield alerting.table_of(told)
        watched.detector.forget()


def _say(fixes: int, refused: Mapping[str, int], doubtful: Mapping[str, int], left_out: Mapping[str, int]) -> None:
    sys.stderr.write(f"{fixes:,} fixes\n")
    for what, counts in (("refused", refused), ("taken as not known", doubtful), ("not used", left_out)):
        sys.stderr.writelines(f"  {count:>12,}  {what}: {cause}\n" for cause, count in sorted(counts.items()) if count)


def _progress() -> Callable[[str, int, int], None]:
    """Return what shows how far the work has come, on a terminal."""
    shown = clock.monotonic()

    def show(what: str, done: int, total: int) -> None:
        nonlocal shown
        now = clock.monotonic()
        if not sys.stderr.isatty():
            return
        if done == total:
            sys.stderr.write("\r" + " " * _WIDTH + "\r")
        elif now - shown >= _SHOW_EVERY_S or not done:
            shown = now
            bar = "#" * (20 * done // max(total, 1))
            sys.stderr.write(f"\r  [{bar:<20}] {done:,} of {total:,} {what}"[:_WIDTH].ljust(_WIDTH))
        sys.stderr.flush()

    return show
