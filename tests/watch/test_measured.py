"""The nearest range of a period, from what feeds brought at nearly one moment; the rest of it in test_lookout.py."""

import numpy as np
import pytest

from geodesic_oracle import EARTH
from searoom.encounters.closeup import Closeup
from searoom.encounters.settings import Settings
from searoom.errors import NotAllowed
from searoom.watch.measured import MOST, NEAR_M, TOGETHER_US, Kept, nearest
from tracks_made import SECOND, START_US, fixes_of, track

OWN = track("OWN", 30.0, 130.0, 10.0, 90.0, [0, 1, 2])


def test_lines_of_one_second_are_one_instant_and_our_way_in_it_is_part_of_the_error():
    """Half a second after our place was told: the range to that place, 5 m more of error than the radar's own."""
    found = nearest(fixes_of([*OWN, ("B", 1.5, 30.01, 130.0, 0.0, 0.0)]), "OWN")
    at_one = OWN[1]
    _, _, apart = EARTH.inv(at_one[3], at_one[2], 130.0, 30.01)

    assert apart * 1000 == pytest.approx(found.value_mm, abs=100)
    assert (2 * 10.0 + 10.0 * 0.5) * 1000 == pytest.approx(found.error_mm, abs=1)
    assert ("OWN", "B", START_US + 1.5 * SECOND) == (found.by, found.other, found.at_us)


@pytest.mark.parametrize(("second", "measured"), [(4.0, True), (4.1, False)])
def test_lines_two_seconds_apart_are_the_last_that_count(second, measured):
    """Nothing is reckoned between two measurements."""
    fixes = fixes_of([*OWN, ("B", second, 30.01, 130.0, 0.0, 0.0)])

    assert 2 * SECOND == TOGETHER_US
    if measured:
        assert "B" == nearest(fixes, "OWN").other
    else:
        with pytest.raises(NotAllowed, match="measured no range"):
            nearest(fixes, "OWN")


def kept(*batches):
    made, closeup = Kept("OWN"), Closeup(Settings())
    for rows in batches:
        fixes = fixes_of(rows)
        closeup.take(fixes, lambda name: name == "OWN")
        made.take(fixes, closeup.place("OWN", int(fixes.time_us[-1])))
    return made


def test_what_is_near_us_is_kept_and_what_is_far_is_not():
    """Six miles round our own ship, with the names of those alone."""
    near, far = 30.0 + 0.9 * NEAR_M / 110_900.0, 30.0 + 1.1 * NEAR_M / 110_900.0
    found = kept([*OWN, ("B", 1, near, 130.0, 0.0, 0.0), ("C", 1, far, 130.0, 0.0, 0.0)]).fixes

    assert {"OWN", "B"} == set(found.names)


def test_before_our_place_is_known_nothing_is_kept():
    """Nobody knows what is near."""
    assert 0 == len(kept([("B", 1, 30.0, 130.0, 0.0, 0.0)]).fixes)


def test_the_oldest_goes_first_where_it_is_too_much():
    """Memory is bounded; what is left is in order of time."""
    batch = [*OWN, *[(f"B{n}", 2, 30.0, 130.0, 0.0, 0.0) for n in range(997)]]
    made, place = kept(batch), None
    fixes = fixes_of(batch)
    closeup = Closeup(Settings())
    closeup.take(fixes, lambda name: name == "OWN")
    place = closeup.place("OWN", START_US)
    for _ in range(MOST // len(fixes) + 5):
        made.take(fixes, place)

    assert MOST >= len(made.fixes) > MOST - 2 * len(fixes)
    assert np.all(np.diff(made.fixes.time_us) >= 0)
