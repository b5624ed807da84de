"""Each pair is looked at by the rules of its kind: ships, aircraft, and one of each."""

from dataclasses import replace

import numpy as np
import pytest

from searoom.encounters import looks
from searoom.encounters.craft import Pair
from searoom.encounters.detector import detect
from searoom.encounters.looks import among, distinct, keys_of, look, rows_of, slots_of, without
from searoom.encounters.picture import Picture
from searoom.encounters.settings import Settings
from tracks_made import KNOT, SECOND, START_US, fixes_of, flight, track

FOOT = 0.3048
SECONDS = range(0, 900, 5)
NONE_HELD = np.zeros(0, dtype=np.int64)


def looked(*rows, settings=None, held=NONE_HELD):
    """Return the look at craft that were all reported at second 0."""
    settings = settings or Settings()
    picture = Picture(settings)
    picture.update(fixes_of(list(rows)), START_US)
    return look(picture.at(START_US), settings, held, START_US)


def told(*tracks, settings=None):
    """Return (grade, pair, TCPA in whole seconds) of all alerts of some tracks."""
    alerts = detect(fixes_of([row for one in tracks for row in one]), settings).alerts
    return [(alert.grade.value, alert.pair, round(alert.tcpa_s)) for alert in alerts]


def opposite(alt_b, *, climb_b=0.0, lat=30.0):
    """Return two aircraft that meet after 450 s, at 200 m/s each; a at 9,000 m."""
    apart = 180_000.0 / (111_320.0 * np.cos(np.radians(lat)))
    return (
        flight("icao:00000a", lat, 130.0, 200.0, 90.0, SECONDS, alt=9_000.0),
        flight("icao:00000b", lat, 130.0 + apart, 200.0, 270.0, SECONDS, alt=alt_b, climb=climb_b),
    )


def test_aircraft_are_told_when_both_limits_will_be_met_at_once():
    """5 nm is 23 s of 400 m/s before they meet: advise 5 min before that, warn 2 min, urgent 1 min."""
    alerts = told(*opposite(9_000.0))

    assert [("advise", Pair.AIRCRAFT), ("warn", Pair.AIRCRAFT), ("urgent", Pair.AIRCRAFT)] == [
        a[:2] for a in alerts[:3]
    ]
    assert pytest.approx([323, 143, 83], abs=11) == [a[2] for a in alerts[:3]]


def test_a_thousand_feet_keep_aircraft_apart():
    """Above 1,000 ft nothing, at 900 ft all: the vertical limit is a limit of its own."""
    assert [] == told(*opposite(9_000.0 + 1_001 * FOOT))
    assert 4 == len(told(*opposite(9_000.0 + 900 * FOOT)))


def test_who_climbs_into_the_other_is_told_and_who_has_climbed_through_is_not():
    """The window in the plane must meet the window in height: 3,000 m lower, 6.7 m/s up meets, 20 m/s is through."""
    assert told(*opposite(6_000.0, climb_b=3_000 / 450))
    assert [] == told(*opposite(6_000.0, climb_b=20.0))


def test_a_height_that_is_not_known_counts_as_met_and_is_said():
    """No height is not a safe height: the alert comes, with no height in it."""
    a, b = opposite(9_000.0)
    alerts = detect(fixes_of([*a, *[row[:6] for row in b]])).alerts

    assert "urgent" in {alert.grade.value for alert in alerts}
    assert {(None, None)} == {(alert.height_m, alert.height_error_m) for alert in alerts}


def test_a_height_comes_with_its_error():
    """How much higher b is; between ship and aircraft the pressure of the day is in the error too."""
    high = detect(fixes_of([row for one in opposite(9_200.0) for row in one])).alerts[0]
    ship = track("A", 30.0, 130.0, 8.0, 90.0, SECONDS)
    over = detect(fixes_of([*ship, *flight("icao:00000c", 30.0, 129.9, 100.0, 90.0, SECONDS, alt=300.0)])).alerts[0]

    assert pytest.approx(200.0) == high.height_m
    assert 60.0 < high.height_error_m < 100.0
    assert (Pair.MIXED, 300.0) == (over.pair, pytest.approx(over.height_m))
    assert over.height_error_m > 200.0


@pytest.mark.parametrize(("expected", "alt", "offset"), [(True, 300.0, 0.0), (False, 900.0, 0.0), (False, 300.0, 0.03)])
def test_an_aircraft_that_comes_low_over_a_ship_is_told(expected, alt, offset):
    """Within 1,000 m in the plane and 500 m of height: our rule; outside either, silence."""
    ship = track("A", 30.0, 130.0, 8.0, 0.0, SECONDS)
    bird = flight("icao:00000c", 30.0 + offset + 0.018, 129.7, 100.0, 90.0, SECONDS, alt=alt)
    alerts = told(ship, bird)

    assert expected is bool(alerts)
    assert {Pair.MIXED} >= {alert[1] for alert in alerts}


def test_who_stands_on_the_ground_meets_nobody():
    """An apron is full of aircraft within feet of each other, and ships pass an airport at the shore."""
    rows = [("icao:00000a", 0, 30.0, 130.0, 8.0, 90.0), ("icao:00000b", 0, 30.001, 130.001, 8.0, 270.0)]
    fixes = fixes_of([*rows, ("A", 0, 30.0, 130.002, 8.0, 270.0)])
    on_ground = replace(fixes, ground=np.array([True, True, False]))
    picture = Picture(Settings())
    picture.update(on_ground, START_US)

    assert 3 == len(looked(*rows, ("A", 0, 30.0, 130.002, 8.0, 270.0)).key)
    assert 0 == len(look(picture.at(START_US), Settings(), NONE_HELD, START_US).key)


def test_only_pairs_with_a_watched_craft():
    """Watching one ship leaves two aircraft unasked, and a ship and an aircraft too."""
    rows = [("icao:00000a", 0, 30.0, 130.0, 100.0, 90.0, 200.0), ("icao:00000b", 0, 30.0, 130.1, 100.0, 270.0, 200.0)]
    ships = [("A", 0, 30.0, 130.05, 8.0, 0.0), ("B", 0, 30.01, 130.05, 8.0, 180.0)]
    watched = looked(*rows, *ships, settings=Settings(watched=frozenset({"B"})))

    assert 6 == len(looked(*rows, *ships).key)
    assert {(0, 3), (1, 3), (2, 3)} == set(zip(*(column.tolist() for column in slots_of(watched.key)), strict=True))


def test_pairs_that_are_held_are_looked_at_wherever_they_are():
    """An open encounter is judged until it is cleared, though no search finds it any more."""
    rows = [("A", 0, 30.0, 130.0, 8.0, 90.0), ("B", 0, 30.5, 130.0, 8.0, 90.0)]
    held = looked(*rows, held=np.array([1], dtype=np.int64))

    assert [(0, 1)] == list(zip(*(column.tolist() for column in slots_of(held.key)), strict=True))
    assert pytest.approx(55_430.0, rel=1e-3) == held.met.range_m[0]
    assert [0] == held.raised.tolist()


def test_a_pair_has_one_number():
    """Slots to number and back, up to billions of craft; places in the picture follow."""
    keys = np.array([(1 << 32) | 2, (7 << 32) | 4_000_000_000], dtype=np.int64)
    seen = looked(("A", 0, 30.0, 130.0, 8.0, 90.0), ("B", 0, 30.5, 130.0, 8.0, 90.0)).instant

    assert [[1, 7], [2, 4_000_000_000]] == [column.tolist() for column in slots_of(keys)]
    assert [1] == keys_of(seen, np.array([0]), np.array([1])).tolist()
    assert [[0], [1]] == [column.tolist() for column in rows_of(seen, np.array([1], dtype=np.int64))]


def test_an_aircraft_ages_sooner_than_a_ship():
    """At 450 knots a fix of two minutes ago is no place to reckon from."""
    picture = Picture(Settings())
    picture.update(fixes_of([("A", 0, 30.0, 130.0, 8.0, 90.0), ("icao:00000a", 0, 31.0, 130.0, 8.0, 90.0)]), START_US)

    assert [0] == picture.at(START_US + 120 * SECOND).slot.tolist()


@pytest.mark.parametrize(
    ("expected", "speed_b", "north_m"),
    [(0, 0.1, 500.0), (1, 0.1, 100.0), (1, float("nan"), 500.0), (1, 3.0, 500.0)],
)
def test_who_lies_still_is_told_of_only_within_a_cable(expected, speed_b, north_m):
    """Half a mile off a moored ship is no danger to either; a speed that is not known is not taken for still."""
    rows = [("A", 0, 30.0, 130.0, 10.0, 90.0), ("B", 0, 30.0 + north_m / 110_900.0, 130.02, speed_b, 90.0)]

    assert expected == int((looked(*rows).raised > 0).sum())


def test_who_lies_still_is_told_of_six_minutes_ahead():
    """Twenty minutes ahead a way past moored ships is a guess; six leave time for the one that can turn."""
    far, near = (("B", 0, 30.0, 130.0 + metres / 96_400.0, 0.0, 0.0) for metres in (4_000.0, 3_500.0))
    own = ("A", 0, 30.0, 130.0, 10.0, 90.0)

    assert [[0], [2]] == [looked(own, other).raised[:1].tolist() or [0] for other in (far, near)]


@pytest.mark.parametrize(("expected", "climb_b"), [(0, 0.0), (0, 5.0), (1, -5.0)])
def test_who_opens_is_no_danger_unless_the_heights_close(expected, climb_b):
    """Two aircraft 3 km apart that fly away from each other, 200 m of height between them."""
    west = ("icao:00000a", 0, 30.0, 130.0, 100.0, 270.0, 9_000.0, 0.0)
    east = ("icao:00000b", 0, 30.0, 130.031, 100.0, 90.0, 9_200.0, climb_b)

    assert expected == int((looked(west, east).raised > 0).sum())


@pytest.mark.parametrize(("name", "watched"), [("own:bridge", None), ("B", frozenset({"B"}))])
def test_own_ship_and_those_we_watch_keep_their_limits_at_anchor(name, watched):
    """Who comes at our anchored ship is told twenty minutes ahead and at half a mile, as under way."""
    rows = [("A", 0, 30.0, 130.0, 10.0, 90.0), (name, 0, 30.0045, 130.1, 0.0, 0.0)]

    assert 1 == int((looked(*rows, settings=Settings(watched=watched)).raised > 0).sum())
    assert 0 == int((looked(rows[0], ("C", *rows[1][1:])).raised > 0).sum())


@pytest.mark.parametrize(("knots", "told"), [(4.5, False), (5.5, True)])
def test_two_that_are_slow_as_in_a_harbour_are_told_within_a_cable_and_two_minutes(knots, told):
    """Head on at 300 m, a mile apart: an advise for two at 5.5 knots; nothing yet for two at 4.5."""
    speed = knots * KNOT
    rows = [("A", 0, 30.0, 130.0, speed, 0.0), ("B", 0, 30.0167, 130.0031, speed, 180.0)]

    assert told is bool(detect(fixes_of(rows)).alerts)


def test_two_slow_ones_on_a_course_of_collision_are_told_two_minutes_before():
    """A harbour's rule is narrow, not silent."""
    rows = track("A", 30.0, 130.0, 2.0, 0.0, range(0, 400, 10)) + track(
        "B", 30.01, 130.0, 2.0, 180.0, range(0, 400, 10)
    )
    (first, *_) = detect(fixes_of(rows)).alerts

    assert "urgent" == first.grade
    assert 110.0 <= first.tcpa_s <= 120.0


def test_who_is_watched_and_lies_at_anchor_is_told_of_a_slow_one_as_ever():
    """The narrow limits are for two in a harbour, not for who comes at a warship at anchor."""
    rows = [("OWN", 0, 30.0, 130.0, 0.0, 0.0), ("B", 0, 30.02, 130.0, 4.5 * KNOT, 180.0)]

    assert detect(fixes_of(rows), Settings(watched=frozenset({"OWN"}))).alerts


@pytest.mark.parametrize(
    ("numbers", "others"), [([], []), ([3], []), ([], [3]), ([5, 1, 5, 3, 1], [3, 3, 9]), ([2, 1], [1, 2, 2])]
)
def test_numbers_of_pairs_come_rising_and_none_twice_and_others_are_taken_from_them(numbers, others):
    """As a set would tell them."""
    rising = distinct(np.array(numbers, dtype=np.int64))
    assert sorted(set(numbers)) == rising.tolist()
    assert sorted(set(numbers) - set(others)) == without(rising, np.array(others, dtype=np.int64)).tolist()


def test_pairs_graded_in_parts_are_graded_as_at_once(monkeypatch):
    """Ships, aircraft and one of each, in parts of two pairs."""
    rows = [(f"S{k}", 0, 30.0 + k / 60.0, 130.0, 8.0, 80.0 * k) for k in range(5)]
    rows += [(f"icao:00000{k}", 0, 30.0 + k / 60.0, 130.01, 80.0, 180.0, 300.0 * k) for k in range(3)]
    whole = looked(*rows)
    monkeypatch.setattr(looks, "_PAIRS_AT_ONCE", 2)
    parts = looked(*rows)

    assert 10 == len(parts.key)
    assert {Pair.SHIPS, Pair.MIXED, Pair.AIRCRAFT} == set(parts.pair.tolist())
    for column in ("key", "pair", "apart_m", "raised", "holding"):
        np.testing.assert_array_equal(getattr(whole, column), getattr(parts, column))


def test_among_finds_each_number_of_a_rising_row():
    """The first, the last, none that is beyond, and nothing in an empty row."""
    asked, rising = np.array([0, 1, 4, 9, 10]), np.array([1, 4, 9])

    assert [False, True, True, True, False] == among(asked, rising).tolist()
    assert [False] * 5 == among(asked, rising[:0]).tolist()
