"""The compiled search gives what NumPy gives, and says of each row the same legs."""

import numpy as np
import pytest

from geodesic_oracle import sail
from searoom.encounters import approaches, approaches_compiled
from searoom.encounters.approaches import COLUMNS
from track_oracle import WORLDS, made
from tracks_made import fixes_of, track
from worlds import fixes_from


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("still_mps", [0.0, 2.0])
def test_gives_what_numpy_gives(monkeypatch, world, still_mps):
    """Same names, same pairs; times within a few microseconds, metres within two millimetres; the same left out."""
    fixes = fixes_from(made(world, 9, craft=30))
    limits = {"radius_m": 926.0, "max_gap_s": 900.0, "still_mps": still_mps}
    found = approaches.approaches(fixes, **limits)
    monkeypatch.setattr(approaches, "COMPILED", False)
    expected = approaches.approaches(fixes, **limits)

    assert expected.names == found.names
    assert expected.left_out == found.left_out
    assert len(expected) > 8
    for name in COLUMNS:
        slack = 5.0 if name.endswith("_us") else 2e-3
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=0.0, atol=slack, err_msg=name)


def test_only_legs_that_are_told_of_are_given():
    """Two for each row: what a search of millions found does not carry the millions along."""
    fixes = fixes_from(made("open sea", 9, craft=30))
    legs, near, _ = approaches_compiled.near(
        fixes, radius_m=926.0, max_gap_s=900.0, after_us=approaches.MIN, until_us=approaches.MAX, still_mps=0.0
    )

    assert 2 * len(near.time_us) == len(legs.craft)
    assert (near.first_us <= near.time_us).all()
    assert (near.time_us <= near.last_us).all()


@pytest.fixture(params=[True, False], ids=["compiled", "plain"])
def search(request, monkeypatch):
    """Ask both searches."""
    monkeypatch.setattr(approaches, "COMPILED", request.param)


@pytest.mark.usefixtures("search")
def test_who_comes_alongside_and_lies_still_is_quiet_from_then_on():
    """Of one craft some legs move and some do not: the row ends with the last that does."""
    seconds = list(range(0, 2400, 60))
    rows = track("amber", 30.0, 125.0, 0.0, 0.0, seconds)
    rows += track("coral", 30.0005, 124.96, 4.0, 90.0, seconds[:15]) + track(
        "coral", 30.0005, 124.995, 0.0, 0.0, seconds[15:]
    )
    fixes = fixes_of(rows, start_us=0)
    found = approaches.approaches(fixes, radius_m=926.0, max_gap_s=900.0, still_mps=0.5)

    assert [840_000_000] == found.last_us.tolist()


@pytest.mark.usefixtures("search")
def test_a_part_gives_only_what_begins_in_it():
    """Legs that meet before or after the time of the part are those of its neighbours, whatever it was given to read."""
    seconds = list(range(0, 3600, 60))
    rows = track("amber", 30.0, 125.0, 5.0, 90.0, seconds) + track("coral", 30.001, 125.0, 5.0, 90.0, seconds)
    found = approaches.approaches(
        fixes_of(rows, start_us=0), radius_m=926.0, max_gap_s=900.0, after_us=600_000_000, until_us=1_200_000_000
    )

    assert [660_000_000] == found.first_us.tolist()
    assert [1_260_000_000] == found.last_us.tolist()


@pytest.mark.usefixtures("search")
def test_a_long_leg_lies_under_the_round_earth_and_is_met_all_the_same():
    """55 km from fix to fix are 60 m under the surface in the middle; a craft that lies there at 10 m is found."""
    lats, lons = sail(np.array([30.0]), np.array([125.0]), np.array([15.0]), np.array([90.0]), 1840.0)
    beside = [float(lats[0]) + 10.0 / 110_900.0, float(lons[0])]
    rows = track("amber", 30.0, 125.0, 15.0, 90.0, [0, 3680]) + track("coral", *beside, 0.0, 0.0, range(0, 3681, 20))
    found = approaches.approaches(fixes_of(rows, start_us=0), radius_m=20.0, max_gap_s=3700.0)

    assert [10.0] == pytest.approx(found.cpa_m.tolist(), abs=1.0)
