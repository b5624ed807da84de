"""Presence: whose the craft are by the registry alone, hours by day, and how far a count can be trusted."""

import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest

from searoom import clock
from searoom.encounters import presence, zones
from searoom.encounters.presence import Count, Total
from searoom.errors import NotAllowed
from searoom.tracks import sources
from searoom.tracks.fixes import Rows
from searoom.tracks.registry import Registry

DATA = Path(__file__).parent.parent / "data"
BEGIN = clock.from_text("2026-06-01T22:00:00Z")
AREA = zones.from_table(
    {
        "zone": [
            {
                "name": "area", "claimed_by": "amber", "source": "made for tests", "date": date(2026, 5, 1),
                "shape": "circle", "points": [[30.0, 130.0]], "radius_nm": 10,
            }
        ]
    }
)[0]  # fmt: skip
REGISTRY = Registry.from_table(
    tomllib.loads("""
        source = "made for tests, 2026-06-01"
        [[unit]]
        name = "CORAL 34"
        party = "coral"
        kind = "coast guard"
        mmsi = ["412000001", "412000002"]
        [[unit]]
        name = "AMBER 21"
        party = "amber"
        kind = "navy"
        mmsi = ["431000001"]
        [[tag]]
        track = "radar:bridge:7"
        unit = "AMBER 21"
        begin = 2026-06-01T22:30:00Z
        end = 2026-06-01T23:00:00Z
        by = "coral-1"
    """)
)


def fixes(*rows):
    """Return fixes of rows (name, minute after ten in the evening, longitude) on the zone's parallel."""
    made = Rows()
    for name, minute, lon in rows:
        made.add(
            name, BEGIN + minute * 60_000_000, 30.0, lon, speed_mps=0.0, course_deg=0.0, sigma_m=10.0, source="AIS"
        )
    return made.fixes()[0]


def lying(name, first, last, lon=130.0, step=10):
    """Return rows of a craft that lies in the zone."""
    return [(name, minute, lon) for minute in range(first, last + 1, step)]


def test_counts_craft_and_hours_by_day():
    """A craft from ten to one counts on two days, two hours and one; the parties come in the registry's order."""
    part = presence.of_fixes(fixes(*lying("431000001", 0, 180), *lying("412000001", 0, 60)), AREA, REGISTRY)

    assert (
        Count(date(2026, 6, 1), "coral", "coast guard", 1, 1.0),
        Count(date(2026, 6, 1), "amber", "navy", 1, 2.0),
        Count(date(2026, 6, 2), "amber", "navy", 1, 1.0),
    ) == part.counts
    assert (Total("coral", "coast guard", 1, 1, 1, 1.0), Total("amber", "navy", 2, 2, 1, 3.0)) == part.totals


def test_a_day_is_whose_day_it_is():
    """By the clocks nine hours ahead all of it lies in one day."""
    part = presence.of_fixes(fixes(*lying("431000001", 0, 180)), AREA, REGISTRY, day_begins=timedelta(hours=9))

    assert (Count(date(2026, 6, 2), "amber", "navy", 1, 3.0),) == part.counts
    assert (date(2026, 6, 2), date(2026, 6, 2)) == (part.first, part.last)


def test_what_ends_at_midnight_is_not_there_the_next_day():
    """Ten to twelve is two hours of one day; a single report at midnight is of the new one."""
    part = presence.of_fixes(fixes(*lying("A", 0, 120), ("B", 120, 130.0)), AREA)

    assert [(date(2026, 6, 1), 1, 2.0), (date(2026, 6, 2), 1, 0.0)] == [
        (one.day, one.craft, one.hours) for one in part.counts
    ]


def test_nobody_is_guessed_from_a_number():
    """The first digits of an MMSI name a flag; who is in no registry is unknown all the same."""
    part = presence.of_fixes(fixes(*lying("431999999", 0, 60), *lying("412999999", 0, 60)), AREA, REGISTRY)

    assert (Total("unknown", "unknown", 1, 2, 2, 2.0),) == part.totals


def test_two_names_of_one_unit_are_one_craft():
    """Two numbers of one ship, both in the zone: one craft, and its hour is counted once."""
    part = presence.of_fixes(fixes(*lying("412000001", 0, 60), *lying("412000002", 0, 60)), AREA, REGISTRY)

    assert (Total("coral", "coast guard", 1, 1, 1, 1.0),) == part.totals


def test_a_radar_track_is_its_unit_for_the_time_of_the_tag():
    """Half an hour of an hour was tagged: that half is amber's, the rest is unknown."""
    part = presence.of_fixes(fixes(*lying("radar:bridge:7", 0, 60)), AREA, REGISTRY)

    assert {("amber", "navy"): 0.5, ("unknown", "unknown"): 0.5} == {
        (total.party, total.kind): total.hours for total in part.totals
    }


def test_says_how_far_it_can_be_trusted():
    """Hours with a report, the longest silences, who fell silent inside, what lies in gaps, and who was never heard."""
    rows = [*lying("412000001", 0, 20), *lying("412000001", 120, 140), ("412000001", 150, 130.3), ("X", 240, 140.0)]
    known = presence.of_fixes(fixes(*rows), AREA, REGISTRY).coverage

    assert (5, 2, {date(2026, 6, 1): 1, date(2026, 6, 2): 1}) == (
        known.hours, known.heard_hours, known.heard_by_day,
    )  # fmt: skip
    assert [100, 100] == [(end - begin) // 60_000_000 for begin, end in known.gaps]
    assert (2, 1, pytest.approx(100 / 60)) == (known.stays, known.silent, known.hidden_hours)
    assert {"AIS": 6} == known.fixes
    assert ({"coral": 1, "amber": 1}, {"coral": 1, "amber": 0}) == (known.listed, known.heard)


def test_a_tag_outside_its_time_is_no_report_of_the_unit():
    """A radar number that was tagged later, or earlier, says nothing of the unit; within the time it does."""
    early = presence.of_fixes(fixes(*lying("radar:bridge:7", 0, 20)), AREA, REGISTRY).coverage
    within = presence.of_fixes(fixes(*lying("radar:bridge:7", 0, 30)), AREA, REGISTRY).coverage

    assert (0, 1) == (early.heard["amber"], within.heard["amber"])


def test_a_published_table_says_nothing_of_days_that_it_does_not_name():
    """Its days are those of its rows; who came back, and how it was counted, is not told."""
    counts = [
        Count(date(2026, 6, 1), "coral", "navy", 2, None),
        Count(date(2026, 6, 3), "coral", "navy", 0, None),
        Count(date(2026, 6, 3), "teal", "fishing", 1, 4.0),
    ]
    part = presence.of_counts("notice of amber", counts, ("teal", "coral"))

    assert frozenset({date(2026, 6, 1), date(2026, 6, 3)}) == part.days
    assert (Total("teal", "fishing", 1, 1, None, 4.0), Total("coral", "navy", 1, 2, None, None)) == part.totals
    assert part.coverage is None


def test_refuses_what_cannot_be_counted():
    """No fix at all, no bridge, a bridge longer than a day, a table without a day."""
    with pytest.raises(NotAllowed, match="not one fix"):
        presence.of_fixes(fixes(("A", 0, 130.0)).take(slice(0, 0)), AREA)
    for gap in (0.0, 90_000.0):
        with pytest.raises(NotAllowed, match="longest gap"):
            presence.of_fixes(fixes(("A", 0, 130.0)), AREA, longest_gap_s=gap)
    with pytest.raises(NotAllowed, match="not one day"):
        presence.of_counts("notice", [])


def test_real_ships_in_the_sound():
    """The Danish stream: half an hour, thirty miles round a place in the Sound; nobody is in a registry."""
    row = {
        "name": "Sound", "claimed_by": "nobody", "source": "made for tests", "date": date(2026, 5, 1),
        "shape": "circle", "points": [[55.8, 12.6]], "radius_nm": 30,
    }  # fmt: skip
    part = presence.of_fixes(
        sources.read(DATA / "dma_stream_2010-06-11.txt").fixes, zones.from_table({"zone": [row]})[0]
    )

    (total,) = part.totals
    assert ("unknown", 114, 114) == (total.party, total.craft, part.coverage.stays)
    assert 0.0 < total.hours < 114 * 0.5
