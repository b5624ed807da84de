"""The figures of alerts and events come from one look, each with its error."""

from dataclasses import replace

import numpy as np
import pytest

from searoom.encounters import reports
from searoom.encounters.alerts import Alert, Deed, Reason, State
from searoom.encounters.company import Told
from searoom.encounters.craft import Pair
from searoom.encounters.geometry import Colregs, Geometry
from searoom.encounters.looks import look
from searoom.encounters.picture import Picture
from searoom.encounters.settings import Grade, Settings
from tracks_made import SECOND, START_US, fixes_of

NONE_HELD = np.zeros(0, dtype=np.int64)
NAMES = ["A", "B"]
FIRST = np.zeros(1, dtype=np.intp)


def one(a, b):
    """Return the look at two craft that near each other."""
    picture = Picture(Settings())
    picture.update(fixes_of([a, b]), START_US)
    return look(picture.at(START_US), Settings(), NONE_HELD, START_US)


def lie(seen):
    """Return how the pair of a look lies."""
    return reports.lies(seen, FIRST, Settings())[0]


CROSSING = (("A", 0, 30.0, 130.0, 8.0, 0.0), ("B", 0, 30.05, 130.0577, 8.0, 270.0))


def test_tells_how_two_ships_lie_and_who_would_give_way():
    """B comes from starboard: a crossing, in which a gives way; from b, a is on the port bow."""
    lies = lie(one(*CROSSING))

    assert (Geometry.CROSSING, Colregs.GIVES_WAY) == (lies.geometry, lies.colregs)
    assert pytest.approx(45.0, abs=0.5) == lies.bearing_deg
    assert pytest.approx(315.0, abs=0.5) == lies.aspect_deg


def test_craft_at_one_place_have_no_bearing_and_no_class():
    """Nothing is said that does not exist."""
    lies = lie(one(("A", 0, 30.0, 130.0, 8.0, 0.0), ("B", 0, 30.0, 130.0, 8.0, 90.0)))

    assert (None, None, Colregs.NONE) == (lies.bearing_deg, lies.aspect_deg, lies.colregs)


def test_aircraft_have_no_class_of_the_rules_for_ships():
    """COLREGS do not reach into the air."""
    seen = one(*((f"icao:00000{name}", *row[1:]) for name, row in zip("ab", CROSSING, strict=True)))

    assert [Pair.AIRCRAFT] == seen.pair.tolist()
    assert Colregs.NONE is lie(seen).colregs


def alert(before=None, reason=Reason.NEARER):
    """Return the alert of the crossing."""
    said = [(Grade.ADVISE, reason)]
    return reports.alerts(one(*CROSSING), FIRST, said, [before], NAMES, Settings())[0]


def test_an_alert_has_the_figures_of_its_pair():
    """Names, ranges and errors; a closest approach is less sure than a range."""
    told = alert()

    assert ("A", "B", Pair.SHIPS, None) == (told.a, told.b, told.pair, told.height_m)
    assert pytest.approx(7_855.0, rel=0.01) == told.range_m
    assert 0.0 < told.range_error_m < told.cpa_error_m


def test_who_overtakes_or_gives_way_keeps_doing_so_until_clear():
    """What was told before holds: the overtaking for good, the class until the two near each other anew."""
    began = replace(alert(), geometry=Geometry.OVERTAKING, colregs=Colregs.OVERTAKING)
    gave_way = replace(alert(), geometry=Geometry.HEAD_ON, colregs=Colregs.HEAD_ON)

    assert (Geometry.OVERTAKING, Colregs.OVERTAKING) == (alert(began).geometry, alert(began).colregs)
    assert Colregs.HEAD_ON is alert(gave_way, Reason.OPENING).colregs
    assert Colregs.GIVES_WAY is alert(gave_way, Reason.NEARER).colregs


def test_what_is_lost_keeps_its_last_figures_with_a_wider_error():
    """Six minutes later nothing new is known, and the error says so."""
    last = alert()
    gone = reports.lost(last, START_US + 360 * SECOND, Settings())

    assert isinstance(gone, Alert)
    assert (Grade.CLEAR, Reason.LOST, last.range_m) == (gone.grade, gone.reason, gone.range_m)
    assert last.range_error_m + 1_000.0 < gone.range_error_m
    assert pytest.approx(last.tcpa_s - 360.0) == gone.tcpa_s


@pytest.mark.parametrize(("expected", "by"), [("A", 0), ("B", 1), (None, -1)])
def test_an_event_names_who_did_it(expected, by):
    """One of the two, or neither; with the range at which it was done."""
    told = Told(1, State.ESCORT, Deed.CROSSED_AHEAD, by)
    event = reports.event(told, one(*CROSSING).instant, NAMES, Settings(), START_US)

    assert ("A", "B", expected) == (event.a, event.b, event.by)
    assert pytest.approx(7_855.0, rel=0.01) == event.range_m
    assert 0.0 < event.range_error_m < 100.0
