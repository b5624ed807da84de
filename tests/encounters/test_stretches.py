"""One detector over stretches of time."""

from itertools import pairwise

import numpy as np
import pytest

from searoom.encounters import stretches
from searoom.encounters.detector import Detector, detect
from searoom.encounters.settings import Settings
from tracks_made import fixes_of, track

GAP = [*range(0, 900, 10), *range(9_000, 9_900, 10)]


@pytest.fixture(scope="module")
def fixes():
    """Two craft that meet, fall silent for hours and meet again; a third far away."""
    rows = [
        *track("Z", 34.0, 139.0, 10.0, 90.0, GAP),
        *track("B", 34.0, 139.2, 10.0, 270.0, [second + 3 for second in GAP]),
        *track("C", 36.0, 139.2, 10.0, 270.0, GAP),
    ]
    return fixes_of(rows)


def cut(fixes, ends):
    """Return fixes in stretches that end at these seconds after the first."""
    first = int(fixes.time_us[0])
    bounds = [first - 1, *(first + end * 1_000_000 for end in ends), 2**62]
    return [(fixes.between(begin, end), end) for begin, end in pairwise(bounds)]


@pytest.mark.parametrize("ends", [[], [400], [5, 7, 1000, 4000, 9_001], list(range(1, 9_900, 333))])
def test_stretches_tell_what_the_whole_tells(fixes, ends):
    """Wherever they end: in an encounter, in a silence, between two steps."""
    detector = Detector(Settings())
    told = list(stretches.told(cut(fixes, ends), Settings(), detector))
    expected = detect(stretches.by_name(fixes), Settings())

    assert len(expected.alerts) >= 4
    assert expected.alerts == tuple(alert for one in told for alert in one.alerts)
    assert expected.encounters == detector.encounters()
    assert all(one.places.shape == (len(one.alerts), 4) for one in told)


def test_places_are_where_the_craft_were_last_seen(fixes):
    """Of the stretch, or of one before it."""
    told = list(stretches.told(cut(fixes, [400, 405]), Settings(), Detector(Settings())))
    for one in told:
        for alert, place in zip(one.alerts, one.places, strict=True):
            mine = fixes.of(alert.a)
            row = int(np.searchsorted(mine.time_us, alert.time_us, side="right")) - 1
            assert (mine.lat_deg[row], mine.lon_deg[row]) == tuple(place[:2])
    alerts = tuple(alert for one in told for alert in one.alerts)
    assert np.array_equal(np.concatenate([one.places for one in told]), stretches.places_of(alerts, fixes))


def test_craft_are_numbered_by_name(fixes):
    """Which of two is `a` says nothing of when it came."""
    sorted_fixes = stretches.by_name(fixes)

    assert ("B", "C", "Z") == sorted_fixes.names
    assert fixes.of("Z").lat_deg.tolist() == sorted_fixes.of("Z").lat_deg.tolist()


def test_no_fixes_tell_nothing():
    """An empty archive is over at once."""
    assert [] == list(stretches.told([], Settings(), Detector(Settings())))
