"""The detector tells each change of grade once, and the same to a live feed as to an archive."""

from dataclasses import replace

import numpy as np
import pytest

from searoom.encounters.alerts import Reason
from searoom.encounters.detector import Detector, detect
from searoom.encounters.geometry import Colregs, Geometry
from searoom.encounters.settings import Grade, Settings
from searoom.errors import NotAllowed
from tracks_made import KNOT, SECOND, START_US, fixes_of, track

MINUTE = 60
EVERY_10_S = range(0, 45 * MINUTE, 10)


def head_on(offset_deg=0.0, seconds=EVERY_10_S, speed=10.0):
    """Return two craft that meet after 22 min at 20 m/s against each other, `offset_deg` of latitude apart."""
    apart = 26_400.0 / (111_320.0 * np.cos(np.radians(34.0)))
    return [
        *track("A", 34.0, 139.0, speed, 90.0, seconds),
        *track("B", 34.0 + offset_deg, 139.0 + apart, speed, 270.0, seconds),
    ]


def grades(alerts):
    """Return the grades in the order in which they were told."""
    return [alert.grade.value for alert in alerts]


def minutes(alert):
    """Return when an alert was told, in minutes after the start."""
    return (alert.time_us - START_US) / SECOND / MINUTE


def test_grades_rise_as_time_runs_out_and_clear_once():
    """Advise, warn, urgent at 20, 10 and 5 min before, then one all-clear after the hold: four alerts, no more."""
    detection = detect(fixes_of(head_on()))
    rising = detection.alerts[:3]

    assert ["advise", "warn", "urgent", "clear"] == grades(detection.alerts)
    assert pytest.approx([2.0, 12.0, 17.0], abs=0.25) == [minutes(alert) for alert in rising]
    assert pytest.approx([1200.0, 600.0, 300.0], abs=12.0) == [alert.tcpa_s for alert in rising]
    assert Reason.OPENING is detection.alerts[3].reason
    assert pytest.approx(23.0, abs=0.5) == minutes(detection.alerts[3])


def test_tells_range_bearing_aspect_and_geometry():
    """The figures of the first alert of a head-on meeting are those of the tracks."""
    first = detect(fixes_of(head_on())).alerts[0]

    assert ("A", "B", Geometry.HEAD_ON) == (first.a, first.b, first.geometry)
    assert pytest.approx(24_000.0, rel=0.01) == first.range_m
    assert pytest.approx(90.0, abs=0.5) == first.bearing_deg
    assert min(first.aspect_deg, 360.0 - first.aspect_deg) < 0.5
    assert first.cpa_m < 50.0
    assert 0.0 < first.range_error_m < first.cpa_error_m


def test_an_encounter_remembers_how_near_it_came():
    """Smallest range and its time, first alert of each grade, and when it was cleared."""
    (one,) = detect(fixes_of(head_on(offset_deg=0.005))).encounters

    assert pytest.approx(554.0, abs=15.0) == one.range_m
    assert pytest.approx(22.0, abs=0.3) == (one.range_us - START_US) / SECOND / MINUTE
    assert one.cpa_m <= one.range_m + 1.0
    assert one.first(Grade.WARN) is one.alerts[1]
    assert one.cleared_us == one.alerts[-1].time_us


def test_a_wide_passage_is_quiet():
    """Two miles apart: nothing."""
    assert () == detect(fixes_of(head_on(offset_deg=2.0 / 60.0))).alerts


def test_a_live_feed_and_an_archive_give_the_same_alerts():
    """Fed live, step by step, with old fixes delivered again, the detector says exactly what the archive gave."""
    rows = [*head_on(), *track("C", 34.02, 139.1, 6.0, 200.0, range(3, 45 * MINUTE, 37))]
    fixes, detector, alerts, before = fixes_of(rows), Detector(), [], fixes_of(head_on()).take(slice(0, 0))
    for moment in range(START_US, int(fixes.time_us[-1]) + 10 * SECOND, 10 * SECOND):
        fresh = fixes.between(moment - 10 * SECOND, moment)
        alerts += detector.feed(fresh.concat(before), moment)
        before = fresh
    archive = detect(fixes)

    assert len(archive.alerts) >= 4
    assert archive.alerts == tuple(alerts)
    assert archive.encounters == detector.encounters()
    assert detector.passed_over["not newer than what is known"] > 50


def test_a_grade_is_held_over_a_noisy_course():
    """A CPA that swings about the limit from fix to fix gives one advise, not one at every swing."""
    rows = head_on(offset_deg=0.5 / 60.0)
    noisy = [(*row[:5], row[5] + (0.4 if row[1] % 40 < 20 else -0.4)) for row in rows if row[1] < 10 * MINUTE]

    assert ["advise"] == grades(detect(fixes_of(noisy)).alerts)
    jumpy = replace(Settings(), cpa_factor=1.0, tcpa_factor=1.0, hold_s=0.0)
    assert len(detect(fixes_of(noisy), jumpy).alerts) > 3


def test_moored_and_anchored_pairs_are_quiet():
    """Side by side at under the speed floor, whatever course their receivers make up: nothing."""
    chance = np.random.default_rng(1)
    rows = [
        (name, second, 34.0 + offset, 139.0, 0.3 * chance.random(), 360.0 * chance.random())
        for name, offset in (("A", 0.0), ("B", 0.0003))
        for second in EVERY_10_S
    ]

    assert () == detect(fixes_of(rows)).alerts


def test_a_tow_is_quiet():
    """Two craft on one course at one speed, 200 m apart, with noise in both: nothing."""
    chance = np.random.default_rng(2)
    tow = [*track("A", 34.0, 139.0, 4.0, 90.0, EVERY_10_S), *track("B", 34.0018, 139.0, 4.0, 90.0, EVERY_10_S)]
    rows = [(*row[:4], row[4] + 0.1 * chance.normal(), row[5] + chance.normal()) for row in tow]

    assert () == detect(fixes_of(rows)).alerts


def test_a_ship_at_anchor_is_no_reason_for_silence():
    """A moving craft on its way to a stopped one is told 6 min before, and the geometry says who stands still."""
    rows = [*track("A", 34.0, 139.0, 10.0, 90.0, EVERY_10_S), *[("B", s, 34.0, 139.1, 0.1, 77.0) for s in EVERY_10_S]]
    first = detect(fixes_of(rows)).alerts[0]

    assert (Grade.WARN, Geometry.B_STILL, None) == (first.grade, first.geometry, first.aspect_deg)


def test_silence_is_not_an_all_clear():
    """A craft that stops sending in the middle is cleared as lost, with an error that has grown, once."""
    rows = [row for row in head_on() if row[0] == "A" or row[1] < 5 * MINUTE]
    alerts = detect(fixes_of(rows)).alerts

    assert ["advise", "clear"] == grades(alerts)
    assert Reason.LOST is alerts[1].reason
    assert alerts[1].cpa_error_m > alerts[0].cpa_error_m
    assert alerts[1].age_s > Settings().max_age_s - 20.0


def test_watched_asks_only_about_those():
    """With one craft watched, pairs of others are not told, whatever they do."""
    rows = [*head_on(), *[("Z", *row[1:]) for row in track("Z", 35.0, 139.0, 10.0, 90.0, EVERY_10_S)]]

    assert () == detect(fixes_of(rows), Settings(watched=frozenset({"Z"}))).alerts
    assert 4 == len(detect(fixes_of(rows), Settings(watched=frozenset({"B"}))).alerts)
    assert 4 == len(detect(fixes_of(rows), Settings(watched=frozenset({"A", "nobody"}))).alerts)


def test_overtaking_stays_overtaking_until_clear():
    """COLREGS 13(d): the faster craft comes up astern, draws level and ahead, and is overtaking throughout."""
    seconds = range(0, 50 * MINUTE, 10)
    rows = [*track("A", 34.0, 139.0, 20 * KNOT, 90.0, seconds), *track("B", 34.002, 139.06, 12 * KNOT, 90.0, seconds)]
    alerts = detect(fixes_of(rows)).alerts

    assert "clear" == grades(alerts)[-1]
    assert {Geometry.OVERTAKING} == {alert.geometry for alert in alerts}


def test_who_gives_way_as_it_began_does_so_until_past_and_clear():
    """B comes from starboard, passes ahead, and ends on the port quarter: the class is that of the beginning throughout."""
    seconds = range(0, 20 * MINUTE, 10)
    rows = [*track("A", 34.0, 139.0, 4.0, 0.0, seconds), *track("B", 34.0494, 139.0052, 2.236, 206.57, seconds)]
    alerts = detect(fixes_of(rows)).alerts

    assert "clear" == grades(alerts)[-1]
    assert {Colregs.GIVES_WAY} == {alert.colregs for alert in alerts}


def test_crosses_the_date_line_without_noticing():
    """The same meeting on the date line gives the same grades at the same times."""

    def moved(rows):
        return [(*row[:3], (row[3] + 40.9 + 180.0) % 360.0 - 180.0, *row[4:]) for row in rows]

    here, there = detect(fixes_of(head_on())), detect(fixes_of(moved(head_on())))

    assert [(a.time_us, a.grade) for a in here.alerts] == [(a.time_us, a.grade) for a in there.alerts]
    assert [round(a.range_m, 3) for a in here.alerts] == [round(a.range_m, 3) for a in there.alerts]


def test_steps_over_empty_stretches():
    """A week without a fix between two meetings is not walked through second by second."""
    later = [(row[0], row[1] + 7 * 86_400, *row[2:]) for row in head_on()]
    steps = []
    detection = detect(fixes_of([*head_on(), *later]), progress=lambda done, total: steps.append((done, total)))

    assert 2 == len(detection.encounters)
    assert len(steps) < 700
    assert steps[-1][0] == steps[-1][1]


def test_refuses_time_that_goes_back():
    """A detector that was told a time is not told an earlier one."""
    detector = Detector()
    detector.feed(fixes_of(head_on()).take(slice(0, 2)), START_US)

    with pytest.raises(NotAllowed, match="cannot go back"):
        detector.feed(fixes_of(head_on()).take(slice(2, 4)), START_US - 1)


def test_lets_go_of_what_was_written_down():
    """A node that runs for months forgets cleared encounters; open ones stay."""
    detector, fixes = Detector(), fixes_of(head_on())
    for second in range(0, 45 * MINUTE, 10):
        moment = START_US + second * SECOND
        detector.feed(fixes.between(moment - 10 * SECOND, moment), moment)

    assert 1 == len(detector.encounters())
    detector.forget()
    assert () == detector.encounters()


def test_nothing_in_nothing_out():
    """An empty archive is no error."""
    empty = fixes_of(head_on()).take(slice(0, 0))

    assert () == detect(empty).alerts
    assert 0 == detect(empty).craft
