"""Who is there: the newest fix of each craft, what changed since a number, and who is gone after an hour."""

import numpy as np
import pytest

from searoom.tracks.fixes import Rows
from searoom.units import MICROSECONDS
from searoom.watch import present
from searoom.watch.present import Present

HOUR = 3_600 * MICROSECONDS
T0 = 1_780_000_000 * MICROSECONDS
STILL = {"sigma_m": 10.0, "speed_mps": 5.0, "course_deg": 90.0}


def fixes(*rows):
    """Return fixes of rows of name, second, latitude, and what else a row may say."""
    made = Rows()
    for name, second, lat, *more in rows:
        made.add(name, T0 + second * MICROSECONDS, lat, 125.0, source="AIS", **{**STILL, **(more[0] if more else {})})
    return made.fixes()[0]


def told(change):
    """Return names and latitudes of a change."""
    return dict(zip(change.craft.names, change.craft.lat_deg.tolist(), strict=True))


def test_of_each_craft_the_newest_fix_is_held():
    """A later fix takes the place of an earlier one, and an earlier one that comes late does not."""
    there = Present()
    there.take(fixes(("A", 0, 30.0), ("B", 1, 31.0), ("A", 5, 30.5)))
    there.take(fixes(("A", 3, 30.2), ("C", 6, 32.0)))

    assert {"A": 30.5, "B": 31.0, "C": 32.0} == told(there.since(0))


def test_who_asks_again_is_told_the_changes_alone():
    """What did not change since the number that was given does not come again, and ids stay."""
    there = Present()
    there.take(fixes(("A", 0, 30.0), ("B", 1, 31.0)))
    first = there.since(0)
    there.take(fixes(("B", 9, 31.1)))
    second = there.since(first.number)

    assert (True, False) == (first.whole, second.whole)
    assert {"B": 31.1} == told(second)
    assert first.craft.ids[1] == second.craft.ids[0]
    assert {} == told(there.since(second.number))


def test_who_is_silent_for_an_hour_is_gone_and_named():
    """A craft that is heard of no more leaves; who asks is told its id; its name may come back under another."""
    there = Present()
    there.take(fixes(("A", 0, 30.0), ("B", 0, 31.0)))
    first = there.since(0)
    there.take(fixes(("B", 3_700, 31.5)))
    second = there.since(first.number)
    there.take(fixes(("A", 3_800, 33.0)))
    third = there.since(second.number)

    assert (int(first.craft.ids[0]),) == second.gone
    assert {"B": 31.5} == told(second)
    assert {"A": 33.0} == told(third)
    assert int(third.craft.ids[0]) not in first.craft.ids.tolist()


def test_room_grows_and_the_most_silent_leave_first(monkeypatch):
    """More craft than there was room for are held; beyond the limit those go that were silent for longest."""
    monkeypatch.setattr(present, "MOST", 3_000)
    there = Present()
    there.take(fixes(*((f"c{k}", k % 7, 10.0 + k / 1000) for k in range(2_900))))
    assert 2_900 == len(there)
    there.take(fixes(*((f"d{k}", 60 + k % 7, 10.0) for k in range(1_000))))

    names = set(there.since(0).craft.names)
    assert {f"d{k}" for k in range(1_000)} <= names
    assert 3_000 <= len(names) <= 3_500


@pytest.mark.parametrize("number", [-1, 99])
def test_a_number_that_was_never_given_gets_everything(number):
    """After a restart of the node a console's number means nothing, and it is told all."""
    there = Present()
    there.take(fixes(("A", 0, 30.0)))

    assert there.since(number).whole


def test_what_flies_is_told_from_its_source_or_its_height():
    """An aircraft is one by its address, by what saw it, or because it tells a height."""
    there = Present()
    there.take(fixes(("icao:abc123", 0, 30.0), ("X", 0, 31.0, {"alt_m": 900.0}), ("Y", 0, 32.0)))
    craft = there.since(0).craft

    assert [True, True, False] == craft.flying.tolist()
    assert np.isnan(craft.alt_m[2])
