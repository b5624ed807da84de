"""A period as a browser replays it: tracks by craft, and the grades that were noted then."""

from searoom.console.chart import tale
from searoom.console.view import Note
from searoom.signals.forms import Filled
from searoom.tracks.fixes import Rows
from searoom.tracks.registry import Registry
from searoom.watch.noting import ENCOUNTER

REGISTRY = Registry.from_table(
    {"source": "made", "unit": [{"name": "CORAL 34", "party": "coral", "kind": "navy", "mmsi": ["412000001"]}]}
)


def note(at_us, grade, a="A"):
    """Return the note of one change of grade."""
    figures = {"range_mm": 900_000, "range_error_mm": 1, "cpa_mm": 700_400, "cpa_error_mm": 60_000, "tcpa_s": 60}
    fields = {"a": a, "b": "B", "grade": grade, "at": at_us, "geometry": "x", "reason": "nearer", **figures}
    return Note(at_us, Filled(ENCOUNTER, 1, "national", "routine", "en", fields))


def test_each_craft_has_its_own_columns_in_order_of_time():
    """Registered craft come first, with their party; times are in milliseconds, errors two standard deviations."""
    rows = Rows()
    for name, second, lat in (("zz", 1, 30.0), ("412000001", 0, 31.0), ("zz", 3, 30.2)):
        rows.add(name, second * 1_000_000, lat, 125.0, source="AIS", speed_mps=5.0, course_deg=90.0, sigma_m=10.0)
    coral, other = tale.tracks(rows.fixes()[0], {"zz": "SEA STAR"}, REGISTRY, ("A", "amber"))

    assert ("CORAL 34", "coral", "navy", [0]) == (coral["unit"], coral["party"], coral["kind"], coral["at"])
    assert ("SEA STAR", [1000, 3000], [30_000_000, 30_200_000], [200, 200]) == tuple(
        other[name] for name in ("label", "at", "lat", "err")
    )


def test_a_grade_from_before_counts_from_the_beginning():
    """What was open when the period began is told first; later ones in their order, none after its end."""
    notes = [note(1, "advise"), note(2, "warn"), note(3, "advise", "C"), note(11, "urgent"), note(99, "clear")]
    found = tale.grades(notes, 10, 50)

    assert [("A", "warn"), ("C", "advise"), ("A", "urgent")] == [(row["a"], row["grade"]) for row in found]
    assert (700, 60) == (found[0]["cpa_m"], found[0]["cpa_error_m"])
