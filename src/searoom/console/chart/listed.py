"""The chart's table: the same craft in words, for whoever works by keyboard, by ear, or without a chart."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from searoom.console.craft import HeldSea, Numbers
from searoom.units import METRES_PER_SECOND_PER_KNOT, MICROSECONDS
from searoom.watch.noting import SIGMAS

MOST = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One craft in words; '' where a thing is not known; `age_s` and `error_m` (19 of 20) are of its newest fix."""

    id: int
    name: str
    called: str
    party: str
    kind: str
    flying: bool
    where: str
    course: str
    speed: str
    height: str
    source: str
    error_m: int
    age_s: int
    grade: str


def rows(sea: HeldSea, places: Numbers) -> list[Row]:
    """Return the rows: open pairs first, the most pressing foremost, then registered craft, then by name."""
    grades = pressing(sea.pairs)
    found = [_row(sea, place, grades) for place in _first(sea, places, grades)]
    return sorted(found, key=lambda row: (row.grade == "", row.party == "", row.called or row.name))


def pressing(pairs: Sequence[Any]) -> dict[str, str]:
    """Return the gravest grade of each craft that is in an open pair."""
    order = ("advise", "warn", "urgent")
    found: dict[str, str] = {}
    for pair in pairs:
        for name in (str(pair["a"]), str(pair["b"])):
            found[name] = max(found.get(name, "advise"), str(pair["grade"]), key=order.index)
    return found


def _first(sea: HeldSea, places: Numbers, grades: dict[str, str]) -> list[int]:
    def rank(place: int) -> tuple[bool, bool, str]:
        one = sea.who[place]
        return one.name not in grades, one.party == "", one.name

    return sorted(places.tolist(), key=rank)[:MOST]


def _row(sea: HeldSea, place: int, grades: dict[str, str]) -> Row:
    one = sea.who[place]
    at = {name: column[place] for name, column in sea.columns.items()}
    speed, course, height = float(at["speed_mps"]), float(at["course_deg"]), float(at["alt_m"])
    return Row(
        id=int(at["ids"]), name=one.name, called=one.unit or one.label, party=one.party, kind=one.kind,
        flying=bool(at["flying"]), where=where_text(float(at["lat_deg"]), float(at["lon_deg"])),
        course="" if math.isnan(course) else f"{course:05.1f}°",
        speed="" if math.isnan(speed) else f"{speed / METRES_PER_SECOND_PER_KNOT:.1f} kn",
        height="" if math.isnan(height) else f"{height:.0f} m",
        source=sea.sources[int(at["source"])], error_m=math.ceil(SIGMAS * float(at["sigma_m"])),
        age_s=max((sea.now_us - int(at["time_us"])) // MICROSECONDS, 0), grade=grades.get(one.name, ""),
    )  # fmt: skip


def where_text(lat_deg: float, lon_deg: float) -> str:
    """Return a place as it is written on a chart: 25°44.6′N 123°28.6′E."""
    return f"{_side(lat_deg, 'NS', 2)} {_side(lon_deg, 'EW', 3)}"


def _side(degrees: float, letters: str, digits: int) -> str:
    tenths = round(abs(degrees) * 600)
    return f"{tenths // 600:0{digits}d}°{tenths % 600 / 10:04.1f}′{letters[degrees < 0]}"
