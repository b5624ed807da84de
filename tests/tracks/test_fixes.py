"""Fixes are checked once, where they are made; rows that cannot be a fix are counted, not fatal."""

from contextlib import nullcontext
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed
from searoom.tracks import fixes as module
from searoom.tracks.fixes import Fixes, Rows, no_fixes
from tracks_made import SECOND, START_US, fixes_of

NAN = float("nan")
ROWS = [("A", 0, 34.0, 139.0, 5.0, 90.0), ("B", 1, 35.0, -179.0, NAN, NAN), ("A", 2, 34.1, 139.0, 5.0, 90.0)]


def made(**changes):
    """Return good fixes with some columns replaced."""
    good = fixes_of(ROWS)
    return Fixes(**({field.name: getattr(good, field.name) for field in fields(good)} | changes))


@pytest.mark.parametrize(
    ("sentence", "changes"),
    [
        ("lat_deg is 91", {"lat_deg": np.array([91.0, 0, 0])}),
        ("lat_deg is nan", {"lat_deg": np.array([NAN, 0, 0])}),
        ("lon_deg is 181", {"lon_deg": np.array([181.0, 0, 0])}),
        ("speed_mps is -1", {"speed_mps": np.array([-1.0, 0, 0])}),
        ("speed_mps is inf", {"speed_mps": np.array([np.inf, 0, 0])}),
        ("course_deg is 360", {"course_deg": np.array([0, 360.0, 0])}),
        ("sigma_m is 0", {"sigma_m": np.array([1.0, 1.0, 0.0])}),
        ("sigma_m is nan", {"sigma_m": np.array([1.0, 1.0, NAN])}),
        ("time_us is -1", {"time_us": np.array([-1, 0, 1])}),
        ("time goes backwards", {"time_us": np.array([3, 2, 4])}),
        ("differ in length", {"lat_deg": np.array([0.0, 0.0])}),
        ("one row of values", {"lat_deg": np.zeros((3, 1))}),
        ("numbers of its kind", {"lat_deg": ["north", 0, 0]}),
        ("names craft number", {"craft": np.array([0, 1, 2])}),
        ("names source number", {"source": np.array([-1, 0, 0])}),
        ("named twice", {"names": ("A", "A")}),
        ("cannot be the name", {"names": ("A", "")}),
        ("cannot be the name", {"names": ("A", "B\n")}),
        ("cannot be the name", {"names": ("A", "B" * 65)}),
    ],
)
def test_refuses_what_cannot_be(sentence, changes):
    """Each column's range is checked at the door, and the sentence says which value it was."""
    with pytest.raises(NotAllowed, match=sentence):
        made(**changes)


def test_cannot_be_changed_by_whoever_holds_them():
    """The columns are read-only."""
    with pytest.raises(ValueError, match="read-only"):
        made().lat_deg[0] = 0.0


def test_takes_one_craft_and_one_stretch_of_time():
    """By name, and by time with the end included and the start not."""
    fixes = made()

    assert [34.0, 34.1] == fixes.of("A").lat_deg.tolist()
    assert [35.0, 34.1] == fixes.between(START_US, START_US + 2 * SECOND).lat_deg.tolist()
    assert 1 == fixes.craft_of("B")
    with pytest.raises(NotAllowed, match="no craft is called 'C'"):
        fixes.of("C")


def test_joins_in_order_of_time_and_by_name():
    """The same name in two files is one craft; rows stand in time order."""
    other = fixes_of([("C", 1, 1.0, 1.0, NAN, NAN), ("A", 5, 2.0, 2.0, NAN, NAN)])
    joined = made().concat(other)

    assert ("A", "B", "C") == joined.names
    assert ["A", "B", "C", "A", "A"] == [joined.names[craft] for craft in joined.craft]
    assert [34.0, 35.0, 1.0, 34.1, 2.0] == joined.lat_deg.tolist()
    assert 3 == len(no_fixes().concat(made()))


def rows_of(*given_rows):
    """Return rows after adding some: (name, seconds, lat, lon, speed, course, sigma)."""
    rows = Rows()
    for name, second, lat, lon, speed, course, sigma in given_rows:
        rows.add(
            name,
            START_US + int(second * SECOND),
            lat,
            lon,
            speed_mps=speed,
            course_deg=course,
            sigma_m=sigma,
            source="x",
        )
    return rows


GOOD = ("A", 0, 1.0, 2.0, 3.0, 4.0, 10.0)


@pytest.mark.parametrize(
    ("cause", "row"),
    [
        ("no usable name", ("", *GOOD[1:])),
        ("time out of range", (*GOOD[:1], -2_000_000_000, *GOOD[2:])),
        ("position not available", (*GOOD[:2], 91.0, *GOOD[3:])),
        ("position not available", (*GOOD[:3], 181.0, *GOOD[4:])),
        ("position out of range", (*GOOD[:2], 90.5, *GOOD[3:])),
        ("position out of range", (*GOOD[:3], NAN, *GOOD[4:])),
        ("position out of range", (*GOOD[:3], float("-inf"), *GOOD[4:])),
        ("position error out of range", (*GOOD[:6], 0.0)),
        ("position error out of range", (*GOOD[:6], float("inf"))),
    ],
)
def test_counts_a_bad_row_and_keeps_the_good_one(cause, row):
    """One bad row costs one row."""
    rows = rows_of(row, GOOD)

    assert {cause: 1} == rows.refused
    assert 1 == len(rows.fixes()[0])


def test_an_impossible_speed_or_course_costs_only_itself():
    """The position stays; the value becomes "not known" and is counted."""
    rows = rows_of(("A", 0, 1.0, 2.0, -3.0, 400.0, 10.0), ("A", 1, 1.0, 2.0, 601.0, 4.0, 10.0))
    fixes, _ = rows.fixes()

    assert {"speed out of range": 2, "course out of range": 1} == rows.doubtful
    assert np.isnan(fixes.speed_mps).all()


def test_puts_time_in_order_and_drops_repetitions():
    """Time that goes backwards is counted and sorted; one craft's second fix at one time is refused."""
    rows = rows_of(*[("A", second, float(second), 0.0, 1.0, 1.0, 9.0) for second in (5, 3, 4, 1, 3)])
    fixes, backwards = rows.fixes()

    assert [1.0, 3.0, 4.0, 5.0] == fixes.lat_deg.tolist()
    assert 2 == backwards
    assert {"repeated": 1} == rows.refused


def test_refuses_more_than_memory_should_hold(monkeypatch):
    """The limit is a refusal with advice, not a machine out of memory."""
    monkeypatch.setattr(module, "MAX_FIXES", 2)
    with pytest.raises(NotAllowed, match="more than 2 fixes"):
        rows_of(*[("A", n, 0.0, 0.0, 1.0, 1.0, 9.0) for n in range(3)])


@pytest.mark.parametrize(("count", "taken"), [(127, True), (128, False), (300, False)])
def test_refuses_more_sources_than_the_column_can_name(count, taken):
    """One byte names the source of a fix: the 257th would bear the name of the first."""
    rows = Rows()
    for number in range(count):
        rows.add("A", number, 0.0, 0.0, speed_mps=1.0, course_deg=1.0, sigma_m=9.0, source=f"s{number}")
    with nullcontext() if taken else pytest.raises(NotAllowed, match="more than 127 sources"):
        fixes, _ = rows.fixes()
        assert [f"s{number}" for number in range(count)] == [fixes.sources[at] for at in fixes.source]


@given(st.lists(st.tuples(st.text(max_size=3), *[st.floats(width=32)] * 5), max_size=8), st.integers(-(2**62), 2**62))
def test_no_row_is_fatal(found, time_us):
    """Whatever numbers and names come in, what comes out are fixes or counts."""
    rows = Rows()
    for name, lat, lon, speed, course, sigma in found:
        rows.add(name, time_us, lat, lon, speed_mps=speed, course_deg=course, sigma_m=sigma, source="x")
    fixes, _ = rows.fixes()

    assert len(found) == len(fixes) + sum(rows.refused.values())


def test_says_who_is_on_the_ground():
    """A column that whoever leaves it out says nothing by; it goes with its rows."""
    rows = Rows()
    for number, ground in enumerate((True, False, True)):
        rows.add(
            f"icao:{number}",
            2 - number,
            0.0,
            0.0,
            speed_mps=1.0,
            course_deg=1.0,
            sigma_m=9.0,
            source="SBS",
            ground=ground,
        )
    fixes, _ = rows.fixes()

    assert [True, False, True] == fixes.ground.tolist()
    assert [True] == fixes.of("icao:0").ground.tolist()
    assert [False] == rows_of(("A", 0, 0.0, 0.0, 1.0, 1.0, 9.0)).fixes()[0].ground.tolist()


def test_rows_that_were_taken_come_once():
    """A live feed lets go of them after each batch; the counts stay."""
    rows = rows_of(("A", 0, 0.0, 0.0, 1.0, 1.0, 9.0), ("A", 1, 99.0, 0.0, 1.0, 1.0, 9.0))
    rows.doubt("speed out of range", 2)
    rows.clear()
    rows.add("B", 5, 0.0, 0.0, speed_mps=1.0, course_deg=1.0, sigma_m=9.0, source="AIS")

    assert (("B",), [5]) == (rows.fixes()[0].names, rows.fixes()[0].time_us.tolist())
    assert ({"position out of range": 1}, {"speed out of range": 2}) == (rows.refused, rows.doubtful)
