"""A disguise changes everything by which a case could be recognised, and nothing by which it is judged."""

import numpy as np
import pytest

from geodesic_oracle import EARTH
from searoom.exercise.disguise import DAY_US, disguise
from searoom.tracks.fixes import no_fixes
from tracks_made import SECOND, fixes_of, track

FIXES = fixes_of(
    [*track("A", 34.0, 179.9, 10.0, 90.0, range(0, 600, 10)), *track("B", 34.2, -179.9, 8.0, 0.0, range(5, 600, 10))]
)  # fmt: skip


def distances(fixes):
    """Return the geodesic distance between each fix and the next."""
    one, other = slice(None, -1), slice(1, None)
    return np.asarray(EARTH.inv(fixes.lon_deg[one], fixes.lat_deg[one], fixes.lon_deg[other], fixes.lat_deg[other])[2])


@pytest.mark.parametrize("seed", range(6))
def test_keeps_every_distance_and_mirrors_every_course(seed):
    """Ranges stay to a millimetre; a craft to the right is now on the left; courses still point along the track."""
    hidden = disguise(FIXES, seed).fixes
    craft = hidden.take(hidden.craft == 0)
    along = (
        np.asarray(EARTH.inv(craft.lon_deg[:-1], craft.lat_deg[:-1], craft.lon_deg[1:], craft.lat_deg[1:])[0]) % 360.0
    )

    assert np.abs(distances(FIXES) - distances(hidden)).max() < 1e-3
    assert np.abs((along - craft.course_deg[:-1] + 180.0) % 360.0 - 180.0).max() < 0.1
    assert (craft.course_deg == 270.0).all()


@pytest.mark.parametrize("seed", range(6))
def test_leaves_nothing_to_recognise(seed):
    """Other names, another day, another longitude; the table to find the way back is given beside it."""
    hidden = disguise(FIXES, seed)

    assert not set(FIXES.names) & set(hidden.fixes.names)
    assert set(hidden.names.values()) == set(hidden.fixes.names)
    assert hidden.shift_us != 0
    assert 0 == hidden.shift_us % DAY_US
    assert np.abs(hidden.fixes.lon_deg - FIXES.lon_deg).max() > 0.5


def test_equal_seeds_give_equal_disguises():
    """And different seeds different ones."""
    assert disguise(FIXES, 4).names == disguise(FIXES, 4).names
    assert disguise(FIXES, 4).shift_us != disguise(FIXES, 5).shift_us


def test_hides_nothing_as_nothing():
    """No fixes are no error, and very early ones are not shifted out of the years."""
    early = fixes_of([("A", 1, 0.0, 0.0, 1.0, 0.0)], start_us=0)

    assert 0 == len(disguise(no_fixes(), 1).fixes)
    assert all(disguise(early, seed).fixes.time_us[0] > 1 * SECOND for seed in range(20))
