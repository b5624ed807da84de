"""The watch test: the collision is seen coming, the bystanders stay quiet, and nothing knows the answer."""

import re
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from searoom.encounters.geometry import Colregs, Geometry
from searoom.encounters.settings import Grade, Level, Settings
from searoom.exercise.watch_test import load, run

# The golden record of grade changes: grade, minutes before the event, geometry.
GOLDEN = [("advise", 14.35, "crossing"), ("warn", 9.35, "crossing"), ("urgent", 4.52, "crossing")]
GOLDEN_MINUTES = Path(__file__).parent.parent / "data" / "watch-test-minutes.csv"
REAL_NAMES = re.compile(r"fitzgerald|acx|crystal|wan hai|maersk|evora", re.IGNORECASE)


def changes(outcome):
    """Return the changes of grade as the golden record has them."""
    return [
        (alert.grade.value, round((outcome.test.event_us - alert.time_us) / 60e6, 2), alert.geometry.value)
        for alert in outcome.changes
    ]


def test_each_grade_is_raised_in_its_time():
    """Advise more than 13 minutes before the event, warn and urgent after it, and never let go."""
    outcome = run(load())

    assert GOLDEN == changes(outcome)
    assert {Grade.ADVISE: 14.35, Grade.WARN: 9.35, Grade.URGENT: 4.52} == {
        grade: round(minutes, 2) for grade, minutes in outcome.minutes_before.items()
    }


def test_the_bystanders_stay_quiet():
    """At the same settings not one alert names either of them."""
    outcome = run(load())

    assert () == outcome.loud_bystanders
    assert set(outcome.changes) == set(outcome.detection.alerts)


def test_the_bystanders_are_really_looked_at():
    """At one nautical mile they are told too: their silence comes from the settings, not from blindness."""
    wide = tuple(Level(level.name, 1852.0, level.tcpa_s) for level in Settings().levels)
    test = load()

    assert test.bystanders == run(replace(test, settings=replace(test.settings, levels=wide))).loud_bystanders


def test_asked_about_every_pair_only_two_merchant_ships_are_told_besides():
    """The note says so: one advise for CRAFT-2 and CRAFT-3, cleared after some three minutes."""
    test = load()
    outcome = run(replace(test, settings=Settings()))
    others = [alert for alert in outcome.detection.alerts if alert not in outcome.changes]

    assert GOLDEN == changes(outcome)
    assert [("advise", "clear")] == [tuple(alert.grade.value for alert in others)]
    assert {"CRAFT-2", "CRAFT-3"} == {name for alert in others for name in (alert.a, alert.b)}


def test_uses_the_defaults():
    """Nothing but the watched craft is set for this case."""
    assert Settings(watched=frozenset({"CRAFT-1"})) == load().settings


@pytest.mark.parametrize("seed", range(5))
def test_a_disguise_changes_nothing(seed):
    """Other names, another day and coast, in a mirror: same minutes, same grades, same geometry."""
    outcome = run(load(seed))

    assert GOLDEN == changes(outcome)
    assert () == outcome.loud_bystanders
    assert not {alert.a for alert in outcome.changes} & {"CRAFT-1", "CRAFT-2"}


def test_carries_neutral_names():
    """The real names stand in the comment of the source note and nowhere else."""
    folder = resources.files("searoom.exercise") / "data"
    note = (folder / "watch-test.toml").read_text(encoding="utf-8")
    outside = "\n".join(line for line in note.splitlines() if not line.startswith("#"))

    assert REAL_NAMES.search(note)
    assert not REAL_NAMES.search(outside)
    assert not REAL_NAMES.search((folder / "watch-test.csv").read_text(encoding="utf-8"))


def test_figures_carry_their_errors():
    """Each alert tells the error of its range and of its closest approach, and a crossing it is."""
    for alert in run(load()).changes:
        assert 0.0 < alert.range_error_m < alert.cpa_error_m
        assert Geometry.CROSSING is alert.geometry


def test_the_grade_of_each_minute_is_that_of_the_golden_file():
    """From sixteen minutes before the event to its minute: no grade, advise, warn, urgent, and never a step back."""
    outcome = run(load())
    event_us = outcome.test.event_us
    rows = ["minutes_before,grade,colregs"]
    for minute in range(16, -1, -1):
        until = [alert for alert in outcome.changes if alert.time_us <= event_us - minute * 60_000_000]
        rows.append(f"{minute},{until[-1].grade if until else ''},{until[-1].colregs.name.lower() if until else ''}")

    assert GOLDEN_MINUTES.read_text(encoding="utf-8") == "\n".join(rows) + "\n"


@pytest.mark.parametrize("alert", run(load()).changes, ids=lambda alert: alert.grade.value)
def test_the_class_is_said_from_the_watched_craft_and_stays(alert):
    """The other came from its starboard side: it gives way, if in sight of one another, at each grade alike."""
    own_is_a = alert.a == "CRAFT-1"

    assert (Colregs.GIVES_WAY if own_is_a else Colregs.STANDS_ON) is alert.colregs
