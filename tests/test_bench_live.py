"""The parts of the live benchmark: its sentences say what they should, and its latencies count from when an alert was due."""

import json

import numpy as np
import pytest
from pyais import decode

from bench import live
from bench.leash import Leash
from bench.live import Plan, latencies, measure
from bench.live_parts import FIRST_MMSI, Ships, sentences

SECOND = 1_000_000
NOON = 1_700_000_000 * SECOND


def test_its_sentences_are_read_by_a_decoder_of_others():
    """pyais reads what was put in: place, speed and course of each ship."""
    lat, lon = np.array([30.5, -12.25]), np.array([-179.5, 130.125])
    for row, raw in enumerate(
        sentences(FIRST_MMSI + np.arange(2), lat, lon, np.array([12.3, 0.0]), np.array([359.9, 5.0]))
    ):
        told = decode(raw)
        assert (FIRST_MMSI + row, 1) == (told.mmsi, told.msg_type)
        assert pytest.approx((lat[row], lon[row]), abs=1e-5) == (told.lat, told.lon)
        assert pytest.approx(([12.3, 0.0][row], [359.9, 5.0][row])) == (told.speed, told.course)


def test_its_ships_sail_on_and_over_the_date_line():
    """Ten minutes at their speed; the next report says the new place."""
    ships = Ships(50)
    ships.lon[:] = 179.999
    ships.course[:], ships.speed[:] = 90.0, 10.0
    ships.sail(np.arange(50), 600.0, 0.0)

    assert (ships.lon < -179.0).all()


def test_a_latency_counts_from_the_report_or_from_the_moment_at_which_the_time_was_short_enough(tmp_path):
    """One alert a second after the newer report, one two seconds after its ten minutes, and what is no rise, not at all."""
    np.savez(
        tmp_path / "sent.npz", who=np.array([0, 1, 0]), when=NOON + np.array([0, 10, 20]) * SECOND,
        speed=np.array([8.0, 8.0]), late_s=0.0,
    )  # fmt: skip
    alert = {
        "a": str(FIRST_MMSI), "b": str(FIRST_MMSI + 1), "grade": "warn", "reason": "nearer", "watched": True,
        "cause": "report", "time_us": NOON + 20 * SECOND, "tcpa_s": 300.0, "reported_us": NOON + 20 * SECOND,
        "read_us": NOON + 21 * SECOND,
    }  # fmt: skip
    timed = {
        **alert, "time_us": NOON + 40 * SECOND, "tcpa_s": 599.0, "read_us": NOON + 41 * SECOND, "watched": False,
        "cause": "time",
    }  # fmt: skip
    fall = {**alert, "grade": "clear", "reason": "opening"}
    early = {**alert, "read_us": NOON + 4 * SECOND}
    (tmp_path / "read.json").write_text(json.dumps({"alerts": [alert, timed, fall, early]}), encoding="utf-8")
    found = latencies(tmp_path / "sent.npz", tmp_path / "read.json", 5.0)

    assert pytest.approx([1.0, 2.0]) == found["every"]
    assert pytest.approx([1.0]) == found["watched"]
    assert pytest.approx([2.0]) == found["time"]


def test_the_three_processes_run_and_end(tmp_path):
    """Tiny: every report arrives, nothing is shed, memory is told, and the registry's share is watched."""
    with Leash(tmp_path) as leash:
        _, status = measure(Plan(400, 200, 2.0, 3.0), True, tmp_path, leash)

    assert status["reports"] > 600
    assert 400 == status["craft"]
    assert {} == status["shed"]
    assert 0 < status["memory_mb"] < 1_000
    assert 24 == (tmp_path / "units.toml").read_text(encoding="utf-8").count("[[unit]]")
    assert live.SHARE * 2 * 400 == 24
