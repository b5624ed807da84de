"""What is noted of all that is seen: few positions, each change, in forms that a national log takes."""

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from encounters.test_bells import encounter
from searoom.encounters.alerts import Deed, Event, State
from searoom.encounters.limits import Crossing, Warned
from searoom.encounters.zones import from_table
from searoom.signals import forms
from searoom.watch.noting import _DEEDS, Notes, Thinning
from tracks_made import SECOND, START_US, fixes_of, track

BOOK = forms.load()
ROWS = track("A", 30.0, 130.0, 5.0, 0.0, range(0, 180, 5)) + track("B", 30.0, 130.0, 5.0, 0.0, range(0, 180, 5))


def seconds(thinning, fixes, wanted=lambda name: name == "A"):
    return [int(fixes.time_us[row] - START_US) // SECOND for row in thinning.rows(fixes, wanted)]


def whole(note):
    """Return the note after its check, its bytes and back."""
    forms.require(note, BOOK)
    return forms.decode(forms.encode(note, BOOK), BOOK).fields


@pytest.mark.parametrize(("every_s", "counts"), [(60.0, (3, 4)), (0.0, (36, 36)), (3600.0, (1, 1))])
def test_of_a_craft_that_matters_one_position_an_interval_is_noted(every_s, counts):
    """The first of each minute; with 0 each; of who does not matter none."""
    found = seconds(Thinning(every_s), fixes_of(ROWS))

    assert counts[0] <= len(found) <= counts[1]
    assert 0 == found[0]
    assert {60} >= {later - before for before, later in pairwise(found[1:]) if every_s == 60.0}


def test_the_notes_of_many_craft_do_not_fall_due_at_one_look():
    """Sixty craft that report each second, each noted once a minute: no second has more than six of the notes."""
    rows = [(f"craft {n}", second, 30.0, 130.0, 5.0, 0.0) for n in range(60) for second in range(120)]
    found = Counter(seconds(Thinning(60.0), fixes_of(rows), lambda _name: True))

    assert 60 == found[0]  # who is seen for the first time is noted at once
    assert 6 >= max(count for second, count in found.items() if second > 0)


def test_the_same_positions_are_chosen_in_one_batch_and_in_many():
    """So that a restart, which reads them at once, writes none twice."""
    fixes, many = fixes_of(ROWS), Thinning(60.0)
    found = [second for row in range(len(fixes)) for second in seconds(many, fixes.take(slice(row, row + 1)))]

    assert seconds(Thinning(60.0), fixes) == found


def test_who_no_longer_matters_is_let_go_of():
    """And is noted at once when it matters again."""
    thinning, fixes = Thinning(3600.0), fixes_of(ROWS)
    seconds(thinning, fixes)
    thinning.forget(lambda name: name != "A")

    assert [0] == seconds(thinning, fixes)


def test_a_position_is_noted_with_what_its_sensor_calls_the_craft():
    """Craft, sensor, place, two standard deviations, the track's own name, and the moment of the look."""
    note = whole(Notes(BOOK).position(fixes_of(ROWS), 0, "412000001", START_US + SECOND))

    assert {
        "craft": "A", "source": "made", "at": START_US, "where": (300_000_000, 1_300_000_000), "error_mm": 20_000,
        "track": "412000001", "look": START_US + SECOND,
    } == note  # fmt: skip


def test_each_change_of_grade_is_noted_with_its_reason():
    """A pair that is lost is not one that is clear."""
    (note,) = Notes(BOOK).alerts(encounter("warn").alerts, START_US)

    assert ("warn", "nearer", 300_000, "crossing") == tuple(
        whole(note)[name] for name in ("grade", "reason", "cpa_mm", "geometry")
    )


@pytest.mark.parametrize("deed", list(Deed))
@pytest.mark.parametrize("state", list(State))
def test_every_event_has_its_note(deed, state):
    """Each state and deed is a choice of the form; one with no range any more has none."""
    seen = Event(START_US, "A", "B", state, deed, "B", 150.0, 20.0, -60.0, 25.0)
    lost = Event(START_US, "A", "B", state, deed, None, float("nan"), float("nan"), None, None)
    one, other = (whole(note) for note in Notes(BOOK).events([seen, lost]))

    assert (str(state), _DEEDS[deed], "B", 150_000, -60_000) == tuple(
        one[name] for name in ("state", "deed", "by", "range_mm", "higher_mm")
    )
    assert {"a", "b", "state", "deed", "at"} == set(other)


@pytest.mark.parametrize("deed", list(Crossing))
def test_every_warning_of_a_limit_has_its_note(deed):
    """With who claims it, by what source of which date."""
    (zone,) = from_table({
        "zone": [{
            "name": "area", "claimed_by": "coral", "source": "notice 3", "date": date(2026, 5, 1), "shape": "circle",
            "points": [[30.0, 130.0]], "radius_nm": 5.0,
        }]
    })  # fmt: skip
    (note,) = Notes(BOOK).zones([Warned(START_US, "A", zone, deed, -120.0, 50.0, 90.4)])

    assert {
        "craft": "A", "zone": "area", "claimed_by": "coral", "claim_source": "notice 3", "claim_date": "2026-05-01",
        "deed": str(deed), "at": START_US, "outside_mm": -120_000, "error_mm": 50_000, "crosses_s": 90,
    } == whole(note)  # fmt: skip
