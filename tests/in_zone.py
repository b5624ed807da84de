"""One craft in a zone for an hour, and what a publisher says of two days: presence as it is told."""

import math
from datetime import date, timedelta

from searoom.encounters import presence, zones
from searoom.encounters.presence import Count
from searoom.review.presence import File, Told
from searoom.tracks.fixes import Rows
from searoom.tracks.registry import Registry, Unit

MINUTE = 60_000_000
BEGIN = 1_780_272_000_000_000  # 2026-06-01
AREA = zones.from_table(
    {
        "zone": [
            {
                "name": "firing area", "claimed_by": "amber", "source": "notice 12 of 2026", "date": date(2026, 5, 1),
                "shape": "circle", "points": [[30.0, 130.0]], "radius_nm": 10,
            }
        ]
    }
)[0]  # fmt: skip


def made(**changes):
    """Return what is told of one craft that lay in the zone for an hour, and of one publisher's two days."""
    rows = Rows()
    for minute in range(0, 61, 10):
        rows.add("A", BEGIN + minute * MINUTE, 30.0, 130.0, speed_mps=0.0, course_deg=0.0, sigma_m=9.0, source="AIS")
    counts = [
        Count(date(2026, 6, 1), "coral", "coast guard", 2, None),
        Count(date(2026, 6, 3), "coral", "navy", 0, None),
    ]
    told = {
        "zone": AREA,
        "parts": (presence.of_fixes(rows.fixes()[0], AREA), presence.of_counts("notice of amber, daily", counts)),
        "files": (File("tracks.csv", "ab" * 32, 7), File("daily.csv", "cd" * 32)),
        "zone_file": File("zones.toml", "ef" * 32),
        "registry": "",
        "longest_gap_s": 1800.0,
        "day_begins": timedelta(0),
        "version": "0.1.0",
    }
    return Told(**told | changes)


UNITS = (("CORAL 34", "coral", "coast guard"), ("CORAL 35", "coral", "navy"), ("AMBER 21", "amber", "navy"))
# Who was there on which days of the fortnight, and for how many hours of each; the last two are in no registry.
DAYS = (
    ("CORAL 34", (0, 1, 2, 5, 6, 9, 13), 9), ("CORAL 35", (5, 6), 5), ("AMBER 21", (1, 2, 3, 4, 5, 6, 7, 8), 6),
    ("MERLE", (0, 3, 6, 9, 11), 7), ("TOMAS", (6,), 4),
)  # fmt: skip
PUBLISHED = (2, 2, 2, 1, None, None, 2, 1, 0, 1, None, 2, 4, 4)


def fortnight():
    """Return two weeks in the zone, made up: ships that go round in it, and what amber published day by day."""
    rows = Rows()
    for place, (name, days, hours) in enumerate(DAYS):
        for day in days:
            for minute in range(0, hours * 60, 10):
                angle = minute / 120 + place
                lat, lon = 30 + 0.2 * math.cos(angle) * (0.5 + minute / 900), 130 + 0.22 * math.sin(angle)
                when = BEGIN + (day * 1440 + minute + 120 + 25 * place) * MINUTE
                rows.add(name, when, lat, lon, speed_mps=3.0, course_deg=90.0, sigma_m=15.0, source="AIS")
    registry = Registry({n: Unit(n, party, kind, frozenset({n})) for n, party, kind in UNITS}, (), "made for tests")
    days = [(date(2026, 6, 1) + timedelta(days=day), craft) for day, craft in enumerate(PUBLISHED)]
    counts = [Count(day, "coral", "coast guard", craft, None) for day, craft in days if craft is not None]
    tracks = presence.of_fixes(rows.fixes()[0], AREA, registry)
    return made(parts=(tracks, presence.of_counts("daily notice of amber", counts)))
