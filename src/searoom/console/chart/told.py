"""What a browser is told of the craft in its view: all of it once, then what changed, entered or left.

Whole numbers in columns: a parser reads five thousand craft in a few milliseconds.

    lon, lat   millionths of a degree      cog   tenths of a degree, -1: not known      sog   centimetres a second, -1
    alt        metres, -32768: not known   err   decimetres up, two standard deviations  at    milliseconds since 1970
"""

import json
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from searoom.console.chart.wanted import Wanted, chosen, graded
from searoom.console.craft import HeldSea, Numbers
from searoom.watch.noting import SIGMAS

NO_HEIGHT: Final = -32768


@dataclass(slots=True)
class Teller:
    """Tells one browser; it remembers what that browser holds."""

    view: Wanted
    _there: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    _turn: int = 0

    def tell(self, sea: HeldSea) -> str:
        """Return one event as JSON; the first is everything."""
        places, total = chosen(sea, self.view)
        ids = sea.columns["ids"][places]
        new = ~np.isin(ids, self._there, assume_unique=True)
        gone = self._there[~np.isin(self._there, ids, assume_unique=True)]
        fresh = places[new | (sea.changed[places] > self._turn)]
        first = self._turn == 0
        self._there, self._turn = ids, sea.turn
        event: dict[str, Any] = {
            "whole": first,
            "now": sea.now_us // 1000,
            "total": total,
            "shown": len(places),
            "held": len(sea),
            "sources": sea.sources,
            "own": sea.own[0],
            "gone": gone.tolist(),
            "rows": rows(sea, fresh),
            "who": [_known(sea, place) for place in places[new].tolist()],
            "pairs": graded(sea, self.view.grade),
            "sightings": sea.sightings,
            "blind": sorted(sea.blind),
        }
        return json.dumps(event, separators=(",", ":"))


def rows(sea: HeldSea, places: Numbers) -> dict[str, list[int]]:
    """Return craft as columns of whole numbers."""
    held = {name: column[places] for name, column in sea.columns.items()}
    return {
        "id": held["ids"].tolist(),
        "lon": _whole(held["lon_deg"], 1e6, 0),
        "lat": _whole(held["lat_deg"], 1e6, 0),
        "cog": _whole(held["course_deg"], 10.0, -1),
        "sog": _whole(held["speed_mps"], 100.0, -1),
        "alt": _whole(held["alt_m"], 1.0, NO_HEIGHT),
        "err": _whole(np.ceil(held["sigma_m"] * (SIGMAS * 10.0)), 1.0, 0),  # never smaller than it is
        "src": held["source"].tolist(),
        "at": (held["time_us"] // 1000).tolist(),
    }


def _whole(column: Numbers, scale: float, unknown: int) -> list[int]:
    wide = column.astype(np.float64)
    known = np.isfinite(wide)
    found: list[int] = np.where(known, np.rint(np.where(known, wide, 0.0) * scale), unknown).astype(np.int64).tolist()
    return found


def _known(sea: HeldSea, place: int) -> list[Any]:
    one = sea.who[place]
    return [
        int(sea.columns["ids"][place]), one.name, one.label, one.unit, one.party, one.kind,
        int(sea.columns["flying"][place]),
    ]  # fmt: skip
