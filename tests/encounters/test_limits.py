"""Claimed limits: a warning before one is crossed, one word for each deed, and nothing from what the error hides."""

from datetime import date

import pytest

from searoom.encounters.closeup import Place
from searoom.encounters.limits import EVERY_US, Limits
from searoom.encounters.zones import from_table

SECOND = 1_000_000
ZONE = {
    "name": "area", "claimed_by": "coral", "source": "notice 3", "date": date(2026, 5, 1),
    "shape": "circle", "points": [[30.0, 130.0]], "radius_nm": 5.0,
}  # fmt: skip
DEG_PER_M = 1.0 / 110_850.0


def place(south_m, *, speed=10.0, course=0.0, error=50.0):
    """Return a place so many metres south of the southern limit; negative: inside."""
    return Place(30.0 - (5 * 1852.0 + south_m) * DEG_PER_M, 130.0, speed, course, error, 0.5, "OWN", 1.0)


def told(*places, every_s=10):
    """Return (second, deed) of what is told of one craft at one place after another."""
    limits, found = Limits(from_table({"zone": [ZONE]})), []
    for step, one in enumerate(places):
        now_us = step * every_s * SECOND
        found += [(now_us // SECOND, str(one.deed)) for one in limits.step({"OWN": one}, now_us)]
    return found


def test_a_craft_on_its_way_into_a_zone_is_told_before_and_when_it_is_in_and_when_it_is_out():
    """Once each: nearing, crossed in, crossed out."""
    places = [place(15_000.0 - 100.0 * k) for k in range(170)]
    places += [place(-2_000.0, course=180.0), place(-500.0, course=180.0), place(500.0, course=180.0)]
    found = told(*places)

    assert ["nearing", "crossed-in", "crossed-out"] == [deed for _, deed in found]
    # 20 minutes at 10 m/s are 12,000 m
    assert 300 == pytest.approx(found[0][0], abs=20)
    assert 1510 == pytest.approx(found[1][0], abs=20)


def test_who_passes_by_is_not_told():
    """A course that keeps clear of the limit crosses nothing."""
    assert [] == told(*[place(4_000.0, course=90.0)] * 20)


def test_who_turns_away_is_told_once_after_a_minute():
    """One noisy course is no turn."""
    places = [place(3_000.0), place(3_000.0, course=90.0), place(3_000.0), *[place(3_000.0, course=180.0)] * 10]

    assert [(0, "nearing"), (90, "turned-away")] == told(*places)


def test_within_its_error_a_craft_has_not_crossed():
    """A place 40 m inside, known to 50 m, says nothing; nor does it take anything back."""
    assert ["nearing"] == [deed for _, deed in told(place(100.0), place(-40.0), place(40.0), place(-40.0))]


def test_who_is_inside_from_the_first_is_shown_and_not_told_to_have_crossed():
    """Nobody saw it cross."""
    limits = Limits(from_table({"zone": [ZONE]}))

    assert () == limits.step({"OWN": place(-3_000.0)}, 0)
    ((craft, zone, near),) = limits.standing()
    assert ("OWN", "coral", "notice 3") == (craft, zone.claimed_by, zone.source)
    assert -3_000.0 == pytest.approx(near.outside_m, abs=20.0)


def test_a_look_within_ten_seconds_costs_nothing():
    """No oftener is it looked at; and a craft that is gone is shown no more."""
    limits = Limits(from_table({"zone": [ZONE]}))

    assert 1 == len(limits.step({"OWN": place(3_000.0)}, 0))
    assert () == limits.step({"OTHER": place(3_000.0)}, EVERY_US - 1)
    limits.step({}, EVERY_US)
    assert () == limits.standing()


def test_without_zones_nothing_is_told():
    """Most nodes have none."""
    assert () == Limits(()).step({"OWN": place(0.0)}, 0)
