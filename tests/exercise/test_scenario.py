"""A scenario's file, its made tracks and its sensors."""

import math
import tomllib
from importlib import resources

import pytest

from searoom.errors import NotAllowed
from searoom.exercise import scenario as scenarios
from searoom.units import METRES_PER_YARD


def raw_main_job() -> dict[str, object]:
    file = resources.files("searoom.exercise") / "data" / "main-job.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def relative(scenario: scenarios.Scenario) -> list[tuple[float, float]]:
    """The second unit's place from the first, east and north in metres, second by second (the first steers north)."""
    first, second = (scenarios.sail(unit, scenario.watch_until_s) for unit in scenario.units)
    return [(b.east_m - a.east_m, b.north_m - a.north_m) for a, b in zip(first, second, strict=True)]


def test_keeps_the_published_geometry():
    """Overtaking on the port side, the bow crossed at about 150 yards, crossed again from starboard at about 2,000."""
    places = relative(scenarios.load("main-job"))
    closest = min(math.hypot(east, north) for east, north in places)
    crossings = [i for i in range(1, len(places)) if places[i - 1][0] * places[i][0] < 0]

    assert math.isclose(150 * METRES_PER_YARD, closest, abs_tol=5.0)
    assert [True, False] == [places[i - 1][0] < 0 for i in crossings]
    assert all(places[i][1] > 0 for i in crossings)
    assert math.isclose(2000 * METRES_PER_YARD, places[crossings[1]][1], rel_tol=0.01)


def test_same_file_makes_same_fixes():
    """The sensors' noise belongs to the scenario: two runs make the same lines, and each chair's error is its own."""
    scenario = scenarios.load("main-job")
    names = {"first": "A", "second": "B"}

    assert scenarios.sensor_csv(scenario, "first", names) == scenarios.sensor_csv(scenario, "first", names)
    assert scenarios.sensor_csv(scenario, "first", names) != scenarios.sensor_csv(scenario, "second", names)


def test_swapped_names_change_the_names_only():
    """Who sits in which chair changes the names in the fixes and nothing else."""
    scenario = scenarios.load("main-job")
    one = scenarios.sensor_csv(scenario, "first", {"first": "A", "second": "B"})
    other = scenarios.sensor_csv(scenario, "first", {"first": "B", "second": "A"})

    assert one == other.translate(str.maketrans("AB", "BA")).replace("BRPB", "ARPA")


def test_made_place_is_no_coast():
    """The made tracks stay within two miles of their origin, far from any coast or claim."""
    lat, lon = scenarios.place_deg((32.0, -165.0), 0.0, 1852.0)

    assert (pytest.approx(32.0 + 1 / 60, abs=2e-4), -165.0) == (lat, lon)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"unit": []}, "one [[unit]] for the chair 'first'"),
        ({"origin": 5}, "[origin] must have"),
        ({"tick_s": -1}, "must be a whole number"),
        (
            {"act": [{"id": "a", "at_s": 1, "chair": "third", "person": 1, "do": "say"}]},
            "the chair is 'first' or 'second'",
        ),
        ({"later_ticks_s": 4}, "must be a list"),
    ],
)
def test_refuses_a_scenario_that_is_wrong(change, said):
    """A planted fault is named."""
    with pytest.raises(NotAllowed) as caught:
        scenarios.parse({**raw_main_job(), **change})

    assert said in caught.value.sentence


def test_names_a_scenario_that_is_not_there():
    """An unknown name gets one sentence."""
    with pytest.raises(NotAllowed, match="no scenario 'nowhere'"):
        scenarios.load("nowhere")
