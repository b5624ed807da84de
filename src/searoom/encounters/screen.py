"""A screening as rows for a terminal, for CSV and for JSON; pure, returns text.

Figures are rounded to what their error can carry: no distance is printed finer than its error.
"""

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from searoom.encounters.alerts import Alert, Detection, Encounter, Event
from searoom.encounters.detector import Progress, detect
from searoom.encounters.settings import RISING, Grade, Settings
from searoom.tracks.fixes import Fixes
from searoom.units import METRES_PER_NAUTICAL_MILE

Row = dict[str, str | int | float | None]
COLUMNS = (
    "time_utc", "a", "b", "grade", "range_m", "range_error_m", "cpa_m", "cpa_error_m", "tcpa_s",
    "bearing_deg", "aspect_deg", "geometry", "reason", "age_s", "pair", "height_m", "height_error_m", "colregs",
)  # fmt: skip
TABLE_ROWS = 40  # what fits a terminal and a watch officer; CSV and JSON hold all
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def screen(fixes: Fixes, settings: Settings | None = None, progress: Progress | None = None) -> Detection:
    """Return the encounters in fixes at the given settings; `progress(done, total)` is called after each step."""
    return detect(fixes, settings, progress)


def rows(detection: Detection) -> tuple[Row, ...]:
    """Return one row for each change of grade, with the names of `COLUMNS`, in order of time."""
    return tuple(row(alert) for alert in detection.alerts)


def to_csv(detection: Detection) -> str:
    """Return the rows as CSV text with a header; an unknown value is an empty cell."""
    text = _Text()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows(detection))
    return "".join(text.parts)


def to_json(detection: Detection) -> dict[str, object]:
    """Return what `json.dumps` can write: the rows, encounters, events in company, and what was not believed."""
    return {
        "craft": detection.craft,
        "passed_over": dict(detection.passed_over),
        "alerts": list(rows(detection)),
        "encounters": [_encounter(one) for one in detection.encounters],
        "events": [_event(one) for one in detection.events],
    }


def to_table(detection: Detection, labels: Mapping[str, str] | None = None, *, limit: int = TABLE_ROWS) -> str:
    """Return the encounters as a table for a terminal, the most pressing first; `labels` are names to show."""
    named = labels or {}
    ranked = sorted(detection.encounters, key=_pressing)
    head = ("first alert (UTC)", "a", "b", "grade", "geometry", "range", "CPA", "in", "nearest")
    body = [_line(one, named) for one in ranked[:limit]]
    summary = f"{detection.craft} craft, {len(detection.encounters)} encounters ({_by_grade(detection)})"
    if not body:
        return summary + "\n"
    widths = [max(len(line[place]) for line in (head, *body)) for place in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in (head, *body)
    ]
    if len(ranked) > limit:
        lines.append(f"... and {len(ranked) - limit} more; --csv and --json hold all of them")
    return "\n".join([*lines, summary]) + "\n"


def distance_text(distance_m: float, error_m: float) -> str:
    """Return a distance with its error, both in steps no finer than the error: `1,200 m ± 300 m`."""
    step = 10 ** max(0, math.floor(math.log10(error_m))) if error_m > 0.0 else 1
    error = math.ceil(error_m / step) * step
    return f"{round(distance_m / step) * step:,} m ± {error:,} m"


@dataclass(frozen=True, slots=True)
class _Text:
    """What the csv writer writes to, in a room without files."""

    parts: list[str] = field(default_factory=list)

    def write(self, part: str) -> int:
        """Keep a part."""
        self.parts.append(part)
        return len(part)


def row(alert: Alert) -> Row:
    """Return an alert with the names of `COLUMNS`; an unknown value is None."""
    return {
        "time_utc": _time(alert.time_us),
        "a": alert.a,
        "b": alert.b,
        "grade": alert.grade.value,
        "range_m": round(alert.range_m),
        "range_error_m": math.ceil(alert.range_error_m),
        "cpa_m": round(alert.cpa_m),
        "cpa_error_m": math.ceil(alert.cpa_error_m),
        "tcpa_s": round(alert.tcpa_s),
        "bearing_deg": _angle(alert.bearing_deg),
        "aspect_deg": _angle(alert.aspect_deg),
        "geometry": alert.geometry.value,
        "reason": alert.reason.name.lower(),
        "age_s": round(alert.age_s),
        "pair": alert.pair.words,
        "height_m": None if alert.height_m is None else round(alert.height_m),
        "height_error_m": None if alert.height_error_m is None else math.ceil(alert.height_error_m),
        "colregs": alert.colregs.value,
    }


def _event(event: Event) -> dict[str, object]:
    seen = math.isfinite(event.range_m)
    return {
        "time_utc": _time(event.time_us),
        "a": event.a,
        "b": event.b,
        "state": event.state.value,
        "deed": event.deed.value,
        "by": event.by,
        "range_m": round(event.range_m) if seen else None,
        "range_error_m": math.ceil(event.range_error_m) if seen else None,
        "height_m": None if event.height_m is None else round(event.height_m),
        "height_error_m": None if event.height_error_m is None else math.ceil(event.height_error_m),
    }


def _encounter(one: Encounter) -> dict[str, object]:
    return {
        "a": one.a,
        "b": one.b,
        "geometry": one.geometry.value,
        "highest": _highest(one).value,
        "first": {
            alert.grade.value: _time(alert.time_us) for grade in RISING[1:] if (alert := one.first(grade)) is not None
        },
        "cpa_m": round(one.cpa_m),
        "range_m": round(one.range_m),
        "range_utc": _time(one.range_us),
        "cleared_utc": None if one.cleared_us is None else _time(one.cleared_us),
    }


def _line(one: Encounter, labels: Mapping[str, str]) -> tuple[str, ...]:
    first = one.alerts[0]
    return (
        _time(first.time_us),
        labels.get(one.a, one.a)[:20],
        labels.get(one.b, one.b)[:20],
        _highest(one).value,
        one.geometry.value,
        f"{first.range_m / METRES_PER_NAUTICAL_MILE:.1f} nm",
        distance_text(first.cpa_m, first.cpa_error_m),
        f"{first.tcpa_s / 60.0:.0f} min",
        distance_text(one.range_m, first.range_error_m),
    )


def _highest(one: Encounter) -> Grade:
    return RISING[max(RISING.index(alert.grade) for alert in one.alerts)]


def _pressing(one: Encounter) -> tuple[int, float, str, str]:
    """Return the key that ranks encounters: highest grade first, then the nearest."""
    return -RISING.index(_highest(one)), one.range_m, one.a, one.b


def _by_grade(detection: Detection) -> str:
    counts = {grade: sum(_highest(one) is grade for one in detection.encounters) for grade in RISING[:0:-1]}
    return ", ".join(f"{count} {grade.value}" for grade, count in counts.items())


def _time(time_us: int) -> str:
    moment = _EPOCH + timedelta(microseconds=time_us)
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _angle(degrees: float | None) -> int | None:
    return None if degrees is None else round(degrees) % 360
