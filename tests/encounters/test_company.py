"""Craft that keep together: how it is called, what they do meanwhile, and when an alarm comes all the same."""

import numpy as np
import pytest

from searoom.encounters.alerts import Deed, Reason, State
from searoom.encounters.detector import Detector, detect
from searoom.encounters.settings import Settings
from tracks_made import KNOT, SECOND, START_US, fixes_of

METRES_PER_DEG = 110_900.0  # of latitude at 30 degrees, within 0.1 percent
STEP_S = 10


def sailed(name, east_m, north_m, legs, *, alt=None):
    """Return rows of a craft that sails legs (seconds, speed m/s, course) one after another, from a place near 30 N 130 E."""
    rows, second = [], 0
    for seconds, speed, course in legs:
        for _ in range(seconds // STEP_S):
            lat, lon = 30.0 + north_m / METRES_PER_DEG, 130.0 + east_m / METRES_PER_DEG / np.cos(np.radians(30.0))
            rows.append((name, second, lat, lon, speed, course, *(() if alt is None else (alt, 0.0))))
            east_m += speed * STEP_S * np.sin(np.radians(course))
            north_m += speed * STEP_S * np.cos(np.radians(course))
            second += STEP_S
    return rows


def seen(*tracks, settings=None):
    """Return what the detector makes of some tracks."""
    return detect(fixes_of([row for one in tracks for row in one]), settings)


def deeds(detection):
    """Return (state, deed, by) of all events."""
    return [(event.state, event.deed, event.by) for event in detection.events]


def led(seconds, *, speed=8.0):
    """Return a craft that sails north for some seconds."""
    return sailed("A", 0.0, 0.0, [(seconds, speed, 0.0)])


def came_up(east_m, north_m, *legs):
    """Return a craft that comes up from the south at 14 m/s for 500 s, then keeps to 8 m/s, then sails its own legs."""
    return sailed("B", east_m, north_m - 3_000.0, [(500, 14.0, 0.0), (900, 8.0, 0.0), *legs])


@pytest.mark.parametrize(
    ("state", "east_m", "north_m"), [(State.SHADOWING, 0.0, -1_500.0), (State.ESCORT, 1_500.0, 0.0)]
)
def test_who_comes_up_and_takes_the_others_speed_shadows_astern_and_escorts_abeam(state, east_m, north_m):
    """Five minutes after the speeds are the same the state has begun, with who came up to whom."""
    detection = seen(led(1400), came_up(east_m, north_m))

    assert [(state, Deed.BEGAN, "B")] == deeds(detection)
    assert pytest.approx(START_US + 800 * SECOND, abs=30 * SECOND) == detection.events[0].time_us
    assert {"clear"} >= {one.grade.value for one in detection.alerts if one.time_us > detection.events[0].time_us}


@pytest.mark.parametrize(
    ("state", "east_m", "north_m"), [(State.CONVOY, 0.0, -1_500.0), (State.FORMATION, 1_500.0, 0.0)]
)
def test_who_was_together_from_the_start_is_in_convoy_or_formation(state, east_m, north_m):
    """Nobody came up to anybody: in line a convoy, abeam a formation."""
    assert [(state, Deed.BEGAN, None)] == deeds(seen(led(600), sailed("B", east_m, north_m, [(600, 8.0, 0.0)])))


def test_an_overtaking_is_no_company():
    """Six knots more is past before the time is up: no state, and the closest approach is told."""
    detection = seen(led(2400), sailed("B", 300.0, -4_000.0, [(2400, 11.2, 0.0)]))

    assert () == detection.events
    assert "urgent" in {alert.grade.value for alert in detection.alerts}


def test_a_slow_pass_in_company_is_no_alarm():
    """Two ships half a cable short of the limit, drifting past each other at one and a half knots, are in formation."""
    closing = sailed("B", 500.0, -600.0, [(1800, 8.0 + 1.5 * KNOT, 0.0)])
    detection = seen(led(1800), closing)
    apart = seen(led(1800), closing, settings=Settings(company_range_m=1.0))

    assert {"clear"} >= {alert.grade.value for alert in detection.alerts[-1:]}
    assert "urgent" in {alert.grade.value for alert in apart.alerts}
    assert "urgent" not in {alert.grade.value for alert in detection.alerts}


def test_a_pass_within_a_cable_is_told_even_in_company():
    """One's own escort that drifts in on a steady bearing is a danger like any other."""
    detection = seen(led(1800), sailed("B", 800.0, 0.0, [(600, 8.0, 0.0), (1200, 8.05, 352.0)]))

    assert State.FORMATION is detection.events[0].state
    assert "urgent" in {alert.grade.value for alert in detection.alerts}


def test_who_is_open_when_a_state_begins_is_cleared_for_that_reason():
    """An approach raised an alarm; the other took station; the grade falls, and says why."""
    alerts = seen(led(1400), sailed("B", 400.0, -3_600.0, [(500, 14.0, 0.0), (900, 8.6, 0.0)])).alerts

    assert ["warn", "urgent"] == [alert.grade.value for alert in alerts[:2]]
    assert ("clear", Reason.COMPANY) == (alerts[-1].grade.value, alerts[-1].reason)


def test_crossing_ahead_is_an_event_with_its_range_and_error():
    """From the starboard bow across to the port bow, 1,500 m ahead: told once, for the one who did it."""
    b = sailed("B", 1_200.0, 1_500.0, [(600, 8.0, 0.0), (1800, 8.13, 350.0)])
    detection = seen(led(2400), b)
    (crossed,) = [event for event in detection.events if event.deed is Deed.CROSSED_AHEAD]

    assert "B" == crossed.by
    assert pytest.approx(1_500.0, abs=150.0) == crossed.range_m
    assert 0.0 < crossed.range_error_m < 150.0


def test_closing_faster_than_the_limit_is_told_once_each_time():
    """At 2.5 knots in company: one event, and another only after the closing had fallen to half."""
    b = sailed("B", 0.0, -5_000.0, [(600, 8.0, 0.0), (300, 9.3, 0.0), (300, 8.0, 0.0), (300, 9.3, 0.0)])
    found = [event.by for event in seen(led(1500), b).events if event.deed is Deed.CLOSED_FASTER]

    assert ["B", "B"] == found


def test_who_opened_out_of_range_and_is_here_again_came_back():
    """Away slowly for twenty minutes and back again: the state goes on, and the return is told."""
    b = sailed("B", 5_300.0, 0.0, [(600, 8.0, 0.0), (600, 8.03, 5.0), (1200, 8.03, 355.0)])
    found = [event.deed for event in seen(led(2400), b).events]

    assert [Deed.BEGAN, Deed.CAME_BACK] == found[:2]


def test_a_state_ends_when_one_turns_away_and_alarms_are_free_again():
    """A turn of ninety degrees ends it after the time that a grade is held."""
    b = sailed("B", 1_500.0, 0.0, [(600, 8.0, 0.0), (300, 8.0, 90.0)])
    told = seen(led(900), b).events

    assert [Deed.BEGAN, Deed.ENDED] == [event.deed for event in told]
    assert pytest.approx(START_US + 660 * SECOND, abs=20 * SECOND) == told[1].time_us


def test_who_is_no_longer_seen_ends_it_without_a_range():
    """Silence ends a state as it ends an encounter; no range is made up for it."""
    told = seen(led(1200), sailed("B", 1_500.0, 0.0, [(600, 8.0, 0.0)])).events

    assert [Deed.BEGAN, Deed.ENDED] == [event.deed for event in told]
    assert np.isnan(told[1].range_m)


@pytest.mark.parametrize(
    ("deed", "alt"), [(Deed.PASSED_ABOVE, 8_200.0), (Deed.PASSED_BELOW, 7_900.0), (Deed.PASSED, None)]
)
def test_an_interceptor_that_passes_above_or_below_is_told(deed, alt):
    """It comes up, flies along, then passes through the place above or below the other; unknown heights are said."""
    other = sailed("icao:00000a", 0.0, 0.0, [(900, 200.0, 0.0)], alt=8_000.0)
    fighter = sailed(
        "icao:00000b", 1_500.0, -12_000.0, [(120, 300.0, 0.0), (240, 200.0, 0.0), (540, 200.3, 357.5)], alt=alt
    )
    found = deeds(seen(other, fighter))

    assert (State.INTERCEPTION, Deed.BEGAN, "icao:00000b") == found[0]
    assert [deed] == [one[1] for one in found if "passed" in one[1].value]


def test_those_who_stand_still_keep_no_company():
    """A roadstead of anchored ships is full of pairs, and none of them is a state."""
    assert () == seen(*[sailed(name, k * 300.0, 0.0, [(900, 0.2, 90.0)]) for k, name in enumerate("ABCD")]).events


def test_events_are_let_go_with_the_encounters():
    """What was written down is not told again."""
    detector, fixes = Detector(), fixes_of([*led(600), *sailed("B", 1_500.0, 0.0, [(600, 8.0, 0.0)])])
    for second in range(0, 600, STEP_S):
        moment = START_US + second * SECOND
        detector.feed(fixes.between(moment - STEP_S * SECOND, moment), moment)

    assert 1 == len(detector.events())
    detector.forget()
    assert () == detector.events()


def test_an_escort_that_turns_in_is_an_alarm_before_the_state_has_ended():
    """Faster against each other than the limit, the grades are what they always were, though it will pass at 220 m."""
    detection = seen(led(800), sailed("B", 1_500.0, 0.0, [(600, 8.0, 0.0), (200, 9.0, 340.0)]))
    ended = next(event.time_us for event in detection.events if event.deed is Deed.ENDED)

    assert detection.alerts[0].time_us < ended
    assert "warn" == detection.alerts[0].grade.value


def test_who_weaves_above_another_passes_once():
    """To and fro within 500 m is one passage; another comes only after it has opened to twice that."""
    other = sailed("icao:00000a", 0.0, 0.0, [(1200, 200.0, 0.0)], alt=8_000.0)
    weaving = [(60, 203.0, 0.0), (60, 197.0, 0.0)] * 4
    fighter = sailed("icao:00000b", 0.0, -300.0, [(300, 200.0, 0.0), *weaving, (420, 200.0, 0.0)], alt=8_200.0)
    found = deeds(seen(other, fighter))

    assert [(State.CONVOY, Deed.PASSED_ABOVE, "icao:00000b")] == [one for one in found if "passed" in one[1].value]


def overtaking(miss_m, *, settings=None):
    """Return the alerts of a ship that overtakes another at 2.5 kn, two miles at first, on a pass at so many metres."""
    other = sailed("B", miss_m, -3_700.0, [(3000, 8.0 + 2.5 * KNOT, 0.0)])
    return seen(led(3000), other, settings=settings)


def test_a_slow_overtaking_is_told_by_its_plot_although_the_two_are_in_company():
    """A pass of 280 m by the antennas may be a collision of two long ships: told 20 minutes before, not at all without the rule."""
    passes_s = 3_700.0 / (2.5 * KNOT)
    without = overtaking(280.0, settings=Settings(overtaking_cpa_m=0.0))
    (first, *_) = overtaking(280.0).alerts

    assert Deed.BEGAN in [event.deed for event in without.events]
    assert [] == [one for one in without.alerts if one.time_us > without.events[0].time_us and one.grade != "clear"]
    assert pytest.approx(passes_s - 1200.0, abs=180.0) == (first.time_us - START_US) / SECOND


@pytest.mark.parametrize("miss_m", [420.0, 900.0])
def test_a_slow_overtaking_at_more_than_two_cables_raises_nothing(miss_m):
    """The plot says that it is a pass."""
    detection = overtaking(miss_m)

    assert [] == [one for one in detection.alerts if one.time_us > detection.events[0].time_us and one.grade != "clear"]


def test_a_convoy_whose_courses_swing_raises_nothing():
    """Two in line at one speed, each course wrong by two degrees in turn: no plot of theirs is a meeting."""
    one, other = led(3000), sailed("B", 0.0, -1_000.0, [(3000, 8.0, 0.0)])
    swung = [(*row[:5], (row[5] + 2.0 * (-1) ** k) % 360.0) for k, row in enumerate(other)]

    assert () == seen(one, swung).alerts


def test_a_convoy_that_closes_by_a_metre_in_ten_seconds_is_quiet_whatever_its_courses_say():
    """In line at 700 m, courses six degrees wrong in turn: by its plot the one is up with the other in two hours, which is no meeting yet."""
    one, other = led(3000), sailed("B", 0.0, -700.0, [(3000, 8.1, 0.0)])
    swung = [(*row[:5], (row[5] + 6.0 * (-1) ** k) % 360.0) for k, row in enumerate(other)]
    detection = seen(one, swung)
    begun, last = detection.events[0].time_us, detection.alerts[-1]

    assert ("clear", Reason.COMPANY) == (last.grade, last.reason)
    assert last.time_us <= begun + 70 * SECOND
