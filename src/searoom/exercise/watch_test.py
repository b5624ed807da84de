"""The watch test: real tracks through the detector, and how long before the event each grade was raised.

The detector is given fixes and settings, nothing else; the event's time and the craft concerned are
looked at only afterwards, to count the minutes.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources

from searoom import clock
from searoom.encounters.alerts import Alert, Detection
from searoom.encounters.detector import detect
from searoom.encounters.settings import RISING, Grade, Settings
from searoom.exercise.disguise import disguise
from searoom.tracks import sources
from searoom.tracks.fixes import Fixes
from searoom.units import MICROSECONDS

_DATA = "data"
_NOTE = "watch-test.toml"


@dataclass(frozen=True, slots=True)
class WatchTest:
    """The tracks, the settings they are looked at with, and what is known of how it ended."""

    title: Mapping[str, str]
    fixes: Fixes
    settings: Settings
    event_us: int
    pair: frozenset[str]
    bystanders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the detector made of it: `minutes_before` the event each grade was first raised for the pair.

    `loud_bystanders` are those bystanders for which any alert was raised: empty is right.
    """

    test: WatchTest
    detection: Detection
    changes: tuple[Alert, ...]
    minutes_before: Mapping[Grade, float]
    loud_bystanders: tuple[str, ...]


def load(seed: int | None = None) -> WatchTest:
    """Return the packaged watch test, in disguise where a seed is given."""
    folder = resources.files("searoom.exercise") / _DATA
    note = tomllib.loads((folder / _NOTE).read_text(encoding="utf-8"))
    with resources.as_file(folder / note["tracks"]) as path:
        fixes = sources.read(path).fixes
    test = WatchTest(
        title=note["title"],
        fixes=fixes,
        settings=Settings.from_table(note["settings"]),
        event_us=clock.from_text(note["event_utc"]),
        pair=frozenset(note["pair"]),
        bystanders=tuple(note["bystanders"]),
    )
    return test if seed is None else _disguised(test, seed)


def run(test: WatchTest) -> Outcome:
    """Return what the detector raises at the test's settings."""
    detection = detect(test.fixes, test.settings)
    changes = tuple(alert for alert in detection.alerts if {alert.a, alert.b} == test.pair)
    minutes = {
        grade: (test.event_us - first.time_us) / MICROSECONDS / 60.0
        for grade in RISING[1:]
        if (first := next((alert for alert in changes if alert.grade is grade), None)) is not None
    }
    loud = tuple(name for name in test.bystanders if any(name in (alert.a, alert.b) for alert in detection.alerts))
    return Outcome(test, detection, changes, minutes, loud)


def among_others(test: WatchTest) -> dict[str, str]:
    """Return the highest grade told for each other pair when every pair is asked about, not only those watched."""
    detection = detect(test.fixes, replace(test.settings, watched=None))
    told: dict[str, str] = {}
    for one in detection.encounters:
        if frozenset((one.a, one.b)) != test.pair:
            highest = max((alert.grade for alert in one.alerts), key=RISING.index)
            told[" and ".join(sorted((one.a, one.b)))] = str(highest)
    return told


def _disguised(test: WatchTest, seed: int) -> WatchTest:
    hidden = disguise(test.fixes, seed)
    watched = test.settings.watched
    return replace(
        test,
        fixes=hidden.fixes,
        settings=replace(
            test.settings, watched=None if watched is None else frozenset(hidden.names[name] for name in watched)
        ),
        event_us=test.event_us + hidden.shift_us,
        pair=frozenset(hidden.names[name] for name in test.pair),
        bystanders=tuple(hidden.names[name] for name in test.bystanders),
    )
