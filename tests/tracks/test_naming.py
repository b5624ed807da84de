"""One craft seen by several sensors is one track while they agree, and none of them is hidden."""

import pytest

from searoom.tracks.naming import APART, Naming, sources_of
from searoom.tracks.registry import Registry
from tracks_made import SECOND, START_US, fixes_of, flight, track

REGISTRY = Registry.from_table({
    "source": "a test",
    "unit": [
        {"name": "CORAL 34", "party": "coral", "kind": "navy", "mmsi": ["412000001", "412000002"], "icao": ["78a001"]},
    ],
})  # fmt: skip


def named(*rows, naming=None):
    """Return the names that rows bear after naming, in order of time."""
    fixes = (naming or Naming(REGISTRY)).named(fixes_of(list(rows)))
    return [fixes.names[craft] for craft in fixes.craft.tolist()]


def at(name, second, lat, lon=130.0):
    return (name, second, lat, lon, 5.0, 0.0)


def test_two_numbers_of_one_unit_are_one_track():
    """Both numbers, and its name; a stranger keeps its own."""
    rows = [
        at("412000001", 0, 30.0),
        at("412000002", 10, 30.001),
        at("CORAL 34", 20, 30.002),
        at("412000009", 30, 30.0),
    ]

    assert ["CORAL 34", "CORAL 34", "CORAL 34", "412000009"] == named(*rows)


def test_what_saw_the_unit_is_kept_beside_it():
    """Each track with the age of its newest fix, the newest first."""
    naming = Naming(REGISTRY)
    named(at("412000001", 0, 30.0), at("412000002", 10, 30.001), naming=naming)

    assert (("made 412000002", 20.0), ("made 412000001", 30.0)) == sources_of(
        naming.seen["CORAL 34"], START_US + 30 * SECOND
    )


def test_somebody_elses_place_never_moves_the_track_of_a_unit():
    """A second ship with the number, thirty miles off, keeps the number for its name; both go on, and it is counted."""
    naming = Naming(REGISTRY)
    rows = [at("412000001", 0, 30.0), at("412000002", 5, 30.5), at("412000001", 10, 30.0), at("412000002", 15, 30.5)]

    assert ["CORAL 34", "412000002"] * 2 == named(*rows, naming=naming)
    assert {APART: 2} == dict(naming.counts)


def test_after_a_long_silence_whoever_comes_first_leads():
    """Six minutes later nobody knows better."""
    assert ["CORAL 34", "CORAL 34"] == named(at("412000001", 0, 30.0), at("412000002", 361, 31.0))


def test_aircraft_are_not_held_to_a_ships_speed():
    """An aircraft of the registry goes three miles in ten seconds."""
    rows = flight("icao:78a001", 30.0, 130.0, 500.0, 0.0, range(0, 60, 10), alt=9000.0)

    assert ["CORAL 34"] * 6 == named(*rows)


def test_nothing_but_the_name_is_changed():
    """Every column is as it was, in its order; without a registry the fixes are the same."""
    before = fixes_of([*track("412000001", 30.0, 130.0, 5.0, 0.0, [0, 20]), *track("X", 31.0, 130.0, 5.0, 0.0, [10])])
    after = Naming(REGISTRY).named(before)

    assert before.time_us.tolist() == after.time_us.tolist()
    assert before.lat_deg.tolist() == after.lat_deg.tolist()
    assert Naming().named(before) is before


@pytest.mark.parametrize("second", [0, 5])
def test_a_late_fix_does_not_lead(second):
    """What is older than the newest place is judged by it, and does not take its place."""
    naming = Naming(REGISTRY)
    named(at("412000001", 10, 30.0), naming=naming)
    named(at("412000002", second, 30.004), naming=naming)

    assert ["CORAL 34"] == named(at("412000001", 11, 30.0), naming=naming)
