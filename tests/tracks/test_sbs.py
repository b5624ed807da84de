"""SBS lines: positions with the velocity that was sent beside them, each line used or counted by its cause."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.tracks import sbs
from searoom.tracks.sbs import Messages
from spoken import NOON_US, at

PLACE = "MSG,3,1,1,86E123,1,2026/06/03,12:00:01.500,2026/06/03,12:00:02.000,,38000,,,34.0,139.0,,,0,0,0,0"
SPEED = "MSG,4,1,1,86E123,1,2026/06/03,12:00:01.000,2026/06/03,12:00:01.000,,,450,90.0,,,-640,,0,0,0,0"
NAME = "MSG,1,1,1,86E123,1,2026/06/03,12:00:00.000,2026/06/03,12:00:00.000,JAL123  ,,,,,,,,0,0,0,0"


def read(*lines):
    """Return what was made of lines."""
    messages = Messages()
    messages.feed(line if isinstance(line, bytes) else line.encode() for line in lines)
    messages.close()
    return messages


def with_(line, **cells):
    """Return a line with some cells changed, each named `_place`."""
    found = line.split(",")
    for name, value in cells.items():
        found[int(name[1:])] = value
    return ",".join(found)


def test_reads_a_position_with_the_velocity_beside_it():
    """Message 4 goes with the message 3 after it; message 1 names the flight."""
    messages = read(NAME, SPEED, PLACE)
    found, _ = messages.rows.fixes()

    assert (("icao:86e123",), ("SBS",)) == (found.names, found.sources)
    assert [NOON_US + 1_500_000] == found.time_us.tolist()
    assert (38000 * 0.3048, 450 * 1852 / 3600, -640 * 0.3048 / 60, 90.0) == pytest.approx(
        (found.alt_m[0], found.speed_mps[0], found.climb_mps[0], found.course_deg[0])
    )
    assert {"icao:86e123": "JAL123"} == messages.labels
    assert {} == messages.rows.refused


def test_an_old_velocity_does_not_go_with_a_position():
    """Eleven seconds later the aircraft may fly another way."""
    found, _ = read(SPEED, with_(PLACE, _7="12:00:12.500")).rows.fixes()

    assert math.isnan(found.speed_mps[0])


@pytest.mark.parametrize(
    ("expected", "cells"), [(True, {"_21": "-1"}), (True, {"_21": "1"}), (True, {"_1": "2"}), (False, {})]
)
def test_an_aircraft_on_the_ground_says_so(expected, cells):
    """By its flag, or by a surface position; then it has no height of flight."""
    found, _ = read(with_(PLACE, **cells)).rows.fixes()

    assert [expected, expected] == [bool(found.ground[0]), math.isnan(found.alt_m[0])]


def test_a_place_found_by_timing_is_told_apart():
    """MLAT results have their own first word, and a wider error."""
    found, _ = read(with_(PLACE, _0="MLAT")).rows.fixes()

    assert ("MLAT",) == found.sources
    assert found.sigma_m[0] > read(PLACE).rows.fixes()[0].sigma_m[0]


def test_the_time_of_reception_goes_first():
    """The line's own times may be of another zone; a difference is counted."""
    messages = read(at(3600, PLACE.encode()))

    assert [NOON_US + 3600_000_000] == messages.rows.fixes()[0].time_us.tolist()
    assert {"line's time is not the time of reception": 1} == messages.rows.doubtful


def test_the_time_of_logging_stands_in():
    """Where the time of generation is missing."""
    assert [NOON_US + 2_000_000] == read(with_(PLACE, _6="", _7="")).rows.fixes()[0].time_us.tolist()


@pytest.mark.parametrize(
    ("cause", "line"),
    [
        ("wrong number of columns", PLACE + ","),
        ("wrong number of columns", "MSG,3"),
        ("no usable address", with_(PLACE, _4="86E12")),
        ("time cannot be read", with_(PLACE, _6="", _7="", _8="", _9="")),
        ("time cannot be read", with_(PLACE, _7="25:00:00", _9="12:61:00")),
        ("time cannot be read", with_(PLACE, _6="2026/13/03", _8="2026/02/30")),
        ("position not available", with_(PLACE, _14="")),
        ("position out of range", with_(PLACE, _14="91.5")),
        ("not a number", with_(PLACE, _11="high")),
        ("not a number", with_(PLACE, _14="\x1c34.0")),
        ("line is no SBS message", "Dear sir or madam"),
        ("line is not text", b"MSG,\xff"),
        ("line too long", "MSG," * 1000),
        ("tag block's checksum wrong", "\\c:1*00\\" + PLACE),
    ],
)
def test_counts_what_cannot_be_used(cause, line):
    """Each cause has its count, and nothing is fatal."""
    assert 1 == read(line).rows.refused[cause]


def test_counts_what_tells_no_position():
    """BaseStation's own lines, and messages without a place."""
    messages = read("STA,,1,1,86E123,1,2026/06/03,12:00:00,2026/06/03,12:00:00,RM", SPEED, NAME, "")

    assert (3, {}) == (messages.other, messages.rows.refused)


def test_remembers_a_bounded_number_of_velocities(monkeypatch):
    """The oldest is forgotten."""
    monkeypatch.setattr(sbs, "MAX_AIRCRAFT", 2)
    messages = read(*(with_(SPEED, _4=f"86E12{digit}") for digit in range(5)))

    assert ["icao:86e123", "icao:86e124"] == list(messages._velocity)


@given(st.lists(st.text("MSG,1234567890./:-EeLATnaif", max_size=120)))
def test_no_line_is_fatal(lines):
    """Any words, with the right number of columns too: counted or used."""
    read(
        *lines, *(",".join(["MSG", "3", "", "", "86E123", *line.split(","), *[""] * 30][:22]) for line in lines)
    ).rows.fixes()
