"""The compiled search for meetings: neither chunks nor room nor the size of its tables change what is found."""

import numpy as np
import pytest

from searoom.encounters import meetings_plain, meetings_rows
from searoom.encounters.approaches_rows import joined

STEP_US, GAP_US = 600_000_000, 1_200_000_000
PLACES = {
    "port": ((30.0, 30.05), (125.0, 125.05)),
    "date line": ((-17.0, -16.8), (179.9, 180.1)),
    "north pole": ((89.95, 90.0), (-180.0, 180.0)),
    "south pole": ((-90.0, -89.9), (-180.0, 180.0)),
    "whole world": ((-90.0, 90.0), (-180.0, 180.0)),
}


def drifting(place, seed, *, craft=250, stamps=14):
    """Return columns at common stamps; some are missing, some came twice, two lie at one place, many lie in a heap."""
    chance = np.random.default_rng(seed)
    (south, north), (west, east) = PLACES[place]
    lat, lon = chance.uniform(south, north, craft), chance.uniform(west, east, craft)
    lat[:40], lon[:40] = lat[0] + chance.normal(0.0, 0.001, 40), lon[0] + chance.normal(0.0, 0.001, 40)
    lat[1], lon[1] = lat[0], lon[0]
    time, number = np.nonzero(chance.random((stamps, craft)) < 0.7)
    row = np.sort(np.concatenate([np.arange(len(time)), np.arange(0, len(time), 40)]))
    time, number = time[row], number[row]
    north_by, east_by = chance.normal(0.0, 0.001, (2, len(row)))
    lats = np.clip(lat[number] + north_by, -90.0, 90.0)
    return number.astype(np.int32), time * STEP_US, lats, (lon[number] + east_by + 180.0) % 360.0 - 180.0


def long_enough(rows, at_least_us):
    """Return rows that are joined and last, each column a list."""
    rows = joined(rows, GAP_US)
    return {name: column[rows["last_us"] - rows["first_us"] >= at_least_us].tolist() for name, column in rows.items()}


def assert_as_plain(columns, at_least_us):
    """Compare with NumPy: whole numbers exactly, metres to the millimetre, which rounding may tip over."""
    found, left_out = meetings_rows.runs(*columns, radius_m=500.0, gap_us=GAP_US, at_least_us=at_least_us)
    expected, expected_out = meetings_plain.runs(*columns, radius_m=500.0)
    found, expected = long_enough(found, at_least_us), long_enough(expected, at_least_us)

    assert expected_out == left_out
    assert len(expected["a"]) > 5
    for name, column in expected.items():
        assert column == pytest.approx(found[name], abs=0.0011 if name == "cpa_m" else 0.0, rel=0.0)


@pytest.mark.parametrize("at_least_us", [0, 3 * STEP_US])
@pytest.mark.parametrize("place", PLACES)
def test_finds_what_numpy_finds(place, at_least_us):
    """Date line, poles, a heap, two at one place, fixes that came twice."""
    assert_as_plain(drifting(place, 4), at_least_us)


@pytest.mark.parametrize("chunks", [1, 3, 40])
def test_chunks_change_nothing(monkeypatch, chunks):
    """A run that a chunk divides is not lost for being short in it."""
    monkeypatch.setattr(meetings_rows, "CHUNKS", chunks)

    assert_as_plain(drifting("port", 5), 4 * STEP_US)


def test_more_runs_than_there_is_room_for(monkeypatch):
    """A chunk that finds more than expected is searched again; the table of open runs grows as it must."""
    monkeypatch.setattr(meetings_rows, "ROOM", 1)
    columns = drifting("port", 6, craft=600)
    columns[2][:] = 30.0 + np.random.default_rng(1).normal(0.0, 0.002, len(columns[2]))

    assert_as_plain(columns, 0)


@pytest.mark.parametrize("above", [0.0, 0.003])
def test_two_on_both_sides_of_the_date_line(above):
    """Beside each other or one row of latitude apart, the eastern one first or last: one run."""
    lat, lon = np.array([-17.0, -17.0 + above, 5.0]), np.array([179.999, -179.999, 0.0])
    for order in ([0, 1, 2], [1, 0, 2]):
        craft, time = np.arange(3, dtype=np.int32), np.zeros(3, np.int64)
        found, _ = meetings_rows.runs(
            craft, time, lat[order], lon[order], radius_m=500.0, gap_us=GAP_US, at_least_us=0
        )  # fmt: skip

        assert [(0, 1)] == list(zip(found["a"], found["b"], strict=True))
