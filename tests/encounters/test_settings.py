"""Settings are one party's own, read from a table and checked."""

import tomllib

import pytest

from searoom.encounters.settings import Grade, Level, Settings
from searoom.errors import NotAllowed


def test_the_defaults_rise_in_order():
    """Half a nautical mile at 20, 10 and 5 minutes."""
    assert [("advise", 926.0, 1200.0), ("warn", 926.0, 600.0), ("urgent", 926.0, 300.0)] == [
        (level.name.value, level.cpa_m, level.tcpa_s) for level in Settings().levels
    ]


def test_reads_a_table():
    """Levels in nautical or SI units, names to watch, and single numbers; the rest keeps its default."""
    table = tomllib.loads("""
        max_age_s = 120
        watched = ["A"]
        [[levels]]
        name = "advise"
        cpa_nm = 1
        tcpa_min = 15
        [[levels]]
        name = "urgent"
        cpa_m = 500.0
        tcpa_s = 240
    """)
    settings = Settings.from_table(table)

    assert (Level(Grade.ADVISE, 1852.0, 900.0), Level(Grade.URGENT, 500.0, 240.0)) == settings.levels
    assert (120.0, frozenset({"A"}), 6.0) == (settings.max_age_s, settings.watched, settings.head_on_deg)
    assert Settings() == Settings.from_table({})


def test_reads_rules_for_aircraft_with_their_heights():
    """Three rule sets, apart: what one table says leaves the two others as they were."""
    table = tomllib.loads("""
        aircraft = ["cot:drone"]
        [[air_levels]]
        name = "warn"
        cpa_nm = 3
        height_ft = 500
        tcpa_min = 2
        [[mixed_levels]]
        name = "advise"
        cpa_m = 2000
        height_m = 300
        tcpa_s = 60
    """)
    settings = Settings.from_table(table)

    assert (Level(Grade.WARN, 5556.0, 120.0, pytest.approx(152.4)),) == settings.air_levels
    assert (Level(Grade.ADVISE, 2000.0, 60.0, 300.0),) == settings.mixed_levels
    assert (Settings().levels, frozenset({"cot:drone"})) == (settings.levels, settings.aircraft)
    assert (settings.levels, settings.mixed_levels, settings.air_levels) == settings.rules


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("no setting is called", "speed = 1"),
        ("must be a number", "max_age_s = true"),
        ("must be a number", 'hold_s = "1"'),
        ("not below zero", "hold_s = -1"),
        ("not below zero", "hold_s = nan"),
        ("not below zero", "hold_s = inf"),
        ("hysteresis", "cpa_factor = 0.9"),
        ("step_s", "step_s = 0"),
        ("angles", "overtaking_deg = 181"),
        ("list of names", "watched = [1]"),
        ("list of tables", "levels = 1"),
        ("advise, warn, urgent", "levels = []"),
        ("no grade", '[[levels]]\nname = "clear"\ncpa_m = 1\ntcpa_s = 1'),
        ("twice", '[[levels]]\nname = "warn"\ncpa_m = 1\ncpa_nm = 1\ntcpa_s = 1'),
        ("nothing else", '[[levels]]\nname = "warn"\ncpa_m = 1'),
        ("nothing else", '[[levels]]\nname = "warn"\ncpa_m = 1\ntcpa_s = 1\nother = 1'),
        ("height_ft or height_m", '[[air_levels]]\nname = "warn"\ncpa_m = 1\ntcpa_s = 1'),
        ("nothing else", '[[levels]]\nname = "warn"\ncpa_m = 1\ntcpa_s = 1\nheight_m = 1'),
        ("above zero", '[[mixed_levels]]\nname = "warn"\ncpa_m = 1\ntcpa_s = 1\nheight_m = 0'),
        ("'aircraft' must be a list of names", 'aircraft = "A"'),
        ("above zero", '[[levels]]\nname = "warn"\ncpa_m = 0\ntcpa_s = 1'),
        ("in this order", '[[levels]]\nname = "warn"\ncpa_m = 1\ntcpa_s = 1\n[[levels]]\nname = "advise"\ncpa_m = 1\ntcpa_s = 1'),
        ("wider", '[[levels]]\nname = "advise"\ncpa_m = 1\ntcpa_s = 1\n[[levels]]\nname = "warn"\ncpa_m = 2\ntcpa_s = 1'),
    ],
)  # fmt: skip
def test_refuses_what_makes_no_sense(sentence, text):
    """Each wrong table is refused with a sentence that names what is wrong."""
    with pytest.raises(NotAllowed, match=sentence):
        Settings.from_table(tomllib.loads(text))
