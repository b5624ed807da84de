"""A period of the past as a browser replays it: tracks by craft, and each change of grade as it was noted then."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from searoom.console.chart.told import NO_HEIGHT
from searoom.console.view import Note
from searoom.encounters.craft import AIR_SOURCES, flies
from searoom.tracks.fixes import Fixes, Floats
from searoom.tracks.registry import Registry
from searoom.units import MICROSECONDS
from searoom.watch.noting import ENCOUNTER, SIGMAS

MILLI = MICROSECONDS // 1000


def tracks(fixes: Fixes, labels: dict[str, str], registry: Registry, own: tuple[str, str]) -> list[dict[str, Any]]:
    """Return each craft with its columns, as whole numbers of the units in `told`; times in ms since 1970."""
    found = []
    order = np.argsort(fixes.craft, kind="stable")
    cuts = np.flatnonzero(np.diff(fixes.craft[order])) + 1
    for rows in np.split(order, cuts) if len(fixes) else []:
        one = fixes.take(np.sort(rows))
        name = fixes.names[int(one.craft[0])]
        unit = registry.unit(name, int(one.time_us[0]))
        heard = {one.sources[index] for index in np.unique(one.source).tolist()}
        found.append({
            "name": name,
            "label": labels.get(name, ""),
            "unit": unit.name if unit else "",
            "party": unit.party if unit else own[1] if name == own[0] else "",
            "kind": unit.kind if unit else "",
            "flying": bool(heard & AIR_SOURCES) or flies(name, "") or bool(np.isfinite(one.alt_m).any()),
            "at": (one.time_us // MILLI).tolist(),
            "lon": _whole(one.lon_deg, 1e6, 0),
            "lat": _whole(one.lat_deg, 1e6, 0),
            "cog": _whole(one.course_deg, 10.0, -1),
            "sog": _whole(one.speed_mps, 100.0, -1),
            "alt": _whole(one.alt_m, 1.0, NO_HEIGHT),
            "err": _whole(one.sigma_m, SIGMAS * 10.0, 0),
            "src": one.source.tolist(),
        })  # fmt: skip
    return sorted(found, key=lambda craft: (craft["party"] == "", craft["name"]))


def grades(notes: Sequence[Note], from_us: int, to_us: int) -> list[dict[str, Any]]:
    """Return the changes of grade that were noted in a period, in their order; of an older pair the last."""
    before: dict[tuple[str, str], dict[str, Any]] = {}
    found = []
    for note in notes:
        if note.filled.form != ENCOUNTER:
            continue
        fields = note.filled.fields
        at_us = int(str(fields["at"]))
        row = {
            "at": at_us // MILLI, "a": fields["a"], "b": fields["b"], "grade": fields["grade"],
            "range_m": _metres(fields["range_mm"]), "cpa_m": _metres(fields["cpa_mm"]),
            "cpa_error_m": _metres(fields["cpa_error_mm"]), "tcpa_s": fields["tcpa_s"],
        }  # fmt: skip
        if at_us < from_us:
            before[str(fields["a"]), str(fields["b"])] = row
        elif at_us <= to_us:
            found.append(row)
    return [*before.values(), *found]


def _metres(millimetres: object) -> int:
    return round(int(str(millimetres)) / 1000)


def _whole(column: Floats, scale: float, unknown: int) -> list[int]:
    known = np.isfinite(column)
    found: list[int] = np.where(known, np.rint(np.where(known, column, 0.0) * scale), unknown).astype(np.int64).tolist()
    return found
